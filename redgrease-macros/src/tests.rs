//! Expansions, without rustc: input → tokens → a valid file → its text.
//!
//! Outside of the compiler a call has no text of its own, so `gear!` is rebuilt from its tokens
//! here; the verbatim way is what the tests under `tests/accepted` and `tests/ui` go.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

use crate::{attrs, command, event, gear, py};

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("the test's input has tokens")
}

/// The items that `#[command(arguments)] item` becomes, with single blanks.
fn commanded(arguments: &str, item: &str) -> String {
    let expanded = command::expand(tokens(arguments), tokens(item));
    let text = expanded.to_string();
    syn::parse2::<syn::File>(expanded).unwrap_or_else(|error| panic!("{error}: {text}"));
    text
}

fn geared(input: &str) -> String {
    let expanded = gear::expand(&tokens(input));
    let text = expanded.to_string();
    syn::parse2::<syn::Expr>(expanded).unwrap_or_else(|error| panic!("{error}: {text}"));
    text
}

/// Whether `code` holds `fragment`, whatever the blanks.
fn assert_has(code: &str, fragment: &str) {
    let squeeze = |text: &str| text.split_whitespace().collect::<String>();
    assert!(
        squeeze(code).contains(&squeeze(fragment)),
        "no `{fragment}` in\n{code}"
    );
}

const AREA: &str = "
/// The area.
#[inline]
pub fn area(width: f64, height: f64) -> f64 {
    python! {
        return width * height
    }
}";

#[test]
fn without_on_the_function_gives_a_call() {
    let code = commanded("", AREA);
    assert_has(
        &code,
        "pub fn area(width: f64, height: f64) -> ::redgrease::__private::Call<f64>",
    );
    assert_has(
        &code,
        "<f64 as ::redgrease::__private::Arg>::push(&width, &mut args);",
    );
    assert_has(
        &code,
        "::redgrease::__private::Call::new(&Self::SPEC, &STATE, args,",
    );
    assert_has(&code, "{ __area_4_7::call(width, height) }");
    assert_has(
        &code,
        r#"def: "def area(width, height):\n    return width * height\n""#,
    );
    assert_has(&code, "line: 6u32");
    assert!(!code.contains("compile_error"), "{code}");
}

#[test]
fn docs_attributes_and_visibility_stay_on_the_function() {
    let code = commanded("", AREA);
    assert_has(&code, "#[doc = \" The area.\"] #[inline] pub fn area");
    assert_has(&code, "pub type area = __area_4_7;");
}

#[test]
fn with_on_the_function_calls() {
    let code = commanded("on = *REDIS", AREA);
    assert_has(&code, "-> ::redgrease::__private::Result<f64>");
    assert_has(&code, "static STATE: ::redgrease::__private::CommandState");
    assert_has(
        &code,
        "__area_4_7::call(width, height).plain().through(&*REDIS)",
    );
}

#[test]
fn an_async_function_waits() {
    let code = commanded(
        "on = client()",
        "async fn f() -> Result<i64, E> { \"return 1\" }",
    );
    assert_has(&code, "async fn f() -> Result<i64, E>");
    assert_has(
        &code,
        "__f_1_9::call().plain().through_async(&client()).await",
    );
    assert_has(&code, "<E as ::redgrease::__private::UserError>::of");
    assert_has(&code, "fn call() -> ::redgrease::__private::Call<i64, E>");
}

#[test]
fn the_crate_can_have_another_name() {
    let code = commanded("crate = my::rg", AREA);
    assert_has(&code, "my::rg::__private::Call<f64>");
    assert!(!code.contains(":: redgrease"), "{code}");
}

#[test]
fn a_condition_holds_for_every_item() {
    let code = commanded("", &format!("#[cfg(unix)]{AREA}"));
    assert_eq!(code.matches("# [cfg (unix)]").count(), 5, "{code}");
}

#[test]
fn lifetimes_of_the_function_do_not_leak_into_the_specification() {
    let code = commanded(
        "",
        "fn f<'a>(x: &'a [&'static str]) -> i64 { \"return len(x)\" }",
    );
    assert_has(&code, "fn f<'a>(x: &'a [&'static str])");
    assert_has(
        &code,
        "<&'_ [&'static str] as ::redgrease::__private::Arg>::DECODE",
    );
}

#[test]
fn after_an_error_the_items_are_still_there() {
    let code = commanded("", "fn f(x: i64) -> i64 { python! { return y } }");
    assert_has(&code, "compile_error!");
    assert_has(&code, "fn f(x: i64) -> ::redgrease::__private::Call<i64>");
    assert_has(&code, "type f =");
    let code = commanded("", "struct S;");
    assert_has(&code, "struct S;");
}

