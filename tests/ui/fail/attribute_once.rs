// What an attribute says wrongly is one mistake: its names are known in the body.

use redgrease::prelude::*;

python_module! {
    mod shop {
        def total(prices):
            return sum(prices)
    }
}

#[command(uses = shop::total)]
fn no_list(prices: &[f64]) -> f64 {
    python! { return total(prices) }
}

#[command(uses = ["shop::total"])]
fn text(prices: &[f64]) -> f64 {
    python! { return total(prices) }
}

#[command(uses = [shop::total as sum_of])]
fn renamed(prices: &[f64]) -> f64 {
    python! { return sum_of(prices) }
}

#[command(use = [shop::total])]
fn other_name(prices: &[f64]) -> f64 {
    python! { return total(prices) }
}

#[command(uses = [shop::totl])]
fn misspelt(prices: &[f64]) -> f64 {
    python! { return total(prices) }
}

#[command(on_registered = python! { global seen, known; seen = {}; known = unknown })]
fn first(name: &str) -> bool {
    python! { return name in seen or name in known }
}

fn main() {
    let _ = gear! {
        #![uses = "shop::total"]
        KeysReader().map(lambda record: total(record["value"])).run()
    };
}
