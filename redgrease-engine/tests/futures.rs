//! Futures and coroutines of batch runs: many are under way at a time, and the records keep their order.

mod support;

use support::{Client, PATIENCE, Server, Value, eventually};

/// The results of a script that runs; it may have no errors.
#[track_caller]
fn results(client: &mut Client, script: &str) -> Vec<Value> {
    let reply = client
        .ask(&["RG.PYEXECUTE", script], PATIENCE)
        .expect("a reply");
    match reply.items() {
        [Value::Array(results), Value::Array(errors)] if errors.is_empty() => results.clone(),
        _ => panic!("{script}: {reply}"),
    }
}

/// The entries `0-1` to `0-{count}` of the stream `s`, each with its number as the field `n`.
fn entries(client: &mut Client, count: usize) {
    let add = format!(
        "for n in range(1, {count} + 1):\n    execute('xadd', 's', '0-%d' % n, 'n', str(n))"
    );
    client.register(&add, &[]);
}

/// All futures are completed once all of them are there, the last one first: with fewer under way at a time the run would never end.
#[test]
fn many_futures_are_under_way_at_a_time_and_keep_the_order_of_records() {
    let server = Server::start();
    let mut client = server.client();
    // As many as are read at once.
    entries(&mut client, 512);
    let wanted: Vec<String> = (1..=512).map(|n| n.to_string()).collect();
    for step in [
        "map(wait)",
        "foreach(wait)",
        "filter(wait)",
        "map(lambda n: n).flatmap(lambda n: [n]).map(wait)",
        "map(wait).limit(600).map(lambda n: n)",
        "map(wait).flatmap(lambda n: [n])",
        "flatmap(wait)",
        "limit(600).map(wait)",
        "flatmap(lambda n: [n]).limit(600).flatmap(lambda n: [n]).filter(wait)",
        "map(wait).foreach(lambda n: None).accumulate(lambda a, n: (a or []) + [n]).flatmap(lambda a: a[::-1])",
    ] {
        let script = format!(
            "import threading\n\
             futures = []\n\
             def wait(n):\n    future = gearsFuture()\n    futures.append((future, n))\n\
             \x20   if n == 512:\n        threading.Timer(0.01, finish).start()\n    return future\n\
             def finish():\n    ready, futures[:] = futures[:], []\n    for future, n in reversed(ready):\n        future.continueRun(n)\n\
             GB('StreamReader').map(lambda r: int(r['value']['n'])).{step}.run('s')"
        );
        let found: Vec<String> = results(&mut client, &script)
            .iter()
            .map(Value::text)
            .collect();
        assert_eq!(found, wanted, "{step}");
    }
}

#[test]
fn coroutines_of_a_batch_overlap() {
    let server = Server::start();
    let mut client = server.client();
    entries(&mut client, 300);
    // All meet before any of them goes on.
    let script = "import asyncio\n\
        here = []\n\
        async def meet(r):\n    here.append(r['id'])\n    while len(here) < 300:\n        await asyncio.sleep(0.005)\n    return 1\n\
        GB('StreamReader').map(meet).count().run('s')";
    let found = results(&mut client, script);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text(), "300");
}

#[test]
fn coroutines_over_what_a_generator_gives_overlap() {
    let server = Server::start();
    let mut client = server.client();
    let script = "\
import asyncio
under_way = [0, 0]
async def meet(n):
    under_way[0] += 1
    under_way[1] = max(under_way)
    await asyncio.sleep(0.02)
    under_way[0] -= 1
    return n
def numbers():
    for n in range(200):
        yield n
GB('PythonReader').map(meet).count().map(lambda n: '%d of 200' % n if under_way[1] > 1 else 'one by one').run(numbers)";
    assert_eq!(results(&mut client, script)[0].text(), "200 of 200");
}

#[test]
fn futures_are_those_of_asyncio() {
    let server = Server::start();
    let mut client = server.client();
    let script = "import asyncio\n\
        async def f(r):\n\
        \x20   runs = [GB('ShardsIDReader').count().run() for _ in range(3)]\n\
        \x20   kinds = [isinstance(one, (asyncio.Future, GearsFuture)) for one in runs]\n\
        \x20   over = asyncio.Event()\n\
        \x20   runs[0].add_done_callback(lambda one: over.set())\n\
        \x20   results = await asyncio.gather(*runs)\n\
        \x20   await over.wait()\n\
        \x20   return [kinds, results, runs[0].done(), runs[0].result()]\n\
        GB('ShardsIDReader').map(f).run()";
    let one = "[['1'], []]";
    let wanted = format!("[[True, True, True], [{one}, {one}, {one}], True, {one}]");
    assert_eq!(results(&mut client, script)[0].text(), wanted);
    // A step's own is one as well, also where nothing else of asyncio is said.
    for base in ["Future", "GearsFuture"] {
        let script = format!(
            "def f(r):\n    future = gearsFuture()\n    kind = isinstance(future, {base})\n\
             \x20   Thread(target=lambda: future.continueRun(kind)).start()\n    return future\n\
             GB('ShardsIDReader').map(f).run()"
        );
        assert_eq!(results(&mut client, &script)[0].text(), "True", "{base}");
    }
}

