//! Names for what the kernels number and no client sees: devices, keyed mutexes, synchronisation objects, NT objects, waits.

use std::collections::{BTreeMap, BTreeSet};

use kmt_core::{DeviceId, KeyedMutexId, NtObjectId, SyncObjectId, WaitId};
use kmt_model::state::{
    AdapterName, DeviceName, EventName, KeyedMutexName, NtObject, ProcessName, SectionName, SharedName,
    State, SyncObjectName, ThreadName, Wait,
};

/// A bijection between the model's birth names and the core's numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Identities {
    devices: BTreeMap<DeviceName, DeviceId>,
    keyed_mutexes: Bound<KeyedMutexName, KeyedMutexId>,
    sync_objects: Bound<SyncObjectName, SyncObjectId>,
    events: Bound<EventName, NtObjectId>,
    shared_objects: Bound<SharedName, NtObjectId>,
    sections: Bound<SectionName, NtObjectId>,
    /// The waits of the model's state in its order, each with the wait of the core.
    waits: Vec<(Wait, WaitId)>,
    /// How many physical adapters each adapter has, which decides what an engine affinity means (SYN-20).
    physical_adapters: Vec<u32>,
    /// The 32-bit processes, whose structures have other lengths (NAM-01).
    narrow: BTreeSet<ProcessName>,
}

/// Names and numbers in order of creation, which the model remembers and the core does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Bound<Name, Id>(Vec<(Name, Id)>);

impl<Name, Id> Default for Bound<Name, Id> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<Name: Copy + Eq, Id: Copy + Eq> Bound<Name, Id> {
    fn name(&self, id: Id) -> Option<Name> {
        self.0.iter().find(|(_, bound)| *bound == id).map(|(name, _)| *name)
    }

    fn rank(&self, name: Name) -> Option<usize> {
        self.0.iter().position(|(bound, _)| *bound == name)
    }

    fn id(&self, name: Name) -> Option<Id> {
        self.0.iter().find(|(bound, _)| *bound == name).map(|(_, id)| *id)
    }
}

impl Identities {
    /// Forgets everything that the model's state does not have any more.
    pub fn retain(&mut self, state: &State) {
        self.devices.retain(|&device, _| state.device(device).is_some());
        self.keyed_mutexes.0.retain(|&(mutex, _)| state.keyed_mutex(mutex).is_some());
        self.sync_objects.0.retain(|&(object, _)| state.sync_object(object).is_some());
        self.events.0.retain(|&(event, _)| state.event(event).is_some());
        self.shared_objects.0.retain(|&(object, _)| state.shared_object(object).is_some());
        if !self.sections.0.is_empty() {
            let held = |section| state.handle_count(NtObject::Section(section)) > 0;
            self.sections.0.retain(|&(section, _)| held(section));
        }
        self.narrow.retain(|&process| state.live_process(process).is_some());
        // The waits that are left are a part of those there were, in the same order; equal ones end together.
        let mut left = state.waits.iter().peekable();
        self.waits.retain(|(wait, _)| left.next_if(|next| *next == wait).is_some());
    }

    /// Says which device of the core the model means by a name.
    pub fn bind_device(&mut self, name: DeviceName, device: DeviceId) {
        self.devices.insert(name, device);
    }

    /// The core's device.
    #[must_use]
    pub fn device_id(&self, name: DeviceName) -> Option<DeviceId> {
        self.devices.get(&name).copied()
    }

    /// The model's name of a device.
    #[must_use]
    pub fn device_name(&self, device: DeviceId) -> Option<DeviceName> {
        self.devices.iter().find(|(_, id)| **id == device).map(|(name, _)| *name)
    }

    /// Says which keyed mutex of the core the model means by a name.
    pub fn bind_keyed_mutex(&mut self, name: KeyedMutexName, mutex: KeyedMutexId) {
        self.keyed_mutexes.0.push((name, mutex));
    }

    /// The model's name of a keyed mutex.
    #[must_use]
    pub fn keyed_mutex_name(&self, mutex: KeyedMutexId) -> Option<KeyedMutexName> {
        self.keyed_mutexes.name(mutex)
    }

    /// The place of a keyed mutex in the order of creation.
    #[must_use]
    pub fn keyed_mutex_rank(&self, name: KeyedMutexName) -> Option<usize> {
        self.keyed_mutexes.rank(name)
    }

