//! Executions of registrations on all shards.

use crate::support::{Client, Cluster, Value, eventually};

fn sorted(client: &mut Client, words: &[&str]) -> Vec<String> {
    let reply = client.call(words);
    let mut texts: Vec<String> = reply.items().iter().map(Value::text).collect();
    texts.sort();
    texts
}

#[test]
fn an_asynchronous_trigger_runs_on_every_shard_whoever_is_asked() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    let script = "GB('CommandReader').map(lambda r: [hashtag()] + r[1:]).register(trigger='where')
GB('CommandReader').count().register(trigger='count')
GB('CommandReader').count().register(trigger='alone', mode='sync')
GB('CommandReader').flatmap(lambda r: r[1:]).repartition(lambda r: r).map(lambda r: [r, hashtag()]).register(trigger='spread')
GB('CommandReader').map(lambda r: [hashtag()] + r[1:]).register(trigger='here', mode='async_local')
GB('CommandReader').map(lambda r: 1 / 0).register(trigger='fails')";
    clients[0].register(script, &[]);
    for client in &mut clients {
        let wanted = ["['06S', 'a']", "['63n', 'a']", "['8M', 'a']"];
        assert_eq!(sorted(client, &["RG.TRIGGER", "where", "a"]), wanted);
        assert_eq!(client.triggered("count"), "3");
        assert_eq!(client.triggered("alone"), "1");
        let spread = sorted(client, &["RG.TRIGGER", "spread", "a", "b", "c", "d"]);
        let one = [
            "['a', '63n']",
            "['b', '06S']",
            "['c', '8M']",
            "['d', '63n']",
        ];
        let wanted: Vec<&str> = one.iter().flat_map(|&one| [one; 3]).collect();
        assert_eq!(spread, wanted);
        assert_eq!(sorted(client, &["RG.TRIGGER", "here", "a"]).len(), 1);
        let failed = client.call(&["RG.TRIGGER", "fails"]);
        assert!(failed.is_error(), "{failed}");
        assert!(failed.text().contains("ZeroDivisionError"), "{failed}");
        assert_eq!(client.call(&["RG.DUMPEXECUTIONS"]).to_string(), "[]");
    }
    // Many at once.
    for round in 0..20 {
        for client in &mut clients {
            for _ in 0..20 {
                client.send(&["RG.TRIGGER", "count"]).expect("a connection");
            }
        }
        for client in &mut clients {
            for _ in 0..20 {
                let reply = client.read(crate::support::PATIENCE).expect("a reply");
                assert_eq!(reply.to_string(), "[\"3\"]", "round {round}");
            }
        }
    }
}

#[test]
fn the_event_of_a_key_is_worked_off_where_its_records_belong() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    clients[1].register(
        "GB('KeysReader').map(lambda r: r['key']).repartition(lambda r: '{06S}').foreach(lambda r: execute('incr', '{06S}n')).register('e*', eventTypes=['set'])",
        &[],
    );
    for number in 0..30 {
        Cluster::set(&mut clients, &format!("e{number}"), "1");
    }
    clients[0].becomes(&["GET", "{06S}n"], "\"30\"");
    // Each shard has counted its own, and knows the executions of all.
    for client in &mut clients {
        eventually("all are over", || {
            let all = client.call(&["RG.DUMPEXECUTIONS"]);
            let is_over = |one: &Value| {
                one.field("status")
                    .is_some_and(|status| status.text() == "done")
                    && one
                        .field("registered")
                        .is_some_and(|one| *one == Value::Int(1))
            };
            all.items().len() == 30 && all.items().iter().all(is_over)
        });
    }
}

/// Keys in several slots are an error of that command alone: Valkey 9.1 would refuse whatever the engine calls afterwards.
#[test]
fn a_function_that_mixes_slots_gets_an_error_and_goes_on() {
    let cluster = Cluster::of(3);
    let mut client = cluster.client(0);
    let script = "
def ask(words):
    try:
        return repr(execute(*words[1:]))
    except Exception as problem:
        return 'error: ' + str(problem)
GB('CommandReader').map(ask).register(trigger='sync', mode='sync')
GB('CommandReader').map(ask).register(trigger='local', mode='async_local')";
    client.register(script, &[]);
    let mixed = [
        "MSET {06S}a 1 {63n}b 2",
        "MGET {06S}a {63n}b",
        "DEL {06S}a {06S}c {63n}b",
        "EVAL return(1) 2 {06S}a {63n}b",
        "XREAD STREAMS {06S}a {63n}b 0 0",
        "ZUNIONSTORE {06S}z 2 {06S}a {63n}b",
    ];
    let fine = [
        ("MSET {06S}a 1 {06S}b 2", "'OK'"),
        ("MGET {06S}a {06S}b", "['1', '2']"),
        ("EVAL return(1) 2 {06S}a {06S}b", "1"),
        ("PING", "'PONG'"),
        ("DEL {06S}a {06S}b", "2"),
    ];
    let ask = |client: &mut Client, trigger: &str, line: &str| {
        let words: Vec<&str> = ["RG.TRIGGER", trigger]
            .into_iter()
            .chain(line.split(' '))
            .collect();
        client.call(&words).items()[0].text()
    };
    let mut owner = cluster.client(cluster.owner("{06S}a"));
    for trigger in ["sync", "local"] {
        for line in mixed {
            let said = ask(&mut owner, trigger, line);
            assert!(
                said.starts_with("error: Operation not permitted"),
                "{trigger} {line}: {said}"
            );
            for (line, wanted) in fine {
                assert_eq!(ask(&mut owner, trigger, line), wanted, "{trigger} {line}");
            }
        }
    }
}
