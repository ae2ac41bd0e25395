//! What runs is taken: texts that a server runs, on which nothing may be said.

use redgrease_core::gear::check::{GearInput, check_gear, check_gears, check_script};
use redgrease_core::python::{FunctionInput, PyVersion, check_function, given_names};
use redgrease_core::script::gears_script;
use redgrease_core::source::Source;
use redgrease_core::spec::Encoding;

fn script(text: &str, minor: u8) -> Vec<String> {
    let source = Source::new(text.to_owned());
    let found = check_script(&source, PyVersion::new(3, minor));
    found.iter().map(|one| one.render(&source)).collect()
}

fn gear(text: &str) -> Vec<String> {
    let source = Source::new(text.to_owned());
    let input = GearInput {
        source: &source,
        captures: &[],
        python: PyVersion::default(),
    };
    let (_, found) = check_gear(&input);
    found.iter().map(|one| one.render(&source)).collect()
}

#[test]
fn generators_are_functions_that_yield_from_others() {
    for body in [
        "yield from [1, 2]",
        "for x in [1]:\n        yield from [x]",
        "x = yield from [1]\n    return x",
        "if 1:\n        yield",
        "with open('f') as f:\n        yield from f",
        "return (yield from [1])",
        "return iter([1])",
    ] {
        let text = format!("def g():\n    {body}\nPythonReader().run(g)");
        assert_eq!(gear(&text), [""; 0], "{text}");
        let text = format!("def g():\n    {body}\nGB('PythonReader').run(g)");
        assert_eq!(gear(&text), [""; 0], "{text}");
        assert_eq!(script(&text, 7), [""; 0], "{text}");
    }
}

#[test]
fn type_parameters_are_names() {
    for text in [
        "def first[T](items: list[T]) -> T:\n    return items[0]\n",
        "class Box[T]:\n    x: T\n    def get(self) -> T:\n        return self.x\n",
        "type Pair[A, B] = tuple[A, B]\n",
        "type Tree = list[Tree]\n",
        "class Box[T: (int, str), *Ts, **P]:\n    def call(self, f: T, *a: P.args) -> tuple[*Ts]: ...\n",
        "class A:\n    X = int\n    def f[T: X](self, x: T) -> X:\n        return x\n",
        "async def f[T](x: T) -> T:\n    y: T = x\n    return y\n",
    ] {
        for minor in 12..=14 {
            assert_eq!(script(text, minor), [""; 0], "{text}");
        }
        assert!(!script(text, 11).is_empty() || text.starts_with("class A:"));
    }
    let text = "class Box[T = int, *Ts = *tuple[int], **P = [int]]:\n    x: T\n";
    assert_eq!(script(text, 13), [""; 0]);
    let said = script(text, 12).concat();
    assert!(said.contains("needs Python 3.13"), "{said}");
    let said = script("def f[T](x: U) -> T: ...\n", 12).concat();
    assert!(said.contains("undefined name `U`"), "{said}");
}

#[test]
fn the_newest_python_is_known_and_no_newer_one() {
    assert_eq!(
        script(
            "try:\n    log('')\nexcept ValueError, TypeError:\n    pass\n",
            14
        ),
        [""; 0]
    );
    assert_eq!(script("x = 1\nlog(str(t'{x!r:>{x}}'))\n", 14), [""; 0]);
    assert_eq!(
        script("def f(x: Later) -> Later: ...\nclass Later: ...\n", 14),
        [""; 0]
    );
    assert!(
        script("t'{1}'\n", 13)
            .concat()
            .contains("needs Python 3.14")
    );
    assert!("3.14".parse::<PyVersion>().is_ok());
    for newer in ["3.15", "3.100", "4.0"] {
        let error = newer
            .parse::<PyVersion>()
            .map_err(|error| error.to_string());
        assert!(error.is_err_and(|said| said.contains("3.14")), "{newer}");
    }
}

#[test]
fn names_in_formatted_strings_are_looked_at_where_they_stand() {
    let text = "x = {}\nlog(f\"{x[\"a\"]} {f\"{unknown[\"b\"]}\"}\")\n";
    let said = script(text, 12).concat();
    assert!(
        said.contains("undefined name `unknown`") && said.contains(":2:20"),
        "{said}"
    );
    let said = script(text, 11).concat();
    assert!(
        said.contains("needs Python 3.12") && said.contains(":2:"),
        "{said}"
    );
}

