//! Workers on every CPython of this machine, from 3.7 on: those of pyenv and on the path, beside the one of the other tests.
//!
//! Each gets an environment of its own with the cloudpickle that is pinned for it, made once below `target/tmp`, which needs the
//! package index that pip is configured for; and without greenlet, which the other tests have.

mod support;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::names::check_names;
use support::{Client, Options, PATIENCE, Server, eventually};

/// The first version that is tested, 3.7, and those after it.
const OLDEST: u32 = 7;

/// The minor version of a Python 3.
fn minor(python: &Path) -> Option<u32> {
    let output = Command::new(python)
        .args(["-I", "-c", "import sys; print(*sys.version_info[:2])"])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    said.trim().strip_prefix("3 ")?.parse().ok()
}

/// The interpreters of this machine by their minor versions.
fn interpreters() -> BTreeMap<u32, Vec<PathBuf>> {
    let pyenv = env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv")));
    let versions = pyenv
        .and_then(|root| fs::read_dir(root.join("versions")).ok())
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin").join("python3"));
    let on_path = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .filter(|directory| !directory.ends_with("shims"))
        .flat_map(|directory| (OLDEST..30).map(move |n| directory.join(format!("python3.{n}"))))
        .collect::<Vec<_>>();
    let mut found: BTreeMap<u32, Vec<PathBuf>> = BTreeMap::new();
    for python in versions.chain(on_path).filter(|python| python.exists()) {
        if let Some(minor) = minor(&python).filter(|&minor| minor >= OLDEST) {
            found.entry(minor).or_default().push(python);
        }
    }
    found
}

/// What pip is asked to install: the cloudpickle that the tests' environment has, for the interpreters of this machine, or
/// what `REDGREASE_TEST_CLOUDPICKLE` says, such as `cloudpickle==2.1`.
fn cloudpickle() -> (String, Vec<String>) {
    if let Ok(requirement) = env::var("REDGREASE_TEST_CLOUDPICKLE") {
        return (requirement.clone(), vec![requirement]);
    }
    let pins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/python/packages.txt");
    let text =
        fs::read_to_string(&pins).unwrap_or_else(|error| panic!("{}: {error}", pins.display()));
    // A package begins where a line does; its hashes stand below it.
    let mut chosen = String::new();
    let mut is_chosen = false;
    for line in text.lines() {
        if !line.starts_with(' ') {
            is_chosen = line.starts_with("cloudpickle==");
        }
        if is_chosen {
            chosen.push_str(line);
            chosen.push('\n');
        }
    }
    assert!(!chosen.is_empty(), "no cloudpickle in {}", pins.display());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cloudpickle.txt");
    fs::write(&file, &chosen).expect("a writable directory");
    let arguments = ["--require-hashes", "--requirement"].map(String::from);
    let file = file.to_str().expect("a path in UTF-8").to_owned();
    (chosen, arguments.into_iter().chain([file]).collect())
}

/// An environment of an interpreter with cloudpickle.
///
/// # Errors
/// What failed.
fn environment(python: &Path, minor: u32) -> Result<PathBuf, String> {
    let (wanted, arguments) = cloudpickle();
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("python3.{minor}"));
    let made = place.join("bin").join("python3");
    // Written last, so that it is there when all is.
    let stamp = place.join("cloudpickle.txt");
    if fs::read_to_string(&stamp).is_ok_and(|has| has == wanted) {
        return Ok(made);
    }
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!(
            "{} {}: {}{}",
            program.display(),
            arguments.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ))
    };
    let directory = place.to_str().ok_or("a path that is not UTF-8")?;
    run(python, &["-m", "venv", "--clear", directory])?;
    let mut install = vec!["-m", "pip", "install", "--quiet"];
    install.push("--disable-pip-version-check");
    install.extend(arguments.iter().map(String::as_str));
    run(&made, &install)?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(made)
}

const SCRIPT: &str = "\
import asyncio, sys, threading
import redgrease
def later(r):
    future = gearsFuture()
    threading.Timer(0.01, lambda: future.continueRun('later')).start()
    return future
async def coroutine(r):
    await asyncio.sleep(0.01)
    results, errors = await GB('KeysReader').map(lambda x: x['key']).run('k:*')
    return sorted(results)
def block(r):
    with atomic():
        before = execute('incr', 'n')
        return int(redgrease.execute('incr', 'n')) - before
def fail(r):
    return 1 / 0
async def sleep(r):
    await asyncio.sleep(0.01)
    return execute('incr', 'asked')
kept = [0]
def count(r):
    kept[0] += 1
    return kept[0]
GB('CommandReader').map(lambda r: '%d.%d' % sys.version_info[:2]).register(trigger='version', mode='sync')
GB('CommandReader').map(later).register(trigger='later')
GB('CommandReader').map(coroutine).register(trigger='coroutine', convertToStr=False)
GB('CommandReader').map(block).register(trigger='block')
GB('CommandReader').map(lambda r: execute('incr', 'asked')).register(trigger='ask')
GB('CommandReader').map(sleep).register(trigger='sleep')
GB('CommandReader').map(fail).register(trigger='fail')
GB('CommandReader').map(count).register(trigger='count')
redgrease.GearsBuilder('KeysReader').foreach(lambda r: execute('set', 'seen', r['key'])).register('k:*', mode='sync')
";

