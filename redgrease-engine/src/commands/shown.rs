//! What clients see of sessions, registrations, plans and requirements.

pub(crate) mod plan;
pub(crate) mod registration;
pub(crate) mod requirement;
pub(crate) mod session;
