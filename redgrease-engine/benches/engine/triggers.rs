//! RG.TRIGGER beside FCALL.

use crate::Outcome;
use crate::compare::{Measure, Side, compare};
use crate::support::{Server, Value};

const LUA: &str = "#!lua name=bench
redis.register_function('trivial', function(keys, args) return {'1'} end)
redis.register_function('three', function(keys, args)
  redis.call('SET', 'k', '1') redis.call('INCR', 'n') return {redis.call('GET', 'k')} end)
";

const TRIVIAL: &str = "GB('CommandReader').map(lambda x: '1').register(trigger='NAME', mode='MODE', convertToStr=False)";
const THREE: &str = "
def three(x):
    execute('SET', 'k', '1')
    execute('INCR', 'n')
    return execute('GET', 'k')
GB('CommandReader').map(three).register(trigger='NAME', mode='MODE', convertToStr=False)";

pub(crate) fn run() -> Outcome {
    let server = Server::start();
    let mut client = server.client();
    let answer = client.call(&["FUNCTION", "LOAD", LUA]);
    if answer != Value::Bulk(b"bench".to_vec()) {
        return Err(format!("FUNCTION LOAD: {answer}").into());
    }
    for (kind, script) in [("trivial", TRIVIAL), ("three", THREE)] {
        for mode in ["async", "sync"] {
            let script = script
                .replace("NAME", &format!("{kind}-{mode}"))
                .replace("MODE", mode);
            let answer = client.call(&["RG.PYEXECUTE", &script]);
            if answer.text() != "OK" {
                return Err(format!("{script}: {answer}").into());
            }
        }
    }
    let side = |name, command, goal| Side {
        name,
        command,
        script: None,
        goal,
    };
    for (connections, measure, trivial, three) in [
        (1, Measure::Latency, Some(1.6), None),
        (50, Measure::Rate, Some(0.6), Some(0.3)),
    ] {
        compare(
            &server,
            connections,
            measure,
            &[
                side(
                    "FCALL, a function of nothing",
                    &["FCALL", "trivial", "0"],
                    None,
                ),
                side(
                    "RG.TRIGGER, the same, async",
                    &["RG.TRIGGER", "trivial-async"],
                    trivial,
                ),
                side(
                    "RG.TRIGGER, the same, sync",
                    &["RG.TRIGGER", "trivial-sync"],
                    trivial,
                ),
                side("PING", &["PING"], None),
            ],
        )?;
        compare(
            &server,
            connections,
            measure,
            &[
                side("FCALL, SET + INCR + GET", &["FCALL", "three", "0"], None),
                side(
                    "RG.TRIGGER, three execute(), async",
                    &["RG.TRIGGER", "three-async"],
                    three,
                ),
                side(
                    "RG.TRIGGER, three execute(), sync",
                    &["RG.TRIGGER", "three-sync"],
                    three,
                ),
            ],
        )?;
    }
    Ok(())
}
