//! Users who may run one of the engine's commands and nothing else.

use std::collections::BTreeMap;

use crate::access::user;
use crate::arena::Arena;
use crate::support::server::major_version;
use crate::support::{Client, Value};

/// What a command may change for a user who has it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum May {
    /// Nothing: it shows.
    Nothing,
    /// What the engine does with what was registered: settings, registrations that are there, executions.
    Manage,
    /// What registered functions do.
    Call,
    /// Everything.
    Code,
    /// Nothing, and it is refused whatever its arguments are.
    Never,
}

/// Every command of the engine.
const COMMANDS: [(&str, May); 43] = [
    ("rg.abortexecution", May::Manage),
    ("rg.clearregistrationsstats", May::Manage),
    ("rg.clusterset", May::Never),
    ("rg.clustersetfromshard", May::Never),
    ("rg.configget", May::Nothing),
    ("rg.configset", May::Manage),
    ("rg.dropexecution", May::Manage),
    ("rg.dumpexecutions", May::Nothing),
    ("rg.dumpplugins", May::Nothing),
    ("rg.dumpregistrations", May::Nothing),
    ("rg.getexecution", May::Nothing),
    ("rg.getresults", May::Nothing),
    ("rg.getresultsblocking", May::Nothing),
    ("rg.hello", May::Nothing),
    ("rg.infocluster", May::Nothing),
    ("rg.innerhook", May::Never),
    ("rg.innerhookany", May::Never),
    ("rg.innerhookfill", May::Never),
    ("rg.innerhookfillany", May::Never),
    ("rg.innerhookwrite", May::Never),
    ("rg.innerhookwriteany", May::Never),
    ("rg.innerrefused", May::Never),
    ("rg.innerregister", May::Never),
    ("rg.innertimeevent", May::Never),
    ("rg.innerunregister", May::Never),
    ("rg.networktest", May::Nothing),
    ("rg.pauseregistrations", May::Manage),
    ("rg.pydumpreqs", May::Nothing),
    ("rg.pydumpsessions", May::Nothing),
    ("rg.pyexecute", May::Code),
    ("rg.pyexecuteremote", May::Nothing),
    ("rg.pyexportreq", May::Nothing),
    ("rg.pyfreeinterpreter", May::Nothing),
    ("rg.pyimportreq", May::Never),
    ("rg.pyimportretinternal", May::Never),
    ("rg.pyprofile", May::Manage),
    ("rg.pystats", May::Nothing),
    ("rg.refreshcluster", May::Nothing),
    ("rg.trigger", May::Call),
    ("rg.triggeronkey", May::Call),
    ("rg.triggerwithin", May::Call),
    ("rg.unpauseregistrations", May::Manage),
    ("rg.unregister", May::Manage),
];

#[test]
fn commands_say_what_they_are() {
    let mut arena = Arena::new();
    for (name, may) in COMMANDS {
        let info = arena.ask(&["COMMAND", "INFO", name]);
        let flags = info.items()[0].items()[2].to_string();
        let has = |flag: &str| flags.contains(flag);
        let (reads, admin) = match may {
            May::Nothing => (true, false),
            May::Call => (false, false),
            May::Manage | May::Code => (false, true),
            May::Never => continue,
        };
        // What manages nothing by itself, and was a command of administrators.
        if [
            "rg.pyexecuteremote",
            "rg.pyfreeinterpreter",
            "rg.refreshcluster",
        ]
        .contains(&name)
        {
            continue;
        }
        assert_eq!(
            (has("readonly"), has("admin")),
            (reads, admin),
            "{name}: {flags}"
        );
    }
    arena.finish();
}

/// Arguments that would do harm to a command that trusted them.
const ATTEMPTS: [&[&str]; 17] = [
    &[],
    &["x"],
    &["execute('set', 'made', '1')"],
    &["execute('set', 'made', '1')", "REQUIREMENTS", "a b"],
    &["GB('CommandReader').register(trigger='mine')", "ID", "mine"],
    &["write"],
    &["write", "key"],
    &["1000", "write"],
    &["SET", "made", "1"],
    &["DEL", "kept"],
    &["<id>"],
    &["<id>", "ABORTPENDING"],
    &["SyncDeadline", "77"],
    &["CodeUsers", "alone"],
    &["PythonExecutable", "/bin/true"],
    &["STATS", "mine"],
    &["made", "record"],
];

