//! Who sends a command, and what the access control list lets them do.

use std::ffi::c_int;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::call::{ReplyKind, is_running, query};
use super::command::bytes;
use super::context::{Context, ServerLock};
use super::events::FilteredCommand;
use super::facts::Facts;
use super::table::{RedisModuleString, api};

/// How long is believed what the access control list said of the user that clients begin with.
const FRESH: Duration = Duration::from_millis(100);

/// When clients were last found to need a password, or not.
static PASSWORD: Mutex<Option<(Instant, bool)>> = Mutex::new(None);

/// Whether clients begin without rights: the default user is off, or has a password.
pub(crate) fn clients_begin_without_rights(lock: &ServerLock) -> bool {
    // Not under the lock: to ask is a command that may change the answer, for who looks at commands.
    let known = *PASSWORD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((at, answer)) = known
        && at.elapsed() < FRESH
    {
        return answer;
    }
    let flags = acl_of(lock, "default", "flags").unwrap_or_default();
    let is = |flag: &str| flags.iter().any(|one| one == flag);
    let answer = !(is("on") && is("nopass"));
    *PASSWORD.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), answer));
    answer
}

/// The access control list, or what it depends on, may change now.
pub(crate) fn forget_access() {
    *PASSWORD.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// A field of what the access control list says of a user.
fn acl_of(lock: &ServerLock, user: &str, field: &str) -> Option<Vec<String>> {
    let reply = query(lock, b"ACL", &["GETUSER", user]).ok()?;
    let parts: Vec<_> = reply.elements().collect();
    let at = parts
        .iter()
        .position(|part| part.text() == field.as_bytes())?;
    let value = parts.get(at + 1)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let list: Vec<String> = value.elements().map(|one| text(one.text())).collect();
    if list.is_empty() {
        return Some(text(value.text()).split(' ').map(str::to_owned).collect());
    }
    Some(list)
}

impl Context<'_> {
    /// The name of the user whose command this is; nothing for the engine, its functions and other modules, which may do everything.
    pub(crate) fn user(self) -> Option<String> {
        if is_running() {
            return None;
        }
        let api = api();
        // SAFETY: live context. Only a client that is connected has a number that is known; a script has that of none, and the
        // user of the client that runs it. A name is ours, and freed once.
        unsafe {
            let id = api.get_client_id.map_or(0, |get| get(self.raw()));
            let mut name = match api.get_client_user_name_by_id {
                Some(get) => get(self.raw(), id),
                None => std::ptr::null_mut(),
            };
            if name.is_null()
                && self.flags().lua()
                && let Some(get) = api.get_current_user_name
            {
                name = get(self.raw());
            }
            take(name)
        }
    }
}

impl FilteredCommand {
    /// The name of the user who sends it, where the server tells that, from Redis 7.2 on.
    pub(crate) fn user(&self, lock: &ServerLock) -> Option<String> {
        let (id, name) = (
            api().command_filter_get_client_id?,
            api().get_client_user_name_by_id?,
        );
        // SAFETY: the filter's context is live; as above.
        unsafe { take(name(lock.context().raw(), id(self.raw()))) }
    }
}

/// # Safety
/// `name` must be null, or a string of ours.
unsafe fn take(name: *mut RedisModuleString) -> Option<String> {
    if name.is_null() {
        return None;
    }
    // SAFETY: the caller vouches for it; freed once.
    unsafe {
        let text = String::from_utf8_lossy(bytes(name)).into_owned();
        (api().free_string)(std::ptr::null_mut(), name);
        Some(text)
    }
}

/// Whether the rules of a user grant a command of the module, which the server knows no categories for.
pub(crate) fn is_granted(lock: &ServerLock, user: &str, name: &str, categories: &[&str]) -> bool {
    let facts = Facts::in_categories(categories);
    let rules = acl_of(lock, user, "commands").unwrap_or_default();
    by_rules(&rules, name, Some(&facts))
}

