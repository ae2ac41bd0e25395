//! Finding the parts of the private server on this machine.

use std::env;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Error;

/// The server program.
pub(super) fn server() -> Result<PathBuf, Error> {
    let mut looked = Vec::new();
    if let Some(path) = from_env("REDIS_SERVER", &mut looked) {
        return Ok(path);
    }
    for name in ["redis-server", "valkey-server"] {
        if let Some(path) = on_path(name, &mut looked) {
            return Ok(path);
        }
    }
    Err(Error::Missing {
        part: "a Redis server (redis-server 6.2 or newer, or valkey-server)",
        looked,
        remedy: "`apt install redis-server`, or set REDIS_SERVER to the program",
    })
}

/// The Python interpreter of the workers.
pub(super) fn python() -> Result<PathBuf, Error> {
    let mut looked = Vec::new();
    if let Some(path) = from_env("REDGREASE_PYTHON", &mut looked) {
        return Ok(path);
    }
    for dir in starting_points().iter().flat_map(|start| start.ancestors()) {
        let path = dir.join(".venv/bin/python3");
        if path.is_file() {
            return Ok(path);
        }
    }
    looked.push(".venv/bin/python3 above the program and above the current directory".into());
    if let Some(path) = on_path("python3", &mut looked) {
        return Ok(path);
    }
    Err(Error::Missing {
        part: "a Python interpreter (CPython 3.7 or newer)",
        looked,
        remedy: "`apt install python3 python3-venv`, or set REDGREASE_PYTHON to the interpreter",
    })
}

/// The engine's module file, which cargo leaves beside the programs that depend on it.
pub(super) fn engine() -> Result<PathBuf, Error> {
    const LEVELS: usize = 4;
    let mut looked = Vec::new();
    if let Some(path) = from_env("REDGREASE_ENGINE", &mut looked) {
        return Ok(path);
    }
    let program = env::current_exe().unwrap_or_default();
    for dir in program.ancestors().skip(1).take(LEVELS) {
        for dir in [dir.to_path_buf(), dir.join("deps")] {
            if let Some(path) = newest_engine(&dir) {
                return Ok(path);
            }
            looked.push(format!("{}/libredgrease_engine*.so", dir.display()));
        }
    }
    Err(Error::Missing {
        part: "the engine (libredgrease_engine.so)",
        looked,
        remedy: "build with the feature `embedded` of redgrease, or set REDGREASE_ENGINE to the file",
    })
}

fn newest_engine(dir: &Path) -> Option<PathBuf> {
    let written = |path: &PathBuf| {
        path.metadata()
            .and_then(|data| data.modified())
            .unwrap_or(SystemTime::UNIX_EPOCH)
    };
    dir.read_dir()
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| {
                name.starts_with("libredgrease_engine") && name.ends_with(".so")
            })
        })
        .max_by_key(written)
}

fn from_env(variable: &str, looked: &mut Vec<String>) -> Option<PathBuf> {
    match env::var_os(variable) {
        Some(value) if Path::new(&value).is_file() => Some(PathBuf::from(value)),
        Some(value) => {
            looked.push(format!(
                "${variable}, which names {}, where there is no file",
                Path::new(&value).display()
            ));
            None
        }
        None => {
            looked.push(format!("${variable}, which is not set"));
            None
        }
    }
}

fn on_path(name: &str, looked: &mut Vec<String>) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        looked.push(format!("`{name}` on the PATH"));
    }
    found
}

fn starting_points() -> Vec<PathBuf> {
    [env::current_exe(), env::current_dir()]
        .into_iter()
        .filter_map(Result::ok)
        .collect()
}
