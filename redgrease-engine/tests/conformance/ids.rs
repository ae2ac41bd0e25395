//! Execution and registration ids: a node id, a dash and a running number.
//!
//! The numbers must be those of the original. Where the engine gives another one, that is a difference, reported once: from then on the
//! commands of the recording are sent with the engine's number, so that one shift does not spoil the rest of a file.

use std::collections::HashMap;

use super::mask::{replace_runs, texts};
use crate::support::Value;

/// The two running numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Execution,
    Registration,
}

impl Kind {
    /// What the ids in the arguments and the reply of a command are.
    pub(crate) fn of(command: &str) -> Self {
        match command {
            "RG.DUMPREGISTRATIONS"
            | "RG.UNREGISTER"
            | "RG.PAUSEREGISTRATIONS"
            | "RG.UNPAUSEREGISTRATIONS"
            | "RG.PYDUMPSESSIONS"
            | "INFO"
            | "GET" => Kind::Registration,
            _ => Kind::Execution,
        }
    }
}

/// Which number of the engine stands for which recorded one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    known: HashMap<(Kind, u64), u64>,
}

impl Ids {
    /// Forget everything: the server is a new one.
    pub(crate) fn clear(&mut self) {
        self.known.clear();
    }

    /// The recorded text with the engine's numbers.
    pub(crate) fn translate(&self, kind: Kind, text: &str) -> String {
        replace(text, &mut |number| {
            self.known
                .get(&(kind, number))
                .copied()
                .unwrap_or(number)
                .to_string()
        })
    }

    /// The recorded value with the engine's numbers.
    pub(crate) fn translate_value(&self, kind: Kind, value: &mut Value) {
        texts(value, &mut |text| self.translate(kind, text));
    }

    /// Whether two replies are equal but for the numbers. Wherever they have the same many ids, remember which stands for which: the commands that
    /// follow are about the same things.
    pub(crate) fn learn(
        &mut self,
        kind: Kind,
        recorded: &Value,
        translated: &Value,
        actual: &Value,
    ) -> bool {
        let (wanted, found) = (translated.to_string(), actual.to_string());
        let (old, new) = (numbers(&recorded.to_string()), numbers(&found));
        if old.len() == new.len() {
            for pair in old.into_iter().zip(new) {
                self.known.insert((kind, pair.0), pair.1);
            }
        }
        hide(&wanted) == hide(&found)
    }
}

/// A text without its numbers.
pub(crate) fn hide(text: &str) -> String {
    replace(text, &mut |_| "<n>".to_owned())
}

/// The numbers in a text.
pub(crate) fn numbers(text: &str) -> Vec<u64> {
    let mut found = Vec::new();
    replace(text, &mut |number| {
        found.push(number);
        String::new()
    });
    found
}

/// Replace the number of every id in a text.
fn replace(text: &str, by: &mut dyn FnMut(u64) -> String) -> String {
    let by = std::cell::RefCell::new(by);
    replace_runs(
        text,
        |c| c.is_ascii_hexdigit() || c == '-',
        |run| {
            let (node, number) = run.split_once('-')?;
            let number = number.parse().ok()?;
            (node.len() == 40).then(|| format!("{node}-{}", by.borrow_mut()(number)))
        },
    )
}
