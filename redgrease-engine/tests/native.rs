//! Functions that run without Python: the same replies, executions and statistics as with a worker.

mod support;

use support::{Client, Options, Server, Value, eventually};

/// What INFO says under a name of the section about native functions.
fn counted(client: &mut Client, name: &str) -> u64 {
    let info = client.call(&["INFO", "everything"]).text();
    let line = info.lines().find_map(|line| {
        line.split_once(':')
            .filter(|(found, _)| found.ends_with(name))
    });
    line.map_or(0, |(_, number)| number.trim().parse().expect("a number"))
}

/// Two servers: one whose functions run in it, and one whose functions are left to workers.
fn both() -> [Server; 2] {
    ["yes", "no"].map(|native| Server::with(&Options::module(&["NativeFunctions", native])))
}

/// Asks both servers the same, and gives what they both answered.
fn same(servers: &[Server; 2], commands: &[&[&str]]) -> Vec<String> {
    let [native, python] = servers.each_ref().map(|server| {
        let mut client = server.client();
        let replies = commands.iter().map(|words| client.call(words).to_string());
        replies.collect::<Vec<_>>()
    });
    assert_eq!(native, python, "{commands:?}");
    native
}

/// The registrations and executions of a server, without what differs from run to run.
fn lists(client: &mut Client) -> Vec<String> {
    let mut shown = Vec::new();
    for command in ["RG.DUMPREGISTRATIONS", "RG.DUMPEXECUTIONS"] {
        shown.push(without_times(&client.call(&[command])));
    }
    shown
}

/// A reply without durations and the addresses of functions.
fn without_times(reply: &Value) -> String {
    let text = reply.to_string();
    let mut kept = String::new();
    let mut skip = false;
    for word in text.split(' ') {
        let is_time = ["Duration", "duration", "DurationMS", "Run"]
            .iter()
            .any(|name| word.contains(name));
        if !skip {
            kept.push_str(word);
            kept.push(' ');
        }
        skip = is_time;
    }
    kept
}

const TRIGGERS: &[(&str, &[&str])] = &[
    ("map(lambda x: x)", &["t", "a", "b"]),
    ("map(lambda x: 'OK')", &["t"]),
    ("map(lambda x: int(x[1]) + 1)", &["t", "41"]),
    ("map(lambda x: int(x[1]) + 1)", &["t", "none"]),
    ("map(lambda x: x[1])", &["t"]),
    ("map(lambda x: x[1].upper().split(','))", &["t", "a,b,é"]),
    ("map(lambda x: {'a': x})", &["t", "1"]),
    (
        "map(lambda x: (1, 2.5, None, True, [1.5, 'a', None]))",
        &["t"],
    ),
    ("map(lambda x: [1.5, 'a', None, (1,), 10**30])", &["t"]),
    ("map(lambda x: '-ERR as asked')", &["t"]),
    ("map(lambda x: '+fine')", &["t"]),
    (
        "map(lambda x: execute('SET', x[1], x[2]))",
        &["t", "k", "v"],
    ),
    ("map(lambda x: execute('GET', 'k'))", &["t"]),
    ("map(lambda x: execute('HGETALL', 'k'))", &["t"]),
    ("map(lambda x: execute('NOSUCH'))", &["t"]),
    (
        "map(lambda x: execute('LPUSH', 'l', *x[1:]))",
        &["t", "1", "2"],
    ),
    ("flatmap(lambda x: x[1:])", &["t", "1", "2", "3"]),
    (
        "flatmap(lambda x: x[1:]).map(lambda x: int(x))",
        &["t", "1", "x", "3"],
    ),
    (
        "flatmap(lambda x: x[1:]).filter(lambda x: x > '1').count()",
        &["t", "1", "2", "3"],
    ),
    (
        "flatmap(lambda x: x[1:]).limit(1, 1)",
        &["t", "1", "2", "3"],
    ),
    ("flatmap(lambda x: x[1:]).countby()", &["t", "a", "b", "a"]),
    (
        "flatmap(lambda x: x[1:]).groupby(lambda x: x[0], lambda k, a, r: (a or 0) + int(r))",
        &["t", "1", "12", "2"],
    ),
    (
        "flatmap(lambda x: x[1:]).accumulate(lambda a, r: (a or '') + r)",
        &["t", "a", "b"],
    ),
    (
        "foreach(lambda x: execute('INCR', 'n')).map(lambda x: hashtag() != '')",
        &["t"],
    ),
    ("filter(lambda x: False)", &["t"]),
    ("map(lambda x: log(x[1]))", &["t", "written"]),
    (
        "map(lambda x: [configGet('nothing'), gearsConfigGet('nothing', 'default')])",
        &["t"],
    ),
    ("map(lambda x: call_next('a'))", &["t"]),
    ("map(lambda x: get_command())", &["t"]),
    ("map(lambda x: override_reply('a'))", &["t"]),
    ("map(lambda x: sorted(set(x)))", &["t", "b", "a", "b"]),
    ("map(lambda x: str(set(x)) != '')", &["t", "b", "a", "b"]),
];

