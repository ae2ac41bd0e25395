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
        "-OOM command not allowed when used memory > 'maxmemory'"
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
