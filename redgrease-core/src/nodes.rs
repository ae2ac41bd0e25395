//! What `CLUSTER NODES` says, which the client, the tool and the engine read.

/// A node of a cluster, as its line in the answer of `CLUSTER NODES` describes it.
///
/// ```
/// use redgrease_core::nodes::nodes;
///
/// let answer = "a1 10.0.0.1:7000@17000,db1 myself,master - 0 0 1 connected 0-5460 16383 [93-<-b2]\n\
///               b2 :0@0 slave,noaddr a1 0 0 1 disconnected\n";
/// let known: Vec<_> = nodes(answer).collect();
/// assert_eq!((known[0].id, known[0].host, known[0].port), ("a1", "10.0.0.1", 7000));
/// assert_eq!(known[0].bus, 17000);
/// assert!(known[0].is("myself") && known[0].is("master") && !known[1].is("master"));
/// assert_eq!(known[0].slots, [(0, 5460), (16383, 16383)]);
/// assert_eq!(known[0].moving, [93]);
/// assert_eq!((known[1].host, known[1].slots.len()), ("", 0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node<'a> {
    /// Its name: 40 digits.
    pub id: &'a str,
    /// Its address; empty for one that nobody has told its own.
    pub host: &'a str,
    /// The port for clients; 0 where it is not known.
    pub port: u16,
    /// The port for the other nodes; 0 where it is not known.
    pub bus: u16,
    flags: &'a str,
    /// Its slots, in order: the first and the last one of each range.
    pub slots: Vec<(u16, u16)>,
    /// Its slots that are on their way to it or from it.
    pub moving: Vec<u16>,
}

impl Node<'_> {
    /// Whether the node has a flag: `myself`, `master`, `slave`, `fail`, …
    #[must_use]
    pub fn is(&self, flag: &str) -> bool {
        self.flags.split(',').any(|known| known == flag)
    }
}

/// The nodes in an answer of `CLUSTER NODES`, as [`Node`] shows; lines that describe none are left out.
pub fn nodes(answer: &str) -> impl Iterator<Item = Node<'_>> {
    answer.lines().filter_map(node)
}

/// Reads `ID HOST:PORT@BUS,NAME FLAGS PRIMARY PING PONG EPOCH LINK SLOTS…`.
fn node(line: &str) -> Option<Node<'_>> {
    let mut words = line.split_whitespace();
    let (id, address, flags) = (words.next()?, words.next()?, words.next()?);
    let (clients, others) = address.split_once('@').unwrap_or((address, ""));
    let (host, port) = clients.rsplit_once(':')?;
    let bus = others.split(',').next().and_then(|bus| bus.parse().ok());
    let (moving, owned): (Vec<&str>, Vec<&str>) =
        words.skip(5).partition(|word| word.starts_with('['));
    let moving = moving
        .iter()
        .filter_map(|word| word[1..].split('-').next()?.parse().ok());
    let ranges = owned.iter().filter_map(|word| {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        Some((first.parse().ok()?, last.parse().ok()?))
    });
    let mut slots: Vec<(u16, u16)> = ranges.collect();
    slots.sort_unstable();
    Some(Node {
        id,
        host,
        port: port.parse().unwrap_or_default(),
        bus: bus.unwrap_or_default(),
        flags,
        slots,
        moving: moving.collect(),
    })
}
