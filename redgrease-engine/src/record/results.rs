//! The results of an execution: values, or the records that they are the texts of.

use std::ops::Deref;
use std::sync::OnceLock;

use super::batch::Batch;
use super::value::Value;

/// Makes the texts of records, as a minor version of Python has them.
pub(crate) type Show = fn(&Batch, u8) -> Vec<Value>;

/// Records whose texts somebody may ask for.
#[derive(Debug)]
struct Unseen {
    records: Batch,
    minor: u8,
    show: Show,
}

/// What an execution gave. Few are ever looked at, so the text of a record is made when somebody does.
#[derive(Debug, Default)]
pub(crate) struct Results {
    values: OnceLock<Vec<Value>>,
    unseen: Option<Unseen>,
}

impl Results {
    /// The texts of these records, one for each.
    pub(crate) fn texts(records: Batch, minor: u8, show: Show) -> Self {
        Self {
            values: OnceLock::new(),
            unseen: Some(Unseen {
                records,
                minor,
                show,
            }),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match (&self.unseen, self.values.get()) {
            (Some(unseen), None) => unseen.records.len(),
            _ => self.deref().len(),
        }
    }

    /// How many values they hold, with what is in them.
    pub(crate) fn count(&self) -> usize {
        match (&self.unseen, self.values.get()) {
            (Some(unseen), None) => unseen.records.len(),
            _ => self.iter().map(Value::count).sum(),
        }
    }

    /// The values.
    pub(crate) fn into_values(mut self) -> Vec<Value> {
        let _ = self.deref();
        self.values.take().unwrap_or_default()
    }
}

impl Deref for Results {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        self.values.get_or_init(|| {
            let unseen = self.unseen.as_ref();
            unseen.map_or_else(Vec::new, |one| (one.show)(&one.records, one.minor))
        })
    }
}

impl From<Vec<Value>> for Results {
    fn from(values: Vec<Value>) -> Self {
        Self {
            values: OnceLock::from(values),
            unseen: None,
        }
    }
}

impl PartialEq for Results {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_made_when_somebody_looks() {
        fn show(records: &Batch, minor: u8) -> Vec<Value> {
            vec![Value::Int(i64::from(minor)); records.len()]
        }
        let records = Batch::of(&[Value::None, Value::None]);
        let results = Results::texts(records, 11, show);
        assert_eq!((results.len(), results.count()), (2, 2));
        assert!(results.values.get().is_none());
        assert_eq!(*results, [Value::Int(11), Value::Int(11)]);
        assert_eq!(results.into_values().len(), 2);
        assert_eq!(Results::default().len(), 0);
    }
}
