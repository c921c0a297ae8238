//! What must hold: one pair of functions for each invariant of the rulebook that is in reach.
//!
//! `inv_N` says whether the invariant holds; `inv_N_judged` whether that meant anything, so that a world can
//! show that it is not vacuous. State invariants look at one state, step invariants at one [`Taken`] step.

use crate::action::{Action, Call, DeviceQuery, ErrorReason, Incident, LocalOperand, NtOperand, Step};
use crate::observation::{HandleChange, Observation, Output, Refusal, Verdict};
use crate::rules::{PROCESS_ALL_ACCESS, enabled_steps};
use crate::state::{
    AdapterName, Device, DeviceName, Execution, LocalName, LocalObject, NtHandle, NtName, NtObject, Process,
    ProcessName, State,
};

/// One step that was taken.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'a> {
    /// The state before it.
    pub before: &'a State,
    /// What was done.
    pub action: &'a Action,
    /// What it showed.
    pub observation: &'a Observation,
    /// The state after it.
    pub after: &'a State,
}

/// An invariant over states.
#[derive(Clone, Copy, Debug)]
pub struct StateInvariant {
    /// Its id in the rulebook.
    pub id: &'static str,
    /// Whether it holds.
    pub holds: fn(&State) -> bool,
    /// Whether there was something to judge.
    pub judged: fn(&State) -> bool,
}

