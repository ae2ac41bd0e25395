//! Registrations of commands, hooks and key events: replies as clients see them, and whose turn it is.

mod support;

use support::{Client, Options, Server, Value, eventually};

/// The replies to commands in a transaction.
fn transaction(client: &mut Client, commands: &[&[&str]]) -> Value {
    client.call(&["MULTI"]);
    for command in commands {
        client.call(command);
    }
    client.call(&["EXEC"])
}

#[test]
fn a_command_whose_events_are_watched_answers_as_the_server_does() {
    let server = Server::start();
    let mut client = server.client();
    for mode in ["sync", "async", "async_local"] {
        client.register(
            &format!("GB().foreach(lambda r: execute('INCR', 'seen')).register('k*', commands=['set', 'mset'], mode='{mode}')"),
            &["ID", "watch", "UPGRADE"],
        );
        assert_eq!(client.call(&["SET", "k", "1"]).to_string(), "+OK", "{mode}");
        assert_eq!(
            client.call(&["SET", "k", "1", "NX"]).to_string(),
            "nil",
            "{mode}"
        );
        assert_eq!(
            client.call(&["SET", "k", "2", "GET"]).to_string(),
            "\"1\"",
            "{mode}"
        );
        let replies = transaction(&mut client, &[&["SET", "k", "3"], &["MSET", "k", "4"]]);
        assert_eq!(replies.to_string(), "[+OK, +OK]", "{mode}");
        let script = "return redis.call('SET', 'k', '5').ok";
        assert_eq!(
            client.call(&["EVAL", script, "0"]).to_string(),
            "\"OK\"",
            "{mode}"
        );
    }
}

#[test]
fn a_hook_that_is_not_synchronous_is_overridden_by_its_successor_alone() {
    let server = Server::start();
    let mut client = server.client();
    let hook = |answer: &str| {
        format!(
            "GB('CommandReader').map(lambda r: '{answer}').register(hook='DecrBy', mode='async')"
        )
    };
    let ping =
        "GB('CommandReader').map(lambda r: call_next(*r[1:])).register(hook='decrby', mode='sync')";
    client.register(&hook("first"), &["ID", "h"]);
    client.register(&hook("second"), &["ID", "h", "UPGRADE"]);
    assert_eq!(client.call(&["DECRBY", "n", "1"]).text(), "second");
    client.register(&hook("third"), &["ID", "i", "REPLACE_WITH", "h"]);
    assert_eq!(client.call(&["DECRBY", "n", "1"]).text(), "third");
    let refused = "Can not override a none sync registration";
    let again = "Can not override a none sync registration which already created on this session";
    let twice = format!("{}\n{ping}", hook("twice").replace("DecrBy", "incrby"))
        .replace("decrby", "IncrBy");
    for (script, id, wanted) in [(ping, "j", refused), (&twice, "j", again)] {
        let reply = client.call(&["RG.PYEXECUTE", script, "ID", id]);
        assert!(
            reply.text().contains(&format!("gears.error: {wanted}\\n")),
            "{script}: {reply}"
        );
    }
    assert_eq!(client.registrations().len(), 1);
    assert_eq!(client.call(&["INCRBY", "n", "1"]), Value::Int(1));
}

#[test]
fn what_is_queued_when_its_registration_goes_is_aborted_on_demand() {
    let server = Server::start();
    let mut client = server.client();
    for (option, ended) in [
        (&[][..], "[\"k1\", \"k2\", \"k3\"]"),
        (&["whatever"], "[\"k1\", \"k2\", \"k3\"]"),
        (&["abortPENDING"], "[\"k1\"]"),
    ] {
        client.call(&["FLUSHALL"]);
        client.register(
            "import time\n\
             def work(r):\n    execute('SET', 'begun', '1')\n    while not execute('EXISTS', 'go'):\n        time.sleep(0.01)\n    execute('RPUSH', 'ended', r['key'])\n\
             GB().foreach(work).register('k*', mode='async_local', eventTypes=['set'])",
            &["ID", "work"],
        );
        for key in ["k1", "k2", "k3"] {
            client.call(&["SET", key, "v"]);
        }
        client.becomes(&["GET", "begun"], "\"1\"");
        // What is under way stays counted.
        client.call(&["RG.CLEARREGISTRATIONSSTATS"]);
        let dump = client.call(&["RG.DUMPREGISTRATIONS"]).to_string();
        assert!(
            dump.contains("\"numTriggered\", :3, \"numSuccess\", :0"),
            "{dump}"
        );
        let registration = client.registration_of("work");
        let command = [&["RG.UNREGISTER", &registration][..], option].concat();
        assert_eq!(client.call(&command).text(), "OK");
        client.call(&["SET", "go", "1"]);
        client.becomes(&["LRANGE", "ended", "0", "-1"], ended);
        client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
        assert_eq!(
            client.call(&["LRANGE", "ended", "0", "-1"]).to_string(),
            ended
        );
    }
}

