//! Two servers and the bus between them, under random schedules: links break, frames are lost, repeated and overtaken, servers
//! are started again, messages are of any length.

use super::{About, Event, Peer, Time};

/// A small generator of numbers that look random; the same ones for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

fn about(run: u64) -> About {
    About {
        run,
        run_id: format!("{run}"),
        version: "test".to_owned(),
    }
}

/// A server: its end of the link, and what it sent and got since its last start.
struct Server {
    run: u64,
    peer: Peer,
    sent: u64,
    /// What the server on the other side got from this run of this one: the run that got it, and the numbers.
    got: Vec<(u64, Vec<u64>)>,
}

impl Server {
    fn new(run: u64, now: Time) -> Self {
        Self {
            run,
            peer: Peer::new(about(run), now),
            sent: 0,
            got: Vec::new(),
        }
    }
}

struct World {
    random: Random,
    now: Time,
    runs: u64,
    servers: [Server; 2],
    /// Frames on their way: to whom, and when they arrive.
    bus: Vec<(usize, Time, Vec<u8>)>,
    /// How much goes wrong, in percent.
    trouble: u64,
    link: bool,
}

/// A message says from which run it is, and its number; the rest is padding.
fn message(run: u64, number: u64, length: usize) -> Vec<u8> {
    let mut bytes = run.to_le_bytes().to_vec();
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.resize(16 + length, b'x');
    bytes
}

fn read(bytes: &[u8]) -> (u64, u64) {
    let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"));
    assert!(bytes[16..].iter().all(|&byte| byte == b'x'));
    (word(0), word(8))
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            random: Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
            now: 0,
            runs: 2,
            servers: [Server::new(1, 0), Server::new(2, 0)],
            bus: Vec::new(),
            trouble: 10,
            link: true,
        }
    }

    fn step(&mut self) {
        self.now += self.random.below(40);
        let trouble = self.trouble;
        if self.random.happens(trouble) {
            match self.random.below(8) {
                // A link breaks: some of what was on it is lost, some arrives much later.
                0 | 1 => {
                    self.link = false;
                    let now = self.now;
                    let mut kept = Vec::new();
                    for (to, at, frame) in std::mem::take(&mut self.bus) {
                        match self.random.below(3) {
                            0 => {}
                            1 => kept.push((to, now + self.random.below(3000), frame)),
                            _ => kept.push((to, at, frame)),
                        }
                    }
                    self.bus = kept;
                }
                2 | 3 => self.link = true,
                4 => {
                    if let Some(copy) = self.bus.last().cloned() {
                        self.bus.push(copy);
                    }
                }
                5 if self.random.happens(20) => {
                    self.runs += 1;
                    let at = usize::from(self.random.happens(50));
                    self.servers[at] = Server::new(self.runs, self.now);
                }
                6 if self.random.happens(20) => {
                    let at = usize::from(self.random.happens(50));
                    self.servers[at].peer.give_up();
                }
                _ => {}
            }
        }
        for at in 0..2 {
            if self.random.happens(30) {
                let length = match self.random.below(50) {
                    0 => self.random.below(200_000),
                    _ => self.random.below(200),
                };
                self.push(at, usize::try_from(length).expect("short"));
            }
            self.send(at);
        }
        self.arrive();
    }

    fn push(&mut self, at: usize, length: usize) {
        let server = &mut self.servers[at];
        server.peer.push(&message(server.run, server.sent, length));
        server.sent += 1;
    }

    fn send(&mut self, at: usize) {
        for _ in 0..=self.random.below(6) {
            let Some(frame) = self.servers[at].peer.next(self.now) else {
                return;
            };
            if !self.link {
                self.servers[at].peer.refused(self.now);
                return;
            }
            if self.random.happens(self.trouble) && self.random.happens(20) {
                continue;
            }
            self.bus.push((1 - at, self.now + 1, frame));
        }
    }

    fn arrive(&mut self) {
        let now = self.now;
        let (due, later) = std::mem::take(&mut self.bus)
            .into_iter()
            .partition(|(_, at, _)| *at <= now);
        self.bus = later;
        let due: Vec<(usize, Time, Vec<u8>)> = due;
        for (to, _, frame) in due {
            for event in self.servers[to].peer.take(now, &frame) {
                let Event::Message(bytes) = event else {
                    continue;
                };
                let (run, number) = read(&bytes);
                self.note(to, run, number);
            }
        }
    }

    /// A message arrives at most once, and none before those that were sent before it, unless those are lost.
    fn note(&mut self, to: usize, run: u64, number: u64) {
        let got = &mut self.servers[to].got;
        let at = got.iter().position(|(from, _)| *from == run);
        let at = at.unwrap_or_else(|| {
            got.push((run, Vec::new()));
            got.len() - 1
        });
        let numbers = &mut got[at].1;
        assert!(
            numbers.last().is_none_or(|last| *last < number),
            "{number} comes after {numbers:?}"
        );
        numbers.push(number);
    }

    /// What the other server got from this run of a server.
    fn taken(&self, at: usize) -> &[u64] {
        let run = self.servers[at].run;
        let got = &self.servers[1 - at].got;
        got.iter()
            .find(|(from, _)| *from == run)
            .map_or(&[], |(_, numbers)| numbers)
    }
}

