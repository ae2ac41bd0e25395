//! `pickle.dumps(value, protocol=4)` of plain values, as generated scripts call it.

use num_bigint::BigInt;

use super::value::{DEEPEST, Fail, Value};

/// A worker knows what to say of it.
const UNFIT: Fail = Fail::GiveBack("a result that is no plain data");
/// Lists, dictionaries and sets are filled with so many at a time.
const BATCH: usize = 1000;

/// The pickle of a value.
///
/// # Errors
/// When it is none of the types that results may have.
pub(super) fn dumps(value: &Value) -> Result<Vec<u8>, Fail> {
    let mut pickle = Pickle::default();
    pickle.save(value, 0)?;
    pickle.out.push(b'.');
    let mut out = vec![0x80, 4];
    // A frame of less than four bytes is none.
    if pickle.out.len() >= 4 {
        out.push(0x95);
        out.extend((pickle.out.len() as u64).to_le_bytes());
    }
    out.extend(pickle.out);
    Ok(out)
}

#[derive(Default)]
struct Pickle {
    out: Vec<u8>,
    /// The texts and bytes of which Python has one each, and where they are remembered.
    singles: Vec<(Value, u32)>,
    /// Bytes that were written, and where they are remembered: the same ones are named once.
    bytes: Vec<(std::sync::Arc<[u8]>, u32)>,
    remembered: u32,
}

impl Pickle {
    fn memoize(&mut self) -> u32 {
        self.out.push(0x94);
        self.remembered += 1;
        self.remembered - 1
    }

    fn recall(&mut self, at: u32) {
        match u8::try_from(at) {
            Ok(at) => self.out.extend([b'h', at]),
            Err(_) => {
                self.out.push(b'j');
                self.out.extend(at.to_le_bytes());
            }
        }
    }

    /// A length in one byte, or in more after another code.
    fn length(&mut self, short: u8, long: u8, longest: u8, length: usize) {
        if let Ok(length) = u8::try_from(length) {
            self.out.extend([short, length]);
        } else if let Ok(length) = u32::try_from(length) {
            self.out.push(long);
            self.out.extend(length.to_le_bytes());
        } else {
            self.out.push(longest);
            self.out.extend((length as u64).to_le_bytes());
        }
    }

    fn save(&mut self, value: &Value, depth: usize) -> Result<(), Fail> {
        if depth > DEEPEST {
            return Err(UNFIT);
        }
        match value {
            Value::None => self.out.push(b'N'),
            Value::Bool(true) => self.out.push(0x88),
            Value::Bool(false) => self.out.push(0x89),
            Value::Int(number) => self.integer(*number),
            Value::Big(number) => self.large(number),
            Value::Float(number) => {
                self.out.push(b'G');
                // Which of them it is, is the evaluator's business.
                let plain = if number.is_nan() {
                    f64::NAN.copysign(*number)
                } else {
                    *number
                };
                self.out.extend(plain.to_be_bytes());
            }
            Value::Str(text) => self.text(text),
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::ByteArray(bytes) => {
                let bytes: std::sync::Arc<[u8]> = bytes.borrow().as_slice().into();
                self.bytes(&bytes);
            }
            Value::List(list) => {
                let items = list.items.borrow();
                self.out.push(b']');
                self.memoize();
                if let [one] = items.as_slice() {
                    self.save(one, depth + 1)?;
                    self.out.push(b'a');
                    return Ok(());
                }
                for batch in items.chunks(BATCH) {
                    self.out.push(b'(');
                    for item in batch {
                        self.save(item, depth + 1)?;
                    }
                    self.out.push(b'e');
                }
            }
            Value::Tuple(items) => {
                let code = match items.0.len() {
                    0 => {
                        self.out.push(b')');
                        return Ok(());
                    }
                    1 => 0x85,
                    2 => 0x86,
                    3 => 0x87,
                    _ => {
                        self.out.push(b'(');
                        b't'
                    }
                };
                for item in &items.0 {
                    self.save(item, depth + 1)?;
                }
                self.out.push(code);
                self.memoize();
            }
            Value::Dict(dict) => {
                let dict = dict.dict.borrow();
                self.out.push(b'}');
                self.memoize();
                let pairs: Vec<_> = dict.iter().collect();
                let single = pairs.len() == 1;
                self.batches(
                    &pairs,
                    if single { b's' } else { b'u' },
                    single,
                    |pickle, pair| {
                        pickle.save(&pair.0, depth + 1)?;
                        pickle.save(&pair.1, depth + 1)
                    },
                )?;
            }
            Value::Set(set) => {
                let set = set.dict.borrow();
                self.out.push(0x8f);
                self.memoize();
                let keys: Vec<&Value> = set.keys().collect();
                self.batches(&keys, 0x90, false, |pickle, key| {
                    pickle.save(key, depth + 1)
                })?;
            }
            Value::Exception(_) | Value::Unbound => return Err(UNFIT),
        }
        Ok(())
    }

