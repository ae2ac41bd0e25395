//! Asynchronous key events that wait in a queue: the worker has them before their turn, and yet values and order are as if each
//! was sent when the one before is over.

mod support;

use support::server::signal;
use support::{Client, Options, PATIENCE, Server, Value, eventually};

/// One where functions run in workers, also those that could do without.
fn server() -> Server {
    Server::with(&Options::module(&["NativeFunctions", "0"]))
}

#[test]
fn a_client_that_moves_a_key_stays_in_its_database() {
    let server = server();
    let mut client = server.client();
    client.register("GB('KeysReader').register('*', mode='sync')", &[]);
    client.register("GB('StreamReader').register('*')", &[]);
    for key in ["a", "b"] {
        client.call(&["SET", key, "1"]);
        assert_eq!(client.call(&["MOVE", key, "1"]).to_string(), ":1");
        assert_eq!(client.call(&["EXISTS", key]).to_string(), ":0");
    }
}

/// How many events of a registration were worked off, and how many of them without an error.
fn worked_off(client: &mut Client) -> (i64, i64, i64) {
    let all = client.call(&["RG.DUMPREGISTRATIONS"]);
    let data = all.items()[0].field("RegistrationData").cloned();
    let number = |name: &str| match data.as_ref().and_then(|data| data.field(name)) {
        Some(Value::Int(number)) => *number,
        other => panic!("{name}: {other:?}"),
    };
    let names = ["numTriggered", "numSuccess", "numFailures"];
    let [triggered, fine, failed] = names.map(number);
    (triggered, fine, failed)
}

/// Waits until all events are worked off; none may have failed.
#[track_caller]
fn all_worked_off(server: &Server, client: &mut Client, count: i64) {
    eventually("all events", || {
        let (triggered, fine, failed) = worked_off(client);
        assert_eq!(
            failed,
            0,
            "{}\n{}",
            client.call(&["RG.DUMPREGISTRATIONS"]),
            server.log_tail()
        );
        triggered == count && fine == count
    });
}

/// Writes many keys in one command: their events wait together.
fn burst(client: &mut Client, keys: usize) {
    let script = "for n = 1, tonumber(ARGV[1]) do redis.call('set', 'k:' .. n, 'v' .. n) end";
    client.call(&["EVAL", script, "0", &keys.to_string()]);
}

/// Everything that changes a key without a new event of the registration, at random, on keys whose events wait and on others.
/// Nobody else writes: whatever the record says must be there when the function begins.
const RANDOM: &str = "
import random
def key(n):
    return 'k:%d' % n
def value(name):
    kind = execute('type', name)
    if kind == 'string':
        return kind, execute('get', name)
    if kind == 'list':
        return kind, execute('lrange', name, '0', '-1')
    if kind == 'hash':
        flat = execute('hgetall', name)
        return kind, dict(zip(flat[::2], flat[1::2]))
    return ('empty' if kind == 'none' else kind), None
def near(n, chance):
    return key(max(1, n + chance.randint(-3, 40)))
