//! Deadlines: what counts, and what does not.

use crate::arena::{Arena, outcome};
use crate::support::eventually;
use crate::support::server::signal;

#[test]
fn an_atomic_block_that_talks_to_the_server_ends_at_its_deadline() {
    let mut arena = Arena::new();
    for body in [
        "execute('ping')",
        "log('still here', 'debug')",
        "hashtag()",
        "execute('incr', 'n'); log('x', 'debug')",
    ] {
        let script = format!(
            "def bad(r):\n    with atomic():\n        while True:\n            {body}\nGB('ShardsIDReader').map(bad).run()"
        );
        let said = outcome(&arena.py(&script)).expect_err("it is stopped");
        assert!(said.contains("died (signal 9)"), "{body}: {said}");
        assert!(
            arena.server.log().contains("beyond AtomicDeadline"),
            "{body}"
        );
        arena.alive();
    }
    arena.finish();
}

#[test]
fn a_synchronous_function_that_talks_to_the_server_ends_at_its_deadline() {
    let mut arena = Arena::new();
    arena.register("def bad(r):\n    while True:\n        execute('ping')\nGB('CommandReader').map(bad).register(trigger='bad', mode='sync')");
    let said = outcome(&arena.ask(&["RG.TRIGGER", "bad"])).expect_err("it is stopped");
    assert!(said.contains("SyncDeadline (1000 ms)"), "{said}");
    arena.finish();
}

/// What takes 2.5 seconds to build again, of which the deadline of a second takes no notice.
const SLOW: &str = "
class Slow:
    def __reduce__(self):
        return eval, (\"__import__('time').sleep(2.5)\",)
slow = Slow()
";

#[test]
fn the_start_of_a_worker_is_not_the_time_of_the_function() {
    let mut arena = Arena::with_module(&["WorkersPerEnvironment", "1"], &[]);
    arena.register(&format!(
        "{SLOW}GB('CommandReader').map(lambda w: (slow, w[1])[1]).register(trigger='slow', mode='sync')"
    ));
    arena.register(&format!(
        "{SLOW}GB('StreamReader').foreach(lambda r: (slow, execute('rpush', 'seen', r['value']['n']))).register('s', mode='sync')"
    ));
    arena.register(&format!(
        "{SLOW}GB('CommandReader').foreach(lambda w: (slow, execute('rpush', 'seen', w[1]))).register(trigger='note', mode='sync')"
    ));
    for round in 1..4 {
        let log = arena.server.log().len();
        for worker in arena.server.workers() {
            signal(worker, "KILL");
        }
        eventually("the end of the worker", || {
            arena.server.log()[log..].contains("died")
        });
        let said = if round % 2 == 0 {
            arena.ask(&["XADD", "s", &format!("{round}-1"), "n", "entry"]);
            arena.ask(&["LRANGE", "seen", "0", "-1"]).to_string()
        } else {
            arena.ask(&["RG.TRIGGER", "slow", "entry"]).to_string()
        };
        assert_eq!(said, "[\"entry\"]", "{}", arena.server.log_tail());
    }
    assert!(
        !arena.server.log().contains("is killed"),
        "{}",
        arena.server.log_tail()
    );
    // One that is not ready in time is not killed either: it becomes so, and what was called off is never done.
    arena.ask(&["RG.CONFIGSET", "StartDeadline", "300"]);
    arena.ask(&["DEL", "seen"]);
    let log = arena.server.log().len();
    for worker in arena.server.workers() {
        signal(worker, "KILL");
    }
    eventually("the end of the worker", || {
        arena.server.log()[log..].contains("died")
    });
    let said = outcome(&arena.ask(&["RG.TRIGGER", "note", "early"])).expect_err("too early");
    assert!(said.contains("StartDeadline (300 ms)"), "{said}");
    eventually("the worker stands", || {
        outcome(&arena.ask(&["RG.TRIGGER", "note", "late"])).is_ok()
    });
    let seen = arena.ask(&["LRANGE", "seen", "0", "-1"]).to_string();
    assert_eq!(seen, "[\"late\"]");
    assert!(
        !arena.server.log().contains("is killed"),
        "{}",
        arena.server.log_tail()
    );
    arena.ask(&["RG.CONFIGSET", "StartDeadline", "30000"]);
    arena.finish();
}
