//! Functions of which one does something outside.

use redgrease_core::native::{Program, Wanted};

use super::compile::{Records, Texts};
use crate::native::described::{Callee, Operation};
use crate::native::needs_python::NeedsPython;
use crate::plan::Kind;
use crate::record::value::Value;

/// The functions compiled again: what happened in one of them must not happen again because another one gives its call back.
pub(super) fn after_effects(
    operations: &[Operation],
    callees: &mut [Option<Callee>],
    mut programs: Vec<Option<Program>>,
    records: Records,
    texts: &Texts<'_>,
    minor: u8,
) -> Result<Vec<Option<Program>>, NeedsPython> {
    let first = programs
        .iter()
        .position(|one| one.as_ref().is_some_and(Program::has_effect));
    let mut later = operations.iter().skip(first.unwrap_or(0));
    if later.any(Operation::begins_with_set) {
        return Err(NeedsPython::Distinct);
    }
    loop {
        let (mut before, mut sets, mut bytes) = (records.many, false, records.fed);
        let mut is_other = false;
        for ((one, callee), program) in operations.iter().zip(&mut *callees).zip(&programs) {
            let (Some(callee), Some(program)) = (callee, program) else {
                continue;
            };
            if matches!(one.kind, Kind::Accumulate(_) | Kind::AccumulateByKey) {
                // What it gave comes back to it.
                sets |= program.gives_sets();
                bytes |= program.gives_bytes();
            }
            bytes |= callee.zero.as_ref().is_some_and(Value::has_bytes);
            let wanted = Wanted {
                after_effect: before,
                sets,
                bytes,
                ..callee.wanted.clone()
            };
            is_other |= wanted != callee.wanted;
            callee.wanted = wanted;
            // Behind a flatmap there are many records.
            before |= program.has_effect() || one.kind == Kind::FlatMap;
            sets |= program.gives_sets();
            bytes |= program.gives_bytes();
        }
        if !is_other {
            break;
        }
        for (callee, program) in callees.iter().zip(&mut programs) {
            if let Some(callee) = callee {
                *program = Some(texts.compile(callee, minor)?);
            }
        }
    }
    let shows = operations
        .iter()
        .any(|one| !one.needs_function() && one.kind != Kind::Collect);
    if shows && programs.iter().flatten().any(Program::gives_sets) {
        return Err(NeedsPython::Sets);
    }
    Ok(programs)
}
