//! The diagnostics as people read them.

use redgrease_core::diag::Diagnostic;
use redgrease_core::gear::callback::{CallbackInput, check_callback};
use redgrease_core::gear::check::{GearInput, check_gear};
use redgrease_core::python::{FunctionInput, PyVersion, check_function};
use redgrease_core::source::{Form, Source};

/// A snapshot without the expression that made it.
macro_rules! snapshot {
    ($text:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($text);
        });
    };
}

fn function(text: &'static str) -> String {
    let source = Source::new(text).at("src/main.rs", 10, 12);
    let input = FunctionInput {
        source: &source,
        name: "f",
        params: &["url", "count"],
        python: PyVersion::default(),
    };
    let (_, diagnostics) = check_function(&input);
    rendered(&diagnostics, &source)
}

fn gear(text: &'static str) -> String {
    let source = Source::new(text).at("src/main.rs", 10, 12);
    let input = GearInput {
        source: &source,
        captures: &["pattern"],
        python: PyVersion::default(),
    };
    let (_, diagnostics) = check_gear(&input);
    rendered(&diagnostics, &source)
}

fn tokens(text: &'static str) -> String {
    let source = Source::new(text)
        .at("src/main.rs", 10, 12)
        .form(Form::Tokens);
    let input = FunctionInput {
        source: &source,
        name: "f",
        params: &["url"],
        python: PyVersion::default(),
    };
    let (_, diagnostics) = check_function(&input);
    rendered(&diagnostics, &source)
}

fn file(text: &'static str) -> String {
    let source = Source::new(text).at("src/f.py", 1, 0).form(Form::File);
    let input = FunctionInput {
        source: &source,
        name: "f",
        params: &["url", "count"],
        python: PyVersion::default(),
    };
    let (_, diagnostics) = check_function(&input);
    rendered(&diagnostics, &source)
}

fn callback(text: &'static str) -> String {
    let source = Source::new(text).at("src/main.rs", 10, 12);
    let input = CallbackInput {
        source: &source,
        captures: &[],
        python: PyVersion::default(),
    };
    let (_, diagnostics) = check_callback(&input);
    rendered(&diagnostics, &source)
}

/// What is said about the text; that it does not use a parameter is not what it is about.
fn rendered(diagnostics: &[Diagnostic], source: &Source) -> String {
    diagnostics
        .iter()
        .filter(|d| d.is_error() || d.parameter.is_none())
        .map(|d| d.render(source))
        .collect()
}

/// Every text with what is said about it.
fn report(check: fn(&'static str) -> String, texts: &[&'static str]) -> String {
    texts
        .iter()
        .map(|text| {
            let said = check(text);
            assert!(!said.is_empty(), "nothing is said about {text:?}");
            format!("=== {}\n{said}\n", text.trim().replace('\n', "\n    "))
        })
        .collect()
}

#[test]
fn syntax() {
    snapshot!(report(
        function,
        &[
            "\n    return urll(\n",
            "\n    x = [1, 2)\n    return x\n",
            "\n    x = \"abc\n    return x\n",
            "\n    x = \"\"\"abc\n    return x\n",
            "\n    return url)\n",
            "\n    if url\n        return 1\n",
            "\n    if url:\n    return 1\n",
            "\n    x = 1\n        y = 2\n",
            "\n    if url:\n        x = 1\n      y = 2\n",
            "\n    x = 1\n  y = 2\n",
            "\n    if url == 1 && count > 2:\n        pass\n",
            "\n    if !url:\n        pass\n",
            "\n    if url = 1:\n        pass\n",
            "\n    if url:\n        pass\n    else if count:\n        pass\n",
            "\n    print url\n",
            "\n    let x = 1\n",
            "\n    x = count++\n",
            "\n    x = count++ \n    return x--\n",
            "\n    retrun url\n",
            "\n    if url:\n        return 1\n    esle:\n        return 2\n",
            "\n    form os import path\n",
            "\n    x = url ? 1 : 2\n",
            "\n    // a comment\n    return 1\n",
            "\n    class = 3\n",
            "\n    x = 1 +\n",
            "\n    f(a=1, 2)\n",
            "\n    f(a=1, a=2)\n",
            "\n    def g(a, a):\n        return a\n    return g\n",
            "\n    def g(a=1, b):\n        return a\n    return g\n",
            "\n    return \u{201c}x\u{201d}\n",
            "\n    x = 1 2\n",
            "\n    for i in range(3) {\n",
            "\n    x = $url\n",
            "\n    x = f\"{}\"\n",
            "\n    # nothing\n",
            "\n    import redgrease as\n",
            "\n    x = a::b\n",
            "   x = [\n    1,\n    return x\n",
        ]
    ));
}

