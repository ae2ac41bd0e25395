//! Two replies: the recorded one and the engine's.

use super::ids::{Ids, Kind};
use super::mask::{self, Context};
use crate::support::Value;

/// How they compare.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Equal, with the help of these rules.
    Agreed(Vec<&'static str>),
    /// Equal but for the numbers of executions or registrations.
    OtherIds,
    /// Not equal.
    Differs,
}

/// Compare a recorded reply with the engine's.
pub(crate) fn compare(
    context: Context<'_>,
    ids: &mut Ids,
    recorded: &Value,
    actual: &Value,
) -> Verdict {
    let kind = Kind::of(context.command.0);
    let mut wanted = recorded.clone();
    ids.translate_value(kind, &mut wanted);
    if wanted == *actual {
        return Verdict::Agreed(Vec::new());
    }
    let mut found = actual.clone();
    let used = mask::apply(context, &mut wanted, &mut found);
    if wanted == found {
        return Verdict::Agreed(used);
    }
    let mut original = recorded.clone();
    mask::apply(context, &mut original, &mut actual.clone());
    if ids.learn(kind, &original, &wanted, &found) {
        Verdict::OtherIds
    } else {
        Verdict::Differs
    }
}
