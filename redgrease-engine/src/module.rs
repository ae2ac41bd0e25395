//! Loading the module into a server.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::{self, engine};
use crate::packages::environment::Environments;
use crate::server::{
    Context, Level, api, create_time_keys, log, on_main_thread, register_info, subscribe_to_keys,
};
use crate::settings::Config;

/// The version that clients see: they read it as RedisGears 1.2.13.
pub(crate) const VERSION: i32 = 10213;

/// Sets the engine up: configuration, threads, commands.
///
/// # Errors
/// Why the module cannot be loaded.
pub(crate) fn load(context: Context<'_>, arguments: &[Vec<u8>]) -> Result<(), String> {
    on_main_thread();
    let mut config = Config::default();
    config.load(arguments)?;
    let mut config = crate::settings::options::offer(context, config)?;
    let directory = installation_directory(config.text("PythonInstallationDir"));
    config.resolve("PythonInstallationDir", &directory.display().to_string());
    let environments = Arc::new(Environments::new(
        config.text("PythonExecutable").to_owned(),
        directory,
        config.text("WheelDirectory").to_owned(),
    ));
    log(
        Level::Notice,
        &format!(
            "RedGrease engine {} (RedisGears 1.2 commands), Python files in {}",
            env!("CARGO_PKG_VERSION"),
            environments.directory().display()
        ),
    );
    let missing = api().missing();
    if !missing.is_empty() {
        log(
            Level::Notice,
            &format!("this server's module API lacks {}", missing.join(", ")),
        );
    }
    engine::install(config, environments)?;
    crate::commands::register(context)?;
    crate::persist::install(context)?;
    let companion = engine().config().int("StopWithProcess");
    crate::settings::companion::follow(companion)?;
    subscribe_to_keys(context)?;
    register_info(context);
    create_time_keys(context)?;
    crate::server::subscribe_to_streams(context)?;
    crate::event::stream::start_thread()
        .map_err(|error| format!("a thread cannot be started: {error}"))?;
    // The first script finds a worker waiting.
    engine().environments.get(Vec::new(), false, |environment| {
        match environment.and_then(|environment| engine().workers.pick(&environment)) {
            Ok(_) => {}
            Err(text) => log(
                Level::Warning,
                &format!("RG.PYEXECUTE will not work yet: {text}"),
            ),
        }
    });
    Ok(())
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
