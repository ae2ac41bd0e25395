//! Every macro in every place.

/// Names that an expansion must not meet.
mod traps {
    #![allow(dead_code, non_camel_case_types)]

    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Vec;
    pub(crate) struct String;
    pub(crate) struct Args;
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod redgrease {}
}

/// In a module whose names shadow what expansions use.
pub mod shadowed {
    #[allow(unused_imports)]
    use super::traps::*;

    /// Adds up.
    #[::rg::command(crate = ::rg, trigger = ...)]
    pub fn sum(args: i64, state: i64, numbers: &[i64]) -> i64 {
        python! { return args + state + sum(numbers) }
    }

    /// Notes the key.
    #[::rg::keys_reader(crate = ::rg, prefix = "person:*")]
    pub fn note(record: ::rg::Record) {
        python! { cmd.sadd("people", record.key) }
    }
}

static SERVER: ::std::sync::LazyLock<::rg::RedisGears> = ::std::sync::LazyLock::new(|| {
    ::rg::RedisGears::lazy("redis://127.0.0.1:1/").unwrap_or_else(|_| ::std::process::abort())
});

/// Called through a static.
#[::rg::command(crate = ::rg, on = *SERVER, replace = true, requirements = ["requests"])]
pub fn bound(name: &str, more: ::core::option::Option<i64>) -> ::std::string::String {
    r#"
    return name if more is None else f'{name}: {more}'
    "#
}

/// As a future.
#[::rg::command(crate = ::rg, on = *SERVER)]
pub async fn waited(name: &str) -> ::rg::Result<::std::vec::Vec<u8>> {
    python! { return name.encode() }
}

/// Follows a stream.
#[::rg::stream_reader(crate = ::rg, prefix = "s:*", batch = 10, on_registered = "log('on')")]
pub fn follow(entry: ::rg::StreamRecord) {
    python! { log(entry.id) }
}

/// In a function, with captures.
pub fn gears(pattern: &str) {
    #[::rg::command(crate = ::rg)]
    fn local(x: f64) -> f64 {
        python! { return x }
    }
    let _call = local(1.0);
    let count = 3_i64;
    let _run = ::rg::gear! {
        #![crate = ::rg]
        KeysReader('pattern).values().map(int).filter(lambda x: x > 'count + ${count + 1}).run()
    };
    let _built = ::rg::KeysReader::new(pattern)
        .map(::rg::py! {
            #![crate = ::rg]
            lambda record: (record, 'count)
        })
        .run();
}

/// Out of a `macro_rules`.
macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[::rg::command(crate = ::rg)]
        pub fn $name(key: &str) -> ::core::option::Option<::std::string::String> {
            python! {
                found = cmd.get($prefix + key)
                return found
            }
        }
    };
}

getter! {
    /// A user.
    user, "user:"
}

getter! {
    /// A group.
    group, "group:"
}

/// All of them.
pub fn all() -> ::rg::client::registrations::Registrations {
    ::rg::registrations![
        shadowed::sum,
        shadowed::note,
        bound,
        waited,
        follow,
        user,
        group
    ]
}
