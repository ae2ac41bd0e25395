//! What happens to keys and matters to those who follow streams.

use std::sync::Arc;
use std::time::Instant;

use super::follower::{note, work};
use super::watch::{follows, leaving, look_at_all, poke, present};
use crate::event::afterwards::{self, Deferred};
use crate::plan::Mode;
use crate::registration::Registration;
use crate::registration::stream::follower::Follower;
use crate::server::{Change, Context, KeyKind, OpenKey, StreamListener};

/// Tells those who follow streams what happens to keys.
pub(crate) struct Streams;

impl StreamListener for Streams {
    fn added(context: Context<'_>, key: &[u8]) {
        added(context, key);
    }

    fn changed(context: Context<'_>, key: &[u8], change: Change) {
        changed(context, key, change);
    }
}

/// An entry was added to a stream.
fn added(context: Context<'_>, key: &[u8]) {
    let followers = present();
    if followers.is_empty() {
        return;
    }
    let mut circumstances = None;
    for registration in followers.iter() {
        let Some(follower) = follower_of(registration) else {
            continue;
        };
        if !follows(&follower.events.prefix, key) {
            continue;
        }
        let flags = *circumstances.get_or_insert_with(|| context.flags());
        if flags.replica() || flags.loading() || context.database() != 0 {
            return;
        }
        if !note(registration, key, Instant::now()) {
            continue;
        }
        let awake = follower.state().awake;
        if registration.plan.mode == Mode::Sync && awake && !afterwards::in_stream_function() {
            afterwards::defer(Deferred::Stream {
                registration: Arc::clone(registration),
                async_allowed: !flags.multi() && !flags.lua(),
            });
        } else {
            poke(registration);
        }
    }
}

/// A key came or went as a whole. All entries of a stream that came are wanted; what is under way of one that went is not
/// acknowledged to another that takes its name.
fn changed(context: Context<'_>, key: &[u8], change: Change) {
    let (present, leaving) = (present(), leaving());
    if (present.is_empty() && leaving.is_empty()) || context.database() != 0 {
        return;
    }
    let mut stream = None;
    for registration in present.iter().chain(&leaving) {
        let Some(follower) = follower_of(registration) else {
            continue;
        };
        let followed = follows(&follower.events.prefix, key);
        let comes = matches!(change, Change::Renamed | Change::Arrived)
            && followed
            && *stream.get_or_insert_with(|| is_coming(context, key));
        let mut state = follower.state();
        match change {
            Change::Renamed if comes => state.renamed(key),
            Change::Arrived if comes => state.arrived(key),
            Change::Leaving if followed => state.leaves(key),
            // What left another name came where nobody looks for it.
            Change::Renamed => state.vanished(key),
            _ if followed => state.vanished(key),
            _ => {}
        }
        drop(state);
        if comes {
            poke(registration);
        }
    }
}

/// Whether a key that came is a stream for this server to work on.
fn is_coming(context: Context<'_>, key: &[u8]) -> bool {
    let flags = context.flags();
    !flags.replica() && !flags.loading() && OpenKey::open_in(context, key).kind() == KeyKind::Stream
}

/// All keys of database 0 are gone; `replaced` says that others are there in their place.
pub(crate) fn all_changed(replaced: bool) {
    let present = present();
    for follower in present.iter().chain(&leaving()).filter_map(follower_of) {
        follower.state().all_vanished();
    }
    if replaced {
        for registration in present.iter() {
            if follower_of(registration).is_some_and(|follower| follower.state().awake) {
                look_at_all(registration);
            }
        }
    }
}

/// Whether a synchronous function wants the entries that are added to a stream of database 0.
pub(in crate::event) fn is_waited_for(key: &[u8]) -> bool {
    present().iter().any(|registration| {
        registration.plan.mode == Mode::Sync
            && follower_of(registration)
                .is_some_and(|follower| follows(&follower.events.prefix, key))
    })
}

/// Whether a synchronous function wants the entries of any stream.
pub(in crate::event) fn is_anything_waited_for() -> bool {
    present()
        .iter()
        .any(|registration| registration.plan.mode == Mode::Sync)
}

/// Works for a synchronous registration inside of a command.
pub(in crate::event) fn work_inside(registration: &Arc<Registration>, async_allowed: bool) {
    work(registration, Some(async_allowed));
}

fn follower_of(registration: &Arc<Registration>) -> Option<&Follower> {
    registration.follower.as_ref()
}
