//! Finding the parts of the private server on this machine.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Error;
use super::trust::{Doubt, Trust};

/// Where the engine was when this library was built with it.
const BUILT: Option<&str> = redgrease_macros::engine_module_path!();

/// Where packages of servers keep their modules.
const INSTALLED: [&str; 2] = [
    "/usr/lib/redis/modules/libredgrease_engine.so",
    "/usr/local/lib/redis/modules/libredgrease_engine.so",
];

const NAME: &str = "libredgrease_engine";

/// Where the parts are looked for.
pub(super) struct Places {
    variable: fn(&str) -> Option<OsString>,
    program: PathBuf,
    current_dir: PathBuf,
    /// Where the engine may be beside those that are found.
    engines: Vec<PathBuf>,
    trust: Trust,
}

impl Places {
    /// The places of this process.
    pub(super) fn here() -> Self {
        Self {
            variable: |name| env::var_os(name),
            trust: Trust::of(&env::current_exe().unwrap_or_default()),
            program: env::current_exe().unwrap_or_default(),
            current_dir: env::current_dir().unwrap_or_default(),
            engines: BUILT
                .into_iter()
                .chain(INSTALLED)
                .map(PathBuf::from)
                .collect(),
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
            remedy: "install it (Debian, Ubuntu: `apt install redis-server`; Fedora: `dnf install \
                     valkey`; macOS: `brew install redis`), or set REDIS_SERVER to the program",
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
            if !path.is_file() {
                continue;
            }
            match self.trust.dir(dir) {
                Ok(()) => return Ok(path),
                Err(doubt) => looked.push(refused(&path, doubt)),
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
            remedy: "install it (Debian, Ubuntu: `apt install python3 python3-venv`), or set \
                     REDGREASE_PYTHON to the interpreter",
        })
    }

    /// The engine's module file: where the user says, beside the program, where it was when the
    /// program was built, where the command line tool keeps it, where packages put it.
    pub(super) fn engine(&self) -> Result<PathBuf, Error> {
        let mut looked = Vec::new();
        if let Some(path) = self.named("REDGREASE_ENGINE", &mut looked) {
            return Ok(path);
        }
        let mut beside = Vec::new();
        for dir in self.beside_the_program() {
            match newest_engine(&dir) {
                Some(path) => beside.push(path),
                None => looked.push(format!("{}/{NAME}*.so", dir.display())),
            }
        }
        // cargo leaves one of them as it was when only the other one is built
        beside.sort_by_key(|path| std::cmp::Reverse(written(path)));
        for path in beside {
            // a program in a directory of everybody's is no reason to run what lies there too
            let dir = path.parent().unwrap_or(&path);
            match self.trust.dir(dir).and_then(|()| self.trust.file(&path)) {
                Ok(()) => return Ok(path),
                Err(doubt) => looked.push(refused(&path, doubt)),
            }
        }
        for path in self.kept().iter().chain(&self.engines) {
            if !path.is_file() {
                looked.push(path.display().to_string());
                continue;
            }
            match self.trust.all_above(path) {
                Ok(()) => return Ok(path.clone()),
                Err(doubt) => looked.push(refused(path, doubt)),
            }
        }
        Err(Error::Missing {
            part: "the engine (libredgrease_engine.so)",
            looked,
            remedy: "copy the file beside the program, or set REDGREASE_ENGINE to it; the command \
                     line tool carries it: `redgrease engine path` writes it to a file of yours",
        })
    }

    /// The directories where cargo leaves the module of a program that depends on it, and where
    /// one that is copied with its program stands.
    fn beside_the_program(&self) -> Vec<PathBuf> {
        let Some(dir) = self.program.parent() else {
            return Vec::new();
        };
        let is_part = dir
            .file_name()
            .is_some_and(|name| name == "deps" || name == "examples");
        let base = if is_part {
            dir.parent().unwrap_or(dir)
        } else {
            dir
        };
        let mut dirs = vec![base.to_path_buf()];
        // below a directory of everybody's, anybody may have made the other one
        if self.trust.dir(base).is_ok() {
            dirs.push(base.join("deps"));
        }
        dirs
    }

    /// What the tool of this version has written into the user's cache, the newest first.
    fn kept(&self) -> Vec<PathBuf> {
        let absolute =
            |name| Some(PathBuf::from((self.variable)(name)?)).filter(|path| path.is_absolute());
        let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
        let Some(cache) = cache else {
            return Vec::new();
        };
        let this_version = concat!("engine-", env!("CARGO_PKG_VERSION"), "-");
        let mut files: Vec<PathBuf> = entries(&cache.join("redgrease"))
            .filter(|dir| name_of(dir).starts_with(this_version))
            .filter_map(|dir| newest_engine(&dir))
            .collect();
        files.sort_by_key(|file| std::cmp::Reverse(written(file)));
        files
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
            // an empty entry would be the current directory
            .filter(|dir| !dir.as_os_str().is_empty())
            .map(|dir| dir.join(name))
            .find(|path| path.is_file());
        if found.is_none() {
            looked.push(format!("`{name}` on the PATH"));
        }
        found
    }
}

