//! What keeps clients from writing keeps functions from it: replicas that only read, used up memory, missing replicas.

use crate::arena::{Arena, outcome};
use crate::support::server::major_version;
use crate::support::{Client, Options, PATIENCE, Server, eventually};

const FUNCTIONS: &str = "
def write(w):
    return execute(*w[1:])
def held(w):
    with atomic():
        return execute(*w[1:])
GB('CommandReader').map(write).register(trigger='async')
GB('CommandReader').map(held).register(trigger='atomic')
GB('CommandReader').map(write).register(trigger='sync', mode='sync')
";
const WRITES: [&str; 5] = [
    "SET k v",
    "DEL k",
    "EVAL return(redis.call('set','k','v')) 0",
    "RG.TRIGGER sync SET k v",
    "XADD s * f v",
];
const READS: [&str; 4] = ["GET k", "EVAL return(1) 0", "INFO", "RG.TRIGGER sync GET k"];

fn tries(client: &mut Client, calls: &[&str], check: impl Fn(&str, Result<String, String>)) {
    for call in calls {
        let words: Vec<&str> = call.split(' ').collect();
        for way in ["async", "atomic", "sync"] {
            let reply = client.call(&[&["RG.TRIGGER", way], words.as_slice()].concat());
            check(&format!("{way}: {call}"), outcome(&reply));
        }
        client.call(&["MULTI"]);
        let queued = client.call(&[&["RG.TRIGGER", "sync"], words.as_slice()].concat());
        let reply = client.call(&["EXEC"]);
        if words[0] == "EVAL" && major_version() < 7 {
            let said = reply.to_string();
            let refused = "a function that MULTI waits for cannot run EVAL";
            assert!(
                queued.is_error() || said.contains(refused),
                "{call}: {said}"
            );
            continue;
        }
        // Above `maxmemory` the server queues nothing.
        check(
            &format!("MULTI: {call}"),
            if queued.is_error() {
                outcome(&client.call(&[&["RG.TRIGGER", "sync"], words.as_slice()].concat()))
            } else {
                outcome(&reply.items()[0])
            },
        );
    }
}

#[test]
fn a_replica_that_only_reads_takes_no_writes_of_functions() {
    let master = Server::start();
    let mut arena = Arena::new();
    master.client().register(FUNCTIONS, &[]);
    let port = master.address().port().to_string();
    arena.ask(&["REPLICAOF", "127.0.0.1", &port]);
    eventually("the functions", || {
        outcome(&arena.ask(&["RG.TRIGGER", "sync", "PING"])).is_ok()
    });
    tries(&mut arena.client, &WRITES, |what, said| {
        let said = said.expect_err(what);
        assert!(
            said.contains("read only replica") || said.contains("read-only replica"),
            "{what}: {said}"
        );
    });
    tries(&mut arena.client, &READS, |what, said| {
        said.expect(what);
    });
    assert_eq!(arena.ask(&["DBSIZE"]).to_string(), ":0");
    // As RedisGears 1.2 has it.
    arena.ask(&["RG.CONFIGSET", "WriteAlways", "1"]);
    arena.ask(&["RG.TRIGGER", "async", "SET", "k", "v"]);
    assert_eq!(arena.ask(&["GET", "k"]).text(), "v");
    // And where the server lets clients write.
    arena.ask(&["RG.CONFIGSET", "WriteAlways", "0"]);
    arena.ask(&["CONFIG", "SET", "replica-read-only", "no"]);
    arena.ask(&["RG.TRIGGER", "async", "SET", "k", "w"]);
    assert_eq!(arena.ask(&["GET", "k"]).text(), "w");
    arena.ask(&["REPLICAOF", "NO", "ONE"]);
}