#[test]
fn triggers_answer_as_with_a_worker() {
    let servers = both();
    for convert in ["True", "False"] {
        for mode in ["sync", "async", "async_local"] {
            for (at, (steps, call)) in TRIGGERS.iter().enumerate() {
                let name = format!("t{at}{mode}{convert}");
                let script = format!(
                    "GB('CommandReader').{steps}.register(trigger='{name}', mode='{mode}', convertToStr={convert})"
                );
                let mut words = vec!["RG.TRIGGER", name.as_str()];
                words.extend(&call[1..]);
                same(
                    &servers,
                    &[
                        &["SET", "k", "value"],
                        &["DEL", "l"],
                        &["RG.PYEXECUTE", &script, "ID", &name.replace('_', "")],
                        &words,
                        &words,
                        &["GET", "k"],
                        &["GET", "n"],
                        &["LRANGE", "l", "0", "-1"],
                    ],
                );
            }
        }
    }
    let [native, python] = servers.each_ref().map(|server| lists(&mut server.client()));
    assert_eq!(native, python);
    let calls = counted(&mut servers[0].client(), "native_calls");
    assert!(calls >= 300, "{calls} calls were native");
    assert_eq!(counted(&mut servers[1].client(), "native_calls"), 0);
}

#[test]
fn texts_that_are_no_utf_8_are_arrays_of_bytes() {
    let servers = both();
    let script = "GB('CommandReader').map(lambda x: [str(x[1]), len(x[1]), x[1] == b'\\xff', execute('SET', 'k', x[1])]).register(trigger='t', mode='sync')";
    let [native, python] = servers.each_ref().map(|server| {
        let mut client = server.client();
        assert_eq!(client.call(&["RG.PYEXECUTE", script]).text(), "OK");
        let words: [&[u8]; 3] = [b"RG.TRIGGER", b"t", b"\xff"];
        client.call(&words).to_string()
    });
    assert_eq!(native, python);
}

/// Waits until the executions of all registrations are over.
fn all_worked_off(server: &Server) {
    eventually("all events were worked off", || {
        let registrations = server.client().call(&["RG.DUMPREGISTRATIONS"]);
        registrations.items().iter().all(|registration| {
            let number = |name: &str| {
                let data = registration.field("RegistrationData");
                match data.and_then(|data| data.field(name)) {
                    Some(Value::Int(number)) => *number,
                    _ => 0,
                }
            };
            number("numTriggered")
                == number("numSuccess") + number("numFailures") + number("numAborted")
        })
    });
}

