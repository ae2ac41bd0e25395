//! The entries of one stream.

use std::time::Instant;

use super::Run;
use crate::record::sink::Sink;
use crate::server::{CallReply, ReplyKind, call, lock_server};

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
fn next(key: &[u8], from: &[u8]) -> Result<Vec<Entry>, String> {
    let lock = lock_server();
    let reply = call(
        &lock,
        b"XREAD",
        &[b"COUNT".as_slice(), CHUNK, b"STREAMS", key, from],
    )
    .map_err(|error| error.text)?;
    match reply.kind() {
        ReplyKind::Error => Err(String::from_utf8_lossy(reply.text()).trim_end().to_owned()),
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
/// The server's own text.
pub(super) fn read(
    run: &dyn Run,
    key: &[u8],
    from: &[u8],
    sink: &mut dyn Sink,
) -> Result<(), String> {
    let mut from = from.to_vec();
    loop {
        let begun = Instant::now();
        let found = next(key, &from)?;
        run.add_reading(begun.elapsed());
        let Some((last, _)) = found.last() else {
            return Ok(());
        };
        from = last.clone();
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
