//! What an operator sees and configures.

mod support;

use std::process::Command;
use std::time::Duration;

use support::{Options, Server};

#[test]
fn a_server_ends_with_its_process() {
    let mut owner = Command::new("sleep")
        .arg("60")
        .spawn()
        .expect("sleep starts");
    let number = owner.id().to_string();
    let mut server = Server::with(&Options::module(&["StopWithProcess", &number]));
    assert!(server.answers(Duration::from_secs(1)));
    std::thread::sleep(Duration::from_millis(700));
    assert!(
        server.answers(Duration::from_secs(1)),
        "it ends while its process lives"
    );
    // Not collected: what is left of it must not count as alive.
    owner.kill().expect("it is ours");
    let status = server.wait_exit(Duration::from_secs(5));
    owner.wait().expect("it is ours");
    assert!(
        status.is_some_and(|status| status.success()),
        "{status:?}\n{}",
        server.log_tail()
    );
    assert!(server.log().contains("StopWithProcess"));
}
