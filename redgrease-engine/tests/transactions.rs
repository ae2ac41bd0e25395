//! `with transaction() as t`: commands that are run together or not at all.

mod support;

use support::{Options, Server, eventually};

const PREAMBLE: &str = "import os\n\
    def register(name, body, **arguments):\n\
    \x20   GB('CommandReader').map(body).register(trigger=name, convertToStr=False, **arguments)\n";

/// A function for each mode, which writes both or nothing.
fn in_every_mode(server: &Server, body: &str) {
    let mut script = PREAMBLE.to_owned() + body;
    for mode in ["async", "async_local", "sync"] {
        script += &format!("register('{mode}', work, mode='{mode}')\n");
    }
    server.client().register(&script, &[]);
}

#[test]
fn commands_are_run_at_the_end_of_the_block() {
    let server = Server::start();
    let mut client = server.client();
    in_every_mode(
        &server,
        "def work(r):\n\
        \x20   with transaction() as t:\n\
        \x20       t.execute('incr', 'a')\n\
        \x20       t.execute('set', 'bytes', bytearray(b'\\xff'))\n\
        \x20       t.execute('get', 'bytes')\n\
        \x20       t.execute('incrby', 'b', 2)\n\
        \x20       before = execute('get', 'a')\n\
        \x20   return [before, len(t), str(t.results)]\n",
    );
    for (count, mode) in (1..).zip(["async", "async_local", "sync"]) {
        let reply = client.call(&["RG.TRIGGER", mode]).to_string();
        let before = match count {
            1 => "\"PY RECORD\"".to_owned(),
            _ => format!("\"{}\"", count - 1),
        };
        let results = format!("[{count}, 'OK', bytearray(b'\\xff'), {}]", 2 * count);
        assert_eq!(reply, format!("[[{before}, :4, \"{results}\"]]"), "{mode}");
    }
    assert_eq!(
        client.call(&["MGET", "a", "b"]).to_string(),
        "[\"3\", \"6\"]"
    );
}

#[test]
fn nothing_is_written_when_the_function_or_its_worker_fails_before_the_end() {
    let server = Server::start();
    let mut client = server.client();
    for (name, ends) in [("raises", "1 / 0"), ("dies", "os.kill(os.getpid(), 9)")] {
        in_every_mode(
            &server,
            &format!(
                "def work(r):\n\
                \x20   with transaction() as t:\n\
                \x20       t.execute('incr', 'a')\n\
                \x20       t.execute('incr', 'b')\n\
                \x20       {ends}\n"
            ),
        );
        for mode in ["async", "async_local", "sync"] {
            let reply = client.call(&["RG.TRIGGER", mode]);
            assert!(reply.is_error(), "{name} {mode}: {reply}");
        }
        assert_eq!(
            client.call(&["EXISTS", "a", "b"]).to_string(),
            ":0",
            "{name}"
        );
        for id in client.registrations() {
            client.call(&["RG.UNREGISTER", &id]);
        }
    }
}

#[test]
fn a_command_that_the_server_would_refuse_keeps_the_others_from_running() {
    let server = Server::start();
    let mut client = server.client();
    in_every_mode(
        &server,
        "def work(r):\n\
        \x20   with transaction() as t:\n\
        \x20       t.execute('incr', 'a')\n\
        \x20       t.execute(*r[1:])\n",
    );
    for mode in ["async", "async_local", "sync"] {
        for refused in [
            &["nosuch"][..],
            &["get"],
            &["shutdown"],
            &["psync", "?", "-1"],
        ] {
            let reply = client.call(&[&["RG.TRIGGER", mode], refused].concat());
            assert!(
                reply
                    .text()
                    .contains("nothing of the transaction was run: command 2 of 2"),
                "{mode} {refused:?}: {reply}"
            );
        }
        assert_eq!(client.call(&["EXISTS", "a"]).to_string(), ":0", "{mode}");
    }
    // What fails only when it runs fails alone, as in EXEC.
    client.call(&["RPUSH", "list", "x"]);
    let reply = client.call(&["RG.TRIGGER", "async", "incr", "list"]);
    assert!(
        reply
            .text()
            .contains("the others were run: incr: WRONGTYPE"),
        "{reply}"
    );
    assert_eq!(client.call(&["GET", "a"]).text(), "1");
}

#[test]
fn replicas_and_files_get_all_or_nothing() {
    if support::server::major_version() < 7 {
        return;
    }
    let server = Server::with(&Options::server(&["--appendonly", "yes"]));
    let mut client = server.client();
    in_every_mode(
        &server,
        "def work(r):\n\
        \x20   with transaction() as t:\n\
        \x20       t.execute('set', 'a', r[1])\n\
        \x20       t.execute('set', 'b', r[1])\n",
    );
    for mode in ["async", "async_local"] {
        assert!(!client.call(&["RG.TRIGGER", mode, mode]).is_error());
        let set = |key: &str| {
            format!(
                "*3\r\n$3\r\nset\r\n$1\r\n{key}\r\n${}\r\n{mode}\r\n",
                mode.len()
            )
        };
        let unit = format!(
            "*1\r\n$5\r\nMULTI\r\n{}{}*1\r\n$4\r\nEXEC\r\n",
            set("a"),
            set("b")
        );
        eventually("the transaction in the file", || {
            server.append_only_file().contains(&unit)
        });
    }
}

