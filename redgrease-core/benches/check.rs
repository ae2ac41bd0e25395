//! How long a check takes: a body of a hundred lines, a one-line gear, and where the time goes.
//!
//! `cargo bench -p redgrease-core --features check` measures an optimised build;
//! `cargo bench --profile dev …` measures what the compiler runs when it expands a macro.

use std::hint::black_box;
use std::time::{Duration, Instant};

use redgrease_core::gear::check::{GearInput, check_gear};
use redgrease_core::python::{FunctionInput, PyVersion, check_function, check_syntax};
use redgrease_core::source::Source;

const BLOCK: &str = r#"
    def handle_$(record, limit=10):
        """Counts what a record has."""
        total = 0
        for name, value in record.items():
            if value is None or not name.startswith("field:"):
                continue
            parts = [part.strip() for part in value.split(",") if part]
            total += sum(int(part) for part in parts[:limit])
            cmd.hincrby("totals", name, total)
        try:
            cmd.zadd("ranking", {record["id"]: float(total) / (limit + 1)})
        except ValueError as error:
            log("no ranking for %s: %s" % (record["id"], error), level="warning")
            return {"id": record["id"], "total": total, "error": str(error)}
        with atomic():
            before = cmd.get("count:%d" % total)
            cmd.set("count:%d" % total, 1 if before is None else int(before) + 1)
        return {"id": record["id"], "total": total, "error": None}
    handle_$({"id": url})
"#;

/// The shortest of repeated runs: other work on the machine only makes them longer.
fn time(mut work: impl FnMut()) -> Duration {
    (0..101)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn main() {
    let body: String = (0..5).map(|i| BLOCK.replace('$', &i.to_string())).collect();
    let lines = body.lines().count();
    let source = Source::new(body);
    let python = PyVersion::default();
    let input = FunctionInput {
        source: &source,
        name: "f",
        params: &["url"],
        python,
    };
    let (_, said) = check_function(&input);
    assert!(said.is_empty(), "{}", said[0].render(&source));
    let whole = time(|| drop(black_box(check_function(&input))));
    // What may do anything is not looked at for types.
    let open = Source::new(format!("{}    eval('')\n", source.text()));
    let untyped = FunctionInput {
        source: &open,
        ..input
    };
    assert!(check_function(&untyped).0.is_some());
    let without = time(|| drop(black_box(check_function(&untyped))));
    // The same text as a block, so that it needs no function around it.
    let block = Source::new(format!("if 1:\n{}", source.text()));
    assert!(check_syntax(&block, python).is_empty());
    let syntax = time(|| drop(black_box(check_syntax(&block, python))));

    let gear = Source::new(
        "KeysReader('user:*').values(type='hash').map(lambda v: v['age']).map(int).avg().run()",
    );
    let input = GearInput {
        source: &gear,
        captures: &[],
        python,
    };
    let (plan, _) = check_gear(&input);
    assert!(plan.is_some());
    let line = time(|| drop(black_box(check_gear(&input))));

    println!("body of {lines} lines   {whole:>10.1?}");
    println!("  syntax alone        {syntax:>10.1?}");
    println!("  without types       {without:>10.1?}");
    println!("gear of one line      {line:>10.1?}");
    println!(
        "with / without types  {:>9.2}x",
        whole.as_secs_f64() / without.as_secs_f64()
    );
    println!(
        "body / gear           {:>9.1}x",
        whole.as_secs_f64() / line.as_secs_f64()
    );
}
