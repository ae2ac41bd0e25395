//! Functions of which a part needs Python: what comes before it runs without.

use redgrease_core::spec::Mode;

use crate::support::server::signal;
use crate::support::{Client, Cluster, Options, Server, cached, eventually};
use crate::{all_worked_off, both, counted, same};

const SCRIPT: &str = "def cached(x):
    import json.encoder
    from urllib import parse as p
    found = execute('GET', x[1])
    if found is not None:
        return found
    page = p.quote(json.dumps(x[1]))
    execute('SET', x[1], page)
    execute('INCR', 'fetched')
    return page
";

/// Registers it as a trigger.
fn script(trigger: &str, mode: &str) -> String {
    format!("{SCRIPT}GB('CommandReader').map(cached).register(trigger='{trigger}', mode='{mode}')")
}

fn native() -> Server {
    Server::with(&Options::module(&["NativeFunctions", "yes"]))
}

/// A reply, and how many calls were native and given back meanwhile.
fn asked(client: &mut Client, words: &[&str]) -> (String, u64, u64) {
    let count = |client: &mut Client| {
        ["native_calls", "native_calls_given_back"].map(|name| counted(client, name))
    };
    let before = count(client);
    let reply = client.call(words).to_string();
    let after = count(client);
    (reply, after[0] - before[0], after[1] - before[1])
}

fn is(reply: &str, native: u64, given_back: u64) -> (String, u64, u64) {
    (format!("[\"{reply}\"]"), native, given_back)
}

#[test]
fn a_hit_runs_without_python_and_a_miss_begins_again_there() {
    let server = native();
    let mut client = server.client();
    client.call(&["SET", "k", "v"]);
    for mode in ["sync", "async_local", "async"] {
        client.register(&script(mode, mode), &["ID", mode]);
        client.call(&["DEL", "miss", "fetched"]);
        let mut ask = |key: &str| asked(&mut client, &["RG.TRIGGER", mode, key]);
        // What is imported is not known before.
        assert_eq!(ask("k"), is("v", 0, 0), "{mode}");
        assert_eq!(ask("k"), is("v", 1, 0), "{mode}");
        assert_eq!(ask("miss"), is("%22miss%22", 0, 1), "{mode}");
        assert_eq!(ask("miss"), is("%22miss%22", 1, 0), "{mode}");
        assert_eq!(client.call(&["GET", "fetched"]).text(), "1");
    }
    let info = client.call(&["INFO", "everything"]).text();
    let both = info
        .lines()
        .filter(|line| line.contains(",by=both,why=what belongs to a module or type: `p`"));
    assert_eq!(both.count(), 3, "{info}");
}

#[test]
fn what_cannot_be_imported_is_said_in_every_call() {
    let server = native();
    let mut client = server.client();
    client.call(&["SET", "k", "v"]);
    for (trigger, import, error) in [
        ("a", "import nowhere.at.all", "No module named 'nowhere'"),
        (
            "b",
            "from json import nothing",
            "cannot import name 'nothing'",
        ),
        (
            "c",
            "from urllib import error, none_such",
            "cannot import name 'none_such'",
        ),
    ] {
        let script = script(trigger, "sync").replace("import json.encoder", import);
        client.register(&script, &["ID", trigger]);
        for _ in 0..3 {
            let (reply, native, given_back) = asked(&mut client, &["RG.TRIGGER", trigger, "k"]);
            assert!(reply.contains(error), "{reply}");
            assert_eq!((native, given_back), (0, 0), "{import}");
        }
    }
}

#[test]
fn another_worker_has_imported_nothing() {
    let server = native();
    let mut client = server.client();
    client.call(&["SET", "k", "v"]);
    client.register(&script("get", "async_local"), &[]);
    let mut ask = || asked(&mut client, &["RG.TRIGGER", "get", "k"]);
    ask();
    assert_eq!(ask(), is("v", 1, 0));
    for pid in server.workers() {
        signal(pid, "KILL");
    }
    eventually("a call goes to another worker", || {
        let (reply, native, _) = ask();
        // Who was given the call before the loss was noticed hears of that.
        let is_right = reply == "[\"v\"]" || reply.contains("worker");
        assert!(is_right, "{reply}");
        native == 0 && reply == "[\"v\"]"
    });
    assert_eq!(ask(), is("v", 1, 0));
}

