//! The rarer forms of `#[command]` on a real server: hooks, unique triggers, registrations that are
//! replaced or lost while others call.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
#[path = "command_forms/native.rs"]
mod native;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::{gears, server, start};
use redgrease::Registered;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

#[command(hook = "hset", keyprefix = "user:", mode = "sync")]
fn stamp(arguments: &[&str]) -> String {
    python! {
        cmd.incr("stamped")
        call_next(arguments[0], *arguments[1:])
        return "stamped"
    }
}

#[test]
fn a_hook_takes_the_place_of_a_command_for_its_keys() {
    let server = start();
    let mut con = gears(&server);
    assert_eq!(stamp::register(&mut con).unwrap(), Registered::Created);
    let reply: redis::Value = con.hset("user:1", "name", "Ada").unwrap();
    assert!(format!("{reply:?}").contains("stamped"), "{reply:?}");
    let reply: i64 = con.hset("other:1", "name", "Bob").unwrap();
    assert_eq!(reply, 1);
    assert_eq!(con.hget::<_, _, String>("user:1", "name").unwrap(), "Ada");
    assert_eq!(con.get::<_, i64>("stamped").unwrap(), 1);
}

#[command(trigger = ..., on_registered = python! { cmd.incr("announced") })]
fn one() -> i64 {
    python! { return 1 }
}

#[command(trigger = ..., mode = "async", inorder = true)]
fn another() -> i64 {
    python! { return 2 }
}

#[test]
fn unique_triggers_differ_and_stay() {
    let server = server();
    let mut con = gears(&server);
    assert_ne!(one::SPEC.trigger, another::SPEC.trigger);
    assert!(
        one::SPEC.trigger.starts_with("one-"),
        "{}",
        one::SPEC.trigger
    );
    assert_eq!(one().on(&mut con).unwrap(), 1);
    assert_eq!(another().on(&mut con).unwrap(), 2);
    assert_eq!(one().on(&mut con).unwrap(), 1);
    assert_eq!(con.get::<_, i64>("announced").unwrap(), 1);
}

#[command]
fn names(word: &str) -> String {
    python! {
        from redgrease import cmd as commands, hashtag3
        from redgrease.utils import compose, safe_str
        import redgrease.utils as tools
        shout = compose(lambda text: text + "!", str.upper)
        with atomic():
            commands.set("word", word)
        log("a word came", level="debug")
        stored = safe_str(redgrease.cmd.get("word"))
        return "|".join([shout(stored), tools.safe_str(b"x"), hashtag3(), str(execute("EXISTS", "word"))])
    }
}

#[command(python = "3.10")]
fn modern(number: i64) -> String {
    r#"
    match number:
        case 0:
            return 'nothing'
        case _ if (half := number // 2) > 1:
            return f'{half=}'
    return 'little'
    "#
}

#[test]
fn the_names_of_redgrease_and_newer_python_work() {
    let server = server();
    let mut con = gears(&server);
    let found = names("fish").on(&mut con).unwrap();
    let parts: Vec<&str> = found.split('|').collect();
    assert_eq!(
        (parts[0], parts[1], parts[3]),
        ("FISH!", "x", "1"),
        "{found}"
    );
    assert!(
        parts[2].starts_with('{') && parts[2].ends_with('}'),
        "{found}"
    );
    assert_eq!(modern(0).on(&mut con).unwrap(), "nothing");
    assert_eq!(modern(8).on(&mut con).unwrap(), "half=4");
}

#[command(trigger = "current", replace = true)]
fn odd() -> i64 {
    python! { return 1 }
}

#[command(trigger = "current", replace = true)]
fn even() -> i64 {
    python! { return 2 }
}

#[test]
fn a_command_is_replaced_without_a_moment_in_which_it_is_missing() {
    const ROUNDS: usize = 12;
    let server = start();
    let mut con = gears(&server);
    odd::register(&mut con).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut con = gears(&server);
                    let mut seen = [0; 2];
                    loop {
                        let last = done.load(Ordering::Acquire);
                        let reply: Vec<String> = redis::cmd("RG.TRIGGER")
                            .arg("current")
                            .query(&mut con)
                            .expect("the command is there at every moment");
                        match reply[0].as_str() {
                            "1" => seen[0] += 1,
                            "2" => seen[1] += 1,
                            other => panic!("neither of the two answered: {other}"),
                        }
                        if last {
                            break;
                        }
                    }
                    seen
                })
            })
            .collect();
        for round in 0..ROUNDS {
            let registered = if round % 2 == 0 {
                even::register(&mut con)
            } else {
                odd::register(&mut con)
            };
            assert_eq!(registered.unwrap(), Registered::Replaced);
        }
        done.store(true, Ordering::Release);
        for caller in callers {
            let seen: [u32; 2] = caller.join().unwrap();
            assert!(seen.iter().sum::<u32>() > 0);
        }
    });
    assert_eq!(con.dumpregistrations().unwrap().len(), 1);
}

static CURRENT: Mutex<Option<RedisGears>> = Mutex::new(None);

fn current() -> RedisGears {
    CURRENT.lock().unwrap().clone().unwrap()
}

#[command(on = current())]
fn remembered(x: i64) -> i64 {
    python! { return x + 1 }
}

#[test]
fn a_bound_command_is_registered_again_by_many_threads_when_the_server_is_another() {
    let old = start();
    *CURRENT.lock().unwrap() = Some(gears(&old));
    assert_eq!(remembered(1).unwrap(), 2);
    let new = start();
    *CURRENT.lock().unwrap() = Some(gears(&new));
    drop(old);
    let threads: Vec<_> = (0..4)
        .map(|x| thread::spawn(move || remembered(x).unwrap()))
        .collect();
    let results: Vec<i64> = threads.into_iter().map(|t| t.join().unwrap()).collect();
    assert_eq!(results, [1, 2, 3, 4]);
    assert_eq!(gears(&new).dumpregistrations().unwrap().len(), 1);
}

#[cfg(feature = "tokio")]
mod asynchronous {
    use std::sync::OnceLock;

    use super::*;

    static CLIENT: OnceLock<redis::Client> = OnceLock::new();

    #[command(on = CLIENT.get().unwrap())]
    async fn double(x: i64) -> i64 {
        python! { return x * 2 }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn an_async_command_registers_once_for_many_tasks() {
        let server = start();
        CLIENT
            .set(redis::Client::open(server.url()).unwrap())
            .unwrap();
        let tasks: Vec<_> = (0..8).map(|x| tokio::spawn(double(x))).collect();
        for (x, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.unwrap().unwrap(), 2 * x as i64);
        }
        assert_eq!(gears(&server).dumpregistrations().unwrap().len(), 1);
    }
}
