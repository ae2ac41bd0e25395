//! C: errors.

use super::Case;
use super::stage::{expect, over};

pub(super) const CASES: &[Case] = &[
    ("C01", |s| {
        s.ok("SET a 1\nSET b 2")?;
        s.fails(
            "GB().map(lambda r: undefined_fn(r)).run()",
            &[],
            "undefined_fn",
        )
    }),
    ("C03", |s| {
        let add = "def add(a, r):\n    if a is not None:\n        raise ValueError('second')\n    return r\n";
        s.fails(
            &format!("{add}{}", over("[1, 2]", ".accumulate(add)")),
            &[],
            "second",
        )
    }),
    ("C04", |s| {
        // CPython 3.10 and newer call the same mistake an invalid decimal literal.
        let reply = s.py("1x = (")?;
        let text = reply.text();
        let named = text.contains("SyntaxError")
            && (text.contains("invalid syntax") || text.contains("invalid decimal literal"));
        if reply.is_error() && named {
            Ok(())
        } else {
            Err(format!("1x = (\n  got       {reply}"))
        }
    }),
    ("C06", |s| {
        s.refuses(
            "GB().count().run()\nGB().count().run()",
            "more then 1 executions",
        )
    }),
    ("C07", |s| {
        s.refuses("GB().map(7).run()", "map argument must be a function")
    }),
    ("C09", |s| {
        s.refuses("GB().limit('two').run()", "limit argument must be a number")
    }),
    ("C10", |s| {
        s.refuses("GB('CommandReader').run()", "reader do not support run")
    }),
    ("C12", |s| {
        s.refuses("GB().register(mode='later')", "unknown execution mode")?;
        s.refuses("GB().register(mode=3)", "execution mode must be a string")?;
        s.refuses("GB().run(mode='sync')", "unknown execution mode")
    }),
    ("C13", |s| {
        s.refuses("GB().register(prefix=5)", "regex argument must be a string")
    }),
    ("C15", |s| {
        s.refuses("GB().register(keyTypes=['bitmap'])", "unknown key type")
    }),
    ("C16", |s| {
        s.refuses("GB().run(noScan=1)", "exactMatch value is not boolean")?;
        s.refuses("GB().run(readValue=1)", "readValue value is not boolean")
    }),
    ("C18", |s| {
        let script = "GB('StreamReader').register(mode='sync', onFailedPolicy='retry')";
        s.refuses(
            script,
            "sync can only be combined with OnFailedPolicy Continue",
        )
    }),
    ("C19", |s| {
        let script = "import socket\nopened = socket.socket()\nGB().map(lambda r: opened.fileno()).register()";
        s.refuses(script, "Error occured when serialized a python callback")
    }),
    ("C21", |s| {
        s.ok("SET a 1")?;
        let script = "GB().map(lambda r: flat_error('no stock')).run()";
        let reply = s.py(script)?.to_string();
        expect(script, "[[], [\"no stock\"]]", &reply)
    }),
    ("C22", |s| {
        s.ok("RG.CONFIGSET PythonAttemptTraceback 0\nSET a 1")?;
        let script = "GB().map(lambda r: nofn(r)).run()";
        s.fails(script, &[], "name 'nofn' is not defined")?;
        let reply = s.py(script)?.to_string();
        if reply.contains("Traceback") {
            Err(format!("a traceback though it is switched off: {reply}"))
        } else {
            Ok(())
        }
    }),
    ("C24", |s| {
        s.refuses("execute(3)", "the given command must be a string")
    }),
    ("C25", |s| {
        s.ok("LPUSH l 1")?;
        s.fails(
            "GB().map(lambda r: execute('get', r['key'])).run('l')",
            &[],
            "WRONGTYPE",
        )
    }),
];
