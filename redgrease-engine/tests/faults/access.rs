//! What the access control list keeps from a user stays kept when functions hook it.

use crate::arena::Arena;
use crate::support::Client;
use crate::support::server::major_version;

/// A client of a user with these rules.
pub(crate) fn user(arena: &mut Arena, name: &str, rules: &str) -> Client {
    let rules: Vec<&str> = rules.split(' ').filter(|rule| !rule.is_empty()).collect();
    let set = [
        &["ACL", "SETUSER", name, "reset", "on", ">pw"],
        rules.as_slice(),
    ]
    .concat();
    assert_eq!(arena.ask(&set).text(), "OK", "{set:?}");
    let mut client = arena.server.client();
    assert_eq!(client.call(&["AUTH", name, "pw"]).text(), "OK");
    client
}

/// Hooks, and a function that the server waits for, on the commands of users.
const FUNCTIONS: &str = "
GB('CommandReader').map(lambda w: call_next(*w[1:])).register(hook='del', mode='sync', convertToStr=False)
GB('CommandReader').map(lambda w: call_next(*w[1:])).register(hook='hset', mode='sync', convertToStr=False)
GB('CommandReader').map(lambda w: call_next(*w[1:])).register(hook='get', mode='async_local', convertToStr=False)
GB('KeysReader').foreach(lambda r: None).register('*', mode='sync', eventTypes=['set', 'sadd'])
GB('KeysReader').foreach(lambda r: None).register('*', mode='sync', commands=['lpush'])
";

/// Rules of users, a command, and how its reply begins.
const CASES: [(&str, &str, &str); 14] = [
    ("~app:* +@all -del", "DEL app:x", "-NOPERM"),
    ("~app:* +@all -@write", "SET app:x 1", "-NOPERM"),
    ("~app:* +@all", "DEL other", "-NOPERM"),
    ("~app:* +@all", "SET other 1", "-NOPERM"),
    ("~app:* +@all", "GET other", "-NOPERM"),
    ("~app:* +@all", "LPUSH other 1", "-NOPERM"),
    ("~app:* +hset", "HSET app:h f v", ":1"),
    ("~app:* +set", "SET app:y 1", "+OK"),
    ("~app:* +get", "GET app:none", "\"PY RECORD\""),
    ("~app:* +lpush", "LPUSH app:l 1", ":1"),
    ("~app:* +lpush", "LPUSH other 1", "-NOPERM"),
    ("~app:* +sadd", "SADD app:s 1", ":1"),
    ("~app:* +sadd", "SET app:z 1", "-NOPERM"),
    ("~app:* +@all -@dangerous", "SET app:y 1", "+OK"),
];

#[test]
fn hooked_commands_keep_their_keys_and_categories() {
    let mut arena = Arena::new();
    arena.register(FUNCTIONS);
    for (number, (rules, command, expected)) in CASES.into_iter().enumerate() {
        let words: Vec<&str> = command.split(' ').collect();
        for way in ["alone", "MULTI", "EVAL"] {
            // Before Redis 7.0 nobody tells the engine who runs a script.
            if way == "EVAL" && major_version() < 7 {
                continue;
            }
            arena.ask(&["FLUSHALL"]);
            arena.ask(&["SET", "other", "kept"]);
            let name = format!("user{number}");
            let more = match way {
                "MULTI" => " +multi +exec",
                "EVAL" => " +eval",
                _ => "",
            };
            let mut client = user(&mut arena, &name, &format!("{rules}{more}"));
            let reply = match way {
                "alone" => client.call(&words).to_string(),
                "MULTI" => {
                    client.call(&["MULTI"]);
                    let queued = client.call(&words);
                    let reply = client.call(&["EXEC"]);
                    if queued.is_error() {
                        queued.to_string()
                    } else {
                        reply.items()[0].to_string()
                    }
                }
                _ => client
                    .call(
                        &[
                            &["EVAL", "return redis.pcall(unpack(ARGV))", "0"],
                            words.as_slice(),
                        ]
                        .concat(),
                    )
                    .to_string(),
            };
            // In the words of each server.
            let says = |text: &str| reply.contains(text);
            let in_script = way == "EVAL"
                && expected == "-NOPERM"
                && (says("user") || says("ACL failure in script"));
            // An asynchronous hook cannot wait there.
            let waits = way != "alone"
                && command.starts_with("GET")
                && reply.contains("blocking is not allowed");
            assert!(
                reply.starts_with(expected) || in_script || waits,
                "{rules}: {way}: {command}: {reply}"
            );
            assert_eq!(
                arena.client.call(&["EXISTS", "other"]).to_string(),
                ":1",
                "{rules}: {way}: {command}"
            );
        }
    }
    arena.finish();
}

