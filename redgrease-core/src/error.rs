//! What can go wrong between a program and the Python it runs in a server.

mod python;

use std::path::PathBuf;

use crate::module::{Module, Version};
use redis::{ErrorKind, RedisError, ServerErrorKind};

pub use python::PythonError;

/// The result of everything that talks to a server.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{GearsCommands, RedisGears};
/// use redgrease::Result;
///
/// fn count(con: &mut RedisGears) -> Result<Option<i64>> {
///     con.pyexecute("GB().count().run()")?.decode()?.ok()
/// }
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in one enum for the whole library.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::Error;
///
/// let error = Error::NotRegistered { trigger: "area".into() };
/// assert!(error.is_not_registered());
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The connection failed, or Redis itself refused a command.
    #[error(transparent)]
    Redis(RedisError),

    /// Python raised: a script while it was loaded, or a function while it ran.
    #[error(transparent)]
    Python(PythonError),

    /// A server-side function with this trigger exists already and `replace` was not given.
    #[error(
        "the trigger `{trigger}` is already registered on the server{}; \
         `replace = true` puts the new code in its place, `replace = false` keeps and calls the old one",
        by(.owner.as_deref())
    )]
    DuplicateTrigger {
        /// The name given to `RG.TRIGGER`.
        trigger: String,
        /// Who registered it, as far as its description tells: package, version and place.
        owner: Option<String>,
    },

    /// The call was not over within its deadline. The server stops the function, or has not begun it.
    #[error("`{trigger}`: {message}")]
    Deadline {
        /// The name given to `RG.TRIGGER`.
        trigger: String,
        /// What the server says, with the time that the call had.
        message: String,
    },

    /// A function that runs at events has the name of one that another package registered.
    #[error(
        "`{name}` is already registered on the server{}; \
         `replace = true` puts the new code in its place, `name = \"…\"` lets both be there",
        by(.owner.as_deref())
    )]
    DuplicateName {
        /// The name of the function.
        name: String,
        /// Who registered it: package, version and place.
        owner: Option<String>,
    },

    /// The function on the server takes or gives something else than the one that the program was
    /// built with. It was not called.
    #[error(
        "`{trigger}` is {server} on the server{}, but this program was built for {program}; \
         it was not called. Register the function of this build (`replace = true`), or run the program \
         of that one",
        by(.owner.as_deref())
    )]
    OtherSignature {
        /// The name given to `RG.TRIGGER`.
        trigger: String,
        /// What the function on the server takes and gives.
        server: String,
        /// What the program sends and reads.
        program: String,
        /// Who registered it, as far as that is known: package, version and place.
        owner: Option<String>,
    },

    /// The server knows no function with this trigger.
    #[error("the server has no function with the trigger `{trigger}`; register it first")]
    NotRegistered {
        /// The name given to `RG.TRIGGER`.
        trigger: String,
    },

    /// No engine answers the `RG.*` commands: the server has no module, or another one.
    #[error(
        "the server has no engine that answers `{command}`{} (start it with `--loadmodule \
         libredgrease_engine.so`, or load RedisGears 1.2 with its Python plug-in)",
        listed(.modules.as_deref())
    )]
    NoEngine {
        /// The command that was sent.
        command: String,
        /// The modules that the server has; `None` when it did not say.
        modules: Option<Vec<Module>>,
    },

    /// The server has an engine that does not know the command.
    #[error(
        "the engine of the server, rg {version}, does not know `{command}`: it is too old for it, or \
         its Python plug-in is not loaded"
    )]
    EngineTooOld {
        /// The command that it refused.
        command: String,
        /// The version of the engine.
        version: Version,
    },

    /// The engine refused a command; the text is the server's.
    #[error("{message}")]
    Engine {
        /// What the server answered.
        message: String,
    },

    /// Some shards of a cluster refused a registration; nothing was registered.
    #[error("{} of the cluster's shards refused the registration: {}", .0.len(), .0.join("; "))]
    Shards(Vec<String>),

    /// A text that pip would not take as the name of a package.
    #[error("`{text}` is not a Python package that pip can install: {reason}")]
    InvalidRequirement {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: String,
    },

    /// A gear in a text is wrong, or is another one than was asked for.
    #[cfg(feature = "check")]
    #[error(transparent)]
    GearText(#[from] crate::gear::text::GearTextError),

    /// A script or a list of packages could not be read.
    #[error("{} could not be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },

    /// The server answered something else than the Rust type can take.
    #[error("{what}: expected {expected}, but the server sent {found}")]
    Decode {
        /// Which reply, or which part of it.
        what: String,
        /// What the Rust type takes.
        expected: String,
        /// What came.
        found: String,
    },
}

impl Error {
    /// Whether a function with the same trigger is registered already; also when a raw script
    /// found that out.
    pub fn is_duplicate_trigger(&self) -> bool {
        const REFUSAL: &str = "trigger already registered";
        match self {
            Self::DuplicateTrigger { .. } => true,
            Self::Engine { message } => message.contains(REFUSAL),
            Self::Python(python) => python.exception.contains(REFUSAL),
            Self::Shards(refusals) => refusals.iter().any(|refusal| refusal.contains(REFUSAL)),
            _ => false,
        }
    }

