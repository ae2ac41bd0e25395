//! What tests ask the engine for again and again.

use super::resp::{Client, Value};

impl Client {
    /// Runs a script that must answer OK.
    #[track_caller]
    pub(crate) fn register(&mut self, script: &str, options: &[&str]) {
        let command = [&["RG.PYEXECUTE", script][..], options].concat();
        let reply = self.call(&command);
        assert_eq!(reply.text(), "OK", "{script}: {reply}");
    }

    /// The ids of all registrations, sorted.
    pub(crate) fn registrations(&mut self) -> Vec<String> {
        let dump = self.call(&["RG.DUMPREGISTRATIONS"]);
        let mut ids: Vec<String> = dump
            .items()
            .iter()
            .filter_map(|one| one.field("id").map(Value::text))
            .collect();
        ids.sort();
        ids
    }

    /// The id of the only registration of a session.
    #[track_caller]
    pub(crate) fn registration_of(&mut self, session: &str) -> String {
        let dump = self.call(&["RG.PYDUMPSESSIONS", "SESSIONS", session]);
        let ids = dump.items().first().and_then(|s| s.field("registrations"));
        match ids.map(Value::items) {
            Some([id]) => id.text(),
            _ => panic!("not one registration: {dump}"),
        }
    }

    /// The first result of a trigger that must succeed.
    #[track_caller]
    pub(crate) fn triggered(&mut self, trigger: &str) -> String {
        let reply = self.call(&["RG.TRIGGER", trigger]);
        assert!(!reply.is_error(), "{trigger}: {reply}");
        reply.items().first().map(Value::text).unwrap_or_default()
    }
}