#[test]
fn what_others_see_is_read_once() {
    let servers = both();
    let calls: &[&[&str]] = &[
        &["RG.PYEXECUTE", &script("get", "sync"), "ID", "get"],
        &["SET", "k1", "v"],
        &["RG.TRIGGER", "get", "k1"],
        &["RG.TRIGGER", "get", "k1"],
        &[
            "RG.PYEXECUTE",
            "GB().foreach(lambda r: execute('RPUSH', 'missed', r['key'])).register('k*', mode='sync', eventTypes=['keymiss'])",
            "ID",
            "missed",
        ],
        &["RG.TRIGGER", "get", "k2"],
        &["RG.TRIGGER", "get", "k2"],
        &["RG.TRIGGER", "get", "other"],
        &[
            "RG.PYEXECUTE",
            "GB('CommandReader').map(lambda x: [execute('INCR', 'seen'), call_next(*x[1:])][1]).register(hook='get', keyprefix='h', mode='sync')",
            "ID",
            "hook",
        ],
        &["RG.TRIGGER", "get", "h1"],
        &["RG.TRIGGER", "get", "h1"],
        &["RG.TRIGGER", "get", "h2"],
        &["RG.TRIGGER", "get", "other"],
    ];
    same(&servers, calls);
    all_worked_off(&servers[0]);
    all_worked_off(&servers[1]);
    let seen = same(
        &servers,
        &[&["LRANGE", "missed", "0", "-1"], &["GET", "seen"]],
    );
    assert_eq!(seen, ["[\"k2\"]", "\"3\""]);
    let mut client = servers[0].client();
    for (key, given_back) in [("k2", 1), ("h1", 1), ("other", 0)] {
        let found = asked(&mut client, &["RG.TRIGGER", "get", key]);
        assert_eq!(found.2, given_back, "{key}: {found:?}");
    }
}

/// Many that are not there leave a function to its worker: for a while, and no longer.
#[test]
fn a_cold_cache_becomes_warm() {
    let server = native();
    let mut client = server.client();
    // Two by turns: their calls have other numbers.
    client.register(&script("a", "sync"), &["ID", "a"]);
    client.register(&script("b", "sync"), &["ID", "b"]);
    for number in 0..100 {
        for trigger in ["a", "b"] {
            let key = format!("{trigger}{number}");
            client.call(&["RG.TRIGGER", trigger, &key]);
        }
    }
    let given_back = counted(&mut client, "native_calls_given_back");
    assert!((16..40).contains(&given_back), "{given_back}");
    for trigger in ["a", "b"] {
        let other = if trigger == "a" { "b" } else { "a" };
        let mut last = 0;
        for number in 0..100 {
            let key = format!("{trigger}{number}");
            last = asked(&mut client, &["RG.TRIGGER", trigger, &key]).1;
            client.call(&[
                "RG.TRIGGER",
                other,
                &format!("{other}-new-{trigger}{number}"),
            ]);
        }
        assert_eq!(last, 1, "{trigger}");
    }
}

#[test]
fn callers_of_all_kinds_get_what_python_gives() {
    let servers = both();
    let script = script("get", "sync");
    let replies = same(
        &servers,
        &[
            &["RG.PYEXECUTE", &script],
            &["SET", "k", "v"],
            &["LPUSH", "list", "x"],
            &["SET", "large", &"x".repeat(3 << 20)],
            &["RG.TRIGGER", "get", "k"],
            &["RG.TRIGGER", "get", "large"],
            &["RG.TRIGGER", "get", "list"],
            &["RG.TRIGGER", "get"],
            &["RG.TRIGGER", "get", "\u{e9}"],
            &["EVAL", "return redis.call('RG.TRIGGER', 'get', 'k')", "0"],
            &["EVAL", "return redis.call('RG.TRIGGER', 'get', 'l')", "0"],
            &["MULTI"],
            &["RG.TRIGGER", "get", "k"],
            &["RG.TRIGGER", "get", "m"],
            &["EXEC"],
            &["GET", "fetched"],
            &["SELECT", "5"],
            &["RG.TRIGGER", "get", "k"],
            &["RG.TRIGGER", "get", "k"],
            &["GET", "fetched"],
            &["DBSIZE"],
            &["SELECT", "0"],
            &[
                "ACL", "SETUSER", "bob", "on", "nopass", "~*", "+@all", "-get",
            ],
            &["AUTH", "bob", "x"],
            &["RG.TRIGGER", "get", "k"],
            &["RG.TRIGGER", "get", "k"],
        ],
    );
    assert_eq!(replies[15], "\"3\"");
    assert!(counted(&mut servers[0].client(), "native_calls") >= 8);
}

