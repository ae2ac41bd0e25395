//! What is left to Python, and what must not hurt the server.

use crate::counted;
use crate::support::{Options, Server};

#[test]
fn what_the_script_may_change_is_left_to_python() {
    let server = Server::with(&Options::module(&["NativeFunctions", "yes"]));
    let mut client = server.client();
    for script in [
        "n = 0\ndef f(x):\n    global n\n    n += 1\n    return n\nGB('CommandReader').map(f).register(trigger='a', mode='sync')",
        "import json\nGB('CommandReader').map(lambda x: json.dumps(x)).register(trigger='b', mode='sync')",
        "d = {}\nGB('CommandReader').map(lambda x: len(d)).register(trigger='c', mode='sync')",
        "y = 1\nGB('CommandReader').map(lambda x: y).register(trigger='d', mode='sync')\ny = 2",
        "for y in range(3):\n    pass\nGB('CommandReader').map(lambda x: y).register(trigger='e', mode='sync')",
        "len = lambda x: 5\nGB('CommandReader').map(lambda x: len(x)).register(trigger='f', mode='sync')",
    ] {
        assert_eq!(
            client.call(&["RG.PYEXECUTE", script]).text(),
            "OK",
            "{script}"
        );
    }
    for (name, wanted) in [
        ("a", "[\"1\"]"),
        ("a", "[\"2\"]"),
        ("b", "[\"[\"b\"]\"]"),
        ("c", "[\"0\"]"),
        ("d", "[\"2\"]"),
        ("e", "[\"2\"]"),
        ("f", "[\"5\"]"),
    ] {
        let reply = client.call(&["RG.TRIGGER", name]).to_string();
        assert_eq!(reply, wanted, "{name}");
    }
    // One that is only read once and never changed.
    let script =
        "len_ = 5\nGB('CommandReader').map(lambda x: len_).register(trigger='h', mode='sync')";
    assert_eq!(client.call(&["RG.PYEXECUTE", script]).text(), "OK");
    let before = counted(&mut client, "native_calls");
    assert_eq!(client.call(&["RG.TRIGGER", "h"]).to_string(), "[\"5\"]");
    assert_eq!(counted(&mut client, "native_calls"), before + 1);
}

/// What is given back again and again goes to a worker at once after a while, but for a try now and then.
#[test]
fn what_is_given_back_is_not_tried_each_time() {
    let server = Server::with(&Options::module(&["NativeFunctions", "yes"]));
    let mut client = server.client();
    let script = "GB('CommandReader').map(lambda x: [v for v in set(x[1:])] if len(x) > 2 else x[1]).register(trigger='t', mode='sync')";
    assert_eq!(client.call(&["RG.PYEXECUTE", script]).text(), "OK");
    let calls = 100;
    for _ in 0..calls {
        let reply = client.call(&["RG.TRIGGER", "t", "a", "b"]);
        assert!(!reply.is_error(), "{reply}");
    }
    let given_back = counted(&mut client, "native_calls_given_back");
    assert!((8..20).contains(&given_back), "{given_back}");
    // Values of another kind: it is noticed.
    for _ in 0..calls {
        client.call(&["RG.TRIGGER", "t", "a"]);
    }
    let native = counted(&mut client, "native_calls");
    assert!(native > 10, "{native}");
}

#[test]
fn a_loop_without_end_is_stopped_at_the_deadline() {
    let server = Server::with(&Options::module(&[
        "SyncDeadline",
        "200",
        "NativeFunctions",
        "yes",
    ]));
    let mut client = server.client();
    let script = "def f(x):\n    while True:\n        x = 1\nGB('CommandReader').map(f).register(trigger='t', mode='sync')";
    assert_eq!(client.call(&["RG.PYEXECUTE", script]).text(), "OK");
    let reply = client.call(&["RG.TRIGGER", "t"]).to_string();
    assert_eq!(
        reply,
        "-ERR the synchronous function took longer than SyncDeadline (200 ms) and was stopped"
    );
    assert_eq!(counted(&mut client, "native_calls"), 1);
    assert_eq!(client.call(&["PING"]).text(), "PONG");
}

