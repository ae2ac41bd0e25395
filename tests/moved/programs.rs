//! All programs; written by the test that runs them.

#[rustfmt::skip]
mod add_up;
#[rustfmt::skip]
mod all_records;
#[rustfmt::skip]
mod areas;
#[rustfmt::skip]
mod arguments;
#[rustfmt::skip]
mod awaited;
#[rustfmt::skip]
mod cache_get;
#[rustfmt::skip]
mod configuration;
#[rustfmt::skip]
mod copy_records;
#[rustfmt::skip]
mod count_calls;
#[rustfmt::skip]
mod count_types;
#[rustfmt::skip]
mod delete_by_prefix;
#[rustfmt::skip]
mod delete_by_prefix_short;
#[rustfmt::skip]
mod expired_keys;
#[rustfmt::skip]
mod expired_keys_short;
#[rustfmt::skip]
mod expiry;
#[rustfmt::skip]
mod expiry_short;
#[rustfmt::skip]
mod failure_policy;
#[rustfmt::skip]
mod guide_cli_1;
#[rustfmt::skip]
mod guide_complete_index_1;
#[rustfmt::skip]
mod guide_debugging_2;
#[rustfmt::skip]
mod guide_exactly_once_1;
#[rustfmt::skip]
mod guide_exactly_once_2;
#[rustfmt::skip]
mod guide_getting_started_1;
#[rustfmt::skip]
mod guide_runtime_1;
#[rustfmt::skip]
mod guide_runtime_2;
#[rustfmt::skip]
mod guide_sessions_1;
#[rustfmt::skip]
mod guide_sessions_2;
#[rustfmt::skip]
mod guide_streams_2;
#[rustfmt::skip]
mod key_types;
#[rustfmt::skip]
mod keys_by_type;
#[rustfmt::skip]
mod log_all;
#[rustfmt::skip]
mod log_level;
#[rustfmt::skip]
mod note_keys;
#[rustfmt::skip]
mod oldest;
#[rustfmt::skip]
mod page_views;
#[rustfmt::skip]
mod rate_limit;
#[rustfmt::skip]
mod reader_type;
#[rustfmt::skip]
mod reliable_notifications;
#[rustfmt::skip]
mod reliable_notifications_short;
#[rustfmt::skip]
mod schedule;
#[rustfmt::skip]
mod shop;
#[rustfmt::skip]
mod sorted_run;
#[rustfmt::skip]
mod stream_to_hash;
#[rustfmt::skip]
mod stream_to_hash_short;
#[rustfmt::skip]
mod supervisors;
#[rustfmt::skip]
mod total_orders;
#[rustfmt::skip]
mod transaction;
#[rustfmt::skip]
mod trigger_mode;
#[rustfmt::skip]
mod twice;
#[rustfmt::skip]
mod word_count;
#[rustfmt::skip]
mod word_count_short;
#[rustfmt::skip]
mod wrappers;

/// Runs the program of this name.
pub(crate) fn run(name: &str) -> redgrease::Result<()> {
    match name {
        "add_up" => add_up::main(),
        "all_records" => all_records::main(),
        "areas" => areas::main(),
        "arguments" => arguments::main(),
        "awaited" => awaited::main(),
        "cache_get" => cache_get::main(),
        "configuration" => configuration::main(),
        "copy_records" => copy_records::main(),
        "count_calls" => count_calls::main(),
        "count_types" => count_types::main(),
        "delete_by_prefix" => delete_by_prefix::main(),
        "delete_by_prefix_short" => delete_by_prefix_short::main(),
        "expired_keys" => expired_keys::main(),
        "expired_keys_short" => expired_keys_short::main(),
        "expiry" => expiry::main(),
        "expiry_short" => expiry_short::main(),
        "failure_policy" => failure_policy::main(),
        "guide_cli_1" => guide_cli_1::main(),
        "guide_complete_index_1" => guide_complete_index_1::main(),
        "guide_debugging_2" => guide_debugging_2::main(),
        "guide_exactly_once_1" => guide_exactly_once_1::main(),
        "guide_exactly_once_2" => guide_exactly_once_2::main(),
        "guide_getting_started_1" => guide_getting_started_1::main(),
        "guide_runtime_1" => guide_runtime_1::main(),
        "guide_runtime_2" => guide_runtime_2::main(),
        "guide_sessions_1" => guide_sessions_1::main(),
        "guide_sessions_2" => guide_sessions_2::main(),
        "guide_streams_2" => guide_streams_2::main(),
        "key_types" => key_types::main(),
        "keys_by_type" => keys_by_type::main(),
        "log_all" => log_all::main(),
        "log_level" => log_level::main(),
        "note_keys" => note_keys::main(),
        "oldest" => oldest::main(),
        "page_views" => page_views::main(),
        "rate_limit" => rate_limit::main(),
        "reader_type" => reader_type::main(),
        "reliable_notifications" => reliable_notifications::main(),
        "reliable_notifications_short" => reliable_notifications_short::main(),
        "schedule" => schedule::main(),
        "shop" => shop::main(),
        "sorted_run" => sorted_run::main(),
        "stream_to_hash" => stream_to_hash::main(),
        "stream_to_hash_short" => stream_to_hash_short::main(),
        "supervisors" => supervisors::main(),
        "total_orders" => total_orders::main(),
        "transaction" => transaction::main(),
        "trigger_mode" => trigger_mode::main(),
        "twice" => twice::main(),
        "word_count" => word_count::main(),
        "word_count_short" => word_count_short::main(),
        "wrappers" => wrappers::main(),
        _ => panic!("no program {name}"),
    }
}
