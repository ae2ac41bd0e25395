//! Scripts: their text, and what they do on a stand-in for the server under a real CPython.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot run its Python has failed"
)]

use std::path::PathBuf;
use std::process::Command;

use redgrease_core::gear::Reader;
use redgrease_core::gear::check::{GearInput, check_gear};
use redgrease_core::python::{FunctionInput, PyVersion, check_function};
use redgrease_core::script::{Script, command_script, event_script, gear_script};
use redgrease_core::source::Source;
use redgrease_core::spec::{
    Arity, CommandSpec, Decode, Encoding, EventSpec, Function, Mode, Param, Replace, Value,
};

macro_rules! snapshot {
    ($text:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($text);
        });
    };
}

fn gear(text: &'static str, result: Encoding) -> Script {
    let source = Source::new(text).at("src/main.rs", 40, 0);
    let input = GearInput {
        source: &source,
        captures: &[],
        python: PyVersion::default(),
    };
    let (plan, diagnostics) = check_gear(&input);
    let said: String = diagnostics.iter().map(|d| d.render(&source)).collect();
    gear_script(&plan.unwrap_or_else(|| panic!("{said}")), result)
}

fn leak(list: Vec<String>) -> &'static [&'static str] {
    let list: Vec<&'static str> = list.into_iter().map(|s| &*s.leak()).collect();
    list.leak()
}

fn function(text: &'static str, params: &'static [Param], result: Encoding) -> Function {
    let source = Source::new(text).at("src/main.rs", 12, 0);
    let names: Vec<&str> = params.iter().map(|p| p.name).collect();
    let input = FunctionInput {
        source: &source,
        name: "area",
        params: &names,
        python: PyVersion::default(),
    };
    let (checked, diagnostics) = check_function(&input);
    let said: String = diagnostics.iter().map(|d| d.render(&source)).collect();
    let checked = checked.unwrap_or_else(|| panic!("{said}"));
    Function {
        name: "area",
        def: checked.def.leak(),
        params,
        shared: &[],
        python: "3.7",
        result,
        uses: leak(checked.uses),
        cmd_methods: leak(checked.cmd_methods),
        file: "src/main.rs",
        line: checked.line,
    }
}

fn spec(function: Function) -> CommandSpec {
    CommandSpec {
        name: "area",
        package: "shapes 1.0.0",
        function,
        trigger: "area",
        mode: Mode::AsyncLocal,
        inorder: false,
        arguments: &[],
        on_registered: None,
        requirements: &[],
        replace: Replace::Refuse,
        deadline: None,
    }
}

const fn param(name: &'static str, decode: Decode, arity: Arity) -> Param {
    Param {
        name,
        decode,
        arity,
    }
}

/// A CPython: `REDGREASE_PYTHON`, the virtual environment of the repository, or the path's.
fn python() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    std::env::var_os("REDGREASE_PYTHON")
        .map(PathBuf::from)
        .or_else(|| Some(root.join(".venv/bin/python")).filter(|p| p.exists()))
        .unwrap_or_else(|| PathBuf::from("python3"))
}

/// Runs a script on the stand-in; `triggers` and `data` are JSON.
fn run(script: &Script, triggers: &str, data: &str) -> String {
    run_all(std::slice::from_ref(script), triggers, data).remove(0)
}

/// Runs scripts one after the other, each on a server of its own.
fn run_all(scripts: &[Script], triggers: &str, data: &str) -> Vec<String> {
    let paths: Vec<PathBuf> = scripts
        .iter()
        .enumerate()
        .map(|(index, script)| {
            let thread = std::thread::current().id();
            let name = format!(
                "redgrease-{}-{thread:?}-{index}-{}.py",
                std::process::id(),
                script.hash()
            );
            let path = std::env::temp_dir().join(name);
            std::fs::write(&path, script.text()).unwrap();
            path
        })
        .collect();
    let list: Vec<&str> = paths.iter().map(|p| p.to_str().unwrap()).collect();
    let output = Command::new(python())
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server.py"))
        .args([&list.join("\n"), triggers, data])
        .output()
        .expect("a Python is needed: install python3 or set REDGREASE_PYTHON");
    for path in &paths {
        std::fs::remove_file(path).unwrap();
    }
    let out = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(err, "");
    let mut parts: Vec<String> = out.split("=====\n").map(str::to_owned).collect();
    assert_eq!(parts.pop().as_deref(), Some(""));
    assert_eq!(parts.len(), scripts.len(), "{out}");
    parts
}

