//! A load generator: the same command over and over, one request at a time on each connection.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::support::resp::encode;

/// What a round of requests came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Requests per second.
    pub(crate) rate: f64,
    /// The median time of a request in microseconds.
    pub(crate) p50: f64,
    /// What one request in a hundred takes longer than, in microseconds.
    pub(crate) p99: f64,
}

struct Connection {
    stream: TcpStream,
    sent: Instant,
}

/// Connections that each wait for the answer before they ask again.
pub(crate) struct Load {
    connections: Vec<Connection>,
    buffer: Vec<u8>,
}

impl Load {
    /// Opens `count` connections.
    pub(crate) fn connect(address: SocketAddr, count: usize) -> io::Result<Self> {
        let connections = (0..count)
            .map(|_| {
                let stream = TcpStream::connect(address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(Duration::from_secs(20)))?;
                Ok(Connection {
                    stream,
                    sent: Instant::now(),
                })
            })
            .collect::<io::Result<_>>()?;
        Ok(Self {
            connections,
            buffer: vec![0; 64 << 10],
        })
    }

    /// Sends `command` for `time`. Every answer must be that of the first request.
    pub(crate) fn run(&mut self, command: &[&str], time: Duration) -> io::Result<Sample> {
        let request = encode(command);
        let first = &mut self.connections[0].stream;
        first.write_all(&request)?;
        let count = first.read(&mut self.buffer)?;
        let expected = self.buffer[..count].to_vec();
        if !expected.ends_with(b"\r\n") || expected.starts_with(b"-") {
            return Err(io::Error::other(format!(
                "{} answers {}",
                command.join(" "),
                String::from_utf8_lossy(&expected)
            )));
        }
        let begun = Instant::now();
        for connection in &mut self.connections {
            connection.sent = Instant::now();
            connection.stream.write_all(&request)?;
        }
        let mut times = Vec::new();
        let mut open = self.connections.len();
        while open > 0 {
            // In the order of the requests: the server answers in about the same one.
            let last = begun.elapsed() >= time;
            for connection in &mut self.connections {
                let answer = &mut self.buffer[..expected.len()];
                connection.stream.read_exact(answer)?;
                if *answer != expected[..] {
                    return Err(io::Error::other(format!(
                        "{} answers {} and {}",
                        command.join(" "),
                        String::from_utf8_lossy(&expected),
                        String::from_utf8_lossy(answer)
                    )));
                }
                let now = Instant::now();
                times.push(now.duration_since(connection.sent).as_secs_f64() * 1e6);
                if last {
                    open -= 1;
                } else {
                    connection.sent = now;
                    connection.stream.write_all(&request)?;
                }
            }
        }
        let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
        times.sort_by(f64::total_cmp);
        Ok(Sample {
            rate,
            p50: times[times.len() / 2],
            p99: times[times.len() * 99 / 100],
        })
    }
}
