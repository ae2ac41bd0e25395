//! Functions at random, from the grammar of what is compiled.
//!
//! Their values stay small: what multiplies sizes goes through [`SMALL`], and loops end with the count of [`ROUNDS`], so that
//! no Python runs out of memory or time over one of them.

use super::cases::VALUES;
use super::python::Case;

/// A function of the script that cuts what is large.
const SMALL: &str = "\
def small(v):
    if isinstance(v, int):
        return v if -10**40 < v < 10**40 else 7
    if isinstance(v, (str, bytes, list, tuple)):
        return v[:40]
    return v

def few(v):
    return 3 if isinstance(v, int) and (v > 9 or v < -9) else small(v)

";

/// How often the loops of a function go around, all of them together.
const ROUNDS: usize = 9;

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..4 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

struct Writer {
    random: Random,
    names: Vec<String>,
    effects: bool,
    /// Whether parts of the function need Python.
    in_part: bool,
}

const UNARY: &[&str] = &["-", "not ", "~", "+"];
const BINARY: &[&str] = &[
    "+", "-", "*", "/", "//", "%", "&", "|", "^", "+", "+", "%", "**", "<<", ">>",
];
const COMPARE: &[&str] = &["==", "!=", "<", "<=", ">", ">=", "in", "not in"];
const ONE: &[&str] = &[
    "str", "repr", "len", "int", "float", "bool", "abs", "list", "tuple", "sum", "any", "all",
    "sorted", "min", "max", "ord", "hex", "round", "dict",
];
const METHODS: &[&str] = &[
    "split()",
    "split(',')",
    "strip()",
    "lower()",
    "upper()",
    "title()",
    "splitlines()",
    "isdigit()",
    "copy()",
    "pop()",
    "sort()",
    "reverse()",
    "popitem()",
    "get('a')",
    "get(1, 'd')",
    "index('a')",
    "count(1)",
    "find('b')",
    "startswith('a')",
    "encode()",
    "append(x)",
    "extend([1, 'z'])",
    "insert(0, None)",
    "setdefault('k', 3)",
    "update({'a': 2})",
    "remove(1)",
    "replace('a', 'bb')",
    "join(['p', 'q'])",
    "partition(':')",
    "rsplit(' ', 1)",
    "clear()",
    "zfill(4)",
    "capitalize()",
];
const FORMATS: &[&str] = &[
    "", ":>6", ":<4", ":^7", ":.2f", ":d", ":05d", ":x", ":,d", ":e", ":g", ":s", "!r", ":+.1f",
    ":%",
];
const PERCENT: &[&str] = &[
    "%s", "%r", "%d", "%5.1f", "%x", "%e", "%g", "%05d", "%-6s|", "%.3s", "%+d", "%i %%",
];

/// Statements that need Python: some of them bind names, some come to nothing.
const PYTHON: &[&str] = &[
    "a = json.dumps([1])",
    "import json as b",
    "from json import dumps, loads as c",
    "def a(): return x",
    "class b: pass",
    "c = lambda: y",
    "with open('/dev/null') as a: b = a.read()",
    "x = y = iter([1, 2])",
    "for a in (lambda: [1, 2])(): b = a",
    "del x, y",
    "a, *b = [1, 2, 3]",
    "json.nothing",
];

