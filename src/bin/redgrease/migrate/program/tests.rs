use super::*;

fn moved(text: &'static str) -> (String, Option<String>) {
    let source = Source::new(text);
    program(&source, Kind::Script, PyVersion::default(), "a.py").unwrap()
}

#[track_caller]
fn gives(text: &'static str, parts: &[&str]) {
    let (program, note) = moved(text);
    assert_eq!(note, None);
    for part in parts {
        assert!(program.contains(part), "no `{part}` in\n{program}");
    }
}

#[test]
fn functions_of_events_get_attributes() {
    gives(
        "import json\n\n# keeps it\ndef note(r):\n    x = json.dumps(r['key'])\n    execute('SADD', \"k\", x)\n\n\
         GB('KeysReader').foreach(note).register('a:*', eventTypes=['set'], readValue=False)\n",
        &[
            "// keeps it\n#[keys_reader(prefix = \"a:*\", event_types = [\"set\"], read_value = false, mode = \"async\", python = \"3.7\")]\n\
             fn note(r: Record) {\n    r#\"\n    import json\n    x = json.dumps(r['key'])\n    execute('SADD', \"k\", x)\n\"#\n}\n",
            "    note::register(&mut con)?;\n",
        ],
    );
}

#[test]
fn functions_whose_answers_have_one_type_become_commands() {
    gives(
        "def twice(call): return call[1] * 2\nGB('CommandReader').map(twice).register(trigger='twice')\n\
         def size(c):\n    return len(c)\ng = GB('CommandReader')\ng.map(size)\ng.register(trigger='how many')\n",
        &[
            "#[command(mode = \"async\", python = \"3.7\")]\nfn twice(call: &[&str]) -> String {\n    \
             r#\"\ncall = [\"twice\"] + call\nreturn call[1] * 2\n\"#\n}\n",
            "#[command(trigger = \"how many\", mode = \"async\", python = \"3.7\")]\nfn size(c: &[&str]) -> i64 {\n",
        ],
    );
}

#[test]
fn other_registrations_become_gears_with_what_they_need() {
    gives(
        "LIMIT = 5\ndef one(x): return 1\ndef two(x): return one(x) + LIMIT\ndef three(x): return 3\n\
         GB('CommandReader').map(two).register(trigger='two')  # the second\n\
         GB('KeysReader').foreach(lambda r: three(r)).register('b:*')\n",
        &[
            "\nLIMIT = 5\n\ndef one(x): return 1\n\ndef two(x): return one(x) + LIMIT\n\n\
             GB('CommandReader').map(two).register(trigger='two', convertToStr=True)  # the second\n",
            "\ndef three(x): return 3\n\nGB('KeysReader')",
        ],
    );
}

#[test]
fn gears_that_are_built_in_steps_stay_together() {
    gives(
        "# first\ng = GB()\n# then\ng.map(lambda r: r['key'])  # keys\ng.foreach(print)\ng.register('a:*')\n",
        &[
            "# first\ng = GB()\n# then\ng.map(lambda r: r['key'])  # keys\ng.foreach(print)\ng.register('a:*', convertToStr=True)\n",
        ],
    );
}

#[test]
fn results_stay_texts() {
    for (said, wanted) in [
        ("GB().register()", "GB().register(convertToStr=True)"),
        (
            "GB().register('a*')",
            "GB().register('a*', convertToStr=True)",
        ),
        (
            "GB().register('a*',)",
            "GB().register('a*', convertToStr=True)",
        ),
        (
            "GB().register('a*', convertToStr=False)",
            "GB().register('a*', convertToStr=False)",
        ),
        (
            "GB().register(\n  ('a*') # all, and more\n)",
            "GB().register(\n  ('a*') # all, and more\n, convertToStr=True)",
        ),
        (
            "GB().register(\n  'a*', # all\n)",
            "GB().register(\n  'a*', # all\n    convertToStr=True,\n)",
        ),
    ] {
        let (program, _) = moved(said);
        assert!(program.contains(&format!("\n{wanted}\n")), "{program}");
    }
}

#[test]
fn what_may_be_shared_or_runs_stays_in_one_piece() {
    for (text, reason) in [
        (
            "n = 0\ndef f(r):\n    global n\n    n += 1\nGB().foreach(f).register()\n",
            "`n = 0` may be shared by its functions",
        ),
        (
            "seen = []\nGB().foreach(seen.append).register()\n",
            "`seen = []` may be shared by its functions",
        ),
        (
            "g = GB().count()\n",
            "`g = GB().count()` may be shared by its functions",
        ),
        (
            "log('here')\nGB().register()\n",
            "`log('here')` is done when the script is sent",
        ),
        (
            "GB().count().run()\n",
            "`GB().count().run()` runs, and the server makes its results texts",
        ),
        // the server looks over it
        (
            "GB('KeysReader').register('a:*', batch=3)\n",
            "`gear!` refuses it: `register` has no argument `batch`",
        ),
        (
            "GB().register(*['a'], **{'mode': 'sync'})\n",
            "`gear!` refuses it: `register` cannot take unpacked arguments",
        ),
    ] {
        let (program, note) = moved(text);
        let wanted = format!("it is sent as it is, in one piece: {reason}");
        assert_eq!(note.as_deref(), Some(&*wanted));
        assert!(
            program.contains(&format!("con.pyexecute(r#\"\n{text}")),
            "{program}"
        );
    }
}

#[test]
fn what_would_be_otherwise_in_rust_becomes_a_gear() {
    for text in [
        // twice the same name
        "def f(r): execute('INCR', 'n')\nGB().foreach(f).register('a:*')\nGB().foreach(f).register('b:*')\n",
        // the whole record
        "def f(r): log(str(r))\nGB().foreach(f).register('a:*')\n",
        // a text of several lines
        "T = '''\na'''\ndef f(r): log(T)\nGB().foreach(f).register('a:*')\n",
        // an answer of any type
        "def f(c): return execute('GET', c[1])\nGB('CommandReader').map(f).register(trigger='f')\n",
        // names that Rust has for itself
        "def move(r): log(r['key'])\nGB().foreach(move).register('a:*')\n",
        "def final(r): log(r['key'])\nGB().foreach(final).register('a:*')\n",
        "def note(super): log(super['key'])\nGB().foreach(note).register('a:*')\n",
        "def i64(r): log(r['key'])\nGB().foreach(i64).register('a:*')\n",
    ] {
        gives(text, &["gear! {"]);
    }
}

#[test]
fn a_text_with_quotes_and_hashes_gets_more_hashes() {
    assert_eq!(raw("a\"#b"), "r##\"a\"#b\"##");
}

#[test]
fn texts_are_written_as_each_language_reads_them() {
    gives(
        "def size(c):\n    return len(c)\nGB('CommandReader').map(size).register(trigger='a\u{200b}b\\x07')\n",
        &[
            "trigger = \"a\\u{200b}b\\u{7}\"",
            "\n    c = [\"a\\u200bb\\x07\"] + c\n",
        ],
    );
}
