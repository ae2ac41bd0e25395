//! The threads of the engine: a panic in one of them is logged, and ends nothing else.

use std::io;
use std::time::Duration;

use super::guarded;

/// How long a thread that lasts rests after a panic, which may come again at once.
const REST: Duration = Duration::from_millis(100);

/// Starts a thread.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start_thread(
    name: impl Into<String>,
    body: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let name = name.into();
    let what = format!("the thread {name}");
    #[expect(clippy::disallowed_methods, reason = "it is guarded here")]
    std::thread::Builder::new()
        .name(name)
        .spawn(move || guarded(&what, (), body))
        .map(drop)
}

/// Starts a thread that lasts as long as the server: `body` begins again should it ever end.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start_lasting_thread(
    name: impl Into<String>,
    body: impl Fn() + Send + 'static,
) -> io::Result<()> {
    let name = name.into();
    let what = format!("the thread {name}");
    start_thread(name, move || {
        loop {
            guarded(&what, (), &body);
            std::thread::sleep(REST);
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_lasting_thread_goes_on_after_a_panic() {
        let (sender, receiver) = channel();
        start_lasting_thread("lasting", move || {
            let _ = sender.send(());
            panic!("one of its tasks is broken");
        })
        .expect("a thread");
        for _ in 0..3 {
            assert_eq!(receiver.recv(), Ok(()));
        }
    }
}
