//! A script while it is written.

use std::fmt::Write as _;

use super::{Lines, Script};
use crate::gear::Code;
use crate::hash::Fnv1a;
use crate::helpers::Helpers;
use crate::origin::Origin;
use crate::spec::{Encoding, Function, Shared, SharedModule};

/// A text that grows by lines and knows where they came from.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    lines: Vec<Lines>,
    pub(super) helpers: Helpers,
    modules: Vec<&'static SharedModule>,
    hash: Hash,
    /// Where the hash goes into the text, for each gear.
    hash_at: Vec<usize>,
    /// Names that are taken by earlier gears of the script.
    taken: usize,
}

/// What stands in a description until the hash is known; as long as the hash is.
pub(super) const HASH: &str = "0123456789abcdef";

impl Writer {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A line that has no place in the program.
    pub(super) fn line(&mut self, line: &str) {
        self.hash.add(line);
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Lines of the program, the first at `line` of `file`, after a comment that says so.
    pub(super) fn placed(&mut self, text: &str, file: &str, line: u32) {
        if file.is_empty() || line == 0 {
            self.line(text.trim_end_matches('\n'));
            return;
        }
        let file = file.replace(['\n', '\r'], " ");
        let _ = writeln!(self.text, "# {file}:{line}");
        let text = text.trim_end_matches('\n');
        self.lines.push(Lines {
            first: self.text.matches('\n').count() + 1,
            count: text.matches('\n').count() + 1,
            file,
            line,
        });
        self.line(text);
    }

    pub(super) fn code(&mut self, code: &Code) {
        self.placed(&code.text, &code.file, code.line);
    }

    /// Shared Python, each text of it once.
    pub(super) fn shared(&mut self, shared: &[Shared]) {
        for Shared { module, .. } in shared {
            if self.modules.contains(module) {
                continue;
            }
            self.modules.push(module);
            self.helpers.uses(
                module.uses.iter().copied(),
                module.cmd_methods.iter().copied(),
            );
            self.placed(module.text, module.file, module.line);
        }
    }

    pub(super) fn function(&mut self, function: &Function) {
        self.shared(function.shared);
        self.helpers.uses(
            function.uses.iter().copied(),
            function.cmd_methods.iter().copied(),
        );
        self.placed(function.def, function.file, function.line.saturating_sub(1));
    }

    pub(super) fn on_registered(&mut self, function: &Function) -> String {
        self.function(function);
        format!("onRegistered={}", function.name)
    }

    /// Requirements travel beside the script, but a change of them is a change.
    pub(super) fn requirements(&mut self, requirements: &[&str]) {
        for requirement in requirements {
            self.hash.add(requirement);
        }
    }

    /// Whose result it is that cannot be encoded.
    pub(super) fn subject(&mut self, subject: &str) {
        self.line(&format!("_rg_subject = {}", quote(subject)));
    }

    /// The step that encodes the result of a call.
    pub(super) fn encoding(&mut self, encoding: Encoding) -> String {
        if encoding == Encoding::Unit {
            return "flatmap(lambda value: [])".to_owned();
        }
        self.encoder(encoding);
        if matches!(encoding, Encoding::Optional(_)) {
            "flatmap(lambda value: [] if value is None else [_rg_encode(value)])".to_owned()
        } else {
            "map(_rg_encode)".to_owned()
        }
    }

    /// The step that encodes the records of a gear. They are counted, so `None` is one, as a pickle.
    pub(super) fn record_encoding(&mut self, encoding: Encoding) -> String {
        if !matches!(encoding, Encoding::Optional(_)) {
            return self.encoding(encoding);
        }
        self.encoder(encoding);
        r"map(lambda value: b'\x80\x04N.' if value is None else _rg_encode(value))".to_owned()
    }

    /// Asks for the function `_rg_encode`.
    fn encoder(&mut self, encoding: Encoding) {
        let mut inner = encoding;
        while let Encoding::Optional(next) = inner {
            inner = *next;
        }
        let helper = match inner {
            Encoding::Unit | Encoding::Mark => "mark",
            Encoding::Text => "text",
            Encoding::Bytes => "bytes",
            Encoding::Int => "int",
            Encoding::Float => "float",
            Encoding::Bool => "bool",
            Encoding::Pickle => "pickle",
            Encoding::Json | Encoding::Optional(_) => "json",
        };
        self.helpers.need(&format!("encode_{helper}"));
    }

    pub(super) fn finish_registered(
        mut self,
        reader: &str,
        origin: &Origin<'_>,
        steps: &[String],
        arguments: &[String],
    ) -> Script {
        // Where the function stands and which build it is of changes nothing of what it does.
        self.hash.add(&format!("{reader} {}", origin.name));
        let description = quote(&format!("{origin} {HASH}"));
        let line = format!("_rg = GearsBuilder('{reader}', desc={description})\n");
        let at = line.rfind(HASH).map(|at| self.text.len() + at);
        self.hash_at.extend(at);
        self.text.push_str(&line);
        for step in steps {
            self.line(&format!("_rg.{step}"));
        }
        self.line(&format!("_rg.register({})", arguments.join(", ")));
        self.finish()
    }

    /// A global name of its own for each gear that wants one.
    pub(super) fn name(&mut self, name: &str) -> String {
        self.taken += 1;
        match self.taken {
            1 => name.to_owned(),
            number => format!("{name}{number}"),
        }
    }

    /// A line whose last [`HASH`] will be the hash of the script.
    pub(super) fn described(&mut self, line: &str) {
        let at = line.rfind(HASH).map(|at| self.text.len() + at);
        self.hash_at.extend(at);
        self.line(line);
    }

    /// Puts the helpers before the text.
    pub(super) fn finish(mut self) -> Script {
        let helpers = self.helpers.text();
        self.hash.add(&helpers);
        let hash = self.hash.finish();
        let head = format!("# redgrease {}\n{helpers}", env!("CARGO_PKG_VERSION"));
        let shift = head.matches('\n').count();
        for lines in &mut self.lines {
            lines.first += shift;
        }
        for at in self.hash_at {
            self.text.replace_range(at..at + HASH.len(), &hash);
        }
        Script {
            text: head + &self.text,
            lines: self.lines,
            hash,
        }
    }
}

/// Enough to see that two scripts differ.
#[derive(Debug, Default)]
pub(super) struct Hash(Fnv1a);

impl Hash {
    pub(super) fn add(&mut self, text: &str) {
        self.0 = self.0.add(text.as_bytes()).add(&[0xff]);
    }

    pub(super) fn finish(&self) -> String {
        format!("{:016x}", self.0.value())
    }
}

/// A text as a Python literal in ASCII.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(c),
            c if (c as u32) < 0x100 => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c if (c as u32) < 0x1_0000 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => {
                let _ = write!(out, "\\U{:08x}", c as u32);
            }
        }
    }
    out.push('\'');
    out
}
