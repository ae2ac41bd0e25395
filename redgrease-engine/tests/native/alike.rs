//! Two servers, one with native functions and one without, are asked the same.

use crate::support::{Client, Value, eventually};
use crate::{all_worked_off, both, counted, lists, same};

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
        "flatmap(lambda x: x[1].split()).countby()",
        &["t", " b a\u{1f}b\u{a0}\u{e9} \u{e9}  a b"],
    ),
    ("flatmap(lambda x: x[1].split()).countby()", &["t", ""]),
    (
        "flatmap(lambda x: x[1].split()).countby(lambda w: w[0])",
        &["t", "to be or not to be"],
    ),
    (
        "flatmap(lambda x: x[1].split()).filter(lambda w: w != 'be')",
        &["t", "to be or not to be"],
    ),
    (
        "flatmap(lambda x: (x[1] if len(x) > 2 else x[1:]).split()).countby()",
        &["t", "a"],
    ),
    (
        "flatmap(lambda x: execute('ECHO', x[1]).split()).countby()",
        &["t", "a b a"],
    ),
    (
        "flatmap(lambda x: x[1].split('b')).countby()",
        &["t", "abcba"],
    ),
    (
        "map(lambda x: x[1].split()).map(lambda x: x[0])",
        &["t", "a b"],
    ),
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
    (
        "flatmap(lambda x: x[1:]).distinct().sort()",
        &["t", "b", "a", "b", "", "c"],
    ),
    (
        "flatmap(lambda x: [int(v) * 13 % 64 for v in x[1:]]).distinct()",
        &[
            "t", "5", "2", "10", "5", "3", "8", "0", "7", "12", "-4", "64",
        ],
    ),
    (
        "flatmap(lambda x: [-1, -2, 2**70, 1.5, 1, True, 0.25, 1e300, (1, 2), (2, 1)]).distinct()",
        &["t"],
    ),
    (
        "flatmap(lambda x: [1, [v for v in x], 2]).distinct()",
        &["t", "a"],
    ),
    (
        "foreach(lambda x: execute('INCR', 'n')).distinct().count()",
        &["t", "a"],
    ),
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
pub(crate) fn results(client: &mut Client, script: &str) -> (Vec<String>, Vec<String>) {
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
        "GB().flatmap(lambda r: r['value'].split()).countby().run('binary')",
        "GB().flatmap(lambda r: r['value'].split()).countby().run('list')",
        "def words(r):\n    try:\n        return r['value'].split()\n    finally:\n        r['x'] = 1\nGB().flatmap(words).countby().run('text')",
        "def words(r):\n    try:\n        return r['value'].split()\n    finally:\n        return r['key'] + ' b'\nGB().flatmap(words).run('text')",
        "def words(text):\n    return text.split()\nGB().flatmap(lambda r: words(r['value'])).countby().run('text')",
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
        "GB().map(lambda r: int(r['value'])).sort(False).run('n:*')",
        "GB().map(lambda r: 1 if r['key'] == 'text' else 'x').sort().map(lambda r: 1).run('text')",
        "GB().map(lambda r: [r['value']]).sort().map(lambda r: r[0]).run('n:2*')",
        "GB().avg(lambda r: int(r['value'])).run('n:*')",
        "GB().avg(lambda r: r['value']).run('n:1')",
        "GB().avg().run('n:1')",
        "GB().map(lambda r: int(r['value'])).aggregate(0, lambda a, r: a + r, lambda a, r: a + r).run('n:*')",
        "GB().map(lambda r: int(r['value'])).aggregate([], lambda a, r: (a.append(r), a)[1], lambda a, r: a + r).map(lambda a: sorted(a)).run('n:*')",
        "GB().aggregate({}, lambda a, r: {**a, r['key']: 1} if False else dict(a, n=len(a)), lambda a, r: dict(a, m=len(r))).run('n:*')",
        "GB().aggregate({'n': [0]}, lambda a, r: {'n': [a['n'][0] + 1]}, lambda a, r: r).run('n:*')",
        "GB().aggregate(0, lambda a, r: a + r['value'], lambda a, r: a + r).run('n:1')",
        "GB().aggregate(0, lambda a, r: a + 1, lambda a, r: a + 'x').run('n:1')",
        "GB().aggregateby(lambda r: r['type'], 0, lambda k, a, r: a + 1, lambda k, a, r: a + r).run('*')",
        "GB().aggregateby(lambda r: r['type'], '', lambda k, a, r: max(a, r['key']), lambda k, a, r: a + r).run('*')",
        "GB().aggregateby(lambda r: r['type'], 0, lambda k, a, r: a + r['value'], lambda k, a, r: a + r).run('n:1')",
        "GB().countby(lambda r: r['value'][:1]).run('n:*')",
        "GB().countby(lambda r: r['nothing']).run('n:1')",
        "GB().countby(lambda r: len(r['key'])).map(lambda r: (r['key'], r['value'])).run('*')",
        "x = 2\nGB().map(lambda r: int(r['value'])).aggregate(0, lambda a, r: a + r * x, lambda a, r: a + r).run('n:*')",
        "Z = []\nGB().aggregate(Z, lambda a, r: a + [r['key']], lambda a, r: Z + a + r).map(lambda r: len(r)).run('n:*')",
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

/// Operations that need no Python, and behind them some that do: `exec` is a name that only Python knows in these.
#[test]
fn what_python_goes_on_with_is_what_it_would_have() {
    let servers = both();
    for server in &servers {
        let mut client = server.client();
        for number in 0..120 {
            client.call(&["SET", &format!("n:{number}"), &number.to_string()]);
        }
        client.call(&["HSET", "hash", "f", "1"]);
    }
    let python = "import json\n";
    for script in [
        "GB().countby(lambda r: r['value'][-1:]).map(lambda r: json.dumps(r)).run('n:*')",
        "GB().map(lambda r: int(r['value'])).aggregate([], lambda a, r: a + [r], lambda a, r: a + r).map(lambda r: json.dumps(sorted(r))).run('n:*')",
        "GB().map(lambda r: int(r['value'])).accumulate(lambda a, r: {'n': (a or {'n': 0})['n'] + r, 't': (1, 2.5, None, True)}).map(lambda r: [repr(r), json.dumps(r)]).run('n:*')",
        "GB().filter(lambda r: False).count().map(lambda r: json.dumps(r)).run('n:*')",
        "GB().map(lambda r: 1 / 0).count().map(lambda r: json.dumps(r)).run('n:*')",
        "GB().map(lambda r: r['value']).countby().filter(lambda r: json.loads(r['key']) > 100).count().run('n:*')",
        "GB().groupby(lambda r: r['type'], lambda k, a, r: [a, a] if a else [r['key']]).map(lambda r: (json.dumps(1), r['value'][0] is r['value'][-1])[1]).run('n:?')",
    ] {
        let script = format!("{python}{script}");
        let [native, worker] = servers
            .each_ref()
            .map(|server| results(&mut server.client(), &script));
        assert_eq!(native, worker, "{script}");
    }
    let before = counted(&mut servers[0].client(), "native_calls");
    assert!(before >= 5, "{before}");
    for mode in ["sync", "async", "async_local"] {
        let id = mode.replace('_', "");
        let script = format!(
            "{python}GB('CommandReader').filter(lambda x: len(x) > 2).map(lambda x: json.dumps(x)).register(trigger='t{id}', mode='{mode}')
GB('CommandReader').filter(lambda x: int(x[1]) > 2).map(lambda x: json.dumps(x)).register(trigger='u{id}', mode='{mode}')
GB('CommandReader').flatmap(lambda x: x[1:]).filter(lambda x: x > 'b').foreach(lambda x: execute('RPUSH', 'f{id}', json.dumps(x))).register(trigger='f{id}', mode='{mode}')
GB().filter(lambda r: r['key'] != 'k:not').foreach(lambda r: execute('RPUSH', 'seen', json.dumps(r))).register('k:*', mode='{mode}', eventTypes=['set'])"
        );
        same(&servers, &[&["RG.PYEXECUTE", &script, "ID", &id]]);
        let (t, u, f) = (format!("t{id}"), format!("u{id}"), format!("f{id}"));
        for command in [
            &["RG.TRIGGER", &t, "a"][..],
            &["RG.TRIGGER", &t, "a", "b"],
            &["RG.TRIGGER", &u, "1"],
            &["RG.TRIGGER", &u, "3"],
            &["RG.TRIGGER", &u, "x"],
            &["RG.TRIGGER", &f, "a", "b", "c", "d"],
            &["LRANGE", &f, "0", "-1"],
            &["SET", "k:not", "1"],
            &["SET", "k:yes", "1"],
            &["SET", "k:yes", "\u{e9}"],
        ] {
            same(&servers, &[command]);
            servers.iter().for_each(all_worked_off);
        }
        same(
            &servers,
            &[&["LRANGE", "seen", "0", "-1"], &["DEL", "seen"]],
        );
        let [native, worker] = servers.each_ref().map(|server| lists(&mut server.client()));
        assert_eq!(native, worker, "{mode}");
    }
    for mode in ["sync", "async", "async_local"] {
        let stream = format!("s:{mode}");
        let script = format!(
            "{python}GB('StreamReader').map(lambda r: int(r['value']['f'])).filter(lambda n: n % 2).foreach(lambda n: execute('RPUSH', 'odd', json.dumps(n))).register('{stream}', mode='{mode}', batch=3)"
        );
        same(&servers, &[&["RG.PYEXECUTE", &script]]);
        for server in &servers {
            let mut client = server.client();
            for value in ["1", "2", "3", "4", "5", "6", "x", "8", "9"] {
                client.call(&["XADD", &stream, "*", "f", value]);
            }
            eventually("all were seen", || {
                client.call(&["XLEN", &stream]) == Value::Int(0)
            });
        }
        same(&servers, &[&["LRANGE", "odd", "0", "-1"], &["DEL", "odd"]]);
    }
    let info = servers[0].client().call(&["INFO", "everything"]).text();
    let both = info.lines().filter(|line| line.contains(",by=both,why="));
    assert!(both.count() >= 12, "{info}");
    let more = counted(&mut servers[0].client(), "native_calls");
    assert!(more > before + 9, "{more}");
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
