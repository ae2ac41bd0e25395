//! The batches of a registration between reading and acknowledging.

use std::collections::VecDeque;

use super::batch::Entries;
use super::batch::{AHEAD_BYTES, Done, Id, Key, Place, Portion, Verdict};

/// Batches that were read, the one that runs, and those that did.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    ready: VecDeque<Portion>,
    running: Option<Done>,
    done: Vec<Done>,
    left: Vec<Done>,
}

impl UnderWay {
    /// Takes a batch in that was read.
    pub(crate) fn add(&mut self, portion: Portion) {
        self.ready.push_back(portion);
    }

    /// Whether nothing runs and nothing waits to be acknowledged.
    pub(crate) fn is_settled(&self) -> bool {
        self.running.is_none() && self.done.is_empty()
    }

    /// Whether something is to be told to the server.
    pub(crate) fn has_news(&self) -> bool {
        !self.done.is_empty() || !self.left.is_empty()
    }

    /// Whether another batch may be read.
    pub(crate) fn has_room(&self, ahead: usize) -> bool {
        if ahead == 0 {
            return self.running.is_none() && self.ready.is_empty();
        }
        let bytes: usize = self
            .ready
            .iter()
            .map(|portion| portion.entries.batch.size())
            .sum();
        self.ready.len() < ahead && bytes < AHEAD_BYTES
    }

    /// The batch that runs next, if none runs.
    pub(crate) fn start(&mut self) -> Option<Entries> {
        if self.running.is_some() {
            return None;
        }
        let portion = self.ready.pop_front()?;
        let mut entries = portion.entries;
        self.running = Some(Done {
            key: portion.key,
            place: Place::Here,
            ids: std::mem::take(&mut entries.ids),
            ahead: entries.ahead,
            since: portion.since,
            given_up: None,
        });
        Some(entries)
    }

    /// The batch that runs, by the name of its stream and its ids, unless the stream is gone.
    pub(crate) fn running(&self) -> Option<(Key, Vec<Vec<u8>>)> {
        let running = self.running.as_ref()?;
        (running.place == Place::Here).then(|| (Key::clone(&running.key), running.ids.clone()))
    }

    /// Up to which entry of a stream something is under way that its group has not got.
    pub(crate) fn ahead(&self, key: &[u8]) -> Option<Id> {
        let ready = self.ready.iter().rev();
        let ready = ready.map(|portion| (&portion.key, portion.entries.ahead));
        let read = self.running.iter().chain(self.done.iter().rev());
        let read = read.filter(|batch| batch.place == Place::Here);
        let mut of_stream = ready
            .chain(read.map(|batch| (&batch.key, batch.ahead)))
            .filter(|(name, _)| ***name == *key);
        of_stream.find_map(|(_, ahead)| Some(ahead?.through))
    }

    /// What ran is over; gives the name of its stream.
    pub(crate) fn conclude(&mut self, verdict: &Verdict) -> Option<Key> {
        let mut ran = self.running.take()?;
        let key = Key::clone(&ran.key);
        match verdict {
            Verdict::Acknowledge => self.done.push(ran),
            Verdict::GiveUp(error) => {
                ran.given_up = Some(error.clone());
                self.done.push(ran);
            }
            Verdict::Stop(_) => self.left.push(ran),
        }
        Some(key)
    }

    /// What is to be acknowledged.
    pub(crate) fn take_done(&mut self) -> Vec<Done> {
        present(std::mem::take(&mut self.done))
    }

    /// What was read and not worked off.
    pub(crate) fn take_left(&mut self) -> Vec<Done> {
        present(std::mem::take(&mut self.left))
    }

    /// Lets go of what was read ahead; gives the names of the streams.
    pub(crate) fn drop_ready(&mut self) -> Vec<Key> {
        self.ready.drain(..).map(|portion| portion.key).collect()
    }

    fn read(&mut self) -> impl Iterator<Item = &mut Done> {
        self.running
            .iter_mut()
            .chain(&mut self.done)
            .chain(&mut self.left)
    }

    /// The stream under a name is gone, or all are: nothing of theirs is told to those that come in their place. With
    /// [`Place::Leaving`] it may come under another name at once.
    pub(crate) fn vanished(&mut self, key: Option<&[u8]>, place: Place) {
        let is_gone = |one: &Key| key.is_none_or(|key| **one == *key);
        self.ready.retain(|portion| !is_gone(&portion.key));
        for batch in self.read() {
            if batch.place == Place::Here && is_gone(&batch.key) {
                batch.place = place;
            } else if batch.place == Place::Leaving {
                batch.place = Place::Gone;
            }
        }
    }

    /// What was leaving took the place of another stream. Gives whether there is anything of it.
    pub(crate) fn replaced(&mut self, to: &[u8]) -> bool {
        self.ready.retain(|portion| *portion.key != *to);
        let mut any = false;
        for batch in self.read() {
            if batch.place == Place::Leaving {
                batch.key = Key::from(to);
                batch.place = Place::Here;
                any = true;
            } else if *batch.key == *to {
                batch.place = Place::Gone;
            }
        }
        any
    }
}

fn present(mut batches: Vec<Done>) -> Vec<Done> {
    batches.retain(|batch| batch.place == Place::Here);
    batches
}
