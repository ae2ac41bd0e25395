//! Replicas hold the registrations of their master, keep quiet, and take over after promotion.

mod support;

use support::{Client, Options, PATIENCE, Server, Value, eventually};

fn follow(replica: &mut Client, master: &Server) {
    let port = master.address().port().to_string();
    assert_eq!(
        replica.call(&["REPLICAOF", "127.0.0.1", &port]).text(),
        "OK"
    );
    eventually("the link to the master", || {
        replica
            .call(&["INFO", "replication"])
            .text()
            .contains("master_link_status:up")
    });
}

/// Immediate full synchronisation, which servers delay by some seconds otherwise.
fn eager() -> Options {
    Options::server(&["--repl-diskless-sync-delay", "0"])
}

#[test]
fn a_replica_gets_registrations_and_fires_once_it_is_the_master() {
    let mut master = Server::with(&eager());
    let replica = Server::start();
    let (mut on_master, mut on_replica) = (master.client(), replica.client());
    on_replica.register("GB('CommandReader').register(trigger='own')", &[]);
    on_master.register(
        "GB('CommandReader').map(lambda r: 'early').register(trigger='early', mode='sync')",
        &["ID", "first"],
    );
    // By full synchronisation: what the replica had is gone.
    follow(&mut on_replica, &master);
    eventually("the full synchronisation", || {
        on_replica.registrations() == on_master.registrations()
    });
    // Through the stream: new ones, upgraded ones, and ones that go.
    on_master.register(
        "GB('KeysReader').foreach(lambda r: execute('INCR', 'fired')).register(prefix='k*', mode='async_local')\n\
         GB('CommandReader').map(lambda r: 'late').register(trigger='late')",
        &[],
    );
    on_master.register(
        "GB('CommandReader').map(lambda r: 'upgraded').register(trigger='early', mode='sync')",
        &["ID", "first", "UPGRADE"],
    );
    on_master.register(
        "GB('CommandReader').register(trigger='gone')",
        &["ID", "gone"],
    );
    let gone = on_master.registration_of("gone");
    assert_eq!(on_master.call(&["RG.UNREGISTER", &gone]).text(), "OK");
    eventually("the stream", || {
        on_replica.registrations() == on_master.registrations()
    });
    assert_eq!(on_master.registrations().len(), 3);
    // A replica answers calls, as it reads.
    assert_eq!(
        on_replica.call(&["RG.TRIGGER", "early"]).items()[0].text(),
        "upgraded"
    );
    assert_eq!(
        on_replica.call(&["RG.TRIGGER", "late"]).items()[0].text(),
        "late"
    );

    // An event of a key runs on the master alone, and what it writes reaches the replica.
    on_master.call(&["SET", "k1", "x"]);
    eventually("the function on the master", || {
        on_master.call(&["GET", "fired"]).text() == "1"
    });
    eventually("its write on the replica", || {
        on_replica.call(&["GET", "fired"]).text() == "1"
    });
    for one in on_replica.call(&["RG.DUMPREGISTRATIONS"]).items() {
        if one
            .field("reader")
            .is_some_and(|reader| reader.text() == "KeysReader")
        {
            let data = one.field("RegistrationData").expect("data");
            assert_eq!(data.field("numTriggered"), Some(&Value::Int(0)), "{one}");
        }
    }

    let known = on_replica.registrations();
    master.signal("KILL");
    assert!(master.wait_exit(PATIENCE).is_some());
    assert_eq!(on_replica.call(&["REPLICAOF", "NO", "ONE"]).text(), "OK");
    assert_eq!(on_replica.registrations(), known);
    on_replica.call(&["SET", "k2", "x"]);
    eventually("the function on the new master", || {
        on_replica.call(&["GET", "fired"]).text() == "2"
    });
    on_replica.register("GB('CommandReader').register(trigger='fresh')", &[]);
    assert_eq!(on_replica.registrations().len(), known.len() + 1);
}

#[test]
fn a_replica_keeps_what_it_got_in_its_own_append_only_file() {
    let master = Server::with(&eager());
    let mut replica = Server::with(&Options::server(&[
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--aof-use-rdb-preamble",
        "no",
    ]));
    let (mut on_master, mut on_replica) = (master.client(), replica.client());
    on_master.register(
        "GB('CommandReader').map(lambda r: 1).register(trigger='a')",
        &[],
    );
    follow(&mut on_replica, &master);
    eventually("the rewrite after the synchronisation", || {
        let info = on_replica.call(&["INFO", "persistence"]).text();
        info.contains("aof_rewrite_in_progress:0") && info.contains("aof_rewrite_scheduled:0")
    });
    on_master.register(
        "GB('CommandReader').map(lambda r: 2).register(trigger='b')",
        &[],
    );
    let known = on_master.registrations();
    eventually("the stream", || on_replica.registrations() == known);
    replica.restart();
    let mut on_replica = replica.client();
    assert_eq!(on_replica.registrations(), known);
    assert_eq!(on_replica.call(&["RG.TRIGGER", "b"]).items()[0].text(), "2");
}
