//! Frames between the engine and a worker.
//!
//! A frame is a length (u32, counting what follows it), a type (u8), a number (u32, meaning by type) and a marshalled
//! payload, all little endian. The same format runs in both directions of the socket.

/// Declares the types of frames, each with its number. `wire.py` has them in capitals, and a test compares the two.
macro_rules! frame_types {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// What a frame says. Low numbers go to the worker, high ones come from it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum FrameType {
            $($(#[$doc])* $name = $number,)*
        }

        impl FrameType {
            fn parse(raw: u8) -> Option<Self> {
                match raw {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }
        }

        /// All of them, by name.
        #[cfg(test)]
        const ALL: &[(&str, i64)] = &[$((stringify!($name), $number)),*];
    };
}

frame_types! {
    /// Settings of a fresh worker.
    Hello = 1,
    /// Run a script as a new session.
    Load = 2,
    /// Build a session again from its pickled registrations.
    Restore = 3,
    /// Run a plan over all of its records.
    Call = 4,
    /// More records of a run.
    Batch = 5,
    /// The answer to a request of the worker.
    Reply = 6,
    /// Stop a run.
    Abort = 7,
    /// Forget a session.
    Drop = 8,
    /// Let another thread read frames, the one that did is busy.
    Promote = 9,
    /// Settings changed.
    Configure = 10,
    /// A socket for synchronous calls comes with this frame.
    Sync = 11,
    /// A run that a function started is over.
    Over = 12,
    /// Registrations are in place.
    Registered = 13,
    /// Give or forget what profiling measured.
    Profile = 14,
    /// Run a plan over records that come in pieces: the first ones.
    Begin = 15,
    /// Records of another shard for a run, or that there are no more.
    Arrival = 16,
    /// A page of memory comes with this frame, on which the engine counts writes of keys whose records it has sent.
    Page = 17,
    /// Unpickle plans without keeping them.
    Try = 18,

    /// The worker stands: version and abilities.
    Ready = 65,
    /// A run, a load or a restore is over.
    Result = 66,
    /// A batch of a run is worked off.
    Progress = 67,
    /// Run a Redis command.
    Execute = 68,
    /// Keep the server lock.
    AtomicBegin = 69,
    /// Release the server lock.
    AtomicEnd = 70,
    /// Anything else that needs the engine's answer.
    Request = 71,
    /// A line for the server log.
    Log = 72,
    /// A run was stopped before it began.
    Aborted = 73,
    /// A new thread reads frames.
    Leading = 74,
    /// Run a Redis command inside an atomic block.
    ExecuteAtomic = 75,
    /// A synchronous call begins: its function is there.
    Begun = 76,
    /// Records of a run for other shards, and what is finished of it here.
    Crossing = 77,
}

const HEAD: usize = 9;
/// A frame longer than this is a broken stream, not data.
const LONGEST: usize = 1 << 30;

/// Appends a frame whose payload `fill` writes.
pub(crate) fn frame(
    out: &mut Vec<u8>,
    kind: FrameType,
    number: u32,
    fill: impl FnOnce(&mut Vec<u8>),
) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.push(kind as u8);
    out.extend_from_slice(&number.to_le_bytes());
    fill(out);
    let length = u32::try_from(out.len() - start - 4).unwrap_or(u32::MAX);
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// A frame that arrived.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) kind: FrameType,
    pub(crate) number: u32,
    pub(crate) payload: &'a [u8],
}

/// Why a stream of frames is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

/// Collects the bytes of a stream and cuts them into frames.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    at: usize,
}

