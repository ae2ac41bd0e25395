//! Names: RG02xx.

use super::{Page, Place};
use crate::messages;

pub(super) const PAGES: &[Page] = &[
    Page {
        code: messages::UNDEFINED,
        found: "A name is used that nothing defines.",
        expected: "A parameter, a local name, an import, a builtin of Python, or a name of the server: `cmd`, `execute`, `atomic`, `log`, `hashtag`, `hashtag3`, `configGet`, `gearsConfigGet`, `gearsFuture`, `Record`, `redgrease`, `GearsBuilder`, …",
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
        found: "A name hides a builtin of Python or a name of the server.",
        expected: "Other names, so that the builtin can still be used.",
        place: Place::Function,
        wrong: "list = [url]
return list",
        right: "found = [url]
return found",
        fix: "Rename it.",
    },
];
