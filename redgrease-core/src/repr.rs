//! Python values as Python prints them: `{'key': 'a', 'value': [1, 2.5, None]}`.

use std::collections::{BTreeMap, BTreeSet};
use std::str;

use serde_pickle::{HashableValue, Value};

/// How deep structures may be nested before they are taken for plain text.
const DEEPEST: usize = 64;

/// Reads a list, tuple, dictionary or set; `None` for anything else, which may be plain text.
pub(crate) fn read_structure(text: &[u8]) -> Option<Value> {
    if !matches!(text, [b'[' | b'(' | b'{' | b's', ..]) {
        return None;
    }
    read(str::from_utf8(text).ok()?).filter(|value| !matches!(value, Value::String(_)))
}

/// Reads a list of string literals.
pub(crate) fn strings(text: &str) -> Option<Vec<String>> {
    let Value::List(items) = read(text.trim())? else {
        return None;
    };
    items
        .into_iter()
        .map(|item| match item {
            Value::String(text) => Some(text),
            _ => None,
        })
        .collect()
}

fn read(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.rest.is_empty().then_some(value)
}

/// What is left of the text.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// Goes past `mark`, when it comes next.
    fn take(&mut self, mark: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(mark);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        const WORDS: [(&str, Value); 4] = [
            ("None", Value::None),
            ("True", Value::Bool(true)),
            ("False", Value::Bool(false)),
            ("set()", Value::Set(BTreeSet::new())),
        ];
        if depth > DEEPEST {
            return None;
        }
        for (word, value) in WORDS {
            if self.take(word) {
                return Some(value);
            }
        }
        if self.take("[") {
            return self.items("]", depth).map(|(items, _)| Value::List(items));
        }
        if self.take("(") {
            // `(1)` is a number in parentheses, `(1,)` a tuple
            return match self.items(")", depth)? {
                (mut items, false) if items.len() == 1 => items.pop(),
                (items, _) => Some(Value::Tuple(items)),
            };
        }
        if self.take("{") {
            return self.braces(depth);
        }
        for (start, quote) in [("'", '\''), ("\"", '"')] {
            if self.take(start) {
                return self.string(quote).map(Value::String);
            }
        }
        for (start, quote) in [("b'", '\''), ("b\"", '"')] {
            if self.take(start) {
                let bytes = self.string(quote)?;
                return bytes
                    .chars()
                    .map(|c| u8::try_from(u32::from(c)).ok())
                    .collect::<Option<_>>()
                    .map(Value::Bytes);
            }
        }
        self.number()
    }

    /// Values up to `end`, and whether a comma stood before it.
    fn items(&mut self, end: &str, depth: usize) -> Option<(Vec<Value>, bool)> {
        let mut items = Vec::new();
        let mut comma = false;
        while !self.take(end) {
            if !items.is_empty() && !comma {
                return None;
            }
            items.push(self.value(depth + 1)?);
            comma = self.take(",");
        }
        Some((items, comma))
    }

    /// A dictionary or a set, after its `{`.
    fn braces(&mut self, depth: usize) -> Option<Value> {
        let mut entries = BTreeMap::new();
        let mut members = BTreeSet::new();
        while !self.take("}") {
            let key: HashableValue = self.value(depth + 1)?.into_hashable().ok()?;
            if self.take(":") {
                entries.insert(key, self.value(depth + 1)?);
            } else {
                members.insert(key);
            }
            if !self.take(",") && !self.rest.trim_start().starts_with('}') {
                return None;
            }
        }
        match (members.is_empty(), entries.is_empty()) {
            (true, _) => Some(Value::Dict(entries)),
            (false, true) => Some(Value::Set(members)),
            (false, false) => None,
        }
    }

    /// The rest of a string literal.
    fn string(&mut self, quote: char) -> Option<String> {
        let mut item = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.rest = &self.rest[at + c.len_utf8()..];
                return Some(item);
            }
            if c != '\\' {
                item.push(c);
                continue;
            }
            let digits = match chars.next()?.1 {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                other => {
                    item.push(match other {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        other => other,
                    });
                    continue;
                }
            };
            let mut code = 0_u32;
            for _ in 0..digits {
                code = code.checked_mul(16)? + chars.next()?.1.to_digit(16)?;
            }
            // Python can hold halves of surrogate pairs, Rust cannot
            item.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        None
    }

    fn number(&mut self) -> Option<Value> {
        let text = self.rest.trim_start();
        let end = text
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.'))
            .unwrap_or(text.len());
        let (number, rest) = text.split_at(end);
        let value = match number {
            "nan" | "inf" | "-inf" => number.parse().map(Value::F64).ok(),
            _ if !number.contains(|c: char| c.is_ascii_digit()) => None,
            _ => number
                .parse()
                .map(Value::I64)
                .or_else(|_| number.parse().map(Value::F64))
                .ok(),
        }?;
        self.rest = rest;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_python_prints() {
        let text = r#"{'event': None, 'key': "it's", 'type': 'hash', 'value': {'f\xe9': [1, -2.5, (1,), (), True], 2: {'b', 'a'}, (1, 2): b'\x00\xff'}}"#;
        let Some(Value::Dict(record)) = read_structure(text.as_bytes()) else {
            panic!("a dictionary");
        };
        let key = |name: &str| HashableValue::String(name.into());
        assert_eq!(record[&key("event")], Value::None);
        assert_eq!(record[&key("key")], Value::String("it's".into()));
        let Value::Dict(value) = &record[&key("value")] else {
            panic!("a dictionary");
        };
        assert_eq!(
            value[&key("fé")],
            Value::List(vec![
                Value::I64(1),
                Value::F64(-2.5),
                Value::Tuple(vec![Value::I64(1)]),
                Value::Tuple(vec![]),
                Value::Bool(true),
            ])
        );
        let pair = HashableValue::Tuple(vec![HashableValue::I64(1), HashableValue::I64(2)]);
        assert_eq!(value[&pair], Value::Bytes(vec![0, 255]));
        assert_eq!(
            value[&HashableValue::I64(2)],
            Value::Set(BTreeSet::from([key("a"), key("b")]))
        );
    }

    #[test]
    fn leaves_other_texts_alone() {
        for text in [
            "",
            "abc",
            "12",
            "'a'",
            "[1",
            "[1] x",
            "(a)",
            "{1: 2, 3}",
            "[1 2]",
            "set",
        ] {
            assert_eq!(read_structure(text.as_bytes()), None, "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(read_structure(deep.as_bytes()), None);
    }

    #[test]
    fn reads_lists_of_strings_only() {
        assert_eq!(
            strings(" ['a', \"b\"] "),
            Some(vec!["a".into(), "b".into()])
        );
        assert_eq!(strings("[1, 2]"), None);
    }
}
