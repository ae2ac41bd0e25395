//! `redgrease run` and `redgrease trigger`.

use std::path::PathBuf;

use redgrease::client::requests::{self, PyExecuteOptions};
use redgrease::client::{FromResults, RedisGears};
use redgrease::{ExecutionResult, GearsCommands, Outcome, PyValue, RawRecord, Registration};
use redgrease_core::pyversion::PyVersion;
use redgrease_core::source::Source;
use serde_json::{Value, json};

use crate::args::{Format, RunArgs, TriggerArgs};
use crate::check::{has_requirements, is_told, read};
use crate::execution;
use crate::failure::{Exit, Failure, Result};
use crate::interrupt;
use crate::packages::Packages;
use crate::progress::{Progress, Work};
use crate::report;
use crate::script::{Results, Script};
use crate::server::Server;
use crate::terminal::Terminal;
use crate::value;

/// Runs a script or an expression.
pub(crate) fn run(
    args: &RunArgs,
    python: PyVersion,
    server: &Server,
    terminal: Terminal,
) -> Result<()> {
    let source = match &args.expression {
        Some(text) => Source::new(text.clone()).at("<expression>", 1, 0),
        None => read(&args.file.clone().unwrap_or_else(|| PathBuf::from("-")))?,
    };
    let packages =
        !args.requirement.is_empty() || args.file.as_deref().is_some_and(has_requirements);
    let script = prepare(
        &source,
        (!args.no_check).then_some(python),
        packages,
        terminal,
    )?;
    let con = server.connect()?;
    interrupt::listen()?;
    let work = Work {
        verb: "Running",
        progress: Progress::default(),
        what: source.file().to_string(),
    };
    let mut options = PyExecuteOptions::new()
        .unblocking()
        .requirements(script.requirements.iter().chain(&args.requirement).cloned());
    options.id.clone_from(&args.id);
    options.upgrade = args.upgrade;
    let packages = &options.requirements;
    Packages::default().install(&con, packages, source.file(), work.progress, terminal)?;
    let (mut sending, text) = (con.clone(), script.text().to_string());
    let outcome = work.run(
        terminal,
        || work.finish(terminal),
        move || sending.pyexecute_options(&text, &options),
    )?;
    let outcome = outcome.map_err(|error| Failure::from(script.explain(error)))?;
    match outcome {
        Outcome::Started(id) if args.unblocking => terminal.print(id),
        Outcome::Started(id) => {
            let results = execution::wait(&con, &id, &work, terminal)?;
            print(&script, results, args.format, terminal)
        }
        Outcome::Results(results) => print(&script, results, args.format, terminal),
        _ => {
            terminal.status("Done", "the script gave no results");
            Ok(())
        }
    }
}

fn prepare(
    source: &Source,
    python: Option<PyVersion>,
    packages: bool,
    terminal: Terminal,
) -> Result<Script> {
    let (script, found) = Script::prepare(source, python, packages, Results::Values);
    for found in &found {
        if is_told(found) || terminal.is_verbose() {
            let text = report::render(found, source, terminal.color_err);
            terminal.block(format_args!("{text}\n"));
        }
    }
    script.ok_or_else(|| {
        Failure::failed("the script was not sent").help("--no-check sends it as it is")
    })
}

fn print(
    script: &Script,
    results: ExecutionResult<Vec<RawRecord>>,
    format: Format,
    terminal: Terminal,
) -> Result<()> {
    let failed = results.errors.len();
    let errors: Vec<String> = results
        .errors
        .into_iter()
        .map(|error| script.place(error).to_string())
        .collect();
    if format == Format::Json {
        let results: Vec<Value> = results
            .value
            .into_iter()
            .map(record_json)
            .collect::<Result<_>>()?;
        let all = json!({"results": results, "errors": errors});
        terminal.print(serde_json::to_string_pretty(&all).unwrap_or_default())?;
    } else {
        for record in results.value {
            terminal.print(record_text(record)?)?;
        }
        for error in errors {
            terminal.error(&Failure::failed(format!("a record failed: {error}")));
        }
    }
    if failed > 0 {
        return Err(Failure::silent(Exit::Failed));
    }
    Ok(())
}

/// `redgrease trigger`.
pub(crate) fn trigger(args: &TriggerArgs, server: &Server, terminal: Terminal) -> Result<()> {
    let mut con = server.connect()?;
    let result = match (args.on_key, args.args.split_first()) {
        (true, Some((key, rest))) => requests::trigger_on_key(&args.name, key, rest).run(&mut con),
        (true, None) => {
            return Err(Failure::usage("--on-key needs a key as the first argument"));
        }
        (false, _) => con.trigger(&args.name, &args.args),
    };
    let records = result.map_err(|error| unknown_trigger(error, &args.name, &mut con))?;
    if args.format == Format::Json {
        let records: Vec<Value> = records
            .into_iter()
            .map(record_json)
            .collect::<Result<_>>()?;
        return terminal.print(serde_json::to_string_pretty(&records).unwrap_or_default());
    }
    for record in records {
        terminal.print(record_text(record)?)?;
    }
    Ok(())
}

/// Names a trigger that is nearly the same, when there is none of this name.
fn unknown_trigger(error: redgrease::Error, name: &str, con: &mut RedisGears) -> Failure {
    if !error.to_string().contains("subcommand not found") && !error.is_not_registered() {
        return error.into();
    }
    let there = con.dumpregistrations().unwrap_or_default();
    let known = there.iter().filter_map(Registration::trigger);
    let failure = Failure::failed(format!(
        "the server has no function with the trigger `{name}`"
    ));
    match redgrease_core::suggest::nearest(name, known) {
        Some(meant) => failure.help(format!("did you mean `{meant}`?")),
        None => failure.help("`redgrease ls` lists the functions"),
    }
}

fn record_text(record: RawRecord) -> Result<String> {
    if is_pickle(&record) {
        return Ok(value::text(&unpickled(record)?));
    }
    Ok(record.to_string())
}

fn record_json(record: RawRecord) -> Result<Value> {
    if is_pickle(&record) {
        return Ok(value::json(&unpickled(record)?));
    }
    Ok(serde_json::to_value(record).unwrap_or_default())
}

/// Whether the record is one of redgrease's own, which begin as no text can.
fn is_pickle(record: &RawRecord) -> bool {
    matches!(record, RawRecord::Bytes(bytes) if bytes.starts_with(b"\x80"))
}

fn unpickled(record: RawRecord) -> Result<PyValue> {
    let values = Vec::<PyValue>::from_results(vec![record])?;
    Ok(values.into_iter().next().unwrap_or(PyValue::None))
}
