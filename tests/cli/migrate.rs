//! What `redgrease migrate` says. What its programs do is tried by the test `moved`.

use crate::tool::Place;

/// The script of that name in `tests/moved`.
macro_rules! script {
    ($name:literal) => {
        include_str!(concat!("../moved/", $name, ".py"))
    };
}

#[test]
fn a_program_is_not_written_over_another() {
    let place = Place::empty();
    place.write("a.py", script!("note_keys"));
    let printed = place.ok(&["migrate", "a.py"]);
    assert!(
        printed.contains("#[keys_reader(prefix = \"n:*\""),
        "{printed}"
    );
    place.ok(&["migrate", "a.py", "-o", "a.rs"]);
    let ran = place.run(&["migrate", "a.py", "-o", "a.rs"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("give it another name"), "{}", ran.err);
    let ran = place.run(&["migrate", "-"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn what_cannot_be_moved_is_said() {
    let place = Place::empty();
    for (text, code, said) in [
        ("def f(:\n", 1, "--> a.py:1:6"),
        (
            script!("count_calls"),
            0,
            "in one piece: `calls = []` may be shared by its functions",
        ),
        (
            script!("sorted_run"),
            0,
            "in one piece: `execute('MSET', 'a', '1', 'b', '2')` is done when the script is sent",
        ),
        (
            "n = []\nKeysReader().foreach(n.append).register('a*')\nKeysReader().register('b*')\n",
            1,
            "it was not moved: `n = []` may be shared by its functions",
        ),
    ] {
        place.write("a.py", text);
        let ran = place.run(&["migrate", "a.py"]);
        assert_eq!(ran.code, code, "{}", ran.err);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}
