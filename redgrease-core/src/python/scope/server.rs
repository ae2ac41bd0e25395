//! What a text uses of the server's names and of `redgrease.…`.

use std::ops::Range;

use super::Collector;
use crate::given::UTILS;
use crate::messages;
use crate::python::signature::CallShape;
use crate::python::{names, runtime};
use crate::suggest::nearest;

impl Collector<'_> {
    /// Notes the use of a name of the server, and checks what follows `redgrease.`.
    pub(super) fn use_runtime(&mut self, path: &[(String, Range<usize>)], call: Option<CallShape>) {
        let Some(((first, _), rest)) = path.split_first() else {
            return;
        };
        match first.as_str() {
            "redgrease" => {
                self.names.uses.insert("redgrease".to_owned());
                let Some((attribute, range)) = rest.first() else {
                    self.names.uses.insert("redgrease.*".to_owned());
                    return;
                };
                match attribute.as_str() {
                    "runtime" | "sugar" if rest.len() > 1 => {
                        self.use_runtime(&[&path[..1], &rest[1..]].concat(), call);
                    }
                    "runtime" | "sugar" => {
                        self.names.uses.insert("redgrease.*".to_owned());
                    }
                    "utils" => self.use_utils(&rest[1..]),
                    name if names::redgrease().any(|known| known == name) => {
                        self.use_runtime(rest, call);
                    }
                    name => {
                        let meant = nearest(name, names::redgrease());
                        self.out
                            .push(messages::unknown_redgrease(name, meant, range.clone()));
                    }
                }
            }
            "cmd" => {
                self.names.uses.insert("cmd".to_owned());
                match rest {
                    [(gears, _), (method, range), more @ ..] if gears == "gears" => {
                        let method = format!("gears.{method}");
                        let call = call.filter(|_| more.is_empty());
                        runtime::method(&method, range, call.as_ref(), &mut self.out);
                        self.names.cmd_methods.insert(method);
                    }
                    // the object itself, with all its methods
                    [(gears, _)] if gears == "gears" => {
                        self.names.cmd_methods.insert(gears.clone());
                    }
                    [(method, range), ..] => {
                        let call = call.filter(|_| rest.len() == 1);
                        runtime::method(method, range, call.as_ref(), &mut self.out);
                        self.names.cmd_methods.insert(method.clone());
                    }
                    [] => self.names.any_cmd = true,
                }
            }
            name => {
                if let (Some(known), Some((member, range))) = (names::constants(name), rest.first())
                    && !known.contains(&member.as_str())
                {
                    let meant = nearest(member, known.iter().copied());
                    let full = format!("{name}.{member}");
                    self.out
                        .push(messages::unknown_redgrease(&full, meant, range.clone()));
                }
                if let Some(call) = call.filter(|_| rest.is_empty()) {
                    runtime::call(name, &call, &mut self.out);
                }
                self.names.uses.insert(name.to_owned());
            }
        }
    }

    fn use_utils(&mut self, rest: &[(String, Range<usize>)]) {
        match rest.first() {
            Some((name, _)) if UTILS.contains(&name.as_str()) => {
                self.names.uses.insert(format!("utils.{name}"));
            }
            Some((name, range)) => {
                let meant = nearest(name, UTILS.iter().copied());
                let name = format!("utils.{name}");
                self.out
                    .push(messages::unknown_redgrease(&name, meant, range.clone()));
            }
            None => {
                self.names.uses.insert("utils.*".to_owned());
            }
        }
    }
}