#[test]
fn given_names_need_no_import() {
    for name in given_names().chain(["exit", "quit"]) {
        let text = format!("x = {name}\nlog(str(x))\n");
        assert_eq!(script(&text, 7), [""; 0], "{text}");
    }
    let text = "from threading import Thread\nThread(target=lambda: log(io.StringIO().getvalue())).start()\n";
    assert_eq!(script(text, 7), [""; 0]);
}

#[test]
fn names_that_are_not_needed_may_be_missing() {
    for text in [
        "if False:\n    unknown()\n",
        "if 0:\n    unknown()\nelse:\n    log('')\n",
        "if not True:\n    cmd.nothing(unknown)\n",
        "while False:\n    unknown()\n",
        "x = unknown if False else 1\nlog(str(x))\n",
        "x = False and unknown\ny = 1 or unknown\nlog(str((x, y)))\n",
        "import sys\nif sys.version_info[0] < 3:\n    text = unicode\nelse:\n    text = str\nlog(text(1))\n",
        "import sys\ntext = unicode if sys.version_info < (3,) else str\nlog(text(1))\n",
        "import sys\nif sys.version_info >= (3, 11):\n    log(str(ExceptionGroup))\n",
        "import sys\nif sys.version_info.major == 2:\n    log(str(unicode))\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    unknown()\n",
        "def f(x):\n    return x\n    unknown()\nf(1)\n",
        "for x in [1]:\n    continue\n    unknown(x)\n",
        "try:\n    unknown\nexcept NameError:\n    pass\n",
        "try:\n    text = unicode\nexcept (NameError, AttributeError):\n    text = str\nlog(text(1))\n",
        "def f():\n    try:\n        return raw_input()\n    except NameError:\n        return ''\nf()\n",
        "import contextlib\nwith contextlib.suppress(NameError):\n    unknown()\n",
        "def f():\n    x: Unknown = 1\n    return x\nf()\n",
        "from __future__ import annotations\ndef f(x: Unknown) -> Other:\n    return x\nf(1)\n",
    ] {
        assert_eq!(script(text, 7), [""; 0], "{text}");
    }
}

#[test]
fn names_that_may_never_be_needed_are_a_warning() {
    for text in [
        "def helper():\n    return unknown\nGB().map(lambda x: x).run()\n",
        "def helper():\n    return other()\ndef other():\n    return unknown\n",
        "class Unused:\n    def f(self):\n        return unknown\n",
        "helper = lambda: unknown\n",
        "try:\n    unknown()\nexcept Exception:\n    pass\n",
        "try:\n    unknown()\nexcept:\n    pass\n",
    ] {
        let said = script(text, 7);
        assert_eq!(said.len(), 1, "{text}{said:?}");
        assert!(said[0].starts_with("warning[RG0201]"), "{}", said[0]);
    }
    for text in [
        "def helper(x):\n    return unknown\nGB().map(helper).run()\n",
        "def helper(x):\n    return other(x)\ndef other(x):\n    return unknown\nGB().map(lambda x: helper(x)).run()\n",
        "class Used:\n    def f(self):\n        return unknown\nUsed().f()\n",
        "def decorate(f): return f\n@decorate\ndef helper():\n    return unknown\n",
        "helper = lambda: unknown\nhelper()\n",
        "try:\n    unknown()\nexcept ValueError:\n    pass\n",
        "if True:\n    unknown()\n",
    ] {
        let said = script(text, 7);
        assert!(
            said.len() == 1 && said[0].starts_with("error[RG0201]"),
            "{text}{said:?}"
        );
    }
}

#[test]
fn names_may_be_those_of_builtins_and_of_the_server() {
    for text in [
        "from redisgears import executeCommand as execute\nexecute('PING')\n",
        "from redisgears import atomicCtx as atomic\nwith atomic():\n    pass\n",
        "import redisAI\nredisAI.x\n",
        "def f(id, input, max, hash, format, type, filter, list):\n    return id, input, max, hash, format, type, filter, list\nf(1, 2, 3, 4, 5, 6, 7, 8)\n",
        "def f():\n    id = 1\n    max = 2\n    return id + max\nf()\n",
        "def apply(filter, x):\n    return filter(x)\napply(bool, 1)\n",
        "max = lambda a: a\nmax(1)\n",
    ] {
        assert_eq!(script(text, 7), [""; 0], "{text}");
    }
    let names = [
        "id", "input", "max", "hash", "format", "type", "filter", "list", "log",
    ];
    let text = format!("return [{}]", names.join(", "));
    let source = Source::new(text);
    let (_, said) = check_function(&FunctionInput {
        source: &source,
        name: "f",
        params: &names,
        python: PyVersion::default(),
    });
    assert_eq!(said, []);
}