/// An invariant over steps.
#[derive(Clone, Copy, Debug)]
pub struct StepInvariant {
    /// Its id in the rulebook.
    pub id: &'static str,
    /// Whether it holds.
    pub holds: fn(Taken<'_>) -> bool,
    /// Whether there was something to judge.
    pub judged: fn(Taken<'_>) -> bool,
}

/// All invariants over states.
pub const OF_STATES: [StateInvariant; 6] = [
    StateInvariant { id: "INV-29", holds: inv_29, judged: inv_29_judged },
    StateInvariant { id: "INV-65", holds: inv_65, judged: inv_65_judged },
    StateInvariant { id: "INV-66", holds: inv_66, judged: inv_66_judged },
    StateInvariant { id: "INV-67", holds: inv_67, judged: inv_67_judged },
    StateInvariant { id: "INV-68", holds: inv_68, judged: inv_68_judged },
    StateInvariant { id: "INV-77", holds: inv_77, judged: inv_77_judged },
];

/// All invariants over steps.
pub const OF_STEPS: [StepInvariant; 6] = [
    StepInvariant { id: "INV-15", holds: inv_15, judged: inv_15_judged },
    StepInvariant { id: "INV-35", holds: inv_35, judged: inv_35_judged },
    StepInvariant { id: "INV-36", holds: inv_36, judged: inv_36_judged },
    StepInvariant { id: "INV-42", holds: inv_42, judged: inv_42_judged },
    StepInvariant { id: "INV-72", holds: inv_72, judged: inv_72_judged },
    StepInvariant { id: "INV-76", holds: inv_76, judged: inv_76_judged },
];

/// INV-15: a device in Error keeps its execution state until it is destroyed.
#[must_use]
pub fn inv_15(step: Taken<'_>) -> bool {
    step.before
        .devices
        .iter()
        .filter(|device| device.execution != Execution::Active)
        .all(|device| step.after.device(device.name).is_none_or(|later| later.execution == device.execution))
}

/// A device in Error meets another cause: a mark, or the stop of its adapter.
#[must_use]
pub fn inv_15_judged(step: Taken<'_>) -> bool {
    let in_error = |device: &Device| device.execution != Execution::Active;
    match *step.action {
        Action::Incident(Incident::StopAdapter(adapter)) => {
            step.before.devices.iter().any(|device| device.adapter == adapter && in_error(device))
        }
        Action::Call(_, Call::MarkDeviceAsError { device, .. }) => {
            succeeded(step) && device_of(step, device).is_some_and(in_error)
        }
        _ => false,
    }
}

/// INV-29: an ended process owns nothing.
#[must_use]
pub fn inv_29(state: &State) -> bool {
    let ended_own_nothing = state.processes.iter().filter(|process| !process.alive).all(|process| {
        process.table_size == 0 && process.local_handles.is_empty() && process.nt_handles.is_empty()
    });
    ended_own_nothing
        && state.devices.iter().all(|device| state.live_process(device.process).is_some())
        && state.threads.iter().all(|thread| state.live_process(thread.process).is_some())
}

/// A process has ended.
#[must_use]
pub fn inv_29_judged(state: &State) -> bool {
    state.processes.iter().filter(|process| process.alive).count() < to_usize(state.processes_made)
}

/// INV-35: a refused call changes nothing, apart from the source that NTH-13 closes.
#[must_use]
pub fn inv_35(step: Taken<'_>) -> bool {
    if succeeded(step) || step.before == step.after {
        return true;
    }
    let Action::Call(_, Call::DuplicateHandle(request)) = *step.action else { return false };
    let [HandleChange::NtFreed(holder, name)] = step.observation.handles[..] else { return false };
    let source = step.before.process(holder).and_then(|process| process.nt_handle(name));
    let Some(source) = source.filter(|source| request.close_source && !source.protect) else { return false };
    // The state before without the source, and without its object if that was the last handle of an ended
    // process.
    let mut expected = step.before.clone();
    for process in expected.processes.iter_mut().filter(|process| process.name == holder) {
        process.nt_handles.retain(|handle| handle.name != name);
    }
    let NtObject::Process(object) = source.object;
    if expected.handle_count(source.object) == 0 {
        expected.processes.retain(|process| process.alive || process.name != object);
    }
    expected == *step.after
}

/// A call is refused.
#[must_use]
pub fn inv_35_judged(step: Taken<'_>) -> bool {
    !succeeded(step)
}

/// INV-36: calls on a stopped adapter are refused as such, destroying calls succeed.
#[must_use]
pub fn inv_36(step: Taken<'_>) -> bool {
    let Some((_, call)) = call_on_stopped_adapter(step) else { return true };
    match call {
        Call::CreateDevice { .. } | Call::MarkDeviceAsError { .. } => {
            step.observation.verdict == Verdict::Refused(Refusal::AdapterStopped)
        }
        Call::GetDeviceState { .. } => {
            step.observation.verdict == Verdict::Refused(Refusal::QueryOnStoppedAdapter)
        }
        _ => succeeded(step),
    }
}

/// A call acts on a stopped adapter or on a device of it.
#[must_use]
pub fn inv_36_judged(step: Taken<'_>) -> bool {
    call_on_stopped_adapter(step).is_some()
}

/// INV-42: each step lowers the pair (devices not in Error, deferred destructions).
#[must_use]
pub fn inv_42(step: Taken<'_>) -> bool {
    let measure = |state: &State| {
        let active = state.devices.iter().filter(|device| device.execution == Execution::Active).count();
        (active, state.devices.iter().filter(|device| device.destroyed).count())
    };
    !matches!(step.action, Action::Step(_)) || measure(step.after) < measure(step.before)
}

/// The machine takes a step by itself.
#[must_use]
pub fn inv_42_judged(step: Taken<'_>) -> bool {
    matches!(step.action, Action::Step(_))
}

/// INV-65: every live entry names a live object, and no two entries of a table have one name.
#[must_use]
pub fn inv_65(state: &State) -> bool {
    state.processes.iter().all(|process| {
        let local_objects_live = process.local_handles.iter().all(|handle| match handle.object {
            LocalObject::Adapter(adapter) => state.adapter(adapter).is_some(),
            LocalObject::Device(device) => state.device(device).is_some_and(|device| !device.destroyed),
        });
        let nt_objects_live = process.nt_handles.iter().all(|handle| {
            let NtObject::Process(named) = handle.object;
            state.process(named).is_some()
        });
        local_objects_live
            && nt_objects_live
            && process.local_handles.is_sorted_by(|left, right| left.name < right.name)
            && process.nt_handles.is_sorted_by(|left, right| left.name < right.name)
    })
}

/// A table has two entries.
#[must_use]
pub fn inv_65_judged(state: &State) -> bool {
    state.processes.iter().any(|process| process.local_handles.len() > 1 || process.nt_handles.len() > 1)
}

/// INV-66: a device has one local handle until it is destroyed and none after.
#[must_use]
pub fn inv_66(state: &State) -> bool {
    state
        .devices
        .iter()
        .all(|device| handles_of_device(state, device.name).count() == usize::from(!device.destroyed))
}

/// There is a device with a handle and one without.
#[must_use]
pub fn inv_66_judged(state: &State) -> bool {
    state.devices.iter().any(|device| device.destroyed)
        && state.devices.iter().any(|device| !device.destroyed)
}

/// INV-67: an ended process is kept by an NT handle, a device by its handle or its pending reclaim.
#[must_use]
pub fn inv_67(state: &State) -> bool {
    let processes_held = state
        .processes
        .iter()
        .all(|process| process.alive || state.handle_count(NtObject::Process(process.name)) > 0);
    let steps = enabled_steps(state);
    processes_held
        && state.devices.iter().all(|device| {
            handles_of_device(state, device.name).next().is_some()
                || steps.contains(&Step::Reclaim(device.name))
        })
}

/// A handle keeps an ended process, or a destroyed device waits for its reclaim.
#[must_use]
pub fn inv_67_judged(state: &State) -> bool {
    state.processes.iter().any(|process| !process.alive)
        || state.devices.iter().any(|device| device.destroyed)
}

/// INV-68: when every process has ended and no step is enabled, nothing is left.
#[must_use]
pub fn inv_68(state: &State) -> bool {
    !inv_68_judged(state)
        || (state.processes.is_empty() && state.threads.is_empty() && state.devices.is_empty())
}

/// The state is quiescent and every process that ever was has ended.
#[must_use]
pub fn inv_68_judged(state: &State) -> bool {
    state.processes_made > 0
        && state.processes.iter().all(|process| !process.alive)
        && enabled_steps(state).is_empty()
}

/// INV-72: no step changes a granted mask, a copy in a child has the mask of the parent's entry, and a
/// duplicate has no right that its source lacks.
#[must_use]
pub fn inv_72(step: Taken<'_>) -> bool {
    step.after
        .processes
        .iter()
        .all(|holder| holder.nt_handles.iter().all(|handle| mask_is_justified(step, holder, handle)))
}

/// A duplicate is made, or a handle is inherited.
#[must_use]
pub fn inv_72_judged(step: Taken<'_>) -> bool {
    let changes = &step.observation.handles;
    let duplicates = matches!(step.action, Action::Call(_, Call::DuplicateHandle(_)));
    changes.iter().any(|change| match change {
        HandleChange::NtAllocated(..) => duplicates,
        HandleChange::NtInherited(..) => true,
        _ => false,
    })
}

/// INV-76: a call that succeeds reports what it promises, and every handle that it reports is live, new, of
/// its kind and in its table.
#[must_use]
pub fn inv_76(step: Taken<'_>) -> bool {
    let (Action::Call(thread, call), Verdict::Done(output)) = (step.action, &step.observation.verdict) else {
        return true;
    };
    let caller = step.before.thread(*thread).map_or(ProcessName(0), |thread| thread.process);
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
        )
    )
}