    /// Whether the function on the server is another one than the program was built for.
    pub fn is_other_signature(&self) -> bool {
        matches!(self, Self::OtherSignature { .. })
    }

    /// Whether the server knows no such trigger.
    pub fn is_not_registered(&self) -> bool {
        matches!(self, Self::NotRegistered { .. })
    }

    /// Whether the server has no execution with this ID (any more).
    pub fn is_no_such_execution(&self) -> bool {
        matches!(self, Self::Engine { message } if is_unknown_execution(message))
    }

    /// Whether an execution was asked for its results before its end.
    pub fn is_still_running(&self) -> bool {
        matches!(self, Self::Engine { message } if message == "execution is still running")
    }

    /// Whether Python packages could not be installed.
    pub fn is_requirements_failed(&self) -> bool {
        matches!(self, Self::Engine { message }
            if message.starts_with("Could not satisfy requirements")
                || message.starts_with("Failed installing requirements"))
    }

    /// Whether the call was not over within its deadline.
    pub fn is_deadline(&self) -> bool {
        matches!(self, Self::Deadline { .. })
    }

    /// Whether Python raised.
    pub fn is_python(&self) -> bool {
        matches!(self, Self::Python(_))
    }

    /// Whether the server has no engine, or another module in its place.
    pub fn is_no_engine(&self) -> bool {
        matches!(self, Self::NoEngine { .. })
    }

    /// Whether the server's engine does not have the command (yet).
    pub fn is_engine_too_old(&self) -> bool {
        matches!(self, Self::EngineTooOld { .. })
    }

    /// Whether the answer did not come in time; the command may still run on the server.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Redis(error) if error.is_timeout())
    }

    /// Whether the connection broke; the command may or may not have run.
    pub fn is_connection_lost(&self) -> bool {
        matches!(self, Self::Redis(error) if error.is_connection_dropped() || error.is_io_error())
    }

    /// Sorts an answer of the server to the command `command` into the variants of this enum.
    /// `about` is the argument that names the function, the execution or whatever the command is about.
    pub(crate) fn from_reply(command: &str, about: &str, error: RedisError) -> Self {
        let Some(message) = server_text(&error) else {
            return Self::Redis(error);
        };
        if let ("RG.TRIGGERWITHIN", Some("DEADLINE")) = (command, error.code()) {
            return Self::Deadline {
                trigger: about.to_string(),
                message: error.detail().unwrap_or_default().to_string(),
            };
        }
        if message.ends_with("subcommand not found") && command.starts_with("RG.TRIGGER") {
            return Self::NotRegistered {
                trigger: about.to_string(),
            };
        }
        if message.starts_with("unknown command") {
            return Self::NoEngine {
                command: command.to_string(),
                modules: None,
            };
        }
        if let Some(python) = PythonError::parse(&message) {
            return Self::Python(python);
        }
        Self::Engine { message }
    }

    pub(crate) fn decode(what: &str, expected: &str, found: impl Into<String>) -> Self {
        Self::Decode {
            what: what.to_string(),
            expected: expected.to_string(),
            found: found.into(),
        }
    }
}

impl From<RedisError> for Error {
    fn from(error: RedisError) -> Self {
        Self::from_reply("the command", "", error)
    }
}

/// Whether the server says that it does not have an execution.
pub(crate) fn is_unknown_execution(message: &str) -> bool {
    let words = ["execution plan does not exist", "execution does not exist"];
    words.iter().any(|words| message.starts_with(words))
}

/// Who registered something.
fn by(owner: Option<&str>) -> String {
    owner.map_or_else(String::new, |owner| format!(", by {owner}"))
}

/// What the server has instead of the engine.
fn listed(modules: Option<&[Module]>) -> String {
    match modules {
        None => String::new(),
        Some([]) => ": it has no modules".to_string(),
        Some(modules) => {
            let names: Vec<String> = modules.iter().map(ToString::to_string).collect();
            format!(": it has other modules: {}", names.join(", "))
        }
    }
}

/// The text after `-` of an error reply, or `None` when the error is the connection's or one that
/// Redis itself makes for every command (`LOADING`, `MOVED`, `NOPERM`, …).
fn server_text(error: &RedisError) -> Option<String> {
    match error.kind() {
        ErrorKind::Server(ServerErrorKind::ResponseError) => {
            Some(error.detail().unwrap_or_default().to_string())
        }
        ErrorKind::Extension => Some(joined(error.code()?, error.detail())),
        _ => None,
    }
}

/// The words of an error line that the `redis` crate has split into code and detail.
pub(crate) fn joined(code: &str, detail: Option<&str>) -> String {
    match detail {
        Some(detail) => format!("{code} {detail}"),
        None => code.to_string(),
    }
}
