//! Listing, removing, pausing, configuring, watching.

use serde_json::Value;

use crate::tool::{Place, eventually, function};

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
fn executions_tell_where_they_come_from_and_how_they_ended() {
    let place = Place::with_server();
    place.write(
        "events.py",
        "def count(record):\n    return int(record['value'])\n\nGB('KeysReader').map(count).register('n:*')\n",
    );
    place.ok(&["events.py"]);
    for number in 0..30 {
        place
            .ask::<()>(&["SET", &format!("n:{number}"), "1"])
            .unwrap();
    }
    place.ask::<()>(&["SET", "n:bad", "many"]).unwrap();
    let mut executions = Value::Null;
    eventually(
        || {
            executions = json(&place, "executions");
            let all = executions.as_array().unwrap();
            all.len() == 31 && all.iter().all(|one| one["status"] == "done")
        },
        || "the executions do not end".to_string(),
    );
    let newest = &executions[0];
    assert_eq!(
        (&newest["reader"], &newest["for"]),
        (&Value::from("KeysReader"), &Value::from("n:*"))
    );
    assert_eq!(newest["numErrors"], 1);
    assert!(newest["createdMS"].as_i64().unwrap() > 0, "{newest}");

    let ran = place.run(&["ls", "executions"]);
    assert_eq!(ran.out.lines().count(), 21, "{}", ran.out);
    assert!(
        ran.err.contains("20 of 31 executions; --limit 0 shows all"),
        "{}",
        ran.err
    );
    let first: Vec<&str> = ran.out.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(first[1..4], ["done", "n:*", "KeysReader"]);
    assert!(
        ran.out.contains("ValueError: invalid literal"),
        "{}",
        ran.out
    );
    let ids = |args: &[&str]| -> Vec<String> {
        let table = place.ok(&[&["ls", "executions"], args].concat());
        let rows = table.lines().skip(1);
        rows.map(|row| row.split_whitespace().next().unwrap().to_string())
            .collect()
    };
    assert_eq!(ids(&["--limit", "0"]).len(), 31);
    assert_eq!(ids(&["--failed"]).len(), 1);
    let sorted = ids(&["--sort", "id", "-n", "3"]);
    assert!(
        sorted
            .iter()
            .map(|id| id.parse::<u32>().unwrap())
            .is_sorted_by(|a, b| a > b),
        "{sorted:?}"
    );
    let reversed = ids(&["--sort", "id", "--reverse", "-n", "3"]);
    assert!(
        reversed
            .iter()
            .map(|id| id.parse::<u32>().unwrap())
            .is_sorted(),
        "{reversed:?}"
    );
    let ran = place.run(&["ls", "executions", "--sort", "colour"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("has no column `colour`, but id, status"),
        "{}",
        ran.err
    );
}

#[test]
fn the_last_failures_are_kept_with_their_times_and_places() {
    let place = Place::with_server();
    place.write(
        "area.py",
        "def area(call):\n    return int(call[1]) * 2\n\nGB('CommandReader').map(area).register(trigger='area')\n",
    );
    place.ok(&["area.py"]);
    assert_eq!(place.ok(&["ls", "--failed"]), "");
    for argument in ["1", "wide", "2"] {
        place
            .ask::<redis::Value>(&["RG.TRIGGER", "area", argument])
            .ok();
    }
    // the good call behind it has not hidden it
    let table = place.ok(&["ls", "--failed"]);
    assert_eq!(table.lines().count(), 2, "{table}");
    let row = table.lines().nth(1).unwrap();
    for part in [
        "area",
        "CommandReader",
        "line 2 in area",
        "ValueError: invalid literal",
    ] {
        assert!(row.contains(part), "{part}: {row}");
    }
    let failures = json(&place, "failures");
    assert!(
        failures[0]["error"].as_str().unwrap().contains("Traceback"),
        "{failures}"
    );
    assert!(failures[0]["time"].as_i64().unwrap() > 0, "{failures}");
    let table = place.ok(&["ls", "registrations", "--failed"]);
    assert_eq!(table.lines().count(), 2, "{table}");
    // and runs that belong to no registration
    place.run(&[
        "run",
        "-e",
        "GB('ShardsIDReader').map(lambda _: 1 / 0).run()",
    ]);
    let failures = json(&place, "failures");
    assert_eq!(failures.as_array().unwrap().len(), 2);
    assert_eq!(
        (&failures[0]["registration"], &failures[0]["for"]),
        (&"-".into(), &"-".into())
    );
    assert!(
        failures[0]["error"]
            .as_str()
            .unwrap()
            .contains("ZeroDivisionError"),
        "{failures}"
    );
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
    let table = place.ok(&["config", "get"]);
    for part in [
        "ExecutionThreads",
        "SyncDeadline",
        "Milliseconds that a synchronous function",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let ran = place.run(&["config", "set", "rg.syncdeadline", "4000"]);
    assert_eq!((ran.code, ran.err.trim()), (0, "Set SyncDeadline to 4000"));
    let all: Value =
        serde_json::from_str(&place.ok(&["config", "get", "--format", "json"])).unwrap();
    let deadline = all
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "SyncDeadline");
    let deadline = deadline.unwrap();
    assert_eq!(deadline["value"], 4000);
    assert_eq!(deadline["default"], "5000");
    assert_eq!(
        (&deadline["type"], &deadline["changes"]),
        (&"number".into(), &true.into())
    );
    // those that the server has as options are those that the tool knows
    let mut options: Vec<String> = place
        .ask::<std::collections::HashMap<String, String>>(&["CONFIG", "GET", "rg.*"])
        .unwrap()
        .into_keys()
        .collect();
    options.push("rg.Plugin".to_string());
    let mut known: Vec<String> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("rg.{}", one["name"].as_str().unwrap()))
        .collect();
    options.sort();
    known.sort();
    assert_eq!(options, known);
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
    assert!(
        ran.err
            .contains("help: it is set when the engine is loaded"),
        "{}",
        ran.err
    );
}

