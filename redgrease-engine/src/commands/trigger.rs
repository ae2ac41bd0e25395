//! RG.TRIGGER and its kin: calling a registered function by its name.

use std::ffi::CStr;
use std::time::Duration;

use crate::record::value::Value;
use crate::registration::{self, Answering};
use crate::server::{Command, Flag, Invocation};

/// RG.TRIGGER
pub(crate) struct Trigger;

impl Command for Trigger {
    const NAME: &'static CStr = c"rg.trigger";
    const FLAGS: Flag = Flag::CallsAnywhere;

    fn run(call: Invocation<'_>) {
        trigger(&call, 1, None);
    }
}

/// RG.TRIGGERONKEY
pub(crate) struct TriggerOnKey;

impl Command for TriggerOnKey {
    const NAME: &'static CStr = c"rg.triggeronkey";
    const FLAGS: Flag = Flag::Calls;
    const KEY: i32 = 2;

    fn run(call: Invocation<'_>) {
        trigger(&call, 1, None);
    }
}

/// RG.TRIGGERWITHIN
pub(crate) struct TriggerWithin;

impl Command for TriggerWithin {
    const NAME: &'static CStr = c"rg.triggerwithin";
    const FLAGS: Flag = Flag::CallsAnywhere;

    fn run(call: Invocation<'_>) {
        let Some(time) = call.arguments.get(1) else {
            call.context.reply_arity();
            return;
        };
        match milliseconds(time) {
            Some(time) => trigger(&call, 2, Some(time)),
            None => call.context.reply_error(
                "ERR the first argument is the deadline, a whole number of milliseconds from 1 on",
            ),
        }
    }
}

fn milliseconds(text: &[u8]) -> Option<Duration> {
    let number: u64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (number > 0).then(|| Duration::from_millis(number))
}

/// Calls the function whose name is the argument `first`.
fn trigger(call: &Invocation<'_>, first: usize, time: Option<Duration>) {
    let context = call.context;
    let Some(name) = call.arguments.get(first) else {
        context.reply_arity();
        return;
    };
    let Some(registration) = registration::list::trigger(name) else {
        context.reply_error("ERR subcommand not found");
        return;
    };
    let words = &call.arguments[first..];
    registration.answer(context, words, Value::None, Answering::Trigger, time);
}
