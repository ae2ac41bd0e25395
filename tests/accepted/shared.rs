#![deny(warnings)]

use redgrease::prelude::*;

python_module! {
    /// What everything costs.
    pub mod shop {
        import math

        RATE, OTHER = 0.2, 1

        def total(prices, rate=RATE):
            return math.fsum(prices) * (1 + rate)

        def _hidden(match, type):
            return match if type else cmd.get("x")

        class Basket:
            def sum(self):
                return total([1, 2])
    }

    mod file = "scripts/distance.py";
}

mod inner {
    use redgrease::prelude::*;

    use super::shop::{RATE, total};

    #[command(uses = [total, RATE, super::shop::math])]
    pub(crate) fn price(prices: &[f64]) -> f64 {
        python! { return total(prices, RATE) + math.pi }
    }

    #[keys_reader(uses = [super::shop::Basket])]
    pub(crate) fn event(record: Record) {
        python! { log(str(Basket().sum()) + record.key) }
    }
}

#[command(
    uses = [shop::total, file::distance],
    on_registered = python! {
        global conn, opened
        conn = []
        opened = total([1])
    }
)]
fn stateful(x: f64) -> f64 {
    python! {
        conn.append(x)
        return total(conn) + opened + distance(3, 4)
    }
}

#[test]
fn is_accepted() {
    let text = inner::price::script().text().to_owned();
    assert_eq!(
        text.matches("def total(prices, rate=RATE):").count(),
        1,
        "{text}"
    );
    let text = stateful::script().text().to_owned();
    assert_eq!(
        text.matches("def total(prices, rate=RATE):").count(),
        1,
        "{text}"
    );
    assert!(text.contains("def distance("), "{text}");
    assert!(inner::event::script().text().contains("class Basket:"));
    let gear = gear! {
        #![uses = [shop::total]]
        KeysReader().map(lambda r: total([len(r["key"])])).run()
    };
    assert_eq!(gear.plan().shared.len(), 1);
    let built = KeysReader::new("*")
        .map(py! { #![uses = [shop::total]] lambda r: total([1]) })
        .map(py! { #![uses = [shop::RATE]] lambda r: r * RATE })
        .run();
    let text = built
        .script(redgrease::__private::spec::Encoding::Pickle)
        .text()
        .to_owned();
    assert_eq!(text.matches("def total(").count(), 1, "{text}");
}