#[test]
fn a_watched_command_is_refused_when_the_memory_is_used_up() {
    let server = Server::start();
    let mut client = server.client();
    client.register(
        "GB().foreach(lambda r: override_reply('seen')).register('k*', commands=['set', 'del'], mode='sync')",
        &[],
    );
    assert_eq!(client.call(&["SET", "k1", "1"]).text(), "seen");
    client.call(&["CONFIG", "SET", "maxmemory", "1"]);
    assert_eq!(
        client.call(&["SET", "k2", "1"]).to_string(),
        "-OOM command not allowed when used memory > 'maxmemory'."
    );
    // What frees memory is not refused.
    assert_eq!(client.call(&["DEL", "k1"]).text(), "seen");
    client.call(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(client.call(&["EXISTS", "k2"]), Value::Int(0));
    assert_eq!(client.call(&["SET", "k2", "1"]).text(), "seen");
}

#[test]
fn a_key_that_expires_while_the_engine_reads_it_raises_its_event() {
    let server = Server::with(&Options::debugging());
    let mut client = server.client();
    client.call(&["DEBUG", "SET-ACTIVE-EXPIRE", "0"]);
    client.register(
        "GB().foreach(lambda r: execute('RPUSH', 'events', r['event'])).register('k', mode='async', eventTypes=['expired', 'keymiss'])",
        &[],
    );
    client.call(&["SET", "k", "v", "PX", "1"]);
    // Past its time, and still there, because nobody has looked.
    std::thread::sleep(std::time::Duration::from_millis(20));
    client.call(&["RG.PYEXECUTE", "GB().run('k', noScan=True)"]);
    client.becomes(&["LRANGE", "events", "0", "-1"], "[\"expired\"]");
}

#[test]
fn an_execution_that_is_aborted_in_its_queue_ends_nobody_elses_turn() {
    let server = Server::start();
    let mut client = server.client();
    client.register(
        "import time\n\
         def work(r):\n    \
             execute('RPUSH', 'log', 'begin ' + r['key'])\n    \
             while r['key'] == 'k1' and not execute('EXISTS', 'go'):\n        time.sleep(0.01)\n    \
             execute('RPUSH', 'log', 'end ' + r['key'])\n\
         GB().foreach(work).register('k*', mode='async_local', eventTypes=['set'])",
        &[],
    );
    for key in ["k1", "k2", "k3"] {
        client.call(&["SET", key, "v"]);
    }
    let log = &["LRANGE", "log", "0", "-1"];
    client.becomes(log, "[\"begin k1\"]");
    let second = client.call(&["RG.DUMPEXECUTIONS"]).items()[1]
        .field("executionId")
        .expect("an id")
        .text();
    assert_eq!(client.call(&["RG.ABORTEXECUTION", &second]).text(), "OK");
    let mut status = || {
        let reply = client.call(&["RG.GETEXECUTION", &second]);
        let plan = reply.items()[0].field("execution_plan").cloned();
        plan.and_then(|plan| plan.field("status").map(Value::text))
    };
    eventually("the end of the second", || {
        status().as_deref() == Some("aborted")
    });
    // The third would begin now if the second had had its turn; it has had all the time of these calls.
    assert_eq!(client.call(log).to_string(), "[\"begin k1\"]");
    client.call(&["SET", "go", "1"]);
    client.becomes(log, "[\"begin k1\", \"end k1\", \"begin k3\", \"end k3\"]");
}

#[test]
fn scripts_find_the_modules_of_the_prelude() {
    let server = Server::start();
    let mut client = server.client();
    let script = "\
def later(r):
    future = gearsFuture()
    async def work():
        await asyncio.sleep(0)
        future.continueRun(json_free([copy.copy(r), itertools.chain.__name__, partial(int, '7')()]))
    asyncio.run_coroutine_threadsafe(work(), loop)
    return future
def json_free(value):
    return ' '.join(str(one) for one in value)
GB('CommandReader').map(lambda r: r[1]).map(later).register(trigger='t', mode='async_local')";
    client.register(script, &[]);
    let reply = client.call(&["RG.TRIGGER", "t", "x"]);
    assert_eq!(reply.to_string(), "[\"x chain 7\"]");
    let script =
        "GB('ShardsIDReader').map(lambda r: rg is redisgears and sys.modules['io'] is io).run()";
    assert_eq!(
        client.call(&["RG.PYEXECUTE", script]).to_string(),
        "[[\"True\"], []]"
    );
}
