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
        .spawn(move || {
            wake_in_time();
            guarded(&what, (), body);
        })
        .map(drop)
}

/// Has this thread wake from a rest when it is over: the system would put that off by as much again, to wake several at once.
fn wake_in_time() {
    const NANOSECONDS: libc::c_ulong = 1000;
    // SAFETY: it concerns this thread alone, and has no other arguments.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, NANOSECONDS) };
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

/// How long the processor has worked for this thread.
pub(crate) fn thread_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the structure lives during the call, which writes nothing else.
    let known = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) } == 0;
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let part = u64::try_from(time.tv_nsec).unwrap_or(0);
    if known {
        Duration::from_secs(seconds) + Duration::from_nanos(part)
    } else {
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn the_time_of_a_thread_goes_on_while_it_works_and_not_while_it_sleeps() {
        let begun = thread_time();
        std::thread::sleep(Duration::from_millis(50));
        assert!(thread_time() - begun < Duration::from_millis(50));
        while thread_time() == begun {
            std::hint::spin_loop();
        }
    }

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
