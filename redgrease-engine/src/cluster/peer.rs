//! What goes to one other server and comes from it: messages of any length, each exactly once and in order, over a bus that
//! loses, repeats and reorders frames when a link breaks. Nothing here reads a clock, sends or waits.
//!
//! Each direction is a stream of bytes, cut into segments that are numbered and acknowledged. A stream belongs to one run of each
//! server: frames name both, and a server that was started again has a new name. Then, and when a stream is given up, what was
//! on its way is dropped and another stream begins, whose number is higher.

mod frame;
#[cfg(test)]
mod simulation;

use std::collections::{BTreeMap, VecDeque};

pub(super) use frame::{About, PROTOCOL, protocol};
use frame::{Frame, Head, Kind};

/// Milliseconds of any clock that goes on.
pub(super) type Time = u64;

/// A segment has no more bytes than this: a server takes it off in some ten microseconds.
const SEGMENT: usize = 64 << 10;
/// So many bytes may be on their way without an acknowledgement.
const WINDOW: usize = 4 << 20;
/// So many segments are taken before they are acknowledged at once.
const OWED: usize = 16;
/// How long an acknowledgement waits for something that it can go with.
const ACKNOWLEDGE: Time = 10;
/// How long a sender waits for an acknowledgement, at first and at most.
const PATIENCE: (Time, Time) = (500, 2000);
/// How long a sender rests that has no link.
const REST: Time = 50;
/// How long a greeting waits for its answer, at first and at most.
const GREETING: (Time, Time) = (100, 2000);
/// A longer message is not sent. One that comes is a broken stream, not data.
pub(crate) const LONGEST: usize = if cfg!(test) { 32 << 20 } else { 1 << 30 };
/// So many former runs of a server are known, so that a late frame of one is no news.
const FORMER: usize = 8;

/// What a frame brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A message.
    Message(Vec<u8>),
    /// The other server is known now, or anew.
    Met(About),
    /// It was started again: what was on its way to the run before is lost.
    Restarted,
}

/// The stream to the other server.
#[derive(Debug)]
struct Outgoing {
    number: u32,
    /// The number of the first segment that is not acknowledged.
    first: u64,
    /// Segments that are not acknowledged.
    cut: VecDeque<Vec<u8>>,
    /// How many of them were sent since the last time that they were sent again.
    sent: usize,
    /// Messages that are not cut, each behind its length, and how much of the first one is.
    whole: VecDeque<Vec<u8>>,
    at: usize,
    /// All that is not acknowledged.
    bytes: usize,
    /// When what was sent counts as lost.
    lost_at: Option<Time>,
    patience: Time,
}

impl Outgoing {
    fn new(number: u32) -> Self {
        Self {
            number,
            first: 0,
            cut: VecDeque::new(),
            sent: 0,
            whole: VecDeque::new(),
            at: 0,
            bytes: 0,
            lost_at: None,
            patience: PATIENCE.0,
        }
    }

    /// Cuts one more segment off the messages.
    fn cut(&mut self) -> bool {
        let on_the_way: usize = self.cut.iter().map(Vec::len).sum();
        if self.whole.is_empty() || on_the_way >= WINDOW {
            return false;
        }
        let mut segment = Vec::new();
        while let Some(message) = self.whole.front_mut() {
            let room = SEGMENT - segment.len();
            if self.at == 0 && segment.is_empty() && message.len() <= room {
                segment = std::mem::take(message);
            } else {
                let end = message.len().min(self.at + room);
                segment.extend_from_slice(&message[self.at..end]);
                self.at = end;
                if end < message.len() {
                    break;
                }
            }
            self.at = 0;
            self.whole.pop_front();
            if segment.len() == SEGMENT {
                break;
            }
        }
        self.cut.push_back(segment);
        true
    }
}

/// The stream from the other server.
#[derive(Debug, Default)]
struct Incoming {
    number: u32,
    /// The number of the next segment.
    next: u64,
    /// Segments that came too early.
    early: BTreeMap<u64, Vec<u8>>,
    /// A message that is not whole.
    partial: Vec<u8>,
    /// How many segments are not acknowledged, and when they have to be.
    owed: usize,
    owed_at: Option<Time>,
}

