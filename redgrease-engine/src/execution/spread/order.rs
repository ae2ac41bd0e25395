//! What other shards are told of an execution, so that they can run it.

use crate::record::value::Value;

/// What a shard needs to know of an execution.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    /// The plan as the worker described it.
    pub(super) plan: Value,
    /// The script that its functions are in, if some of them need no Python.
    pub(super) script: Option<String>,
    /// Its name in workers.
    pub(super) plan_id: String,
    /// Whether it is a registration that all shards have, by this name: then they have its functions.
    pub(super) registered: bool,
    /// The records that each shard runs it over, instead of what its reader gives.
    pub(super) records: Option<Value>,
    /// Whether it begins without waiting until all are ready.
    pub(super) at_once: bool,
    /// Its functions, if a worker is needed for it.
    pub(super) functions: Option<Vec<u8>>,
    /// The Python that made them.
    pub(super) python: String,
    pub(super) session: String,
    pub(super) requirements: Vec<String>,
    pub(super) inherits: bool,
    /// The names of all shards, and which of them was asked.
    pub(super) shards: Vec<String>,
    pub(super) asked: usize,
    /// The first slot of each range, and the shard that owns it.
    pub(super) slots: Vec<(u16, usize)>,
    /// Whether a last collect is an exchange.
    pub(super) trailing: bool,
    /// Whether it stays on the list when it is over.
    pub(super) kept: bool,
    pub(super) database: i32,
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.items()?.iter().map(Value::as_text).collect()
}

fn number(value: &Value) -> Option<usize> {
    usize::try_from(value.as_int()?).ok()
}

impl Order {
    /// As a value.
    pub(super) fn value(&self) -> Value {
        let int = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let list = |texts: &[String]| Value::List(texts.iter().map(Value::str).collect());
        let slots = self
            .slots
            .iter()
            .map(|&(first, shard)| Value::Tuple(vec![Value::Int(i64::from(first)), int(shard)]));
        let script = self.script.as_ref().map_or(Value::None, Value::str);
        let functions = self.functions.clone().map_or(Value::None, Value::Bytes);
        Value::Dict(
            [
                ("plan", self.plan.clone()),
                ("script", script),
                ("id", Value::str(&self.plan_id)),
                ("registered", Value::Bool(self.registered)),
                ("records", self.records.clone().unwrap_or(Value::None)),
                ("at_once", Value::Bool(self.at_once)),
                ("functions", functions),
                ("python", Value::str(&self.python)),
                ("session", Value::str(&self.session)),
                ("requirements", list(&self.requirements)),
                ("inherits", Value::Bool(self.inherits)),
                ("shards", list(&self.shards)),
                ("asked", int(self.asked)),
                ("slots", Value::List(slots.collect())),
                ("trailing", Value::Bool(self.trailing)),
                ("kept", Value::Bool(self.kept)),
                ("database", Value::Int(i64::from(self.database))),
            ]
            .into_iter()
            .map(|(name, value)| (Value::str(name), value))
            .collect(),
        )
    }

    /// From a value.
    pub(super) fn parse(value: &Value) -> Option<Self> {
        let slot = |pair: &Value| match pair.items()? {
            [first, shard] => Some((u16::try_from(first.as_int()?).ok()?, number(shard)?)),
            _ => None,
        };
        let order = Self {
            plan: value.get("plan")?.clone(),
            script: value.text("script"),
            plan_id: value.text("id")?,
            registered: value.flag("registered"),
            records: Some(value.get("records")?.clone()).filter(|one| *one != Value::None),
            at_once: value.flag("at_once"),
            functions: match value.get("functions")? {
                Value::Bytes(bytes) => Some(bytes.clone()),
                _ => None,
            },
            python: value.text("python")?,
            session: value.text("session")?,
            requirements: texts(value.get("requirements")?)?,
            inherits: value.flag("inherits"),
            shards: texts(value.get("shards")?)?,
            asked: number(value.get("asked")?)?,
            slots: value
                .get("slots")?
                .items()?
                .iter()
                .map(slot)
                .collect::<Option<_>>()?,
            trailing: value.flag("trailing"),
            kept: value.flag("kept"),
            database: i32::try_from(value.get("database")?.as_int()?).ok()?,
        };
        let count = order.shards.len();
        let is_whole = order.asked < count && order.slots.iter().all(|&(_, shard)| shard < count);
        is_whole.then_some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> Order {
        Order {
            plan: Value::Dict(vec![(Value::str("reader"), Value::str("KeysReader"))]),
            script: Some("GB().run()".to_owned()),
            plan_id: "run".to_owned(),
            registered: false,
            records: None,
            at_once: true,
            functions: Some(vec![1, 255]),
            python: "3.11.7".to_owned(),
            session: "s".to_owned(),
            requirements: vec!["certifi".to_owned()],
            inherits: true,
            shards: vec!["a".to_owned(), "b".to_owned()],
            asked: 1,
            slots: vec![(0, 1), (8192, 0)],
            trailing: false,
            kept: true,
            database: 0,
        }
    }

    #[test]
    fn an_order_is_the_same_on_the_other_side() {
        let native = Order {
            functions: None,
            registered: true,
            records: Some(Value::Int(1)),
            ..order()
        };
        for order in [order(), native] {
            assert_eq!(Order::parse(&order.value()), Some(order));
        }
    }

    #[test]
    fn an_order_that_names_no_shard_is_none() {
        let nobody = Order {
            asked: 2,
            ..order()
        };
        let nowhere = Order {
            slots: vec![(0, 2)],
            ..order()
        };
        for order in [nobody, nowhere] {
            assert_eq!(Order::parse(&order.value()), None);
        }
    }
}
