//! Listing, removing, pausing, configuring, watching.

use serde_json::Value;

use crate::tool::{Place, function};

fn loaded() -> Place {
    let place = Place::with_server();
    place.write("two.py", &(function("b", "B") + &function("c", "C")));
    place.write(
        "stream.py",
        "GB('StreamReader').foreach(lambda r: 0).register('orders:*', batch=2)\n",
    );
    place.ok(&["."]);
    place
}

fn json(place: &Place, what: &str) -> Value {
    serde_json::from_str(&place.ok(&["ls", what, "--format", "json"])).unwrap()
}

#[test]
fn lists_are_tables_or_json() {
    let place = loaded();
    let table = place.ok(&["ls"]);
    let words: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(words[0][..4], ["ID", "READER", "FOR", "MODE"]);
    assert_eq!(words.len(), 4, "{table}");
    assert!(
        words
            .iter()
            .any(|row| row[1..4] == ["StreamReader", "orders:*", "async"]),
        "{table}"
    );
    let registrations = json(&place, "registrations");
    assert_eq!(registrations.as_array().unwrap().len(), 3);
    assert!(
        registrations
            .as_array()
            .unwrap()
            .iter()
            .any(|r| r["RegistrationData"]["args"]["trigger"] == "b"),
        "{registrations}"
    );
    let sessions = json(&place, "sessions");
    let mut sizes: Vec<usize> = sessions
        .as_array()
        .unwrap()
        .iter()
        .map(|session| session["registrations"].as_array().unwrap().len())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 2]);
    assert_eq!(json(&place, "scripts")[1]["path"], "two.py");
    assert!(json(&place, "stats")[0]["CurrAllocated"].is_i64());
    assert_eq!(json(&place, "cluster"), serde_json::json!([]));
    assert_eq!(json(&place, "requirements"), serde_json::json!([]));
}

#[test]
fn registrations_are_removed_by_their_names() {
    let place = loaded();
    place.ok(&["rm", "b"]);
    assert_eq!(place.trigger("b"), None);
    assert_eq!(place.trigger("c").as_deref(), Some("C"));
    let ran = place.run(&["rm", "b"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("the server has no registration `b`"),
        "{}",
        ran.err
    );
    place.ok(&["rm", "--all"]);
    assert_eq!(place.registrations(), 0);
    assert_eq!(place.run(&["rm"]).code, 2);
}

#[test]
fn streams_are_paused_and_resumed() {
    let place = loaded();
    let status = || {
        let all = json(&place, "registrations");
        let stream = all
            .as_array()
            .unwrap()
            .iter()
            .find(|r| r["reader"] == "StreamReader")
            .cloned();
        stream.unwrap()["RegistrationData"]["status"].clone()
    };
    assert_eq!(status(), "OK");
    place.ok(&["pause", "--all"]);
    assert_eq!(status(), "PAUSED");
    place.ok(&["resume", "--all"]);
    assert_eq!(status(), "OK");
    let ran = place.run(&["pause", "c"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("does not support pause"), "{}", ran.err);
}

#[test]
fn the_configuration_is_read_and_changed() {
    let place = Place::with_server();
    assert_eq!(place.ok(&["config", "get", "MaxExecutions"]), "1000\n");
    place.ok(&["config", "set", "MaxExecutions", "77"]);
    assert_eq!(place.ok(&["config", "get", "MaxExecutions"]), "77\n");
    assert!(place.ok(&["config", "get"]).contains("ExecutionThreads"));
    let ran = place.run(&["config", "get", "MaxExecution"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("did you mean `MaxExecutions`?"),
        "{}",
        ran.err
    );
    let ran = place.run(&["config", "set", "ExecutionThreads", "9"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("not modifiable at runtime"), "{}", ran.err);
}

#[test]
fn top_shows_what_happens() {
    let place = loaded();
    place.trigger("b");
    let text = place.ok(&["top", "-n", "2", "-i", "0.2"]);
    assert_eq!(text.matches("3 registrations").count(), 2, "{text}");
    assert!(text.contains("RUNS/S"), "{text}");
    let busy = text
        .lines()
        .find(|line| line.split_whitespace().nth(2) == Some("b"))
        .unwrap();
    assert_eq!(busy.split_whitespace().nth(4), Some("1"), "{text}");
    assert_eq!(place.run(&["top", "-i", "0"]).code, 2);
}

#[test]
fn top_ends_with_ctrl_c() {
    let place = loaded();
    let mut running = place.start(&["top", "-i", "60"]);
    assert!(running.first_line().contains("3 registrations"));
    running.interrupt();
    assert_eq!(running.ends(), 0);
}