/// One run tells of all errors: a statement that does not parse hides nothing but what it may
/// define itself.
#[test]
fn several_errors() {
    snapshot!(report(
        function,
        &[
            "\n    x = 1 +\n    if url = 1:\n        pass\n    else:\n        pass\n    @print\n    def f(a b):\n        pass\n    y = 1\n    return url url\n",
            "\n    total = 1 +\n    other = totl + totall\n    return total + urll\n",
            "\n    for x in url:\n        y = = x\n        if x:\n            z = x x\n        elif !x:\n            z = 1 +\n        print(y)\n    cmd.gett(url)\n",
            "\n    def helper(a, b:\n        return a\n    return helper(url)\n",
            "\n    cmd.gett(url)\n    x = (1,\n    return unknown\n",
            "\n    x = \"abc\n    y = unknown\n    match = url url\n    nonlocal_ = x\n",
            "\n    from redgrease import *,\n    return unknown\n",
            "\n    yield from 1 +\n    break\n    x := 3\n    await url\n",
        ]
    ));
    snapshot!(report(
        gear,
        &[
            "\n    def double(x:\n        return x * 2\n    KeysReader(patern).map(double).mapp(int).run(foo=1)\n",
            "\n    reader = KeysReader(\"*\" \"a\" b)\n    reader.mapp(unknown).run()\n",
            "\n    def f(x):\n        return unknown\n    KeysReader().map(f f).run()\n",
            "\n    x = 1)\n    KeysReader().mapp(unknown).run()\n",
            "\n    x = (1\n    KeysReader().mapp(unknown).run()\n",
        ]
    ));
}

#[test]
fn compiler_rules() {
    snapshot!(report(
        function,
        &[
            "\n    url + 1 = 2\n",
            "\n    f() = 2\n",
            "\n    None = 2\n",
            "\n    url + 1 += 2\n",
            "\n    del url()\n",
            "\n    *a = url\n",
            "\n    *a, *b = url\n",
            "\n    break\n",
            "\n    while url:\n        def g():\n            continue\n        g()\n",
            "\n    class A:\n        return 1\n    return A\n",
            "\n    await url\n",
            "\n    nonlocal zz\n",
            "\n    global url\n",
            "\n    x = 1\n    global x\n",
            "\n    from os import *\n",
            "\n    return [(yield x) for x in url]\n",
        ]
    ));
}

#[test]
fn versions() {
    snapshot!(report(
        function,
        &[
            "\n    if (n := len(url)) > 3:\n        return n\n",
            "\n    def g(a, /):\n        return a\n    return g\n",
            "\n    return f\"{url=}\"\n",
            "\n    match url:\n        case 1:\n            pass\n",
            "\n    try:\n        pass\n    except* ValueError:\n        pass\n",
            "\n    with (open(url) as a, open(url) as b):\n        return a, b\n",
            "\n    return aiter(url)\n",
        ]
    ));
}

#[test]
fn names() {
    snapshot!(report(
        function,
        &[
            "\n    return urll\n",
            "\n    return redgrease.cmdd.get(url)\n",
            "\n    return redgrease.utils.compos(url)\n",
            "\n    return true\n",
            "\n    return redis.get(url)\n",
            "\n    return KeysReader()\n",
            "\n    return hashtag2()\n",
            "\n    return [urll for url in count]\n",
            "\n    return f\"{urll}\"\n",
            "\n    result = 1\n",
            "\n    hash = execute('GET', url)\n    return hash(hash)\n",
            "\n    import numpy\n    return numpy.mean(url)\n",
        ]
    ));
}

