//! Hooked commands on the wrong server of a cluster: clients are sent to the right one, as without hooks.

use crate::support::{Client, Options, Server, eventually};

const HOOKS: &str = "
GB('CommandReader').map(lambda w: call_next(*w[1:])).register(hook='get', mode='sync', convertToStr=False)
GB('CommandReader').map(lambda w: call_next(*w[1:])).register(hook='mget', mode='sync', convertToStr=False)
GB('KeysReader').foreach(lambda r: None).register('*', mode='sync', commands=['strlen'], eventTypes=['keymiss'])
GB('KeysReader').foreach(lambda r: None).register('*', mode='sync', eventTypes=['set'])
";

fn node() -> (Server, Client) {
    let server = Server::with(&Options::server(&[
        "--cluster-enabled",
        "yes",
        "--cluster-require-full-coverage",
        "no",
    ]));
    let client = server.client();
    (server, client)
}

#[test]
fn hooked_commands_are_redirected() {
    let (_one, mut first) = node();
    let (two, mut second) = node();
    for (client, range) in [(&mut first, 0..8192), (&mut second, 8192..16384)] {
        let slots: Vec<String> = range.map(|slot| slot.to_string()).collect();
        let mut words = vec!["CLUSTER", "ADDSLOTS"];
        words.extend(slots.iter().map(String::as_str));
        assert_eq!(client.call(&words).text(), "OK");
    }
    first.call(&[
        "CLUSTER",
        "MEET",
        "127.0.0.1",
        &two.address().port().to_string(),
    ]);
    for client in [&mut first, &mut second] {
        eventually("the cluster", || {
            let info = client.call(&["CLUSTER", "INFO"]).text();
            // It may be down for a moment when the other server is met.
            info.contains("cluster_slots_ok:16384")
                && client
                    .call(&["RG.PYEXECUTE", HOOKS, "ID", "hooks", "UPGRADE"])
                    .text()
                    == "OK"
        });
    }
    eventually("both are up", || {
        [&mut first, &mut second].into_iter().all(|client| {
            let said = client.call(&["GET", "a"]).text();
            !said.contains("CLUSTERDOWN")
        })
    });
    // `b` and `c` have the slots 3300 and 7365, `a` has 15495.
    for line in [
        &["GET", "a"][..],
        &["SET", "a", "1"],
        &["STRLEN", "a"],
        &["MGET", "a", "a"],
    ] {
        let reply = first.call(line).to_string();
        let place = format!("-MOVED 15495 127.0.0.1:{}", two.address().port());
        assert_eq!(reply, place, "{line:?}");
        assert!(!second.call(line).is_error(), "{line:?}");
        first.call(&["MULTI"]);
        assert_eq!(first.call(line).to_string(), place, "{line:?}");
        first.call(&["EXEC"]);
    }
    for line in [&["MGET", "b", "a"][..], &["MGET", "b", "c"]] {
        let reply = first.call(line).to_string();
        assert!(reply.starts_with("-CROSSSLOT"), "{line:?}: {reply}");
    }
    let other = second.call(&["CLUSTER", "MYID"]).text();
    first.call(&["CLUSTER", "SETSLOT", "3300", "MIGRATING", &other]);
    for line in [&["GET", "b"][..], &["SET", "b", "1"], &["STRLEN", "b"]] {
        let reply = first.call(line).to_string();
        assert_eq!(
            reply,
            format!("-ASK 3300 127.0.0.1:{}", two.address().port()),
            "{line:?}"
        );
    }
}
