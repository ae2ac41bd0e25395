//! What is certain about values across the border between Rust and Python, and what is not.

use redgrease_core::python::{
    FunctionInput, FunctionTypes, Integer, PyVersion, RustType, check_typed_function,
};
use redgrease_core::source::Source;

fn option(of: RustType) -> RustType {
    RustType::Optional(Box::new(of))
}

fn list(of: RustType) -> RustType {
    RustType::List(Box::new(of))
}

/// What is said about a body with the parameters `text`, `count`, `ratio`, `flag`, `data`, `maybe`, `names`, `any`, `byte`.
fn said(body: &str, result: RustType) -> Vec<String> {
    let source = Source::new(body.to_owned());
    let input = FunctionInput {
        source: &source,
        name: "f",
        params: &[
            "text", "count", "ratio", "flag", "data", "maybe", "names", "any", "byte",
        ],
        python: PyVersion::new(3, 10),
    };
    let params = vec![
        RustType::Text,
        RustType::Int,
        RustType::Float,
        RustType::Bool,
        RustType::Bytes,
        option(RustType::Int),
        list(RustType::Text),
        RustType::Any,
        RustType::Integer(Integer::U8),
    ];
    let (_, found) = check_typed_function(&input, &FunctionTypes::new(params, result));
    found
        .iter()
        .filter(|one| one.is_error())
        .map(|one| format!("{} {}", one.code, one.message))
        .collect()
}

#[track_caller]
fn wrong(body: &str, result: RustType, code: &str) {
    let found = said(body, result);
    assert_eq!(found.len(), 1, "{body}\n{found:?}");
    assert!(found[0].starts_with(code), "{body}\n{found:?}");
}

#[track_caller]
fn right(body: &str, result: RustType) {
    assert_eq!(said(body, result), [""; 0], "{body}");
}

#[test]
fn results_that_no_value_fits_are_errors() {
    use RustType::{Bool, Bytes, Float, Int, Map, Text, Tuple};
    for (body, result) in [
        ("return 'a'", Int),
        ("return f'{count}'", Int),
        ("return text", Int),
        ("return cmd.get(text)", Int),
        ("x = cmd.get(text)\nreturn x", Int),
        ("return text.upper()", Float),
        ("return [count]", Int),
        ("return count", Text),
        ("return count", Bool),
        ("return flag", Int),
        ("return flag", Float),
        ("return ratio", Int),
        ("return count / 2", Int),
        ("return count == 1", Int),
        ("return not text", Text),
        ("return None", Text),
        ("return None if flag else None", Text),
        ("return {}", list(Int)),
        ("return text", list(Text)),
        ("return [x for x in names]", list(Int)),
        ("return [1, 2]", list(Text)),
        ("return [text.split('/')]", list(Text)),
        ("return (1, 2, 3)", Tuple(vec![Int, Int])),
        ("return (text, text)", Tuple(vec![Text, Int])),
        ("return [1]", Map),
        ("return count", Bytes),
        ("return 'a' if flag else 'b'", Int),
        ("if flag:\n    return 1\nreturn 'a'", Int),
        ("def g():\n    return 'a'\nreturn g()", Int),
        (
            "g = lambda: 1\ndef h(x):\n    return str(x)\nreturn h(g())",
            Int,
        ),
        ("for x in names:\n    return x", Int),
        ("total = 0\ntotal = count\nreturn str(total)", Int),
        ("return cmd.hgetall(text)", list(Text)),
        ("return cmd.exists(text) > 0", Text),
        ("return 'a'", option(Int)),
        ("with atomic():\n    return 'a'", Int),
        ("try:\n    pass\nfinally:\n    pass\nreturn 'a'", Int),
        ("return sorted(names)", Text),
        ("return ', '.join(names)", list(Text)),
        ("return cmd.get(text) or ''", Int),
        ("return list(names)[0:1]", Text),
    ] {
        wrong(body, result, "RG0502");
    }
}

