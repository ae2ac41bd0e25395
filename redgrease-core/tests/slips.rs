//! What would not run, or not as meant, is found in scripts for the server as it is in macros.

use redgrease_core::gear::check::{GearInput, check_gear, check_script};
use redgrease_core::python::PyVersion;
use redgrease_core::source::Source;

/// The codes with `!` behind errors.
fn codes(text: &str, minor: u8) -> Vec<String> {
    let source = Source::new(text.to_owned());
    let found = check_script(&source, PyVersion::new(3, minor));
    let mark = |error| if error { "!" } else { "" };
    found
        .iter()
        .map(|one| format!("{}{}", one.code, mark(one.is_error())))
        .collect()
}

#[track_caller]
fn finds(text: &str, wanted: &str) {
    assert_eq!(codes(text, 7), [wanted], "{text}");
}

#[test]
fn arguments_are_looked_at() {
    for (text, wanted) in [
        ("GB().register('*', eventTypes=['hsett'])", "RG0316"),
        ("GB().register('*', eventTypes=['get'])", "RG0316"),
        ("GB().register('*', eventTypes='set')", "RG0311"),
        ("GB().register('*', key_types=['hash'])", "RG0304!"),
        ("GB().register('*', keyType=['hash'])", "RG0304!"),
        ("GB().register('*', keyTypes=['hsh'])", "RG0313!"),
        ("GB().register('*', mode='asinc')", "RG0313!"),
        ("GB().register('*', mode=1)", "RG0311!"),
        ("GB().register('a?c*')", "RG0317"),
        ("GB().register('*', somethingElse=1)", "RG0304"),
        ("GB('KeysReader', 'user:*').register()", "RG0318"),
        ("GB('StreamReader').register('s', batch=0)", "RG0312!"),
        ("GB('StreamReader').register('s', duration='1')", "RG0311!"),
        (
            "GB('StreamReader').register('s', onFailedPolicy='retri')",
            "RG0313!",
        ),
        (
            "GB('StreamReader').register('s', mode='sync', onFailedPolicy='retry')",
            "RG0314!",
        ),
        ("GB('CommandReader').register(triger='t')", "RG0304!"),
        ("GB('CommandReader').register()", "RG0305!"),
        ("GB('CommandReader').register(trigger='')", "RG0312!"),
        ("GB('CommandReader').register(hook='')", "RG0312!"),
        ("GB('CommandReader').register(hook='hsett')", "RG0404!"),
        ("GB('CommandReader').register(hook='frobnicate')", "RG0404"),
        (
            "GB('CommandReader').register(trigger='t', hook='set')",
            "RG0314!",
        ),
        ("GB().register('*', commands=['hgett'])", "RG0404!"),
        ("GB('KeysRader').run()", "RG0302!"),
        ("GB('StreamReader').run('s', fromID='0')", "RG0304!"),
        ("GB().aggregate(0, lambda a, r: a).run()", "RG0305!"),
        ("GB().groupby(lambda r: r).run()", "RG0305!"),
        ("GB().map().run()", "RG0305!"),
        ("GB().limit().run()", "RG0305!"),
        ("GB().limit('3').run()", "RG0311!"),
        ("GB().limit(1.0).run()", "RG0311!"),
        ("GB().limit(length=3).run()", "RG0304!"),
        ("GB().map(op=lambda r: r).run()", "RG0304!"),
        ("GB().map(f=lambda r: r).run()", "RG0304!"),
        ("GB().groupby(extractor=len, reducer=len).run()", "RG0304!"),
        ("GB().avg(extract=lambda r: r).run()", "RG0304!"),
        ("GB('KeysReader', pattern='*').run()", "RG0304!"),
        ("GB(5).run()", "RG0311!"),
        ("GB('StreamReader').register('s', trimStream=0)", "RG0311!"),
        ("GB().count(1).run()", "RG0305!"),
        ("GB().values().run()", "RG0310!"),
        ("GB('CommandReader').run()", "RG0308!"),
        ("GB('KeysOnlyReader').run(readValue=True)", "RG0304!"),
        ("GB('KeysOnlyReader').run(mode='async')", "RG0304!"),
        ("GB('KeysOnlyReader').run(regex='a')", "RG0304!"),
        ("GB('KeysOnlyReader').run(count='x')", "RG0311!"),
        ("GB().run(['a*'])", "RG0311!"),
        ("GB().run(True)", "RG0311!"),
        ("GB('StreamReader').run(5)", "RG0311!"),
        ("GB('KeysReader', ['a*']).run()", "RG0311!"),
        ("GB('StreamReader', defaultArg=5).run([])", "RG0311!"),
        ("GB('PythonReader', 'a').run()", "RG0307!"),
        ("GB('PythonReader').run(None)", "RG0305!"),
    ] {
        finds(text, wanted);
    }
    // what is taken, and does less than it says
    for (text, wanted) in [
        ("GB().run([])", "RG0311"),
        ("GB().run(0)", "RG0311"),
        ("GB().run(b'')", "RG0311"),
        ("GB('KeysReader', 'a*').run({})", "RG0311"),
        ("GB('StreamReader').run(())", "RG0311"),
        ("GB().register('')", "RG0312"),
        ("GB().register('*', eventTypes={'set': 1})", "RG0311"),
        ("GB().register('*', eventTypes=[])", "RG0312"),
        ("GB().register('*', keyTypes={'hash': 1})", "RG0311"),
        ("GB().register('*', commands={'set': 1})", "RG0311"),
        ("GB().register('*', keyprefix='a')", "RG0304"),
        ("GB().register('*', onUnregistered=lambda: 1)", "RG0304"),
        ("GB().register('*', onFailedPolicy='retry')", "RG0304"),
    ] {
        finds(text, wanted);
    }
    for text in [
        "GB().register('*', regex='a*')",
        "GB().register('JSON*', commands=['JSON.SET'])",
        "GB('CommandReader').register(hook='JSON.SET')",
        "GB().register(*['a'], **{'mode': 'sync'})",
        "GB().countby().run()",
        "GB().countby(extractor=lambda r: r).run()",
        "GB().localgroupby(extractor=lambda r: 1, reducer=lambda k, a, r: 1).run()",
        "GB().sort(reverse=1).run(collect=0, convertToStr=0)",
        "GB().limit(-1, True).run()",
        "GB('StreamReader').register('s', batch=True, duration=-1)",
        "GB('Keys' + 'Reader').mapp(len).run()",
        "for reader in ['KeysReader', 'StreamReader']:\n    GB(reader).run()",
        "GB().sort(False).run()",
        "GB('KeysOnlyReader').run(noScan=1)",
        "GB('KeysOnlyReader').run(['a'], noScan='')",
        "GB('KeysOnlyReader').run(count='5', patternGenerator=None)",
        "GB('KeysOnlyReader', None).run()",
        "GB('KeysReader', None).run('a*')",
        "GB('ShardsIDReader', 5).run(5)",
        "GB('PythonReader', lambda: (i for i in [])).run(None)",
        "GB().run(None, None, None)",
        "GB().register('*', eventTypes=None, keyTypes=None, commands=None, onRegistered=None)",
        "GB().register('*', keyTypes=('hash',), commands=[])",
        "GB('PythonReader', lambda: (i for i in [])).run()",
        "GB('KeysReader', desc='x').register(mode='async_local', readValue=False)",
    ] {
        assert_eq!(codes(text, 7), [""; 0], "{text}");
    }
}

