//! What generated scripts put around functions: arguments decoded, results encoded, records made. Known by its very text.

use std::ops::Range;
use std::sync::Arc;

use super::scope::Named;
use super::{Compiler, Refusal, Scope};
use crate::helpers;
use crate::native::script::{Body, Found};
use crate::native::tree::{Code, Encode, Encoder, Expr as Made, Glued, Stmt, StmtKind};
use crate::python::ast::{self, Expr, Stmt as Statement};
use crate::python::range;
use crate::spec::{Arity, Decode};

/// The functions that encode results, by the names of their texts, and what they want as they say it.
const ENCODERS: &[(&str, Encoder)] = &[
    ("encode_text", Encoder::Text),
    ("encode_bytes", Encoder::Bytes),
    ("encode_mark", Encoder::Mark),
    ("encode_int", Encoder::Int),
    ("encode_float", Encoder::Float),
    ("encode_bool", Encoder::Bool),
    ("encode_pickle", Encoder::Pickle),
    ("encode_json", Encoder::Json),
];

const DECODERS: &[(&str, &str, Decode)] = &[
    ("_rg_text", "decode_text", Decode::Str),
    ("_rg_bytes", "decode_bytes", Decode::Bytes),
    ("_rg_int", "decode_int", Decode::Int),
    ("_rg_float", "decode_float", Decode::Float),
    ("_rg_bool", "decode_bool", Decode::Bool),
];

/// How the arguments of a function are decoded, and what they are.
pub(super) struct Decoding {
    pub(super) decoders: Vec<(Decode, Arity)>,
    pub(super) arguments: Made,
}

impl<'s> Compiler<'s> {
    /// The text of a function as it stands in the script.
    pub(super) fn text_of(&self, found: &Found<'_>) -> &'s str {
        let end = match found.body {
            Body::Statements(body) => body.last().map_or(found.start, |last| range(last).end),
            Body::Expression(value) => range(value).end,
        };
        self.script.text.get(found.start..end).unwrap_or_default()
    }

    fn is_helper(&self, found: &Found<'_>, helper: &str) -> bool {
        helpers::text_of(helper).is_some_and(|text| text.trim_end() == self.text_of(found))
    }

    /// The function that a global name stands for, and nothing else can.
    fn only(&self, name: &str) -> Option<Found<'s>> {
        if self.script.times_bound(name) != 1 {
            return None;
        }
        let mut all = self.functions.iter().filter(|one| one.name == name);
        all.next().filter(|one| one.outer.is_none()).copied()
    }

    /// Whether a global name stands for a helper.
    fn names_helper(&self, name: &str, helper: &str) -> Option<Found<'s>> {
        self.only(name)
            .filter(|found| self.is_helper(found, helper))
    }

    /// The code of a helper, if a function is one.
    pub(super) fn helper(
        &mut self,
        found: &Found<'s>,
        effect: bool,
        at: &Range<usize>,
    ) -> Result<Option<Code>, Refusal> {
        let code = self.helper_code(found);
        let is_partial = |code: &Code| {
            code.body.iter().any(|one| match &one.kind {
                StmtKind::Return(Some(Made::Glued(glued))) => matches!(
                    &**glued,
                    Glued::Encode(Encode {
                        encoder: Encoder::Json,
                        ..
                    }) | Glued::Signed
                ),
                _ => false,
            })
        };
        if effect && code.as_ref().is_some_and(is_partial) {
            return Err(Refusal::new("after an effect, JSON", "", at.clone()));
        }
        Ok(code)
    }

    fn helper_code(&mut self, found: &Found<'s>) -> Option<Code> {
        let Body::Statements(body) = found.body else {
            return None;
        };
        let line = |statement: &Statement| self.script.line(range(statement).start);
        let last = body.last().map(line)?;
        let (glued, line, parameters) = if self.is_helper(found, "signed") {
            (Glued::Signed, last, 3)
        } else {
            let (name, encoder) = ENCODERS
                .iter()
                .find(|(name, _)| self.is_helper(found, name))?;
            // What it calls.
            for helper in helpers::needs(name) {
                self.names_helper(&format!("_rg_{helper}"), helper)?;
            }
            let encode = Encode {
                encoder: *encoder,
                subject: self.subject()?,
                wrong: self.only("_rg_wrong").map_or(0, |wrong| match wrong.body {
                    Body::Statements(body) => body.last().map_or(0, line),
                    Body::Expression(_) => 0,
                }),
                // A value that is wrong is told so in the last line, one that is not is encoded before it.
                encodes: body.len().checked_sub(2).map_or(last, |at| line(&body[at])),
            };
            self.seen.bytes = true;
            (Glued::Encode(encode), last, 1)
        };
        Some(Code {
            name: found.name.into(),
            slots: parameters,
            parameters,
            defaults: vec![None; parameters],
            body: vec![Stmt {
                line,
                kind: StmtKind::Return(Some(Made::Glued(Box::new(glued)))),
            }],
        })
    }

    /// Whose results are encoded.
    fn subject(&self) -> Option<Arc<str>> {
        if self.script.times_bound("_rg_subject") != 1 {
            return Some("".into());
        }
        self.script
            .body
            .iter()
            .find_map(|statement| match statement {
                Statement::Assign(s) => match (s.targets.as_slice(), &*s.value) {
                    ([Expr::Name(name)], Expr::Constant(e))
                        if name.id.as_str() == "_rg_subject" =>
                    {
                        match &e.value {
                            ast::Constant::Str(text) => Some(text.as_str().into()),
                            _ => None,
                        }
                    }
                    _ => None,
                },
                _ => None,
            })
    }

    /// What the arguments of a command are decoded with.
    fn parameters(&self, name: &str) -> Option<Vec<(Decode, Arity)>> {
        if self.script.times_bound(name) != 1 {
            return None;
        }
        let list = self
            .script
            .body
            .iter()
            .find_map(|statement| match statement {
                Statement::Assign(s) => match (s.targets.as_slice(), &*s.value) {
                    ([Expr::Name(target)], Expr::List(list)) if target.id.as_str() == name => {
                        Some(&list.elts)
                    }
                    _ => None,
                },
                _ => None,
            })?;
        list.iter()
            .map(|one| {
                let Expr::Tuple(parts) = one else { return None };
                let [_, _, Expr::Name(decode), Expr::Constant(arity)] = parts.elts.as_slice()
                else {
                    return None;
                };
                let (name, helper, decoder) = DECODERS
                    .iter()
                    .find(|(name, _, _)| *name == decode.id.as_str())?;
                self.names_helper(name, helper)?;
                let arity = match &arity.value {
                    ast::Constant::Str(text) => match text.as_str() {
                        "required" => Arity::Required,
                        "optional" => Arity::Optional,
                        "variadic" => Arity::Variadic,
                        _ => return None,
                    },
                    _ => return None,
                };
                Some((*decoder, arity))
            })
            .collect()
    }
}

