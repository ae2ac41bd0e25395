//! Who may bring code to the server: one rule for all ways.

use std::fmt;

use crate::server::{Context, is_granted, lock_server};
use crate::settings::settings;

/// The command whose rights count.
const COMMAND: &str = "rg.pyexecute";
/// Where it belongs. The server knows no categories for commands of modules, or ignores them, before Redis 7.2.
const CATEGORIES: [&str; 5] = ["@admin", "@dangerous", "@scripting", "@slow", "@write"];

/// A user who may not bring code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MayNot {
    user: String,
}

impl fmt::Display for MayNot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "NOPERM user {} may not bring code to this server: it takes +rg.pyexecute, which is in @dangerous and @admin, or, where CodeUsers is set, a place there",
            self.user
        )
    }
}

/// Whether the client of a command may bring code: the users that `CodeUsers` names, or, where it names none, those whose rules
/// let them have RG.PYEXECUTE, which is a dangerous command.
///
/// # Errors
/// That its user may not.
pub(crate) fn check_may_bring(context: Context<'_>) -> Result<(), MayNot> {
    let Some(user) = context.user() else {
        return Ok(());
    };
    let named = settings().code_users.get();
    let allowed = if named.trim().is_empty() {
        is_granted(&lock_server(), &user, COMMAND, &CATEGORIES)
    } else {
        named.split_whitespace().any(|one| one == user)
    };
    if allowed {
        Ok(())
    } else {
        Err(MayNot { user })
    }
}

/// The start of a value of a module in a file or a payload of RESTORE, and of the identity of its type.
const MODULE: [u8; 2] = [6, 7];
const LONG_NUMBER: u8 = 0x81;
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const TIME_EVENT: &[u8] = b"rg_timeev";

/// Whether a payload of RESTORE holds a time event, and so a function.
pub(crate) fn is_time_event(payload: &[u8]) -> bool {
    let [kind, LONG_NUMBER, identity @ ..] = payload else {
        return false;
    };
    let Some(identity) = identity.first_chunk::<8>() else {
        return false;
    };
    let name = TIME_EVENT.iter().fold(0_u64, |name, letter| {
        let place = LETTERS.iter().position(|one| one == letter).unwrap_or(0);
        name << 6 | u64::try_from(place).unwrap_or(0)
    });
    // Ten bits of the version follow.
    MODULE.contains(kind) && u64::from_be_bytes(*identity) >> 10 == name
}
