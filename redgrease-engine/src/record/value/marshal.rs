//! Values as bytes: Python's marshal format, version 2.
//!
//! Version 2 has no back references, so it is a plain tree; every CPython from 3.7 on reads and writes it in C.

use std::fmt;

use super::Value;

/// Why bytes are not a marshalled value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DecodeError {
    /// The bytes end early.
    Truncated,
    /// A type code outside version 2, or one that the engine has no use for.
    Unknown(u8),
    /// Nested deeper than the engine follows.
    TooDeep,
    /// A length or number out of range.
    Malformed,
    /// An integer of so many bits.
    TooLong(usize),
    /// More values than are wanted.
    TooMany(usize),
    /// A value that its form has not.
    Unfit,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => write!(formatter, "the value ends early"),
            Self::Unknown(code) => write!(formatter, "unknown type code {code:#x}"),
            Self::TooDeep => write!(formatter, "nested deeper than {MAX_DEPTH} levels"),
            Self::Malformed => write!(formatter, "a length or number is out of range"),
            Self::TooLong(bits) => write!(
                formatter,
                "an integer of {bits} bits, where {} are the most: give it as a text",
                15 * MOST_DIGITS
            ),
            Self::TooMany(most) => write!(formatter, "more than {most} values"),
            Self::Unfit => write!(formatter, "a value of a kind that is not expected here"),
        }
    }
}

const MAX_DEPTH: usize = 500;
/// The 15-bit digits of the longest integer that is turned into decimal digits, which takes the square of their number.
const MOST_DIGITS: usize = 8192;

/// Appends `value` to `out`.
pub(crate) fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::None => out.push(b'N'),
        Value::Bool(true) => out.push(b'T'),
        Value::Bool(false) => out.push(b'F'),
        Value::Int(value) => encode_int(*value, out),
        Value::BigInt(digits) => encode_big(digits, out),
        Value::Float(value) => {
            out.push(b'g');
            out.extend_from_slice(&value.to_le_bytes());
        }
        Value::Str(bytes) => encode_text(b'u', bytes, out),
        Value::Bytes(bytes) => encode_text(b's', bytes, out),
        Value::List(items) => {
            encode_head(b'[', items.len(), out);
            items.iter().for_each(|item| encode(item, out));
        }
        Value::Tuple(items) => {
            encode_head(b'(', items.len(), out);
            items.iter().for_each(|item| encode(item, out));
        }
        Value::Set(items) => {
            encode_head(b'<', items.len(), out);
            items.iter().for_each(|item| encode(item, out));
        }
        Value::Dict(pairs) => {
            out.push(b'{');
            for (key, value) in pairs {
                encode(key, out);
                encode(value, out);
            }
            out.push(b'0');
        }
    }
}

/// Appends the head of a list (`[`), tuple (`(`) or set (`<`); the elements follow.
pub(crate) fn encode_head(code: u8, length: usize, out: &mut Vec<u8>) {
    out.push(code);
    out.extend_from_slice(&length_word(length));
}

/// Appends text as Redis strings reach Python.
pub(crate) fn encode_redis(bytes: &[u8], out: &mut Vec<u8>) {
    let code = if std::str::from_utf8(bytes).is_ok() {
        b'u'
    } else {
        b's'
    };
    encode_text(code, bytes, out);
}

/// Appends text that is known to be UTF-8.
pub(crate) fn encode_str(text: &str, out: &mut Vec<u8>) {
    encode_text(b'u', text.as_bytes(), out);
}

/// Appends bytes.
pub(crate) fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    encode_text(b's', bytes, out);
}

/// Appends an integer.
pub(crate) fn encode_int(value: i64, out: &mut Vec<u8>) {
    if let Ok(small) = i32::try_from(value) {
        out.push(b'i');
        out.extend_from_slice(&small.to_le_bytes());
    } else {
        // Python's long format: a signed count of 15-bit digits, least significant first.
        let mut rest = value.unsigned_abs();
        let mut digits = Vec::with_capacity(5);
        while rest > 0 {
            digits.push((rest & 0x7fff) as u16);
            rest >>= 15;
        }
        push_digits(&digits, value < 0, out);
    }
}