    /// What dictionaries and sets hold, behind marks unless it is a single pair. Python looks for more behind a full batch.
    fn batches<T>(
        &mut self,
        items: &[T],
        code: u8,
        single: bool,
        mut save: impl FnMut(&mut Self, &T) -> Result<(), Fail>,
    ) -> Result<(), Fail> {
        let mut rest = items;
        while !items.is_empty() {
            let (batch, after) = rest.split_at(rest.len().min(BATCH));
            if !single {
                self.out.push(b'(');
            }
            for item in batch {
                save(self, item)?;
            }
            self.out.push(code);
            rest = after;
            if batch.len() < BATCH {
                break;
            }
        }
        Ok(())
    }

    fn integer(&mut self, number: i64) {
        if let Ok(number) = u8::try_from(number) {
            self.out.extend([b'K', number]);
        } else if let Ok(number) = u16::try_from(number) {
            self.out.push(b'M');
            self.out.extend(number.to_le_bytes());
        } else if let Ok(number) = i32::try_from(number) {
            self.out.push(b'J');
            self.out.extend(number.to_le_bytes());
        } else {
            self.large(&BigInt::from(number));
        }
    }

    fn large(&mut self, number: &BigInt) {
        let bytes = number.to_signed_bytes_le();
        match u8::try_from(bytes.len()) {
            Ok(length) => self.out.extend([0x8a, length]),
            Err(_) => {
                self.out.push(0x8b);
                self.out.extend((bytes.len() as u32).to_le_bytes());
            }
        }
        self.out.extend(bytes);
    }

    fn text(&mut self, text: &str) {
        // Each is a new text, but for those of which Python has one only.
        let mut characters = text.chars();
        let single = match (characters.next(), characters.next()) {
            (None, _) => true,
            (Some(one), None) => u32::from(one) < 256,
            _ => false,
        };
        let known = self
            .singles
            .iter()
            .find(|(known, _)| matches!(known, Value::Str(known) if **known == *text));
        if let (true, Some((_, at))) = (single, known) {
            let at = *at;
            self.recall(at);
            return;
        }
        self.length(0x8c, b'X', 0x8d, text.len());
        self.out.extend_from_slice(text.as_bytes());
        let at = self.memoize();
        if single {
            self.singles.push((Value::str(text), at));
        }
    }

    fn bytes(&mut self, bytes: &std::sync::Arc<[u8]>) {
        let known = self.bytes.iter().find(|(known, _)| {
            std::sync::Arc::ptr_eq(known, bytes) || (bytes.len() < 2 && known == bytes)
        });
        if let Some((_, at)) = known {
            let at = *at;
            self.recall(at);
            return;
        }
        self.length(b'C', b'B', 0x8e, bytes.len());
        self.out.extend_from_slice(bytes);
        let at = self.memoize();
        self.bytes.push((std::sync::Arc::clone(bytes), at));
    }
}
