//! The directories that are watched. The system forgets a directory that is deleted, so one that
//! was made again has to be watched anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use notify::{RecursiveMode, Watcher};

use crate::scan::Sources;

/// The watched directories.
#[derive(Debug)]
pub(crate) struct Roots(Vec<Root>);

#[derive(Debug)]
struct Root {
    path: PathBuf,
    mode: RecursiveMode,
    /// Which directory of that name is watched; `None` when it is gone.
    watched: Option<Identity>,
    /// Another one stands there since this moment, or none.
    other_since: Option<(Option<Identity>, Instant)>,
}

/// Tells a directory from another one of the same name.
type Identity = (u64, u64);

impl Roots {
    /// Watches the directories of the sources.
    pub(crate) fn watch(sources: &Sources, watcher: &mut dyn Watcher) -> notify::Result<Self> {
        let mut roots = Vec::new();
        for (dir, recursive) in sources.directories() {
            let mode = if recursive {
                RecursiveMode::Recursive
            } else {
                RecursiveMode::NonRecursive
            };
            let watched = identity(dir);
            watcher.watch(dir, mode)?;
            roots.push(Root {
                path: dir.to_path_buf(),
                mode,
                watched,
                other_since: None,
            });
        }
        Ok(Self(roots))
    }

    /// A change of the directory itself: it may not be the one any more that is watched, even if the
    /// system gives the new one the number of the old one.
    pub(crate) fn doubt(&mut self, path: &Path) {
        for root in self.0.iter_mut().filter(|root| root.path == path) {
            root.watched = None;
        }
    }

    /// The directories that are gone or others since `quiet`; what is there now is watched.
    pub(crate) fn replaced(&mut self, watcher: &mut dyn Watcher, quiet: Duration) -> Vec<PathBuf> {
        let mut replaced = Vec::new();
        for root in &mut self.0 {
            let now = identity(&root.path);
            if now == root.watched && now.is_some() {
                root.other_since = None;
                continue;
            }
            let since = match root.other_since {
                Some((other, since)) if other == now => since,
                _ => {
                    root.other_since = Some((now, Instant::now()));
                    continue;
                }
            };
            // one that is gone is told of once
            let is_news = now.is_some() || root.watched.is_some();
            if since.elapsed() < quiet || !is_news {
                continue;
            }
            // the old watch ended with its directory, or goes on where that was moved to
            let _ = watcher.unwatch(&root.path);
            if now.is_some() && watcher.watch(&root.path, root.mode).is_err() {
                continue;
            }
            root.watched = now;
            replaced.push(root.path.clone());
        }
        replaced
    }
}

#[cfg(unix)]
fn identity(dir: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let data = fs::metadata(dir).ok()?;
    data.is_dir().then(|| (data.dev(), data.ino()))
}

#[cfg(not(unix))]
fn identity(dir: &Path) -> Option<Identity> {
    fs::metadata(dir).ok()?.is_dir().then_some((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::NullWatcher;

    #[test]
    fn a_directory_that_is_made_again_is_told_of_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("scripts");
        fs::create_dir(&path).unwrap();
        let mut watcher = NullWatcher;
        let mut roots = Roots(vec![Root {
            path: path.clone(),
            mode: RecursiveMode::Recursive,
            watched: identity(&path),
            other_since: None,
        }]);
        let mut look = || -> Vec<PathBuf> {
            // the first look notices, the second one finds it left alone for no time at all
            let mut found = roots.replaced(&mut watcher, Duration::ZERO);
            found.extend(roots.replaced(&mut watcher, Duration::ZERO));
            found
        };
        assert!(look().is_empty());
        fs::rename(&path, dir.path().join("elsewhere")).unwrap();
        assert_eq!(look(), [path.clone()]);
        assert!(look().is_empty());
        fs::create_dir(&path).unwrap();
        assert_eq!(look(), [path.clone()]);
        assert!(look().is_empty());
        roots.doubt(&path);
        assert_eq!(
            roots.replaced(&mut watcher, Duration::ZERO),
            Vec::<PathBuf>::new()
        );
        assert_eq!(roots.replaced(&mut watcher, Duration::ZERO), [path]);
    }
}
