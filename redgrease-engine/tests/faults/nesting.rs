//! Functions that call themselves and each other while the server waits.

use crate::arena::{Arena, outcome};

/// The limit of nesting is met first, on a busy machine too.
const PATIENT: [&str; 2] = ["SyncDeadline", "60000"];

/// What the innermost one that is too deep says.
const LIMIT: &str = "32 synchronous functions wait for each other already";

#[test]
fn what_triggers_itself_gets_an_error_at_once() {
    let mut arena = Arena::with_module(&PATIENT, &[]);
    let patient = "__import__('sys').setrecursionlimit(100000)";
    for (number, prepare) in ["None", patient].into_iter().enumerate() {
        let name = format!("down{number}");
        let trigger = format!("execute('RG.TRIGGER', '{name}', str(int(w[1]) + 1))");
        for (kind, script) in [
            (
                "trigger",
                format!(
                    "{prepare}\nGB('CommandReader').map(lambda w: {trigger}[0]).register(trigger='{name}', mode='sync')"
                ),
            ),
            (
                "in an atomic block",
                format!(
                    "def held(w):\n    with atomic():\n        return {trigger}\nGB('CommandReader').map(held).register(trigger='outer{number}')"
                ),
            ),
        ] {
            arena.register(&script);
            let first = if kind == "trigger" {
                name.clone()
            } else {
                format!("outer{number}")
            };
            let said = outcome(&arena.ask(&["RG.TRIGGER", &first, "1"])).expect_err("no end");
            assert!(said.contains(LIMIT), "{kind}: {said}");
        }
        arena.ask(&["MULTI"]);
        arena.ask(&["RG.TRIGGER", &name, "1"]);
        let said = arena.ask(&["EXEC"]).to_string();
        assert!(said.contains(LIMIT), "{said}");
        let script = "return redis.pcall('RG.TRIGGER', ARGV[1], '1')";
        let said = arena.ask(&["EVAL", script, "0", &name]).to_string();
        assert!(said.contains(LIMIT), "{said}");
    }
    arena.finish();
}

#[test]
fn what_several_workers_trigger_in_turn_has_the_same_limit() {
    let mut arena =
        Arena::with_module(&[PATIENT[0], PATIENT[1], "WorkersPerEnvironment", "4"], &[]);
    // The worker that has the fewest sessions gets the next one.
    for number in 0..4 {
        let next = (number + 1) % 4;
        arena.register(&format!(
            "GB('CommandReader').map(lambda w: execute('RG.TRIGGER', 'turn{next}', str(int(w[1]) + 1))[0]).register(trigger='turn{number}', mode='sync')"
        ));
    }
    let said = outcome(&arena.ask(&["RG.TRIGGER", "turn0", "1"])).expect_err("no end");
    assert!(said.contains(LIMIT), "{said}");
    arena.finish();
}

/// Hooks whose functions run what is hooked by the other one, and events that follow from what functions of events write.
#[test]
fn hooks_and_events_that_lead_to_each_other_end() {
    let mut arena = Arena::with_module(&PATIENT, &[]);
    arena.register("GB('CommandReader').map(lambda w: call_next(*w[1:])).register(hook='getset', mode='sync')\nGB('CommandReader').map(lambda w: execute('RG.TRIGGER', 'again', w[1])).register(hook='getdel', mode='sync')\nGB('CommandReader').map(lambda w: execute('GETSET', 'x', '1') and execute('RG.TRIGGER', 'again', 'x')).register(trigger='again', mode='sync')");
    let said = arena.ask(&["GETDEL", "x"]).text();
    assert!(said.contains(LIMIT) || said == "None", "{said}");
    arena.register("GB('KeysReader').foreach(lambda r: execute('RG.TRIGGER', 'write', r['key'])).register('e*', mode='sync')\nGB('CommandReader').foreach(lambda w: execute('SET', w[1], '1')).register(trigger='write', mode='sync')");
    arena.ask(&["SET", "e1", "1"]);
    arena.ask(&["RG.TRIGGER", "write", "e1"]);
    arena.finish();
}
