//! Rust values that become Python literals are the same values in Python: a real Python reads the
//! literals of random values back and says what it got.

#![allow(clippy::unwrap_used, reason = "writing to a String cannot fail")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use proptest::prelude::*;
use redgrease_core::literal::{Bytes, ToPython, to_python};

/// Any value that can be captured.
#[derive(Debug, Clone)]
enum Value {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Single(f32),
    Text(String),
    Letter(char),
    Bytes(Vec<u8>),
    List(Vec<Value>),
    Pair(Box<(Value, Value)>),
    Map(BTreeMap<String, Value>),
}

impl ToPython for Value {
    fn write_python(&self, out: &mut String) {
        match self {
            Self::None => None::<i64>.write_python(out),
            Self::Bool(yes) => yes.write_python(out),
            Self::Int(number) => number.write_python(out),
            Self::Float(number) => number.write_python(out),
            Self::Single(number) => number.write_python(out),
            Self::Text(text) => text.write_python(out),
            Self::Letter(letter) => letter.write_python(out),
            Self::Bytes(bytes) => Bytes(bytes).write_python(out),
            Self::List(items) => items.write_python(out),
            Self::Pair(pair) => pair.write_python(out),
            Self::Map(entries) => entries.write_python(out),
        }
    }
}

/// What Python has to say about the value; `describe` in `READER` writes the same.
fn describe(value: &Value, out: &mut String) {
    let float = |number: f64, out: &mut String| {
        let bits = if number.is_nan() {
            f64::NAN.to_bits()
        } else {
            number.to_bits()
        };
        write!(out, "f{bits:016x}").unwrap();
    };
    let hex = |kind: char, bytes: &[u8], out: &mut String| {
        out.push(kind);
        for byte in bytes {
            write!(out, "{byte:02x}").unwrap();
        }
    };
    let all = |open: char, items: &[&Value], close: char, out: &mut String| {
        out.push(open);
        for item in items {
            describe(item, out);
            out.push(',');
        }
        out.push(close);
    };
    match value {
        Value::None => out.push('n'),
        Value::Bool(yes) => out.push(if *yes { 't' } else { 'u' }),
        Value::Int(number) => write!(out, "i{number}").unwrap(),
        Value::Float(number) => float(*number, out),
        Value::Single(number) => float(f64::from(*number), out),
        Value::Text(text) => hex('s', text.as_bytes(), out),
        Value::Letter(letter) => hex('s', letter.to_string().as_bytes(), out),
        Value::Bytes(bytes) => hex('b', bytes, out),
        Value::List(items) => all('[', &items.iter().collect::<Vec<_>>(), ']', out),
        Value::Pair(pair) => all('(', &[&pair.0, &pair.1], ')', out),
        Value::Map(entries) => {
            out.push('{');
            for (key, value) in entries {
                hex('s', key.as_bytes(), out);
                out.push(':');
                describe(value, out);
                out.push(',');
            }
            out.push('}');
        }
    }
}

const READER: &str = r#"
import struct, sys

def describe(value):
    if value is None:
        return "n"
    if isinstance(value, bool):
        return "t" if value else "u"
    if isinstance(value, int):
        return "i%d" % value
    if isinstance(value, float):
        if value != value:
            return "f7ff8000000000000"
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "s" + value.encode("utf-8").hex()
    if isinstance(value, bytes):
        return "b" + value.hex()
    if isinstance(value, list):
        return "[" + "".join(describe(item) + "," for item in value) + "]"
    if isinstance(value, tuple):
        return "(" + "".join(describe(item) + "," for item in value) + ")"
    if isinstance(value, dict):
        return "{" + "".join(describe(k) + ":" + describe(v) + "," for k, v in value.items()) + "}"
    return "?" + type(value).__name__

for line in sys.stdin:
    print(describe(eval(line)), flush=True)
"#;

/// A Python that evaluates one literal for each line.
struct Python {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Python {
    fn start() -> Self {
        let local = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/python");
        let python = std::env::var_os("REDGREASE_PYTHON")
            .map(PathBuf::from)
            .or_else(|| Some(local).filter(|path| path.exists()))
            .unwrap_or_else(|| PathBuf::from("python3"));
        let mut child = Command::new(python)
            .args(["-c", READER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a Python is needed: install python3 or set REDGREASE_PYTHON");
        let input = child.stdin.take().expect("the input is piped");
        let output = BufReader::new(child.stdout.take().expect("the output is piped"));
        Self {
            child,
            input,
            output,
        }
    }

    fn read(&mut self, literal: &str) -> String {
        writeln!(self.input, "{literal}").expect("Python reads");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("Python answers");
        answer.trim_end().to_owned()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i128>().prop_map(Value::Int),
        (-300_i128..300).prop_map(Value::Int),
        prop::num::f64::ANY.prop_map(Value::Float),
        prop::num::f32::ANY.prop_map(Value::Single),
        any::<String>().prop_map(Value::Text),
        "[ -~\\n\\r\\t'\"\\\\{}%\u{0}\u{85}\u{2028}\u{feff}]{0,12}".prop_map(Value::Text),
        any::<char>().prop_map(Value::Letter),
        prop::collection::vec(any::<u8>(), 0..12).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            (inner.clone(), inner.clone()).prop_map(|pair| Value::Pair(Box::new(pair))),
            prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(Value::Map),
        ]
    })
}

#[test]
fn python_reads_the_same_value() {
    let python = RefCell::new(Python::start());
    let config = ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(value in value())| {
        let literal = to_python(&value);
        prop_assert!(literal.is_ascii(), "{}", literal);
        prop_assert!(!literal.contains('\n'), "{}", literal);
        let mut wanted = String::new();
        describe(&value, &mut wanted);
        prop_assert_eq!(python.borrow_mut().read(&literal), wanted, "{}", literal);
    });
}
