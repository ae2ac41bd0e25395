//! From Rust arguments to what a server-side function receives.
//!
//! | Rust | Python | on the wire |
//! |---|---|---|
//! | `&str`, `String`, `char` | `str` | UTF-8 |
//! | `&[u8]`, `Vec<u8>`, `[u8; N]` | `bytes` | raw |
//! | `i8` … `u128` | `int` | decimal |
//! | `f32`, `f64` | `float` | shortest text that reads back the same |
//! | `bool` | `bool` | `1`, `0` |
//! | [`Json<T>`] of what serde can write | `dict`, `list`, … | JSON |
//! | `Option<T>` | `None` or as `T` | left out at the end, `~none` before others |
//! | `&[T]`, `Vec<T>`, `[T; N]` | `list` of `T` | one argument each; the last parameter only |

use serde::Serialize;

use super::value::Json;
use crate::spec::{Arity, Decode};

/// The arguments of one call, in the order of the parameters.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{Arg, Args};
///
/// let mut args = Args::new();
/// 2.5.push(&mut args);
/// None::<i64>.push(&mut args);
/// ["a", "b"].push(&mut args);
/// let sent = args.into_wire();
/// assert_eq!(sent, [b"2.5".to_vec(), b"~none".to_vec(), b"a".to_vec(), b"b".to_vec()]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Args(Vec<Option<Vec<u8>>>);

const NONE: &[u8] = b"~none";
const ESCAPE: u8 = b'~';

impl Args {
    /// No arguments yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an argument that is there.
    pub fn push(&mut self, argument: Vec<u8>) {
        self.0.push(Some(argument));
    }

    /// Adds an argument of an optional parameter.
    pub fn push_optional(&mut self, argument: Option<Vec<u8>>) {
        self.0.push(argument.map(|mut bytes| {
            if bytes.first() == Some(&ESCAPE) {
                bytes.insert(0, ESCAPE);
            }
            bytes
        }));
    }

    /// The arguments as they are sent: missing ones are left out at the end and marked elsewhere.
    pub fn into_wire(mut self) -> Vec<Vec<u8>> {
        while self.0.last() == Some(&None) {
            self.0.pop();
        }
        self.0
            .into_iter()
            .map(|argument| argument.unwrap_or_else(|| NONE.to_vec()))
            .collect()
    }
}

/// A single value that can be an argument of a server-side function.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::Scalar;
///
/// assert_eq!(2.5_f64.to_wire(), b"2.5");
/// assert_eq!(true.to_wire(), b"1");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a server-side function",
    label = "no Python value for a `{Self}`",
    note = "use text, bytes, numbers, bool, `Json<T>` for a type that implements serde's Serialize, Option of these, or a slice or Vec of them as the last parameter"
)]
pub trait Scalar {
    /// What it becomes in Python.
    const DECODE: Decode;

    /// The bytes that are sent.
    fn to_wire(&self) -> Vec<u8>;
}

/// A type that a parameter of a server-side function can have.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::Arg;
/// use redgrease::spec::Arity;
///
/// assert_eq!(<i64 as Arg>::ARITY, Arity::Required);
/// assert_eq!(<Option<i64> as Arg>::ARITY, Arity::Optional);
/// assert_eq!(<Vec<i64> as Arg>::ARITY, Arity::Variadic);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a server-side function",
    label = "no Python value for a `{Self}`",
    note = "use text, bytes, numbers, bool, `Json<T>` for a type that implements serde's Serialize, Option of these, or a slice or Vec of them as the last parameter"
)]
pub trait Arg {
    /// What each argument becomes in Python.
    const DECODE: Decode;
    /// How many arguments it is.
    const ARITY: Arity;

    /// Adds the value to the arguments of a call.
    fn push(&self, args: &mut Args);
}