impl Inbox {
    /// Takes in bytes that were read.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.at > 0 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole frame.
    ///
    /// # Errors
    /// [`Broken`] when the bytes are no frame.
    pub(crate) fn next(&mut self) -> Result<Option<Frame<'_>>, Broken> {
        let rest = &self.bytes[self.at..];
        let Some(head) = rest.get(..HEAD) else {
            return Ok(None);
        };
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
        let length = usize::try_from(length).map_err(|_| Broken)?;
        if !(HEAD - 4..=LONGEST).contains(&length) {
            return Err(Broken);
        }
        let kind = FrameType::parse(head[4]).ok_or(Broken)?;
        let number = u32::from_le_bytes([head[5], head[6], head[7], head[8]]);
        let end = length + 4;
        if rest.len() < end {
            return Ok(None);
        }
        let start = self.at;
        self.at += end;
        Ok(Some(Frame {
            kind,
            number,
            payload: &self.bytes[start + HEAD..start + end],
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_cut_out_of_any_pieces() {
        let mut stream = Vec::new();
        frame(&mut stream, FrameType::Call, 7, |out| {
            out.extend_from_slice(b"abc");
        });
        frame(&mut stream, FrameType::Log, 0, |_| {});
        for size in 1..stream.len() {
            let mut inbox = Inbox::default();
            let mut seen = Vec::new();
            for piece in stream.chunks(size) {
                inbox.push(piece);
                while let Some(frame) = inbox.next().expect("well-formed") {
                    seen.push((frame.kind, frame.number, frame.payload.to_vec()));
                }
            }
            assert_eq!(
                seen,
                [
                    (FrameType::Call, 7, b"abc".to_vec()),
                    (FrameType::Log, 0, Vec::new())
                ]
            );
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let mut inbox = Inbox::default();
        inbox.push(&[255; 9]);
        assert_eq!(inbox.next().err(), Some(Broken));
        let mut inbox = Inbox::default();
        inbox.push(&[5, 0, 0, 0, 200, 0, 0, 0, 0]);
        assert_eq!(inbox.next().err(), Some(Broken));
    }

    /// Names and numbers of a Python file: `A, B = range(1, 3)` and `A, B = 1, 2`.
    fn constants(text: &str) -> Vec<(String, i64)> {
        let mut found = Vec::new();
        for line in text.lines() {
            let Some((names, values)) = line.split_once(" = ") else {
                continue;
            };
            let names: Vec<&str> = names.split(", ").collect();
            let is_constant = |name: &&str| {
                name.starts_with(|letter: char| letter.is_ascii_uppercase())
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
            };
            if !names.iter().all(is_constant) || names == ["TYPE_CHECKING"] {
                continue;
            }
            let range = values
                .strip_prefix("range(")
                .and_then(|range| range.strip_suffix(')'));
            let numbers: Vec<i64> = match range.and_then(|range| range.split_once(", ")) {
                Some((first, end)) => {
                    (first.parse().expect("a number")..end.parse().expect("a number")).collect()
                }
                None => values.split(", ").flat_map(str::parse).collect(),
            };
            assert_eq!(names.len(), numbers.len(), "{line}");
            found.extend(names.into_iter().map(str::to_owned).zip(numbers));
        }
        found
    }

    /// `ExecuteAtomic` as Python spells it.
    fn in_capitals(name: &str) -> String {
        let mut spelled = String::new();
        for letter in name.chars() {
            if letter.is_ascii_uppercase() && !spelled.is_empty() {
                spelled.push('_');
            }
            spelled.push(letter.to_ascii_uppercase());
        }
        spelled
    }

    #[test]
    fn the_worker_has_the_same_numbers() {
        use crate::record::batch::{FLAGS, Layout};
        let mut wanted: Vec<(String, i64)> = ALL
            .iter()
            .map(|(name, number)| (in_capitals(name), *number))
            .collect();
        wanted.extend(FLAGS.iter().map(|(name, bit)| ((*name).to_owned(), *bit)));
        for (name, number) in [
            ("PLAIN", Layout::Plain as i64),
            ("KEYS", Layout::Keys as i64),
            ("KEYS_ONLY", Layout::KeysOnly as i64),
            ("STREAM", Layout::Stream as i64),
            ("GENERATOR", Layout::Generator as i64),
        ] {
            wanted.push((name.to_owned(), number));
        }
        let mut found = constants(include_str!("../../python/redgrease_worker/wire.py"));
        wanted.sort();
        found.sort();
        assert_eq!(found, wanted);
    }

    #[test]
    fn the_guide_names_every_frame() {
        let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/engine.md");
        let text = std::fs::read_to_string(guide).expect("the guide");
        let (_, table) = text.split_once("## Frames").expect("a chapter");
        let (table, _) = table.split_once("\n## ").expect("another chapter");
        for (name, _) in ALL {
            let name = in_capitals(name);
            let is_there = table
                .split(|letter: char| !letter.is_ascii_uppercase() && letter != '_')
                .any(|word| word == name);
            assert!(is_there, "docs/engine.md does not say what {name} is");
        }
    }
}
