//! Help, wrong usage, and checking, which need no server.

use crate::tool::Place;

#[test]
fn the_short_help() {
    insta::assert_snapshot!(Place::empty().ok(&["-h"]));
}

#[test]
fn the_long_help() {
    insta::assert_snapshot!(Place::empty().ok(&["--help"]));
}

#[test]
fn the_help_of_commands() {
    let place = Place::empty();
    for command in [
        "check",
        "run",
        "trigger",
        "ls",
        "rm",
        "abort",
        "pause",
        "resume",
        "config",
        "config get",
        "config set",
        "top",
        "serve",
        "engine",
        "engine install",
        "completions",
        "man",
    ] {
        let words: Vec<&str> = command.split(' ').chain(["-h"]).collect();
        let name = format!("help_{}", command.replace(' ', "_"));
        insta::assert_snapshot!(name, place.ok(&words));
    }
}

#[test]
fn wrong_usage_has_exit_code_2() {
    let place = Place::empty();
    for args in [
        &["--no-such-option"][..],
        &["ls", "nonsense"],
        &["run"],
        &["--server", "db:x", "ls"],
        &["--server", "http://db", "ls"],
        &["--config", "nowhere.conf", "ls"],
        &["a.py", "ls"],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(ran.err.starts_with("error: "), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_command_that_is_misspelt_is_no_path() {
    let place = Place::empty();
    let ran = place.run(&["chekc"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.err,
        "error: chekc: no such file or directory\n  help: did you mean the command `check`?\n"
    );
}

#[test]
fn findings_look_as_those_of_rustc() {
    let place = Place::empty();
    place.write(
        "a.py",
        "import json\n\ndef area(width, height):\n    return widht * height\n\narea(1, 2)\n",
    );
    place.write(
        "sub/b.py",
        "GB().mapp(lambda x: x).run()\nprint('unfinished\n",
    );
    place.write("sub/good.py", "GB().map(lambda x: x['key']).run()\n");
    let ran = place.run(&["check", "."]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(format!("{}{}", ran.out, ran.err));
}

#[test]
fn findings_for_programs() {
    let place = Place::empty();
    place.write("a.py", "def area(width):\n    return wdith\n\narea(1)\n");
    let ran = place.run(&["check", "--format", "json", "a.py"]);
    assert_eq!(ran.code, 1);
    let found: serde_json::Value = serde_json::from_str(ran.out.trim()).unwrap();
    assert_eq!(found["file"], "a.py");
    assert_eq!((&found["line"], &found["column"]), (&2.into(), &12.into()));
    assert_eq!(found["code"], "RG0201");
    assert_eq!(found["help"], "did you mean `width`?");
}

#[test]
fn checks_know_the_version_of_python() {
    let place = Place::empty();
    place.write("a.py", "if (n := 10) > 5:\n    print(n)\n");
    assert_eq!(place.run(&["check", "a.py"]).code, 0);
    for (version, code) in [("3.7", 1), ("3.8", 0)] {
        let ran = place.run(&["check", "--python-version", version, "a.py"]);
        assert_eq!(ran.code, code, "{version}: {}", ran.out);
    }
    assert_eq!(
        place
            .run(&["check", "--python-version", "2.7", "a.py"])
            .code,
        2
    );
}

#[test]
fn good_scripts_have_exit_code_0() {
    let place = Place::empty();
    place.write("a.py", "GB().run()\n");
    let ran = place.run(&["check", "a.py"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert_eq!(ran.err.trim(), "Checked 1 script: nothing found");
}

#[test]
fn the_logging_of_python_is_refused() {
    let place = Place::empty();
    place.write("a.py", "");
    let ran = place.run(&["-l", "logging.yaml", "a.py"]);
    assert_eq!(ran.code, 2);
    let start = "error: --log-config logging.yaml: it configures the logging of Python";
    assert!(ran.err.starts_with(start), "{}", ran.err);
    assert!(ran.err.contains("--quiet and --verbose"), "{}", ran.err);
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let place = Place::with_server();
    place.write("a.py", "def f(:\n");
    for args in [
        &["--help"][..],
        &["completions", "bash"],
        &["man"],
        &["check", "a.py"],
        &["ls", "stats"],
        &["config", "get"],
        &["top", "-n", "2", "-i", "0.1"],
        &["run", "-e", "GB('ShardsIDReader').run()"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let child = place
            .command(args)
            .stdout(writer)
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let ran = place.output(child.wait_with_output().unwrap());
        assert_eq!(ran.err, "", "{args:?}");
    }
}
