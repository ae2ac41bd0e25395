//! `text % values`

use super::format::{WIDEST, float_digits, radix_text};
use super::index;
use super::number;
use super::text;
use super::value::{Fail, Int, Kind, Value, is_number};

/// The values that a text takes, one after the other or by name.
struct Values<'a> {
    values: &'a Value,
    /// The value that was found by name, which the next conversion takes.
    found: Option<Value>,
    next: usize,
}

impl Values<'_> {
    fn next(&mut self) -> Result<Value, Fail> {
        if let Some(found) = self.found.take() {
            return Ok(found);
        }
        let given = match self.values {
            Value::Tuple(items) => items.0.get(self.next).cloned(),
            one => (self.next == 0).then(|| one.clone()),
        };
        self.next += 1;
        given.ok_or_else(|| Fail::type_error("not enough arguments for format string"))
    }
}

#[derive(Default)]
struct Conversion {
    left: bool,
    plus: bool,
    blank: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// `format % values`
pub(super) fn format(format: &str, values: &Value, minor: u8) -> Result<String, Fail> {
    let mut out = String::with_capacity(format.len() + 16);
    let mut values = Values {
        values,
        found: None,
        next: 0,
    };
    let by_name = !matches!(
        values.values,
        Value::Tuple(_)
            | Value::Str(_)
            | Value::Int(_)
            | Value::Big(_)
            | Value::Bool(_)
            | Value::Float(_)
            | Value::None
            | Value::Exception(_)
            | Value::Set(_)
    );
    let characters: Vec<char> = format.chars().collect();
    let mut at = 0;
    // Whether values were looked up by name: then none is left over.
    let mut named = false;
    while let Some(&character) = characters.get(at) {
        at += 1;
        if character != '%' {
            out.push(character);
            continue;
        }
        let mut conversion = Conversion::default();
        if characters.get(at) == Some(&'(') {
            if !by_name {
                return Err(Fail::type_error("format requires a mapping"));
            }
            let start = at + 1;
            let mut depth = 1;
            at = start;
            while depth > 0 {
                match characters.get(at) {
                    Some('(') => depth += 1,
                    Some(')') => depth -= 1,
                    Some(_) => {}
                    None => return Err(Fail::value_error("incomplete format key")),
                }
                at += 1;
            }
            let key: String = characters[start..at - 1].iter().collect();
            values.found = Some(index::index(values.values, &Value::str(&key), minor)?);
            values.next = 1;
            named = true;
        }
        flags(&characters, &mut at, &mut conversion);
        size(&characters, &mut at, &mut conversion, &mut values)?;
        if matches!(characters.get(at), Some('h' | 'l' | 'L')) {
            at += 1;
        }
        let Some(&kind) = characters.get(at) else {
            return Err(Fail::value_error("incomplete format"));
        };
        at += 1;
        if kind == '%' {
            out.push('%');
            continue;
        }
        let value = values.next()?;
        write(&conversion, kind, &value, at - 1, minor, &mut out)?;
        if out.len() > WIDEST * 16 {
            return Err(Fail::Limit("a text of more than 16 MB"));
        }
    }
    let left_over = match values.values {
        Value::Tuple(items) => values.next < items.0.len(),
        _ => !by_name && values.next == 0,
    };
    if left_over && !named {
        return Err(Fail::type_error(
            "not all arguments converted during string formatting",
        ));
    }
    Ok(out)
}

fn flags(characters: &[char], at: &mut usize, conversion: &mut Conversion) {
    while let Some(character) = characters.get(*at) {
        match character {
            '-' => conversion.left = true,
            '+' => conversion.plus = true,
            ' ' => conversion.blank = true,
            '#' => conversion.alternate = true,
            '0' => conversion.zero = true,
            _ => return,
        }
        *at += 1;
    }
}

fn size(
    characters: &[char],
    at: &mut usize,
    conversion: &mut Conversion,
    values: &mut Values<'_>,
) -> Result<(), Fail> {
    let width = length(characters, at, values)?;
    if let Some(width) = width {
        conversion.left |= width < 0;
        conversion.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
    }
    if characters.get(*at) == Some(&'.') {
        *at += 1;
        let precision = length(characters, at, values)?.unwrap_or(0);
        conversion.precision = Some(usize::try_from(precision).unwrap_or(0));
    }
    if conversion.width > WIDEST || conversion.precision.unwrap_or(0) > 10_000 {
        return Err(Fail::Limit("a field that is too wide"));
    }
    Ok(())
}

fn length(
    characters: &[char],
    at: &mut usize,
    values: &mut Values<'_>,
) -> Result<Option<i64>, Fail> {
    if characters.get(*at) == Some(&'*') {
        *at += 1;
        return match Int::of(&values.next()?) {
            Some(Int::Small(number)) => Ok(Some(number)),
            Some(Int::Big(_)) => Err(Fail::Limit("a field that is too wide")),
            None => Err(Fail::type_error("* wants int")),
        };
    }
    let start = *at;
    while characters.get(*at).is_some_and(char::is_ascii_digit) {
        *at += 1;
    }
    let digits: String = characters[start..*at].iter().collect();
    Ok((!digits.is_empty()).then(|| digits.parse().unwrap_or(i64::MAX)))
}

fn write(
    conversion: &Conversion,
    kind: char,
    value: &Value,
    at: usize,
    minor: u8,
    out: &mut String,
) -> Result<(), Fail> {
    let (sign, prefix, shown) = match kind {
        's' | 'r' => {
            let whole = if kind == 's' {
                text::str(value, minor)?
            } else {
                text::repr(value, minor)?
            };
            let shown = match conversion.precision {
                Some(most) => whole.chars().take(most).collect(),
                None => whole,
            };
            return pad(conversion, "", "", &shown, false, out);
        }
        'c' => {
            let shown = match (value, Int::of(value)) {
                (Value::Str(text), _) if text.chars().count() == 1 => text.to_string(),
                (_, Some(Int::Big(_))) if minor < 10 => {
                    return Err(Fail::type_error("%c requires int or char"));
                }
                (_, Some(number)) => character(&number)?,
                _ => return Err(Fail::type_error("%c requires int or char")),
            };
            return pad(conversion, "", "", &shown, false, out);
        }
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
            let number = integer(kind, value, minor)?;
            let (prefix, digits) = radix_text(&number, kind);
            let missing = conversion
                .precision
                .unwrap_or(0)
                .saturating_sub(digits.len());
            (
                number.is_negative(),
                if conversion.alternate { prefix } else { "" },
                "0".repeat(missing) + &digits,
            )
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            if !is_number(value) {
                return Err(Fail::type_error(format!(
                    "must be real number, not {}",
                    value.type_name()
                )));
            }
            let number = number::to_float(value)?;
            let precision = conversion.precision.unwrap_or(6);
            (
                number.is_sign_negative() && !number.is_nan(),
                "",
                float_digits(number.abs(), kind, precision, conversion.alternate),
            )
        }
        'a' => return Err(Fail::GiveBack("%a")),
        other => {
            let code = u32::from(other);
            let shown = if (31..127).contains(&code) {
                other
            } else {
                '?'
            };
            return Err(Fail::value_error(format!(
                "unsupported format character '{shown}' (0x{code:x}) at index {at}"
            )));
        }
    };
    let sign = match sign {
        true => "-",
        false if conversion.plus => "+",
        false if conversion.blank => " ",
        false => "",
    };
    pad(conversion, sign, prefix, &shown, true, out)
}

