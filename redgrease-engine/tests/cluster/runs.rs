//! Runs over all shards: one answer, as if they were one server.

use crate::support::{Client, Cluster, Options, Value, eventually};

/// Twelve keys, some on each of three shards, whose values are their numbers.
fn filled(cluster: &Cluster) -> Vec<Client> {
    let mut clients = cluster.clients();
    for number in 0..12 {
        Cluster::set(&mut clients, &format!("k{number}"), &number.to_string());
    }
    clients
}

/// Results, sorted, and errors of a script.
fn ran(client: &mut Client, script: &str) -> (Vec<String>, Vec<String>) {
    let reply = client.call(&["RG.PYEXECUTE", script]);
    let [results, errors] = reply.items() else {
        panic!("{script}: {reply}");
    };
    let texts = |list: &Value| list.items().iter().map(Value::text).collect::<Vec<_>>();
    let mut results = texts(results);
    results.sort();
    (results, texts(errors))
}

#[track_caller]
fn gives(client: &mut Client, script: &str, wanted: &[&str]) {
    let (results, errors) = ran(client, script);
    assert_eq!((results, errors), (owned(wanted), Vec::new()), "{script}");
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn operations_work_on_all_keys_whoever_is_asked() {
    let cluster = Cluster::of(3);
    let mut clients = filled(&cluster);
    let keys: Vec<String> = {
        let mut keys: Vec<String> = (0..12).map(|number| format!("k{number}")).collect();
        keys.sort();
        keys
    };
    for client in &mut clients {
        let of = |rest: &str| format!("GB('KeysReader'){rest}.run('k*')");
        let by = "lambda r: str(int(r['value']) % 3)";
        assert_eq!(
            ran(client, &of(".map(lambda r: r['key'])")).0,
            keys,
            "a collected map"
        );
        gives(client, &of(".count()"), &["12"]);
        gives(client, &of(".map(lambda r: 1).count()"), &["12"]);
        gives(client, "GB('KeysOnlyReader').count().run('k*')", &["12"]);
        assert_eq!(ran(client, "GB('KeysOnlyReader').run('k*')").0, keys);
        gives(client, "GB('ShardsIDReader').count().run()", &["3"]);
        let sum =
            ".map(lambda r: int(r['value'])).aggregate(0, lambda a, r: a + r, lambda a, r: a + r)";
        gives(client, &of(sum), &["66"]);
        gives(
            client,
            &of(".map(lambda r: int(r['value'])).avg()"),
            &["5.5"],
        );
        let groups = [0, 1, 2].map(|key| format!("{{'key': '{key}', 'value': 4}}"));
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        gives(client, &of(&format!(".countby({by})")), &groups);
        gives(
            client,
            &of(&format!(".groupby({by}, lambda k, a, r: (a or 0) + 1)")),
            &groups,
        );
        gives(
            client,
            &of(&format!(".batchgroupby({by}, lambda k, r: len(r))")),
            &groups,
        );
        gives(
            client,
            &of(&format!(".map({by}).distinct()")),
            &["0", "1", "2"],
        );
        gives(client, &of(".limit(1).map(lambda r: 1).count()"), &["3"]);
        gives(
            client,
            "GB('ShardsIDReader').accumulate(lambda a, r: (a or 0) + 1).run()",
            &["1", "1", "1"],
        );
        gives(
            client,
            &of(".limit(3).collect().limit(3).map(lambda r: 1).count()"),
            &["3"],
        );
        gives(
            client,
            &of(".count().map(lambda r: r + 1).repartition(lambda r: str(r)).map(lambda r: r * 2)"),
            &["26"],
        );
        // Everything on the shard of one key, from where it can be read.
        gives(
            client,
            &of(".repartition(lambda r: '{06S}').map(lambda r: hashtag()).countby()"),
            &["{'key': '06S', 'value': 12}"],
        );
        gives(
            client,
            &of(".repartition(lambda r: r['key']).map(lambda r: execute('get', r['key'])).map(int).sort()")
                .replace("map(int)", "map(lambda r: int(r))"),
            &["0", "1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9"],
        );
        gives(
            client,
            "def generate():\n    yield from range(2)\nGB('PythonReader').run(generate)",
            &["0", "0", "0", "1", "1", "1"],
        );
        gives(
            client,
            "async def later(r):\n    await asyncio.sleep(0.01)\n    return r['key'][:1]\nimport asyncio\nGB('KeysReader').map(later).countby().run('k*')",
            &["{'key': 'k', 'value': 12}"],
        );
    }
    // What is not collected stays where it is.
    let (here, _) = ran(
        &mut clients[0],
        "GB('KeysReader').map(lambda r: r['key']).run('k*', collect=False)",
    );
    let (local, _) = ran(
        &mut clients[0],
        "GB('KeysReader').map(lambda r: r['key']).run('k*', mode='async_local')",
    );
    assert_eq!(here, local);
    assert!(!here.is_empty() && here.len() < 12, "{here:?}");
}

#[test]
fn a_stream_is_read_where_it_is() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    let owner = usize::from(cluster.owner("s"));
    clients[owner].call(&["XADD", "s", "1-1", "f", "v"]);
    for client in &mut clients {
        gives(
            client,
            "GB('StreamReader').map(lambda r: r['id']).run('s')",
            &["1-1"],
        );
    }
}

