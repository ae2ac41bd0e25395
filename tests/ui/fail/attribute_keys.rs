use redgrease::prelude::*;

#[command(trigerr = "t", replace = true, replace = false, speed = 3)]
fn keys() {
    python! { pass }
}

#[command(trigger = name, replace = "yes", mode = "asink", requirements = "numpy", python = "2.7", inorder = 1)]
fn values() {
    python! { pass }
}

#[command(mode)]
fn no_value() {
    python! { pass }
}

fn main() {
    let _ = (keys(), values(), no_value());
}
