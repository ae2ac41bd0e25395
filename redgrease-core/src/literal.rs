//! Rust values as Python literals: what `gear!` writes for a captured variable.
//!
//! | Rust | Python |
//! |---|---|
//! | integers, `f32`, `f64`, `bool` | `int`, `float`, `bool` |
//! | `&str`, `String`, `char`, `Cow<str>` | `str` |
//! | `&[u8]`, `[u8; N]`, `Vec<u8>`, and [`Bytes`] of what has a `&[u8]` | `bytes` |
//! | `Option<T>` | `None` or as `T` |
//! | other slices, arrays and `Vec`s, `VecDeque` | `list` |
//! | tuples | `tuple` |
//! | `BTreeMap`, `HashMap` | `dict` |
//! | `BTreeSet`, `HashSet` | `set` |
//! | references, `Box`, `Rc`, `Arc` | as what they point to |
//!
//! The literals are ASCII, whatever the value, so that no encoding on the way can change them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

/// Text that is known at compile time (from a macro) or made at run time (from the builder).
pub type Text = Cow<'static, str>;

/// A Rust value that a gear captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The Python name that stands for it in the plan.
    pub name: Text,
    /// The value as a Python literal.
    pub literal: Text,
}

/// A Rust value that can be written as a Python literal.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::ToPython;
///
/// struct Celsius(f64);
///
/// impl ToPython for Celsius {
///     fn write_python(&self, out: &mut String) {
///         self.0.write_python(out);
///     }
/// }
///
/// let mut text = String::new();
/// ("it's", Some(Celsius(21.5)), vec![true]).write_python(&mut text);
/// assert_eq!(text, r#"("it's", 21.5, [True])"#);
/// ```
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be captured in a gear",
    label = "no Python literal for a `{Self}`",
    note = "capture text, numbers, bool, Option, lists, tuples, maps or sets of these, or implement `redgrease::ToPython`"
)]
pub trait ToPython {
    /// Appends the value as a Python expression.
    fn write_python(&self, out: &mut String);

    /// Appends a list of such values: bytes are no list.
    #[doc(hidden)]
    fn write_slice(slice: &[Self], out: &mut String)
    where
        Self: Sized,
    {
        out.push('[');
        write_items(slice, out);
        out.push(']');
    }
}

/// `value` as a Python expression.
///
/// ```
/// use redgrease_core::literal::to_python;
///
/// assert_eq!(to_python(&vec![1, 2]), "[1, 2]");
/// assert_eq!(to_python(&true), "True");
/// ```
pub fn to_python<T: ToPython + ?Sized>(value: &T) -> String {
    let mut out = String::new();
    value.write_python(&mut out);
    out
}

/// A captured value under its Python name; what expansions of `gear!` call.
#[doc(hidden)]
pub fn capture<T: ToPython + ?Sized>(name: &'static str, value: &T) -> Capture {
    Capture {
        name: Text::Borrowed(name),
        literal: Text::Owned(to_python(value)),
    }
}

/// Bytes that become a Python `bytes`, from any type that has them; lists of `u8` need no such word.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::{Bytes, ToPython};
///
/// let mut text = String::new();
/// (Bytes("\0a"), vec![0_u8, 97]).write_python(&mut text);
/// assert_eq!(text, r#"(b"\x00a", b"\x00a")"#);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes<T>(pub T);

impl<T: AsRef<[u8]>> ToPython for Bytes<T> {
    fn write_python(&self, out: &mut String) {
        write_bytes(self.0.as_ref(), out);
    }
}

fn write_bytes(bytes: &[u8], out: &mut String) {
    out.push_str("b\"");
    for byte in bytes {
        write_character(out, char::from(*byte));
    }
    out.push('"');
}

/// Appends one character of a string in double quotes.
fn write_character(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        ' '..='~' => out.push(character),
        _ => {
            let code = u32::from(character);
            // Writing to a String cannot fail.
            let _ = match code {
                0..=0xff => write!(out, "\\x{code:02x}"),
                0x100..=0xffff => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
        }
    }
}

