//! The entries of one stream.

use std::time::Instant;

use crate::native::NativeRun;
use crate::record::batch::{Batch, Layout, last_first};
use crate::record::value::Value;
use crate::server::{CallReply, ReplyKind, call, lock_server};
use crate::source::Run;

const CHUNK: &[u8] = b"512";

/// An entry: its id, its fields and values.
pub(crate) type Entry = (Vec<u8>, Vec<(Vec<u8>, Vec<u8>)>);

/// The entries of a reply that lists entries.
pub(crate) fn entries(reply: &CallReply) -> Vec<Entry> {
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
fn read(key: &[u8], from: &[u8]) -> Result<Vec<Entry>, String> {
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

fn each(
    execution: &dyn Run,
    key: &[u8],
    from: &[u8],
    visit: &mut dyn FnMut(Vec<Entry>) -> bool,
) -> Result<(), String> {
    let mut from = from.to_vec();
    loop {
        let begun = Instant::now();
        let found = read(key, &from)?;
        execution.add_reading(begun.elapsed());
        let Some((last, _)) = found.last() else {
            return Ok(());
        };
        from = last.clone();
        if !visit(found) {
            return Ok(());
        }
    }
}

/// Sends the entries in batches; `send` gets a last batch unless the stream cannot be read.
///
/// # Errors
/// The server's own text.
pub(crate) fn batches(
    execution: &dyn Run,
    key: &[u8],
    from: &[u8],
    send: &mut dyn FnMut(Batch, bool) -> bool,
) -> Result<(), String> {
    each(execution, key, from, &mut |found| {
        let mut batch = Batch::new(Layout::Stream);
        for (id, fields) in found {
            batch.push_entry(key, &id, &fields);
        }
        send(batch, false)
    })?;
    send(Batch::new(Layout::Stream), true);
    Ok(())
}

/// Gives the entries to native operations.
///
/// # Errors
/// The server's own text.
pub(crate) fn native(
    execution: &dyn Run,
    key: &[u8],
    from: &[u8],
    run: &mut NativeRun,
) -> Result<(), String> {
    each(execution, key, from, &mut |found| {
        for (id, fields) in found {
            let fields = last_first(&fields)
                .map(|(field, value)| (Value::redis(field), Value::redis(value)))
                .collect();
            run.push(Value::Dict(vec![
                (Value::str("key"), Value::redis(key)),
                (Value::str("id"), Value::redis(&id)),
                (Value::str("value"), Value::Dict(fields)),
            ]));
        }
        !run.stopped()
    })
}
