//! The frames on their way to a worker, in every order that the threads can take: the engine's own file, with locks and
//! threads in place of the real ones that go through all of them.

#[path = "../src/worker/outbox.rs"]
#[expect(
    dead_code,
    reason = "what asks the server or a real socket is not called here"
)]
mod outbox;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base::sync::{Condvar, Mutex};
use loom::model::Builder;
use loom::thread;
use outbox::{Outbox, Socket};

/// What stands in for the engine's room of that name.
mod base {
    pub(crate) mod sync {
        pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};
        pub(crate) use std::sync::{Arc, PoisonError};
    }
}

/// What stands in for the engine's room of that name.
mod server {
    use std::io;

    pub(crate) fn start_thread(
        _name: &str,
        body: impl FnOnce() + Send + 'static,
    ) -> io::Result<()> {
        loom::thread::spawn(body);
        Ok(())
    }
}

/// A socket with little room; its reader takes everything that is there.
struct Narrow {
    state: Mutex<State>,
    changed: Condvar,
    room: usize,
}

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    over: bool,
}

impl Narrow {
    fn new(room: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State::default()),
            changed: Condvar::new(),
            room,
        })
    }

    /// Reads so many bytes, fewer when the connection ends before.
    fn read(&self, count: usize) -> Vec<u8> {
        let mut read = Vec::new();
        let mut state = self.state.lock().expect("no panic");
        while read.len() < count {
            while state.bytes.is_empty() && !state.over {
                state = self.changed.wait(state).expect("no panic");
            }
            if state.bytes.is_empty() {
                break;
            }
            read.append(&mut state.bytes);
            self.changed.notify_all();
        }
        read
    }
}

struct End(Arc<Narrow>);

impl Socket for End {
    fn take(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.state.lock().expect("no panic");
        if state.over {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let count = bytes.len().min(self.0.room - state.bytes.len());
        if count == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        state.bytes.extend_from_slice(&bytes[..count]);
        self.0.changed.notify_all();
        Ok(count)
    }

    fn wait(&self) {
        let mut state = self.0.state.lock().expect("no panic");
        while !state.over && state.bytes.len() == self.0.room {
            state = self.0.changed.wait(state).expect("no panic");
        }
    }

    fn shut(&self) {
        self.0.state.lock().expect("no panic").over = true;
        self.0.changed.notify_all();
    }
}

/// Goes through the orders of `body`; gives how many there were.
fn explore(preemptions: usize, body: impl Fn() + Send + Sync + 'static) -> usize {
    let rounds = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&rounds);
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        body();
    });
    rounds.load(Ordering::Relaxed)
}

/// Frames of two bytes arrive whole, those of each sender in order.
fn check(read: &[u8], senders: &[&[u8]]) {
    let frames: Vec<u8> = read
        .chunks(2)
        .map(|frame| {
            assert_eq!(frame.first(), frame.last(), "a frame in pieces: {read:?}");
            frame[0]
        })
        .collect();
    let mut expected = 0;
    for sender in senders {
        let arrived: Vec<u8> = frames
            .iter()
            .copied()
            .filter(|frame| sender.contains(frame))
            .collect();
        assert_eq!(arrived, *sender, "{read:?}");
        expected += sender.len();
    }
    assert_eq!(frames.len(), expected, "{read:?}");
}

#[test]
fn frames_of_two_senders_arrive_whole_and_in_order() {
    let orders = explore(2, || {
        let socket = Narrow::new(3);
        let outbox = Outbox::over(End(Arc::clone(&socket)));
        let other = Arc::clone(&outbox);
        let sender = thread::spawn(move || {
            other.send(&[5, 5]);
            other.send(&[6, 6]);
        });
        outbox.send(&[1, 1]);
        outbox.send(&[2, 2]);
        let read = socket.read(8);
        sender.join().expect("no panic");
        check(&read, &[&[1, 2], &[5, 6]]);
        assert!(outbox.has_arrived(8));
    });
    assert!(orders > 100, "{orders}");
}

#[test]
fn what_is_held_goes_before_what_comes_after_it() {
    let orders = explore(3, || {
        let socket = Narrow::new(3);
        let outbox = Outbox::over(End(Arc::clone(&socket)));
        let other = Arc::clone(&outbox);
        let sender = thread::spawn(move || other.send(&[5, 5]));
        assert!(outbox.keep(&[1, 1]), "the first that is held");
        outbox.keep(&[2, 2]);
        outbox.release();
        outbox.release();
        let read = socket.read(6);
        sender.join().expect("no panic");
        check(&read, &[&[1, 2], &[5]]);
    });
    assert!(orders > 100, "{orders}");
}

#[test]
fn whoever_waits_for_room_goes_on_when_there_is_some() {
    let orders = explore(3, || {
        let socket = Narrow::new(2);
        let outbox = Outbox::over(End(Arc::clone(&socket)));
        let reader = Arc::clone(&socket);
        let reader = thread::spawn(move || reader.read(6));
        for number in 1..=3 {
            outbox.send(&[number, number]);
            outbox.wait_below(0);
        }
        check(&reader.join().expect("no panic"), &[&[1, 2, 3]]);
        assert_eq!(outbox.unwritten(), 0);
    });
    assert!(orders > 10, "{orders}");
}

#[test]
fn an_end_of_the_connection_leaves_nobody_waiting() {
    let orders = explore(3, || {
        let socket = Narrow::new(2);
        let outbox = Outbox::over(End(Arc::clone(&socket)));
        let other = Arc::clone(&outbox);
        let ender = thread::spawn(move || other.shut());
        outbox.send(&[1, 1]);
        outbox.send(&[2, 2]);
        outbox.wait_below(0);
        ender.join().expect("no panic");
        outbox.send(&[3, 3]);
        outbox.wait_below(0);
        let read = socket.read(6);
        assert!(!read.contains(&3), "{read:?}");
    });
    assert!(orders > 10, "{orders}");
}
