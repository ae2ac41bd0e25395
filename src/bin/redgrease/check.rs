//! `redgrease check`, and the check before a script is sent.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use glob::Pattern;
use redgrease_core::diag::{Diagnostic, Severity};
use redgrease_core::gear::check::{
    GearFile, GearInput, ScriptInput, ServerKind, check_gears, check_script_for,
    imports_of_packages,
};
use redgrease_core::gear::table;
use redgrease_core::messages;
use redgrease_core::native::callbacks_of;
use redgrease_core::python::PyVersion;
use redgrease_core::source::Source;
use serde_json::json;

use crate::args::{CheckArgs, Format};
use crate::failure::{Exit, Failure, Result};
use crate::report;
use crate::scan::Sources;
use crate::terminal::{Paint, Terminal, count};

/// What a text is, after it was checked.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The gears, when the text has some of redgrease's (`KeysReader(…)…`), which are not what the
    /// server itself understands.
    pub(crate) file: Option<GearFile>,
    pub(crate) found: Vec<Diagnostic>,
}

/// Checks a script for the server, or gears of redgrease; `packages` says whether there may be some that the text does not
/// name.
pub(crate) fn check(source: &Source, python: PyVersion, packages: bool) -> Checked {
    check_for(&ScriptInput::new(source, python).packages(packages))
}

/// Whether a finding is shown although the script is sent: it will fail on a server that nobody has prepared.
pub(crate) fn is_told(found: &Diagnostic) -> bool {
    found.is_error() || found.code == messages::IMPORT
}

/// Whether the lines of a script have `redgrease.KeysReader(…)` or its like, with `import redgrease` before.
fn reads_through_redgrease(text: &str) -> bool {
    let mut is_imported = false;
    text.lines().any(|line| {
        let code = line.split('#').next().unwrap_or(line);
        is_imported |= code.trim_end() == "import redgrease";
        is_imported
            && code.split("redgrease.").skip(1).any(|rest| {
                let name = rest.split('(').next().unwrap_or(rest);
                rest.len() > name.len() && table::reader(name).is_some()
            })
    })
}

fn check_for(input: &ScriptInput<'_>) -> Checked {
    let (source, python) = (input.source, input.python);
    let found = check_script_for(input);
    let names_reader = found.iter().any(|d| {
        d.code == messages::UNDEFINED
            && d.is_error()
            && source
                .text()
                .get(d.range.clone())
                .is_some_and(|name| table::reader(name).is_some())
    });
    if !names_reader && !reads_through_redgrease(source.text()) {
        return Checked { file: None, found };
    }
    let (file, mut found) = check_gears(&GearInput {
        source,
        captures: &[],
        python,
    });
    let names_packages = |file: &GearFile| file.plans.iter().any(|p| !p.requirements.is_empty());
    if !input.packages && !file.as_ref().is_some_and(names_packages) {
        found.extend(imports_of_packages(source, python));
    }
    Checked { file, found }
}

/// Reads a script; `-` is the input.
pub(crate) fn read(path: &Path) -> Result<Source> {
    if path == Path::new("-") {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::io(Path::new("<stdin>"), &error))?;
        return Ok(Source::new(text).at("<stdin>", 1, 0));
    }
    let text =
        fs::read_to_string(path).map_err(|error| Failure::io(Path::new(&shown(path)), &error))?;
    // a byte order mark is no part of the text
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_string();
    Ok(Source::new(text).at(shown(path), 1, 0))
}

/// The path as it is shown: below the current directory without that.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&here).unwrap_or(path);
    path.display().to_string()
}

/// `redgrease check`.
pub(crate) fn run(args: &CheckArgs, python: PyVersion, terminal: Terminal) -> Result<()> {
    let mut errors = 0;
    let mut warnings = 0;
    let paths = scripts(&args.paths)?;
    for path in &paths {
        let source = read(path)?;
        let input = ScriptInput::new(&source, python)
            .server(
                args.server_kind
                    .map_or_else(ServerKind::default, Into::into),
            )
            .packages(has_requirements(path));
        let checked = check_for(&input);
        for found in &checked.found {
            match found.severity {
                Severity::Warning => warnings += 1,
                _ => errors += 1,
            }
            show(args, found, &source, terminal)?;
        }
    }
    if args.native {
        errors += natives(args, &paths, terminal)?;
    }
    if args.format == Format::Text {
        summary(terminal, paths.len(), errors, warnings);
    } else if terminal.is_verbose() {
        terminal.print(json!({"files": paths.len(), "errors": errors, "warnings": warnings}))?;
    }
    if errors > 0 || (args.deny_warnings && warnings > 0) {
        return Err(Failure::silent(Exit::Failed));
    }
    Ok(())
}

