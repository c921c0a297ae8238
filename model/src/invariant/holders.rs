//! Who keeps what alive: handles, owners, ends.

use super::to_usize;
use crate::action::Step;
use crate::rules::enabled_steps;
use crate::state::{LocalObject, NtObject, State};

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

/// INV-65: every live entry names a live object, and no two entries of a table have one name.
#[must_use]
pub fn inv_65(state: &State) -> bool {
    let global = &state.global_handles;
    global.iter().all(|handle| state.keyed_mutex(handle.mutex).is_some())
        && global.is_sorted_by(|left, right| left.name < right.name)
        && local_and_nt_entries_are_live(state)
}

fn local_and_nt_entries_are_live(state: &State) -> bool {
    state.processes.iter().all(|process| {
        let local_objects_live = process.local_handles.iter().all(|handle| match handle.object {
            LocalObject::Adapter(adapter) => state.adapter(adapter).is_some(),
            LocalObject::Device(device) => state.device(device).is_some_and(|device| !device.destroyed),
            LocalObject::KeyedMutex(mutex) => state.keyed_mutex(mutex).is_some(),
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

/// INV-66: a device has one local handle until it is destroyed and none after; a wait is the call in progress
/// of one thread, through a live handle of its process to the keyed mutex that it waits for.
#[must_use]
pub fn inv_66(state: &State) -> bool {
    let devices = state.devices.iter().all(|device| {
        state.local_holders(LocalObject::Device(device.name)).count() == usize::from(!device.destroyed)
    });
    devices
        && state.waits.iter().all(|wait| {
            let process = state.thread(wait.thread).and_then(|thread| state.live_process(thread.process));
            let handle = process.and_then(|process| process.local_handle(wait.handle));
            handle.is_some_and(|handle| handle.object == LocalObject::KeyedMutex(wait.mutex))
                && state.waits.iter().filter(|other| other.thread == wait.thread).count() == 1
        })
}

/// There is a device with a handle and one without, or two threads wait.
#[must_use]
pub fn inv_66_judged(state: &State) -> bool {
    state.waits.len() > 1
        || state.devices.iter().any(|device| device.destroyed)
            && state.devices.iter().any(|device| !device.destroyed)
}

/// INV-67: an ended process is kept by an NT handle, a device by its handle or its pending reclaim, a keyed
/// mutex by a local handle.
#[must_use]
pub fn inv_67(state: &State) -> bool {
    let processes_held = state
        .processes
        .iter()
        .all(|process| process.alive || state.handle_count(NtObject::Process(process.name)) > 0);
    let steps = enabled_steps(state);
    let held = |mutex| state.local_holders(LocalObject::KeyedMutex(mutex)).next().is_some();
    processes_held
        && state.keyed_mutexes.iter().all(|mutex| held(mutex.name))
        && state.devices.iter().all(|device| {
            state.local_holders(LocalObject::Device(device.name)).next().is_some()
                || steps.contains(&Step::Reclaim(device.name))
        })
}

/// A handle keeps an ended process, a destroyed device waits for its reclaim, or there is a keyed mutex.
#[must_use]
pub fn inv_67_judged(state: &State) -> bool {
    state.processes.iter().any(|process| !process.alive)
        || state.devices.iter().any(|device| device.destroyed)
        || !state.keyed_mutexes.is_empty()
}

/// INV-75: a keyed mutex has one global handle, and one made for NT sharing none; it resolves while the mutex
/// has a local handle.
#[must_use]
pub fn inv_75(state: &State) -> bool {
    let right_number = state.keyed_mutexes.iter().all(|mutex| {
        let global = state.global_handles.iter().filter(|handle| handle.mutex == mutex.name).count();
        global == usize::from(mutex.global)
    });
    right_number
        && state.global_handles.iter().all(|handle| {
            state.local_holders(LocalObject::KeyedMutex(handle.mutex)).next().is_some()
                && state.keyed_mutex(handle.mutex).is_some()
        })
}

/// A keyed mutex has a global handle, and another process than its maker's has a local handle to it.
#[must_use]
pub fn inv_75_judged(state: &State) -> bool {
    state.global_handles.iter().any(|handle| {
        let mut holders =
            state.local_holders(LocalObject::KeyedMutex(handle.mutex)).map(|holder| holder.name);
        let first = holders.next();
        holders.any(|holder| Some(holder) != first)
    })
}

/// INV-77: a device handle belongs to the process of its device, which has no other.
#[must_use]
pub fn inv_77(state: &State) -> bool {
    state.devices.iter().all(|device| {
        let mut holders = state.local_holders(LocalObject::Device(device.name));
        holders.next().is_none_or(|holder| holder.name == device.process) && holders.next().is_none()
    })
}

/// Two processes have a device handle each.
#[must_use]
pub fn inv_77_judged(state: &State) -> bool {
    let live = || state.devices.iter().filter(|device| !device.destroyed);
    live().any(|left| live().any(|right| left.process != right.process))
}
