//! A session on the move: what database files, the append-only file, replicas, keys with time events and other shards get of it.

use std::sync::Arc;

use super::{Broken, PickledPlan, Session};
use crate::record::value::{Value, decode, encode};

/// What all plans of a session share.
#[derive(Debug)]
struct Head {
    name: String,
    description: Option<String>,
    requirements: Vec<String>,
    inherits: bool,
    /// The text of the script, where some of the plans can run without Python.
    script: Option<Arc<str>>,
    /// The stamp of its first registrations.
    born: i64,
}

/// A plan with its pickled functions, as a worker described it.
#[derive(Clone, Debug)]
struct Packed {
    id: String,
    /// When it was registered, 0 where nobody noted it.
    stamp: i64,
    /// The description, marshalled.
    description: Arc<[u8]>,
}

/// A session, and those of its plans that travel.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    head: Arc<Head>,
    plans: Vec<Packed>,
}

impl Parcel {
    /// A session with plans of it, as its worker described them.
    pub(crate) fn of(session: &Session, descriptions: &[Value]) -> Self {
        let is_native = |one: &Value| one.text("id").is_some_and(|id| session.is_native(&id));
        let script = session
            .script()
            .filter(|_| descriptions.iter().any(is_native));
        let plans = descriptions
            .iter()
            .map(|one| {
                // What is said of functions that need Python is of no use to anybody.
                let kept = if is_native(one) {
                    one.clone()
                } else {
                    one.without("native")
                };
                Packed::new(&kept)
            })
            .collect();
        Self {
            head: Arc::new(Head {
                name: session.name.clone(),
                description: session.description.clone(),
                requirements: session.requirements.clone(),
                inherits: session.inherits,
                script,
                born: session.born(),
            }),
            plans,
        }
    }

    /// One that came from elsewhere.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Broken> {
        Self::read(&Self::whole(bytes)?)
    }

    /// What stands in a record, which may be that of a session.
    ///
    /// # Errors
    /// When it is broken.
    pub(crate) fn whole(bytes: &[u8]) -> Result<Value, Broken> {
        decode(bytes).map_err(Broken::Session)
    }

    /// The session of a record.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(value: &Value) -> Result<Self, Broken> {
        let plans = value
            .get("registrations")
            .and_then(Value::items)
            .ok_or(Broken::Lacks("registrations"))?
            .iter()
            .filter_map(Value::as_bytes)
            .map(|bytes| {
                let description = decode(bytes).map_err(Broken::Registration)?;
                Ok(Packed {
                    id: description.text("id").ok_or(Broken::Lacks("id"))?,
                    stamp: stamp_of(&description),
                    description: Arc::from(bytes),
                })
            })
            .collect::<Result<_, Broken>>()?;
        let requirements = value.get("requirements").and_then(Value::items);
        Ok(Self {
            head: Arc::new(Head {
                name: value.text("name").ok_or(Broken::Lacks("name"))?,
                description: value.text("description"),
                requirements: requirements
                    .unwrap_or_default()
                    .iter()
                    .filter_map(Value::as_text)
                    .collect(),
                inherits: value.flag("inherits"),
                script: value.text("script").map(Arc::from),
                born: value.get("born").and_then(Value::as_int).unwrap_or(0),
            }),
            plans,
        })
    }

    /// The bytes that travel.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let head = &self.head;
        let plans = self
            .plans
            .iter()
            .map(|plan| Value::Bytes(plan.description.to_vec()));
        let mut fields = vec![
            (Value::str("name"), Value::str(&head.name)),
            (
                Value::str("description"),
                head.description.as_ref().map_or(Value::None, Value::str),
            ),
            (
                Value::str("requirements"),
                Value::List(head.requirements.iter().map(Value::str).collect()),
            ),
            (Value::str("inherits"), Value::Bool(head.inherits)),
            (Value::str("registrations"), Value::List(plans.collect())),
        ];
        if let Some(script) = &head.script {
            fields.push((Value::str("script"), Value::str(script.as_bytes())));
        }
        if head.born != 0 {
            fields.push((Value::str("born"), Value::Int(head.born)));
        }
        let mut out = Vec::new();
        encode(&Value::Dict(fields), &mut out);
        out
    }

    /// The name of the session.
    pub(crate) fn name(&self) -> &str {
        &self.head.name
    }

    /// When the session registered something first.
    pub(crate) fn born(&self) -> i64 {
        self.head.born
    }

    /// The ids of the plans, and when each was registered.
    pub(crate) fn stamps(&self) -> impl Iterator<Item = (&str, i64)> {
        self.plans.iter().map(|plan| (plan.id.as_str(), plan.stamp))
    }

    /// What the session requires.
    pub(crate) fn requirements(&self) -> &[String] {
        &self.head.requirements
    }

    /// The descriptions of the plans.
    pub(crate) fn descriptions(&self) -> Vec<Value> {
        self.plans
            .iter()
            .filter_map(|plan| decode(&plan.description).ok())
            .collect()
    }

    /// The versions of Python that the pickled functions are code for, such as `3.11`.
    pub(crate) fn pythons(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .descriptions()
            .iter()
            .filter_map(|one| {
                let (version, _) = one.get("blob")?.as_bytes()?.split_at_checked(8)?;
                let line = version.split(|&byte| byte == b'\n').next()?;
                Some(String::from_utf8_lossy(line).into_owned())
            })
            .collect();
        all.sort();
        all.dedup();
        all
    }

    /// The session, without its plans.
    pub(crate) fn session(&self) -> Arc<Session> {
        let head = &self.head;
        let session = Session::new(
            head.name.clone(),
            head.description.clone(),
            head.requirements.clone(),
            None,
        )
        .inheriting(head.inherits);
        self.give_script(&session);
        session.set_born(head.born);
        Arc::new(session)
    }

    /// The session with its plans, which a worker knows once it was prepared.
    pub(crate) fn unpack(&self) -> Arc<Session> {
        let session = self.session();
        let descriptions = self.descriptions();
        session.learn(&descriptions);
        for description in &descriptions {
            if let Some(plan) = PickledPlan::of(description) {
                session.add_plan(plan);
            }
        }
        session
    }

    /// Gives a session that has no script the one of the parcel.
    pub(crate) fn give_script(&self, session: &Session) {
        if let Some(script) = &self.head.script {
            session.keep_script(script.as_bytes());
        }
    }

    // -- parcels that are kept

    /// Whether it has no plan.
    pub(crate) fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// Puts the plans of another parcel of the same session behind its own.
    pub(crate) fn append(&mut self, other: Self) {
        if self.head.script.is_none() && other.head.script.is_some() {
            self.head = other.head;
        }
        self.plans.extend(other.plans);
    }

    /// Leaves a plan out.
    pub(crate) fn remove(&mut self, id: &str) {
        self.plans.retain(|plan| plan.id != id);
    }

    /// The same session with some of its plans.
    pub(crate) fn part(&self, is_wanted: impl Fn(&str) -> bool) -> Self {
        let plans = self.plans.iter().filter(|plan| is_wanted(&plan.id));
        Self {
            head: Arc::clone(&self.head),
            plans: plans.cloned().collect(),
        }
    }
}