#[test]
fn registrations_say_who_runs_their_functions() {
    let place = loaded();
    place.write(
        "module.py",
        "import json\nGB('CommandReader').map(lambda r: json.dumps(r)).register(trigger='module')\n",
    );
    place.ok(&["."]);
    let all = json(&place, "registrations");
    let said: Vec<(&str, &str)> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["by"].as_str().unwrap(),
                one["why"].as_str().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        said.iter().filter(|(by, _)| *by == "native").count(),
        3,
        "{said:?}"
    );
    let why = "what belongs to a module or type: `json`";
    assert!(said.contains(&("python", why)), "{said:?}");
    let table = place.ok(&["ls"]);
    assert!(table.contains(" BY "), "{table}");
    assert!(place.ok(&["top", "-n", "1"]).contains(" BY"), "{table}");
}

#[test]
fn callbacks_are_checked_for_what_needs_python() {
    let place = Place::empty();
    place.write(
        "some.py",
        "import json\ndef up(r):\n    return r['key'].upper()\nGB().map(up).map(lambda k: json.dumps(k)).run()\n",
    );
    place.write(
        "all.py",
        "GB().filter(lambda r: r['value'] != '').count().run()\n",
    );
    let ran = place.run(&["check", "--native", "all.py"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out.trim(), "all.py:1: filter(<lambda>) is native");
    assert!(ran.err.contains("1 of 1 callback"), "{}", ran.err);
    let ran = place.run(&["check", "--native", "some.py"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("some.py:2: map(up) is native"),
        "{}",
        ran.out
    );
    for part in [
        "[RG0602]",
        "map(<lambda>) needs Python",
        "`json`",
        "some.py:4:28",
        "help: ",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let ran = place.run(&["check", "--native", "--format", "json", "some.py"]);
    let lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["native"], serde_json::json!(true), "{}", ran.out);
    assert_eq!(lines[1]["code"], "RG0602", "{}", ran.out);
    place.write(
        "part.py",
        "import json\ndef f(x):\n    found = execute('GET', x[1])\n    return found or json.dumps(x)\nGB('CommandReader').map(f).register(trigger='f')\n",
    );
    let ran = place.run(&["check", "--native", "part.py"]);
    assert_eq!(ran.code, 1);
    for part in ["map(f) is native until this", "part.py:4:"] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
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
