//! Replicas hold the registrations of their master, keep quiet, and take over after promotion.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

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

/// What the only registration says of itself under a name.
fn statistic(client: &mut Client, name: &str) -> Option<Value> {
    let all = client.call(&["RG.DUMPREGISTRATIONS"]);
    all.items()[0]
        .field("RegistrationData")?
        .field(name)
        .cloned()
}

/// How many entries of a stream its only group has got and not acknowledged.
fn pending(client: &mut Client, stream: &str) -> Option<Value> {
    let groups = client.call(&["XINFO", "GROUPS", stream]);
    groups.items().first()?.field("pending").cloned()
}

/// Everything that can be registered, each with a trace of its own.
const ALL: &str = "\
n = [0]
def up(r):
    n[0] += 1
    return n[0]
def entry(r):
    if execute('exists', 'hold'): raise Exception('not now')
    execute('rpush', 'entries', r['value']['n'])
GB('CommandReader').map(up).register(trigger='call')
GB('CommandReader').map(lambda r: 'hooked').register(hook='echo', mode='sync', convertToStr=False)
GB().foreach(lambda r: execute('incr', 'sync')).register('k*', mode='sync', eventTypes=['set'])
GB().foreach(lambda r: execute('incr', 'async')).register('k*', eventTypes=['set'])
GB('StreamReader').foreach(entry).register('s', onFailedPolicy='retry', onFailedRetryInterval=1)
registerTE(0, lambda: execute('incr', 'ticks'), 'te')
";

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

/// By whatever way a replica gets its data, and when its link breaks, it knows everything, keeps quiet, and goes on where its
/// master stopped.
#[test]
fn a_promoted_replica_goes_on_where_its_master_stopped() {
    let swap = &[
        "--repl-diskless-sync",
        "yes",
        "--repl-diskless-load",
        "swapdb",
    ];
    let disk = &["--repl-diskless-sync", "no"];
    for way in [&swap[..], disk] {
        let options = Options::server(&[&["--repl-diskless-sync-delay", "0"], way].concat());
        let mut master = Server::with(&options);
        let replica = Server::with(&options);
        let (mut on_master, mut on_replica) = (master.client(), replica.client());
        on_replica.register("GB('CommandReader').register(trigger='own')", &[]);
        on_master.register(ALL, &["ID", "all"]);
        on_master.call(&["SET", "hold", "1"]);
        on_master.call(&["XADD", "s", "*", "n", "1"]);
        follow(&mut on_replica, &master);
        let alike = |on_master: &mut Client, on_replica: &mut Client| {
            let known = on_master.registrations();
            eventually("the registrations of the master", || {
                on_replica.registrations() == known
            });
        };
        alike(&mut on_master, &mut on_replica);
        on_replica.becomes(&["RG.TRIGGER", "own"], "-ERR subcommand not found");

        // The link breaks: what happened meanwhile comes after it.
        for line in on_master
            .call(&["CLIENT", "LIST", "TYPE", "replica"])
            .text()
            .lines()
        {
            let id = line.split(' ').next().and_then(|id| id.strip_prefix("id="));
            on_master.call(&["CLIENT", "KILL", "ID", id.expect("an id")]);
        }
        on_master.register(
            "GB('CommandReader').register(trigger='later')",
            &["ID", "later"],
        );
        alike(&mut on_master, &mut on_replica);
        let syncs = on_master.call(&["INFO", "stats"]).text();
        assert!(
            syncs.contains("sync_full:1\r\n") && syncs.contains("sync_partial_ok:1\r\n"),
            "{syncs}"
        );

        // Events of keys, entries of streams, hooked commands and time events are the master's.
        on_master.call(&["SET", "k1", "x"]);
        on_master.call(&["XADD", "s", "*", "n", "2"]);
        for client in [&mut on_master, &mut on_replica] {
            client.becomes(&["GET", "sync"], "\"1\"");
            client.becomes(&["GET", "async"], "\"1\"");
            client.becomes(&["XLEN", "s"], ":2");
            client.becomes(&["TYPE", "te"], "+rg_timeev");
        }
        assert_eq!(on_master.call(&["ECHO", "x"]).text(), "hooked");
        assert_eq!(on_replica.call(&["ECHO", "x"]).text(), "x");
        assert_eq!(on_replica.triggered("call"), "1");
        for one in on_replica.call(&["RG.DUMPREGISTRATIONS"]).items() {
            let reader = one.field("reader").expect("a reader").text();
            let data = one.field("RegistrationData").expect("data");
            if reader != "CommandReader" {
                assert_eq!(data.field("numTriggered"), Some(&Value::Int(0)), "{one}");
            }
        }

        master.signal("KILL");
        assert!(master.wait_exit(PATIENCE).is_some());
        assert_eq!(on_replica.call(&["REPLICAOF", "NO", "ONE"]).text(), "OK");
        // What its master had begun and not acknowledged, and what comes now.
        on_replica.call(&["DEL", "hold"]);
        on_replica.call(&["XADD", "s", "*", "n", "3"]);
        on_replica.becomes(&["LRANGE", "entries", "0", "-1"], "[\"1\", \"2\", \"3\"]");
        on_replica.becomes(&["XLEN", "s"], ":0");
        on_replica.call(&["SET", "k2", "x"]);
        on_replica.becomes(&["GET", "sync"], "\"2\"");
        on_replica.becomes(&["GET", "async"], "\"2\"");
        assert_eq!(on_replica.call(&["ECHO", "x"]).text(), "hooked");
        assert_eq!(on_replica.triggered("call"), "2");
        let ticks = on_replica.call(&["GET", "ticks"]).text();
        eventually("another tick", || {
            on_replica.call(&["GET", "ticks"]).text() != ticks
        });
    }
}