fn refused(path: &Path, doubt: Doubt) -> String {
    format!("{}, which is not used: {doubt}", path.display())
}

fn newest_engine(dir: &Path) -> Option<PathBuf> {
    entries(dir)
        .filter(|path| {
            let name = name_of(path);
            name.starts_with(NAME) && name.ends_with(".so")
        })
        .max_by_key(|path| written(path))
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = dir.read_dir().ok().into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path()))
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn written(path: &Path) -> SystemTime {
    path.metadata()
        .and_then(|data| data.modified())
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn nowhere(variable: fn(&str) -> Option<OsString>) -> Places {
        Places {
            variable,
            program: "/nowhere/target/debug/program".into(),
            current_dir: "/nowhere".into(),
            engines: Vec::new(),
            trust: Trust::of(Path::new("/nowhere")),
        }
    }

    #[test]
    fn a_missing_part_says_where_it_was_looked_for_and_how_to_get_it() {
        let places = nowhere(|name| (name == "REDIS_SERVER").then(|| "/no/such/server".into()));
        let error = places.server().unwrap_err().to_string();
        let start = "a Redis server (redis-server 6.2 or newer, or valkey-server) was not found; it was looked for as\n  \
             - $REDIS_SERVER, which names /no/such/server, where there is no file\n  \
             - `redis-server` on the PATH\n  \
             - `valkey-server` on the PATH\n\
             to get it: install it (Debian, Ubuntu: `apt install redis-server`;";
        assert!(error.starts_with(start), "{error}");
        let error = places.python().unwrap_err().to_string();
        assert!(error.contains("apt install python3"), "{error}");
    }

    #[cfg(unix)]
    fn make(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
        let dir = path.parent().unwrap();
        fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn the_engine_is_found_beside_the_program_and_no_higher() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let mut places = nowhere(|_| None);
        make(&root.join("libredgrease_engine.so"), 0o755);
        for program in ["a/b/program", "a/program", "debug/examples/b/program"] {
            places.program = root.join(program);
            assert_eq!(places.engine().ok(), None, "{program}");
        }
        let engine = root.join("debug/deps/libredgrease_engine-0a.so");
        make(&engine, 0o755);
        for program in ["program", "examples/program", "deps/test"] {
            places.program = root.join("debug").join(program);
            assert_eq!(places.engine().ok().as_ref(), Some(&engine), "{program}");
        }
        // the newest, wherever it is
        let older = root.join("debug/libredgrease_engine.so");
        make(&older, 0o755);
        let before = SystemTime::UNIX_EPOCH;
        fs::File::options()
            .write(true)
            .open(&older)
            .unwrap()
            .set_modified(before)
            .unwrap();
        places.program = root.join("debug/program");
        assert_eq!(places.engine().ok().as_ref(), Some(&engine));
        fs::remove_file(&older).unwrap();
        // where everybody may write, anybody may have put it, or made the directory that holds it
        make(&engine, 0o777);
        assert_eq!(places.engine().ok(), None);
        make(&root.join("debug/program"), 0o777);
        make(&engine, 0o755);
        assert_eq!(places.engine().ok(), None);
        make(&root.join("debug/libredgrease_engine.so"), 0o1777);
        assert_eq!(places.engine().ok(), None);
    }

    #[test]
    #[cfg(unix)]
    fn a_refused_engine_says_why_and_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let engine = dir.path().join("libredgrease_engine.so");
        make(&engine, 0o1777);
        let mut places = nowhere(|_| None);
        places.program = dir.path().join("program");
        let text = places.engine().unwrap_err().to_string();
        let line = format!(
            "{}, which is not used: anybody may write to that directory",
            engine.display()
        );
        assert!(text.contains(&line), "{text}");
        assert!(text.contains("set REDGREASE_ENGINE to it"), "{text}");
    }

    #[test]
    #[cfg(unix)]
    fn the_engine_of_the_build_and_those_of_packages_come_last() {
        let dir = tempfile::tempdir().unwrap();
        let mut places = nowhere(|_| None);
        let (built, packaged) = (dir.path().join("b/e.so"), dir.path().join("p/e.so"));
        places.engines = vec![built.clone(), packaged.clone()];
        make(&packaged, 0o755);
        assert_eq!(places.engine().unwrap(), packaged);
        make(&built, 0o755);
        assert_eq!(places.engine().unwrap(), built);
        let beside = dir.path().join("x/libredgrease_engine.so");
        make(&beside, 0o755);
        places.program = dir.path().join("x/program");
        assert_eq!(places.engine().unwrap(), beside);
    }

    #[test]
    #[cfg(unix)]
    fn a_virtual_environment_above_the_program_comes_before_the_path() {
        let dir = tempfile::tempdir().unwrap();
        let venv = dir.path().join(".venv/bin/python3");
        make(&venv, 0o755);
        let mut places = nowhere(|name| env::var_os(name).filter(|_| name == "PATH"));
        places.program = dir.path().join("target/debug/examples/quickstart");
        assert_eq!(places.python().unwrap(), venv);
        // but not one that anybody may have made
        make(&dir.path().join("file"), 0o1777);
        assert_ne!(places.python().unwrap(), venv);
    }
}
