//! Something that stands before a server and answers some commands itself, as another server would.

use std::io::{self, BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// The answer to a command in the server's place, as it goes over the wire.
type Answer = dyn Fn(&[String]) -> Option<String> + Send + Sync;

/// A server in disguise.
pub(crate) struct Stub {
    port: u16,
}

impl Stub {
    /// Passes everything on to the server at `port` but what `answer` answers.
    pub(crate) fn before(
        port: u16,
        answer: impl Fn(&[String]) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let stub = Self {
            port: listener.local_addr().unwrap().port(),
        };
        let answer: Arc<Answer> = Arc::new(answer);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, answer) = (client.unwrap(), Arc::clone(&answer));
                // either side may hang up at any time
                thread::spawn(move || drop(pass_on(client, port, &*answer)));
            }
        });
        stub
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }
}

fn pass_on(mut client: TcpStream, port: u16, answer: &Answer) -> io::Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", port))?;
    let mut requests = BufReader::new(client.try_clone()?);
    let mut answers = BufReader::new(server.try_clone()?);
    loop {
        let request = read(&mut requests)?;
        let words = redis::parse_redis_value(&request).map_err(io::Error::other)?;
        let words: Vec<String> = redis::from_redis_value(words).map_err(io::Error::other)?;
        match answer(&words) {
            Some(answer) => client.write_all(answer.as_bytes())?,
            None => {
                server.write_all(&request)?;
                client.write_all(&read(&mut answers)?)?;
            }
        }
    }
}

/// The bytes of one value.
fn read(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    read_into(from, &mut out)?;
    Ok(out)
}

fn read_into(from: &mut impl BufRead, out: &mut Vec<u8>) -> io::Result<()> {
    const LINE_END: usize = 2;
    let start = out.len();
    if from.read_until(b'\n', out)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let line = String::from_utf8_lossy(&out[start..]).into_owned();
    let number: Result<usize, _> = line[1..].trim().parse();
    match (line.as_bytes()[0], number) {
        (b'$', Ok(length)) => {
            let end = out.len() + length + LINE_END;
            let mut text = vec![0; length + LINE_END];
            from.read_exact(&mut text)?;
            out.extend(text);
            assert_eq!(out.len(), end);
        }
        (b'*', Ok(items)) => {
            for _ in 0..items {
                read_into(from, out)?;
            }
        }
        // a line that is all of it, or a list or text that is none
        _ => {}
    }
    Ok(())
}
