//! A set in the order that Python's has: the same table, filled in the same way.
//!
//! Hashes of texts are other ones in every process, so any that stay the same in this one will do. Those of numbers, and so the
//! order of these, are always the same.

use num_bigint::{BigInt, Sign};

use super::value::{DEEPEST, Fail, Value, element_equals, hash, hash_bytes};

/// The smallest table.
const SMALLEST: usize = 8;
/// So many places behind the first one are looked at, if they are all in the table.
const NEAR: usize = 9;
/// So many places may be looked at for one value. Python's hashes of numbers can be made to collide, which must not hold the server;
/// a worker can be stopped.
const MOST_PLACES: usize = 1_000;
/// Larger sets grow more slowly.
const MANY: usize = 50_000;
/// Numbers are hashed modulo this prime, 2**61 - 1.
const PRIME: u64 = (1 << 61) - 1;

/// Different values.
#[derive(Clone, Debug)]
pub struct Distinct {
    /// Values and their hashes.
    table: Vec<Option<(i64, Value)>>,
    count: usize,
    /// The minor version of the Python whose order it has.
    minor: u8,
}

impl Distinct {
    /// None.
    #[must_use]
    pub fn new(minor: u8) -> Self {
        Self {
            table: vec![None; SMALLEST],
            count: 0,
            minor,
        }
    }

    /// Adds a value, unless an equal one is there; gives whether there was none.
    ///
    /// # Errors
    /// When it cannot be in a set, its hash is not known, or it has that of too many others.
    pub fn add(&mut self, value: Value) -> Result<bool, Fail> {
        let hash = python_hash(&value, self.minor)?;
        self.put(hash, value)
    }

    /// What Python makes of `self | other`.
    ///
    /// # Errors
    /// When values cannot be compared.
    pub fn joined(&self, other: &Self) -> Result<Self, Fail> {
        let mut both = Self::new(self.minor);
        both.merge(self)?;
        both.merge(other)?;
        Ok(both)
    }

    /// The values, in the order of the set.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.table.iter().flatten().map(|(_, value)| value)
    }

    /// The set, as functions see it.
    ///
    /// # Errors
    /// When values cannot be compared.
    pub fn into_set(self) -> Result<Value, Fail> {
        Value::set_of(self.table.into_iter().flatten().map(|(_, value)| value))
    }

    fn put(&mut self, hash: i64, value: Value) -> Result<bool, Fail> {
        for (looked, at) in places(hash, self.table.len()).enumerate() {
            if looked == MOST_PLACES {
                return Err(Fail::GiveBack("many values of one hash in a set"));
            }
            match &self.table[at] {
                Some((other, there)) if *other == hash && element_equals(there, &value, 0)? => {
                    return Ok(false);
                }
                Some(_) => {}
                None => {
                    self.table[at] = Some((hash, value));
                    break;
                }
            }
        }
        self.count += 1;
        if self.is_full(self.count) {
            self.resize(self.count * if self.count > MANY { 2 } else { 4 });
        }
        Ok(true)
    }

    fn is_full(&self, count: usize) -> bool {
        count * 5 >= (self.table.len() - 1) * 3
    }

    fn resize(&mut self, least: usize) {
        let mut size = SMALLEST;
        while size <= least {
            size *= 2;
        }
        let old = std::mem::replace(&mut self.table, vec![None; size]);
        for entry in old.into_iter().flatten() {
            self.put_new(entry);
        }
    }

    /// Puts in a value that is not there, where there is room.
    fn put_new(&mut self, entry: (i64, Value)) {
        let mut places = places(entry.0, self.table.len());
        if let Some(at) = places.find(|at| self.table[*at].is_none()) {
            self.table[at] = Some(entry);
        }
    }

    fn merge(&mut self, other: &Self) -> Result<(), Fail> {
        if other.count == 0 {
            return Ok(());
        }
        if self.is_full(self.count + other.count) {
            self.resize((self.count + other.count) * 2);
        }
        if self.count > 0 {
            for (hash, value) in other.table.iter().flatten() {
                self.put(*hash, value.clone())?;
            }
            return Ok(());
        }
        self.count = other.count;
        if self.table.len() == other.table.len() {
            self.table.clone_from(&other.table);
        } else {
            let entries = other.table.iter().flatten();
            entries.for_each(|entry| self.put_new(entry.clone()));
        }
        Ok(())
    }
}

/// The places of a table of that size where a value with this hash may be, the first of them first.
fn places(hash: i64, size: usize) -> impl Iterator<Item = usize> {
    let mask = size - 1;
    let mut rest = hash as usize;
    let (mut at, mut near) = (rest & mask, 0);
    std::iter::from_fn(move || {
        let place = at + near;
        if near < NEAR && at + NEAR <= mask {
            near += 1;
        } else {
            near = 0;
            rest >>= 5;
            at = (at.wrapping_mul(5).wrapping_add(1).wrapping_add(rest)) & mask;
        }
        Some(place)
    })
}

/// A hash of which Python says nothing.
fn own(value: &Value) -> Result<i64, Fail> {
    Ok((hash(value)? >> 1) as i64)
}

/// Python's `hash(value)`, or one that it may have in some process.
fn python_hash(value: &Value, minor: u8) -> Result<i64, Fail> {
    hash_at(value, minor, 0)
}

