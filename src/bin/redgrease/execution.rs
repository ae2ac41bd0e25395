//! An execution in the server whose results are waited for.

use redgrease::client::RunProgress;
use redgrease::{ExecId, ExecutionResult, GearsCommands as _, RawRecord, RedisGears};

use crate::failure::{Exit, Failure, Result};
use crate::interrupt;
use crate::progress::{Progress, Work};
use crate::terminal::Terminal;

/// Waits for the results and lets the server forget the execution. Ctrl-C aborts it.
pub(crate) fn wait(
    con: &RedisGears,
    id: &ExecId,
    work: &Work,
    terminal: Terminal,
) -> Result<ExecutionResult<Vec<RawRecord>>> {
    // each thread that uses a handle at the same time has a connection of its own
    let mut waiting = con.clone();
    let mut aborting = con.clone();
    let mut looking = con.clone();
    let awaited = id.clone();
    let results = work.run_watched(
        terminal,
        || {
            terminal.status(
                "Aborting",
                format_args!("{id}; Ctrl-C again leaves at once"),
            );
            if let Err(error) = aborting.abortexecution(id) {
                terminal.error(&Failure::from(error));
            }
            Ok(())
        },
        // RedisGears does not tell
        || looking.progress(id).map(|at| bar(&at)).unwrap_or_default(),
        move || waiting.getresultsblocking(&awaited),
    )?;
    let results = results?;
    con.clone().dropexecution(id)?;
    if interrupt::requested() {
        return Err(Failure::new(
            Exit::Interrupted,
            "stopped; the execution was aborted",
        ));
    }
    Ok(results)
}

/// How far a run is, as a bar.
fn bar(progress: &RunProgress) -> Progress {
    let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let total = size(progress.total.unwrap_or_default());
    Progress {
        done: size(progress.passed).min(total),
        total,
    }
}