fn gears(text: &str) -> Result<String, Vec<String>> {
    let source = Source::new(text.to_owned()).at("gears.py", 1, 0);
    let input = GearInput {
        source: &source,
        captures: &[],
        python: PyVersion::default(),
    };
    let (file, found) = check_gears(&input);
    let said: Vec<String> = found.iter().map(|one| one.render(&source)).collect();
    match file {
        Some(file) => {
            let script = gears_script(&file.plans, file.after.as_ref(), Encoding::Text);
            Ok(script.text().to_owned())
        }
        None => Err(said),
    }
}

#[test]
fn a_gear_is_no_value() {
    let several = "fun = KeysReader().map(len).register('a*')\n\
        two = StreamReader().foreach(len).register('s')\n";
    // the last line of redgrease's files, which says nothing
    assert!(gears(&format!("{several}fun")).is_ok());
    let one = "fun = KeysReader()\nlog(str(fun))\nfun.run()";
    for text in [&*format!("{several}log(str(fun))\n"), one] {
        let said = gears(text).unwrap_err().concat();
        assert!(
            said.contains("`fun` is a gear, which is no value on the server"),
            "{said}"
        );
    }
}

#[test]
fn a_file_may_have_several_gears() {
    let text = "import json\n\
        from redgrease import CommandReader, KeysReader, cmd\n\
        def size(r):\n    return len(r['value'])\n\
        first = KeysReader().map(size).register('a*')\n\
        users = KeysReader('user:*').values()\n\
        def hello(name):\n    return cmd.get(name)\n\
        CommandReader().apply(lambda *a: json.dumps(a)).register(trigger='x')\n\
        CommandReader().apply(hello if json else len).register(trigger='y')\n\
        builder = GB('StreamReader')\n\
        builder.foreach(lambda r: cmd.incr('n'))\n\
        builder.register('s*')\n\
        users.count().run()\n\
        log('loaded')\n";
    let script = gears(text).unwrap_or_else(|said| panic!("{}", said.concat()));
    assert_eq!(script.matches("_rg = GearsBuilder(").count(), 5, "{script}");
    assert_eq!(script.matches("_rg.register(").count(), 4, "{script}");
    assert!(script.contains("_rg_applied2"), "{script}");
    let order = [
        "def size",
        "GearsBuilder('KeysReader'",
        "def hello",
        "trigger='x'",
        "log('loaded')",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|part| script.rfind(part)).collect();
    assert!(places.iter().all(Option::is_some), "{script}");
    assert_eq!(script.matches("def size").count(), 1);
    assert_eq!(script.matches("def hello").count(), 1);
    for text in [
        "fun = KeysReader().keys().register('a*')",
        "fun = KeysReader().keys().register('a*')\nlog('x')",
        "a = KeysReader().keys().run()\n",
        "KeysReader().keys().register('a*'); StreamReader().keys().register('s')\n",
        "x = KeysReader()\nx.keys().register('a*')\nx.values().register('b*')\n",
        "(KeysReader()\n    .keys()\n    .register('a*'))\n(KeysReader()\n    .keys()\n    .register('b*'))\n",
    ] {
        assert!(gears(text).is_ok(), "{text}{:?}", gears(text));
    }
}

#[test]
fn what_several_gears_cannot_do_is_said_where_it_stands() {
    for (text, wanted) in [
        (
            "KeysReader().count().run()\nKeysReader().count().run()\n",
            "can run one gear",
        ),
        (
            "KeysReader().mapp(len).register('a*')\nKeysReader().keys().register('b*')\n",
            "no gear operation `mapp`",
        ),
        (
            "KeysReader().keys().register('a*')\nKeysReader().map(unknown).register('b*')\n",
            "undefined name `unknown`",
        ),
        (
            "KeysReader().keys()\nKeysReader().keys().register('b*')\nlog('x')\n",
            "not the last expression",
        ),
        ("log('x')\n", "no gear"),
    ] {
        let said = gears(text)
            .err()
            .map(|said| said.concat())
            .unwrap_or_default();
        assert!(said.contains(wanted), "{text}{said}");
    }
}
