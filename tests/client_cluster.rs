//! The client on a cluster of three nodes, each with an engine of its own.
#![cfg(all(feature = "embedded", feature = "cluster"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use redgrease::client::{Gears, requests};
use redgrease::embedded::Cluster;
use redgrease::prelude::*;
use redgrease::redis::{Commands, cluster::ClusterClient};
use redgrease::{Outcome, PyExecuteOptions, RawRecord};

#[test]
fn commands_find_their_nodes() {
    let cluster = Cluster::start().unwrap();

    // found out from any node
    let mut con = RedisGears::open(cluster.nodes()[1].url()).unwrap();
    assert!(con.is_cluster().unwrap());
    for n in 0..30 {
        let _: () = con.set(format!("key:{n}"), n).unwrap();
    }

    // what follows a script's ID goes where the script went
    for n in 0..8 {
        let script = format!("GB('ShardsIDReader').map(lambda _: {n}).run()");
        let options = PyExecuteOptions::new().unblocking();
        let Outcome::Started(id) = con.pyexecute_options(&script, &options).unwrap() else {
            panic!("an ID");
        };
        let results = con.getresultsblocking(&id).unwrap();
        assert!(
            results
                .value
                .contains(&RawRecord::from(n.to_string().as_str()))
        );
        con.dropexecution(&id).unwrap();
    }

    // a function is registered and found again, whatever its arguments
    let script = "GB('CommandReader').map(lambda r: r[1]).register(trigger='echo', mode='sync')";
    con.pyexecute(script).unwrap();
    for n in 0..8 {
        let argument = format!("argument {n}");
        let answer = con.trigger("echo", &[&argument]).unwrap();
        assert_eq!(answer, [RawRecord::from(argument.as_str())]);
    }
    let registrations = con.dumpregistrations().unwrap();
    assert_eq!(registrations.len(), 1);
    con.unregister(&registrations[0]).unwrap();

    // all nodes are asked, and change
    let client = ClusterClient::new(cluster.urls()).unwrap();
    let mut gears = Gears::new(client.get_connection().unwrap());
    gears.refreshcluster().unwrap();
    gears.clearregistrationsstats().unwrap();
    let each = gears.on_all(&requests::py_stats()).unwrap();
    let addresses: BTreeSet<String> = each.into_keys().collect();
    let expected = cluster
        .nodes()
        .iter()
        .map(|node| format!("127.0.0.1:{}", node.port()));
    assert_eq!(addresses, expected.collect());
    gears.pystats().unwrap();
    gears.dumpexecutions().unwrap();
    gears.gears_config().set_max_executions(321).unwrap();
    for node in cluster.nodes() {
        let mut con = node.connection().unwrap();
        assert_eq!(con.gears_config().max_executions().unwrap(), 321);
    }
    assert!(gears.gears_config().set("ExecutionThreads", 1).is_err());

    // a key's node gets the function that is called on the key
    for key in ["a", "b", "c", "d"] {
        let mut at_key = Gears::new(client.get_connection().unwrap()).home(key);
        let script = format!(
            "GB('CommandReader').map(lambda r: r[1]).register(trigger='on-{key}', mode='sync')"
        );
        at_key.pyexecute(&script).unwrap();
        let none: &[&str] = &[];
        let answer = gears.triggeronkey(&format!("on-{key}"), key, none).unwrap();
        assert_eq!(answer, [RawRecord::from(key)]);
    }
}

#[cfg(feature = "cluster-async")]
#[tokio::test]
async fn commands_find_their_nodes_asynchronously() {
    let cluster = Cluster::start().unwrap();
    let handle = RedisGears::lazy(cluster.nodes()[2].url()).unwrap();
    let mut con = handle.async_connection().await.unwrap();
    assert!(handle.is_cluster().unwrap());
    let options = PyExecuteOptions::new().unblocking();
    for n in 0..4 {
        let script = format!("GB('ShardsIDReader').map(lambda _: {n}).run()");
        let expected = RawRecord::from(n.to_string().as_str());
        let outcome = con.pyexecute(&script).await.unwrap();
        assert!(outcome.results().unwrap().value.contains(&expected));
        let started = con.pyexecute_options(&script, &options).await.unwrap();
        let Outcome::Started(id) = started else {
            panic!("an ID");
        };
        let results = con.getresultsblocking(&id).await.unwrap();
        assert!(results.value.contains(&expected));
        con.dropexecution(&id).await.unwrap();
    }
    con.gears_config().set_max_executions(123).await.unwrap();
    for node in cluster.nodes() {
        let mut con = node.connection().unwrap();
        let set = redgrease::GearsCommands::gears_config(&mut con).max_executions();
        assert_eq!(set.unwrap(), 123);
    }
    let client = ClusterClient::new(cluster.urls()).unwrap();
    let mut gears = Gears::new(client.get_async_connection().await.unwrap());
    let each = gears.on_all_async(&requests::py_stats()).await.unwrap();
    assert_eq!(each.len(), 3);
    con.pystats().await.unwrap();
}

