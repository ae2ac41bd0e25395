//! The parts of a reply that differ from run to run or from machine to machine, one named rule each.
//!
//! A rule sees both replies and makes equal what says nothing about the engine, and no more: a number stays a number, a text in its place
//! is a difference. Rules are tried only when the exact bytes differ.

mod order;
mod walk;

use super::exchange::Freedom;
use crate::support::Value;
use order::{clock, late_value, list_order, record_order};
use walk::{fields, hide_number, replace_between};
pub(crate) use walk::{replace_runs, texts};

/// What a rule may look at beside the two replies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// The command's name in upper case, and its first argument.
    pub(crate) command: (&'a str, &'a str),
    pub(crate) freedom: Freedom,
    /// Whether `ProfileExecutions` has been switched on: only then are the durations of steps measured.
    pub(crate) profiling: bool,
    /// The directory given to this server as `PythonInstallationDir`.
    pub(crate) installation: &'a str,
}

/// One rule.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// Why what it hides says nothing.
    #[allow(dead_code, reason = "documentation that stays with the rule")]
    pub(crate) why: &'static str,
    apply: fn(Context<'_>, &mut Value, &mut Value),
}

/// Where the original kept its Python.
const RECORDED_INSTALLATION: &str = "/srv/gears0/py";

/// What a stream registration of the recordings waits for more entries, in milliseconds, and how long it waits here.
pub(crate) const RECORDED_DURATION: i64 = 300;
pub(crate) const STRETCHED_DURATION: i64 = 1500;

/// Flat-map fields that hold measured milliseconds.
const TIMES: [&str; 7] = [
    "lastRunDurationMS",
    "totalRunDurationMS",
    "avgRunDurationMS",
    "lastEstimatedLagMS",
    "avgEstimatedLagMS",
    "total_duration",
    "idle",
];

/// Flat-map fields that hold milliseconds while profiling, and zero otherwise.
const PROFILED_TIMES: [&str; 2] = ["duration", "read_duration"];

/// Flat-map fields that hold bytes.
const SIZES: [&str; 3] = ["TotalAllocated", "PeakAllocated", "CurrAllocated"];

/// All rules, in the order in which they are applied.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "volatile",
        why: "the payload of DUMP of a module type, and a profile, are not comparable",
        apply: volatile,
    },
    Rule {
        name: "info-sections",
        why: "a newer engine may say more in INFO; what the original said must be there",
        apply: info,
    },
    Rule {
        name: "module-place",
        why: "path and arguments of the loaded module belong to the machine",
        apply: module_place,
    },
    Rule {
        name: "installation-dir",
        why: "PythonInstallationDir belongs to the machine",
        apply: installation,
    },
    Rule {
        name: "requirement-place",
        why: "where a wheel is kept, and on which system, belongs to the machine",
        apply: requirement,
    },
    Rule {
        name: "random-name",
        why: "sessions without ID and run ids are 40 random hex digits",
        apply: random_names,
    },
    Rule {
        name: "address",
        why: "repr() of an object holds its address",
        apply: addresses,
    },
    Rule {
        name: "time",
        why: "measured durations and lags",
        apply: times,
    },
    Rule {
        name: "memory",
        why: "bytes allocated",
        apply: sizes,
    },
    Rule {
        name: "prelude-line",
        why: "line numbers of the original's own Python, not of the script",
        apply: prelude_lines,
    },
    Rule {
        name: "python-text",
        why: "CPython changed the wording of some messages after 3.7",
        apply: python_texts,
    },
    Rule {
        name: "record-order",
        why: "records that come in SCAN or hash order have none",
        apply: record_order,
    },
    Rule {
        name: "late-value",
        why: "an asynchronous registration reads the value some time after the event",
        apply: late_value,
    },
    Rule {
        name: "clock",
        why: "how often a retry or a time event has happened by now says how busy the machine is",
        apply: clock,
    },
    Rule {
        name: "stretched",
        why: "the replay stretches some times, so that a busy machine sees what the recording saw",
        apply: stretched,
    },
    Rule {
        name: "list-order",
        why: "registrations, sessions and registered executions are listed in hash order",
        apply: list_order,
    },
];

/// Apply every rule; the names of those that changed something.
pub(crate) fn apply(
    context: Context<'_>,
    recorded: &mut Value,
    actual: &mut Value,
) -> Vec<&'static str> {
    let mut used = Vec::new();
    for rule in RULES {
        let before = (recorded.clone(), actual.clone());
        (rule.apply)(context, recorded, actual);
        if before.0 != *recorded || before.1 != *actual {
            used.push(rule.name);
        }
    }
    used
}

fn volatile(context: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    if context.freedom == Freedom::Volatile
        && std::mem::discriminant(recorded) == std::mem::discriminant(actual)
    {
        actual.clone_from(recorded);
    }
}

