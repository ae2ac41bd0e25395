//! Cases written by hand.

use redgrease_core::script::command_script;
use redgrease_core::spec::{Arity, CommandSpec, Decode, Encoding, Function, Mode, Param, Replace};

use super::python::Case;

/// Values made to hurt.
pub(crate) const VALUES: &[&str] = &[
    "None",
    "True",
    "False",
    "0",
    "1",
    "-1",
    "7",
    "255",
    "-8",
    "-2**63",
    "2**63",
    "2**64+1",
    "-2**100",
    "10**30",
    "0.0",
    "-0.0",
    "1.0",
    "1.5",
    "-2.5",
    "3.7e-5",
    "1e16",
    "1e15",
    "123456789.123",
    "1e300",
    "-1e-300",
    "float('nan')",
    "float('inf')",
    "float('-inf')",
    "''",
    "'a'",
    "'Hello, World'",
    "' a  b\\tc\\n'",
    "'12'",
    "' -12 '",
    "'1_000'",
    "'1.5'",
    "'1e5'",
    "'nan'",
    "'é'",
    "'ÀÉ ß ΑΣ ǅ'",
    "'日本 語'",
    "'a,b,,c'",
    "'%s %d'",
    "'it\\'s \"q\"'",
    "'\\x00\\x7f\\u2028\\U0001f600'",
    "'k:1'",
    "'-OK'",
    "'abcabc'",
    "'٣'",
    "b''",
    "b'ab'",
    "b'12'",
    "b'\\xff\\''",
    "[]",
    "[1, 2, 3]",
    "[3, 1, 2]",
    "['b', 'a']",
    "['x', 'y', 'z']",
    "[[1], [2]]",
    "[1, 'a']",
    "[('a', 1), ('b', 2)]",
    "[None]",
    "[1.5, 2, True]",
    "()",
    "(1,)",
    "(1, 'x')",
    "('a', 'b')",
    "{}",
    "{'a': 1}",
    "{'key': 'k:1', 'value': '12', 'type': 'string', 'event': None}",
    "{1: 'x', 1.5: None}",
    "{'value': {'f': 'v', 'n': '3'}}",
    "set()",
    "{1}",
    "{1, 2}",
];

fn records() -> Vec<String> {
    VALUES.iter().map(|value| format!("({value},)")).collect()
}

fn expression(text: &str) -> Case {
    Case {
        script: format!("f = lambda x: {text}\n"),
        records: records(),
        replies: "[]".to_owned(),
        in_part: false,
    }
}

