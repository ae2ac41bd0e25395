//! Commands that functions hook: CommandReader registrations with `hook=`, and KeysReader registrations with `commands=`.
//!
//! A command filter puts RG.INNERHOOK before a hooked command; that command runs the newest hook, and `call_next` in its
//! function the older ones and at last the command itself. All of this happens under the server lock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::calls;
use crate::execution::{Execution, Outcome, Waiter};
use crate::ffi::{
    CallReply, Context, FilteredCommand, ReplyKind, ServerLock, call, filter_commands, lock_server,
    module_flags,
};
use crate::key_events;
use crate::plan::{Mode, Reader};
use crate::records::{Batch, Layout};
use crate::registration::Registration;
use crate::reply::Reply;
use crate::value::Value;
use crate::worker::guard;

/// The command that the filter puts before hooked ones.
pub(crate) const INNER: &str = "RG.INNERHOOK";

/// Where a command has its keys.
#[derive(Clone, Copy, Debug, Default)]
struct KeyPlaces {
    first: i64,
    last: i64,
    step: i64,
}

/// One hook on one command.
#[derive(Debug)]
struct Hook {
    registration: Arc<Registration>,
    /// A bare prefix of any key, or the prefix rule of key events.
    prefix: Option<Vec<u8>>,
    places: KeyPlaces,
}

type Table = HashMap<Vec<u8>, Vec<Arc<Hook>>>;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static FILTERING: AtomicBool = AtomicBool::new(false);
static TABLE: RwLock<Option<Table>> = RwLock::new(None);
/// The next command is the engine's own and not hooked.
static SKIP_NEXT: AtomicBool = AtomicBool::new(false);
/// Registrations whose hook functions run or issue commands now.
static ACTIVE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A hooked command whose key events are awaited.
#[derive(Debug)]
struct Current {
    registration: String,
    words: Vec<Vec<u8>>,
    executions: Vec<Arc<Execution>>,
}

static CURRENT: Mutex<Vec<Current>> = Mutex::new(Vec::new());
/// Replies that functions put in place of the command's own, by execution.
static OVERRIDES: Mutex<Vec<(u64, Value)>> = Mutex::new(Vec::new());

/// What the server says about a command: flags and key positions.
fn look_up(lock: &ServerLock, name: &str) -> Option<(Vec<String>, KeyPlaces)> {
    let reply = call(lock, b"COMMAND", &[b"INFO".as_slice(), name.as_bytes()]).ok()?;
    let info = reply.element(0)?;
    if info.kind() != ReplyKind::Array {
        return None;
    }
    let flags = info
        .element(2)?
        .elements()
        .map(|flag| String::from_utf8_lossy(flag.text()).to_lowercase())
        .collect();
    let number = |index| info.element(index).map_or(0, |number| number.integer());
    let places = KeyPlaces {
        first: number(3),
        last: number(4),
        step: number(5),
    };
    Some((flags, places))
}

