//! Rights: where the mask of each NT handle and the rights of each opening come from.

use super::Taken;
use super::calls::process_of;
use super::fences::opening_of;
use super::sharing::opened_by_name;
use crate::action::{Action, Call, NtOperand};
use crate::observation::HandleChange;
use crate::rules::{EVENT_ALL_ACCESS, PROCESS_ALL_ACCESS, READ_CONTROL, SHARED_ALL_ACCESS, SIGNAL, WAIT};
use crate::state::{LocalHandle, LocalObject, NtHandle, NtObject, Opening, Process, ProcessName};

/// INV-72: no step changes a granted mask or the rights of an opening, a copy in a child has the mask of
/// the parent's entry, and a duplicate has no right that its source lacks, a share none of its type that
/// the opening lacks, an opening none that its NT handle lacks.
#[must_use]
pub fn inv_72(step: Taken<'_>) -> bool {
    step.after.processes.iter().all(|holder| {
        holder.nt_handles.iter().all(|handle| mask_is_justified(step, holder, handle))
            && holder.local_handles.iter().all(|handle| opening_is_justified(step, holder, handle))
    })
}

/// A duplicate or an opening is made, an object shared, or a handle inherited.
#[must_use]
pub fn inv_72_judged(step: Taken<'_>) -> bool {
    let changes = &step.observation.handles;
    let passes_on = matches!(
        step.action,
        Action::Call(
            _,
            Call::DuplicateHandle(_) | Call::ShareObjects { .. } | Call::OpenSyncObjectFromNtHandle2 { .. }
        )
    );
    changes.iter().any(|change| match change {
        HandleChange::NtAllocated(..) | HandleChange::LocalAllocated(..) => passes_on,
        HandleChange::NtInherited(..) => true,
        _ => false,
    })
}

/// Returns whether the mask of a handle after the step comes from where it may come from.
fn mask_is_justified(step: Taken<'_>, holder: &Process, handle: &NtHandle) -> bool {
    let before =
        |process: ProcessName, name| step.before.process(process).and_then(|found| found.nt_handle(name));
    if let Some(old) = before(holder.name, handle.name) {
        return old.access == handle.access && old.object == handle.object;
    }
    let Action::Call(thread, call) = *step.action else { return true };
    let Some(caller) = step.before.thread(thread).map(|thread| thread.process) else { return false };
    match call {
        Call::CreateProcess { .. } if holder.name == caller => handle.access == PROCESS_ALL_ACCESS,
        Call::CreateProcess { .. } => before(caller, handle.name)
            .is_some_and(|parent| NtHandle { name: handle.name, ..*parent } == *handle),
        Call::CreateEvent { .. } => holder.name == caller && handle.access == EVENT_ALL_ACCESS,
        Call::DuplicateHandle(request) => {
            let Some(source_process) = process_of(step, caller, request.source_process) else { return false };
            match request.source_handle {
                NtOperand::Named(name) => before(source_process, name).is_some_and(|source| {
                    handle.access & !source.access == 0 && handle.object == source.object
                }),
                NtOperand::Current => handle.object == NtObject::Process(source_process),
                NtOperand::CurrentThread | NtOperand::Dead(_) => false,
            }
        }
        Call::ShareObjects { objects, .. } => {
            let opening = opening_of(step, objects.first);
            let found = opened_by_name(step).is_some();
            let lacks = |opening: Opening| {
                handle.access & WAIT != 0 && !opening.may_wait
                    || handle.access & SIGNAL != 0 && !opening.may_signal
            };
            holder.name == caller
                && handle.access & !SHARED_ALL_ACCESS == 0
                && (found || opening.is_some_and(|opening| !lacks(opening)))
        }
        Call::OpenSyncObjectNtHandleFromName { .. } => {
            holder.name == caller && handle.access & !SHARED_ALL_ACCESS == 0 && opened_by_name(step).is_some()
        }
        _ => false,
    }
}

/// Returns whether a local handle after the step is as it was, or an opening with what its NT handle has.
fn opening_is_justified(step: Taken<'_>, holder: &Process, handle: &LocalHandle) -> bool {
    let before = step.before.process(holder.name);
    if let Some(old) = before.and_then(|process| process.local_handle(handle.name)) {
        return old == handle;
    }
    let source = match *step.action {
        Action::Call(
            _,
            Call::OpenSyncObjectFromNtHandle { handle } | Call::OpenSyncObjectFromNtHandle2 { handle, .. },
        ) => handle,
        _ => return true,
    };
    let NtOperand::Named(source) = source else { return false };
    let source = before.and_then(|process| process.nt_handle(source));
    match (source, handle.object) {
        (Some(source), LocalObject::SyncObject(opening)) => {
            (source.access & WAIT != 0 || !opening.may_wait)
                && (source.access & SIGNAL != 0 || !opening.may_signal)
                && source.access & READ_CONTROL != 0
        }
        _ => false,
    }
}
