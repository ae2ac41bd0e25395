//! The versions that a requirement asks for: `>= 2.8, < 3`.

use std::ops::Range;

use super::{OPERATORS, Reader, Result};

impl Reader<'_> {
    pub(super) fn versions(&mut self, name: Range<usize>) -> Result<()> {
        let open = self.take("(").then(|| self.at - 1);
        self.blanks();
        let mut first = true;
        loop {
            let rest = self.rest();
            let ends = rest.is_empty() || rest.starts_with([';', ')']);
            if ends && first {
                break;
            }
            self.version(first, &name)?;
            first = false;
            self.blanks();
            if !self.take(",") {
                break;
            }
            self.blanks();
        }
        match open {
            Some(open) if !self.take(")") => {
                self.error("`(` is never closed", open..open + 1, "close it with `)`")
            }
            _ => Ok(()),
        }
    }

    fn version(&mut self, first: bool, name: &Range<usize>) -> Result<()> {
        let start = self.at;
        let Some(operator) = OPERATORS.iter().find(|o| self.rest().starts_with(**o)) else {
            return self.no_operator(first, name);
        };
        self.at += operator.len();
        // `=>` begins with nothing that is an operator, but `>=>` and `<>` do.
        if self.rest().starts_with(['<', '>', '=']) {
            let wrong = start..self.at + 1;
            return self.error(
                "this compares nothing",
                wrong,
                "the comparisons are ~= == != <= >= < > ===",
            );
        }
        self.blanks();
        let start = self.at;
        let version = self.take_while(|c| c.is_ascii_alphanumeric() || "._-+!*".contains(c));
        if version.is_empty() {
            return self.error(
                "the version is missing",
                self.here(),
                "write it after the comparison",
            );
        }
        if *operator == "===" {
            return Ok(());
        }
        let wild = version.ends_with(".*");
        if wild && !matches!(*operator, "==" | "!=") {
            return self.error(
                &format!("`.*` cannot follow `{operator}`"),
                self.at - 2..self.at,
                "it goes with `==` and `!=`",
            );
        }
        let plain = version.strip_suffix(".*").unwrap_or(version);
        if !is_version(plain) {
            return self.error(
                "this is no version",
                start..self.at,
                "a version is like `2.8.1` or `3.0rc1`",
            );
        }
        if *operator == "~=" && !release(plain).contains('.') {
            return self.error(
                "`~=` needs a version with at least two parts",
                start..self.at,
                &format!("write `~={plain}.0`, or `>={plain}`"),
            );
        }
        Ok(())
    }

    fn no_operator(&mut self, first: bool, name: &Range<usize>) -> Result<()> {
        let rest = self.rest();
        for (wrong, right) in [
            ("=>", ">="),
            ("=<", "<="),
            ("=", "=="),
            ("~", "~="),
            ("^", "~="),
        ] {
            if rest.starts_with(wrong) {
                let at = self.at..self.at + wrong.len();
                return self.error(
                    &format!("`{wrong}` is no comparison"),
                    at,
                    &format!("write `{right}`"),
                );
            }
        }
        if rest.is_empty() {
            let comma = self.text[..self.at].rfind(',').unwrap_or(self.at);
            return self.error(
                "a comparison is missing after `,`",
                comma..comma + 1,
                "remove the `,`",
            );
        }
        let end = rest
            .find([' ', ',', ';', ')'])
            .map_or(self.text.len(), |i| self.at + i);
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            return self.error(
                "a comparison is missing before the version",
                self.at..end,
                &format!(
                    "write `{}=={}`",
                    &self.text[name.clone()],
                    &self.text[self.at..end]
                ),
            );
        }
        let help = if first {
            "after the name come extras, versions, `@` with an address, or `;` with a marker"
        } else {
            "the comparisons are ~= == != <= >= < > ==="
        };
        self.error(
            "this cannot stand here",
            self.at..end.max(self.here().end),
            help,
        )
    }
}

/// The numbers at the beginning of a version.
fn release(version: &str) -> &str {
    let version = version.rsplit('!').next().unwrap_or(version);
    let version = version.trim_start_matches(['v', 'V']);
    let end = version
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(version.len());
    version[..end].trim_end_matches('.')
}

/// Whether this is a version of PEP 440.
fn is_version(version: &str) -> bool {
    let (public, local) = match version.split_once('+') {
        Some((public, local)) => (public, Some(local)),
        None => (version, None),
    };
    let local_fits = local.is_none_or(|local| {
        local
            .split(['.', '-', '_'])
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
    });
    let (epoch, public) = public.split_once('!').unwrap_or(("0", public));
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let numbers = release(public);
    let numbers_fit = numbers.split('.').all(digits);
    let public = public.trim_start_matches(['v', 'V']);
    let mut rest = public[numbers.len().min(public.len())..].to_ascii_lowercase();
    for words in [
        &["alpha", "beta", "preview", "pre", "rc", "a", "b", "c"][..],
        &["post", "rev", "r"][..],
        &["dev"][..],
    ] {
        let trimmed = rest.trim_start_matches(['.', '-', '_']);
        if let Some(word) = words.iter().find(|w| trimmed.starts_with(**w)) {
            let after = trimmed[word.len()..].trim_start_matches(['.', '-', '_']);
            rest = after
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .to_owned();
        } else if words[0] == "post" && rest.starts_with('-') && digits(&rest[1..]) {
            rest.clear();
        }
    }
    digits(epoch) && numbers_fit && rest.is_empty() && local_fits
}
