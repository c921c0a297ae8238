//! What a call may do to its caller: errors, rights, outputs.

use super::{Taken, caller_of, refused};
use crate::action::{
    Action, BufferOperand, Call, DeviceQuery, GlobalOperand, NtOperand, ObjectQuery, SyncFlags,
};
use crate::observation::{Effect, HandleChange, Mapping, Output, Verdict};
use crate::state::{
    GlobalObject, LocalName, LocalObject, NtName, NtObject, ProcessName, SyncValue, WaitTarget,
};

/// INV-35: a refused call changes nothing and resumes nobody, apart from the source that NTH-13 closes.
#[must_use]
pub fn inv_35(step: Taken<'_>) -> bool {
    if !refused(step) {
        return true;
    }
    if step.before == step.after {
        return step.observation.effects.is_empty();
    }
    let Action::Call(_, Call::DuplicateHandle(request)) = *step.action else { return false };
    let [HandleChange::NtFreed(holder, name)] = step.observation.handles[..] else { return false };
    let source = step.before.process(holder).and_then(|process| process.nt_handle(name));
    let Some(source) = source.filter(|source| request.close_source && !source.protect) else { return false };
    // The state before without the source, and without its object if nothing else holds that.
    let mut expected = step.before.clone();
    for process in expected.processes.iter_mut().filter(|process| process.name == holder) {
        process.nt_handles.retain(|handle| handle.name != name);
    }
    match source.object {
        NtObject::Process(object) if expected.handle_count(source.object) == 0 => {
            expected.processes.retain(|process| process.alive || process.name != object);
        }
        NtObject::Event(object) if !expected.event_is_held(object) => {
            expected.events.retain(|event| event.name != object);
        }
        NtObject::Shared(object) if expected.handle_count(source.object) == 0 => {
            expected.shared_objects.retain(|shared| shared.name != object);
            let (held, all) = (expected.clone(), &mut expected.sync_objects);
            all.retain(|object| held.sync_object_is_held(object.name));
        }
        _ => {}
    }
    expected == *step.after
}

/// A call is refused.
#[must_use]
pub fn inv_35_judged(step: Taken<'_>) -> bool {
    refused(step)
}

/// INV-76: a call that succeeds reports what it promises, and every handle that it reports is live, new, of
/// its kind and in its table.
#[must_use]
pub fn inv_76(step: Taken<'_>) -> bool {
    let resumed = step.observation.effects.iter().all(|effect| match effect {
        Effect::Resumed { thread, verdict: Verdict::Done(Output::Acquired { data, .. }) } => {
            step.before.wait(*thread).is_some_and(|wait| match wait.target {
                WaitTarget::KeyedMutex { wants_data, .. } => wants_data == data.is_some(),
                WaitTarget::Event(_) | WaitTarget::Fences { .. } => false,
            })
        }
        Effect::Resumed { thread, verdict: Verdict::Done(output) } => {
            step.before.wait(*thread).is_some_and(|wait| match wait.target {
                WaitTarget::KeyedMutex { .. } => false,
                WaitTarget::Event(_) => *output == Output::EventTaken,
                WaitTarget::Fences { .. } => *output == Output::FencesReached,
            })
        }
        _ => true,
    });
    let (Action::Call(_, call), Verdict::Done(output)) = (step.action, &step.observation.verdict) else {
        return resumed;
    };
    let caller = caller_of(step).unwrap_or(ProcessName(0));
    let new_adapter = |handle| match new_local(step, caller, handle) {
        Some(LocalObject::Adapter(adapter)) => step.after.adapter(adapter).copied(),
        _ => None,
    };
    match (call, output) {
        (Call::CreateProcess { .. }, Output::Process { process, handle: Some(handle) }) => {
            new_nt(step, caller, *handle) == Some(NtObject::Process(*process))
        }
        (Call::OpenAdapterFromLuid { luid }, Output::AdapterHandle(handle)) => {
            new_adapter(*handle).is_some_and(|adapter| adapter.luid == *luid)
        }
        (Call::EnumAdapters2 { .. } | Call::EnumAdapters3 { .. }, Output::Adapters(reports)) => reports
            .iter()
            .all(|report| new_adapter(report.handle).is_some_and(|adapter| adapter.luid == report.luid)),
        (Call::CreateDevice { .. }, Output::Device { handle, device }) => {
            new_local(step, caller, *handle) == Some(LocalObject::Device(*device))
        }
        (Call::GetDeviceState { query, .. }, output) => match query {
            DeviceQuery::Execution => matches!(output, Output::Execution(_)),
            DeviceQuery::Reset => *output == Output::NoDesktopSwitch,
            _ => *output == Output::NoPageFault,
        },
        (Call::DuplicateHandle(request), Output::NtHandle(handle)) => {
            let target = process_of(step, caller, request.target_process);
            target.is_some_and(|target| new_nt(step, target, *handle).is_some())
        }
        (Call::CreateEvent { manual_reset, .. }, Output::Event { handle, event }) => {
            new_nt(step, caller, *handle) == Some(NtObject::Event(*event))
                && step.after.event(*event).is_some_and(|event| event.manual_reset == *manual_reset)
        }
        (
            Call::QueryObject { .. }
            | Call::ShareObjects { .. }
            | Call::OpenSyncObjectNtHandleFromName { .. }
            | Call::OpenSyncObjectFromNtHandle { .. }
            | Call::OpenSyncObjectFromNtHandle2 { .. },
            output,
        ) => resumed && sharing_output_is_complete(step, caller, call, output),
        (Call::WaitForEvent { .. }, output) => *output == Output::EventTaken,
        (Call::WaitFromCpu { event, .. }, output) => {
            *output == if event.is_some() { Output::Nothing } else { Output::FencesReached }
        }
        (
            Call::CreateSynchronizationObject { .. }
            | Call::CreateSynchronizationObject2 { .. }
            | Call::OpenSynchronizationObject { .. },
            output,
        ) => resumed && sync_object_output_is_complete(step, caller, call, output),
        (_, output) => resumed && keyed_mutex_output_is_complete(step, caller, call, output),
    }
}