/// Scalars, which are arguments by themselves.
macro_rules! scalars {
    ($($type:ty => $decode:ident, $value:ident => $wire:expr;)*) => { $(
        impl Scalar for $type {
            const DECODE: Decode = Decode::$decode;

            fn to_wire(&self) -> Vec<u8> {
                let $value = self;
                $wire
            }
        }

        impl Arg for $type {
            const DECODE: Decode = Decode::$decode;
            const ARITY: Arity = Arity::Required;

            fn push(&self, args: &mut Args) {
                args.push(self.to_wire());
            }
        }
    )* };
}

scalars! {
    str => Str, value => value.as_bytes().to_vec();
    String => Str, value => value.as_bytes().to_vec();
    char => Str, value => value.to_string().into_bytes();
    bool => Bool, value => if *value { b"1".to_vec() } else { b"0".to_vec() };
    f32 => Float, value => float(f64::from(*value), value.to_string());
    f64 => Float, value => float(*value, value.to_string());
    i8 => Int, value => value.to_string().into_bytes();
    i16 => Int, value => value.to_string().into_bytes();
    i32 => Int, value => value.to_string().into_bytes();
    i64 => Int, value => value.to_string().into_bytes();
    i128 => Int, value => value.to_string().into_bytes();
    isize => Int, value => value.to_string().into_bytes();
    u16 => Int, value => value.to_string().into_bytes();
    u32 => Int, value => value.to_string().into_bytes();
    u64 => Int, value => value.to_string().into_bytes();
    u128 => Int, value => value.to_string().into_bytes();
    usize => Int, value => value.to_string().into_bytes();
}

impl<T: Serialize> Scalar for Json<T> {
    const DECODE: Decode = Decode::Json;

    /// What cannot be JSON, such as a map whose keys are lists, is sent as the words that say so: the
    /// server refuses them and shows them.
    fn to_wire(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).unwrap_or_else(|error| format!("! {error}").into_bytes())
    }
}

impl<T: Serialize> Arg for Json<T> {
    const DECODE: Decode = Decode::Json;
    const ARITY: Arity = Arity::Required;

    fn push(&self, args: &mut Args) {
        args.push(self.to_wire());
    }
}

/// Python reads `inf` and `nan` as Rust writes them, but Rust writes `NaN`.
fn float(value: f64, text: String) -> Vec<u8> {
    if value.is_nan() {
        return b"nan".to_vec();
    }
    text.into_bytes()
}

impl Arg for u8 {
    const DECODE: Decode = Decode::Int;
    const ARITY: Arity = Arity::Required;

    fn push(&self, args: &mut Args) {
        args.push(self.to_string().into_bytes());
    }
}

impl Scalar for [u8] {
    const DECODE: Decode = Decode::Bytes;

    fn to_wire(&self) -> Vec<u8> {
        self.to_vec()
    }
}

impl Scalar for Vec<u8> {
    const DECODE: Decode = Decode::Bytes;

    fn to_wire(&self) -> Vec<u8> {
        self.clone()
    }
}

impl<T: Scalar + ?Sized> Scalar for &T {
    const DECODE: Decode = T::DECODE;

    fn to_wire(&self) -> Vec<u8> {
        (**self).to_wire()
    }
}

impl<T: Arg + ?Sized> Arg for &T {
    const DECODE: Decode = T::DECODE;
    const ARITY: Arity = T::ARITY;

    fn push(&self, args: &mut Args) {
        (**self).push(args);
    }
}

impl<T: Single> Arg for Option<T> {
    const DECODE: Decode = T::DECODE;
    const ARITY: Arity = Arity::Optional;

    fn push(&self, args: &mut Args) {
        args.push_optional(self.as_ref().map(Single::single));
    }
}

/// What can stand in an `Option`: scalars, and `u8`, which is a number by itself but no [`Scalar`],
/// because a slice of it is bytes.
///
/// Sealed: it follows [`Scalar`].
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{Arg, Args};
///
/// let mut args = Args::new();
/// Some(7_u8).push(&mut args);
/// assert_eq!(args.into_wire(), [b"7".to_vec()]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an optional argument of a server-side function",
    label = "no Python value for a `{Self}`",
    note = "use text, bytes, a number or bool"
)]
pub trait Single: element::Sealed {
    #[doc(hidden)]
    const DECODE: Decode;

