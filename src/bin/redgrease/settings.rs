//! `redgrease config`: the settings of the engine.

use redgrease::RedisGears;
use redgrease_engine::settings::{Described, described};
use serde_json::{Value, json};

use crate::args::{ConfigAction, ConfigArgs, Format};
use crate::failure::{Failure, Result};
use crate::server::Server;
use crate::table::{Column, table};
use crate::terminal::Terminal;
use crate::value::{ask, plain};

const COLUMNS: [Column<'_>; 6] = [
    Column::new("NAME"),
    Column::new("VALUE").cut(12),
    Column::new("TYPE").rank(3),
    Column::new("DEFAULT").cut(8).rank(2),
    Column::new("CHANGES").rank(4),
    Column::new("MEANING").cut(32).rank(1),
];

/// Prints or changes settings.
pub(crate) fn run(args: &ConfigArgs, server: &Server, terminal: Terminal) -> Result<()> {
    let mut con = server.connect()?;
    match &args.action {
        ConfigAction::Get { names, format } => get(&mut con, names, *format, terminal),
        ConfigAction::Set { name, value } => set(&mut con, name, value, terminal),
    }
}

/// The names of all settings.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    described().into_iter().map(|one| one.name)
}

/// A setting that this engine knows, by its name as a module argument or as an option of the server,
/// in any case.
fn known(name: &str) -> Option<Described> {
    let bare = match name.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("rg.") => &name[3..],
        _ => name,
    };
    let mut all = described().into_iter();
    all.find(|one| one.name.eq_ignore_ascii_case(bare))
}

fn get(con: &mut RedisGears, names: &[String], format: Format, terminal: Terminal) -> Result<()> {
    let wanted: Vec<String> = if names.is_empty() {
        self::names().map(str::to_string).collect()
    } else {
        let spelled =
            |name: &String| known(name).map_or_else(|| name.clone(), |one| one.name.into());
        names.iter().map(spelled).collect()
    };
    let mut words = vec!["RG.CONFIGGET"];
    words.extend(wanted.iter().map(String::as_str));
    let answers = ask(con, &words)?;
    let answers = answers.as_array().cloned().unwrap_or_default();
    let is_there = |value: &Value| !plain(value).starts_with("(error)");
    let pairs = || wanted.iter().zip(&answers);
    let there: Vec<Value> = pairs()
        .filter(|(_, value)| is_there(value))
        .map(|(name, value)| item(name, value))
        .collect();
    if format == Format::Json {
        terminal.print(serde_json::to_string_pretty(&there).unwrap_or_default())?;
    } else if let ([_], [one]) = (&wanted[..], &there[..]) {
        terminal.print(plain(&one["value"]))?;
    } else if !there.is_empty() {
        let rows: Vec<Vec<String>> = there.iter().map(row).collect();
        terminal.print(table(&COLUMNS, &rows, terminal.width()))?;
    }
    let unknown = pairs().find(|(_, value)| !is_there(value));
    match unknown {
        Some((name, _)) if !names.is_empty() => Err(unknown_name(name)),
        _ => Ok(()),
    }
}

/// A setting with what is known of it.
fn item(name: &str, value: &Value) -> Value {
    match known(name) {
        Some(one) => json!({
            "name": one.name, "value": value, "type": one.kind, "default": one.default,
            "changes": one.changes, "meaning": one.meaning,
        }),
        None => {
            json!({"name": name, "value": value, "meaning": "for functions, which read it with configGet"})
        }
    }
}

fn row(item: &Value) -> Vec<String> {
    let changes = match item["changes"].as_bool() {
        Some(true) => "any time",
        Some(false) => "at load",
        None => "-",
    };
    let text = |name: &str| match plain(&item[name]) {
        text if text.is_empty() => "-".to_string(),
        text => text,
    };
    vec![
        text("name"),
        text("value"),
        text("type"),
        text("default"),
        changes.to_string(),
        text("meaning"),
    ]
}

fn set(con: &mut RedisGears, name: &str, value: &str, terminal: Terminal) -> Result<()> {
    let known = known(name);
    let spelled = known.as_ref().map_or(name, |one| one.name);
    let answer = ask(con, &["RG.CONFIGSET", spelled, value])?;
    let text = plain(&answer);
    if let Some(reason) = text
        .strip_prefix("(error)")
        .or_else(|| text.starts_with("Failed").then_some(text.as_str()))
    {
        let failure = Failure::failed(format!("the server refused: {}", reason.trim()));
        return Err(match known {
            Some(one) if !one.changes => failure.help(format!(
                "it is set when the engine is loaded: `loadmodule … {} {value}` in redis.conf",
                one.name
            )),
            Some(one) => failure.help(format!("it is a {}: {}", one.kind, one.meaning)),
            None => failure,
        });
    }
    if known.is_none() {
        terminal.warning(format_args!(
            "the engine has no `{name}` of its own; scripts can read it with configGet"
        ));
        if let Some(meant) = redgrease_core::suggest::nearest(name, names()) {
            terminal.help(format_args!("did you mean `{meant}`?"));
        }
    }
    terminal.status("Set", format_args!("{spelled} to {value}"));
    Ok(())
}

fn unknown_name(name: &str) -> Failure {
    let failure = Failure::failed(format!("the engine has no configuration `{name}`"));
    let part = name.to_lowercase();
    let with_part = || names().filter(|known| known.to_lowercase().contains(&part));
    let meant: Vec<&str> = match redgrease_core::suggest::nearest(name, names()) {
        Some(meant) => vec![meant],
        None => with_part().collect(),
    };
    if meant.is_empty() {
        failure.help("`redgrease config get` prints all")
    } else {
        failure.help(format!("did you mean `{}`?", meant.join("`, `")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_spelling() {
        for name in [
            "SyncDeadline",
            "syncdeadline",
            "rg.SyncDeadline",
            "RG.syncdeadline",
        ] {
            assert_eq!(
                known(name).map(|one| one.name),
                Some("SyncDeadline"),
                "{name}"
            );
        }
        assert_eq!(known("rg."), None);
        assert_eq!(known("é."), None);
    }

    #[test]
    fn unknown_names_are_led_to_known_ones() {
        for (name, help) in [
            ("SyncDeadlin", "did you mean `SyncDeadline`?"),
            ("abort", "did you mean `AbortGrace`?"),
            (
                "deadline",
                "did you mean `SyncDeadline`, `AtomicDeadline`, `StartDeadline`?",
            ),
            ("colour", "`redgrease config get` prints all"),
        ] {
            assert_eq!(unknown_name(name).help.as_deref(), Some(help), "{name}");
        }
    }
}