#[test]
fn the_servers_builder_takes_none_for_few_arguments() {
    for argument in ["mode", "noScan", "readValue"] {
        finds(&format!("GB().run({argument}=None)"), "RG0311!");
    }
    for argument in ["None", "mode=None", "readValue=None"] {
        finds(&format!("GB().register({argument})"), "RG0311!");
    }
    for argument in [
        "batch",
        "duration",
        "onFailedPolicy",
        "onFailedRetryInterval",
        "trimStream",
    ] {
        let text = format!("GB('StreamReader').register('s', {argument}=None)");
        finds(&text, "RG0311!");
    }
    for text in [
        "GB('StreamReader').run(fromId=None)",
        "GB('CommandReader').register(trigger=None)",
        "GB('CommandReader').register(hook=None)",
        "GB('CommandReader').register(trigger='t', inorder=None)",
        "GB('CommandReader').register(hook='get', keyprefix=None)",
        "GB('KeysOnlyReader').run(count=None)",
        "GB(None).run()",
        "GB('KeysReader', None).run()",
        "GB('StreamReader', None).run()",
        "GB().limit(1, None).run()",
        "GB().sort(None).run()",
    ] {
        finds(text, "RG0311!");
    }
}

#[test]
fn the_servers_builder_takes_functions_only() {
    for callback in [
        "int",
        "str.upper",
        "len",
        "'-'.join",
        "None",
        "partial(max, 1)",
        "5",
        "dict.get",
    ] {
        finds(&format!("GB().map({callback}).run()"), "RG0307!");
        finds(&format!("GB().filter({callback}).run()"), "RG0307!");
    }
    finds(
        "import functools\nGB().map(functools.partial(max, 1)).run()",
        "RG0307!",
    );
    finds("GB().accumulate(max).run()", "RG0307!");
    finds(
        "GB().aggregateby(len, 0, lambda k, a, r: r, lambda k, a, r: r).run()",
        "RG0307!",
    );
    let class = "class C:\n    def __call__(self, r):\n        return r\n    def m(self, r):\n        return r\n";
    for callback in ["C", "C()", "C().m"] {
        finds(&format!("{class}GB().map({callback}).run()"), "RG0307!");
    }
    for text in [
        "import math\nGB().map(math.sqrt).run()",
        "from functools import lru_cache\n@lru_cache(None)\ndef f(r):\n    return r\nGB().map(f).run()",
        "import functools\n@functools.cache\ndef f(r):\n    return r\nGB().map(f).run()",
    ] {
        finds(text, "RG0307!");
    }
    for value in ["None", "5", "'a'", "[len]", "{}", "f'{len}'"] {
        for call in [
            "countby(V)",
            "countby(extractor=V)",
            "avg(V)",
            "repartition(V)",
            "aggregate(0, V, lambda a, r: a)",
            "aggregate(0, lambda a, r: a, V)",
            "aggregateby(lambda r: 1, 0, V, lambda k, a, r: a)",
            "batchgroupby(lambda r: 1, V)",
        ] {
            finds(
                &format!("GB().{}.run()", call.replace('V', value)),
                "RG0307!",
            );
        }
    }
    finds("GB('PythonReader').run()", "RG0305!");
    finds("GB().register('*', collect='a')", "RG0311");
    finds("GB().register('*', requirements=['numpy'])", "RG0304");
    for text in [
        "class C:\n    @staticmethod\n    def m(r):\n        return r\nGB().map(C.m).map(C().m).run()",
        "class C:\n    m = lambda r: r\nGB().map(C.m).run()",
        "GB().countby(len).run()",
        "GB().countby(str.upper).run()",
        "import operator\nGB().aggregate(0, operator.add, max).run()",
        "from functools import partial\np = partial(max, 1)\nGB().aggregateby(lambda r: 1, 0, partial(max), p).run()",
        "class C:\n    def __new__(cls):\n        return lambda r: r\nGB().map(C()).run()",
        "def d(f):\n    return f\n@d\ndef f(r):\n    return r\nGB().map(f).run()",
        "class f:\n    pass\ndef f(r):\n    return r\nGB().map(f).run()",
        "def int(x):\n    return x\nGB().map(int).run()",
        "import json\nGB().map(json.loads).run()",
        "def make(n):\n    return lambda x: x + n\nGB().map(make(1)).run()",
        "GB().map(cmd.get).run()",
    ] {
        assert_eq!(codes(text, 7), [""; 0], "{text}");
    }
}