/// Returns whether a call that makes or opens a synchronisation object reports what it promises.
fn sync_object_output_is_complete(
    step: Taken<'_>,
    caller: ProcessName,
    call: &Call,
    output: &Output,
) -> bool {
    let opened = |handle, object| match new_local(step, caller, handle) {
        Some(LocalObject::SyncObject(opening)) => opening.object == object,
        _ => false,
    };
    let resolved = |global| match step.after.global_handle(global).map(|handle| handle.object) {
        Some(GlobalObject::SyncObject(object)) => Some(object),
        _ => None,
    };
    match (call, output) {
        (
            Call::OpenSynchronizationObject { shared: GlobalOperand::Named(shared) },
            Output::SyncObjectHandle(handle),
        ) => resolved(*shared).is_some_and(|object| opened(*handle, object)),
        (_, Output::SyncObject { handle, object, global, mapping }) => {
            let flags = match call {
                Call::CreateSynchronizationObject2 { flags, .. } => *flags,
                _ => SyncFlags::default(),
            };
            let value = step.after.sync_object(*object).map(|object| object.value);
            let expected = match value {
                Some(SyncValue::MonitoredFence(_)) if flags.handle.no_gpu_access => Mapping::Cpu,
                Some(SyncValue::MonitoredFence(_)) => Mapping::Both,
                _ => Mapping::None,
            };
            opened(*handle, *object)
                && global.is_some() == (flags.shared && !flags.nt_sharing)
                && global.is_none_or(|global| resolved(global) == Some(*object))
                && *mapping == expected
        }
        _ => false,
    }
}

/// Returns whether a call about NT objects reports what it promises.
fn sharing_output_is_complete(step: Taken<'_>, caller: ProcessName, call: &Call, output: &Output) -> bool {
    let opened = |handle, mapping| match new_local(step, caller, handle) {
        Some(LocalObject::SyncObject(opening)) => {
            let value = step.after.sync_object(opening.object).map(|object| object.value);
            let is_fence = matches!(value, Some(SyncValue::MonitoredFence(_)));
            is_fence == (mapping != Mapping::None) && value.is_some()
        }
        _ => false,
    };
    match (call, output) {
        (Call::ShareObjects { .. }, Output::Shared { handle, object, existed }) => {
            new_nt(step, caller, *handle) == Some(NtObject::Shared(*object))
                && step.before.shared_object(*object).is_some() == *existed
        }
        (Call::OpenSyncObjectNtHandleFromName { .. }, Output::NtHandle(handle)) => {
            matches!(new_nt(step, caller, *handle), Some(NtObject::Shared(_)))
        }
        (Call::OpenSyncObjectFromNtHandle { .. }, Output::SyncObjectHandle(handle)) => {
            opened(*handle, Mapping::None)
        }
        (Call::OpenSyncObjectFromNtHandle2 { .. }, Output::OpenedSyncObject { handle, mapping }) => {
            opened(*handle, *mapping)
        }
        (Call::QueryObject { query, .. }, output) => match query {
            ObjectQuery::Basic => matches!(output, Output::ObjectBasic { handles: 1.., .. }),
            ObjectQuery::Name => matches!(output, Output::ObjectName(_)),
            ObjectQuery::Type => matches!(output, Output::ObjectType(_)),
            ObjectQuery::Unknown => false,
        },
        _ => false,
    }
}

