//! B: operations.

use super::Case;
use super::stage::over;

const TENS: &str = ".aggregate(10, lambda a, r: a + r, lambda a, r: a + r)";
const COUNTER: &str = "n = 0\ndef up(r):\n    global n\n    n += 1\n    return n\ndef one():\n    yield 0\nGB('PythonReader').map(up).map(up).run(one)";

pub(super) const CASES: &[Case] = &[
    ("B01", |s| {
        s.results(&over("[1, 2]", ".map(lambda r: r * 10)"), &["10", "20"])
    }),
    ("B02", |s| {
        s.results(&over("[0, 1, 2]", ".filter(lambda r: r)"), &["1", "2"])
    }),
    ("B04", |s| {
        s.results(&over("[5]", ".foreach(lambda r: 99)"), &["5"])
    }),
    ("B05", |s| {
        s.results(
            &over("[['a', 'b', 'c']]", ".flatmap(lambda r: r)"),
            &["c", "b", "a"],
        )
    }),
    ("B07", |s| {
        s.results(&over("[[], ['x']]", ".flatmap(lambda r: r)"), &["x"])
    }),
    ("B08", |s| {
        s.results(
            &over("[('t', 'u'), 'zz', {'k': 1}]", ".flatmap(lambda r: r)"),
            &["('t', 'u')", "zz", "{'k': 1}"],
        )
    }),
    ("B10", |s| {
        s.ok("LPUSH l 1 2 3")?;
        s.results(
            "GB().flatmap(lambda r: r['value']).run('l')",
            &["1", "2", "3"],
        )
    }),
    ("B11", |s| {
        s.results(&over("[4, 5, 6]", ".limit(2)"), &["4", "5"])
    }),
    ("B13", |s| {
        s.results(&over("[4, 5]", ".limit(0)"), &[])?;
        s.results(&over("[4, 5]", ".limit(9)"), &["4", "5"])
    }),
    ("B16", |s| {
        s.results(&over("[]", ".accumulate(lambda a, r: 1)"), &[])
    }),
    ("B19", |s| {
        let script = over(
            "[3, 4, 5]",
            ".groupby(lambda r: r % 2, lambda k, a, r: (a or []) + [r])",
        );
        s.results_in_any_order(
            &script,
            &[
                "{'key': '1', 'value': [3, 5]}",
                "{'key': '0', 'value': [4]}",
            ],
        )
    }),
    ("B20", |s| {
        let script = over(
            "['x1', 'y1', 'x2']",
            ".batchgroupby(lambda r: r[0], lambda k, rs: len(rs))",
        );
        s.results(
            &script,
            &["{'key': 'y', 'value': 1}", "{'key': 'x', 'value': 2}"],
        )
    }),
    ("B22", |s| {
        s.results(
            &over(
                "[2, 3, 4]",
                ".aggregate(1, lambda a, r: a * r, lambda a, r: a * r)",
            ),
            &["24"],
        )
    }),
    ("B23", |s| s.results(&over("[1, 2, 3]", TENS), &["26"])),
    ("B25", |s| s.results(&over("[5, -15, 3]", TENS), &["23"])),
    ("B26", |s| {
        s.results(&over("[7, 0, 9]", ".aggregate(100, min, min)"), &["9"])
    }),
    ("B28", |s| {
        s.results(
            &over(
                "[]",
                ".aggregate(0, lambda a, r: a + r, lambda a, r: a + r)",
            ),
            &[],
        )
    }),
    ("B29", |s| {
        let sums =
            ".aggregateby(lambda r: r[0], 0, lambda k, a, r: a + r[1], lambda k, a, r: a + r)";
        let script = over(
            "[('eu', 3), ('us', 10), ('eu', 4)]",
            &format!("{sums}.map(lambda r: (r['key'], r['value'])).sort()"),
        );
        s.results(&script, &["('eu', 7)", "('us', 10)"])
    }),
    ("B31", |s| {
        s.results_in_any_order(
            &over("[1, 2, 1]", ".countby(lambda r: r)"),
            &["{'key': '1', 'value': 2}", "{'key': '2', 'value': 1}"],
        )
    }),
    ("B32", |s| {
        s.results(
            &over("[('x', 1), ('x', 1)]", ".countby(lambda r: r)"),
            &["{'key': \"('x', 1)\", 'value': 2}"],
        )
    }),
    ("B34", |s| {
        s.results(
            &over("['pear', 'fig', 'apple']", ".sort()"),
            &["apple", "fig", "pear"],
        )
    }),
    ("B35", |s| {
        s.results(
            &over("['pear', 'fig', 'apple']", ".sort(False)"),
            &["pear", "fig", "apple"],
        )
    }),
    ("B37", |s| {
        s.results(&over("[5, 3, 8]", ".sort().limit(1)"), &["3"])
    }),
    ("B38", |s| {
        s.fails(
            &over("[1, 'a']", ".sort()"),
            &[],
            "not supported between instances",
        )
    }),
    ("B40", |s| {
        s.fails(&over("[{'a': 1}]", ".distinct()"), &[], "unhashable")
    }),
    ("B41", |s| {
        s.results(&over("['3', '4', '8']", ".avg()"), &["5.0"])?;
        s.results(&over("[]", ".avg()"), &[])
    }),
    ("B43", |s| {
        s.results(COUNTER, &["2"])?;
        s.results(COUNTER, &["2"])
    }),
];
