//! Links between shards: what they know of each other, and what becomes of that when one goes.

use crate::support::{Client, Cluster, Value, eventually};

/// The shards that an engine knows: id, port, run, first and last slot.
fn shards(client: &mut Client) -> Vec<Vec<String>> {
    let info = client.call(&["RG.INFOCLUSTER"]);
    let described = |shard: &Value| {
        ["id", "port", "runid", "minHslot", "maxHslot"]
            .map(|field| shard.field(field).map(Value::to_string).unwrap_or_default())
            .to_vec()
    };
    info.items()
        .get(4)
        .map(|shards| shards.items().iter().map(described).collect())
        .unwrap_or_default()
}

/// What INFO says of links: the own name, and how many links stand; and that all kinds of time are measured.
fn info_of_links(client: &mut Client) -> (String, usize) {
    let links = client.call(&["INFO", "rg_links"]).text();
    let field = |name: &str| {
        let found = links.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap_or_else(|| panic!("no {name} in {links}"))
    };
    for name in ["taking", "sending"] {
        let time = |unit: &str| -> u64 {
            let value = field(&format!("rg_longest_{name}_{unit}:"));
            value.parse().expect("a number")
        };
        // The processor works no longer than the clock goes, but is looked at a little earlier and later.
        assert!(
            time("us") > 0 && time("processor_us") <= time("us") + 1000,
            "{links}"
        );
    }
    let stands = |line: &&str| line.starts_with("rg_shard_") && !line.contains(",run=,");
    let own = field("rg_own:").to_owned();
    (own, links.lines().filter(stands).count())
}

#[test]
fn every_shard_knows_all_of_them_by_itself() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    let known: Vec<_> = clients.iter_mut().map(shards).collect();
    assert!(known.iter().all(|one| *one == known[0]), "{known:?}");
    let mut ranges: Vec<_> = known[0].iter().map(|shard| shard[3..].join(" ")).collect();
    ranges.sort();
    assert_eq!(ranges, [":0 :5460", ":10923 :16383", ":5461 :10922"]);
    for client in &mut clients {
        assert_eq!(client.call(&["RG.NETWORKTEST"]).text(), "OK");
        assert_eq!(client.call(&["RG.REFRESHCLUSTER"]).text(), "OK");
        let own = client.call(&["CLUSTER", "MYID"]).text();
        let info = client.call(&["RG.INFOCLUSTER"]);
        assert_eq!(info.items()[1].text(), own);
        let run = client.call(&["RG.HELLO"]).text();
        assert_eq!(info.items()[3].text(), run);
        // Each tag is one of a key that is here.
        let script = "GB('ShardsIDReader').map(lambda x: execute('set', '{%s}' % hashtag(), x)).run(mode='async_local')";
        let reply = client.call(&["RG.PYEXECUTE", script]);
        assert_eq!(reply.items()[0].items()[0].text(), "OK", "{reply}");
        assert_eq!(info_of_links(client), (own, 2));
    }
}

#[test]
fn a_shard_that_is_gone_is_named() {
    let mut cluster = Cluster::of(3);
    let mut first = cluster.client(0);
    let gone = cluster.id(2);
    let before = shards(&mut first);
    first.call(&["RG.CONFIGSET", "ExecutionMaxIdleTime", "200"]);
    cluster.nodes[2].signal("STOP");
    let reply = first.call(&["RG.NETWORKTEST"]).to_string();
    let port = cluster.nodes[2].address().port();
    assert_eq!(
        reply,
        format!("-ERR shard {gone} (127.0.0.1:{port}) did not answer within 200 ms")
    );
    cluster.nodes[2].signal("CONT");
    first.call(&["RG.CONFIGSET", "ExecutionMaxIdleTime", "60000"]);
    eventually("it answers again", || {
        first.call(&["RG.NETWORKTEST"]).text() == "OK"
    });
    // Another run of it is another one to the others.
    cluster.nodes[2].restart();
    cluster.stands();
    eventually("its new run is known", || {
        let now = shards(&mut first);
        now.len() == 3 && now.iter().all(|shard| shard[2].len() == 42) && now != before
    });
    assert_eq!(first.call(&["RG.NETWORKTEST"]).text(), "OK");
}
