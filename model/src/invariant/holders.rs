//! Who keeps what alive: handles, owners, ends.

use super::to_usize;
use crate::action::Step;
use crate::rules::enabled_steps;
use crate::state::{
    GlobalHandle, GlobalObject, Limit, LocalObject, NtObject, Opening, ProcessName, State, SyncValue, Wait,
    WaitTarget,
};

/// INV-29: an ended process owns nothing.
#[must_use]
pub fn inv_29(state: &State) -> bool {
    let ended_own_nothing = state.processes.iter().filter(|process| !process.alive).all(|process| {
        process.table_size == 0 && process.local_handles.is_empty() && process.nt_handles.is_empty()
    });
    ended_own_nothing
        && state.devices.iter().all(|device| state.live_process(device.process).is_some())
        && state.threads.iter().all(|thread| state.live_process(thread.process).is_some())
        && state.waits.iter().all(|wait| state.live_process(wait.process).is_some())
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
    let is_live = |handle: &GlobalHandle| match handle.object {
        GlobalObject::KeyedMutex(mutex) => state.keyed_mutex(mutex).is_some(),
        GlobalObject::SyncObject(object) => state.sync_object(object).is_some(),
    };
    global.iter().all(is_live)
        && global.is_sorted_by(|left, right| left.name < right.name)
        && local_and_nt_entries_are_live(state)
}