#[test]
fn functions_that_hurt_do_not_hurt_the_server() {
    let server = Server::with(&Options::module(&[
        "SyncDeadline",
        "2000",
        "NativeFunctions",
        "yes",
    ]));
    let mut client = server.client();
    for (at, body) in [
        "l = []\n    l.append(l)\n    return str(l)",
        "l = []\n    for i in range(100000):\n        l = [l]\n    return len(l)",
        "l = []\n    for i in range(100000):\n        l = [l]\n    return l",
        "l = ()\n    for i in range(100000):\n        l = (l, l)\n    return l == l",
        "n = 3\n    for i in range(30):\n        n = n * n\n    return n % 7",
        "return 'a' * 10**12",
        "s = 'ab'\n    for i in range(40):\n        s = s + s\n    return len(s)",
        "return f(x)",
        "execute('PING')\n    l = []\n    for i in range(100000):\n        l = [l]\n    return l",
        "execute('PING')\n    s = 'ab'\n    for i in range(40):\n        s = s + s\n    return len(s)",
    ]
    .iter()
    .enumerate()
    {
        let script = format!("def f(x):\n    {body}\nGB('CommandReader').map(f).register(trigger='t{at}', mode='sync')");
        assert_eq!(client.call(&["RG.PYEXECUTE", &script]).text(), "OK", "{body}");
        let reply = client.call(&["RG.TRIGGER", &format!("t{at}")]);
        assert!(!reply.to_string().is_empty(), "{body}");
        assert_eq!(client.call(&["PING"]).text(), "PONG", "{body}");
    }
}

#[test]
fn a_function_that_triggers_itself_is_stopped() {
    let server = Server::with(&Options::module(&["NativeFunctions", "yes"]));
    let mut client = server.client();
    let script = "GB('CommandReader').map(lambda x: execute('RG.TRIGGER', 't')).register(trigger='t', mode='sync')";
    assert_eq!(client.call(&["RG.PYEXECUTE", script]).text(), "OK");
    let reply = client.call(&["RG.TRIGGER", "t"]).to_string();
    assert!(
        reply.contains("32 synchronous functions wait for each other"),
        "{reply}"
    );
    assert_eq!(client.call(&["PING"]).text(), "PONG");
}

/// The server waits for a function that runs at once as for one that a command waits for: it is one of those that may be nested.
#[test]
fn a_function_that_runs_at_once_counts_among_the_nested_ones() {
    let server = Server::with(&Options::module(&["NativeFunctions", "yes"]));
    let mut client = server.client();
    let script = "def again(x):
    execute('INCR', 'depth')
    return execute('RG.TRIGGER', 'again')
GB('CommandReader').map(again).register(trigger='again', mode='sync')
GB('CommandReader').map(lambda x: execute('RG.TRIGGER', 'again')).register(trigger='first', mode='async_local')";
    assert_eq!(client.call(&["RG.PYEXECUTE", script]).text(), "OK");
    let reply = client.call(&["RG.TRIGGER", "first"]).to_string();
    assert!(
        reply.contains("32 synchronous functions wait for each other"),
        "{reply}"
    );
    assert_eq!(client.call(&["GET", "depth"]).text(), "31");
    assert_eq!(client.call(&["PING"]).text(), "PONG");
}

/// A worker, which may be ended, keeps what is much; the server does not.
#[test]
fn much_is_not_kept_in_the_server() {
    let server = Server::with(&Options::module(&["NativeFunctions", "yes"]));
    let mut client = server.client();
    let fill = "for n = 1, 300 do redis.call('SET', 'big:' .. n, string.rep(n % 10, 1048576)) end";
    client.call(&["EVAL", fill, "0"]);
    let all = "[[\"300\"], []]";
    // One by one they are not kept.
    for (script, given_back) in [
        ("GB().map(lambda r: r['value']).count().run('big:*')", 0),
        (
            "GB().map(lambda r: r['value']).sort().count().run('big:*')",
            1,
        ),
        (
            "GB().groupby(lambda r: 'one', lambda k, a, r: (a or 0) + 1).map(lambda r: r['value']).run('big:*')",
            0,
        ),
        (
            "GB().batchgroupby(lambda r: 'one', lambda k, rs: len(rs)).map(lambda r: r['value']).run('big:*')",
            1,
        ),
    ] {
        let before = counted(&mut client, "native_calls_given_back");
        let reply = client.call(&["RG.PYEXECUTE", script]).to_string();
        assert_eq!(reply, all, "{script}");
        let after = counted(&mut client, "native_calls_given_back");
        assert_eq!(after - before, given_back, "{script}");
    }
}
