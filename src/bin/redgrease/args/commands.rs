//! The commands and their options.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use redgrease_core::gear::check::ServerKind;

use super::Format;

/// Look for errors in scripts without sending them anywhere
///
/// Syntax, undefined names, statements in the wrong place, and syntax that is newer than the Python
/// the script is for. A file whose last expression is a gear of redgrease (`KeysReader(…)…`) is
/// checked as such. Exit code 1 when there is an error.
#[derive(Debug, Args)]
#[command(override_usage = "redgrease check [OPTIONS] <PATH>...")]
pub(crate) struct CheckArgs {
    /// Scripts, and directories, which are scanned with all below them; `-` is the input
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Form of the findings
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Python version the scripts are for [default: the newest known]
    #[arg(
        long,
        value_name = "VERSION",
        env = "REDGREASE_PYTHON_VERSION",
        hide_env = true
    )]
    pub(crate) python_version: Option<String>,
    /// Server the scripts are for [default: the engine of this project]
    #[arg(long, value_enum, value_name = "SERVER")]
    pub(crate) server_kind: Option<ServerArg>,
    /// Let warnings fail too
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// Say of each callback whether it runs inside the server, without Python, and what is in the way of the others; fail if
    /// one does not
    #[arg(long)]
    pub(crate) native: bool,
}

/// A server for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ServerArg {
    /// The engine of this project
    Engine,
    /// RedisGears 1.2
    Original,
}

impl From<ServerArg> for ServerKind {
    fn from(server: ServerArg) -> Self {
        match server {
            ServerArg::Engine => Self::Engine,
            ServerArg::Original => Self::Original,
        }
    }
}

/// Run a script, or a gear expression, and print its results
///
/// Results go to the output, one in a line; errors of single records to the error output, then the
/// exit code is 1. Ctrl-C aborts the execution in the server.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// A script; `-` is the input
    #[arg(value_name = "FILE", required_unless_present = "expression")]
    pub(crate) file: Option<PathBuf>,
    /// A gear or a script in place of a file, such as "KeysReader('user:*').count()"
    #[arg(short, long, value_name = "PYTHON", conflicts_with = "file")]
    pub(crate) expression: Option<String>,
    /// A package that the script needs, as for pip; may be given more than once
    #[arg(short, long, value_name = "SPEC")]
    pub(crate) requirement: Vec<String>,
    /// Print the ID of the execution and do not wait for its end
    #[arg(short, long)]
    pub(crate) unblocking: bool,
    /// Name of the session
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Take the place of the session of that name
    #[arg(long, requires = "id")]
    pub(crate) upgrade: bool,
    /// Python version the script is checked for [default: the newest known]
    #[arg(
        long,
        value_name = "VERSION",
        env = "REDGREASE_PYTHON_VERSION",
        hide_env = true
    )]
    pub(crate) python_version: Option<String>,
    /// Send the script without checking it first
    #[arg(long)]
    pub(crate) no_check: bool,
    /// Form of the results
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Call a registered function and print what it returns
#[derive(Debug, Args)]
#[command(override_usage = "redgrease trigger [OPTIONS] <NAME> [ARGS]...")]
pub(crate) struct TriggerArgs {
    /// Name of the trigger
    pub(crate) name: String,
    /// Arguments of the function; behind `--` also those that look like options of this tool
    #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
    pub(crate) args: Vec<String>,
    /// Send it to the node of a cluster that has the key which is the first argument
    #[arg(long)]
    pub(crate) on_key: bool,
    /// Form of the results
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// List what is in the server
///
/// On a terminal a table is as wide as that: long texts are cut, then columns left out. `--format
/// json` has everything, with the server's own names.
#[derive(Debug, Args)]
pub(crate) struct LsArgs {
    /// What to list [default: registrations; failures with --failed]
    #[arg(value_enum, hide_default_value = true)]
    pub(crate) what: Option<Listing>,
    /// List only what has failed; alone, the last failures
    #[arg(long)]
    pub(crate) failed: bool,
    /// Sort by a column, such as runs or avg-ms: numbers and ages with the largest first
    #[arg(long, value_name = "COLUMN")]
    pub(crate) sort: Option<String>,
    /// The other way round
    #[arg(short, long)]
    pub(crate) reverse: bool,
    /// List no more than so many; 0 is no limit [default: 20 executions, all of the rest]
    #[arg(short = 'n', long, value_name = "NUMBER")]
    pub(crate) limit: Option<usize>,
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What `ls` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Listing {
    /// Functions that wait for events
    #[default]
    #[value(alias = "regs")]
    Registrations,
    /// Executions that the server remembers
    #[value(alias = "execs")]
    Executions,
    /// The last failures, the newest first
    #[value(alias = "errors")]
    Failures,
    /// Scripts that were sent, with their registrations
    Sessions,
    /// Python packages that were installed
    #[value(alias = "reqs")]
    Requirements,
    /// Script files that were loaded with this tool
    Scripts,
    /// Nodes of the cluster
    Cluster,
    /// Memory of Python
    Stats,
}

/// Remove registrations, or forget executions
#[derive(Debug, Args)]
#[command(override_usage = "redgrease rm [OPTIONS] [NAME]...")]
pub(crate) struct RmArgs {
    /// Registration (ID, or the number at its end), session, or what the list shows under FOR
    #[arg(value_name = "NAME", required_unless_present = "all")]
    pub(crate) names: Vec<String>,
    /// Everything
    #[arg(long, conflicts_with = "names")]
    pub(crate) all: bool,
    /// Forget executions that have ended instead
    #[arg(short, long)]
    pub(crate) executions: bool,
    /// Also abort the executions of the registration that wait for their turn
    #[arg(long, conflicts_with = "executions")]
    pub(crate) abort_pending: bool,
}

/// Stop executions
#[derive(Debug, Args)]
#[command(override_usage = "redgrease abort [OPTIONS] [ID]...")]
pub(crate) struct AbortArgs {
    /// Execution (ID, or the number at its end)
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(crate) ids: Vec<String>,
    /// Every execution that has not ended
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
}

/// Which stream registrations.
#[derive(Debug, Args)]
pub(crate) struct PauseArgs {
    /// Registration (ID, or the number at its end), session, or its stream
    #[arg(value_name = "NAME", required_unless_present = "all")]
    pub(crate) names: Vec<String>,
    /// Every stream registration
    #[arg(long, conflicts_with = "names")]
    pub(crate) all: bool,
}

/// Read and change the engine's configuration
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) action: ConfigAction,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigAction {
    /// Print values
    Get {
        /// Names; all that are known without any
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Form of the values
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Change a value until the server is restarted
    Set {
        /// Name
        name: String,
        /// Value
        value: String,
    },
}

/// Watch executions, rates, errors and lag, live
#[derive(Debug, Args)]
pub(crate) struct TopArgs {
    /// Seconds between two looks
    #[arg(short, long, default_value_t = 2.0, value_name = "SECONDS")]
    pub(crate) interval: f64,
    /// End after so many looks
    #[arg(short = 'n', long, value_name = "NUMBER")]
    pub(crate) count: Option<u64>,
}

/// Write the Rust program that does what a script of RedisGears or redgrease does
///
/// Functions of events become `#[keys_reader]` and `#[stream_reader]`, those that clients call
/// `#[command]` where the type of their answers is certain, other registrations `gear!`; the Python stays
/// as it was. A script whose parts share something, and one that runs, is sent in one piece, and that
/// is said.
#[derive(Debug, Args)]
#[command(override_usage = "redgrease migrate [OPTIONS] <FILE>")]
pub(crate) struct MigrateArgs {
    /// The script; `-` is the input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Write the program here, and not to the output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Python version the script is for [default: the newest known]
    #[arg(
        long,
        value_name = "VERSION",
        env = "REDGREASE_PYTHON_VERSION",
        hide_env = true
    )]
    pub(crate) python_version: Option<String>,
}