#[test]
fn gears_in_functions_blocks_and_assignments_are_looked_at() {
    for text in [
        "if True:\n    GB().mapp(lambda x: x).run()",
        "for name in ['a']:\n    GB().register(name, mode='asinc')",
        "x = GB().map(lambda a, b: a).run()\nlog(str(x))",
        "async def f(r):\n    return await GB().map(lambda: 1).run()\nGB().map(f).run()",
        "GB().foreach(lambda r: GB().mapp(lambda x: x).run()).run()",
    ] {
        let found = codes(text, 7);
        assert_eq!(found.len(), 1, "{text}{found:?}");
        assert!(found[0].ends_with('!'), "{text}{found:?}");
    }
    let text = "def f(callback):\n    def int(x):\n        return x\n    return GB().map(int).map(callback).run()\nf(len)";
    assert_eq!(codes(text, 7), [""; 0]);
}

#[test]
fn one_mistake_is_one_error() {
    for text in [
        "def f(x):\n    global x\n    return x\nf(1)",
        "def f(x):\n    def g():\n        return x\n    nonlocal x\n    x += 1\n    return g()\nf(1)",
        "def f():\n    x = 1\n    global x\n    return x\nf()",
        "def f():\n    def g():\n        y = x\n        nonlocal x\n        x = y\n    x = 1\n    g()\nf()",
    ] {
        finds(text, "RG0108!");
    }
}

