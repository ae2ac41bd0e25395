//! The Python of the documentation is Python.

use std::io::Write as _;
use std::process::{Command, Stdio};

use redgrease::embedded;

use crate::page;

/// Reads blocks, each after a line with its place, and says which do not compile. A body that
/// returns a value is one of a function.
const COMPILE: &str = r#"
import ast, json, sys, textwrap
for place, text in json.load(sys.stdin):
    text = textwrap.dedent(text)
    body = "def function():\n" + textwrap.indent(text, "    ")
    try:
        try:
            ast.parse(text)
            compile(text, place, "exec")
        except SyntaxError:
            compile(body, place, "exec")
    except SyntaxError as error:
        print(place, error)
"#;

#[test]
fn every_python_block_compiles() {
    let blocks: Vec<(String, String)> = page::all()
        .iter()
        // the pages of the errors show Python that is wrong on purpose
        .filter(|page| !page.name.starts_with("docs/errors/"))
        .flat_map(|page| {
            page.blocks
                .iter()
                .filter(|block| block.language == "python")
                .map(|block| (format!("{}:{}", page.name, block.line), block.text.clone()))
        })
        .collect();
    assert!(blocks.len() > 5, "only {} blocks were found", blocks.len());
    let mut python = Command::new(embedded::python().unwrap())
        .args(["-I", "-c", COMPILE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let json = serde_json::to_vec(&blocks).unwrap();
    python.stdin.take().unwrap().write_all(&json).unwrap();
    let output = python.wait_with_output().unwrap();
    let faults = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && faults.is_empty(), "{faults}");
}
