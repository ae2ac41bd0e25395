//! Any text as a script whose functions run without Python: the compiler takes some of them and refuses the others, and what
//! they are called with gives a value, an error or the call back; never a panic, and never the call back after an effect.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../redgrease-core/tests/called/mod.rs"]
mod called;

fuzz_target!(|data: &[u8]| {
    if let Some((choice, text)) = data.split_first()
        && let Ok(text) = std::str::from_utf8(text)
    {
        called::all(text, *choice);
    }
});
