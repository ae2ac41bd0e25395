//! Numbers and texts in a given form: what stands behind the colon of `{:…}`.

use num_bigint::BigInt;

use super::number;
use super::text;
use super::value::{Fail, Int, Value};

/// The widest field; Python's own limits are beyond.
pub(super) const WIDEST: usize = 1 << 20;

/// A format specification that the evaluator knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spec {
    text: String,
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    /// A specification; nothing when it is not known.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let characters: Vec<char> = text.chars().collect();
        let mut at = 0;
        let mut spec = Self {
            text: text.to_owned(),
            ..Self::default()
        };
        let is_align = |c: Option<&char>| c.is_some_and(|c| "<>^=".contains(*c));
        if is_align(characters.get(1)) {
            spec.fill = Some(characters[0]);
            spec.align = Some(characters[1]);
            at = 2;
        } else if is_align(characters.first()) {
            spec.align = Some(characters[0]);
            at = 1;
        }
        let next = |at: &mut usize, wanted: &str| {
            let found = characters.get(*at).copied().filter(|c| wanted.contains(*c));
            *at += usize::from(found.is_some());
            found
        };
        let number = |at: &mut usize| {
            let start = *at;
            while characters.get(*at).is_some_and(char::is_ascii_digit) {
                *at += 1;
            }
            let digits: String = characters[start..*at].iter().collect();
            (!digits.is_empty()).then(|| digits.parse::<usize>().unwrap_or(usize::MAX))
        };
        spec.sign = next(&mut at, "+- ");
        spec.alternate = next(&mut at, "#").is_some();
        spec.zero = next(&mut at, "0").is_some();
        spec.width = number(&mut at).unwrap_or(0);
        spec.grouping = next(&mut at, ",_");
        if next(&mut at, ".").is_some() {
            spec.precision = Some(number(&mut at)?);
        }
        spec.kind = next(&mut at, "sdboxXeEfFgG%");
        let known = at == characters.len()
            && spec.width <= WIDEST
            && spec.precision.unwrap_or(0) <= 10_000
            // Zeros with an alignment or groups, and floats with a precision only, have rules of their own.
            && !(spec.zero && (spec.align.is_some() || spec.grouping.is_some()))
            && !(spec.precision.is_some() && spec.kind.is_none())
            && !(spec.grouping.is_some() && matches!(spec.kind, Some('s' | 'b' | 'o' | 'x' | 'X')))
            && !(spec.kind == Some('s') && (spec.zero || spec.sign.is_some() || spec.alternate || spec.align == Some('=')));
        known.then_some(spec)
    }

    /// Whether every value has a text in this form, or an error that is known.
    pub(super) fn is_total(&self) -> bool {
        // What texts make of these differs between versions and from numbers.
        self.kind == Some('s')
            || (self.text.is_empty())
            || matches!(
                self.kind,
                Some('d' | 'x' | 'X' | 'b' | 'o' | 'f' | 'F' | 'e' | 'E' | 'g' | 'G' | '%')
            )
    }

    /// `format(value, spec)`
    pub(super) fn apply(&self, value: &Value, minor: u8) -> Result<String, Fail> {
        if self.text.is_empty() {
            return text::str(value, minor);
        }
        match value {
            Value::Str(text) => self.text(text),
            Value::Int(_) | Value::Bool(_) | Value::Big(_) => match Int::of(value) {
                Some(number) => self.int(&number, value.type_name()),
                None => Err(Fail::GiveBack("a format")),
            },
            Value::Float(number) => self.float(*number),
            _ => Err(Fail::type_error(format!(
                "unsupported format string passed to {}.__format__",
                value.type_name()
            ))),
        }
    }

    fn unknown(kind: char, what: &str) -> Fail {
        Fail::value_error(format!(
            "Unknown format code '{kind}' for object of type '{what}'"
        ))
    }

    fn text(&self, text: &str) -> Result<String, Fail> {
        match self.kind {
            None | Some('s') => {}
            Some(kind) => {
                return Err(Self::unknown(kind, "str"));
            }
        }
        if self.sign.is_some()
            || self.alternate
            || self.zero
            || self.align == Some('=')
            || self.grouping.is_some()
        {
            return Err(Fail::GiveBack("a format for numbers with a text"));
        }
        let cut: String;
        let shown = match self.precision {
            Some(most) => {
                cut = text.chars().take(most).collect();
                &cut
            }
            None => text,
        };
        Ok(self.pad("", shown, '<'))
    }

    fn int(&self, number: &Int, of: &str) -> Result<String, Fail> {
        let kind = self.kind.unwrap_or('d');
        match kind {
            's' => return Err(Self::unknown('s', of)),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => return self.float(number.float()?),
            _ => {}
        }
        if self.precision.is_some() {
            return Err(Fail::value_error(
                "Precision not allowed in integer format specifier",
            ));
        }
        let (prefix, digits) = radix_text(number, kind);
        let prefix = if self.alternate { prefix } else { "" };
        let digits = self.group(&digits);
        let sign = self.sign_text(number.is_negative());
        Ok(self.pad(&format!("{sign}{prefix}"), &digits, '>'))
    }

    fn float(&self, number: f64) -> Result<String, Fail> {
        let kind = match self.kind {
            Some(kind @ ('s' | 'd' | 'b' | 'o' | 'x' | 'X')) => {
                return Err(Self::unknown(kind, "float"));
            }
            kind => kind,
        };
        if self.alternate && !matches!(kind, Some('g' | 'G' | 'f' | 'F' | 'e' | 'E')) {
            return Err(Fail::GiveBack("an alternate form of a float"));
        }
        let magnitude = number.abs();
        let digits = match kind {
            None => number::float_text(magnitude),
            Some('%') => {
                let times = magnitude * 100.0;
                float_digits(times, 'f', self.precision.unwrap_or(6), self.alternate) + "%"
            }
            Some(kind) => {
                float_digits(magnitude, kind, self.precision.unwrap_or(6), self.alternate)
            }
        };
        let sign = self.sign_text(number.is_sign_negative() && !number.is_nan());
        Ok(self.pad(sign, &self.group(&digits), '>'))
    }

    fn sign_text(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        }
    }

    fn group(&self, digits: &str) -> String {
        let Some(separator) = self.grouping else {
            return digits.to_owned();
        };
        let end = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 1);
        for (at, digit) in digits[..end].chars().enumerate() {
            if at > 0 && (end - at) % 3 == 0 {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped.push_str(&digits[end..]);
        grouped
    }

    /// Fills up to the width.
    fn pad(&self, sign: &str, shown: &str, default: char) -> String {
        let length = sign.chars().count() + shown.chars().count();
        let missing = self.width.saturating_sub(length);
        if missing == 0 {
            return format!("{sign}{shown}");
        }
        let zero = self.zero && self.fill.is_none();
        let fill = self.fill.unwrap_or(if self.zero { '0' } else { ' ' });
        let align = self.align.unwrap_or(if zero { '=' } else { default });
        let filled = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
        match align {
            '<' => format!("{sign}{shown}{}", filled(missing)),
            '^' => format!(
                "{}{sign}{shown}{}",
                filled(missing / 2),
                filled(missing - missing / 2)
            ),
            '=' => format!("{sign}{}{shown}", filled(missing)),
            _ => format!("{}{sign}{shown}", filled(missing)),
        }
    }
}

