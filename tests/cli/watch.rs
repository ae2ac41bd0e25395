//! Following real changes of files.

use crate::tool::{Place, Running, eventually, function};

fn watch(place: &Place) -> Running {
    let running = place.start(&["--watch", "0.2", "--recursive", "."]);
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
    running.says("Removed sub/b.py: 2 registrations");
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
