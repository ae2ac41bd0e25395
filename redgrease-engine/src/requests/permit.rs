//! Which commands functions may run, and which would end or stop the server.

use std::sync::OnceLock;

use super::forbidden::Forbidden;
use crate::cluster::slot_of;
use crate::execution::nesting;
use crate::server::{
    CallError, CallReply, ContextFlags, Facts, ServerLock, call, call_as_clients_write,
    is_before_7, is_main_thread, keys_among, query,
};
use crate::settings::settings;

const NEEDS_CONNECTION: &str = "acts on the connection that it comes from, and functions have none";
const WAITS: &str = "makes its client wait, and the server must not wait for a function that waits";
const ENDS: &str = "ends the server";
const CUTS: &str = "may end the connection whose command waits for this function; register it with mode async or async_local";

const STOPS: &str = "stops a Valkey from 9.1 on, unless a synchronous function calls it; register it with mode sync";
const PAUSES: &str = "keeps from replicas and files what functions have just written";

/// A command, its first argument if that matters, and why not.
type Refused = (&'static str, &'static str, &'static str);

/// Commands that a function never gets.
const NEVER: [Refused; 19] = [
    ("sync", "", NEEDS_CONNECTION),
    ("psync", "", NEEDS_CONNECTION),
    ("replconf", "", NEEDS_CONNECTION),
    ("monitor", "", NEEDS_CONNECTION),
    // What browsers send: Redis 6.2 ends the connection of whoever calls these.
    ("post", "", NEEDS_CONNECTION),
    ("host:", "", NEEDS_CONNECTION),
    ("client", "reply", NEEDS_CONNECTION),
    ("client", "tracking", NEEDS_CONNECTION),
    ("client", "caching", NEEDS_CONNECTION),
    ("client", "pause", PAUSES),
    ("failover", "", PAUSES),
    ("wait", "", WAITS),
    ("waitaof", "", WAITS),
    ("shutdown", "", ENDS),
    ("debug", "segfault", ENDS),
    ("debug", "panic", ENDS),
    ("debug", "assert", ENDS),
    ("debug", "restart", ENDS),
    ("debug", "crash-and-recover", ENDS),
];
/// Commands that it does not get while a command waits for it.
const NOT_INSIDE: [Refused; 1] = [("client", "kill", CUTS)];

/// Commands that it does not get in a thread of the engine, where scripts are a module's.
const NOT_IN_THREADS: [Refused; 1] = [("script", "flush", STOPS)];

/// Commands that the server keeps from clients by a setting, from Redis 7.0 on.
const PROTECTED: [(&str, &[&str], &str); 2] = [
    ("debug", &[], "enable-debug-command"),
    (
        "module",
        &["load", "loadex", "unload"],
        "enable-module-command",
    ),
];

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
pub(super) fn check(lock: &ServerLock, name: &[u8], arguments: &[&[u8]]) -> Result<(), Forbidden> {
    let facts = Facts::of(lock, name, arguments.first().copied());
    if let Some(forbidden) = refusal(lock, name, arguments, facts.as_deref()) {
        return Err(forbidden);
    }
    match facts {
        None => Err(Forbidden::Unknown),
        Some(facts) if !facts.takes(arguments.len() + 1) => Err(Forbidden::Words),
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
    if let Some(forbidden) = refusal(lock, name, arguments, facts.as_deref()) {
        return Err(forbidden.to_string().into());
    }
    if facts
        .as_deref()
        .is_some_and(|facts| are_apart(lock, name, arguments, facts))
    {
        return Err(CallError::elsewhere());
    }
    // What the server keeps from scripts it would refuse altogether.
    let writes = facts.is_some_and(|facts| {
        facts.has("write") && !facts.has("noscript") && facts.takes(arguments.len() + 1)
    });
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
) -> Option<Forbidden> {
    let first = arguments.first().copied();
    let mut found = find(&NEVER, name, first);
    if nesting::is_inside() {
        found = found.or_else(|| find(&NOT_INSIDE, name, first));
    }
    if !is_main_thread() {
        let here = || find(&NOT_IN_THREADS, name, first).filter(|_| has_module_of_scripts(lock));
        found = found.or_else(here);
    }
    let upper = || String::from_utf8_lossy(name).to_uppercase();
    if let Some((command, part, why)) = found {
        let shown = format!("{command} {part}").to_uppercase();
        return Some(Forbidden::Command {
            shown: shown.trim_end().to_owned(),
            why,
        });
    }
    if let Some(setting) = protected(lock, name, first) {
        return Some(Forbidden::Setting {
            name: upper(),
            setting,
        });
    }
    let has = |flag| facts.is_some_and(|facts| facts.has(flag));
    let is_script = SCRIPTS
        .iter()
        .any(|one| name.eq_ignore_ascii_case(one.as_bytes()));
    let flags = lock.context().flags();
    if is_stale(lock, flags, has("stale")) {
        return Some(Forbidden::Stale);
    }
    if !has("write") && !has("noscript") {
        return None;
    }
    // A script is under way, and the server runs one at a time. What it keeps from scripts is kept from functions in them.
    if has("noscript") && flags.lua() {
        return Some(Forbidden::Script(upper()));
    }
    // It would tell replicas of a transaction inside of one.
    if is_script && flags.multi() && is_before_7() {
        return Some(Forbidden::InTransaction(upper()));
    }
    if settings().write_always.is_on() {
        return None;
    }
    if has("write") && flags.read_only() {
        return Some(Forbidden::ReadOnly);
    }
    if (has("denyoom") || is_script) && flags.out_of_memory() && !makes_room(lock, flags) {
        return Some(Forbidden::OutOfMemory);
    }
    None
}

/// Whether the keys of a command are in several slots of a cluster, which refuses it; and Valkey 9.1 whatever a module calls
/// after that.
fn are_apart(lock: &ServerLock, name: &[u8], arguments: &[&[u8]], facts: &Facts) -> bool {
    let may_have_several = facts.places.first != facts.places.last || facts.has("movablekeys");
    if !may_have_several || !lock.context().flags().cluster() {
        return false;
    }
    let keys = keys_among(lock, name, arguments);
    let mut slots = keys.into_iter().map(slot_of);
    slots
        .next()
        .is_some_and(|first| slots.any(|slot| slot != first))
}

/// Whether a module runs the server's scripts, for which it waits when a thread has it forget them: Valkey from 9.1 on.
fn has_module_of_scripts(lock: &ServerLock) -> bool {
    static HAS_ONE: OnceLock<bool> = OnceLock::new();
    *HAS_ONE.get_or_init(|| {
        let Ok(reply) = query(lock, b"INFO", &["server"]) else {
            return false;
        };
        let text = String::from_utf8_lossy(reply.text()).into_owned();
        text.lines()
            .find_map(|line| line.strip_prefix("valkey_version:"))
            .is_some_and(|version| {
                let mut parts = version
                    .split('.')
                    .map(|part| part.trim().parse().unwrap_or(0));
                (parts.next(), parts.next()) >= (Some(9), Some(1))
            })
    })
}

/// A setting of the server, if it has it.
fn config(lock: &ServerLock, name: &str) -> Option<Vec<u8>> {
    let reply = query(lock, b"CONFIG", &["GET", name]).ok()?;
    Some(reply.elements().last()?.text().to_vec())
}

/// The setting that keeps a command from clients, where it does. A function is no local connection.
fn protected(lock: &ServerLock, name: &[u8], first: Option<&[u8]>) -> Option<&'static str> {
    let is = |word: &[u8], one: &str| word.eq_ignore_ascii_case(one.as_bytes());
    let (_, _, setting) = PROTECTED.iter().find(|(command, parts, _)| {
        is(name, command)
            && (parts.is_empty()
                || first.is_some_and(|first| parts.iter().any(|part| is(first, part))))
    })?;
    let said = config(lock, setting)?;
    (said != b"yes").then_some(setting)
}

/// Whether this is a replica that has lost its master and must not show what it has.
fn is_stale(lock: &ServerLock, flags: ContextFlags, runs_anyway: bool) -> bool {
    if !flags.stale() || runs_anyway || settings().write_always.is_on() {
        return false;
    }
    config(lock, "replica-serve-stale-data").is_some_and(|said| said == b"no")
}

/// Whether the server can evict keys for what is written.
fn makes_room(lock: &ServerLock, flags: ContextFlags) -> bool {
    if !flags.evicts() {
        return false;
    }
    let keys = query(lock, b"INFO", &["keyspace"]).map_or_else(
        |_| String::new(),
        |reply| String::from_utf8_lossy(reply.text()).into_owned(),
    );
    if config(lock, "maxmemory-policy").is_some_and(|policy| policy.starts_with(b"volatile")) {
        // Keys without a time to live stay.
        let mut counts = keys.split("expires=").skip(1);
        return counts.any(|count| !count.starts_with("0,"));
    }
    keys.contains("keys=")
}
