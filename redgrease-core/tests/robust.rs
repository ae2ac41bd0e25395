//! Texts that are broken at random: the checks say something or nothing, and never panic. Functions that would hurt a server:
//! they end with an error, or are given back.

mod called;
mod road;

use redgrease_core::native::Ending;

const SEEDS: &[&str] = &[
    "\n    import requests\n    cached = cmd.get(url)\n    if cached is not None:\n        return cached\n    return f\"{url!r:>{5}}\"\n",
    "\n    def has_status(status):\n        return lambda record: record.value.get(\"status\") == status\n    KeysReader(\"record:*\").records(type=\"hash\").filter(has_status(\"failed\")).run()\n",
    " StreamReader().values().map(lambda v: v['é🦀']).register('s*', batch=10, onFailedPolicy='retry', requirements=['a>=1']) ",
    "x = \"\"\"a\n  b\"\"\"\nKeysReader()\n    .map(int)\n    # comment\n    .run(convertToStr=True)\n",
    "lambda a, *b, c=1, **d: (a := b)",
    "from redgrease import (cmd as c,\n    log)\nfrom redgrease.utils import *\nasync def f(r):\n\tasync with atomic():\n\t\tawait c.get(r)\nGB('KeysReader').map(f).run()\n",
    "match url:\n    case {'a': [b, *c], **d} | x if y:\n        global z\n    case _: pass\n",
];

const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "\\",
    "\n",
    "\t",
    " ",
    ":",
    ",",
    ".",
    ";",
    "=",
    ":=",
    "*",
    "**",
    "@",
    "#",
    "é",
    "🦀",
    "\u{a0}",
    "\r",
    "\0",
    "lambda",
    "def f():",
    "async ",
    "await ",
    "yield ",
    "return ",
    "global x",
    "nonlocal x",
    "import redgrease",
    "KeysReader()",
    ".map(",
    ".run(",
    "f\"{",
    "}\"",
    "0x",
    "1_",
    "1e",
    "%",
    "$",
    "?",
    "!",
    "&&",
    "//",
    "    ",
];

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn broken(random: &mut Random) -> String {
    let mut text: Vec<char> = SEEDS[random.below(SEEDS.len())].chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(text.len() + 1);
        match random.below(3) {
            0 => {
                let end = (at + random.below(6)).min(text.len());
                text.drain(at..end);
            }
            1 => {
                let piece: Vec<char> = PIECES[random.below(PIECES.len())].chars().collect();
                text.splice(at..at, piece);
            }
            _ => {
                let from = random.below(text.len() + 1);
                let end = (from + random.below(20)).min(text.len());
                let copy: Vec<char> = text[from..end].to_vec();
                text.splice(at..at, copy);
            }
        }
    }
    text.into_iter().collect()
}

#[test]
fn broken_texts_never_panic() {
    let mut random = Random(0x2026_1122);
    for round in 0..2500 {
        let text = broken(&mut random);
        road::take(&text, (round % 256) as u8);
    }
}

/// How the only function of a text ends, for two versions of Python.
fn ends(text: &str) -> Vec<Result<String, Ending>> {
    let each = [1, 6]
        .into_iter()
        .flat_map(|choice| called::programs(text, choice).into_iter().zip([choice]));
    each.map(|(program, choice)| called::call(&program, choice))
        .collect()
}

#[test]
fn functions_without_end_are_stopped() {
    for text in [
        "def f(x):\n    while True:\n        pass\n",
        "def f(x):\n    n = 0\n    while n >= 0:\n        n += 1\n    return n\n",
        "def f(x):\n    for i in range(10 ** 15):\n        x = i\n    return x\n",
        "def f(x):\n    while True:\n        try:\n            raise ValueError()\n        except ValueError:\n            continue\n",
        "def f(x):\n    execute('SET', 'k', 'v')\n    while True:\n        pass\n",
        "f = lambda x: any(n < 0 for n in range(10 ** 15))\n",
        "f = lambda x: [n for n in range(10 ** 15) if n < 0]\n",
        "f = lambda x: max(n % 7 for n in range(10 ** 15))\n",
    ] {
        let ended = ends(text);
        assert!(!ended.is_empty(), "compiled: {text}");
        for one in ended {
            assert_eq!(
                one,
                Err(Ending::Stopped(called::TOO_LONG.to_owned())),
                "{text}"
            );
        }
    }
}

