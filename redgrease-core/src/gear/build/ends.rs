//! What some readers alone have: their sugar, and the ends of their gears.

use super::{Callable, Only, OpenGear, RegisterOptions, RunOptions, value};
use crate::gear::function::GearFunction;
use crate::gear::function::ends::{Register, Run};
use crate::gear::function::readers::{
    CommandReader, KeysOnlyReader, KeysReader, PythonReader, ShardsIDReader, StreamReader,
};
use crate::gear::{Action, Operation};

macro_rules! sugar {
    ($($reader:ident)*) => { $(
        impl OpenGear<$reader> {
            /// The values of the records.
            pub fn values(self) -> Self {
                self.step(Operation::Values, Vec::new())
            }

            /// The keys of the records.
            pub fn keys(self) -> Self {
                self.step(Operation::Keys, Vec::new())
            }

            /// The records as objects with attributes.
            pub fn records(self) -> Self {
                self.step(Operation::Records, Vec::new())
            }

            /// The values of those records that `only` describes.
            pub fn values_of(self, only: Only) -> Self {
                self.step(Operation::Values, only.into_arguments())
            }

            /// The keys of those records that `only` describes.
            pub fn keys_of(self, only: Only) -> Self {
                self.step(Operation::Keys, only.into_arguments())
            }

            /// Those records that `only` describes, as objects with attributes.
            pub fn records_of(self, only: Only) -> Self {
                self.step(Operation::Records, only.into_arguments())
            }
        }
    )* };
}

sugar!(KeysReader StreamReader);

impl OpenGear<CommandReader> {
    /// The arguments of the command as a list, without its name.
    pub fn args(self) -> Self {
        self.step(Operation::Args, Vec::new())
    }

    /// The first `most` arguments of the command as a list, without its name.
    pub fn args_at_most(self, most: u64) -> Self {
        self.step(Operation::Args, vec![value("max_count", &most)])
    }

    /// Calls `fun` with the `N` arguments of the command: `apply::<2>(py! { lambda a, b: a + b })`.
    pub fn apply<const N: usize>(self, fun: impl Callable<N>) -> Self {
        self.then(Operation::Apply, |plan| {
            vec![fun.into_argument("fun", plan)]
        })
    }
}

macro_rules! runs {
    ($($reader:ident)*) => { $(
        impl OpenGear<$reader> {
            /// Ends the gear: it runs once over what is there.
            pub fn run(self) -> GearFunction<$reader, Run> {
                self.end(Action::Run(Vec::new()))
            }

            /// Ends the gear: it runs once over what is there, as `options` say.
            pub fn run_with(self, options: RunOptions<$reader>) -> GearFunction<$reader, Run> {
                self.end(Action::Run(options.into_arguments()))
            }
        }
    )* };
}

runs!(KeysReader KeysOnlyReader StreamReader ShardsIDReader);

impl OpenGear<PythonReader> {
    /// Ends the gear: it runs once over what `generator` yields.
    pub fn run(self, generator: impl Callable<0>) -> GearFunction<PythonReader, Run> {
        self.run_with(generator, RunOptions::new())
    }

    /// Ends the gear: it runs once over what `generator` yields, as `options` say.
    pub fn run_with(
        self,
        generator: impl Callable<0>,
        options: RunOptions<PythonReader>,
    ) -> GearFunction<PythonReader, Run> {
        self.end_calling("arg", generator, options.into_arguments(), Action::Run)
    }
}

impl OpenGear<KeysOnlyReader> {
    /// Ends the gear: it runs once over the keys that `generator` gives, a list `[pattern, whether
    /// it is the name of one key]` on each shard, as `options` say.
    pub fn run_generated(
        self,
        generator: impl Callable<0>,
        options: RunOptions<KeysOnlyReader>,
    ) -> GearFunction<KeysOnlyReader, Run> {
        self.end_calling(
            "patternGenerator",
            generator,
            options.into_arguments(),
            Action::Run,
        )
    }
}

macro_rules! registers {
    ($($reader:ident)*) => { $(
        impl OpenGear<$reader> {
            /// Ends the gear: it runs at every event that `options` describe. A text is a prefix
            /// of keys (the trigger, for a command).
            pub fn register(
                self,
                options: impl Into<RegisterOptions<$reader>>,
            ) -> GearFunction<$reader, Register> {
                let (arguments, requirements) = options.into().into_parts();
                self.end(Action::Register(arguments)).requirements(requirements)
            }

            /// As `register`; each shard calls `on_registered` once it has the registration.
            pub fn register_calling(
                self,
                options: impl Into<RegisterOptions<$reader>>,
                on_registered: impl Callable<0>,
            ) -> GearFunction<$reader, Register> {
                let (arguments, requirements) = options.into().into_parts();
                self.end_calling("onRegistered", on_registered, arguments, Action::Register)
                    .requirements(requirements)
            }
        }
    )* };
}

registers!(KeysReader StreamReader CommandReader);
