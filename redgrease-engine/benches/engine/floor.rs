//! What two processes cost that speak through a socket: below this no Python outside of the server can answer.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::compare::median;
use crate::load::Load;
use crate::support::{Server, server::python};

/// Sends back what it gets.
const ECHO: &str = "
import socket
sock = socket.socket(fileno=0)
while True:
    data = sock.recv(65536)
    if not data:
        break
    sock.sendall(data)
";
const ROUNDS: usize = 12;
const CALLS: usize = 1000;

pub(crate) fn run() -> Outcome {
    let server = Server::start();
    let (here, there) = UnixStream::pair()?;
    let mut child = Command::new(python())
        .args(["-I", "-c", ECHO])
        .stdin(Stdio::from(OwnedFd::from(there)))
        .spawn()?;
    let mut ping = Load::connect(server.address(), 1)?;
    let message = [b'x'; 100];
    let mut answer = [0; 100];
    let (mut echoes, mut pings) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut times = Vec::with_capacity(CALLS);
        for _ in 0..CALLS {
            let begun = Instant::now();
            (&here).write_all(&message)?;
            (&here).read_exact(&mut answer)?;
            times.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        echoes.push(median(&times));
        pings.push(ping.run(&["PING"], Duration::from_millis(100))?.p50);
    }
    drop(here);
    child.wait()?;
    println!("one round trip, p50 in µs (medians of {ROUNDS} rounds by turns)");
    println!(
        "  {:<58} {:>7.1}",
        "100 bytes to a Python process and back",
        median(&echoes)
    );
    println!("  {:<58} {:>7.1}", "PING to the server", median(&pings));
    Ok(())
}
