//! Following real changes of files.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::tool::{Place, Running, eventually, function};

fn watch(place: &Place) -> Running {
    let running = place.start(&["watch", "--watch", "0.2", "--recursive", "."]);
    running.says("Watching");
    running
}

fn answers(place: &Place, trigger: &str, answer: Option<&str>, running: &Running) {
    eventually(
        || place.trigger(trigger).as_deref() == answer,
        || format!("`{trigger}` does not answer {answer:?}: {}", running.said()),
    );
}

#[test]
fn changed_new_renamed_and_deleted_files_are_followed() {
    let place = Place::with_server();
    place.write("a.py", &function("a", "one"));
    let mut running = watch(&place);
    assert_eq!(place.trigger("a").as_deref(), Some("one"));

    place.write("a.py", &function("a", "two"));
    answers(&place, "a", Some("two"), &running);

    place.write_by_rename("a.py", &function("a", "three"));
    answers(&place, "a", Some("three"), &running);

    place.write("sub/b.py", &(function("b", "B") + &function("b2", "B")));
    answers(&place, "b2", Some("B"), &running);

    place.rename("sub/b.py", "sub/c.py");
    running.says("Removed sub/b.py: sub/c.py takes its place");
    answers(&place, "b2", Some("B"), &running);
    assert_eq!(place.registrations(), 3);

    place.remove("sub/c.py");
    answers(&place, "b", None, &running);
    answers(&place, "b2", None, &running);
    assert_eq!(place.registrations(), 1);

    running.interrupt();
    assert_eq!(running.ends(), 0);
    assert_eq!(place.trigger("a").as_deref(), Some("three"));
}

#[test]
fn a_broken_script_is_reported_and_the_old_one_stays() {
    let place = Place::with_server();
    place.write("a.py", &function("a", "good"));
    let running = watch(&place);
    place.write("a.py", "def f(:\n");
    running.says("Failed a.py: not sent because of 1 error");
    assert!(
        running.said().contains("--> a.py:1:6"),
        "{}",
        running.said()
    );
    assert_eq!(place.trigger("a").as_deref(), Some("good"));
    place.write("a.py", &function("a", "better"));
    answers(&place, "a", Some("better"), &running);
}

#[test]
fn files_that_do_not_count_are_left_alone() {
    let place = Place::with_server();
    place.write("a.py", &function("a", "A"));
    let running = watch(&place);
    place.write("_draft.py", &function("draft", "no"));
    place.write(".hidden/x.py", &function("hidden", "no"));
    place.write("notes.txt", "nothing");
    place.write("last.py", &function("last", "yes"));
    answers(&place, "last", Some("yes"), &running);
    assert_eq!(place.registrations(), 2);
}

#[test]
fn a_directory_that_comes_and_goes_is_followed() {
    let place = Place::with_server();
    place.write("a.py", &function("a", "A"));
    let running = watch(&place);
    place.write("new/deep/x.py", &function("x", "X"));
    answers(&place, "x", Some("X"), &running);
    place.rename("new", "moved");
    running.says("Loaded moved/deep/x.py");
    answers(&place, "x", Some("X"), &running);
    std::fs::remove_dir_all(place.path().join("moved")).unwrap();
    answers(&place, "x", None, &running);
}

#[test]
fn changes_wait_for_a_server_that_is_away() {
    let mut place = Place::with_server();
    place.write("a.py", &function("a", "one"));
    place.write("b.py", &function("b", "B"));
    let running = watch(&place);
    let port = place.server.as_ref().unwrap().port();
    place.server = None;
    running.says("Lost the server");
    place.write("a.py", &function("a", "two"));
    let server = redgrease::embedded::Server::builder()
        .port(port)
        .start()
        .unwrap();
    place.server = Some(server);
    running.says("Connected");
    answers(&place, "a", Some("two"), &running);
    // the new server has nothing: what did not change is loaded again too
    answers(&place, "b", Some("B"), &running);
}

#[test]
fn a_renamed_script_answers_all_the_time() {
    const ENOUGH: usize = 20;
    let place = Place::with_server();
    place.write("a.py", &function("f", "F"));
    let running = watch(&place);
    let (is_over, calls) = (AtomicBool::new(false), AtomicUsize::new(0));
    let caller = || {
        let mut con = place.redis();
        while !is_over.load(Ordering::SeqCst) {
            let answer: redis::RedisResult<Vec<String>> =
                redis::cmd("RG.TRIGGER").arg("f").query(&mut con);
            assert!(answer.is_ok(), "{answer:?}: {}", running.said());
            calls.fetch_add(1, Ordering::SeqCst);
        }
    };
    let more_calls = || {
        let wanted = calls.load(Ordering::SeqCst) + ENOUGH;
        let enough = || calls.load(Ordering::SeqCst) >= wanted;
        eventually(enough, || "the calls do not go on".to_string());
    };
    std::thread::scope(|scope| {
        let callers = [scope.spawn(caller), scope.spawn(caller)];
        more_calls();
        place.rename("a.py", "b.py");
        running.says("Loaded b.py");
        more_calls();
        // renamed and changed before it was left alone
        place.rename("b.py", "c.py");
        place.write_by_rename("c.py", &function("f", "another F"));
        answers(&place, "f", Some("another F"), &running);
        more_calls();
        is_over.store(true, Ordering::SeqCst);
        for caller in callers {
            caller.join().unwrap();
        }
    });
    assert_eq!(place.registrations(), 1);
    assert!(
        !running.said().contains("Removed a.py: 1"),
        "{}",
        running.said()
    );
}

#[test]
fn a_watched_directory_that_is_deleted_and_made_again_is_followed() {
    let place = Place::with_server();
    place.write("scripts/a.py", &function("a", "one"));
    let running = place.start(&["--watch", "0.2", "scripts"]);
    running.says("Watching");
    let scripts = place.path().join("scripts");

    std::fs::remove_dir_all(&scripts).unwrap();
    answers(&place, "a", None, &running);
    place.write("scripts/b.py", &function("b", "two"));
    answers(&place, "b", Some("two"), &running);
    place.write("scripts/b.py", &function("b", "three"));
    answers(&place, "b", Some("three"), &running);

    // as a deployment does it: the old one is moved away, a new one takes its place
    place.write("next/b.py", &function("b", "four"));
    place.write("next/c.py", &function("c", "C"));
    place.rename("scripts", "old");
    place.rename("next", "scripts");
    answers(&place, "b", Some("four"), &running);
    answers(&place, "c", Some("C"), &running);
    // what happens in the old one is none of the tool's business any more
    place.write("old/d.py", &function("d", "D"));
    place.write("scripts/e.py", &function("e", "E"));
    answers(&place, "e", Some("E"), &running);
    assert_eq!(place.trigger("d"), None);
}

#[test]
fn a_file_that_is_still_being_written_is_waited_for_but_a_deleted_one_is_not_kept_for_it() {
    let place = Place::with_server();
    place.write("a.py", &function("a", "A"));
    let running = watch(&place);
    place.remove("a.py");
    // a new file that is never left alone may be the same script under another name, or not
    eventually(
        || {
            place.write("b.py", &function("b", "B"));
            place.trigger("a").is_none()
        },
        || format!("`a` still answers: {}", running.said()),
    );
    answers(&place, "b", Some("B"), &running);
}