impl Writer {
    fn atom(&mut self) -> String {
        match self.random.below(4) {
            0 => {
                let value = self.random.pick(VALUES).to_owned();
                // Sets have an order that only Python knows: few of them.
                if value.contains("set()") || value == "{1, 2}" {
                    "[1]".to_owned()
                } else {
                    format!("({value})")
                }
            }
            _ => {
                let at = self.random.below(self.names.len());
                self.names[at].clone()
            }
        }
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.atom();
        }
        let inner = depth - 1;
        if self.in_part && self.random.below(30) == 0 {
            return format!("(lambda: {})()", self.expression(inner));
        }
        match self.random.below(20) {
            0 | 1 => self.atom(),
            2 => format!("{}{}", self.random.pick(UNARY), self.wrapped(inner)),
            3..=5 => {
                let operator = self.random.pick(BINARY);
                let (left, right) = (self.wrapped(inner), self.wrapped(inner));
                match operator {
                    "**" | "<<" => {
                        let right = self.random.pick(&["2", "3", "0", "-1", "True", "0.5", "9"]);
                        format!("{} {operator} {right}", self.small(&left))
                    }
                    "*" => format!("{} * {}", self.small(&left), self.factor(&right)),
                    _ => format!("{left} {operator} {right}"),
                }
            }
            6 => {
                let operator = self.random.pick(COMPARE);
                format!("{} {operator} {}", self.wrapped(inner), self.wrapped(inner))
            }
            7 => format!(
                "{} if {} else {}",
                self.wrapped(inner),
                self.wrapped(inner),
                self.wrapped(inner)
            ),
            8 => {
                let word = self.random.pick(&["and", "or"]);
                format!("{} {word} {}", self.wrapped(inner), self.wrapped(inner))
            }
            9 | 10 => format!("{}({})", self.random.pick(ONE), self.expression(inner)),
            11 | 12 => format!("{}.{}", self.wrapped(inner), self.random.pick(METHODS)),
            13 => {
                let key = match self.random.below(3) {
                    0 => self
                        .random
                        .pick(&["0", "-1", "1", "'key'", "'value'", "'a'", "True"])
                        .to_owned(),
                    1 => self
                        .random
                        .pick(&["1:", ":2", "::-1", "-2:", "1:3", "::2"])
                        .to_owned(),
                    _ => self.expression(inner),
                };
                format!("{}[{key}]", self.wrapped(inner))
            }
            14 => {
                let count = self.random.below(3);
                let items: Vec<String> = (0..count).map(|_| self.expression(inner)).collect();
                match self.random.below(3) {
                    0 => format!("[{}]", items.join(", ")),
                    1 => format!(
                        "({})",
                        items
                            .iter()
                            .map(|item| format!("{item}, "))
                            .collect::<String>()
                    ),
                    _ => format!(
                        "{{{}}}",
                        items
                            .iter()
                            .map(|item| format!("{item}: 1, "))
                            .collect::<String>()
                    ),
                }
            }
            15 => {
                let source = self.wrapped(inner);
                self.names.push("q".to_owned());
                let element = self.wrapped(inner);
                let condition = if self.random.below(2) == 0 {
                    format!(" if {}", self.wrapped(inner))
                } else {
                    String::new()
                };
                self.names.pop();
                match self.random.below(3) {
                    0 => format!("[{element} for q in {source}{condition}]"),
                    1 => format!("{{{element}: q for q in {source}{condition}}}"),
                    _ => format!(
                        "{}({element} for q in {source}{condition})",
                        self.random
                            .pick(&["sum", "any", "all", "list", "max", "tuple"])
                    ),
                }
            }
            16 => {
                let text = self.random.pick(PERCENT);
                format!("'{text}' % ({},)", self.expression(inner))
            }
            17 => {
                let name = self.names[self.random.below(self.names.len())].clone();
                let other = self.names[self.random.below(self.names.len())].clone();
                format!("f'a{{{name}{}}}-{{{other}}}'", self.random.pick(FORMATS))
            }
            18 => format!(
                "sorted({}, key=lambda v: {}, reverse={})",
                self.expression(inner),
                self.random
                    .pick(&["str(v)", "v", "repr(v)", "len(v)", "(str(v), 1)"]),
                self.random.pick(&["True", "False"])
            ),
            _ => format!(
                "isinstance({}, {})",
                self.expression(inner),
                self.random.pick(&["str", "int", "(list, dict)", "float"])
            ),
        }
    }

    /// What is there as a literal is small.
    fn is_literal(&self, text: &str) -> bool {
        VALUES.contains(&text.trim_start_matches('(').trim_end_matches(')'))
    }

    fn small(&self, text: &str) -> String {
        if self.is_literal(text) {
            text.to_owned()
        } else {
            format!("small({text})")
        }
    }

    fn factor(&mut self, text: &str) -> String {
        match self.random.below(3) {
            0 => self
                .random
                .pick(&["2", "-1", "0.5", "10**30", "0", "3"])
                .to_owned(),
            _ => format!("few({text})"),
        }
    }

    fn wrapped(&mut self, depth: usize) -> String {
        let inner = self.expression(depth);
        if inner.chars().all(|c| c.is_alphanumeric() || c == '_') {
            inner
        } else {
            format!("({inner})")
        }
    }

    fn block(&mut self, indent: usize, depth: usize, out: &mut String) {
        let count = 1 + self.random.below(3);
        for _ in 0..count {
            self.statement(indent, depth, out);
        }
    }

    fn statement(&mut self, indent: usize, depth: usize, out: &mut String) {
        let blanks = "    ".repeat(indent);
        if self.in_part && self.random.below(6) == 0 {
            out.push_str(&format!("{blanks}{}\n", self.random.pick(PYTHON)));
            return;
        }
        let kind = self.random.below(if depth == 0 { 8 } else { 13 });
        match kind {
            0 | 1 => {
                let name = self.random.pick(&["a", "b", "c"]).to_owned();
                let value = self.expression(2);
                out.push_str(&format!("{blanks}{name} = {value}\n"));
                if indent == 1 && !self.names.contains(&name) {
                    self.names.push(name);
                }
            }
            2 => {
                let name = self.random.pick(&["x", "y"]);
                let operator = self.random.pick(&["+=", "-=", "+=", "%=", "|=", "//="]);
                let value = self.expression(1);
                out.push_str(&format!("{blanks}{name} {operator} {value}\n"));
            }
            3 => {
                let key = self.random.pick(&["0", "'k'", "-1", "y", "'value'"]);
                let value = self.expression(1);
                out.push_str(&format!(
                    "{blanks}{}[{key}] = {value}\n",
                    self.random.pick(&["x", "y"])
                ));
            }
            4 if self.effects => {
                let value = self.expression(1);
                let name = self.random.pick(&["a", "b"]);
                out.push_str(&format!("{blanks}{name} = execute('GET', {value})\n"));
            }
            5 if self.effects => {
                out.push_str(&format!("{blanks}log(str({}))\n", self.expression(1)));
            }
            6 => out.push_str(&format!("{blanks}return {}\n", self.expression(2))),
            7 => {
                let value = self.expression(1);
                out.push_str(&format!(
                    "{blanks}{}.append({value})\n",
                    self.random.pick(&["x", "y"])
                ));
            }
            8 | 9 => {
                out.push_str(&format!("{blanks}if {}:\n", self.expression(1)));
                self.block(indent + 1, depth - 1, out);
                if self.random.below(2) == 0 {
                    out.push_str(&format!("{blanks}else:\n"));
                    self.block(indent + 1, depth - 1, out);
                }
            }
            10 => {
                let source = self.expression(1);
                out.push_str(&format!("{blanks}for i in {source}:\n"));
                out.push_str(&format!("{blanks}    n += 1\n"));
                out.push_str(&format!("{blanks}    if n > {ROUNDS}:\n"));
                out.push_str(&format!("{blanks}        break\n"));
                self.names.push("i".to_owned());
                self.block(indent + 1, depth - 1, out);
                self.names.pop();
                if self.random.below(3) == 0 {
                    out.push_str(&format!("{blanks}    break\n"));
                }
            }
            11 => {
                out.push_str(&format!("{blanks}try:\n"));
                self.block(indent + 1, depth - 1, out);
                let kind = self.random.pick(&[
                    "Exception",
                    "(TypeError, ValueError)",
                    "KeyError",
                    "LookupError",
                ]);
                out.push_str(&format!("{blanks}except {kind} as e:\n"));
                out.push_str(&format!("{blanks}    y = str(e)\n"));
                if self.random.below(3) == 0 {
                    out.push_str(&format!("{blanks}    raise\n"));
                }
                if self.random.below(3) == 0 {
                    out.push_str(&format!("{blanks}finally:\n"));
                    self.block(indent + 1, depth - 1, out);
                }
            }
            12 => {
                let kind = self
                    .random
                    .pick(&["ValueError", "KeyError", "Exception", "IndexError"]);
                out.push_str(&format!("{blanks}raise {kind}({})\n", self.expression(1)));
            }
            _ => out.push_str(&format!("{blanks}{}\n", self.expression(2))),
        }
    }
}

