//! What holds of keyed mutexes, their handles, and those who wait for them.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use super::expect;
use crate::handle::{GlobalHandle, Kind, bits};
use crate::id::{KeyedMutexId, ThreadId, WaitId};
use crate::inspect::ThreadState;
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

// INV-75, HND-24, HND-25: while a mutex lives a local handle of it does, so this is one to one.
pub(super) fn global_handles_name_their_mutexes(kernel: &Kernel) -> Result<(), String> {
    let live = kernel.global_handles.entries().filter_map(|entry| {
        let (_, number) = entry.object?;
        Some((bits::pack::<GlobalHandle>(entry.index, entry.generation), number))
    });
    let named: BTreeMap<_, _> = live.collect();
    let shared = kernel.keyed_mutexes.iter().filter_map(|(number, mutex)| Some((mutex.shared?, number)));
    expect(shared.collect::<BTreeMap<_, _>>() == named, || {
        String::from("the global handles are not those of the keyed mutexes")
    })
}

// KMX-24
pub(super) fn private_data_is_bounded(kernel: &Kernel) -> Result<(), String> {
    let large = kernel.keyed_mutexes.iter().find(|(_, mutex)| mutex.private_data.len() > 4096);
    expect(large.is_none(), || format!("{:?} has too much private data", large.map(|(number, _)| number)))
}

/// Every blocked thread has one wait and every wait one blocked thread.
pub(super) fn blocked_threads_have_one_wait(kernel: &Kernel) -> Result<(), String> {
    let blocked = kernel.threads.iter().filter_map(|(id, thread)| match thread.state {
        ThreadState::Ready => None,
        ThreadState::Blocked(wait) => Some((wait, *id)),
    });
    let blocked: BTreeMap<WaitId, ThreadId> = blocked.collect();
    let threads = kernel.threads.values().filter(|thread| thread.state != ThreadState::Ready).count();
    let waits: BTreeMap<_, _> = kernel.waits.iter().map(|(id, wait)| (id, wait.thread)).collect();
    expect(waits == blocked && threads == blocked.len(), || {
        format!("the waits {waits:?} are not those of the blocked threads {blocked:?}")
    })
}

/// Every wait comes through a live handle of its process to its mutex.
// LIF-07, KMX-35
pub(super) fn waits_come_through_live_handles(kernel: &Kernel) -> Result<(), String> {
    let lost = kernel.waits.iter().find(|(_, wait)| {
        let process = kernel.processes.get(&wait.process);
        let named = process.and_then(|process| process.handles.lookup(wait.handle, Kind::KeyedMutex));
        let owner = kernel.threads.get(&wait.thread).map(|thread| thread.process);
        named != Some(wait.mutex.0)
            || kernel.keyed_mutexes.get(wait.mutex.0).is_none()
            || owner != Some(wait.process)
    });
    expect(lost.is_none(), || format!("{lost:?} comes through no live handle"))
}

// INV-84, INV-86, KMX-33
pub(super) fn nobody_waits_for_an_abandoned_mutex(kernel: &Kernel) -> Result<(), String> {
    let forgotten = kernel.waits.iter().find(|(_, wait)| {
        let mutex = kernel.keyed_mutexes.get(wait.mutex.0);
        mutex.is_some_and(|mutex| mutex.holder == MutexHolder::Abandoned)
    });
    expect(forgotten.is_none(), || format!("{forgotten:?} waits for an abandoned mutex"))
}

// INV-38, INV-86, KMX-23: whoever can be granted is found, so that a quiescent state has nobody of the kind.
pub(super) fn waits_are_found(kernel: &Kernel) -> Result<(), String> {
    expect(kernel.waits.is_coherent(|wait| kernel.is_grantable(wait)), || {
        String::from("the waits contradict their order or their index")
    })
}