/// Print what the engine counts in the form of OpenMetrics, or answer with it
///
/// Runs, failures, durations, queues, the lag of streams, workers and their memory. Prometheus and its
/// kin fetch it from http://ADDRESS/metrics.
#[derive(Debug, Args)]
pub(crate) struct MetricsArgs {
    /// Answer at this address, or port of this machine, until Ctrl-C
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,
}

/// Look whether functions run on a server
///
/// Exit code 0 when all is well, 1 when something is not, 3 when no server with the engine answers.
#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// Longest lag of a stream that is well
    #[arg(long, value_name = "SECONDS")]
    pub(crate) max_lag: Option<f64>,
    /// How many executions of a registration may wait
    #[arg(long, value_name = "NUMBER")]
    pub(crate) max_queued: Option<u64>,
    /// Form of the findings
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Start a server with the engine, for development
///
/// A private redis-server on 127.0.0.1, or a cluster of them. The addresses are printed; Ctrl-C stops all of it. Without
/// --dir nothing is kept.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Start a cluster of so many servers; with --port, on that port and the ones behind it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) cluster: Option<u16>,
    /// Keep data, log and Python environments here
    #[arg(long, value_name = "PATH")]
    pub(crate) dir: Option<PathBuf>,
    /// Python that runs the functions
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// An argument of the engine; may be given more than once
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) engine_arg: Vec<String>,
}

/// Find the engine, say how to load it, and what is missing on this machine
///
/// This program carries the engine, a module that servers load. It is written to the user's cache
/// when it is first needed; REDGREASE_ENGINE names another one.
#[derive(Debug, Args)]
pub(crate) struct EngineArgs {
    #[command(subcommand)]
    pub(crate) action: EngineAction,
}

/// What to say about the engine.
#[derive(Debug, Subcommand)]
pub(crate) enum EngineAction {
    /// Print the path of the module file
    Path,
    /// Print the lines for redis.conf and the command to load the module
    Info,
    /// Write the module to where a server can load it, and print the line for redis.conf
    Install {
        /// Where; by default /usr/lib/redis/modules if that exists, else
        /// /usr/local/lib/redis/modules
        #[arg(value_name = "DIRECTORY")]
        dir: Option<PathBuf>,
    },
    /// Look at each part that is needed, with a remedy for what is missing
    Doctor,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Print the manual page, or write all of them into a directory
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write one file for each command here
    #[arg(value_name = "DIRECTORY")]
    pub(crate) dir: Option<PathBuf>,
}

/// Print the names that a word on the command line may become, for completions
#[derive(Debug, Args)]
pub(crate) struct NamesArgs {
    /// What is named
    #[arg(value_enum)]
    pub(crate) kind: Kind,
    /// The words of the command line
    #[arg(last = true)]
    pub(crate) words: Vec<String>,
}

/// What a word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Triggers,
    Registrations,
    Streams,
    Executions,
    Settings,
}
