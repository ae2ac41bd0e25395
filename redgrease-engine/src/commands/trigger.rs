//! RG.TRIGGER and RG.TRIGGERONKEY: calling a registered function by its name.

use std::ffi::CStr;

use crate::answer::Reply;
use crate::execution::Waiter;
use crate::execution::pipeline;
use crate::plan::Mode;
use crate::record::batch::Batch;
use crate::record::value::Value;
use crate::registration;
use crate::server::{Command, Flag, Invocation, lock_server};

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
    let may_block = context.flags().may_block();
    let sync = registration.plan.mode == Mode::Sync;
    if !sync && !may_block {
        context.reply_error(
            "ERR can not run a non-sync execution inside a MULTI/LUA (blocking is not allowed) or on loading.",
        );
        return;
    }
    let batch = Batch::of_texts(&call.arguments[1..]);
    let execution = registration.new_execution(context.database());
    if !sync {
        execution.wait(Waiter::Triggered(context.block()));
        registration.run(execution, batch);
        return;
    }
    pipeline::run_here(&execution, &batch, &Value::None, may_block, &lock_server());
    match execution.outcome() {
        Some(outcome) => Reply::Triggered(outcome).write(context),
        None => execution.wait(Waiter::Triggered(context.block())),
    }
}