    #[doc(hidden)]
    fn single(&self) -> Vec<u8>;
}

impl Single for u8 {
    const DECODE: Decode = Decode::Int;

    fn single(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
}

impl<T: Scalar> Single for T {
    const DECODE: Decode = T::DECODE;

    fn single(&self) -> Vec<u8> {
        self.to_wire()
    }
}

/// What can stand in a slice: bytes make one argument together, other scalars one each.
///
/// Sealed: it follows [`Scalar`].
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{Arg, Args};
///
/// let mut args = Args::new();
/// vec![1_u8, 2].push(&mut args); // bytes: one argument
/// vec![1_i64, 2].push(&mut args);
/// assert_eq!(args.into_wire(), [vec![1, 2], b"1".to_vec(), b"2".to_vec()]);
/// ```
pub trait Element: Sized + element::Sealed {
    #[doc(hidden)]
    const DECODE: Decode;
    #[doc(hidden)]
    const ARITY: Arity = Arity::Variadic;

    #[doc(hidden)]
    fn push_slice(slice: &[Self], args: &mut Args);
}

mod element {
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl<T: super::Scalar> Sealed for T {}
}

impl Element for u8 {
    const DECODE: Decode = Decode::Bytes;
    const ARITY: Arity = Arity::Required;

    fn push_slice(slice: &[Self], args: &mut Args) {
        args.push(slice.to_vec());
    }
}

impl<T: Scalar> Element for T {
    const DECODE: Decode = T::DECODE;

    fn push_slice(slice: &[Self], args: &mut Args) {
        for item in slice {
            args.push(item.to_wire());
        }
    }
}

impl<T: Element> Arg for [T] {
    const DECODE: Decode = T::DECODE;
    const ARITY: Arity = T::ARITY;

    fn push(&self, args: &mut Args) {
        T::push_slice(self, args);
    }
}

impl<T: Element> Arg for Vec<T> {
    const DECODE: Decode = T::DECODE;
    const ARITY: Arity = T::ARITY;

    fn push(&self, args: &mut Args) {
        T::push_slice(self, args);
    }
}

impl<T: Element, const N: usize> Arg for [T; N] {
    const DECODE: Decode = T::DECODE;
    const ARITY: Arity = T::ARITY;

    fn push(&self, args: &mut Args) {
        T::push_slice(self, args);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(arguments: &[&dyn Fn(&mut Args)]) -> Vec<Vec<u8>> {
        let mut args = Args::new();
        for argument in arguments {
            argument(&mut args);
        }
        args.into_wire()
    }

    #[test]
    fn bytes_are_one_argument_and_other_slices_many() {
        let sent = wire(&[
            &|args| {
                b"\x00\xff"[..].push(args);
            },
            &|args| {
                vec![1_i64, -2].push(args);
            },
        ]);
        assert_eq!(sent, [b"\x00\xff".to_vec(), b"1".to_vec(), b"-2".to_vec()]);
        assert_eq!(<Vec<u8> as Arg>::ARITY, Arity::Required);
        assert_eq!(<[&str] as Arg>::ARITY, Arity::Variadic);
    }

    #[test]
    fn missing_arguments_are_left_out_or_marked() {
        let none = None::<i64>;
        let sent = wire(&[
            &|args| {
                1_u8.push(args);
            },
            &|args| {
                none.push(args);
            },
        ]);
        assert_eq!(sent, [b"1".to_vec()]);
        let sent = wire(&[
            &|args| {
                none.push(args);
            },
            &|args| {
                Some("~none").push(args);
            },
        ]);
        assert_eq!(sent, [b"~none".to_vec(), b"~~none".to_vec()]);
    }

    #[test]
    fn floats_keep_their_digits() {
        let sent = wire(&[
            &|args| {
                0.1_f64.push(args);
            },
            &|args| {
                f64::NAN.push(args);
            },
            &|args| {
                f64::NEG_INFINITY.push(args);
            },
        ]);
        assert_eq!(sent, [b"0.1".to_vec(), b"nan".to_vec(), b"-inf".to_vec()]);
    }
}
