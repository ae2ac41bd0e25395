#![allow(
    clippy::non_minimal_cfg,
    reason = "a condition that always holds is one, too"
)]

use redgrease::prelude::*;

/// One parameter is there, the others are not.
#[command(trigger = "conditions")]
fn conditional(
    x: i64,
    #[cfg(all())] there: Option<i64>,
    #[cfg(any())] missing: NoType,
    #[cfg(all())]
    #[cfg(any())]
    neither: NoType,
    #[cfg_attr(all(), cfg(any()))] unasked: NoType,
    #[cfg_attr(all(), cfg_attr(all(), allow(unused), cfg(any())))] inner: NoType,
    #[cfg_attr(any(), cfg(any()))] asked: Option<i64>,
    #[cfg_attr(all(), allow(unused_variables))] plain: Option<i64>,
) -> i64 {
    python! { return x if there is None else x + there + (asked or plain or 0) }
}

#[cfg(any())]
#[command]
fn left_out(x: NoType) {
    python! { return nothing }
}

#[keys_reader]
fn index(
    #[cfg(any())] other: NoType,
    #[cfg_attr(all(), cfg(any()))] another: NoType,
    record: Record,
) {
    python! { log(record.key) }
}

mod more {
    use redgrease::prelude::*;

    #[stream_reader(prefix = "s")]
    pub(crate) fn entry(record: StreamRecord) {
        python! { log(record.key) }
    }
}

#[test]
fn is_accepted() {
    #[command]
    fn local() -> i64 {
        python! { return 1 }
    }

    let _ = conditional(1, None, None, None);
    assert_eq!(conditional::SPEC.function.params.len(), 4);
    let list = registrations![
        conditional,
        #[cfg(any())]
        left_out,
        #[cfg(all())]
        index,
        self::more::entry,
        local,
    ];
    let names: Vec<&str> = list
        .items()
        .iter()
        .map(redgrease::client::Item::name)
        .collect();
    // an event function's name is its path
    let index = concat!(module_path!(), "::index");
    let entry = concat!(module_path!(), "::more::entry");
    assert_eq!(names, ["conditions", index, entry, "local"]);
    assert!(registrations![].items().is_empty());
}
