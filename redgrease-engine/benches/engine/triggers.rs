//! RG.TRIGGER beside FCALL.

use redgrease_core::spec::Mode;

use crate::Outcome;
use crate::compare::{Measure, Side, compare};
use crate::support::{Server, Value, cached};

const LUA: &str = "#!lua name=bench
redis.register_function('trivial', function(keys, args) return {'1'} end)
redis.register_function('three', function(keys, args)
  redis.call('SET', 'k', '1') redis.call('INCR', 'n') return {redis.call('GET', 'k')} end)
redis.register_function('cached', function(keys, args)
  local found = redis.call('GET', keys[1])
  if found then return {found} end
  redis.call('SET', keys[1], 'page') return {'page'} end)
";

const TRIVIAL: &str = "GB('CommandReader').map(lambda x: '1').register(trigger='NAME', mode='MODE', convertToStr=False)";
const THREE: &str = "
def three(x):
    execute('SET', 'k', '1')
    execute('INCR', 'n')
    return execute('GET', 'k')
GB('CommandReader').map(three).register(trigger='NAME', mode='MODE', convertToStr=False)";

/// What is there is answered without Python, what is not by a worker.
const CACHED: &str = "
def cached(x):
    import urllib.request
    found = execute('GET', x[1])
    if found is not None:
        return found
    page = urllib.request.quote(x[1])
    execute('SET', x[1], page)
    return page
GB('CommandReader').map(cached).register(trigger='NAME', mode='MODE', convertToStr=False)";

pub(crate) fn run() -> Outcome {
    let server = Server::start();
    let mut client = server.client();
    let answer = client.call(&["FUNCTION", "LOAD", LUA]);
    if answer != Value::Bulk(b"bench".to_vec()) {
        return Err(format!("FUNCTION LOAD: {answer}").into());
    }
    for (kind, script) in [("trivial", TRIVIAL), ("three", THREE), ("cached", CACHED)] {
        for (mode, by) in [
            ("async_local", "native"),
            ("sync", "native"),
            ("async_local", "worker"),
            ("sync", "worker"),
        ] {
            let script = script
                .replace("NAME", &format!("{kind}-{mode}-{by}"))
                .replace("MODE", mode);
            let script = match by {
                // What says a module is left to a worker.
                "worker" => format!("import os\n{script}")
                    .replace("'1').register", "os and '1').register")
                    .replace("return ", "return os and "),
                _ => script,
            };
            let answer = client.call(&["RG.PYEXECUTE", &script]);
            if answer.text() != "OK" {
                return Err(format!("{script}: {answer}").into());
            }
        }
    }
    client.call(&["RG.PYEXECUTE", &cached::command(Mode::AsyncLocal)]);
    client.call(&["SET", "page", "what is there"]);
    let side = |name, command, goal| Side {
        name,
        command,
        script: None,
        goal,
    };
    for (connections, measure, trivial, three, worker) in [
        (1, Measure::Latency, Some(1.15), None, Some(1.6)),
        (50, Measure::Rate, Some(0.9), Some(0.8), None),
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
                    "RG.TRIGGER, the same, async_local",
                    &["RG.TRIGGER", "trivial-async_local-native"],
                    trivial,
                ),
                side(
                    "RG.TRIGGER, the same, sync",
                    &["RG.TRIGGER", "trivial-sync-native"],
                    trivial,
                ),
                side(
                    "the same in a worker, async_local",
                    &["RG.TRIGGER", "trivial-async_local-worker"],
                    worker,
                ),
                side(
                    "the same in a worker, sync",
                    &["RG.TRIGGER", "trivial-sync-worker"],
                    worker,
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
                    "RG.TRIGGER, three execute(), async_local",
                    &["RG.TRIGGER", "three-async_local-native"],
                    three,
                ),
                side(
                    "RG.TRIGGER, three execute(), sync",
                    &["RG.TRIGGER", "three-sync-native"],
                    three,
                ),
                side(
                    "the same in a worker, async_local",
                    &["RG.TRIGGER", "three-async_local-worker"],
                    None,
                ),
                side(
                    "the same in a worker, sync",
                    &["RG.TRIGGER", "three-sync-worker"],
                    None,
                ),
            ],
        )?;
        compare(
            &server,
            connections,
            measure,
            &[
                side(
                    "FCALL, GET of what is there",
                    &["FCALL", "cached", "1", "page"],
                    None,
                ),
                side(
                    "RG.TRIGGER, a hit, async_local",
                    &["RG.TRIGGER", "cached-async_local-native", "page"],
                    three,
                ),
                side(
                    "RG.TRIGGER, a hit, sync",
                    &["RG.TRIGGER", "cached-sync-native", "page"],
                    three,
                ),
                side(
                    "the same as a #[command], async_local",
                    &["RG.TRIGGER", "cache_get", "page"],
                    three,
                ),
                side(
                    "a hit in a worker, async_local",
                    &["RG.TRIGGER", "cached-async_local-worker", "page"],
                    None,
                ),
            ],
        )?;
    }
    Ok(())
}