/// Functions of every form, from a file and from the script, and what the lines of their tracebacks say: the same before a restart
/// and after it, where they come out of pickles.
const PLACES: &str = r#"
def outer(divisor):
    def inner(r):
        return list(map(lambda x: x / divisor, [1]))
    return inner
class Thing:
    def method(self):
        return self.value
    @property
    def value(self):
        return 1 / 0
    @classmethod
    def of_class(cls):
        return cls().method()
async def coroutine(r):
    return Thing.of_class()
def generator(r):
    yield 1 / 0
exec(compile("""

def from_file(r):
    return 1 / 0
""", "/scripts/from_file.py", "exec"))
def places(function):
    async def asks(r):
        try:
            answer = function(r)
            if hasattr(answer, 'cr_await'):
                answer = await answer
            list(answer)
        except ZeroDivisionError as problem:
            import traceback
            frames = traceback.extract_tb(problem.__traceback__)[1:]
            return ' '.join('%s:%d:%s' % (frame.filename, frame.lineno, frame.name) for frame in frames)
    return asks
for name, function in (
    ('closure', outer(0)),
    ('coroutine', coroutine),
    ('generator', generator),
    ('lambda', lambda r: 1 / 0),
    ('from_file', from_file),
):
    GB('CommandReader').map(places(function)).register(trigger='place_' + name, convertToStr=False)
"#;

/// The forms of functions in [`PLACES`], and where they fail.
const FAILURES: [(&str, &str); 5] = [
    ("closure", "<string>:4:inner <string>:4:<lambda>"),
    (
        "coroutine",
        "<string>:16:coroutine <string>:14:of_class <string>:8:method <string>:11:value",
    ),
    ("generator", "<string>:18:generator"),
    ("lambda", "<string>:40:<lambda>"),
    ("from_file", "/scripts/from_file.py:4:from_file"),
];

/// Checks where the functions of [`PLACES`] say that they fail.
fn check_places(client: &mut Client, when: &str) {
    for (form, wanted) in FAILURES {
        let reply = client.call(&["RG.TRIGGER", &format!("place_{form}")]);
        assert_eq!(reply.items()[0].text(), wanted, "{form} {when}");
    }
}

/// What `fail` answers, in every version.
const FAILED: &str = "['Traceback (most recent call last):\\n', '  File \"<string>\", line 16, in fail\\n', 'ZeroDivisionError: division by zero\\n']";

/// The worker's own tests, which need no server.
fn check_units(python: &Path, minor: u32) {
    let output = Command::new(python)
        .args(["-B", "-m", "unittest"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("python"))
        .stdin(Stdio::null())
        .output()
        .expect("an interpreter");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "Python 3.{minor}: {said}");
    let ran = said
        .lines()
        .find(|line| line.starts_with("Ran ") && !line.starts_with("Ran 0 "));
    println!("Python 3.{minor}: {}", ran.expect("tests that ran"));
}

/// Many callers at once, whose functions ask the server or wait.
fn crowd(server: &Server, minor: u32) {
    let mut callers: Vec<Client> = (0..250).map(|_| server.client()).collect();
    for trigger in ["ask", "later", "sleep"] {
        for caller in &mut callers {
            caller.send(&["RG.TRIGGER", trigger]).expect("sent");
        }
        for caller in &mut callers {
            let reply = caller.read(PATIENCE).expect("a reply");
            assert_eq!(
                reply.items().len(),
                1,
                "Python 3.{minor}: {trigger}: {reply}"
            );
        }
    }
}

