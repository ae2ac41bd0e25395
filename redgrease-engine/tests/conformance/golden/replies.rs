//! E: how a record becomes a reply.

use super::stage::{Stage, expect};
use super::{Case, Verdict};

/// Register a function that returns `value`, trigger it, compare the reply.
fn gives(s: &mut Stage, name: &str, value: &str, wanted: &str) -> Verdict {
    s.accepts(&format!("GB('CommandReader').map(lambda r: {value}).register(trigger='{name}', mode='sync', convertToStr=False)"))?;
    let reply = s.call(&["RG.TRIGGER", name])?;
    expect(value, wanted, &reply.to_string())
}

pub(super) const CASES: &[Case] = &[
    ("E02", |s| gives(s, "t", "1.5", "[\"1.500000\"]")),
    ("E03", |s| {
        gives(s, "t", "'+PONG'", "[+PONG]")?;
        gives(s, "u", "'-BUSY later'", "[-BUSY later]")
    }),
    ("E05", |s| {
        gives(s, "t", "{'a': 1}", "[\"PY RECORD\"]")?;
        gives(s, "u", "None", "[\"PY RECORD\"]")?;
        gives(s, "v", "(1, 2)", "[\"PY RECORD\"]")
    }),
    ("E06", |s| {
        gives(s, "t", "b'\\x00\\xff'", "[\"\\x00\\xff\"]")
    }),
    ("E08", |s| gives(s, "t", "'+'", "[\"+\"]")),
];