#[test]
fn a_future_that_fails_is_the_error_of_its_record() {
    let server = Server::start();
    let mut client = server.client();
    let script = "\
def some(r):
    future = gearsFuture()
    import threading
    threading.Timer(0.01, lambda: future.continueFailed('no 3') if r == 3 else future.continueRun(r)).start()
    return future
def numbers():
    for n in range(6):
        yield n
GB('PythonReader').map(some).accumulate(lambda a, r: (a or []) + [r]).run(numbers)";
    let reply = client.call(&["RG.PYEXECUTE", script]);
    assert_eq!(reply.items()[1].to_string(), "[\"no 3\"]", "{reply}");
}

#[test]
fn a_run_whose_futures_never_come_can_be_aborted() {
    let server = Server::start();
    let mut client = server.client();
    let script = "\
kept = []
def never(r):
    future = gearsFuture()
    kept.append(future)
    if r == 0:
        import threading
        threading.Timer(0.01, lambda: future.continueRun(0)).start()
    else:
        execute('set', 'waits', '1')
    return future
def numbers():
    for n in range(50):
        yield n
GB('PythonReader').map(never).run(numbers)";
    let id = client.call(&["RG.PYEXECUTE", script, "UNBLOCKING"]).text();
    eventually("the run waits", || {
        client.call(&["GET", "waits"]).text() == "1"
    });
    assert_eq!(client.call(&["RG.ABORTEXECUTION", &id]).text(), "OK");
    let reply = client
        .ask(&["RG.GETRESULTSBLOCKING", &id], PATIENCE)
        .expect("a reply");
    assert_eq!(reply.items()[1].items().len(), 1, "{reply}");
    assert_eq!(results(&mut client, "GB('ShardsIDReader').run()").len(), 1);
}

/// What a reader gives is the same where the engine does everything and where a worker gets the records.
#[test]
fn records_are_the_same_with_and_without_a_worker() {
    let server = Server::start();
    let mut client = server.client();
    let script = "execute('set', 'k:s', b'\\xfe')
execute('set', b'k:\\xff', 'text')
execute('rpush', 'k:l', 'a', b'\\xfd')
for n in range(40):
    execute('hset', 'k:h', 'field %d' % n, str(n))
execute('hset', 'k:b', 'f', b'\\xfc', 'g', 'h')
execute('sadd', 'k:set', 'a')
execute('zadd', 'k:z', '1', 'a')
execute('xadd', 'k:x', '1-1', 'a', '1', 'b', b'\\xfb', 'a', '3')
RUNS = {
    'keys': lambda: ('KeysReader', 'k:*', {}),
    'keys without values': lambda: ('KeysReader', 'k:*', {'readValue': False}),
    'a key that is not there': lambda: ('KeysReader', 'none', {'noScan': True}),
    'names': lambda: ('KeysOnlyReader', 'k:*', {}),
    'shards': lambda: ('ShardsIDReader', None, {}),
    'a stream': lambda: ('StreamReader', 'k:x', {}),
}
async def compare(_):
    same = []
    for name, make in RUNS.items():
        seen = []
        for with_worker in (False, True):
            reader, argument, more = make()
            gear = GB(reader)
            if with_worker:
                gear = gear.map(lambda record: record)
            records, errors = await gear.run(argument, convertToStr=False, collect=False, **more)
            seen.append(sorted(repr(record) for record in records) + errors)
        same.append(name if seen[0] == seen[1] and seen[0] else '%s: %s' % (name, seen))
    return ', '.join(same)
GB('CommandReader').map(compare).register(trigger='compare', convertToStr=False)";
    client.register(script, &[]);
    let found = client
        .ask(&["RG.TRIGGER", "compare"], PATIENCE)
        .expect("a reply");
    assert_eq!(
        found.items()[0].text(),
        "keys, keys without values, a key that is not there, names, shards, a stream"
    );
}

/// Each is completed by what comes after it: the first by the second, the second by what the third gives to the next step.
#[test]
fn a_record_waits_for_no_other_one() {
    let server = Server::start();
    let mut client = server.client();
    let script = "
held = []
def f(r):
    if not held:
        held.append(gearsFuture())
        return held[0]
    held[0].continueRun('first')
    return 'second'
GB('CommandReader').flatmap(lambda x: [1, 2]).map(f).register(trigger='pair')
futures = []
def wait(r):
    if len(futures) == 2:
        return r
    futures.append((gearsFuture(), r))
    return futures[-1][0]
def complete(r):
    if futures:
        future, value = futures.pop()
        future.continueRun(value)
    return r
GB('CommandReader').flatmap(lambda x: [1, 2, 3]).map(wait).map(complete).register(trigger='chain')
";
    client.register(script, &[]);
    for (trigger, wanted) in [
        ("pair", "[\"first\", \"second\"]"),
        ("chain", "[\"3\", \"2\", \"1\"]"),
    ] {
        let reply = client
            .ask(&["RG.TRIGGER", trigger], PATIENCE)
            .expect("a reply");
        assert_eq!(reply.to_string(), wanted, "{trigger}");
    }
}

