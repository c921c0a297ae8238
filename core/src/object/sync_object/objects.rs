//! All synchronisation objects of the machine, and which adapters have looked at them.

use alloc::collections::BTreeSet;

use super::SyncObject;
use crate::arena::Arena;
use crate::id::{AdapterId, SyncObjectId};

/// The synchronisation objects by number, and the marks of the adapters that have not looked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SyncObjects {
    arena: Arena<SyncObject>,
    // SCD-18: kept here and not in the objects, so that the next notice is found without a walk over them.
    marks: BTreeSet<(SyncObjectId, AdapterId)>,
}

impl SyncObjects {
    pub(crate) const fn new() -> Self {
        Self { arena: Arena::new(), marks: BTreeSet::new() }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u32 {
        self.arena.len()
    }

    /// The id that the next object gets.
    pub(crate) fn next_id(&self) -> SyncObjectId {
        SyncObjectId(self.arena.next_number())
    }

    pub(crate) fn insert(&mut self, object: SyncObject) -> SyncObjectId {
        SyncObjectId(self.arena.insert(object))
    }

    /// Takes an object away that no adapter has open.
    pub(crate) fn remove(&mut self, id: SyncObjectId) -> Option<SyncObject> {
        self.arena.remove(id.0)
    }

    pub(crate) fn get(&self, id: SyncObjectId) -> Option<&SyncObject> {
        self.arena.get(id.0)
    }

    pub(crate) fn get_mut(&mut self, id: SyncObjectId) -> Option<&mut SyncObject> {
        self.arena.get_mut(id.0)
    }

    /// The objects in ascending order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SyncObjectId, &SyncObject)> {
        self.arena.iter().map(|(number, object)| (SyncObjectId(number), object))
    }

    /// Notes that an adapter has the object open by one handle or wait more.
    // SCD-34
    pub(crate) fn add_user(&mut self, id: SyncObjectId, adapter: AdapterId) {
        if let Some(object) = self.arena.get_mut(id.0) {
            *object.users.entry(adapter).or_default() += 1;
        }
    }

    /// Notes that it has it open by one less; with the last one its mark goes.
    // SCD-34
    pub(crate) fn remove_user(&mut self, id: SyncObjectId, adapter: AdapterId) {
        let Some(object) = self.arena.get_mut(id.0) else { return };
        let Some(count) = object.users.get_mut(&adapter) else { return };
        *count -= 1;
        if *count == 0 {
            object.users.remove(&adapter);
            self.marks.remove(&(id, adapter));
        }
    }

    /// Notes that the value changed without this adapter having looked.
    pub(crate) fn mark(&mut self, id: SyncObjectId, adapter: AdapterId) {
        self.marks.insert((id, adapter));
    }

    /// Notes that the adapter has looked.
    pub(crate) fn clear_mark(&mut self, id: SyncObjectId, adapter: AdapterId) {
        self.marks.remove(&(id, adapter));
    }

    pub(crate) fn is_marked(&self, id: SyncObjectId, adapter: AdapterId) -> bool {
        self.marks.contains(&(id, adapter))
    }

    /// The marks by object, and of each object by adapter.
    pub(crate) fn marks(&self) -> impl Iterator<Item = (SyncObjectId, AdapterId)> {
        self.marks.iter().copied()
    }

    /// The adapters that have not looked at this object, ascending.
    pub(crate) fn marks_of(&self, id: SyncObjectId) -> impl Iterator<Item = AdapterId> {
        self.marks.range((id, AdapterId(0))..=(id, AdapterId(u32::MAX))).map(|(_, adapter)| *adapter)
    }

    pub(crate) fn is_coherent(&self) -> bool {
        self.arena.is_coherent()
    }
}
