//! The helpers that are written into a script, and only when it uses them.

use std::collections::BTreeSet;

use crate::cmd;

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

/// Which helpers a script needs.
#[derive(Debug, Default)]
pub(super) struct Helpers {
    names: BTreeSet<String>,
    cmd_methods: Option<BTreeSet<String>>,
    redgrease: BTreeSet<String>,
}

impl Helpers {
    /// Asks for a helper by its name; one that does not exist is the server's own.
    pub(super) fn need(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    /// Asks for what a checked text uses.
    pub(super) fn uses<'a>(
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
    pub(super) fn text(&self) -> String {
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

/// What `redgrease` has besides `cmd` and `utils`; all of it when it is used as a value.
pub(crate) const ALWAYS: &[&str] = &[
    "atomic",
    "configGet",
    "execute",
    "gearsConfigGet",
    "gearsFuture",
    "hashtag",
    "hashtag3",
    "log",
    "FailurePolicy",
    "KeyType",
    "LogLevel",
    "ReaderType",
    "TriggerMode",
    "GEARS_RUNTIME",
    "GearsBuilder",
    "GB",
];

/// What `redgrease.utils` has; all of it when it is used as a value.
pub(crate) const UTILS: &[&str] = &[
    "Record",
    "StreamRecord",
    "record",
    "stream_record",
    "compose",
    "dict_filter",
    "passfun",
    "as_is",
    "str_if_bytes",
    "safe_str",
    "safe_str_upper",
    "bool_ok",
    "safe_bool",
    "optional",
    "to_int_if_bool",
    "to_redis_type",
    "to_bytes",
    "to_list",
    "to_dict",
    "to_kwargs",
    "transform",
    "list_parser",
    "list_of_str",
    "dict_of",
    "CaseInsensitiveDict",
];

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