#[test]
fn commands_of_the_engine_are_nobodys() {
    let mut arena = Arena::new();
    for hooked in [false, true] {
        if hooked {
            arena.register(FUNCTIONS);
        }
        let mut restricted = user(&mut arena, "most", "~* &* +@all -rg.pyexecute");
        for name in [
            "RG.INNERHOOK",
            "rg.innerhookany",
            "RG.INNERHOOKWRITE",
            "RG.InnerHookWriteAny",
            "RG.INNERHOOKFILL",
            "RG.INNERHOOKFILLANY",
        ] {
            for words in [
                &["SET", "made", "1"][..],
                &["RG.PYEXECUTE", "execute('set','made','1')"],
                &["FLUSHALL"],
            ] {
                let line = [&[name], words].concat();
                let script = "return redis.pcall(unpack(ARGV))";
                for reply in [
                    restricted.call(&line),
                    arena.ask(&line),
                    restricted.call(&[&["EVAL", script, "0"], line.as_slice()].concat()),
                ] {
                    assert!(reply.is_error(), "{line:?}: {reply}");
                }
                restricted.call(&["MULTI"]);
                restricted.call(&line);
                assert!(
                    restricted.call(&["EXEC"]).to_string().contains('-'),
                    "{line:?}"
                );
                let quoted = line
                    .iter()
                    .map(|word| format!("{word:?}"))
                    .collect::<Vec<_>>()
                    .join(",");
                let reply = arena.py(&format!(
                    "GB('ShardsIDReader').map(lambda r: execute({quoted})).run()"
                ));
                assert!(reply.to_string().contains("engine's own"), "{reply}");
            }
        }
        for line in [
            &["RG.INNERREGISTER", "x"][..],
            &["RG.INNERUNREGISTER", "x"],
            &["RG.INNERTIMEEVENT", "k", "x"],
            &["RG.PYIMPORTRETINTERNAL", "x"],
        ] {
            let reply = arena.ask(line);
            assert!(reply.is_error(), "{line:?}: {reply}");
        }
        assert_eq!(arena.ask(&["EXISTS", "made"]).to_string(), ":0");
    }
    arena.finish();
}

#[test]
fn who_gave_no_password_runs_no_hooked_command() {
    let mut arena = Arena::new();
    arena.register(FUNCTIONS);
    arena.ask(&["SET", "kept", "1"]);
    let mut known = arena.server.client();
    known.call(&["PING"]);
    arena.ask(&["CONFIG", "SET", "requirepass", "secret"]);
    let mut stranger = arena.server.client();
    for line in [
        &["SET", "made", "1"][..],
        &["DEL", "kept"],
        &["RG.INNERHOOKWRITEANY", "SET", "made", "1"],
        &["RG.INNERHOOKWRITE", "DEL", "kept"],
        &["LPUSH", "made", "1"],
    ] {
        let reply = stranger.call(line).to_string();
        assert!(reply.starts_with("-NOAUTH"), "{line:?}: {reply}");
    }
    assert_eq!(stranger.call(&["AUTH", "secret"]).text(), "OK");
    assert_eq!(stranger.call(&["EXISTS", "kept", "made"]).to_string(), ":1");
    assert_eq!(stranger.call(&["SET", "made", "1"]).text(), "OK");
    assert_eq!(known.call(&["SET", "made", "2"]).text(), "OK");
    known.call(&["CONFIG", "SET", "requirepass", ""]);
}

/// Rules of users, and whether they may bring code.
const CODE: [(&str, bool); 7] = [
    ("~* +@all", true),
    ("~* +@all -@dangerous", false),
    ("~* +@all -@admin", false),
    ("~* +@all -@scripting", false),
    ("~* +@all -rg.pyexecute", false),
    ("~* -@all +rg.pyexecute +restore +rg.pyimportreq", true),
    ("~* -@all +restore +rg.pyimportreq", false),
];

#[test]
fn code_comes_from_those_who_may_run_it() {
    let mut arena = Arena::new();
    arena.py("registerTE(1, lambda: execute('incr', 'ticks'), 'timer')");
    let dump = arena.ask(&["DUMP", "timer"]);
    let dump = dump.bytes().expect("a dump").to_vec();
    arena.ask(&["DEL", "timer"]);
    for (number, (rules, allowed)) in CODE.into_iter().enumerate() {
        let mut client = user(&mut arena, &format!("coder{number}"), rules);
        let reply = client.call(&["RG.PYEXECUTE", "x = 1"]).to_string();
        assert_eq!(reply == "+OK", allowed, "{rules}: {reply}");
        assert!(allowed || reply.contains("NOPERM"), "{rules}: {reply}");
        // What is no export is found out only where exports may come from.
        let reply = client.call(&["RG.PYIMPORTREQ", "x"]).to_string();
        assert_eq!(reply.contains("NOPERM"), !allowed, "{rules}: {reply}");
        arena.ask(&["DEL", "timer"]);
        let restore: [&[u8]; 4] = [b"RESTORE", b"timer", b"0", &dump];
        let reply = client.call(&restore).to_string();
        let made = arena.ask(&["EXISTS", "timer"]).to_string();
        // RESTORE is dangerous by itself.
        let restores = allowed && !rules.contains("-@dangerous");
        assert_eq!(made == ":1", restores, "{rules}: {reply}");
    }
    arena.ask(&["DEL", "timer"]);
    arena.finish();
}

#[test]
fn one_setting_names_those_who_bring_code() {
    let mut arena = Arena::with_module(&["CodeUsers", "default loader"], &[]);
    for (name, rules, allowed) in [
        ("loader", "~* +rg.pyexecute", true),
        ("other", "~* +@all", false),
        ("other", "~* +rg.pyexecute +rg.pyimportreq", false),
    ] {
        let mut client = user(&mut arena, name, rules);
        let reply = client.call(&["RG.PYEXECUTE", "x = 1"]).to_string();
        assert_eq!(reply == "+OK", allowed, "{name}: {rules}: {reply}");
        let said = client
            .call(&["RG.CONFIGSET", "CodeUsers", "other"])
            .to_string();
        assert!(!said.contains("+OK"), "{said}");
    }
    arena.finish();
}
