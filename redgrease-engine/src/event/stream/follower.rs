//! A registration that follows streams: reads what is due, runs it, acknowledges, trims.

use crate::base::clock;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::group;
use super::verdict;
use super::watch;
use crate::execution::{self, Waiter, inline};
use crate::plan::Mode;
use crate::record::outcome::Outcome;
use crate::record::value::Value;
use crate::registration::stream::batch::{Claim, Done, Entries, Key, NEW, Noted, Status, Verdict};
use crate::registration::stream::follower::Follower;
use crate::registration::{Event, Input, Registration};
use crate::server::{Level, ServerLock, lock_server, log};

/// How long the server is held at a time.
const SLICE: Duration = Duration::from_millis(1);
/// How long the thread for streams leaves the server to others when it wants it again at once.
const REST: Duration = Duration::from_micros(50);
/// How long a command that adds an entry works on what was there before.
const INSIDE: Duration = Duration::from_millis(100);
/// Entries that one command reads.
const CHUNK: usize = 512;
/// The shortest time between two tries.
const LEAST_PAUSE: Duration = Duration::from_millis(50);
/// The longest time between two tries after a lost worker.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether this server only follows another one, or is not ready.
pub(crate) fn is_away(lock: &ServerLock) -> bool {
    let flags = lock.context().flags();
    flags.replica() || flags.loading()
}

/// Does what is to be done for a registration while the server may be held: acknowledges, trims, reads, starts.
///
/// Called on the thread for streams; for a synchronous registration also `inside` of the command that adds an entry, with
/// whether its function may go on in the background.
pub(crate) fn work(registration: &Arc<Registration>, inside: Option<bool>) {
    let Some(follower) = &registration.follower else {
        return;
    };
    let begun = Instant::now();
    loop {
        let lock = lock_server();
        // A function that is being run here added an entry: whoever runs it goes on with that.
        if std::mem::replace(&mut follower.state().working, true) {
            return;
        }
        if is_away(&lock) {
            let mut state = follower.state();
            state.working = false;
            if state.gone {
                // Nothing is acknowledged here any more, and the registration that has taken its place waits for nothing.
                drop((state.take_done(), state.take_left()));
            }
            drop(state);
            watch::rest(registration);
            return;
        }
        let until = Instant::now() + SLICE;
        loop {
            // Replicas and files get what happens inside of a command before the command: they would look for an entry that they
            // do not have yet.
            let done = match inside {
                Some(_) => Vec::new(),
                None => follower.state().take_done(),
            };
            acknowledge(&lock, follower, &done);
            if inside.is_none() {
                // What was left comes behind what was done: its group gets it in this order.
                keep_pending(&lock, follower);
            }
            let claim = follower.state().claim();
            let read = claim.is_some();
            if let Some(claim) = claim {
                read_batch(&lock, registration, follower, claim);
            }
            if follower.mode == Mode::Sync {
                start(registration, inside.unwrap_or(true));
            }
            if (!read && done.is_empty()) || Instant::now() >= until {
                break;
            }
        }
        follower.state().working = false;
        drop(lock);
        let free = Instant::now();
        if follower.mode != Mode::Sync {
            start(registration, true);
        }
        let (has_work, may_read) = {
            let state = follower.state();
            (state.has_work(), state.may_read())
        };
        if inside.is_some() && (!may_read || begun.elapsed() > INSIDE) {
            if has_work {
                watch::poke(registration);
            }
            return;
        }
        if !has_work {
            return;
        }
        if inside.is_none() && free.elapsed() < REST {
            // A lock that is asked for again at once is never anybody else's.
            std::thread::sleep(REST);
        }
    }
}

/// Whether the group need not know of a batch before it is worked off: where functions need no worker, nothing is pending for
/// long. How far behind such a group is, the server can tell only where what it has got is trimmed.
fn may_look_ahead(registration: &Registration, follower: &Follower) -> bool {
    let functions = registration.session.functions(&registration.id);
    follower.events.trim
        && functions.is_some_and(|functions| functions.rest().is_none() && inline::may_run())
}

fn read_batch(lock: &ServerLock, registration: &Registration, follower: &Follower, claim: Claim) {
    if claim.from == NEW {
        let after = follower.state().ahead(&claim.key);
        if (after.is_some() || may_look_ahead(registration, follower))
            && let Some(entries) =
                group::look_ahead(lock, &claim.key, follower.group(), after, claim.count)
        {
            follower.state().take_in(claim, entries);
            return;
        }
    }
    let mut entries = Entries::new();
    let mut from = claim.from.clone();
    while entries.ids.len() < claim.count {
        let wanted = (claim.count - entries.ids.len()).min(CHUNK);
        match group::read(
            lock,
            &claim.key,
            follower.group(),
            &from,
            wanted,
            &mut entries,
        ) {
            Ok(got) if got < wanted => break,
            Ok(_) => {
                if from != NEW
                    && let Some(last) = entries.ids.last()
                {
                    from.clone_from(last);
                }
            }
            Err(text) => {
                if group::is_stream(lock, &claim.key) {
                    let key = String::from_utf8_lossy(&claim.key).into_owned();
                    log(
                        Level::Warning,
                        &format!("the stream {key} cannot be read: {text}"),
                    );
                }
                follower.state().forget(&claim.key);
                return;
            }
        }
    }
    follower.state().take_in(claim, entries);
}

