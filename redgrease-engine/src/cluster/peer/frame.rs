//! Frames between two servers: 45 bytes, and what they carry.

/// What every frame begins with: a mark, and the number of this protocol.
const MARK: [u8; 3] = *b"RG\x01";
/// How long the head of a frame is.
const HEAD: usize = 45;

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// Who sends it.
    Hello = 1,
    /// A part of the stream.
    Segment = 2,
    /// Nothing but what was taken.
    Acknowledgement = 3,
}

/// What a server says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::cluster) struct About {
    /// This run of it: no two have the same, and none is 0.
    pub(in crate::cluster) run: u64,
    /// The id of this run, for people.
    pub(in crate::cluster) run_id: String,
    /// The version of its engine.
    pub(in crate::cluster) version: String,
}

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: Kind,
    /// The run of the sender.
    pub(super) from: u64,
    /// The run of the receiver as the sender knows it; 0 when it does not.
    pub(super) to: u64,
    /// The stream of the sender, and the number of the segment.
    pub(super) stream: u32,
    pub(super) number: u64,
    /// The stream of the receiver, and how many segments of it were taken.
    pub(super) taken_stream: u32,
    pub(super) taken: u64,
}

/// A frame that came.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) head: Head,
    pub(super) rest: &'a [u8],
}

impl Head {
    fn write(&self, room: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD + room);
        out.extend_from_slice(&MARK);
        out.push(self.kind as u8);
        // Room for what a later protocol adds.
        out.push(0);
        out.extend_from_slice(&self.from.to_le_bytes());
        out.extend_from_slice(&self.to.to_le_bytes());
        out.extend_from_slice(&self.stream.to_le_bytes());
        out.extend_from_slice(&self.number.to_le_bytes());
        out.extend_from_slice(&self.taken_stream.to_le_bytes());
        out.extend_from_slice(&self.taken.to_le_bytes());
        out
    }
}

impl<'a> Frame<'a> {
    /// A greeting.
    pub(super) fn hello(head: Head, about: &About) -> Vec<u8> {
        let mut out = head.write(about.run_id.len() + about.version.len() + 1);
        out.extend_from_slice(about.run_id.as_bytes());
        out.push(b' ');
        out.extend_from_slice(about.version.as_bytes());
        out
    }

    /// A part of the stream.
    pub(super) fn segment(head: Head, bytes: &[u8]) -> Vec<u8> {
        let mut out = head.write(bytes.len());
        out.extend_from_slice(bytes);
        out
    }

    /// Nothing but a head.
    pub(super) fn bare(head: Head) -> Vec<u8> {
        head.write(0)
    }

    /// The frame that these bytes are; nothing if they are none of this protocol.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let kind = match head.strip_prefix(&MARK)?.first()? {
            1 => Kind::Hello,
            2 => Kind::Segment,
            3 => Kind::Acknowledgement,
            _ => return None,
        };
        let long = |at: usize| Some(u64::from_le_bytes(head.get(at..at + 8)?.try_into().ok()?));
        let short = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
        let head = Head {
            kind,
            from: long(5)?,
            to: long(13)?,
            stream: short(21)?,
            number: long(25)?,
            taken_stream: short(33)?,
            taken: long(37)?,
        };
        (head.from != 0).then_some(Self { head, rest })
    }

    /// What the sender says about itself, in a greeting.
    pub(super) fn about(&self) -> Option<About> {
        if self.head.kind != Kind::Hello {
            return None;
        }
        let text = String::from_utf8_lossy(self.rest);
        let (run_id, version) = text.split_once(' ').unwrap_or((&text, ""));
        Some(About {
            run: self.head.from,
            run_id: run_id.to_owned(),
            version: version.to_owned(),
        })
    }
}

/// The number of the protocol that a frame speaks, if it is one of the engine.
pub(in crate::cluster) fn protocol(bytes: &[u8]) -> Option<u8> {
    let (mark, rest) = bytes.split_at_checked(2)?;
    (mark == &MARK[..2]).then(|| rest.first().copied())?
}

/// The number of this protocol.
pub(in crate::cluster) const PROTOCOL: u8 = MARK[2];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_what_was_written() {
        let head = Head {
            kind: Kind::Segment,
            from: 1 << 40,
            to: 2,
            stream: 3,
            number: 4 << 33,
            taken_stream: 5,
            taken: 6,
        };
        let bytes = Frame::segment(head, b"abc");
        let frame = Frame::parse(&bytes).expect("a frame");
        assert_eq!((frame.head, frame.rest), (head, &b"abc"[..]));
        assert_eq!(protocol(&bytes), Some(PROTOCOL));
        for length in 0..HEAD {
            assert!(Frame::parse(&bytes[..length]).is_none());
        }
        let about = About {
            run: head.from,
            run_id: "ab".to_owned(),
            version: "1.2".to_owned(),
        };
        let head = Head {
            kind: Kind::Hello,
            ..head
        };
        let bytes = Frame::hello(head, &about);
        assert_eq!(Frame::parse(&bytes).and_then(|f| f.about()), Some(about));
    }
}
