//! The command line.

mod commands;
mod words;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use commands::{
    AbortArgs, CheckArgs, CompletionsArgs, ConfigAction, ConfigArgs, EngineAction, EngineArgs,
    HealthArgs, Kind, Listing, LsArgs, ManArgs, MetricsArgs, MigrateArgs, NamesArgs, PauseArgs,
    RmArgs, RunArgs, ServeArgs, TopArgs, TriggerArgs,
};
pub(crate) use words::{arranged, value_in};

const ABOUT: &str = "Load, check, run and watch Python gear scripts on a Redis server";

const LONG_ABOUT: &str = "\
Load, check, run and watch Python gear scripts on a Redis server.

Without a command it loads: every PATH is scanned for scripts and requirement files, the packages \
are installed, the scripts are checked and run in the server. What a script registers takes the \
place of what it had registered before. With --watch it goes on and follows every change.";

const AFTER_LONG_HELP: &str = "\
Options can also be given in the environment (REDGREASE_ and the long name, such as \
REDGREASE_INDEX_PREFIX) and in a configuration file of lines `name = value`: the file of --config, \
else ./redgrease.conf and /etc/redgrease/conf.d/*.conf. The command line goes before the \
environment, the environment before the file. For loading, the short names of the environment that \
the Python package has (SERVER, PORT, RECURSIVE, …) count too.

Exit codes: 0 done · 1 a script is broken, Python raised, or a name is unknown · 2 wrong usage · \
3 no server, no way in, or no engine · 130 stopped by Ctrl-C.

Examples:
  redgrease serve                                  a server to try things on
  redgrease scripts/                               load all scripts of a directory
  redgrease watch -r scripts/                      load, then follow changes
  redgrease check scripts/                         only look for errors
  redgrease run -e \"KeysReader('user:*').count()\"  run a gear and print its result
  redgrease ls                                     what is registered
  redgrease --server rediss://me:secret@db:6380/ ls";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "redgrease",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_long_help = AFTER_LONG_HELP,
    after_help = "`--help` says more, with examples.",
    override_usage = "redgrease [OPTIONS] PATH...\n       redgrease [OPTIONS] COMMAND ...",
    disable_help_subcommand = true,
    subcommand_precedence_over_arg = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Which server.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServerArgs {
    /// Host name, host:port, or a whole address: redis://, rediss:// (TLS), unix:// [default:
    /// localhost; `redis` without a value]
    #[arg(short, long, global = true, value_name = "HOST|URL", num_args = 0..=1,
          default_missing_value = "redis", env = "REDGREASE_SERVER", hide_env = true)]
    pub(crate) server: Option<String>,
    /// Port number [default: 6379]
    #[arg(short, long, global = true, env = "REDGREASE_PORT", hide_env = true)]
    pub(crate) port: Option<u16>,
    /// User name, when the address has none
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "REDGREASE_USER",
        hide_env = true
    )]
    pub(crate) user: Option<String>,
    /// Password, when the address has none; better given in the environment
    #[arg(long, global = true, env = "REDGREASE_PASSWORD", hide_env = true)]
    pub(crate) password: Option<String>,
    /// Configuration file
    #[arg(
        short,
        long,
        global = true,
        value_name = "PATH",
        env = "REDGREASE_CONFIG_FILE",
        hide_env = true
    )]
    pub(crate) config: Option<PathBuf>,
}

/// What is printed.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Print errors and results only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print more
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    Always,
    Never,
}

/// Form of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
}

/// What to load; the rest of the settings can come from elsewhere.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Loading")]
pub(crate) struct LoadArgs {
    /// Scripts, requirement files, and directories that hold them
    #[arg(value_name = "PATH", help_heading = "Arguments")]
    pub(crate) paths: Vec<PathBuf>,
    /// Look into sub-directories too
    #[arg(short, long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", env = "REDGREASE_RECURSIVE", hide_env = true)]
    pub(crate) recursive: Option<String>,
    /// Keep running and reload what changes, once a file was left alone for SECONDS [5 without a
    /// value]
    #[arg(short, long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "5",
          env = "REDGREASE_WATCH", hide_env = true)]
    pub(crate) watch: Option<String>,
    /// Leave files and directories out whose name, or path below PATH, matches; may be given more
    /// than once [default: _*]
    #[arg(
        short,
        long,
        value_name = "GLOB",
        env = "REDGREASE_IGNORE",
        hide_env = true,
        value_delimiter = ','
    )]
    pub(crate) ignore: Vec<String>,
    /// Names of scripts in directories [default: *.py]
    #[arg(
        long,
        value_name = "GLOB",
        env = "REDGREASE_SCRIPT_PATTERN",
        hide_env = true
    )]
    pub(crate) script_pattern: Option<String>,
    /// Names of requirement files [default: *requirements*.txt]
    #[arg(
        long,
        value_name = "GLOB",
        env = "REDGREASE_REQUIREMENTS_PATTERN",
        hide_env = true
    )]
    pub(crate) requirements_pattern: Option<String>,
    /// Do not wait for the results of scripts in whose path this is found [default: unblock]
    #[arg(
        long,
        value_name = "REGEX",
        env = "REDGREASE_UNBLOCKING_PATTERN",
        hide_env = true
    )]
    pub(crate) unblocking_pattern: Option<String>,
    /// Beginning of the keys in Redis that say what each script has registered [default:
    /// /redgrease/scripts]
    #[arg(
        long,
        value_name = "PREFIX",
        env = "REDGREASE_INDEX_PREFIX",
        hide_env = true
    )]
    pub(crate) index_prefix: Option<String>,
    /// Python version the scripts are checked for [default: the newest known]
    #[arg(
        long,
        value_name = "VERSION",
        env = "REDGREASE_PYTHON_VERSION",
        hide_env = true
    )]
    pub(crate) python_version: Option<String>,
    /// Send scripts without checking them first
    #[arg(long)]
    pub(crate) no_check: bool,
    /// Also remove what scripts have registered that were loaded from these directories on other
    /// machines and are gone
    #[arg(long)]
    pub(crate) prune: bool,
    /// Refused: it configured the logging of Python
    #[arg(short, long, value_name = "PATH", hide = true)]
    pub(crate) log_config: Option<PathBuf>,
}

