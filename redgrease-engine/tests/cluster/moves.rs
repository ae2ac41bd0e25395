//! Slots that move, and replicas that take over, while runs are on.

use crate::support::server::program_of_node;
use crate::support::{Client, Cluster, Options, PATIENCE, Server, Value, eventually};

const KEYS: usize = 600;
const COUNT: &str = "GB('KeysReader').count().run('m*')";

/// Moves a slot with all of its keys, as an administrator's tool does.
fn move_slot(cluster: &Cluster, clients: &mut [Client], slot: &str, from: usize, to: usize) {
    let ids: Vec<String> = (0..3).map(|node| cluster.id(node)).collect();
    let port = cluster.nodes[to].address().port().to_string();
    for (at, state, id) in [(to, "IMPORTING", from), (from, "MIGRATING", to)] {
        let reply = clients[at].call(&["CLUSTER", "SETSLOT", slot, state, &ids[id]]);
        assert_eq!(reply.text(), "OK", "{reply}");
    }
    let keys = clients[from].call(&["CLUSTER", "GETKEYSINSLOT", slot, "1000"]);
    for key in keys.items().iter().map(Value::text) {
        let reply = clients[from].call(&["MIGRATE", "127.0.0.1", &port, &key, "0", "60000"]);
        assert_eq!(reply.text(), "OK", "{reply}");
    }
    for at in [to, from, 3 - to - from] {
        let reply = clients[at].call(&["CLUSTER", "SETSLOT", slot, "NODE", &ids[to]]);
        assert_eq!(reply.text(), "OK", "{reply}");
    }
}

/// A slot that has keys, on the first server.
fn filled(clients: &mut [Client]) -> String {
    for number in 0..KEYS {
        Cluster::set(clients, &format!("m{number}"), "1");
    }
    (0..KEYS)
        .map(|number| format!("m{number}"))
        .find(|key| !clients[0].call(&["GET", key]).is_error())
        .map(|key| {
            let slot = clients[0].call(&["CLUSTER", "KEYSLOT", &key]).to_string();
            slot.trim_start_matches(':').to_owned()
        })
        .expect("a key of the first server")
}

#[test]
fn a_run_over_slots_that_move_says_so_and_the_next_one_is_right() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    let slot = filled(&mut clients);
    let all = format!("[[\"{KEYS}\"], []]");
    assert_eq!(clients[1].call(&["RG.PYEXECUTE", COUNT]).to_string(), all);
    // Its records take their time, and meanwhile the slot goes from a shard that has read it to one that has not.
    let slow = "import time
def f(r):
    execute('set', '{%s}begun' % hashtag(), '1')
    time.sleep(0.01)
    return r
GB('KeysReader').map(f).count().run('m*')";
    let mut asker = cluster.client(2);
    asker.send(&["RG.PYEXECUTE", slow]).expect("a connection");
    for client in &mut clients[..2] {
        eventually("it runs", || {
            client.call(&["KEYS", "*begun"]).items().len() == 1
        });
    }
    move_slot(&cluster, &mut clients[..], &slot, 0, 1);
    let reply = asker.read(PATIENCE).expect("a reply");
    let [results, errors] = reply.items() else {
        panic!("{reply}");
    };
    let is_right = results.items()[0].text() == KEYS.to_string();
    let is_told = errors
        .to_string()
        .contains("moved while the run read its keys");
    assert!(is_right && errors.items().is_empty() || is_told, "{reply}");
    for client in &mut clients {
        client.becomes(&["RG.PYEXECUTE", COUNT], &all);
        // Records go where the slot is now.
        let script = format!(
            "GB('KeysReader').repartition(lambda r: r['key']).map(lambda r: execute('get', r['key'])).count().run('m*')  # {slot}"
        );
        client.becomes(&["RG.PYEXECUTE", &script], &all);
    }
}

/// A replica of the first server, with all of its keys.
fn replica(cluster: &Cluster, first: &mut Client) -> Server {
    let master = cluster.id(0);
    let options = Options::server(&["--cluster-enabled", "yes"]);
    let replica = Server::running(&program_of_node(0), &options);
    let mut client = replica.client();
    cluster.meet(0, &replica);
    eventually("it follows", || {
        client.call(&["CLUSTER", "REPLICATE", &master]).text() == "OK"
    });
    eventually("it has the keys", || {
        client
            .call(&["INFO", "replication"])
            .text()
            .contains("master_link_status:up")
            && client.call(&["DBSIZE"]).to_string() == first.call(&["DBSIZE"]).to_string()
    });
    cluster.catches_up(&mut client);
    replica
}

#[test]
fn a_replica_that_takes_over_is_part_of_the_next_runs() {
    let mut cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    filled(&mut clients);
    let master = cluster.id(0);
    let replica = replica(&cluster, &mut clients[0]);
    let mut second = replica.client();
    // It is no shard of its own.
    let all = format!("[[\"{KEYS}\"], []]");
    clients[1].becomes(&["RG.PYEXECUTE", COUNT], &all);
    clients[1].becomes(
        &["RG.PYEXECUTE", "GB('ShardsIDReader').count().run()"],
        "[[\"3\"], []]",
    );
    let slow = "import time\ndef f(r):\n    for _ in range(1000): time.sleep(0.01)\n    return r\nGB('ShardsIDReader').map(f).run()";
    clients[1]
        .send(&["RG.PYEXECUTE", slow])
        .expect("a connection");
    eventually("it runs there", || {
        clients[0]
            .call(&["RG.DUMPEXECUTIONS"])
            .to_string()
            .contains("running")
    });
    cluster.nodes[0].signal("KILL");
    eventually("it takes over", || {
        second.call(&["CLUSTER", "FAILOVER", "TAKEOVER"]);
        second.call(&["ROLE"]).items()[0].text() == "master"
    });
    let reply = clients[1].read(PATIENCE).expect("a reply");
    assert!(reply.items()[1].to_string().contains(&master), "{reply}");
    for client in [&mut clients[1], &mut second] {
        client.becomes(&["RG.PYEXECUTE", COUNT], &all);
        client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
    }
    cluster.nodes.remove(0);
}

