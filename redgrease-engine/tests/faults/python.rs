//! Python that misbehaves.

use std::thread;
use std::time::{Duration, Instant};

use crate::arena::{Arena, outcome};
use crate::support::Value;

/// The worker ends with the function: everybody gets an error that says so.
fn dies(definition: &str) {
    let mut arena = Arena::new();
    arena.every_way(definition, |way, outcome| {
        let error = outcome.expect_err(way);
        assert!(error.contains("died"), "{way}: {error}");
    });
    let top_level = format!("{definition}\nbad(1)");
    let error = outcome(&arena.py(&top_level)).expect_err("at the top of a script");
    assert!(error.contains("died"), "{error}");
    arena.finish();
}

#[test]
fn a_segmentation_fault() {
    dies("import ctypes\ndef bad(r):\n    ctypes.string_at(0)");
}

#[test]
fn an_exit_of_the_process() {
    dies("import os\ndef bad(r):\n    os._exit(3)");
}

#[test]
fn an_abort_in_c() {
    dies("import os\ndef bad(r):\n    os.abort()");
}

#[test]
fn a_system_exit_is_only_an_error() {
    let mut arena = Arena::new();
    arena.every_way(
        "import sys\ndef bad(r):\n    sys.exit(3)",
        |way, outcome| {
            let error = outcome.expect_err(way);
            assert!(error.contains("SystemExit: 3"), "{way}: {error}");
        },
    );
    arena.finish();
}

/// The child has the worker's socket: whatever it does with it must not mix into the answers.
#[test]
fn a_fork() {
    let mut arena = Arena::new();
    arena.every_way(
        "import os\ndef bad(r):\n    os.fork()\n    return 'forked'",
        |way, outcome| {
            assert!(
                matches!(&outcome, Ok(text) if text == "[\"forked\"]") || outcome.is_err(),
                "{way}: {outcome:?}"
            );
        },
    );
    for i in 0..100 {
        let (mode, argument) = (["async", "async_local", "sync"][i % 3], i.to_string());
        let reply = arena.ask(&["RG.TRIGGER", &format!("alive_{mode}"), &argument]);
        assert_eq!(
            reply.to_string(),
            format!("[\"{argument}\"]"),
            "the answers are out of step"
        );
    }
    arena.finish();
}

#[test]
fn allocating_without_end() {
    let mut arena = Arena::new();
    arena.every_way(
        "def bad(r):\n    kept = []\n    while True:\n        kept.append(bytearray(1 << 24))",
        |way, outcome| {
            let error = outcome.expect_err(way);
            // A busy machine does not get as far as the limit before the deadline of synchronous calls.
            let stopped = way == "sync" && error.contains("SyncDeadline");
            assert!(
                error.contains("MemoryError") || error.contains("died") || stopped,
                "{way}: {error}"
            );
        },
    );
    arena.finish();
}

#[test]
fn recursion_without_end() {
    let mut arena = Arena::new();
    arena.every_way("def bad(r):\n    return bad(r)", |way, outcome| {
        let error = outcome.expect_err(way);
        assert!(error.contains("RecursionError"), "{way}: {error}");
    });
    let unlimited = "import sys\nclass Deep:\n    def __getattr__(self, name):\n        return getattr(self, name + 'x')\n\
        def bad(r):\n    sys.setrecursionlimit(10 ** 9)\n    return Deep().x";
    let reply = arena.py(&format!("{unlimited}\nGB('ShardsIDReader').map(bad).run()"));
    outcome(&reply).expect_err("no limit of recursion");
    arena.finish();
}

#[test]
fn printing_megabytes() {
    let mut arena = Arena::new();
    let definition = "import os, sys\ndef bad(r):\n    for i in range(200):\n        print('x' * 50000)\n        sys.stderr.write('y' * 50000)\n\
        \n    os.write(1, b'\\xff\\x00' * 500000)\n    return 'printed'";
    arena.every_way(definition, |way, outcome| {
        assert_eq!(outcome.as_deref(), Ok("[\"printed\"]"), "{way}");
    });
    arena.finish();
}

#[test]
fn closing_all_descriptors() {
    let mut arena = Arena::new();
    arena.every_way(
        "import os\ndef bad(r):\n    os.closerange(0, 4096)\n    return 'closed'",
        |way, outcome| {
            let error = outcome.expect_err(way);
            assert!(error.contains("died"), "{way}: {error}");
        },
    );
    arena.finish();
}

/// Results that have no RESP form, or a difficult one: an error or something readable, never a broken stream of replies.
#[test]
fn results_that_can_not_be_encoded() {
    let mut arena = Arena::new();
    let values = [
        ("surrogate", "'\\ud800'"),
        ("big", "10 ** 30"),
        ("negative", "-(10 ** 30)"),
        ("least", "-(2 ** 63)"),
        ("nan", "float('nan')"),
        ("function", "bad"),
        ("class", "type('A', (), {})"),
        ("nested", "deep()"),
        ("cyclic", "cycle()"),
        ("lines", "'+a\\r\\n:5\\r\\nb'"),
        ("nul", "'a\\x00b'"),
    ];
    let helpers = "def deep():\n    x = []\n    for i in range(100000):\n        x = [x]\n    return x\ndef cycle():\n    x = []\n    x.append(x)\n    return x\n";
    for (name, value) in values {
        for raw in ["True", "False"] {
            let reply = arena.py(&format!("{helpers}def bad(r):\n    return {value}\nGB('ShardsIDReader').map(bad).run(convertToStr={raw})"));
            let text: String = reply.to_string().chars().take(200).collect();
            assert!(
                matches!(reply, Value::Array(_) | Value::Error(_)),
                "{name}: {text}"
            );
        }
        let define = format!(
            "{helpers}def bad(r):\n    return {value}\nGB('CommandReader').map(bad).register(trigger='{name}', mode='sync', convertToStr=False)"
        );
        arena.register(&define);
        arena.ask(&["RG.TRIGGER", name]);
        assert_eq!(
            arena.ask(&["PING"]).to_string(),
            "+PONG",
            "after {name} the replies are out of step"
        );
    }
    arena.finish();
}