/// When a plan was registered, as its description says.
fn stamp_of(description: &Value) -> i64 {
    description
        .get("stamp")
        .and_then(Value::as_int)
        .unwrap_or(0)
}

impl Packed {
    fn new(description: &Value) -> Self {
        let mut bytes = Vec::new();
        encode(description, &mut bytes);
        Self {
            id: description.text("id").unwrap_or_default(),
            stamp: stamp_of(description),
            description: Arc::from(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(id: &str) -> Value {
        Value::Dict(vec![
            (Value::str("id"), Value::str(id)),
            (Value::str("blob"), Value::Bytes(vec![1, 255])),
            (Value::str("native"), Value::Int(1)),
        ])
    }

    fn session() -> Session {
        Session::new(
            "weather".to_owned(),
            Some("what it is".to_owned()),
            vec!["numpy".to_owned()],
            None,
        )
    }

    #[test]
    fn a_session_arrives_as_it_was_sent() {
        let mut sent = Parcel::of(&session(), &[plan("0-1"), plan("0-2")]);
        sent.append(Parcel::of(&session(), &[plan("0-3")]));
        sent.remove("0-2");
        let arrived = Parcel::decode(&sent.encode()).expect("is whole");
        assert_eq!(arrived.name(), "weather");
        assert_eq!(
            arrived.descriptions(),
            [plan("0-1").without("native"), plan("0-3").without("native")]
        );
        let session = arrived.unpack();
        assert_eq!(session.requirements, ["numpy"]);
        assert_eq!(session.description.as_deref(), Some("what it is"));
        assert!(session.plan("0-3").is_some() && session.plan("0-2").is_none());
    }

    #[test]
    fn what_is_broken_is_said() {
        let whole = Parcel::of(&session(), &[plan("0-1")]).encode();
        let mut other = Vec::new();
        encode(&Value::Dict(Vec::new()), &mut other);
        for (bytes, part) in [
            (
                &whole[..whole.len() - 3],
                "the record of a session is broken",
            ),
            (&other[..], "it has no registrations"),
        ] {
            let text = Parcel::decode(bytes).expect_err("is broken").to_string();
            assert!(text.contains(part), "{text}");
        }
    }
}
