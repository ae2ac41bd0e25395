//! How long the macros take while a program is checked: `cargo bench --bench expansion`.
//!
//! Writes programs with many commands and gears into a temporary folder and measures `cargo check`
//! after a touch, as a user's build runs it (the macros unoptimised). What is measured is the
//! processor time of rustc, so that other work on the machine counts less. The difference to a
//! program whose bodies have one line is the price of the text. All of it three times: as Cargo builds
//! macros, with the parser optimised, and with all of the macros optimised (docs/compile-times.md).

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Twenty lines as they are written in practice.
const ORDINARY: &str = r#"
# What belongs to one customer.
orders = cmd.lrange("orders:" + name, 0, -1)
if not orders:
    log("no orders")
    return "none"

total = 0
for order in orders:
    fields = cmd.hgetall(order)
    if "price" not in fields:
        continue
    price = float(fields["price"])
    # Some were cancelled.
    if fields.get("state") == "cancelled":
        cmd.incr("cancelled")
    else:
        total += price

cmd.hset("totals", name, total)
log("done", level="debug")"#;

/// Eleven lines with much on each.
const DENSE: &str = r#"
result = {}
for index in range(10):
    value = cmd.get("key:" + str(index))
    if value is None:
        continue
    parts = [part.strip() for part in value.split(",") if part]
    total = sum(len(part) * 2 for part in parts) + index
    if total > 10 and (index % 2 == 0 or parts[0] == name):
        result[parts[0]] = {"total": total, "index": index, "first": parts[0:2]}
    else:
        cmd.set("other:" + str(index), total)"#;

const TOKENS: (&str, &str) = ("python! {", "}");
const STRING: (&str, &str) = ("r#\"", "\"#");

const COUNT: u32 = 200;

/// What a user can put into the `Cargo.toml` at the root of the workspace.
const PARSER: &str = "
[profile.dev.package.rustpython-parser]
opt-level = 1
codegen-units = 1
";

/// The same for all crates that macros and build scripts consist of.
const EVERYTHING: &str = "
[profile.dev.build-override]
opt-level = 3
";

fn body(block: &str, times: usize) -> String {
    let lines = block.repeat(times) + "\nreturn name";
    lines.replace('\n', "\n        ")
}

fn commands(body: &str, open: &str, close: &str) -> String {
    (0..COUNT).fold(String::from("use redgrease::prelude::*;\n"), |mut text, i| {
        let _ = write!(
            text,
            "#[command]\npub fn f{i}(name: &str) -> String {{\n    {open}{body}\n    {close}\n}}\n"
        );
        text
    })
}

/// The same texts where no macro of redgrease looks at them: what rustc itself needs to read them.
fn unseen(body: &str, open: &str, close: &str) -> String {
    let head = String::from("#![allow(unused)]\nmacro_rules! skip { ($($t:tt)*) => {} }\n");
    (0..COUNT).fold(head, |mut text, _| {
        let _ = writeln!(text, "skip! {{ {open}{body}\n    {close} }}");
        text
    })
}

fn gears() -> String {
    (0..COUNT).fold(String::from("use redgrease::prelude::*;\n"), |mut text, i| {
        let _ = write!(
            text,
            "pub fn g{i}() -> redgrease::GearFunction<KeysReader, redgrease::ends::Run> {{\n    \
             gear! {{ KeysReader(\"p{i}:*\").values().map(int).filter(lambda x: x > {i})\
             .aggregate(0, lambda a, x: a + x, lambda a, b: a + b).run() }}\n}}\n"
        );
        text
    })
}

/// The processor time of all children so far, as the kernel counts it.
fn children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("the bench needs Linux's /proc");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    // cutime and cstime, in hundredths of a second
    let ticks: u64 = fields[13..15]
        .iter()
        .map(|field| field.parse::<u64>().expect("a number of ticks"))
        .sum();
    Duration::from_millis(ticks * 10)
}

fn check(folder: &Path) {
    let status = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the program has errors");
}

/// The least of three measurements of one check.
fn measure(folder: &Path, program: &str) -> Duration {
    let file = folder.join("src/lib.rs");
    fs::write(&file, program).expect("the program can be written");
    check(folder);
    (0..3)
        .map(|round| {
            fs::write(&file, format!("{program}// {round}\n")).expect("the program can be written");
            let before = children();
            check(folder);
            children() - before
        })
        .min()
        .unwrap_or_default()
}

/// A folder for programs that are built with `profile`.
fn folder(name: &str, profile: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/expansion-bench").join(name);
    fs::create_dir_all(folder.join("src")).expect("the folder can be made");
    let manifest = format!(
        "[package]\nname = \"expansion-bench\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nredgrease = {{ path = {root:?} }}\n\n[workspace]\n{profile}"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("the manifest can be written");
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file is there");
    folder
}

fn report(folder: &Path) {
    let short = body("", 0);
    let empty = measure(folder, "");
    let one_line = measure(folder, &commands(&short, TOKENS.0, TOKENS.1));
    let gears = measure(folder, &gears());
    println!("nothing                          {empty:>8.2?}");
    for (what, time) in [
        ("commands of one line", one_line),
        ("gears of one line", gears),
    ] {
        let each = time.saturating_sub(empty) / COUNT;
        println!("{what:<32} {time:>8.2?}  {each:>8.2?} each");
    }
    for (what, body) in [
        ("100 ordinary lines", body(ORDINARY, 5)),
        ("100 dense lines", body(DENSE, 9)),
    ] {
        for (form, (open, close)) in [("tokens", TOKENS), ("string", STRING)] {
            let time = measure(folder, &commands(&body, open, close));
            let text = time.saturating_sub(one_line) / COUNT;
            let rustc = measure(folder, &unseen(&body, open, close)).saturating_sub(empty) / COUNT;
            println!(
                "commands of {what:<18} {form}  {time:>8.2?}  {text:>8.2?} for the text, \
                 of which rustc alone {rustc:.2?}"
            );
        }
    }
}

fn main() {
    println!("processor time of `cargo check` after a touch, {COUNT} functions");
    for (title, name, profile) in [
        ("as Cargo builds macros", "plain", ""),
        ("with the parser optimised", "optimised", PARSER),
        ("with all of the macros optimised", "everything", EVERYTHING),
    ] {
        println!("\n{title}");
        report(&folder(name, profile));
    }
}