#[test]
fn transactions_stand_in_other_databases_atomic_blocks_and_commands() {
    let server = Server::start();
    let mut client = server.client();
    in_every_mode(
        &server,
        "def work(r):\n\
        \x20   with atomic():\n\
        \x20       execute('incr', 'n')\n\
        \x20       with transaction() as t:\n\
        \x20           t.execute('incr', 'n')\n\
        \x20           with transaction() as inner:\n\
        \x20               inner.execute('append', 'n', '0')\n\
        \x20   return [t.results, inner.results]\n",
    );
    for (mode, wanted) in [("async", "11"), ("async_local", "121"), ("sync", "1221")] {
        client.call(&["RG.TRIGGER", mode]);
        assert_eq!(client.call(&["GET", "n"]).text(), wanted, "{mode}");
    }
    // A function works where its caller is.
    client.call(&["SELECT", "5"]);
    client.call(&["RG.TRIGGER", "sync"]);
    client.call(&["MULTI"]);
    client.call(&["RG.TRIGGER", "sync"]);
    assert!(!client.call(&["EXEC"]).to_string().contains("rror"));
    let lua = ["EVAL", "return redis.call('RG.TRIGGER', 'sync')", "0"];
    assert!(!client.call(&lua).is_error());
    let here = client.call(&["GET", "n"]).to_string();
    client.call(&["SELECT", "0"]);
    let there = client.call(&["GET", "n"]).to_string();
    assert_eq!((here.as_str(), there.as_str()), ("\"1221\"", "\"1221\""));
}

#[test]
fn wrong_use_is_refused() {
    let server = Server::start();
    let mut client = server.client();
    for (script, wanted) in [
        (
            "with transaction() as t:\n    t.acknowledge()",
            "acknowledge is for functions that are registered with a StreamReader",
        ),
        (
            "with transaction() as t: pass\nt.execute('incr', 'a')",
            "the transaction is over",
        ),
        (
            "with transaction() as t: t.execute()",
            "the given command must be a string",
        ),
    ] {
        let reply = client.call(&["RG.PYEXECUTE", script]);
        assert!(reply.text().contains(wanted), "{script}: {reply}");
    }
    let empty = client.call(&[
        "RG.PYEXECUTE",
        "with transaction() as t: pass\nassert t.results == []",
    ]);
    assert_eq!(empty.text(), "OK");
}

/// Entries are counted exactly once, however often the worker that counts them is killed.
#[test]
fn entries_are_worked_off_exactly_once_while_workers_are_killed() {
    const ENTRIES: usize = 3000;
    const KILLS: usize = 50;
    let server = Server::start();
    let mut client = server.client();
    let script = "def work(r):\n\
        \x20   with transaction() as t:\n\
        \x20       t.execute('incrby', 'sum', r['value']['n'])\n\
        \x20       t.execute('incr', 'count')\n\
        \x20       t.acknowledge(r)\n\
        GB('StreamReader').foreach(work).register('s', batch=10, duration=20, onFailedPolicy='retry', onFailedRetryInterval=0, trimStream=False)";
    client.register(script, &["ID", "counts"]);
    let mut killer = server.client();
    let mut counted = || {
        let count = killer.call(&["GET", "count"]).text();
        count.parse::<usize>().unwrap_or(0)
    };
    let mut entries = 1..=ENTRIES;
    for _ in 0..KILLS {
        // However fast the worker is, some are left for it.
        let before = counted();
        for n in entries.by_ref().take(ENTRIES / KILLS) {
            client.call(&["XADD", "s", "*", "n", &n.to_string()]);
        }
        eventually("an entry that is counted", || counted() > before);
        if let Some(&worker) = server.workers().first() {
            support::server::signal(worker, "KILL");
        }
    }
    let sum = ENTRIES * (ENTRIES + 1) / 2;
    let pending = ["XPENDING", "s", "__gears_consumer_group__"];
    eventually("the last entry", || {
        counted() >= ENTRIES && client.call(&pending).items()[0].to_string() == ":0"
    });
    assert_eq!(
        client.call(&["MGET", "sum", "count"]).to_string(),
        format!("[\"{sum}\", \"{ENTRIES}\"]")
    );
    // Nobody comes back to one.
    client.call(&["XADD", "s", "*", "n", "1"]);
    eventually("one more", || counted() > ENTRIES);
    assert_eq!(
        client.call(&["MGET", "sum", "count"]).to_string(),
        format!("[\"{}\", \"{}\"]", sum + 1, ENTRIES + 1)
    );
}