/// One case for each row of the tables, with all values.
pub(crate) fn rows() -> Vec<Case> {
    include_str!("expressions.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(expression)
        .collect()
}

/// Blocks of a file: a script, then lines that begin with `#: ` for the calls and `#= ` for the replies.
fn blocks(text: &str) -> Vec<Case> {
    text.split("\n----\n")
        .map(|block| {
            let of = |mark: &str| {
                let lines = block.lines().filter_map(|line| line.strip_prefix(mark));
                lines.map(str::to_owned).collect::<Vec<_>>()
            };
            let calls = of("#: ");
            Case {
                script: block
                    .lines()
                    .filter(|line| !line.starts_with("#: ") && !line.starts_with("#= "))
                    .map(|line| format!("{line}\n"))
                    .collect(),
                records: if calls.is_empty() { records() } else { calls },
                replies: of("#= ").pop().unwrap_or_else(|| "[]".to_owned()),
                in_part: false,
            }
        })
        .collect()
}

pub(crate) fn functions() -> Vec<Case> {
    blocks(include_str!("functions.txt"))
}

/// Functions that only newer versions of Python tell enough of.
pub(crate) fn newer() -> Vec<Case> {
    blocks(include_str!("newer.txt"))
}

/// Functions that are not called: that they are not compiled is all.
fn uncalled(text: &str) -> Vec<Case> {
    let calls = vec!["(0,)".to_owned()];
    let of_block = |case| Case {
        records: calls.clone(),
        ..case
    };
    blocks(text).into_iter().map(of_block).collect()
}

pub(crate) fn refused() -> Vec<Case> {
    uncalled(include_str!("refused.txt"))
}

/// Functions of which a part needs Python.
pub(crate) fn in_part() -> Vec<Case> {
    blocks(include_str!("part.txt"))
        .into_iter()
        .map(Case::in_part)
        .collect()
}

/// Functions that are left to Python as a whole although a part of them would not need it.
pub(crate) fn refused_in_part() -> Vec<Case> {
    [
        include_str!("refused.txt"),
        include_str!("refused_part.txt"),
    ]
    .into_iter()
    .flat_map(blocks)
    .map(Case::in_part)
    .collect()
}

/// The script of a command as the macros have it written, up to its registration, and `f`, one of the functions in it.
fn command(
    params: &'static [Param],
    def: &'static str,
    methods: &'static [&'static str],
    result: Encoding,
    function: &str,
    records: Vec<String>,
) -> Case {
    let spec = CommandSpec {
        name: "go",
        package: "tests 1.0.0",
        function: Function {
            name: "go",
            def,
            params,
            result,
            uses: if methods.is_empty() { &[] } else { &["cmd"] },
            cmd_methods: methods,
            shared: &[],
            python: "3.7",
            file: "",
            line: 0,
        },
        trigger: "go",
        mode: Mode::Sync,
        inorder: false,
        arguments: &[],
        on_registered: None,
        requirements: &[],
        replace: Replace::Refuse,
        deadline: None,
    };
    let script = command_script(&spec);
    let (text, _) = script
        .text()
        .split_once("_rg = GearsBuilder(")
        .expect("a registration");
    Case {
        script: format!("{text}f = {function}\n"),
        records,
        replies: "['x', 1, b'\\xff', ['f', b'\\xfe'], ('ERR no',), None]".to_owned(),
        in_part: false,
    }
}

const fn param(name: &'static str, decode: Decode, arity: Arity) -> Param {
    Param {
        name,
        decode,
        arity,
    }
}

/// What generated scripts put around functions: all encodings with all values, all ways to decode.
pub(crate) fn generated() -> Vec<Case> {
    const ONE: &[Param] = &[param("a", Decode::Str, Arity::Required)];
    const ALL: &[Param] = &[
        param("a", Decode::Str, Arity::Required),
        param("b", Decode::Int, Arity::Required),
        param("c", Decode::Float, Arity::Optional),
        param("d", Decode::Bool, Arity::Optional),
        param("e", Decode::Bytes, Arity::Variadic),
    ];
    let encodings = [
        Encoding::Text,
        Encoding::Bytes,
        Encoding::Mark,
        Encoding::Int,
        Encoding::Float,
        Encoding::Bool,
        Encoding::Pickle,
        Encoding::Json,
    ];
    let values = || {
        let more = [
            "['', 'a', 'a', '', 'ab', 'ab', b'', b'', 'é', 'é']",
            "[[], (), {}, (1, 2), (1, 2, 3), (1, 2, 3, 4)]",
            "[i for i in (0,) * 1001]",
            "{i: i for i in (0,)}",
            "{'k' * 300: 'v' * 60000}",
            "[255, 256, 65535, 65536, -1, 2**31, -2**31 - 1, 2**63, 2**2100]",
            "{'a': [1.5, None, True, {'b': (b'x', 'y')}], 'z\\x7f\\u2028': '\\U0001f600\\\\\"/'}",
            "{1: 1, None: 2, True: 3, 2.5: 4}",
        ];
        let all = VALUES.iter().chain(&more);
        all.map(|value| format!("({value},)")).collect::<Vec<_>>()
    };
    let mut cases: Vec<Case> = encodings
        .into_iter()
        .map(|encoding| {
            command(
                ONE,
                "def go(a):\n    return a\n",
                &[],
                encoding,
                "_rg_encode",
                values(),
            )
        })
        .collect();
    let texts = [
        "['go', 'x', '12']",
        "['go', 'x', '-1_0', '1.5', 'true', 'y', b'\\xff']",
        "['go', 'x', ' 7 ', '~none', '0', '']",
        "['go', '~x', '7', '~~none', '~1']",
        "['go', '~~x', '7', '~2.5', '~none', '~none']",
        "['go']",
        "['go', 'x']",
        "['go', 'x', 'y']",
        "['go', 'x', '1', 'y']",
        "['go', 'x', '1', '1', 'yes']",
        "['go', b'\\xff', '1']",
        "['go', '~sig:00000000', 'x', '1']",
        "['go', 'x', '99999999999999999999999', 'nan']",
        "[]",
    ];
    let records: Vec<String> = texts.iter().map(|text| format!("({text},)")).collect();
    for def in [
        "def go(a, b, c, d, e):\n    return repr([a, b, c, d, e])\n",
        "def go(a, b, c, d, e):\n    log(a)\n    return execute('GET', a) / b\n",
    ] {
        cases.push(command(
            ALL,
            def,
            &[],
            Encoding::Text,
            "_rg_call",
            records.clone(),
        ));
    }
    cases
}

