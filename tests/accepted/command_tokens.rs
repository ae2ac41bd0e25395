//! `python! { … }` with comments, blank lines, `//`, f-strings, docs and other attributes.
#![deny(missing_docs, unused)]

use redgrease::prelude::*;

/// The average of some numbers, as text.
#[command]
#[inline]
pub fn average(numbers: &[f64]) -> String {
    python! {
        # the comment stays

        total = 0
        for number in numbers:
            total += number
        half = len(numbers) // 2
        log(f "the middle is {half}")
        return "" if not numbers else str(total / len(numbers))
    }
}

#[test]
fn is_accepted() {
    let _call = average(&[1.0, 2.5]);
    assert_eq!(average::SPEC.trigger, "average");
    let script = average::script();
    assert!(script.text().contains("# the comment stays\n\n"));
    assert!(script.text().contains("len(numbers) // 2\n"));
    assert!(script.text().contains(r#"log( f"the middle is {half}")"#));
}
