//! Runs over so many keys that their functions run beside the reading.

use crate::support::{Client, Value, eventually};
use crate::{both, counted, same};

const FILL: &str =
    "for n = 1, 300000 do redis.call('SET', 'k:' .. n, n % 7) end redis.call('SET', 'odd', 'text')";

#[test]
fn a_long_run_gives_what_it_gives_in_a_worker() {
    let servers = both();
    same(&servers, &[&["EVAL", FILL, "0"]]);
    let runs = [
        "GB().filter(lambda r: r['value'] == '3').count().run('k:*')",
        "GB().map(lambda r: int(r['value']) + 1).aggregate(0, lambda a, r: a + r, lambda a, r: a + r).run('k:*')",
        "GB().countby(lambda r: r['value']).map(lambda r: r).sort().run('k:*')",
        // Which keys come before the one that fails is another thing on each server.
        "GB().map(lambda r: int(r['value'])).filter(lambda n: n > 9).run()",
        // What it gives back at the end a worker does from the beginning.
        "GB().map(lambda r: r['value'] if r['key'] != 'odd' else open).filter(lambda r: r == '1').count().run()",
        "GB().filter(lambda r: False).run('nothing*')",
        "GB().map(lambda r: r['key']).limit(3).count().run('k:*')",
        "GB().flatmap(lambda r: (r['value'] + ' x').split()).countby().map(lambda r: r).sort().run('k:*')",
    ];
    for run in runs {
        let before = counted(&mut servers[0].client(), "native_calls");
        let shown = same(&servers, &[&["RG.PYEXECUTE", run]]);
        let after = counted(&mut servers[0].client(), "native_calls");
        println!(
            "{run}: {}, natively {}",
            shown[0].chars().take(200).collect::<String>(),
            after - before
        );
    }
    assert!(counted(&mut servers[0].client(), "native_calls") > 4);
}

/// It ends where it is, and its thread with it.
#[test]
fn a_long_run_is_aborted() {
    let servers = both();
    let mut client = servers[0].client();
    client.call(&["EVAL", FILL, "0"]);
    let slow = "GB().map(lambda r: sum([n * n for n in range(200)])).count().run()";
    let id = client.call(&["RG.PYEXECUTE", slow, "UNBLOCKING"]).text();
    let shown = |client: &mut Client| client.call(&["RG.GETEXECUTION", &id]).to_string();
    eventually("it runs", || shown(&mut client).contains("running"));
    assert_eq!(client.call(&["RG.ABORTEXECUTION", &id]).text(), "OK");
    eventually("it is over", || shown(&mut client).contains("done"));
    assert!(shown(&mut client).contains("forcestopped"));
    let has_thread = || {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", servers[0].pid())).expect("threads");
        let names = tasks
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        names.into_iter().any(|name| name.trim() == "rg-beside")
    };
    eventually("its thread is gone", || !has_thread());
    let count = client.call(&["RG.PYEXECUTE", "GB().count().run()"]);
    assert_eq!(
        count.items().first().map(Value::to_string),
        Some("[\"300001\"]".to_owned())
    );
}
