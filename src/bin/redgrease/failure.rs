//! Why the tool ends without having done its work, and the exit code that says so.

use std::fmt;
use std::io;
use std::path::Path;

use redgrease::Error;

/// The result of everything the tool does.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// The exit codes; `0` is success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Something was found or refused: a broken script, an exception in Python, an unknown name.
    Failed = 1,
    /// The command line, the environment or the configuration is not right.
    Usage = 2,
    /// No server answers, it lets nobody in, or it has no engine.
    Server = 3,
    /// Stopped by Ctrl-C before the end.
    Interrupted = 130,
}

/// What is printed before the tool ends.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// Empty when everything has been said already.
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// A command that the server does not know.
    pub(crate) unknown: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            help: None,
            unknown: None,
        }
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Ends the tool without a further word.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self::new(exit, "")
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A file or directory that could not be used.
    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        let what = match error.kind() {
            io::ErrorKind::NotFound => "no such file or directory".to_string(),
            io::ErrorKind::PermissionDenied => "permission denied".to_string(),
            io::ErrorKind::InvalidData => "it is not UTF-8 text".to_string(),
            _ => error.to_string(),
        };
        Self::failed(format!("{}: {what}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::NoEngine { command, .. } | Error::EngineTooOld { command, .. } => Self {
                unknown: Some(command.clone()),
                ..Self::new(
                    Exit::Server,
                    format!("the server does not know `{command}`"),
                )
            },
            Error::Redis(redis) => refused(redis).unwrap_or_else(|| {
                Self::new(Exit::Server, format!("the server failed: {}", plain(redis)))
            }),
            Error::Engine { message } => Self::failed(format!("the server refused: {message}")),
            Error::Python(python) => Self::failed(format!("Python raised: {python}")),
            other => Self::failed(other.to_string()),
        }
    }
}

impl From<redis::RedisError> for Failure {
    fn from(error: redis::RedisError) -> Self {
        refused(&error).unwrap_or_else(|| Error::from(error).into())
    }
}

/// A server that lets the user not in, or not do this.
fn refused(error: &redis::RedisError) -> Option<Failure> {
    let code = error.code().unwrap_or_default();
    let failure = |message: &str, help: &str| Some(Failure::new(Exit::Server, message).help(help));
    if code == "NOAUTH" {
        return failure(
            "the server wants a password",
            "put it into REDGREASE_PASSWORD, or write `--server redis://user:password@host:port/`",
        );
    }
    if code == "WRONGPASS" || error.kind() == redis::ErrorKind::AuthenticationFailed {
        return failure(
            "the server refuses the user name or the password",
            "they come from --server, --user, --password, REDGREASE_USER and REDGREASE_PASSWORD",
        );
    }
    if code == "NOPERM" {
        return failure(
            &format!("the server does not allow this: {}", plain(error)),
            "the user needs the commands RG.* and, for the index of scripts, HSET, HGETALL, DEL and SCAN",
        );
    }
    if code == "LOADING" {
        return failure(
            "the server is still loading its data",
            "try again when it has ended",
        );
    }
    None
}

/// The words of the server or the system, without the kinds that the `redis` crate puts before.
pub(crate) fn plain(error: &redis::RedisError) -> String {
    match (error.code(), error.detail()) {
        (_, Some(detail)) => detail.trim().to_string(),
        (Some(code), None) => code.to_string(),
        (None, None) => error.to_string(),
    }
}
