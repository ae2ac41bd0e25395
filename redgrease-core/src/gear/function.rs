//! A plan with its reader and its end in its type, so that what cannot be done does not compile.

use std::fmt;
use std::marker::PhantomData;

use super::{Action, Argument, Capture, Code, Operation, Plan, Reader, Step, Text};
use crate::spec::Shared;

/// Which reader a [`GearFunction`] begins with; a type for each.
///
/// Sealed: the readers are those of the server.
pub mod readers {
    use super::sealed;
    use crate::gear::Reader;

    /// A reader as a type.
    ///
    /// Sealed: the readers are those of the server.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::gear::Reader;
    /// use redgrease::KeysReader;
    /// use redgrease::gear::function::readers::ReaderType;
    ///
    /// assert_eq!(KeysReader::READER, Reader::Keys);
    /// ```
    pub trait ReaderType: sealed::Sealed {
        /// The reader as a value.
        const READER: Reader;
    }

    macro_rules! readers {
        ($($(#[$doc:meta])* $name:ident => $reader:ident,)*) => { $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}

            impl sealed::Sealed for $name {}

            impl ReaderType for $name {
                const READER: Reader = Reader::$reader;
            }
        )* };
    }

    readers! {
        /// Keys and values of the database; key events when registered.
        KeysReader => Keys,
        /// Key names only.
        KeysOnlyReader => KeysOnly,
        /// Entries of streams.
        StreamReader => Stream,
        /// What a Python generator yields.
        PythonReader => Python,
        /// One record for each shard.
        ShardsIDReader => ShardsId,
        /// Arguments of `RG.TRIGGER`.
        CommandReader => Command,
    }
}

/// How a [`GearFunction`] ends; a type for each.
pub mod ends {
    use super::sealed;
    use crate::gear::Action;

    /// An end as a type.
    ///
    /// Sealed: a gear is open, or it runs, or it is registered.
    pub trait End: sealed::Sealed {
        /// The end in words.
        #[doc(hidden)]
        const WANTED: &'static str;

        /// Whether a plan with this action ends so.
        #[doc(hidden)]
        fn ends(action: Option<&Action>) -> bool;
    }

    macro_rules! ends {
        ($($(#[$doc:meta])* $name:ident: |$action:ident| $ends:expr, $wanted:literal;)*) => { $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}

            impl sealed::Sealed for $name {}

            impl End for $name {
                const WANTED: &'static str = $wanted;

                fn ends($action: Option<&Action>) -> bool {
                    $ends
                }
            }
        )* };
    }

    ends! {
        /// Not ended: more steps can follow, and it cannot be sent.
        Open: |action| action.is_none(), "no `.run(…)` and no `.register(…)`";
        /// Ended with `.run(…)`: it is sent, runs once and gives results.
        Run: |action| matches!(action, Some(Action::Run(_))), "`.run(…)`";
        /// Ended with `.register(…)`: it is sent and runs at every event.
        Register: |action| matches!(action, Some(Action::Register(_))), "`.register(…)`";
    }

    /// Ended with `.run(…)`, with the type that the results become.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::KeysReader;
    ///
    /// let gear = KeysReader::new("person:*").count().run().results::<Option<i64>>();
    /// let untyped = gear.untyped();
    /// # let _ = untyped;
    /// ```
    #[derive(Debug, Clone, Copy)]
    pub struct RunAs<T>(std::marker::PhantomData<fn() -> T>);

    impl<T> sealed::Sealed for RunAs<T> {}

    impl<T> End for RunAs<T> {
        const WANTED: &'static str = Run::WANTED;

        fn ends(action: Option<&Action>) -> bool {
            Run::ends(action)
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

use ends::{End, Run, RunAs};
use readers::ReaderType;

/// A gear: what `gear!` and the builder give. `R` is its reader, `E` how it ends.
///
/// A gear that ends in `.run(…)` is sent with `.on(&mut con)` and gives results; one that ends in
/// `.register(…)` is sent with `.on(&mut con)` and stays on the server; an open one is only a
/// part of others.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::{GearFunction, KeysReader};
/// use redgrease::ends::Run;
/// use redgrease::spec::Encoding;
///
/// let gear: GearFunction<KeysReader, Run> = KeysReader::new("person:*").count().run();
/// assert!(gear.script(Encoding::Int).text().contains("person:*"));
/// ```
#[must_use = "a gear does nothing until it is sent to a server with `.on(&mut con)`"]
pub struct GearFunction<R, E> {
    plan: Plan,
    types: PhantomData<fn() -> (R, E)>,
}

impl<R, E> Clone for GearFunction<R, E> {
    fn clone(&self) -> Self {
        Self {
            plan: self.plan.clone(),
            types: PhantomData,
        }
    }
}

impl<R, E> fmt::Debug for GearFunction<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GearFunction").field(&self.plan).finish()
    }
}

impl<R: ReaderType, E: End> GearFunction<R, E> {
    /// Whoever calls this knows that the types say what the plan says.
    pub(crate) fn from_plan(plan: Plan) -> Self {
        debug_assert_eq!(plan.reader, R::READER, "the type names the plan's reader");
        Self {
            plan,
            types: PhantomData,
        }
    }

    /// The gear as data.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The gear as data, by value.
    pub fn into_plan(self) -> Plan {
        self.plan
    }

    /// Adds Python packages that the gear needs on the server, as pip requirement specifiers.
    pub fn requirements<I, T>(mut self, requirements: I) -> Self
    where
        I: IntoIterator<Item = T>,
        T: Into<Text>,
    {
        self.plan
            .requirements
            .extend(requirements.into_iter().map(Into::into));
        self
    }
}

impl<R: ReaderType> GearFunction<R, Run> {
    /// The same gear with the type that its results become, so that `.on(&mut con)` needs no
    /// annotation.
    pub fn results<T>(self) -> GearFunction<R, RunAs<T>> {
        GearFunction::from_plan(self.plan)
    }
}

impl<R: ReaderType, T> GearFunction<R, RunAs<T>> {
    /// The same gear without the type of its results.
    pub fn untyped(self) -> GearFunction<R, Run> {
        GearFunction::from_plan(self.plan)
    }
}

/// A [`Plan`] as a constant: what the macros leave in a program.
///
/// Not for use by hand: it changes with the macros.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct StaticPlan {
    pub file: &'static str,
    pub prelude: &'static [StaticCode],
    pub reader_arguments: &'static [StaticArgument],
    pub steps: &'static [(Operation, &'static [StaticArgument])],
    pub action: StaticAction,
    pub requirements: &'static [&'static str],
    pub uses: &'static [&'static str],
    pub cmd_methods: &'static [&'static str],
    pub shared: &'static [Shared],
}

