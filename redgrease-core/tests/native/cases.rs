//! Cases written by hand.

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

pub(crate) fn refused() -> Vec<Case> {
    blocks(include_str!("refused.txt"))
}