#[test]
fn tokens_without_a_place_leave_the_items() {
    let made: TokenStream = tokens("return x + 1")
        .into_iter()
        .map(|mut tree| {
            tree.set_span(Span::call_site());
            tree
        })
        .collect();
    let item = quote::quote!(
        fn f(x: i64) -> i64 {
            python! { #made }
        }
    );
    let code = command::expand(TokenStream::new(), item).to_string();
    assert_has(&code, "type f =");
}

#[test]
fn a_gear_is_a_constant_with_its_captures() {
    let code = geared("KeysReader('pattern).values().map(lambda x: x).run()");
    assert_has(
        &code,
        "const PLAN: ::redgrease::__private::gear::function::StaticPlan",
    );
    assert_has(
        &code,
        "(::redgrease::__private::gear::Operation::Values, &[])",
    );
    assert_has(
        &code,
        r#"(::core::option::Option::None, ("lambda x: x", 1), true)"#,
    );
    assert_has(&code, "readers::KeysReader");
    assert_has(&code, "ends::Run");
    assert_has(
        &code,
        r#"::redgrease::__private::literal::capture("_pattern", &(pattern))"#,
    );
}

#[test]
fn a_gear_with_errors_keeps_its_type() {
    let code = geared("StreamReader().mapp(int).register('prefix)");
    assert_has(&code, "compile_error!");
    assert_has(&code, "readers::StreamReader");
    assert_has(&code, "ends::Register");
    assert!(!code.contains("capture"), "{code}");
}

#[test]
fn a_header_is_no_python() {
    let code = geared("#![requirements = [\"numpy\"], crate = rg]\nKeysReader().run()");
    assert_has(&code, r#"requirements: &["numpy"]"#);
    assert_has(&code, "rg::__private::gear::function::StaticPlan");
}

#[test]
fn nothing_panics_on_broken_input() {
    for input in [
        "",
        "'",
        "$",
        "${}",
        "${}.run()",
        "#",
        "#!",
        "#![x",
        "#![",
        "\"",
        "é",
        "{",
        "KeysReader(",
    ] {
        if let Ok(tokens) = input.parse::<TokenStream>() {
            let _ = gear::expand(&tokens);
        }
    }
    for item in [
        "fn f() {}",
        "fn f() { python! {} }",
        "fn f(self) { \"\" }",
        "fn f();",
        "",
        "enum E {}",
    ] {
        let _ = command::expand(tokens("on"), tokens(item));
    }
}

/// `text` as a tool sees it that knows no positions.
fn without_positions(text: &str) -> TokenStream {
    fn bare(tokens: TokenStream) -> TokenStream {
        let trees = tokens.into_iter().map(|mut tree| {
            if let TokenTree::Group(group) = &tree {
                tree = Group::new(group.delimiter(), bare(group.stream())).into();
            }
            tree.set_span(Span::call_site());
            tree
        });
        trees.collect()
    }
    bare(tokens(text))
}

#[test]
fn a_tool_without_positions_sees_no_error_and_a_compiler_would() {
    let event = "fn index(record: Record) { python! { print(record) } }";
    let gear_text = "<i64> KeysReader('pattern).values().map(int).sum_up().run()";
    let expansions = [
        command::expand(TokenStream::new(), without_positions(AREA)),
        command::expand(
            tokens("file = \"area.py\"")
                .into_iter()
                .map(|mut tree| {
                    tree.set_span(Span::call_site());
                    tree
                })
                .collect(),
            tokens("fn area(width: f64);"),
        ),
        event::expand(
            attrs::Macro::KeysReader,
            TokenStream::new(),
            without_positions(event),
        ),
        gear::expand(&without_positions(gear_text)),
        py::expand(without_positions("lambda x: x + 1")),
    ];
    for expanded in expansions {
        let code = expanded.to_string();
        assert!(!code.contains("compile_error"), "{code}");
        assert_has(&code, "const _: () = ::core::panic!(");
        assert_has(&code, "[RG0903]");
    }
    let code = gear::expand(&without_positions(gear_text)).to_string();
    assert_has(&code, "readers::KeysReader");
    assert_has(&code, "ends::Run");
    let string = without_positions("fn one() -> i64 { \"return 1\" }");
    let code = command::expand(TokenStream::new(), string).to_string();
    assert_has(&code, r#"def: "def one():\n    return 1\n""#);
    assert!(!code.contains("RG0903"), "{code}");
}

/// What the test below shows in a process of its own.
#[test]
fn expansions_to_show() {
    commanded("requirements = [\"numpy\"]", AREA);
    geared("KeysReader(\"p*\").values().count().run()");
    let item = tokens("fn index(record: Record) { \"cmd.incr(record.key)\" }");
    event::expand(attrs::Macro::KeysReader, tokens("prefix = \"a:*\""), item);
}

#[test]
fn the_variable_shows_what_becomes_of_the_text() {
    let shown = |stage: &str| {
        let program = std::env::current_exe().expect("the test knows its program");
        let output = std::process::Command::new(program)
            .args(["--exact", "tests::expansions_to_show", "--nocapture"])
            .env("REDGREASE_PRINT", stage)
            .output()
            .expect("the test's program runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).expect("what is shown is text")
    };
    let script = shown("script");
    for line in [
        "# <parsed string ",
        "def area(width, height):\n    return width * height\n",
        "_rg.register(trigger='area', ",
        "def index(record):\n    cmd.incr(record.key)\n",
        "GearsBuilder('KeysReader', ",
        ".run(",
    ] {
        assert!(script.contains(line), "no {line:?} in\n{script}");
    }
    assert!(shown("source").contains("return width * height"));
    assert!(shown("plan").contains("CommandSpec {"));
    assert!(shown("tokens").contains("pub fn area"));
    assert_eq!(shown("nothing"), "");
}
