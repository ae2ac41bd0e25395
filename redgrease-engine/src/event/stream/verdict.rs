//! What becomes of a batch whose execution is over.

use crate::execution;
use crate::plan::Policy;
use crate::record::outcome::Outcome;
use crate::registration::stream::batch::{Done, Status, Verdict};
use crate::registration::stream::follower::Follower;
use crate::registration::stream::state::State;
use crate::server::{Level, ServerLock, log};

use super::group;

/// A batch whose worker is lost so often in a row is left alone, unless its registration says how often it is tried.
const MOST_LOST: u32 = 10;

/// What becomes of the batch that ran.
pub(super) fn judge(
    follower: &Follower,
    state: &mut State,
    outcome: &Outcome,
    status: execution::Status,
) -> Verdict {
    let events = &follower.events;
    let tries = if events.policy == Policy::Retry {
        events.tries
    } else {
        0
    };
    let again = |state: &mut State, error: &[u8]| {
        let (key, ids) = state.running().unwrap_or_default();
        if tries > 0 && state.failing.failed(&key, &ids, tries) {
            Verdict::GiveUp(error.to_vec())
        } else {
            Verdict::Stop(Status::Waiting)
        }
    };
    let error = outcome
        .errors
        .first()
        .map_or(&b"aborted"[..], Vec::as_slice);
    if outcome.lost {
        // The entries were not worked off, and nobody said that they could not be.
        state.lost += 1;
        if tries > 0 || state.lost < MOST_LOST {
            return again(state, error);
        }
        log(
            Level::Warning,
            &format!(
                "a batch of the streams {} lost its worker {MOST_LOST} times in a row; the registration stops, its entries \
                 stay: repair the function, or call RG.UNPAUSEREGISTRATIONS",
                String::from_utf8_lossy(&events.prefix)
            ),
        );
        return Verdict::Stop(Status::Aborted);
    }
    if outcome.asks_for_pause() {
        return Verdict::Stop(Status::Paused);
    }
    let failed = !outcome.errors.is_empty() || status == execution::Status::Aborted;
    match events.policy {
        Policy::Abort if failed => Verdict::Stop(Status::Aborted),
        Policy::Retry if failed => again(state, error),
        _ => {
            if tries > 0 {
                let (key, ids) = state.running().unwrap_or_default();
                state.failing.succeeded(&key, &ids);
            }
            Verdict::Acknowledge
        }
    }
}

/// Puts the entries of a batch that is given up where the registration wants them; gives whether they are done with.
pub(super) fn give_up(lock: &ServerLock, follower: &Follower, batch: &Done) -> bool {
    let Some(error) = &batch.given_up else {
        return true;
    };
    let events = &follower.events;
    let stream = String::from_utf8_lossy(&batch.key);
    let said = String::from_utf8_lossy(error);
    let kept = if events.failed.is_empty() {
        Ok(())
    } else {
        group::bury(lock, &batch.key, &batch.ids, error, &events.failed)
    };
    let text = match &kept {
        Ok(()) => format!(
            "{} of the stream {stream} is given up after {} tries: {said}",
            String::from_utf8_lossy(&batch.ids.join(&b" "[..])),
            events.tries
        ),
        Err(text) => format!(
            "what failed in the stream {stream} cannot be put into {}: {text}; the registration stops",
            String::from_utf8_lossy(&events.failed)
        ),
    };
    log(Level::Warning, &text);
    if kept.is_err() {
        follower.state().stop(Status::Aborted);
    }
    kept.is_ok()
}
