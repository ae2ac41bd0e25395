//! `redgrease engine`: where the module file is, and how to load it into a server.

use std::path::{Path, PathBuf};

use redgrease::embedded;

use crate::args::{EngineAction, EngineArgs};
use crate::doctor;
use crate::failure::Result;
use crate::module;
use crate::serve::not_started;
use crate::server::Server;
use crate::terminal::Terminal;

/// Where packages of Redis keep their modules, and the administrator's place when there are none.
const PLACES: [&str; 2] = ["/usr/lib/redis/modules", "/usr/local/lib/redis/modules"];

/// Says what is asked about the engine.
pub(crate) fn run(args: &EngineArgs, server: &Server, terminal: Terminal) -> Result<()> {
    match &args.action {
        EngineAction::Path => terminal.print(module::path()?.display()),
        EngineAction::Info => info(terminal),
        EngineAction::Install { dir } => install(dir.as_deref(), terminal),
        EngineAction::Doctor => doctor::run(server, terminal),
    }
}

fn info(terminal: Terminal) -> Result<()> {
    let engine = module::path()?;
    let python = python()?;
    let version = env!("CARGO_PKG_VERSION");
    let load = load(&engine, &python);
    terminal.print(format_args!(
        "module   {}\n\
         version  {version}, commands of RedisGears 1.2\n\
         python   {}\n\
         \n\
         in redis.conf:\n\
         \n    loadmodule {load}\n\
         \n\
         on the command line:\n\
         \n    redis-server --loadmodule {load}\n\
         \n\
         into a running server (needs `enable-module-command yes`):\n\
         \n    redis-cli MODULE LOAD {load}\n\
         \n\
         A server that runs as another user needs both where it may read them:\n\
         `redgrease engine install [DIRECTORY]` puts the module there.",
        engine.display(),
        python.display(),
    ))
}

fn install(dir: Option<&Path>, terminal: Terminal) -> Result<()> {
    let dir = dir.map_or_else(usual_place, Path::to_path_buf);
    let file = module::install(&dir)?;
    terminal.status("Installed", file.display());
    let load = load(&file, &python()?);
    terminal.print(format_args!("loadmodule {load}"))?;
    terminal.status(
        "Next",
        "put this line into redis.conf and start the server again",
    );
    Ok(())
}

fn usual_place() -> PathBuf {
    let places = PLACES.map(PathBuf::from);
    let there = places.iter().find(|place| place.is_dir()).cloned();
    there.unwrap_or_else(|| PathBuf::from(PLACES[1]))
}

fn python() -> Result<PathBuf> {
    embedded::python().map_err(not_started)
}

/// The arguments that load the module.
fn load(engine: &Path, python: &Path) -> String {
    format!("{} PythonExecutable {}", engine.display(), python.display())
}