/// Whether a registration's hooks could be made.
///
/// # Errors
/// The text for the script.
pub(crate) fn check(reader: &Reader) -> Result<(), String> {
    match reader {
        Reader::Command(reader) => {
            let Some(hook) = &reader.hook else {
                return Ok(());
            };
            let name = String::from_utf8_lossy(hook).to_lowercase();
            let lock = lock_server();
            let (flags, places) =
                look_up(&lock, &name).ok_or("Can not override an unexisting command")?;
            if flags.iter().any(|flag| flag == "noscript") {
                return Err(
                    "Can not override a command which are not allowed inside a script".to_owned(),
                );
            }
            if reader.key_prefix.is_some() {
                if flags.iter().any(|flag| flag == "movablekeys") {
                    return Err(
                        "Can not override a command with moveable keys by key prefix".to_owned(),
                    );
                }
                if places.first <= 0 {
                    return Err(
                        "Can not override a command by key prefix with none positive first key"
                            .to_owned(),
                    );
                }
            }
            drop(lock);
            let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
            let newest = table
                .as_ref()
                .and_then(|table| table.get(name.as_bytes()))
                .and_then(|hooks| hooks.first());
            if newest.is_some_and(|hook| hook.registration.plan.mode != Mode::Sync) {
                return Err("Can not override a none sync registration".to_owned());
            }
            Ok(())
        }
        Reader::KeyEvents(events) => {
            let lock = lock_server();
            for name in events.commands.iter().flatten() {
                let (flags, _) =
                    look_up(&lock, &name.to_lowercase()).ok_or("bad reply on COMMAND command")?;
                if flags.iter().any(|flag| flag == "noscript") {
                    return Err(
                        "Can not hook a command which are not allowed inside a script".to_owned(),
                    );
                }
                if flags.iter().any(|flag| flag == "movablekeys") {
                    return Err(
                        "Can not hook a command with moveable keys by key prefix".to_owned()
                    );
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The commands that a registration hooks.
fn commands_of(registration: &Registration) -> Vec<String> {
    match &registration.plan.reader {
        Reader::Command(reader) => reader
            .hook
            .iter()
            .map(|hook| String::from_utf8_lossy(hook).to_lowercase())
            .collect(),
        Reader::KeyEvents(events) => events
            .commands
            .iter()
            .flatten()
            .map(|name| name.to_lowercase())
            .collect(),
        _ => Vec::new(),
    }
}

/// Takes over which registrations there are, the oldest first.
pub(crate) fn set_registrations(all: &[Arc<Registration>]) {
    let hooking: Vec<_> = all
        .iter()
        .map(|registration| (registration, commands_of(registration)))
        .filter(|(_, commands)| !commands.is_empty())
        .collect();
    if hooking.is_empty() && COUNT.load(Ordering::Relaxed) == 0 {
        return;
    }
    let lock = lock_server();
    let mut table = Table::new();
    for (registration, commands) in &hooking {
        let prefix = match &registration.plan.reader {
            Reader::Command(reader) => reader.key_prefix.clone(),
            Reader::KeyEvents(events) => Some(events.prefix.clone()),
            _ => None,
        };
        for name in commands {
            let places = look_up(&lock, name)
                .map(|(_, places)| places)
                .unwrap_or_default();
            table.entry(name.clone().into_bytes()).or_default().insert(
                0,
                Arc::new(Hook {
                    registration: Arc::clone(registration),
                    prefix: prefix.clone(),
                    places,
                }),
            );
        }
    }
    COUNT.store(hooking.len(), Ordering::Relaxed);
    let old = TABLE
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .replace(table);
    if !hooking.is_empty()
        && !FILTERING.swap(true, Ordering::Relaxed)
        && let Err(text) = filter_commands(&lock)
    {
        crate::ffi::log(crate::ffi::Level::Warning, &text);
    }
    drop(lock);
    drop(old);
}

impl Hook {
    /// Whether the hook is about a command with these words.
    fn fits<'a>(&self, count: usize, word: &dyn Fn(usize) -> Option<&'a [u8]>) -> bool {
        let Some(prefix) = &self.prefix else {
            return true;
        };
        let is_key_event = matches!(self.registration.plan.reader, Reader::KeyEvents(_));
        let matches = |key: &[u8]| {
            if is_key_event {
                key_events::fits(prefix, key)
            } else {
                key.starts_with(prefix)
            }
        };
        let count = i64::try_from(count).unwrap_or(0);
        let KeyPlaces { first, last, step } = self.places;
        if first <= 0 {
            return is_key_event;
        }
        let last = if last < 0 { count + last } else { last };
        let mut at = first;
        while at <= last && at < count {
            if usize::try_from(at).ok().and_then(word).is_some_and(matches) {
                return true;
            }
            at += step.max(1);
        }
        false
    }
}

/// The hooks on a command, the newest first, without those whose functions issue it.
fn find<'a>(name: &[u8], count: usize, word: &dyn Fn(usize) -> Option<&'a [u8]>) -> Vec<Arc<Hook>> {
    let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
    let Some(hooks) = table
        .as_ref()
        .and_then(|table| table.get(name.to_ascii_lowercase().as_slice()))
    else {
        return Vec::new();
    };
    let active = guard(&ACTIVE);
    hooks
        .iter()
        .filter(|hook| !active.contains(&hook.registration.id) && hook.fits(count, word))
        .cloned()
        .collect()
}

/// Called for every command before it runs.
pub(crate) fn filter(command: &FilteredCommand) {
    if COUNT.load(Ordering::Relaxed) == 0 || SKIP_NEXT.swap(false, Ordering::Relaxed) {
        return;
    }
    let Some(name) = command.word(0) else {
        return;
    };
    if find(name, command.len(), &|index| command.word(index)).is_empty() {
        return;
    }
    let flags = module_flags();
    if flags.loading() || flags.replica() {
        return;
    }
    command.prepend(INNER);
}

/// Runs a command that is not hooked again.
fn run_plain(lock: &ServerLock, words: &[Vec<u8>]) -> Result<CallReply, String> {
    SKIP_NEXT.store(true, Ordering::Relaxed);
    let result = call(lock, &words[0], &words[1..]).map_err(|error| error.text);
    SKIP_NEXT.store(false, Ordering::Relaxed);
    result
}

/// Keeps a registration from hooking the commands of its own function.
struct Quiet;

impl Quiet {
    fn new(registration: &str) -> Self {
        guard(&ACTIVE).push(registration.to_owned());
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        guard(&ACTIVE).pop();
    }
}

/// Runs `body`, a command of a hook's function, without that hook.
pub(crate) fn without<R>(registration: &str, body: impl FnOnce() -> R) -> R {
    let _quiet = Quiet::new(registration);
    body()
}

/// Answers a hooked command.
pub(crate) fn run(context: Context<'_>, words: &[Vec<u8>]) {
    let lock = lock_server();
    let hooks = words.first().map_or_else(Vec::new, |name| {
        find(name, words.len(), &|index| {
            words.get(index).map(Vec::as_slice)
        })
    });
    context.in_database_zero(|| answer(context, &lock, words, &hooks));
}

fn answer(context: Context<'_>, lock: &ServerLock, words: &[Vec<u8>], hooks: &[Arc<Hook>]) {
    let Some((hook, older)) = hooks.split_first() else {
        match run_plain(lock, words) {
            Ok(reply) => context.reply_call(&reply),
            Err(text) => context.reply_error(text),
        }
        return;
    };
    let registration = &hook.registration;
    let may_block = context.flags().may_block();
    let sync = registration.plan.mode == Mode::Sync;
    if matches!(registration.plan.reader, Reader::KeyEvents(_)) {
        answer_with_events(context, lock, words, hook, older);
        return;
    }
    if !sync && !may_block {
        context.reply_error(
            "ERR can not run a non-sync execution inside a MULTI/LUA (blocking is not allowed) or on loading.",
        );
        return;
    }
    let mut batch = Batch::new(Layout::Plain);
    batch.push_texts(words);
    let execution = registration.new_execution();
    let extra = hook_extra(registration, words);
    if sync {
        {
            let _quiet = Quiet::new(&registration.id);
            calls::run_sync(&execution, &batch, may_block, &extra, lock);
        }
        match execution.outcome() {
            Some(outcome) => Reply::Hooked(outcome).write(context),
            None => execution.wait(Waiter::Hooked(context.block())),
        }
    } else {
        execution.wait(Waiter::Hooked(context.block()));
        registration.run_with(execution, batch, extra);
    }
}

fn hook_extra(registration: &Registration, words: &[Vec<u8>]) -> Value {
    Value::Dict(vec![(
        Value::str("hook"),
        Value::Tuple(vec![Value::str(&registration.id), Value::redis(&words[0])]),
    )])
}

/// Runs a command whose key events a registration wants, and lets its function replace the reply.
fn answer_with_events(
    context: Context<'_>,
    lock: &ServerLock,
    words: &[Vec<u8>],
    hook: &Arc<Hook>,
    older: &[Arc<Hook>],
) {
    guard(&CURRENT).push(Current {
        registration: hook.registration.id.clone(),
        words: words.to_vec(),
        executions: Vec::new(),
    });
    let reply = next(lock, words, older);
    let executions = guard(&CURRENT)
        .pop()
        .map_or_else(Vec::new, |current| current.executions);
    let pending: Vec<_> = executions
        .iter()
        .filter(|one| !one.is_over())
        .cloned()
        .collect();
    if pending.is_empty() || !context.flags().may_block() {
        take_override(&executions)
            .map_or(reply, Reply::Record)
            .write(context);
        return;
    }
    // The client waits for the last of them; those of one registration end in their order.
    let client = context.block();
    if let Some(last) = pending.last() {
        last.wait(Waiter::Internal(Box::new(move |_, _| {
            client.answer(take_override(&executions).map_or(reply, Reply::Record));
        })));
    }
}

/// The next hook, or the command itself, as a reply.
fn next(lock: &ServerLock, words: &[Vec<u8>], hooks: &[Arc<Hook>]) -> Reply {
    match run_next(lock, words, hooks) {
        Ok(Next::Command(reply)) => Reply::from_call(&reply),
        Ok(Next::Function(outcome)) => Reply::Hooked(outcome),
        Err(text) => Reply::error(text),
    }
}

enum Next {
    Command(CallReply),
    Function(Arc<Outcome>),
}

fn run_next(lock: &ServerLock, words: &[Vec<u8>], hooks: &[Arc<Hook>]) -> Result<Next, String> {
    let Some((hook, older)) = hooks.split_first() else {
        return run_plain(lock, words).map(Next::Command);
    };
    let registration = &hook.registration;
    if matches!(registration.plan.reader, Reader::KeyEvents(_))
        || registration.plan.mode != Mode::Sync
    {
        return run_next(lock, words, older);
    }
    let mut batch = Batch::new(Layout::Plain);
    batch.push_texts(words);
    let execution = registration.new_execution();
    let _quiet = Quiet::new(&registration.id);
    calls::run_sync(
        &execution,
        &batch,
        false,
        &hook_extra(registration, words),
        lock,
    );
    execution
        .outcome()
        .map(Next::Function)
        .ok_or_else(|| "Failed executing command".to_owned())
}

/// `call_next` of a hook's function: the reply as the function sees it, or the text of an error.
///
/// # Errors
/// The text for the function.
pub(crate) fn call_next(
    lock: &ServerLock,
    registration: &str,
    words: &[Vec<u8>],
) -> Result<Value, String> {
    let older: Vec<Arc<Hook>> = {
        let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
        table
            .as_ref()
            .and_then(|table| table.get(words[0].to_ascii_lowercase().as_slice()))
            .map(|hooks| {
                hooks
                    .iter()
                    .skip_while(|hook| hook.registration.id != registration)
                    .skip(1)
                    .filter(|hook| {
                        hook.fits(words.len(), &|index| words.get(index).map(Vec::as_slice))
                    })
                    .cloned()
                    .collect()
            })
            .unwrap_or_default()
    };
    let _quiet = Quiet::new(registration);
    match run_next(lock, words, &older)? {
        Next::Command(reply) if reply.kind() == ReplyKind::Error => Err(format!(
            "{}\r\n",
            String::from_utf8_lossy(reply.text()).trim_end()
        )),
        Next::Command(reply) => Ok(reply.value()),
        Next::Function(outcome) => match (outcome.errors.first(), outcome.results.as_slice()) {
            (Some(error), _) => Err(String::from_utf8_lossy(error).into_owned()),
            (None, [record]) => Ok(record.clone()),
            (None, _) => Err("Command hook must return exactly one result".to_owned()),
        },
    }
}

/// The command that runs now and whose key events a registration wants.
pub(crate) fn current_command(registration: &Registration) -> Option<Value> {
    guard(&CURRENT)
        .iter()
        .rev()
        .find(|current| current.registration == registration.id)
        .map(|current| {
            Value::List(
                current
                    .words
                    .iter()
                    .map(|word| Value::redis(word))
                    .collect(),
            )
        })
}

/// Notes that an execution may replace the reply of the command that runs now.
pub(crate) fn expect_override(execution: &Arc<Execution>) {
    let Some(registration) = &execution.registration else {
        return;
    };
    if let Some(current) = guard(&CURRENT)
        .iter_mut()
        .rev()
        .find(|current| current.registration == registration.id)
    {
        current.executions.push(Arc::clone(execution));
    }
}

/// Keeps the reply that a function put in place of its command's.
pub(crate) fn keep_override(execution: u64, reply: Value) {
    guard(&OVERRIDES).push((execution, reply));
}

fn take_override(executions: &[Arc<Execution>]) -> Option<Value> {
    let mut overrides = guard(&OVERRIDES);
    let mut found = None;
    overrides.retain(|(number, reply)| {
        let mine = executions
            .iter()
            .any(|execution| execution.number == *number);
        if mine {
            found = Some(reply.clone());
        }
        !mine
    });
    found
}
