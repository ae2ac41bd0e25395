//! Which commands functions may run, and which would end or stop the server.

use crate::execution::nesting;
use crate::server::{Facts, ServerLock};

const NEEDS_CONNECTION: &str = "acts on the connection that it comes from, and functions have none";
const WAITS: &str = "makes its client wait, and the server must not wait for a function that waits";
const ENDS: &str = "ends the server";
const CUTS: &str = "may end the connection whose command waits for this function; register it with mode async or async_local";

const PAUSES: &str = "keeps from replicas and files what functions have just written";

/// A command, its first argument if that matters, and why not.
type Refused = (&'static str, &'static str, &'static str);

/// Commands that a function never gets.
const NEVER: [Refused; 12] = [
    ("sync", "", NEEDS_CONNECTION),
    ("psync", "", NEEDS_CONNECTION),
    ("replconf", "", NEEDS_CONNECTION),
    ("monitor", "", NEEDS_CONNECTION),
    ("client", "reply", NEEDS_CONNECTION),
    ("client", "tracking", NEEDS_CONNECTION),
    ("client", "caching", NEEDS_CONNECTION),
    ("client", "pause", PAUSES),
    ("failover", "", PAUSES),
    ("wait", "", WAITS),
    ("waitaof", "", WAITS),
    ("shutdown", "", ENDS),
];
/// Commands that it does not get while a command waits for it.
const NOT_INSIDE: [Refused; 1] = [("client", "kill", CUTS)];

fn find(list: &[Refused], name: &[u8], first: Option<&[u8]>) -> Option<Refused> {
    let is = |word: &[u8], one: &str| word.eq_ignore_ascii_case(one.as_bytes());
    list.iter()
        .find(|(command, part, _)| {
            is(name, command) && (part.is_empty() || first.is_some_and(|first| is(first, part)))
        })
        .copied()
}

/// Why a function may not run a command now, if it may not.
pub(super) fn refusal(lock: &ServerLock, name: &[u8], arguments: &[&[u8]]) -> Option<String> {
    let first = arguments.first().copied();
    let mut found = find(&NEVER, name, first);
    if nesting::is_inside() {
        found = found.or_else(|| find(&NOT_INSIDE, name, first));
    }
    if let Some((command, part, why)) = found {
        let shown = format!("{command} {part}").to_uppercase();
        return Some(format!(
            "ERR a function cannot run {}: it {why}",
            shown.trim_end()
        ));
    }
    // A script is under way, and the server runs one at a time. What it keeps from scripts is kept from functions in them.
    if lock.context().flags().lua()
        && Facts::of(lock, name, first).is_some_and(|facts| facts.has("noscript"))
    {
        return Some(format!(
            "ERR a function that a Lua script waits for cannot run {}: the server keeps it from scripts",
            String::from_utf8_lossy(name).to_uppercase()
        ));
    }
    None
}
