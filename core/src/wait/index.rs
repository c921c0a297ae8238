//! The waits by what they wait for.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::Wait;
use crate::handle::LocalHandle;
use crate::id::{AdapterId, DeviceId, KeyedMutexId, NtObjectId, ProcessId, SyncObjectId, WaitId};
use crate::inspect::{FenceCondition, WaitTarget};

/// Where each wait is found without a walk over the others. A rank grows in order of creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    ranks: BTreeMap<WaitId, u64>,
    by_key: BTreeSet<(KeyedMutexId, u64, u64, WaitId)>,
    by_handle: BTreeSet<(ProcessId, LocalHandle, u64, WaitId)>,
    /// Of each mutex that can be granted the wait that has waited longest.
    grantable: BTreeMap<u64, WaitId>,
    grantable_of: BTreeMap<KeyedMutexId, u64>,
    /// The calls that are blocked until an event is set; a registered wait is not one of them.
    by_event: BTreeSet<(NtObjectId, u64, WaitId)>,
    by_device: BTreeSet<(DeviceId, u64, WaitId)>,
    /// By fence, adapter of the wait, and the value from which on the wait is to be looked at.
    by_fence: BTreeSet<(SyncObjectId, AdapterId, u64, WaitId)>,
    /// The entries of a wait in `by_fence`.
    watched: BTreeMap<WaitId, (AdapterId, Vec<FenceCondition>)>,
}

impl Index {
    pub(super) const fn new() -> Self {
        Self {
            ranks: BTreeMap::new(),
            by_key: BTreeSet::new(),
            by_handle: BTreeSet::new(),
            grantable: BTreeMap::new(),
            grantable_of: BTreeMap::new(),
            by_event: BTreeSet::new(),
            by_device: BTreeSet::new(),
            by_fence: BTreeSet::new(),
            watched: BTreeMap::new(),
        }
    }

    pub(super) fn insert(&mut self, id: WaitId, rank: u64, wait: &Wait) {
        self.ranks.insert(id, rank);
        match &wait.target {
            WaitTarget::KeyedMutex { handle, keyed_mutex, key, .. } => {
                self.by_key.insert((*keyed_mutex, *key, rank, id));
                self.by_handle.insert((wait.process, *handle, rank, id));
            }
            WaitTarget::Event { event } => {
                self.by_event.insert((*event, rank, id));
            }
            WaitTarget::Fences { device, .. } => {
                self.by_device.insert((*device, rank, id));
            }
        }
    }

    pub(super) fn remove(&mut self, id: WaitId, wait: &Wait) {
        let Some(rank) = self.ranks.remove(&id) else { return };
        match &wait.target {
            WaitTarget::KeyedMutex { handle, keyed_mutex, key, .. } => {
                self.by_key.remove(&(*keyed_mutex, *key, rank, id));
                self.by_handle.remove(&(wait.process, *handle, rank, id));
            }
            WaitTarget::Event { event } => {
                self.by_event.remove(&(*event, rank, id));
            }
            WaitTarget::Fences { device, .. } => {
                self.by_device.remove(&(*device, rank, id));
                self.unwatch(id);
            }
        }
    }

    pub(super) fn rank(&self, id: WaitId) -> Option<u64> {
        self.ranks.get(&id).copied()
    }

    pub(super) fn first_with_key(&self, mutex: KeyedMutexId, key: u64) -> Option<WaitId> {
        let range = (mutex, key, 0, WaitId(0))..=(mutex, key, u64::MAX, WaitId(u32::MAX));
        self.by_key.range(range).next().map(|(.., id)| *id)
    }

    pub(super) fn of_mutex(&self, mutex: KeyedMutexId) -> impl Iterator<Item = WaitId> {
        let range = (mutex, 0, 0, WaitId(0))..=(mutex, u64::MAX, u64::MAX, WaitId(u32::MAX));
        self.by_key.range(range).map(|(.., id)| *id)
    }

    pub(super) fn through(&self, process: ProcessId, handle: LocalHandle) -> impl Iterator<Item = WaitId> {
        let range = (process, handle, 0, WaitId(0))..=(process, handle, u64::MAX, WaitId(u32::MAX));
        self.by_handle.range(range).map(|(.., id)| *id)
    }

    pub(super) fn of_event(&self, event: NtObjectId) -> impl Iterator<Item = WaitId> {
        let range = (event, 0, WaitId(0))..=(event, u64::MAX, WaitId(u32::MAX));
        self.by_event.range(range).map(|(.., id)| *id)
    }

    pub(super) fn of_device(&self, device: DeviceId) -> impl Iterator<Item = WaitId> {
        let range = (device, 0, WaitId(0))..=(device, u64::MAX, WaitId(u32::MAX));
        self.by_device.range(range).map(|(.., id)| *id)
    }

    pub(super) fn reached(
        &self,
        fence: SyncObjectId,
        adapter: AdapterId,
        value: u64,
    ) -> impl Iterator<Item = WaitId> {
        let range = (fence, adapter, 0, WaitId(0))..=(fence, adapter, value, WaitId(u32::MAX));
        self.by_fence.range(range).map(|(.., id)| *id)
    }

    pub(super) fn watch(&mut self, id: WaitId, adapter: AdapterId, conditions: Vec<FenceCondition>) {
        self.unwatch(id);
        self.by_fence.extend(conditions.iter().map(|watched| (watched.object, adapter, watched.value, id)));
        self.watched.insert(id, (adapter, conditions));
    }

    fn unwatch(&mut self, id: WaitId) {
        if let Some((adapter, conditions)) = self.watched.remove(&id) {
            for FenceCondition { object, value } in conditions {
                self.by_fence.remove(&(object, adapter, value, id));
            }
        }
    }

    pub(super) fn first_grantable(&self) -> Option<WaitId> {
        self.grantable.first_key_value().map(|(_, id)| *id)
    }

    /// Notes which wait for a mutex is the first that can be granted, if any can. O(log n).
    pub(super) fn set_grantable(&mut self, mutex: KeyedMutexId, first: Option<WaitId>) {
        if let Some(rank) = self.grantable_of.remove(&mutex) {
            self.grantable.remove(&rank);
        }
        if let Some((rank, id)) = first.and_then(|id| Some((self.rank(id)?, id))) {
            self.grantable_of.insert(mutex, rank);
            self.grantable.insert(rank, id);
        }
    }

    /// Whether it is what follows from these waits, given in order of creation.
    pub(super) fn is_coherent<'a>(
        &self,
        waits: impl Iterator<Item = (WaitId, &'a Wait)>,
        grantable: impl Fn(&Wait) -> bool,
        watched: impl Fn(&Wait, AdapterId, &[FenceCondition]) -> bool,
    ) -> bool {
        let mut expected = Self::new();
        let mut last = None;
        for (id, wait) in waits {
            let Some(rank) = self.rank(id) else { return false };
            if last.replace(rank).is_some_and(|last| last >= rank) {
                return false;
            }
            expected.insert(id, rank, wait);
            match &wait.target {
                WaitTarget::KeyedMutex { keyed_mutex, .. } => {
                    if grantable(wait) && !expected.grantable_of.contains_key(keyed_mutex) {
                        expected.set_grantable(*keyed_mutex, Some(id));
                    }
                }
                WaitTarget::Event { .. } => {}
                WaitTarget::Fences { .. } => {
                    let Some((adapter, conditions)) = self.watched.get(&id) else { return false };
                    if !watched(wait, *adapter, conditions) {
                        return false;
                    }
                    expected.watch(id, *adapter, conditions.clone());
                }
            }
        }
        *self == expected
    }
}
