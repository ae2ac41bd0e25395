use super::*;
use crate::gear::Capture;
use crate::literal::capture;
use crate::spec::{Encoding, Mode};

type One = Callback<No, Yes, No, No>;
type Two = Callback<No, No, Yes, No>;

const fn expression(code: &'static str) -> StaticCallback {
    StaticCallback {
        file: "src/main.rs",
        prelude: None,
        code: (code, 7),
        function: true,
        requirements: &[],
        uses: &["cmd"],
        cmd_methods: &["get"],
        shared: &[],
    }
}

fn one(code: &'static str, captures: Vec<Capture>) -> One {
    expression(code).callback(captures)
}

#[test]
fn steps_follow_in_order() {
    let add: Two = expression("lambda a, x: a + x").callback(Vec::new());
    let gear = KeysReader::new("doc:*")
        .values()
        .map(one("int", Vec::new()))
        .aggregate(0, add)
        .limit_from(1, 2)
        .run();
    let text = gear.script(Encoding::Pickle).text().to_owned();
    let place = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("no {part} in\n{text}"))
    };
    assert!(place("GearsBuilder('KeysReader', defaultArg=\"doc:*\")") < place("_rg.map("));
    assert!(place("aggregate(0, lambda a, x: a + x") < place("limit(2, 1)"));
    assert_eq!(gear.plan().uses, ["cmd"]);
    assert_eq!(gear.plan().cmd_methods, ["get"]);
}

#[test]
fn an_open_gear_goes_on_in_several_ways() {
    let records = StreamReader::new("s").records();
    let counted = records.clone().count().run();
    let registered = records.register(RegisterOptions::new("s:*").batch(3).mode(Mode::Async));
    assert_eq!(counted.plan().steps.len(), 2);
    assert_eq!(registered.plan().steps.len(), 1);
    assert!(registered.script().text().contains("prefix=\"s:*\""));
    assert!(registered.script().text().contains("mode=\"async\""));
}

#[test]
fn callbacks_with_the_same_names_keep_their_own_values() {
    let gear = KeysReader::new("*")
        .map(one("lambda x: x + _n", vec![capture("_n", &1)]))
        .map(one("lambda x: x + _n", vec![capture("_n", &2)]))
        .run();
    let argument = |step: usize| gear.plan().steps[step].arguments[0].value.text.clone();
    assert_eq!(argument(0), "(lambda _n: (lambda x: x + _n))(1)");
    assert_eq!(argument(1), "(lambda _n: (lambda x: x + _n))(2)");
}

#[test]
fn a_definition_stands_before_the_gear_in_a_function_of_its_own() {
    let python = StaticCallback {
        prelude: Some(("    def f(x):\n        return x + _n\n", 8)),
        code: ("f", 8),
        ..expression("f")
    };
    let gear = KeysReader::new("*")
        .map(python.callback::<No, Yes, No, No>(vec![capture("_n", "a")]))
        .run();
    let prelude = &gear.plan().prelude[0];
    assert_eq!(
        prelude.text,
        "def _py_0(_n):\n    def f(x):\n        return x + _n\n    return f"
    );
    assert_eq!(prelude.line, 7);
    assert_eq!(gear.plan().steps[0].arguments[0].value.text, "_py_0(\"a\")");
}

#[test]
fn any_method_of_cmd_stays_any() {
    let any = StaticCallback {
        cmd_methods: &[],
        ..expression("f")
    };
    let gear = KeysReader::new("*")
        .foreach(any.callback::<No, Yes, No, No>(Vec::new()))
        .foreach(one("g", Vec::new()))
        .run();
    assert_eq!(gear.plan().uses, ["cmd"]);
    assert!(gear.plan().cmd_methods.is_empty());
}
