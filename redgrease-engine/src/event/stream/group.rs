//! The consumer group through which a registration reads a stream: reading, acknowledging, trimming, and its name.

use std::fmt;
use std::sync::Arc;

use crate::plan::Reader;
use crate::record::sink::Sink;
use crate::record::value::Value;
use crate::registration::stream::batch::{Entries, Id, Stretch};
use crate::registration::stream::group::{NAME, name};
use crate::registration::{self, Registration};
use crate::server::{CallReply, KeyKind, OpenKey, ReplyKind, ServerLock, call, move_group};

const CONSUMER: &[u8] = b"__gears_client__";
/// Adds the entries of a reply.
fn add(entries: &mut Entries, key: &[u8], reply: &CallReply) {
    for entry in reply.elements() {
        let (Some(id), Some(content)) = (entry.element(0), entry.element(1)) else {
            continue;
        };
        entries.ids.push(id.text().to_vec());
        if content.kind() != ReplyKind::Array {
            continue;
        }
        let texts: Vec<CallReply> = content.elements().collect();
        let fields: Vec<(&[u8], &[u8])> = texts
            .chunks_exact(2)
            .map(|pair| (pair[0].text(), pair[1].text()))
            .collect();
        entries.batch.entry(key, id.text(), &fields);
    }
}

/// Whether the key is a stream.
pub(crate) fn is_stream(lock: &ServerLock, key: &[u8]) -> bool {
    OpenKey::open(lock, key).kind() == KeyKind::Stream
}

/// An error, in the words of the server.
#[derive(Debug)]
pub(crate) struct Refusal(String);

