//! Running `venv` and pip: fetching wheels and making environments.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::packages::Failure;
use crate::packages::environment::Environment;
use crate::packages::environment::keep_private;
use crate::packages::wheels::{Shelf, system};
use crate::server::close_for_programs;
use crate::server::{Level, log};

/// The first pip that installs into another environment than its own.
const INSTALLS_ELSEWHERE: (u32, u32) = (22, 3);

/// What makes environments.
#[derive(Debug)]
pub(crate) struct Installer<'a> {
    /// The interpreter that everything starts from.
    pub(crate) base: &'a Environment,
    /// The directory that pip looks into instead of asking an index; empty for an index.
    pub(crate) wheels: &'a str,
    /// Where fetched wheels are kept.
    pub(crate) shelf: &'a Shelf,
}

impl Installer<'_> {
    /// Fetches the wheels of a requirement and of what it needs, and puts them on the shelf, `again` where they are already.
    ///
    /// # Errors
    /// What pip said.
    pub(crate) fn fetch(&self, requirement: &str, again: bool) -> Result<(), Failure> {
        log(
            Level::Notice,
            &format!("fetching the wheels of {requirement}"),
        );
        self.shelf.put(requirement, &system(), again, |directory| {
            let borrowed = directory.join("pip");
            let has_pip = self.pip_version().is_some();
            if !has_pip {
                self.make_venv(&borrowed, true)?;
            }
            let python_path = if has_pip {
                self.base.python.clone()
            } else {
                borrowed.join("bin").join("python")
            };
            let mut pip = pip(&python_path);
            pip.args(["wheel", "--wheel-dir"]).arg(directory);
            if !self.wheels.is_empty() {
                pip.args(["--no-index", "--find-links", self.wheels]);
            }
            let fetched = run(quiet(&mut pip).args(["--", requirement]), "pip wheel");
            let _ = fs::remove_dir_all(&borrowed);
            fetched
        })
    }

    /// Makes an environment in `directory` from wheels on the shelf: all at once, or, where that has no solution, one by one.
    ///
    /// # Errors
    /// What pip said.
    pub(crate) fn install(&self, directory: &Path, requirements: &[String]) -> Result<(), Failure> {
        log(
            Level::Notice,
            &format!("making a Python environment for {}", requirements.join(" ")),
        );
        let _ = fs::remove_dir_all(directory);
        // The base environment's pip installs into the new one, which is a second faster than giving it a pip.
        let elsewhere = self.pip_version() >= Some(INSTALLS_ELSEWHERE);
        self.make_venv(directory, !elsewhere)?;
        let installed = self.install_into(directory, elsewhere, requirements);
        if requirements.len() < 2 {
            return installed;
        }
        installed.or_else(|failure| {
            log(
                Level::Notice,
                &format!(
                    "these requirements have no common solution ({failure}); installing one by one"
                ),
            );
            // Last those that say a version, so that it stays.
            let (exact, open): (Vec<_>, Vec<_>) =
                requirements.iter().partition(|one| one.contains("=="));
            open.into_iter().chain(exact).try_for_each(|one| {
                self.install_into(directory, elsewhere, std::slice::from_ref(one))
            })
        })
    }

    /// Has pip install requirements together; with a pip from `elsewhere`, or with the environment's own.
    fn install_into(
        &self,
        directory: &Path,
        elsewhere: bool,
        requirements: &[String],
    ) -> Result<(), Failure> {
        let target = directory.join("bin").join("python");
        let mut command = if elsewhere {
            let mut command = pip(&self.base.python);
            command.arg("--python").arg(&target);
            command
        } else {
            pip(&target)
        };
        command.args(["install", "--no-index"]);
        let mut targets: Vec<String> = Vec::new();
        for requirement in requirements {
            match self.shelf.find(requirement) {
                Some(wheels) => {
                    targets.extend(wheels.targets(requirement));
                    command.arg("--find-links").arg(wheels.directory);
                }
                None => targets.push(requirement.clone()),
            }
        }
        if targets.is_empty() {
            return Ok(());
        }
        run(quiet(&mut command).arg("--").args(targets), "pip install")
    }

    fn make_venv(&self, directory: &Path, with_pip: bool) -> Result<(), Failure> {
        let mut command = python(&self.base.python);
        command.args(["-I", "-m", "venv"]);
        if !with_pip {
            command.arg("--without-pip");
        }
        run(command.arg(directory), "python -m venv")?;
        keep_private(directory).map_err(Failure::file(directory, "be kept private"))
    }

    /// The version of the base environment's pip, if it has one.
    fn pip_version(&self) -> Option<(u32, u32)> {
        let output = python(&self.base.python)
            .args(["-I", "-c", "import pip; print(pip.__version__)"])
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut numbers = text.trim().split('.').map(|part| part.parse().unwrap_or(0));
        let first = numbers.next().filter(|&first| first > 0)?;
        Some((first, numbers.next().unwrap_or(0)))
    }
}

fn pip(interpreter: &Path) -> Command {
    let mut command = python(interpreter);
    command.args(["-I", "-m", "pip"]);
    command
}

fn quiet(command: &mut Command) -> &mut Command {
    command.args(["--quiet", "--disable-pip-version-check", "--no-input"])
}

fn run(command: &mut Command, name: &'static str) -> Result<(), Failure> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            log(Level::Warning, &format!("{name} failed:\n{said}"));
            Err(Failure::Program {
                name,
                said: tail(&output),
            })
        }
        Err(error) => Err(Failure::Start {
            name,
            cause: error.to_string(),
        }),
    }
}

/// An interpreter with the server's environment but without what changes Python's own behaviour.
pub(crate) fn python(path: &Path) -> Command {
    close_for_programs();
    let mut command = Command::new(path);
    command.stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PYTHON") {
            command.env_remove(name);
        }
    }
    command
}

/// The last lines that a failed command wrote, on one line.
pub(crate) fn tail(output: &Output) -> String {
    let text = if output.stderr.iter().all(u8::is_ascii_whitespace) {
        &output.stdout
    } else {
        &output.stderr
    };
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("[notice]"))
        .collect();
    let from = lines.len().saturating_sub(4);
    lines[from..].join(" | ")
}