#[test]
fn gears_that_never_run_may_be_wrong() {
    for text in [
        "if False:\n    GB().map(int).run()",
        "if 0:\n    GB('Nope').run()",
        "import sys\nif sys.version_info < (3,):\n    GB().map(int).run()",
        "while False:\n    GB().map(5).run()",
        "False and GB().map(int).run()",
        "x = True or GB().map(int).run()",
        "x = None if True else GB().map(5).run()",
        "if __name__ == '__main__':\n    GB().mapp(int).run()\n    undefined()",
        "def f():\n    return 1\n    GB().mapp(int).run()\nf()",
        "for x in 'a':\n    continue\n    GB().mapp(int).run()",
    ] {
        assert_eq!(codes(text, 7), [""; 0], "{text}");
    }
    for (text, wanted) in [
        (
            "try:\n    GB().mapp(len).run()\nexcept AttributeError:\n    pass",
            "RG0303",
        ),
        (
            "import contextlib\nwith contextlib.suppress(Exception):\n    GB().map(int).run()",
            "RG0307",
        ),
        ("hasattr(GB(), 'frob') and GB().frob().run()", "RG0303"),
        ("if hasattr(GB, 'frob'):\n    GB().frob().run()", "RG0303"),
        ("def never():\n    GB().mapp(len).run()", "RG0303"),
        ("if True:\n    GB().map(int).run()", "RG0307!"),
        (
            "if __name__ != '__main__':\n    GB().mapp(len).run()",
            "RG0303!",
        ),
        (
            "try:\n    pass\nexcept KeyError:\n    GB().mapp(len).run()",
            "RG0303!",
        ),
        (
            "try:\n    GB().mapp(len).run()\nfinally:\n    pass",
            "RG0303!",
        ),
        ("with open('x'):\n    GB().mapp(len).run()", "RG0303"),
        ("x = 1\nif x:\n    GB().mapp(len).run()", "RG0303!"),
    ] {
        finds(text, wanted);
    }
}

#[test]
fn commands_by_name_are_given_what_they_take() {
    for text in [
        "execute('SET', 'k')",
        "execute('GET')",
        "execute('get', 'k', 'l')",
        "GB().foreach(lambda r: execute('hset', r['key'], 'a')).run()",
    ] {
        finds(text, "RG0403!");
    }
    for text in [
        "execute('SET', 'k', 1, 'EX', 5)",
        "execute('PING')",
        "execute('SET', *['k', 1])",
        "execute('SET', **{})",
        "execute('HGETDEL', 'k')",
        "execute('config get', 'save')",
    ] {
        assert_eq!(codes(text, 7), [""; 0], "{text}");
    }
}

#[test]
fn commands_are_looked_at_wherever_they_are_named() {
    finds("execute('HGETT', 'k')", "RG0404!");
    finds(
        "GB().foreach(lambda r: execute('sett', r['key'], 1)).run()",
        "RG0404!",
    );
    finds("execute('frobnicate')", "RG0404");
    for name in [
        "hget",
        "CLIENT",
        "client list",
        "JSON.GET",
        "RG.TRIGGER",
        "hexpire",
        "vadd",
    ] {
        let text = format!("execute('{name}', 'k', 'f')");
        assert_eq!(codes(&text, 7), [""; 0], "{text}");
    }
}

