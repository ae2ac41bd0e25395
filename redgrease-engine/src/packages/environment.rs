//! Python environments: which interpreter workers run, and where their packages come from.
//!
//! The base environment is the configured interpreter as it is. A set of requirements gets an environment of its own, made
//! once with `venv` and pip, kept on disk under a name made from the set, and shared by all sessions with the same set.

mod base;
mod names;
mod package;
mod place;

pub(crate) use package::{keep_private, repair};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::base::fingerprint;
use crate::packages::Failure;
use crate::packages::install::Installer;
use crate::packages::wheels::Shelf;
use crate::server::{Level, guarded, log, start_thread};
use crate::settings::settings;
pub(crate) use base::{minor, numbers};
pub(crate) use names::{Source, normalise, package, source};
use place::Place;

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
    /// Its directory, if it has one of its own.
    place: Option<Place>,
}

impl Environment {
    /// Whether another one has taken over.
    pub(crate) fn is_left(&self) -> bool {
        self.place.as_ref().is_some_and(Place::is_left)
    }
}

/// Says what is wrong with an environment.
pub(crate) type EnvironmentResult = Result<Arc<Environment>, Failure>;

type Callback = Box<dyn FnOnce(EnvironmentResult) + Send>;

enum Entry {
    /// Who waits for it, and the one that is renewed.
    Making(Vec<Callback>, Option<Arc<Environment>>),
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
    /// Called with one that another has taken over from.
    left: fn(&Arc<Environment>),
}

static ENVIRONMENTS: OnceLock<Arc<Environments>> = OnceLock::new();

/// The environments of this server; they stand from the moment the module is loaded.
pub(crate) fn environments() -> &'static Arc<Environments> {
    ENVIRONMENTS
        .get()
        .expect("the environments stand once the module is loaded")
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

impl Environments {
    /// Makes known where the environments of this server are, as it is configured; `left` is called with one that another has
    /// taken over from.
    pub(crate) fn install(directory: PathBuf, left: fn(&Arc<Environment>)) {
        let _ = ENVIRONMENTS.set(Arc::new(Self {
            python: settings().python_executable.get(),
            shelf: Shelf::new(&directory),
            directory,
            wheels: settings().wheel_directory.get(),
            entries: Mutex::new(HashMap::new()),
            left,
        }));
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
            Some(Entry::Ready(environment))
                if requirements.is_empty() || !renew && !self.has_older_wheels(environment) =>
            {
                let environment = Arc::clone(environment);
                drop(entries);
                then(Ok(environment));
            }
            Some(Entry::Making(waiting, _)) => waiting.push(Box::new(then)),
            _ => {
                let old = match entries.remove(&requirements) {
                    Some(Entry::Ready(old)) => Some(old),
                    _ => None,
                };
                let making = Entry::Making(vec![Box::new(then)], old);
                entries.insert(requirements.clone(), making);
                drop(entries);
                let (environments, wanted) = (Arc::clone(self), requirements.clone());
                let spawned = start_thread("rg-environment", move || {
                    environments.make_and_tell(wanted, renew);
                });
                if let Err(error) = spawned {
                    self.tell(requirements, &Err(Failure::NoThread(error.to_string())));
                }
            }
        }
    }

    fn make_and_tell(&self, requirements: Vec<String>, renew: bool) {
        // Whatever goes wrong on the way, somebody waits for an answer.
        let failed = Err(Failure::Defect);
        let result = guarded("making an environment", failed, || {
            if requirements.is_empty() {
                base::make(&self.python, &self.directory)
            } else {
                self.make(&requirements, renew)
            }
        })
        .map(Arc::new);
        self.tell(requirements, &result);
    }

    /// Tells everybody who waits for an environment what became of it.
    fn tell(&self, requirements: Vec<String>, result: &EnvironmentResult) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Entry::Making(waiting, old)) = entries.remove(&requirements) else {
            return;
        };
        // One that cannot be renewed stays as it was.
        if let Some(present) = result.as_ref().ok().or(old.as_ref()) {
            entries.insert(requirements, Entry::Ready(Arc::clone(present)));
        }
        drop(entries);
        for then in waiting {
            guarded("what waited for an environment", (), || {
                then(result.clone());
            });
        }
        if let (Ok(_), Some(old)) = (result, old)
            && let Some(place) = &old.place
        {
            place.leave();
            (self.left)(&old);
        }
    }

    fn make(&self, requirements: &[String], renew: bool) -> Result<Environment, Failure> {
        let base = match self.base() {
            Some(base) => base,
            None => Arc::new(base::make(&self.python, &self.directory)?),
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
        let stem = format!("env-{stamp:016x}-");
        let name = |number: u32| self.directory.join(format!("{stem}{number}"));
        let numbers = place::numbers(&self.directory, &stem);
        let have_wheels = || {
            requirements
                .iter()
                .all(|one| self.shelf.find(one).is_some())
        };
        let present = numbers
            .last()
            .filter(|_| !renew && have_wheels())
            .map(|&last| name(last))
            .filter(|directory| !self.is_older(directory, requirements))
            .and_then(Place::hold);
        let place = match present {
            Some(place) => place,
            None => {
                let made = name(numbers.last().map_or(0, |last| last + 1));
                self.build(&base, &made, requirements, renew)?;
                Place::hold(made).ok_or(Failure::Removed)?
            }
        };
        for old in numbers.into_iter().map(name) {
            if old != place.directory {
                place::remove(&old);
            }
        }
        Ok(Environment {
            requirements: requirements.to_vec(),
            python: place.directory.join("bin").join("python"),
            version: base.version.clone(),
            package: base.package.clone(),
            base_path: base.base_path.clone(),
            place: Some(place),
        })
    }

    fn build(
        &self,
        base: &Environment,
        directory: &Path,
        requirements: &[String],
        renew: bool,
    ) -> Result<(), Failure> {
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
        if let Err(failure) = &made
            && foreign
        {
            // Wheels that came from another server, or from the time of another Python, may not fit here.
            log(
                Level::Notice,
                &format!("the wheels at hand do not fit ({failure}); fetching them again"),
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
                    Err(Failure::file(directory, "be made")(error))
                }
            })
        })
        .inspect_err(|_| {
            let _ = fs::remove_dir_all(&aside);
        })
    }

    /// Whether other wheels have come since an environment was made.
    fn has_older_wheels(&self, environment: &Environment) -> bool {
        environment
            .place
            .as_ref()
            .is_some_and(|place| self.is_older(&place.directory, &environment.requirements))
    }

    fn is_older(&self, directory: &Path, requirements: &[String]) -> bool {
        let made = fs::metadata(directory.join("pyvenv.cfg")).and_then(|file| file.modified());
        made.is_ok_and(|made| {
            requirements
                .iter()
                .filter_map(|requirement| self.shelf.since(requirement))
                .any(|came| came > made)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_interpreter_is_named() {
        let error =
            base::make("/nowhere/python3", &std::env::temp_dir()).expect_err("there is none");
        let error = error.to_string();
        assert!(
            error.contains("/nowhere/python3") && error.contains("PythonExecutable"),
            "{error}"
        );
    }
}