fn push_digits(digits: &[u16], negative: bool, out: &mut Vec<u8>) {
    let count = i32::try_from(digits.len()).unwrap_or(0);
    out.push(b'l');
    out.extend_from_slice(&(if negative { -count } else { count }).to_le_bytes());
    for digit in digits {
        out.extend_from_slice(&digit.to_le_bytes());
    }
}

fn encode_big(decimal: &str, out: &mut Vec<u8>) {
    let (negative, decimal) = decimal
        .strip_prefix('-')
        .map_or((false, decimal), |rest| (true, rest));
    let mut digits: Vec<u16> = Vec::new();
    for byte in decimal.bytes() {
        let mut carry = u32::from(byte.wrapping_sub(b'0'));
        for digit in &mut digits {
            let sum = u32::from(*digit) * 10 + carry;
            *digit = (sum & 0x7fff) as u16;
            carry = sum >> 15;
        }
        if carry > 0 {
            digits.push(u16::try_from(carry).unwrap_or(0));
        }
    }
    push_digits(&digits, negative, out);
}

pub(in crate::record) fn encode_text(code: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(code);
    out.extend_from_slice(&length_word(bytes.len()));
    out.extend_from_slice(bytes);
}

fn length_word(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

/// What values become when they are read.
pub(crate) trait Form {
    /// A value in this form.
    type Made;

    fn none(&self) -> Self::Made;
    fn bool(&self, value: bool) -> Self::Made;
    fn int(&self, value: i64) -> Self::Made;
    /// An integer beyond 64 bits, in decimal; nothing where the form has none such, here and below.
    fn big(&self, digits: String) -> Option<Self::Made>;
    fn float(&self, value: f64) -> Self::Made;
    /// Text: UTF-8 with lone surrogates let through.
    fn text(&self, text: &[u8]) -> Option<Self::Made>;
    fn bytes(&self, bytes: &[u8]) -> Self::Made;
    fn list(&self, items: Vec<Self::Made>) -> Self::Made;
    fn tuple(&self, items: Vec<Self::Made>) -> Self::Made;
    fn set(&self, items: Vec<Self::Made>) -> Option<Self::Made>;
    fn dict(&self, pairs: Vec<(Self::Made, Self::Made)>) -> Option<Self::Made>;
}

/// As the engine has them.
struct Plain;

impl Form for Plain {
    type Made = Value;

    fn none(&self) -> Value {
        Value::None
    }

    fn bool(&self, value: bool) -> Value {
        Value::Bool(value)
    }

    fn int(&self, value: i64) -> Value {
        Value::Int(value)
    }

    fn big(&self, digits: String) -> Option<Value> {
        Some(Value::BigInt(digits))
    }

    fn float(&self, value: f64) -> Value {
        Value::Float(value)
    }

    fn text(&self, text: &[u8]) -> Option<Value> {
        Some(Value::Str(text.to_vec()))
    }

    fn bytes(&self, bytes: &[u8]) -> Value {
        Value::Bytes(bytes.to_vec())
    }

    fn list(&self, items: Vec<Value>) -> Value {
        Value::List(items)
    }

    fn tuple(&self, items: Vec<Value>) -> Value {
        Value::Tuple(items)
    }

    fn set(&self, items: Vec<Value>) -> Option<Value> {
        Some(Value::Set(items))
    }

    fn dict(&self, pairs: Vec<(Value, Value)>) -> Option<Value> {
        Some(Value::Dict(pairs))
    }
}

/// The value that `bytes` begin with.
///
/// # Errors
/// When the bytes are not a version 2 value.
pub(crate) fn decode(bytes: &[u8]) -> Result<Value, DecodeError> {
    decode_at_most(bytes, usize::MAX)
}

/// The value that `bytes` begin with, unless there are more than `most` in it.
///
/// # Errors
/// When the bytes are not a version 2 value, or there are too many.
pub(crate) fn decode_at_most(bytes: &[u8], most: usize) -> Result<Value, DecodeError> {
    Decoder::new(bytes, most).next(&Plain)
}

/// Reads values, one after the other.
pub(crate) struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
    most: usize,
    /// How many values may still come.
    left: usize,
}

