//! Native functions give what Python gives: the same functions and records through a real CPython and through the
//! evaluator, compared byte by byte.

#[path = "native/cases.rs"]
mod cases;
#[path = "native/generate.rs"]
mod generate;
#[path = "native/python.rs"]
mod python;
#[path = "native/sets.rs"]
mod sets;

use python::{Case, Python, Tally, pythons};

/// Runs cases in every Python that is there, and says how many of the outcomes were the evaluator's own.
fn compare_all(cases: &[Case]) -> Tally {
    let mut all = Tally::default();
    for path in pythons() {
        let mut python = Python::start(&path);
        for case in cases {
            all.add(&python.compare(case));
        }
    }
    all
}

#[test]
fn rows_of_the_tables() {
    let tally = compare_all(&cases::rows());
    tally.check();
    assert_eq!(tally.refused, [] as [String; 0], "not compiled");
    assert!(
        tally.native > tally.given_back * 3,
        "too much is given back"
    );
}

#[test]
fn whole_functions() {
    let tally = compare_all(&cases::functions());
    tally.check();
    assert_eq!(tally.refused, [] as [String; 0], "not compiled");
}

#[test]
fn what_generated_scripts_put_around_functions() {
    let tally = compare_all(&cases::generated());
    tally.check();
    assert_eq!(tally.refused, [] as [String; 0], "not compiled");
    assert!(tally.native > tally.given_back, "too much is given back");
}

#[test]
fn methods_of_cmd() {
    for path in pythons() {
        let mut python = Python::start(&path);
        let mut all = Tally::default();
        for case in cases::commands() {
            all.add(&python.compare(&case));
        }
        all.check();
        // Python 3.7 does not say enough of what takes several lines.
        assert!(
            all.refused.is_empty() || python.minor() < 8,
            "{:?}",
            all.refused
        );
    }
}

#[test]
fn functions_of_several_lines_and_several_on_one() {
    for path in pythons() {
        let mut python = Python::start(&path);
        let mut all = Tally::default();
        for case in cases::newer() {
            all.add(&python.compare(&case));
        }
        all.check();
        // One has a line of its own in 3.13, and is left to Python.
        let few = all.refused.len() <= usize::from(python.minor() >= 13);
        assert!(few || python.minor() < 11, "{:?}", all.refused);
    }
}

#[test]
fn functions_that_are_left_to_python() {
    let path = pythons().pop().expect("a Python");
    for case in cases::refused() {
        let tally = Python::start(&path).compare(&case);
        assert_eq!(tally.refused.len(), 1, "compiled: {}", case.script);
    }
}

#[test]
fn functions_of_which_a_part_needs_python() {
    for path in pythons() {
        let mut python = Python::start(&path);
        for case in cases::in_part() {
            let tally = python.compare(&case);
            tally.check();
            let both = tally.native > 0 && tally.given_back > 0;
            assert!(both, "{tally:?} of {}", case.script);
        }
    }
}

#[test]
fn functions_of_which_no_part_runs_without_python() {
    let path = pythons().pop().expect("a Python");
    for case in cases::refused_in_part() {
        let tally = Python::start(&path).compare(&case);
        assert_eq!(tally.refused.len(), 1, "compiled: {}", case.script);
    }
}

/// Functions made at random. `REDGREASE_RANDOM` says how many outcomes are compared, `REDGREASE_SEED` where to begin.
#[test]
fn random_functions() {
    compare_random(generate::case);
}

#[test]
fn random_functions_of_which_parts_need_python() {
    compare_random(generate::in_part);
}

fn compare_random(case: fn(u64) -> Case) {
    let number = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
    };
    let wanted = number("REDGREASE_RANDOM", 3000);
    let seed = number("REDGREASE_SEED", 1);
    let paths = pythons();
    let mut pythons: Vec<Python> = paths.iter().map(Python::start).collect();
    let mut all = Tally::default();
    let mut round = 0;
    while all.native < wanted {
        let case = case(seed.wrapping_mul(1_000_003).wrapping_add(round));
        let at = usize::try_from(round).expect("fits") % pythons.len();
        all.add(&pythons[at].compare(&case));
        round += 1;
        assert!(round < wanted.max(200) * 4, "hardly anything is native");
    }
    all.check();
}
