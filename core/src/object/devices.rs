//! All devices of the machine.

use alloc::collections::BTreeSet;

use super::device::Device;
use crate::arena::Arena;
use crate::id::DeviceId;
use crate::roster::Roster;

/// The devices by number, the order of their creation, and which of them are destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Devices {
    arena: Arena<Device>,
    order: Roster<DeviceId>,
    /// Those without a handle: derived, so that the next reclaim is found without a walk over the living.
    destroyed: BTreeSet<DeviceId>,
}

impl Devices {
    pub(crate) const fn new() -> Self {
        Self { arena: Arena::new(), order: Roster::new(), destroyed: BTreeSet::new() }
    }

    /// How many there are, destroyed ones included.
    pub(crate) fn len(&self) -> u32 {
        self.arena.len()
    }

    /// The id that the next device gets.
    pub(crate) fn next_id(&self) -> DeviceId {
        DeviceId(self.arena.next_number())
    }

    /// Adds a device behind all others.
    pub(crate) fn insert(&mut self, device: Device) -> DeviceId {
        let id = DeviceId(self.arena.insert(device));
        self.order.append(id);
        id
    }

    pub(crate) fn get(&self, id: DeviceId) -> Option<&Device> {
        self.arena.get(id.0)
    }

    pub(crate) fn get_mut(&mut self, id: DeviceId) -> Option<&mut Device> {
        self.arena.get_mut(id.0)
    }

    /// Notes that a device has lost its handle.
    pub(crate) fn mark_destroyed(&mut self, id: DeviceId) {
        if let Some(device) = self.arena.get_mut(id.0) {
            device.handle = None;
            self.destroyed.insert(id);
        }
    }

    /// Takes a device away, destroyed or not.
    pub(crate) fn remove(&mut self, id: DeviceId) -> Option<Device> {
        self.order.remove(id);
        self.destroyed.remove(&id);
        self.arena.remove(id.0)
    }

    /// Whether the device has lost its handle and is still there.
    pub(crate) fn is_destroyed(&self, id: DeviceId) -> bool {
        self.destroyed.contains(&id)
    }

    /// The devices in order of creation.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (DeviceId, &Device)> {
        self.order.iter().filter_map(|id| Some((id, self.get(id)?)))
    }

    /// The destroyed devices in order of creation. Costs nothing while there is none, and little while there is one.
    pub(crate) fn destroyed(&self) -> impl Iterator<Item = DeviceId> {
        let (alone, several) = match self.destroyed.len() {
            0 => (None, None),
            1 => (self.destroyed.first().copied(), None),
            count => (None, Some(self.order.iter().filter(|id| self.is_destroyed(*id)).take(count))),
        };
        alone.into_iter().chain(several.into_iter().flatten())
    }

    /// Whether the three parts agree.
    pub(crate) fn is_coherent(&self) -> bool {
        let without_handle = self.arena.iter().filter(|(_, device)| device.handle.is_none());
        self.arena.is_coherent()
            && self.order.is_coherent()
            && self.order.iter().count() == self.arena.iter().count()
            && self.order.iter().all(|id| self.get(id).is_some())
            && without_handle.map(|(number, _)| DeviceId(number)).eq(self.destroyed.iter().copied())
    }
}
