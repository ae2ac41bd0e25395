//! Loading the module into a server.

use std::ffi::c_int;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::clock;
use crate::cluster;
use crate::commands::cluster::answer_tests;
use crate::commands::executions::answer_shards;
use crate::commands::info::InfoSections;
use crate::event;
use crate::event::keys::Keys;
use crate::event::stream::{self, Streams};
use crate::event::timer::TimeEvent;
use crate::execution::executor;
use crate::execution::spread::{find_registered_with, follow_shards};
use crate::native::answer_with;
use crate::packages::environment::{Environments, environments};
use crate::registrar;
use crate::registration;
use crate::requests::Answers;
use crate::server::{
    Context, Level, Module, Refused, api, create_held_keys, entry_points, log, on_main_thread,
    register_info, start_background, subscribe_to_keys, subscribe_to_streams, watch_latency,
};
use crate::settings::{Misgiven, companion, options, settings};
use crate::worker::pool::workers;
use crate::worker::{BUSY_AFTER, serve_with};

entry_points!(Engine);

struct Engine;

/// What keeps the engine from being loaded.
enum Hindrance {
    Argument(Misgiven),
    Server(Refused),
    Thread(io::Error),
}

impl From<Misgiven> for Hindrance {
    fn from(misgiven: Misgiven) -> Self {
        Self::Argument(misgiven)
    }
}

impl From<Refused> for Hindrance {
    fn from(refused: Refused) -> Self {
        Self::Server(refused)
    }
}

impl From<io::Error> for Hindrance {
    fn from(error: io::Error) -> Self {
        Self::Thread(error)
    }
}

impl fmt::Display for Hindrance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(misgiven) => misgiven.fmt(formatter),
            Self::Server(refused) => refused.fmt(formatter),
            Self::Thread(error) => write!(formatter, "a thread cannot be started: {error}"),
        }
    }
}

impl Module for Engine {
    type Hindrance = Hindrance;

    /// Clients read it as RedisGears 1.2.13.
    const VERSION: c_int = 10213;

    fn load(context: Context<'_>, arguments: &[Vec<u8>]) -> Result<(), Hindrance> {
        load(context, arguments)
    }
}

/// Sets the engine up: settings, threads, commands. Gives each room what it needs of those above it.
///
/// # Errors
/// Why the module cannot be loaded.
fn load(context: Context<'_>, arguments: &[Vec<u8>]) -> Result<(), Hindrance> {
    on_main_thread();
    settings().load(arguments)?;
    options::offer(context)?;
    let directory = installation_directory(&settings().python_installation_dir.get());
    log(
        Level::Notice,
        &format!(
            "RedGrease engine {} (RedisGears 1.2 commands), Python files in {}",
            env!("CARGO_PKG_VERSION"),
            directory.display()
        ),
    );
    let missing = api().missing();
    if !missing.is_empty() {
        log(
            Level::Notice,
            &format!("this server's module API lacks {}", missing.join(", ")),
        );
    }
    settings()
        .python_installation_dir
        .resolve(&directory.display().to_string());
    Environments::install(directory, |left| workers().leave(left));
    serve_with(&Answers);
    answer_with(&Answers);
    settings().loaded(|| workers().configure());
    event::listen_to_registrations();
    answer_tests();
    answer_shards();
    follow_shards()?;
    find_registered_with(|id| {
        let found = registration::list::find(id.as_bytes())?;
        Some((Arc::clone(&found.plan), Arc::clone(&found.session)))
    });
    start_threads()?;
    cluster::start(context)?;
    crate::commands::register(context)?;
    crate::persist::install(context)?;
    registrar::install()?;
    companion::follow(settings().stop_with_process.get())?;
    subscribe_to_keys::<Keys>(context)?;
    register_info::<InfoSections>(context);
    create_held_keys::<TimeEvent>(context)?;
    subscribe_to_streams::<Streams>(context)?;
    watch_latency(context);
    if let Err(refused) = event::hook::install() {
        log(Level::Warning, &refused.to_string());
    }
    // The first script finds a worker waiting.
    environments().get(Vec::new(), false, |environment| {
        let warn = |reason: &dyn fmt::Display| {
            log(
                Level::Warning,
                &format!("RG.PYEXECUTE will not work yet: {reason}"),
            );
        };
        match environment
            .as_ref()
            .map(|environment| workers().pick(environment))
        {
            Ok(Ok(_)) => {}
            Ok(Err(reason)) => warn(&reason),
            Err(failure) => warn(failure),
        }
    });
    Ok(())
}

fn start_threads() -> io::Result<()> {
    clock::start(BUSY_AFTER, || workers().watch())?;
    start_background()?;
    executor::start(settings().execution_threads.count())?;
    stream::start_thread()
}

/// The directory that is configured, else one below the server's working directory, else one for caches.
fn installation_directory(configured: &str) -> PathBuf {
    if !configured.is_empty() {
        return PathBuf::from(configured);
    }
    let here = std::env::current_dir()
        .unwrap_or_default()
        .join("redgrease-python");
    if is_writable(&here) {
        return here;
    }
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .unwrap_or_else(std::env::temp_dir);
    let cached = cache.join("redgrease");
    if is_writable(&cached) {
        return cached;
    }
    std::env::temp_dir().join(format!("redgrease-{}", std::process::id()))
}

fn is_writable(directory: &std::path::Path) -> bool {
    let probe = directory.join(format!(".probe-{}", std::process::id()));
    let written = std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&probe, b""));
    let _ = std::fs::remove_file(&probe);
    written.is_ok()
}
