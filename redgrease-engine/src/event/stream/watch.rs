//! Which registrations follow streams, who tells them of new entries, and the thread that works for them.

use crate::base::clock;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::follower::{self, is_away};
use super::group;
use crate::base::guard;
use crate::base::matches;
use crate::plan::Reader;
use crate::registration::Registration;
use crate::registration::stream::follower::Follower;
use crate::server::{Cursor, KeyKind, ServerLock, lock_server, scan, start_lasting_thread};

/// How long the server is held at a time while streams are looked for.
const SLICE: Duration = Duration::from_millis(1);
/// How often a replica, or a server that loads, is asked whether it may work now.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// How often a registration looks whether the one that it replaces has ended its last batch.
const PREDECESSOR: Duration = Duration::from_millis(10);

enum Job {
    Work(Arc<Registration>),
    Scan(Arc<Registration>, Cursor),
}

/// The registrations that follow streams, and those that did and have a batch under way.
#[derive(Default)]
struct Followers {
    present: Arc<Vec<Arc<Registration>>>,
    leaving: Vec<Arc<Registration>>,
}

static FOLLOWERS: Mutex<Option<Followers>> = Mutex::new(None);
static JOBS: Mutex<VecDeque<Job>> = Mutex::new(VecDeque::new());
static ARRIVED: Condvar = Condvar::new();

/// Starts the thread.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start_thread() -> io::Result<()> {
    start_lasting_thread("rg-streams", run)
}

fn run() {
    loop {
        let job = {
            let mut jobs = guard(&JOBS);
            loop {
                if let Some(job) = jobs.pop_front() {
                    break job;
                }
                jobs = ARRIVED.wait(jobs).unwrap_or_else(PoisonError::into_inner);
            }
        };
        crate::server::guarded("following streams", (), || match job {
            Job::Work(registration) => {
                if let Some(follower) = &registration.follower {
                    follower.state().asked = false;
                }
                follower::work(&registration, None);
            }
            Job::Scan(registration, cursor) => look_for_streams(&registration, cursor),
        });
    }
}

fn push(job: Job) {
    guard(&JOBS).push_back(job);
    ARRIVED.notify_one();
}

/// Has the thread work for a registration.
pub(crate) fn poke(registration: &Arc<Registration>) {
    if let Some(follower) = &registration.follower
        && std::mem::replace(&mut follower.state().asked, true)
    {
        return;
    }
    push(Job::Work(Arc::clone(registration)));
}

/// The registrations that follow streams.
pub(crate) fn present() -> Arc<Vec<Arc<Registration>>> {
    guard(&FOLLOWERS)
        .as_ref()
        .map(|followers| Arc::clone(&followers.present))
        .unwrap_or_default()
}

/// Those that did and have a batch under way.
pub(crate) fn leaving() -> Vec<Arc<Registration>> {
    guard(&FOLLOWERS)
        .as_ref()
        .map(|followers| followers.leaving.clone())
        .unwrap_or_default()
}

// -- coming and going

/// Takes over which registrations there are.
pub(crate) fn set_registrations(all: &[Arc<Registration>]) {
    let mine: Vec<Arc<Registration>> = all
        .iter()
        .filter(|registration| registration.follower.is_some())
        .cloned()
        .collect();
    let mut slot = guard(&FOLLOWERS);
    let followers = slot.get_or_insert_with(Followers::default);
    for old in followers.present.iter() {
        if let Some(follower) = &old.follower
            && !mine.iter().any(|one| Arc::ptr_eq(one, old))
        {
            follower.state().leave();
            followers.leaving.push(Arc::clone(old));
            // What it could not tell a server that it was away from, nobody would ask for again.
            if follower.state().has_work() {
                poke(old);
            }
        }
    }
    followers.leaving.retain(|old| !is_idle(old));
    followers.present = Arc::new(mine);
}

fn is_idle(registration: &Registration) -> bool {
    registration
        .follower
        .as_ref()
        .is_none_or(|follower| follower.state().is_idle())
}

/// Whether another registration still works on entries of the same group.
fn has_predecessor(registration: &Registration) -> bool {
    let Some(follower) = &registration.follower else {
        return false;
    };
    let mut slot = guard(&FOLLOWERS);
    let Some(followers) = &mut *slot else {
        return false;
    };
    followers.leaving.retain(|old| !is_idle(old));
    followers.leaving.iter().any(|old| {
        old.follower
            .as_ref()
            .is_some_and(|old| old.group() == follower.group())
    })
}

/// Registrations are in place and their `onRegistered` was called: begins to follow streams, those that are there first.
pub(crate) fn start(registrations: &[Arc<Registration>]) {
    for registration in registrations {
        try_start(registration);
    }
}

/// Begins to follow streams a little later, if that is possible then.
pub(crate) fn start_later(registration: &Arc<Registration>) {
    if let Some(follower) = &registration.follower
        && std::mem::replace(&mut follower.state().waking, true)
    {
        return;
    }
    let registration = Arc::clone(registration);
    clock::later(LOOK_AGAIN, move || try_start(&registration));
}

