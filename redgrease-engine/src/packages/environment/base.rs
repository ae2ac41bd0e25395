//! The base environment: the configured interpreter as it is.

use std::path::{Path, PathBuf};

use super::{Environment, package};
use crate::packages::Failure;
use crate::packages::install::{python as command, tail};
use crate::server::{Level, log};

/// The oldest Python that the workers run on.
const OLDEST: (u8, u8) = (3, 7);

/// What an interpreter says about itself. It also compiles the worker's files, whose directory it is given: a worker that did
/// so would keep the memory that this takes.
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
import sysconfig
mark = os.path.join(sysconfig.get_path('stdlib') or '', 'EXTERNALLY-MANAGED')
print('kept' if sys.prefix == sys.base_prefix and os.path.exists(mark) else '')
if sys.version_info >= (3, 7):
    import compileall
    compileall.compile_dir(sys.argv[1], quiet=2)
";

/// The environment of an interpreter, which may be a path or a name to look up; the worker's files go into `directory`.
///
/// # Errors
/// What is missing, where it was looked for, and the remedy.
pub(super) fn make(python: &str, directory: &Path) -> Result<Environment, Failure> {
    let wanted = if python.is_empty() { "python3" } else { python };
    let remedy =
        "install Python 3.7 or newer, or load the module with `PythonExecutable /path/to/python3`";
    let package = package::write(directory).map_err(|error| {
        Failure::Interpreter(format!(
            "the worker files cannot be written below {}: {error}; load the module with `PythonInstallationDir <a \
             writable directory>`",
            directory.display()
        ))
    })?;
    let output = command(Path::new(wanted))
        .args(["-I", "-c", PROBE])
        .arg(&package)
        .output()
        .map_err(|error| {
            Failure::Interpreter(format!(
                "Python cannot be started: `{wanted}` ({}): {error}; {remedy}",
                if python.is_empty() {
                    format!(
                        "looked up on PATH={}",
                        std::env::var("PATH").unwrap_or_default()
                    )
                } else {
                    "from the module argument PythonExecutable".to_owned()
                }
            ))
        })?;
    if !output.status.success() {
        return Err(Failure::Interpreter(format!(
            "Python cannot be used: `{wanted}` failed: {}; {remedy}",
            tail(&output)
        )));
    }
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = said.lines().map(str::to_owned);
    let mut next = || lines.next().unwrap_or_default();
    let (executable, version, cloudpickle, greenlet, path, kept) =
        (next(), next(), next(), next(), next(), next());
    if numbers(&version) < OLDEST {
        return Err(Failure::Interpreter(format!(
            "Python {version} at {executable} is too old: the engine needs 3.7 or newer; {remedy}"
        )));
    }
    if cloudpickle.is_empty() {
        return Err(Failure::Interpreter(format!(
            "the Python package cloudpickle is missing from {executable}, looked in {path}; {}, or load the module \
             with `PythonExecutable` naming a Python that has it",
            way_to_install(&executable, "cloudpickle greenlet", !kept.is_empty())
        )));
    }
    if greenlet.is_empty() {
        log(
            Level::Notice,
            &format!(
                "{executable} has no greenlet: functions that call execute() will not overlap in one worker thread; {}",
                way_to_install(&executable, "greenlet", !kept.is_empty())
            ),
        );
    }
    let mut places = vec![cloudpickle];
    if !greenlet.is_empty() && !places.contains(&greenlet) {
        places.push(greenlet);
    }
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
        place: None,
    })
}

/// The first two numbers of a version such as `3.11.2`: they decide which pickled functions an interpreter can run.
pub(crate) fn numbers(version: &str) -> (u8, u8) {
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// The same as people write it.
pub(crate) fn minor(version: &str) -> String {
    let (major, minor) = numbers(version);
    format!("{major}.{minor}")
}

fn way_to_install(executable: &str, packages: &str, kept: bool) -> String {
    if kept {
        return format!(
            "this system keeps that Python's packages to itself, so make an environment with `{executable} -m venv \
             /opt/redgrease && /opt/redgrease/bin/pip install cloudpickle greenlet` and load the module with \
             `PythonExecutable /opt/redgrease/bin/python3`"
        );
    }
    format!("install it with `{executable} -m pip install {packages}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_python_that_the_system_keeps_gets_an_environment() {
        let free = way_to_install("/p", "cloudpickle greenlet", false);
        assert_eq!(
            free,
            "install it with `/p -m pip install cloudpickle greenlet`"
        );
        let kept = way_to_install("/p", "greenlet", true);
        assert!(!kept.contains("/p -m pip"), "{kept}");
        assert!(kept.contains("/p -m venv /opt/redgrease"), "{kept}");
    }
}
