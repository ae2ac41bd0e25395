//! Why there is no interpreter, environment or wheel.

use std::fmt;
use std::path::PathBuf;

/// What pip and `venv` cannot do is told with the words of the original.
const UNSATISFIED: &str = "Could not satisfy requirements";

/// Why there is no interpreter, environment or wheel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The interpreter cannot be used, and what to do.
    Interpreter(String),
    /// A program that installs packages failed, and what it said last.
    Program { name: &'static str, said: String },
    /// A program that installs packages cannot be started.
    Start { name: &'static str, cause: String },
    /// A file or a directory does not do what it has to: what is not possible, such as `be read`.
    File {
        path: PathBuf,
        cannot: &'static str,
        cause: String,
    },
    /// The wheels of a requirement are not where they are kept.
    NoWheels { requirement: String, shelf: PathBuf },
    /// What came in the place of wheels is something else, or damaged.
    NotWheels,
    /// Somebody removed the environment.
    Removed,
    /// The system gives no thread.
    NoThread(String),
    /// The engine itself failed.
    Defect,
}

impl Failure {
    /// Something that cannot be done with a file.
    pub(crate) fn file(
        path: impl Into<PathBuf>,
        cannot: &'static str,
    ) -> impl Fn(std::io::Error) -> Self {
        let path = path.into();
        move |cause| Self::File {
            path: path.clone(),
            cannot,
            cause: cause.to_string(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interpreter(text) => formatter.write_str(text),
            Self::Program { name, said } => {
                write!(formatter, "{UNSATISFIED} ({name} failed: {said})")
            }
            Self::Start { name, cause } => {
                write!(
                    formatter,
                    "{UNSATISFIED} ({name} cannot be started: {cause})"
                )
            }
            Self::File {
                path,
                cannot,
                cause,
            } => write!(formatter, "{} cannot {cannot}: {cause}", path.display()),
            Self::NoWheels { requirement, shelf } => write!(
                formatter,
                "the wheels of {requirement} are not in {}",
                shelf.display()
            ),
            Self::NotWheels => {
                formatter.write_str("Bad serialization format on reading requirement name")
            }
            Self::Removed => formatter
                .write_str("the Python environment was removed as soon as it was made; try again"),
            Self::NoThread(cause) => {
                write!(formatter, "no thread for a Python environment: {cause}")
            }
            Self::Defect => formatter.write_str("a defect of the engine: its log says more"),
        }
    }
}
