//! Rules about what comes in no particular order, at no particular moment, or so many times.

use super::super::exchange::Freedom;
use super::super::ids;
use super::Context;
use super::walk::{fields, texts};
use crate::support::Value;

pub(super) fn record_order(context: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    match context.freedom {
        Freedom::Unordered => {
            for value in [recorded, actual] {
                if let Some(records) = results(context, value) {
                    records.sort();
                }
            }
        }
        Freedom::Subset => {
            if let (Some(wanted), Some(found)) =
                (results(context, recorded), results(context, actual))
                && found.iter().all(|record| wanted.contains(record))
            {
                found.clone_from(wanted);
            }
        }
        Freedom::None | Freedom::Late | Freedom::Clock | Freedom::Volatile => {}
    }
}

pub(super) fn late_value(context: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    if context.freedom == Freedom::Late {
        for value in [recorded, actual] {
            texts(value, &mut |text| match text.split_once(", ('type', ") {
                Some((event, _)) => format!("{event}, …"),
                None => text.to_owned(),
            });
        }
    }
}

/// Of what repeats itself, once is compared; of a counter, that it counts; of statistics, what is left of the triggered without the failed.
pub(super) fn clock(context: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    if context.freedom != Freedom::Clock {
        return;
    }
    let count = |value: &Value| value.text().parse::<i64>().is_ok_and(|count| count > 0);
    if count(recorded) && count(actual) {
        actual.clone_from(recorded);
    }
    for value in [recorded, actual] {
        if let Value::Array(items) = value {
            items.dedup();
            items.iter_mut().for_each(hide_failures);
        }
    }
}

fn hide_failures(registration: &mut Value) {
    let failed = registration
        .field("RegistrationData")
        .and_then(|data| data.field("numFailures"));
    let Some(Value::Int(failed @ 1..)) = failed.cloned() else {
        return;
    };
    fields(registration, &mut |name, field| match (name, field) {
        ("numTriggered", Value::Int(triggered)) => *triggered -= failed,
        ("numFailures", Value::Int(failures)) => *failures = 1,
        _ => {}
    });
}

/// The records of a reply: RG.TRIGGER answers them alone, the other commands beside the errors.
fn results<'v>(context: Context<'_>, value: &'v mut Value) -> Option<&'v mut Vec<Value>> {
    let Value::Array(items) = value else {
        return None;
    };
    if context.command.0 == "RG.TRIGGER" {
        return Some(items);
    }
    match items.first_mut() {
        Some(Value::Array(records)) => Some(records),
        _ => None,
    }
}

pub(super) fn list_order(context: Context<'_>, recorded: &mut Value, actual: &mut Value) {
    let registered = |value: &Value| {
        value
            .items()
            .iter()
            .any(|e| e.field("registered") == Some(&Value::Int(1)))
    };
    let unordered = match context.command.0 {
        "RG.DUMPREGISTRATIONS" | "RG.PYDUMPSESSIONS" | "RG.PYDUMPREQS" => true,
        // Executions of run() come newest first, those of registrations in hash order.
        "RG.DUMPEXECUTIONS" => registered(recorded),
        _ => false,
    };
    if unordered {
        for value in [recorded, actual] {
            if let Value::Array(items) = value {
                items.sort_by_key(|item| {
                    let arguments = item
                        .field("RegistrationData")
                        .and_then(|data| data.field("args"));
                    let text = item.to_string();
                    (
                        arguments.map(ToString::to_string),
                        ids::hide(&text),
                        ids::numbers(&text),
                    )
                });
            }
        }
    }
}