/// Returns whether a keyed-mutex call reports what it promises, and any other call that is left nothing.
fn keyed_mutex_output_is_complete(
    step: Taken<'_>,
    caller: ProcessName,
    call: &Call,
    output: &Output,
) -> bool {
    match (call, output) {
        (
            Call::CreateKeyedMutex { .. } | Call::CreateKeyedMutex2 { .. },
            Output::KeyedMutex { handle, mutex, global },
        ) => {
            let shared = !matches!(call, Call::CreateKeyedMutex2 { nt_sharing: true, .. });
            let named = global.is_none_or(|global| {
                step.before.global_handle(global).is_none()
                    && step
                        .after
                        .global_handle(global)
                        .is_some_and(|handle| handle.object == GlobalObject::KeyedMutex(*mutex))
            });
            new_local(step, caller, *handle) == Some(LocalObject::KeyedMutex(*mutex))
                && global.is_some() == shared
                && named
        }
        (
            Call::OpenKeyedMutex { shared: GlobalOperand::Named(shared) }
            | Call::OpenKeyedMutex2 { shared: GlobalOperand::Named(shared), .. },
            Output::KeyedMutexHandle(handle),
        ) => {
            let Some(GlobalObject::KeyedMutex(mutex)) =
                step.before.global_handle(*shared).map(|handle| handle.object)
            else {
                return false;
            };
            new_local(step, caller, *handle) == Some(LocalObject::KeyedMutex(mutex))
        }
        (Call::AcquireKeyedMutex { .. }, Output::Acquired { data, .. }) => data.is_none(),
        (Call::AcquireKeyedMutex2 { buffer, .. }, Output::Acquired { data, .. }) => {
            data.is_some() == (*buffer != BufferOperand::None)
        }
        (_, output) => *output == Output::Nothing,
    }
}

/// A call returns a handle.
#[must_use]
pub fn inv_76_judged(step: Taken<'_>) -> bool {
    matches!(
        step.observation.verdict,
        Verdict::Done(
            Output::Process { handle: Some(_), .. }
                | Output::AdapterHandle(_)
                | Output::Device { .. }
                | Output::NtHandle(_)
                | Output::KeyedMutex { .. }
                | Output::KeyedMutexHandle(_)
                | Output::Event { .. }
                | Output::SyncObject { .. }
                | Output::SyncObjectHandle(_)
                | Output::OpenedSyncObject { .. }
                | Output::Shared { .. }
        )
    )
}

/// Returns the process that a process operand of the caller named before the step.
pub(super) fn process_of(step: Taken<'_>, caller: ProcessName, operand: NtOperand) -> Option<ProcessName> {
    match operand {
        NtOperand::Current => Some(caller),
        NtOperand::Named(name) => match step.before.process(caller)?.nt_handle(name)?.object {
            NtObject::Process(process) => Some(process),
            _ => None,
        },
        NtOperand::CurrentThread | NtOperand::Dead(_) => None,
    }
}

/// Returns the object of a local handle that is live after the step and was not before.
fn new_local(step: Taken<'_>, owner: ProcessName, name: LocalName) -> Option<LocalObject> {
    let old = step.before.process(owner).and_then(|process| process.local_handle(name));
    let new = step.after.process(owner)?.local_handle(name)?;
    old.is_none().then_some(new.object)
}

/// Returns the object of an NT handle that is live after the step and was not before.
fn new_nt(step: Taken<'_>, owner: ProcessName, name: NtName) -> Option<NtObject> {
    let old = step.before.process(owner).and_then(|process| process.nt_handle(name));
    let new = step.after.process(owner)?.nt_handle(name)?;
    old.is_none().then_some(new.object)
}