/// A script that only the node with the key can run.
fn at_home_of(key: &str) -> String {
    format!("execute('RPUSH', '{key}', 'ran')")
}

#[test]
fn scripts_run_on_the_node_that_is_chosen() {
    let cluster = Cluster::start().unwrap();
    let client = ClusterClient::new(cluster.urls()).unwrap();
    let mut nodes = BTreeSet::new();
    for key in ["a", "b", "c", "d"] {
        let mut gears = Gears::new(client.get_connection().unwrap()).home(key);
        gears.pyexecute(&at_home_of(key)).unwrap();
        assert_eq!(gears.llen::<_, i64>(key).unwrap(), 1);
        // each node has the executions of its own
        let options = PyExecuteOptions::new().unblocking();
        let script = "GB('ShardsIDReader').run()";
        let Outcome::Started(id) = gears.pyexecute_options(script, &options).unwrap() else {
            panic!("an ID");
        };
        gears.getresultsblocking(&id).unwrap();
        let slot: u16 = redis::cmd("CLUSTER")
            .arg("KEYSLOT")
            .arg(key)
            .query(&mut gears)
            .unwrap();
        nodes.insert(u32::from(slot) * 3 / 16_384);
    }
    assert_eq!(nodes.len(), 3, "the keys lie on all nodes");

    // what all nodes have comes together
    let mut gears = Gears::new(client.get_connection().unwrap());
    let apart = gears.on_all(&requests::dump_executions()).unwrap();
    assert!(apart.values().all(|on_node| !on_node.is_empty()));
    assert_eq!(gears.dumpexecutions().unwrap().len(), 4);
    let most = gears.on_all(&requests::py_stats()).unwrap();
    let most = most.values().map(|stats| stats.total_allocated).max();
    assert!(gears.pystats().unwrap().total_allocated > most.unwrap());
}

#[test]
fn cluster_connections_without_a_wrapper_run_what_needs_no_second_question() {
    let cluster = Cluster::start().unwrap();
    let client = ClusterClient::new(cluster.urls()).unwrap();
    let mut con = client.get_connection().unwrap();
    let outcome = con.pyexecute("GB('ShardsIDReader').map(lambda _: 7).run()");
    assert!(
        outcome
            .unwrap()
            .results()
            .unwrap()
            .value
            .contains(&"7".into())
    );
    con.pystats().unwrap();
    assert!(con.gears_version().unwrap().is_some());
    assert!(con.gears_config().max_executions().unwrap() > 0);
}

#[cfg(feature = "cluster-async")]
#[tokio::test]
async fn scripts_run_on_the_node_that_is_chosen_asynchronously() {
    let cluster = Cluster::start().unwrap();
    let client = ClusterClient::new(cluster.urls()).unwrap();
    let con = client.get_async_connection().await.unwrap();
    for key in ["a", "b", "c", "d"] {
        let mut gears = Gears::new(con.clone()).home(key);
        redgrease::AsyncGearsCommands::pyexecute(&mut gears, &at_home_of(key))
            .await
            .unwrap();
        let script = "GB('ShardsIDReader').count().run()";
        let counted = redgrease::AsyncGearsCommands::pyexecute(&mut gears, script).await;
        let counted = counted.unwrap().decode::<Vec<i64>>().unwrap();
        assert!(!counted.value.is_empty());
    }
    let lengths = ["a", "b", "c", "d"].map(|key| {
        let mut con = client.get_connection().unwrap();
        con.llen::<_, i64>(key).unwrap()
    });
    assert_eq!(lengths, [1; 4]);
}