/// Reads nothing any more, and looks at everything again when this server may work: others may have worked on it meanwhile.
pub(crate) fn rest(registration: &Arc<Registration>) {
    let Some(follower) = &registration.follower else {
        return;
    };
    if std::mem::replace(&mut follower.state().awake, false) {
        start_later(registration);
    }
}

/// This server is a master now, or a replica.
pub(crate) fn role_changed() {
    present().iter().for_each(rest);
}

fn try_start(registration: &Arc<Registration>) {
    let Some(follower) = &registration.follower else {
        return;
    };
    {
        let mut state = follower.state();
        state.waking = false;
        if state.gone || state.awake {
            return;
        }
    }
    if has_predecessor(registration) {
        let registration = Arc::clone(registration);
        clock::later(PREDECESSOR, move || try_start(&registration));
        return;
    }
    let ready = registration.session.is_ready();
    if !ready {
        // Has the packages tried again that could not be installed; a batch would only fail without them.
        let _ = registration.session.postpone(|| {});
    }
    if !ready || is_away(&lock_server()) {
        start_later(registration);
        return;
    }
    {
        let mut state = follower.state();
        state.awake = true;
        // After a time as a replica everything that is known is looked at again.
        state.look_again();
    }
    look_for_streams(registration, Cursor::new());
}

/// Has the thread look at all keys.
pub(crate) fn look_at_all(registration: &Arc<Registration>) {
    push(Job::Scan(Arc::clone(registration), Cursor::new()));
}

/// Looks at the keys for some time; the rest is left to the thread.
fn look_for_streams(registration: &Arc<Registration>, mut cursor: Cursor) {
    let Reader::StreamEvents(events) = &registration.plan.reader else {
        return;
    };
    let Some(follower) = &registration.follower else {
        return;
    };
    let lock = lock_server();
    if follower.state().gone {
        return;
    }
    if is_away(&lock) {
        rest(registration);
        return;
    }
    let mut more = !is_literal(&events.prefix);
    if !more && group::is_stream(&lock, &events.prefix) {
        follower.state().found(&events.prefix);
    }
    let until = Instant::now() + SLICE;
    while more && Instant::now() < until {
        more = scan(&lock, &mut cursor, &mut |_, name, key| {
            if !follows(&events.prefix, name) {
                return;
            }
            let stream = match key {
                Some(key) => key.kind() == KeyKind::Stream,
                None => group::is_stream(&lock, name),
            };
            if stream {
                follower.state().found(name);
            }
        });
    }
    drop(lock);
    poke(registration);
    if more {
        push(Job::Scan(Arc::clone(registration), cursor));
    }
}

/// No new batches until [`unpause`]; the running one ends.
pub(crate) fn pause(registration: &Arc<Registration>) {
    if let Some(follower) = &registration.follower {
        follower.pause();
    }
}

/// Goes on, whatever stopped it.
pub(crate) fn unpause(registration: &Arc<Registration>) {
    if let Some(follower) = &registration.follower {
        follower.unpause();
        poke(registration);
    }
}

// -- which streams

/// Whether a pattern can only mean one name.
fn is_literal(pattern: &[u8]) -> bool {
    !pattern
        .iter()
        .any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'))
}

/// Whether a registration for `pattern` follows the stream `key`. The pattern is a glob, and also a literal text that may
/// end in `*`, so that whatever either reading finds is followed.
pub(crate) fn follows(pattern: &[u8], key: &[u8]) -> bool {
    match pattern.split_last() {
        Some((b'*', start)) if key.starts_with(start) => true,
        _ => pattern == key || matches(pattern, key),
    }
}

// -- trimming

/// Trims a stream after `mine` worked off some of it, if a registration that follows the stream wants that.
pub(crate) fn trim(lock: &ServerLock, key: &[u8], mine: &Follower) {
    let followers = present();
    let others = followers
        .iter()
        .filter_map(|registration| registration.follower.as_ref())
        .filter(|follower| follows(&follower.events.prefix, key));
    // A registration that is gone still tidies up after its last batch.
    let mut trims = mine.events.trim;
    let mut groups = vec![mine.group()];
    for other in others {
        trims |= other.events.trim;
        if !groups.contains(&other.group()) {
            groups.push(other.group());
        }
    }
    if trims {
        group::trim(lock, key, &groups);
    }
}

#[cfg(test)]
mod tests {
    use super::{follows, is_literal};

    #[test]
    fn a_pattern_is_a_glob_and_a_prefix() {
        for (pattern, key, expected) in [
            ("s:*", "s:1", true),
            ("s:*", "o:1", false),
            ("*mid*", "x:mid:1", true),
            ("s[12]", "s1", true),
            ("s[12]*", "s[12]x", true),
            ("s", "s", true),
            ("s", "sx", false),
            ("*", "", true),
        ] {
            assert_eq!(
                follows(pattern.as_bytes(), key.as_bytes()),
                expected,
                "{pattern} {key}"
            );
        }
    }

    #[test]
    fn only_plain_names_need_no_search() {
        assert!(is_literal(b"orders"));
        assert!(!is_literal(b"orders*"));
        assert!(!is_literal(b"a\\*"));
    }
}