#[test]
fn what_may_fit_is_left_alone() {
    use RustType::{Any, Bool, Bytes, Float, Int, Map, Text, Tuple, Unit};
    for (body, result) in [
        ("return cmd.get(text)", Text),
        ("return cmd.get(text)", option(Text)),
        ("return maybe", Int),
        ("return any", Int),
        ("return int(text)", Int),
        ("return cmd.incr(text)", Int),
        ("return count", Float),
        ("return data", Text),
        ("return text", Bytes),
        ("import json\nreturn json.loads(text)", Int),
        ("return execute('GET', text)", Int),
        ("x = 'a'\nif flag:\n    x = 1\nreturn x", Int),
        ("x = None\nfor y in names:\n    x = y\nreturn x", Text),
        ("x = []\nx.append(text)\nreturn x", list(Text)),
        ("x = [1]\nx[0] = text\nreturn x", list(Text)),
        ("return cmd.lrange(text, 0, -1)", list(Text)),
        ("return {text: 1}", Map),
        ("return (1, text)", Tuple(vec![Int, Text])),
        ("return [1, text]", Tuple(vec![Int, Text])),
        ("return {1, 2}", list(Int)),
        ("return 'a'", Unit),
        ("return sum(cmd.lrange(text, 0, -1), 0)", Int),
        ("return max(names, key=len)", Text),
        ("return count ** 2", Int),
        ("return bool(count)", Bool),
        ("def g(x):\n    return x\nreturn g('a')", Int),
        (
            "def g():\n    nonlocal x\n    x = 1\nx = 'a'\ng()\nreturn x",
            Int,
        ),
        (
            "if isinstance(any, str):\n    return any.encode()\nreturn any",
            Text,
        ),
        (
            "while True:\n    x = cmd.lpop(text)\n    if x:\n        return int(x)",
            Int,
        ),
        ("raise ValueError(text)", Int),
        ("flat_error(text)", Int),
        ("if flag:\n    return 1\nelse:\n    raise ValueError()", Int),
        ("cmd.incr(text)", Unit),
        ("cmd.incr(text)", option(Int)),
        ("cmd.incr(text)", Any),
        ("def g():\n    yield 1\nreturn list(g())", list(Int)),
        ("return (yield_ for yield_ in names)", Any),
        (
            "match count:\n    case 1:\n        return 1\n    case _:\n        return 2",
            Int,
        ),
        ("return cmd.set(text, 1, get=True)", Text),
        ("return text if flag else count", Int),
        ("return count and text", Int),
        ("return [*names, any]", list(Text)),
        (
            "try:\n    return int(text)\nexcept ValueError:\n    return 0",
            Int,
        ),
        ("return cmd.hget(text, 'a') or 0", Int),
        ("return cmd.spop(text, 3)", list(Text)),
        ("x, y = 1, 'a'\nreturn y", Int),
        ("return str(count).zfill(3).split('0')[0]", Text),
        ("global n\nn = 'a'\nreturn n", Int),
    ] {
        right(body, result);
    }
}

