//! The table of builtin functions.

use super::format::radix_text;
use super::index;
use super::number;
use super::operate;
use super::text;
use super::value::{Fail, Int, Sign, Value, is_number};

/// What a builtin does with its arguments, in a minor version of Python 3.
type Run = fn(u8, &[Value]) -> Result<Value, Fail>;

/// A builtin function.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    least: usize,
    most: usize,
    /// With up to so many arguments it never gives the call back.
    total: Option<usize>,
    /// Whether it makes text of a value, in which the order of a set would show.
    shows: bool,
    run: Run,
}

const fn row(name: &'static str, least: usize, most: usize, total: usize, run: Run) -> Row {
    Row {
        name,
        least,
        most,
        total: Some(total),
        shows: false,
        run,
    }
}

const fn partial(name: &'static str, least: usize, most: usize, run: Run) -> Row {
    Row {
        name,
        least,
        most,
        total: None,
        shows: false,
        run,
    }
}

const fn showing(name: &'static str, run: Run) -> Row {
    Row {
        name,
        least: 0,
        most: 1,
        total: Some(1),
        shows: true,
        run,
    }
}

/// The builtins that take values and give one. What takes iterations, and types, are compiled on their own.
pub(super) static ROWS: &[Row] = &[
    row("len", 1, 1, 1, len),
    showing("str", str),
    Row {
        least: 1,
        ..showing("repr", repr)
    },
    row("int", 0, 2, 1, int),
    row("float", 0, 1, 1, float),
    row("bool", 0, 1, 1, bool),
    row("abs", 1, 1, 1, abs),
    row("ord", 1, 1, 1, ord),
    partial("chr", 1, 1, chr),
    row("hex", 1, 1, 1, hex),
    row("oct", 1, 1, 1, oct),
    row("bin", 1, 1, 1, bin),
    row("round", 1, 2, 1, round),
    row("divmod", 2, 2, 2, divmod),
    row("min", 2, usize::MAX, usize::MAX, min),
    row("max", 2, usize::MAX, usize::MAX, max),
];

/// A builtin: a place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Builtin(usize);

impl Builtin {
    pub(super) fn named(name: &str) -> Option<Self> {
        ROWS.iter().position(|row| row.name == name).map(Self)
    }

    pub(super) fn name(self) -> &'static str {
        ROWS[self.0].name
    }

    pub(super) fn takes(self, count: usize) -> bool {
        (ROWS[self.0].least..=ROWS[self.0].most).contains(&count)
    }

    pub(super) fn is_total(self, count: usize, sets: bool) -> bool {
        let row = &ROWS[self.0];
        row.total.is_some_and(|most| count <= most) && !(row.shows && sets)
    }

    pub(super) fn call(self, minor: u8, arguments: &[Value]) -> Result<Value, Fail> {
        (ROWS[self.0].run)(minor, arguments)
    }
}

fn len(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    index::length(&arguments[0]).map(Value::size)
}

fn str(minor: u8, arguments: &[Value]) -> Result<Value, Fail> {
    match arguments.first() {
        None => Ok(Value::str("")),
        Some(value) => operate::shown(value, minor),
    }
}

fn repr(minor: u8, arguments: &[Value]) -> Result<Value, Fail> {
    text::repr(&arguments[0], minor).map(Value::from)
}

fn int(minor: u8, arguments: &[Value]) -> Result<Value, Fail> {
    let Some(value) = arguments.first() else {
        return Ok(Value::Int(0));
    };
    let base = match arguments.get(1) {
        None => 10,
        Some(Value::Int(base)) if matches!(base, 0 | 2..=36) => u32::try_from(*base).unwrap_or(10),
        Some(_) => return Err(Fail::GiveBack("int() with another base")),
    };
    if arguments.len() == 2 && !matches!(value, Value::Str(_)) {
        return Err(Fail::GiveBack("int() with a base of what is no text"));
    }
    if let Some(number) = Int::of(value) {
        return Ok(match number {
            Int::Small(number) => Value::Int(number),
            Int::Big(number) => Value::Big(number),
        });
    }
    let parsed = match value {
        Value::Float(number) => return number::float_to_int(*number),
        Value::Str(text) => number::parse_int(text, base, minor)?,
        _ => match value.bytes() {
            Some(bytes) => match std::str::from_utf8(&bytes) {
                Ok(text) if text.is_ascii() => number::parse_int(text, base, minor)?,
                _ => None,
            },
            None => {
                let what = if minor < 10 {
                    "a number"
                } else {
                    "a real number"
                };
                return Err(Fail::type_error(format!(
                    "int() argument must be a string, a bytes-like object or {what}, not '{}'",
                    value.type_name()
                )));
            }
        },
    };
    match parsed {
        Some(number) => Ok(number),
        None => {
            let shown = match value.bytes() {
                Some(bytes) => text::repr(&Value::Bytes(bytes.to_vec().into()), minor)?,
                None => text::repr(value, minor)?,
            };
            // A long text is not shown whole.
            let shown: String = shown.chars().take(200).collect();
            Err(Fail::value_error(format!(
                "invalid literal for int() with base {base}: {shown}"
            )))
        }
    }
}