#[test]
fn functions_that_a_function_runs_work_on_all_shards() {
    let cluster = Cluster::of(3);
    let mut clients = filled(&cluster);
    clients[1].register(
        "async def run(r):\n    return (await GB('KeysReader').map(lambda r: (r['key'], {1})).run('k*', convertToStr=False))\n\
         GB('CommandReader').map(run).map(lambda found: [len(found[0]), found[0][0][1], found[1]]).register(trigger='inner')",
        &[],
    );
    assert_eq!(clients[1].triggered("inner"), "[12, {1}, []]");
}

#[test]
fn errors_come_from_each_shard() {
    let cluster = Cluster::of(3);
    let mut clients = filled(&cluster);
    let (results, errors) = ran(
        &mut clients[0],
        "GB('ShardsIDReader').map(lambda r: 1 / 0).run()",
    );
    assert_eq!(results, Vec::<String>::new());
    assert_eq!(errors.len(), 3);
    assert!(errors.iter().all(|text| text.contains("ZeroDivisionError")));
    // What marshal cannot hold does not leave its shard.
    let (results, errors) = ran(
        &mut clients[0],
        "GB('ShardsIDReader').map(lambda r: range(3)).collect().map(lambda r: repr(r)).run()",
    );
    assert_eq!(results, ["range(0, 3)"]);
    let wanted = "Error type: <class 'ValueError'>, Value: unmarshallable object";
    assert_eq!(errors, [wanted, wanted]);
    // What cannot be pickled does not begin.
    let reply = clients[0].call(&[
        "RG.PYEXECUTE",
        "import threading\nlock = threading.Lock()\nGB('ShardsIDReader').map(lambda r: lock.locked()).run()",
    ]);
    assert!(
        reply
            .text()
            .contains("Error occured when serialized a python callback, callback=<lambda>"),
        "{reply}"
    );
    let (results, errors) = ran(&mut clients[0], "GB('StreamReader').run('k0')");
    assert_eq!(results, Vec::<String>::new());
    assert!(
        matches!(errors.as_slice(), [one] if one.starts_with("WRONGTYPE")),
        "{errors:?}"
    );
}

#[test]
fn an_execution_is_known_on_all_shards() {
    let cluster = Cluster::of(3);
    let mut clients = filled(&cluster);
    let id = clients[0]
        .call(&[
            "RG.PYEXECUTE",
            "GB('KeysReader').map(lambda r: r['key']).count().run('k*')",
            "UNBLOCKING",
        ])
        .text();
    assert_eq!(id.split('-').next(), Some(cluster.id(0).as_str()));
    let results = clients[0].call(&["RG.GETRESULTSBLOCKING", &id]);
    assert_eq!(results.to_string(), "[[\"12\"], []]");
    for (at, client) in clients.iter_mut().enumerate() {
        client.becomes(
            &["RG.DUMPEXECUTIONS"],
            &format!("[[\"executionId\", \"{id}\", \"status\", \"done\", \"registered\", :0]]"),
        );
        let all = client.call(&["RG.GETEXECUTION", &id]);
        let own = client.call(&["RG.GETEXECUTION", &id, "SHARD"]);
        assert_eq!((all.items().len(), own.items().len()), (3, 1), "{all}");
        assert_eq!(all.items()[0].to_string(), own.items()[0].to_string());
        let plan = own.items()[0].field("execution_plan").expect("a plan");
        let count = if at == 0 { ":2" } else { ":0" };
        for name in ["shards_received", "shards_completed"] {
            assert_eq!(
                plan.field(name).map(Value::to_string).as_deref(),
                Some(count)
            );
        }
        let wanted = if at == 0 {
            "[[\"12\"], []]"
        } else {
            "[[], []]"
        };
        assert_eq!(client.call(&["RG.GETRESULTS", &id]).to_string(), wanted);
    }
    assert_eq!(clients[1].call(&["RG.ABORTEXECUTION", &id]).text(), "OK");
    assert_eq!(clients[2].call(&["RG.DROPEXECUTION", &id]).text(), "OK");
    for client in &mut clients {
        client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
    }
}