impl ToPython for str {
    fn write_python(&self, out: &mut String) {
        out.push('"');
        for character in self.chars() {
            write_character(out, character);
        }
        out.push('"');
    }
}

impl ToPython for String {
    fn write_python(&self, out: &mut String) {
        self.as_str().write_python(out);
    }
}

impl ToPython for char {
    fn write_python(&self, out: &mut String) {
        self.encode_utf8(&mut [0; 4]).write_python(out);
    }
}

impl ToPython for bool {
    fn write_python(&self, out: &mut String) {
        out.push_str(if *self { "True" } else { "False" });
    }
}

macro_rules! integers {
    ($($type:ty),*) => { $(
        impl ToPython for $type {
            fn write_python(&self, out: &mut String) {
                let _ = write!(out, "{self}");
            }
        }
    )* };
}

integers!(i8, i16, i32, i64, i128, isize, u16, u32, u64, u128, usize);

impl ToPython for u8 {
    fn write_python(&self, out: &mut String) {
        let _ = write!(out, "{self}");
    }

    fn write_slice(slice: &[Self], out: &mut String) {
        write_bytes(slice, out);
    }
}

impl ToPython for f64 {
    fn write_python(&self, out: &mut String) {
        // Python has no literal for these three.
        let special = if self.is_nan() {
            "float(\"nan\")"
        } else if *self == Self::INFINITY {
            "float(\"inf\")"
        } else if *self == Self::NEG_INFINITY {
            "float(\"-inf\")"
        } else {
            let _ = write!(out, "{self:?}");
            return;
        };
        out.push_str(special);
    }
}

impl ToPython for f32 {
    /// The double of the same value, so that Python computes with the number that Rust has.
    fn write_python(&self, out: &mut String) {
        f64::from(*self).write_python(out);
    }
}

impl ToPython for () {
    fn write_python(&self, out: &mut String) {
        out.push_str("None");
    }
}

impl<T: ToPython> ToPython for Option<T> {
    fn write_python(&self, out: &mut String) {
        match self {
            Some(value) => value.write_python(out),
            None => out.push_str("None"),
        }
    }
}

macro_rules! pointers {
    ($($type:ty),*) => { $(
        impl<T: ToPython + ?Sized> ToPython for $type {
            fn write_python(&self, out: &mut String) {
                (**self).write_python(out);
            }
        }
    )* };
}

pointers!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<T: ToPython + ToOwned + ?Sized> ToPython for Cow<'_, T> {
    fn write_python(&self, out: &mut String) {
        (**self).write_python(out);
    }
}

/// Appends `items` with commas between them.
fn write_items<'a, T: ToPython + 'a>(items: impl IntoIterator<Item = &'a T>, out: &mut String) {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        item.write_python(out);
    }
}

impl<T: ToPython> ToPython for [T] {
    fn write_python(&self, out: &mut String) {
        T::write_slice(self, out);
    }
}

impl<T: ToPython, const N: usize> ToPython for [T; N] {
    fn write_python(&self, out: &mut String) {
        self.as_slice().write_python(out);
    }
}

impl<T: ToPython> ToPython for Vec<T> {
    fn write_python(&self, out: &mut String) {
        self.as_slice().write_python(out);
    }
}

impl<T: ToPython> ToPython for VecDeque<T> {
    fn write_python(&self, out: &mut String) {
        out.push('[');
        write_items(self, out);
        out.push(']');
    }
}

/// Appends a set; `{}` would be an empty dictionary.
fn write_set<'a, T: ToPython + 'a>(
    items: impl IntoIterator<Item = &'a T>,
    empty: bool,
    out: &mut String,
) {
    if empty {
        out.push_str("set()");
        return;
    }
    out.push('{');
    write_items(items, out);
    out.push('}');
}

impl<T: ToPython> ToPython for BTreeSet<T> {
    fn write_python(&self, out: &mut String) {
        write_set(self, self.is_empty(), out);
    }
}

