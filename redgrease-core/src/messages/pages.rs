//! The page of each code: what was found, what is expected, an example, the fix.
//!
//! The pages of the documentation are written from here, and each example is checked: the wrong
//! one gives the code, the right one gives nothing.

use super::CODES;
use crate::diag::{Code, Severity};

/// Where the example of a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The body of a function with the parameter `url`.
    Function,
    /// The same, for Python 3.10.
    Modern,
    /// The same, as tokens between the braces of `python!`.
    Tokens,
    /// A whole Python file that defines the function `f(url)`.
    File,
    /// The text of `gear!`.
    Gear,
    /// The name of a parameter.
    Parameter,
}

/// The page of a code.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The code.
    pub code: Code,
    /// What was found.
    pub found: &'static str,
    /// What is expected.
    pub expected: &'static str,
    /// Where the examples stand.
    pub place: Place,
    /// A text with the mistake.
    pub wrong: &'static str,
    /// The same text without it.
    pub right: &'static str,
    /// The next step.
    pub fix: &'static str,
}

/// The page of `code`, such as `RG0201`.
///
/// ```
/// use redgrease_core::messages::pages::page;
///
/// assert!(page("RG0201").is_some_and(|page| page.found.contains("nothing defines")));
/// ```
pub fn page(code: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.code.as_str() == code)
}

impl Page {
    /// The title of the code and whether it is an error.
    pub fn title(&self) -> (&'static str, Severity) {
        let entry = CODES.iter().find(|(code, _, _)| *code == self.code);
        entry.map_or(("", Severity::Error), |(_, severity, title)| {
            (*title, *severity)
        })
    }

    /// The page as Markdown; `said` is what the checker says about the wrong example.
    pub fn markdown(&self, said: &str) -> String {
        let (title, severity) = self.title();
        let file = match self.place {
            Place::Parameter => "text",
            _ => "python",
        };
        format!(
            "# {code}: {title}\n\nThis is {kind}.\n\n**Found.** {found}\n\n**Expected.** {expected}\n\n\
             ## Example\n\n```{file}\n{wrong}\n```\n\n```text\n{said}\n```\n\n\
             ## Fix\n\n{fix}\n\n```{file}\n{right}\n```\n",
            code = self.code,
            kind = match severity {
                Severity::Warning => "a warning",
                Severity::Error => "an error",
            },
            found = self.found,
            expected = self.expected,
            wrong = self.wrong.trim(),
            said = said.trim_end(),
            fix = self.fix,
            right = self.right.trim(),
        )
    }
}

