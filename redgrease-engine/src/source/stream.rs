//! The entries of one stream.

use std::time::Instant;

use super::{Run, Unread};
use crate::record::sink::Sink;
use crate::server::{CallReply, ReplyKind, lock_server, query};

const CHUNK: &[u8] = b"512";

/// An entry: its id, its fields and values.
type Entry = (Vec<u8>, Vec<(Vec<u8>, Vec<u8>)>);

/// The entries of a reply that lists entries.
fn entries(reply: &CallReply) -> Vec<Entry> {
    reply
        .elements()
        .filter_map(|entry| {
            let id = entry.element(0)?.text().to_vec();
            let list = entry.element(1)?;
            let texts: Vec<Vec<u8>> = list.elements().map(|item| item.text().to_vec()).collect();
            let fields = texts
                .chunks_exact(2)
                .map(|pair| (pair[0].clone(), pair[1].clone()))
                .collect();
            Some((id, fields))
        })
        .collect()
}

/// The next entries after `from`.
fn next(key: &[u8], from: &[u8]) -> Result<Vec<Entry>, Unread> {
    let lock = lock_server();
    let asked = query(
        &lock,
        b"XREAD",
        &[b"COUNT".as_slice(), CHUNK, b"STREAMS", key, from],
    );
    let reply = match asked {
        Ok(reply) => reply,
        // Every shard looks, and one has it.
        Err(error) if error.is_elsewhere => return Ok(Vec::new()),
        Err(error) => return Err(Unread::Told(error.text)),
    };
    match reply.kind() {
        ReplyKind::Error => Err(Unread::Told(
            String::from_utf8_lossy(reply.text()).trim_end().to_owned(),
        )),
        ReplyKind::Array => Ok(reply
            .element(0)
            .and_then(|stream| stream.element(1))
            .map(|list| entries(&list))
            .unwrap_or_default()),
        _ => Ok(Vec::new()),
    }
}

/// Writes the entries of a stream after `from` into a sink.
///
/// # Errors
/// What the server says of it.
pub(super) fn read(
    run: &dyn Run,
    key: &[u8],
    from: &[u8],
    sink: &mut dyn Sink,
) -> Result<(), Unread> {
    if !run.is_of_this_shard(key) {
        return Ok(());
    }
    let mut from = from.to_vec();
    if let Ok(length) = query(&lock_server(), b"XLEN", &[key])
        && length.kind() == ReplyKind::Integer
    {
        run.expect(u64::try_from(length.integer()).unwrap_or(0));
    }
    loop {
        let begun = Instant::now();
        let found = next(key, &from)?;
        run.add_reading(begun.elapsed());
        let Some((last, _)) = found.last() else {
            return Ok(());
        };
        from = last.clone();
        run.add_passed(found.len() as u64);
        for (id, fields) in &found {
            if !sink.is_full() && !sink.count(1) {
                let fields: Vec<(&[u8], &[u8])> = fields
                    .iter()
                    .map(|(field, value)| (field.as_slice(), value.as_slice()))
                    .collect();
                sink.entry(key, id, &fields);
            }
            if sink.is_full() && !sink.go_on() {
                return Ok(());
            }
        }
        if run.stop_wanted() || !sink.go_on() {
            return Ok(());
        }
    }
}
