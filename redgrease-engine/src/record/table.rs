//! The order in which RedisGears 1.2 gives fields and their values: that of a hash table of four buckets that grows by
//! doubling, a bucket at a time, and hashes with SipHash-1-2 and a key of zeros.

/// How many buckets there are at the start.
const FIRST: usize = 4;
/// So many empty buckets are passed at most in one step of a growing table.
const PASSED: usize = 10;
/// The end of a chain.
const END: usize = usize::MAX;

/// SipHash-1-2 of a text, with a key of zeros.
fn sip(text: &[u8]) -> u64 {
    let mut v = [
        0x736f_6d65_7073_6575_u64,
        0x646f_7261_6e64_6f6d,
        0x6c79_6765_6e65_7261,
        0x7465_6462_7974_6573,
    ];
    let round = |v: &mut [u64; 4]| {
        v[0] = v[0].wrapping_add(v[1]);
        v[1] = v[1].rotate_left(13) ^ v[0];
        v[0] = v[0].rotate_left(32);
        v[2] = v[2].wrapping_add(v[3]);
        v[3] = v[3].rotate_left(16) ^ v[2];
        v[0] = v[0].wrapping_add(v[3]);
        v[3] = v[3].rotate_left(21) ^ v[0];
        v[2] = v[2].wrapping_add(v[1]);
        v[1] = v[1].rotate_left(17) ^ v[2];
        v[2] = v[2].rotate_left(32);
    };
    let mut absorb = |word: u64| {
        v[3] ^= word;
        round(&mut v);
        v[0] ^= word;
    };
    let mut words = text.chunks_exact(8);
    for word in &mut words {
        absorb(little_endian(word));
    }
    absorb((text.len() as u64) << 56 | little_endian(words.remainder()));
    v[2] ^= 0xff;
    round(&mut v);
    round(&mut v);
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn little_endian(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// A name in the table: where it stands among the fields, its hash, and what follows it in its chain.
struct Link {
    field: usize,
    hash: u64,
    next: usize,
}

/// The table, which holds places among the fields.
struct Table {
    links: Vec<Link>,
    /// The buckets, each with the start of its chain.
    old: Vec<usize>,
    /// Those that it grows into, if it does.
    new: Vec<usize>,
    /// How many buckets have moved, and how many names are left where they were.
    moved: usize,
    left: usize,
}

fn bucket(buckets: &mut [usize], hash: u64) -> &mut usize {
    // The number of buckets is a power of two: only low bits of the hash count.
    #[expect(clippy::cast_possible_truncation)]
    let at = hash as usize & (buckets.len() - 1);
    &mut buckets[at]
}

impl Table {
    fn of(fields: usize) -> Self {
        Self {
            links: Vec::with_capacity(fields),
            old: vec![END; FIRST],
            new: Vec::new(),
            moved: 0,
            left: 0,
        }
    }

    fn find<T: AsRef<[u8]>>(&mut self, fields: &[(T, T)], name: &[u8], hash: u64) -> Option<usize> {
        for buckets in [&mut self.old, &mut self.new] {
            if buckets.is_empty() {
                continue;
            }
            let mut at = *bucket(buckets, hash);
            while at != END {
                let link = &self.links[at];
                if link.hash == hash && fields[link.field].0.as_ref() == name {
                    return Some(at);
                }
                at = link.next;
            }
        }
        None
    }

    /// Moves one bucket, if the table grows.
    fn step(&mut self) {
        if self.new.is_empty() {
            return;
        }
        let ahead = self.old[self.moved..].iter();
        let empty = ahead.take_while(|&&start| start == END).count();
        self.moved += empty.min(PASSED);
        if empty >= PASSED {
            return;
        }
        let Some(start) = self.old.get_mut(self.moved) else {
            return;
        };
        let mut at = std::mem::replace(start, END);
        while at != END {
            let link = &mut self.links[at];
            let place = bucket(&mut self.new, link.hash);
            let next = std::mem::replace(&mut link.next, *place);
            *place = at;
            at = next;
            self.left -= 1;
        }
        self.moved += 1;
        if self.left == 0 {
            self.old = std::mem::take(&mut self.new);
            self.left = self.links.len();
            self.moved = 0;
        }
    }

    fn set<T: AsRef<[u8]>>(&mut self, fields: &[(T, T)], field: usize) {
        let name = fields[field].0.as_ref();
        let hash = sip(name);
        self.step();
        let is_full = self.new.is_empty() && self.left >= self.old.len();
        if is_full {
            self.new = vec![END; self.old.len() * 2];
        }
        if let Some(found) = self.find(fields, name, hash) {
            self.links[found].field = field;
            return;
        }
        let grows = !self.new.is_empty();
        let buckets = if grows { &mut self.new } else { &mut self.old };
        let place = bucket(buckets, hash);
        let next = std::mem::replace(place, self.links.len());
        self.links.push(Link { field, hash, next });
        self.left += usize::from(!grows);
    }
}

/// The fields in the order of the table; of fields with one name, which stands where the first one does, the last value.
pub(crate) fn ordered<T: AsRef<[u8]>>(fields: &[(T, T)]) -> impl Iterator<Item = &(T, T)> {
    let mut order = Vec::with_capacity(fields.len());
    if fields.len() > 1 {
        let mut table = Table::of(fields.len());
        for field in 0..fields.len() {
            table.set(fields, field);
        }
        for &start in table.old.iter().chain(&table.new) {
            let mut at = start;
            while let Some(link) = table.links.get(at) {
                order.push(link.field);
                at = link.next;
            }
        }
    } else {
        order.extend(0..fields.len());
    }
    order.into_iter().map(|field| &fields[field])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(names: &str) -> String {
        let fields: Vec<(&str, &str)> = names.split(' ').map(|name| (name, name)).collect();
        let names: Vec<&str> = ordered(&fields).map(|(name, _)| *name).collect();
        names.join(" ")
    }

    #[test]
    fn the_order_is_that_of_redis_gears() {
        for (added, shown) in [
            ("f1 f2", "f2 f1"),
            ("a b", "b a"),
            ("gender behavior", "gender behavior"),
            ("one", "one"),
            ("a b c d e f g", "e b a f g c d"),
            (
                "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19",
                "11 15 14 7 5 3 8 13 2 9 0 10 6 4 19 18 12 1 16 17",
            ),
        ] {
            assert_eq!(order(added), shown);
        }
    }

    #[test]
    fn the_hash_is_sip_hash_1_2() {
        assert_eq!(sip(b""), 0x3204_eeb5_9b3c_ccdd);
        assert_eq!(sip(b"hello world, hello"), 0x2d5c_195d_a8df_9e61);
    }

    #[test]
    fn of_many_each_stands_once() {
        let numbers = |range: std::ops::Range<u32>| range.map(|n| n.to_string());
        for many in 1..300 {
            let names: Vec<String> = numbers(0..many).chain(numbers(0..many / 2)).collect();
            let fields: Vec<(String, String)> = names
                .iter()
                .enumerate()
                .map(|(at, name)| (name.clone(), at.to_string()))
                .collect();
            let mut found: Vec<_> = ordered(&fields).cloned().collect();
            assert_eq!(found.len(), many as usize);
            found.sort();
            let mut last: Vec<_> = fields[fields.len() - many as usize..].to_vec();
            last.sort();
            assert_eq!(found, last);
        }
    }
}
