//! The same case in a real Python and in the evaluator.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use redgrease_core::native::{
    Described, Ending, Halt, Host, Program, Shape, Value, Wanted, Word, compile,
};

/// A script that defines `f`, and what it is called with.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) script: String,
    /// Literals of tuples: the arguments of each call.
    pub(crate) records: Vec<String>,
    /// Literal of a list: what `execute` gives; a tuple stands for an error.
    pub(crate) replies: String,
    /// Whether parts of it may be left to Python.
    pub(crate) in_part: bool,
}

impl Case {
    /// The same, of which parts may be left to Python.
    pub(crate) fn in_part(self) -> Self {
        Self {
            in_part: true,
            ..self
        }
    }
}

/// The oldest and the newest CPython of this machine; all of them with `REDGREASE_ALL_PYTHONS`. They are those below
/// `~/.pyenv`, else the one on the path.
pub(crate) fn pythons() -> Vec<PathBuf> {
    let mut all = all_pythons();
    if std::env::var_os("REDGREASE_ALL_PYTHONS").is_none() && all.len() > 2 {
        all.drain(1..all.len() - 1);
    }
    all
}

fn all_pythons() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(
        std::env::home_dir()
            .unwrap_or_default()
            .join(".pyenv/versions"),
    )
    .into_iter()
    .flatten()
    .filter_map(|entry| Some(entry.ok()?.path().join("bin/python3")))
    .filter(|path| minor(path).is_some_and(|minor| redgrease_core::native::MINORS.contains(&minor)))
    .collect();
    if found.is_empty() {
        found.push(
            std::env::var_os("REDGREASE_PYTHON").map_or_else(|| "python3".into(), Into::into),
        );
    }
    found.sort_by_key(|path| minor(path));
    found
}

fn minor(path: &Path) -> Option<u8> {
    let code = "import sys; print(sys.version_info[1] if sys.version_info[0] == 3 else 0)";
    let output = Command::new(path).args(["-c", code]).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// How comparisons ended.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Outcomes that were compared.
    pub(crate) native: u64,
    pub(crate) given_back: u64,
    /// Functions that were not compiled, and why.
    pub(crate) refused: Vec<String>,
    pub(crate) differences: Vec<String>,
    reasons: std::collections::BTreeMap<String, u64>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.native += other.native;
        self.given_back += other.given_back;
        self.refused.extend(other.refused.iter().cloned());
        self.differences.extend(other.differences.iter().cloned());
        for (reason, count) in &other.reasons {
            *self.reasons.entry(reason.clone()).or_default() += count;
        }
    }

    /// Says what was compared.
    ///
    /// # Panics
    /// When an outcome was another one than Python's.
    pub(crate) fn check(&self) {
        let shown: String = self.differences.iter().take(25).cloned().collect();
        let count = self.differences.len();
        println!(
            "{} compared, {} given back, {} refused",
            self.native,
            self.given_back,
            self.refused.len()
        );
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons.iter().take(25) {
            println!("{count:8} {reason}");
        }
        assert!(shown.is_empty(), "{count} outcomes differ:\n{shown}");
    }

    fn count(&mut self, reason: String) {
        *self.reasons.entry(reason).or_default() += 1;
    }
}

