//! Functions that run beside the reading of their records: while one thread reads, which takes the server's lock again and
//! again, another one runs them.

use std::sync::mpsc::{self, SyncSender};
use std::thread::{Builder, Scope, ScopedJoinHandle, scope};

use crate::record::kept::Kept;
use crate::record::sink::{Content, Sink};

/// So many records, or bytes of them, are given to the other thread together.
const TOGETHER: usize = 1024;
const BYTES_TOGETHER: usize = 4 << 20;
/// So many lots of them wait for the functions; then the reading waits.
const AHEAD: usize = 16;

/// Gives the records that `read` writes to `run`, on a thread of its own if they are many. Gives nothing when that thread ends
/// before its time, or the system gives none.
///
/// # Errors
/// What the reader says.
pub(crate) fn beside<R: Send, E>(
    run: impl FnOnce(&mut dyn Iterator<Item = Kept>) -> R + Send,
    read: impl FnOnce(&mut dyn Sink) -> Result<(), E>,
) -> Result<Option<R>, E> {
    scope(|scope| {
        let mut pipe = Pipe {
            scope,
            kept: Kept::default(),
            run: Some(run),
            other: None,
            over: false,
        };
        let read = read(&mut pipe);
        let Pipe {
            kept, run, other, ..
        } = pipe;
        let done = match (run, other) {
            (Some(run), _) => Some(run(&mut std::iter::once(kept))),
            (None, Some((sender, thread))) => {
                if kept.len() > 0 {
                    let _ = sender.send(kept);
                }
                drop(sender);
                thread.join().ok()
            }
            (None, None) => None,
        };
        read.map(|()| done)
    })
}

/// Keeps records until they are worth to be given to the other thread.
struct Pipe<'scope, 'env, F, R> {
    scope: &'scope Scope<'scope, 'env>,
    kept: Kept,
    /// What runs them, until the other thread does.
    run: Option<F>,
    other: Option<(SyncSender<Kept>, ScopedJoinHandle<'scope, R>)>,
    /// Whether no more are wanted.
    over: bool,
}

impl<'scope, F, R> Pipe<'scope, '_, F, R>
where
    F: FnOnce(&mut dyn Iterator<Item = Kept>) -> R + Send + 'scope,
    R: Send + 'scope,
{
    fn start(&mut self) {
        let Some(run) = self.run.take() else { return };
        let (sender, receiver) = mpsc::sync_channel(AHEAD);
        let thread = Builder::new()
            .name("rg-beside".to_owned())
            .spawn_scoped(self.scope, move || run(&mut receiver.into_iter()));
        self.other = thread.ok().map(|thread| (sender, thread));
    }

    fn send(&mut self) {
        self.start();
        let kept = std::mem::take(&mut self.kept);
        let sent = match &self.other {
            Some((sender, _)) => sender.send(kept).is_ok(),
            None => false,
        };
        self.over |= !sent;
    }
}

impl<'scope, F, R> Sink for Pipe<'scope, '_, F, R>
where
    F: FnOnce(&mut dyn Iterator<Item = Kept>) -> R + Send + 'scope,
    R: Send + 'scope,
{
    fn text(&mut self, text: &[u8]) {
        self.kept.text(text);
    }

    fn texts(&mut self, texts: &[Vec<u8>]) {
        self.kept.texts(texts);
    }

    fn key(&mut self, event: Option<&str>, name: &[u8]) {
        self.kept.key(event, name);
    }

    fn value(&mut self, event: Option<&str>, name: &[u8], kind: &str, content: &Content<'_>) {
        self.kept.value(event, name, kind, content);
    }

    fn entry(&mut self, key: &[u8], id: &[u8], fields: &[(&[u8], &[u8])]) {
        self.kept.entry(key, id, fields);
    }

    fn is_full(&self) -> bool {
        self.over || self.kept.len() >= TOGETHER || self.kept.bytes() >= BYTES_TOGETHER
    }

    fn go_on(&mut self) -> bool {
        if self.is_full() {
            self.send();
        }
        !self.over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sink::One;

    fn texts(records: &mut dyn Iterator<Item = Kept>, most: usize) -> usize {
        let mut seen = 0;
        for kept in records {
            seen += kept.len();
            assert_ne!(
                One::of(|one| kept.write(one)),
                crate::record::value::Value::None
            );
            if seen >= most {
                break;
            }
        }
        seen
    }

    #[test]
    fn all_records_arrive_few_or_many_and_no_more_are_read_than_wanted() {
        for (count, most) in [
            (1, 9),
            (1023, 99_999),
            (1024, 99_999),
            (300_000, 999_999),
            (300_000, 70_000),
        ] {
            let mut read = 0;
            let done = beside(
                |records| texts(records, most),
                |sink| {
                    while read < count {
                        sink.text(b"t");
                        read += 1;
                        if sink.is_full() && !sink.go_on() {
                            break;
                        }
                    }
                    Ok::<(), ()>(())
                },
            );
            let seen = done.ok().flatten().expect("a number");
            if most > count {
                assert_eq!((seen, read), (count, count));
            } else {
                assert!(seen >= most && read < count, "{seen} of {read}");
            }
        }
    }

    #[test]
    fn a_reader_that_fails_and_a_thread_that_panics_end_it() {
        let failed = beside(|records| records.count(), |_| Err("nothing to read"));
        assert_eq!(failed, Err("nothing to read"));
        let done = beside(
            |records| assert!(records.next().is_none(), "the function's own"),
            |sink| {
                for _ in 0..100_000 {
                    sink.text(b"t");
                    if sink.is_full() && !sink.go_on() {
                        break;
                    }
                }
                Ok::<(), ()>(())
            },
        );
        assert_eq!(done, Ok(None));
    }
}
