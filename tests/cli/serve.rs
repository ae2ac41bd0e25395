//! A server in one command, and the engine's whereabouts.

use crate::tool::{Place, Running, eventually, free_port, function};

fn serve(place: &Place, args: &[&str]) -> (Running, String) {
    let mut running = place.start(&[&["serve"], args].concat());
    let url = running.first_line();
    assert!(
        url.starts_with("redis://127.0.0.1:"),
        "{url}: {}",
        running.said()
    );
    (running, url)
}

fn stops(mut running: Running, url: &str) {
    running.interrupt();
    assert_eq!(running.ends(), 0, "{}", running.said());
    eventually(
        || redis::Client::open(url).unwrap().get_connection().is_err(),
        || "the server is still there".to_string(),
    );
}

#[test]
fn a_server_is_there_until_ctrl_c() {
    let place = Place::empty();
    let port = free_port().to_string();
    let (running, url) = serve(&place, &["--port", &port]);
    assert_eq!(url, format!("redis://127.0.0.1:{port}/"));
    assert_eq!(
        place.ok(&[
            "-s",
            &url,
            "run",
            "-e",
            "GB('ShardsIDReader').map(lambda _: 5).run()"
        ]),
        "5\n"
    );
    stops(running, &url);
}

#[test]
fn a_directory_keeps_the_data() {
    let place = Place::empty();
    place.write("a.py", &function("a", "A"));
    let (running, url) = serve(&place, &["--dir", "data"]);
    place.ok(&["-s", &url, "a.py"]);
    stops(running, &url);
    let (running, url) = serve(&place, &["--dir", "data"]);
    assert_eq!(place.ok(&["-s", &url, "trigger", "a"]), "A\n");
    assert!(place.ok(&["-s", &url, "ls", "scripts"]).contains("a.py"));
    stops(running, &url);
}

#[test]
fn a_cluster_is_one_command_too() {
    let place = Place::empty();
    let (mut running, url) = serve(&place, &["--cluster", "3", "--dir", "data"]);
    let urls = [url.clone(), running.first_line(), running.first_line()];
    let mut con = redis::cluster::ClusterClient::new(urls.clone())
        .unwrap()
        .get_connection()
        .unwrap();
    for n in 0..30 {
        redis::cmd("SET").arg(n).arg(n).exec(&mut con).unwrap();
    }
    let sizes = urls.clone().map(|url| {
        let mut con = redis::Client::open(url).unwrap().get_connection().unwrap();
        redis::cmd("DBSIZE").query::<u64>(&mut con).unwrap()
    });
    assert_eq!(sizes.iter().sum::<u64>(), 30);
    assert!(sizes.iter().all(|&size| size > 0), "{sizes:?}");
    stops(running, &url);
    // the same cluster again, on other ports
    let (running, url) = serve(&place, &["--cluster", "3", "--dir", "data"]);
    let mut con = redis::cluster::ClusterClient::new([url.clone()])
        .unwrap()
        .get_connection()
        .unwrap();
    for n in 0..30 {
        assert_eq!(redis::cmd("GET").arg(n).query::<u64>(&mut con), Ok(n));
    }
    stops(running, &url);
}

#[test]
fn a_cluster_is_seen_as_one_through_each_of_its_servers() {
    let place = Place::empty();
    let (mut running, url) = serve(&place, &["--cluster", "3"]);
    let urls = [url.clone(), running.first_line(), running.first_line()];
    place.write("a.py", &function("a", "A"));
    let on = |url: &str, args: &[&str]| place.ok(&[&["-s", url], args].concat());
    on(&urls[1], &["a.py"]);
    for url in &urls {
        assert_eq!(on(url, &["trigger", "a"]), "A\nA\nA\n");
    }
    for url in &urls {
        let table = on(url, &["ls"]);
        assert_eq!(table.lines().count(), 2, "{table}");
        assert_eq!(on(url, &["ls", "scripts"]).lines().count(), 2);
        assert_eq!(on(url, &["ls", "cluster"]).lines().count(), 4);
        // each server has counted the calls that it was asked for
        let metrics = on(url, &["metrics"]);
        let counted = |name: &str| -> f64 {
            let lines = metrics.lines().filter(|line| line.starts_with(name));
            let numbers = lines.map(|line| line.rsplit(' ').next().unwrap());
            numbers.map(|number| number.parse::<f64>().unwrap()).sum()
        };
        assert_eq!(counted("redgrease_triggered_total{"), 3.0, "{metrics}");
        assert!(
            counted("redgrease_workers_started_total ") >= 3.0,
            "{metrics}"
        );
        // two ends of each of three links
        eventually(
            || on(url, &["top", "-n", "1"]).matches("  up  ").count() == 6,
            || on(url, &["top", "-n", "1"]),
        );
        let top = on(url, &["top", "-n", "1"]);
        assert!(top.contains("1 registration "), "{top}");
        assert!(top.contains("longest hold of a server: taking "), "{top}");
    }
    place.remove("a.py");
    place.write("b.py", &function("b", "B"));
    on(&urls[2], &["."]);
    for url in &urls {
        let table = on(url, &["ls"]);
        assert!(table.contains(" b ") && !table.contains(" a "), "{table}");
    }
    stops(running, &url);
}