impl<'a> Decoder<'a> {
    /// The values that are in `bytes`, `most` at most with those inside of them.
    pub(crate) fn new(bytes: &'a [u8], most: usize) -> Self {
        Self {
            bytes,
            at: 0,
            most,
            left: most,
        }
    }

    /// The next value.
    ///
    /// # Errors
    /// When the bytes are not a version 2 value, or there are too many.
    pub(crate) fn next<F: Form>(&mut self, form: &F) -> Result<F::Made, DecodeError> {
        self.some(form, 0)
    }

    /// The head of a list (`[`), tuple (`(`) or set (`<`) that comes next: how many elements follow.
    ///
    /// # Errors
    /// When something else comes.
    pub(crate) fn head(&mut self, code: u8) -> Result<usize, DecodeError> {
        match self.array()? {
            [other] if other == code => self.length(),
            [other] => Err(DecodeError::Unknown(other)),
        }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let end = self.at.checked_add(count).ok_or(DecodeError::Malformed)?;
        let taken = self.bytes.get(self.at..end).ok_or(DecodeError::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn length(&mut self) -> Result<usize, DecodeError> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| DecodeError::Malformed)
    }

    fn items<F: Form>(&mut self, form: &F, depth: usize) -> Result<Vec<F::Made>, DecodeError> {
        let count = self.length()?;
        // Each element takes a byte at least: a length beyond that is a lie, and is not trusted with memory.
        if count > self.left {
            return Err(DecodeError::TooMany(self.most));
        }
        let mut items = Vec::with_capacity(count.min(self.bytes.len() - self.at));
        for _ in 0..count {
            items.push(self.some(form, depth + 1)?);
        }
        Ok(items)
    }

    fn some<F: Form>(&mut self, form: &F, depth: usize) -> Result<F::Made, DecodeError> {
        self.value(form, depth)?.ok_or(DecodeError::Unknown(b'0'))
    }

    /// A value, or nothing for the end mark of a dictionary.
    fn value<F: Form>(&mut self, form: &F, depth: usize) -> Result<Option<F::Made>, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(DecodeError::TooDeep);
        }
        self.left = self
            .left
            .checked_sub(1)
            .ok_or(DecodeError::TooMany(self.most))?;
        let [code] = self.array()?;
        let made = match code {
            b'0' => return Ok(None),
            b'N' => Some(form.none()),
            b'T' => Some(form.bool(true)),
            b'F' => Some(form.bool(false)),
            b'i' => Some(form.int(i64::from(i32::from_le_bytes(self.array()?)))),
            b'l' => self.long(form)?,
            b'g' => Some(form.float(f64::from_le_bytes(self.array()?))),
            b'u' | b't' | b'a' | b'A' => {
                let length = self.length()?;
                form.text(self.take(length)?)
            }
            b'z' | b'Z' => {
                let [length] = self.array()?;
                form.text(self.take(usize::from(length))?)
            }
            b's' => {
                let length = self.length()?;
                Some(form.bytes(self.take(length)?))
            }
            b'[' => Some(form.list(self.items(form, depth)?)),
            b'(' => Some(form.tuple(self.items(form, depth)?)),
            b'<' | b'>' => form.set(self.items(form, depth)?),
            b'{' => {
                let mut pairs = Vec::new();
                while let Some(key) = self.value(form, depth + 1)? {
                    pairs.push((key, self.some(form, depth + 1)?));
                }
                form.dict(pairs)
            }
            other => return Err(DecodeError::Unknown(other)),
        };
        made.ok_or(DecodeError::Unfit).map(Some)
    }

    fn long<F: Form>(&mut self, form: &F) -> Result<Option<F::Made>, DecodeError> {
        let count = i32::from_le_bytes(self.array()?);
        let length = usize::try_from(count.unsigned_abs()).map_err(|_| DecodeError::Malformed)?;
        if length > MOST_DIGITS {
            return Err(DecodeError::TooLong(length.saturating_mul(15)));
        }
        let raw = self.take(length.checked_mul(2).ok_or(DecodeError::Malformed)?)?;
        let digits: Vec<u16> = raw
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let mut total: i128 = 0;
        if length <= 8 {
            for digit in digits.iter().rev() {
                total = (total << 15) | i128::from(*digit);
            }
            let signed = if count < 0 { -total } else { total };
            if let Ok(value) = i64::try_from(signed) {
                return Ok(Some(form.int(value)));
            }
        }
        Ok(form.big(decimal(&digits, count < 0)))
    }
}

