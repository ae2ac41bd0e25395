//! The functions of any text, compiled and called with any values: for texts and values that nobody would write.

use std::sync::Arc;

use redgrease_core::native::{Ending, Halt, Host, MINORS, Program, Value, Word, with_script};

/// As much stack as the threads have on which the engine calls functions.
const STACK: usize = 2 << 20;
/// So often a function is asked whether it goes on, before it is stopped.
const MOST_ASKED: u32 = 20;
/// What it is told then.
pub(crate) const TOO_LONG: &str = "too long";

/// A server that gives back what it is told.
#[derive(Default)]
struct Echo {
    asked: u32,
}

fn echo(words: &[Word]) -> Result<Value, String> {
    let texts = words.iter().map(|word| match word {
        Word::Text(text) => Value::Str(Arc::clone(text)),
        Word::Bytes(bytes) => Value::byte_array(bytes.to_vec()),
    });
    match words {
        [one] => Err(String::from_utf8_lossy(one.as_ref()).into_owned()),
        _ => Ok(Value::list(texts.collect())),
    }
}

impl Host for Echo {
    fn execute(&mut self, words: &[Word]) -> Result<Value, String> {
        echo(words)
    }

    fn log(&mut self, _: &str, _: &str) {}

    fn hashtag(&mut self) -> Arc<str> {
        "06S".into()
    }

    fn config(&mut self, name: &str) -> Value {
        Value::str(name)
    }

    fn call_next(&mut self, words: &[Word]) -> Result<Value, String> {
        echo(words)
    }

    fn command(&mut self) -> Option<Value> {
        Some(Value::list(vec![Value::str("set")]))
    }

    fn override_reply(&mut self, _: &Value) -> Result<(), String> {
        Ok(())
    }

    fn go_on(&mut self) -> Result<(), Halt> {
        self.asked += 1;
        if self.asked > MOST_ASKED {
            return Err(Halt::Ended(TOO_LONG.to_owned()));
        }
        Ok(())
    }
}

/// One of many values.
fn value(choice: u8, depth: u32) -> Value {
    let inner = || value(choice.wrapping_mul(7).wrapping_add(3), depth + 1);
    let inner = |may: bool| {
        if may && depth < 5 {
            inner()
        } else {
            Value::None
        }
    };
    match choice % 16 {
        0 => Value::None,
        1 => Value::Bool(choice & 16 == 0),
        2 => Value::Int(i64::from(choice) - 128),
        3 => Value::Int(i64::MAX),
        4 => Value::integer("-170141183460469231731687303715884105728").unwrap_or(Value::None),
        5 => Value::float(f64::NAN),
        6 => Value::float(-0.0),
        7 => Value::float(1e300),
        8 => Value::str(""),
        9 => Value::str("a,b;1 é\u{1f600}"),
        10 => Value::str("12"),
        11 => Value::Bytes(Arc::from([0xff_u8, b'a'])),
        12 => Value::byte_array(vec![b'x', 0xfe]),
        13 => Value::list(vec![inner(true), Value::Int(1), inner(choice & 64 == 0)]),
        14 => Value::tuple(vec![Value::str("k"), inner(true)]),
        _ => Value::dict([
            (Value::str("key"), Value::str("k:1")),
            (Value::str("value"), inner(true)),
            (Value::str("event"), Value::None),
        ])
        .unwrap_or(Value::None),
    }
}

/// The functions of a text that need no Python, of some version of it.
pub(crate) fn programs(text: &str, choice: u8) -> Vec<Program> {
    let minors: Vec<u8> = MINORS.collect();
    let minor = minors[usize::from(choice) % minors.len()];
    with_script(text, |script| script.programs(minor)).unwrap_or_default()
}

/// How a call of a function ended; values are told by their text, where they have one.
pub(crate) fn call(program: &Program, choice: u8) -> Result<String, Ending> {
    std::thread::scope(|scope| {
        let called = move || {
            let arguments = (0_u8..)
                .take(program.parameters())
                .map(|at| value(choice.wrapping_add(at), 0))
                .collect();
            let mut calls = program.calls(choice & 1 == 0);
            let ended = calls.call(&mut Echo::default(), arguments, false);
            let was_given_back = matches!(ended, Err(Ending::GivenBack(_)));
            assert!(
                !(calls.had_effect() && was_given_back),
                "given back after an effect: {program:?}"
            );
            // What it gave is looked at as the engine does, and let go of here.
            ended.map(|value| value.repr(11).unwrap_or_else(|_| "something".to_owned()))
        };
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, called)
            .expect("a thread");
        thread.join().expect("no panic")
    })
}

/// Calls all functions of a text.
pub(crate) fn all(text: &str, choice: u8) {
    for program in programs(text, choice) {
        let _ = call(&program, choice);
    }
}
