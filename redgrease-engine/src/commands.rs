//! The commands that clients call.

pub(crate) mod admin;
mod carriers;
pub(crate) mod cluster;
pub(crate) mod executions;
pub(crate) mod info;
mod internal;
mod profile;
pub(crate) mod pyexecute;
mod registrations;
mod requirements;
mod sessions;
mod settings;
mod shown;
mod trigger;

use crate::server::{Context, Refused, create_command};

/// Registers every command.
///
/// # Errors
/// The name of a command that the server refused.
pub(crate) fn register(context: Context<'_>) -> Result<(), Refused> {
    create_command::<pyexecute::PyExecute>(context)?;
    create_command::<trigger::Trigger>(context)?;
    create_command::<trigger::TriggerOnKey>(context)?;
    create_command::<trigger::TriggerWithin>(context)?;
    create_command::<executions::GetResults>(context)?;
    create_command::<executions::GetResultsBlocking>(context)?;
    create_command::<executions::GetExecution>(context)?;
    create_command::<executions::DumpExecutions>(context)?;
    create_command::<executions::DropExecution>(context)?;
    create_command::<executions::AbortExecution>(context)?;
    create_command::<registrations::DumpRegistrations>(context)?;
    create_command::<registrations::Unregister>(context)?;
    create_command::<registrations::PauseRegistrations>(context)?;
    create_command::<registrations::UnpauseRegistrations>(context)?;
    create_command::<registrations::ClearRegistrationsStats>(context)?;
    create_command::<settings::ConfigGet>(context)?;
    create_command::<settings::ConfigSet>(context)?;
    create_command::<admin::PyStats>(context)?;
    create_command::<requirements::PyDumpReqs>(context)?;
    create_command::<sessions::PyDumpSessions>(context)?;
    create_command::<cluster::InfoCluster>(context)?;
    create_command::<cluster::RefreshCluster>(context)?;
    create_command::<admin::DumpPlugins>(context)?;
    create_command::<cluster::Hello>(context)?;
    create_command::<admin::PyExecuteRemote>(context)?;
    create_command::<admin::PyFreeInterpreter>(context)?;
    create_command::<requirements::PyExportReq>(context)?;
    create_command::<requirements::PyImportReq>(context)?;
    create_command::<profile::PyProfile>(context)?;
    create_command::<cluster::ClusterSet>(context)?;
    create_command::<cluster::ClusterSetFromShard>(context)?;
    create_command::<cluster::NetworkTest>(context)?;
    create_command::<internal::ImportRequirement>(context)?;
    create_command::<internal::InnerRegister>(context)?;
    create_command::<internal::InnerUnregister>(context)?;
    create_command::<internal::InnerTimeEvent>(context)?;
    carriers::register(context)?;
    Ok(())
}