/// Functions that call methods of `cmd`.
pub(crate) fn commands() -> Vec<Case> {
    const TWO: &[Param] = &[
        param("a", Decode::Str, Arity::Required),
        param("b", Decode::Str, Arity::Required),
    ];
    let records: Vec<String> = [
        "'k', 'v'",
        "'k', 7",
        "'', None",
        "'é', b'\\xff'",
        "1, 2.5",
        "'k', True",
    ]
    .iter()
    .map(|text| format!("({text})"))
    .collect();
    let mut cases = Vec::new();
    for (methods, body) in COMMANDS {
        let def: &'static str = Box::leak(format!("def go(a, b):\n    {body}\n").into_boxed_str());
        cases.push(command(
            TWO,
            def,
            methods,
            Encoding::Json,
            "go",
            records.clone(),
        ));
    }
    cases
}

/// Methods of `cmd`, and functions that call them.
const COMMANDS: &[(&[&str], &str)] = &[
    (&["get"], "return cmd.get(a)"),
    (&["get", "set"], "cmd.set(a, b)\n    return cmd.get(a)"),
    (&["set"], "return cmd.set(a, b, ex=10, nx=True)"),
    (
        &["set"],
        "return [cmd.set(a, b, get=True), cmd.set(a, b, px=5, xx=True)]",
    ),
    (
        &["incr", "decr", "exists", "delete"],
        "return [cmd.incr(a), cmd.decr(a, 2), cmd.exists(a, b), cmd.delete(a)]",
    ),
    (
        &["hset", "hget", "hgetall"],
        "cmd.hset(a, 'f', b)\n    return [cmd.hget(a, 'f'), cmd.hgetall(a)]",
    ),
    (&["hset"], "return cmd.hset(a, mapping={'f': b, 'g': 1})"),
    (&["hset"], "return cmd.hset(a, mapping={b: 1, 'k': 2})"),
    (
        &["hset", "hincrby"],
        "return cmd.hset(a, b, 1) + cmd.hincrby(a, 'n', 2)",
    ),
    (&["hgetall"], "return cmd.hgetall(a)"),
    (
        &["lpush", "rpush", "lrange", "llen"],
        "cmd.rpush(a, b, 1.5)\n    return [cmd.lpush(a, b), cmd.lrange(a, 0, -1), cmd.llen(a)]",
    ),
    (
        &["sadd", "srem", "sismember", "scard"],
        "return [cmd.sadd(a, b), cmd.srem(a, b), cmd.sismember(a, b), cmd.scard(a)]",
    ),
    (
        &["expire", "ttl"],
        "cmd.expire(a, 60)\n    return cmd.ttl(a)",
    ),
    (
        &["publish", "xlen", "incrby"],
        "return [cmd.publish(a, b), cmd.xlen(a), cmd.incrby(a, 5)]",
    ),
    (
        &["zscore", "zrem"],
        "return [cmd.zscore(a, b), cmd.zrem(a, b)]",
    ),
    (
        &["get"],
        "try:\n        return cmd.get(a)\n    except Exception as e:\n        return str(e)",
    ),
];
