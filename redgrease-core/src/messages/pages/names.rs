//! Names: RG02xx.

use super::{Page, Place};
use crate::messages;

pub(super) const PAGES: &[Page] = &[
    Page {
        code: messages::UNDEFINED,
        found: "A name is used that nothing defines.",
        expected: "A parameter, a local name, an import, a builtin of Python, or a name of the server: `cmd`, `execute`, `atomic`, `log`, `hashtag`, `hashtag3`, `configGet`, `gearsConfigGet`, `gearsFuture`, `Record`, `redgrease`, `GearsBuilder`, … Nothing is said about code that never runs (`if False:`) or is ready for it (`except NameError`); in a function that nothing calls, and under `except Exception`, it is a warning.",
        place: Place::Function,
        wrong: "return urll",
        right: "return url",
        fix: "Correct the name, import it in the body, or bring the value in: as a parameter of a function, as a capture (`'name`) in `gear!`.",
    },
    Page {
        code: messages::NO_ATTRIBUTE,
        found: "Something of `redgrease` is used that does not exist inside of the server.",
        expected: "What server-side functions need: `redgrease.cmd`, `redgrease.log`, `redgrease.utils`, …; not the client.",
        place: Place::Function,
        wrong: "return redgrease.hashtag4()",
        right: "return redgrease.hashtag3()",
        fix: "Correct the name. Clients, connections and readers belong to the Rust side.",
    },
    Page {
        code: messages::UNUSED,
        found: "A name is bound and never read.",
        expected: "Every name is used, or begins with an underscore.",
        place: Place::Function,
        wrong: "result = cmd.get(url)",
        right: "cmd.get(url)",
        fix: "Remove it, use it, or call it `_name` when it is meant.",
    },
    Page {
        code: messages::SHADOWED,
        found: "A value has the name of a builtin of Python or of a function of the server, and is called like that.",
        expected: "Another name for the value, so that the builtin can be called.",
        place: Place::Function,
        wrong: "hash = execute('GET', url)
return hash(hash)",
        right: "text = execute('GET', url)
return hash(text)",
        fix: "Rename it.",
    },
    Page {
        code: messages::IMPORT,
        found: "A module is imported that no Python has of its own, and the function or script requires no package; or a function without requirements uses a `python_module!` that imports one.",
        expected: "A module of the standard library, of the server, or of a package that is required.",
        place: Place::Function,
        wrong: "import numpy
return numpy.mean([len(url)])",
        right: "import statistics
return statistics.mean([len(url)])",
        fix: "Name the package in `requirements`, or take what Python has.",
    },
];
