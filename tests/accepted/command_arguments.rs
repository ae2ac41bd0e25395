//! Every argument of the attribute ends in the specification.

use redgrease::prelude::*;
use redgrease::{Mode, Replace};

#[command(
    trigger = "shop:price",
    requirements = ["numpy>=1.20", "requests"],
    replace = true,
    mode = "async",
    inorder = true,
    python = "3.9",
    crate = redgrease
)]
fn price(article: &str) -> f64 {
    python! { return float(cmd.get(article)) }
}

#[command(replace = false, mode = "sync")]
fn keep() {
    python! { pass }
}

#[test]
fn is_accepted() {
    assert_eq!(price::SPEC.trigger, "shop:price");
    assert_eq!(price::SPEC.function.name, "price");
    assert_eq!(price::SPEC.requirements, ["numpy>=1.20", "requests"]);
    assert_eq!(price::SPEC.replace, Replace::Replace);
    assert_eq!(price::SPEC.mode, Mode::Async);
    assert!(price::SPEC.inorder);
    assert_eq!(price::SPEC.function.uses, ["cmd"]);
    assert_eq!(price::SPEC.function.cmd_methods, ["get"]);

    assert_eq!(keep::SPEC.trigger, "keep");
    assert_eq!(keep::SPEC.replace, Replace::Keep);
    assert_eq!(keep::SPEC.mode, Mode::Sync);
    let _call: redgrease::Call<()> = keep();
}