#[test]
fn special_methods_that_raise() {
    let mut arena = Arena::new();
    let raising = |method: &str| {
        format!(
            "class Bad:\n    def {method}(self, *a):\n        raise ValueError('{method} of Bad')\ndef bad(r):\n    return Bad()"
        )
    };
    for method in ["__str__", "__repr__"] {
        let reply = arena.py(&format!(
            "{}\nGB('ShardsIDReader').map(bad).run()",
            raising(method)
        ));
        outcome(&reply).expect_err(method);
    }
    let reply = arena.py(&format!(
        "{}\nGB('ShardsIDReader').filter(bad).run()",
        raising("__bool__")
    ));
    outcome(&reply).expect_err("__bool__");
    let reply = arena.py(&format!(
        "{}\nGB('ShardsIDReader').map(bad).distinct().run()",
        raising("__hash__")
    ));
    outcome(&reply).expect_err("__hash__");
    let reply = arena.py(&format!(
        "{}\nGB('ShardsIDReader').map(bad).run()",
        raising("__del__")
    ));
    assert!(
        outcome(&reply).is_ok(),
        "__del__ is nobody's business: {reply}"
    );
    let unspeakable = "class Unspeakable(Exception):\n    def __str__(self):\n        raise ValueError('no text')\ndef bad(r):\n    raise Unspeakable()";
    arena.every_way(unspeakable, |way, outcome| {
        outcome.expect_err(way);
    });
    let base = "class Odd(BaseException):\n    pass\ndef bad(r):\n    raise Odd('odd')";
    arena.every_way(base, |way, outcome| {
        let error = outcome.expect_err(way);
        assert!(error.contains("odd"), "{way}: {error}");
    });
    arena.finish();
}

/// What goes wrong in a coroutine is said too, by exceptions that have nothing to say themselves.
#[test]
fn exceptions_without_words_in_coroutines() {
    let mut arena = Arena::new();
    for (body, says) in [
        ("raise Mute()", "Mute"),
        ("raise MemoryError()", "MemoryError"),
        ("raise GeneratorExit()", "GeneratorExit"),
        ("sys.exit(3)", "3"),
    ] {
        let reply = arena.py(&format!(
            "import sys\nclass Mute(BaseException):\n    def __str__(self):\n        raise ValueError('no text')\n\
             async def bad(r):\n    {body}\nGB('ShardsIDReader').map(bad).run()"
        ));
        assert_eq!(outcome(&reply), Err(says.to_owned()), "{body}");
        arena.alive();
    }
    arena.finish();
}

/// A key event in mode `sync` runs on the server's thread: it is ended at the deadline and the command goes through.
#[test]
fn blocking_in_sync_mode() {
    let mut arena = Arena::new();
    for (name, body) in [
        ("sleep", "time.sleep(60)"),
        ("loop", "exec('while True: pass')"),
        ("execute", "execute('blpop', 'none', '60')"),
    ] {
        arena.register(&format!("import time\nGB('KeysReader').foreach(lambda r: {body}).register('{name}', mode='sync')"));
        let started = Instant::now();
        assert_eq!(arena.ask(&["SET", name, "1"]).to_string(), "+OK");
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "SET {name} took {:?}",
            started.elapsed()
        );
        arena.alive();
    }
    assert_eq!(arena.ask(&["SET", "other", "1"]).to_string(), "+OK");
    arena.finish();
}

#[test]
fn blocking_in_an_atomic_block() {
    let mut arena = Arena::new();
    let definition =
        "import time\ndef bad(r):\n    with atomic():\n        time.sleep(60)\n    return 'slept'";
    let reply = arena.py(&format!(
        "{definition}\nGB('ShardsIDReader').map(bad).run()"
    ));
    outcome(&reply).expect_err("an atomic block that goes on and on");
    arena.finish();
}

/// Meddling with what the worker itself uses.
#[test]
fn breaking_the_worker_from_inside() {
    let mut arena = Arena::new();
    for body in [
        "import builtins\n    builtins.print = None\n    builtins.str = None\n    builtins.len = None",
        "import sys\n    sys.modules.clear()",
        "import gc\n    [o.close() for o in gc.get_objects() if type(o).__name__ == 'socket']",
        "import os\n    os.write(0, b'\\x00\\x00\\x00\\x05garbage')",
        "import os\n    os.write(0, b'\\xff\\xff\\xff\\xff' * 100)",
        "import os, signal\n    os.kill(os.getpid(), signal.SIGSTOP)",
        "import threading, time\n    [threading.Thread(target=time.sleep, args=(30,)).start() for i in range(50)]",
    ] {
        let script = format!(
            "def bad(r):\n    {body}\n    return 'done'\nGB('ShardsIDReader').map(bad).run()"
        );
        let id = arena.ask(&["RG.PYEXECUTE", &script, "UNBLOCKING"]).text();
        thread::sleep(Duration::from_millis(300));
        arena.ask(&["RG.ABORTEXECUTION", &id]);
        arena.ask(&["RG.GETRESULTSBLOCKING", &id]);
        arena.alive();
    }
    arena.finish();
}