#[test]
fn numbers_that_no_type_holds_are_errors() {
    use Integer::{I8, I16, I32, I64, U8, U16, U32, U64, U128, Usize};
    for (body, of, words) in [
        ("return -1", U8, "-1, and `u8` holds 0 to 255"),
        ("return 256", U8, "256, and `u8` holds 0 to 255"),
        ("return 128", I8, "128, and `i8` holds -128 to 127"),
        ("return -0x81", I8, "-129, and `i8` holds -128 to 127"),
        (
            "return 1 << 15",
            I16,
            "32768, and `i16` holds -32768 to 32767",
        ),
        ("return 2 ** 16", U16, "65536, and `u16` holds 0 to 65535"),
        (
            "return 3_000_000_000",
            I32,
            "3000000000, and `i32` holds -2147483648 to 2147483647",
        ),
        ("return ~0", U32, "-1, and `u32` holds 0 to 4294967295"),
        (
            "return 1 << 63",
            I64,
            "9223372036854775808, and `i64` holds -9223372036854775808 to 9223372036854775807",
        ),
        (
            "n = 3\nreturn 2 - n",
            U64,
            "-1, and `u64` holds 0 to 18446744073709551615",
        ),
        (
            "return -1",
            Usize,
            "-1, and `usize` holds 0 to 18446744073709551615",
        ),
        (
            "return -1",
            U128,
            "-1, and `u128` holds 0 to 340282366920938463463374607431768211455",
        ),
        (
            "return 10 ** 50",
            I64,
            "a number above 9223372036854775807, and `i64` holds -9223372036854775808 to 9223372036854775807",
        ),
        (
            "return -100000000000000000000000000000000000000000",
            I64,
            "a number below -9223372036854775808, and `i64` holds -9223372036854775808 to 9223372036854775807",
        ),
        (
            "return byte - 256",
            U64,
            "a number below 0, and `u64` holds 0 to 18446744073709551615",
        ),
        (
            "return -1 - byte",
            U8,
            "a number below 0, and `u8` holds 0 to 255",
        ),
        (
            "return byte + 256",
            U8,
            "a number above 255, and `u8` holds 0 to 255",
        ),
        (
            "return -len(names) - 1",
            U8,
            "a number below 0, and `u8` holds 0 to 255",
        ),
        (
            "return -1 if flag else -2",
            U8,
            "a number below 0, and `u8` holds 0 to 255",
        ),
        (
            "x = -1\nif flag:\n    x = -5\nreturn x",
            U8,
            "a number below 0, and `u8` holds 0 to 255",
        ),
        ("return -(byte % 5) - int(True + 0)", I8, ""),
        (
            "return ord(text) - 2000000",
            U32,
            "a number below 0, and `u32` holds 0 to 4294967295",
        ),
        ("return int(-1)", U8, "-1, and `u8` holds 0 to 255"),
    ] {
        let expected: &[String] = match words {
            "" => &[],
            words => &[format!("RG0502 this is {words}")],
        };
        for result in [RustType::Integer(of), option(RustType::Integer(of))] {
            assert_eq!(said(body, result), expected, "{body}");
        }
    }
    for (body, result, words) in [
        (
            "return [1, -1]",
            list(RustType::Integer(U16)),
            "this is -1, and `u16` holds 0 to 65535",
        ),
        (
            "return (300, -1)",
            RustType::Tuple(vec![RustType::Integer(U16), RustType::Integer(U8)]),
            "this is -1, and `u8` holds 0 to 255",
        ),
        (
            "return [(1, text), (-1, text)]",
            list(RustType::Tuple(vec![RustType::Integer(U8), RustType::Text])),
            "this is -1, and `u8` holds 0 to 255",
        ),
        (
            "return [1, 'a']",
            list(RustType::Int),
            "this is a str, and the function's Rust type wants an int here",
        ),
        (
            "return [(1, 2), (3, 'four')]",
            list(RustType::Tuple(vec![RustType::Int, RustType::Int])),
            "this is a str, and the function's Rust type wants an int here",
        ),
        (
            "return [(1, 2), (1, 2, 3)]",
            list(RustType::Tuple(vec![RustType::Int, RustType::Int])),
            "this is a tuple (int, int, int), and the function's Rust type wants a tuple (int, int)",
        ),
        (
            "return [*names, 1]",
            list(RustType::Text),
            "this is an int, and the function's Rust type wants a str here",
        ),
    ] {
        assert_eq!(said(body, result), [format!("RG0502 {words}")], "{body}");
    }
}

