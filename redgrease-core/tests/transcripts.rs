//! Scripts that ran on a real RedisGears: the check takes them. Those that it does not are listed with the reason.
#![cfg(feature = "check")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its data has failed"
)]

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
