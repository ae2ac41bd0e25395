//! The words of the command line, put where the parser expects them: options may stand anywhere.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};

use clap::{Arg, Command, CommandFactory as _};

use super::Cli;

/// Puts options behind the command that they belong to, and those of `trigger` before the arguments
/// of its function; gives `--watch` its value where it stands before a path.
pub(crate) fn arranged(args: Vec<OsString>) -> Vec<OsString> {
    let root = Cli::command();
    let mut rest = VecDeque::from(args);
    let mut out: Vec<OsString> = rest.pop_front().into_iter().collect();
    let before = words_before_command(&root, &mut rest);
    let Some(command) = rest.front().and_then(|word| subcommand(&root, word)) else {
        out.extend(before.into_iter().flatten());
        out.extend(rest);
        return with_watch_value(out);
    };
    let known = Options::of_root(&root, command);
    let (here, behind): (Vec<_>, Vec<_>) =
        before.into_iter().partition(|words| known.has(&words[0]));
    out.extend(here.into_iter().flatten());
    out.extend(rest.pop_front());
    let inner = rest.front().and_then(|word| subcommand(command, word));
    let innermost = inner.unwrap_or(command);
    if inner.is_some() {
        out.extend(rest.pop_front());
    }
    out.extend(behind.into_iter().flatten());
    match innermost.get_name() {
        "trigger" => out.extend(options_first(&root, innermost, rest)),
        "load" | "watch" => out.extend(with_watch_value(rest.into())),
        _ => out.extend(rest),
    }
    out
}

/// The value of a global option in words that may be unfinished, for completions.
pub(crate) fn value_in(words: &[String], long: &str, short: char) -> Option<String> {
    let (long, short) = (format!("--{long}"), format!("-{short}"));
    let mut words = words.iter();
    let mut found = None;
    while let Some(word) = words.next() {
        if word == &long || word == &short {
            found = words.next().cloned();
        } else if let Some(value) = word.strip_prefix(&format!("{long}=")) {
            found = Some(value.to_string());
        }
    }
    found
}

/// Takes the options that stand before the command, each with its value. Without a command, or with
/// a path before it, there is nothing to arrange.
fn words_before_command(root: &Command, rest: &mut VecDeque<OsString>) -> Vec<Vec<OsString>> {
    let everywhere = Options::everywhere(root);
    let mut out = Vec::new();
    while let Some(word) = rest.pop_front() {
        if !is_option(&word) {
            rest.push_front(word);
            break;
        }
        out.push(with_value(&everywhere, word, rest));
    }
    out
}

/// The options of `trigger` that stand among the arguments of the function go before them.
fn options_first(root: &Command, trigger: &Command, mut rest: VecDeque<OsString>) -> Vec<OsString> {
    let known = Options::of_command(root, trigger);
    let (mut options, mut arguments) = (Vec::new(), Vec::new());
    while let Some(word) = rest.pop_front() {
        if word == "--" {
            arguments.extend(rest);
            break;
        }
        if is_option(&word) && known.has(&word) {
            options.extend(with_value(&known, word, &mut rest));
        } else {
            arguments.push(word);
        }
    }
    if !arguments.is_empty() {
        options.push("--".into());
    }
    options.extend(arguments);
    options
}

/// An option and its value, where that is a word of its own.
fn with_value(known: &Options<'_>, word: OsString, rest: &mut VecDeque<OsString>) -> Vec<OsString> {
    let takes_next = known.find(&word).is_some_and(|arg| {
        let name = word.to_string_lossy();
        let has_value = name.contains('=') || !name.starts_with("--") && name.chars().count() > 2;
        arg.get_action().takes_values() && !arg.is_require_equals_set() && !has_value
    });
    let mut words = vec![word];
    let is_watch = words[0] == "-w" || words[0] == "--watch";
    let is_value = |next: &OsString| !is_option(next) && (!is_watch || is_number(next));
    if takes_next && rest.front().is_some_and(is_value) {
        words.extend(rest.pop_front());
    }
    words
}

/// Lets `--watch` stand before a path: a word that is no number is not its value.
fn with_watch_value(args: Vec<OsString>) -> Vec<OsString> {
    let mut out = Vec::with_capacity(args.len());
    let mut rest = args.into_iter().peekable();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            out.push(arg);
            out.extend(rest);
            break;
        }
        if (arg == "-w" || arg == "--watch") && !rest.peek().is_some_and(is_number) {
            out.push("--watch=5".into());
        } else {
            out.push(arg);
        }
    }
    out
}

fn is_number(word: &OsString) -> bool {
    word.to_str()
        .is_some_and(|text| text.parse::<f64>().is_ok())
}

/// `-` alone is the input.
fn is_option(word: &OsStr) -> bool {
    word.to_str()
        .is_some_and(|text| text.starts_with('-') && text != "-" && text != "--")
}

fn subcommand<'a>(command: &'a Command, word: &OsStr) -> Option<&'a Command> {
    command.find_subcommand(word)
}

/// Some of the options.
struct Options<'a>(Vec<&'a Arg>);

impl<'a> Options<'a> {
    /// Those that stay before a command: all, but for one that loads, whose own they are.
    fn of_root(root: &'a Command, command: &Command) -> Self {
        let loads = ["load", "watch"].contains(&command.get_name());
        let stays = |arg: &&Arg| !loads || arg.is_global_set();
        Self(root.get_arguments().filter(stays).collect())
    }

    /// Those of a command, and those that hold for all.
    fn of_command(root: &'a Command, command: &'a Command) -> Self {
        let global = root.get_arguments().filter(|arg| arg.is_global_set());
        Self(command.get_arguments().chain(global).collect())
    }

    /// Those of all commands.
    fn everywhere(root: &'a Command) -> Self {
        let mut all: Vec<&Arg> = root.get_arguments().collect();
        let mut commands: Vec<&Command> = root.get_subcommands().collect();
        while let Some(command) = commands.pop() {
            all.extend(command.get_arguments());
            commands.extend(command.get_subcommands());
        }
        Self(all)
    }

    fn has(&self, word: &OsStr) -> bool {
        let is_help = ["-h", "--help", "-V", "--version"]
            .iter()
            .any(|help| word == *help);
        is_help || self.find(word).is_some()
    }

    /// The option that a word such as `--port`, `--port=1` or `-p` names.
    fn find(&self, word: &OsStr) -> Option<&'a Arg> {
        let text = word.to_str()?;
        let named = |arg: &&&Arg| match text.strip_prefix("--") {
            Some(long) => arg.get_long() == long.split('=').next(),
            None => arg.get_short().is_some() && arg.get_short() == text.chars().nth(1),
        };
        let is_exact = text.starts_with("--") || text.chars().count() == 2;
        self.0.iter().filter(|_| is_exact).find(named).copied()
    }
}
