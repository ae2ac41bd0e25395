//! Where each command goes.

use std::collections::HashMap;

use redis::cluster_routing::{Route, SingleNodeRoutingInfo, SlotAddr};
use redis::{Cmd, RedisResult, Value};

use super::combine::{self, Combine};
use crate::client::data::ExecId;
use crate::nodes::nodes;

/// Where a command goes.
pub(super) enum Destination {
    /// Where the `redis` crate sends it.
    Default,
    /// To one node.
    Node(SingleNodeRoutingInfo),
    /// To the node with this ID.
    Shard(String),
    /// To all primaries; their answers become one.
    All(Combine),
}

impl Destination {
    pub(super) fn of(cmd: &Cmd, home: &SingleNodeRoutingInfo) -> Self {
        let argument = |index| match cmd.args_iter().nth(index) {
            Some(redis::Arg::Simple(bytes)) => Some(bytes),
            _ => None,
        };
        let name = argument(0).unwrap_or_default().to_ascii_uppercase();
        let at_home = || Self::Node(home.clone());
        match name.as_slice() {
            b"RG.TRIGGERONKEY" => argument(2).map_or_else(at_home, |key| Self::Node(of_key(key))),
            b"RG.GETRESULTS"
            | b"RG.GETRESULTSBLOCKING"
            | b"RG.GETEXECUTION"
            | b"RG.DROPEXECUTION"
            | b"RG.ABORTEXECUTION" => argument(1)
                .and_then(ExecId::maker)
                .map_or_else(at_home, Self::Shard),
            b"RG.REFRESHCLUSTER" | b"RG.CLEARREGISTRATIONSSTATS" => Self::All(combine::any),
            b"RG.CONFIGSET" => Self::All(combine::refused),
            b"RG.PYSTATS" => Self::All(combine::sums),
            b"RG.DUMPEXECUTIONS" => Self::All(combine::union),
            b"RG.DUMPREGISTRATIONS" => Self::All(combine::registrations),
            b"MODULE" => at_home(),
            name if name.starts_with(b"RG.") => at_home(),
            _ => Self::Default,
        }
    }
}

/// The primary that has the first slot.
pub(super) fn first_slot() -> SingleNodeRoutingInfo {
    SingleNodeRoutingInfo::SpecificNode(Route::new(0, SlotAddr::Master))
}

/// The primary that has `key`.
pub(super) fn of_key(key: impl AsRef<[u8]>) -> SingleNodeRoutingInfo {
    SingleNodeRoutingInfo::SpecificNode(Route::with_key(key, SlotAddr::Master))
}

/// The addresses of the nodes by their IDs.
#[derive(Debug, Clone, Default)]
pub(super) struct Nodes(HashMap<String, (String, u16)>);

impl Nodes {
    /// Reads the answer of `CLUSTER NODES`.
    pub(super) fn read(answer: Value) -> RedisResult<Self> {
        let text: String = redis::from_redis_value(answer)?;
        // One that nobody has told its own address cannot be asked.
        let nodes = nodes(&text).filter(|node| !node.host.is_empty());
        let nodes = nodes.map(|node| (node.id.to_owned(), (node.host.to_owned(), node.port)));
        Ok(Self(nodes.collect()))
    }

    pub(super) fn know(&self, shard: &str) -> bool {
        self.0.contains_key(shard)
    }

    pub(super) fn find(&self, shard: &str) -> Option<SingleNodeRoutingInfo> {
        let (host, port) = self.0.get(shard)?.clone();
        Some(SingleNodeRoutingInfo::ByAddress { host, port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn destination(words: &[&str]) -> String {
        let mut cmd = Cmd::new();
        for word in words {
            cmd.arg(word);
        }
        match Destination::of(&cmd, &first_slot()) {
            Destination::Default => "default".into(),
            Destination::Node(node) if node == first_slot() => "home".into(),
            Destination::Node(node) if node == of_key("k") => "key".into(),
            Destination::Node(other) => format!("{other:?}"),
            Destination::Shard(id) => id,
            Destination::All(_) => "all".into(),
        }
    }

    #[test]
    fn commands_find_their_nodes() {
        let id = format!("{}-3", "a1".repeat(20));
        let zeros = format!("{}-3", "0".repeat(40));
        assert_eq!(destination(&["RG.PYEXECUTE", "GB().run()"]), "home");
        assert_eq!(destination(&["rg.getresults", &id]), "a1".repeat(20));
        assert_eq!(destination(&["RG.GETRESULTS", &zeros]), "home");
        assert_eq!(destination(&["RG.ABORTEXECUTION", "nonsense"]), "home");
        assert_eq!(destination(&["RG.TRIGGERONKEY", "t", "k"]), "key");
        assert_eq!(destination(&["RG.TRIGGER", "t", "k"]), "home");
        assert_eq!(destination(&["RG.PYSTATS"]), "all");
        assert_eq!(destination(&["RG.DUMPREGISTRATIONS"]), "all");
        assert_eq!(destination(&["GET", "k"]), "default");
    }

    #[test]
    fn addresses_of_nodes() {
        let lines = "07c3 127.0.0.1:30004@31004,host4 slave e7d1 0 1 4 connected\n\
                     e7d1 ::1:30001@31001 myself,master - 0 0 1 connected 0-5460\n\
                     aaaa :0@0 noaddr - 0 0 1 disconnected\n";
        let nodes = Nodes::read(Value::BulkString(lines.as_bytes().to_vec())).unwrap();
        assert_eq!(nodes.0["07c3"], ("127.0.0.1".to_string(), 30004));
        assert_eq!(nodes.0["e7d1"], ("::1".to_string(), 30001));
        assert!(!nodes.know("aaaa"));
    }
}
