//! Scripts that become Rust programs: each is compiled, and answers as the script did.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use redgrease::embedded::Server;
use redis::{Connection, Value, cmd};

use crate::tool::{Place, eventually};

/// Scripts of many kinds; those of the documentation come to them.
const SCRIPTS: [&str; 8] = [
    "import json\n\ndef note(record):\n    execute('SADD', \"seen#\", json.dumps(record['key']))\n\n\
     GB('KeysReader').foreach(note).register('n:*', eventTypes=['set', 'hset'], readValue=False)\n",
    "def total(entry):\n    execute('INCRBY', 'total', entry['value']['amount'])\n\n\
     GB('StreamReader').foreach(total).register('orders:*', batch=2, onFailedPolicy='retry', onFailedRetryInterval=3)\n",
    "def twice(call): return call[1] * 2\n\nGB('CommandReader').map(twice).register(trigger='twice')\n\
     GB('CommandReader').map(lambda call: len(call)).register(trigger='length', mode='async_local')\n",
    "calls = []\n\ndef count(call):\n    calls.append(call)\n    return len(calls)\n\nGB('CommandReader').map(count).register(trigger='count')\n",
    "def whole(record):\n    execute('SET', 'copy', str(record))\n\nGB('KeysReader').map(whole).register('w:*', mode='sync')\n",
    "execute('MSET', 'a', '1', 'b', '2')\nGB('KeysReader').map(lambda r: r['key'] + '=' + r['value']).sort().run('?')\n",
    "CommandReader().args().map(lambda a: a).register(trigger='arguments')\n",
    "import math\nfrom os.path import basename as base\n\ndef area(call):\n    return '%.3f' % (math.pi * float(call[1]) ** 2)\n\n\
     def name(call):\n    return base(call[1])\n\nGB('CommandReader').map(area).register(trigger='area')\nGB('CommandReader').map(name).register(trigger='name')\n",
];

/// The scripts in the pages of the guide that a server understands.
fn of_the_guide() -> Vec<String> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let pages = fs::read_dir(docs)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = pages
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    pages.sort();
    let mut out = Vec::new();
    for page in pages {
        let text = fs::read_to_string(page).unwrap();
        for block in text.split("```python\n").skip(1) {
            let script = block.split("```").next().unwrap().to_string();
            // the others are for a plain interpreter, or pieces; in a list their blocks are indented
            let is_script = script.contains("GB(")
                && (script.contains(".register(") || script.contains(".run("));
            if is_script && !script.contains("from plain import") && !script.starts_with(' ') {
                out.push(script);
            }
        }
    }
    assert!(out.len() >= 5, "{}", out.len());
    out
}

/// The programs of the scripts, compiled together.
fn compiled(place: &Place, scripts: &[String]) -> PathBuf {
    let mut manifest = format!(
        "[package]\nname = \"moved\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nredgrease = {{ path = {:?} }}\n",
        env!("CARGO_MANIFEST_DIR")
    );
    for (number, script) in scripts.iter().enumerate() {
        let (file, program) = (format!("s{number}.py"), format!("src/s{number}.rs"));
        place.write(&file, script);
        fs::create_dir_all(place.path().join("src")).unwrap();
        let ran = place.run(&["migrate", &file, "-o", &program]);
        assert_eq!(ran.code, 0, "{}{}\n{script}", ran.out, ran.err);
        let _ = write!(
            manifest,
            "[[bin]]\nname = \"s{number}\"\npath = {program:?}\n"
        );
    }
    place.write("Cargo.toml", &manifest);
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"),
        place.path().join("Cargo.lock"),
    )
    .unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moved");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet"])
        .current_dir(place.path())
        .env("CARGO_TARGET_DIR", &target)
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    target.join("debug")
}

/// What a server knows and answers after the same has been done to it.
#[derive(Debug, PartialEq)]
struct Answers {
    registrations: Vec<String>,
    triggers: BTreeMap<String, String>,
    keys: BTreeMap<String, String>,
}

fn fields(value: &Value) -> BTreeMap<String, Value> {
    let items: Vec<Value> = redis::from_redis_value(value.clone()).unwrap();
    let pairs = items
        .chunks(2)
        .map(|pair| (text(&pair[0]), pair[1].clone()));
    pairs.collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        other => format!("{other:?}"),
    }
}

fn registrations(con: &mut Connection) -> Vec<(String, BTreeMap<String, Value>)> {
    let all: Vec<Value> = cmd("RG.DUMPREGISTRATIONS").query(con).unwrap();
    let all = all.iter().map(|one| {
        let one = fields(one);
        let data = fields(&one["RegistrationData"]);
        (text(&one["reader"]), data)
    });
    all.collect()
}

/// How many entries streams get: batches of 1, 2 and 10 have none left over.
const ENTRIES: u32 = 20;

/// Whether a function has seen all entries of its stream that make whole batches.
fn are_worked_off(con: &mut Connection, args: &BTreeMap<String, Value>) -> bool {
    let stream = text(&args["stream"]).replace('*', "");
    let groups: Vec<Value> = cmd("XINFO").arg("GROUPS").arg(stream).query(con).unwrap();
    let last = format!("1-{ENTRIES}");
    !groups.is_empty()
        && groups.iter().map(fields).all(|group| {
            text(&group["last-delivered-id"]) == last && text(&group["pending"]) == "int(0)"
        })
}