#[test]
fn it_can_be_aborted_from_any_shard() {
    let cluster = Cluster::with(3, &Options::unhurried());
    let mut clients = cluster.clients();
    let script = "import time\ndef f(r):\n    execute('set', 'begun{%s}' % hashtag(), '1')\n    while True: time.sleep(0.01)\nGB('ShardsIDReader').map(f).run()";
    for from in 0..3 {
        let id = clients[0]
            .call(&["RG.PYEXECUTE", script, "UNBLOCKING"])
            .text();
        for client in &mut clients {
            eventually("it runs", || {
                let all = client.call(&["RG.DUMPEXECUTIONS"]).to_string();
                all.contains("\"running\"") && client.call(&["DBSIZE"]).to_string() == ":1"
            });
        }
        assert_eq!(
            clients[0].call(&["RG.GETRESULTS", &id]).to_string(),
            "-execution is still running"
        );
        assert_eq!(clients[from].call(&["RG.ABORTEXECUTION", &id]).text(), "OK");
        let reply = clients[0].call(&["RG.GETRESULTSBLOCKING", &id]);
        let errors = reply.items()[1].items();
        assert_eq!(errors.len(), 3, "{reply}");
        assert!(
            errors
                .iter()
                .all(|text| text.text().contains("gears.forcestopped")),
            "{reply}"
        );
        for client in &mut clients {
            eventually("it is over", || {
                client
                    .call(&["RG.DUMPEXECUTIONS"])
                    .to_string()
                    .contains("\"done\"")
            });
        }
        assert_eq!(clients[from].call(&["RG.DROPEXECUTION", &id]).text(), "OK");
        for client in &mut clients {
            client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
            client.call(&["FLUSHALL"]);
        }
    }
}

#[test]
fn many_records_change_shards_and_none_is_lost() {
    let cluster = Cluster::of(3);
    let mut client = cluster.client(0);
    let script = "def generate():\n    for number in range(100000): yield 'r%d' % number\n\
        GB('PythonReader').repartition(lambda r: r).map(lambda r: (r, hashtag())).countby().map(lambda r: r['value']).countby().run(generate)";
    gives(&mut client, script, &["{'key': '3', 'value': 100000}"]);
}

#[test]
fn what_is_too_long_for_a_message_is_an_error_that_names_the_shards() {
    let cluster = Cluster::with(3, &Options::module(&["MessageLimit", "65536"]));
    let mut clients = cluster.clients();
    let ids = [0, 1, 2].map(|node| cluster.id(node));
    // Records, in a worker and without one: those of the shard that has their key stay there.
    let records = "GB('ShardsIDReader').map(lambda r: 'x' * 100000).repartition(lambda r: '{06S}').map(lambda r: len(r)).run()";
    for native in ["1", "0"] {
        for client in &mut clients {
            client.call(&["RG.CONFIGSET", "NativeFunctions", native]);
        }
        let reply = clients[0].call(&["RG.PYEXECUTE", records]);
        let [results, errors] = reply.items() else {
            panic!("{reply}");
        };
        assert_eq!(results.to_string(), "[\"100000\"]", "{reply}");
        assert_eq!(errors.items().len(), 2, "{reply}");
        let errors = errors.to_string();
        assert!(errors.contains("(MessageLimit)"), "{reply}");
        assert!(ids.iter().all(|id| errors.contains(id)), "{reply}");
    }
    // Results: those of the others are there.
    for number in 0..200 {
        let key = format!("{{8M}}{number:0>500}");
        clients[1].call(&["SET", &key, "1"]);
    }
    clients[2].call(&["SET", "{63n}", "1"]);
    let reply = clients[0].call(&["RG.PYEXECUTE", "GB('KeysOnlyReader').run('*')"]);
    assert_eq!(reply.items()[0].to_string(), "[\"{63n}\"]", "{reply}");
    let error = reply.items()[1].to_string();
    assert!(
        error.contains(&format!("the results of shard {}", ids[1])),
        "{reply}"
    );
    // Functions and scripts.
    let long = format!("x = '{}'\n", "y".repeat(100_000));
    let run = format!("{long}GB('ShardsIDReader').map(lambda r: len(x)).run()");
    let reply = clients[0].call(&["RG.PYEXECUTE", &run]).to_string();
    assert!(reply.contains("(MessageLimit)"), "{reply}");
    let register = format!("{long}GB('CommandReader').map(lambda r: len(x)).register(trigger='t')");
    let reply = clients[0].call(&["RG.PYEXECUTE", &register]).to_string();
    assert!(reply.contains("(MessageLimit)"), "{reply}");
    for client in &mut clients {
        assert!(client.registrations().is_empty());
        client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
    }
    gives(
        &mut clients[0],
        "GB('ShardsIDReader').count().run()",
        &["3"],
    );
}
