//! What workers write into the server's log.

use std::io::{BufRead, BufReader, Read};

use crate::record::value::Value;
use crate::server::{Level, log};

/// The longest line of a worker's output that reaches the log.
const LONGEST_LINE: usize = 4096;

/// Writes the line of a LOG frame.
pub(super) fn write_log(line: &[Value]) {
    if let [level, text] = line {
        let level = level
            .as_text()
            .and_then(|name| Level::parse(&name))
            .unwrap_or(Level::Notice);
        log(
            level,
            &format!("GEARS: {}", text.as_text().unwrap_or_default()),
        );
    }
}

/// Passes a worker's output on to the log, line by line.
pub(super) fn forward(number: u64, output: impl Read) {
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line without end must not take memory without end.
        let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
        match reader.by_ref().take(limit).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let text = String::from_utf8_lossy(&line);
                log(
                    Level::Notice,
                    &format!("worker {number}: {}", text.trim_end()),
                );
            }
        }
    }
}