/// Has a replica take its master's place, which goes on as its replica.
fn takes_over(replica: &mut Client, master: &mut Client) {
    eventually("it takes over", || {
        replica.call(&["CLUSTER", "FAILOVER", "TAKEOVER"]);
        replica.call(&["ROLE"]).items()[0].text() == "master"
    });
    eventually("the other one follows it", || {
        let info = master.call(&["INFO", "replication"]).text();
        info.contains("role:slave") && info.contains("master_link_status:up")
    });
}

#[test]
fn a_master_that_comes_back_without_a_start_is_heard_by_all() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    filled(&mut clients);
    let replica = replica(&cluster, &mut clients[0]);
    let mut second = replica.client();
    let all = format!("[[\"{KEYS}\"], []]");
    for _ in 0..2 {
        takes_over(&mut second, &mut clients[0]);
        for client in clients[1..].iter_mut().chain([&mut second]) {
            client.becomes(&["RG.PYEXECUTE", COUNT], &all);
        }
        takes_over(&mut clients[0], &mut second);
        for client in &mut clients {
            client.becomes(&["RG.PYEXECUTE", COUNT], &all);
        }
        // Each message arrives now, not only the first.
        for client in &mut clients {
            for _ in 0..20 {
                assert_eq!(client.call(&["RG.PYEXECUTE", COUNT]).to_string(), all);
            }
        }
    }
}

/// What a run of a script gives while a slot goes from the first server, which has read it, to the second one, which has not: that one's only
/// thread is taken until then.
fn run_while_it_moves(
    cluster: &Cluster,
    clients: &mut [Client],
    slot: &str,
    script: &str,
) -> (Vec<String>, String) {
    let go = cluster.nodes[1].installation().join("go");
    let taken = format!(
        "import os, time\ndef f(r):\n    while not os.path.exists({:?}): time.sleep(0.01)\n    return r\nGB('ShardsIDReader').map(f).run(mode='async_local')",
        go.to_string_lossy()
    );
    let mut taker = cluster.client(1);
    taker.send(&["RG.PYEXECUTE", &taken]).expect("a connection");
    let shows = |client: &mut Client, status: &str| {
        let executions = client.call(&["RG.DUMPEXECUTIONS"]).to_string();
        executions.contains(status)
    };
    eventually("it is taken", || shows(&mut clients[1], "running"));
    let mut asker = cluster.client(0);
    asker.send(&["RG.PYEXECUTE", script]).expect("a connection");
    eventually("the first one has read", || {
        shows(&mut clients[0], "pending_cluster")
    });
    move_slot(cluster, clients, slot, 0, 1);
    std::fs::write(&go, "").expect("a file in a temporary directory");
    let reply = asker.read(PATIENCE).expect("a reply");
    taker.read(PATIENCE).expect("a reply");
    std::fs::remove_file(&go).expect("a file in a temporary directory");
    move_slot(cluster, clients, slot, 1, 0);
    let [results, errors] = reply.items() else {
        panic!("{reply}");
    };
    let mut results: Vec<String> = results.items().iter().map(Value::text).collect();
    results.sort();
    (results, errors.to_string())
}

#[test]
fn a_record_that_moves_is_read_once() {
    let cluster = Cluster::with(3, &Options::module(&["ExecutionThreads", "1"]));
    let mut clients = cluster.clients();
    for client in &mut clients {
        client.call(&["RG.CONFIGSET", "ExecutionMaxIdleTime", "60000"]);
    }
    let slot = filled(&mut clients);
    let tag = (0..KEYS)
        .map(|number| format!("m{number}"))
        .find(|key| clients[0].call(&["CLUSTER", "KEYSLOT", key]).to_string() == format!(":{slot}"))
        .expect("a key of the slot");
    let stream = format!("{{{tag}}}stream");
    for number in 0..10 {
        clients[0].call(&["XADD", &stream, "*", "number", &number.to_string()]);
    }
    let mut keys: Vec<String> = (0..KEYS).map(|number| format!("m{number}")).collect();
    keys.sort();
    let entries: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    for (script, wanted) in [
        (
            "GB('KeysReader').map(lambda r: r['key']).run('m*')",
            keys.clone(),
        ),
        ("GB('KeysOnlyReader').run('m*')", keys),
        (
            "GB('KeysReader').count().run()",
            vec![(KEYS + 1).to_string()],
        ),
        (COUNT, vec![KEYS.to_string()]),
        (
            &format!("GB('StreamReader').map(lambda r: r['value']['number']).run('{stream}')"),
            entries,
        ),
    ] {
        let (results, errors) = run_while_it_moves(&cluster, &mut clients, &slot, script);
        assert_eq!(results, wanted, "{script}");
        let id = cluster.id(1);
        let says = "moved while the run read its keys: some may be missing";
        assert!(
            errors.contains(&id) && errors.contains(says),
            "{script}: {errors}, not of {id}"
        );
    }
}
