//! The requirements that this server knows, and their way into database files and to replicas.
//!
//! The list changes under the server's lock only, for the reason that [`crate::persist`] gives.

use crate::packages::environment::environments;
use std::ffi::CStr;
use std::sync::{Arc, Mutex};

use crate::answer::Reply;
use crate::base::guard;
use crate::engine::engine;
use crate::packages::environment::normalise;
use crate::packages::wheels::{Packed, VERSION};
use crate::server::{Level, ServerLock, lock_server, log, replicate};
use crate::session::Session;

/// The command that carries the wheels of a requirement.
pub(crate) const IMPORT: &CStr = c"rg.pyimportretinternal";
/// The largest piece of an exported requirement.
const CHUNK: usize = 10 << 20;

#[derive(Debug)]
struct Known {
    name: String,
    /// Whether replicas and the append-only file have it.
    shipped: bool,
    /// Whether a client brought it: it stays, whoever uses it.
    imported: bool,
}

static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// A requirement in the spelling that its wheels are kept under.
fn normal(name: &str) -> String {
    normalise(&[name.to_owned()]).pop().unwrap_or_default()
}

fn pack(name: &str) -> Result<Vec<u8>, String> {
    environments().shelf().pack(name, &normal(name))
}

/// Pieces of a packed requirement that a reply or a command can hold.
fn chunks(packed: &[u8]) -> Vec<&[u8]> {
    packed.chunks(CHUNK).collect()
}

/// Notes that a script used these requirements.
pub(crate) fn used(_lock: &ServerLock, names: &[String]) {
    let mut known = guard(&KNOWN);
    for name in names {
        if !known.iter().any(|one| one.name == *name) {
            known.push(Known {
                name: name.clone(),
                shipped: false,
                imported: false,
            });
        }
    }
}

/// Notes that other wheels were fetched for these requirements, which replicas and the append-only file do not have yet.
pub(crate) fn renewed(_lock: &ServerLock, names: &[String]) {
    let renewed = normalise(names);
    for one in guard(&KNOWN).iter_mut() {
        if renewed.contains(&normal(&one.name)) {
            one.shipped = false;
        }
    }
}

/// Whether all of them are known, so that none has to be installed.
pub(crate) fn all_known(_lock: &ServerLock, names: &[String]) -> bool {
    let known = guard(&KNOWN);
    names
        .iter()
        .all(|name| known.iter().any(|one| one.name == *name))
}

/// Those of `names` whose wheels replicas and the append-only file do not have yet, with their wheels.
pub(crate) fn unshipped(names: &[String]) -> Vec<(String, Vec<u8>)> {
    let missing: Vec<&String> = {
        let _lock = lock_server();
        let known = guard(&KNOWN);
        names
            .iter()
            .filter(|name| !known.iter().any(|one| one.shipped && one.name == **name))
            .collect()
    };
    missing
        .into_iter()
        .filter_map(|name| match pack(name) {
            Ok(packed) => Some((name.clone(), packed)),
            Err(text) => {
                log(
                    Level::Warning,
                    &format!("{text}; replicas have to fetch {name} themselves"),
                );
                None
            }
        })
        .collect()
}

/// Gives wheels to replicas and the append-only file, and lets go of requirements that no session has.
pub(crate) fn ship(lock: &ServerLock, session: &Session, wheels: &[(String, Vec<u8>)]) {
    used(lock, &session.requirements);
    for (name, packed) in wheels {
        replicate(lock, IMPORT, &chunks(packed));
        if let Some(one) = guard(&KNOWN).iter_mut().find(|one| one.name == *name) {
            one.shipped = true;
        }
    }
    let sessions = engine().registry.sessions();
    guard(&KNOWN).retain(|one| {
        one.imported
            || session.requirements.contains(&one.name)
            || count_users(&sessions, &one.name) > 0
    });
}

/// Takes wheels in that came from elsewhere.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn import(chunks: &[Vec<u8>]) -> Result<(), String> {
    take(chunks, false)
}

fn take(chunks: &[Vec<u8>], imported: bool) -> Result<(), String> {
    let packed = Packed::parse(&chunks.concat())
        .ok_or("Bad serialization format on reading requirement name")?;
    packed.unpack(environments().shelf(), &normal(&packed.name))?;
    let mut known = guard(&KNOWN);
    known.retain(|one| one.name != packed.name);
    known.push(Known {
        name: packed.name,
        shipped: true,
        imported,
    });
    Ok(())
}

/// The same from a client: replicas get them too.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn import_from_client(lock: &ServerLock, chunks: &[Vec<u8>]) -> Result<(), String> {
    take(chunks, true)?;
    replicate(lock, IMPORT, chunks);
    Ok(())
}