/// The script of a command, as the macros have it written.
#[test]
fn a_command_of_a_rust_program_runs_so() {
    let server = native();
    let mut client = server.client();
    client.register(&cached::command(Mode::Sync), &[]);
    let mut ask = |url| asked(&mut client, &["RG.TRIGGER", "cache_get", url]);
    let (first, ..) = ask("a b");
    assert_eq!(ask("a b"), (first, 1, 0));
    let (other, native, given_back) = ask("c d");
    assert_eq!((native, given_back), (0, 1), "{other}");
    assert!(other.contains("c%20d"), "{other}");
    assert_eq!(ask("c d"), (other, 1, 0));
}

#[test]
fn keys_of_other_shards_are_refused_as_by_a_worker() {
    let cluster = Cluster::with(2, &Options::module(&["NativeFunctions", "yes"]));
    let mut clients = cluster.clients();
    let own = |node: u16| {
        let mut keys = (0..).map(|number| format!("k{number}"));
        keys.find(|key| cluster.owner(key) == node).expect("a key")
    };
    let (here, elsewhere) = (own(0), own(1));
    Cluster::set(&mut clients, &here, "v");
    let client = &mut clients[0];
    for mode in ["sync", "async_local"] {
        client.register(&script(mode, mode), &["ID", mode]);
        let by_worker = asked(client, &["RG.TRIGGER", mode, &elsewhere]);
        assert!(by_worker.0.contains("is on shard"), "{by_worker:?}");
        assert_eq!((by_worker.1, by_worker.2), (0, 0), "{mode}");
        client.call(&["RG.TRIGGER", mode, &here]);
        let hit = asked(client, &["RG.TRIGGER", mode, &here]);
        assert_eq!(hit, is("v", 1, 0), "{mode}");
        let again = asked(client, &["RG.TRIGGER", mode, &elsewhere]);
        assert_eq!(again, (by_worker.0, 1, 0), "{mode}");
    }
    // What runs on all shards is left to workers.
    client.register(&script("all", "async"), &["ID", "all"]);
    for _ in 0..3 {
        let (_, native, given_back) = asked(client, &["RG.TRIGGER", "all", &here]);
        assert_eq!((native, given_back), (0, 0));
    }
}

#[test]
fn functions_of_files_and_masters_run_so() {
    let options = Options {
        server: ["--repl-diskless-sync-delay", "0"]
            .map(ToString::to_string)
            .to_vec(),
        ..Options::module(&["NativeFunctions", "yes"])
    };
    let (mut master, replica) = (Server::with(&options), Server::with(&options));
    let mut client = master.client();
    client.call(&["SET", "k", "v"]);
    client.register(&script("get", "sync"), &[]);
    client.call(&["SAVE"]);
    master.restart();
    let hits = |client: &mut Client| {
        eventually("the functions are here", || {
            client.call(&["RG.TRIGGER", "get", "k"]).to_string() == "[\"v\"]"
        });
        assert_eq!(asked(client, &["RG.TRIGGER", "get", "k"]), is("v", 1, 0));
    };
    hits(&mut master.client());
    let mut on_replica = replica.client();
    let port = master.address().port().to_string();
    on_replica.call(&["REPLICAOF", "127.0.0.1", &port]);
    hits(&mut on_replica);
    let (reply, native, given_back) = asked(&mut on_replica, &["RG.TRIGGER", "get", "miss"]);
    assert!(reply.contains("READONLY"), "{reply}");
    assert_eq!((native, given_back), (0, 1));
}

/// Nothing is given back behind what has happened: the operations before that run without Python, and a worker goes on.
#[test]
fn what_comes_behind_an_effect_is_left_to_python() {
    let servers = both();
    let script = "import json
def shown(x):
    return x if x else json.dumps(x)
GB('CommandReader').map(lambda x: x[1]).filter(lambda v: v != '').foreach(lambda v: execute('RPUSH', 'seen', v)).map(lambda v: int(v)).map(shown).register(trigger='t', mode='sync')";
    let replies = same(
        &servers,
        &[
            &["RG.PYEXECUTE", script],
            &["RG.TRIGGER", "t", "1"],
            &["RG.TRIGGER", "t", "0"],
            &["RG.TRIGGER", "t", ""],
            &["RG.TRIGGER", "t", "x"],
            &["LRANGE", "seen", "0", "-1"],
        ],
    );
    assert_eq!(replies[5], "[\"1\", \"0\", \"x\"]");
    let mut client = servers[0].client();
    let (_, native, _) = asked(&mut client, &["RG.TRIGGER", "t", ""]);
    assert_eq!(native, 1, "what the filter lets go needs no worker");
}