/// The digits of an integer without its sign, and the prefix of its base.
pub(super) fn radix_text(number: &Int, kind: char) -> (&'static str, String) {
    let (prefix, radix) = match kind {
        'x' => ("0x", 16),
        'X' => ("0X", 16),
        'o' => ("0o", 8),
        'b' => ("0b", 2),
        _ => ("", 10),
    };
    if radix == 10 {
        return ("", number.text().trim_start_matches('-').to_owned());
    }
    let big: BigInt = number.big();
    let digits = big.magnitude().to_str_radix(radix);
    (
        prefix,
        if kind == 'X' {
            digits.to_ascii_uppercase()
        } else {
            digits
        },
    )
}

/// The digits of a float that is not negative, as C prints it with `%e`, `%f` or `%g`.
pub(super) fn float_digits(number: f64, kind: char, precision: usize, alternate: bool) -> String {
    let upper = kind.is_ascii_uppercase();
    let plain = if number.is_nan() {
        "nan".to_owned()
    } else if number.is_infinite() {
        "inf".to_owned()
    } else {
        match kind.to_ascii_lowercase() {
            'f' => point(format!("{number:.precision$}"), alternate),
            'e' => exponent_digits(number, precision, alternate),
            _ => general_digits(number, precision.max(1), alternate),
        }
    };
    if upper {
        plain.to_ascii_uppercase()
    } else {
        plain
    }
}

fn point(mut digits: String, alternate: bool) -> String {
    if alternate && !digits.contains('.') {
        digits.push('.');
    }
    digits
}

fn exponent_digits(number: f64, precision: usize, alternate: bool) -> String {
    let scientific = format!("{number:.precision$e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (sign, digits) = exponent
        .strip_prefix('-')
        .map_or(('+', exponent), |digits| ('-', digits));
    format!(
        "{}e{sign}{digits:0>2}",
        point(mantissa.to_owned(), alternate)
    )
}

fn general_digits(number: f64, precision: usize, alternate: bool) -> String {
    let scientific = format!("{number:.*e}", precision - 1);
    let exponent: i64 = scientific
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0);
    let most = i64::try_from(precision).unwrap_or(i64::MAX);
    if (-4..most).contains(&exponent) {
        let places = usize::try_from(most - 1 - exponent).unwrap_or(0);
        let digits = format!("{number:.places$}");
        return trim_zeros(&digits, "", alternate);
    }
    let digits = exponent_digits(number, precision - 1, alternate);
    let (mantissa, exponent) = digits.split_once('e').unwrap_or((&digits, ""));
    trim_zeros(mantissa, &format!("e{exponent}"), alternate)
}

fn trim_zeros(digits: &str, after: &str, alternate: bool) -> String {
    let trimmed = if alternate {
        return format!("{}{after}", point(digits.to_owned(), true));
    } else if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    };
    format!("{trimmed}{after}")
}
