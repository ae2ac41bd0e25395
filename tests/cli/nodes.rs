//! A cluster of three nodes.

use std::process::Command;

use crate::tool::{Place, Ran, Running, eventually, function};
use redgrease::embedded::Cluster;

struct Nodes {
    cluster: Cluster,
    place: Place,
}

impl Nodes {
    fn start() -> Self {
        Self {
            cluster: Cluster::start().unwrap(),
            place: Place::empty(),
        }
    }

    /// The tool, which is told of one node.
    fn command(&self, args: &[&str]) -> Command {
        self.place
            .command(&[&["-s", &self.cluster.urls()[1]], args].concat())
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.place.output(self.command(args).output().unwrap())
    }

    fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran.out
    }

    /// What a trigger gives, once for each of the three shards: an asynchronous function runs on all.
    fn answer(&self, trigger: &str) -> Option<String> {
        let ran = self.run(&["trigger", trigger]);
        let line = ran.out.lines().next().unwrap_or_default().to_owned() + "\n";
        (ran.code == 0 && ran.out == line.repeat(3)).then_some(line)
    }
}

#[test]
fn scripts_are_loaded_replaced_listed_and_removed() {
    let nodes = Nodes::start();
    nodes
        .place
        .write("s/x.py", &(function("a", "old") + &function("b", "old")));
    nodes.place.write("s/y.py", &function("y", "Y"));
    nodes.ok(&["s"]);
    assert_eq!(nodes.answer("a").as_deref(), Some("old\n"));

    nodes
        .place
        .write("s/x.py", &(function("a", "new") + &function("c", "new")));
    nodes.ok(&["s"]);
    assert_eq!(nodes.answer("a").as_deref(), Some("new\n"));
    assert_eq!(nodes.answer("b"), None);

    let table = nodes.ok(&["ls", "cluster"]);
    assert_eq!(table.lines().count(), 4, "{table}");
    assert_eq!(table.matches("yes").count(), 1, "{table}");
    assert_eq!(nodes.ok(&["ls", "scripts"]).lines().count(), 3);
    assert_eq!(nodes.ok(&["ls"]).lines().count(), 4);

    nodes.place.remove("s/x.py");
    let ran = nodes.run(&["s"]);
    assert!(
        ran.err.contains("Removed s/x.py: 2 registrations"),
        "{}",
        ran.err
    );
    assert_eq!(nodes.answer("a"), None);
    nodes.ok(&["rm", "y"]);
    assert_eq!(nodes.answer("y"), None);

    let run = nodes.ok(&["run", "-e", "GB('ShardsIDReader').map(lambda _: 5).run()"]);
    assert!(
        run.lines().all(|line| line == "5") && !run.is_empty(),
        "{run}"
    );
}

#[test]
fn changes_are_followed() {
    let nodes = Nodes::start();
    nodes.place.write("a.py", &function("a", "one"));
    let running = Running::new(&mut nodes.command(&["--watch", "0.2", "."]));
    running.says("Watching");
    for (from, to, answer) in [("a.py", "b.py", "two"), ("b.py", "c.py", "three")] {
        nodes.place.rename(from, to);
        nodes.place.write(to, &function("a", answer));
        eventually(
            || nodes.answer("a") == Some(format!("{answer}\n")),
            || format!("`a` does not answer {answer}: {}", running.said()),
        );
    }
}
