//! `redgrease migrate`: a Rust program that does what a script did.

mod event;
mod program;
mod rust;

use std::fs;
use std::path::Path;

use redgrease_core::gear::Action;
use redgrease_core::python::PyVersion;
use redgrease_core::source::Source;

use crate::args::MigrateArgs;
use crate::check::{Checked, check, read};
use crate::failure::{Failure, Result};
use crate::report;
use crate::terminal::Terminal;
use program::{Kind, program};

/// Reads a script and writes the program; says what could not be moved.
pub(crate) fn run(args: &MigrateArgs, python: PyVersion, terminal: Terminal) -> Result<()> {
    let source = with_plain_lines(&read(&args.file)?);
    let checked = check(&source, python, true);
    let mut broken = false;
    for found in checked.found.iter().filter(|found| found.is_error()) {
        broken = true;
        let text = report::render(found, &source, terminal.color_err);
        terminal.block(format_args!("{text}\n"));
    }
    if broken {
        return Err(Failure::failed("the script has errors, and was not moved"));
    }
    let name = args.file.file_name().unwrap_or(args.file.as_os_str());
    let (program, note) = program(&source, kind(&checked), python, &name.to_string_lossy())
        .map_err(|reason| {
            Failure::failed(format!("it was not moved: {reason}"))
                .help("put each gear into a file of its own, with what it needs")
        })?;
    if let Some(note) = note {
        terminal.status("Note", note);
    }
    match &args.output {
        None => terminal.print(program.trim_end()),
        Some(path) => write(path, &program, terminal),
    }
}

/// The script with the ends of lines that Rust takes in its texts, too.
fn with_plain_lines(source: &Source) -> Source {
    let text = source.text().replace("\r\n", "\n").replace('\r', "\n");
    Source::new(text).at(source.file().to_string(), 1, 0)
}

fn kind(checked: &Checked) -> Kind {
    match &checked.file {
        None => Kind::Script,
        Some(file) => match (file.plans.as_slice(), &file.after) {
            ([plan], None) if matches!(plan.action, Some(Action::Run(_))) => Kind::Run,
            ([_], None) => Kind::Registration,
            _ => Kind::Gears,
        },
    }
}

fn write(path: &Path, program: &str, terminal: Terminal) -> Result<()> {
    let mut file = fs::File::create_new(path).map_err(|error| {
        let failure = Failure::io(path, &error);
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => failure.help("give it another name, or remove it"),
            _ => failure,
        }
    })?;
    std::io::Write::write_all(&mut file, program.as_bytes())
        .map_err(|error| Failure::io(path, &error))?;
    terminal.status("Wrote", path.display());
    Ok(())
}
