//! Texts that are broken at random: the checks say something or nothing, and never panic.
#![cfg(feature = "check")]

mod road;

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