#[test]
fn key_events_run_as_with_a_worker() {
    let servers = both();
    for mode in ["sync", "async", "async_local"] {
        for (at, steps) in [
            "foreach(lambda r: execute('RPUSH', 'seen', str(r)))",
            "filter(lambda r: r['event'] == 'set').foreach(lambda r: execute('INCR', 'n'))",
            "map(lambda r: r['value'] + 1)",
            "map(lambda r: r['nothing'])",
        ]
        .iter()
        .enumerate()
        {
            let id = format!("{mode}{at}").replace('_', "");
            let script = format!("GB().{steps}.register('key:*', mode='{mode}')");
            let commands: [&[&str]; 9] = [
                &["RG.PYEXECUTE", &script, "ID", &id],
                &["SET", "key:a", "1"],
                &["SET", "key:a", "\u{e9}"],
                &["HSET", "key:h", "f", "v"],
                &["DEL", "key:a"],
                &["SADD", "key:s", "member"],
                &["RPUSH", "key:r", "element"],
                &["SET", "key:m", "1"],
                &["EVAL", "return redis.call('SET', 'key:l', 'x').ok", "0"],
            ];
            for command in commands {
                same(&servers, &[command]);
                // The next one would change what this one's function reads.
                servers.iter().for_each(all_worked_off);
            }
            same(
                &servers,
                &[&["LRANGE", "seen", "0", "-1"], &["GET", "n"], &["FLUSHALL"]],
            );
            let [native, python] = servers.each_ref().map(|server| lists(&mut server.client()));
            assert_eq!(native, python, "{mode} {steps}");
            for server in &servers {
                let mut client = server.client();
                let dumped = client.call(&["RG.DUMPREGISTRATIONS"]).to_string();
                let id = dumped.split('"').nth(3).unwrap_or_default().to_owned();
                client.call(&["RG.UNREGISTER", &id]);
            }
        }
    }
    assert!(counted(&mut servers[0].client(), "native_calls") > 50);
}

/// The results and errors of a run; the order of keys is the server's own.
fn results(client: &mut Client, script: &str) -> (Vec<String>, Vec<String>) {
    let reply = client.call(&["RG.PYEXECUTE", script]);
    let sorted = |value: Option<&Value>| {
        let mut items: Vec<String> = value.map_or_else(Vec::new, |value| {
            value.items().iter().map(ToString::to_string).collect()
        });
        items.sort();
        items
    };
    let (results, errors) = (reply.items().first(), reply.items().get(1));
    assert!(errors.is_some(), "{script}: {reply}");
    (sorted(results), sorted(errors))
}

#[test]
fn batch_runs_give_what_they_give_with_a_worker() {
    let servers = both();
    for server in &servers {
        let mut client = server.client();
        // So few that the server's table of keys has grown before they are read: a scan that meets a growing one gives keys twice.
        for number in 0..240 {
            client.call(&["SET", &format!("n:{number}"), &number.to_string()]);
        }
        client.call(&["SET", "text", "a b c a"]);
        client.call(&["HSET", "hash", "f", "1", "g", "\u{e9}"]);
        client.call(&["RPUSH", "list", "x", "y", "x"]);
        client.call(&["SADD", "set", "m"]);
        let binary: [&[u8]; 3] = [b"SET", b"binary", b"\xff\xfe"];
        client.call(&binary);
        for number in 0..20 {
            client.call(&[
                "XADD",
                "stream",
                &format!("1-{}", number + 1),
                "f",
                &number.to_string(),
            ]);
        }
    }
    for script in [
        "GB().map(lambda r: r['key']).run('n:*')",
        "GB().filter(lambda r: int(r['value']) % 7 == 0).count().run('n:*')",
        "GB().map(lambda r: int(r['value']) * 2).filter(lambda n: n > 440).run('n:*', convertToStr=False)",
        "GB().map(lambda r: int(r['value'])).accumulate(lambda a, n: (a or 0) + n).run('n:*')",
        "GB().map(lambda r: r['value']).flatmap(lambda v: v.split()).countby().run('text')",
        "GB().map(lambda r: str(r)).run('*')",
        "GB().map(lambda r: r).run('*')",
        "GB().map(lambda r: len(r['value'] or '')).run('*')",
        "GB().map(lambda r: r['nothing']).run('text')",
        "GB().groupby(lambda r: r['type'], lambda k, a, r: (a or 0) + 1).run('*')",
        "GB().batchgroupby(lambda r: r['type'], lambda k, rs: len(rs)).run('*')",
        "GB().localgroupby(lambda r: r['value'][-1], lambda k, a, r: (a or 0) + 1).run('n:*')",
        "GB().map(lambda r: r['value']).limit(1000, 239).count().run('n:*')",
        "GB('StreamReader').map(lambda r: r['value']['f']).run('stream')",
        "GB('StreamReader').map(lambda r: r).run('stream', convertToStr=False)",
        "GB('KeysOnlyReader').map(lambda k: k.upper()).run('n:*')",
        "GB('KeysOnlyReader').foreach(lambda k: execute('SADD', 'seen', k)).count().run('n:1*')",
        "GB().foreach(lambda r: execute('HSET', 'values', r['key'], r['value'])).count().run('n:2*')",
        "GB().map(lambda r: execute('STRLEN', r['key'])).countby(lambda n: n).run('n:*')",
        "GB('ShardsIDReader').map(lambda r: 1).run(convertToStr=False)",
        "GB().map(lambda r: r['value'].decode()).run('binary')",
        "GB().flatmap(lambda r: [r['key'], [r['type']]]).map(lambda x: x[0]).run('*')",
        "GB().map(lambda r: r['value']).avg().run('n:*')",
        "GB().map(lambda r: r['value']).distinct().count().run('n:*')",
        "GB().map(lambda r: int(r['value'])).sort().run('n:1?')",
    ] {
        let [native, python] = servers
            .each_ref()
            .map(|server| results(&mut server.client(), script));
        assert_eq!(native, python, "{script}");
    }
    same(&servers, &[&["SCARD", "seen"], &["HLEN", "values"]]);
    let calls = counted(&mut servers[0].client(), "native_calls");
    assert!(calls >= 18, "{calls} runs were native");
}

