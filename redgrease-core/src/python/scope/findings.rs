//! What the names of a text say, once all of it was looked at.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diag::Diagnostics;
use crate::messages;
use crate::python::layout::Edit;
use crate::python::types::Shape;

/// What the names of a text say.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The server's and redgrease's names that are used; those of `redgrease.utils` as
    /// `utils.compose`.
    pub(crate) uses: BTreeSet<String>,
    pub(super) cmd_methods: BTreeSet<String>,
    /// `cmd` is used as a value, so that any method may be called.
    pub(crate) any_cmd: bool,
    pub(crate) edits: Vec<Edit>,
    pub(crate) shape: Shape,
    /// The functions that nothing calls.
    pub(super) idle: Vec<Range<usize>>,
    /// The modules that a server has only with a package.
    pub(super) foreign: Vec<(String, Range<usize>)>,
}

impl Names {
    /// Takes findings over; those about functions that nothing calls as warnings.
    pub(crate) fn take(&self, found: Diagnostics, out: &mut Diagnostics) {
        for one in found.into_vec() {
            let idle = self
                .idle
                .iter()
                .any(|place| place.contains(&one.range.start));
            out.push(if idle { one.into_warning() } else { one });
        }
    }

    /// Warns of modules that a server without packages does not have.
    pub(crate) fn need_packages(&self, out: &mut Diagnostics) {
        for (name, range) in &self.foreign {
            out.push(messages::not_required(name, range.clone()));
        }
    }

    /// The modules that a server has only with a package, each once.
    pub(crate) fn foreign(&self) -> Vec<String> {
        let mut all: Vec<String> = self.foreign.iter().map(|(name, _)| name.clone()).collect();
        all.dedup();
        all
    }

    /// The methods of `cmd` that the script needs; empty when it needs all or none.
    pub(crate) fn cmd_methods(&self) -> Vec<String> {
        if self.any_cmd {
            return Vec::new();
        }
        self.cmd_methods.iter().cloned().collect()
    }
}
