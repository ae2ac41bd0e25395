//! Files that have changed, until they are left alone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind};

/// What has changed, with the moment of the last change.
#[derive(Debug)]
pub(crate) struct Changes {
    last: BTreeMap<PathBuf, Instant>,
    /// For how long a file is to be left alone.
    quiet: Duration,
}

impl Changes {
    pub(crate) fn new(quiet: Duration) -> Self {
        Self {
            last: BTreeMap::new(),
            quiet,
        }
    }

    /// Notes what the system tells. That a file was read is no change; this program does it too.
    pub(crate) fn note_event(&mut self, event: Event) {
        let written = AccessKind::Close(AccessMode::Write);
        if matches!(event.kind, EventKind::Access(access) if access != written) {
            return;
        }
        self.note(event.paths);
    }

    /// Notes that something has changed now.
    pub(crate) fn note(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        let now = Instant::now();
        self.last.extend(paths.into_iter().map(|path| (path, now)));
    }

    /// Gives what has been left alone. The two names of a file that was renamed come together.
    pub(crate) fn take(&mut self) -> Vec<PathBuf> {
        let now = Instant::now();
        let quiet = self.quiet;
        let is_over = |last: &Instant| now.duration_since(*last) >= quiet;
        let over = self.last.iter().filter(|(_, last)| is_over(last));
        let over: Vec<PathBuf> = over.map(|(path, _)| path.clone()).collect();
        self.last.retain(|_, last| !is_over(last));
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{CreateKind, ModifyKind, RenameMode};

    fn told(changes: &mut Changes, kind: EventKind, paths: &[&str]) {
        let event = Event::new(kind);
        changes.note_event(
            paths
                .iter()
                .fold(event, |event, path| event.add_path(path.into())),
        );
    }

    #[test]
    fn reading_is_no_change() {
        let mut changes = Changes::new(Duration::ZERO);
        let read = EventKind::Access(AccessKind::Open(AccessMode::Any));
        told(&mut changes, read, &["/read"]);
        told(&mut changes, EventKind::Create(CreateKind::File), &["/new"]);
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        told(&mut changes, written, &["/written"]);
        let paths = changes.take();
        assert_eq!(paths, [PathBuf::from("/new"), PathBuf::from("/written")]);
        assert!(changes.take().is_empty());
    }

    #[test]
    fn both_names_come_together_when_they_are_left_alone() {
        let mut changes = Changes::new(Duration::from_secs(3600));
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::Both));
        told(&mut changes, renamed, &["/old", "/new"]);
        assert!(changes.take().is_empty());
        changes.quiet = Duration::ZERO;
        assert_eq!(changes.take().len(), 2);
    }
}
