//! Lists as rows of text.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{last_line, rounded, short_id, waits_for};
use crate::args::Listing;
use crate::table::{Column, table};
use crate::value::plain;

/// The columns of a list.
pub(crate) fn columns(what: Listing) -> &'static [Column<'static>] {
    const REGISTRATIONS: &[Column<'_>] = &[
        Column::new("ID").cut(8),
        Column::new("READER").rank(3),
        Column::new("FOR").cut(12),
        Column::new("MODE").rank(4),
        Column::new("BY").rank(7).optional(),
        Column::new("RUNS"),
        Column::new("OK").rank(6),
        Column::new("FAILED"),
        Column::new("AVG MS").rank(2),
        Column::new("STATUS")
            .cut(8)
            .rank(5)
            .optional()
            .usually("OK"),
        Column::new("LAST ERROR").cut(16).rank(1),
    ];
    const EXECUTIONS: &[Column<'_>] = &[
        Column::new("ID").cut(8),
        Column::new("STATUS"),
        Column::new("FOR").cut(12),
        Column::new("READER").rank(4),
        Column::new("BY").rank(5).cut(4),
        Column::new("AGE").rank(2),
        Column::new("TOOK MS").rank(1),
        Column::new("ERRORS").rank(6),
        Column::new("LAST ERROR").cut(16).rank(3),
    ];
    const FAILURES: &[Column<'_>] = &[
        Column::new("AGE"),
        Column::new("FOR").cut(12),
        Column::new("READER").rank(2),
        Column::new("REGISTRATION").cut(8).rank(3),
        Column::new("TOOK MS").rank(4),
        Column::new("PLACE").cut(16).rank(1),
        Column::new("ERROR").cut(16),
    ];
    const SESSIONS: &[Column<'_>] = &[
        Column::new("ID").cut(12),
        Column::new("REGISTRATIONS").rank(2),
        Column::new("REQUIREMENTS").cut(12).rank(1),
        Column::new("STATE").rank(3),
        Column::new("DESCRIPTION").cut(11),
    ];
    const REQUIREMENTS: &[Column<'_>] = &[
        Column::new("NAME").cut(12),
        Column::new("DOWNLOADED").rank(1),
        Column::new("INSTALLED"),
        Column::new("USED BY"),
    ];
    const SCRIPTS: &[Column<'_>] = &[
        Column::new("PATH").cut(16),
        Column::new("REGISTRATIONS"),
        Column::new("HOST").cut(8).rank(1),
        Column::new("LOADED"),
    ];
    const CLUSTER: &[Column<'_>] = &[
        Column::new("ID").cut(8),
        Column::new("ADDRESS"),
        Column::new("SLOTS").cut(8),
        Column::new("ANSWERED").rank(1),
    ];
    const STATS: &[Column<'_>] = &[Column::new("NAME"), Column::new("VALUE")];
    match what {
        Listing::Registrations => REGISTRATIONS,
        Listing::Executions => EXECUTIONS,
        Listing::Failures => FAILURES,
        Listing::Sessions => SESSIONS,
        Listing::Requirements => REQUIREMENTS,
        Listing::Scripts => SCRIPTS,
        Listing::Cluster => CLUSTER,
        Listing::Stats => STATS,
    }
}

/// The table of a list, no wider than `width`.
pub(crate) fn render(what: Listing, items: &[Value], width: Option<usize>) -> String {
    let rows: Vec<Vec<String>> = items.iter().map(|item| row(what, item)).collect();
    table(columns(what), &rows, width)
}

/// The texts of an item under the columns of its list.
pub(crate) fn row(what: Listing, item: &Value) -> Vec<String> {
    match what {
        Listing::Registrations => {
            let data = &item["RegistrationData"];
            vec![
                short_id(&plain(&item["id"])),
                plain(&item["reader"]),
                waits_for(item),
                plain(&data["mode"]),
                item["by"].as_str().unwrap_or_default().to_string(),
                plain(&data["numTriggered"]),
                plain(&data["numSuccess"]),
                plain(&data["numFailures"]),
                rounded(&data["avgRunDurationMS"]),
                plain(&data["status"]),
                last_line(&data["lastError"]),
            ]
        }
        Listing::Executions => {
            let registered = item["registered"] == json!(1);
            let by = match (item["registrationId"].as_str(), registered) {
                (Some(id), _) => short_id(id),
                (None, true) => "registration".to_string(),
                (None, false) => "run".to_string(),
            };
            vec![
                short_id(&plain(&item["executionId"])),
                plain(&item["status"]),
                plain(&item["for"]),
                plain(&item["reader"]),
                by,
                age(&item["createdMS"]),
                plain(&item["durationMS"]),
                plain(&item["numErrors"]),
                last_line(&item["lastError"]),
            ]
        }
        Listing::Failures => vec![
            age(&item["time"]),
            plain(&item["for"]),
            plain(&item["reader"]),
            short_id(&plain(&item["registration"])),
            plain(&item["duration"]),
            place(&item["error"]),
            last_line(&item["error"]),
        ],
        Listing::Sessions => {
            let is_dead = item["dead"] == json!("true") || item["dead"] == json!(1);
            vec![
                plain(&item["ID"]),
                number_of(&item["registrations"]),
                or_hyphen(&plain(&item["requirements"])),
                if is_dead { "dead" } else { "linked" }.to_string(),
                plain(&item["sessionDescription"]),
            ]
        }
        Listing::Requirements => vec![
            plain(&item["Name"]),
            plain(&item["IsDownloaded"]),
            plain(&item["IsInstalled"]),
            plain(&item["RefCount"]),
        ],
        Listing::Scripts => {
            let loaded = plain(&item["last_updated"]);
            vec![
                plain(&item["path"]),
                number_of(&item["registrations"]),
                or_hyphen(&plain(&item["host"])),
                loaded.split('.').next().unwrap_or_default().to_string(),
            ]
        }
        Listing::Cluster => vec![
            plain(&item["id"]),
            format!("{}:{}", plain(&item["ip"]), plain(&item["port"])),
            plain(&item["slots"]),
            if item["answered"] == json!(true) {
                "yes"
            } else {
                ""
            }
            .to_string(),
        ],
        Listing::Stats => vec![plain(&item["name"]), plain(&item["value"])],
    }
}

/// How long ago a time in milliseconds since 1970 was.
fn age(time: &Value) -> String {
    let Some(time) = time.as_u64() else {
        return "-".to_string();
    };
    let then = SystemTime::UNIX_EPOCH + Duration::from_millis(time);
    // the clocks of two machines may differ
    since(SystemTime::now().duration_since(then).unwrap_or_default())
}

/// A time in its largest unit: `40s`, `5m`, `3h`, `2d`.
fn since(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7200 => format!("{}m", seconds / 60),
        7200..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// Where an error was raised, as the last frame of its traceback says it: `line 3 in area`.
fn place(error: &Value) -> String {
    let error = error.as_str().and_then(redgrease::PythonError::parse);
    let lines = error.map(|error| error.traceback).unwrap_or_default();
    let frame = lines.iter().rev().find_map(|line| {
        let (file, rest) = line
            .trim()
            .strip_prefix("File \"")?
            .split_once("\", line ")?;
        let rest = rest.replacen(", in ", " in ", 1);
        Some(if file == "<string>" {
            format!("line {rest}")
        } else {
            format!("{file}:{rest}")
        })
    });
    frame.unwrap_or_else(|| "-".to_string())
}

fn number_of(list: &Value) -> String {
    list.as_array().map_or(0, Vec::len).to_string()
}

fn or_hyphen(text: &str) -> String {
    if text.is_empty() { "-" } else { text }.to_string()
}
