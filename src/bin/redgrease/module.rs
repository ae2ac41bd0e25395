//! The engine's module file, which this program carries inside itself.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use redgrease::embedded;

use crate::failure::{Failure, Result};
use crate::serve::not_started;
use redgrease_core::hash::Fnv1a;

/// The module as it was built with this program; `None` in a build for a target without shared
/// objects.
const CARRIED: Option<&[u8]> = redgrease_macros::engine_module!();

const NAME: &str = "libredgrease_engine.so";

/// The module file: the one that REDGREASE_ENGINE names, else the carried one, which is written
/// into the user's cache unless it stands near the program already.
pub(crate) fn path() -> Result<PathBuf> {
    let found = embedded::engine_file();
    match (CARRIED, found) {
        (Some(bytes), found) if !is_named() => match found {
            Ok(file) if is_near(&file) && holds(&file, bytes) => Ok(file),
            _ => cached(bytes, &cache_directory(|name| env::var_os(name))?),
        },
        (_, found) => found.map_err(not_started),
    }
}

fn is_named() -> bool {
    env::var_os("REDGREASE_ENGINE").is_some()
}

/// Whether the file stays as long as this program does: below its directory.
fn is_near(file: &Path) -> bool {
    let program = env::current_exe().unwrap_or_default();
    let dir = program.parent().unwrap_or(Path::new("/"));
    file.starts_with(dir)
}

fn holds(file: &Path, bytes: &[u8]) -> bool {
    fs::read(file).is_ok_and(|there| there == bytes)
}

/// Writes the module into a directory and gives its path there.
pub(crate) fn install(dir: &Path) -> Result<PathBuf> {
    let source;
    let bytes = match CARRIED {
        Some(bytes) if !is_named() => bytes,
        _ => {
            let path = path()?;
            source = fs::read(&path).map_err(|error| Failure::io(&path, &error))?;
            &source
        }
    };
    let file = absolute(dir)?.join(NAME);
    write(&file, bytes).map_err(|error| {
        let failure = Failure::io(&file, &error);
        match error.kind() {
            io::ErrorKind::PermissionDenied => {
                failure.help("give another directory, or run it with `sudo`")
            }
            _ => failure,
        }
    })?;
    Ok(file)
}

fn absolute(dir: &Path) -> Result<PathBuf> {
    std::path::absolute(dir).map_err(|error| Failure::io(dir, &error))
}

/// The module in the cache, written at its first use. Another build has another name, so that a
/// server keeps the file it was started with.
fn cached(bytes: &[u8], cache: &Path) -> Result<PathBuf> {
    let build = format!(
        "engine-{}-{:016x}",
        env!("CARGO_PKG_VERSION"),
        Fnv1a::of(bytes)
    );
    let file = cache.join(build).join(NAME);
    // what stands there may be what is left of a full disk
    if holds(&file, bytes) {
        return Ok(file);
    }
    write(&file, bytes).map_err(|error| {
        Failure::failed(format!(
            "the engine could not be written to {}: {error}",
            file.display()
        ))
        .help("set XDG_CACHE_HOME to a directory that may be written")
    })?;
    Ok(file)
}

/// Where programs may keep what they can make again.
fn cache_directory(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Result<PathBuf> {
    let absolute = |name: &str| {
        let path = PathBuf::from(variable(name)?);
        path.is_absolute().then_some(path)
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| Some(absolute("HOME")?.join(".cache")))
        .map(|cache| cache.join("redgrease"))
        .ok_or_else(|| {
            Failure::failed("there is no directory to write the engine to: HOME is not set")
                .help("set XDG_CACHE_HOME to a directory that may be written")
        })
}

/// Writes a file that nobody sees half written, with the permissions that servers want of a module.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = file.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(dir)?;
    let mut temporary = tempfile::Builder::new()
        .prefix(".engine-")
        .tempfile_in(dir)?;
    io::Write::write_all(&mut temporary, bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let everybody_runs = fs::Permissions::from_mode(0o755);
        temporary.as_file().set_permissions(everybody_runs)?;
    }
    temporary.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_where_the_user_wants_it() {
        let found = |xdg: &'static str, home: &'static str| {
            let value = move |name: &str| match name {
                "XDG_CACHE_HOME" => (!xdg.is_empty()).then(|| xdg.into()),
                _ => (!home.is_empty()).then(|| home.into()),
            };
            cache_directory(value).map(|path| path.display().to_string())
        };
        assert_eq!(found("/c", "/h").unwrap(), "/c/redgrease");
        assert_eq!(found("", "/h").unwrap(), "/h/.cache/redgrease");
        assert_eq!(found("relative", "/h").unwrap(), "/h/.cache/redgrease");
        assert!(found("", "").unwrap_err().help.is_some());
    }

    #[test]
    fn a_damaged_file_is_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let file = cached(b"module", dir.path()).unwrap();
        fs::write(&file, b"mod").unwrap();
        assert_eq!(cached(b"module", dir.path()).unwrap(), file);
        assert_eq!(fs::read(&file).unwrap(), b"module");
        assert_ne!(cached(b"another", dir.path()).unwrap(), file);
        let left = fs::read_dir(file.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "temporary files are left");
    }
}