/// Everything but loading.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load scripts, as without a command
    Load(LoadArgs),
    /// Load scripts and follow every change, as with --watch
    Watch(LoadArgs),
    Check(CheckArgs),
    Migrate(MigrateArgs),
    Run(RunArgs),
    Trigger(TriggerArgs),
    Ls(LsArgs),
    Rm(RmArgs),
    Abort(AbortArgs),
    /// Hold stream registrations: events wait
    Pause(PauseArgs),
    /// Let held stream registrations go on
    Resume(PauseArgs),
    Config(ConfigArgs),
    Top(TopArgs),
    Metrics(MetricsArgs),
    Health(HealthArgs),
    Serve(ServeArgs),
    Engine(EngineArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
    #[command(hide = true)]
    Names(NamesArgs),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Cli {
        let args = line.split(' ').map(Into::into).collect();
        Cli::try_parse_from(arranged(args)).unwrap()
    }

    #[test]
    fn the_definition_is_consistent() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_path_after_watch_is_no_number_of_seconds() {
        let cli = parse("redgrease -w scripts");
        assert_eq!(cli.load.watch.as_deref(), Some("5"));
        assert_eq!(cli.load.paths, [PathBuf::from("scripts")]);
        let cli = parse("redgrease --watch 0.5 scripts");
        assert_eq!(cli.load.watch.as_deref(), Some("0.5"));
        let cli = parse("redgrease trigger f -w x");
        let Some(Command::Trigger(args)) = cli.command else {
            panic!("no trigger");
        };
        assert_eq!(args.args, ["-w", "x"]);
        let cli = parse("redgrease scripts -w");
        assert_eq!(cli.load.watch.as_deref(), Some("5"));
    }

    #[test]
    fn the_server_stands_before_or_behind_the_command() {
        for line in ["redgrease --server db ls", "redgrease ls --server db"] {
            let cli = parse(line);
            assert_eq!(cli.server.server.as_deref(), Some("db"), "{line}");
            assert!(matches!(cli.command, Some(Command::Ls(_))), "{line}");
        }
    }

    #[test]
    fn arguments_of_a_function_may_begin_with_a_hyphen() {
        let cli = parse("redgrease trigger add -1 --two");
        let Some(Command::Trigger(args)) = cli.command else {
            panic!("no trigger");
        };
        assert_eq!(args.args, ["-1", "--two"]);
    }

    #[test]
    fn options_stand_anywhere() {
        for line in [
            "redgrease trigger f 1 --format json -p 7",
            "redgrease --format json trigger -p 7 f 1",
            "redgrease -p 7 trigger f --format=json 1",
        ] {
            let cli = parse(line);
            assert_eq!(cli.server.port, Some(7), "{line}");
            let Some(Command::Trigger(args)) = cli.command else {
                panic!("{line}: no trigger");
            };
            assert_eq!(
                (args.format, &args.args[..]),
                (Format::Json, &["1".to_string()][..])
            );
        }
        let cli = parse("redgrease trigger f -- --format json");
        let Some(Command::Trigger(args)) = cli.command else {
            panic!("no trigger");
        };
        assert_eq!(args.args, ["--format", "json"]);
        for line in [
            "redgrease --format json ls -n 3 executions",
            "redgrease -n 3 ls executions --format json",
        ] {
            let Some(Command::Ls(args)) = parse(line).command else {
                panic!("{line}: no ls");
            };
            assert_eq!((args.format, args.limit), (Format::Json, Some(3)), "{line}");
        }
        let cli = parse("redgrease --format json config get -p 7");
        assert_eq!(cli.server.port, Some(7));
    }

    #[test]
    fn loading_and_watching_are_words_too() {
        let cli = parse("redgrease -r watch scripts -p 7");
        let Some(Command::Watch(args)) = cli.command else {
            panic!("no watch");
        };
        assert_eq!(args.paths, [PathBuf::from("scripts")]);
        assert_eq!(args.recursive.as_deref(), Some("true"));
        let Some(Command::Watch(args)) = parse("redgrease watch -w 0.5 scripts").command else {
            panic!("no watch");
        };
        assert_eq!(args.watch.as_deref(), Some("0.5"));
        let Some(Command::Load(args)) = parse("redgrease load -w scripts").command else {
            panic!("no load");
        };
        assert_eq!(args.watch.as_deref(), Some("5"));
    }
}
