//! The requirements that this server knows, and their way into database files and to replicas.
//!
//! The list changes under the server's lock only, so that it is whole whenever the server forks.

use crate::packages::environment::environments;
use std::collections::BTreeMap;
use std::ffi::CStr;
use std::sync::Mutex;
use std::time::SystemTime;

use crate::base::guard;
use crate::packages::Failure;
use crate::packages::environment::{normalise, package};
use crate::packages::wheels::Packed;
use crate::server::{Level, ServerLock, lock_server, log, replicate};

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

/// The requirements that were installed on this server, as they were given, the last one last.
static INSTALLED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Notes that requirements were installed: what was installed of the same packages before is none any more.
pub(crate) fn installed(names: &[String]) {
    let mut installed = guard(&INSTALLED);
    for name in names {
        installed.retain(|one| package(one) != package(name));
        installed.push(name.clone());
    }
}

/// What scripts without requirements find: all that was installed on this server.
pub(crate) fn shared() -> Vec<String> {
    guard(&INSTALLED).clone()
}

/// A requirement in the spelling that its wheels are kept under.
pub(crate) fn normal(name: &str) -> String {
    normalise(&[name.to_owned()]).pop().unwrap_or_default()
}

fn pack(name: &str) -> Result<Vec<u8>, Failure> {
    environments().shelf().pack(name, &normal(name))
}

/// The wheels of a requirement, in one piece.
///
/// # Errors
/// That they cannot be read.
pub(crate) fn wheels(name: &str) -> Result<Vec<u8>, Failure> {
    pack(name)
}

/// What the wheels of a requirement are known by, if they are here: the same ones have the same mark.
pub(crate) fn mark(name: &str) -> Option<String> {
    static MARKS: Mutex<BTreeMap<String, (SystemTime, String)>> = Mutex::new(BTreeMap::new());
    let since = environments().shelf().since(&normal(name))?;
    if let Some((when, mark)) = guard(&MARKS).get(name)
        && *when == since
    {
        return Some(mark.clone());
    }
    let packed = pack(name).ok()?;
    let sum = packed.last_chunk::<8>()?;
    let mark = format!("{:016x}", u64::from_le_bytes(*sum));
    guard(&MARKS).insert(name.to_owned(), (since, mark.clone()));
    Some(mark)
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
            Err(failure) => {
                log(
                    Level::Warning,
                    &format!("{failure}; replicas have to fetch {name} themselves"),
                );
                None
            }
        })
        .collect()
}

/// Gives wheels to replicas and the append-only file for a session with these requirements, and lets go of those that are not
/// `in_use` by any other.
pub(crate) fn ship(
    lock: &ServerLock,
    requirements: &[String],
    wheels: &[(String, Vec<u8>)],
    in_use: &[String],
) {
    used(lock, requirements);
    for (name, packed) in wheels {
        replicate(lock, IMPORT, &chunks(packed));
        if let Some(one) = guard(&KNOWN).iter_mut().find(|one| one.name == *name) {
            one.shipped = true;
        }
    }
    guard(&KNOWN).retain(|one| {
        one.imported || requirements.contains(&one.name) || in_use.contains(&one.name)
    });
}

/// Takes wheels in that came from elsewhere.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn import(_lock: &ServerLock, chunks: &[Vec<u8>]) -> Result<(), Failure> {
    take(chunks, false).map(|_| ())
}

fn take(chunks: &[Vec<u8>], imported: bool) -> Result<String, Failure> {
    let name = unpack(&chunks.concat())?;
    note(name.clone(), imported);
    Ok(name)
}

/// Puts the wheels of a requirement on the shelf; gives its name.
fn unpack(packed: &[u8]) -> Result<String, Failure> {
    let packed = Packed::parse(packed).ok_or(Failure::NotWheels)?;
    packed.unpack(environments().shelf(), &normal(&packed.name))?;
    Ok(packed.name)
}

/// Notes that the wheels of a requirement came.
fn note(name: String, imported: bool) {
    installed(std::slice::from_ref(&name));
    let mut known = guard(&KNOWN);
    known.retain(|one| one.name != name);
    known.push(Known {
        name,
        shipped: true,
        imported,
    });
}

/// The same from another shard, which a client may have `imported` them to: replicas get them too. The server goes on while they
/// are written. Gives the requirement.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn receive(packed: &[u8], imported: bool) -> Result<String, Failure> {
    let name = unpack(packed)?;
    let lock = lock_server();
    note(name.clone(), imported);
    replicate(&lock, IMPORT, &chunks(packed));
    Ok(name)
}

/// The same from a client: replicas get them too. Gives the requirement.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn import_from_client(lock: &ServerLock, chunks: &[Vec<u8>]) -> Result<String, Failure> {
    let name = take(chunks, true)?;
    let whole = chunks.concat();
    replicate(lock, IMPORT, &self::chunks(&whole));
    Ok(name)
}

/// All requirements with their wheels, for a database file: what cannot be read is left out, and said in the log.
pub(crate) fn packed() -> Vec<Vec<u8>> {
    let names: Vec<String> = guard(&KNOWN).iter().map(|one| one.name.clone()).collect();
    names
        .iter()
        .filter_map(|name| {
            pack(name)
                .map_err(|failure| log(Level::Warning, &failure.to_string()))
                .ok()
        })
        .collect()
}

/// Whether there is none.
pub(crate) fn is_empty() -> bool {
    guard(&KNOWN).is_empty()
}

/// Forgets all, because others are about to be loaded. The wheels stay.
pub(crate) fn clear(_lock: &ServerLock) {
    guard(&KNOWN).clear();
    guard(&INSTALLED).clear();
}

/// Gives all wheels to replicas and the append-only file once more.
pub(crate) fn ship_all(lock: &ServerLock) {
    for one in packed() {
        replicate(lock, IMPORT, &chunks(&one));
    }
}

/// The names of all, the oldest first.
pub(crate) fn names() -> Vec<String> {
    guard(&KNOWN).iter().map(|one| one.name.clone()).collect()
}

/// The wheels of a requirement, in pieces that a reply can hold.
///
/// # Errors
/// That they cannot be read.
pub(crate) fn export(name: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let packed = pack(name)?;
    Ok(chunks(&packed).into_iter().map(<[u8]>::to_vec).collect())
}
