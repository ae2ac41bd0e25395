//! Syntax: RG01xx.

use super::{Page, Place};
use crate::messages;

pub(super) const PAGES: &[Page] = &[
    Page {
        code: messages::SYNTAX,
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
        code: messages::BRACKET,
        found: "A bracket is opened and never closed, closed and never opened, or closed by another kind.",
        expected: "Every `(`, `[` and `{` has its partner.",
        place: Place::Function,
        wrong: r#"return cmd.mget([url, "other")"#,
        right: r#"return cmd.mget([url, "other"])"#,
        fix: "The message points at the bracket itself, not at the line where Python noticed.",
    },
    Page {
        code: messages::STRING,
        found: "A string literal has no end.",
        expected: "A string in one pair of quotes ends on its line; with three quotes it may go over several.",
        place: Place::Function,
        wrong: r#"return "hello"#,
        right: r#"return "hello""#,
        fix: r#"Close the string. For a line break inside of it, write `\n` or use three quotes."#,
    },
    Page {
        code: messages::INDENTATION,
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
        code: messages::TARGET,
        found: "Something that is no name, attribute or element stands on the left of `=`, after `del` or after `for`.",
        expected: "A name (`x`), an attribute (`x.y`), an element (`x[0]`), or a tuple or list of them.",
        place: Place::Function,
        wrong: "len(url) = 5",
        right: "length = 5
return length",
        fix: "To compare, write `==`. To change a dictionary, assign to its element.",
    },
    Page {
        code: messages::MISPLACED,
        found: "A statement stands where Python's compiler refuses it: `return` outside of a function, `break` outside of a loop, `import *` inside of a function, …",
        expected: "The place that the message names.",
        place: Place::Gear,
        wrong: "return 5
KeysReader().count().run()",
        right: "KeysReader().count().run()",
        fix: "Statements before a gear expression are not inside of a function: nothing can be returned from there.",
    },
    Page {
        code: messages::ASYNC,
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
        code: messages::DECLARATION,
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
        code: messages::TOO_NEW,
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
        code: messages::EMPTY,
        found: "The body has no statement.",
        expected: "At least one statement.",
        place: Place::Function,
        wrong: "# nothing yet",
        right: "pass",
        fix: "Write what the function does, or `pass`.",
    },
    Page {
        code: messages::PARAMETER,
        found: "A parameter of the Rust function has a name that Python does not allow, or two have the same.",
        expected: "A name that is no keyword of Python.",
        place: Place::Parameter,
        wrong: "from",
        right: "from_",
        fix: "Rename the parameter. Names such as `from`, `in`, `is`, `pass`, `class` and `lambda` are keywords in Python and not in Rust.",
    },
    Page {
        code: messages::PATTERN,
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
        code: messages::NO_FUNCTION,
        found: r#"The Python file given with `file = "…"` does not define the function, or defines it with other parameters."#,
        expected: "A `def` with the name of the Rust function and as many parameters. Imports, constants and helper functions may stand around it.",
        place: Place::File,
        wrong: "def other(url):
    return url",
        right: "def f(url):
    return url",
        fix: "Add the function, or give it the name and the parameters of the Rust function.",
    },
];