    /// Says which synchronisation object of the core the model means by a name.
    pub fn bind_sync_object(&mut self, name: SyncObjectName, object: SyncObjectId) {
        self.sync_objects.0.push((name, object));
    }

    /// The core's synchronisation object.
    #[must_use]
    pub fn sync_object_id(&self, name: SyncObjectName) -> Option<SyncObjectId> {
        self.sync_objects.id(name)
    }

    /// The model's name of a synchronisation object.
    #[must_use]
    pub fn sync_object_name(&self, object: SyncObjectId) -> Option<SyncObjectName> {
        self.sync_objects.name(object)
    }

    /// The place of a synchronisation object in the order of creation.
    #[must_use]
    pub fn sync_object_rank(&self, name: SyncObjectName) -> Option<usize> {
        self.sync_objects.rank(name)
    }

    /// Says which NT object of the core is the event that the model means by a name.
    pub fn bind_event(&mut self, name: EventName, event: NtObjectId) {
        self.events.0.push((name, event));
    }

    /// The model's name of an event.
    #[must_use]
    pub fn event_name(&self, event: NtObjectId) -> Option<EventName> {
        self.events.name(event)
    }

    /// The place of an event in the order of creation.
    #[must_use]
    pub fn event_rank(&self, name: EventName) -> Option<usize> {
        self.events.rank(name)
    }

    /// Says which NT object of the core is the shared object that the model means by a name.
    pub fn bind_shared_object(&mut self, name: SharedName, object: NtObjectId) {
        self.shared_objects.0.push((name, object));
    }

    /// The model's name of a shared object.
    #[must_use]
    pub fn shared_object_name(&self, object: NtObjectId) -> Option<SharedName> {
        self.shared_objects.name(object)
    }

    /// The place of a shared object in the order of creation.
    #[must_use]
    pub fn shared_object_rank(&self, name: SharedName) -> Option<usize> {
        self.shared_objects.rank(name)
    }

    /// Says which NT object of the core is the section that the model means by a name.
    pub fn bind_section(&mut self, name: SectionName, object: NtObjectId) {
        self.sections.0.push((name, object));
    }

    /// The model's name of a section.
    #[must_use]
    pub fn section_name(&self, object: NtObjectId) -> Option<SectionName> {
        self.sections.name(object)
    }

    /// Says that a process is one of 32 bits.
    pub fn narrow(&mut self, process: ProcessName) {
        self.narrow.insert(process);
    }

    /// Whether a process is one of 32 bits.
    #[must_use]
    pub fn is_narrow(&self, process: ProcessName) -> bool {
        self.narrow.contains(&process)
    }

    /// Says which wait of the core is the newest of the model.
    pub fn bind_wait(&mut self, wait: Wait, id: WaitId) {
        self.waits.push((wait, id));
    }

    /// The wait of a blocked thread.
    #[must_use]
    pub fn wait_id(&self, thread: ThreadName) -> Option<WaitId> {
        self.waits.iter().find(|(wait, _)| wait.thread == Some(thread)).map(|(_, id)| *id)
    }

    /// The thread that is blocked with a wait.
    #[must_use]
    pub fn waiting_thread(&self, id: WaitId) -> Option<ThreadName> {
        self.waits.iter().find(|(_, bound)| *bound == id)?.0.thread
    }

    /// The place of a wait in the model's list.
    #[must_use]
    pub fn wait_place(&self, id: WaitId) -> Option<usize> {
        self.waits.iter().position(|(_, bound)| *bound == id)
    }

    /// The thread that is blocked with the wait at a place of the model's list.
    #[must_use]
    pub fn thread_at(&self, place: usize) -> Option<ThreadName> {
        self.waits.get(place)?.0.thread
    }

    /// The place of the wait with which a thread is blocked.
    #[must_use]
    pub fn place_of(&self, thread: ThreadName) -> Option<usize> {
        self.waits.iter().position(|(wait, _)| wait.thread == Some(thread))
    }

    /// Says of how many physical adapters the next adapter is made.
    pub fn add_adapter(&mut self, physical_adapters: u32) {
        self.physical_adapters.push(physical_adapters);
    }

    /// The bits of an engine affinity that stand for no physical adapter of this adapter.
    #[must_use]
    pub fn unknown_engines(&self, adapter: AdapterName) -> u32 {
        let count = usize::try_from(adapter.0).ok().and_then(|place| self.physical_adapters.get(place));
        u32::MAX.checked_shl(count.copied().unwrap_or(1)).unwrap_or(0)
    }
}
