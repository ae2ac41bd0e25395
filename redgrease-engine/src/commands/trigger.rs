//! RG.TRIGGER and RG.TRIGGERONKEY: calling a registered function by its name.

use std::ffi::CStr;

use crate::record::value::Value;
use crate::registration::{self, Answering};
use crate::server::{Command, Flag, Invocation};

/// RG.TRIGGER
pub(crate) struct Trigger;

impl Command for Trigger {
    const NAME: &'static CStr = c"rg.trigger";
    const FLAGS: Flag = Flag::GetKeys;

    fn run(call: Invocation<'_>) {
        trigger(&call);
    }
}

/// RG.TRIGGERONKEY
pub(crate) struct TriggerOnKey;

impl Command for TriggerOnKey {
    const NAME: &'static CStr = c"rg.triggeronkey";
    const KEY: i32 = 2;

    fn run(call: Invocation<'_>) {
        trigger(&call);
    }
}

fn trigger(call: &Invocation<'_>) {
    let context = call.context;
    let Some(name) = call.arguments.get(1) else {
        context.reply_arity();
        return;
    };
    let Some(registration) = registration::list::trigger(name) else {
        context.reply_error("ERR subcommand not found");
        return;
    };
    let words = &call.arguments[1..];
    registration.answer(context, words, Value::None, Answering::Trigger);
}