/// A case at random: the same for the same seed.
pub(crate) fn case(seed: u64) -> Case {
    made(seed, false)
}

/// One of which parts need Python.
pub(crate) fn in_part(seed: u64) -> Case {
    made(seed, true)
}

fn made(seed: u64, in_part: bool) -> Case {
    let mut writer = Writer {
        random: Random::new(seed),
        names: vec!["x".to_owned(), "y".to_owned()],
        effects: false,
        in_part,
    };
    writer.effects = writer.random.below(3) == 0;
    let mut script = format!("{SMALL}def f(x, y):\n");
    if in_part && writer.random.below(2) == 0 {
        script.push_str("    import json\n");
    }
    if writer.random.below(if in_part { 8 } else { 2 }) == 0 {
        script.push_str(&format!("    return {}\n", writer.expression(3)));
    } else {
        script.push_str("    n = 0\n");
        writer.block(1, 2, &mut script);
    }
    let records = (0..12)
        .map(|_| {
            let (x, y) = (writer.random.pick(VALUES), writer.random.pick(VALUES));
            format!("({x}, {y})")
        })
        .collect();
    let replies = writer
        .random
        .pick(&[
            "['v', 3, None]",
            "[['a', 'b'], '12', 'x']",
            "[('ERR no',)]",
            "[b'\\xff', '1']",
        ])
        .to_owned();
    Case {
        script,
        records,
        replies,
        in_part,
    }
}