#[test]
fn above_maxmemory_functions_write_nothing_that_takes_more() {
    let mut arena = Arena::new();
    arena.register(FUNCTIONS);
    arena.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    for policy in ["noeviction", "volatile-lru"] {
        arena.ask(&["CONFIG", "SET", "maxmemory-policy", policy]);
        tries(
            &mut arena.client,
            &[
                "SET k v",
                "EVAL return(redis.call('set','k','v')) 0",
                "XADD s * f v",
            ],
            |what, said| {
                let said = said.expect_err(what);
                assert!(said.contains("OOM command not allowed"), "{what}: {said}");
            },
        );
        tries(
            &mut arena.client,
            &["DEL k", "GET k", "INFO"],
            |what, said| {
                said.expect(what);
            },
        );
    }
    arena.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    // Where there is something to evict, the server evicts it: an older one at the change of the setting, which leaves nothing.
    arena.ask(&["SET", "old", "v", "EX", "1000"]);
    arena.ask(&["CONFIG", "SET", "maxmemory-policy", "volatile-lru"]);
    arena.register("def fill(w):\n    execute('CONFIG', 'SET', 'maxmemory', '1')\n    return execute('SET', 'k', 'v')\nGB('CommandReader').map(fill).register(trigger='fill', mode='sync')");
    let filled = outcome(&arena.ask(&["RG.TRIGGER", "fill"]));
    if major_version() >= 7 {
        assert_eq!(filled, Ok("[\"OK\"]".to_owned()));
    } else {
        assert!(filled.is_err_and(|said| said.contains("OOM command not allowed")));
    }
    assert_eq!(arena.ask(&["EXISTS", "old"]).to_string(), ":0");
    arena.ask(&["RG.CONFIGSET", "WriteAlways", "1"]);
    arena.ask(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    assert!(outcome(&arena.ask(&["RG.TRIGGER", "async", "SET", "k", "v"])).is_ok());
    arena.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    arena.finish();
}

#[test]
fn a_run_does_not_fill_the_memory() {
    let mut arena = Arena::new();
    let used = arena.ask(&["INFO", "memory"]).text();
    let used: u64 = used
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:")?.trim().parse().ok())
        .expect("a number");
    let most = used + (4 << 20);
    arena.ask(&["CONFIG", "SET", "maxmemory", &most.to_string()]);
    let said = outcome(&arena.py("def fill(r):\n    for n in range(2000):\n        execute('set', 'k%d' % n, 'x' * 10000)\nGB('ShardsIDReader').map(fill).run()")).expect_err("it is too much");
    assert!(said.contains("OOM command not allowed"), "{said}");
    arena.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    arena.finish();
}

#[test]
fn missing_replicas_keep_functions_from_writing() {
    let mut arena = Arena::new();
    arena.register(FUNCTIONS);
    arena.ask(&["CONFIG", "SET", "min-replicas-to-write", "1"]);
    // The servers before do not tell modules.
    if major_version() >= 7 {
        tries(&mut arena.client, &["SET k v", "DEL k"], |what, said| {
            let said = said.expect_err(what);
            assert!(said.contains("NOREPLICAS"), "{what}: {said}");
        });
    }
    tries(&mut arena.client, &["GET k"], |what, said| {
        said.expect(what);
    });
    arena.ask(&["CONFIG", "SET", "min-replicas-to-write", "0"]);
    arena.finish();
}

/// A snapshot that failed, where the server then takes no writes.
#[test]
fn a_failed_snapshot_keeps_functions_from_writing() {
    let protected: &[&str] = if major_version() >= 7 {
        &["--enable-protected-configs", "yes"]
    } else {
        &[]
    };
    let mut arena = Arena::with(protected);
    arena.register(FUNCTIONS);
    arena.ask(&["CONFIG", "SET", "save", "3600 1"]);
    // No file can be made there.
    let directory = arena.ask(&["CONFIG", "GET", "dir"]).items()[1].text();
    assert_eq!(arena.ask(&["CONFIG", "SET", "dir", "/proc"]).text(), "OK");
    let started = arena.ask(&["BGSAVE"]);
    eventually("the failure", || {
        let info = arena.ask(&["INFO", "persistence"]).text();
        started.is_error() || info.contains("rdb_last_bgsave_status:err")
    });
    let refused = arena.ask(&["SET", "k", "v"]).text();
    assert!(refused.starts_with("MISCONF"), "{refused}");
    // The servers before do not tell modules.
    if major_version() >= 7 {
        let writes = [
            "SET k v",
            "DEL k",
            "EVAL return(redis.call('set','k','v')) 0",
        ];
        tries(&mut arena.client, &writes, |what, said| {
            let said = said.expect_err(what);
            assert!(said.contains("MISCONF"), "{what}: {said}");
        });
        assert_eq!(arena.ask(&["EXISTS", "k"]).to_string(), ":0");
    }
    tries(
        &mut arena.client,
        &["GET k", "EVAL return(1) 0"],
        |what, said| {
            said.expect(what);
        },
    );
    arena.ask(&["CONFIG", "SET", "stop-writes-on-bgsave-error", "no"]);
    tries(&mut arena.client, &["SET k v"], |what, said| {
        said.expect(what);
    });
    arena.ask(&["CONFIG", "SET", "dir", &directory]);
    arena.finish();
}

/// A replica that has lost its master and must not show what it has shows it to no function that is under way either.
#[test]
fn a_stale_replica_shows_functions_nothing() {
    let mut master = Server::start();
    let replica = Server::with(&Options::server(&["--replica-serve-stale-data", "no"]));
    master.client().register(
        "held = []
def look(w):
    import time
    while True:
        try:
            execute('get', 'k')
        except Exception as problem:
            held.append(str(problem))
            return
        time.sleep(0.001)
GB('CommandReader').foreach(look).register(trigger='look', mode='async_local')
GB('CommandReader').flatmap(lambda w: held).register(trigger='held')",
        &[],
    );
    let mut client = replica.client();
    let port = master.address().port().to_string();
    client.call(&["REPLICAOF", "127.0.0.1", &port]);
    eventually("the functions", || {
        !client.call(&["RG.TRIGGER", "held"]).is_error()
    });
    let mut looking = replica.client();
    looking.send(&["RG.TRIGGER", "look"]).expect("a connection");
    eventually("the function under way", || {
        client
            .call(&["INFO", "rg_workers"])
            .text()
            .contains("in_hand=1")
    });
    master.signal("KILL");
    master.wait_exit(PATIENCE);
    assert!(looking.read(PATIENCE).is_ok(), "the function ends");
    let refused = client.call(&["RG.TRIGGER", "held"]).text();
    assert!(refused.starts_with("MASTERDOWN"), "{refused}");
    client.call(&["REPLICAOF", "NO", "ONE"]);
    let held = client.call(&["RG.TRIGGER", "held"]).to_string();
    assert!(held.contains("MASTERDOWN"), "{held}");
}