/// Says of each callback whether it runs inside the server; gives how many do not.
fn natives(args: &CheckArgs, paths: &[PathBuf], terminal: Terminal) -> Result<usize> {
    let (mut all, mut left) = (0, 0);
    for path in paths {
        let source = read(path)?;
        let callbacks = match callbacks_of(source.text()) {
            Ok(callbacks) => callbacks,
            Err(refusal) => {
                left += 1;
                show(
                    args,
                    &messages::needs_python("this script", &refusal),
                    &source,
                    terminal,
                )?;
                continue;
            }
        };
        for callback in callbacks {
            all += 1;
            let what = format!("{}({})", callback.operation, callback.name);
            if let Some(refusal) = &callback.refusal {
                left += 1;
                let message = match &callback.in_part {
                    Some(refusal) => messages::needs_python_in_part(&what, refusal),
                    None => messages::needs_python(&what, refusal),
                };
                show(args, &message, &source, terminal)?;
                continue;
            }
            let line = source.position(callback.range.start).line;
            match args.format {
                Format::Text => {
                    terminal.print(format_args!("{}:{line}: {what} is native", source.file()))?;
                }
                Format::Json => terminal.print(json!({
                    "file": source.file(),
                    "line": line,
                    "operation": callback.operation,
                    "callback": callback.name,
                    "native": true,
                }))?,
            }
        }
    }
    if args.format == Format::Text {
        let native = all - left.min(all);
        terminal.status(
            "Native",
            format_args!("{native} of {}", count(all, "callback")),
        );
    }
    Ok(left)
}

fn show(args: &CheckArgs, found: &Diagnostic, source: &Source, terminal: Terminal) -> Result<()> {
    match args.format {
        Format::Text => terminal.print(format_args!(
            "{}\n",
            report::render(found, source, terminal.color_out)
        )),
        Format::Json => terminal.print(report::json(found, source)),
    }
}

/// Whether a file of requirements stands beside a script, so that its imports may come from packages.
pub(crate) fn has_requirements(script: &Path) -> bool {
    let beside = script.parent().unwrap_or(Path::new(""));
    let beside = if beside.as_os_str().is_empty() {
        Path::new(".")
    } else {
        beside
    };
    let mut names = fs::read_dir(beside)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.any(|name| name.contains("requirements") && name.ends_with(".txt"))
}

fn summary(terminal: Terminal, files: usize, errors: usize, warnings: usize) {
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(terminal.paint_err(Paint::Bad, &count(errors, "error")));
    }
    if warnings > 0 {
        parts.push(terminal.paint_err(Paint::Warning, &count(warnings, "warning")));
    }
    let result = if parts.is_empty() {
        "nothing found".to_string()
    } else {
        parts.join(", ")
    };
    terminal.status(
        "Checked",
        format_args!("{}: {result}", count(files, "script")),
    );
}

/// The scripts that the paths name; directories with all below them.
fn scripts(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let stdin = Path::new("-");
    let mut out: Vec<PathBuf> = paths
        .iter()
        .filter(|path| *path == stdin)
        .cloned()
        .collect();
    let files: Vec<PathBuf> = paths
        .iter()
        .filter(|path| *path != stdin)
        .cloned()
        .collect();
    let pattern = |text: &str| {
        Pattern::new(text).map_err(|error| Failure::failed(format!("{text}: {error}")))
    };
    // requirement files have no Python in them: nothing is taken for one here
    let sources = Sources::new(&files, true, pattern("*.py")?, pattern("")?, Vec::new())?;
    out.extend(sources.scan()?.scripts);
    if out.is_empty() {
        let names: Vec<String> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        return Err(Failure::failed(format!(
            "no scripts (*.py) in {}",
            names.join(", ")
        )));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &'static str) -> (bool, Vec<String>) {
        let checked = check(&Source::new(text), PyVersion::default(), false);
        let codes = checked.found.iter().map(|d| d.code.to_string()).collect();
        (checked.file.is_some(), codes)
    }

    #[test]
    fn a_script_of_the_server_is_no_gear_of_redgrease() {
        assert_eq!(codes("GB().map(lambda x: x).run()\n"), (false, vec![]));
        assert_eq!(codes("x = 1\n"), (false, vec![]));
    }

    #[test]
    fn several_gears_of_redgrease_are_one_script() {
        let text = "KeysReader().keys().register('a*')\nfun = CommandReader().args().register(trigger='t')\n";
        assert_eq!(codes(text), (true, vec![]));
        let (file, found) = codes("KeysReader().count().run()\nKeysReader().count().run()\n");
        assert!(!file);
        assert_eq!(found, ["RG0301"]);
    }

    #[test]
    fn what_a_gear_requires_may_be_imported() {
        let gear = "import numpy\nKeysReader().map(lambda r: numpy.pi).register('a*', requirements=['numpy'])\n";
        assert_eq!(codes(gear), (true, vec![]));
        let gear = "import numpy\nKeysReader().map(lambda r: numpy.pi).register('a*')\n";
        assert_eq!(codes(gear), (true, vec!["RG0205".to_owned()]));
    }

    #[test]
    fn a_gear_of_redgrease_is_checked_as_one() {
        assert_eq!(codes("KeysReader('a').values().run()"), (true, vec![]));
        let (plan, found) = codes("KeysReader('a').valuse().run()");
        assert!(!plan);
        assert_eq!(found, ["RG0303"]);
    }

    #[test]
    fn readers_of_the_module_are_gears_of_redgrease() {
        let gear = "import redgrease\nredgrease.KeysReader('a').values().run()\n";
        assert_eq!(codes(gear), (true, vec![]));
        let script = "import redgrease\n# not redgrease.KeysReader()\nGB().foreach(lambda r: redgrease.log(r)).run()\n";
        assert_eq!(codes(script), (false, vec![]));
    }
}
