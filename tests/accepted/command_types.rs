//! Every type of parameter and result, also behind aliases.

use std::collections::{BTreeMap, HashSet};

use redgrease::__private::spec::{Arity, Decode, Encoding};
use redgrease::prelude::*;

type Name = String;
type Rest<'a> = &'a [&'a str];

#[command]
fn scalars(a: &str, b: String, c: &[u8], d: Vec<u8>, e: i64, f: u8, g: f32, h: bool) -> Vec<u8> {
    python! { return b"".join([a.encode(), b.encode(), c, d, bytes([e, f, int(g), h])]) }
}

#[command]
fn optional(first: Option<i64>, second: i64, third: Option<&str>) -> Option<String> {
    python! { return third if first is None else str(first + second) }
}

#[command]
fn lists(first: Name, rest: Rest<'_>) -> BTreeMap<String, HashSet<i64>> {
    python! { return {first: set(map(int, rest))} }
}

#[command]
fn owned<'a>(prefix: &'a str, numbers: Vec<i32>) -> redgrease::Result<(String, f64)> {
    python! { return (prefix, float(sum(numbers))) }
}

#[test]
fn is_accepted() {
    let decodes: Vec<Decode> = scalars::SPEC
        .function
        .params
        .iter()
        .map(|p| p.decode)
        .collect();
    use Decode::{Bool, Bytes, Float, Int, Str};
    assert_eq!(decodes, [Str, Str, Bytes, Bytes, Int, Int, Float, Bool]);
    assert!(
        scalars::SPEC
            .function
            .params
            .iter()
            .all(|p| p.arity == Arity::Required)
    );
    assert_eq!(scalars::SPEC.function.result, Encoding::Bytes);

    let arities: Vec<Arity> = optional::SPEC
        .function
        .params
        .iter()
        .map(|p| p.arity)
        .collect();
    assert_eq!(arities, [Arity::Optional, Arity::Required, Arity::Optional]);
    assert_eq!(
        optional::SPEC.function.result,
        Encoding::Optional(&Encoding::Text)
    );

    assert_eq!(lists::SPEC.function.params[1].arity, Arity::Variadic);
    assert_eq!(lists::SPEC.function.result, Encoding::Pickle);

    let _call: redgrease::Call<(String, f64)> = owned("a", vec![1, 2]);
    let _call = lists("a".to_string(), &["1", "2"]);
}
