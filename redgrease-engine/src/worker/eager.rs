//! Reading from a worker that is likely to answer at once.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::server::receive;

/// How long a reader looks again and again before it sleeps. To be woken up takes longer than most answers: on a virtual
/// machine whose processor has gone idle meanwhile, several times as long.
const AWAKE: Duration = Duration::from_micros(50);

/// Reads with looking for a moment first, where the last answer came quickly.
#[derive(Debug, Default)]
pub(super) struct Eager {
    slow: bool,
}

impl Eager {
    /// Keeps the next read from looking first: there is more than one caller, so somebody else has use for the processor.
    pub(super) fn rest(&mut self) {
        self.slow = true;
    }

    /// Reads what is there or comes.
    ///
    /// # Errors
    /// Those of reading from the socket, its time-out included.
    pub(super) fn read(&mut self, mut stream: &UnixStream, buffer: &mut [u8]) -> io::Result<usize> {
        let begun = Instant::now();
        if !self.slow {
            loop {
                match receive(stream, buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    result => return result,
                }
                if begun.elapsed() > AWAKE {
                    break;
                }
                // Others go first: on a busy machine the worker itself may wait for this processor.
                std::thread::yield_now();
            }
        }
        let result = stream.read(buffer);
        self.slow = begun.elapsed() > 2 * AWAKE;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn it_reads_what_is_there_and_what_comes_later() {
        let (here, mut there) = UnixStream::pair().expect("a pair");
        let mut eager = Eager::default();
        let mut buffer = [0; 8];
        for late in [false, true, false, true, true] {
            let writer = (!late).then(|| there.write_all(b"now").expect("room"));
            let thread = writer.is_none().then(|| {
                let mut there = there.try_clone().expect("a descriptor");
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(5));
                    there.write_all(b"now").expect("room");
                })
            });
            let count = eager.read(&here, &mut buffer).expect("three bytes");
            assert_eq!(&buffer[..count], b"now");
            if let Some(thread) = thread {
                thread.join().expect("it has written");
            }
        }
        drop(there);
        assert_eq!(eager.read(&here, &mut buffer).expect("the end"), 0);
    }
}
