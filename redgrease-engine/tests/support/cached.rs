//! A cache, as the macros have it written.

use redgrease_core::script::command_script;
use redgrease_core::spec::{Arity, CommandSpec, Decode, Encoding, Function, Mode, Param, Replace};

/// The script of the command `cache_get`, which imports a module of Python's own for what is not there.
pub(crate) fn command(mode: Mode) -> String {
    const URL: &[Param] = &[Param {
        name: "url",
        decode: Decode::Str,
        arity: Arity::Required,
    }];
    let spec = CommandSpec {
        name: "cache_get",
        package: "tests 1.0.0",
        function: Function {
            name: "cache_get",
            def: "def cache_get(url):
    import urllib.request
    cached = cmd.get(url)
    if cached is not None:
        return cached
    response = urllib.request.quote(url).encode()
    cmd.set(url, response)
    return response
",
            params: URL,
            result: Encoding::Bytes,
            uses: &["cmd"],
            cmd_methods: &["get", "set"],
            shared: &[],
            python: "3.7",
            file: "",
            line: 0,
        },
        trigger: "cache_get",
        mode,
        inorder: false,
        arguments: &[],
        on_registered: None,
        requirements: &[],
        replace: Replace::Refuse,
        deadline: None,
    };
    command_script(&spec).text().to_owned()
}
