//! Clients that speak RESP3.

use crate::support::Cluster;

#[test]
fn clients_of_resp3_get_the_same_answers_on_every_shard() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    for number in 0..12 {
        Cluster::set(&mut clients, &format!("k{number}"), &number.to_string());
    }
    let script = "\
GB('CommandReader').count().register(trigger='count')
GB('CommandReader').map(lambda r: r[1]).register(trigger='key', mode='sync')
GB('CommandReader').map(lambda r: execute('get', 'not:{%s}' % hashtag())).register(trigger='nothing', mode='sync', convertToStr=False)";
    clients[1].register(script, &["ID", "three"]);
    let unblocking = [
        "RG.PYEXECUTE",
        "GB('KeysReader').count().run('k*')",
        "UNBLOCKING",
    ];
    let id = clients[0].call(&unblocking).text();
    clients[0].call(&["RG.GETRESULTSBLOCKING", &id]);
    for client in &mut clients {
        client.becomes(
            &["RG.DUMPEXECUTIONS"],
            &format!("[[\"executionId\", \"{id}\", \"status\", \"done\", \"registered\", :0]]"),
        );
    }
    for (at, old) in clients.iter_mut().enumerate() {
        let mut new = cluster.nodes[at].client();
        let greeting = new.call(&["HELLO", "3"]).to_string();
        assert!(greeting.contains("proto"), "{greeting}");
        for command in [
            &[
                "RG.PYEXECUTE",
                "GB('KeysReader').map(lambda r: int(r['value'])).aggregate(0, lambda a, r: a + r, lambda a, r: a + r).run('k*')",
            ][..],
            &[
                "RG.PYEXECUTE",
                "GB('KeysReader').map(lambda r: 1 / 0).count().run('k1')",
            ],
            &["RG.PYEXECUTE", "no python"],
            &["RG.TRIGGER", "count"],
            &["RG.TRIGGER", "nothing"],
            // Only one of the three has it; the others say where it is.
            &["RG.TRIGGERONKEY", "key", "k1"],
            &["RG.GETRESULTS", &id],
            &["RG.GETEXECUTION", &id, "CLUSTER"],
            &["RG.GETEXECUTION", "0-0"],
            &["RG.DUMPEXECUTIONS"],
            &["RG.PYDUMPSESSIONS"],
            &["RG.INFOCLUSTER"],
            &["RG.NETWORKTEST"],
            &["RG.CONFIGGET", "MaxExecutions", "nothing"],
        ] {
            let (one, other) = (old.call(command), new.call(command));
            assert_eq!(one.to_string(), other.to_string(), "{command:?}");
        }
    }
}
