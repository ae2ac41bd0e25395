//! What a script that fails says, and scripts in other encodings than UTF-8.

mod support;

use support::Server;

/// What answers to a script whose bytes need not be UTF-8.
fn executed(client: &mut support::Client, script: &[u8]) -> String {
    let command: [&[u8]; 2] = [b"RG.PYEXECUTE", script];
    client.call(&command).to_string()
}

#[test]
fn an_error_tells_the_whole_chain() {
    let server = Server::start();
    let mut client = server.client();
    let script = "def work(r):\n    try:\n        {}['a']\n    except KeyError as e:\n        raise ValueError('outer') from e\n\
        GB('CommandReader').map(work).register(trigger='fails')";
    client.register(script, &[]);
    let chain = r#"['Traceback (most recent call last):\n', '  File "<string>", line 3, in work\n', "KeyError: 'a'\n", '\nThe above exception was the direct cause of the following exception:\n\n', 'Traceback (most recent call last):\n', '  File "<string>", line 5, in work\n', 'ValueError: outer\n']"#;
    assert_eq!(client.call(&["RG.TRIGGER", "fails"]).text(), chain);
    let kept = client.call(&["RG.DUMPREGISTRATIONS"]).to_string();
    assert!(kept.contains("direct cause"), "{kept}");
    let handled = executed(
        &mut client,
        b"try:\n    execute('get')\nexcept Exception:\n    1/0",
    );
    let wanted = r#"['Traceback (most recent call last):\n', '  File "<string>", line 2, in <module>\n', 'gears.error: Invalid argument\n', '\nDuring handling of the above exception, another exception occurred:\n\n', 'Traceback (most recent call last):\n', '  File "<string>", line 4, in <module>\n', 'ZeroDivisionError: division by zero\n']"#;
    assert_eq!(handled, format!("-{wanted}"));
}

#[test]
fn what_the_engine_handles_itself_is_not_part_of_a_chain() {
    let server = Server::start();
    let mut client = server.client();
    for script in [
        "GB().register('*', eventTypes=5)",
        "import threading\nl = threading.Lock()\nGB().map(lambda r: l).register('*')",
        "GB().map(5)",
        "execute('get')",
        "execute('no such command')",
    ] {
        let reply = executed(&mut client, script.as_bytes());
        assert!(reply.starts_with("-['Traceback"), "{script}: {reply}");
        assert_eq!(reply.matches("Traceback").count(), 1, "{script}: {reply}");
    }
}

#[test]
fn scripts_are_in_the_encoding_that_they_declare() {
    let mut server = Server::start();
    let mut client = server.client();
    for (trigger, script) in [
        (
            "mark",
            &b"\xef\xbb\xbfGB('CommandReader').map(lambda r: '\xc3\xa9').register(trigger='mark')"[..],
        ),
        (
            "latin",
            b"# -*- coding: latin-1 -*-\nGB('CommandReader').map(lambda r: '\xe9').register(trigger='latin')",
        ),
        (
            "comment",
            b"# \xff\nGB('CommandReader').map(lambda r: '\xc3\xa9').register(trigger='comment')",
        ),
    ] {
        assert_eq!(executed(&mut client, script), "+OK", "{trigger}");
        assert_eq!(client.triggered(trigger), "\u{e9}", "{trigger}");
    }
    let refused = executed(&mut client, b"x = '\xff'");
    assert!(
        refused.starts_with("-Error type: <class 'SyntaxError'>, Value: (unicode error) 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        "{refused}"
    );
    let unknown = executed(&mut client, b"# coding: nope\nx = 1");
    assert!(unknown.contains("unknown encoding: nope"), "{unknown}");
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    server.restart();
    let mut client = server.client();
    for trigger in ["mark", "latin", "comment"] {
        assert_eq!(client.triggered(trigger), "\u{e9}", "{trigger}");
    }
}

#[test]
fn texts_that_no_encoding_has_reach_the_client() {
    let server = Server::start();
    let mut client = server.client();
    for setting in ["1", "0"] {
        let set = ["RG.CONFIGSET", "PythonAttemptTraceback", setting];
        assert!(!client.call(&set).is_error());
        for script in [
            "flat_error('lone \\udcff')",
            "raise ValueError('lone \\udcff')",
            "GB('ShardsIDReader').map(lambda r: flat_error('lone \\udcff')).run()",
            "GB('ShardsIDReader').map(lambda r: 1 / len('\\udcff'[1:])).run()",
        ] {
            let reply = executed(&mut client, script.as_bytes());
            assert!(
                reply.contains("lone") || reply.contains("ZeroDivisionError"),
                "{script}: {reply}"
            );
            assert_eq!(client.call(&["PING"]).text(), "PONG", "{script}");
        }
    }
}

#[test]
fn a_script_that_changes_marshal_changes_no_answer() {
    let server = Server::start();
    let mut client = server.client();
    let script = "import marshal\nmarshal.dumps = marshal.loads = lambda *_: b'?'\n\
        GB('CommandReader').map(lambda r: execute('ping')).register(trigger='changed')";
    client.register(script, &[]);
    for _ in 0..3 {
        assert_eq!(client.triggered("changed"), "PONG");
    }
    let run = executed(&mut client, b"GB('ShardsIDReader').run()");
    assert_eq!(run, "[[\"1\"], []]");
}
