//! What a plan is over several shards: parts between exchanges, as the workers of all shards cut them.

use super::operation::Operation;
use super::stage::{Exchange, Native, Stage};

/// What one shard does between two exchanges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The exchange that it gets its records from.
    pub(crate) before: Option<Exchange>,
    /// Whether all shards have it, or the asked one alone.
    pub(crate) everywhere: bool,
    /// Its operations.
    pub(crate) first: usize,
    pub(crate) end: usize,
}

impl Part {
    /// Whether its records come with the keys of their groups.
    pub(crate) fn is_keyed(&self) -> bool {
        self.before == Some(Exchange::Repartition)
    }
}

/// The parts of operations. A last collect is one more exchange only if `trailing` says so: else what the parts before it give
/// are the results, which are collected when all is over.
pub(super) fn parts(operations: &[Operation], trailing: bool) -> Vec<Part> {
    let operations = match operations {
        [others @ .., last] if !trailing && last.kind.exchange() == Some(Exchange::Collect) => {
            others
        }
        all => all,
    };
    let mut parts = vec![Part {
        before: None,
        everywhere: true,
        first: 0,
        end: operations.len(),
    }];
    for (at, operation) in operations.iter().enumerate() {
        let Some(exchange) = operation.kind.exchange() else {
            continue;
        };
        if let Some(last) = parts.last_mut() {
            last.end = at;
        }
        parts.push(Part {
            before: Some(exchange),
            everywhere: exchange == Exchange::Repartition,
            first: at + 1,
            end: operations.len(),
        });
    }
    parts
}

/// A plan whose first part needs no worker, and whose only exchanges collect: what each shard gives is gathered when it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gathered {
    /// What each shard does.
    pub(crate) first: Vec<Native>,
    /// Whether what they give goes to the asked one.
    pub(crate) collects: bool,
    /// What the asked one does with it.
    pub(crate) then: Vec<Native>,
    /// The operation from which on its worker goes on.
    pub(crate) python: Option<usize>,
}

/// The stages over all shards as such a plan, if they are one.
pub(super) fn gathered(stages: &[Stage]) -> Option<Gathered> {
    let [Stage::Native(first), rest @ ..] = stages else {
        return None;
    };
    let mut gathered = Gathered {
        first: first.clone(),
        collects: false,
        then: Vec::new(),
        python: None,
    };
    if rest.contains(&Stage::Exchange(Exchange::Repartition)) {
        return None;
    }
    for stage in rest {
        match stage {
            Stage::Exchange(_) => gathered.collects = true,
            _ if !gathered.collects => return None,
            Stage::Native(natives) => gathered.then.extend(natives),
            Stage::Python(range) => {
                gathered.python = Some(range.start);
                break;
            }
        }
    }
    Some(gathered)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{keys, plan};
    use super::*;

    type Operations<'a> = &'a [(&'a str, Option<&'a str>)];

    fn described(operations: Operations<'_>, trailing: bool) -> Vec<(Option<Exchange>, bool)> {
        plan("KeysReader", keys(), operations)
            .parts(trailing)
            .iter()
            .map(|part| (part.before, part.everywhere))
            .collect()
    }

    #[test]
    fn a_part_follows_each_exchange() {
        let grouped = [
            ("extractkey", None),
            ("repartition", None),
            ("accumulatebykey", None),
            ("collect", None),
            ("map", None),
            ("collect", None),
        ];
        let mut wanted = vec![
            (None, true),
            (Some(Exchange::Repartition), true),
            (Some(Exchange::Collect), false),
        ];
        assert_eq!(described(&grouped, false), wanted);
        wanted.push((Some(Exchange::Collect), false));
        assert_eq!(described(&grouped, true), wanted);
        assert_eq!(described(&[], false), [(None, true)]);
        let parts = plan("KeysReader", keys(), &grouped).parts(false);
        let spans: Vec<_> = parts.iter().map(|part| (part.first, part.end)).collect();
        assert_eq!(spans, [(0, 1), (2, 3), (4, 5)]);
    }

    #[test]
    fn what_is_counted_is_gathered() {
        let counted = [
            ("accumulate", Some("count")),
            ("collect", None),
            ("accumulate", Some("total")),
            ("map", None),
            ("collect", None),
        ];
        let gathered = plan("KeysReader", keys(), &counted).gathered();
        assert_eq!(
            gathered,
            Some(Gathered {
                first: vec![Native::Count],
                collects: true,
                then: vec![Native::Total],
                python: Some(3),
            })
        );
        let mapped = [("map", None), ("collect", None)];
        assert_eq!(plan("KeysReader", keys(), &mapped).gathered(), None);
        let grouped = [
            &counted[..2],
            &[("extractkey", None), ("repartition", None)],
        ]
        .concat();
        assert_eq!(plan("KeysReader", keys(), &grouped).gathered(), None);
    }
}
