//! The default job: load what is found, then watch if that is wanted.

use crate::args::LoadArgs;
use crate::config::{Layers, LoadSettings};
use crate::failure::{Exit, Failure, Result};
use crate::interrupt;
use crate::loader::{Loaded, Loader};
use crate::progress::Progress;
use crate::scan::{Files, Sources};
use crate::server::Server;
use crate::terminal::{Terminal, count};
use crate::watch::Watch;

/// Loads scripts and requirement files.
pub(crate) fn run(
    args: &LoadArgs,
    server: &Server,
    layers: &Layers,
    terminal: Terminal,
) -> Result<()> {
    if let Some(path) = &args.log_config {
        return Err(Failure::usage(format!(
            "--log-config {}: it configures the logging of Python, which this tool does not have",
            path.display()
        ))
        .help("--quiet and --verbose set how much is said; `2>> FILE` sends it to a file"));
    }
    let settings = layers.load(args)?;
    let sources = sources(&settings)?;
    let files = sources.scan()?;
    if files.scripts.is_empty() && files.requirements.is_empty() && settings.watch.is_none() {
        return Err(nothing(&settings));
    }
    let con = server.connect()?;
    interrupt::listen()?;
    let mut loader = Loader::new(con, &settings, &sources, terminal);
    // watching begins before the first scan's files are loaded, so that no change is missed
    let watch = match settings.watch {
        Some(quiet) => Some(Watch::start(&sources, quiet)?),
        None => None,
    };
    loader.prune()?;
    let failed = load_all(&mut loader, &files, terminal)?;
    match watch {
        Some(watch) => watch.follow(&mut loader, server, terminal),
        None if interrupt::requested() => Err(Failure::silent(Exit::Interrupted)),
        None if failed > 0 => Err(Failure::silent(Exit::Failed)),
        None => Ok(()),
    }
}

fn sources(settings: &LoadSettings) -> Result<Sources> {
    Sources::new(
        &settings.paths,
        settings.recursive,
        settings.script_pattern.clone(),
        settings.requirements_pattern.clone(),
        settings.ignore.clone(),
    )
}

fn nothing(settings: &LoadSettings) -> Failure {
    let paths: Vec<String> = settings
        .paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let failure = Failure::failed(format!(
        "no scripts ({}) and no requirement files ({}) in {}",
        settings.script_pattern,
        settings.requirements_pattern,
        paths.join(", ")
    ));
    if settings.recursive {
        failure
    } else {
        failure.help("--recursive looks into sub-directories too")
    }
}

/// Loads all files, requirement files first; gives the number of those that failed.
fn load_all(loader: &mut Loader<'_>, files: &Files, terminal: Terminal) -> Result<usize> {
    let mut failed = 0;
    for path in &files.requirements {
        if let Err(failure) = loader.read_requirements(path) {
            terminal.error(&failure);
            failed += 1;
        }
    }
    let mut done = 0;
    for path in &files.scripts {
        if interrupt::requested() {
            break;
        }
        loader.progress = Progress {
            done,
            total: files.scripts.len(),
        };
        done += 1;
        if loader.load(path)? == Loaded::No {
            failed += 1;
        }
    }
    loader.progress = Progress::default();
    if files.scripts.is_empty() && !files.requirements.is_empty() {
        loader.install_all()?;
    }
    let left = files.scripts.len() - done;
    if left > 0 {
        terminal.warning(format_args!(
            "stopped; {} not loaded",
            count(left, "script")
        ));
    } else if failed > 0 {
        let total = files.scripts.len() + files.requirements.len();
        terminal.failed(
            "Failed",
            format_args!("{failed} of {}", count(total, "file")),
        );
    }
    Ok(failed)
}