def change(n, chance):
    name, other = near(n, chance), near(n, chance)
    if name == other: return
    what = chance.randint(0, 13)
    if what == 0: execute('append', name, 'x') if execute('type', name) in ('string', 'none') else None
    elif what == 1: execute('del', name)
    elif what == 2: execute('rename', name, other) if execute('exists', name) else None
    elif what == 3: execute('copy', name, other, 'replace')
    elif what == 4: execute('expire', name, '1000')
    elif what == 5:
        execute('pexpire', name, '1')
        while execute('exists', name): pass
    elif what == 6: execute('eval', \"redis.call('del', KEYS[1]) return redis.call('rpush', KEYS[1], 'a', 'b')\", '1', name)
    elif what == 7:
        execute('del', name)
        execute('hset', name, 'f', str(n))
    elif what == 8:
        execute('del', name)
        execute('pfadd', name, str(n))
    elif what == 9: execute('pfcount', name) if (execute('type', name) == 'string' and execute('getrange', name, '0', '3') == 'HYLL') else None
    elif what == 10: execute('sort', name, 'alpha', 'store', other) if execute('type', name) == 'list' else None
    elif what == 11:
        with transaction() as t:
            t.execute('del', name)
            t.execute('append', name, 'whole')
    elif what == 12 and chance.random() < 0.02: execute('flushdb')
    elif what == 13 and chance.random() < 0.02: execute('swapdb', '1', str(DATABASE))
def step(r):
    n = int(r['key'][2:])
    chance = random.Random(SEED * 100000 + n)
    kind, there = value(r['key'])
    if (kind, there) != (r['type'], r['value']) and r['value'].__class__ is not bytearray:
        raise ValueError('event %d has %r, and there is %r' % (n, (r['type'], r['value']), (kind, there)))
    execute('rpush', '{order}', str(n))
    for _ in range(chance.randint(0, 2)):
        change(n, chance)
    execute('incr', 'n')
";

#[test]
fn functions_see_what_they_would_see_one_by_one() {
    let count = 1500;
    for (seed, database) in [(1, 0), (2, 0), (3, 5)] {
        let server = server();
        let mut client = server.client();
        let definitions = RANDOM
            .replace("SEED", &seed.to_string())
            .replace("DATABASE", &database.to_string())
            .replace("{order}", "order");
        client.register(
            &format!(
                "{definitions}\nGB('KeysReader').foreach(step).register('k:*', mode='async', eventTypes=['set'])"
            ),
            &[],
        );
        client.call(&["SELECT", &database.to_string()]);
        burst(&mut client, count);
        all_worked_off(&server, &mut client, i64::try_from(count).expect("small"));
    }
}

/// The order is that of the events, whatever runs beside them.
#[test]
fn the_order_is_that_of_the_events() {
    let server = server();
    let mut client = server.client();
    client.register(
        "order, running = [], []\n\
         def step(r):\n    assert not running, 'two at a time'\n    running.append(1)\n    execute('incr', 'n')\n\
         \x20   order.append(int(r['key'][2:]))\n    running.pop()\n\
         GB('KeysReader').foreach(step).register('k:*', mode='async', eventTypes=['set'], readValue=READ)\n\
         GB('CommandReader').flatmap(lambda r: order).register(trigger='order')\n\
         GB('CommandReader').map(lambda r: execute('incr', 'm')).register(trigger='beside')"
            .replace("READ", "False")
            .as_str(),
        &[],
    );
    let count = 2000;
    burst(&mut client, count);
    let mut beside = server.client();
    for _ in 0..200 {
        let reply = beside.ask(&["RG.TRIGGER", "beside"], PATIENCE);
        assert!(!reply.expect("a reply").is_error());
    }
    eventually("all events", || {
        client.call(&["GET", "n"]).text() == count.to_string()
    });
    // As RedisGears does, flatmap gives the last one first.
    let order: Vec<String> = client
        .call(&["RG.TRIGGER", "order"])
        .items()
        .iter()
        .map(Value::text)
        .collect();
    let wanted: Vec<String> = (1..=count).rev().map(|n| n.to_string()).collect();
    assert_eq!(order, wanted);
}

/// Others write all the time: no record is older than the end of the function before.
#[test]
fn no_record_is_older_than_the_end_of_the_function_before() {
    let server = server();
    let mut client = server.client();
    client.register(
        "floor = [0]\n\
         def step(r):\n    value = int(r['value'])\n\
         \x20   if value < floor[0]:\n        raise ValueError('%d after %d' % (value, floor[0]))\n\
         \x20   floor[0] = int(execute('get', 'c'))\n\
         GB('KeysReader').foreach(step).register('c', mode='async', eventTypes=['incrby'])",
        &[],
    );
    let count = 4000;
    let mut writers: Vec<Client> = (0..4).map(|_| server.client()).collect();
    for round in 0..count / 40 {
        for writer in &mut writers {
            for _ in 0..10 {
                writer.send(&["INCR", "c"]).expect("a connection");
            }
        }
        for writer in &mut writers {
            for _ in 0..10 {
                writer.read(PATIENCE).expect("a reply");
            }
        }
        if round % 20 == 0 {
            eventually("some", || {
                let (triggered, fine, failed) = worked_off(&mut client);
                failed > 0 || triggered - fine < 500
            });
        }
    }
    all_worked_off(&server, &mut client, count);
}

/// Events that wait for futures and coroutines let the next ones begin, and those that fail do not stop them.
#[test]
fn what_waits_or_fails_lets_the_others_on() {
    let server = server();
    let mut client = server.client();
    client.register(
        "import asyncio\nheld = []\n\
         def step(r):\n    n = int(r['key'][2:])\n\
         \x20   if n % 10 == 1:\n        held.append(gearsFuture())\n        return held[-1]\n\
         \x20   if n % 10 == 2:\n        raise ValueError('two')\n\
         \x20   if n % 10 == 5:\n        return nap()\n\
         \x20   if n % 10 == 0:\n        held.pop().continueRun(1)\n\
         \x20   execute('incr', 'n')\n    return r\n\
         async def nap():\n    await asyncio.sleep(0.001)\n    execute('incr', 'n')\n\
         GB('KeysReader').map(step).register('k:*', mode='async', eventTypes=['set'])",
        &[],
    );
    burst(&mut client, 1000);
    eventually("all events", || worked_off(&mut client) == (1000, 900, 100));
    assert_eq!(client.call(&["GET", "n"]).text(), "800");
}

/// The one whose turn it was is lost with its worker, as ever, and the next one may be. The others go on in another one, each
/// once.
#[test]
fn a_lost_worker_takes_two_events_along_at_most_and_none_is_doubled() {
    let server = server();
    let mut client = server.client();
    client.register(
        "GB('KeysReader').foreach(lambda r: execute('hincrby', 'seen', r['key'], '1')).register('k:*', mode='async', eventTypes=['set'])",
        &[],
    );
    let count = 3000;
    burst(&mut client, count);
    let mut kills = 0;
    for round in 1..=6 {
        eventually("some more", || {
            let (_, fine, failed) = worked_off(&mut client);
            fine + failed >= round * 400
        });
        for worker in server.workers() {
            signal(worker, "KILL");
        }
        kills += 1;
    }
    let mut failures = 0;
    eventually("all events", || {
        let (_, fine, failed) = worked_off(&mut client);
        failures = failed;
        usize::try_from(fine + failed).expect("positive") == count
    });
    assert!(
        failures <= 2 * kills,
        "{failures} events were lost by {kills} kills"
    );
    let seen = client.call(&["HVALS", "seen"]);
    let doubled = seen
        .items()
        .iter()
        .filter(|value| value.text() != "1")
        .count();
    assert_eq!(doubled, 0, "{seen}");
    let seen = i64::try_from(seen.items().len()).expect("few");
    let all = i64::try_from(count).expect("few");
    assert!(
        (all - failures..=all).contains(&seen),
        "{seen} of {count}, {failures} lost"
    );
}

/// Those that were sent and have not begun are aborted like those that wait.
#[test]
fn what_has_not_begun_is_aborted_with_the_registration() {
    let server = server();
    let mut client = server.client();
    client.register(
        "import time\n\
         def step(r):\n    n = int(r['key'][2:])\n    execute('incr', 'n')\n\
         \x20   while n == 300 and not execute('exists', 'go'):\n        time.sleep(0.001)\n\
         GB('KeysReader').foreach(step).register('k:*', mode='async', eventTypes=['set'])",
        &["ID", "mine"],
    );
    burst(&mut client, 1000);
    eventually("the one that waits", || {
        client.call(&["GET", "n"]).text() == "300"
    });
    let id = client.call(&["RG.DUMPREGISTRATIONS"]).items()[0]
        .field("id")
        .expect("an id")
        .text();
    let running = client.call(&["RG.DUMPEXECUTIONS"]);
    let said = |state: &str| {
        let is = |one: &&Value| {
            one.field("status")
                .is_some_and(|status| status.text() == state)
        };
        running.items().iter().filter(is).count()
    };
    assert_eq!(
        (said("running"), said("created")),
        (1, 700),
        "what has been sent has not begun"
    );
    assert_eq!(
        client.call(&["RG.UNREGISTER", &id, "ABORTPENDING"]).text(),
        "OK"
    );
    client.call(&["SET", "go", "1"]);
    eventually("the end of all", || {
        let left = client.call(&["RG.DUMPEXECUTIONS"]);
        !left.items().iter().any(|one| {
            let status = one.field("status").map(Value::text).unwrap_or_default();
            status == "running" || status == "created"
        })
    });
    assert_eq!(client.call(&["GET", "n"]).text(), "300", "none began");
}
