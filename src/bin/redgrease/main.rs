//! The command line tool `redgrease`: load, check, run and watch Python gear scripts.

mod args;
mod changes;
mod check;
mod config;
mod doctor;
mod engine;
mod execution;
mod failure;
mod generate;
mod health;
mod index;
mod info;
mod interrupt;
mod list;
mod load;
mod loader;
mod manage;
mod metrics;
mod migrate;
mod mirror;
mod module;
mod names;
mod packages;
mod progress;
mod replace;
mod report;
mod requirements;
mod roots;
mod run;
mod scan;
mod script;
mod serve;
mod server;
mod settings;
mod table;
mod terminal;
mod top;
mod value;
mod version;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Cli, Command, LoadArgs};
use config::Layers;
use failure::{Failure, Result};
use server::Server;
use terminal::Terminal;

fn main() -> ExitCode {
    quiet_panics();
    let cli = Cli::parse_from(args::arranged(std::env::args_os().collect()));
    let terminal = Terminal::new(&cli.output);
    let done = run(&cli, terminal);
    terminal::restore();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.error(&failure);
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn run(cli: &Cli, terminal: Terminal) -> Result<()> {
    let Some(command) = &cli.command else {
        return load(cli, &cli.load, terminal);
    };
    if !cli.load.paths.is_empty() {
        return Err(
            Failure::usage("a command and paths to load do not go together")
                .help("a directory with the name of a command is written ./name"),
        );
    }
    match command {
        Command::Load(args) => return load(cli, args, terminal),
        Command::Watch(args) => return load(cli, &watching(args), terminal),
        Command::Serve(args) => return serve::run(args, cli.server.port, terminal),
        Command::Completions(args) => return generate::completions(args, terminal),
        Command::Man(args) => return generate::man(args, terminal),
        _ => {}
    }
    let layers = Layers::read(&cli.server, false, terminal)?;
    if let Command::Check(args) = command {
        return check::run(args, layers.python(&args.python_version)?, terminal);
    }
    if let Command::Migrate(args) = command {
        return migrate::run(args, layers.python(&args.python_version)?, terminal);
    }
    let server = Server::new(&layers.server(&cli.server)?)?;
    let done = match command {
        Command::Run(args) => {
            let python = layers.python(&args.python_version)?;
            run::run(args, python, &server, terminal)
        }
        Command::Trigger(args) => run::trigger(args, &server, terminal),
        Command::Ls(args) => list::run(
            args,
            &server,
            &layers.load(&cli.load)?.index_prefix,
            terminal,
        ),
        Command::Rm(args) => manage::rm(args, &server, terminal),
        Command::Abort(args) => manage::abort(args, &server, terminal),
        Command::Pause(args) => manage::pause(args, false, &server, terminal),
        Command::Resume(args) => manage::pause(args, true, &server, terminal),
        Command::Config(args) => settings::run(args, &server, terminal),
        Command::Top(args) => top::run(args, &server, terminal),
        Command::Metrics(args) => metrics::run(args, &server, terminal),
        Command::Health(args) => health::run(args, &server, terminal),
        Command::Engine(args) => engine::run(args, &server, terminal),
        Command::Names(args) => names::run(args, &layers, &cli.server, terminal),
        Command::Load(_)
        | Command::Watch(_)
        | Command::Check(_)
        | Command::Migrate(_)
        | Command::Serve(_)
        | Command::Completions(_)
        | Command::Man(_) => Ok(()),
    };
    done.map_err(|failure| server.explain(failure))
}

/// `watch` is `load` that goes on.
fn watching(args: &LoadArgs) -> LoadArgs {
    let mut args = args.clone();
    args.watch.get_or_insert_with(|| "5".to_string());
    args
}

/// The job without a command, and that of `load`.
fn load(cli: &Cli, args: &LoadArgs, terminal: Terminal) -> Result<()> {
    if args.paths.is_empty() {
        return Err(
            Failure::usage("no paths to load were given").help("`redgrease --help` says more")
        );
    }
    let layers = Layers::read(&cli.server, true, terminal)?;
    let server = Server::new(&layers.server(&cli.server)?)?;
    load::run(args, &server, &layers, terminal)
        .map_err(|failure| server.explain(failure))
        .map_err(|failure| misspelt_command(&args.paths, failure))
}

/// A word that is no path may have been meant as a command.
fn misspelt_command(paths: &[PathBuf], failure: Failure) -> Failure {
    let Some(word) = paths.iter().find(|path| !path.exists()) else {
        return failure;
    };
    let commands = Cli::command();
    let names = commands.get_subcommands().map(clap::Command::get_name);
    match redgrease_core::suggest::nearest(&word.to_string_lossy(), names) {
        Some(meant) => failure.help(format!("did you mean the command `{meant}`?")),
        None => failure,
    }
}

/// A fault of this program is said in one line, without the words that are for its programmers.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let text = info.payload();
        let text = text
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| text.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!(
                "error: this is a fault of redgrease itself: {text} ({place})\n  help: please report it at {}\n",
                env!("CARGO_PKG_REPOSITORY")
            ),
        );
    }));
}