#[test]
fn syntax_of_later_versions_is_named() {
    for text in [
        "x = []\nlog(f\"{'\\n'.join(x)}\")\n",
        "x = []\nlog(f'''{'\\n'.join(x)}''')\n",
        "x = {'a': 1}\nlog(f\"{x[\"a\"]}\")\n",
        "x = 1\nlog(f\"{x  # a comment\n}\")\n",
    ] {
        for minor in [7, 11] {
            let found = codes(text, minor);
            assert!(
                found.iter().all(|code| code == "RG0109!"),
                "{text}{found:?}"
            );
            assert!(!found.is_empty(), "{text}");
        }
        assert_eq!(codes(text, 12), [""; 0], "{text}");
    }
}

#[test]
fn types_are_looked_at_in_scripts() {
    for (text, wanted) in [
        ("GB().map(lambda r: cmd.get('n') + 1).run()", "RG0504!"),
        (
            "def f(r):\n    n = cmd.get('n')\n    return n + 1\nGB().map(f).run()",
            "RG0504!",
        ),
        (
            "def f(r):\n    return len(cmd.incr('n'))\nGB().map(f).run()",
            "RG0504!",
        ),
        (
            "def f(r):\n    for x in cmd.llen('l'):\n        log(x)\nGB().foreach(f).run()",
            "RG0504!",
        ),
        ("log('a' + 1)", "RG0504!"),
        ("log('a'.uper())", "RG0505!"),
        ("x = [1]\nx.push(2)", "RG0505!"),
        (
            "GB().map(lambda r: [x.lenght for x in r['key'].split() if ''.z]).run()",
            "RG0505!",
        ),
    ] {
        finds(text, wanted);
    }
}

#[test]
fn records_of_gears_have_their_fields() {
    let gear = |text: &str| {
        let source = Source::new(text.to_owned());
        let input = GearInput {
            source: &source,
            captures: &[],
            python: PyVersion::default(),
        };
        let (_, found) = check_gear(&input);
        let codes: Vec<String> = found.iter().map(|one| one.code.to_string()).collect();
        codes
    };
    for text in [
        "KeysReader().records().map(lambda r: r.kye).run()",
        "KeysReader().records().filter(lambda r: r.event).map(lambda r: r.kye).run()",
        "StreamReader().records().foreach(lambda r: cmd.incr(r.event)).register('s')",
        "KeysReader().records(type='hash').map(lambda r: r['kye']).run()",
    ] {
        assert_eq!(gear(text), ["RG0505"], "{text}");
    }
    for text in [
        "KeysReader().records().map(lambda r: r.key).map(lambda k: k.upper()).run()",
        "KeysReader().records().map(lambda r: r.value).map(lambda v: v.kye).run()",
        "StreamReader().records().foreach(lambda r: cmd.incr(r.id + r.value['a'])).register('s')",
        "KeysReader().records().countby(lambda r: r.type).run()",
    ] {
        assert_eq!(gear(text), [""; 0], "{text}");
    }
}

#[test]
fn the_first_step_gets_what_its_reader_gives() {
    for text in [
        "GB().map(lambda r: r['kye']).run()",
        "GearsBuilder('KeysReader').filter(lambda r: r['id'] == 1).run()",
        "GB('StreamReader').map(lambda r: r['type']).run('s')",
        "GB().map(lambda r: r.key).run()",
    ] {
        finds(text, "RG0505!");
    }
    for text in [
        "GB().map(lambda r: (r['key'], r['value'], r['type'], r['event'])).run()",
        "GB().map(lambda r: r.get('kye')).run()",
        "GB().map(lambda r: r.setdefault('n', 0) or r['n']).run()",
        "GB().filter(lambda r: 'n' in r and r['n']).run()",
        "GB().foreach(lambda r: r.update(n=1)).map(lambda r: r['n']).run()",
        "GB('ShardsIDReader').map(lambda r: r['kye']).run()",
        "GB().map(lambda r: r['value']['kye']).run()",
    ] {
        assert_eq!(codes(text, 7), [""; 0], "{text}");
    }
    for text in [
        "from functools import partial\nGB().map(partial(max, 1)).run()",
        "from operator import itemgetter as get\nGB().map(get('key')).run()",
    ] {
        finds(text, "RG0307!");
    }
    let own = "def partial(f): return f\nGB().map(partial(lambda r: r)).run()";
    assert_eq!(codes(own, 7), [""; 0]);
    finds(
        "import operator\nGB().map(operator.itemgetter('key')).run()",
        "RG0307!",
    );
}