fn float(minor: u8, arguments: &[Value]) -> Result<Value, Fail> {
    let Some(value) = arguments.first() else {
        return Ok(Value::Float(0.0));
    };
    if is_number(value) {
        return number::to_float(value).map(Value::Float);
    }
    let parsed = match value {
        Value::Str(text) => number::parse_float(text, minor),
        _ => match value.bytes() {
            Some(bytes) => std::str::from_utf8(&bytes)
                .ok()
                .filter(|text| text.is_ascii())
                .and_then(|text| number::parse_float(text, minor)),
            None => {
                let what = if minor < 10 {
                    "a number"
                } else {
                    "a real number"
                };
                return Err(Fail::type_error(format!(
                    "float() argument must be a string or {what}, not '{}'",
                    value.type_name()
                )));
            }
        },
    };
    match parsed {
        Some(made) => Ok(number::float(made)),
        None => {
            let shown = match value {
                Value::Str(text) if minor == 7 && number::is_blank(text) => String::new(),
                Value::Bytes(_) | Value::ByteArray(_) if minor < 10 => {
                    return Err(Fail::GiveBack("float() of bytes"));
                }
                _ => text::repr(value, minor)?,
            };
            Err(Fail::value_error(format!(
                "could not convert string to float: {shown}"
            )))
        }
    }
}

fn bool(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    Ok(Value::Bool(arguments.first().is_some_and(Value::is_true)))
}

fn abs(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    match (&arguments[0], Int::of(&arguments[0])) {
        (Value::Float(number), _) => Ok(number::float(number.abs())),
        (value, Some(number)) => {
            if number.is_negative() {
                operate::unary('-', value)
            } else {
                operate::unary('+', value)
            }
        }
        (value, None) => Err(Fail::type_error(format!(
            "bad operand type for abs(): '{}'",
            value.type_name()
        ))),
    }
}

fn ord(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    let wrong = |length: usize| {
        Fail::type_error(format!(
            "ord() expected a character, but string of length {length} found"
        ))
    };
    match &arguments[0] {
        Value::Str(text) => {
            let mut characters = text.chars();
            match (characters.next(), characters.next()) {
                (Some(one), None) => Ok(Value::Int(i64::from(u32::from(one)))),
                _ => Err(wrong(text.chars().count())),
            }
        }
        value => match value.bytes() {
            Some(bytes) => match *bytes {
                [byte] => Ok(Value::Int(i64::from(byte))),
                _ => Err(wrong(bytes.len())),
            },
            None => Err(Fail::type_error(format!(
                "ord() expected string of length 1, but {} found",
                value.type_name()
            ))),
        },
    }
}

fn chr(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    let Some(Int::Small(code)) = Int::of(&arguments[0]) else {
        return Err(Fail::GiveBack("chr() of what is no small integer"));
    };
    match u32::try_from(code) {
        Ok(code) if code < 0x11_0000 => char::from_u32(code)
            .map(index::letter)
            .ok_or(Fail::GiveBack("half a surrogate pair")),
        _ if i32::try_from(code).is_err() => Err(Fail::GiveBack("chr() of a large integer")),
        _ => Err(Fail::value_error("chr() arg not in range(0x110000)")),
    }
}

fn radix(arguments: &[Value], kind: char) -> Result<Value, Fail> {
    let Some(number) = Int::of(&arguments[0]) else {
        return Err(Fail::type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            arguments[0].type_name()
        )));
    };
    let (prefix, digits) = radix_text(&number, kind);
    let sign = if number.is_negative() { "-" } else { "" };
    Ok(format!("{sign}{prefix}{digits}").into())
}

fn hex(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    radix(arguments, 'x')
}

fn oct(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    radix(arguments, 'o')
}

fn bin(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    radix(arguments, 'b')
}

fn round(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    let value = &arguments[0];
    match (value, Int::of(value), arguments.get(1)) {
        (Value::Float(number), _, None | Some(Value::None)) => number::round(*number),
        (Value::Float(number), _, Some(Value::Int(digits))) => number::round_to(*number, *digits),
        (_, Some(_), None | Some(Value::None | Value::Int(0..))) => operate::unary('+', value),
        (_, _, Some(_)) => Err(Fail::GiveBack("round() with digits")),
        (_, None, None) => Err(Fail::type_error(format!(
            "type {} doesn't define __round__ method",
            value.type_name()
        ))),
    }
}

fn divmod(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    number::divmod(&arguments[0], &arguments[1])?.ok_or_else(|| {
        Fail::type_error(format!(
            "unsupported operand type(s) for divmod(): '{}' and '{}'",
            arguments[0].type_name(),
            arguments[1].type_name()
        ))
    })
}

fn extreme(values: &[Value], sign: Sign) -> Result<Value, Fail> {
    let mut best = &values[0];
    for value in &values[1..] {
        if value.order(best, sign, 0)? {
            best = value;
        }
    }
    Ok(best.clone())
}

fn min(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    extreme(arguments, Sign::Less)
}

fn max(_: u8, arguments: &[Value]) -> Result<Value, Fail> {
    extreme(arguments, Sign::More)
}
