//! A: readers in batch mode.

use super::Case;
use super::stage::{expect, over};
use crate::pytext::sort_dicts;

pub(super) const CASES: &[Case] = &[
    ("A01", |s| {
        s.ok("SET fruit:1 kiwi")?;
        s.results(
            "GB().run('fruit:*')",
            &["{'event': None, 'key': 'fruit:1', 'type': 'string', 'value': 'kiwi'}"],
        )
    }),
    ("A02", |s| {
        s.ok("HSET cfg a 1 b 2")?;
        let script = "GB().map(lambda r: r['value']).run('cfg')";
        let reply = sort_dicts(&s.py(script)?.to_string());
        expect(script, "[[\"{'a': '1', 'b': '2'}\"], []]", &reply)
    }),
    ("A04", |s| {
        s.ok("SET s 1\nLPUSH l 1\nSADD t 1\nHSET h f v\nZADD z 1 m")?;
        s.results(
            "GB().map(lambda r: r['type']).sort().run()",
            &["hash", "list", "set", "string", "zset"],
        )
    }),
    ("A05", |s| {
        s.ok("XADD st * f v")?;
        s.results(
            "GB().map(lambda r: (r['type'], r['value'])).run('st')",
            &["('unknown', None)"],
        )
    }),
    ("A07", |s| {
        s.ok("SET a 1")?;
        s.results("GB().run('zz*')", &[])
    }),
    ("A08", |s| {
        s.ok("SET u:1:n a\nSET u:22:n b\nSET u:3 c")?;
        s.results(
            "GB().map(lambda r: r['key']).sort().run('u:?:n')",
            &["u:1:n"],
        )
    }),
    ("A10", |s| {
        s.ok("SET k 5")?;
        s.results(
            "GB().map(lambda r: sorted(r.items(), key=str)).run(readValue=False)",
            &["[('event', None), ('key', 'k')]"],
        )
    }),
    ("A11", |s| {
        s.ok("SET c 1\nSET a 1\nSET b 1")?;
        s.results("GB('KeysOnlyReader').sort().run()", &["a", "b", "c"])
    }),
    ("A13", |s| {
        s.ok("SET n 1\nSET n1 1")?;
        s.results("GB('KeysOnlyReader').run('n', noScan=True)", &["n"])
    }),
    ("A14", |s| {
        s.results("GB('KeysOnlyReader').run('n', noScan=True)", &[])
    }),
    ("A16", |s| {
        s.ok("SET ax 1\nSET bx 1")?;
        s.results(
            "GB('KeysOnlyReader', defaultArg='a*').sort().run()",
            &["ax"],
        )
    }),
    ("A17", |s| s.results("GB('ShardsIDReader').run()", &["1"])),
    ("A19", |s| {
        s.results(
            &over(
                "range(1, 5)",
                ".aggregate(0, lambda a, r: a + r, lambda a, r: a + r)",
            ),
            &["10"],
        )
    }),
    ("A20", |s| {
        s.ok("XADD m 1-1 t 20\nXADD m 2-1 t 21")?;
        s.results(
            "GB('StreamReader').map(lambda r: r['value']['t']).run('m')",
            &["20", "21"],
        )
    }),
    ("A22", |s| {
        s.ok("XADD m 7-1 a b")?;
        let script = "GB('StreamReader').map(lambda r: sorted(r.items(), key=str)).run('m')";
        s.results(
            script,
            &["[('id', '7-1'), ('key', 'm'), ('value', {'a': 'b'})]"],
        )
    }),
    ("A22 (fields with one name)", |s| {
        s.ok("XADD m 1-1 a 1 b 2 a 3")?;
        let wanted = ["{'b': '2', 'a': '3'}"];
        s.results(
            "GB('StreamReader').map(lambda r: r['value']).run('m')",
            &wanted,
        )?;
        s.accepts("GB('StreamReader').foreach(lambda r: execute('set', 'seen', str(r['value']))).register('m')")?;
        s.becomes("GET seen", &format!("{:?}", wanted[0]))
    }),
    ("A23", |s| {
        s.ok("XADD m 1-1 a b")?;
        s.results("GB('StreamReader').run()", &[])
    }),
];
