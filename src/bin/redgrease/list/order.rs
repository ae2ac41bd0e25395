//! The order of lists.

use std::cmp::Ordering;

use serde_json::Value;

use super::render::columns;
use crate::args::{Listing, LsArgs};
use crate::failure::{Failure, Result};
use crate::table::Column;

/// Sorts items, and their rows with them, by the column that is wanted: numbers and ages with the
/// largest first, texts from A to Z. Executions without a wish: the newest first.
pub(super) fn sort(
    what: Listing,
    items: Vec<Value>,
    rows: Vec<Vec<String>>,
    args: &LsArgs,
) -> Result<(Vec<Value>, Vec<Vec<String>>)> {
    let column = match &args.sort {
        Some(name) => Some(position(what, name)?),
        None => None,
    };
    let mut all: Vec<(Value, Vec<String>)> = items.into_iter().zip(rows).collect();
    match column {
        Some(column) => all.sort_by(|(_, a), (_, b)| compare(&a[column], &b[column])),
        None if what == Listing::Executions => {
            all.sort_by_key(|(item, _)| std::cmp::Reverse(item["createdMS"].as_u64()));
        }
        None => {}
    }
    if args.reverse {
        all.reverse();
    }
    Ok(all.into_iter().unzip())
}

/// The column of a name such as `avg-ms`.
fn position(what: Listing, name: &str) -> Result<usize> {
    let names: Vec<String> = columns(what).iter().map(word).collect();
    let wanted = name.to_lowercase();
    names
        .iter()
        .position(|known| *known == wanted)
        .ok_or_else(|| {
            Failure::usage(format!(
                "--sort: this list has no column `{name}`, but {}",
                names.join(", ")
            ))
        })
}

fn word(column: &Column<'_>) -> String {
    column.title().to_lowercase().replace(' ', "-")
}

fn compare(a: &str, b: &str) -> Ordering {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// A number, or an age in seconds.
fn number(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ages_have_the_largest_first() {
        let mut texts = ["9s", "-", "2m", "a", "100s"];
        texts.sort_by(|a, b| compare(a, b));
        assert_eq!(texts, ["2m", "100s", "9s", "-", "a"]);
        assert_eq!(compare("10", "9"), Ordering::Less);
        assert_eq!(compare("b", "a"), Ordering::Greater);
    }

    #[test]
    fn an_unknown_column_names_those_there_are() {
        let failure = position(Listing::Requirements, "size").unwrap_err();
        assert_eq!(
            failure.message,
            "--sort: this list has no column `size`, but name, downloaded, installed, used-by"
        );
        assert_eq!(position(Listing::Registrations, "AVG-MS").unwrap(), 8);
    }
}
