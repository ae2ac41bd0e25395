//! Finding the parts of the private server on this machine.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Error;

/// Where the parts are looked for.
pub(super) struct Places {
    variable: fn(&str) -> Option<OsString>,
    program: PathBuf,
    current_dir: PathBuf,
}

impl Places {
    /// The places of this process.
    pub(super) fn here() -> Self {
        Self {
            variable: |name| env::var_os(name),
            program: env::current_exe().unwrap_or_default(),
            current_dir: env::current_dir().unwrap_or_default(),
        }
    }

    /// The server program.
    pub(super) fn server(&self) -> Result<PathBuf, Error> {
        let mut looked = Vec::new();
        if let Some(path) = self.named("REDIS_SERVER", &mut looked) {
            return Ok(path);
        }
        for name in ["redis-server", "valkey-server"] {
            if let Some(path) = self.on_path(name, &mut looked) {
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
    pub(super) fn python(&self) -> Result<PathBuf, Error> {
        let mut looked = Vec::new();
        if let Some(path) = self.named("REDGREASE_PYTHON", &mut looked) {
            return Ok(path);
        }
        let starts = [self.program.as_path(), self.current_dir.as_path()];
        for dir in starts.into_iter().flat_map(Path::ancestors) {
            let path = dir.join(".venv/bin/python3");
            if path.is_file() {
                return Ok(path);
            }
        }
        looked.push(
            ".venv/bin/python3 in the directories above the program and the current one".into(),
        );
        if let Some(path) = self.on_path("python3", &mut looked) {
            return Ok(path);
        }
        Err(Error::Missing {
            part: "a Python interpreter (CPython 3.7 or newer)",
            looked,
            remedy: "`apt install python3 python3-venv`, or set REDGREASE_PYTHON to the interpreter",
        })
    }

    /// The engine's module file, which cargo leaves beside the programs that depend on it.
    pub(super) fn engine(&self) -> Result<PathBuf, Error> {
        const LEVELS: usize = 4;
        let mut looked = Vec::new();
        if let Some(path) = self.named("REDGREASE_ENGINE", &mut looked) {
            return Ok(path);
        }
        for dir in self.program.ancestors().skip(1).take(LEVELS) {
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

    /// The file that an environment variable names.
    fn named(&self, variable: &str, looked: &mut Vec<String>) -> Option<PathBuf> {
        let Some(value) = (self.variable)(variable) else {
            looked.push(format!("${variable}, which is not set"));
            return None;
        };
        // the server runs in another directory
        let path = self.current_dir.join(value);
        if path.is_file() {
            return Some(path);
        }
        looked.push(format!(
            "${variable}, which names {}, where there is no file",
            path.display()
        ));
        None
    }

    fn on_path(&self, name: &str, looked: &mut Vec<String>) -> Option<PathBuf> {
        let path = (self.variable)("PATH").unwrap_or_default();
        let found = env::split_paths(&path)
            .map(|dir| dir.join(name))
            .find(|path| path.is_file());
        if found.is_none() {
            looked.push(format!("`{name}` on the PATH"));
        }
        found
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn nowhere(variable: fn(&str) -> Option<OsString>) -> Places {
        Places {
            variable,
            program: "/nowhere/target/debug/program".into(),
            current_dir: "/nowhere".into(),
        }
    }

    #[test]
    fn a_missing_part_says_where_it_was_looked_for_and_how_to_get_it() {
        let places = nowhere(|name| (name == "REDIS_SERVER").then(|| "/no/such/server".into()));
        let error = places.server().unwrap_err().to_string();
        assert_eq!(
            error,
            "a Redis server (redis-server 6.2 or newer, or valkey-server) was not found; it was looked for as\n  \
             - $REDIS_SERVER, which names /no/such/server, where there is no file\n  \
             - `redis-server` on the PATH\n  \
             - `valkey-server` on the PATH\n\
             to get it: `apt install redis-server`, or set REDIS_SERVER to the program"
        );
        let error = places.engine().unwrap_err().to_string();
        assert!(
            error.contains("/nowhere/target/debug/deps/libredgrease_engine*.so"),
            "{error}"
        );
        assert!(error.contains("the feature `embedded`"), "{error}");
        let error = places.python().unwrap_err().to_string();
        assert!(error.contains("apt install python3"), "{error}");
    }

    #[test]
    fn a_virtual_environment_above_the_program_comes_before_the_path() {
        let dir = tempfile::tempdir().unwrap();
        let venv = dir.path().join(".venv/bin/python3");
        std::fs::create_dir_all(venv.parent().unwrap()).unwrap();
        std::fs::write(&venv, "").unwrap();
        let mut places = nowhere(|name| env::var_os(name).filter(|_| name == "PATH"));
        places.program = dir.path().join("target/debug/examples/quickstart");
        assert_eq!(places.python().unwrap(), venv);
    }
}
