//! One row of the command table: what a `cmd` method is called, takes, sends and gives back.

use std::fmt;

use super::signature::Signature;

/// A method of `cmd`, the server-side client of a Python body.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Entry {
    /// The method's name, as in redis-py's client.
    pub name: &'static str,
    /// What the method takes.
    pub signature: Signature,
    /// The words of the Redis command that it runs, such as `CONFIG GET`.
    ///
    /// Empty where the name is refused and no command of Redis stands behind it.
    pub command: &'static str,
    /// What becomes of the server's reply.
    pub reply: Reply,
    /// The first Redis version that has the command, where 6.0 has not.
    pub since: Option<&'static str>,
    /// Why the method cannot be used in a server-side body, and what to use there.
    pub refused: Option<Refusal>,
    /// A parameter that redis-py has and a server-side body must not give.
    pub refused_parameter: Option<(&'static str, Refusal)>,
    /// Where it deliberately differs from redis-py.
    pub note: Option<&'static str>,
    pub(super) python: Python,
}

/// What becomes of the server's reply before the Python body sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The Python value, in words: `bool`, `list of (member, score)`.
    pub value: &'static str,
    /// The Python expression, with `@` in the place of the call.
    pub(super) python: &'static str,
}

/// Why a name of redis-py's client is no method of `cmd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The reason, as the end of a sentence: "it waits for another client".
    pub reason: &'static str,
    /// The next step, as an imperative: "use `lpop`, which answers at once".
    pub instead: &'static str,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.reason, self.instead)
    }
}

/// Where the Python text of a method comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Python {
    /// The arguments are the parameters, in their order.
    Parameters,
    /// The arguments, as Python source. `$` stands for the class's own prefix.
    Arguments(&'static str),
    /// The body of the method, as Python source. `$` stands for the class's own prefix.
    Body(&'static str),
}

/// A method that sends its parameters, in their order, and returns the reply as it is.
pub(super) const fn entry(
    name: &'static str,
    parameters: &'static str,
    command: &'static str,
) -> Entry {
    Entry {
        name,
        signature: Signature(parameters),
        command,
        reply: Reply::VALUE,
        since: None,
        refused: None,
        refused_parameter: None,
        note: None,
        python: Python::Parameters,
    }
}

/// A name of redis-py's client that no server-side body can use.
pub(super) const fn refused(name: &'static str, command: &'static str, why: Refusal) -> Entry {
    let mut entry = entry(name, "*args, **kwargs", command);
    entry.refused = Some(why);
    entry
}

/// A reason and a next step.
pub(super) const fn because(reason: &'static str, instead: &'static str) -> Refusal {
    Refusal { reason, instead }
}

impl Entry {
    pub(super) const fn sends(mut self, arguments: &'static str) -> Self {
        self.python = Python::Arguments(arguments);
        self
    }

    pub(super) const fn body(mut self, body: &'static str) -> Self {
        self.python = Python::Body(body);
        self
    }

    pub(super) const fn gives(mut self, reply: Reply) -> Self {
        self.reply = reply;
        self
    }

    pub(super) const fn since(mut self, version: &'static str) -> Self {
        self.since = Some(version);
        self
    }

    pub(super) const fn without(mut self, parameter: &'static str, why: Refusal) -> Self {
        self.refused_parameter = Some((parameter, why));
        self
    }

    pub(super) const fn differs(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }
}

impl Reply {
    pub(super) const fn new(value: &'static str, python: &'static str) -> Self {
        Self { value, python }
    }

    pub(super) const VALUE: Self = Self::new("as Redis replies", "@");
    pub(super) const INT: Self = Self::new("int", "@");
    pub(super) const INT_OR_NONE: Self = Self::new("int or None", "@");
    pub(super) const STR: Self = Self::new("str", "@");
    pub(super) const STR_OR_NONE: Self = Self::new("str or None", "@");
    pub(super) const LIST: Self = Self::new("list", "@");
    pub(super) const LIST_OR_NONE: Self = Self::new("list or None", "@");
    pub(super) const COUNTED: Self = Self::new("str or None; with a count list", "@");
    pub(super) const BOOL: Self = Self::new("bool", "bool(@)");
    pub(super) const OK: Self = Self::new("bool", "@ == \"OK\"");
    pub(super) const OK_OR_COUNT: Self = Self::new("bool, or int with a filter", "$ok_or_count(@)");
    pub(super) const FLOAT: Self = Self::new("float", "float(@)");
    pub(super) const FLOAT_OR_NONE: Self = Self::new("float or None", "$float(@)");
    pub(super) const FLOATS: Self = Self::new("list of float or None", "[$float(r) for r in @]");
    pub(super) const BOOLS: Self = Self::new("list of bool", "[bool(r) for r in @]");
    pub(super) const BYTES: Self = Self::new("bytes or None", "$bytes(@)");
    pub(super) const SET: Self = Self::new("set", "set(@ or ())");
    pub(super) const DICT: Self = Self::new("dict", "$dict(@)");
    pub(super) const DICTS: Self = Self::new("list of dict", "[$dict(r) for r in @]");
    pub(super) const PAIRS: Self = Self::new("list of pairs", "$pairs(@)");
    pub(super) const ENTRIES: Self = Self::new("list of (id, dict)", "$entries(@)");
    pub(super) const STREAMS: Self = Self::new(
        "list of [stream, list of (id, dict)]",
        "[[s, $entries(r)] for s, r in @ or ()]",
    );
    pub(super) const SCORED: Self = Self::new(
        "list; with withscores=True list of (member, score)",
        "$scored(@, withscores)",
    );
    pub(super) const SCORED_CAST: Self = Self::new(
        "list; with withscores=True list of (member, score)",
        "$scored(@, withscores, score_cast_func)",
    );
    pub(super) const RANK: Self = Self::new(
        "int or None; with withscore=True [int, score]",
        "$ranked(@, withscore, score_cast_func)",
    );
    pub(super) const POPPED: Self = Self::new("list of (member, score)", "$scored(@, True)");
}
