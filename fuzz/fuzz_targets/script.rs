//! Any text as the body of a function, as a gear, as a callback and as a script of the server:
//! the checks say something or nothing, and never panic; what passes makes a script.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../redgrease-core/tests/road/mod.rs"]
mod road;

fuzz_target!(|data: &[u8]| {
    if let Some((choice, text)) = data.split_first()
        && let Ok(text) = std::str::from_utf8(text)
    {
        road::take(text, *choice);
    }
});