impl<'s> Scope<'_, 's> {
    /// `function(*_rg_arguments('…', _rg_parameters, arguments))`: how the arguments are decoded, and what they are.
    pub(super) fn decoded(
        &mut self,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Option<Decoding>, Refusal> {
        let ([Expr::Starred(starred)], []) = (call.args.as_slice(), call.keywords.as_slice())
        else {
            return Ok(None);
        };
        let Expr::Call(inner) = &*starred.value else {
            return Ok(None);
        };
        let (Expr::Name(function), [_, Expr::Name(list), arguments], []) = (
            &*inner.func,
            inner.args.as_slice(),
            inner.keywords.as_slice(),
        ) else {
            return Ok(None);
        };
        let compiler = &self.compiler;
        let known = compiler.names_helper(&function.id, "arguments");
        if function.id.as_str() != "_rg_arguments" || known.is_none() {
            return Ok(None);
        }
        let Some(decoders) = compiler.parameters(&list.id) else {
            return Err(Refusal::new(
                "arguments that are decoded in this way",
                "",
                at.clone(),
            ));
        };
        self.may_give_back("after an effect, decoding arguments", "", at.clone())?;
        if decoders
            .iter()
            .any(|(decoder, _)| *decoder == Decode::Bytes)
        {
            self.makes_bytes();
        }
        Ok(Some(Decoding {
            decoders,
            arguments: self.expression(arguments)?,
        }))
    }

    /// `Record(**record)`: the class of the redgrease that wrote the script.
    pub(super) fn record(
        &mut self,
        name: &str,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Option<Made>, Refusal> {
        let ([], [keyword]) = (call.args.as_slice(), call.keywords.as_slice()) else {
            return Ok(None);
        };
        if keyword.arg.is_some() || !self.is_record_class(name) {
            return Ok(None);
        }
        let is_read = self.compiler.read
            && self.is_first
            && matches!(&keyword.value, Expr::Name(name) if self.slot(&name.id) == Some(0));
        if !is_read {
            self.may_give_back("after an effect, a record", "", at.clone())?;
        }
        let fields = self.expression(&keyword.value)?;
        Ok(Some(Made::Glued(Box::new(Glued::Record {
            fields,
            is_entry: name == "StreamRecord",
            line: self.raising_line(name),
        }))))
    }

    /// The line on which the class refuses a record without a key.
    fn raising_line(&self, name: &str) -> u32 {
        let script = self.compiler.script;
        let line = script.body.iter().find_map(|statement| match statement {
            Statement::ClassDef(s) if s.name.as_str() == name => match s.body.first()? {
                Statement::FunctionDef(init) => match init.body.first()? {
                    Statement::If(s) => Some(script.line(range(s.body.first()?).start)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        });
        line.unwrap_or(0)
    }

    fn is_record_class(&self, name: &str) -> bool {
        if !matches!(name, "Record" | "StreamRecord") || !matches!(self.named(name), Named::Unknown)
        {
            return false;
        }
        let script = self.compiler.script;
        if script.is_body {
            return true;
        }
        let class = script.body.iter().find_map(|statement| match statement {
            Statement::ClassDef(s) if s.name.as_str() == name => Some(range(s)),
            _ => None,
        });
        script.times_bound(name) == 1
            && class.is_some_and(|class| {
                script.text.get(class) == helpers::text_of(name).map(str::trim_end)
            })
    }

    /// The field of a record: `record.key`, where `record` is one for certain.
    pub(super) fn record_field(&self, value: &Expr, field: &str) -> Option<Made> {
        let Expr::Name(name) = value else { return None };
        let Named::Local(slot, true) = self.named(&name.id) else {
            return None;
        };
        if !self.records.contains(&slot)
            || !matches!(field, "key" | "value" | "type" | "event" | "id")
        {
            return None;
        }
        Some(Made::Field(Box::new(Made::Local(slot)), field.into()))
    }
}

/// Whether an expression makes a record.
pub(super) fn is_record(made: &Made) -> bool {
    match made {
        Made::Glued(glued) => matches!(**glued, Glued::Record { .. }),
        Made::At(_, inner) => is_record(inner),
        _ => false,
    }
}