#[test]
fn numbers_that_a_type_may_hold_are_left_alone() {
    use Integer::{I8, I64, U8, U64, U128, Usize};
    for (body, of) in [
        ("return 255", U8),
        ("return 0", U8),
        ("return -128", I8),
        ("return --1", U8),
        ("return 1 << 63", U64),
        ("return 1 << 63", Usize),
        ("return 10 ** 38", U128),
        ("return -byte", U8),
        ("return byte - 255", U8),
        ("return byte + byte", U8),
        ("return count", U8),
        ("return count - 1", U8),
        ("return -1 if flag else 1", U8),
        ("x = -1\nx += 2\nreturn x", U8),
        ("x = -1\nfor x in range(3):\n    pass\nreturn x", U8),
        ("x = -1\nif flag:\n    x = cmd.incr(text)\nreturn x", U8),
        (
            "x = -1\ndef g():\n    nonlocal x\n    x = 1\ng()\nreturn x",
            U8,
        ),
        ("byte = -1 * -1\nreturn byte", U8),
        ("return -1 % 5", U8),
        ("return 7 % -5 + 10", U8),
        ("return -7 // -2", U8),
        ("return abs(-1)", U8),
        ("len = lambda x: -1\nreturn -len(names)", I8),
        ("return (-1) ** 2", U8),
        ("return 1 if flag else -1 and 1", U8),
        ("return 1 - any", U8),
        ("return -1 * ratio if flag else 1", I64),
        ("if flag:\n    return int(text)\nreturn 0", U8),
        ("return 2 ** any", U8),
    ] {
        right(body, RustType::Integer(of));
    }
    right("return [1, *names, count]", list(RustType::Integer(U8)));
    right(
        "return [-1 for _ in names] or [1]",
        list(RustType::Integer(U8)),
    );
    right("return -1", RustType::Float);
}

#[test]
fn what_gives_its_elements_one_by_one_is_no_value() {
    use RustType::{Any, Bool, Float, Int, Map, Text, Unit};
    for body in [
        "return (len(name) for name in names)",
        "return map(len, names)",
        "return filter(None, names)",
        "return zip(names, names)",
        "return enumerate(names)",
        "return reversed(names)",
        "return range(3)",
        "def g():\n    yield 1\nreturn g()",
        "x = (len(name) for name in names)\nreturn x",
    ] {
        for result in [Int, Float, Bool, Text, Map, list(Int), option(Text)] {
            wrong(body, result, "RG0502");
        }
        right(body, Any);
        right(body, Unit);
    }
    for body in [
        "return (n for n in names) + 1",
        "return len(n for n in names)",
        "return (n for n in names)[0]",
        "return int(n for n in names)",
        "return (n for n in names)()",
        "return (n for n in names) < 1",
    ] {
        wrong(body, Any, "RG0504");
    }
    for (body, result) in [
        ("return sum(len(name) for name in names)", Int),
        ("return [x for x in (n for n in names)]", list(Text)),
        ("return list(map(len, names))", list(Int)),
        ("return next(n for n in names)", Text),
        ("return max(len(n) for n in names)", Int),
        ("return range(3)[1] + 1", Int),
        ("return len(range(count))", Int),
        ("return range(3)[1:]", Any),
        ("return 1 in (n for n in names)", Bool),
        ("return '%s' % (n for n in names)", Text),
        ("map = lambda f, x: 1\nreturn map(len, names)", Int),
        ("return (n for n in names).gi_frame", Any),
        ("return dict(zip(names, names))", Map),
    ] {
        right(body, result);
    }
}

#[test]
fn the_help_says_what_makes_a_value_of_a_generator() {
    for (result, way) in [
        (RustType::Int, "`sum(…)`"),
        (option(RustType::Float), "`sum(…)`"),
        (RustType::Text, "`', '.join(…)`"),
        (list(RustType::Int), "`list(…)`"),
    ] {
        let source = Source::new("return (1 for _ in 'a')");
        let input = FunctionInput {
            source: &source,
            name: "f",
            params: &[],
            python: PyVersion::OLDEST,
        };
        let types = FunctionTypes::new(Vec::new(), result);
        let (_, found) = check_typed_function(&input, &types);
        let help = found[0].help.clone().unwrap_or_default();
        assert!(help.contains(way), "{help}");
    }
}

