//! Visiting the parts of replies and of texts.

use crate::support::Value;

/// Visit every text of a value that is UTF-8.
pub(crate) fn texts(value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
    match value {
        Value::Simple(bytes) | Value::Error(bytes) | Value::Bulk(bytes) => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                *bytes = change(text).into_bytes();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| texts(item, change)),
        Value::Int(_) | Value::Nil | Value::NilArray => {}
    }
}

/// Visit every field of every flat map.
pub(super) fn fields(value: &mut Value, change: &mut dyn FnMut(&str, &mut Value)) {
    let Value::Array(items) = value else { return };
    for pair in items.chunks_exact_mut(2) {
        let (name, field) = pair.split_at_mut(1);
        if let Value::Bulk(name) = &name[0] {
            change(&String::from_utf8_lossy(name), &mut field[0]);
        }
    }
    for item in items {
        fields(item, change);
    }
}

fn is_double(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<f64>().is_ok())
}

/// Hide a number, in whichever of the two forms it is written; what is a text in RESP2 may be a double in RESP3.
pub(super) fn hide_number(field: &mut Value, placeholder: &str) {
    let is_number = match field {
        Value::Int(_) => true,
        Value::Bulk(text) => is_double(text),
        Value::Simple(text) => text.strip_prefix(b",").is_some_and(is_double),
        _ => false,
    };
    if is_number {
        let form = if matches!(field, Value::Int(_)) {
            "int"
        } else {
            "text"
        };
        *field = Value::Bulk(format!("{placeholder} {form}").into_bytes());
    }
}

/// Replace what stands between `start` and the next `end`, wherever `start` occurs.
pub(super) fn replace_between(text: &str, start: &str, end: &str, by: &str) -> String {
    let mut parts = text.split(start);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.find(end).map_or("", |at| &part[at..]);
        out.push_str(start);
        out.push_str(by);
        out.push_str(rest);
    }
    out
}

/// Replace whole runs of characters of one class.
pub(crate) fn replace_runs(
    text: &str,
    class: impl Fn(char) -> bool,
    by: impl Fn(&str) -> Option<String>,
) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(&class) {
        let run = &rest[start..];
        let run = &run[..run.find(|c| !class(c)).unwrap_or(run.len())];
        out.push_str(&rest[..start]);
        match by(run) {
            Some(other) => out.push_str(&other),
            None => out.push_str(run),
        }
        rest = &rest[start + run.len()..];
    }
    out.push_str(rest);
    out
}
