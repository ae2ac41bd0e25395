//! Ctrl-C in the middle of work: everything of a script is registered, or nothing.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::tool::{Place, Running, eventually, function};

/// A script that says that it has begun, and registers two functions when it may.
const SLOW: &str = "\
import time
execute('SET', 'begun', 'yes')
while execute('GET', 'go') is None:
    time.sleep(0.01)
GB('CommandReader').map(lambda _: 'A').register(trigger='a')
GB('CommandReader').map(lambda _: 'B').register(trigger='b')
";

fn in_the_middle_of_a_load() -> (Place, Running) {
    let place = Place::with_server();
    place.write("s/a.py", SLOW);
    place.write("s/z.py", &function("z", "Z"));
    let running = place.start(&["s"]);
    eventually(
        || place.ask::<i64>(&["EXISTS", "begun"]).unwrap() == 1,
        || format!("the script does not begin: {}", running.said()),
    );
    running.interrupt();
    running.says("Stopping when s/a.py is done as a whole");
    (place, running)
}

fn go(place: &Place) {
    place.ask::<()>(&["SET", "go", "yes"]).unwrap();
}

fn scripts(place: &Place) -> Value {
    serde_json::from_str(&place.ok(&["ls", "scripts", "--format", "json"])).unwrap()
}

#[test]
fn a_script_that_has_begun_is_finished_and_the_next_is_not_begun() {
    let (place, mut running) = in_the_middle_of_a_load();
    go(&place);
    assert_eq!(running.ends(), 130, "{}", running.said());
    running.says("stopped; 1 script not loaded");
    assert_eq!(place.registrations(), 2);
    assert_eq!(place.trigger("z"), None);
    let scripts = scripts(&place);
    assert_eq!(scripts.as_array().unwrap().len(), 1, "{scripts}");
    assert_eq!(scripts[0]["path"], "s/a.py");
    assert_eq!(scripts[0]["registrations"].as_array().unwrap().len(), 2);
}

#[test]
fn what_a_tool_that_left_has_begun_still_belongs_to_its_script() {
    let (place, mut running) = in_the_middle_of_a_load();
    running.interrupt();
    assert_eq!(running.ends(), 130, "{}", running.said());
    go(&place);
    eventually(
        || place.registrations() == 2,
        || "the server does not finish the script".to_string(),
    );
    // the next run finds it, and removes all of it with the script
    place.remove("s/a.py");
    let ran = place.run(&["s"]);
    let removed = "Removed s/a.py: 2 registrations";
    assert!(ran.err.contains(removed), "{}", ran.err);
    assert_eq!(place.trigger("a"), None);
    assert_eq!(place.trigger("z").as_deref(), Some("Z"));
}

#[test]
fn a_run_that_is_waited_for_is_aborted() {
    let place = Place::with_server();
    place.write(
        "a.py",
        "import time\nGB('ShardsIDReader').foreach(lambda _: time.sleep(60)).run()\n",
    );
    for words in [&["a.py"][..], &["run", "a.py"]] {
        let mut running = place.start(words);
        eventually(
            || place.ok(&["ls", "executions"]).contains("running"),
            || running.said(),
        );
        running.interrupt();
        assert_eq!(running.ends(), 130, "{}", running.said());
        running.says("stopped; the execution was aborted");
        assert_eq!(place.ok(&["ls", "executions"]), "");
    }
    assert_eq!(place.registrations(), 0);
}

#[test]
fn an_installation_is_left_and_nothing_is_registered() {
    // an index of packages that accepts a connection and never answers
    let index = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    index.set_nonblocking(true).unwrap();
    let address = format!("http://{}/simple", index.local_addr().unwrap());
    let place = Place::empty();
    place.write("s/requirements.txt", "some-package\n");
    place.write("s/a.py", &function("a", "A"));
    let mut serve = Running::new(place.command(&["serve"]).env("PIP_INDEX_URL", address));
    let url = serve.first_line();

    let mut running = place.start(&["-s", &url, "s"]);
    let mut asked = None;
    eventually(
        || {
            asked = index.accept().ok();
            asked.is_some()
        },
        || format!("pip does not ask: {}", running.said()),
    );
    running.interrupt();
    assert_eq!(running.ends(), 130, "{}", running.said());
    running.says("stopped while installing some-package for s/a.py");
    let list = |what| -> Value {
        let list = place.ok(&["-s", &url, "ls", what, "--format", "json"]);
        serde_json::from_str(&list).unwrap()
    };
    assert_eq!(list("registrations"), json!([]));
    assert_eq!(list("scripts"), json!([]));
    serve.interrupt();
    assert_eq!(serve.ends(), 0, "{}", serve.said());
}