#[test]
fn arguments_that_builtins_do_not_take_are_errors() {
    for body in [
        "return range(text)",
        "return range(0, ratio)",
        "for i in range(cmd.get(text)):\n    pass",
        "return range(0, 5, None)",
        "return sum(names)",
        "return sum(names, 0)",
        "return sum(names, '')",
        "return sum(names, start=0)",
        "return sum(name for name in names)",
        "return sum([text])",
        "return sum(text)",
        "return sum(count)",
        "return max(count)",
        "return min(None)",
        "return next(names)",
        "return next([1])",
        "return next(range(3))",
        "return hex(text)",
        "return zip(names, count)",
        "return map(len, count)",
        "return filter(None, 5)",
        "return frozenset(1)",
        "return ', '.join([1, 2])",
        "return ', '.join(count)",
        "return ', '.join(len(name) for name in names)",
        "return b''.join(names)",
    ] {
        wrong(body, RustType::Any, "RG0504");
    }
    for body in [
        "return range(count)",
        "return range(0, len(names), byte)",
        "return range(True)",
        "return range(any)",
        "return range(*any)",
        "return sum([1, 2])",
        "return sum([1.5], count)",
        "return sum(len(name) for name in names)",
        "return sum([[1], [2]], [])",
        "return sum([(1,)], ())",
        "return sum(cmd.lrange(text, 0, -1))",
        "return sum(int(n) for n in names)",
        "return sum(any)",
        "start = {'start': 1}\nreturn sum([1], **start)",
        "return sum(*any) + sum([1], *any)",
        "return sum(name == text for name in names)",
        "return max(count, 1)",
        "return max(names)",
        "return next(iter(names))",
        "return next(any)",
        "return hex(count)",
        "return zip(names, text)",
        "return map(None, names)",
        "return ', '.join(names)",
        "return ', '.join(str(x) for x in [1, 2])",
        "return ', '.join(cmd.lrange(text, 0, -1))",
        "return ', '.join(text)",
        "return b''.join([data])",
        "return any.join(count)",
        "sum = ', '.join\nreturn sum(names)",
    ] {
        right(body, RustType::Any);
    }
}

#[test]
fn a_value_is_given_back() {
    use RustType::{Int, Text, Unit};
    for body in [
        "cmd.incr(text)",
        "x = 1\nif x:\n    return",
        "def g():\n    return 1\ng()",
        "for x in names:\n    cmd.incr(x)",
        "yield 1",
        "yield from names",
        "x = yield\nreturn 1",
    ] {
        wrong(body, Int, "RG0503");
    }
    wrong("yield 1", Unit, "RG0503");
    wrong("pass", Text, "RG0503");
}

#[test]
fn operations_that_no_value_has_are_errors() {
    for body in [
        "return cmd.get(text) + 1",
        "return 1 + cmd.get(text)",
        "x = cmd.get(text)\ny = x\nreturn y - 1",
        "return cmd.hget(text, 'a') * 1.5",
        "return text + count",
        "return text - text",
        "return count + None",
        "return len(count)",
        "return len(cmd.incr(text))",
        "return count[0]",
        "return names['a']",
        "return text['a']",
        "return -text",
        "return text()",
        "x = 5\nreturn x()",
        "for x in count:\n    pass",
        "return [x for x in ratio]",
        "return int(None)",
        "return int([1])",
        "return float(names)",
        "return sorted(count)",
        "return list(count)",
        "return (lambda: text + 1)()",
        "def g():\n    return text + 1\nreturn g()",
        "return {} + {}",
        "return [1] + (2,)",
        "return cmd.hgetall(text) + 1",
        "return f'{text + 1}'",
        "return [text + 1 for _ in names]",
        "return [name + 1 for name in names]",
        "if text + 1:\n    return 1",
        "return {'a': text - 1}",
        "return log(text - 1)",
    ] {
        wrong(body, RustType::Any, "RG0504");
    }
    for body in [
        "return text % count",
        "return text * 3",
        "return (cmd.get(text) or 0) + 1",
        "return int(cmd.get(text) or 0) + 1",
        "return float(cmd.get(text)) * 2",
        "return any + 1",
        "return maybe + 1",
        "return flag + 1",
        "return names + [1]",
        "return data + b'a'",
        "return data[0] + 1",
        "return names[0] + 'a'",
        "return {1} | {2}",
        "return {} | {}",
        "return len(text) + count",
        "try:\n    return text + 1\nexcept TypeError:\n    return 0",
        "if isinstance(count, str):\n    return count + 'a'\nreturn 0",
        "return count.x if hasattr(count, 'x') else 0",
        "import contextlib\nwith contextlib.suppress(TypeError):\n    text + 1\nreturn 0",
        "text = 1\nreturn text + 1",
        "len = lambda x: x\nreturn len(count)",
        "from operator import add as int\nreturn int(1, None)",
        "x = None\ndef g():\n    nonlocal x\n    x = 1\ng()\nreturn x + 1",
        "x = None\nfor name in names:\n    if x is None:\n        x = 0\n    x = x + 1\nreturn x",
        "return [0] * count",
        "return None == 1",
        "return 1 < ratio",
        "class A:\n    def __add__(self, other):\n        return 1\nreturn A() + 1",
        "return next(iter(names)) + 'a'",
        "return dict(a=1)['a'] + 1",
        "if False:\n    return text + 1\nreturn 0",
    ] {
        right(body, RustType::Any);
    }
}