/// Makes sure that replicas and files know what stays pending: those of a synchronous registration heard of it when they did
/// not have the entries.
fn keep_pending(lock: &ServerLock, follower: &Follower) {
    let left = follower.state().take_left();
    for batch in left {
        match batch.ahead {
            Some(read) => group::hold(lock, &batch.key, follower.group(), read, &batch.ids),
            None if follower.mode == Mode::Sync => {
                group::claim(lock, &batch.key, follower.group(), &batch.ids);
            }
            None => {}
        }
    }
}

fn acknowledge(lock: &ServerLock, follower: &Follower, done: &[Done]) {
    let mut keys: Vec<&Key> = Vec::new();
    for batch in done {
        if !verdict::give_up(lock, follower, batch) {
            if let Some(read) = batch.ahead {
                group::hold(lock, &batch.key, follower.group(), read, &batch.ids);
            }
            continue;
        }
        match batch.ahead {
            Some(read) => {
                group::advance(lock, &batch.key, follower.group(), read);
            }
            None => group::acknowledge(lock, &batch.key, follower.group(), &batch.ids),
        }
        follower.measure(batch);
        if !batch.ids.is_empty() && !keys.contains(&&batch.key) {
            keys.push(&batch.key);
        }
    }
    for key in keys {
        watch::trim(lock, key, follower);
    }
}

/// Tells the group that entries are worked off while their function goes on: those given, or all that it got. When it is over,
/// this is told once more, which changes nothing.
pub(crate) fn acknowledge_early(
    lock: &ServerLock,
    registration: &Registration,
    entries: &[(Vec<u8>, Vec<u8>)],
) {
    let Some(follower) = &registration.follower else {
        return;
    };
    if entries.is_empty() {
        let running = follower.state().running();
        if let Some((key, ids)) = running {
            group::acknowledge(lock, &key, follower.group(), &ids);
        }
    }
    for (key, id) in entries {
        group::acknowledge(lock, key, follower.group(), std::slice::from_ref(id));
    }
    // It gets on, whatever becomes of its worker.
    follower.state().lost = 0;
}

/// Runs what is ready, if nothing runs: at once where the command waits for it, else in the background.
fn start(registration: &Arc<Registration>, may_block: bool) {
    let Some(follower) = &registration.follower else {
        return;
    };
    loop {
        let Some(entries) = follower.state().start() else {
            return;
        };
        let event = Event {
            input: Input::Records(entries.batch),
            extra: Value::None,
            database: 0,
            may_block,
        };
        let mine = Arc::clone(registration);
        registration.fire(event, |execution| {
            execution.wait(Waiter::Internal(Box::new(move |outcome, status| {
                conclude(&mine, outcome, status);
            })));
        });
    }
}

/// The execution of a batch is over. On whatever thread that is, perhaps without the server.
fn conclude(registration: &Arc<Registration>, outcome: &Arc<Outcome>, status: execution::Status) {
    let Some(follower) = &registration.follower else {
        return;
    };
    let mut state = follower.state();
    let verdict = verdict::judge(follower, &mut state, outcome, status);
    state.conclude(&verdict);
    let lost = state.lost;
    let waits = state.status == Status::Waiting && verdict == Verdict::Stop(Status::Waiting);
    drop(state);
    if follower.mode != Mode::Sync {
        // What was read ahead need not wait for the server.
        start(registration, true);
    }
    if waits {
        let pause = if outcome.lost {
            LEAST_PAUSE
                .saturating_mul(1 << lost.min(10))
                .min(LONGEST_PAUSE)
        } else {
            let seconds = u64::try_from(follower.events.retry_interval).unwrap_or(0);
            Duration::from_secs(seconds).max(LEAST_PAUSE)
        };
        let registration = Arc::clone(registration);
        clock::later(pause, move || try_again(&registration));
    }
    if follower.state().has_work() {
        watch::poke(registration);
    }
}

fn try_again(registration: &Arc<Registration>) {
    let Some(follower) = &registration.follower else {
        return;
    };
    {
        let mut state = follower.state();
        // Somebody paused it meanwhile.
        if state.status != Status::Waiting || state.gone {
            return;
        }
        state.read_again(false);
    }
    watch::poke(registration);
}

/// An entry was added to a stream that the registration follows.
pub(crate) fn note(registration: &Arc<Registration>, key: &[u8], now: Instant) -> bool {
    let Some(follower) = &registration.follower else {
        return false;
    };
    let noted = follower.state().note(key, now);
    follow_up(registration, key, &noted);
    noted.due
}

fn follow_up(registration: &Arc<Registration>, key: &[u8], noted: &Noted) {
    if let Some(pause) = noted.later {
        let registration = Arc::clone(registration);
        let key = key.to_vec();
        clock::later(pause, move || look(&registration, &key));
    }
}

/// The duration of a stream may be over.
fn look(registration: &Arc<Registration>, key: &[u8]) {
    let Some(follower) = &registration.follower else {
        return;
    };
    let noted = {
        let mut state = follower.state();
        if state.gone {
            return;
        }
        state.time_is_over(key, Instant::now())
    };
    follow_up(registration, key, &noted);
    if noted.due {
        watch::poke(registration);
    }
}
