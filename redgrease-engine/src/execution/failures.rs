//! The last failures, for those who look when they are over.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use super::Execution;
use crate::base::guard;

/// How many are kept.
const MOST: usize = 50;
/// How much of an error is kept, in bytes: its end, where the exception stands.
const LONGEST: usize = 4000;

static FAILURES: Mutex<VecDeque<Failure>> = Mutex::new(VecDeque::new());

/// An execution that failed.
#[derive(Debug)]
struct Failure {
    at: SystemTime,
    duration: Duration,
    execution: String,
    registration: Option<String>,
    reader: &'static str,
    subject: Option<Vec<u8>>,
    error: Vec<u8>,
}

/// Keeps the last error of an execution that is over.
pub(super) fn keep(execution: &Execution, duration: Duration, error: &[u8]) {
    let reader = &execution.plan.reader;
    let registration = execution.owner.is_some().then(|| execution.plan_id.clone());
    let failure = Failure {
        at: SystemTime::now(),
        duration,
        execution: execution.id.text().to_owned(),
        registration,
        reader: reader.name(),
        subject: reader.subject().map(<[u8]>::to_vec),
        error: error[error.len().saturating_sub(LONGEST)..].to_vec(),
    };
    let mut failures = guard(&FAILURES);
    failures.truncate(MOST - 1);
    failures.push_front(failure);
}

/// A line for each failure, the newest first: `time=` and `duration=` in milliseconds, `execution=`, `registration=`, `reader=`,
/// `for=`, and at the end `error=`. Bytes that would end a field or line are written as `\x2c`.
pub(crate) fn lines() -> Vec<String> {
    guard(&FAILURES).iter().map(Failure::line).collect()
}

impl Failure {
    fn line(&self) -> String {
        let time = self.at.duration_since(SystemTime::UNIX_EPOCH);
        let mut line = format!(
            "time={},duration={},execution={},registration={},reader={},for=",
            time.unwrap_or_default().as_millis(),
            self.duration.as_millis(),
            self.execution,
            self.registration.as_deref().unwrap_or("-"),
            self.reader
        );
        escape(self.subject.as_deref().unwrap_or(b"-"), &mut line);
        line.push_str(",error=");
        escape(&self.error, &mut line);
        line
    }
}

/// Writes text that goes into a field of a line.
pub(crate) fn escape(bytes: &[u8], out: &mut String) {
    for c in String::from_utf8_lossy(bytes).chars() {
        if c.is_ascii_control() || c == ',' || c == '\\' {
            let _ = write!(out, "\\x{:02x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_field() {
        let mut out = String::new();
        escape(b"a,b\\c\r\nd\xffe", &mut out);
        assert_eq!(out, "a\\x2cb\\x5cc\\x0d\\x0ad\u{fffd}e");
    }
}
