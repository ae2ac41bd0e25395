//! Python environments: which interpreter workers run, and where their packages come from.
//!
//! The base environment is the configured interpreter as it is. A set of requirements gets an environment of its own, made
//! once with `venv` and pip, kept on disk under a name made from the set, and shared by all sessions with the same set.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::ffi::{Level, log};
use crate::install::{Installer, python, tail};
use crate::wheels::Shelf;

/// The oldest Python that the workers run on.
const OLDEST: (u32, u32) = (3, 7);

macro_rules! worker_files {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../python/redgrease_worker/", $name)))),*]
    };
}

/// The worker package, as it is compiled into the module.
const WORKER_FILES: &[(&str, &str)] = &worker_files![
    "__init__.py"
    "__main__.py"
    "builder.py"
    "builtin.py"
    "calls.py"
    "errors.py"
    "futures.py"
    "hooks.py"
    "hub.py"
    "prelude.py"
    "profiling.py"
    "runtime.py"
    "scope.py"
    "session.py"
    "start.py"
    "steps.py"
    "wire.py"
];

/// Tells files apart that are being written.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// What an interpreter says about itself.
const PROBE: &str = "\
import os, sys
def place(name):
    try:
        module = __import__(name)
    except Exception:
        return ''
    file = module.__file__ or ''
    top = os.path.dirname(os.path.abspath(file))
    return os.path.dirname(top) if os.path.basename(file).startswith('__init__') else top
print(sys.executable)
print('%d.%d.%d' % sys.version_info[:3])
print(place('cloudpickle'))
print(place('greenlet'))
print(os.pathsep.join(sys.path))
print(place('pip'))
";

/// An environment that workers can run in.
#[derive(Debug)]
pub(crate) struct Environment {
    /// The normalised requirements, none for the base environment.
    pub(crate) requirements: Vec<String>,
    /// The interpreter.
    pub(crate) python: PathBuf,
    /// The version of the interpreter.
    pub(crate) version: String,
    /// Where `redgrease_worker` lies.
    pub(crate) package: PathBuf,
    /// Where packages of the base environment lie that every worker needs.
    pub(crate) base_path: String,
}

/// Says what is wrong with an environment.
pub(crate) type EnvironmentResult = Result<Arc<Environment>, String>;

type Callback = Box<dyn FnOnce(EnvironmentResult) + Send>;

enum Entry {
    Making(Vec<Callback>),
    Ready(Arc<Environment>),
}

/// All environments of this server.
pub(crate) struct Environments {
    /// The configured interpreter: a path or a name to look up.
    python: String,
    /// Where environments and worker files live.
    directory: PathBuf,
    /// The wheels that environments are made from.
    shelf: Shelf,
    /// Where pip finds wheels instead of asking an index.
    wheels: String,
    entries: Mutex<HashMap<Vec<String>, Entry>>,
}

impl std::fmt::Debug for Environments {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Environments")
            .field("python", &self.python)
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

/// Requirements in one spelling: names in lower case with `-`, sorted, each once.
pub(crate) fn normalise(requirements: &[String]) -> Vec<String> {
    let mut normal: Vec<String> = requirements
        .iter()
        .map(|requirement| {
            let requirement = requirement.trim();
            let end = requirement
                .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
                .unwrap_or(requirement.len());
            let (name, rest) = requirement.split_at(end);
            // A URL or a path is not a name.
            if rest.starts_with([':', '/']) || name.starts_with('.') || name.is_empty() {
                return requirement.to_owned();
            }
            let mut spelled = String::with_capacity(requirement.len());
            for c in name.chars() {
                let c = if matches!(c, '_' | '.') {
                    '-'
                } else {
                    c.to_ascii_lowercase()
                };
                if c != '-' || !spelled.ends_with('-') {
                    spelled.push(c);
                }
            }
            spelled.extend(
                rest.chars()
                    .filter(|c| !c.is_whitespace() || rest.contains(';')),
            );
            spelled
        })
        .collect();
    normal.sort();
    normal.dedup();
    normal
}

impl Environments {
    /// The environments of a server that is configured so.
    pub(crate) fn new(python: String, directory: PathBuf, wheels: String) -> Self {
        Self {
            python,
            shelf: Shelf::new(&directory),
            directory,
            wheels,
            entries: Mutex::new(HashMap::new()),
        }
    }

    /// The directory that everything lies in.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The base environment, if it stands.
    pub(crate) fn base(&self) -> Option<Arc<Environment>> {
        match self
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&Vec::new())
        {
            Some(Entry::Ready(environment)) => Some(Arc::clone(environment)),
            _ => None,
        }
    }

