//! A thread that does what messages ask for: the one that they come by must not wait for the server, for files or for others.

use std::io;
use std::sync::{Mutex, OnceLock, mpsc};

use crate::base::guard;
use crate::server::{guarded, start_lasting_thread};

type Task = Box<dyn FnOnce() + Send>;

/// Tasks that are done one after the other.
#[derive(Debug)]
pub(crate) struct Tasks(OnceLock<Mutex<mpsc::Sender<Task>>>);

impl Tasks {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Begins with them, on a thread of this name; `what` says in the log what a task was about that panicked.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(&self, name: &'static str, what: &'static str) -> io::Result<()> {
        let (sender, tasks) = mpsc::channel::<Task>();
        let _ = self.0.set(Mutex::new(sender));
        start_lasting_thread(name, move || {
            for task in &tasks {
                guarded(what, (), task);
            }
        })
    }

    /// Has something done behind what was submitted before.
    pub(crate) fn submit(&self, task: impl FnOnce() + Send + 'static) {
        if let Some(tasks) = self.0.get() {
            // Not before the end of the process does nobody listen.
            let _ = guard(tasks).send(Box::new(task));
        }
    }
}
