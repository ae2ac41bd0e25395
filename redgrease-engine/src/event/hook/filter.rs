//! Which commands of clients are carried by a command of the engine, and by which.

use std::sync::atomic::Ordering;

use super::{COUNT, SKIP_NEXT, find};
use crate::event::{afterwards, code, keys, stream};
use crate::server::{
    Carried, CommandFilter, Facts, FilteredCommand, KeyPlaces, Refused,
    clients_begin_without_rights, filter_commands, forget_access, learn_commands, lock_server,
    module_flags,
};

/// The commands that carry others.
pub(crate) struct Carriers;

impl Carriers {
    /// The name of one; `anybody` may send it, and it asks by itself who that is.
    pub(crate) const fn name(kind: Carried, anybody: bool) -> &'static std::ffi::CStr {
        match (kind, anybody) {
            (Carried::Reads, false) => c"RG.INNERHOOK",
            (Carried::Writes, false) => c"RG.INNERHOOKWRITE",
            (Carried::Fills, false) => c"RG.INNERHOOKFILL",
            (Carried::Reads, true) => c"RG.INNERHOOKANY",
            (Carried::Writes, true) => c"RG.INNERHOOKWRITEANY",
            (Carried::Fills, true) => c"RG.INNERHOOKFILLANY",
        }
    }
}

/// What the names of all of them begin with.
const START: &[u8] = b"rg.innerhook";
/// RESTORE and RESTORE-ASKING.
const RESTORE: &[u8] = b"restore";
/// What a client gets that names one of them.
pub(crate) const REFUSED: &std::ffi::CStr = c"RG.INNERREFUSED";

/// Looks at every command from now on.
///
/// # Errors
/// When the server has no command filters.
pub(crate) fn install() -> Result<(), Refused> {
    let lock = lock_server();
    learn_commands(&lock);
    filter_commands::<Filter>(&lock)
}

/// The keys among the words of a command.
pub(super) fn keys_of<'a, 'w>(
    places: KeyPlaces,
    count: usize,
    word: &'w dyn Fn(usize) -> Option<&'a [u8]>,
) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a, 'w> {
    let count = i64::try_from(count).unwrap_or(0);
    let KeyPlaces { first, last, step } = places;
    let last = if last < 0 { count + last } else { last };
    let step = usize::try_from(step.max(1)).unwrap_or(1);
    // Who has none says that the first is 0.
    let last = if first > 0 { last.min(count - 1) } else { -1 };
    (first..=last)
        .step_by(step)
        .filter_map(move |at| usize::try_from(at).ok().and_then(word))
}

struct Filter;

impl CommandFilter for Filter {
    fn filter(command: &FilteredCommand) {
        if SKIP_NEXT.swap(false, Ordering::Relaxed) {
            return;
        }
        let Some(name) = command.word(0) else {
            return;
        };
        if name
            .get(..START.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(START))
        {
            command.prepend(REFUSED.to_str().unwrap_or_default());
            return;
        }
        // It brings a function.
        let brings_code = name.len() >= RESTORE.len()
            && name[..RESTORE.len()].eq_ignore_ascii_case(RESTORE)
            && command.word(3).is_some_and(code::is_time_event);
        if brings_code && !module_flags().loading() {
            command.prepend(carrier_of(command, Carried::Fills));
            return;
        }
        let hooked = COUNT.load(Ordering::Relaxed) > 0;
        let waited_for = keys::is_anything_waited_for() && !afterwards::in_key_function();
        if waited_for {
            keys::comes(name);
        }
        let followed = stream::is_anything_waited_for();
        if !hooked && !waited_for && !followed {
            return;
        }
        for changes_access in ["acl", "config", "exec"] {
            if name.eq_ignore_ascii_case(changes_access.as_bytes()) {
                forget_access();
                return;
            }
        }
        let word = |index| command.word(index);
        let facts = Facts::known(name, command.word(1));
        let is_hooked = hooked && !find(name, command.len(), &word).is_empty();
        if !is_hooked {
            let Some(facts) = &facts else { return };
            let can_be_carried = facts.has("write")
                && !facts.has("blocking")
                && !facts.has("noscript")
                && !facts.has("module");
            if !can_be_carried || !is_waited_for(command, facts, waited_for) {
                return;
            }
        }
        let flags = module_flags();
        if flags.loading() || flags.replica() {
            return;
        }
        let kind = match &facts {
            Some(facts) if facts.has("denyoom") => Carried::Fills,
            Some(facts) if facts.has("write") => Carried::Writes,
            _ => Carried::Reads,
        };
        command.prepend(carrier_of(command, kind));
    }
}

fn carrier_of(command: &FilteredCommand, kind: Carried) -> &'static str {
    let carrier = Carriers::name(kind, anybody(command));
    carrier.to_str().unwrap_or_default()
}

/// Whether synchronous functions want the events of a command.
fn is_waited_for(command: &FilteredCommand, facts: &Facts, keys_are: bool) -> bool {
    let word = |index| command.word(index);
    let name = command.word(0).unwrap_or_default();
    if name.eq_ignore_ascii_case(b"xadd")
        && !afterwards::in_stream_function()
        && command.word(1).is_some_and(stream::is_waited_for)
    {
        return true;
    }
    // Where the keys are is not plain in some.
    keys_are
        && (facts.has("movablekeys")
            || keys::is_waited_for(name, &keys_of(facts.places, command.len(), &word)))
}

/// Whether the carrier has to be one that anybody may send: a client that may send the command need not be allowed a command of
/// the engine. Where clients need a password, and the server does not say whose command this is, it must not be.
fn anybody(command: &FilteredCommand) -> bool {
    let lock = lock_server();
    match command.user(&lock) {
        Some(user) if user != "default" => true,
        _ => !clients_begin_without_rights(&lock),
    }
}
