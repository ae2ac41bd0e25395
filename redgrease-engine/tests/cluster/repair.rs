//! Shards that were away, are new, or do not go together: in the end all have the same registrations.

use super::registrations::{same_registrations, status};
use crate::support::{Client, Cluster, Options, Server, eventually};

fn function(trigger: &str, answer: &str) -> String {
    format!(
        "GB('CommandReader').map(lambda r: '{answer}').register(trigger='{trigger}', mode='sync')"
    )
}

const FAST: [&str; 2] = ["--cluster-node-timeout", "3000"];

#[test]
fn a_new_shard_gets_what_the_others_have() {
    let mut cluster = Cluster::of(2);
    let told = "def told():\n    execute('set', '{%s}told' % hashtag(), '1')\n";
    let script = format!(
        "{told}GB('CommandReader').map(lambda r: 'here').register(trigger='t', mode='sync', onRegistered=told)"
    );
    cluster.client(0).register(&script, &["ID", "early"]);
    let node = cluster.join_master();
    let mut clients = cluster.clients();
    assert_eq!(same_registrations(&mut clients).len(), 1);
    let mut joined = cluster.client(node);
    assert_eq!(joined.triggered("t"), "here");
    // Once it has keys, it is one of them.
    cluster.give(1, node);
    cluster.stands();
    clients[1].register(&function("late", "late"), &[]);
    assert_eq!(joined.triggered("late"), "late");
    joined.register(&function("own", "own"), &[]);
    assert_eq!(same_registrations(&mut clients).len(), 3);
    assert_eq!(clients[0].triggered("own"), "own");
}

/// Has one shard away while something is done.
fn away(cluster: &mut Cluster, node: usize, meanwhile: impl FnOnce(&Cluster)) {
    let mut client = cluster.nodes[node].client();
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    drop(client);
    let mut nodes: Vec<Server> = Vec::new();
    std::mem::swap(&mut nodes, &mut cluster.nodes);
    let mut gone = nodes.remove(node);
    cluster.nodes = nodes;
    gone.restart_after(|| meanwhile(cluster));
    cluster.nodes.insert(node, gone);
}

#[test]
fn a_shard_that_was_away_gets_what_it_lacks_and_loses_what_went() {
    let mut cluster = Cluster::with(3, &Options::server(&FAST));
    let mut clients = cluster.clients();
    for name in ["stays", "goes", "changes"] {
        clients[0].register(&function(name, "old"), &["ID", name]);
    }
    same_registrations(&mut clients);
    let third = cluster.id(2);
    away(&mut cluster, 2, |cluster| {
        let mut first = cluster.client(0);
        // A shard that is away cannot take part: nothing is registered without it.
        let refusal = first.call(&["RG.PYEXECUTE", &function("new", "new")]);
        let text = refusal.to_string();
        assert!(text.contains(&third), "{text}");
        assert_eq!(first.registrations().len(), 3);
        // What is taken away goes everywhere in the end.
        let goes = first.registration_of("goes");
        assert_eq!(first.call(&["RG.UNREGISTER", &goes]).text(), "OK");
    });
    cluster.stands();
    let mut clients = cluster.clients();
    assert_eq!(same_registrations(&mut clients).len(), 2);
    assert_eq!(
        clients[2].call(&["RG.TRIGGER", "goes"]).text(),
        "ERR subcommand not found"
    );
    assert_eq!(clients[2].triggered("stays"), "old");
}

#[test]
fn a_pause_reaches_shards_that_were_away_and_new_ones() {
    let mut cluster = Cluster::with(3, &Options::server(&FAST));
    let mut first = cluster.client(0);
    for name in ["one", "two"] {
        first.register(
            &format!("GB('StreamReader').register('{name}*')"),
            &["ID", name],
        );
    }
    let paused = first.registration_of("one");
    let wanted = first.registrations();
    let wanted: Vec<&str> = wanted
        .iter()
        .map(|id| if *id == paused { "PAUSED" } else { "OK" })
        .collect();
    // It has the registrations in its file, and not the pause.
    away(&mut cluster, 2, |cluster| {
        let reply = cluster.client(0).call(&["RG.PAUSEREGISTRATIONS", &paused]);
        assert_eq!(reply.text(), "OK");
    });
    cluster.stands();
    cluster.join_master();
    let mut clients = cluster.clients();
    same_registrations(&mut clients);
    eventually("the pause everywhere", || {
        clients.iter_mut().all(|client| status(client) == wanted)
    });
    // It goes on where it was not stopped.
    let reply = clients[3].call(&["RG.UNPAUSEREGISTRATIONS", &paused]);
    assert_eq!(reply.text(), "OK");
    eventually("its end everywhere", || {
        clients
            .iter_mut()
            .all(|client| status(client) == ["OK", "OK"])
    });
}

#[test]
fn what_was_made_later_stays_where_two_do_not_go_together() {
    let cluster = Cluster::apart(3, &Options::default());
    cluster.share();
    let mut clients: Vec<Client> = cluster.clients();
    // Each is a cluster of its own.
    for client in &mut clients {
        eventually("it takes commands", || {
            client
                .call(&["CLUSTER", "INFO"])
                .text()
                .contains("cluster_state:ok")
        });
    }
    for (at, client) in clients.iter_mut().enumerate() {
        client.register(&function("contested", &at.to_string()), &[]);
        client.register(&function(&format!("of{at}"), "named"), &["ID", "same"]);
        client.register(
            &function(&format!("only{at}"), "alone"),
            &["ID", &format!("only{at}")],
        );
    }
    cluster.unite();
    let mut clients = cluster.clients();
    eventually("the later ones stay", || {
        clients.iter_mut().all(|client| {
            client.registrations().len() == 5
                && client.call(&["RG.TRIGGER", "contested"]).to_string() == "[\"2\"]"
        })
    });
    same_registrations(&mut clients);
    for client in &mut clients {
        assert_eq!(client.triggered("of2"), "named");
        for name in ["only0", "only1", "only2"] {
            assert_eq!(client.triggered(name), "alone");
        }
    }
}

#[test]
fn a_replica_that_is_promoted_goes_on() {
    let mut cluster = Cluster::with(3, &Options::server(&FAST));
    let replica = cluster.replica(0);
    let mut clients = cluster.clients();
    let script = "\
GB('CommandReader').map(lambda r: 'here').register(trigger='t', mode='sync')
GB('KeysReader').foreach(lambda r: execute('incr', '{06S}fired')).register('{06S}k*', eventTypes=['set'], mode='async_local')";
    clients[1].register(script, &["ID", "before"]);
    let mut on_replica = replica.client();
    eventually("the replica has them", || {
        on_replica.registrations() == clients[1].registrations()
    });
    clients[0].call(&["SET", "{06S}key", "1"]);
    clients[0].becomes(&["GET", "{06S}fired"], "\"1\"");
    // It starts nothing by itself.
    on_replica.call(&["READONLY"]);
    on_replica.becomes(&["GET", "{06S}fired"], "\"1\"");
    cluster.nodes.remove(0);
    eventually("the promotion", || {
        on_replica
            .call(&["INFO", "replication"])
            .text()
            .contains("role:master")
    });
    cluster.nodes.insert(0, replica);
    cluster.stands();
    on_replica.call(&["SET", "{06S}key", "2"]);
    on_replica.becomes(&["GET", "{06S}fired"], "\"2\"");
    let mut clients = cluster.clients();
    clients[2].register(&function("after", "after"), &[]);
    assert_eq!(on_replica.triggered("after"), "after");
    assert_eq!(same_registrations(&mut clients).len(), 3);
}
