//! Running scripts and expressions, and calling functions.

use std::io::Write as _;
use std::process::Stdio;

use crate::tool::{Place, eventually, function};

#[test]
fn results_are_printed_line_by_line_or_as_json() {
    let place = Place::with_server();
    for name in ["user:1", "user:2"] {
        place.ask::<i64>(&["HSET", name, "name", "Ada"]).unwrap();
    }
    let keys = place.ok(&["run", "-e", "KeysReader('user:*').keys().sort()"]);
    assert_eq!(keys, "user:1\nuser:2\n");
    let value = place.ok(&["run", "-e", "KeysReader('user:1').values()"]);
    assert_eq!(value, "{'name': 'Ada'}\n");
    let json = place.ok(&[
        "run",
        "--format",
        "json",
        "-e",
        "KeysReader('user:1').values()",
    ]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json,
        serde_json::json!({"results": [{"name": "Ada"}], "errors": []})
    );
    let raw = place.ok(&["run", "-e", "GB().count().run('user:*')"]);
    assert_eq!(raw, "2\n");
}

#[test]
fn a_script_comes_from_a_file_or_the_input() {
    let place = Place::with_server();
    place.write("three.py", "GB('ShardsIDReader').map(lambda _: 3).run()\n");
    assert_eq!(place.ok(&["run", "three.py"]), "3\n");
    let mut child = place
        .command(&["run", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(b"GB('ShardsIDReader').map(lambda _: 4).run()\n")
        .unwrap();
    drop(stdin);
    assert_eq!(place.output(child.wait_with_output().unwrap()).out, "4\n");
}

#[test]
fn errors_name_the_line_and_have_exit_code_1() {
    let place = Place::with_server();
    place.write(
        "bad.py",
        "def f(r):\n    return 1 / 0\n\nGB('ShardsIDReader').map(f).run()\n",
    );
    let ran = place.run(&["run", "bad.py"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(
        ran.err.contains("File \"bad.py\", line 2, in f"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("ZeroDivisionError: division by zero"),
        "{}",
        ran.err
    );
    let ran = place.run(&["run", "-e", "KeysReader().mapp(int)"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("<expression>:1:14"), "{}", ran.err);
}

#[test]
fn an_execution_is_started_and_aborted() {
    let place = Place::with_server();
    place.write(
        "slow.py",
        "import time\nGB('ShardsIDReader').foreach(lambda _: time.sleep(60)).run()\n",
    );
    let id = place.ok(&["run", "--unblocking", "slow.py"]);
    let id = id.trim();
    let list = place.ok(&["ls", "executions"]);
    assert!(
        list.contains("running") || list.contains("created"),
        "{list}"
    );
    place.ok(&["abort", id]);
    eventually(
        || {
            place.ok(&["ls", "executions"]).contains("done")
                || place.ok(&["ls", "executions"]).contains("aborted")
        },
        || "the execution does not end".to_string(),
    );
    place.ok(&["rm", "--executions", id]);
    assert_eq!(place.ok(&["ls", "executions"]), "");
}

#[test]
fn functions_are_called() {
    let place = Place::with_server();
    place.write(
        "join.py",
        "GB('CommandReader').map(lambda words: '+'.join(words[1:])).register(trigger='join')\n",
    );
    place.ok(&["join.py"]);
    assert_eq!(
        place.ok(&["trigger", "join", "a", "-b", "--c"]),
        "a+-b+--c\n"
    );
    assert_eq!(
        place.ok(&["trigger", "--format", "json", "join", "a"]),
        "[\n  \"a\"\n]\n"
    );
    let ran = place.run(&["trigger", "jion"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.err,
        "error: the server has no function with the trigger `jion`\n  help: did you mean `join`?\n"
    );
    place.write("fail.py", &function("x", "X").replace("\"X\"", "1 / 0"));
    place.ok(&["fail.py"]);
    let ran = place.run(&["trigger", "x"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("ZeroDivisionError"), "{}", ran.err);
}

#[test]
fn what_is_missing_in_the_requirements_is_said() {
    let place = Place::with_server();
    let script = "GB('ShardsIDReader').run()";
    let ran = place.run(&["run", "--requirement", "./nowhere.whl", "-e", script]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let start = "error: the server could not install ./nowhere.whl: ";
    assert!(ran.err.starts_with(start), "{}", ran.err);
}

#[test]
fn options_stand_behind_the_arguments_of_a_function_too() {
    let place = Place::with_server();
    place.write(
        "a.py",
        "GB('CommandReader').map(lambda call: call[1:]).register(trigger='words')\n",
    );
    place.ok(&["load", "a.py"]);
    let json =
        |args: &[&str]| -> serde_json::Value { serde_json::from_str(&place.ok(args)).unwrap() };
    let one = serde_json::json!(["['1', '-2']"]);
    assert_eq!(
        json(&["trigger", "words", "1", "-2", "--format", "json"]),
        one
    );
    assert_eq!(
        json(&["--format", "json", "trigger", "words", "1", "-2"]),
        one
    );
    let verbatim = place.ok(&["trigger", "words", "--", "--format", "json"]);
    assert_eq!(verbatim, "['--format', 'json']\n");
}

#[test]
fn what_loads_passes_the_check() {
    let place = Place::with_server();
    place.write("a.py", "if (n := 1):\n    GB().count().run()\n");
    place.ok(&["a.py"]);
    place.ok(&["run", "a.py"]);
    place.ok(&["check", "a.py"]);
    // what the configuration says holds for all three
    place.write("redgrease.conf", "python-version = 3.7\n");
    for args in [&["a.py"][..], &["run", "a.py"], &["check", "a.py"]] {
        let ran = place.run(args);
        assert_eq!(ran.code, 1, "{args:?}: {}", ran.err);
        let said = ran.out + &ran.err;
        assert!(said.contains("3.8"), "{args:?}: {said}");
    }
}

#[test]
fn an_import_that_nobody_requires_is_warned_of() {
    let place = Place::with_server();
    let script = "import nowhere\nGB('ShardsIDReader').map(lambda _: nowhere.x).run()\n";
    place.write("import.py", script);
    let ran = place.run(&["run", "import.py"]);
    assert!(
        ran.err.contains("warning[RG0205]") && ran.err.contains("nowhere"),
        "{ran:?}"
    );
    let loaded = place.run(&["import.py"]);
    assert!(loaded.err.contains("warning[RG0205]"), "{loaded:?}");
    // a file of requirements may name it, or the command does
    place.write("requirements.txt", "six\n");
    place.write(
        "six.py",
        "import six\nGB('ShardsIDReader').map(lambda _: six.PY3).run()\n",
    );
    for args in [&["check", "six.py"][..], &["check", "import.py"]] {
        let checked = place.run(args);
        let said = checked.out.clone() + &checked.err;
        assert!(!said.contains("RG0205"), "{said}");
    }
}
