"""What rust-analyzer shows of a program with Python inside: errors, completion, documentation, definitions.

    python3 tests/editor/try.py RUST_ANALYZER FOLDER

Makes a program in FOLDER, opens it as an editor does, asks, and says what is not as it should be. The answers are printed.
"""

import pathlib
import sys

from lsp import Document, Server

ROOT = pathlib.Path(__file__).resolve().parents[2]

MANIFEST = """\
[package]
name = "program"
version = "0.1.0"
edition = "2024"

[dependencies]
redgrease = { path = "%s" }

[workspace]
""" % ROOT

WRONG = '''\
use redgrease::prelude::*;

/// How large a rectangle is.
#[command]
fn area(width: f64, height: f64) -> f64 {
    python! {
        half = width / 2
        return 2 * half * hieght
    }
}

/// Says hello, several times.
#[command(trigger = "hello")]
fn greet(name: &str, times: i64) -> String {
    python! { return cmd.gett(name) * times }
}

#[keys_reader(prefix = "person:*")]
fn index_person(record: Record) {
    r#"
    cmd.sadd("people", record.key)
    "#
}

fn main() {
    let biggest = gear! { KeysReader("doc:*").mapp(lambda x: x).run() };
    let call = greet("Ann", 2);
    println!("{biggest:?} {call:?} {}", area::script().text());
    let _ = registrations![area, index_person];
}
'''

RIGHT = WRONG.replace("hieght", "height").replace("cmd.gett(name)", '"hello " + name').replace("mapp(", "map(")

faults = []


def expect(what, true, shown):
    print("%s %s" % ("ok " if true else "NOT", what))
    print("      " + str(shown).replace("\n", "\n      "))
    if not true:
        faults.append(what)


def main(program, folder):
    folder = pathlib.Path(folder).resolve()
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(MANIFEST)
    path = folder / "src" / "main.rs"
    path.write_text(WRONG)
    settings = {
        "checkOnSave": True,
        "cargo": {"targetDir": str(folder / "target")},
        "procMacro": {"enable": True},
    }
    with open(folder / "rust-analyzer.log", "wb") as log:
        server = Server(program, folder, settings, log)
        document = Document(server, path)
        document.checked()
        errors(document)
        document.save(RIGHT)
        expect("a program without mistakes has no error", document.found() == [], document.found())
        questions(server, document)
        unsaved(document)
        server.close()
    if faults:
        raise SystemExit("not so: " + "; ".join(faults))


def errors(document):
    found = document.found()
    wanted = [
        ("hieght", "undefined name `hieght` [RG0201]"),
        ("gett", "RG0402"),
        ("mapp", "RG0303"),
    ]
    for token, words in wanted:
        fits = [one for one in found if one[3] == token and words in one[4]]
        expect("the error about `%s` is at its token" % token, len(fits) == 1, found)
    expect("there is no other error", len([one for one in found if one[1] == 1]) == len(wanted), found)


def questions(server, document):
    # one types the name of a function
    typed = RIGHT.replace("    let call = greet(", "    gre\n    let call = greet(")
    document.change(typed)
    items = server.ask("textDocument/completion", document.at("    gre"))
    items = items["items"] if isinstance(items, dict) else items
    greet = [item for item in items if item["label"].startswith("greet") and item.get("kind") == 3]
    inserted = [(item.get("textEdit") or {}).get("newText") or item.get("insertText") or item["label"] for item in greet]
    expect("its name is completed, with its parameters", any("name" in text and "times" in text for text in inserted), inserted)
    details = [item.get("detail") for item in greet]
    expect("and the completion shows its types", any("&str" in (detail or "") and "i64" in detail for detail in details), details)

    typed = RIGHT.replace('area::script().text()', 'area::')
    document.change(typed)
    items = server.ask("textDocument/completion", document.at("area::"))
    items = items["items"] if isinstance(items, dict) else items
    labels = sorted(item["label"] for item in items)
    wanted = {"SPEC", "call(…)", "register(…)", "script()"}
    expect("what belongs to a function is completed", wanted <= set(labels), labels)

    document.change(RIGHT)
    hover = server.ask("textDocument/hover", document.at("let call = gre"))
    text = hover["contents"]["value"] if hover else ""
    expect("its documentation is shown", "Says hello, several times." in text and "times: i64" in text, text)

    help_ = server.ask("textDocument/signatureHelp", document.at('greet("Ann", '))
    labels = [one["label"] for one in (help_ or {}).get("signatures", [])]
    expect("its parameters are shown while one writes the call", any("name: &str" in label for label in labels), labels)

    hints = server.ask(
        "textDocument/inlayHint",
        {"textDocument": {"uri": document.uri}, "range": {"start": {"line": 0, "character": 0}, "end": document.place("let call = greet(")}},
    )
    labels = ["".join(part["value"] for part in hint["label"]) if isinstance(hint["label"], list) else hint["label"] for hint in hints]
    expect("the type of a call is known", any("Call<String" in label for label in labels), labels)

    for word, marked in (("greet", "let call = gre"), ("area", "{}\", are"), ("index_person", "registrations![area, index_p")):
        places = server.ask("textDocument/definition", document.at(marked)) or []
        places = places if isinstance(places, list) else [places]
        lines = {
            RIGHT.split("\n")[(one.get("targetSelectionRange") or one.get("range"))["start"]["line"]]
            for one in places
            if (one.get("targetUri") or one.get("uri")) == document.uri
        }
        expect("`%s` leads to its function" % word, any(line.startswith("fn %s(" % word) for line in lines), lines)


def unsaved(document):
    """Between two saves the macros run in rust-analyzer, which tells them no positions."""
    document.change(RIGHT.replace("half = width / 2", "half = width / 2\n        third = width / 3"))
    document.settled()
    expect("nothing is wrong while one writes", document.found() == [], document.found())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
