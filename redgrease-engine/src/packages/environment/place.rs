//! Where environments lie: a directory for each renewal of a set of requirements, there as long as somebody uses it.
//!
//! Servers may share these directories: each holds a lock on those that it uses.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::server::{Level, lock_file, log, start_thread};

/// A directory with an environment that this server uses.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) directory: PathBuf,
    lock: Option<File>,
    /// Whether another environment has taken over: then the last user takes the directory away.
    left: AtomicBool,
}

impl Place {
    /// Holds a directory with an environment, if it is there and nobody is about to remove it.
    pub(super) fn hold(directory: PathBuf) -> Option<Self> {
        let lock = File::open(&directory).ok()?;
        let held = lock_file(&lock, false) && directory.join("bin").join("python").exists();
        held.then_some(Self {
            directory,
            lock: Some(lock),
            left: AtomicBool::new(false),
        })
    }

    /// Has the directory removed once nobody uses it any more.
    pub(super) fn leave(&self) {
        self.left.store(true, Ordering::Release);
    }

    /// Whether it is to be removed.
    pub(super) fn is_left(&self) -> bool {
        self.left.load(Ordering::Acquire)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_left() {
            return;
        }
        self.lock = None;
        let directory = std::mem::take(&mut self.directory);
        // This may be the server's main thread, and there are thousands of files.
        let spawned = start_thread("rg-environment", move || remove(&directory));
        if let Err(error) = spawned {
            log(
                Level::Warning,
                &format!("an unused Python environment stays: no thread: {error}"),
            );
        }
    }
}

/// Removes an environment that no server uses.
pub(super) fn remove(directory: &Path) {
    let Ok(lock) = File::open(directory) else {
        return;
    };
    if !lock_file(&lock, true) {
        return;
    }
    // Out of sight first, so that nobody finds half of it.
    let aside = directory.with_extension("old");
    let removed = fs::rename(directory, &aside).and_then(|()| fs::remove_dir_all(&aside));
    let shown = directory.display();
    match removed {
        Ok(()) => log(
            Level::Notice,
            &format!("removed the Python environment {shown}, which nobody uses any more"),
        ),
        Err(error) => log(
            Level::Warning,
            &format!("the unused Python environment {shown} cannot be removed: {error}"),
        ),
    }
}

/// The numbers of the directories `<stem><number>`, in their order.
pub(super) fn numbers(parent: &Path, stem: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_prefix(stem)?.parse().ok())
        .collect();
    numbers.sort_unstable();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_not_removed() {
        let parent = tempfile::tempdir().expect("a temporary directory");
        let directory = parent.path().join("env-1");
        fs::create_dir_all(directory.join("bin")).expect("made");
        assert!(
            Place::hold(directory.clone()).is_none(),
            "it is no environment"
        );
        fs::write(directory.join("bin").join("python"), "").expect("written");
        let place = Place::hold(directory.clone()).expect("it is one");
        assert!(
            Place::hold(directory.clone()).is_some(),
            "others may use it too"
        );
        assert_eq!(numbers(parent.path(), "env-"), [1]);
        assert!(!lock_file(&File::open(&directory).expect("opens"), true));
        drop(place);
        // A process that another test starts at this moment has the descriptor too, until it runs its own program.
        let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while !lock_file(&File::open(&directory).expect("opens"), true) {
            assert!(std::time::Instant::now() < end, "it is still held");
            std::thread::yield_now();
        }
    }
}
