//! What travels through plans: values, and batches of records.

pub(crate) mod batch;
pub(crate) mod kept;
pub(crate) mod outcome;
pub(crate) mod reply;
pub(crate) mod results;
pub(crate) mod sink;
pub(crate) mod table;
pub(crate) mod value;
