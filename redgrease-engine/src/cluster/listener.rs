//! Who is told what comes from other shards.

use std::sync::{PoisonError, RwLock};

use super::errand;
use super::message::Message;
use super::topology::topology;
use crate::server::{Level, log};

/// Who is told what comes from other shards.
pub(crate) trait Listener: Send + Sync {
    /// Takes a message, or gives it back when it is for somebody else. Called on the thread that all messages come by, which it
    /// must not keep.
    fn message(&self, shard: &'static str, message: Message) -> Option<Message>;
    /// A shard failed, left, or was started again: what was on its way to it is lost, and nothing comes of what it was asked to
    /// do. `why` is a sentence that names it.
    fn lost(&self, shard: &'static str, why: &str);
}

static LISTENERS: RwLock<Vec<&'static dyn Listener>> = RwLock::new(Vec::new());

/// Has somebody told.
pub(crate) fn listen(listener: &'static dyn Listener) {
    LISTENERS
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .push(listener);
}

fn listeners() -> Vec<&'static dyn Listener> {
    LISTENERS
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// Gives a message to whom it is for.
pub(super) fn deliver(shard: &'static str, message: Message) {
    match message {
        Message::Ask {
            number,
            about,
            question,
        } => errand::asked(shard, number, &about, question),
        Message::Answer {
            number,
            fine,
            answer,
        } => errand::answered(shard, number, fine, answer),
        message => {
            let mut left = Some(message);
            for listener in listeners() {
                left = left.and_then(|message| listener.message(shard, message));
            }
            if let Some(message) = left {
                unknown(shard, &format!("that nobody takes: {}", message.name()));
            }
        }
    }
}

/// Says of a message that nobody can take it.
pub(super) fn unknown(shard: &str, what: &str) {
    log(
        Level::Warning,
        &format!("a message from shard {} {what}", topology().named(shard)),
    );
}

/// A shard is gone, or was started again.
pub(super) fn lost(shard: &'static str, why: &str) {
    log(Level::Notice, why);
    errand::lost(shard, why);
    for listener in listeners() {
        listener.lost(shard, why);
    }
}