#[test]
fn gears() {
    snapshot!(report(
        gear,
        &[
            "",
            " x = 5 ",
            " 5 ",
            " len([]) ",
            " KeysRader().run() ",
            " KeysReader.run() ",
            " KeysReader().run ",
            " KeysReader().mapp(int).run() ",
            " KeysReader().count.run() ",
            " KeysReader().map().run() ",
            " KeysReader().map(int, str).run() ",
            " KeysReader().map(func=int).run() ",
            " KeysReader().map(op=int, op=str).run() ",
            " KeysReader().map(lambda a, b: a).run() ",
            " KeysReader().accumulate(lambda a: a).run() ",
            " KeysReader().groupby(lambda r: r, lambda k, a: a).run() ",
            " KeysReader().aggregate(0, len).run() ",
            " KeysReader().aggregate({}).run() ",
            " KeysReader().map(5).run() ",
            " KeysReader().keys().foreach(cmd.expire).run() ",
            " KeysReader().map(\"x\").run() ",
            "\n    def parse(x):\n        return x\n    KeysReader().map(parse()).run()\n",
            "\n    def parse(x, y):\n        return x\n    KeysReader().map(parse).run()\n",
            " CommandReader().run() ",
            " CommandReader().register() ",
            " PythonReader().register() ",
            " PythonReader().run() ",
            "\n    def once():\n        print(1)\n    PythonReader().run(once)\n",
            " KeysReader().run().count() ",
            " KeysReader().map(int).values().run() ",
            " KeysReader().args().run() ",
            " GB('KeysReader').values().run() ",
            " GB('KeyReader').run() ",
            " GB(pattern).run() ",
            " StreamReader().values(type='x').run('s') ",
            " StreamReader().register('s*', batch=0) ",
            " StreamReader().register('s*', batch='10') ",
            " StreamReader().register('s*', duration=-1) ",
            " StreamReader().register('s*', onFailedPolicy='retri') ",
            " StreamReader().register('s*', eventTypes=['set']) ",
            " KeysReader().register('p*', eventTypes='set') ",
            " KeysReader().register('p*', keyTypes=['hsah']) ",
            " KeysReader().register('p*', mode='synk') ",
            " KeysReader().register('p*', trigger='x') ",
            " KeysReader().run('p*', mode='sync') ",
            " KeysReader(5).run() ",
            " KeysReader().limit('3').run() ",
            " KeysReader().run(on=r) ",
            " KeysReader().run(*pattern) ",
            " KeysReader().map(lambda r: r.valeu + undefind).run() ",
            " KeysReader(patern).run() ",
            " KeysReader().run()) ",
            " KeysReader().map(lambda r: r[).run() ",
            "\n    KeysReader()\n        .map(int)\n        .mapp(str)\n        .run()\n",
            "\n    return 5\n    KeysReader().run()\n",
            "\n    KeysReader().run()\n    print(1)\n",
            "\n    KeysReader().foreach(print).register('a*')\n    KeysReader().run()\n",
            "\n    keys = KeysReader().keys()\n    keys.map(len)\n    keys.run()\n",
            "\n    keys = KeysReader().keys()\n    keys.values().run()\n",
            "\n    done = KeysReader().run()\n    done.map(len)\n",
            "\n    gb = GB('KeysReader')\n    gb.mapp(len)\n    gb.run()\n",
            "\n    from redgrease import TriggerMode\n    KeysReader().register(mode=TriggerMode.Asynk)\n",
        ]
    ));
}

#[test]
fn callbacks() {
    snapshot!(report(
        callback,
        &[
            "",
            " 5 ",
            " lambda x: y ",
            " lambda x ",
            "\n    x = 1\n",
            "\n    def f(x):\n        return y\n"
        ]
    ));
}

#[test]
fn commands() {
    snapshot!(report(
        function,
        &[
            "\n    return cmd.blpop(url, 0)\n",
            "\n    return redgrease.cmd.gett(url)\n",
            "\n    return cmd.get()\n",
            "\n    return cmd.get(url, count, 3)\n",
            "\n    return cmd.get(key=url)\n",
            "\n    return cmd.xread({url: 0}, block=0)\n",
            "\n    return cmd.subscribe(url)\n",
            "\n    from redgrease import cmd as c\n    return c.hgetal(url)\n",
            "\n    return execute(\"BLPOP\", url, 0)\n",
            "\n    return execute()\n",
            "\n    log(url, \"warn\")\n",
        ]
    ));
}

#[test]
fn registrations() {
    snapshot!(report(
        gear,
        &[
            " KeysReader().register('p?', eventTypes=['hmset', 'get', 'hsett', 'HSET', 'whatever']) ",
            " KeysReader().register('p*', eventTypes=[]) ",
            " KeysReader().register('*a*') ",
            " KeysReader().register('') ",
            " KeysReader('p*').register() ",
            " StreamReader().register('s*', mode='sync', onFailedPolicy='retry') ",
            " CommandReader().register(trigger='x', hook='hset') ",
            " CommandReader().register(trigger='x', keyprefix='a*') ",
            " CommandReader().register(trigger='x', prefix='a*') ",
            " KeysReader().map(int, requirements=['requests => 2']).run() ",
            " KeysReader().run(requirements=['numpy', 'a; pythn_version > \"3\"']) ",
            " KeysReader().run(requirements='numpy') ",
            "\n    async def key(r):\n        return r\n    KeysReader().groupby(key).run()\n",
            "\n    async def key(r):\n        return r\n    KeysReader().countby(key).run()\n",
            " KeysReader().repartition(lambda r: gearsFuture()).run() ",
            "\n    f = gearsFuture()\n    KeysReader().map(lambda r: f).run()\n",
            "\n    async def f(r):\n        with atomic():\n            await r\n    KeysReader().map(f).run()\n",
        ]
    ));
}