#[test]
fn a_port_that_is_taken_is_said() {
    let place = Place::empty();
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let ran = place.run(&["serve", "--port", &port]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("Address already in use"), "{}", ran.err);
    assert!(ran.err.contains("help: --port gives"), "{}", ran.err);
}

#[test]
fn the_engine_is_found_and_tried() {
    let place = Place::empty();
    let path = place.ok(&["engine", "path"]);
    assert!(std::path::Path::new(path.trim()).is_file(), "{path}");
    let info = place.ok(&["engine", "info"]);
    assert!(
        info.contains(&format!("loadmodule {}", path.trim())),
        "{info}"
    );
    let ran = place.run(&["-p", "1", "engine", "doctor"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(
        ran.out.contains("a function ran in Python 3."),
        "{}",
        ran.out
    );
}

#[test]
fn what_is_missing_comes_with_a_remedy() {
    let place = Place::empty();
    let mut command = place.command(&["engine", "doctor"]);
    command.env("PATH", "/nowhere").env_remove("REDIS_SERVER");
    let ran = place.output(command.output().unwrap());
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("missing  server"), "{}", ran.out);
    assert!(ran.out.contains("apt install redis-server"), "{}", ran.out);
    let mut command = place.command(&["serve"]);
    command.env("PATH", "/nowhere").env_remove("REDIS_SERVER");
    let ran = place.output(command.output().unwrap());
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("apt install redis-server"), "{}", ran.err);
}

#[test]
fn a_python_that_cannot_run_functions_is_refused() {
    let place = Place::empty();
    place.program("old-python", "echo 3.6.15");
    place.program(
        "bare-python",
        "case $* in *platform*) echo 3.12.1;; *cloudpickle*|*EXTERNALLY*|*ensurepip*) exit 1;; esac",
    );
    // one whose pip the system forbids to install anything
    place.program(
        "kept-python",
        "case $* in *platform*) echo 3.12.1;; *cloudpickle*) exit 1;; esac",
    );
    for (python, message, help) in [
        ("./none", "./none does not run", "set REDGREASE_PYTHON"),
        ("./old-python", "3.6.15 is too old", "CPython 3.7 or newer"),
        (
            "./bare-python",
            "has no cloudpickle",
            "help: `./bare-python -m pip install cloudpickle`; or, install the rest of Python",
        ),
        (
            "./kept-python",
            "has no cloudpickle",
            "help: for this directory alone, `./kept-python -m venv .venv && .venv/bin/python3 -m pip",
        ),
    ] {
        let ran = place.run(&["serve", "--python", python]);
        assert_eq!(ran.code, 3, "{python}: {}", ran.err);
        assert!(ran.err.contains(message), "{python}: {}", ran.err);
        assert!(ran.err.contains(help), "{python}: {}", ran.err);
    }
}

#[test]
fn a_python_is_found_from_the_directory_of_the_user() {
    let place = Place::empty();
    let python = redgrease::embedded::python().unwrap();
    place.program("my-python", &format!("exec '{}' \"$@\"", python.display()));
    let (running, url) = serve(&place, &["--python", "./my-python"]);
    let script = "GB('ShardsIDReader').map(lambda _: 5).run()";
    assert_eq!(place.ok(&["-s", &url, "run", "-e", script]), "5\n");
    stops(running, &url);
}
