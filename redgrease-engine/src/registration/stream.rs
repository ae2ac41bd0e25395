//! What a registration knows of the streams that it reads.

pub(crate) mod batch;
pub(crate) mod failing;
pub(crate) mod follower;
pub(crate) mod group;
pub(crate) mod noticed;
pub(crate) mod state;
pub(crate) mod streams;
pub(crate) mod under_way;
