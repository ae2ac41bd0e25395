//! What a registration on key events costs a SET.

use crate::Outcome;
use crate::compare::{Measure, Side, compare};
use crate::support::Server;

const SET: &[&str] = &["SET", "key", "value"];

pub(crate) fn run() -> Outcome {
    let server = Server::start();
    let side = |name, script, goal| Side {
        name,
        command: SET,
        script,
        goal,
    };
    for connections in [1, 50] {
        let goal = |ratio| (connections == 50).then_some(ratio);
        compare(
            &server,
            connections,
            Measure::Rate,
            &[
                side("SET, nothing registered", None, None),
                side(
                    "SET, the prefix rejects it",
                    Some("GB().foreach(lambda r: None).register('other:*', mode='sync')"),
                    goal(0.95),
                ),
                side(
                    "SET, the event type rejects it",
                    Some(
                        "GB().foreach(lambda r: None).register('*', mode='sync', eventTypes=['del'])",
                    ),
                    goal(0.95),
                ),
                side(
                    "SET, the key type rejects it",
                    Some(
                        "GB().foreach(lambda r: None).register('*', mode='sync', keyTypes=['hash'])",
                    ),
                    goal(0.95),
                ),
                side(
                    "SET, a sync function of nothing",
                    Some(
                        "GB().foreach(lambda r: None).register('*', mode='sync', readValue=False)",
                    ),
                    goal(0.75),
                ),
            ],
        )?;
    }
    Ok(())
}
