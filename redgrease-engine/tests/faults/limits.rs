//! What keeps clients from writing keeps functions from it: replicas that only read, used up memory, missing replicas.

use crate::arena::{Arena, outcome};
use crate::support::{Client, Server, eventually};

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
    // Where there is something to evict, the server evicts it.
    arena.ask(&["SET", "old", "v", "EX", "1000"]);
    arena.ask(&["CONFIG", "SET", "maxmemory-policy", "volatile-lru"]);
    arena.register("def fill(w):\n    execute('CONFIG', 'SET', 'maxmemory', '1')\n    return execute('SET', 'k', 'v')\nGB('CommandReader').map(fill).register(trigger='fill', mode='sync')");
    assert_eq!(
        outcome(&arena.ask(&["RG.TRIGGER", "fill"])),
        Ok("[\"OK\"]".to_owned())
    );
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
    if crate::support::server::major_version() >= 7 {
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
