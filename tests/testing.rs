//! Tests of functions: what `redgrease::testing` promises, with deadlines, errors of one's own and progress.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::time::Duration;

use redgrease::prelude::*;
use redgrease::redis::Commands;
use redgrease::testing::Redis;
use redgrease::{Error, redis};

/// A server that is not there: nothing may be asked of it.
static ELSEWHERE: LazyLock<RedisGears> =
    LazyLock::new(|| RedisGears::lazy("redis://127.0.0.1:1/").unwrap());

#[command(on = *ELSEWHERE)]
fn visit(name: &str) -> i64 {
    python! {
        if not name:
            raise Refused("no_name", {"length": 0})
        return cmd.hincrby("visits", name, 1)
    }
}

#[keys_reader(prefix = "noted", event_types = ["set"], mode = "async_local")]
fn note(record: Record) {
    python! { cmd.rpush("notes", record.key, record.value) }
}

#[keys_reader(prefix = "broken", event_types = ["set"], mode = "async_local")]
fn break_down(record: Record) {
    python! { raise ValueError(record.key) }
}

#[command(mode = "async_local")]
fn wait_for(key: &str) -> bool {
    python! {
        import time
        while not cmd.exists(key):
            time.sleep(0.01)
        return True
    }
}

#[command(deadline = 100, trigger = "wait_briefly")]
fn wait_briefly(key: &str) -> bool {
    python! {
        import time
        while not cmd.exists(key):
            time.sleep(0.01)
        return True
    }
}

#[command(deadline = 100, mode = "sync", on = *ELSEWHERE)]
fn spin(until: i64) -> i64 {
    python! {
        n = 0
        while n != until:
            n += 1
        return n
    }
}

/// An error type of a program.
#[derive(Debug, PartialEq)]
enum Stopped {
    Late,
    Code(String),
    Other(String),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        match error {
            Error::Deadline { .. } => Self::Late,
            Error::Python(error) => match error.code() {
                Some(code) => Self::Code(code),
                None => Self::Other(error.exception),
            },
            other => Self::Other(other.to_string()),
        }
    }
}

type OrStopped<T> = Result<T, Stopped>;

#[command(deadline = 100)]
fn strict(word: &str) -> Result<i64, Stopped> {
    python! {
        if word == "wait":
            while not is_aborted():
                pass
        if word == "bad":
            raise Refused("bad_word")
        return int(word)
    }
}

mod aliased {
    /// The error type is not in sight of the macro.
    pub(super) type Result<T> = super::OrStopped<T>;
}

#[command]
fn through_an_alias(word: &str) -> aliased::Result<i64> {
    python! { return int(word) }
}

#[command(on = *ELSEWHERE)]
fn bound_through_an_alias(word: &str) -> aliased::Result<i64> {
    python! { return int(word) }
}

#[test]
fn a_call_gives_its_typed_value_whatever_it_is_bound_to() {
    let mut redis = Redis::start().unwrap();
    let _: () = redis.hset("visits", "Ann", 41).unwrap();
    assert_eq!(redis.call(visit::call("Ann")).unwrap(), 42);
    let Error::Python(refused) = redis.call(visit::call("")).unwrap_err() else {
        panic!("it raises");
    };
    assert_eq!(refused.code().as_deref(), Some("no_name"));
    assert!(
        refused
            .traceback
            .iter()
            .any(|line| line.contains("tests/testing.rs")),
        "{refused}"
    );
    // bound to the server that is not there
    assert!(visit("Ann").unwrap_err().is_connection_lost());
}

#[test]
fn tests_do_not_see_each_other() {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..3 {
                    let mut redis = Redis::start().unwrap();
                    for count in 1..=10 {
                        assert_eq!(redis.call(visit::call("Bob")).unwrap(), count);
                    }
                }
            });
        }
    });
    let mut one = Redis::start().unwrap();
    let mut other = Redis::start().unwrap();
    let mut alone = Redis::alone().unwrap();
    assert_ne!(one.server().pid(), alone.server().pid());
    for redis in [&mut one, &mut other, &mut alone] {
        assert_eq!(redis.call(visit::call("Eve")).unwrap(), 1);
        assert_eq!(redis.keys::<_, Vec<String>>("*").unwrap(), ["visits"]);
    }
}

#[test]
fn functions_at_events_are_waited_for() {
    let mut redis = Redis::start().unwrap();
    note::register(&mut redis).unwrap();
    let _: () = redis.set("noted", "one").unwrap();
    redis.until(&registrations![note], |redis| {
        let notes: Vec<String> = redis.lrange("notes", 0, -1)?;
        Ok(notes == ["noted", "one"])
    });
}