/// What is too large or too deep is given back before anything has happened, and has no memory afterwards.
#[test]
fn functions_that_take_too_much_end() {
    for body in [
        "return 'a' * 10 ** 12",
        "return [0] * 10 ** 12",
        "return (0,) * (1 << 62)",
        "return b'a' * 10 ** 12",
        "return 'a'.ljust(10 ** 12)",
        "return 'a'.zfill(10 ** 12)",
        "return '%*d' % (10 ** 9, 1)",
        "return '%1000000000d' % 1",
        "return f'{1:1000000000}'",
        "return 10 ** 10 ** 10",
        "return 1 << 10 ** 12",
        "return 7 ** 7 ** 7 % 10",
        "return f(x)",
        "return [f(x) for i in range(3)]",
        "n = 3\n    for i in range(40):\n        n = n * n\n    return n",
        "s = 'ab'\n    for i in range(40):\n        s = s + s\n    return s",
        "s = 'ab'\n    for i in range(40):\n        s = s.replace('a', 'aaaa')\n    return s",
        "l = [1]\n    for i in range(40):\n        l = l + l\n    return l",
        "l = [1]\n    for i in range(40):\n        l.extend(l)\n    return l",
        "l = [1]\n    for i in l:\n        l.append(i)\n    return l",
        "l = []\n    for i in range(100000):\n        l = [l]\n    return str(l)",
        "l = []\n    for i in range(100000):\n        l = [l]\n    return l == [l]",
        "l = ()\n    for i in range(100000):\n        l = (l, l)\n    return l == (l, l)",
        "l = ()\n    for i in range(100000):\n        l = (l,)\n    return {l: 1}",
        "l = []\n    l.append(l)\n    return sorted([l, l, [l]])",
        "return ','.join(['x' * 10 ** 6] * 10 ** 6)",
        "return list(zip(*[range(10 ** 12)]))",
        "return sum([[1]] * 10 ** 5, [])",
        "return int('9' * 10 ** 7)",
        "return str(10 ** 5000)",
    ] {
        let plain = format!("def f(x):\n    {body}\n");
        for ended in ends(&plain) {
            let is_known = matches!(
                ended,
                Err(Ending::GivenBack(_) | Ending::Failed(_) | Ending::Stopped(_))
            );
            assert!(is_known, "{body}: {ended:?}");
        }
        let after = format!("def f(x):\n    execute('INCR', 'n')\n    {body}\n");
        for ended in ends(&after) {
            let is_known = matches!(ended, Err(Ending::Failed(_) | Ending::Stopped(_)));
            assert!(is_known, "after an effect, {body}: {ended:?}");
        }
    }
}

/// Values that lie deep in each other are let go of on a small stack, too.
#[test]
fn deep_values_end_well() {
    for body in [
        "l = []\n    for i in range(100000):\n        l = [l]\n    return len(l)",
        "l = ()\n    for i in range(100000):\n        l = (l, 1)\n    return len(l)",
        "d = {}\n    for i in range(100000):\n        d = {'d': d}\n    return len(d)",
        "l = []\n    m = [l]\n    l.append(m)\n    return len(l)",
    ] {
        for ended in ends(&format!("def f(x):\n    {body}\n")) {
            assert!(ended.is_ok(), "{body}: {ended:?}");
        }
    }
}

#[test]
fn texts_that_are_nested_deeply_are_refused() {
    for count in [50, 100, 1000, 100_000] {
        for (open, middle, close) in [
            ("(", "x", ")"),
            ("[", "x", "]"),
            ("not ", "x", ""),
            ("-", "x", ""),
            ("x if x else ", "x", ""),
            ("lambda: ", "x", ""),
            ("x + ", "x", ""),
            ("f(", "x", ")"),
        ] {
            let nested = format!("{}{middle}{}", open.repeat(count), close.repeat(count));
            called::all(&format!("def f(x):\n    return {nested}\n"), 4);
        }
        let mut blocks = String::from("def f(x):\n");
        for depth in 1..=count.min(300) {
            blocks.push_str(&" ".repeat(depth));
            blocks.push_str("if x:\n");
        }
        blocks.push_str(&" ".repeat(count.min(300) + 1));
        blocks.push_str("return 1\n");
        called::all(&blocks, 4);
    }
}

/// Texts that nobody wrote, as scripts whose functions are called.
#[test]
fn broken_functions_never_panic() {
    let cases = include_str!("native/functions.txt");
    let cases: Vec<&str> = cases.split("\n----\n").collect();
    let mut random = Random(0x2026_1129);
    for round in 0..600 {
        let mut text: Vec<char> = cases[random.below(cases.len())].chars().collect();
        for _ in 0..random.below(3) {
            let at = random.below(text.len() + 1);
            let end = (at + random.below(3)).min(text.len());
            let piece: Vec<char> = PIECES[random.below(PIECES.len())].chars().collect();
            text.splice(at..end, piece);
        }
        let text: String = text.into_iter().collect();
        called::all(&text, (round % 256) as u8);
    }
}
