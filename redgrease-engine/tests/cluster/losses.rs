//! Shards that die or stand still while a run needs them: it ends, says which one, and leaves nothing behind.

use crate::support::{Client, Cluster, Options, PATIENCE, Value, eventually};

const IDLE: &str = "1000";
/// Each shard says that it has begun, and takes its time.
const SLOW: &str = "import time
def f(r):
    execute('set', '{%s}begun' % hashtag(), '1')
    for _ in range(200): time.sleep(0.01)
    return r
GB('ShardsIDReader').map(f).run()";

fn cluster() -> (Cluster, Vec<Client>) {
    let cluster = Cluster::with(3, &Options::unhurried());
    let mut clients = cluster.clients();
    for client in &mut clients {
        client.call(&["RG.CONFIGSET", "ExecutionMaxIdleTime", IDLE]);
    }
    (cluster, clients)
}

/// Waits until every shard runs it.
fn begun(clients: &mut [Client]) {
    for client in clients {
        eventually("it runs", || client.call(&["DBSIZE"]).to_string() == ":1");
    }
}

#[test]
fn a_shard_that_dies_or_stands_still_is_named() {
    for signal in ["KILL", "STOP"] {
        let (cluster, mut clients) = cluster();
        let gone = cluster.id(2);
        clients[0]
            .send(&["RG.PYEXECUTE", SLOW])
            .expect("a connection");
        begun(&mut clients[1..]);
        cluster.nodes[2].signal(signal);
        let reply = clients[0].read(PATIENCE).expect("a reply");
        let [results, errors] = reply.items() else {
            panic!("{reply}");
        };
        assert!(results.items().len() <= 2, "{reply}");
        let errors = errors.to_string();
        assert!(errors.contains(&gone), "{signal}: {reply}");
        // Nothing of it stays, and the next run ends too.
        for client in &mut clients[..2] {
            client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
        }
        let reply = clients[1].call(&["RG.PYEXECUTE", "GB('ShardsIDReader').count().run()"]);
        assert!(reply.to_string().contains(&gone), "{signal}: {reply}");
        if signal == "STOP" {
            cluster.nodes[2].signal("CONT");
            clients[2].becomes(&["RG.DUMPEXECUTIONS"], "[]");
            clients[1].becomes(
                &["RG.PYEXECUTE", "GB('ShardsIDReader').count().run()"],
                "[[\"3\"], []]",
            );
        }
    }
}

#[test]
fn a_shard_that_has_failed_is_named_at_once() {
    // The others go on serving, so that clients may wait.
    let options = Options::server(&[
        "--cluster-node-timeout",
        "1000",
        "--cluster-require-full-coverage",
        "no",
    ]);
    let cluster = Cluster::with(3, &options);
    let gone = cluster.id(2);
    cluster.nodes[2].signal("KILL");
    let mut client = cluster.client(0);
    eventually("it is held for failed", || {
        let nodes = client.call(&["CLUSTER", "NODES"]).text();
        let line = nodes.lines().find(|line| line.contains(&gone));
        line.is_some_and(|line| line.contains("master,fail "))
    });
    // With functions and without.
    for rest in ["count()", "map(lambda r: [r]).count()"] {
        let script = format!("GB('ShardsIDReader').{rest}.run()");
        let reply = client.call(&["RG.PYEXECUTE", &script]);
        assert!(reply.items()[1].to_string().contains(&gone), "{reply}");
        client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
    }
}

#[test]
fn the_others_forget_what_a_dead_shard_was_asked_for() {
    for signal in ["KILL", "STOP"] {
        let (cluster, mut clients) = cluster();
        clients[0]
            .send(&["RG.PYEXECUTE", &SLOW.replace("range(200)", "range(10**9)")])
            .expect("a connection");
        begun(&mut clients[1..]);
        cluster.nodes[0].signal(signal);
        // Its function never ends by itself.
        if signal == "KILL" {
            for client in &mut clients[1..] {
                client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
            }
        } else {
            cluster.nodes[0].signal("CONT");
            let id = clients[1].call(&["RG.DUMPEXECUTIONS"]).items()[0]
                .field("executionId")
                .expect("an id")
                .text();
            assert_eq!(clients[1].call(&["RG.ABORTEXECUTION", &id]).text(), "OK");
            let reply = clients[0].read(PATIENCE).expect("a reply");
            assert_eq!(reply.items()[1].items().len(), 3, "{reply}");
        }
    }
}