/// Of INFO, compare the lines of the module's sections, and of those the ones the original has.
fn info(context: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    if context.command.0 != "INFO" {
        return;
    }
    let lines = |value: &Value| {
        let text = value.text();
        let mut section = String::new();
        let mut lines = Vec::new();
        for line in text.lines() {
            if line.starts_with("# ") {
                section = line.to_owned();
            }
            if section.starts_with("# rg") && !line.is_empty() {
                lines.push(format!(
                    "{section} {}",
                    times_in_text(&sizes_in_text(&hide_random_names(line)))
                ));
            }
        }
        lines
    };
    let wanted = lines(recorded);
    let key = |line: &str| line.split_once(':').map_or(line, |(key, _)| key).to_owned();
    let keys: Vec<String> = wanted.iter().map(|l| key(l)).collect();
    let found: Vec<String> = lines(actual)
        .into_iter()
        .filter(|l| keys.contains(&key(l)))
        .collect();
    let array = |mut lines: Vec<String>| {
        lines.sort();
        Value::Array(
            lines
                .into_iter()
                .map(|l| Value::Bulk(l.into_bytes()))
                .collect(),
        )
    };
    *recorded = array(wanted);
    *actual = array(found);
}

fn module_place(context: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    if context.command.0 == "MODULE" {
        for value in [recorded, actual] {
            fields(value, &mut |name, field| match (name, &*field) {
                ("path", Value::Bulk(_)) => *field = Value::Bulk(b"<path>".to_vec()),
                ("args", Value::Array(_)) => {
                    *field = Value::Array(vec![Value::Bulk(b"<args>".to_vec())]);
                }
                _ => {}
            });
        }
    }
}

fn installation(context: Context<'_>, recorded: &mut Value, _: &mut Value) {
    texts(recorded, &mut |text| {
        text.replace(RECORDED_INSTALLATION, context.installation)
    });
}

fn requirement(_: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    for value in [recorded, actual] {
        fields(value, &mut |name, field| {
            if matches!(name, "Path" | "CompiledOs") && !field.text().is_empty() {
                *field = Value::Bulk(format!("<{name}>").into_bytes());
            }
        });
        texts(value, &mut |text| {
            replace_between(text, "'basePath':'", "'", "<Path>")
        });
    }
}

fn random_names(_: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    for value in [recorded, actual] {
        texts(value, &mut hide_random_names);
    }
}

fn hide_random_names(text: &str) -> String {
    // 39 zeros begin the names of the servers of a replay.
    let is_name = |run: &str| run.len() == 40 && run.bytes().take(39).any(|b| b != b'0');
    replace_runs(
        text,
        |c| c.is_ascii_digit() || ('a'..='f').contains(&c),
        |run| is_name(run).then(|| "<hex40>".to_owned()),
    )
}

fn addresses(_: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    for value in [recorded, actual] {
        texts(value, &mut |text| {
            let mut parts = text.split(" at 0x");
            let mut out = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let rest = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
                out.push_str(if rest.len() < part.len() {
                    " at 0x<address>"
                } else {
                    " at 0x"
                });
                out.push_str(rest);
            }
            out
        });
    }
}

fn times(context: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    for value in [recorded, actual] {
        fields(value, &mut |name, field| {
            if TIMES.contains(&name) || (context.profiling && PROFILED_TIMES.contains(&name)) {
                hide_number(field, "<time>");
            }
        });
    }
}

fn times_in_text(line: &str) -> String {
    TIMES.iter().fold(line.to_owned(), |text, name| {
        replace_between(&text, &format!("{name}="), ",", "<time>")
    })
}

fn sizes(context: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    if context.command.0 == "RG.PYSTATS" {
        for value in [recorded, actual] {
            fields(value, &mut |name, field| {
                if SIZES.contains(&name) {
                    hide_number(field, "<bytes>");
                }
            });
        }
    }
}

fn sizes_in_text(line: &str) -> String {
    let is_size = SIZES
        .iter()
        .any(|name| line.starts_with(&format!("rg_{name}:")));
    match line.split_once(':') {
        Some((name, number)) if is_size && number.parse::<u64>().is_ok() => {
            format!("{name}:<bytes>")
        }
        _ => line.to_owned(),
    }
}

/// Scripts of the recordings have at most ten lines; the original's prelude starts far below.
fn prelude_lines(_: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    const FRAME: &str = "File \"<string>\", line ";
    for value in [recorded, actual] {
        texts(value, &mut |text| {
            let mut parts = text.split(FRAME);
            let mut out = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let digits =
                    part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                let of_prelude = part[..digits].parse::<u32>().is_ok_and(|line| line > 60);
                out.push_str(FRAME);
                out.push_str(if of_prelude {
                    "<prelude>"
                } else {
                    &part[..digits]
                });
                out.push_str(&part[digits..]);
            }
            out
        });
    }
}

fn python_texts(_: Context<'_>, _: &mut Value, actual: &mut Value) {
    texts(actual, &mut |text| {
        // Since 3.10 a TypeError about arguments names the class too, and float() says "real number".
        let mut parts = text.split("GearsBuilder.");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
            if !rest.starts_with("() ") {
                out.push_str("GearsBuilder.");
            }
            out.push_str(part);
        }
        out.replace(
            "must be a string or a real number",
            "must be a string or a number",
        )
    });
}

fn stretched(_: Context<'_>, _: &mut Value, actual: &mut Value) {
    fields(actual, &mut |name, field| {
        if name == "durationMS" && *field == Value::Int(STRETCHED_DURATION) {
            *field = Value::Int(RECORDED_DURATION);
        }
    });
}