fn hash_at(value: &Value, minor: u8, depth: usize) -> Result<i64, Fail> {
    let of_number = match value {
        Value::Bool(truth) => i64::from(*truth),
        Value::Int(number) => {
            let rest = (number.unsigned_abs() % PRIME) as i64;
            rest * number.signum()
        }
        Value::Big(number) => of_big(number),
        // Newer ones hash where it lies.
        Value::Float(number) if number.is_nan() => match minor {
            ..10 => 0,
            _ => own(value)?,
        },
        Value::Float(number) => of_float(*number),
        Value::Str(text) => return of_bytes(text.as_bytes()),
        Value::Bytes(bytes) => return of_bytes(bytes),
        // Where the one `None` lies, before it got a number.
        Value::None if minor >= 12 => 0xfca8_6420,
        Value::Tuple(_) if minor < 8 => {
            return Err(Fail::GiveBack("the order of tuples in a set"));
        }
        Value::Tuple(items) => {
            if depth >= DEEPEST {
                return Err(Fail::Limit("values nested too deeply"));
            }
            let items = items.0.iter();
            let hashes = items.map(|item| hash_at(item, minor, depth + 1));
            of_tuple(&hashes.collect::<Result<Vec<_>, _>>()?)
        }
        other => own(other)?,
    };
    // What stands for an error.
    Ok(if of_number == -1 { -2 } else { of_number })
}

/// The hash of nothing is always the same.
fn of_bytes(bytes: &[u8]) -> Result<i64, Fail> {
    Ok(match bytes {
        [] => 0,
        bytes => (hash_bytes(bytes) >> 1) as i64,
    })
}

fn of_big(number: &BigInt) -> i64 {
    let rest = number.magnitude() % PRIME;
    let rest = i64::try_from(rest).unwrap_or(0);
    if number.sign() == Sign::Minus {
        -rest
    } else {
        rest
    }
}

/// A float is a fraction of integers, and hashed as one.
fn of_float(number: f64) -> i64 {
    const INFINITE: i64 = 314_159;
    if number.is_infinite() {
        return if number > 0.0 { INFINITE } else { -INFINITE };
    }
    let bits = number.abs().to_bits();
    let (exponent, fraction) = ((bits >> 52) as i64, bits & ((1 << 52) - 1));
    let (whole, power) = match exponent {
        0 => (fraction, -1074),
        _ => (fraction | (1 << 52), exponent - 1075),
    };
    // 2**61 is 1, so only what is left of the power counts.
    let product = u128::from(whole) << power.rem_euclid(61);
    let rest = (product % u128::from(PRIME)) as i64;
    if number < 0.0 { -rest } else { rest }
}

/// From the hashes of the elements: xxHash, as Python has it since 3.8.
fn of_tuple(hashes: &[i64]) -> i64 {
    const FIRST: u64 = 11_400_714_785_074_694_791;
    const SECOND: u64 = 14_029_467_366_897_019_727;
    const FIFTH: u64 = 2_870_177_450_012_600_261;
    let mut all = FIFTH;
    for hash in hashes {
        all = all.wrapping_add((*hash as u64).wrapping_mul(SECOND));
        all = all.rotate_left(31).wrapping_mul(FIRST);
    }
    all = all.wrapping_add(hashes.len() as u64 ^ (FIFTH ^ 3_527_539));
    if all == u64::MAX {
        all = 1_546_275_796;
    }
    all as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_made_to_collide_are_left_to_python() {
        let mut set = Distinct::new(13);
        let colliding =
            |factor: i64| Value::integer(&(i128::from(PRIME) * i128::from(factor)).to_string());
        let added = (1..).map_while(|factor| set.add(colliding(factor).expect("a number")).ok());
        assert!((100..=MOST_PLACES).contains(&added.count()));
        // What a mask of the lowest digits cannot tell apart is no such thing.
        let mut set = Distinct::new(13);
        for number in 0..100_000 {
            assert!(set.add(Value::Int(number << 20)).expect("no collision"));
        }
    }

    #[test]
    fn numbers_hash_as_in_python() {
        let of = |value: &Value| python_hash(value, 13).expect("a hash");
        let float = |number| of(&Value::float(number));
        assert_eq!(float(1e300), 1_224_995_262_755_759_164);
        assert_eq!(float(-2.5), -1_152_921_504_606_846_978);
        assert_eq!(float(5e-324), 16_777_216);
        assert_eq!(float(0.1), 230_584_300_921_369_408);
        assert_eq!((float(-1.0), float(f64::NEG_INFINITY)), (-2, -314_159));
        assert_eq!(of(&Value::None), 4_238_894_112);
        assert_eq!(of(&Value::tuple(Vec::new())), 5_740_354_900_026_072_187);
        let pair = vec![Value::Int(1), Value::float(2.5)];
        assert_eq!(of(&Value::tuple(pair)), 396_935_360_214_441_795);
        let large = Value::integer("-1267650600228229401496703205376").expect("a number");
        assert_eq!(of(&large), -549_755_813_888);
        assert_eq!(of(&Value::Bool(true)), of(&Value::Int(1)));
        assert!(python_hash(&Value::list(Vec::new()), 13).is_err());
    }
}