#[test]
fn changes_of_a_name_are_followed() {
    for body in [
        "total = 0\nfor name in names:\n    total += cmd.get(name)\nreturn total",
        "total = 0\nfor name in names:\n    total = total + cmd.get(name)\nreturn total",
        "line = ''\nfor _ in names:\n    line += count\nreturn line",
        "text += 1\nreturn text",
        "count -= text\nreturn count",
        "x = 0\nx += 1\nx += 1.5\nx += 'a'\nreturn x",
        "x = (1,)\nx += [2]\nreturn x",
    ] {
        wrong(body, RustType::Any, "RG0504");
    }
    wrong(
        "line = ''\nfor name in names:\n    line += name\nreturn line",
        RustType::Int,
        "RG0502",
    );
    for body in [
        "total = 0\nfor name in names:\n    total += int(cmd.get(name) or 0)\nreturn total",
        "x = []\nx += 'ab'\nx += (1,)\nreturn x[0] + 1",
        "x = {1}\nx |= {2}\nreturn x",
        "x = None\nfor name in names:\n    if x is None:\n        x = ''\n    x += name\nreturn x",
        "x = 'a'\nx *= 3\nreturn x",
        "x = 0\nx += any\nx += 'a'\nreturn x",
        "x = 1\nx = any\nx += 'a'\nreturn x",
        "x = 0\nx = 'a' if flag else x\nx += 'a'\nreturn x",
        "x = 1\ndef g():\n    nonlocal x\n    x = 'a'\ng()\nx += 'b'\nreturn x",
        "try:\n    text += 1\nexcept TypeError:\n    pass\nreturn text",
    ] {
        right(body, RustType::Any);
    }
}

#[test]
fn comparisons_that_no_value_has_are_errors() {
    for body in [
        "return cmd.get(text) > 5",
        "if cmd.get(text) >= count:\n    return 1",
        "return 0 < cmd.hget(text, 'a') < 5",
        "return text < count",
        "return count < None",
        "return names < (1,)",
        "return [name for name in names if name > 1]",
        "return 'a' in count",
        "return count in text",
        "return text not in None",
    ] {
        wrong(body, RustType::Any, "RG0504");
    }
    for body in [
        "return cmd.get(text) > text",
        "return (cmd.get(text) or 0) > 5",
        "return float(cmd.get(text) or 0) > count",
        "return count < ratio <= True",
        "return maybe > 1",
        "return any > 1 > any",
        "return text in names and count in names",
        "return 1 in data",
        "return any in text",
        "return text in cmd.get(text)",
        "return text in {}",
        "return {1} < {2}",
        "return None == 1 or 'a' != 2",
        "return cmd.get(text) is not None and cmd.get(text) > ''",
    ] {
        right(body, RustType::Any);
    }
}

