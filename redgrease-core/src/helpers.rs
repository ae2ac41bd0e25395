//! The helpers that are written into a script, and only when it uses them.

use std::collections::BTreeSet;

use crate::cmd;
use crate::given::{ALWAYS, UTILS};

/// The Python text of all helpers; each begins with `#: name` and the names of those it needs.
const TEXT: &str = include_str!("helpers.py");

struct Helper {
    name: &'static str,
    needs: Vec<&'static str>,
    text: &'static str,
}

fn helpers() -> impl Iterator<Item = Helper> {
    TEXT.split("#: ").skip(1).filter_map(|part| {
        let (head, text) = part.split_once('\n')?;
        let mut words = head.split_whitespace();
        Some(Helper {
            name: words.next()?,
            needs: words.collect(),
            text,
        })
    })
}

/// The text of a helper.
#[cfg(feature = "check")]
pub(crate) fn text_of(name: &str) -> Option<&'static str> {
    use std::collections::HashMap;
    use std::sync::OnceLock;

    static TEXTS: OnceLock<HashMap<&str, &str>> = OnceLock::new();
    let texts = TEXTS.get_or_init(|| helpers().map(|one| (one.name, one.text)).collect());
    texts.get(name).copied()
}

/// Whether a text is that of a helper.
#[cfg(feature = "check")]
pub(crate) fn is_helper(text: &str) -> bool {
    use std::collections::HashSet;
    use std::sync::OnceLock;

    static TEXTS: OnceLock<HashSet<&str>> = OnceLock::new();
    TEXTS
        .get_or_init(|| helpers().map(|one| one.text.trim_end()).collect())
        .contains(text)
}

/// The names of the helpers that one needs, and those that these need.
#[cfg(feature = "check")]
pub(crate) fn needs(name: &str) -> Vec<&'static str> {
    let mut needed: Vec<&'static str> = Vec::new();
    let mut wanted = vec![name];
    while let Some(name) = wanted.pop() {
        for one in helpers()
            .filter(|one| one.name == name)
            .flat_map(|one| one.needs)
        {
            if !needed.contains(&one) {
                needed.push(one);
                wanted.push(one);
            }
        }
    }
    needed
}

/// Which helpers a script needs.
#[derive(Debug, Default)]
pub(crate) struct Helpers {
    names: BTreeSet<String>,
    cmd_methods: Option<BTreeSet<String>>,
    redgrease: BTreeSet<String>,
}

impl Helpers {
    /// Asks for a helper by its name; one that does not exist is the server's own.
    pub(crate) fn need(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    /// Asks for what a checked text uses.
    pub(crate) fn uses<'a>(
        &mut self,
        uses: impl IntoIterator<Item = &'a str>,
        cmd_methods: impl IntoIterator<Item = &'a str>,
    ) {
        let uses: Vec<&str> = uses.into_iter().collect();
        if uses.contains(&"cmd") {
            let mut methods = cmd_methods.into_iter().peekable();
            let any = methods.peek().is_none();
            match &mut self.cmd_methods {
                Some(known) if !any && !known.is_empty() => {
                    known.extend(methods.map(str::to_owned));
                }
                Some(known) => known.clear(),
                none => *none = Some(methods.map(str::to_owned).collect()),
            }
        }
        let namespace = uses.contains(&"redgrease");
        for name in uses {
            if namespace {
                self.redgrease.insert(name.to_owned());
            }
            match name.strip_prefix("utils.") {
                Some("*") => self.names.extend(UTILS.iter().map(|n| (*n).to_owned())),
                Some(name) => self.need(name),
                None => self.need(name),
            }
        }
    }

    /// The text of the helpers, each after those it needs.
    pub(crate) fn text(&self) -> String {
        let all: Vec<Helper> = helpers().collect();
        let mut wanted: Vec<&str> = self.names.iter().map(String::as_str).collect();
        if !self.redgrease.is_empty() {
            wanted.push("namespace");
            if self.redgrease.contains("redgrease.*") {
                wanted.extend(ALWAYS);
            }
        }
        let mut chosen: BTreeSet<&str> = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            if let Some(helper) = all.iter().find(|h| h.name == name)
                && chosen.insert(helper.name)
            {
                wanted.extend(&helper.needs);
            }
        }
        let mut out = String::new();
        for helper in all.iter().filter(|h| chosen.contains(h.name)) {
            out.push_str(helper.text);
        }
        if let Some(methods) = &self.cmd_methods {
            let methods: BTreeSet<&str> = methods.iter().map(String::as_str).collect();
            let text = if methods.is_empty() {
                cmd::python_source_all()
            } else {
                cmd::python_source(&methods)
            };
            out.push_str(text.trim_end());
            out.push('\n');
        }
        if !self.redgrease.is_empty() {
            out.push_str(&self.namespace());
        }
        out
    }

    /// The object behind `redgrease.…`, with what the text uses of it.
    fn namespace(&self) -> String {
        let mut utils = Vec::new();
        let mut attributes = Vec::new();
        let all = self.redgrease.contains("redgrease.*");
        for name in self
            .redgrease
            .iter()
            .map(String::as_str)
            .chain(ALWAYS.iter().copied().filter(|_| all))
        {
            match name.strip_prefix("utils.") {
                Some("*") => utils.extend(UTILS.iter().map(|name| member(name))),
                Some(name) => utils.push(member(name)),
                None if name.starts_with("redgrease") || name == "utils" => {}
                None => attributes.push(member(name)),
            }
        }
        attributes.sort();
        attributes.dedup();
        utils.sort();
        utils.dedup();
        if !utils.is_empty() {
            attributes.push(format!("utils=_RgNamespace({})", utils.join(", ")));
        }
        format!(
            "redgrease = _rg_redgrease = _RgNamespace({})\n",
            attributes.join(", ")
        )
    }
}

/// `name=value` for the namespace; helpers of redgrease alone have a name of their own.
fn member(name: &str) -> String {
    let own = helpers().any(|h| h.name == name && h.text.contains(&format!("_rg_{name}")));
    if own {
        format!("{name}=_rg_{name}")
    } else {
        format!("{name}={name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_names_a_helper() {
        let all: Vec<Helper> = helpers().collect();
        for helper in &all {
            for need in &helper.needs {
                assert!(all.iter().any(|h| h.name == *need), "{need}");
            }
        }
        for name in UTILS {
            assert!(all.iter().any(|h| h.name == *name), "{name}");
        }
    }

    #[test]
    fn only_what_is_used_is_written() {
        let mut helpers = Helpers::default();
        assert_eq!(helpers.text(), "");
        helpers.uses(["hashtag3", "execute"], []);
        assert_eq!(
            helpers.text(),
            "def hashtag3():\n    return \"{\" + hashtag() + \"}\"\n"
        );
    }
}