/// INV-77: a device handle belongs to the process of its device, which has no other.
#[must_use]
pub fn inv_77(state: &State) -> bool {
    state.devices.iter().all(|device| {
        let mut holders = handles_of_device(state, device.name);
        holders.next().is_none_or(|holder| holder.name == device.process) && holders.next().is_none()
    })
}

/// Two processes have a device handle each.
#[must_use]
pub fn inv_77_judged(state: &State) -> bool {
    let live = || state.devices.iter().filter(|device| !device.destroyed);
    live().any(|left| live().any(|right| left.process != right.process))
}

fn succeeded(step: Taken<'_>) -> bool {
    matches!(step.observation.verdict, Verdict::Done(_))
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Returns the process of each live handle to the device.
fn handles_of_device(state: &State, device: DeviceName) -> impl Iterator<Item = &Process> {
    state.processes.iter().flat_map(move |process| {
        let handles = process.local_handles.iter();
        handles.filter(move |handle| handle.object == LocalObject::Device(device)).map(move |_| process)
    })
}

/// Returns what a local operand of the call referred to before the step.
fn object_of(step: Taken<'_>, operand: LocalOperand) -> Option<LocalObject> {
    let (Action::Call(thread, _), LocalOperand::Named(name)) = (*step.action, operand) else { return None };
    let caller = step.before.thread(thread)?.process;
    Some(step.before.process(caller)?.local_handle(name)?.object)
}

fn device_of(step: Taken<'_>, operand: LocalOperand) -> Option<&Device> {
    match object_of(step, operand)? {
        LocalObject::Device(device) => step.before.device(device),
        LocalObject::Adapter(_) => None,
    }
}

/// Returns the stopped adapter and the call that acts on it or on a device of it, if its earlier checks pass.
fn call_on_stopped_adapter(step: Taken<'_>) -> Option<(AdapterName, Call)> {
    let Action::Call(_, call) = *step.action else { return None };
    let adapter = match call {
        Call::CreateDevice { adapter, unknown_flag: false } | Call::CloseAdapter { adapter } => {
            match object_of(step, adapter)? {
                LocalObject::Adapter(adapter) => adapter,
                LocalObject::Device(_) => return None,
            }
        }
        Call::MarkDeviceAsError { device, reason: ErrorReason::Generic | ErrorReason::DriverError }
        | Call::GetDeviceState {
            device,
            query: DeviceQuery::Execution | DeviceQuery::Reset | DeviceQuery::PageFault,
        }
        | Call::DestroyDevice { device } => device_of(step, device)?.adapter,
        _ => return None,
    };
    step.before.adapter(adapter).filter(|adapter| !adapter.running)?;
    Some((adapter, call))
}

/// Returns the process that a process operand of the caller named before the step.
fn process_of(step: Taken<'_>, caller: ProcessName, operand: NtOperand) -> Option<ProcessName> {
    match operand {
        NtOperand::Current => Some(caller),
        NtOperand::Named(name) => {
            let NtObject::Process(process) = step.before.process(caller)?.nt_handle(name)?.object;
            Some(process)
        }
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
        _ => false,
    }
}
