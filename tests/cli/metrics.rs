//! Metrics and health, for those who look after servers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::tool::{Place, eventually, free_port};

const SCRIPT: &str = "\
GB('CommandReader').map(lambda call: int(call[1])).register(trigger='number')
GB('StreamReader').foreach(lambda r: 0).register('orders:*')
";

fn loaded() -> Place {
    let place = Place::with_server();
    place.write("a.py", SCRIPT);
    place.ok(&["a.py"]);
    for argument in ["1", "2", "x"] {
        // one of them fails, which is counted
        let _ = place.run(&["trigger", "number", argument]);
    }
    place
}

/// What a server of HTTP answers: the head and the body.
fn fetch(port: u16, request: &str) -> (String, String) {
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    client.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_string(), body.to_string())
}

#[test]
fn what_the_engine_counts_is_printed() {
    let place = loaded();
    let text = place.ok(&["metrics"]);
    assert!(text.ends_with("# EOF\n"), "{text}");
    for line in [
        "redgrease_up 1",
        "redgrease_triggered_total{registration=\"1\",reader=\"CommandReader\",for=\"number\"} 3",
        "redgrease_failed_total{registration=\"1\",reader=\"CommandReader\",for=\"number\"} 1",
        "redgrease_run_duration_seconds_count{registration=\"1\",reader=\"CommandReader\",for=\"number\"} 3",
        "redgrease_stream_paused{registration=\"3\",reader=\"StreamReader\",for=\"orders:*\"} 0",
        "redgrease_workers_started_total 1",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}: {text}");
    }
    // a histogram adds up to its last class
    let classes: Vec<f64> = text
        .lines()
        .filter(|line| line.starts_with("redgrease_run_duration_seconds_bucket{registration=\"1\""))
        .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
        .collect();
    assert!(
        classes.is_sorted() && classes.last() == Some(&3.0),
        "{classes:?}"
    );
}

#[test]
fn metrics_are_answered_over_http() {
    let place = loaded();
    let port = free_port();
    let mut running = place.start(&["metrics", "--listen", &port.to_string()]);
    assert_eq!(
        running.first_line(),
        format!("http://127.0.0.1:{port}/metrics")
    );
    // somebody who says nothing keeps nobody waiting
    let _silent: Vec<_> = (0..5)
        .map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap())
        .collect();
    let (head, body) = fetch(port, "GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(
        head.contains("application/openmetrics-text; version=1.0.0"),
        "{head}"
    );
    assert!(
        head.contains(&format!("Content-Length: {}", body.len())),
        "{head}"
    );
    assert!(
        body.contains("redgrease_up 1\n") && body.ends_with("# EOF\n"),
        "{body}"
    );
    let (head, body) = fetch(port, "HEAD /metrics HTTP/1.1\r\n\r\n");
    assert!(
        head.starts_with("HTTP/1.1 200") && body.is_empty(),
        "{head}{body}"
    );
    for (request, status) in [
        ("GET /other HTTP/1.1", "404"),
        ("POST /metrics HTTP/1.1", "405"),
        ("\u{1}", "405"),
    ] {
        let (head, _) = fetch(port, &format!("{request}\r\n\r\n"));
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status}")),
            "{request}: {head}"
        );
    }
    // the server goes, and that is a metric
    drop(place.server);
    let (_, body) = fetch(port, "GET /metrics HTTP/1.1\r\n\r\n");
    assert!(
        body.contains("redgrease_up 0\n") && body.ends_with("# EOF\n"),
        "{body}"
    );
    running.interrupt();
    assert_eq!(running.ends(), 0, "{}", running.said());
}

#[test]
fn an_address_that_is_none_or_taken_is_said() {
    let place = Place::empty();
    let ran = place.run(&["metrics", "--listen", "nowhere"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("expected HOST:PORT such as"),
        "{}",
        ran.err
    );
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let ran = place.run(&["metrics", "--listen", &port]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("Address already in use"), "{}", ran.err);
}

#[test]
fn health_is_an_exit_code() {
    let place = loaded();
    let ran = place.run(&["health", "--max-lag", "10", "--max-queued", "5"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for part in ["a function ran in Python 3.", "workers", "lag", "queued"] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    // executions that wait
    place.write(
        "slow.py",
        "import time\nGB('CommandReader').map(lambda _: time.sleep(60)).register(trigger='slow', inorder=True)\n",
    );
    place.ok(&["slow.py"]);
    let waiting: Vec<_> = (0..4).map(|_| place.start(&["trigger", "slow"])).collect();
    eventually(
        || place.run(&["health", "--max-queued", "2"]).code == 1,
        || format!("the queue is not seen: {}", place.ok(&["ls", "executions"])),
    );
    let json: serde_json::Value = serde_json::from_str(
        &place
            .run(&["health", "--max-queued", "2", "--format", "json"])
            .out,
    )
    .unwrap();
    assert_eq!(json["good"], false);
    assert_eq!(json["parts"][2]["part"], "queued");
    drop(waiting);
    let port = free_port().to_string();
    assert_eq!(Place::empty().run(&["-p", &port, "health"]).code, 3);
    let redis = crate::tool::PlainRedis::start(&[]);
    let ran = Place::empty().run(&["-s", &redis.url(), "health"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("it has no engine"), "{}", ran.err);
}