#[test]
fn names_that_change_in_other_ways_may_be_anything() {
    for body in [
        "n = None\nassert (n := cmd.incr(text))\nreturn n + 1",
        "n = None\nmatch (n := cmd.incr(text)):\n    case 1:\n        pass\nreturn n + 1",
        "d = {}\nn = None\nd[(n := 'a')] = 2\nreturn n + 'a'",
        "n = None\nwith open('x' if (n := 'a') else '') as f:\n    pass\nreturn n + 'a'",
        "n = None\ndef g(a=(n := 5)):\n    return a\nreturn n + g()",
        "f = lambda: [(text := 5), text + 1][1]\nreturn f()",
        "def g():\n    return 'a'\ndef h():\n    nonlocal g\n    g = lambda: 1\nh()\nreturn g() + 1",
        "other = names\nother.append(1)\nreturn names[-1] + 1",
        "def g(them):\n    them.append(1)\ng(names)\nreturn names[-1] + 1",
        "def g():\n    return names\ng().append(1)\nreturn names[-1] + 1",
        "import heapq\nheapq.heappush(names, 1)\nreturn names[-1] + 1",
        "for one in [names]:\n    one.append(1)\nreturn names[-1] + 1",
        "x = [names]\nx[0][0] = 1\nreturn names[0] + 1",
    ] {
        right(body, RustType::Any);
    }
    let changed = "x = ([1],)\nx[0][0] = 'a'\nreturn x";
    right(changed, RustType::Tuple(vec![list(RustType::Text)]));
    for body in [
        "log(names[0])\nif len(names) > 1 and text in names:\n    return names[-1] + 1\nreturn 0",
        "cmd.sadd(text, *names)\nreturn [name + 1 for name in names if ', '.join(names)]",
    ] {
        wrong(body, RustType::Any, "RG0504");
    }
}

#[test]
fn nothing_is_said_about_code_that_never_runs() {
    for body in [
        "import sys\nif sys.version_info[0] < 3:\n    return text.decode()\nreturn 1",
        "import sys\nreturn text.decode() if sys.version_info < (3,) else 1",
        "while False:\n    return 'a'\nreturn 1",
        "if not True:\n    text + 1\nreturn 1",
        "if True:\n    pass\nelse:\n    text + 1\nreturn 1",
        "x = False and text + 1\nreturn 1",
        "x = True or text + 1\nreturn 1",
        "x = text + 1 if False else 1\nreturn 1",
    ] {
        right(body, RustType::Int);
    }
    for body in [
        "if True:\n    return 'a'\nreturn 1",
        "return 1 if False else text + 1",
    ] {
        assert_eq!(said(body, RustType::Int).len(), 1, "{body}");
    }
}

#[test]
fn elements_that_do_not_fit_are_named() {
    use RustType::{Int, Text, Tuple};
    for (body, result, words) in [
        (
            "return [str(x) for x in names]",
            list(Int),
            "this is a list of str, and the function's Rust type wants a list of int",
        ),
        (
            "return (1, 'a')",
            option(list(Int)),
            "this is a tuple (int, str), and the function's Rust type wants a list of int",
        ),
        (
            "return (text, any, 1)",
            Tuple(vec![Text, Int]),
            "this is a tuple (str, any, int), and the function's Rust type wants a tuple (str, int)",
        ),
    ] {
        assert_eq!(said(body, result), [format!("RG0502 {words}")]);
    }
}

