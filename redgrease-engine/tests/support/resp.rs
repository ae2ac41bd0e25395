//! RESP2 values and a blocking client that talks raw sockets, so that a test sees the exact reply.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::wait::PATIENCE;

/// One RESP2 reply.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    /// `+text`
    Simple(Vec<u8>),
    /// `-text`
    Error(Vec<u8>),
    /// `:number`
    Int(i64),
    /// `$len` and its bytes
    Bulk(Vec<u8>),
    /// `$-1`
    Nil,
    /// `*-1`
    NilArray,
    /// `*len` and its elements
    Array(Vec<Value>),
}

impl Value {
    /// The bytes of a simple string, an error or a bulk string.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Simple(b) | Value::Error(b) | Value::Bulk(b) => Some(b),
            _ => None,
        }
    }

    /// The same as text, lossy; empty for the other kinds.
    pub(crate) fn text(&self) -> String {
        self.bytes()
            .map_or_else(String::new, |b| String::from_utf8_lossy(b).into_owned())
    }

    /// The elements of an array; empty for the other kinds.
    pub(crate) fn items(&self) -> &[Value] {
        match self {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The value that follows `name` in a flat map.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.items()
            .chunks_exact(2)
            .find(|pair| pair[0].bytes() == Some(name.as_bytes()))
            .map(|pair| &pair[1])
    }

    /// Whether this is an error reply.
    pub(crate) fn is_error(&self) -> bool {
        matches!(self, Value::Error(_))
    }

    /// Read one value from the start of `data`; `None` when `data` ends before the value does.
    ///
    /// # Errors
    /// What is wrong, when `data` is not RESP2.
    pub(crate) fn parse(data: &[u8]) -> Result<Option<(Value, usize)>, String> {
        let Some(end) = data.windows(2).position(|w| w == b"\r\n") else {
            return Ok(None);
        };
        let Some((&kind, line)) = data[..end].split_first() else {
            return Err("an empty line where a reply starts".into());
        };
        let mut at = end + 2;
        let number = || -> Result<i64, String> {
            std::str::from_utf8(line)
                .ok()
                .and_then(|s| s.parse().ok())
                .ok_or_else(|| format!("not a number: {:?}", String::from_utf8_lossy(line)))
        };
        let value = match kind {
            b'+' => Value::Simple(line.to_vec()),
            b'-' => Value::Error(line.to_vec()),
            b':' => Value::Int(number()?),
            b'$' => match usize::try_from(number()?) {
                Err(_) => Value::Nil,
                Ok(len) if data.len() < at + len + 2 => return Ok(None),
                Ok(len) => {
                    let bytes = data[at..at + len].to_vec();
                    if &data[at + len..at + len + 2] != b"\r\n" {
                        return Err(format!(
                            "a bulk string of {len} bytes does not end after them"
                        ));
                    }
                    at += len + 2;
                    Value::Bulk(bytes)
                }
            },
            b'*' => match usize::try_from(number()?) {
                Err(_) => Value::NilArray,
                Ok(len) => {
                    let mut items = Vec::new();
                    for _ in 0..len {
                        let Some((item, used)) = Value::parse(&data[at..])? else {
                            return Ok(None);
                        };
                        items.push(item);
                        at += used;
                    }
                    Value::Array(items)
                }
            },
            // RESP3 has further types. The engine uses none but the null; the others come from the server itself, and can be told from those of RESP2.
            b'_' => Value::Nil,
            b'%' | b'~' => {
                let (name, each) = if kind == b'%' { ("map", 2) } else { ("set", 1) };
                let mut items = vec![Value::Simple(name.into())];
                for _ in 0..each * number()? {
                    let Some((item, used)) = Value::parse(&data[at..])? else {
                        return Ok(None);
                    };
                    items.push(item);
                    at += used;
                }
                Value::Array(items)
            }
            b',' | b'#' => Value::Simple(data[..end].to_vec()),
            other => return Err(format!("unknown reply type {:?}", char::from(other))),
        };
        Ok(Some((value, at)))
    }
}

