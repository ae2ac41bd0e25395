//! The links to all other shards: what is sent, what came, and who is told.
//!
//! The server takes a frame off on its main thread, which copies it. Everything else happens on two threads: one sends, with the
//! server's lock for a portion at a time, and looks whether the cluster has changed; one puts messages together and hands them on.

mod arrivals;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use super::hold::SENDING;
use super::listener;
use super::message::Message;
use super::peer::{About, Event, LONGEST, PROTOCOL, Peer, Time, protocol};
use super::topology::{self, Topology, topology};
use super::unsent::Unsent;
use crate::base::{clock, guard};
use crate::server::{
    Context, Level, listen_to_nodes, lock_server_even_paused, log, send_at_once, send_to_node,
    start_lasting_thread,
};
use crate::settings::settings;
use crate::worker::pool::workers;
use arrivals::{Arrivals, take_all};

/// So many bytes are sent with the server's lock in hand, and one frame more at most: some hundred microseconds' worth.
const PORTION: usize = 64 << 10;
/// How often the server is asked about the cluster.
const LOOK: Time = 100;

/// So many looks after something is new, the server has its connections.
const SETTLED: u32 = 10;
/// It makes one anew that was broken, which nobody hears of: every so many looks is looked for those.
const RARELY: u32 = 100;

/// The link to one shard.
#[derive(Debug)]
struct Link {
    peer: Peer,
    about: Option<About>,
    /// The protocol that it speaks instead of this one.
    stranger: Option<u8>,
    /// Whether it failed or is no shard now. What both know of their streams stays: it may come back without a start.
    away: bool,
}

static LINKS: LazyLock<Mutex<BTreeMap<&'static str, Link>>> = LazyLock::new(Mutex::default);
/// How often was looked since something was new.
static LOOKS: AtomicU32 = AtomicU32::new(0);
static CHANGED: Condvar = Condvar::new();
fn now() -> Time {
    clock::microseconds() / 1000
}

/// Starts the links, if this server is part of a cluster.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start(context: Context<'_>) -> io::Result<()> {
    if !context.flags().cluster() {
        return Ok(());
    }
    if !listen_to_nodes::<Arrivals>(context) {
        log(
            Level::Warning,
            "this server's module API lacks messages between nodes: every run stays on one shard",
        );
        return Ok(());
    }
    start_lasting_thread("rg-links", send_all)?;
    start_lasting_thread("rg-arrivals", take_all)
}

