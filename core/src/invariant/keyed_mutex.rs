//! What holds of keyed mutexes, their handles, and those who wait for them.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use super::expect;
use crate::handle::Kind;
use crate::id::KeyedMutexId;
use crate::inspect::WaitTarget;
use crate::kernel::Kernel;
use crate::object::keyed_mutex::MutexHolder;

// INV-81
pub(super) fn owners_are_live_handles(kernel: &Kernel) -> Result<(), String> {
    let lost = kernel.keyed_mutexes.iter().find(|(number, mutex)| match mutex.holder {
        MutexHolder::Free | MutexHolder::Abandoned => false,
        MutexHolder::Owned { process, handle } => kernel
            .processes
            .get(&process)
            .and_then(|process| process.handles.lookup(handle, Kind::KeyedMutex))
            .is_none_or(|named| named != *number),
    });
    expect(lost.is_none(), || format!("the owner of {lost:?} is no live handle of it"))
}

// LIF-01, INV-66
pub(super) fn handle_counts_agree(kernel: &Kernel) -> Result<(), String> {
    let mut counts: BTreeMap<KeyedMutexId, u64> = BTreeMap::new();
    for process in kernel.processes.values() {
        for (_, id) in process.keyed_mutex_handles() {
            *counts.entry(id).or_default() += 1;
        }
    }
    let counted = kernel.keyed_mutexes.iter().map(|(number, mutex)| (KeyedMutexId(number), mutex.handles));
    // INV-67: each of them is held, because a count of 0 is in no map.
    expect(kernel.keyed_mutexes.is_coherent() && counted.eq(counts), || {
        String::from("a keyed mutex does not count its local handles right")
    })
}

// KMX-24
pub(super) fn private_data_is_bounded(kernel: &Kernel) -> Result<(), String> {
    let large = kernel.keyed_mutexes.iter().find(|(_, mutex)| mutex.private_data.len() > 4096);
    expect(large.is_none(), || format!("{:?} has too much private data", large.map(|(number, _)| number)))
}

/// Every acquire comes through a live handle of its process to its mutex.
// LIF-07, KMX-35
pub(super) fn waits_come_through_live_handles(kernel: &Kernel) -> Result<(), String> {
    let lost = kernel.waits.iter().find(|(_, wait)| {
        let WaitTarget::KeyedMutex { handle, keyed_mutex, .. } = wait.target else { return false };
        let process = kernel.processes.get(&wait.process);
        let named = process.and_then(|process| process.handles.lookup(handle, Kind::KeyedMutex));
        named != Some(keyed_mutex.0) || kernel.keyed_mutexes.get(keyed_mutex.0).is_none()
    });
    expect(lost.is_none(), || format!("{lost:?} comes through no live handle"))
}

// INV-84, INV-86, KMX-33
pub(super) fn nobody_waits_for_an_abandoned_mutex(kernel: &Kernel) -> Result<(), String> {
    let forgotten = kernel.waits.iter().find(|(_, wait)| {
        let WaitTarget::KeyedMutex { keyed_mutex, .. } = wait.target else { return false };
        let mutex = kernel.keyed_mutexes.get(keyed_mutex.0);
        mutex.is_some_and(|mutex| mutex.holder == MutexHolder::Abandoned)
    });
    expect(forgotten.is_none(), || format!("{forgotten:?} waits for an abandoned mutex"))
}
