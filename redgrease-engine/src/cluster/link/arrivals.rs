//! What came over the links: frames taken off on the server's thread, put together and handed on by another one.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

use super::take;
use crate::base::guard;
use crate::cluster::hold::TAKING;
use crate::cluster::listener;
use crate::cluster::message::Message;
use crate::cluster::peer::Event;
use crate::cluster::topology::{lasting, topology};
use crate::server::{Level, NodeListener, guarded, log};

static ARRIVALS: Mutex<VecDeque<(&'static str, Vec<u8>)>> = Mutex::new(VecDeque::new());

static ARRIVED: Condvar = Condvar::new();

pub(super) struct Arrivals;

impl NodeListener for Arrivals {
    fn arrived(node: &str, message: &[u8]) {
        TAKING.during(|| {
            guard(&ARRIVALS).push_back((lasting(node), message.to_vec()));
            ARRIVED.notify_one();
        });
    }
}

pub(super) fn take_all() {
    loop {
        let arrivals = {
            let mut waiting = guard(&ARRIVALS);
            while waiting.is_empty() {
                waiting = ARRIVED
                    .wait(waiting)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            std::mem::take(&mut *waiting)
        };
        for (shard, frame) in arrivals {
            for event in take(shard, &frame) {
                guarded("a message from another shard", (), || hand_on(shard, event));
            }
        }
    }
}

fn hand_on(shard: &'static str, event: Event) {
    match event {
        Event::Message(bytes) => match Message::decode(&bytes) {
            Ok(Some(message)) => listener::deliver(shard, message),
            Ok(None) => listener::unknown(shard, "of a kind that this version does not know"),
            Err(error) => listener::unknown(shard, &format!("that is broken: {error}")),
        },
        Event::Met(about) => log(
            Level::Verbose,
            &format!(
                "a link to shard {} stands: run {}, engine {}",
                topology().named(shard),
                about.run_id,
                about.version
            ),
        ),
        Event::Restarted => {
            let named = topology().named(shard);
            listener::lost(shard, &format!("shard {named} was started again"));
        }
    }
}
