//! Functions run their commands in the database of their cause.

use crate::arena::Arena;
use crate::support::{Client, Options, Server};

/// A client in database 5, where the same keys have other values than in database 0.
fn elsewhere(server: &Server) -> Client {
    let mut client = server.client();
    for database in ["0", "5"] {
        client.call(&["SELECT", database]);
        client.call(&["SET", "where", database]);
    }
    client
}

/// What was written into database 0 beside `where`.
fn strays(arena: &mut Arena) -> String {
    arena.ask(&["KEYS", "*"]).to_string()
}

#[test]
fn triggers_run_where_they_are_called() {
    let mut arena = Arena::new();
    let mut client = elsewhere(&arena.server);
    for mode in ["sync", "async", "async_local"] {
        arena.register(&format!("GB('CommandReader').map(lambda w: execute('get', 'where')).foreach(lambda v: execute('set', 'made', v)).register(trigger='plain_{mode}', mode='{mode}')"));
        arena.register(&format!("def held(w):\n    with atomic():\n        execute('select', '3')\n        return execute('get', 'where')\nGB('CommandReader').map(held).register(trigger='held_{mode}', mode='{mode}')"));
        arena.register(&format!("async def later(w):\n    return execute('get', 'where')\nGB('CommandReader').map(later).register(trigger='later_{mode}', mode='{mode}')"));
        arena.register(&format!("import threading\ndef aside(w):\n    session, future = getGearsSession(), gearsFuture()\n    def work():\n        setGearsSession(session)\n        future.continueRun(execute('get', 'where'))\n    threading.Thread(target=work).start()\n    return future\nGB('CommandReader').map(aside).register(trigger='aside_{mode}', mode='{mode}')"));
        for kind in ["plain", "held", "later", "aside"] {
            assert_eq!(
                client.triggered(&format!("{kind}_{mode}")),
                "5",
                "{kind} {mode}"
            );
            assert_eq!(
                arena.client.triggered(&format!("{kind}_{mode}")),
                "0",
                "{kind} {mode}"
            );
        }
    }
    client.call(&["MULTI"]);
    client.call(&["RG.TRIGGER", "plain_sync"]);
    assert_eq!(client.call(&["EXEC"]).to_string(), "[[\"5\"]]");
    let script = "redis.call('SELECT', '0') redis.call('SELECT', '5') return redis.call('RG.TRIGGER', 'plain_sync')";
    assert_eq!(client.call(&["EVAL", script, "0"]).to_string(), "[\"5\"]");
    arena.finish();
}

#[test]
fn events_of_keys_are_read_and_answered_where_they_happen() {
    let mut arena = Arena::new();
    let mut client = elsewhere(&arena.server);
    for mode in ["sync", "async", "async_local"] {
        arena.register(&format!("GB('KeysReader').foreach(lambda r: execute('rpush', 'seen_{mode}', r['value'], execute('get', 'where'))).register('{mode}:*', mode='{mode}', eventTypes=['set'])"));
        let key = format!("{mode}:k");
        let seen = format!("seen_{mode}");
        client.call(&["SET", &key, "one"]);
        client.becomes(&["LRANGE", &seen, "0", "-1"], "[\"one\", \"5\"]");
        client.call(&["MULTI"]);
        client.call(&["SET", &key, "two"]);
        client.call(&["EXEC"]);
        client.becomes(&["LRANGE", &seen, "-2", "-1"], "[\"two\", \"5\"]");
        client.call(&[
            "EVAL",
            "return redis.call('SET', ARGV[1], 'three')",
            "0",
            &key,
        ]);
        client.becomes(&["LRANGE", &seen, "-2", "-1"], "[\"three\", \"5\"]");
    }
    assert_eq!(strays(&mut arena), "[\"where\"]");
    arena.finish();
}

#[test]
fn hooks_and_hooked_commands_stay_where_they_are() {
    let mut arena = Arena::new();
    let mut client = elsewhere(&arena.server);
    arena.register("GB('CommandReader').map(lambda w: [call_next(*w[1:]), execute('get', 'where')]).register(hook='del', mode='sync', convertToStr=False)");
    arena.register("GB('CommandReader').map(lambda w: [call_next(*w[1:]), execute('get', 'where')]).register(hook='getset', mode='async_local', convertToStr=False)");
    arena.register("GB('KeysReader').foreach(lambda r: override_reply([r['value'], execute('get', 'where')])).register('h:*', mode='sync', commands=['set'])");
    arena.register("GB('KeysReader').foreach(lambda r: override_reply([r['value'], execute('get', 'where')])).register('a:*', mode='async_local', commands=['setex'])");
    for database in ["5", "0"] {
        client.call(&["SELECT", database]);
        let said = |text: &str| text.replace('@', database);
        client.call(&["SET", "x", "1"]);
        assert_eq!(client.call(&["DEL", "x"]).to_string(), said("[:1, \"@\"]"));
        assert_eq!(
            client.call(&["GETSET", "y", database]).to_string(),
            said("[\"PY RECORD\", \"@\"]")
        );
        assert_eq!(
            client.call(&["SET", "h:1", "new"]).to_string(),
            said("[\"new\", \"@\"]")
        );
        assert_eq!(
            client.call(&["SETEX", "a:1", "100", "new"]).to_string(),
            said("[\"new\", \"@\"]")
        );
        client.call(&["MULTI"]);
        client.call(&["SET", "x", "1"]);
        client.call(&["DEL", "x"]);
        assert_eq!(
            client.call(&["EXEC"]).to_string(),
            said("[+OK, [:1, \"@\"]]")
        );
        assert_eq!(
            client
                .call(&["EVAL", "return redis.call('DEL', 'x')", "0"])
                .to_string(),
            said("[:0, \"@\"]")
        );
        if database == "5" {
            assert_eq!(strays(&mut arena), "[\"where\"]");
        }
    }
    arena.finish();
}

#[test]
fn time_events_go_on_where_they_began() {
    let mut options = Options::debugging();
    options
        .server
        .extend(["--appendonly", "yes"].map(str::to_owned));
    let server = Server::with(&options);
    let mut client = elsewhere(&server);
    client.register("GB('CommandReader').foreach(lambda w: registerTE(1, lambda: execute('set', 'ticked', execute('get', 'where')), 'timer')).register(trigger='start')", &[]);
    client.triggered("start");
    client.becomes(&["GET", "ticked"], "\"5\"");
    assert_eq!(client.call(&["TYPE", "timer"]).text(), "rg_timeev");
    for reload in ["RELOAD", "LOADAOF"] {
        client.call(&["DEL", "ticked"]);
        client.call(&["DEBUG", reload]);
        client.becomes(&["GET", "ticked"], "\"5\"");
    }
    client.call(&["SELECT", "0"]);
    assert_eq!(client.call(&["KEYS", "*"]).to_string(), "[\"where\"]");
}