#[test]
fn messages_arrive_once_and_in_order_whatever_happens_to_links() {
    for seed in 1..150 {
        let mut world = World::new(seed);
        for _ in 0..300 {
            world.step();
        }
        // Then all goes well, and everything arrives that is sent now.
        world.trouble = 0;
        world.link = true;
        for _ in 0..400 {
            world.step();
        }
        let sent: Vec<u64> = (0..2).map(|at| world.servers[at].sent).collect();
        for at in 0..2 {
            world.push(at, 10);
        }
        for _ in 0..10_000 {
            world.now += 20;
            for at in 0..2 {
                world.send(at);
            }
            world.arrive();
            if (0..2).all(|at| world.servers[at].peer.unacknowledged() == 0) {
                break;
            }
        }
        for (at, sent) in sent.into_iter().enumerate() {
            let last = world.taken(at).last().copied();
            assert_eq!(last, Some(sent), "seed {seed}");
            assert_eq!(world.servers[at].peer.unacknowledged(), 0, "seed {seed}");
        }
    }
}

#[test]
fn nothing_is_lost_while_both_servers_live() {
    for seed in 1..60 {
        let mut world = World::new(seed);
        for round in 0..400 {
            world.trouble = if round < 300 { 10 } else { 0 };
            world.now += world.random.below(60);
            if world.random.happens(world.trouble) {
                world.link = world.random.happens(50);
                world.bus.retain(|_| false);
            }
            world.link |= world.trouble == 0;
            for at in 0..2 {
                world.push(at, 50);
                world.send(at);
            }
            world.arrive();
        }
        for _ in 0..10_000 {
            world.now += 20;
            for at in 0..2 {
                world.send(at);
            }
            world.arrive();
        }
        for at in 0..2 {
            let all: Vec<u64> = (0..world.servers[at].sent).collect();
            assert_eq!(world.taken(at), all, "seed {seed}");
        }
    }
}

#[test]
fn a_message_may_be_longer_than_the_window() {
    let mut world = World::new(7);
    world.trouble = 0;
    world.push(0, 20 << 20);
    world.push(0, 1);
    for _ in 0..10_000 {
        world.now += 1;
        for at in 0..2 {
            world.send(at);
        }
        world.arrive();
    }
    assert_eq!(world.taken(0), [0, 1]);
}

#[test]
fn a_quiet_link_sends_nothing() {
    let mut world = World::new(1);
    world.trouble = 0;
    for _ in 0..100 {
        world.now += 20;
        for at in 0..2 {
            world.send(at);
        }
        world.arrive();
    }
    assert!(world.servers.iter().all(|server| server.peer.run.is_some()));
    assert_eq!(
        world
            .servers
            .each_ref()
            .map(|server| server.peer.wakes_at()),
        [None, None]
    );
}

#[test]
fn a_server_that_was_started_again_is_told_of() {
    let mut world = World::new(1);
    world.trouble = 0;
    let mut events = Vec::new();
    for round in 0..200 {
        world.now += 20;
        if round == 100 {
            world.servers[1] = Server::new(3, world.now);
        }
        for at in 0..2 {
            world.send(at);
        }
        let now = world.now;
        for (to, _, frame) in std::mem::take(&mut world.bus) {
            let happened = world.servers[to].peer.take(now, &frame);
            if to == 0 {
                events.extend(happened);
            }
        }
    }
    assert_eq!(
        events,
        [Event::Met(about(2)), Event::Restarted, Event::Met(about(3))]
    );
}