/// They meet before any of them goes on, wherever their records come from.
#[test]
fn ten_thousand_coroutines_of_a_run_overlap() {
    let server = Server::start();
    let mut client = server.client();
    client.register(
        "for n in range(10000):\n    execute('set', 'k%d' % n, '1')",
        &[],
    );
    let meet = "
import asyncio
here = []
async def meet(r):
    if not here:
        here.append(asyncio.Event())
    here.append(r)
    if len(here) == 10001:
        here[0].set()
    await here[0].wait()
    return 1
def numbers():
    for n in range(10000):
        yield n
";
    for run in [
        "GB('ShardsIDReader').flatmap(lambda x: list(range(10000))).map(meet).count().run()",
        "GB('PythonReader').map(meet).count().run(numbers)",
        "GB('KeysReader').map(meet).count().run('k*')",
        "GB('KeysReader').foreach(lambda r: None).map(meet).count().run('k*')",
    ] {
        let found = results(&mut client, &format!("{meet}{run}"));
        assert_eq!(found[0].text(), "10000", "{run}");
    }
}

/// The command, the hook and the session of a call are there in coroutines, and in threads that take over.
#[test]
fn coroutines_and_threads_keep_what_they_run_for() {
    let server = Server::start();
    let mut client = server.client();
    let script = "
import asyncio, threading
top = isAsyncAllow()
async def later(r):
    await asyncio.sleep(0.01)
    override_reply([get_command(), isAsyncAllow(), top])
    return r
async def hooked(r):
    await asyncio.sleep(0.01)
    return call_next(*r[1:])
def threaded(r):
    session, future = getGearsSession(), gearsFuture()
    def work():
        with GearsSession(session):
            override_reply([get_command(), isAsyncAllow()])
            future.continueRun(1)
    threading.Thread(target=work).start()
    return future
def steps(r):
    return [str(isAsyncAllow()), r[1]]
GB('KeysReader').map(later).register('k*', commands=['set'], mode='async')
GB('KeysReader').map(threaded).register('t*', commands=['set'], mode='async')
GB('CommandReader').map(hooked).register(hook='hget')
GB('CommandReader').flatmap(steps).register(trigger='allowed')
GB('CommandReader').flatmap(steps).register(trigger='sync', mode='sync')
";
    client.register(script, &[]);
    client.call(&["HSET", "h", "f", "v"]);
    for (command, wanted) in [
        (
            &["SET", "k1", "v"][..],
            "[[\"SET\", \"k1\", \"v\"], :0, :0]",
        ),
        (&["SET", "t1", "v"], "[[\"SET\", \"t1\", \"v\"], :0]"),
        (&["HGET", "h", "f"], "\"v\""),
        (&["RG.TRIGGER", "allowed", "x"], "[\"x\", \"True\"]"),
    ] {
        let reply = client.ask(command, PATIENCE).expect("a reply");
        assert_eq!(reply.to_string(), wanted, "{command:?}");
    }
}

/// Events wait for futures side by side, and begin in their order.
#[test]
fn events_of_a_registration_overlap_while_they_wait() {
    let server = Server::start();
    let mut client = server.client();
    let script = "
import asyncio, threading
begun, held, here = [], [], []
def complete(r):
    begun.append(r['key'])
    if r['key'] == 'f:9':
        for future in held:
            future.continueRun(1)
        return 1
    held.append(gearsFuture())
    return held[-1]
async def meet(r):
    here.append(r['key'])
    while len(here) < 10:
        await asyncio.sleep(0.01)
def order(r):
    # Asks the server: the next one must not begin meanwhile.
    execute('RPUSH', 'order', 'begin ' + r['key'])
    execute('RPUSH', 'order', 'end ' + r['key'])
def add(r):
    execute('INCR', 'done')
GB('KeysReader').map(complete).foreach(add).register('f:*', eventTypes=['set'])
GB('KeysReader').foreach(meet).foreach(add).register('m:*', eventTypes=['set'])
GB('KeysReader').foreach(order).foreach(add).register('o:*', eventTypes=['set'])
GB('CommandReader').map(lambda x: ' '.join(begun)).register(trigger='begun')
";
    client.register(script, &[]);
    let names: Vec<Vec<String>> = ["f", "m", "o"]
        .iter()
        .map(|kind| (0..10).map(|n| format!("{kind}:{n}")).collect())
        .collect();
    for (round, keys) in names.iter().enumerate() {
        for key in keys {
            client.send(&["SET", key, "1"]).expect("sent");
        }
        for _ in keys {
            assert_eq!(client.read(PATIENCE).expect("a reply").text(), "OK");
        }
        let done = 10 * (round + 1);
        client.becomes(&["GET", "done"], &format!("\"{done}\""));
    }
    assert_eq!(client.triggered("begun"), names[0].join(" "));
    let order: Vec<String> = names[2]
        .iter()
        .flat_map(|key| [format!("begin {key}"), format!("end {key}")])
        .collect();
    let found = client.call(&["LRANGE", "order", "0", "-1"]);
    let found: Vec<String> = found.items().iter().map(Value::text).collect();
    assert_eq!(found, order);
}
