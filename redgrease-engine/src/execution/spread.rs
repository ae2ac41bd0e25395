//! Executions over several shards: the one that was asked tells the others, all run their share, and it puts together what they
//! give.

mod accept;
mod crossing;
mod ending;
mod messages;
mod native;
mod order;
mod ranges;
mod refused;
mod share;
mod start;
mod untold;
mod watch;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use super::{Execution, Status, executor};
use crate::base::guard;
use crate::cluster::{self, Message, Topology, Unsent, topology};
use crate::plan::{Exchange, Gathered, Mode, Part, Plan, Reader};
use crate::record::batch::Batch;
use crate::record::outcome::Outcome;
use crate::record::value::Value;
use crate::worker::Worker;
pub(crate) use accept::find_registered_with;
pub(crate) use messages::follow_shards;
use native::Native;
use order::Order;
use ranges::slots;
pub(crate) use start::start;
pub(super) use start::start_over;
use untold::Untold;

/// How far an execution is on this shard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// It is known.
    #[default]
    Known,
    /// The others have been told, and not all are ready.
    Told,
    /// All run.
    Runs,
}

/// Why an execution ends before all shards have done their share.
#[derive(Clone, Debug)]
enum Cut {
    /// Somebody stopped it.
    Aborted,
    /// The others took too long.
    Idle(Vec<u8>),
    /// A shard was lost or takes no part, so that its records are not worked off.
    Lost(Vec<u8>),
}

/// Records of another shard, or that there are no more of any, for a part.
#[derive(Debug)]
struct Arrival {
    part: usize,
    shard: usize,
    records: Option<Vec<u8>>,
    /// Whether the other shard knows that they need no more room.
    is_taken: bool,
}

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    /// The other shards that are ready.
    ready: Vec<usize>,
    /// What each shard gave, this one's too.
    done: Vec<Option<Outcome>>,
    /// Errors of this shard that its share does not know.
    errors: Vec<Vec<u8>>,
    cut: Option<Cut>,
    /// Whether what the shards gave is being put together.
    gathers: bool,
    over: bool,
    /// The records that it runs over, if not over those of its reader, and what else its functions see.
    records: Option<(Batch, Value)>,
    /// When something was last heard of it.
    touched: Option<Instant>,
    /// The worker that runs this shard's share, under which number.
    worker: Option<(Arc<Worker>, u32)>,
    /// How many parts were over before that.
    without_worker: usize,
    /// What came before the worker was there.
    early: Vec<Arrival>,
    /// The share, while it needs no worker.
    native: Option<Native>,
    /// Records of other shards that the worker has in hand: whose, and how many bytes, if they are to be told.
    in_hand: VecDeque<Option<(usize, usize)>>,
    /// How many bytes of this shard's records each other one has not worked off.
    outstanding: Vec<usize>,
    /// For each part, the shards that have no more records for it.
    ended: Vec<Vec<usize>>,
    /// For each part, whether the others know that this shard has no more records for it.
    told: Vec<bool>,
}

/// What an execution has to know that runs on several shards.
#[derive(Debug)]
pub(crate) struct Spread {
    shards: Vec<&'static str>,
    own: usize,
    asked: usize,
    /// The first slot of each range, and the shard that owns it.
    slots: Vec<(u16, usize)>,
    trailing: bool,
    gathered: Option<Gathered>,
    parts: Vec<Part>,
    /// Whether the results of other shards go to the asked one.
    leaves: bool,
    state: Mutex<State>,
    room: Condvar,
}

impl Spread {
    /// What a run on all shards needs; nothing if it stays on this one.
    pub(crate) fn of(plan: &Plan, trailing: bool) -> Option<Self> {
        let topology = Self::topology_for(plan)?;
        Self::over(&topology, plan, trailing)
    }

    /// Whether workers of other shards need its functions.
    pub(crate) fn needs_functions(plan: &Plan) -> bool {
        plan.gathered().is_none() && Self::topology_for(plan).is_some()
    }

    /// The shards that share a run; nothing if it stays on this one.
    fn topology_for(plan: &Plan) -> Option<Arc<Topology>> {
        if plan.mode != Mode::Async {
            return None;
        }
        // As they are now: a replica that has just been promoted is one of them, and all go by what is known here of the slots.
        if topology().is_of_cluster() {
            cluster::look();
        }
        Some(topology()).filter(|topology| !topology.is_alone())
    }

    /// What an execution of a registration needs that all shards have; nothing if it stays on this one, as one does whose
    /// records are all here and stay here: there is nothing that the others could do.
    pub(crate) fn registered(plan: &Plan) -> Option<Self> {
        let topology = topology();
        if plan.mode != Mode::Async || topology.is_alone() {
            return None;
        }
        let spread = Self::over(&topology, plan, false)?;
        let is_everywhere = matches!(plan.reader, Reader::Command(_));
        (is_everywhere || !spread.only_collects()).then_some(spread)
    }

    fn over(topology: &Topology, plan: &Plan, trailing: bool) -> Option<Self> {
        let mut shards: Vec<&'static str> = topology.shards.iter().map(|one| one.id).collect();
        // A master without slots has no keys, and may be asked all the same.
        if !shards.contains(&topology.own) {
            shards.push(topology.own);
        }
        let own = shards.iter().position(|&one| one == topology.own)?;
        let slots = slots(topology, &shards);
        Some(Self::new(plan, shards, own, own, slots, trailing))
    }

