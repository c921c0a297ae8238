//! States that differ in names only.
//!
//! No rule looks at a name, and no rule compares the age of two processes, of two threads, or of devices of
//! two processes. So renaming processes among those that exist, threads, devices and the handles within each
//! table leads from each state to one that behaves the same but for names. Three things are kept: the order
//! of creation of the devices of one process (ADP-09), the adapters, and how many processes and threads there
//! ever were.
//!
//! This holds for a world whose alphabet looks at no names either, which is so for the two worlds over
//! [`State`] without keyed mutexes, fences and events. Who waits, who holds what others wait for, and in
//! which order, is not renamed here: a state with such objects stands for itself. Keyed mutexes have a flat
//! model with a symmetry of its own ([`crate::keyed_mutex::symmetry`]).

use crate::state::{
    DeviceName, LocalName, LocalObject, NtName, NtObject, Process, ProcessName, State, ThreadName,
};

/// Returns the same state for all states that differ in names only: the least of all renamings. A state with
/// keyed mutexes, synchronisation objects, events or waits is returned as it is.
#[must_use]
pub fn representative(state: &State) -> State {
    let renames_all = state.keyed_mutexes.is_empty()
        && state.sync_objects.is_empty()
        && state.events.is_empty()
        && state.waits.is_empty();
    if !renames_all {
        return state.clone();
    }
    let mut order = (0..state.processes.len()).collect::<Vec<_>>();
    let mut least = renamed(state, &order);
    while next_permutation(&mut order) {
        least = least.min(renamed(state, &order));
    }
    least
}

/// Returns the state with the processes in the given order, named 1, 2, …, and all other names chosen by
/// content.
fn renamed(state: &State, order: &[usize]) -> State {
    let new_name = |old: ProcessName| {
        let position = (1..).zip(order).find(|(_, index)| state.processes[**index].name == old);
        ProcessName(position.expect("every name is of a process in the state").0)
    };
    let mut next = state.clone();
    for device in &mut next.devices {
        device.process = new_name(device.process);
    }
    // A stable sort: devices of one process stay in order of creation.
    next.devices.sort_by_key(|device| device.process);
    let old_devices = next.devices.iter().map(|device| device.name).collect::<Vec<_>>();
    for (name, device) in (0..).map(DeviceName).zip(&mut next.devices) {
        device.name = name;
    }
    let new_device = |old: DeviceName| {
        let position = (0..).zip(&old_devices).find(|(_, name)| **name == old);
        DeviceName(position.expect("every device handle names a device in the state").0)
    };
    next.processes = order
        .iter()
        .map(|index| {
            let mut process = state.processes[*index].clone();
            rename_handles(&mut process, new_name, new_device);
            process
        })
        .collect();
    for thread in &mut next.threads {
        thread.process = new_name(thread.process);
    }
    next.threads.sort_by_key(|thread| thread.process);
    for (name, thread) in (1..).map(ThreadName).zip(&mut next.threads) {
        thread.name = name;
    }
    next
}

fn rename_handles(
    process: &mut Process,
    new_name: impl Fn(ProcessName) -> ProcessName,
    new_device: impl Fn(DeviceName) -> DeviceName,
) {
    process.name = new_name(process.name);
    for handle in &mut process.local_handles {
        if let LocalObject::Device(device) = handle.object {
            handle.object = LocalObject::Device(new_device(device));
        }
    }
    process.local_handles.sort_by_key(|handle| handle.object);
    for (name, handle) in (0..).map(LocalName).zip(&mut process.local_handles) {
        handle.name = name;
    }
    for handle in &mut process.nt_handles {
        if let NtObject::Process(named) = handle.object {
            handle.object = NtObject::Process(new_name(named));
        }
        handle.name = NtName(0);
    }
    process.nt_handles.sort_unstable();
    for (name, handle) in (0..).map(NtName).zip(&mut process.nt_handles) {
        handle.name = name;
    }
}

/// Turns the order into the next one in lexicographic order; returns false, and changes nothing, after the
/// last.
pub(crate) fn next_permutation<T: Ord>(order: &mut [T]) -> bool {
    let Some(pivot) = (1..order.len()).rev().find(|index| order[index - 1] < order[*index]) else {
        return false;
    };
    let successor = (pivot..order.len()).rev().find(|index| order[*index] > order[pivot - 1]);
    order.swap(pivot - 1, successor.expect("the pivot itself is greater"));
    order[pivot..].reverse();
    true
}