/// What can be seen of the server, by what it takes to change it.
fn state(client: &mut Client) -> BTreeMap<&'static str, String> {
    let mut seen = BTreeMap::new();
    let mut keys = client.call(&["KEYS", "*"]).items().to_vec();
    keys.sort();
    seen.insert("keys", Value::Array(keys).to_string());
    let users = client.call(&["ACL", "LIST"]).to_string();
    seen.insert("users", users);
    seen.insert("registrations", client.registrations().join(" "));
    let settings = client.call(&["CONFIG", "GET", "*"]).to_string();
    seen.insert("settings", settings);
    seen
}

/// What a command with these rights may change.
fn may_change(may: May, what: &str) -> bool {
    match may {
        May::Nothing | May::Never => false,
        May::Manage => matches!(what, "registrations" | "settings"),
        May::Call => what == "keys",
        May::Code => true,
    }
}

#[test]
fn each_command_alone_gives_what_it_says_and_nothing_else() {
    if major_version() < 7 {
        // Its CONFIG does not show the engine's settings, and COMMAND LIST is not there.
        return;
    }
    let mut arena = Arena::new();
    let listed = arena.ask(&["COMMAND", "LIST", "FILTERBY", "MODULE", "rg"]);
    let mut listed: Vec<String> = listed
        .items()
        .iter()
        .map(|name| name.text().to_lowercase())
        .collect();
    listed.sort();
    let known: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, known, "the table has every command");
    let mut changed_by = BTreeMap::new();
    for (name, may) in COMMANDS {
        arena.ask(&["FLUSHALL"]);
        arena.ask(&["SET", "kept", "1"]);
        arena.ask(&["RG.CONFIGSET", "SyncDeadline", "1000"]);
        arena.register(
            "GB('CommandReader').map(lambda r: execute('set', 'written', '1')).register(trigger='write')",
        );
        let id = arena.client.registrations().pop().expect("one");
        let mut alone = user(&mut arena, "alone", &format!("~* &* -@all +{name}"));
        for attempt in ATTEMPTS {
            let mut words = vec![name];
            words.extend(
                attempt
                    .iter()
                    .map(|word| if *word == "<id>" { id.as_str() } else { word }),
            );
            let before = state(&mut arena.client);
            let reply = alone.call(&words);
            if may == May::Never {
                assert!(reply.is_error(), "{words:?}: {reply}");
            }
            let after = state(&mut arena.client);
            for (what, was) in before {
                if after[what] != was {
                    assert!(may_change(may, what), "{words:?} changes {what}: {reply}");
                    changed_by.insert((name, what), ());
                }
            }
        }
        // Nothing else is run for that user, not by way of the commands either.
        for other in [
            "SET made 1",
            "GET kept",
            "EVAL return 0",
            "ACL LIST",
            "CONFIG GET *",
        ] {
            let words: Vec<&str> = other.splitn(3, ' ').collect();
            let reply = alone.call(&words).to_string();
            assert!(reply.starts_with("-NOPERM"), "{name}: {other}: {reply}");
        }
        for (other, _) in COMMANDS.into_iter().filter(|(other, _)| *other != name) {
            let reply = alone.call(&[other, "x"]).to_string();
            let refused = reply.starts_with("-NOPERM")
                || reply.starts_with("-ERR this command is the engine's own");
            assert!(refused, "{name}: {other}: {reply}");
        }
        arena.ask(&["ACL", "DELUSER", "alone"]);
        for id in arena.client.registrations() {
            arena.ask(&["RG.UNREGISTER", &id]);
        }
        // What `alive` calls was among them.
        arena.revive();
    }
    // The attempts do what they could do.
    for wanted in [
        ("rg.pyexecute", "keys"),
        ("rg.pyexecute", "registrations"),
        ("rg.trigger", "keys"),
        ("rg.triggeronkey", "keys"),
        ("rg.unregister", "registrations"),
        ("rg.configset", "settings"),
    ] {
        assert!(
            changed_by.contains_key(&wanted),
            "{wanted:?}: {changed_by:?}"
        );
    }
    arena.finish();
}
