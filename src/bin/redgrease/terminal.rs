//! What is printed, and how: status lines and errors on the error output, results on the output.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::args::{Color, OutputArgs};
use crate::failure::{Exit, Failure, Result};

/// Begins the line of a terminal anew.
const OVER: &str = "\r\x1b[2K";

/// Whether the last line of the terminal is one of [`Terminal::progress`].
static UNFINISHED: AtomicBool = AtomicBool::new(false);

/// Whether a [`Screen`] is shown.
static OTHER_SCREEN: AtomicBool = AtomicBool::new(false);
/// The other screen, without the cursor.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";

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
    /// Columns and rows of the output, where that is a terminal.
    size: Option<(usize, usize)>,
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
            size: size(),
        }
    }

    /// How many characters a line of the output has room for; `None` when it is no terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        self.size.map(|(width, _)| width)
    }

    /// Columns and rows of the terminal as they are now, since it can be resized.
    pub(crate) fn size_now(&self) -> Option<(usize, usize)> {
        size()
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Prints a result. A reader that has gone away ends the tool quietly.
    pub(crate) fn print(&self, text: impl Display) -> Result<()> {
        clear();
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
        // a line that is longer than the terminal is wide is cut, as only its last row could be
        // written over
        const WITHOUT_WRAPPING: (&str, &str) = ("\x1b[?7l", "\x1b[?7h");
        if self.live {
            let verb = self.paint_err(Paint::Note, &format!("{verb:>12}"));
            let (start, end) = WITHOUT_WRAPPING;
            let mut err = io::stderr().lock();
            let _ = write!(err, "{OVER}{start}{verb} {text}{end}\r");
            let _ = err.flush();
            UNFINISHED.store(true, Ordering::SeqCst);
        }
    }

    /// Gives a screen of its own to what is printed from now on, and the usual one back when the
    /// screen is dropped; nothing where the output is no terminal.
    pub(crate) fn screen(&self) -> Result<Screen> {
        let is_terminal = io::stdout().is_terminal();
        if is_terminal {
            OTHER_SCREEN.store(true, Ordering::SeqCst);
            self.print(ENTER)?;
        }
        Ok(Screen { is_terminal })
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
        clear();
        // an error output that is closed leaves nobody to tell
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// A screen for pictures that take each other's place.
#[derive(Debug)]
pub(crate) struct Screen {
    is_terminal: bool,
}

impl Screen {
    /// What to print before a picture.
    pub(crate) fn start(&self) -> &'static str {
        if self.is_terminal { "\x1b[H\x1b[J" } else { "" }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// The size of the terminal that the output is; where it does not say it, that of COLUMNS and LINES,
/// or the usual one.
fn size() -> Option<(usize, usize)> {
    const USUAL: (usize, usize) = (80, 24);
    if !io::stdout().is_terminal() {
        return None;
    }
    if let Some((width, height)) = terminal_size::terminal_size_of(io::stdout())
        && width.0 > 0
    {
        return Some((width.0.into(), height.0.into()));
    }
    let number = |name: &str| std::env::var(name).ok()?.parse().ok();
    Some((
        number("COLUMNS").unwrap_or(USUAL.0),
        number("LINES").unwrap_or(USUAL.1),
    ))
}

/// Takes the line of [`Terminal::progress`] away.
fn clear() {
    if UNFINISHED.swap(false, Ordering::SeqCst) {
        let mut err = io::stderr().lock();
        let _ = write!(err, "{OVER}");
        let _ = err.flush();
    }
}

/// Leaves the terminal as it was found.
pub(crate) fn restore() {
    clear();
    if OTHER_SCREEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout().lock();
        let _ = write!(out, "{LEAVE}");
        let _ = out.flush();
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