/// The decimal text of a number given in 15-bit digits, least significant first.
fn decimal(digits: &[u16], negative: bool) -> String {
    let mut decimals: Vec<u8> = vec![0];
    for digit in digits.iter().rev() {
        let mut carry = u32::from(*digit);
        for place in &mut decimals {
            let sum = u32::from(*place) * 32768 + carry;
            *place = u8::try_from(sum % 10).unwrap_or(0);
            carry = sum / 10;
        }
        while carry > 0 {
            decimals.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
        }
    }
    let mut text = String::with_capacity(decimals.len() + 1);
    if negative {
        text.push('-');
    }
    text.extend(decimals.iter().rev().map(|place| char::from(b'0' + place)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(value: &Value) -> Value {
        let mut bytes = Vec::new();
        encode(value, &mut bytes);
        decode(&bytes).expect("decodes")
    }

    #[test]
    fn every_kind_of_value_survives() {
        let value = Value::List(vec![
            Value::None,
            Value::Bool(true),
            Value::Int(-1),
            Value::Int(i64::MAX),
            Value::Int(i64::MIN),
            Value::BigInt("-123456789012345678901234567890".to_owned()),
            Value::Float(1.5),
            Value::str("hé"),
            Value::Bytes(vec![0, 255]),
            Value::Tuple(vec![Value::Int(1)]),
            Value::Dict(vec![(Value::str("k"), Value::List(vec![]))]),
            Value::Set(vec![Value::Int(3)]),
        ]);
        assert_eq!(round_trip(&value), value);
    }

    #[test]
    fn reads_what_python_writes() {
        // marshal.dumps({'a': [1, None, 2**40], 'b': b'\xff'}, 2)
        let bytes = b"{u\x01\x00\x00\x00a[\x03\x00\x00\x00i\x01\x00\x00\x00Nl\x03\x00\x00\x00\x00\x00\x00\x00\x00\x04u\x01\x00\x00\x00bs\x01\x00\x00\x00\xff0";
        assert_eq!(
            decode(bytes),
            Ok(Value::Dict(vec![
                (
                    Value::str("a"),
                    Value::List(vec![Value::Int(1), Value::None, Value::Int(1 << 40)])
                ),
                (Value::str("b"), Value::Bytes(vec![255])),
            ]))
        );
    }

    #[test]
    fn broken_bytes_are_refused() {
        assert_eq!(decode(b""), Err(DecodeError::Truncated));
        assert_eq!(decode(b"u\xff\xff\xff\xffab"), Err(DecodeError::Truncated));
        assert_eq!(decode(b"[\xff\xff\xff\x7f"), Err(DecodeError::Truncated));
        assert_eq!(decode(b"?"), Err(DecodeError::Unknown(b'?')));
        assert_eq!(
            decode(&b"[\x01\x00\x00\x00".repeat(600)),
            Err(DecodeError::TooDeep)
        );
    }
}