impl<T: ToPython, S> ToPython for HashSet<T, S> {
    fn write_python(&self, out: &mut String) {
        write_set(self, self.is_empty(), out);
    }
}

fn write_entries<'a, K: ToPython + 'a, V: ToPython + 'a>(
    entries: impl IntoIterator<Item = (&'a K, &'a V)>,
    out: &mut String,
) {
    out.push('{');
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        key.write_python(out);
        out.push_str(": ");
        value.write_python(out);
    }
    out.push('}');
}

impl<K: ToPython, V: ToPython> ToPython for BTreeMap<K, V> {
    fn write_python(&self, out: &mut String) {
        write_entries(self, out);
    }
}

impl<K: ToPython, V: ToPython, S> ToPython for HashMap<K, V, S> {
    fn write_python(&self, out: &mut String) {
        write_entries(self, out);
    }
}

macro_rules! tuples {
    ($(($($name:ident . $index:tt),+))*) => { $(
        impl<$($name: ToPython),+> ToPython for ($($name,)+) {
            fn write_python(&self, out: &mut String) {
                let start = out.len();
                $(
                    // `(1)` is a number, `(1,)` a tuple; the comma is right in both.
                    out.push_str(if out.len() == start { "(" } else { ", " });
                    self.$index.write_python(out);
                )+
                if [$($index),+].len() == 1 {
                    out.push(',');
                }
                out.push(')');
            }
        }
    )* };
}

tuples! {
    (A.0)
    (A.0, B.1)
    (A.0, B.1, C.2)
    (A.0, B.1, C.2, D.3)
    (A.0, B.1, C.2, D.3, E.4)
    (A.0, B.1, C.2, D.3, E.4, F.5)
    (A.0, B.1, C.2, D.3, E.4, F.5, G.6)
    (A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7)
    (A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8)
    (A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9)
    (A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9, K.10)
    (A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9, K.10, L.11)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_ascii_and_quoted() {
        assert_eq!(to_python("a'b\"\\\n"), r#""a'b\"\\\n""#);
        assert_eq!(
            to_python("é\u{202e}🦀\0\u{7f}"),
            r#""\xe9\u202e\U0001f980\x00\x7f""#
        );
        assert_eq!(to_python(&'ß'), r#""\xdf""#);
    }

    #[test]
    fn numbers_keep_their_value() {
        assert_eq!(to_python(&i128::MIN), i128::MIN.to_string());
        assert_eq!(to_python(&1e300_f64), "1e300");
        assert_eq!(to_python(&1.0_f64), "1.0");
        assert_eq!(to_python(&-0.0_f64), "-0.0");
        assert_eq!(to_python(&0.1_f32), "0.10000000149011612");
        assert_eq!(to_python(&f64::NEG_INFINITY), "float(\"-inf\")");
    }

    #[test]
    fn collections() {
        assert_eq!(to_python(&(1,)), "(1,)");
        assert_eq!(to_python(&(1, "a", None::<i32>)), "(1, \"a\", None)");
        assert_eq!(to_python(&BTreeSet::<i32>::new()), "set()");
        assert_eq!(to_python(&BTreeSet::from([2, 1])), "{1, 2}");
        assert_eq!(
            to_python(&BTreeMap::from([("k", vec![1.5])])),
            "{\"k\": [1.5]}"
        );
        assert_eq!(to_python(&Bytes(b"\xff\"x")), r#"b"\xff\"x""#);
        assert_eq!(to_python(b"\xff\"x"), r#"b"\xff\"x""#);
        assert_eq!(to_python(&[vec![1_u8], vec![]]), r#"[b"\x01", b""]"#);
        assert_eq!(to_python(&VecDeque::from([1_u8])), "[1]");
        assert_eq!(
            to_python(&(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
            "(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)"
        );
        assert_eq!(to_python(&Some(Box::new([true]))), "[True]");
    }
}
