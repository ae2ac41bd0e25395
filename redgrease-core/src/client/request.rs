//! A command and how to read its answer, described once and run on any connection.

use std::sync::Arc;

use redis::{Cmd, ConnectionLike, Value};

use super::data::Module;
use super::data::modules;
use crate::error::{Error, Result};

/// A command to the server whose answer becomes a `T`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// # fn main() -> redgrease::Result<()> {
/// # use redis_test::{MockCmd, MockRedisConnection};
/// # let none = Ok(Vec::<redis::Value>::new());
/// # let answers = [MockCmd::new(redis::cmd("RG.DUMPREGISTRATIONS"), none)];
/// # let mut con = MockRedisConnection::new(answers);
/// let request = requests::dump_registrations();
/// assert_eq!(request.to_string(), "RG.DUMPREGISTRATIONS");
/// let registrations = request.run(&mut con)?;
/// assert_eq!(registrations, []);
/// # Ok(()) }
/// ```
#[must_use = "a request does nothing until it is run on a connection"]
pub struct Request<T> {
    cmd: Cmd,
    name: &'static str,
    /// The argument that names what it is about.
    about: usize,
    decode: Arc<Decode<T>>,
}

type Decode<T> = dyn Fn(Value) -> Result<T> + Send + Sync;

impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        Self {
            cmd: self.cmd.clone(),
            name: self.name,
            about: self.about,
            decode: Arc::clone(&self.decode),
        }
    }
}

impl<T> std::fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("name", &self.name).finish()
    }
}

/// The command as words, with quotes where a word has spaces.
impl<T> std::fmt::Display for Request<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, word) in self.cmd.args_iter().enumerate() {
            let redis::Arg::Simple(bytes) = word else {
                continue;
            };
            let text = String::from_utf8_lossy(bytes);
            let gap = if at == 0 { "" } else { " " };
            if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
                write!(f, "{gap}{text:?}")?;
            } else {
                write!(f, "{gap}{text}")?;
            }
        }
        Ok(())
    }
}

impl<T> Request<T> {
    /// The command `name`, whose answer `decode` reads.
    pub(crate) fn new(
        name: &'static str,
        decode: impl Fn(Value) -> Result<T> + Send + Sync + 'static,
    ) -> Self {
        Self {
            cmd: redis::cmd(name),
            name,
            about: 1,
            decode: Arc::new(decode),
        }
    }

    /// Says which argument names what the command is about; the first one, unless it is said.
    pub(crate) fn about(mut self, place: usize) -> Self {
        self.about = place;
        self
    }

    /// Adds arguments.
    pub(crate) fn arg(mut self, argument: impl redis::ToRedisArgs) -> Self {
        self.cmd.arg(argument);
        self
    }

    /// The request with `f` applied to what it gives.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::client::requests;
    ///
    /// let how_many = requests::dump_registrations().map(|all| all.len());
    /// ```
    pub fn map<U>(self, f: impl Fn(T) -> U + Send + Sync + 'static) -> Request<U>
    where
        T: 'static,
    {
        self.and_then(move |value| Ok(f(value)))
    }

    /// The request with `f` applied to what it gives, which may fail.
    pub fn and_then<U>(self, f: impl Fn(T) -> Result<U> + Send + Sync + 'static) -> Request<U>
    where
        T: 'static,
    {
        let Self {
            cmd,
            name,
            about,
            decode,
        } = self;
        Request {
            cmd,
            name,
            about,
            decode: Arc::new(move |value| decode(value).and_then(&f)),
        }
    }

    /// The command as it will be sent.
    pub fn cmd(&self) -> &Cmd {
        &self.cmd
    }

    /// Sends the command and waits for its answer.
    ///
    /// # Errors
    ///
    /// Every variant of [`Error`]: the connection's, the server's, and
    /// [`Error::Decode`] when the answer has another shape than expected.
    pub fn run(&self, con: &mut (impl ConnectionLike + ?Sized)) -> Result<T> {
        let result = self.read(con.req_command(&self.cmd));
        if !self.is_puzzling(&result) {
            return result;
        }
        let modules = con.req_command(module_list().cmd());
        result.map_err(|error| self.explained(error, modules))
    }

    /// Sends the command and gives its answer when it has come.
    ///
    /// # Errors
    ///
    /// As [`Request::run`].
    #[cfg(feature = "tokio")]
    pub async fn run_async(&self, con: &mut impl redis::aio::ConnectionLike) -> Result<T> {
        let result = self.read(con.req_packed_command(&self.cmd).await);
        if !self.is_puzzling(&result) {
            return result;
        }
        let modules = con.req_packed_command(module_list().cmd()).await;
        result.map_err(|error| self.explained(error, modules))
    }

    /// Reads an answer to the command, whichever way it came: from a pipeline, from a recording.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::client::requests;
    ///
    /// let answer = redis::parse_redis_value(b"+OK\r\n")?;
    /// requests::refresh_cluster().read(Ok(answer))?;
    /// # Ok::<(), redgrease::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Request::run`].
    pub fn read(&self, answer: redis::RedisResult<Value>) -> Result<T> {
        match answer {
            Ok(Value::ServerError(error)) => Err(self.error(error.into())),
            Ok(value) => (self.decode)(value),
            Err(error) => Err(self.error(error)),
        }
    }

    /// Whether the answer is one that the engine does not give, so that the server's modules tell
    /// more.
    fn is_puzzling(&self, result: &Result<T>) -> bool {
        self.name.starts_with("RG.")
            && matches!(result, Err(Error::NoEngine { .. } | Error::Decode { .. }))
    }

    /// The error with what the server's modules tell about it.
    fn explained(&self, error: Error, modules: redis::RedisResult<Value>) -> Error {
        let Ok(modules) = module_list().read(modules) else {
            return error;
        };
        match (modules.iter().find(|module| module.is_engine()), error) {
            (Some(engine), Error::NoEngine { command, .. }) => Error::EngineTooOld {
                command,
                version: engine.version,
            },
            (None, _) => Error::NoEngine {
                command: self.name.to_string(),
                modules: Some(modules),
            },
            (_, error) => error,
        }
    }

    fn error(&self, error: redis::RedisError) -> Error {
        let about = match self.cmd.args_iter().nth(self.about) {
            Some(redis::Arg::Simple(bytes)) => String::from_utf8_lossy(bytes),
            _ => "".into(),
        };
        Error::from_reply(self.name, &about, error)
    }
}

/// `MODULE LIST`: what tells more where the server does not know a command.
pub(super) fn module_list() -> Request<Vec<Module>> {
    Request::new("MODULE", modules).arg("LIST")
}
