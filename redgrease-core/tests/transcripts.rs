//! Scripts that ran on a real RedisGears, and those of the tests: the check takes them. Those that it does not are listed
//! with the reason.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its data has failed"
)]

mod written;

use std::path::Path;

use redgrease_core::gear::check::check_script;
use redgrease_core::python::PyVersion;
use redgrease_core::source::Source;
use serde_json::Value;

/// Scripts that the server took and the check refuses: what is in the script, and why.
const REFUSED: &[(&str, &str)] = &[
    ("batchgroupby(lambda x: x, 1)", "it fails when it runs"),
    ("limit(-1)", "the server takes it for no limit"),
    ("limit(1,-1)", "the server takes it for a very late start"),
    ("register(trigger='')", "nobody would call it"),
    ("register('', mode='sync')", "no key begins with it"),
    ("eventTypes='set'", "the letters are taken for events"),
    ("eventTypes=[]", "it says nothing"),
    ("keyTypes=[]", "it says nothing"),
    ("register('a','b')", "a text in the place of a truth value"),
    ("register(batch=0)", "the next entry ends the server"),
    ("register(batch=-1)", "no entry would ever be enough"),
    ("register(duration=-1)", "there is no time before now"),
    ("execute()", "it names no command"),
    ("execute('blpop'", "it does not wait, as it says"),
    ("execute('multi'", "it does nothing"),
    (
        "execute('select'",
        "what runs next would be in that database",
    ),
];

#[test]
fn what_ran_passes() {
    let data =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../redgrease-engine/tests/conformance/data");
    let mut ran = 0;
    let mut wrong = String::new();
    let mut files: Vec<_> = std::fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    for file in files {
        let entries: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for (index, entry) in entries.iter().enumerate() {
            let (Some(script), Some(reply)) = (script(entry), entry["reply"].as_str()) else {
                continue;
            };
            // an error, or results and then errors
            let failed = reply.starts_with("*2") && !reply.ends_with("*0\r\n");
            if reply.starts_with('-') || failed || reply.contains("rror") {
                continue;
            }
            ran += 1;
            let source = Source::new(script.to_owned());
            let found = check_script(&source, PyVersion::OLDEST);
            let listed = REFUSED.iter().any(|(part, _)| script.contains(part));
            for one in found.iter().filter(|one| one.is_error() && !listed) {
                wrong.push_str(&format!(
                    "-- {} {index}: {reply:?}\n{script}\n{}\n",
                    file.file_stem().unwrap().to_string_lossy(),
                    one.render(&source)
                ));
            }
        }
    }
    assert!(ran > 500, "{ran}");
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn script(entry: &Value) -> Option<&str> {
    let words = entry["cmd"].as_array()?;
    let is_script = words[0].as_str()?.eq_ignore_ascii_case("RG.PYEXECUTE");
    words.get(1)?.as_str().filter(|_| is_script)
}

/// What tests send because it is wrong, or because only they would.
const WRONG_IN_TESTS: &[&str] = &[
    "await asyncio.sleep(0.01)\nGB('ShardsIDReader').map(f)",
    "GB().map(7).run()",
    "GB().limit('two').run()",
    "GB('CommandReader').run()",
    "GB().register(mode='later')",
    "GB().register(mode=3)",
    "GB().run(mode='sync')",
    "GB().register(prefix=5)",
    "GB().register(keyTypes=['bitmap'])",
    "GB().run(noScan=1)",
    "GB().run(readValue=1)",
    "register(mode='sync', onFailedPolicy='retry')",
    "GB().register('*', eventTypes=5)",
    "onFailedPolicy='no'",
    "onRegistered=never",
    "GB().mapp(",
    // bytes, of which Rust makes no text
    "register(trigger='mark')",
];

#[test]
fn what_tests_run_passes() {
    let scripts = written::scripts(&["redgrease-engine/tests", "tests"]);
    let is_whole = |script: &&String| {
        let ends = script.contains(".run(") || script.contains(".register(");
        // not a format of Rust, in which something is put
        let formats = script.split('{').skip(1).any(|rest| {
            let name = rest.split('}').next().unwrap_or(rest);
            name.chars()
                .all(|c| c.is_ascii_alphanumeric() || "_:?".contains(c))
        });
        ends && !formats && !script.contains("RG.PYEXECUTE")
    };
    let mut looked_at = 0;
    let mut wrong = String::new();
    for script in scripts.iter().filter(is_whole) {
        looked_at += 1;
        let source = Source::new(script.clone());
        let found = check_script(&source, PyVersion::NEWEST);
        let listed = WRONG_IN_TESTS.iter().any(|part| script.contains(part));
        // a text to which another one is added lacks its names
        let errors = found.iter().filter(|one| {
            let is_name = one.code.as_str() == "RG0201";
            one.is_error() && !is_name && !listed
        });
        for one in errors {
            wrong.push_str(&format!("--\n{script}\n{}\n", one.render(&source)));
        }
    }
    assert!(looked_at > 400, "{looked_at}");
    assert!(wrong.is_empty(), "\n{wrong}");
}