#[test]
fn a_function_that_fails_at_an_event_ends_the_test_with_its_traceback() {
    let mut redis = Redis::alone().unwrap();
    break_down::register(&mut redis).unwrap();
    let _: () = redis.set("broken", "x").unwrap();
    let waiting = || redis.until(&registrations![break_down], |redis| redis.exists("never"));
    let panic = catch_unwind(AssertUnwindSafe(waiting)).unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert!(said.contains("ValueError: broken"), "{said}");
    assert!(said.contains("tests/testing.rs"), "{said}");
}

#[test]
fn calls_end_at_their_deadlines() {
    let mut redis = Redis::start().unwrap();
    let late = redis.call(wait_briefly("go")).unwrap_err();
    assert!(late.is_deadline(), "{late}");
    let said = "`wait_briefly`: the call was not over within 100 ms and is stopped";
    assert_eq!(late.to_string(), said);
    let late = redis.call(wait_for("go").deadline(Duration::from_millis(50)));
    assert!(late.unwrap_err().is_deadline());
    // less than a millisecond is one
    let late = redis.call(wait_for("go").deadline(Duration::ZERO));
    assert!(late.unwrap_err().is_deadline());
    assert!(redis.call(spin::call(-1)).unwrap_err().is_deadline());
    assert_eq!(redis.call(spin::call(3)).unwrap(), 3);
    let _: () = redis.set("go", 1).unwrap();
    assert!(
        redis
            .call(wait_briefly("go").deadline(Duration::MAX))
            .unwrap()
    );
    assert!(redis.call(wait_for("go")).unwrap());
}

#[test]
fn errors_may_be_ones_own() {
    let mut redis = Redis::start().unwrap();
    assert_eq!(strict("7").on(&mut redis), Ok(7));
    assert_eq!(strict("wait").on(&mut redis), Err(Stopped::Late));
    let code = Stopped::Code("bad_word".into());
    assert_eq!(redis.call(strict::call("bad")), Err(code));
    let found = through_an_alias("x").on(&mut redis).unwrap_err();
    let said = "ValueError: invalid literal for int() with base 10: 'x'";
    assert_eq!(found, Stopped::Other(said.into()));
    assert_eq!(redis.call(bound_through_an_alias::call("8")), Ok(8));
    assert!(matches!(
        bound_through_an_alias("8"),
        Err(Stopped::Other(_))
    ));
}

#[test]
fn a_run_tells_how_far_it_is() {
    let mut redis = Redis::alone().unwrap();
    let fill = "for i = 1, 200000 do redis.call('SET', 'k' .. i, i) end";
    redis::cmd("EVAL")
        .arg(fill)
        .arg(0)
        .exec(&mut redis)
        .unwrap();
    let all = gear! {
        goes = []
        def wait(key):
            import time
            while not goes:
                if execute("EXISTS", "go"):
                    goes.append(True)
                time.sleep(0.01)
            return 1
        KeysReader("k*").keys().map(wait).count().run()
    };
    let id = all.start::<i64>(&mut redis).unwrap();
    let give_up = std::time::Instant::now() + Duration::from_secs(60);
    let begun = loop {
        let progress = redis.progress(&id).unwrap();
        if progress.passed > 0 {
            break progress;
        }
        assert!(std::time::Instant::now() < give_up, "{progress:?}");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(begun.status.as_str(), "running");
    assert_eq!(begun.total, Some(200_000));
    // the reader waits for the function
    let part = redis.progress(&id).unwrap().fraction().unwrap();
    assert!(0.0 < part && part < 1.0, "{part}");
    let _: () = redis.set("go", 1).unwrap();
    let results = redis.getresultsblocking(&id).unwrap();
    assert_eq!(results.decode::<i64>().unwrap().ok().unwrap(), 200_000);
    let over = redis.progress(&id).unwrap();
    assert_eq!(over.fraction(), Some(1.0));
    assert!(over.passed >= 200_000, "{over:?}");
    assert_eq!(over.errors, 0);
}

#[test]
fn progress_of_a_stream_counts_entries() {
    let mut redis = Redis::alone().unwrap();
    for n in 0..10 {
        let _: String = redis.xadd("s", "*", &[("n", n)]).unwrap();
    }
    let id = gear! { StreamReader("s").count().run() }
        .start::<i64>(&mut redis)
        .unwrap();
    redis.getresultsblocking(&id).unwrap();
    let over = redis.progress(&id).unwrap();
    assert_eq!((over.passed, over.total), (10, Some(10)));
    let error = redis
        .progress("0000000000000000000000000000000000000000-99")
        .unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
}