/// One other server.
#[derive(Debug)]
pub(super) struct Peer {
    own: About,
    /// Its run, once it is known.
    run: Option<u64>,
    former: VecDeque<u64>,
    outgoing: Outgoing,
    incoming: Incoming,
    /// When it is greeted, and how long until that is done again.
    greet_at: Option<Time>,
    greeting: Time,
    /// Until when there is no link.
    rests_until: Time,
}

impl Peer {
    /// A server that nothing is known of yet.
    pub(super) fn new(own: About, now: Time) -> Self {
        Self {
            own,
            run: None,
            former: VecDeque::new(),
            outgoing: Outgoing::new(1),
            incoming: Incoming::default(),
            greet_at: Some(now),
            greeting: GREETING.0,
            rests_until: 0,
        }
    }

    /// Puts a message behind all others, which is not longer than [`LONGEST`].
    pub(super) fn push(&mut self, message: &[u8]) {
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        let mut framed = Vec::with_capacity(message.len() + 4);
        framed.extend_from_slice(&length.to_le_bytes());
        framed.extend_from_slice(message);
        self.outgoing.bytes += framed.len();
        self.outgoing.whole.push_back(framed);
    }

    /// How many bytes it has not acknowledged.
    pub(super) fn unacknowledged(&self) -> usize {
        self.outgoing.bytes
    }

    /// How many messages wait, and how many segments it has not acknowledged.
    pub(super) fn pending(&self) -> usize {
        self.outgoing.whole.len() + self.outgoing.cut.len()
    }

    /// Drops what is on its way to it; what is sent from now on arrives without that.
    pub(super) fn give_up(&mut self) {
        self.outgoing = Outgoing::new(self.outgoing.number + 1);
    }

    // -- sending

    /// The next frame to send now.
    pub(super) fn next(&mut self, now: Time) -> Option<Vec<u8>> {
        if now < self.rests_until {
            return None;
        }
        if self.greet_at.is_some_and(|at| at <= now) {
            self.greet_at = self.run.is_none().then_some(now + self.greeting);
            self.greeting = (2 * self.greeting).min(GREETING.1);
            return Some(Frame::hello(self.head(Kind::Hello, 0), &self.own));
        }
        self.run?;
        if self.outgoing.lost_at.is_some_and(|at| at <= now) {
            self.send_again();
            self.outgoing.patience = (2 * self.outgoing.patience).min(PATIENCE.1);
        }
        if self.outgoing.sent < self.outgoing.cut.len() || self.outgoing.cut() {
            let number = self.outgoing.first + self.outgoing.sent as u64;
            let head = self.head(Kind::Segment, number);
            self.acknowledged();
            let outgoing = &mut self.outgoing;
            let frame = Frame::segment(head, &outgoing.cut[outgoing.sent]);
            outgoing.sent += 1;
            let patience = outgoing.patience;
            outgoing.lost_at.get_or_insert(now + patience);
            return Some(frame);
        }
        if self.incoming.owed_at.is_some_and(|at| at <= now) {
            let head = self.head(Kind::Acknowledgement, 0);
            self.acknowledged();
            return Some(Frame::bare(head));
        }
        None
    }

    /// The frame that was given last could not be sent: there is no link.
    pub(super) fn refused(&mut self, now: Time) {
        self.rests_until = now + REST;
        self.send_again();
        if self.run.is_none() {
            self.greet_at = Some(self.rests_until);
            self.greeting = GREETING.0;
        }
        // What may have been on board goes with the next one.
        if self.incoming.number > 0 {
            self.incoming.owed_at = Some(self.rests_until);
        }
    }

    /// When there is something to send again, if nothing happens before.
    pub(super) fn wakes_at(&self) -> Option<Time> {
        let outgoing = &self.outgoing;
        let on_the_way = || outgoing.cut.iter().map(Vec::len).sum::<usize>();
        let has_segment = outgoing.sent < outgoing.cut.len()
            || !outgoing.whole.is_empty() && on_the_way() < WINDOW;
        let times = [
            self.greet_at,
            self.run.and(outgoing.lost_at),
            self.run.and(self.incoming.owed_at),
            (has_segment && self.run.is_some()).then_some(0),
        ];
        let first = times.into_iter().flatten().min()?;
        Some(first.max(self.rests_until))
    }

