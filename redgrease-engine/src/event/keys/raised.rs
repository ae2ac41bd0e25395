//! Which events the most usual commands raise, and what they leave: so that one whose events no synchronous function wants is
//! not carried, which costs it as much as it takes itself.
//!
//! An event that comes nevertheless is told to its functions as soon as the server is free.

use crate::plan::KeyEvents;

/// What a command raises about its keys.
#[derive(Debug)]
pub(super) struct Raised {
    events: &'static [&'static str],
    /// The type of a key that it has written.
    leaves: &'static str,
}

/// What any command may raise: for a key that has expired, and one that is made or not found.
const ALWAYS: [&str; 3] = ["expired", "keymiss", "new"];

/// The names of commands, in lower case, and what they raise.
const RAISED: [(&str, Raised); 18] = [
    ("append", strings(&["append"])),
    ("decr", strings(&["incrby", "decrby"])),
    ("decrby", strings(&["incrby", "decrby"])),
    ("getset", strings(&["set"])),
    ("incr", strings(&["incrby"])),
    ("incrby", strings(&["incrby"])),
    ("incrbyfloat", strings(&["incrbyfloat"])),
    ("lpush", leaves("list", &["lpush"])),
    ("mset", strings(&["set"])),
    ("msetnx", strings(&["set"])),
    ("psetex", strings(&["set", "expire"])),
    ("rpush", leaves("list", &["rpush"])),
    ("sadd", leaves("set", &["sadd"])),
    ("set", strings(&["set", "expire", "persist", "del"])),
    ("setex", strings(&["set", "expire"])),
    ("setnx", strings(&["set"])),
    ("setrange", strings(&["setrange"])),
    ("zadd", leaves("zset", &["zadd", "zincr"])),
];

const fn leaves(kind: &'static str, events: &'static [&'static str]) -> Raised {
    Raised {
        events,
        leaves: kind,
    }
}

const fn strings(events: &'static [&'static str]) -> Raised {
    leaves("string", events)
}

/// Whether somebody asks for one of the events that any command may raise.
pub(super) fn asks_for_any(wanted: &KeyEvents) -> bool {
    let always = |name: &String| ALWAYS.iter().any(|event| event.eq_ignore_ascii_case(name));
    wanted
        .event_types
        .as_ref()
        .is_some_and(|names| names.iter().any(always))
}

/// What a command raises, if that is known.
pub(super) fn raised(command: &[u8]) -> Option<&'static Raised> {
    let found = RAISED
        .iter()
        .find(|(name, _)| command.eq_ignore_ascii_case(name.as_bytes()));
    found.map(|(_, raised)| raised)
}

impl Raised {
    /// Whether this is one of the events that the command raises by what it does.
    pub(super) fn has(&self, event: &str) -> bool {
        self.events.contains(&event)
    }

    /// Whether a registration may want one of the events.
    pub(super) fn may_be_wanted(&self, wanted: &KeyEvents) -> bool {
        let raises = |name: &str| {
            let mut all = self.events.iter().chain(&ALWAYS);
            all.any(|event| event.eq_ignore_ascii_case(name))
        };
        // A key may be gone again afterwards.
        let leaves = |kind: &str| kind == self.leaves || kind == "empty";
        let any = |names: &Option<Vec<String>>, fits: &dyn Fn(&str) -> bool| {
            names
                .as_ref()
                .is_none_or(|names| names.iter().any(|name| fits(name)))
        };
        any(&wanted.event_types, &raises) && any(&wanted.key_types, &leaves)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(events: &[&str], kinds: &[&str]) -> KeyEvents {
        let texts = |names: &[&str]| {
            let all = names.iter().map(|&name| name.to_owned()).collect();
            (!names.is_empty()).then_some(all)
        };
        KeyEvents {
            prefix: b"*".to_vec(),
            event_types: texts(events),
            key_types: texts(kinds),
            commands: None,
            values: true,
        }
    }

    #[test]
    fn only_what_is_known_not_to_come_is_ruled_out() {
        for (command, events, kinds, may) in [
            ("SET", &[][..], &[][..], true),
            ("set", &["SET"], &[], true),
            ("set", &["hset"], &[], false),
            ("set", &["hset", "expire"], &[], true),
            ("set", &["expired"], &[], true),
            ("set", &[], &["hash"], false),
            ("set", &[], &["hash", "string"], true),
            ("set", &[], &["empty"], true),
            ("lpush", &["lpush"], &["string"], false),
        ] {
            let raised = raised(command.as_bytes()).expect("it is known");
            let wanted = wanted(events, kinds);
            assert_eq!(raised.may_be_wanted(&wanted), may, "{command} {wanted:?}");
        }
        assert!(raised(b"hset").is_none());
    }
}