#[test]
fn strings_that_rustfmt_changes() {
    snapshot!(report(
        tokens,
        &[
            "\n        return \"\"\"a\n  b\"\"\"\n    ",
            " return \"\"\"a\nb\"\"\" "
        ]
    ));
    assert_eq!(
        tokens("\n        return \"\"\"a\n        b\"\"\"\n    "),
        ""
    );
    assert_eq!(tokens("\n        return \"\"\"a\nb\nc\"\"\"\n    "), "");
    assert_eq!(function("\n        return \"\"\"a\nb\"\"\"\n    "), "");
}

#[test]
fn files() {
    snapshot!(report(
        file,
        &[
            "x = 1\n",
            "def f(url):\n    return url\n",
            "import os\n\ndef f(url, count):\n    return url + x\n",
            "return 1\n",
            "def helper(x):\n    return 1\n\ndef f(url, count):\n    return helper(url)\n",
        ]
    ));
    assert_eq!(
        file(
            "import os\n\ndef helper(x, y=1):\n    return x\n\n\ndef f(url, count=1):\n    return helper(url) * count\n"
        ),
        ""
    );
}

#[test]
fn what_is_right_gets_no_word() {
    for text in [
        "\n    import json\n    cached = cmd.get(url)\n    if cached is not None:\n        return cached\n    return json.loads(url)\n",
        " return url ",
        "return url",
        " x = url\n              return x ",
        "\n    from redgrease import cmd, hashtag3 as h\n    return cmd.get(h() + url)\n",
        "\n    @property\n    def f(self): return self\n    return f\n",
        "\n    try:\n        return int(url)\n    except ValueError as e:\n        log(e)\n        raise\n",
        "\n    async def g(r):\n        await r\n        async for x in r: yield x\n    return g\n",
        "\n    total = 0\n    def add(x):\n        nonlocal total\n        total += x\n    add(1)\n    return total\n",
        "\n    return {k: v for k, v in zip(url, url) if k}\n",
        "\n    return \"\"\"a\n  b\n\"\"\"\n",
    ] {
        assert_eq!(function(text), "", "{text}");
    }
    for text in [
        " KeysReader() ",
        " KeysReader(pattern).values().map(int).aggregate(0, lambda a, x: a + x).run() ",
        " KeysReader().run(); ",
        " import math; KeysReader().map(math.floor).run() ",
        "\n    def has_status(status):\n        return lambda record: record.value.get(\"status\") == status\n    KeysReader(\"record:*\").records(type=\"hash\").filter(has_status(\"failed\")).run()\n",
        "\n    KeysReader()\n        .values()\n        # a comment\n        .flatmap(str.split)\n        .countby()\n        .run()\n",
        " redgrease.KeysReader().count().run() ",
        " GB().count().run() ",
        "\n    from redgrease import KeysReader, cmd\n    KeysReader().keys().foreach(cmd.delete).count().run('delete_me:*')\n",
        " StreamReader().values().map(lambda v: v['a']).register('s*', batch=10, duration=30, onFailedPolicy='Retry') ",
        " CommandReader().apply(lambda a, b=1, *c: a).register(trigger='x', mode='sync') ",
        " KeysReader().foreach(lambda r: cmd.expire(r['key'], 3600)).register('*', mode='sync', readValue=False) ",
        "\n    def gen():\n        for i in range(10):\n            yield i\n    PythonReader().run(gen)\n",
        " KeysOnlyReader('p*').run(count=100) ",
        " ShardsIDReader().map(lambda s: hashtag()).run() ",
    ] {
        assert_eq!(gear(text), "", "{text}");
    }
    for text in [
        " str.split ",
        " lambda a, x: a + x ",
        "\n    def f(r):\n        return cmd.get(r)\n",
        "int",
    ] {
        assert_eq!(callback(text), "", "{text}");
    }
}

#[test]
fn a_parameter_that_is_not_used_or_hides_a_builtin_is_named_by_its_place() {
    let source = Source::new("return cmd.get(list(list))");
    let (function, said) = check_function(&FunctionInput {
        source: &source,
        name: "f",
        params: &["url", "list", "_spare"],
        python: PyVersion::default(),
    });
    assert!(function.is_some());
    let said: Vec<_> = said
        .iter()
        .map(|d| (d.code.as_str(), d.parameter, d.is_error()))
        .collect();
    assert_eq!(
        said,
        [("RG0203", Some(0), false), ("RG0204", Some(1), false)]
    );
    let source = Source::new("return eval('url')");
    let (_, said) = check_function(&FunctionInput {
        source: &source,
        name: "f",
        params: &["url"],
        python: PyVersion::default(),
    });
    assert_eq!(said, []);
}
