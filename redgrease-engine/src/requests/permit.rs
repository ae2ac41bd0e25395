//! Which commands functions may run, and which would end or stop the server.

use crate::execution::nesting;
use crate::server::{
    CallError, CallReply, ContextFlags, Facts, ServerLock, call, call_as_clients_write,
};
use crate::settings::settings;

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

/// Commands that may write, and that the server does not count among those that do.
const SCRIPTS: [&str; 3] = ["eval", "evalsha", "fcall"];

/// Looks at a command of a function without running it.
///
/// # Errors
/// Why the function may not run it now, or that the server does not know it so.
pub(super) fn check(lock: &ServerLock, name: &[u8], arguments: &[&[u8]]) -> Result<(), String> {
    let facts = Facts::of(lock, name, arguments.first().copied());
    if let Some(text) = refusal(lock, name, arguments, facts.as_deref()) {
        return Err(text);
    }
    match facts {
        None => Err("ERR unknown command".to_owned()),
        Some(facts) if !facts.takes(arguments.len() + 1) => {
            Err("ERR wrong number of arguments".to_owned())
        }
        Some(_) => Ok(()),
    }
}

/// Runs a command for a function.
///
/// # Errors
/// Why the function may not run it now, or what the server said.
pub(super) fn run(
    lock: &ServerLock,
    name: &[u8],
    arguments: &[&[u8]],
) -> Result<CallReply, CallError> {
    let facts = Facts::of(lock, name, arguments.first().copied());
    if let Some(text) = refusal(lock, name, arguments, facts.as_deref()) {
        return Err(CallError { text });
    }
    // What the server keeps from scripts it would refuse altogether.
    let writes = facts.is_some_and(|facts| facts.has("write") && !facts.has("noscript"));
    if writes && !settings().write_always.is_on() {
        call_as_clients_write(lock, name, arguments)
    } else {
        call(lock, name, arguments)
    }
}

fn refusal(
    lock: &ServerLock,
    name: &[u8],
    arguments: &[&[u8]],
    facts: Option<&Facts>,
) -> Option<String> {
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
    let has = |flag| facts.is_some_and(|facts| facts.has(flag));
    let is_script = SCRIPTS
        .iter()
        .any(|one| name.eq_ignore_ascii_case(one.as_bytes()));
    if !has("write") && !has("noscript") {
        return None;
    }
    let flags = lock.context().flags();
    // A script is under way, and the server runs one at a time. What it keeps from scripts is kept from functions in them.
    if has("noscript") && flags.lua() {
        return Some(format!(
            "ERR a function that a Lua script waits for cannot run {}: the server keeps it from scripts",
            String::from_utf8_lossy(name).to_uppercase()
        ));
    }
    if settings().write_always.is_on() {
        return None;
    }
    // In the server's words, which clients get.
    if has("write") && flags.read_only() {
        return Some("READONLY You can't write against a read only replica.".to_owned());
    }
    if (has("denyoom") || is_script) && flags.out_of_memory() && !makes_room(lock, flags) {
        return Some("OOM command not allowed when used memory > 'maxmemory'.".to_owned());
    }
    None
}

/// Whether the server can evict keys for what is written.
fn makes_room(lock: &ServerLock, flags: ContextFlags) -> bool {
    if !flags.evicts() {
        return false;
    }
    let said = |name: &[u8], arguments: &[&str]| {
        call(lock, name, arguments).map_or_else(
            |_| String::new(),
            |reply| {
                let value = reply.elements().last();
                String::from_utf8_lossy(value.as_ref().unwrap_or(&reply).text()).into_owned()
            },
        )
    };
    let keys = said(b"INFO", &["keyspace"]);
    if said(b"CONFIG", &["GET", "maxmemory-policy"]).starts_with("volatile") {
        // Keys without a time to live stay.
        let mut counts = keys.split("expires=").skip(1);
        return counts.any(|count| !count.starts_with("0,"));
    }
    keys.contains("keys=")
}