/// Two servers that are master in turn, without a full synchronisation between: what the other one got of a stream and did not
/// work off is not left behind, though nothing is added any more.
#[test]
fn servers_that_change_places_go_on_where_the_other_stopped() {
    const STREAMS: &str = "\
def entry(r):
    if execute('exists', 'hold'): raise Exception('not now')
    execute('rpush', 'entries', r['value']['n'])
GB('StreamReader').foreach(entry).register('a', onFailedPolicy='retry', onFailedRetryInterval=1)
GB('StreamReader').foreach(entry).register('l', onFailedPolicy='retry', onFailedRetryInterval=1, mode='async_local')
";
    let servers = [Server::with(&eager()), Server::with(&eager())];
    let mut clients = [servers[0].client(), servers[1].client()];
    clients[0].register(STREAMS, &[]);
    follow(&mut clients[1], &servers[0]);
    // The first one has nothing to do when it gives way, the others have.
    for (round, [master, other]) in [[0, 1], [1, 0], [0, 1], [1, 0]].into_iter().enumerate() {
        let known = clients[master].registrations();
        eventually("the registrations of the master", || {
            clients[other].registrations() == known
        });
        if round > 0 {
            clients[master].call(&["SET", "hold", "1"]);
            for stream in ["a", "l"] {
                clients[master].call(&["XADD", stream, "*", "n", stream]);
                eventually("a try", || {
                    pending(&mut clients[master], stream) == Some(Value::Int(1))
                });
            }
        }
        assert_eq!(clients[master].call(&["FAILOVER"]).text(), "OK");
        eventually("the change of places", || {
            clients[other].call(&["ROLE"]).items()[0].text() == "master"
                && clients[master]
                    .call(&["INFO", "replication"])
                    .text()
                    .contains("master_link_status:up")
        });
        clients[other].call(&["DEL", "hold"]);
        clients[other].becomes(&["XLEN", "a"], ":0");
        clients[other].becomes(&["XLEN", "l"], ":0");
        clients[other].becomes(&["LLEN", "entries"], &format!(":{}", 2 * round));
    }
    let syncs = clients[0].call(&["INFO", "stats"]).text();
    assert!(syncs.contains("sync_full:1\r\n"), "{syncs}");
}

