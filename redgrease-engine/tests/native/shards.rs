//! Runs over three shards: the same results whoever runs the functions.

use crate::alike::results;
use crate::counted;
use crate::support::{Client, Cluster, Options, eventually};

/// A cluster with these native functions on each of its shards, and the same keys.
fn filled(native: [&str; 3]) -> Cluster {
    let cluster = Cluster::with(3, &Options::module(&["NativeFunctions", "yes"]));
    let mut clients = cluster.clients();
    for (client, native) in clients.iter_mut().zip(native) {
        let set = client.call(&["RG.CONFIGSET", "NativeFunctions", native]);
        assert!(!set.is_error(), "{set}");
    }
    for number in 0..90 {
        Cluster::set(&mut clients, &format!("n:{number}"), &number.to_string());
    }
    Cluster::set(&mut clients, "text", "a b c a");
    Cluster::set(&mut clients, "words", "b c d \u{e9}");
    cluster
}

fn calls(clients: &mut [Client]) -> u64 {
    let each = clients.iter_mut();
    each.map(|client| counted(client, "native_calls")).sum()
}

const SCRIPTS: &[&str] = &[
    "GB().map(lambda r: r['key']).run('n:*')",
    "GB().map(lambda r: r).run('*')",
    "GB().map(lambda r: int(r['value'])).filter(lambda n: n % 7 == 0).count().run('n:*')",
    "GB().map(lambda r: int(r['value'])).sort().run('n:*')",
    "GB().map(lambda r: int(r['value'])).avg().run('n:*')",
    "GB().map(lambda r: r['value']).flatmap(lambda v: v.split()).countby().run('*')",
    "GB().countby(lambda r: r['value'][-1]).run('*')",
    "GB().countby(lambda r: r['value'][5]).run('n:*')",
    "GB().groupby(lambda r: r['value'][-1], lambda k, a, r: sorted((a or []) + [r['key']])).run('*')",
    "GB().batchgroupby(lambda r: len(r['key']), lambda k, rs: sum(int(r['value']) for r in rs)).run('n:*')",
    "GB().localgroupby(lambda r: r['type'], lambda k, a, r: (a or 0) + 1).map(lambda r: r['key']).run('*')",
    "GB().map(lambda r: int(r['value'])).aggregate(0, lambda a, r: a + r, lambda a, r: a + r).run('n:*')",
    "GB().map(lambda r: int(r['value'])).aggregate({}, lambda a, r: {**a, r: 1} if False else dict(a, n=a.get('n', 0) + r), lambda a, r: dict(a, n=a.get('n', 0) + r['n'])).map(lambda a: a['n']).run('n:*')",
    "GB().aggregateby(lambda r: r['value'][-1:], 0, lambda k, a, r: a + int(r['value']), lambda k, a, r: a + r).run('n:*')",
    "GB().aggregateby(lambda r: r['value'][-1:], 0, lambda k, a, r: a + r['value'], lambda k, a, r: a + r).count().run('n:*')",
    "GB().map(lambda r: r['value']).repartition(lambda v: v).map(lambda v: (v, v * 2)).run('n:?')",
    "GB().repartition(lambda r: r['key'][-1]).map(lambda r: r['value']).collect().limit(7).map(lambda v: 1).count().run('n:*')",
    "GB().repartition(lambda r: r['key'][-1]).map(lambda r: 1 / (int(r['value']) - 5)).filter(lambda r: False).run('n:*')",
    "GB().map(lambda r: int(r['value'])).collect().repartition(lambda n: n % 3).map(lambda n: n + 1).sort(False).run('n:*')",
    "GB().foreach(lambda r: execute('INCR', 'seen:{' + r['key'] + '}')).count().run('n:*')",
    "GB().map(lambda r: execute('GET', r['key'])).countby().count().run('n:*')",
    "GB().map(lambda r: r['value']).count().map(lambda n: n + 1).repartition(lambda n: str(n)).map(lambda n: n * 2).run('n:*')",
    "GB().map(lambda r: r['key']).run('n:*', mode='async_local')",
    "GB('KeysOnlyReader').map(lambda k: k.upper()).countby(lambda k: k[-1]).run('n:*')",
    "GB('ShardsIDReader').map(lambda r: 1).count().run()",
    "GB().map(lambda r: {1: [r['value']], 'b': (1.5, None, True, 2 ** 70, b'x')}).repartition(lambda r: r[1][0]).map(lambda r: str(r)).run('n:?')",
    "GB().map(lambda r: r['value'][-1]).distinct().run('n:*')",
    "GB().map(lambda r: int(r['value']) % 7).distinct().map(lambda n: n + 1).run('n:*')",
    "GB().map(lambda r: (len(r['key']), r['type'])).distinct().count().run('*')",
    // Parts of these need Python.
    "import json\nGB().map(lambda r: r['value'][-1]).distinct().map(lambda v: json.dumps(v)).run('n:*')",
    "import json\nGB().countby(lambda r: r['value'][-1]).map(lambda r: json.dumps(r)).run('*')",
    "import json\nGB().map(lambda r: r['value']).repartition(lambda v: v).map(lambda v: json.loads(v)).sort().run('n:*')",
    "import json\nGB().map(lambda r: json.loads(r['value'])).count().map(lambda n: n * 2).run('n:*')",
    "import json\nGB().groupby(lambda r: r['value'][-1], lambda k, a, r: (a or 0) + 1).repartition(lambda r: r['key']).map(lambda r: json.dumps(r)).run('n:*')",
    // These are given back: at the first part, and behind an exchange.
    "GB().map(lambda r: '\u{e9}\u{e9}'.title()).countby().run('n:*')",
    "GB().repartition(lambda r: r['value']).map(lambda r: ('\u{e9}' + r['value']).title()).run('n:?')",
    "GB().repartition(lambda r: r['value']).map(lambda r: r['value']).repartition(lambda v: v).map(lambda v: ('\u{e9}' + v).title()).countby().run('n:?')",
];

