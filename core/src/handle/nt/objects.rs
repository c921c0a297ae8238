//! All NT objects of the machine.

use super::{NtBody, NtObject};
use crate::arena::Arena;
use crate::id::{NtObjectId, ProcessId};

/// The NT objects by number, and how many of them stand for a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NtObjects {
    arena: Arena<NtObject>,
    /// Derived, so that the bounds are tested without a walk.
    processes: u32,
}

impl NtObjects {
    pub(crate) const fn new() -> Self {
        Self { arena: Arena::new(), processes: 0 }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u32 {
        self.arena.len()
    }

    /// How many stand for a process, alive or ended.
    pub(crate) const fn processes(&self) -> u32 {
        self.processes
    }

    /// How many are of another type.
    pub(crate) fn others(&self) -> u32 {
        self.len() - self.processes
    }

    /// Adds an object that nothing holds yet.
    pub(crate) fn insert(&mut self, body: NtBody) -> NtObjectId {
        if let NtBody::Process(_) = body {
            self.processes += 1;
        }
        NtObjectId(self.arena.insert(NtObject::new(body)))
    }

    /// Takes an object away.
    pub(crate) fn remove(&mut self, id: NtObjectId) -> Option<NtObject> {
        let object = self.arena.remove(id.0)?;
        if let NtBody::Process(_) = object.body {
            self.processes -= 1;
        }
        Some(object)
    }

    pub(crate) fn get(&self, id: NtObjectId) -> Option<&NtObject> {
        self.arena.get(id.0)
    }

    pub(crate) fn get_mut(&mut self, id: NtObjectId) -> Option<&mut NtObject> {
        self.arena.get_mut(id.0)
    }

    /// The objects in ascending order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (NtObjectId, &NtObject)> {
        self.arena.iter().map(|(number, object)| (NtObjectId(number), object))
    }

    /// Whether the count is right and the arena whole.
    pub(crate) fn is_coherent(&self) -> bool {
        let stands = |object: &NtObject| matches!(object.body, NtBody::Process(ProcessId(_)));
        self.arena.is_coherent()
            && self.arena.iter().filter(|(_, object)| stands(object)).count() == self.processes as usize
    }
}