/// What a function does in every version.
fn work(python: &Path, minor: u32) {
    check_units(python, minor);
    // The last one given counts.
    let options = Options::workers(&["PythonExecutable", &python.display().to_string()]);
    let mut server = Server::with(&options);
    let mut client = server.client();
    let patience = Duration::from_secs(30);
    let mut answers = |command: &[&str], wanted: &str| {
        let reply = client.ask(command, patience).expect("a reply").to_string();
        assert_eq!(
            reply,
            wanted,
            "Python 3.{minor}: {command:?}\n{}",
            server.log_tail()
        );
    };
    answers(&["RG.PYEXECUTE", SCRIPT, "ID", "all"], "+OK");
    answers(&["RG.PYEXECUTE", PLACES, "ID", "places"], "+OK");
    answers(&["SET", "k:1", "a"], "+OK");
    answers(&["SET", "k:2", "b"], "+OK");
    answers(&["GET", "seen"], "\"k:2\"");
    answers(&["RG.TRIGGER", "version"], &format!("[\"3.{minor}\"]"));
    answers(&["RG.TRIGGER", "later"], "[\"later\"]");
    answers(&["RG.TRIGGER", "coroutine"], "[[\"k:1\", \"k:2\"]]");
    answers(&["RG.TRIGGER", "block"], "[\"1\"]");
    answers(&["RG.TRIGGER", "count"], "[\"1\"]");
    answers(&["RG.TRIGGER", "fail"], &format!("-{FAILED}"));
    let run = "GB().map(lambda r: r['value']).flatmap(lambda v: [v, v]).countby().map(lambda r: '%s=%d' % (r['key'], r['value'])).sort().run('k:*')";
    answers(&["RG.PYEXECUTE", run], "[[\"a=2\", \"b=2\"], []]");
    answers(
        &[
            "RG.PYEXECUTE",
            "GB('ShardsIDReader').map(lambda r: flat_error('no')).run()",
        ],
        "[[], [\"no\"]]",
    );
    crowd(&server, minor);
    answers(&["SAVE"], "+OK");
    check_places(&mut server.client(), "at first");
    server.restart();
    let mut client = server.client();
    let reply = client
        .ask(&["RG.TRIGGER", "count"], patience)
        .expect("a reply")
        .to_string();
    assert_eq!(reply, "[\"1\"]", "Python 3.{minor} after a restart");
    check_places(&mut client, "after a restart");
    // The lines of the script are those of its text, also for what was pickled, and where errors are kept.
    assert_eq!(client.call(&["RG.TRIGGER", "fail"]).text(), FAILED);
    let dump = client.call(&["RG.DUMPREGISTRATIONS"]).to_string();
    assert!(
        dump.contains(&format!("\"lastError\", \"{FAILED}\"")),
        "{dump}"
    );
    let fresh = Server::with(&options);
    check_names(&mut fresh.client());
    if matches!(minor, 7 | 11) {
        check_package(&options, minor);
    }
}

/// The Python package and what it needs, on the oldest Python and on the one of today.
fn check_package(options: &Options, minor: u32) {
    let server = Server::with(options);
    let mut client = server.client();
    client.call(&["MSET", "k1", "a", "k2", "b"]);
    let script = "from redgrease import CommandReader, KeysReader, cmd\n\
        KeysReader().values().foreach(lambda v: cmd.rpush('seen', v)).register('k*', mode='sync')\n\
        CommandReader().map(lambda r: cmd.get(r[1])).register(trigger='value')";
    let package = ["REQUIREMENTS", "redgrease[runtime]==0.3.30", "redis==3.5.3"];
    let command = [&["RG.PYEXECUTE", script], &package[..]].concat();
    // pip takes its time.
    let reply = client.ask(&command, Duration::from_secs(300));
    assert_eq!(reply.expect("a reply").text(), "OK", "Python 3.{minor}");
    assert_eq!(client.call(&["SET", "k3", "c"]).text(), "OK");
    let seen = client.call(&["LRANGE", "seen", "0", "-1"]).to_string();
    assert_eq!(seen, "[\"c\"]", "Python 3.{minor}");
    // The package pickles what its functions give, for its client.
    let value = client.call(&["RG.TRIGGER", "value", "k1"]).to_string();
    assert!(
        value.ends_with("\\x8c\\x01a\\x94.\"]"),
        "Python 3.{minor}: {value}"
    );
}

/// Functions are code for one version of Python: another one says so, and they are there when it comes back.
fn change(from: &(PathBuf, u32), to: &(PathBuf, u32)) {
    let module = |python: &Path| ["PythonExecutable".to_owned(), python.display().to_string()];
    let mut server = Server::with(&Options::module(
        &module(&from.0).each_ref().map(String::as_str),
    ));
    let mut client = server.client();
    client.register(SCRIPT, &["ID", "all"]);
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    server.options_mut().module = module(&to.0).to_vec();
    server.restart();
    let mut client = server.client();
    // The last of them needs no Python, and stands in for that one all the same.
    for trigger in ["version", "count", "ask"] {
        let wanted = format!("code for Python 3.{} and this is 3.{}", from.1, to.1);
        eventually(&wanted, || {
            let reply = client.call(&["RG.TRIGGER", trigger]);
            assert!(reply.is_error(), "{reply}");
            // A synchronous function does not wait for its worker.
            let early = reply.text().ends_with("try again");
            assert!(early || reply.text().contains(&wanted), "{reply}");
            !early
        });
    }
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    server.options_mut().module = module(&from.0).to_vec();
    server.restart();
    assert_eq!(server.client().triggered("count"), "1");
}

#[test]
fn workers_run_on_every_python_of_this_machine() {
    let mine = support::server::python();
    let version = minor(&mine).expect("the Python of the tests is a Python 3");
    work(&mine, version);
    let mut last = (mine, version);
    for (minor, candidates) in interpreters() {
        // One that cannot make environments is one without its package for that: another of the same version may.
        let tries: Vec<_> = candidates
            .iter()
            .map(|python| environment(python, minor))
            .collect();
        let Some(python) = tries.iter().find_map(|one| one.as_ref().ok()) else {
            panic!("no environment for Python 3.{minor}: {tries:?}");
        };
        work(python, minor);
        let this = (python.clone(), minor);
        if last.1 != minor {
            change(&last, &this);
        }
        last = this;
    }
}
