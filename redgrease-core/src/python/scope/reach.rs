//! Which functions can run at all: those that something reached calls, gives on or mentions.

use std::collections::{HashMap, HashSet};

use super::doubt::Doubt;
use super::{Collector, Load};

impl Collector<'_> {
    /// For each scope, whether its code can run.
    pub(super) fn reached(&self, loads: &[Load]) -> Vec<bool> {
        let mut reached = vec![false; self.scopes.len()];
        if self.all_run || self.anything || !self.doubtful.is_empty() {
            reached.fill(true);
            return reached;
        }
        // what each scope mentions, found once
        let mut mentions: Vec<Vec<(usize, &str)>> = vec![Vec::new(); self.scopes.len()];
        for load in loads.iter().filter(|load| load.doubt == Doubt::None) {
            let name = load.path[0].0.as_str();
            if let Some(scope) = self.find(load.scope, name) {
                mentions[load.scope].push((scope, name));
            }
        }
        let mut waiting: HashMap<(usize, &str), Vec<usize>> = HashMap::new();
        let mut inside: Vec<Vec<usize>> = vec![Vec::new(); self.scopes.len()];
        for (index, scope) in self.scopes.iter().enumerate() {
            if let Some((of, name)) = &scope.needs {
                waiting.entry((*of, name.as_str())).or_default().push(index);
            } else if let Some(parent) = scope.parent {
                inside[parent].push(index);
            }
        }
        let mut next: Vec<usize> = vec![0];
        next.extend(self.entries.iter().copied());
        let mut known: HashSet<(usize, &str)> = HashSet::new();
        while let Some(scope) = next.pop() {
            if std::mem::replace(&mut reached[scope], true) {
                continue;
            }
            next.extend(&inside[scope]);
            for mention in &mentions[scope] {
                if known.insert(*mention) {
                    next.extend(waiting.get(mention).into_iter().flatten());
                }
            }
        }
        reached
    }

    /// The name that has to be used for the code of the scope that begins here to run: that of the class around a
    /// method.
    pub(super) fn needed(&self, name: &str) -> (usize, String) {
        let scope = &self.scopes[self.current];
        match &scope.class {
            Some(class) => class.clone(),
            None => (self.current, name.to_owned()),
        }
    }
}