fn own() -> About {
    let id = super::run_id();
    About {
        run: u64::from_str_radix(&id[..16], 16).unwrap_or(1).max(1),
        run_id: id.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

impl Link {
    fn new() -> Self {
        Self {
            peer: Peer::new(own(), now()),
            about: None,
            stranger: None,
            away: false,
        }
    }

    /// Why a message of so many bytes does not go over it.
    fn refuses(&self, bytes: usize) -> Option<Refused> {
        if self.away {
            return Some(Refused::Away);
        }
        let stranger = self.stranger.map(Refused::Stranger);
        stranger.or_else(|| (bytes > longest()).then_some(Refused::TooLong(bytes)))
    }
}

/// How long a message may be.
pub(crate) fn longest() -> usize {
    settings().message_limit.count().min(LONGEST)
}

/// Sends a message to another shard. It arrives once, and behind those that were sent before it, or [`Listener::lost`](super::Listener::lost) is called.
///
/// # Errors
/// When the shard is none, has failed, or speaks another protocol, or when the message is too long.
pub(crate) fn send(shard: &'static str, message: Message) -> Result<(), Unsent> {
    match send_each([shard], message).pop() {
        None => Ok(()),
        Some((_, unsent)) => Err(unsent),
    }
}

/// The same to several shards; gives those that it does not go to, and why.
pub(crate) fn send_each(
    shards: impl IntoIterator<Item = &'static str>,
    message: Message,
) -> Vec<(&'static str, Unsent)> {
    let name = message.name();
    let bytes = message.encode();
    let mut links = guard(&LINKS);
    let mut refused = Vec::new();
    for shard in shards {
        match links.get_mut(shard) {
            None => refused.push((shard, Refused::Nobody)),
            Some(link) => match link.refuses(bytes.len()) {
                Some(why) => refused.push((shard, why)),
                None => link.peer.push(&bytes),
            },
        }
    }
    drop(links);
    CHANGED.notify_one();
    refused
        .into_iter()
        .map(|(shard, why)| (shard, why.about(shard, name)))
        .collect()
}

/// Why a message does not go to a shard.
#[derive(Clone, Copy, Debug)]
enum Refused {
    Nobody,
    Away,
    Stranger(u8),
    /// It has so many bytes.
    TooLong(usize),
}

impl Refused {
    fn about(self, shard: &'static str, message: &'static str) -> Unsent {
        let known = topology();
        let named = known.named(shard);
        match self {
            Self::Nobody => Unsent::Nobody(shard),
            Self::Away if known.shard(shard).is_some() => Unsent::Failed(named),
            Self::Away => Unsent::Gone(named),
            Self::Stranger(protocol) => Unsent::Stranger {
                shard: named,
                protocol,
            },
            Self::TooLong(bytes) => Unsent::TooLong {
                shard: named,
                message,
                bytes,
                most: longest(),
            },
        }
    }
}

/// How many bytes a shard has not acknowledged: who has much to send waits while that is much.
pub(crate) fn unacknowledged(shard: &str) -> usize {
    guard(&LINKS)
        .get(shard)
        .map_or(0, |link| link.peer.unacknowledged())
}

/// How many messages and parts of messages a shard has not acknowledged.
pub(crate) fn pending(shard: &str) -> usize {
    guard(&LINKS)
        .get(shard)
        .map_or(0, |link| link.peer.pending())
}

/// The id of the run of a shard, once it is known, and the version of its engine.
pub(crate) fn run_of(shard: &str) -> Option<(String, String)> {
    let links = guard(&LINKS);
    let about = links.get(shard)?.about.as_ref()?;
    Some((about.run_id.clone(), about.version.clone()))
}

// -- sending

fn send_all() {
    let mut looked: Option<Time> = None;
    let mut last = "";
    loop {
        if looked.is_none_or(|at| now() >= at + LOOK) {
            look();
            hasten();
            looked = Some(now());
        }
        let frames = portion(&mut last);
        if frames.is_empty() {
            continue;
        }
        let mut refused: Vec<&'static str> = Vec::new();
        {
            let lock = lock_server_even_paused();
            SENDING.during(|| {
                for (shard, frame) in &frames {
                    // What follows a frame that got lost is sent again with it.
                    if !refused.contains(shard) && !send_to_node(&lock, shard, frame) {
                        refused.push(*shard);
                    }
                }
            });
        }
        let mut links = guard(&LINKS);
        for shard in refused {
            if let Some(link) = links.get_mut(shard) {
                link.peer.refused(now());
            }
        }
    }
}

/// The next frames to send; none when there is nothing to send for a while. `last` is the shard that got the last one before.
fn portion(last: &mut &'static str) -> Vec<(&'static str, Vec<u8>)> {
    let mut links = guard(&LINKS);
    let mut frames = Vec::new();
    let mut bytes = 0;
    // One of each shard in turn: none waits for the others' long messages.
    let mut turns: VecDeque<&'static str> = links
        .iter()
        .filter(|(_, link)| !link.away)
        .map(|(shard, _)| *shard)
        .collect();
    let served = turns.iter().take_while(|shard| **shard <= *last).count();
    turns.rotate_left(served);
    while bytes < PORTION
        && let Some(shard) = turns.pop_front()
    {
        let link = links.get_mut(shard);
        if let Some(frame) = link.and_then(|link| link.peer.next(now())) {
            bytes += frame.len();
            frames.push((shard, frame));
            turns.push_back(shard);
            *last = shard;
        }
    }
    if frames.is_empty() {
        let here = links.values().filter(|link| !link.away);
        let wakes = here.filter_map(|link| link.peer.wakes_at()).min();
        let wait = wakes.map_or(LOOK, |at| at.saturating_sub(now()).min(LOOK));
        if wait > 0 {
            drop(
                CHANGED
                    .wait_timeout(links, Duration::from_millis(wait))
                    .unwrap_or_else(PoisonError::into_inner),
            );
        }
    }
    frames
}

/// Has messages leave at once, now and then.
fn hasten() {
    let looks = LOOKS.fetch_add(1, Ordering::Relaxed);
    if looks < SETTLED || looks.is_multiple_of(RARELY) {
        let known = topology();
        let ports: Vec<u16> = known.others().map(|shard| shard.bus).collect();
        send_at_once(&ports);
    }
}

/// Asks the server about the cluster, and sees to the links.
pub(crate) fn look() {
    if let Some(before) = topology::refresh() {
        LOOKS.store(0, Ordering::Relaxed);
        follow(&before, &topology());
    }
}

fn follow(before: &Topology, after: &Topology) {
    let mut lost = Vec::new();
    {
        let mut links = guard(&LINKS);
        for shard in after.others() {
            links.entry(shard.id).or_insert_with(Link::new);
        }
        for (id, link) in links.iter_mut() {
            let what = match after.shard(id) {
                Some(shard) if !shard.has_failed => None,
                Some(_) => Some("has failed"),
                None => Some("is no shard of this cluster any more"),
            };
            let was_away = std::mem::replace(&mut link.away, what.is_some());
            if let Some(what) = what.filter(|_| !was_away) {
                link.peer.give_up();
                lost.push((*id, what));
            }
        }
    }
    workers().spread(!after.is_alone());
    for (shard, what) in lost {
        let named = if after.shard(shard).is_some() {
            after.named(shard)
        } else {
            before.named(shard)
        };
        listener::lost(shard, &format!("shard {named} {what}"));
    }
}

fn take(shard: &'static str, frame: &[u8]) -> Vec<Event> {
    let mut links = guard(&LINKS);
    // Another server may know of this one before it is known here.
    let link = links.entry(shard).or_insert_with(Link::new);
    let spoken = protocol(frame);
    let stranger = spoken.filter(|&number| number != PROTOCOL);
    let is_news = link.stranger != stranger;
    link.stranger = stranger;
    let events = if stranger.is_none() {
        link.peer.take(now(), frame)
    } else {
        Vec::new()
    };
    for event in &events {
        if let Event::Met(about) = event {
            LOOKS.store(0, Ordering::Relaxed);
            link.about = Some(about.clone());
        }
    }
    drop(links);
    CHANGED.notify_one();
    if let (true, Some(number)) = (is_news, stranger) {
        log(
            Level::Warning,
            &Unsent::Stranger {
                shard: topology().named(shard),
                protocol: number,
            }
            .to_string(),
        );
    }
    events
}
