//! `redgrease completions` and `redgrease man`.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::failure::{Failure, Result};
use crate::terminal::{Terminal, count};

const NAME: &str = "redgrease";

/// Prints a completion script.
pub(crate) fn completions(args: &CompletionsArgs, terminal: Terminal) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut script);
    let script = String::from_utf8_lossy(&script);
    let script = match args.shell {
        Shell::Bash => format!("{script}{}", include_str!("completions/names.bash")),
        Shell::Fish => format!("{script}{}", include_str!("completions/names.fish")),
        Shell::Zsh => zsh(&script),
        _ => script.into_owned(),
    };
    terminal.print(script.trim_end())
}

/// Lets the arguments that name something on the server be completed by its names: zsh's script has
/// a place for each, which is known by its text. The first word of all may be a path or a command, which the script takes
/// for two words.
fn zsh(script: &str) -> String {
    const NAMES: [(&str, &str); 5] = [
        (":name -- Name of the trigger:_default", "triggers"),
        (
            "names -- Registration (ID, or the number at its end), session, or what the list shows under FOR:_default",
            "registrations",
        ),
        (
            "names -- Registration (ID, or the number at its end), session, or its stream:_default",
            "streams",
        ),
        (
            "ids -- Execution (ID, or the number at its end):_default",
            "executions",
        ),
        (
            "names -- Names; all that are known without any:_default",
            "settings",
        ),
    ];
    let mut script = script.to_string();
    for (place, kind) in NAMES {
        let completed = place.replace("_default", &format!("{{_redgrease_names {kind}}}"));
        script = script.replace(place, &completed);
    }
    let is_path = |line: &&str| line.starts_with("'::paths -- ");
    if let Some(path) = script.lines().find(is_path) {
        let path = format!("{path}\n");
        script = script.replacen(&path, "", 1);
        script = script.replacen(":_redgrease_commands\"", ":_redgrease_first\"", 1);
        for word in [
            "words=($line[2] ",
            "command-$line[2]:",
            "case $line[2] in\n",
        ] {
            script = script.replacen(word, &word.replace("[2]", "[1]"), 1);
        }
        let dispatch = "case $line[1] in\n";
        script = script.replacen(
            dispatch,
            &format!("_redgrease_is_command $line[1] || {{ _files; return }}\n        {dispatch}"),
            1,
        );
    }
    let start = script.find('\n').map_or(0, |end| end + 1);
    script.insert_str(start, include_str!("completions/names.zsh"));
    script
}

/// Prints the manual page, or writes those of all commands.
pub(crate) fn man(args: &ManArgs, terminal: Terminal) -> Result<()> {
    let mut command = Cli::command();
    // gives the commands their full names and the options that hold for all
    command.build();
    let Some(dir) = &args.dir else {
        let page = page(&Man::new(command), Path::new("-"))?;
        return terminal.print(String::from_utf8_lossy(&page).trim_end());
    };
    fs::create_dir_all(dir).map_err(|error| Failure::io(dir, &error))?;
    let number = write_all(dir, command)?;
    terminal.status(
        "Wrote",
        format_args!("{} to {}", count(number, "page"), dir.display()),
    );
    Ok(())
}

/// Writes the page of a command and those of all commands below it; gives their number.
fn write_all(dir: &Path, command: Command) -> Result<usize> {
    let mut number = 1;
    for below in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        number += write_all(dir, below.clone())?;
    }
    let name = command.get_display_name().unwrap_or(NAME).to_string();
    write(dir, &name, &Man::new(command))?;
    Ok(number)
}

fn write(dir: &Path, name: &str, man: &Man) -> Result<()> {
    let path = dir.join(format!("{name}.1"));
    fs::write(&path, page(man, &path)?).map_err(|error| Failure::io(&path, &error))
}

fn page(man: &Man, path: &Path) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render(&mut page)
        .map_err(|error: io::Error| Failure::io(path, &error))?;
    Ok(page)
}