/// Python text and the line of the Rust file on which it begins.
#[doc(hidden)]
pub type StaticCode = (&'static str, u32);

/// Keyword, expression, and whether it is known to be a function.
#[doc(hidden)]
pub type StaticArgument = (Option<&'static str>, StaticCode, bool);

#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum StaticAction {
    Open,
    Run(&'static [StaticArgument]),
    Register(&'static [StaticArgument]),
}

impl StaticPlan {
    /// The gear with the values that it captured.
    pub fn gear<R: ReaderType, E: End>(&self, captures: Vec<Capture>) -> GearFunction<R, E> {
        GearFunction::from_plan(self.plan(R::READER, captures))
    }

    fn plan(&self, reader: Reader, captures: Vec<Capture>) -> Plan {
        let texts = |list: &'static [&'static str]| list.iter().map(|text| Text::Borrowed(text));
        Plan {
            prelude: self.prelude.iter().map(|code| self.code(*code)).collect(),
            captures,
            reader,
            reader_arguments: self.arguments(self.reader_arguments),
            steps: self
                .steps
                .iter()
                .map(|(operation, arguments)| Step {
                    operation: *operation,
                    arguments: self.arguments(arguments),
                })
                .collect(),
            action: match self.action {
                StaticAction::Open => None,
                StaticAction::Run(arguments) => Some(Action::Run(self.arguments(arguments))),
                StaticAction::Register(arguments) => {
                    Some(Action::Register(self.arguments(arguments)))
                }
            },
            requirements: texts(self.requirements).collect(),
            uses: texts(self.uses).collect(),
            cmd_methods: texts(self.cmd_methods).collect(),
            shared: self.shared.to_vec(),
        }
    }

    fn code(&self, (text, line): StaticCode) -> Code {
        Code {
            text: Text::Borrowed(text),
            file: Text::Borrowed(self.file),
            line,
        }
    }

    fn arguments(&self, arguments: &'static [StaticArgument]) -> Vec<Argument> {
        arguments
            .iter()
            .map(|(keyword, value, function)| Argument {
                keyword: keyword.map(Text::Borrowed),
                value: self.code(*value),
                function: *function,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: StaticPlan = StaticPlan {
        file: "src/main.rs",
        prelude: &[("import re", 3)],
        reader_arguments: &[(None, ("_pattern", 4), false)],
        steps: &[(Operation::Map, &[(Some("f"), ("lambda x: x", 5), true)])],
        action: StaticAction::Run(&[]),
        requirements: &["numpy"],
        uses: &["cmd"],
        cmd_methods: &["get"],
        shared: &[],
    };

    #[test]
    fn a_constant_becomes_a_plan_with_its_captures() {
        let capture = Capture {
            name: Text::Borrowed("_pattern"),
            literal: Text::Borrowed("'doc:*'"),
        };
        let gear: GearFunction<readers::KeysReader, Run> = PLAN.gear(vec![capture]);
        let gear = gear.requirements(["requests"]);
        let plan = gear.plan();
        assert_eq!(plan.reader, Reader::Keys);
        assert_eq!(plan.prelude[0].file, "src/main.rs");
        assert_eq!(plan.steps[0].operation, Operation::Map);
        assert_eq!(plan.steps[0].arguments[0].value.line, 5);
        assert!(plan.steps[0].arguments[0].function);
        assert_eq!(plan.action, Some(Action::Run(Vec::new())));
        assert_eq!(plan.requirements, ["numpy", "requests"]);
        assert_eq!(plan.captures[0].literal, "'doc:*'");
    }
}
