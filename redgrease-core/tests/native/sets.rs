//! Sets of numbers have the order of Python's.

use redgrease_core::native::{Distinct, Shape, Value};

use super::generate::Random;
use super::python::Python;
use super::python::{Case, literal, pythons};

/// Adds elements to two sets, and gives their orders and that of their union.
const SCRIPT: &str = "\
def f(x, y):
    s, t = set(), set()
    for v in x:
        s.add(v)
    for v in y:
        t.add(v)
    return [list(s), list(set() | s), list(s | t), list(t | s)]
";

fn number(random: &mut Random) -> String {
    match random.below(8) {
        0 => format!("{}", random.below(10)),
        1 => format!("-{}", 1 + random.below(100)),
        2 => format!("{}", random.below(100) * 8),
        3 => format!("{}", random.below(1 << 40)),
        4 => format!("{}.5", random.below(1000)),
        5 => format!("{}.0", random.below(20)),
        6 => format!("-{}", 1 + random.below(1 << 62) * 3),
        _ => format!("{}", random.below(300)),
    }
}

fn numbers(random: &mut Random) -> String {
    let most = [3, 8, 12, 20, 40, 200][random.below(6)];
    let count = random.below(most);
    let all: Vec<String> = (0..count).map(|_| number(random)).collect();
    format!("[{}]", all.join(", "))
}

fn distinct(values: &Value, minor: u8) -> Distinct {
    let Shape::List(values) = values.shape() else {
        panic!("no list");
    };
    let mut distinct = Distinct::new(minor);
    for value in values {
        distinct.add(value).expect("a number");
    }
    distinct
}

#[test]
fn sets_of_numbers_are_in_pythons_order() {
    let mut random = Random::new(7);
    let records = (0..400).map(|_| format!("({}, {})", numbers(&mut random), numbers(&mut random)));
    let case = Case {
        script: SCRIPT.to_owned(),
        records: records.collect(),
        replies: "[]".to_owned(),
        in_part: false,
    };
    for path in pythons() {
        let mut python = Python::start(&path);
        let outcomes = python.outcomes(&case);
        let minor = python.minor();
        assert_eq!(outcomes.len(), case.records.len());
        for (record, outcome) in case.records.iter().zip(outcomes) {
            let Shape::Tuple(both) = literal(record).shape() else {
                panic!("no tuple");
            };
            let (s, t) = (distinct(&both[0], minor), distinct(&both[1], minor));
            let all = [
                s.clone(),
                Distinct::new(minor).joined(&s).expect("numbers"),
                s.joined(&t).expect("numbers"),
                t.joined(&s).expect("numbers"),
            ];
            let lists = all.map(|one| Value::list(one.values().cloned().collect()));
            let shown = Value::list(lists.to_vec()).repr(minor).expect("a text");
            let found = format!("gave {shown} after [] with {record}");
            assert_eq!(found, outcome, "Python 3.{minor}");
        }
    }
}