#[test]
fn fields_and_methods_that_no_value_has_are_errors() {
    for body in [
        "return text.trim()",
        "return text.length",
        "return names.push(1)",
        "return count.upper()",
        "return cmd.get(text).uper()",
        "return cmd.hgetall(text).has_key('a')",
        "return [].add(1)",
        "return {}.append(1)",
        "return ratio.round()",
        "return maybe.value",
        "return text.upper().lowr()",
        "return {'a': 1}['b']",
        "return {}['a']",
        "rates = {'EUR': 1, 'USD': 2}\nreturn rates['GPB'] * count",
        "rates = {'EUR': 1}\ndef f(x):\n    return x * rates['USD']\nreturn f(count)",
        "return [{'a': x}['b'] for x in names]",
        "def f():\n    return {'a': 1}\nreturn f()['b']",
        "x = {'a': 1} if flag else {'b': 1, 'd': 2}\nreturn x['c'] if count else ({'a': 1} if flag else {'b': 1})['c']",
    ] {
        wrong(body, RustType::Any, "RG0505");
    }
    for body in [
        "return text.__len__()",
        "return text.removeprefix('a')",
        "return cmd.get(text).upper()",
        "return any.trim()",
        "return names[0].strip()",
        "return data.decode().upper()",
        "return count.bit_length()",
        "def g(): pass\ng.x = 1\nreturn g.x",
        "return {'a': 1, **any}['b']",
        "return {text: 1}['b']",
        "return {'a': 1}[text]",
        "return {'a': 1, 1: 2}[1]",
        "return {'a': 1}.get('b')",
        "x = {'a': 1}\nx['b'] = 2\nreturn x['b']",
        "x = {}\nfor name in names:\n    x[name] = 1\nreturn x['a']",
        "x = {'a': 1}\nx.update(b=1)\nreturn x['b']",
        "x = {'a': 1}\nx |= {'b': 1}\nreturn x['b']",
        "x = {'a': 1}\ny = x\ny['b'] = 2\nreturn x['b']",
        "x = {'a': 1}\ndef f():\n    x['b'] = 2\nf()\nreturn x['b']",
        "x = {'a': 1}\nany(x)\nreturn x['b']",
        "x = {'a': 1}\nif 'b' in x:\n    return x['b']\nreturn 0",
        "x = {'a': 1}\nif 'b' not in x:\n    return 0\nreturn x['b']",
        "x = {'a': 1}\nif flag:\n    x = {'b': 1}\nreturn x['b']",
        "x = {'a': 1}\ntry:\n    return x['b']\nexcept KeyError:\n    return 0",
        "import contextlib\nx = {'a': 1}\nwith contextlib.suppress(KeyError):\n    return x['b']\nreturn 0",
        "def f():\n    return {'a': 1}\nx = f()\nx['b'] = 2\nreturn x['b']",
        "x = {'a': 1}\nfor x['b'] in names:\n    pass\nreturn x['b']",
        "x = {'a': {'b': 1}}\nreturn x['a']['c']",
        "x = {'a': 1}\ndel x['a']\nreturn x['b']",
    ] {
        right(body, RustType::Any);
    }
}

#[test]
fn records_have_their_fields() {
    let check = |body: &str, record: RustType| {
        let source = Source::new(body.to_owned());
        let input = FunctionInput {
            source: &source,
            name: "f",
            params: &["r"],
            python: PyVersion::OLDEST,
        };
        let types = FunctionTypes::new(vec![record], RustType::Unit);
        let (_, found) = check_typed_function(&input, &types);
        let found: Vec<String> = found.iter().map(|one| one.code.to_string()).collect();
        found
    };
    for body in [
        "log(r.kye)",
        "log(r['kye'])",
        "log(r.id)",
        "x = r\nlog(x.valeu)",
        "[log(r.keys) for _ in 'a']",
    ] {
        assert_eq!(check(body, RustType::Record), ["RG0505"], "{body}");
    }
    for body in [
        "log(r.type)",
        "log(r['event'])",
        "for x in r.value.lines: pass",
    ] {
        assert_eq!(check(body, RustType::StreamRecord), ["RG0505"], "{body}");
    }
    for body in [
        "log(r.key + r.type)",
        "log(r['value']['name'])",
        "r.mine = 1",
        "log(str(r.__dict__))",
    ] {
        assert_eq!(check(body, RustType::Record), [""; 0], "{body}");
    }
    assert_eq!(
        check(
            "log(r.id + r.value['a'] + r['key'])",
            RustType::StreamRecord
        ),
        [""; 0]
    );
}
