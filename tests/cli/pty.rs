//! What is different on a terminal: colours, bars, and a screen that is drawn again.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::tool::{Place, end_of, eventually, function};

/// Runs a program on a terminal of its own, whose two sides are this program's input and output.
const ON_A_TERMINAL: &str = "\
import os, pty, sys
status = pty.spawn(sys.argv[1:])
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 99)
";

/// The tool on a terminal.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    fn start(place: &Place, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let tool = place.command(args);
        let mut command = Command::new(redgrease::embedded::python().unwrap());
        command.args(["-c", ON_A_TERMINAL]).arg(tool.get_program());
        command
            .args(tool.get_args())
            .env_clear()
            .current_dir(place.path());
        for (name, value) in tool.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command.env("TERM", "xterm").envs(variables.iter().copied());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = out.read(&mut bytes) {
                sink.lock().unwrap().extend_from_slice(&bytes[..length]);
            }
        });
        Self {
            keys: child.stdin.take().unwrap(),
            child,
            screen,
        }
    }

    /// Everything that has been written to the terminal.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    fn shows(&self, text: &str, times: usize) {
        eventually(
            || self.text().matches(text).count() >= times,
            || format!("`{text}` is not shown {times} times: {}", self.text()),
        );
    }

    fn press_ctrl_c(&mut self) {
        self.keys.write_all(b"\x03").unwrap();
        self.keys.flush().unwrap();
    }

    fn ends(&mut self) -> i32 {
        end_of(&mut self.child)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const RED: &str = "\x1b[1;31m";
const GREEN: &str = "\x1b[1;32m";

#[test]
fn colours_are_for_terminals() {
    let place = Place::empty();
    place.write("a.py", "def f(:\n");
    let mut terminal = Terminal::start(&place, &["check", "a.py"], &[]);
    assert_eq!(terminal.ends(), 1);
    terminal.shows(GREEN, 1);
    terminal.shows("\x1b[1m\x1b[91merror", 1);
    for (args, variables) in [
        (&["--color", "never", "check", "a.py"][..], &[][..]),
        (&["check", "a.py"], &[("NO_COLOR", "1")]),
        (&["check", "a.py"], &[("TERM", "dumb")]),
    ] {
        let mut terminal = Terminal::start(&place, args, variables);
        assert_eq!(terminal.ends(), 1);
        terminal.shows("Checked 1 script", 1);
        assert!(!terminal.text().contains("\x1b["), "{}", terminal.text());
    }
    let piped = place.run(&["--color", "always", "check", "a.py"]);
    assert!(
        piped.err.contains(GREEN) && piped.err.contains(RED),
        "{piped:?}"
    );
    let piped = place.run(&["check", "a.py"]);
    assert!(
        !piped.err.contains('\x1b') && !piped.out.contains('\x1b'),
        "{piped:?}"
    );
}

#[test]
fn many_scripts_have_a_bar() {
    let place = Place::with_server();
    for name in ["a", "b", "c"] {
        place.write(&format!("{name}.py"), &function(name, name));
    }
    let mut terminal = Terminal::start(&place, &["."], &[]);
    assert_eq!(terminal.ends(), 0, "{}", terminal.text());
    terminal.shows("[>                   ] 0/3 a.py", 1);
    terminal.shows("[=============>      ] 2/3 c.py", 1);
    // the bar is gone when the tool has ended
    terminal.shows("Loaded\x1b[0m c.py", 1);
    let text = terminal.text();
    let last = text.rfind("2/3").unwrap();
    assert!(text[last..].contains("\r\x1b[2K"), "{text}");

    let mut terminal = Terminal::start(&place, &["--quiet", "."], &[]);
    assert_eq!(terminal.ends(), 0);
    assert_eq!(terminal.text(), "");
}

#[test]
fn a_run_shows_how_far_it_is() {
    let place = Place::with_server();
    for key in ["a", "b", "c"] {
        place.ask::<()>(&["SET", key, "1"]).unwrap();
    }
    place.write(
        "slow.py",
        "import time\n\ndef slow(r):\n    while not execute('EXISTS', 'go'):\n        time.sleep(0.01)\n    return r['key']\n\n\
         GB().map(slow).sort(reverse=False).run('?')\n",
    );
    let mut terminal = Terminal::start(&place, &["run", "slow.py"], &[]);
    terminal.shows("[====================] 3/3 slow.py (", 1);
    place.ask::<()>(&["SET", "go", "1"]).unwrap();
    assert_eq!(terminal.ends(), 0, "{}", terminal.text());
    terminal.shows("c\r\n", 1);
}

#[test]
fn top_draws_its_screen_again_and_leaves_it() {
    let place = Place::with_server();
    place.write("a.py", &function("a", "A"));
    place.ok(&["a.py"]);
    place.write(
        "slow.py",
        "import time\nGB('ShardsIDReader').foreach(lambda _: time.sleep(60)).run()\n",
    );
    place.ok(&["run", "--unblocking", "slow.py"]);
    let wide = [("COLUMNS", "200"), ("LINES", "50")];
    let mut terminal = Terminal::start(&place, &["top", "-i", "0.1"], &wide);
    terminal.shows("\x1b[H\x1b[J", 3);
    terminal.shows("0.0 runs/s  0.0 failed/s  longest lag 0 ms", 1);
    for _ in 0..5 {
        assert_eq!(place.trigger("a").as_deref(), Some("A"));
    }
    // 5 runs in all, in whichever pictures their rate is seen
    eventually(
        || {
            let text = terminal.text();
            let row = text.lines().rfind(|line| line.contains("CommandReader"));
            row.and_then(|row| row.split_whitespace().nth(4)) == Some("5")
        },
        || format!("the runs are not shown: {}", terminal.text()),
    );
    terminal.shows("executions: 1 running", 1);
    terminal.shows(" 1 busy, ", 1);
    terminal.shows("WORKER ", 1);
    eventually(
        || {
            let text = terminal.text();
            let row = text.lines().rfind(|line| line.starts_with("runs/s"));
            row.is_some_and(|row| row.contains('█'))
        },
        || format!("there is no history: {}", terminal.text()),
    );
    terminal.press_ctrl_c();
    assert_eq!(terminal.ends(), 0, "{}", terminal.text());
    let text = terminal.text();
    assert!(text.starts_with("\x1b[?1049h"), "{text}");
    assert!(text.trim_end().ends_with("\x1b[?1049l"), "{text}");
}

/// The lines that a command writes to a terminal of this width, without their colours.
fn lines(place: &Place, args: &[&str], width: &str) -> Vec<String> {
    let mut terminal = Terminal::start(place, args, &[("COLUMNS", width), ("NO_COLOR", "1")]);
    assert_eq!(terminal.ends(), 0, "{}", terminal.text());
    // what is written last may be read after the end
    terminal.shows("  ", 1);
    let text = terminal.text();
    let text = text.split("\x1b[?1049l").next().unwrap();
    let text = ["\x1b[?1049h", "\x1b[?25l", "\x1b[?25h", "\x1b[H\x1b[J"]
        .iter()
        .fold(text.to_string(), |text, code| text.replace(code, ""));
    text.lines()
        .map(|line| line.trim_end().to_string())
        .collect()
}

#[test]
fn tables_fit_the_terminal_and_use_it() {
    let place = Place::with_server();
    let name = "recompute_the_score_of_every_customer_of_this_country";
    place.write(
        "a.py",
        &format!(
            "def fail(_):\n    raise ValueError('the score of this customer is not a number, but something else: ' + 'x' * 60)\n\n\
             GB('CommandReader').map(fail).register(trigger='{name}')\n\
             GB('StreamReader').map(lambda x: x).register('{name}:*')\n\
             GB('KeysReader').map(lambda x: x).register('{name}:*')\n"
        ),
    );
    place.ok(&["a.py"]);
    place.run(&["trigger", name]);
    for args in [
        &["ls"][..],
        &["ls", "--failed"],
        &["config", "get"],
        &["top", "-n", "2", "-i", "0.1"],
    ] {
        for width in [60, 80, 120, 200] {
            let lines = lines(&place, args, &width.to_string());
            let longest = lines.iter().map(|line| line.chars().count()).max().unwrap();
            assert!(longest <= width, "{args:?} {width}: {lines:#?}");
        }
    }
    let narrow = lines(&place, &["ls"], "80").join("\n");
    assert!(narrow.contains("LAST ERROR"), "{narrow}");
    assert!(narrow.contains('…') && !narrow.contains(name), "{narrow}");
    let wide = lines(&place, &["ls"], "200").join("\n");
    assert!(wide.contains(name) && wide.contains("READER"), "{wide}");
    // what is not for a terminal is whole
    assert!(place.ok(&["ls"]).contains(&"x".repeat(60)));
}

#[test]
fn ctrl_c_on_a_terminal_stops_a_server() {
    let place = Place::empty();
    let mut terminal = Terminal::start(&place, &["serve"], &[]);
    terminal.shows("Ctrl-C ends", 1);
    terminal.press_ctrl_c();
    assert_eq!(terminal.ends(), 0, "{}", terminal.text());
    terminal.shows("the server", 1);
}