#[test]
fn a_shard_that_was_started_again_is_named() {
    let (mut cluster, mut clients) = cluster();
    // Long enough that it is not what ends the run.
    clients[0].call(&["RG.CONFIGSET", "ExecutionMaxIdleTime", "100000"]);
    let again = cluster.id(2);
    clients[0]
        .send(&["RG.PYEXECUTE", SLOW])
        .expect("a connection");
    begun(&mut clients[1..]);
    cluster.nodes[2].restart();
    let reply = clients[0].read(PATIENCE).expect("a reply");
    let errors = reply.items()[1].to_string();
    assert!(
        errors.contains(&again) && errors.contains("was started again"),
        "{reply}"
    );
}

#[test]
fn a_worker_that_dies_on_another_shard_is_an_error_of_the_run() {
    let (cluster, mut clients) = cluster();
    let script = "import os, time\ndef f(r):\n    if hashtag() == '63n': os.kill(os.getpid(), 9)\n    return r\nGB('ShardsIDReader').map(f).run()";
    let reply = clients[0].call(&["RG.PYEXECUTE", script]);
    let [results, errors] = reply.items() else {
        panic!("{reply}");
    };
    assert_eq!(results.items().len(), 2, "{reply}");
    assert_eq!(errors.items().len(), 1, "{reply}");
    assert!(
        errors.to_string().contains("python worker died (signal 9)"),
        "{reply}"
    );
    drop(cluster);
}

/// Whether a run gave this much and names some of the shards that it waited for, and no other: one that gives no sign because the
/// machine is busy is named alone.
fn is_cut(reply: &Value, results: &str, waited: &[&String], not: &[&String]) -> bool {
    let [given, errors] = reply.items() else {
        return false;
    };
    let errors = errors.to_string();
    given.to_string() == results
        && errors.contains("Execution max idle reached: ")
        && waited.iter().any(|id| errors.contains(*id))
        && !not.iter().any(|id| errors.contains(*id))
}

#[test]
fn the_rest_is_not_waited_for_too_long_and_what_is_there_is_given() {
    let (cluster, mut clients) = cluster();
    let ids = [0, 1, 2].map(|node| cluster.id(node));
    let [own, second, third] = &ids;
    let slow = |tag: &str| {
        format!(
            "import time\ndef f(x):\n    for _ in range(3000 if hashtag() {tag} else 0): time.sleep(0.01)\n    return 1\nGB('ShardsIDReader').map(f)"
        )
    };
    let reply = clients[0].call(&["RG.PYEXECUTE", &(slow("!= '06S'") + ".run()")]);
    assert!(
        is_cut(&reply, "[\"1\"]", &[second, third], &[own]),
        "{reply}"
    );
    for client in &mut clients {
        client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
    }
    // Groups that need records of all shards are given as far as they came; who waits for another one too is not to blame.
    let script = |tag: &str| slow(tag) + ".repartition(lambda r: '{06S}').count().run()";
    let reply = clients[0].call(&["RG.PYEXECUTE", &script("!= '06S'")]);
    assert!(
        is_cut(&reply, "[\"1\"]", &[second, third], &[own]),
        "{reply}"
    );
    let reply = clients[0].call(&["RG.PYEXECUTE", &script("== '63n'")]);
    assert!(
        is_cut(&reply, "[\"2\"]", &[third], &[own, second]),
        "{reply}"
    );
}

#[test]
fn functions_of_the_shard_that_was_asked_are_not_idle() {
    let (_cluster, mut clients) = cluster();
    let slow = "import time\ndef f(x):\n    for _ in range(400): time.sleep(0.01)\n    return x\n";
    // All have ended before it, and one of them owns the key of all records.
    for rest in [
        "repartition(lambda r: '{06S}').count().map(f).run()",
        "count().map(f).run()",
    ] {
        let script = format!("{slow}GB('ShardsIDReader').{rest}");
        let reply = clients[0].call(&["RG.PYEXECUTE", &script]).to_string();
        assert_eq!(reply, "[[\"3\"], []]", "{rest}");
    }
}