/// A one-line form for people: `["a", :1, nil, -ERR no, +OK]`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |b: &[u8]| {
            b.escape_ascii()
                .to_string()
                .replace("\\'", "'")
                .replace("\\\"", "\"")
                .replace("\\\\", "\\")
        };
        match self {
            Value::Simple(b) => write!(f, "+{}", text(b)),
            Value::Error(b) => write!(f, "-{}", text(b)),
            Value::Int(n) => write!(f, ":{n}"),
            Value::Bulk(b) => write!(f, "\"{}\"", text(b)),
            Value::Nil => f.write_str("nil"),
            Value::NilArray => f.write_str("nil-array"),
            Value::Array(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why no reply came.
#[derive(Debug)]
pub(crate) enum NoReply {
    /// Nothing (or not all) within the time given.
    Timeout,
    /// The server closed the connection.
    Closed(String),
    /// The bytes are not RESP2.
    Garbage(String),
}

impl fmt::Display for NoReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoReply::Timeout => f.write_str("no reply in time"),
            NoReply::Closed(why) => write!(f, "connection closed: {why}"),
            NoReply::Garbage(what) => write!(f, "not RESP2: {what}"),
        }
    }
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connect to `address`.
    ///
    /// # Errors
    /// When nobody listens there.
    pub(crate) fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self {
            stream,
            buffer: Vec::new(),
        })
    }

    /// Send one command without waiting for its reply.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) fn send<A: AsRef<[u8]>>(&mut self, args: &[A]) -> io::Result<()> {
        self.stream.write_all(&encode(args))
    }

    /// Send bytes as they are, for pipelines built with [`encode`].
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Read one reply, waiting at most `limit`.
    ///
    /// # Errors
    /// [`NoReply`] says why there is none.
    pub(crate) fn read(&mut self, limit: Duration) -> Result<Value, NoReply> {
        let deadline = Instant::now() + limit;
        let mut chunk = [0_u8; 1 << 16];
        // A long reply is parsed from its start each time: only when there is much more of it, or nothing more to read at once.
        let mut enough = 0;
        loop {
            if self.buffer.len() >= enough {
                if let Some((value, used)) = Value::parse(&self.buffer).map_err(NoReply::Garbage)? {
                    self.buffer.drain(..used);
                    return Ok(value);
                }
                enough = 2 * self.buffer.len();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(NoReply::Timeout);
            }
            let patience = if self.buffer.is_empty() {
                left
            } else {
                left.min(Duration::from_millis(20))
            };
            self.stream
                .set_read_timeout(Some(patience))
                .map_err(|e| NoReply::Closed(e.to_string()))?;
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(NoReply::Closed("end of stream".into())),
                Ok(n) => self.buffer.extend_from_slice(&chunk[..n]),
                Err(e)
                    if matches!(
                        e.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    enough = 0;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(NoReply::Closed(e.to_string())),
            }
        }
    }

    /// Send a command and wait at most `limit` for its reply.
    ///
    /// # Errors
    /// [`NoReply`] says why there is none.
    pub(crate) fn ask<A: AsRef<[u8]>>(
        &mut self,
        args: &[A],
        limit: Duration,
    ) -> Result<Value, NoReply> {
        self.send(args)
            .map_err(|e| NoReply::Closed(e.to_string()))?;
        self.read(limit)
    }

    /// [`Client::ask`] with the patience of tests; a missing reply fails the test.
    #[track_caller]
    pub(crate) fn call<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Value {
        match self.ask(args, PATIENCE) {
            Ok(value) => value,
            Err(why) => panic!("{}: {why}", show(args)),
        }
    }
}

/// The bytes of one command.
pub(crate) fn encode<A: AsRef<[u8]>>(args: &[A]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", args.len()).into_bytes();
    for arg in args {
        let arg = arg.as_ref();
        out.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
        out.extend_from_slice(arg);
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// A command in one line, for messages.
pub(crate) fn show<A: AsRef<[u8]>>(args: &[A]) -> String {
    let one = |a: &A| {
        let text = a
            .as_ref()
            .escape_ascii()
            .to_string()
            .replace("\\'", "'")
            .replace("\\\"", "\"")
            .replace("\\\\", "\\");
        if text.is_empty() || text.contains(' ') {
            format!("«{text}»")
        } else {
            text
        }
    };
    args.iter().map(one).collect::<Vec<_>>().join(" ")
}
