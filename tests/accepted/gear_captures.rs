//! `'name` and `${expression}` become Python literals.

use redgrease::prelude::*;

struct Shop {
    name: String,
}

macro_rules! count {
    ($pattern:literal, $limit:expr) => {{
        let least = $limit;
        gear! { KeysReader($pattern).values().map(int).filter(lambda x: x > 'least).count().run() }
    }};
}

#[test]
fn is_accepted() {
    let pattern = "it's:*";
    let shop = Shop {
        name: "a \"b\" ü".to_string(),
    };
    let gear = gear! {
        # a comment may say 'anything
        limits = ('fewest, 'fewest + 1, "'fewest", 'x')
        KeysReader('pattern).values().filter(lambda v: v in limits and v != ${shop.name}).run()
    };
    let _ = &gear;
    let literals: Vec<(&str, &str)> = gear
        .plan()
        .captures
        .iter()
        .map(|c| (&*c.name, &*c.literal))
        .collect();
    assert_eq!(
        literals,
        [
            ("_fewest", "5"),
            ("_pattern", "\"it's:*\""),
            ("_000", "\"a \\\"b\\\" \\xfc\"")
        ]
    );
    assert_eq!(count!("n:*", 7).plan().captures[0].literal, "7");
}

#[allow(non_upper_case_globals)]
const fewest: i32 = 5;
