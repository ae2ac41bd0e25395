//! The table of what functions can call: `api.txt`, where its rules stand.

use super::{Client, Value};

/// Whether a text is like another in which `*` stands for anything.
fn is_like(text: &str, wanted: &str) -> bool {
    let Some((start, rest)) = wanted.split_once('*') else {
        return text == wanted;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    (0..=text.len())
        .filter_map(|at| text.get(at..))
        .any(|text| is_like(text, rest))
}

/// The only result of a script, or its only error.
fn outcome(reply: &Value) -> Result<String, String> {
    let texts = |value: &Value| -> Vec<String> { value.items().iter().map(Value::text).collect() };
    match reply.items() {
        [results, errors] => match (texts(results).as_slice(), texts(errors).as_slice()) {
            ([result], []) => Ok(result.clone()),
            ([], [error]) => Err(error.clone()),
            _ => panic!("not one result or error: {reply}"),
        },
        _ => panic!("no results: {reply}"),
    }
}

/// Runs the table on a server that has run nothing yet.
#[track_caller]
pub(crate) fn check_names(client: &mut Client) {
    let table = include_str!("../api.txt");
    let mut code: Vec<&str> = Vec::new();
    let mut count = 0;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        if let Some(command) = line.strip_prefix("$ ") {
            let words: Vec<&str> = command.split_whitespace().collect();
            let reply = client.call(&words);
            assert!(!reply.is_error(), "{command}: {reply}");
        }
        let (Some(wanted), is_error) = (
            line.get(3..)
                .filter(|_| line.starts_with("=> ") || line.starts_with("!! ")),
            line.starts_with("!! "),
        ) else {
            if !line.is_empty() && !line.starts_with("$ ") {
                code.push(line);
            }
            continue;
        };
        let script = match code.as_slice() {
            [expression] => format!("GB('ShardsIDReader').map(lambda r: ({expression})).run()"),
            lines => lines.join("\n") + "\nGB('ShardsIDReader').map(f).run()",
        };
        let found = outcome(&client.call(&["RG.PYEXECUTE", &script]));
        let agrees = match &found {
            Ok(text) => !is_error && is_like(text, wanted),
            Err(text) => is_error && text.contains(wanted),
        };
        assert!(agrees, "{script}\nwanted {line}\nfound {found:?}");
        code.clear();
        count += 1;
    }
    assert!(count > 60, "{count} blocks");
}