impl Refusal {
    /// Its first word, which says what kind of error it is.
    fn code(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The reply of a command, unless it is an error.
fn ask(lock: &ServerLock, name: &[u8], arguments: &[&[u8]]) -> Result<CallReply, Refusal> {
    let reply = call(lock, name, arguments).map_err(|error| Refusal(error.text))?;
    if reply.kind() == ReplyKind::Error {
        let text = String::from_utf8_lossy(reply.text());
        return Err(Refusal(text.trim_end().to_owned()));
    }
    Ok(reply)
}

/// Reads up to `count` entries from `from` on, which is [`NEW`](crate::registration::stream::batch::NEW) or an id after which unacknowledged ones are wanted. Makes
/// the group where there is none.
///
/// # Errors
/// The server's text; the stream is gone or is none any more, most likely.
pub(crate) fn read(
    lock: &ServerLock,
    key: &[u8],
    group: &str,
    from: &[u8],
    count: usize,
    entries: &mut Entries,
) -> Result<usize, Refusal> {
    let count = count.to_string();
    let arguments: [&[u8]; 8] = [
        b"GROUP",
        group.as_bytes(),
        CONSUMER,
        b"COUNT",
        count.as_bytes(),
        b"STREAMS",
        key,
        from,
    ];
    let reply = match ask(lock, b"XREADGROUP", &arguments) {
        Err(refusal) if refusal.code() == "NOGROUP" && is_stream(lock, key) => {
            // The stream is made where it is not: on replicas, which may hear of the group before they hear of the entry.
            ask(
                lock,
                b"XGROUP",
                &[b"CREATE", key, group.as_bytes(), b"0", b"MKSTREAM"],
            )?;
            ask(lock, b"XREADGROUP", &arguments)?
        }
        other => other?,
    };
    let before = entries.ids.len();
    if let Some(list) = reply.element(0).and_then(|stream| stream.element(1)) {
        add(entries, key, &list);
    }
    Ok(entries.ids.len() - before)
}

/// Tells the group that entries are worked off.
pub(crate) fn acknowledge(lock: &ServerLock, key: &[u8], group: &str, ids: &[Vec<u8>]) {
    if ids.is_empty() {
        return;
    }
    let arguments: Vec<&[u8]> = [key, group.as_bytes()]
        .into_iter()
        .chain(ids.iter().map(Vec::as_slice))
        .collect();
    // A stream that is gone has nothing to acknowledge.
    let _ = ask(lock, b"XACK", &arguments);
}

/// Puts entries that are given up into another stream: where they were, why they are given up, and what they are.
///
/// # Errors
/// The server's text.
pub(crate) fn bury(
    lock: &ServerLock,
    key: &[u8],
    ids: &[Vec<u8>],
    error: &[u8],
    failed: &[u8],
) -> Result<(), Refusal> {
    for id in ids {
        let there = ask(lock, b"XRANGE", &[key, id, id])?;
        // One that was deleted meanwhile has nothing to be kept.
        let Some(content) = there.element(0).and_then(|entry| entry.element(1)) else {
            continue;
        };
        let texts: Vec<CallReply> = content.elements().collect();
        let head: [&[u8]; 8] = [
            failed,
            b"*",
            b"failed:stream",
            key,
            b"failed:id",
            id,
            b"failed:error",
            error,
        ];
        let arguments: Vec<&[u8]> = head
            .into_iter()
            .chain(texts.iter().map(CallReply::text))
            .collect();
        ask(lock, b"XADD", &arguments)?;
    }
    Ok(())
}

/// Has entries be pending that are not acknowledged.
pub(crate) fn claim(lock: &ServerLock, key: &[u8], group: &str, ids: &[Vec<u8>]) {
    let head: [&[u8]; 4] = [key, group.as_bytes(), CONSUMER, b"0"];
    let tail: [&[u8]; 2] = [b"FORCE", b"JUSTID"];
    let arguments: Vec<&[u8]> = head
        .into_iter()
        .chain(ids.iter().map(Vec::as_slice))
        .chain(tail)
        .collect();
    // A stream that is gone has nothing to claim.
    let _ = ask(lock, b"XCLAIM", &arguments);
}

/// Removes the entries that nobody needs any more: not the registrations whose groups are `live`, which must all be there,
/// and no consumer group of anybody else.
pub(crate) fn trim(lock: &ServerLock, key: &[u8], live: &[&str]) {
    if let Some(least) = first_needed(lock, key, live) {
        let least = least.text();
        let _ = ask(lock, b"XTRIM", &[key, b"MINID", &least]);
    }
}

fn first_needed(lock: &ServerLock, key: &[u8], live: &[&str]) -> Option<Id> {
    let mut found = 0;
    let mut least: Option<Id> = None;
    let groups = groups(lock, key, |name, has_pending, last| {
        if live.iter().any(|group| group.as_bytes() == name) {
            found += 1;
        } else if name.starts_with(NAME.as_bytes()) {
            // Of a registration that is gone.
            return Some(());
        }
        let needed = if has_pending {
            let pending = ask(lock, b"XPENDING", &[key, name]).ok()?;
            Id::parse(pending.element(1)?.text())?
        } else {
            last.next()
        };
        least = Some(least.map_or(needed, |least| least.min(needed)));
        Some(())
    });
    groups?;
    least.filter(|_| found == live.len())
}

/// Calls `visit` with every group of a stream: its name, whether something is pending in it, and the last entry that it got.
fn groups(
    lock: &ServerLock,
    key: &[u8],
    mut visit: impl FnMut(&[u8], bool, Id) -> Option<()>,
) -> Option<()> {
    let all = ask(lock, b"XINFO", &[b"GROUPS", key]).ok()?;
    all.elements().try_for_each(|group| {
        let (mut name, mut pending, mut last) = (None, None, None);
        let mut fields = group.elements();
        while let (Some(field), Some(value)) = (fields.next(), fields.next()) {
            match field.text() {
                b"name" => name = Some(value.text().to_vec()),
                b"pending" => pending = Some(value.integer()),
                b"last-delivered-id" => last = Id::parse(value.text()),
                _ => {}
            }
        }
        visit(&name?, pending? > 0, last?)
    })
}

/// The last entry of a stream that a group got.
fn position(lock: &ServerLock, key: &[u8], group: &str) -> Option<Id> {
    let mut position = None;
    groups(lock, key, |name, _, last| {
        if name == group.as_bytes() {
            position = Some(last);
        }
        Some(())
    })?;
    position
}

/// Reads up to `count` entries that a group has not got, and has it stay where it is: those behind `after`, or behind the last
/// one that it got. Gives nothing where there is no such group.
pub(crate) fn look_ahead(
    lock: &ServerLock,
    key: &[u8],
    group: &str,
    after: Option<Id>,
    count: usize,
) -> Option<Entries> {
    let after = match after {
        Some(after) => after,
        None => position(lock, key, group)?,
    };
    let mut entries = Entries::new();
    let mut through = after;
    OpenKey::open(lock, key).entries((after.0, after.1), &mut |(time, number), fields| {
        through = Id(time, number);
        let id = through.text();
        entries.batch.entry(key, &id, fields);
        entries.ids.push(id);
        entries.ids.len() < count
    });
    entries.ahead = Some(Stretch { after, through });
    Some(entries)
}

/// Tells a group that what was read ahead is worked off. One that somebody else has moved stays where it is.
pub(crate) fn advance(lock: &ServerLock, key: &[u8], group: &str, read: Stretch) -> bool {
    position(lock, key, group) == Some(read.after)
        && move_group(lock, key, group.as_bytes(), &read.through.text())
            .is_ok_and(|reply| reply.kind() != ReplyKind::Error)
}

/// Has a group get what was read ahead of it, so that it is pending.
pub(crate) fn hold(lock: &ServerLock, key: &[u8], group: &str, read: Stretch, ids: &[Vec<u8>]) {
    if advance(lock, key, group, read) {
        claim(lock, key, group, ids);
    }
}

/// Descriptions of registrations with a consumer group for each that follows streams: the first free one, or that of a
/// registration for the same streams among those that are `leaving`.
pub(crate) fn with_groups(descriptions: &[Value], leaving: &[Arc<Registration>]) -> Vec<Value> {
    let is_leaving = |one: &Arc<Registration>| leaving.iter().any(|old| Arc::ptr_eq(old, one));
    let mut taken: Vec<String> = Vec::new();
    let mut free: Vec<(Vec<u8>, String)> = Vec::new();
    for registration in registration::list::all() {
        let Some(follower) = &registration.follower else {
            continue;
        };
        if is_leaving(&registration) {
            free.push((follower.events.prefix.clone(), follower.group().to_owned()));
        } else {
            taken.push(follower.group().to_owned());
        }
    }
    let mut made = descriptions.to_vec();
    let streams = |description: &Value| match Reader::parse(description) {
        Some(Reader::StreamEvents(events)) => Some(events),
        _ => None,
    };
    // Successors first, so that nobody else takes their groups.
    for description in &mut made {
        let Some(events) = streams(description) else {
            continue;
        };
        if let Some(at) = free.iter().position(|(prefix, _)| *prefix == events.prefix) {
            let (_, group) = free.remove(at);
            set_group(description, &group);
            taken.push(group);
        }
    }
    for description in &mut made {
        let Some(events) = streams(description) else {
            continue;
        };
        if !events.group.is_empty() {
            continue;
        }
        let group = (1..)
            .map(name)
            .find(|group| !taken.contains(group))
            .unwrap_or_default();
        set_group(description, &group);
        taken.push(group);
    }
    made
}

fn set_group(description: &mut Value, group: &str) {
    if let Value::Dict(pairs) = description
        && let Some((_, Value::Dict(arguments))) = pairs
            .iter_mut()
            .find(|(name, _)| name.as_bytes() == Some(b"arguments"))
    {
        arguments.retain(|(name, _)| name.as_bytes() != Some(b"group"));
        arguments.push((Value::str("group"), Value::str(group)));
    }
}