fn character(number: &Int) -> Result<String, Fail> {
    let code = match number {
        Int::Small(code) => u32::try_from(*code).ok(),
        Int::Big(_) => None,
    };
    match code.filter(|code| *code < 0x11_0000) {
        None => Err(Fail::raise(
            Kind::OverflowError,
            "%c arg not in range(0x110000)",
        )),
        Some(code) => char::from_u32(code)
            .map(String::from)
            .ok_or(Fail::GiveBack("half a surrogate pair")),
    }
}

fn integer(kind: char, value: &Value, minor: u8) -> Result<Int, Fail> {
    if let Some(number) = Int::of(value) {
        return Ok(number);
    }
    let exact = matches!(kind, 'x' | 'X' | 'o');
    if let (Value::Float(number), false) = (value, exact) {
        let whole = number::float_to_int(*number)?;
        return Int::of(&whole).ok_or(Fail::GiveBack("a format"));
    }
    let wanted = match (exact, minor) {
        (true, _) => "an integer",
        (false, ..=9) => "a number",
        (false, _) => "a real number",
    };
    Err(Fail::type_error(format!(
        "%{kind} format: {wanted} is required, not {}",
        value.type_name()
    )))
}

fn pad(
    conversion: &Conversion,
    sign: &str,
    prefix: &str,
    shown: &str,
    numeric: bool,
    out: &mut String,
) -> Result<(), Fail> {
    let length = sign.len() + prefix.len() + shown.chars().count();
    let missing = conversion.width.saturating_sub(length);
    let zeros = numeric && conversion.zero;
    let fill = |character: char, out: &mut String| {
        out.extend(std::iter::repeat_n(character, missing));
    };
    if !conversion.left && !zeros {
        fill(' ', out);
    }
    out.push_str(sign);
    out.push_str(prefix);
    if !conversion.left && zeros {
        fill('0', out);
    }
    out.push_str(shown);
    if conversion.left {
        fill(' ', out);
    }
    Ok(())
}
