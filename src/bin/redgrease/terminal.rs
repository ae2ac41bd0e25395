//! What is printed, and how: status lines and errors on the error output, results on the output.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use crate::args::{Color, OutputArgs};
use crate::failure::{Exit, Failure, Result};

/// The two outputs of the tool with the user's wishes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    quiet: bool,
    verbose: bool,
    /// Colours on the output.
    pub(crate) color_out: bool,
    /// Colours on the error output.
    pub(crate) color_err: bool,
    /// The error output is a terminal, so that a line can be written over.
    live: bool,
}

/// The few colours there are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paint {
    Good,
    Bad,
    Warning,
    Note,
    Strong,
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Self::Good => "1;32",
            Self::Bad => "1;31",
            Self::Warning => "1;33",
            Self::Note => "1;36",
            Self::Strong => "1",
        }
    }
}

impl Terminal {
    pub(crate) fn new(args: &OutputArgs) -> Self {
        let color = |is_terminal: bool| match args.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                is_terminal && !unwanted && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
            }
        };
        let live = io::stderr().is_terminal();
        Self {
            quiet: args.quiet,
            verbose: args.verbose,
            color_out: color(io::stdout().is_terminal()),
            color_err: color(live),
            live: live && !args.quiet,
        }
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Prints a result. A reader that has gone away ends the tool quietly.
    pub(crate) fn print(&self, text: impl Display) -> Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")
            .and_then(|()| out.flush())
            .map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => Failure::silent(Exit::Failed),
                _ => Failure::failed(format!("the output could not be written: {error}")),
            })
    }

    /// Says what was done: a verb and what it was done to. Nothing with `--quiet`.
    pub(crate) fn status(&self, verb: &str, text: impl Display) {
        if !self.quiet {
            self.say(Paint::Good, verb, text);
        }
    }

    /// As [`Self::status`], for what went wrong; `--quiet` does not hide it.
    pub(crate) fn failed(&self, verb: &str, text: impl Display) {
        self.say(Paint::Bad, verb, text);
    }

    pub(crate) fn warning(&self, text: impl Display) {
        self.line(format_args!(
            "{}: {text}",
            self.paint_err(Paint::Warning, "warning")
        ));
    }

    pub(crate) fn help(&self, text: impl Display) {
        self.line(format_args!(
            "  {}: {text}",
            self.paint_err(Paint::Note, "help")
        ));
    }

    pub(crate) fn error(&self, failure: &Failure) {
        if failure.message.is_empty() {
            return;
        }
        self.line(format_args!(
            "{}: {}",
            self.paint_err(Paint::Bad, "error"),
            failure.message
        ));
        if let Some(help) = &failure.help {
            self.help(help);
        }
    }

    /// Lines for the error output as they are.
    pub(crate) fn block(&self, text: impl Display) {
        self.line(text);
    }

    /// Shows what is being done until the next line is written; only on a terminal.
    pub(crate) fn progress(&self, verb: &str, text: impl Display) {
        if self.live {
            let verb = self.paint_err(Paint::Note, &format!("{verb:>12}"));
            let _ = write!(io::stderr().lock(), "\r\x1b[2K{verb} {text}\x1b[K\r");
            let _ = io::stderr().flush();
        }
    }

    pub(crate) fn paint_out(&self, paint: Paint, text: &str) -> String {
        paint_if(self.color_out, paint, text)
    }

    pub(crate) fn paint_err(&self, paint: Paint, text: &str) -> String {
        paint_if(self.color_err, paint, text)
    }

    fn say(&self, paint: Paint, verb: &str, text: impl Display) {
        let verb = self.paint_err(paint, &format!("{verb:>12}"));
        self.line(format_args!("{verb} {text}"));
    }

    fn line(&self, text: impl Display) {
        let over = if self.live { "\r\x1b[2K" } else { "" };
        // an error output that is closed leaves nobody to tell
        let _ = writeln!(io::stderr().lock(), "{over}{text}");
    }
}

fn paint_if(colored: bool, paint: Paint, text: &str) -> String {
    if colored {
        format!("\x1b[{}m{text}\x1b[0m", paint.code())
    } else {
        text.to_string()
    }
}

/// `1 script`, `3 scripts`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A terminal that shows no status and no colours.
    pub(crate) fn silent() -> Terminal {
        Terminal::new(&OutputArgs {
            quiet: true,
            verbose: false,
            color: Color::Never,
        })
    }

    #[test]
    fn numbers_and_their_nouns() {
        assert_eq!(count(0, "script"), "0 scripts");
        assert_eq!(count(1, "script"), "1 script");
    }

    #[test]
    fn colours_only_when_wanted() {
        let mut terminal = silent();
        assert_eq!(terminal.paint_out(Paint::Bad, "x"), "x");
        terminal.color_out = true;
        assert_eq!(terminal.paint_out(Paint::Bad, "x"), "\x1b[1;31mx\x1b[0m");
    }
}