#[test]
fn streams_are_read_as_with_a_worker() {
    let servers = both();
    for (mode, policy) in [
        ("sync", "continue"),
        ("async", "continue"),
        ("async_local", "abort"),
        ("async", "retry"),
    ] {
        for (at, steps) in [
            "foreach(lambda r: execute('RPUSH', 'seen', r['value']['f']))",
            "map(lambda r: int(r['value']['f']))",
        ]
        .iter()
        .enumerate()
        {
            if at == 1 && policy == "retry" {
                continue;
            }
            let id = format!("{mode}{policy}{at}").replace('_', "");
            let key = format!("s:{id}");
            let script = format!(
                "GB('StreamReader').{steps}.register('{key}', mode='{mode}', batch=3, onFailedPolicy='{policy}')"
            );
            same(&servers, &[&["RG.PYEXECUTE", &script, "ID", &id]]);
            for server in &servers {
                let mut client = server.client();
                for value in ["1", "x", "3", "4", "5", "6"] {
                    client.call(&["XADD", &key, "*", "f", value]);
                }
                if at == 0 {
                    eventually("all entries were seen", || {
                        client.call(&["LLEN", "seen"]) == Value::Int(6)
                    });
                }
                all_worked_off(server);
            }
            if at == 0 {
                same(&servers, &[&["LRANGE", "seen", "0", "-1"], &["FLUSHALL"]]);
            }
        }
    }
    assert!(counted(&mut servers[0].client(), "native_calls") > 5);
}

#[test]
fn hooks_run_as_with_a_worker() {
    let servers = both();
    same(
        &servers,
        &[
            &[
                "RG.PYEXECUTE",
                "GB('CommandReader').map(lambda x: call_next(*x[1:])).register(hook='incrby', mode='sync', convertToStr=False)",
            ],
            &["INCRBY", "n", "5"],
            &["INCRBY", "n", "x"],
            &[
                "RG.PYEXECUTE",
                "GB('CommandReader').map(lambda x: execute('incrby', x[1], 100)).register(hook='incrby', mode='sync', convertToStr=False)",
            ],
            &["INCRBY", "n", "5"],
            &[
                "RG.PYEXECUTE",
                "GB('CommandReader').map(lambda x: x).register(hook='getset', mode='async_local', convertToStr=False)",
            ],
            &["GETSET", "n", "5"],
            &[
                "RG.PYEXECUTE",
                "GB().foreach(lambda r: override_reply([r['key'], get_command()])).register('o*', commands=['append'], mode='sync')",
            ],
            &["APPEND", "o1", "x"],
            &[
                "RG.PYEXECUTE",
                "GB().foreach(lambda r: [override_reply('one'), override_reply('two')]).register('p*', commands=['append'], mode='sync')",
            ],
            &["APPEND", "p1", "x"],
        ],
    );
    assert!(counted(&mut servers[0].client(), "native_calls") > 4);
}

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
