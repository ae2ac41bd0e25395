//! The worker package: Python files that are compiled into the module and written to disk for the workers.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::fingerprint;
use crate::server::{Level, log};

macro_rules! worker_files {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/python/redgrease_worker/", $name)))),*]
    };
}

/// The worker package, as it is compiled into the module.
const WORKER_FILES: &[(&str, &str)] = &worker_files![
    "__init__.py"
    "__main__.py"
    "ambient.py"
    "base.py"
    "builder.py"
    "builtin.py"
    "calls.py"
    "channel.py"
    "contexts.py"
    "errors.py"
    "future.py"
    "futures.py"
    "given.py"
    "hooks.py"
    "hub.py"
    "lead.py"
    "natives.py"
    "operations.py"
    "overlap.py"
    "pickling.py"
    "prelude.py"
    "profiling.py"
    "records.py"
    "relay.py"
    "runner.py"
    "runtime.py"
    "scope.py"
    "session.py"
    "start.py"
    "steps.py"
    "stopping.py"
    "threads.py"
    "transaction.py"
    "turns.py"
    "wire.py"
];

/// Tells files apart that are being written.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Writes the worker package into a directory named after its content, so that two versions never mix; gives that directory.
///
/// # Errors
/// What the system said.
pub(super) fn write(directory: &Path) -> std::io::Result<PathBuf> {
    let stamp = WORKER_FILES
        .iter()
        .fold(fingerprint(b""), |stamp, (name, text)| {
            stamp ^ fingerprint(name.as_bytes()).wrapping_mul(31) ^ fingerprint(text.as_bytes())
        });
    let top = directory.join(format!("worker-{}-{stamp:016x}", env!("CARGO_PKG_VERSION")));
    let package = top.join("redgrease_worker");
    fs::create_dir_all(&package)?;
    keep_private(&top)?;
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

/// Keeps other users of the system away from a directory, whatever the server's file mode mask is.
///
/// # Errors
/// What the system said.
pub(crate) fn keep_private(directory: &Path) -> std::io::Result<()> {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
}

/// Writes the package again where it was written, and has Python compile it again: a worker did not come to stand, and what it
/// runs may be damaged.
pub(crate) fn repair(written: &Path) {
    let _ = fs::remove_dir_all(written.join("redgrease_worker").join("__pycache__"));
    if let Some(directory) = written.parent()
        && let Err(error) = write(directory)
    {
        log(
            Level::Warning,
            &format!(
                "the worker files in {} cannot be written again: {error}",
                written.display()
            ),
        );
    }
}
