//! Where calls run that no command waits for: at once, on a thread of their own, or after the command.

use crate::support::{Options, Server, Value, eventually};
use crate::{all_worked_off, both, counted, same};

/// A function that runs inside of the command of its client must not end that client's connection, and need not.
#[test]
fn a_function_ends_the_connection_that_waits_for_it() {
    let servers = both();
    let script = "GB('CommandReader').map(lambda x: execute(*x[1:])).register(trigger='t')
GB('CommandReader').map(lambda x: execute('client', 'kill', 'type', 'normal', 'skipme', 'no')).register(trigger='u')
GB('CommandReader').map(lambda x: call_next(*x[1:])).register(hook='client', mode='async_local')";
    same(&servers, &[&["RG.PYEXECUTE", script]]);
    for words in [
        &[
            "RG.TRIGGER",
            "t",
            "CLIENT",
            "KILL",
            "TYPE",
            "normal",
            "SKIPME",
            "no",
        ][..],
        &["RG.TRIGGER", "u"],
        &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"],
    ] {
        for server in &servers {
            let mut client = server.client();
            // The reply may get there or not: its connection is ended meanwhile.
            let _ = client.ask(words, crate::support::PATIENCE);
            assert_eq!(server.client().call(&["PING"]).text(), "PONG", "{words:?}");
        }
    }
    // The connection ends before its call is counted.
    eventually("all three were native", || {
        counted(&mut servers[0].client(), "native_calls") >= 3
    });
}

/// The server goes on with the key that it tells of: what deletes it runs afterwards.
#[test]
fn a_function_deletes_the_key_of_its_event() {
    let servers = both();
    for mode in ["async", "async_local", "sync"] {
        for read in ["True", "False"] {
            let id = format!("{mode}{read}").replace('_', "");
            let script = format!(
                "GB().foreach(lambda r: execute('DEL', r['key'])).register('k*', mode='{mode}', readValue={read}, eventTypes=['set', 'lpush', 'hset', 'zadd', 'sadd', 'append', 'xadd', 'expire'])"
            );
            same(&servers, &[&["RG.PYEXECUTE", &script, "ID", &id]]);
            for command in [
                &["SET", "k", "v"][..],
                &["SET", "k", "v", "EX", "100"],
                &["APPEND", "k", "v"],
                &["LPUSH", "k:l", "a", "b"],
                &["HSET", "k:h", "f", "v", "g", "w"],
                &["ZADD", "k:z", "1", "a", "2", "b"],
                &["SADD", "k:s", "a", "b"],
                &["XADD", "k:x", "1-1", "f", "v"],
                &[
                    "EVAL",
                    "redis.call('set', KEYS[1], 1); return redis.call('append', KEYS[1], 2)",
                    "1",
                    "k:e",
                ],
            ] {
                same(&servers, &[command]);
                servers.iter().for_each(all_worked_off);
            }
            same(&servers, &[&["DBSIZE"]]);
            for server in &servers {
                let mut client = server.client();
                let registration = client.registration_of(&id);
                client.call(&["RG.UNREGISTER", &registration]);
            }
        }
    }
}

/// Functions that never end take their threads, no more: others go on, in workers if need be, until they are stopped.
#[test]
fn endless_functions_hold_up_nobody() {
    let server = Server::with(&Options::module(&[
        "NativeFunctions",
        "yes",
        "ExecutionThreads",
        "2",
    ]));
    let mut client = server.client();
    let script = "def f(x):
    while True:
        pass
def g(x):
    n = 0
    for i in range(10):
        n += i
    return n
GB('CommandReader').map(f).register(trigger='endless', mode='async_local')
GB('CommandReader').map(g).register(trigger='ends', mode='async_local')
GB('CommandReader').map(lambda x: 1).register(trigger='at once', mode='async_local')";
    assert_eq!(client.call(&["RG.PYEXECUTE", script]).text(), "OK");
    let mut callers = [server.client(), server.client()];
    for caller in &mut callers {
        caller.send(&["RG.TRIGGER", "endless"]).expect("sent");
    }
    let running = |client: &mut crate::support::Client| -> Vec<String> {
        let executions = client.call(&["RG.DUMPEXECUTIONS"]);
        let ids = executions.items().iter().filter(|one| {
            one.field("status")
                .is_some_and(|status| status.text() == "running")
        });
        ids.filter_map(|one| one.field("executionId").map(|id| id.text().to_owned()))
            .collect()
    };
    eventually("both run", || running(&mut client).len() == 2);
    for _ in 0..3 {
        assert_eq!(
            client.call(&["RG.TRIGGER", "at once"]).to_string(),
            "[\"1\"]"
        );
        assert_eq!(client.call(&["RG.TRIGGER", "ends"]).to_string(), "[\"45\"]");
    }
    for id in running(&mut client) {
        assert_eq!(client.call(&["RG.ABORTEXECUTION", &id]).text(), "OK");
    }
    for caller in &mut callers {
        let reply = caller.read(crate::support::PATIENCE).expect("a reply");
        assert!(reply.to_string().contains("forcestopped"), "{reply}");
    }
    // The threads are free again.
    eventually("the loop runs without a worker", || {
        let before = counted(&mut client, "native_calls");
        client.call(&["RG.TRIGGER", "ends"]);
        counted(&mut client, "native_calls") > before
    });
}

/// Its events go on for ever, and the server with them.
#[test]
fn a_function_that_raises_its_own_event_leaves_the_server_to_others() {
    let server = Server::with(&Options::module(&["NativeFunctions", "yes"]));
    let mut client = server.client();
    for read in ["True", "False"] {
        let script = format!(
            "GB().foreach(lambda r: execute('INCR', r['key'])).register('k{read}', mode='async_local', readValue={read})"
        );
        assert_eq!(
            client.call(&["RG.PYEXECUTE", &script, "ID", read]).text(),
            "OK"
        );
        let key = format!("k{read}");
        client.call(&["SET", &key, "1"]);
        for _ in 0..2 {
            let before = client.call(&["GET", &key]);
            eventually("it went on", || client.call(&["GET", &key]) != before);
        }
        let registration = client.registration_of(read);
        assert_eq!(client.call(&["RG.UNREGISTER", &registration]).text(), "OK");
        let mut last = Value::Nil;
        eventually("it ended", || {
            let now = client.call(&["GET", &key]);
            std::mem::replace(&mut last, now.clone()) == now
        });
    }
    assert!(counted(&mut client, "native_calls") > 2);
}
