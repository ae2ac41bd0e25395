//! The command table, by area.

mod access;
mod arrays;
mod gears;
mod geo;
mod hashes;
mod keys;
mod lists;
mod refused;
mod scripts;
mod server;
mod sets;
mod sorted_sets;
mod streams;
mod strings;

use super::entry::Entry;

/// A title and its methods.
pub(super) static AREAS: &[(&str, &[Entry])] = &[
    ("Strings and bits", strings::ENTRIES),
    ("Keys", keys::ENTRIES),
    ("Hashes", hashes::ENTRIES),
    ("Lists", lists::ENTRIES),
    ("Sets", sets::ENTRIES),
    ("Sorted sets", sorted_sets::ENTRIES),
    ("Streams", streams::ENTRIES),
    ("Places", geo::ENTRIES),
    ("Arrays", arrays::ENTRIES),
    ("Scripts and functions", scripts::ENTRIES),
    ("Access, clients, messages and the cluster", access::ENTRIES),
    ("Server", server::ENTRIES),
    ("The engine", gears::ENTRIES),
    ("Connections and waiting", refused::ENTRIES),
];
