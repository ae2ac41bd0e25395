//! A page of memory that a worker shares: how often keys were written whose records it was given before their turn.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::guard;
use crate::server::shared_page;

/// The page, and what stands on it.
#[derive(Debug)]
pub(super) struct Page {
    /// Nothing where the system has no such pages, and when the worker is gone.
    file: Mutex<Option<File>>,
    writes: AtomicU64,
}

impl Page {
    /// A new page.
    pub(super) fn new() -> Self {
        Self {
            file: Mutex::new(shared_page().ok()),
            writes: AtomicU64::new(0),
        }
    }

    /// Another descriptor of it, for the worker.
    pub(super) fn descriptor(&self) -> Option<OwnedFd> {
        let file = guard(&self.file);
        file.as_ref()?.try_clone().ok().map(OwnedFd::from)
    }

    /// Counts a write, for the worker to see before it begins anything else.
    pub(super) fn count(&self) {
        let writes = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some(file) = &*guard(&self.file) {
            let _ = file.write_all_at(&writes.to_ne_bytes(), 0);
        }
    }

    /// Nobody looks at it any more.
    pub(super) fn close(&self) {
        *guard(&self.file) = None;
    }

    /// What stands on it; nothing where there is none.
    pub(super) fn now(&self) -> Option<[u8; 8]> {
        guard(&self.file).as_ref()?;
        Some(self.writes.load(Ordering::SeqCst).to_ne_bytes())
    }
}
