use super::*;

fn set(settings: &Settings, name: &str, value: Option<&str>) -> String {
    match settings.set(name.as_bytes(), value.map(str::as_bytes)) {
        Ok(saved) => format!("+{saved}"),
        Err(refusal) => format!("-{refusal}"),
    }
}

#[test]
fn names_are_case_sensitive_only_to_read() {
    let settings = Settings::default();
    assert_eq!(set(&settings, "maxexecutions", Some("9")), "+OK");
    assert_eq!(settings.show(b"MaxExecutions"), Some(Shown::Number(9)));
    assert_eq!(settings.show(b"maxexecutions"), None);
    set(&settings, "syncdeadline", Some("99"));
    assert_eq!(settings.sync_deadline.get(), 99);
    assert!(settings.show(b"SyncDeadline").is_some());
}

#[test]
fn each_kind_of_key_has_its_own_refusal() {
    let settings = Settings::default();
    for (name, value, expected) in [
        (
            "ExecutionThreads",
            "9",
            "-(error) Config value ExecutionThreads not modifiable at runtime",
        ),
        (
            "CreateVenv",
            "1",
            "-(error) CreateVenv is not configurable at runtime",
        ),
        (
            "MaxExecutions",
            "abc",
            "-(error) Failed setting config value MaxExecutions",
        ),
        (
            "ExecutionMaxIdleTime",
            "0",
            "-(error) Failed setting config value ExecutionMaxIdleTime",
        ),
        (
            "PythonAttemptTraceback",
            "abc",
            "-Failed setting config value for key 'PythonAttemptTraceback' with value 'abc'",
        ),
        (
            "foo",
            "bar",
            "+OK - value was saved in extra config dictionary",
        ),
    ] {
        assert_eq!(set(&settings, name, Some(value)), expected);
    }
    assert_eq!(settings.show(b"foo"), Some(Shown::Text(b"bar".to_vec())));
    assert_eq!(
        set(&settings, "foo", None),
        "-(error) Value was not given to foo"
    );
}

#[test]
fn a_truth_is_shown_as_one() {
    let settings = Settings::default();
    assert!(set(&settings, "PythonAttemptTraceback", Some("7")).starts_with('+'));
    assert_eq!(
        settings.show(b"PythonAttemptTraceback"),
        Some(Shown::Number(1))
    );
}

#[test]
fn module_arguments_fill_known_and_unknown_keys() {
    let settings = Settings::default();
    let words = |words: &[&str]| -> Vec<Vec<u8>> {
        words.iter().map(|word| word.as_bytes().to_vec()).collect()
    };
    settings
        .load(&words(&[
            "executionthreads",
            "5",
            "Plugin",
            "a.so",
            "Plugin",
            "b.so",
            "Greeting",
            "hi",
        ]))
        .expect("loads");
    assert_eq!(settings.execution_threads.get(), 5);
    assert_eq!(settings.visible(b"Greeting"), Some(b"hi".to_vec()));
    for (arguments, says) in [
        (
            &["Lonely"][..],
            "Lonely has no value: give `Lonely <value>`",
        ),
        (
            &["executionthreads", "0"],
            "ExecutionThreads cannot be `0`: give a whole number, 1 or greater",
        ),
        (
            &["SyncDeadline", "soon"],
            "SyncDeadline cannot be `soon`: give a whole number, 1 or greater",
        ),
        (
            &["AbortGrace", "-1"],
            "AbortGrace cannot be `-1`: give a whole number, 1 or greater",
        ),
    ] {
        let misgiven = settings.load(&words(arguments)).expect_err("is refused");
        assert_eq!(misgiven.to_string(), format!("the module argument {says}"));
    }
}