fn local_and_nt_entries_are_live(state: &State) -> bool {
    state.processes.iter().all(|process| {
        let local_objects_live = process.local_handles.iter().all(|handle| match handle.object {
            LocalObject::Adapter(adapter) => state.adapter(adapter).is_some(),
            LocalObject::Device(device) => state.device(device).is_some_and(|device| !device.destroyed),
            LocalObject::KeyedMutex(mutex) => state.keyed_mutex(mutex).is_some(),
            LocalObject::SyncObject(opening) => state.sync_object(opening.object).is_some(),
        });
        let nt_objects_live = process.nt_handles.iter().all(|handle| match handle.object {
            NtObject::Process(named) => state.process(named).is_some(),
            NtObject::Event(event) => state.event(event).is_some(),
            NtObject::Shared(shared) => state.shared_object(shared).is_some(),
            NtObject::Directory(directory) => state.directory(directory).is_some(),
            NtObject::Section(_) => true,
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

/// INV-66: a device has one local handle until it is destroyed and none after; a wait is the one call in
/// progress of a thread, or a registration, of a live process, and what it holds is there.
#[must_use]
pub fn inv_66(state: &State) -> bool {
    let devices = state.devices.iter().all(|device| {
        state.local_holders(LocalObject::Device(device.name)).count() == usize::from(!device.destroyed)
    });
    let one_wait = |wait: &Wait| match wait.thread {
        Some(thread) => {
            state.thread(thread).is_some_and(|thread| thread.process == wait.process)
                && state.waits.iter().filter(|other| other.thread == wait.thread).count() == 1
        }
        None => wait.target.device().is_some() && wait.limited == Limit::None,
    };
    devices && state.waits.iter().all(|wait| one_wait(wait) && target_is_held(state, wait))
}

/// Returns whether what the wait refers to is there, and of its process.
fn target_is_held(state: &State, wait: &Wait) -> bool {
    let Some(process) = state.live_process(wait.process) else { return false };
    match wait.target {
        WaitTarget::KeyedMutex { handle, mutex, .. } => {
            let handle = process.local_handle(handle);
            handle.is_some_and(|handle| handle.object == LocalObject::KeyedMutex(mutex))
        }
        WaitTarget::Event(event) => state.event(event).is_some(),
        WaitTarget::Fences { device, ref conditions, event, .. } => {
            let device = state.device(device);
            device.is_some_and(|device| !device.destroyed && device.process == wait.process)
                && !conditions.is_empty()
                && conditions.iter().all(|condition| state.sync_object(condition.object).is_some())
                && event.is_some() == wait.thread.is_none()
                && event.is_none_or(|event| state.event(event).is_some())
        }
    }
}

/// There is a device with a handle and one without, or two threads wait.
#[must_use]
pub fn inv_66_judged(state: &State) -> bool {
    state.waits.len() > 1
        || state.devices.iter().any(|device| device.destroyed)
            && state.devices.iter().any(|device| !device.destroyed)
}

/// INV-67: an ended process and a shared NT object are kept by an NT handle, a device by its handle or its
/// pending reclaim, a keyed mutex by a local handle, a synchronisation object by one, an NT object or a
/// wait, an event by an NT handle, a wait or a CPU_NOTIFICATION.
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
        && state.sync_objects.iter().all(|object| state.sync_object_is_held(object.name))
        && state.events.iter().all(|event| state.event_is_held(event.name))
        && state.shared_objects.iter().all(|shared| state.handle_count(NtObject::Shared(shared.name)) > 0)
        && state.devices.iter().all(|device| {
            state.local_holders(LocalObject::Device(device.name)).next().is_some()
                || steps.contains(&Step::Reclaim(device.name))
        })
}

/// A handle keeps an ended process, a destroyed device waits for its reclaim, or there is a keyed mutex, a
/// synchronisation object or an event.
#[must_use]
pub fn inv_67_judged(state: &State) -> bool {
    state.processes.iter().any(|process| !process.alive)
        || state.devices.iter().any(|device| device.destroyed)
        || !(state.keyed_mutexes.is_empty() && state.sync_objects.is_empty() && state.events.is_empty())
}

/// INV-75: a keyed mutex has one global handle, and one made for NT sharing none; a synchronisation object
/// has at most one, and a fence or one made for NT sharing none; each resolves while its object has a local
/// handle.
#[must_use]
pub fn inv_75(state: &State) -> bool {
    let count = |object| state.global_handles.iter().filter(|handle| handle.object == object).count();
    let mutexes = state
        .keyed_mutexes
        .iter()
        .all(|mutex| count(GlobalObject::KeyedMutex(mutex.name)) == usize::from(mutex.global));
    let objects = state.sync_objects.iter().all(|object| {
        let never = object.nt_sharing || matches!(object.value, SyncValue::MonitoredFence(_));
        count(GlobalObject::SyncObject(object.name)) <= usize::from(!never)
    });
    mutexes
        && objects
        && state.global_handles.iter().all(|handle| holders(state, handle.object).next().is_some())
}

/// Another process than its maker's has a local handle to an object with a global handle.
#[must_use]
pub fn inv_75_judged(state: &State) -> bool {
    state.global_handles.iter().any(|handle| {
        let mut holders = holders(state, handle.object);
        let first = holders.next();
        holders.any(|holder| Some(holder) != first)
    })
}

/// Returns the process of each local handle to the object of a global handle.
fn holders(state: &State, object: GlobalObject) -> impl Iterator<Item = ProcessName> {
    state.processes.iter().flat_map(move |process| {
        let handles = process.local_handles.iter().filter(move |handle| match handle.object {
            LocalObject::KeyedMutex(mutex) => object == GlobalObject::KeyedMutex(mutex),
            LocalObject::SyncObject(opening) => object == GlobalObject::SyncObject(opening.object),
            LocalObject::Adapter(_) | LocalObject::Device(_) => false,
        });
        handles.map(|_| process.name)
    })
}

/// INV-77: a device handle belongs to the process of its device, which has no other, and so does a handle of
/// a synchronisation object on the device, which has its handle still.
#[must_use]
pub fn inv_77(state: &State) -> bool {
    let devices = state.devices.iter().all(|device| {
        let mut holders = state.local_holders(LocalObject::Device(device.name));
        holders.next().is_none_or(|holder| holder.name == device.process) && holders.next().is_none()
    });
    devices
        && state.processes.iter().all(|process| {
            process.local_handles.iter().all(|handle| match handle.object {
                LocalObject::SyncObject(Opening { device: Some(device), .. }) => state
                    .device(device)
                    .is_some_and(|device| !device.destroyed && device.process == process.name),
                _ => true,
            })
        })
}

/// Two processes have a device handle each, or a device owns the handle of a synchronisation object.
#[must_use]
pub fn inv_77_judged(state: &State) -> bool {
    let live = || state.devices.iter().filter(|device| !device.destroyed);
    let mut objects = state.sync_objects.iter().flat_map(|object| state.openings(object.name));
    objects.any(|opening| opening.device.is_some())
        || live().any(|left| live().any(|right| left.process != right.process))
}
