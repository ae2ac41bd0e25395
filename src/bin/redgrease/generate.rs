//! `redgrease completions` and `redgrease man`.

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::failure::{Failure, Result};
use crate::terminal::{Terminal, count};

const NAME: &str = "redgrease";

/// Prints a completion script.
pub(crate) fn completions(args: &CompletionsArgs, terminal: Terminal) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut script);
    terminal.print(String::from_utf8_lossy(&script).trim_end())
}

/// Prints the manual page, or writes those of all commands.
pub(crate) fn man(args: &ManArgs, terminal: Terminal) -> Result<()> {
    let command = Cli::command();
    let Some(dir) = &args.dir else {
        let page = page(&Man::new(command), Path::new("-"))?;
        return terminal.print(String::from_utf8_lossy(&page).trim_end());
    };
    fs::create_dir_all(dir).map_err(|error| Failure::io(dir, &error))?;
    let mut number = 1;
    write(dir, NAME, &Man::new(command.clone()))?;
    for subcommand in command.get_subcommands() {
        let name = format!("{NAME}-{}", subcommand.get_name());
        let titled = subcommand.clone().display_name(&name);
        write(dir, &name, &Man::new(titled))?;
        number += 1;
    }
    terminal.status(
        "Wrote",
        format_args!("{} to {}", count(number, "page"), dir.display()),
    );
    Ok(())
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