/// A running Python.
pub(crate) struct Python {
    path: PathBuf,
    minor: u8,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Python {
    pub(crate) fn start(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
        let mut child = Command::new(path)
            .args(["-W", "ignore", "-B"])
            .arg(format!("{root}tests/native/driver.py"))
            .arg(format!("{root}../redgrease-engine/python"))
            .env("PYTHONHASHSEED", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        Self {
            path: path.to_owned(),
            minor: minor(path).expect("a version"),
            input: child.stdin.take().expect("a pipe"),
            output: BufReader::new(child.stdout.take().expect("a pipe")),
            child,
        }
    }

    pub(crate) fn minor(&self) -> u8 {
        self.minor
    }

    fn ask(&mut self, case: &Case) -> serde_json::Value {
        let question = serde_json::json!({
            "script": case.script,
            "records": case.records,
            "replies": case.replies,
        });
        writeln!(self.input, "{question}").expect("Python reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("Python answers");
        serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("{} died over {}", self.path.display(), case.script))
    }

    /// What Python makes of a case.
    pub(crate) fn outcomes(&mut self, case: &Case) -> Vec<String> {
        let answer = self.ask(case);
        let outcomes = answer["outcomes"].as_array().expect("outcomes");
        let text = |outcome: &serde_json::Value| outcome.as_str().expect("text").to_owned();
        outcomes.iter().map(text).collect()
    }

    /// Compares all outcomes of a case.
    pub(crate) fn compare(&mut self, case: &Case) -> Tally {
        let answer = self.ask(case);
        let mut tally = Tally::default();
        let Some(described) = answer["described"].as_str() else {
            tally.refused.push(format!(
                "not described: {}: {}",
                answer["syntax"], case.script
            ));
            tally.count("not described".to_owned());
            return tally;
        };
        let described = Described::from_worker(&literal(described)).expect("a description");
        let wanted = Wanted {
            in_part: case.in_part,
            ..wanted(described)
        };
        let program = match compile(&case.script, &[wanted], self.minor).pop() {
            Some(Ok(program)) => program,
            Some(Err(refusal)) => {
                tally
                    .refused
                    .push(format!("3.{} {refusal}: {}", self.minor, case.script));
                tally.count(format!("refused: {}", refusal.reason));
                return tally;
            }
            None => panic!("nothing was compiled"),
        };
        let outcomes = answer["outcomes"].as_array().expect("outcomes");
        // All at once: each literal costs a compilation.
        let records = literals(&case.records);
        let replies = literals(&vec![case.replies.clone(); records.len()]);
        let values = records.iter().zip(&replies);
        for ((record, expected), values) in case.records.iter().zip(outcomes).zip(values) {
            let expected = expected.as_str().expect("text");
            match outcome(&program, values, self.minor) {
                Ok(found) => {
                    // Python has more room for deep values and large numbers.
                    if expected.starts_with("limit ") && found.contains("MemoryError") {
                        continue;
                    }
                    // One of a case is enough.
                    if found != expected && tally.differences.is_empty() {
                        tally.differences.push(format!(
                            "Python 3.{}, with {record} and replies {}:\n{}  wanted {expected}\n  found  {found}\n",
                            self.minor, case.replies, case.script
                        ));
                    }
                    tally.native += 1;
                }
                Err(reason) => {
                    tally.given_back += 1;
                    tally.count(format!("given back: {reason}"));
                }
            }
        }
        tally
    }
}

fn wanted(functions: Vec<Described>) -> Wanted {
    Wanted {
        functions,
        ..Wanted::default()
    }
}

/// The value of a Python literal.
pub(crate) fn literal(text: &str) -> Value {
    let described = Described {
        name: "<lambda>".to_owned(),
        line: 1,
        names: ["float", "set", "bytearray"]
            .map(|name| {
                let meaning = redgrease_core::native::Meaning::Builtin(name.to_owned());
                (name.to_owned(), meaning)
            })
            .into(),
        ..Described::default()
    };
    let script = format!("f = lambda: {text}");
    let program = compile(&script, &[wanted(vec![described])], 11)
        .pop()
        .expect("one")
        .unwrap_or_else(|refusal| panic!("{refusal} in {text}"));
    let mut host = Fake::default();
    let value = program.calls(true).call(&mut host, Vec::new(), false);
    // Nothing was put into what was there before: the value is whole.
    value.unwrap_or_else(|ending| panic!("{ending:?} in {text}"))
}

/// The values of several.
fn literals(texts: &[String]) -> Vec<Value> {
    elements(&literal(&format!("[{}]", texts.join(", "))))
}

fn elements(value: &Value) -> Vec<Value> {
    match value.shape() {
        Shape::Tuple(items) | Shape::List(items) => items,
        other => panic!("no sequence: {other:?}"),
    }
}

/// What the evaluator makes of a call, in the words of the driver; or why it gave it back.
fn outcome(
    program: &Program,
    (arguments, replies): (&Value, &Value),
    minor: u8,
) -> Result<String, String> {
    let mut host = Fake {
        replies: elements(replies),
        ..Fake::default()
    };
    host.replies.reverse();
    let before = arguments.repr(minor);
    let (called, effect, arguments) = {
        let mut calls = program.calls(true);
        let called = calls.call(&mut host, elements(arguments), false);
        let called = called.map(|value| value.repr(minor));
        (called, calls.had_effect(), arguments.repr(minor))
    };
    if let (Ok(before), Ok(after)) = (&before, &arguments) {
        let is_changed = before != after;
        assert!(
            !is_changed || program.changes_values(),
            "{before} is {after}"
        );
    }
    let shown = match called {
        Ok(Ok(text)) => format!("gave {text}"),
        Ok(Err(_)) => return Err("a result whose repr is not known".to_owned()),
        Err(Ending::Failed(text)) => format!("raised {text}"),
        Err(Ending::GivenBack(reason)) => {
            assert!(
                !effect && host.calls.len() == host.reads,
                "given back after an effect: {reason}"
            );
            return Err(reason.to_owned());
        }
        Err(Ending::Stopped(text) | Ending::Aborted(text)) => format!("stopped with {text}"),
    };
    let arguments = arguments.map_err(|_| "arguments whose repr is not known")?;
    let calls = Value::list(host.calls);
    let calls = calls
        .repr(minor)
        .map_err(|_| "calls whose repr is not known")?;
    Ok(format!("{shown} after {calls} with {arguments}"))
}

/// A server that answers what it is told to.
#[derive(Debug, Default)]
struct Fake {
    replies: Vec<Value>,
    calls: Vec<Value>,
    /// How many of them change nothing.
    reads: usize,
}

impl Host for Fake {
    fn execute(&mut self, words: &[Word]) -> Result<Value, String> {
        let words = words
            .iter()
            .map(|word| match word {
                Word::Text(text) => Value::Str(Arc::clone(text)),
                Word::Bytes(bytes) => Value::Bytes(Arc::clone(bytes)),
            })
            .collect();
        let call = vec![Value::str("execute"), Value::list(words)];
        self.calls.push(Value::tuple(call));
        match self.replies.pop() {
            None => Ok(Value::None),
            Some(reply) => match reply.shape() {
                Shape::Tuple(parts) => match parts.first().map(Value::shape) {
                    Some(Shape::Str(text)) => Err(text.to_string()),
                    _ => Err(String::new()),
                },
                Shape::Bytes(bytes) => Ok(Value::byte_array(bytes)),
                _ => Ok(reply),
            },
        }
    }

    fn read(&mut self, words: &[Word]) -> Result<Option<Value>, String> {
        self.reads += 1;
        self.execute(words).map(Some)
    }

    fn log(&mut self, level: &str, message: &str) {
        let call = vec![Value::str("log"), Value::str(level), Value::str(message)];
        self.calls.push(Value::tuple(call));
    }

    fn hashtag(&mut self) -> Arc<str> {
        "06S".into()
    }

    fn config(&mut self, _: &str) -> Value {
        Value::None
    }

    fn call_next(&mut self, _: &[Word]) -> Result<Value, String> {
        Err("no hook".to_owned())
    }

    fn command(&mut self) -> Option<Value> {
        None
    }

    fn override_reply(&mut self, _: &Value) -> Result<(), String> {
        Ok(())
    }

    fn go_on(&mut self) -> Result<(), Halt> {
        Ok(())
    }
}