/// All requirements with their wheels, for a database file: what cannot be read is left out, and said in the log.
pub(crate) fn packed() -> Vec<Vec<u8>> {
    let names: Vec<String> = guard(&KNOWN).iter().map(|one| one.name.clone()).collect();
    names
        .iter()
        .filter_map(|name| pack(name).map_err(|text| log(Level::Warning, &text)).ok())
        .collect()
}

/// Whether there is none.
pub(crate) fn is_empty() -> bool {
    guard(&KNOWN).is_empty()
}

/// Forgets all, because others are about to be loaded. The wheels stay.
pub(crate) fn clear() {
    guard(&KNOWN).clear();
}

/// Gives all wheels to replicas and the append-only file once more.
pub(crate) fn ship_all(lock: &ServerLock) {
    for one in packed() {
        replicate(lock, IMPORT, &chunks(&one));
    }
}

// -- what clients see

fn count_users(sessions: &[Arc<Session>], name: &str) -> usize {
    sessions
        .iter()
        .filter(|session| session.requirements.iter().any(|known| known == name))
        .count()
}

/// All requirements, each with the number of sessions that have it.
pub(crate) fn users(sessions: &[Arc<Session>]) -> Vec<(String, usize)> {
    guard(&KNOWN)
        .iter()
        .map(|one| (one.name.clone(), count_users(sessions, &one.name)))
        .collect()
}

fn yes_or_no(value: bool) -> Reply {
    Reply::bulk(if value { "yes" } else { "no" })
}

/// A requirement as RG.PYDUMPREQS shows it.
pub(crate) fn describe(name: &str, sessions: &[Arc<Session>]) -> Reply {
    let environments = environments();
    let requirement = normal(name);
    let wheels = environments.shelf().find(&requirement);
    let known = guard(&KNOWN).iter().any(|one| one.name == name);
    Reply::map(vec![
        ("GearReqVersion", Reply::Int(VERSION)),
        ("Name", Reply::bulk(name)),
        ("IsDownloaded", yes_or_no(wheels.is_some())),
        ("IsInstalled", yes_or_no(environments.have(&requirement))),
        (
            "CompiledOs",
            Reply::bulk(wheels.as_ref().map_or("", |wheels| &wheels.system)),
        ),
        (
            "Wheels",
            wheels.as_ref().map_or_else(
                || Reply::bulk("Requirement was not yet downloaded so wheels are not available"),
                |wheels| Reply::bulks(&wheels.files),
            ),
        ),
        (
            "Path",
            Reply::bulk(
                wheels.map_or_else(String::new, |wheels| wheels.directory.display().to_string()),
            ),
        ),
        (
            "RefCount",
            Reply::count(count_users(sessions, name) + usize::from(known)),
        ),
        ("IsInReqDictionary", yes_or_no(known)),
    ])
}

/// All requirements as RG.PYDUMPREQS shows them, the newest first.
pub(crate) fn dump() -> Reply {
    let sessions = engine().registry.sessions();
    let names: Vec<String> = guard(&KNOWN)
        .iter()
        .rev()
        .map(|one| one.name.clone())
        .collect();
    Reply::Array(names.iter().map(|name| describe(name, &sessions)).collect())
}

/// A requirement as RG.PYEXPORTREQ gives it.
///
/// # Errors
/// That there is none of this name, or that its wheels cannot be read.
pub(crate) fn export(name: &[u8]) -> Result<Reply, String> {
    let name = String::from_utf8_lossy(name);
    if !guard(&KNOWN).iter().any(|one| one.name == name) {
        return Err("requirement does not exists".to_owned());
    }
    let packed = pack(&name)?;
    Ok(Reply::Array(vec![
        describe(&name, &engine().registry.sessions()),
        Reply::bulks(chunks(&packed)),
    ]))
}

/// The requirements of a session as DUMPREGISTRATIONS shows them, in a text that looks like Python and is not.
pub(crate) fn session_text(session: &Session) -> String {
    let shown: Vec<String> = session
        .requirements
        .iter()
        .map(|name| {
            let wheels = environments().shelf().find(&normal(name));
            let (path, files) = wheels.map_or_else(Default::default, |wheels| {
                let files: Vec<String> = wheels
                    .files
                    .iter()
                    .map(|file| format!("'{file}'"))
                    .collect();
                (wheels.directory.display().to_string(), files.join(", "))
            });
            format!("{{'name':'{name}', 'basePath':'{path}', 'wheels':[{files}]}}")
        })
        .collect();
    shown.join(",")
}
