//! What the server's own builder takes besides what is meant to be given.

use super::Checker;
use super::chain::given;
use crate::gear::arguments::Literal;
use crate::gear::table::{Kind, Parameter, READERS, ReaderEntry};
use crate::gear::{Reader, value};
use crate::messages;
use crate::python::{ast, range};

impl Checker<'_> {
    /// What a builder is made with is what `run` without an argument reads.
    pub(super) fn default_value(
        &mut self,
        entry: &ReaderEntry,
        root: &ast::Expr,
        run: &ast::ExprCall,
    ) {
        let ast::Expr::Call(builder) = root else {
            return;
        };
        let used = run.args.first().is_none_or(is_nothing)
            && run.keywords.iter().all(|keyword| keyword.arg.is_some());
        if !self.native || !used {
            return;
        }
        let named = given(builder).into_iter().enumerate();
        let mut default = named.filter(|(index, argument)| match argument.keyword {
            Some(name) => name == "defaultArg",
            None => *index == 1,
        });
        let Some((_, default)) = default.next() else {
            return;
        };
        let at = range(default.value);
        let Some(found) = value::literal(default.value) else {
            return;
        };
        let of = "the builder";
        match (entry.reader, &found) {
            (Reader::Keys | Reader::Stream, Literal::Text(_)) => {}
            (Reader::Keys | Reader::Stream, other) => {
                let found = messages::wrong_type(of, "defaultArg", "a text", other.in_words(), at);
                self.out.push(found);
            }
            (Reader::Python, _) => {
                let found = messages::not_callable(of, "defaultArg", "lambda: …", at);
                self.out.push(found);
            }
            _ => {}
        }
    }
}

/// The value that the server's own builder takes a literal for.
pub(super) fn as_taken(literal: Literal, parameter: &Parameter) -> Literal {
    let truth = matches!(parameter.name, "reverse" | "collect" | "convertToStr");
    match (parameter.kind, literal) {
        (Kind::Bool, Literal::Int(_)) if truth => Literal::Bool(true),
        (Kind::Int(_), Literal::Bool(value)) => Literal::Int(Some(value.into())),
        // it goes into a command as it is
        (Kind::Int(_), Literal::Text(text)) if parameter.name == "count" => match text.parse() {
            Ok(number) => Literal::Int(Some(number)),
            Err(_) => Literal::Text(text),
        },
        // what is below nothing is nothing, or no limit
        (Kind::Int(0), Literal::Int(Some(number))) => Literal::Int(Some(number.max(0))),
        (_, other) => other,
    }
}

/// Whether the server's own builder takes a value, although it is not what is meant to be given.
pub(super) fn passes(literal: &Literal, parameter: &Parameter) -> bool {
    match parameter.kind {
        Kind::NoPrefix => true,
        Kind::Bool => matches!(parameter.name, "collect" | "convertToStr"),
        // the reader's own pattern is there in its place
        Kind::Glob | Kind::Text if parameter.name == "arg" => may_be_false(literal),
        // what has elements, and what has none
        Kind::Events => match literal {
            Literal::Text(_) | Literal::Dict => true,
            Literal::Sequence(_, elements) => elements.is_empty(),
            _ => false,
        },
        Kind::Choices(_) => match literal {
            Literal::Dict => true,
            Literal::Text(text) => text.is_empty(),
            Literal::Sequence(_, elements) => elements.is_empty(),
            _ => false,
        },
        Kind::Texts => *literal == Literal::Dict,
        _ => false,
    }
}

/// Whether an argument certainly says nothing, so that what the reader was made with counts.
pub(super) fn is_nothing(value: &ast::Expr) -> bool {
    value::literal(value).is_some_and(|literal| may_be_false(&literal))
}

/// Whether Python may take a value for false.
fn may_be_false(literal: &Literal) -> bool {
    match literal {
        Literal::Text(text) => text.is_empty(),
        Literal::Bytes | Literal::Float | Literal::Dict | Literal::None => true,
        Literal::Int(number) => *number == Some(0),
        Literal::Bool(value) => !value,
        Literal::Sequence(_, elements) => elements.is_empty(),
        Literal::Ellipsis => false,
    }
}

/// Whether these are the arguments of a function in Python, which takes no others: that of KeysOnlyReader.
pub(super) fn is_function(parameters: &[Parameter]) -> bool {
    parameters.iter().any(|one| one.name == "patternGenerator")
}

/// Whether it is an argument of other readers, and not a slip of the pen: a script may give the same
/// arguments to all.
pub(super) fn is_of_others(name: &str) -> bool {
    let actions = READERS.iter().flat_map(|entry| [entry.run, entry.register]);
    let mut all = actions.flatten().flatten();
    name == "onUnregistered" || all.any(|one| one.name == name)
}