    fn send_again(&mut self) {
        self.outgoing.sent = 0;
        self.outgoing.lost_at = None;
    }

    fn acknowledged(&mut self) {
        self.incoming.owed = 0;
        self.incoming.owed_at = None;
    }

    fn head(&self, kind: Kind, number: u64) -> Head {
        Head {
            kind,
            from: self.own.run,
            to: self.run.unwrap_or(0),
            stream: self.outgoing.number,
            number,
            taken_stream: self.incoming.number,
            taken: self.incoming.next,
        }
    }

    // -- receiving

    /// Takes a frame.
    pub(super) fn take(&mut self, now: Time, bytes: &[u8]) -> Vec<Event> {
        let Some(frame) = Frame::parse(bytes) else {
            return Vec::new();
        };
        let mut events = Vec::new();
        let head = frame.head;
        if self.former.contains(&head.from) {
            return events;
        }
        if let Some(about) = frame.about() {
            if self.run != Some(about.run) {
                self.meet(about, &mut events);
            }
            if head.to != self.own.run {
                self.greet_at = Some(now);
            }
        }
        if self.run != Some(head.from) || head.to != self.own.run {
            // One of the two was started again, and the other one does not know.
            if frame.about().is_none() {
                self.greet_at = Some(now);
            }
            return events;
        }
        self.release(&head, now);
        if head.kind == Kind::Segment {
            self.take_segment(&head, frame.rest, now, &mut events);
        }
        events
    }

    fn meet(&mut self, about: About, events: &mut Vec<Event>) {
        if let Some(former) = self.run.replace(about.run) {
            self.former.push_back(former);
            if self.former.len() > FORMER {
                self.former.pop_front();
            }
            self.give_up();
            self.incoming = Incoming::default();
            events.push(Event::Restarted);
        }
        self.greet_at = None;
        self.greeting = GREETING.0;
        self.rests_until = 0;
        events.push(Event::Met(about));
    }

    /// Forgets the segments that the other side has taken.
    fn release(&mut self, head: &Head, now: Time) {
        let outgoing = &mut self.outgoing;
        if head.taken_stream != outgoing.number || head.taken <= outgoing.first {
            return;
        }
        while outgoing.first < head.taken {
            let Some(segment) = outgoing.cut.pop_front() else {
                break;
            };
            outgoing.first += 1;
            outgoing.bytes = outgoing.bytes.saturating_sub(segment.len());
            outgoing.sent = outgoing.sent.saturating_sub(1);
        }
        outgoing.patience = PATIENCE.0;
        outgoing.lost_at = (outgoing.sent > 0).then_some(now + outgoing.patience);
    }

    fn take_segment(&mut self, head: &Head, bytes: &[u8], now: Time, events: &mut Vec<Event>) {
        let incoming = &mut self.incoming;
        if head.stream < incoming.number {
            return;
        }
        if head.stream > incoming.number {
            *incoming = Incoming {
                number: head.stream,
                ..Incoming::default()
            };
        }
        incoming.owed += 1;
        let at = if incoming.owed >= OWED || head.number != incoming.next {
            now
        } else {
            now + ACKNOWLEDGE
        };
        incoming.owed_at = Some(incoming.owed_at.map_or(at, |before| before.min(at)));
        let furthest = incoming.next + (2 * WINDOW / SEGMENT) as u64;
        if head.number > incoming.next && head.number < furthest {
            incoming.early.insert(head.number, bytes.to_vec());
        }
        if head.number != incoming.next {
            return;
        }
        incoming.next += 1;
        incoming.partial.extend_from_slice(bytes);
        while let Some(early) = incoming.early.remove(&incoming.next) {
            incoming.next += 1;
            incoming.partial.extend_from_slice(&early);
        }
        incoming.cut(events);
    }
}

impl Incoming {
    /// Takes whole messages out of what came.
    fn cut(&mut self, events: &mut Vec<Event>) {
        let mut at = 0;
        while let Some(head) = self.partial.get(at..at + 4) {
            let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
            let length = usize::try_from(length).unwrap_or(LONGEST).min(LONGEST);
            let Some(message) = self.partial.get(at + 4..at + 4 + length) else {
                break;
            };
            events.push(Event::Message(message.to_vec()));
            at += 4 + length;
        }
        self.partial.drain(..at);
    }
}
