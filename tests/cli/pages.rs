//! Completions and manual pages.

use std::process::Command;

use crate::tool::{Place, function, lists};

/// Loads the completions into a bash and asks it for those of a line.
fn completed(line: &[&str]) -> Vec<String> {
    completed_at(&Place::empty(), line)
}

/// As [`completed`], with the server of a place.
fn completed_at(place: &Place, line: &[&str]) -> Vec<String> {
    const SCRIPT: &str = r#"
        source "$1" || exit 1
        complete -p redgrease >/dev/null || exit 2
        shift
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        function=$(complete -p redgrease | sed 's/.*-F \([^ ]*\).*/\1/')
        "$function" redgrease "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    place.write("completions.bash", &place.ok(&["completions", "bash"]));
    let mut bash = Command::new("bash");
    let tool = place.command(&[]);
    let program = std::path::PathBuf::from(tool.get_program());
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    bash.current_dir(place.path())
        .env("PATH", path)
        .env_remove("REDGREASE_SERVER")
        .args(["--norc", "-c", SCRIPT, "bash", "completions.bash"]);
    let ran = place.output(bash.args(line).output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.out.lines().map(str::to_string).collect()
}

#[test]
fn bash_completes_commands_options_and_values() {
    assert_eq!(completed(&["redgrease", "eng"]), ["engine"]);
    assert_eq!(
        completed(&["redgrease", "--unbl"]),
        ["--unblocking-pattern"]
    );
    assert_eq!(completed(&["redgrease", "ls", "exec"]), ["executions"]);
    assert_eq!(completed(&["redgrease", "engine", "doc"]), ["doctor"]);
    assert_eq!(completed(&["redgrease", "config", "g"]), ["get"]);
}

#[test]
fn bash_completes_names_that_are_on_the_server() {
    let place = Place::with_server();
    place.write("a.py", &(function("area", "A") + &function("arena", "B")));
    place.write(
        "s.py",
        "GB('StreamReader').foreach(lambda r: 0).register('orders:*')\n",
    );
    place.ok(&["a.py", "s.py"]);
    let port = place.server.as_ref().unwrap().port().to_string();
    let completed = |words: &[&str]| {
        let line = [&["redgrease", "-p", &port], words].concat();
        completed_at(&place, &line)
    };
    assert_eq!(completed(&["trigger", "ar"]), ["area", "arena"]);
    assert_eq!(
        completed(&["trigger", "--on-key", "are"]),
        ["area", "arena"]
    );
    assert_eq!(completed(&["rm", "aren"]), ["arena"]);
    assert_eq!(completed(&["config", "get", "Sync"]), ["SyncDeadline"]);
    let all = json(&place.ok(&["ls", "--format", "json"]));
    let stream = all
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["reader"] == "StreamReader");
    let id = stream.unwrap()["id"].as_str().unwrap();
    let number = id.rsplit('-').next().unwrap();
    assert!(completed(&["pause", ""]).contains(&number.to_string()));
    // nobody is kept waiting, or told, where there is no server
    let nowhere = ["redgrease", "-p", "1", "trigger", "ar"];
    assert_eq!(completed_at(&place, &nowhere), [""]);
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn other_shells_have_completions_too() {
    let place = Place::empty();
    for (shell, start) in [
        ("zsh", "#compdef redgrease"),
        ("fish", "# Print an optspec"),
        ("elvish", ""),
        ("powershell", ""),
    ] {
        let script = place.ok(&["completions", shell]);
        assert!(script.starts_with(start), "{shell}: {script}");
        assert!(script.contains("index-prefix"), "{shell}");
        if shell == "zsh" {
            // The first word is a command or a path, and not one behind the other.
            assert!(script.contains("case $line[1] in") && !script.contains("$line[2]"));
            assert!(!script.contains("'::paths"));
        }
        if ["zsh", "fish"].contains(&shell) {
            for kind in [
                "triggers",
                "registrations",
                "streams",
                "executions",
                "settings",
            ] {
                let call = format!("redgrease_names {kind}");
                assert!(script.contains(&call), "{shell}: {kind}");
            }
        }
    }
    assert_eq!(place.run(&["completions", "dosshell"]).code, 2);
}

#[test]
fn each_command_has_a_page() {
    let place = Place::empty();
    assert!(place.ok(&["man"]).contains(".TH redgrease 1"));
    let ran = place.run(&["man", "pages"]);
    assert_eq!(ran.err.trim(), "Wrote 26 pages to pages");
    let pages = lists(&place.path().join("pages"));
    insta::assert_snapshot!(pages.join("\n"));
    for page in pages {
        let name = page.strip_suffix(".1").unwrap();
        let text = std::fs::read_to_string(place.path().join("pages").join(&page)).unwrap();
        assert!(text.contains(&format!(".TH {name} 1 ")), "{name}: {text}");
        let title = name.replace('-', "\\-");
        assert!(
            text.contains(&format!(".SH NAME\n{title} \\- ")),
            "{name}: {text}"
        );
        let command = name.replace('-', " ");
        assert!(
            text.contains(&format!("\\fB{command}\\fR")),
            "{name}: {text}"
        );
        assert!(text.contains("\\-\\-server"), "{name}: no options for all");
        for section in ["SYNOPSIS", "DESCRIPTION", "OPTIONS"] {
            assert!(
                text.contains(&format!(".SH {section}\n")),
                "{name}: {section}"
            );
        }
    }
}
