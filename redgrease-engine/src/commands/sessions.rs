//! Commands about sessions.

use std::ffi::CStr;

use super::shown::session::{describe, usages};
use crate::answer::Reply;
use crate::server::{Command, Invocation};

/// RG.PYDUMPSESSIONS
pub(crate) struct PyDumpSessions;

impl Command for PyDumpSessions {
    const NAME: &'static CStr = c"rg.pydumpsessions";

    fn run(call: Invocation<'_>) {
        let (mut verbose, mut dead, mut wanted) = (false, false, None);
        let mut arguments = call.arguments[1..].iter();
        while let Some(argument) = arguments.next() {
            if argument.eq_ignore_ascii_case(b"verbose") {
                verbose = true;
            } else if argument.eq_ignore_ascii_case(b"dead") {
                dead = true;
            } else if argument.eq_ignore_ascii_case(b"sessions") {
                wanted = Some(arguments.by_ref().collect::<Vec<_>>());
            } else {
                call.context
                    .reply_error([b"Unknown option ".as_slice(), argument].concat());
                return;
            }
        }
        let usages = usages();
        let list = match wanted {
            Some(names) => names
                .into_iter()
                .map(|name| {
                    usages
                        .iter()
                        .find(|usage| usage.session.name.as_bytes() == name)
                        .map_or_else(
                            || {
                                Reply::Bulk(
                                    [b"Session ".as_slice(), name, b" does not exists"].concat(),
                                )
                            },
                            |usage| describe(usage, &usages, verbose),
                        )
                })
                .collect(),
            None => usages
                .iter()
                .filter(|usage| usage.is_dead() == dead)
                .map(|usage| describe(usage, &usages, verbose))
                .collect(),
        };
        Reply::Array(list).write(call.context);
    }
}
