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
        found: "A method of `cmd` is called with arguments that it does not take, or `execute` names a command with more or fewer arguments than it ever takes.",
        expected: "The parameters that the help line shows; they are those of redis-py.",
        place: Place::Function,
        wrong: "return cmd.get(key=url)",
        right: "return cmd.get(url)",
        fix: "Write the call as the help line shows it.",
    },
    Page {
        code: messages::UNKNOWN_COMMAND,
        found: "A command is named that Redis and Valkey do not have. It is an error when the name is nearly that of a command, else a warning, because a module of the server may bring it.",
        expected: "The name of a command, in any case. Commands of modules have a dot, as `JSON.SET`, and are not looked at.",
        place: Place::Function,
        wrong: r#"return execute("HGETT", url, "a")"#,
        right: r#"return execute("HGET", url, "a")"#,
        fix: "Correct the name.",
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
        code: messages::RESULT,
        found: "A value is given back that the Rust type of the function cannot take, whatever the data is: of another type, or a number that it does not hold.",
        expected: "A value of the type behind `->`; `None` where that is an `Option`.",
        place: Place::Number,
        wrong: "return cmd.get(url)",
        right: "return int(cmd.get(url) or 0)",
        fix: "Convert the value, or change the type behind `->`: what may be missing is an `Option<…>`.",
    },
    Page {
        code: messages::NO_RESULT,
        found: "A function whose Rust type is a value has no `return` with one, or it has a `yield`, so that it makes a generator.",
        expected: "`return` and the value.",
        place: Place::Number,
        wrong: "cmd.incr(url)",
        right: "return cmd.incr(url)",
        fix: "Give the value back, or take the type behind `->` away. Values one by one belong into a list, or into a gear with `flatmap`.",
    },
    Page {
        code: messages::OPERANDS,
        found: "An operator, a call, an index or a loop meets a value that does not have it, whatever the data is. Parameters have the types that Rust says, and the methods of `cmd` give what their table says; what a builtin function or `join` cannot take is found, too.",
        expected: "Values that fit: what Redis keeps is a text (or `None`, when it is missing) until it is converted.",
        place: Place::Function,
        wrong: "return cmd.get(url) + 1",
        right: "return int(cmd.get(url) or 0) + 1",
        fix: "Convert one side, with `int(…)`, `float(…)` or `str(…)`.",
    },
    Page {
        code: messages::FIELD,
        found: "A value does not have this field, method or key, whatever the data is.",
        expected: "The fields of a record (`key`, `value`, `type`, `event`; of an entry `key`, `id`, `value`), the methods of Python's own types, the keys of a dictionary that is written out and never changed.",
        place: Place::Record,
        wrong: "cmd.incr(record.kye)",
        right: "cmd.incr(record.key)",
        fix: "Correct the name.",
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
    Page {
        code: messages::NOT_NATIVE,
        found: "`native = true` promises that the function runs inside the server, without Python, and something in it cannot.",
        expected: "What docs/native.md lists: constants, locals, arithmetic, texts, lists, dictionaries, `if`, `for`, `try`, the common methods, and commands of the server.",
        place: Place::Native,
        wrong: r#"
        import json
        return json.dumps({"url": url, "visits": execute("GET", url)})
    "#,
        right: r#"
        return "%s: %s" % (url, execute("GET", url))
    "#,
        fix: "Write it with what is listed, or leave `native` out: then a worker runs the function where the server cannot. After the first `execute` or `log` there may be nothing that would have to begin again in Python, such as sorting what the server answered: do that before.",
    },
];