    fn new(
        plan: &Plan,
        shards: Vec<&'static str>,
        own: usize,
        asked: usize,
        slots: Vec<(u16, usize)>,
        trailing: bool,
    ) -> Self {
        let gathered = plan.gathered();
        let parts = plan.parts(trailing);
        let state = State {
            done: shards.iter().map(|_| None).collect(),
            outstanding: vec![0; shards.len()],
            ended: vec![Vec::new(); parts.len()],
            told: vec![false; parts.len()],
            touched: Some(Instant::now()),
            ..State::default()
        };
        Self {
            leaves: gathered
                .as_ref()
                .map_or_else(|| plan.collects(), |gathered| gathered.collects),
            gathered,
            parts,
            shards,
            own,
            asked,
            slots,
            trailing,
            state: Mutex::new(state),
            room: Condvar::new(),
        }
    }

    /// Whether this is the shard that was asked.
    pub(crate) fn is_asked(&self) -> bool {
        self.own == self.asked
    }

    /// The other shards.
    fn others(&self) -> impl Iterator<Item = (usize, &'static str)> + Clone + '_ {
        let all = self.shards.iter().copied().enumerate();
        all.filter(|&(at, _)| at != self.own)
    }

    fn number_of(&self, shard: &str) -> Option<usize> {
        self.shards.iter().position(|&one| one == shard)
    }

    fn tell_others(&self, message: Message) {
        // One that is gone is noticed otherwise.
        cluster::send_each(self.others().map(|(_, shard)| shard), message);
    }

    /// How far it is, where that is another thing than on one shard.
    pub(super) fn status(&self) -> Option<Status> {
        let state = guard(&self.state);
        if state.over {
            return None;
        }
        let is_done = state.done[self.own].is_some();
        match (self.is_asked(), state.phase) {
            (true, Phase::Told) => Some(Status::PendingReceive),
            (true, Phase::Runs) if is_done => Some(Status::PendingCluster),
            (false, Phase::Known | Phase::Told) => Some(Status::PendingRun),
            (false, Phase::Runs) if is_done => Some(Status::PendingTermination),
            _ => None,
        }
    }

    /// How many other shards were ready, and how many are done, as the asked one counts.
    pub(crate) fn counters(&self) -> (usize, usize) {
        if !self.is_asked() {
            return (0, 0);
        }
        let state = guard(&self.state);
        let done = self.others().filter(|&(at, _)| state.done[at].is_some());
        (state.ready.len(), done.count())
    }

    /// Whether it ends without what is still missing.
    pub(super) fn is_cut(&self) -> bool {
        let state = guard(&self.state);
        state.cut.is_some() || state.over
    }

    /// Tells the other shards.
    fn begin(&self, execution: &Arc<Execution>, order: &Order) {
        {
            let mut state = guard(&self.state);
            state.phase = if order.at_once {
                Phase::Runs
            } else {
                Phase::Told
            };
            state.touched = Some(Instant::now());
        }
        if let Err(untold) = self.tell_order(execution, order) {
            // Nothing of it has begun here.
            guard(&self.state).phase = Phase::Known;
            self.cut_off(execution, Cut::Lost(format!("ERR {untold}").into_bytes()));
            return;
        }
        watch::begin(execution);
        if order.at_once {
            executor::submit(Arc::clone(execution));
        }
    }

    fn tell_order(&self, execution: &Execution, order: &Order) -> Result<(), Untold> {
        let known = topology();
        if order.functions.is_none() && !order.registered && self.gathered.is_none() {
            return Err(Untold::Alone(known.named(known.own)));
        }
        let others = self.others().map(|(_, shard)| shard);
        let has_failed = |shard: &&str| known.shard(shard).is_some_and(|one| one.has_failed);
        if let Some(failed) = others.clone().find(has_failed) {
            return Err(Untold::Unsent(Unsent::Failed(known.named(failed))));
        }
        let message = Message::Run {
            execution: execution.id.text().to_owned(),
            order: order.value(),
        };
        let refused = cluster::send_each(others, message).pop();
        refused.map_or(Ok(()), |(_, unsent)| Err(Untold::Unsent(unsent)))
    }

    /// Whether no shard but the asked one gets records of others: then none has to know it before another one begins.
    fn only_collects(&self) -> bool {
        self.parts
            .iter()
            .all(|part| part.before != Some(Exchange::Repartition))
    }

    /// Another shard is ready.
    fn is_ready(&self, execution: &Arc<Execution>, shard: usize) {
        {
            let mut state = guard(&self.state);
            state.ready.push(shard);
            state.touched = Some(Instant::now());
            let all = state.ready.len() + 1 == self.shards.len();
            if state.phase != Phase::Told || !all || state.over || state.cut.is_some() {
                return;
            }
            state.phase = Phase::Runs;
        }
        let execution_id = execution.id.text().to_owned();
        self.tell_others(Message::Start {
            execution: execution_id,
        });
        executor::submit(Arc::clone(execution));
    }
}
