//! Calls of the server's own functions and of `cmd`, as far as their arguments are written out.

use std::ops::Range;

use super::signature::{CallShape, Key};
use crate::cmd::{self, CallError};
use crate::commands;
use crate::diag::Diagnostics;
use crate::messages;
use crate::suggest::nearest;

/// The levels of `log`.
const LEVELS: &[&str] = &["debug", "verbose", "notice", "warning"];

/// Checks the use of `cmd.method`.
pub(super) fn method(
    name: &str,
    range: &Range<usize>,
    call: Option<&CallShape>,
    out: &mut Diagnostics,
) {
    // Python's own attributes, such as `__class__`.
    let own = name.strip_prefix("gears.").unwrap_or(name);
    if own.starts_with("__") {
        return;
    }
    let Some(entry) = cmd::lookup(name) else {
        out.push(messages::no_command(
            name,
            cmd::suggest(name),
            range.clone(),
        ));
        return;
    };
    if let Some(why) = entry.refused {
        let what = format!("`cmd.{name}`");
        out.push(messages::refused_command(
            &what,
            why.reason,
            why.instead,
            range.clone(),
        ));
        return;
    }
    let Some(call) = call else {
        return;
    };
    let keywords: Vec<&str> = call.keywords.iter().flatten().map(String::as_str).collect();
    let checked = entry.check_call(
        call.positional.unwrap_or(0),
        &keywords,
        call.positional.is_none(),
        call.keywords.is_none(),
    );
    match checked {
        Ok(()) => {}
        Err(CallError::RefusedParameter { parameter, why, .. }) => {
            let what = format!("`{parameter}` of `cmd.{name}`");
            out.push(messages::refused_command(
                &what,
                why.reason,
                why.instead,
                call.range.clone(),
            ));
        }
        Err(error) => {
            let usage = format!("write `cmd.{name}({})`", entry.signature);
            // The table's sentence ends with the signature, which is the help here.
            let message = error.to_string();
            let found = message
                .split_once(": expected ")
                .or_else(|| message.split_once(" Expected "))
                .map_or(&message[..], |(found, _)| found);
            out.push(messages::command_call(found, &usage, call.range.clone()));
        }
    }
}

/// Checks a call of one of the server's functions.
pub(super) fn call(name: &str, call: &CallShape, out: &mut Diagnostics) {
    let text = |place: usize, keyword: &str| {
        call.texts.iter().find_map(|(key, text, range)| {
            let fits = match key {
                Key::Place(p) => *p == place,
                Key::Keyword(k) => k == keyword,
            };
            fits.then_some((text, range))
        })
    };
    match name {
        "log" => {
            // old scripts say the level first
            let swapped =
                text(0, "message").is_some_and(|(first, _)| LEVELS.contains(&first.as_str()));
            if let Some((level, range)) = text(1, "level")
                && !LEVELS.contains(&level.as_str())
                && !swapped
            {
                let meant = nearest(level, LEVELS.iter().copied());
                out.push(messages::not_a_choice(
                    "`log`",
                    "level",
                    level,
                    meant,
                    LEVELS,
                    range.clone(),
                ));
            }
        }
        "execute" => {
            if let Some((command, range)) = text(0, "command") {
                refused_by_name(command, range, out);
                if !commands::exists(command) {
                    let meant = commands::meant(command);
                    out.push(messages::unknown_command(command, meant, range.clone()));
                }
                wrong_number(command, call, out);
            }
            if call.positional == Some(0) && call.keywords.as_ref().is_some_and(Vec::is_empty) {
                out.push(messages::missing_argument(
                    "`execute`",
                    "command",
                    "execute(\"GET\", key)",
                    call.range.clone(),
                ));
            }
        }
        _ => {}
    }
}

/// `execute("SET", key)` lacks the value; what is unpacked may be any number.
fn wrong_number(command: &str, call: &CallShape, out: &mut Diagnostics) {
    let given = match (call.positional, &call.keywords) {
        (Some(given), Some(keywords)) if keywords.is_empty() => given.saturating_sub(1),
        _ => return,
    };
    if let Some(takes) = commands::wrong_number(command, given) {
        let method = cmd::entries()
            .find(|entry| entry.refused.is_none() && entry.command.eq_ignore_ascii_case(command))
            .map(|entry| format!("cmd.{}({})", entry.name, entry.signature));
        let range = call.range.clone();
        out.push(messages::command_arity(
            command, takes, given, method, range,
        ));
    }
}

/// `execute("BLPOP", …)` waits as `cmd.blpop` does.
fn refused_by_name(command: &str, range: &Range<usize>, out: &mut Diagnostics) {
    let refused = cmd::entries().find_map(|entry| {
        let same = !entry.command.is_empty() && entry.command.eq_ignore_ascii_case(command);
        entry.refused.filter(|_| same)
    });
    if let Some(why) = refused {
        out.push(messages::refused_command(
            &format!("`{command}`"),
            why.reason,
            why.instead,
            range.clone(),
        ));
    }
}
