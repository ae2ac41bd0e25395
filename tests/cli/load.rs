//! Loading scripts once.

use std::collections::HashMap;

use crate::tool::{Place, function};

fn entry(place: &Place, name: &str) -> HashMap<String, String> {
    let key = format!("/redgrease/scripts{}", place.path().join(name).display());
    place.ask(&["HGETALL", &key]).unwrap()
}

#[test]
fn scripts_of_a_directory_are_loaded() {
    let place = Place::with_server();
    place.write("scripts/a.py", &function("a", "A"));
    place.write(
        "scripts/two.py",
        &(function("b", "B") + &function("c", "C")),
    );
    place.write("scripts/sub/d.py", &function("d", "D"));
    place.write("scripts/_hidden.py", &function("hidden", "H"));
    let ran = place.run(&["scripts"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.err);
    assert_eq!(place.trigger("a").as_deref(), Some("A"));
    assert_eq!(place.trigger("c").as_deref(), Some("C"));
    assert_eq!(place.trigger("d"), None);
    assert_eq!(place.trigger("hidden"), None);
    place.ok(&["--recursive", "scripts"]);
    assert_eq!(place.trigger("d").as_deref(), Some("D"));
}

#[test]
fn all_registrations_of_a_script_are_in_the_index() {
    let place = Place::with_server();
    place.write("two.py", &(function("b", "B") + &function("c", "C")));
    place.ok(&["two.py"]);
    let entry = entry(&place, "two.py");
    assert_eq!(entry["registrations"].split(' ').count(), 2, "{entry:?}");
    assert!(entry["last_updated"].ends_with("+00:00"), "{entry:?}");
    assert!(entry["session"].starts_with("two-"), "{entry:?}");
}

#[test]
fn a_script_takes_the_place_of_what_it_was() {
    let place = Place::with_server();
    place.write("x.py", &(function("a", "old") + &function("b", "old")));
    place.ok(&["x.py"]);
    place.write("x.py", &(function("a", "new") + &function("c", "new")));
    // another spelling of the path is the same script
    place.ok(&["./x.py"]);
    assert_eq!(place.trigger("a").as_deref(), Some("new"));
    assert_eq!(place.trigger("b"), None);
    assert_eq!(place.trigger("c").as_deref(), Some("new"));
    assert_eq!(place.registrations(), 2);
    place.write("x.py", "GB('KeysReader').count().run()\n");
    place.ok(&["x.py"]);
    assert_eq!(place.registrations(), 0);
}

#[test]
fn a_script_that_fails_leaves_what_it_was() {
    let place = Place::with_server();
    place.write("x.py", &function("a", "old"));
    place.ok(&["x.py"]);
    place.write(
        "x.py",
        &(function("a", "new") + "raise ValueError('not today')\n"),
    );
    let ran = place.run(&["x.py"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("ValueError: not today"), "{}", ran.err);
    assert!(ran.err.contains("File \"x.py\", line 2"), "{}", ran.err);
    assert_eq!(place.trigger("a").as_deref(), Some("old"));
}

#[test]
fn a_broken_script_is_not_sent_and_the_others_are() {
    let place = Place::with_server();
    place.write("a.py", "def f(x):\n    return x +\n");
    place.write("b.py", &function("b", "B"));
    let ran = place.run(&["."]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.err);
    assert_eq!(place.trigger("b").as_deref(), Some("B"));
}

#[test]
fn a_script_that_is_gone_is_removed_by_the_next_run() {
    let place = Place::with_server();
    place.write("s/a.py", &(function("a", "A") + &function("a2", "A")));
    place.write("s/b.py", &function("b", "B"));
    place.ok(&["s"]);
    place.remove("s/a.py");
    let ran = place.run(&["s"]);
    assert!(
        ran.err.contains("Removed s/a.py: 2 registrations"),
        "{}",
        ran.err
    );
    assert_eq!(place.trigger("a"), None);
    assert_eq!(place.registrations(), 1);
    assert!(entry(&place, "s/a.py").is_empty());
}

#[test]
fn a_script_of_another_machine_is_only_removed_when_wanted() {
    let place = Place::with_server();
    place.write("s/a.py", &function("a", "A"));
    place.ok(&["s"]);
    let key = format!("/redgrease/scripts{}/s/a.py", place.path().display());
    place
        .ask::<i64>(&["HSET", &key, "host", "elsewhere"])
        .unwrap();
    place.remove("s/a.py");
    place.write("s/b.py", &function("b", "B"));
    let ran = place.run(&["s"]);
    assert!(ran.err.contains("--prune"), "{}", ran.err);
    assert_eq!(place.trigger("a").as_deref(), Some("A"));
    place.ok(&["--prune", "s"]);
    assert_eq!(place.trigger("a"), None);
}

#[test]
fn a_name_that_is_taken_says_where_to_look() {
    let place = Place::with_server();
    place.write("a.py", &function("same", "A"));
    place.write("b.py", &function("same", "B"));
    let ran = place.run(&["."]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("`redgrease ls` shows"), "{}", ran.err);
    assert_eq!(place.trigger("same").as_deref(), Some("A"));
}

#[test]
fn a_gear_of_redgrease_is_loaded_too() {
    let place = Place::with_server();
    place.write(
        "gear.py",
        "CommandReader().map(lambda args: len(args)).register(trigger='size')\n",
    );
    place.ok(&["gear.py"]);
    assert_eq!(place.trigger("size").as_deref(), Some("1"));
}

#[test]
fn scripts_that_match_are_not_waited_for() {
    let place = Place::with_server();
    place.write(
        "unblock_slow.py",
        "import time\nGB('ShardsIDReader').foreach(lambda _: time.sleep(3)).run()\n",
    );
    let ran = place.run(&["unblock_slow.py"]);
    assert!(ran.err.contains("runs as 0000"), "{}", ran.err);
}

#[test]
fn settings_come_from_line_environment_and_file() {
    let place = Place::with_server();
    place.write("x.gear", "GB().count().run()\n");
    place.write(
        "redgrease.conf",
        "script-pattern = *.gear\nindex-prefix = file:\nno-such = 1\n",
    );
    let ran = place.run(&["."]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err
            .contains("redgrease.conf:3: there is no option `no-such`"),
        "{}",
        ran.err
    );
    let keys: Vec<String> = place.ask(&["KEYS", "file:/*"]).unwrap();
    assert_eq!(keys.len(), 1);
    let mut command = place.command(&["."]);
    let ran = place.output(command.env("INDEX_PREFIX", "env:").output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let keys: Vec<String> = place.ask(&["KEYS", "env:/*"]).unwrap();
    assert_eq!(keys.len(), 1);
    let mut command = place.command(&["--index-prefix", "line:", "."]);
    place.output(command.env("INDEX_PREFIX", "env:").output().unwrap());
    let keys: Vec<String> = place.ask(&["KEYS", "line:/*"]).unwrap();
    assert_eq!(keys.len(), 1);
}

#[test]
fn nothing_to_load_is_an_error() {
    let place = Place::with_server();
    place.write("sub/a.py", &function("a", "A"));
    let ran = place.run(&["."]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no scripts (*.py)"), "{}", ran.err);
    assert!(ran.err.contains("--recursive"), "{}", ran.err);
}

#[test]
fn quiet_means_quiet() {
    let place = Place::with_server();
    place.write("a.py", &function("a", "A"));
    let ran = place.run(&["--quiet", "a.py"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
}
