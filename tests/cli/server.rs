//! Servers that are not there, let nobody in, or have no engine.

use redgrease::embedded::Server;

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

/// A file of the certificates that these tests have made for themselves.
fn tls(name: &str) -> String {
    format!("{}/tests/cli/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn server_with_tls() -> (Server, u16) {
    // another process may take the free port before the server does
    let start = |_| {
        let port = free_port();
        Some((try_server_with_tls(port).ok()?, port))
    };
    (0..3).find_map(start).expect("no server with TLS")
}

fn try_server_with_tls(port: u16) -> Result<Server, redgrease::embedded::Error> {
    Server::builder()
        .server_arg("--tls-port", port.to_string())
        .server_arg("--tls-cert-file", tls("server.pem"))
        .server_arg("--tls-key-file", tls("server.key"))
        .server_arg("--tls-ca-cert-file", tls("ca.pem"))
        .server_arg("--tls-auth-clients", "no")
        .start()
}

#[test]
fn tls_is_spoken() {
    let place = Place::empty();
    place.write("a.py", &function("a", "A"));
    let (_server, port) = server_with_tls();
    let url = format!("rediss://localhost:{port}/");
    let run = |url: &str, args: &[&str], trusted: Option<&str>| {
        let mut command = place.command(&[&["-s", url], args].concat());
        command.envs(trusted.map(|file| ("SSL_CERT_FILE", tls(file))));
        place.output(command.output().unwrap())
    };
    for args in [&["a.py"][..], &["trigger", "a"], &["ls"]] {
        let ran = run(&url, args, Some("ca.pem"));
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
    }

    let ran = run(&url, &["ls"], None);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("invalid peer certificate"), "{}", ran.err);
    assert!(ran.err.contains("help: SSL_CERT_FILE names"), "{}", ran.err);

    let ran = run(&url, &["ls"], Some("no-such-file.pem"));
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("no-such-file.pem"), "{}", ran.err);

    let ran = run(&url.replace("rediss", "redis"), &["ls"], None);
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains("with TLS begins with rediss://"),
        "{}",
        ran.err
    );
}

#[test]
fn what_answers_may_be_no_redis() {
    let place = Place::empty();
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            // a client may have gone
            let _ = std::io::Write::write_all(
                &mut client.unwrap(),
                b"HTTP/1.1 400 Bad Request\r\n\r\n",
            );
        }
    });
    let ran = place.run(&["-p", &port.to_string(), "ls"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.lines().count() == 2, "{}", ran.err);
    assert!(
        ran.err.contains(&format!("redis://localhost:{port}/")),
        "{}",
        ran.err
    );
}

#[test]
fn an_address_names_user_password_and_database() {
    let place = Place::with_server();
    place.write("a.py", &function("a", "A"));
    let rights = ["on", ">pw", "~*", "&*", "+@all"];
    let user = [&["ACL", "SETUSER", "me"][..], &rights].concat();
    place.ask::<()>(&user).unwrap();
    let port = place.server.as_ref().unwrap().port();
    let url = |password| format!("redis://me:{password}@127.0.0.1:{port}/3");
    place.ok(&["-s", &url("pw"), "a.py"]);
    assert_eq!(place.trigger("a").as_deref(), Some("A"));
    assert_eq!(
        place.ask::<i64>(&["DBSIZE"]).unwrap(),
        0,
        "the index is elsewhere"
    );
    assert!(
        place
            .ok(&["-s", &url("pw"), "ls", "scripts"])
            .contains("a.py")
    );
    let ran = place.run(&["-s", &url("wrong"), "ls"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains("refuses the user name or the password"),
        "{}",
        ran.err
    );
    // a user who may not do everything is told what is missing
    let limited = ["ACL", "SETUSER", "me", "-rg.dumpregistrations"];
    place.ask::<()>(&limited).unwrap();
    let ran = place.run(&["-s", &url("pw"), "ls"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains("the server does not allow this"),
        "{}",
        ran.err
    );
}
