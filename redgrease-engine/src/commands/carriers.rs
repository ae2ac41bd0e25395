//! The commands that carry commands of clients which functions hook, or whose events synchronous functions want. Only the
//! engine's own command filter writes them.

use std::ffi::CStr;

use crate::event::hook::{self, Carriers};
use crate::server::{self, Carried, Command, Context, Flag, Invocation, create_command};

struct Carrier<const KIND: u8, const ANYBODY: bool>;

const fn kind(number: u8) -> Carried {
    match number {
        0 => Carried::Reads,
        1 => Carried::Writes,
        _ => Carried::Fills,
    }
}

impl<const KIND: u8, const ANYBODY: bool> Command for Carrier<KIND, ANYBODY> {
    const NAME: &'static CStr = Carriers::name(kind(KIND), ANYBODY);
    const FLAGS: Flag = Flag::Carries {
        kind: kind(KIND),
        anybody: ANYBODY,
    };

    fn run(call: Invocation<'_>) {
        if call.arguments.len() < 2 {
            call.context.reply_arity();
            return;
        }
        hook::run(call.context, &call.arguments[1..], ANYBODY);
    }
}

/// What the filter puts before one of them that a client sends.
struct Refused;

impl Command for Refused {
    const NAME: &'static CStr = hook::REFUSED;

    fn run(call: Invocation<'_>) {
        call.context
            .reply_error("ERR this command is the engine's own: send the command that it carries");
    }
}

/// Registers them.
///
/// # Errors
/// The name of a command that the server refused.
pub(super) fn register(context: Context<'_>) -> Result<(), server::Refused> {
    create_command::<Refused>(context)?;
    create_command::<Carrier<0, false>>(context)?;
    create_command::<Carrier<1, false>>(context)?;
    create_command::<Carrier<2, false>>(context)?;
    create_command::<Carrier<0, true>>(context)?;
    create_command::<Carrier<1, true>>(context)?;
    create_command::<Carrier<2, true>>(context)
}
