//! Frames through a real socket. `tests/outbox.rs` tries every order of the threads.

use std::io::Read;
use std::os::unix::net::UnixStream;

use super::outbox::{Outbox, end_turn};

#[test]
fn held_frames_leave_in_order_and_once() {
    let (here, mut there) = UnixStream::pair().expect("a pair");
    let outbox = Outbox::new(here).expect("an outbox");
    outbox.hold(b"a");
    outbox.hold(b"b");
    outbox.send(b"c");
    outbox.hold(b"d");
    end_turn();
    end_turn();
    assert!(outbox.has_arrived(4) && !outbox.has_arrived(3));
    drop(outbox);
    let mut read = Vec::new();
    there.read_to_end(&mut read).expect("everything");
    assert_eq!(read, b"abcd");
}

#[test]
fn more_than_the_socket_holds_arrives_in_order() {
    let (here, mut there) = UnixStream::pair().expect("a pair");
    let outbox = Outbox::new(here).expect("an outbox");
    let frames: Vec<Vec<u8>> = (0..200_u8).map(|number| vec![number; 20_000]).collect();
    for frame in &frames {
        outbox.send(frame);
    }
    let mut read = vec![0; 200 * 20_000];
    there.read_exact(&mut read).expect("everything");
    assert_eq!(read, frames.concat());
}
