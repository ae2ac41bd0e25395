//! Commands, packages and layout: RG04xx to RG06xx.

use super::{Page, Place};
use crate::messages;

pub(super) const PAGES: &[Page] = &[
    Page {
        code: messages::REFUSED_COMMAND,
        found: "A command is called that cannot be used inside of the server: it would wait for another client, or needs a connection.",
        expected: "A command that answers at once.",
        place: Place::Function,
        wrong: "return cmd.blpop(url, 0)",
        right: "return cmd.lpop(url)",
        fix: "Take the command that the help line names.",
    },
    Page {
        code: messages::NO_COMMAND,
        found: "`cmd` has no method of this name.",
        expected: "A method of redis-py's client, such as `get`, `hset` or `zadd`.",
        place: Place::Function,
        wrong: "return cmd.hgetal(url)",
        right: "return cmd.hgetall(url)",
        fix: r#"Correct the name. Commands of modules run by `execute("COMMAND", …)`."#,
    },
    Page {
        code: messages::COMMAND_CALL,
        found: "A method of `cmd` is called with arguments that it does not take.",
        expected: "The parameters that the help line shows; they are those of redis-py.",
        place: Place::Function,
        wrong: "return cmd.get(key=url)",
        right: "return cmd.get(url)",
        fix: "Write the call as the help line shows it.",
    },
    Page {
        code: messages::REQUIREMENT,
        found: "A requirement is not what pip understands (PEP 508).",
        expected: r#"A name, perhaps extras, versions and a marker: `requests[socks] >= 2.8, < 3 ; python_version >= "3.7"`."#,
        place: Place::Gear,
        wrong: r#"KeysReader().map(str, requirements=["requests => 2"]).run()"#,
        right: r#"KeysReader().map(str, requirements=["requests >= 2"]).run()"#,
        fix: "Correct it at the column that the message names.",
    },
    Page {
        code: messages::REFORMATTED,
        found: "A string goes over exactly two lines and its second line begins left of the macro. rustfmt would indent that line, and so change the string.",
        expected: "A string that rustfmt leaves alone.",
        place: Place::Tokens,
        wrong: r#"
        return """one
two"""
    "#,
        right: r#"
        return "one\ntwo"
    "#,
        fix: r#"Write `\n`, indent the second line, or take a raw string as the body, which rustfmt never touches."#,
    },
];