const NUMBERS: &str =
    r#"{"a-fighter": "2021", "b-fighter": "63", "c-fighter": "-747", "h": {"x": "1"}}"#;

const SIZES: &[Param] = &[
    param("width", Decode::Float, Arity::Required),
    param("height", Decode::Float, Arity::Optional),
];
const KEY: &[Param] = &[param("key", Decode::Str, Arity::Required)];
const RECORD: &[Param] = &[param("record", Decode::Str, Arity::Required)];

#[test]
fn texts_of_scripts() {
    let command = spec(function(
        "\n    return width * (height or 1)\n",
        SIZES,
        Encoding::Float,
    ));
    let event = EventSpec {
        name: "shapes::area",
        package: "shapes 1.0.0",
        replace: Replace::Refuse,
        function: function("\n    cmd.get(record.key)\n", RECORD, Encoding::Unit),
        reader: Reader::Keys,
        arguments: &[
            ("prefix", Value::Text("person:*")),
            ("eventTypes", Value::Texts(&["hset"])),
            ("readValue", Value::Bool(false)),
        ],
        mode: Mode::Sync,
        on_registered: None,
        requirements: &["requests>=2"],
    };
    let gear = gear(
        "
    from redgrease.utils import compose
    def has_status(status):
        return lambda record: record.value.get(\"status\") == status

    text = '''a
    b'''
    KeysReader(\"record:*\").records(type=\"hash\").filter(has_status(\"failed\")).aggregate(0, lambda a, r: a + 1).run()
",
        Encoding::Optional(&Encoding::Int),
    );
    snapshot!(format!(
        "{}\n----------\n{}\n----------\n{}",
        command_script(&command).text(),
        event_script(&event).text(),
        gear.text()
    ));
}

#[test]
fn commands_decode_call_and_encode() {
    const PARAMS: &[Param] = &[
        param("a", Decode::Str, Arity::Required),
        param("b", Decode::Int, Arity::Optional),
        param("c", Decode::Bool, Arity::Variadic),
    ];
    let script = command_script(&spec(function(
        "return repr((a, b, c))",
        PARAMS,
        Encoding::Text,
    )));
    let out = run(
        &script,
        r#"[["area", [["area", "x"], ["area", "x", "~none", "1"], ["area", "~x", "7", "true", "false"]]],
            ["area", [["area"]]]]"#,
        "{}",
    );
    let lines: Vec<&str> = out.lines().collect();
    assert!(
        lines[0].starts_with("registered {\"desc\": \"redgrease area, registered by shapes 1.0.0 at src/main.rs:12 as (a: str, b: int = None, *c: bool) -> str "),
        "{out}"
    );
    assert_eq!(lines[1], r#"b"('x', None, [])""#);
    assert_eq!(lines[2], r#"b"('x', None, [True])""#);
    assert_eq!(lines[3], r#"b"('~x', 7, [True, False])""#);
    assert_eq!(
        lines.last(),
        Some(
            &"TypeError: area() takes a (a text), b (an integer, optional), c (true or false, any number), but got 0 arguments"
        )
    );
}

#[test]
fn a_bad_argument_is_named() {
    const PARAMS: &[Param] = &[param("count", Decode::Int, Arity::Required)];
    let script = command_script(&spec(function("return count", PARAMS, Encoding::Int)));
    let ask = |record: &str| run(&script, &format!("[[\"area\", [{record}]]]"), "{}");
    assert!(
        ask(r#"["area", "x"]"#)
            .ends_with("TypeError: `count` of area() is an integer, but got 'x'\n")
    );
    assert!(
        ask(r#"["area", "1", "2"]"#)
            .ends_with("TypeError: area() takes count (an integer), but got 2 arguments\n")
    );
    assert!(ask(r#"["area", "-5"]"#).ends_with("b'-5'\n"));
}

/// What the function's result becomes, or the last line of the error.
fn encoded(body: &'static str, result: Encoding) -> String {
    let script = command_script(&spec(function(body, &[], result)));
    let out = run(&script, r#"[["area", [["area"]]]]"#, "{}");
    let lines: Vec<&str> = out.lines().skip(1).collect();
    lines.last().copied().unwrap_or("").to_owned()
}

#[test]
fn results_become_bytes() {
    assert_eq!(encoded("return '-x'", Encoding::Text), "b'-x'");
    assert_eq!(encoded("return b'\\xff'", Encoding::Bytes), "b'\\xff'");
    assert_eq!(encoded("return bytearray(b'a')", Encoding::Text), "b'a'");
    assert_eq!(
        encoded("return 10 ** 30", Encoding::Int),
        format!("b'1{}'", "0".repeat(30))
    );
    assert_eq!(encoded("return 0.1", Encoding::Float), "b'0.1'");
    assert_eq!(encoded("return 2", Encoding::Float), "b'2.0'");
    assert_eq!(encoded("return 1 == 1", Encoding::Bool), "b'1'");
    assert_eq!(encoded("return 1", Encoding::Unit), "");
    assert_eq!(
        encoded("return None", Encoding::Optional(&Encoding::Int)),
        ""
    );
    assert_eq!(
        encoded("return 5", Encoding::Optional(&Encoding::Int)),
        "b'5'"
    );
    assert_eq!(
        encoded("return 5", Encoding::Optional(&Encoding::Unit)),
        "b''"
    );
    assert_eq!(
        encoded("return {'a': [1, None]}", Encoding::Json),
        r#"b'{"a": [1, null]}'"#
    );
    assert!(encoded("return {1, 2}", Encoding::Pickle).starts_with("b'\\x80\\x04"));
}

#[test]
fn a_result_of_the_wrong_type_says_so() {
    assert_eq!(
        encoded("return None", Encoding::Int),
        "TypeError: area() gave None, but its Rust type wants an int"
    );
    assert_eq!(
        encoded("return [1]", Encoding::Text),
        "TypeError: area() gave list [1], but its Rust type wants a str"
    );
    assert_eq!(
        encoded("return {1}", Encoding::Json),
        "TypeError: area() gave set {1}, but its Rust type wants what JSON can hold"
    );
    assert_eq!(
        encoded("return print", Encoding::Pickle),
        "TypeError: area() gave builtin_function_or_method <built-in function print>, but its Rust type wants plain data: None, bool, int, float, str, bytes, list, tuple, dict, set"
    );
}

/// What stands for NumPy here: it has the attributes that are looked for.
const ARRAYS: &str = "
class Scalar:
    dtype = 'x'
    shape = ()
    def __init__(self, value):
        self.value = value
    def item(self):
        return self.value
    tolist = item
class Array(Scalar):
    shape = (2,)
    def __index__(self):
        raise TypeError('only integer scalar arrays can be converted to a scalar index')
    def __float__(self):
        raise TypeError('only length-1 arrays can be converted')
    def __repr__(self):
        return 'array(%r)' % (self.value,)
";

#[test]
fn values_of_numpy_become_what_they_stand_for() {
    let encoded =
        |result: &str, encoding| encoded(format!("{ARRAYS}return {result}").leak(), encoding);
    assert_eq!(encoded("Scalar(True)", Encoding::Bool), "b'1'");
    assert_eq!(encoded("Scalar(3)", Encoding::Int), "b'3'");
    assert_eq!(encoded("Scalar(3)", Encoding::Float), "b'3.0'");
    assert_eq!(
        encoded("{'a': Array([1, Scalar(2)])}", Encoding::Json),
        r#"b'{"a": [1, 2]}'"#
    );
    assert_eq!(
        encoded("Array([1, 2])", Encoding::Pickle),
        encoded("[1, 2]", Encoding::Pickle)
    );
    for (encoding, wanted) in [
        (Encoding::Int, "an int"),
        (Encoding::Float, "a float"),
        (Encoding::Bool, "a bool"),
        (Encoding::Text, "a str"),
    ] {
        let error = encoded("Array([1, 2])", encoding);
        assert!(error.starts_with("TypeError: area() gave "), "{error}");
        assert!(error.contains(".Array array([1, 2])"), "{error}");
        let end = format!(
            "its Rust type wants {wanted}; return it with `.tolist()`, to a Rust type that takes \
             what that gives"
        );
        assert!(error.ends_with(&end), "{error}");
    }
    assert!(encoded("Array([1, 2])", Encoding::Bytes).contains("`.tobytes()`"));
    assert!(encoded("Array([2j])", Encoding::Pickle).contains("gave complex 2j"));
}

#[test]
fn gears_do_what_they_say() {
    let int = Encoding::Int;
    let text = Encoding::Text;
    let json = Encoding::Json;
    let cases = [
        (
            "KeysReader().keys().filter(lambda k: k.endswith('-fighter')).count().run()",
            int,
            "b'3'",
        ),
        (
            "KeysReader().values(type='string').map(int).aggregate(0, lambda a, x: a + x).run()",
            int,
            "b'1337'",
        ),
        (
            "KeysReader().values(type='string').map(int).aggregate(0).run()",
            int,
            "b'1337'",
        ),
        (
            "KeysReader().values(type=['string']).map(int).avg().run()",
            Encoding::Float,
            "b'445.6666666666667'",
        ),
        (
            "KeysReader().values(type='string').map(int).sort().run()",
            int,
            "b'-747' b'63' b'2021'",
        ),
        (
            "KeysReader().values(type='string').map(int).sort(reverse=False).limit(1).run()",
            int,
            "b'2021'",
        ),
        (
            "KeysReader('h').values().map(lambda v: v['x']).run()",
            text,
            "b'1'",
        ),
        (
            "KeysReader('h').records().map(lambda r: r.key + r.type + r.value['x']).run()",
            text,
            "b'hhash1'",
        ),
        ("KeysOnlyReader('a*').run()", text, "b'a-fighter'"),
        (
            "KeysOnlyReader().map(len).aggregate().run()",
            json,
            "b'[9, 9, 9, 1]'",
        ),
        (
            "KeysOnlyReader().map(len).aggregate(None, lambda a, x: x if a is None else max(a, x)).run()",
            int,
            "b'9'",
        ),
        (
            "KeysOnlyReader().map(len).aggregate(None).map(len).run()",
            int,
            "b'4'",
        ),
        (
            "nothing = None\nKeysOnlyReader().aggregateby(len, nothing, lambda k, a, x: 1 if a is None else a + 1, lambda k, a, x: x).map(lambda r: r['value']).run()",
            int,
            "b'1' b'3'",
        ),
        (
            "ShardsIDReader().flatmap(lambda _: [None, 1]).run()",
            Encoding::Optional(&Encoding::Int),
            "b'1' b'\\x80\\x04N.'",
        ),
        (
            "ShardsIDReader().flatmap(lambda _: [None, 1]).run()",
            Encoding::Mark,
            "b'' b''",
        ),
        ("KeysOnlyReader().accumulate().map(len).run()", int, "b'4'"),
        (
            "KeysOnlyReader().flatmap(lambda k: [k[0], 'z']).distinct().count().run()",
            int,
            "b'5'",
        ),
        (
            "KeysOnlyReader().countby(len).map(lambda r: '%s:%s' % (r['key'], r['value'])).run()",
            text,
            "b'1:1' b'9:3'",
        ),
        (
            "KeysOnlyReader().aggregateby(len, 0, lambda k, a, r: a + 1, lambda k, a, r: a + r).map(lambda r: r['value']).run()",
            int,
            "b'1' b'3'",
        ),
        (
            "KeysOnlyReader().aggregateby(len).map(lambda r: len(r['value'])).run()",
            int,
            "b'1' b'3'",
        ),
        (
            "KeysOnlyReader().groupby(len).map(lambda r: len(r['value'])).run()",
            int,
            "b'1' b'3'",
        ),
        (
            "KeysOnlyReader().localgroupby(len, lambda k, a, r: (a or 0) + 1).map(lambda r: r['value']).run()",
            int,
            "b'1' b'3'",
        ),
        (
            "KeysOnlyReader().batchgroupby(len).map(lambda r: r['value']).run()",
            int,
            "b'1' b'3'",
        ),
        (
            "KeysOnlyReader('h').repartition(lambda k: k).collect().filter().foreach(log).run()",
            text,
            "log h b'h'",
        ),
        (
            "ShardsIDReader().map(lambda s: hashtag3() + s).run()",
            text,
            "b'{06S}1'",
        ),
        (
            "def gen():\n    yield 1\n    yield 2\nPythonReader().run(gen)",
            int,
            "b'1' b'2'",
        ),
        ("StreamReader().values().run('s')", json, ""),
        (
            "KeysReader('h').map(str, requirements=['numpy']).run(convertToStr=True)",
            text,
            "b\"{'event': None, 'key': 'h', 'type': 'hash', 'value': {'x': '1'}}\"",
        ),
        ("GB('KeysReader', 'a*').count().run()", int, "b'1'"),
        (
            "KeysReader()\n    .keys()\n    .count()\n    .run('b*')",
            int,
            "b'1'",
        ),
        (
            "KeysReader('a*').keys().map(cmd.get).run()",
            text,
            "b'2021'",
        ),
        (
            "import redgrease\nKeysReader('a*').keys().map(redgrease.cmd.get).run()",
            text,
            "b'2021'",
        ),
        (
            "from redgrease import cmd as c\nKeysReader('a*').keys().map(lambda k: c.get(k)).run()",
            text,
            "b'2021'",
        ),
        (
            "from redgrease.utils import compose, safe_str_upper\nKeysReader('a*').keys().map(compose(safe_str_upper, cmd.get)).run()",
            text,
            "b'2021'",
        ),
        (
            "KeysReader('a*').keys().map(redgrease.utils.safe_str_upper).run()",
            text,
            "b'A-FIGHTER'",
        ),
        (
            "keys = KeysReader().keys()\nshort = keys.map(len); n = 1\nshort.map(lambda k: k + n).sort().limit(n).run()",
            int,
            "b'2'",
        ),
        (
            "gb = GB()\ngb.map(lambda r: r['key'])\ngb.filter(\n    lambda k: k == 'h'\n)\ngb.run()",
            text,
            "b'h'",
        ),
        (
            "from redgrease import ReaderType\nGearsBuilder(ReaderType.KeysOnlyReader, 'h').run()",
            text,
            "b'h'",
        ),
        (
            "KeysReader('a*').keys().map(lambda k: redgrease.KeyType.Hash).run()",
            text,
            "b'hash'",
        ),
    ];
    let scripts: Vec<Script> = cases
        .iter()
        .map(|(text, encoding, _)| gear(text, *encoding))
        .collect();
    let results = run_all(&scripts, "[]", NUMBERS);
    for ((text, _, wanted), out) in cases.iter().zip(results) {
        assert_eq!(out.lines().collect::<Vec<_>>().join(" "), *wanted, "{text}");
    }
}

#[test]
fn command_gears_pass_their_arguments() {
    // the encoding is that of runs: a command answers as it is
    let ask = |text| {
        let out = run(
            &gear(text, Encoding::Json),
            r#"[["t", [["t", "a", "b"]]]]"#,
            "{}",
        );
        out.lines().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        ask("CommandReader().args().map(''.join).register(trigger='t')"),
        "'ab'"
    );
    assert_eq!(
        ask("CommandReader().args(1).map(''.join).register(trigger='t')"),
        "'a'"
    );
    assert_eq!(
        ask("CommandReader().apply(lambda a, b: b).register(trigger='t')"),
        "'b'"
    );
    assert_eq!(
        ask("def f(a, b): return a\nCommandReader().apply(f).register(trigger='t')"),
        "'a'"
    );
    assert_eq!(
        ask("CommandReader().apply(print).register(trigger='t', mode='sync')"),
        "a b None"
    );
}

#[test]
fn a_hooked_command_answers_as_it_is() {
    let mut spec = spec(function("return len(key)", KEY, Encoding::Pickle));
    spec.arguments = &[
        ("hook", Value::Text("get")),
        ("keyprefix", Value::Text("a*")),
    ];
    let script = command_script(&spec);
    let out = run(&script, r#"[["CommandReader", [["get", "abc"]]]]"#, "{}");
    assert!(
        out.contains("\"hook\": \"get\"") && !out.contains("\"trigger\""),
        "{out}"
    );
    assert_eq!(out.lines().last(), Some("3"));
}

#[test]
fn tracebacks_lead_to_the_program() {
    let script = gear(
        "\n    import json\n    def load(r):\n        return json.loads(r['value'])\n    KeysReader('a*')\n        .map(lambda r: int('x' + r['key']))\n        .map(load)\n        .run()\n",
        Encoding::Json,
    );
    let out = run(&script, "[]", NUMBERS);
    assert!(
        script
            .map_traceback(&out)
            .contains("\"src/main.rs\", line 45, in <lambda>"),
        "{out}"
    );
    let script = command_script(&spec(function(
        "\n    x = 1\n\n    return x / 0\n",
        &[],
        Encoding::Int,
    )));
    let out = run(&script, r#"[["area", [["area"]]]]"#, "{}");
    assert!(
        script
            .map_traceback(&out)
            .contains("\"src/main.rs\", line 15, in area"),
        "{out}"
    );
}

#[test]
fn the_hash_follows_what_the_script_does() {
    let script = |body, requirements| {
        let mut spec = spec(function(body, &[], Encoding::Int));
        spec.requirements = requirements;
        command_script(&spec).hash().to_owned()
    };
    let plain = script("return 1", &[]);
    assert_eq!(plain, script("return 1", &[]));
    assert_eq!(
        plain,
        script("\n\n\n    return 1\n", &[]),
        "the place in the file does not matter"
    );
    assert_ne!(plain, script("return 2", &[]));
    assert_ne!(plain, script("return 1", &["requests"]));
}