/// Why the access control list does not let a user run a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// In the words of the server.
    Told(String),
    /// A command of this name, which the server has no words about.
    Command(String),
}

impl fmt::Display for Denied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(text) => write!(formatter, "NOPERM {text}"),
            Self::Command(name) => write!(
                formatter,
                "NOPERM this user has no permissions to run the '{name}' command"
            ),
        }
    }
}

/// Whether the access control list lets a user run a command.
///
/// # Errors
/// Why it does not.
pub(crate) fn check_access(lock: &ServerLock, user: &str, words: &[Vec<u8>]) -> Result<(), Denied> {
    let name = String::from_utf8_lossy(&words[0]).to_lowercase();
    let allowed = match by_server(user, words) {
        Some(allowed) => allowed,
        // Keys are the server's to check, which is told of them.
        None => {
            let facts = Facts::of(lock, &words[0], words.get(1).map(Vec::as_slice));
            let rules = acl_of(lock, user, "commands").unwrap_or_default();
            by_rules(&rules, &name, facts.as_deref())
        }
    };
    if allowed {
        return Ok(());
    }
    // The server finds the words.
    let mut question = vec![b"DRYRUN".to_vec(), user.as_bytes().to_vec()];
    question.extend_from_slice(words);
    Err(query(lock, b"ACL", &question)
        .ok()
        .filter(|reply| reply.kind() == ReplyKind::Text && !reply.is_simple())
        .map(|reply| Denied::Told(String::from_utf8_lossy(reply.text()).into_owned()))
        .unwrap_or(Denied::Command(name)))
}

/// What the server says, from Redis 7.0 on.
fn by_server(user: &str, words: &[Vec<u8>]) -> Option<bool> {
    let api = api();
    let (find, check, free) = (
        api.get_module_user_from_user_name?,
        api.acl_check_command_permissions?,
        api.free_module_user?,
    );
    // SAFETY: pointers and lengths belong together; what is made here is freed once.
    unsafe {
        let make = |text: &[u8]| {
            (api.create_string)(std::ptr::null_mut(), text.as_ptr().cast(), text.len())
        };
        let name = make(user.as_bytes());
        let found = find(name);
        (api.free_string)(std::ptr::null_mut(), name);
        if found.is_null() {
            return Some(false);
        }
        let mut strings: Vec<*mut RedisModuleString> =
            words.iter().map(|word| make(word)).collect();
        let length = c_int::try_from(strings.len()).unwrap_or(c_int::MAX);
        let status = check(found, strings.as_mut_ptr(), length);
        // What is no command, or has too few words, is not a question of rights.
        let denied =
            status != super::OK && io::Error::last_os_error().raw_os_error() == Some(libc::EACCES);
        for string in strings {
            (api.free_string)(std::ptr::null_mut(), string);
        }
        free(found);
        Some(!denied)
    }
}

/// Whether rules such as `+@all -@dangerous +debug` let a command run: the last one about it decides.
fn by_rules(rules: &[String], name: &str, facts: Option<&Facts>) -> bool {
    let about = |what: &str| match what.strip_prefix('@') {
        Some("all") => true,
        Some(_) => facts.is_some_and(|facts| facts.categories.iter().any(|one| one == what)),
        None => what == name,
    };
    rules
        .iter()
        .rev()
        .find_map(|rule| match rule.split_at_checked(1)? {
            ("+", what) if about(what) => Some(true),
            ("-", what) if about(what) => Some(false),
            _ => None,
        })
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rule_about_a_command_decides() {
        let rules = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (text, allowed) in [
            ("+@all", true),
            ("+@all -del", false),
            ("+@all -del +del", true),
            ("-@all +get", false),
            ("-@all +del", true),
            ("", false),
            ("+@all -@dangerous", false),
            ("-@all +@write", true),
            ("+@all -@dangerous +del", true),
        ] {
            let facts = Facts::in_categories(&["@dangerous", "@write"]);
            assert_eq!(
                by_rules(&rules(text), "del", Some(&facts)),
                allowed,
                "{text}"
            );
        }
    }
}
