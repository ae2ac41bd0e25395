//! What the macros accept and what they refuse, one rule in each file of `tests/ui`.
//!
//! The messages are compared as rustc shows them; `TRYBUILD=overwrite cargo test --test ui` writes
//! them anew, to be read before they are committed.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