/// The page of each code, in the order of the codes.
pub const PAGES: &[Page] = &[
    Page {
        code: super::SYNTAX,
        found: "The text is no Python: a token stands where none can stand, or something is missing.",
        expected: "Python 3. Operators and keywords of Rust (`&&`, `!`, `let`, `else if`, `{`) have other words in Python; the message names them.",
        place: Place::Function,
        wrong: r#"if url && url != "":
    return url"#,
        right: r#"if url and url != "":
    return url"#,
        fix: "Correct the underlined token. When it looks right, look at what stands before it.",
    },
    Page {
        code: super::BRACKET,
        found: "A bracket is opened and never closed, closed and never opened, or closed by another kind.",
        expected: "Every `(`, `[` and `{` has its partner.",
        place: Place::Function,
        wrong: r#"return cmd.mget([url, "other")"#,
        right: r#"return cmd.mget([url, "other"])"#,
        fix: "The message points at the bracket itself, not at the line where Python noticed.",
    },
    Page {
        code: super::STRING,
        found: "A string literal has no end.",
        expected: "A string in one pair of quotes ends on its line; with three quotes it may go over several.",
        place: Place::Function,
        wrong: r#"return "hello"#,
        right: r#"return "hello""#,
        fix: r#"Close the string. For a line break inside of it, write `\n` or use three quotes."#,
    },
    Page {
        code: super::INDENTATION,
        found: "A line is indented too much, too little, or with a mixture of tabs and blanks.",
        expected: "Lines of one block have the same indentation; a block follows a line that ends with `:`.",
        place: Place::Function,
        wrong: "if url:
return url",
        right: "if url:
    return url",
        fix: "Indent the line as far as the statement it belongs with. Only the indentation relative to the other lines matters; the body may stand anywhere in the Rust file.",
    },
    Page {
        code: super::TARGET,
        found: "Something that is no name, attribute or element stands on the left of `=`, after `del` or after `for`.",
        expected: "A name (`x`), an attribute (`x.y`), an element (`x[0]`), or a tuple or list of them.",
        place: Place::Function,
        wrong: "len(url) = 5",
        right: "length = 5
return length",
        fix: "To compare, write `==`. To change a dictionary, assign to its element.",
    },
    Page {
        code: super::MISPLACED,
        found: "A statement stands where Python's compiler refuses it: `return` outside of a function, `break` outside of a loop, `import *` inside of a function, …",
        expected: "The place that the message names.",
        place: Place::Gear,
        wrong: "return 5
KeysReader().count().run()",
        right: "KeysReader().count().run()",
        fix: "Statements before a gear expression are not inside of a function: nothing can be returned from there.",
    },
    Page {
        code: super::ASYNC,
        found: "`await`, `async for` or `async with` stands outside of an `async def`, or inside of `with atomic()`.",
        expected: "An `async def` around it, and no lock.",
        place: Place::Function,
        wrong: "import asyncio
await asyncio.sleep(1)
return url",
        right: "import asyncio
async def wait():
    await asyncio.sleep(1)
return runCoroutine(wait())",
        fix: "The function of a command is a plain `def`. In `gear!`, give an `async def` to `map`, `filter`, `foreach`, `flatmap` or an aggregation: the server awaits it.",
    },
    Page {
        code: super::DECLARATION,
        found: "A `global` or `nonlocal` statement does not fit: the name is a parameter, it was used before, or no function around binds it.",
        expected: "`global` for names of the script, `nonlocal` for names of a function around, both before the first use.",
        place: Place::Function,
        wrong: "def add():
    nonlocal total
    total = 1
add()
return url",
        right: "total = 0
def add():
    nonlocal total
    total = 1
add()
return total",
        fix: "Bind the name in the function around first, or rename.",
    },
    Page {
        code: super::TOO_NEW,
        found: "The text uses syntax or a builtin that the target version of Python does not have.",
        expected: "Syntax of the target, which is 3.7 if nothing else is said: that is what RedisGears 1.2 has.",
        place: Place::Function,
        wrong: "if (size := len(url)) > 3:
    return size
return 0",
        right: "size = len(url)
if size > 3:
    return size
return 0",
        fix: r#"Write it in the older way, or set `python = "3.11"` (or another version) on the macro when every server has it."#,
    },
    Page {
        code: super::EMPTY,
        found: "The body has no statement.",
        expected: "At least one statement.",
        place: Place::Function,
        wrong: "# nothing yet",
        right: "pass",
        fix: "Write what the function does, or `pass`.",
    },
    Page {
        code: super::PARAMETER,
        found: "A parameter of the Rust function has a name that Python does not allow, or two have the same.",
        expected: "A name that is no keyword of Python.",
        place: Place::Parameter,
        wrong: "from",
        right: "from_",
        fix: "Rename the parameter. Names such as `from`, `in`, `is`, `pass`, `class` and `lambda` are keywords in Python and not in Rust.",
    },
    Page {
        code: super::PATTERN,
        found: "A `match` statement has a pattern that Python's compiler refuses.",
        expected: "Each name bound once, the same names in every alternative, and a case that always fits at the end only.",
        place: Place::Modern,
        wrong: r#"match url:
    case _:
        return 1
    case "a":
        return 2"#,
        right: r#"match url:
    case "a":
        return 2
    case _:
        return 1"#,
        fix: "Reorder the cases or rename the captures, as the message says.",
    },
    Page {
        code: super::NO_FUNCTION,
        found: r#"The Python file given with `file = "…"` does not define the function, or defines it with other parameters."#,
        expected: "A `def` with the name of the Rust function and as many parameters. Imports, constants and helper functions may stand around it.",
        place: Place::File,
        wrong: "def other(url):
    return url",
        right: "def f(url):
    return url",
        fix: "Add the function, or give it the name and the parameters of the Rust function.",
    },
    Page {
        code: super::UNDEFINED,
        found: "A name is used that nothing defines.",
        expected: "A parameter, a local name, an import, a builtin of Python, or a name of the server: `cmd`, `execute`, `atomic`, `log`, `hashtag`, `hashtag3`, `configGet`, `gearsConfigGet`, `gearsFuture`, `Record`, `redgrease`, `GearsBuilder`, …",
        place: Place::Function,
        wrong: "return urll",
        right: "return url",
        fix: "Correct the name, import it in the body, or bring the value in: as a parameter of a function, as a capture (`'name`) in `gear!`.",
    },
    Page {
        code: super::NO_ATTRIBUTE,
        found: "Something of `redgrease` is used that does not exist inside of the server.",
        expected: "What server-side functions need: `redgrease.cmd`, `redgrease.log`, `redgrease.utils`, …; not the client.",
        place: Place::Function,
        wrong: "return redgrease.hashtag4()",
        right: "return redgrease.hashtag3()",
        fix: "Correct the name. Clients, connections and readers belong to the Rust side.",
    },
    Page {
        code: super::UNUSED,
        found: "A name is bound and never read.",
        expected: "Every name is used, or begins with an underscore.",
        place: Place::Function,
        wrong: "result = cmd.get(url)",
        right: "cmd.get(url)",
        fix: "Remove it, use it, or call it `_name` when it is meant.",
    },
    Page {
        code: super::SHADOWED,
        found: "A name hides a builtin of Python or a name of the server.",
        expected: "Other names, so that the builtin can still be used.",
        place: Place::Function,
        wrong: "list = [url]
return list",
        right: "found = [url]
return found",
        fix: "Rename it.",
    },
    Page {
        code: super::NOT_A_GEAR,
        found: "The text of `gear!` does not end in a gear expression.",
        expected: "Statements first if there are any, then one gear expression: a reader, its steps, and `.run(…)`, `.register(…)` or nothing.",
        place: Place::Gear,
        wrong: "print(1)",
        right: r#"KeysReader("user:*").count().run()"#,
        fix: "Put the gear expression at the end. It may go on over several lines that begin with a dot.",
    },
    Page {
        code: super::READER,
        found: "There is no reader of this name.",
        expected: r#"`KeysReader`, `KeysOnlyReader`, `StreamReader`, `PythonReader`, `ShardsIDReader`, `CommandReader`, or `GearsBuilder("…")` with one of these names."#,
        place: Place::Gear,
        wrong: "KeyReader().count().run()",
        right: "KeysReader().count().run()",
        fix: "Correct the name.",
    },
    Page {
        code: super::OPERATION,
        found: "There is no gear operation of this name.",
        expected: "One of the operations: `map`, `flatmap`, `filter`, `foreach`, `accumulate`, `localgroupby`, `limit`, `collect`, `repartition`, `aggregate`, `aggregateby`, `groupby`, `batchgroupby`, `sort`, `distinct`, `count`, `countby`, `avg`; as the first step also what the reader has of its own.",
        place: Place::Gear,
        wrong: "KeysReader().mapp(str).run()",
        right: "KeysReader().map(str).run()",
        fix: "Correct the name. What is no operation goes into a callback.",
    },
    Page {
        code: super::KEYWORD,
        found: "A reader, an operation or an action has no argument of this name.",
        expected: "The arguments that the message lists.",
        place: Place::Gear,
        wrong: r#"StreamReader().register("s*", batchsize=10)"#,
        right: r#"StreamReader().register("s*", batch=10)"#,
        fix: "Correct the name. `on`, `replace` and `unblocking` belong to the Rust side.",
    },
    Page {
        code: super::ARGUMENTS,
        found: "Arguments are missing, there are too many, or one is given twice.",
        expected: "What the help line of the message shows.",
        place: Place::Gear,
        wrong: "KeysReader().map().run()",
        right: "KeysReader().map(str).run()",
        fix: "Write the call as the help line shows it.",
    },
    Page {
        code: super::ARITY,
        found: "A callback takes another number of parameters than the step calls it with.",
        expected: "The parameters that the message lists: one record for `map`, `filter`, `foreach` and extractors; accumulator and record for `accumulate` and `aggregate`; key, accumulator and record for reducers.",
        place: Place::Gear,
        wrong: "KeysReader().accumulate(lambda record: record).run()",
        right: "KeysReader().accumulate(lambda accumulator, record: record).run()",
        fix: "Give the callback these parameters, also those that it does not need.",
    },
    Page {
        code: super::CALLBACK,
        found: "A value stands where a function is needed, or a function is called where it should be given.",
        expected: "A lambda, the name of a `def`, or something callable such as `int` or `str.split`.",
        place: Place::Gear,
        wrong: "def parse(record):
    return record
KeysReader().map(parse()).run()",
        right: "def parse(record):
    return record
KeysReader().map(parse).run()",
        fix: "Leave the parentheses out, or write a lambda around the value.",
    },
    Page {
        code: super::ACTION,
        found: "The reader cannot do this action.",
        expected: "`CommandReader` is registered; `PythonReader`, `KeysOnlyReader` and `ShardsIDReader` are run; `KeysReader` and `StreamReader` can do both.",
        place: Place::Gear,
        wrong: "CommandReader().run()",
        right: r#"CommandReader().register(trigger="name")"#,
        fix: "Take the other action or another reader.",
    },
    Page {
        code: super::CLOSED,
        found: "A step follows `run` or `register`, which end the gear.",
        expected: "Steps first, the action last.",
        place: Place::Gear,
        wrong: "KeysReader().run().count()",
        right: "KeysReader().count().run()",
        fix: "Move the action to the end.",
    },
    Page {
        code: super::SUGAR,
        found: "`values`, `keys`, `records`, `args` or `apply` stands where it cannot stand.",
        expected: "As the first step after a reader that has it: the first three after `KeysReader` and `StreamReader`, the others after `CommandReader`.",
        place: Place::Gear,
        wrong: "KeysReader().map(str).values().run()",
        right: "KeysReader().values().map(str).run()",
        fix: "Move it to the first place, or use `map`.",
    },
    Page {
        code: super::TYPE,
        found: "An argument is written out and has the wrong type.",
        expected: "The type that the message names.",
        place: Place::Gear,
        wrong: r#"KeysReader().register("p*", eventTypes="set")"#,
        right: r#"KeysReader().register("p*", eventTypes=["set"])"#,
        fix: "Write a value of that type. A text where a list is needed would be taken letter by letter.",
    },
    Page {
        code: super::RANGE,
        found: "An argument is too small, or matches nothing.",
        expected: "The range that the message names.",
        place: Place::Gear,
        wrong: r#"StreamReader().register("s*", batch=0)"#,
        right: r#"StreamReader().register("s*", batch=1)"#,
        fix: "Write a value in that range, or leave the argument out.",
    },
    Page {
        code: super::CHOICE,
        found: "A text is not one of the choices.",
        expected: "The choices that the message lists.",
        place: Place::Gear,
        wrong: r#"KeysReader().register("p*", mode="synchronous")"#,
        right: r#"KeysReader().register("p*", mode="sync")"#,
        fix: "Take one of the choices.",
    },
    Page {
        code: super::TOGETHER,
        found: "Arguments are given together that exclude each other.",
        expected: "One of them.",
        place: Place::Gear,
        wrong: r#"StreamReader().register("s*", mode="sync", onFailedPolicy="retry")"#,
        right: r#"StreamReader().register("s*", mode="async", onFailedPolicy="retry")"#,
        fix: "Leave one of them out, as the help line says.",
    },
    Page {
        code: super::COROUTINE,
        found: "A coroutine or a `gearsFuture` comes from a callback that the server does not await.",
        expected: "Callbacks of `map`, `flatmap`, `filter`, `foreach` and of aggregations may be asynchronous; extractors, batch reducers and others may not.",
        place: Place::Gear,
        wrong: "async def key(record):
    return record
KeysReader().groupby(key).run()",
        right: "async def key(record):
    return record
KeysReader().map(key).groupby().run()",
        fix: "Await in a `map` before the step, and use the result.",
    },
    Page {
        code: super::NO_EVENT,
        found: "`eventTypes` has a name that is no event of Redis, so it never comes.",
        expected: "Names of key notifications. They are often, and not always, the names of commands: `HMSET` raises `hset`, reading raises nothing.",
        place: Place::Gear,
        wrong: r#"KeysReader().register("p*", eventTypes=["hmset"])"#,
        right: r#"KeysReader().register("p*", eventTypes=["hset"])"#,
        fix: "Take the event that the help line names. For an event of a module, allow the warning.",
    },
    Page {
        code: super::PATTERN_PREFIX,
        found: "The prefix of a registration has a wild card that stands for itself.",
        expected: "A literal text, with a `*` at its end for any continuation. (The pattern of `run` is a real pattern.)",
        place: Place::Gear,
        wrong: r#"KeysReader().register("user:?")"#,
        right: r#"KeysReader().register("user:*")"#,
        fix: "Register the literal prefix and filter the records by their keys.",
    },
    Page {
        code: super::IGNORED_PATTERN,
        found: "The reader has a pattern, and `register` does not use it: it has a prefix of its own, which is `*` when it is not given.",
        expected: "The prefix as an argument of `register`.",
        place: Place::Gear,
        wrong: r#"KeysReader("user:*").register()"#,
        right: r#"KeysReader().register("user:*")"#,
        fix: "Move the pattern to `register`.",
    },
    Page {
        code: super::REFUSED_COMMAND,
        found: "A command is called that cannot be used inside of the server: it would wait for another client, or needs a connection.",
        expected: "A command that answers at once.",
        place: Place::Function,
        wrong: "return cmd.blpop(url, 0)",
        right: "return cmd.lpop(url)",
        fix: "Take the command that the help line names.",
    },
    Page {
        code: super::NO_COMMAND,
        found: "`cmd` has no method of this name.",
        expected: "A method of redis-py's client, such as `get`, `hset` or `zadd`.",
        place: Place::Function,
        wrong: "return cmd.hgetal(url)",
        right: "return cmd.hgetall(url)",
        fix: r#"Correct the name. Commands of modules run by `execute("COMMAND", …)`."#,
    },
    Page {
        code: super::COMMAND_CALL,
        found: "A method of `cmd` is called with arguments that it does not take.",
        expected: "The parameters that the help line shows; they are those of redis-py.",
        place: Place::Function,
        wrong: "return cmd.get(key=url)",
        right: "return cmd.get(url)",
        fix: "Write the call as the help line shows it.",
    },
    Page {
        code: super::REQUIREMENT,
        found: "A requirement is not what pip understands (PEP 508).",
        expected: r#"A name, perhaps extras, versions and a marker: `requests[socks] >= 2.8, < 3 ; python_version >= "3.7"`."#,
        place: Place::Gear,
        wrong: r#"KeysReader().map(str, requirements=["requests => 2"]).run()"#,
        right: r#"KeysReader().map(str, requirements=["requests >= 2"]).run()"#,
        fix: "Correct it at the column that the message names.",
    },
    Page {
        code: super::REFORMATTED,
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