/// A batch that ends while its server is nobody's master, and then becomes a replica by full synchronisation, is not waited for by
/// the registrations that come in the place of the old ones.
#[test]
fn a_batch_of_a_master_that_gave_way_holds_nobody_up() {
    const STREAM: &str = "\
import time
def entry(r):
    time.sleep(2)
GB('StreamReader').foreach(entry).register('s', onFailedPolicy='retry', onFailedRetryInterval=1)
";
    let (first, second) = (Server::with(&eager()), Server::with(&eager()));
    let (mut on_first, mut on_second) = (first.client(), second.client());
    on_first.register(STREAM, &["ID", "same"]);
    on_second.register(STREAM, &["ID", "same"]);
    on_first.call(&["XADD", "s", "*", "n", "1"]);
    eventually("a batch that runs", || {
        pending(&mut on_first, "s") == Some(Value::Int(1))
    });
    // Nobody is there: the first one is a replica, and has not got anything yet.
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = nobody.local_addr().expect("its address").port();
    on_first.call(&["REPLICAOF", "127.0.0.1", &port.to_string()]);
    eventually("the end of the batch", || {
        let all = statistic(&mut on_first, "numTriggered");
        all.is_some() && statistic(&mut on_first, "numSuccess") == all
    });
    follow(&mut on_first, &second);
    assert_eq!(on_first.call(&["REPLICAOF", "NO", "ONE"]).text(), "OK");
    on_first.call(&["XADD", "s", "*", "n", "2"]);
    on_first.becomes(&["XLEN", "s"], ":0");
}

/// What a replica registered by itself gives way to what the master gave the same number.
#[test]
fn the_numbers_of_registrations_are_the_masters_to_give() {
    let master = Server::with(&eager());
    let replica = Server::start();
    let (mut on_master, mut on_replica) = (master.client(), replica.client());
    follow(&mut on_replica, &master);
    let mut gave_way = 0;
    for round in 0..4 {
        let builders = "GB()\n".repeat(round);
        let script = |trigger: &str| {
            format!("GB('CommandReader').map(lambda r: '{trigger}').register(trigger='{trigger}')")
        };
        let (mine, own) = (format!("m{round}"), format!("r{round}"));
        on_replica.register(&(builders + &script(&own)), &[]);
        on_master.register(&script(&mine), &[]);
        on_replica.becomes(&["RG.TRIGGER", &mine], &format!("[\"{mine}\"]"));
        gave_way += usize::from(on_replica.call(&["RG.TRIGGER", &own]).is_error());
    }
    assert!(gave_way > 0, "no two numbers were the same");
}

/// Follows the protocol of replication until a replica wants everything; sends that, and breaks off.
fn break_off(mut stream: TcpStream, data: &[u8]) {
    let mut request = [0; 1024];
    while let Ok(length @ 1..) = stream.read(&mut request) {
        let text = String::from_utf8_lossy(&request[..length]);
        let answer = if text.contains("PSYNC") {
            let more = data.len() + 1;
            [
                format!("+FULLRESYNC {} 0\r\n${more}\r\n", "0".repeat(40)).as_bytes(),
                data,
            ]
            .concat()
        } else if text.contains("PING") {
            b"+PONG\r\n".to_vec()
        } else {
            b"+OK\r\n".repeat(text.matches("REPLCONF").count().max(1))
        };
        let sent = stream.write_all(&answer);
        if sent.is_err() || text.contains("PSYNC") {
            return;
        }
    }
}

/// A master that goes while it is being loaded leaves registrations behind on its replica, and these answer.
#[test]
fn what_a_broken_load_brought_hangs_nowhere() {
    let master = Server::start();
    let mut on_master = master.client();
    on_master.register(
        "GB('CommandReader').map(lambda r: 'here').register(trigger='call')",
        &[],
    );
    assert_eq!(on_master.call(&["SAVE"]).text(), "OK");
    let directory = on_master.call(&["CONFIG", "GET", "dir"]).items()[1].text();
    let data = fs::read(Path::new(&directory).join("dump.rdb")).expect("what was saved");
    // All but the mark of its end, and a checksum.
    let data = data[..data.len() - 9].to_vec();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            break_off(stream, &data);
        }
    });
    let replica = Server::with(&Options::server(&["--repl-diskless-load", "on-empty-db"]));
    let mut on_replica = replica.client();
    on_replica.call(&["REPLICAOF", "127.0.0.1", &port.to_string()]);
    eventually("a load that fails", || {
        replica.log().contains("synchronization DB from socket")
    });
    assert_eq!(on_replica.call(&["REPLICAOF", "NO", "ONE"]).text(), "OK");
    assert_eq!(on_replica.registrations(), on_master.registrations());
    assert_eq!(on_replica.triggered("call"), "here");
}
