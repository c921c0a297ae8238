//! Shared NT objects: what they keep, their names, and what asking and opening leaves as it was.

use super::{Taken, caller_of};
use crate::action::{Action, Attributes, Call, LocalOperand, NameOperand, NtOperand};
use crate::observation::{Refusal, Verdict};
use crate::rules::{Named, READ_CONTROL, apply, look_up};
use crate::state::{
    Execution, LocalObject, NtHandle, NtObject, OpeningFlags, Process, SharedObject, State, SyncValue, Thread,
};

/// INV-69: what an NT object with a handle carries is there, and a thread that runs opens it through each
/// handle with READ_CONTROL on each device that the adapter rules allow, as far as the memory goes.
#[must_use]
pub fn inv_69(state: &State) -> bool {
    state.shared_objects.iter().all(|shared| state.sync_object(shared.carries).is_some())
        && runners(state).all(|(thread, process)| {
            process.nt_handles.iter().all(|handle| opens_everywhere(state, thread, process, handle))
        })
}

/// Only an NT object holds a synchronisation object, and a process that can open it has a handle.
#[must_use]
pub fn inv_69_judged(state: &State) -> bool {
    let held_alone = state
        .sync_objects
        .iter()
        .any(|object| state.openings(object.name).next().is_none() && state.is_carried(object.name));
    held_alone
        && runners(state)
            .flat_map(|(_, process)| &process.nt_handles)
            .any(|handle| matches!(handle.object, NtObject::Shared(_)) && handle.access & READ_CONTROL != 0)
}

/// Returns each thread that can make a call, with its process.
fn runners(state: &State) -> impl Iterator<Item = (&Thread, &Process)> {
    let threads = state.threads.iter().filter(|thread| state.wait(thread.name).is_none());
    threads.filter_map(|thread| Some((thread, state.live_process(thread.process)?)))
}

fn opens_everywhere(state: &State, thread: &Thread, process: &Process, handle: &NtHandle) -> bool {
    let NtObject::Shared(shared) = handle.object else { return true };
    let Some(shared) = state.shared_object(shared).filter(|_| handle.access & READ_CONTROL != 0) else {
        return true;
    };
    let Some(object) = state.sync_object(shared.carries) else { return false };
    process.local_handles.iter().all(|local| {
        let LocalObject::Device(device) = local.object else { return true };
        let allowed = state.device(device).is_some_and(|device| {
            device.execution == Execution::Active
                && state.adapter(device.adapter).is_some_and(|adapter| adapter.running)
                && (object.cross_adapter || device.adapter == object.adapter)
        });
        let open = Call::OpenSyncObjectFromNtHandle2 {
            handle: NtOperand::Named(handle.name),
            device: LocalOperand::Named(local.name),
            flags: OpeningFlags::default(),
            unknown_flag: false,
            unknown_engine: false,
        };
        let verdict = apply(state, &Action::Call(thread.name, open)).map(|(_, shown)| shown.verdict);
        match verdict {
            Some(Verdict::Done(_) | Verdict::Refused(Refusal::NoMemory)) => true,
            _ => !allowed,
        }
    })
}

/// INV-70: each NT object has an NT handle, and each name leads to its object.
#[must_use]
pub fn inv_70(state: &State) -> bool {
    state.shared_objects.iter().all(|shared| {
        let resolves = |object: &SharedObject| {
            object.path.is_none_or(|path| {
                look_up(state, path.directory, path.token) == Some(Named::Shared(object.name))
            })
        };
        state.handle_count(NtObject::Shared(shared.name)) > 0 && resolves(shared)
    })
}

/// There is a named object of ShareObjects.
#[must_use]
pub fn inv_70_judged(state: &State) -> bool {
    state.shared_objects.iter().any(|shared| shared.path.is_some())
}

/// INV-71: no two names of one directory are equal apart from letter case.
#[must_use]
pub fn inv_71(state: &State) -> bool {
    let shared = state.shared_objects.iter().filter_map(|shared| shared.path);
    let placed = state.placed_objects.iter().map(|placed| placed.path);
    let mut names = shared.chain(placed).map(|path| (path.directory, path.token)).collect::<Vec<_>>();
    names.sort_unstable();
    names.is_sorted_by(|left, right| left < right)
}

/// There are two names.
#[must_use]
pub fn inv_71_judged(state: &State) -> bool {
    state.shared_objects.iter().filter(|shared| shared.path.is_some()).count() > 1
}

/// INV-73: a share, an open or a query leaves every NT handle and every global handle as it was.
#[must_use]
pub fn inv_73(step: Taken<'_>) -> bool {
    !inv_73_judged(step)
        || step.before.processes.iter().all(|before| {
            let after = step.after.process(before.name);
            let lasts =
                |handle: &NtHandle| after.and_then(|process| process.nt_handle(handle.name)) == Some(handle);
            before.nt_handles.iter().all(lasts)
        }) && step.before.global_handles == step.after.global_handles
}

/// A call shares, opens or asks.
#[must_use]
pub fn inv_73_judged(step: Taken<'_>) -> bool {
    matches!(
        step.action,
        Action::Call(
            _,
            Call::QueryObject { .. }
                | Call::ShareObjects { .. }
                | Call::OpenNtHandleFromName { .. }
                | Call::OpenSyncObjectNtHandleFromName { .. }
                | Call::OpenSyncObjectFromNtHandle { .. }
                | Call::OpenSyncObjectFromNtHandle2 { .. }
                | Call::OpenSynchronizationObject { .. }
                | Call::OpenKeyedMutex { .. }
                | Call::OpenKeyedMutex2 { .. }
        )
    )
}

/// INV-74, without resources: what an NT object carries was made for NT sharing, is no CPU_NOTIFICATION,
/// and stays, as do its name and its descriptor.
#[must_use]
pub fn inv_74(step: Taken<'_>) -> bool {
    step.after.shared_objects.iter().all(|after| {
        let carried = step.after.sync_object(after.carries);
        let may_be_carried = carried.is_some_and(|object| {
            object.nt_sharing && !matches!(object.value, SyncValue::CpuNotification { .. })
        });
        may_be_carried && step.before.shared_object(after.name).is_none_or(|before| before == after)
    })
}

/// A share finds the object of its name, or is refused for its list or what it lists.
#[must_use]
pub fn inv_74_judged(step: Taken<'_>) -> bool {
    let refused = [Refusal::WrongShape, Refusal::NotForNtSharing].map(Verdict::Refused);
    refused.contains(&step.observation.verdict) || step.before.shared_objects != step.after.shared_objects
}

/// Returns the attributes of a share or an open by name.
const fn attributes_of(call: &Call) -> Option<Attributes> {
    match call {
        Call::ShareObjects { attributes, .. }
        | Call::OpenNtHandleFromName { attributes, .. }
        | Call::OpenSyncObjectNtHandleFromName { attributes, .. } => *attributes,
        _ => None,
    }
}

/// Returns the existing object whose name a call of the caller gives, if the call got a handle to it.
pub(super) fn opened_by_name(step: Taken<'_>) -> Option<(&Process, &SharedObject, NtHandle)> {
    let Action::Call(_, call) = step.action else { return None };
    attributes_of(call).and_then(|attributes| attributes.name).filter(|name| *name != NameOperand::Root)?;
    let caller = step.after.process(caller_of(step)?)?;
    let old = step.before.process(caller.name)?;
    let new = caller.nt_handles.iter().find(|handle| old.nt_handle(handle.name).is_none())?;
    let NtObject::Shared(object) = new.object else { return None };
    Some((caller, step.before.shared_object(object)?, *new))
}
