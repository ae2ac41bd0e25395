//! Servers that are not there, let nobody in, or have no engine.

use crate::tool::{Place, PlainRedis, free_port, function};

#[test]
fn no_server_has_exit_code_3() {
    let place = Place::empty();
    place.write("a.py", &function("a", "A"));
    let port = free_port().to_string();
    for args in [
        &["ls"][..],
        &["a.py"],
        &["run", "-e", "1"],
        &["top"],
        &["trigger", "x"],
    ] {
        let ran = place.run(&[&["--port", &port], args].concat());
        assert_eq!(ran.code, 3, "{args:?}: {}", ran.err);
        let start = format!("error: no server at redis://localhost:{port}/: Connection refused");
        assert!(ran.err.starts_with(&start), "{args:?}: {}", ran.err);
        assert!(ran.err.contains("redgrease serve"), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_server_without_the_engine_has_exit_code_3() {
    let place = Place::empty();
    place.write("a.py", &function("a", "A"));
    let redis = PlainRedis::start(&[]);
    for args in [
        &["ls"][..],
        &["a.py"],
        &["run", "-e", "1"],
        &["trigger", "x"],
    ] {
        let ran = place.run(&[&["--server", &redis.url()], args].concat());
        assert_eq!(ran.code, 3, "{args:?}: {}", ran.err);
        assert!(
            ran.err.contains("it has no engine"),
            "{args:?}: {}",
            ran.err
        );
        assert!(
            ran.err.contains("redgrease engine info"),
            "{args:?}: {}",
            ran.err
        );
    }
}

#[test]
fn passwords_are_asked_for_and_refused() {
    let place = Place::empty();
    let redis = PlainRedis::start(&["--requirepass", "secret"]);
    let port = redis.port.to_string();
    let ran = place.run(&["-p", &port, "ls"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains("the server wants a password"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("REDGREASE_PASSWORD"), "{}", ran.err);
    let ran = place.run(&["-p", &port, "--password", "wrong", "ls"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains("refuses the user name or the password"),
        "{}",
        ran.err
    );
    let ran = place.run(&[
        "--server",
        &format!("redis://:wrong@127.0.0.1:{port}"),
        "ls",
    ]);
    assert!(!ran.err.contains("wrong"), "{}", ran.err);
    // the right one comes as far as the missing engine
    for args in [
        vec!["-p", &port, "--password", "secret", "ls"],
        vec!["-s", &format!("redis://:secret@127.0.0.1:{port}/"), "ls"],
    ] {
        let ran = place.run(&args);
        assert!(
            ran.err.contains("it has no engine"),
            "{args:?}: {}",
            ran.err
        );
    }
    let mut command = place.command(&["-p", &port, "ls"]);
    let ran = place.output(
        command
            .env("REDGREASE_PASSWORD", "secret")
            .output()
            .unwrap(),
    );
    assert!(ran.err.contains("it has no engine"), "{}", ran.err);
}

#[test]
fn tls_is_spoken() {
    let place = Place::empty();
    let redis = PlainRedis::start(&[]);
    let ran = place.run(&["-s", &format!("rediss://127.0.0.1:{}/", redis.port), "ls"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("no server at rediss://"), "{}", ran.err);
}