    /// Calls `then` with the environment for a normalised set of requirements: at once when it stands, else from a thread
    /// that makes it. A failure is not kept, the next call tries again.
    pub(crate) fn get(
        self: &Arc<Self>,
        requirements: Vec<String>,
        renew: bool,
        then: impl FnOnce(EnvironmentResult) + Send + 'static,
    ) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.get_mut(&requirements) {
            Some(Entry::Ready(environment)) if !renew || requirements.is_empty() => {
                let environment = Arc::clone(environment);
                drop(entries);
                then(Ok(environment));
            }
            Some(Entry::Making(waiting)) => waiting.push(Box::new(then)),
            _ => {
                entries.insert(requirements.clone(), Entry::Making(vec![Box::new(then)]));
                drop(entries);
                let environments = Arc::clone(self);
                let spawned = std::thread::Builder::new()
                    .name("rg-environment".to_owned())
                    .spawn(move || environments.make_and_tell(requirements, renew));
                if let Err(error) = spawned {
                    log(
                        Level::Warning,
                        &format!("no thread for a Python environment: {error}"),
                    );
                }
            }
        }
    }

    fn make_and_tell(&self, requirements: Vec<String>, renew: bool) {
        let result = if requirements.is_empty() {
            self.make_base()
        } else {
            self.make(&requirements, renew)
        }
        .map(Arc::new);
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let previous = match &result {
            Ok(environment) => entries.insert(requirements, Entry::Ready(Arc::clone(environment))),
            Err(_) => entries.remove(&requirements),
        };
        drop(entries);
        if let Some(Entry::Making(waiting)) = previous {
            for then in waiting {
                then(result.clone());
            }
        }
    }

    fn make_base(&self) -> Result<Environment, String> {
        let wanted = if self.python.is_empty() {
            "python3"
        } else {
            &self.python
        };
        let remedy = "install Python 3.7 or newer, or load the module with `PythonExecutable /path/to/python3`";
        let output = python(Path::new(wanted))
            .args(["-I", "-c", PROBE])
            .output()
            .map_err(|error| {
                format!(
                    "Python cannot be started: `{wanted}` ({}): {error}; {remedy}",
                    if self.python.is_empty() {
                        format!(
                            "looked up on PATH={}",
                            std::env::var("PATH").unwrap_or_default()
                        )
                    } else {
                        "from the module argument PythonExecutable".to_owned()
                    }
                )
            })?;
        if !output.status.success() {
            return Err(format!(
                "Python cannot be used: `{wanted}` failed: {}; {remedy}",
                tail(&output)
            ));
        }
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut lines = said.lines().map(str::to_owned);
        let mut next = || lines.next().unwrap_or_default();
        let (executable, version, cloudpickle, greenlet, path) =
            (next(), next(), next(), next(), next());
        let mut numbers = version
            .split('.')
            .filter_map(|part| part.parse::<u32>().ok());
        if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < OLDEST {
            return Err(format!(
                "Python {version} at {executable} is too old: the engine needs 3.7 or newer; {remedy}"
            ));
        }
        if cloudpickle.is_empty() {
            return Err(format!(
                "the Python package cloudpickle is missing from {executable}, looked in {path}; install it with \
                 `{executable} -m pip install cloudpickle greenlet`, or load the module with `PythonExecutable` naming a \
                 Python that has it"
            ));
        }
        if greenlet.is_empty() {
            log(
                Level::Notice,
                &format!(
                    "{executable} has no greenlet: functions that call execute() will not overlap in one worker thread; \
                     `{executable} -m pip install greenlet` changes that"
                ),
            );
        }
        let mut places = vec![cloudpickle];
        if !greenlet.is_empty() && !places.contains(&greenlet) {
            places.push(greenlet);
        }
        let package = self.write_package().map_err(|error| {
            format!(
                "the worker files cannot be written below {}: {error}; load the module with `PythonInstallationDir <a \
                 writable directory>`",
                self.directory.display()
            )
        })?;
        log(
            Level::Notice,
            &format!("workers run Python {version}, {executable}"),
        );
        Ok(Environment {
            requirements: Vec::new(),
            python: PathBuf::from(executable),
            version,
            package,
            base_path: places.join(":"),
        })
    }

    /// Writes the worker package into a directory named after its content, so that two versions never mix.
    fn write_package(&self) -> std::io::Result<PathBuf> {
        let stamp = WORKER_FILES
            .iter()
            .fold(fingerprint(b""), |stamp, (name, text)| {
                stamp ^ fingerprint(name.as_bytes()).wrapping_mul(31) ^ fingerprint(text.as_bytes())
            });
        let top = self
            .directory
            .join(format!("worker-{}-{stamp:016x}", env!("CARGO_PKG_VERSION")));
        let package = top.join("redgrease_worker");
        fs::create_dir_all(&package)?;
        for (name, text) in WORKER_FILES {
            let target = package.join(name);
            if fs::read(&target).is_ok_and(|present| present == text.as_bytes()) {
                continue;
            }
            // Written aside and moved, because another server may start from the same directory, and another thread of this
            // one, too.
            let aside = package.join(format!(
                ".{name}.{}-{}",
                std::process::id(),
                WRITTEN.fetch_add(1, Ordering::Relaxed)
            ));
            let mut file = fs::File::create(&aside)?;
            file.write_all(text.as_bytes())?;
            fs::rename(&aside, &target)?;
        }
        Ok(top)
    }

    fn make(&self, requirements: &[String], renew: bool) -> Result<Environment, String> {
        let base = match self.base() {
            Some(base) => base,
            None => Arc::new(self.make_base()?),
        };
        let stamp = requirements.iter().fold(
            fingerprint(base.version.as_bytes())
                ^ fingerprint(base.python.as_os_str().as_encoded_bytes()),
            |stamp, requirement| {
                stamp.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15)
                    ^ fingerprint(requirement.as_bytes())
            },
        );
        // Each renewal has a directory of its own, because workers may still run from the one before.
        let name = |count: u32| self.directory.join(format!("env-{stamp:016x}-{count}"));
        let next = (0..).find(|&count| !name(count).exists()).unwrap_or(0);
        let present = next.checked_sub(1).map(name).filter(|_| !renew);
        let directory = match present {
            Some(present)
                if requirements
                    .iter()
                    .all(|one| self.shelf.find(one).is_some()) =>
            {
                present
            }
            _ => {
                self.build(&base, &name(next), requirements, renew)?;
                name(next)
            }
        };
        Ok(Environment {
            requirements: requirements.to_vec(),
            python: directory.join("bin").join("python"),
            version: base.version.clone(),
            package: base.package.clone(),
            base_path: base.base_path.clone(),
        })
    }

    fn build(
        &self,
        base: &Environment,
        directory: &Path,
        requirements: &[String],
        renew: bool,
    ) -> Result<(), String> {
        let installer = Installer {
            base,
            wheels: &self.wheels,
            shelf: &self.shelf,
        };
        let mut foreign = false;
        for requirement in requirements {
            if renew || self.shelf.find(requirement).is_none() {
                installer.fetch(requirement, renew)?;
            } else {
                foreign = true;
            }
        }
        // Made aside and moved, so that a directory with this name is always a whole environment.
        let aside = self.directory.join(format!(
            ".env-{:016x}-{}",
            fingerprint(directory.as_os_str().as_encoded_bytes()),
            std::process::id()
        ));
        let mut made = installer.install(&aside, requirements);
        if let Err(text) = &made
            && foreign
        {
            // Wheels that came from another server, or from the time of another Python, may not fit here.
            log(
                Level::Notice,
                &format!("the wheels at hand do not fit ({text}); fetching them again"),
            );
            made = requirements
                .iter()
                .try_for_each(|requirement| installer.fetch(requirement, true))
                .and_then(|()| installer.install(&aside, requirements));
        }
        made.and_then(|()| {
            fs::rename(&aside, directory).or_else(|error| {
                // Another server that uses the same directory may have been faster.
                if directory.exists() {
                    Ok(())
                } else {
                    Err(format!("{} cannot be made: {error}", directory.display()))
                }
            })
        })
        .inspect_err(|_| {
            let _ = fs::remove_dir_all(&aside);
        })
    }

    /// The wheels that environments are made from.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Whether an environment with this requirement stands.
    pub(crate) fn have(&self, requirement: &str) -> bool {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .any(|(requirements, entry)| {
                matches!(entry, Entry::Ready(_))
                    && requirements.iter().any(|one| one == requirement)
            })
    }
}

/// A 64-bit FNV-1a hash: stable between runs, which the standard hasher does not promise.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_have_one_spelling() {
        let given =
            ["Requests>=2", "my_Pkg.name == 1.0", "requests>=2", " idna "].map(str::to_owned);
        assert_eq!(
            normalise(&given),
            ["idna", "my-pkg-name==1.0", "requests>=2"]
        );
        assert_eq!(
            normalise(&["https://Host/A_b.whl".to_owned()]),
            ["https://Host/A_b.whl"]
        );
    }

    #[test]
    fn a_missing_interpreter_is_named() {
        let directory = std::env::temp_dir();
        let environments =
            Environments::new("/nowhere/python3".to_owned(), directory, String::new());
        let error = environments.make_base().expect_err("there is none");
        assert!(
            error.contains("/nowhere/python3") && error.contains("PythonExecutable"),
            "{error}"
        );
    }
}
