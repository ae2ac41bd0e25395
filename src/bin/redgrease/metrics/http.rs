//! The metrics over HTTP: as much of it as those need who fetch them.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::collect::Seen;
use super::text;
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::server::Server;
use crate::terminal::Terminal;

/// How long a client may keep a connection waiting.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much of a request is read.
const LONGEST: u64 = 16 * 1024;
/// How many clients are answered at a time.
const MOST: usize = 32;

/// Answers at an address until Ctrl-C.
pub(super) fn listen(address: &str, server: &Server, terminal: Terminal) -> Result<()> {
    const LOOK: Duration = Duration::from_millis(20);
    let address = read(address)?;
    let cannot = |error: io::Error| Failure::failed(format!("--listen {address}: {error}"));
    let listener = TcpListener::bind(address).map_err(cannot)?;
    listener.set_nonblocking(true).map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    interrupt::listen()?;
    terminal.print(format_args!("http://{address}/metrics"))?;
    terminal.status(
        "Listening",
        format_args!(
            "for those who fetch the metrics of {}; Ctrl-C ends",
            server.url()
        ),
    );
    let (server, busy) = (Arc::new(server.clone()), Arc::new(AtomicUsize::new(0)));
    while !interrupt::requested() {
        let Ok((client, _)) = listener.accept() else {
            // nobody is there, or all descriptors are in use for a moment
            interrupt::sleep(LOOK);
            continue;
        };
        if busy.fetch_add(1, Ordering::SeqCst) >= MOST {
            busy.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let (server, busy) = (Arc::clone(&server), Arc::clone(&busy));
        std::thread::spawn(move || {
            // the client may go at any time
            let _ = answer(&client, &server);
            busy.fetch_sub(1, Ordering::SeqCst);
        });
    }
    terminal.status("Stopped", "listening");
    Ok(())
}

/// `HOST:PORT`, or a port of this machine alone.
fn read(address: &str) -> Result<SocketAddr> {
    let whole = match address.parse::<u16>() {
        Ok(port) => format!("127.0.0.1:{port}"),
        Err(_) => address.to_string(),
    };
    let found = whole.to_socket_addrs().ok().and_then(|mut all| all.next());
    found.ok_or_else(|| {
        Failure::usage(format!(
            "--listen: expected HOST:PORT such as 127.0.0.1:9121, but found `{address}`"
        ))
    })
}

fn answer(mut client: &TcpStream, server: &Server) -> io::Result<()> {
    client.set_nonblocking(false)?;
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(client.take(LONGEST)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // what is left unread would make the system take the answer back
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = request.split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let path = target.split('?').next().unwrap_or_default();
    let (status, kind, body) = match (method, path) {
        ("GET" | "HEAD", "/metrics") => ("200 OK", OPEN_METRICS, metrics(server)),
        ("GET" | "HEAD", "/") => ("200 OK", PLAIN, "the metrics are at /metrics\n".to_string()),
        ("GET" | "HEAD", _) => ("404 Not Found", PLAIN, "there is /metrics\n".to_string()),
        _ => (
            "405 Method Not Allowed",
            PLAIN,
            "GET /metrics\n".to_string(),
        ),
    };
    let length = body.len();
    let body = if method == "HEAD" { "" } else { &body };
    client.write_all(
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        )
        .as_bytes(),
    )
}

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// A server that is away is a metric too.
fn metrics(server: &Server) -> String {
    let seen = server.connect().and_then(|mut con| Seen::look(&mut con));
    text::of(seen.ok().as_ref())
}