fn answers(server: &Server) -> Answers {
    let mut con = server.connection().unwrap();
    let there = registrations(&mut con);
    let mut triggers = BTreeMap::new();
    for (reader, data) in &there {
        let args = fields(&data["args"]);
        match reader.as_str() {
            "CommandReader" => {
                let name = text(&args["trigger"]);
                for arguments in [&["3", "x"][..], &[]] {
                    let answer: redis::RedisResult<Value> =
                        cmd("RG.TRIGGER").arg(&name).arg(arguments).query(&mut con);
                    // the lines of a traceback are those of the text that was sent
                    let answer = answer.map_or_else(|_| "an error".into(), |value| text(&value));
                    triggers.insert(format!("{name} {arguments:?}"), answer);
                }
            }
            "KeysReader" => {
                let prefix = text(&args["regex"]).replace('*', "");
                let key = |name: &str| format!("{prefix}{name}");
                cmd("SET").arg(key("s")).arg("5").exec(&mut con).unwrap();
                cmd("HSET")
                    .arg(key("h"))
                    .arg("name")
                    .arg("Ann")
                    .exec(&mut con)
                    .unwrap();
                cmd("DEL").arg(key("s")).exec(&mut con).unwrap();
            }
            _ => {
                let stream = text(&args["stream"]).replace('*', "");
                for number in 1..=ENTRIES {
                    let mut add = cmd("XADD");
                    add.arg(&stream)
                        .arg(format!("1-{number}"))
                        .arg("amount")
                        .arg("7");
                    add.exec(&mut con).unwrap();
                }
            }
        }
    }
    // until all that was begun is over
    eventually(
        || {
            let info: String = cmd("INFO").arg("rg_runs").query(&mut con).unwrap();
            let entries = there.iter().all(|(reader, data)| {
                reader != "StreamReader" || are_worked_off(&mut con, &fields(&data["args"]))
            });
            let lines: Vec<&str> = info
                .lines()
                .filter(|line| line.contains("queued="))
                .collect();
            entries && lines.iter().all(|line| line.contains("queued=0,running=0"))
        },
        || "the functions do not end".to_string(),
    );
    let mut names: Vec<String> = cmd("KEYS").arg("*").query(&mut con).unwrap();
    names.sort();
    let shown = |key: &String| {
        let kind: String = cmd("TYPE").arg(key).query(&mut con).unwrap();
        let command = match kind.as_str() {
            "string" => "GET",
            "hash" => "HGETALL",
            "set" => "SMEMBERS",
            _ => "EXISTS",
        };
        let mut words: Vec<String> = text(&cmd(command).arg(key).query::<Value>(&mut con).unwrap())
            .split(' ')
            .map(str::to_string)
            .collect();
        if kind == "set" {
            words.sort();
        }
        (key.clone(), format!("{kind} {}", words.join(" ")))
    };
    let mut known: Vec<String> = there
        .iter()
        .map(|(reader, data)| format!("{reader} {} {}", text(&data["mode"]), text(&data["args"])))
        .collect();
    known.sort();
    Answers {
        registrations: known,
        triggers,
        keys: names.iter().map(shown).collect(),
    }
}

#[test]
fn each_script_becomes_a_program_that_answers_as_it_did() {
    let place = Place::empty();
    let mut scripts: Vec<String> = SCRIPTS.map(str::to_string).into();
    // some show what an error looks like
    scripts.extend(of_the_guide().into_iter().filter(|script| {
        place.write("shown.py", script);
        place.run(&["check", "shown.py"]).code == 0
    }));
    let programs = compiled(&place, &scripts);
    for (number, script) in scripts.iter().enumerate() {
        let (old, new) = (Server::start().unwrap(), Server::start().unwrap());
        let mut tool = place.command(&["--server", &old.url(), "run", &format!("s{number}.py")]);
        let old_ran = place.output(tool.output().unwrap());
        let mut program = Command::new(programs.join(format!("s{number}")));
        let new_ran = program.env("REDIS_URL", new.url()).output().unwrap();
        let errors = String::from_utf8_lossy(&new_ran.stderr);
        assert!(new_ran.status.success(), "{errors}\n{script}");
        assert_eq!(
            String::from_utf8_lossy(&new_ran.stdout),
            old_ran.out,
            "{script}"
        );
        assert_eq!(answers(&new), answers(&old), "{script}");
    }
}

#[test]
fn a_program_is_not_written_over_another_and_errors_are_shown() {
    let place = Place::empty();
    place.write("a.py", SCRIPTS[0]);
    let printed = place.ok(&["migrate", "a.py"]);
    assert!(
        printed.contains("#[keys_reader(prefix = \"n:*\""),
        "{printed}"
    );
    place.ok(&["migrate", "a.py", "-o", "a.rs"]);
    let ran = place.run(&["migrate", "a.py", "-o", "a.rs"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("give it another name"), "{}", ran.err);
    let ran = place.run(&["migrate", "-"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    place.write("b.py", "def f(:\n");
    let ran = place.run(&["migrate", "b.py"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("--> b.py:1:6"), "{}", ran.err);
    place.write("c.py", SCRIPTS[3]);
    let ran = place.run(&["migrate", "c.py"]);
    assert!(
        ran.err.contains("in one piece: `calls = []` may be shared"),
        "{}",
        ran.err
    );
}
