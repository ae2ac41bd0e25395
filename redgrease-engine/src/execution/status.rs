//! How far executions are.

/// How far an execution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Created,
    /// Other shards have been told of it.
    PendingReceive,
    /// It waits until all shards know it.
    PendingRun,
    Running,
    /// Other shards have not done their share.
    PendingCluster,
    /// Its share is done, and the shard that was asked goes on.
    PendingTermination,
    Done,
    Aborted,
}

impl Status {
    /// The name that clients see.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::PendingReceive => "pending_receive",
            Self::PendingRun => "pending_run",
            Self::PendingCluster => "pending_cluster",
            Self::PendingTermination => "pending_termination",
            Self::Running => "running",
            Self::Done => "done",
            Self::Aborted => "aborted",
        }
    }
}