/// What is compared: all but the places of functions.
fn told(client: &mut Client, script: &str) -> (Vec<String>, Vec<String>) {
    let (results, mut errors) = results(client, script);
    errors.sort();
    (results, errors)
}

#[test]
fn runs_give_what_they_give_with_workers() {
    let worker = filled(["no"; 3]);
    let wanted: Vec<_> = SCRIPTS
        .iter()
        .map(|script| told(&mut worker.client(0), script))
        .collect();
    assert_eq!(calls(&mut worker.clients()), 0);
    // On all shards, and on some: each decides for itself.
    for native in [["yes"; 3], ["yes", "no", "no"], ["no", "yes", "yes"]] {
        let cluster = filled(native);
        for (script, wanted) in SCRIPTS.iter().zip(&wanted) {
            let found = told(&mut cluster.client(0), script);
            assert_eq!(found, *wanted, "{native:?} {script}");
        }
        let calls = calls(&mut cluster.clients());
        let shards = native.iter().filter(|one| **one == "yes").count() as u64;
        assert!(calls > 20 * shards, "{native:?}: {calls}");
    }
}

#[test]
fn triggers_run_on_all_shards_without_python() {
    let script = "GB('CommandReader').map(lambda r: [hashtag()] + r[1:]).register(trigger='where')
GB('CommandReader').flatmap(lambda r: r[1:]).repartition(lambda r: r).map(lambda r: [r, hashtag()]).register(trigger='spread')
GB('CommandReader').flatmap(lambda r: r[1:]).countby().register(trigger='words')
GB('CommandReader').map(lambda r: int(r[1])).sort().register(trigger='numbers')
GB('CommandReader').map(lambda r: 1 / 0).register(trigger='fails')
GB().foreach(lambda r: execute('INCR', 'events:{' + r['key'] + '}')).register('n:*', eventTypes=['set'])
GB().map(lambda r: r['value']).repartition(lambda v: v).foreach(lambda v: execute('INCR', 'values:{' + v + '}')).register('v:*', eventTypes=['set'])";
    let clusters = [filled(["yes"; 3]), filled(["no"; 3])];
    let mut told = Vec::new();
    for cluster in &clusters {
        let mut clients = cluster.clients();
        clients[0].register(script, &[]);
        let mut said = Vec::new();
        for client in &mut clients {
            for words in [
                &["RG.TRIGGER", "where", "a"][..],
                &["RG.TRIGGER", "spread", "a", "b", "c"],
                &["RG.TRIGGER", "words", "a", "b", "a"],
                &["RG.TRIGGER", "numbers", "3"],
                &["RG.TRIGGER", "fails"],
            ] {
                let reply = client.call(words);
                let mut texts: Vec<String> =
                    reply.items().iter().map(ToString::to_string).collect();
                texts.sort();
                said.push(if texts.is_empty() {
                    reply.to_string()
                } else {
                    texts.join(" ")
                });
            }
        }
        for number in 0..9 {
            Cluster::set(&mut clients, &format!("n:{number}"), "x");
            Cluster::set(&mut clients, &format!("v:{number}"), &number.to_string());
        }
        for number in 0..9 {
            let key = format!("n:{number}");
            let at = usize::from(cluster.owner(&key));
            let counter = format!("events:{{{key}}}");
            eventually("the event was worked off", || {
                clients[at].call(&["GET", &counter]).text() == "1"
            });
            let value = number.to_string();
            let at = usize::from(cluster.owner(&value));
            let counter = format!("values:{{{value}}}");
            eventually("the value came to its shard", || {
                clients[at].call(&["GET", &counter]).text() == "1"
            });
        }
        told.push(said);
    }
    assert_eq!(told[0], told[1]);
    assert!(calls(&mut clusters[0].clients()) > 45);
    assert_eq!(calls(&mut clusters[1].clients()), 0);
}

/// More than may be on the way at once, in all directions.
#[test]
fn much_goes_to_other_shards_without_python() {
    let cluster = Cluster::with(3, &Options::module(&["NativeFunctions", "yes"]));
    let mut clients = cluster.clients();
    for number in 0..60 {
        let value = format!("{number:04}{}", "x".repeat(1 << 20));
        Cluster::set(&mut clients, &format!("big:{number}"), &value);
    }
    let script = "GB().map(lambda r: r['value']).repartition(lambda v: v[:4]).map(lambda v: len(v)).count().run('big:*')";
    let reply = clients[1].call(&["RG.PYEXECUTE", script]);
    assert_eq!(reply.to_string(), "[[\"60\"], []]");
    // Each shard ran its share.
    assert_eq!(calls(&mut clients), 3);
}
