//! Replies of the server as functions see them.

use super::value::{Value, encode, encode_head, encode_int, encode_redis};
use crate::server::{CallReply, ReplyKind};

/// Appends a reply as a value; `binary` becomes true if a text in it is not UTF-8.
pub(crate) fn encode_reply(reply: &CallReply, out: &mut Vec<u8>, binary: &mut bool) {
    match reply.kind() {
        ReplyKind::Text | ReplyKind::Error | ReplyKind::Other => {
            let text = reply.text();
            *binary |= std::str::from_utf8(text).is_err();
            encode_redis(text, out);
        }
        ReplyKind::Integer => encode_int(reply.integer(), out),
        ReplyKind::Null => out.push(b'N'),
        ReplyKind::Bool => out.push(if reply.boolean() { b'T' } else { b'F' }),
        ReplyKind::Double => encode(&Value::Float(reply.double()), out),
        ReplyKind::Array | ReplyKind::Set => {
            encode_head(b'[', reply.len(), out);
            for element in reply.elements() {
                encode_reply(&element, out, binary);
            }
        }
        ReplyKind::Map => {
            out.push(b'{');
            for index in 0..reply.len() {
                if let Some((key, value)) = reply.pair(index) {
                    encode_reply(&key, out, binary);
                    encode_reply(&value, out, binary);
                }
            }
            out.push(b'0');
        }
    }
}

/// A reply as functions see it.
pub(crate) fn value_of(reply: &CallReply) -> Value {
    match reply.kind() {
        ReplyKind::Text | ReplyKind::Error | ReplyKind::Other => Value::redis(reply.text()),
        ReplyKind::Integer => Value::Int(reply.integer()),
        ReplyKind::Null => Value::None,
        ReplyKind::Bool => Value::Bool(reply.boolean()),
        ReplyKind::Double => Value::Float(reply.double()),
        ReplyKind::Array | ReplyKind::Set => {
            Value::List(reply.elements().map(|item| value_of(&item)).collect())
        }
        ReplyKind::Map => Value::Dict(
            (0..reply.len())
                .filter_map(|index| reply.pair(index))
                .map(|(key, value)| (value_of(&key), value_of(&value)))
                .collect(),
        ),
    }
}
