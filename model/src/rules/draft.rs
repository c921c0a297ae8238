//! The next state while a rule builds it, with all that the observation will list.

use super::fences;
use crate::action::LocalOperand;
use crate::limits::TableLimits;
use crate::observation::{Effect, HandleChange, Observation, Refusal, Verdict};
use crate::state::{
    Adapter, AdapterName, Device, DeviceName, Event, EventName, Execution, GlobalHandle, GlobalName,
    GlobalObject, KeyedMutex, KeyedMutexName, LocalHandle, LocalName, LocalObject, NtHandle, NtName,
    NtObject, Process, ProcessName, State, SyncObject, SyncObjectName,
};

/// A next state in the making.
pub(super) struct Draft {
    /// The next state.
    pub(super) state: State,
    /// What others notice.
    pub(super) effects: Vec<Effect>,
    /// The sets of events, one after the other; they act when all else is done.
    pub(super) sets: Vec<EventName>,
    /// What changes in handle tables.
    pub(super) handles: Vec<HandleChange>,
}

impl Draft {
    /// Returns an unchanged copy of the state.
    pub(super) fn of(state: &State) -> Self {
        Self { state: state.clone(), effects: Vec::new(), sets: Vec::new(), handles: Vec::new() }
    }

    /// Ends the draft of an action with a verdict; what nothing holds any more goes.
    pub(super) fn end(mut self, before: &State, verdict: Verdict) -> (State, Observation) {
        self.drop_unheld();
        // SCD-16: what one step does to others has no order of its own, so kind and wait order it.
        self.effects.sort_by_key(|effect| match effect {
            Effect::DeviceEnteredError { .. } => (0, 0),
            Effect::EventSet(_) => (1, 0),
            Effect::Resumed { thread, .. } => {
                (2, before.waits.iter().position(|wait| wait.thread == Some(*thread)).unwrap_or_default())
            }
            Effect::Diagnostic(_) => (3, 0),
            Effect::ThreadEnded(_) => (4, 0),
            Effect::ProcessEnded(_) => (5, 0),
        });
        (self.state, Observation { verdict, effects: self.effects, handles: self.handles })
    }

    /// Removes every object whose last reference went in this step (LIF-01).
    fn drop_unheld(&mut self) {
        let State { processes, .. } = &self.state;
        // LIF-02: a live process keeps its own process object. LIF-11: nothing but handles keeps it longer.
        let ended = processes.iter().filter(|process| !process.alive).map(|process| process.name);
        let ended =
            ended.filter(|name| self.state.handle_count(NtObject::Process(*name)) == 0).collect::<Vec<_>>();
        // LIF-02, NAM-21: local handles keep neither the NT object nor its name.
        let shared = self.state.shared_objects.iter().map(|shared| shared.name);
        let shared = shared.filter(|name| self.state.handle_count(NtObject::Shared(*name)) == 0);
        let shared = shared.collect::<Vec<_>>();
        self.state.shared_objects.retain(|object| !shared.contains(&object.name));
        let State { sync_objects, .. } = &self.state;
        // LIF-04: a local handle is enough. SYN-29, LIF-06: a wait keeps its fences as a handle does.
        let objects = sync_objects.iter().map(|object| object.name);
        let objects = objects.filter(|name| !self.state.sync_object_is_held(*name)).collect::<Vec<_>>();
        self.state.processes.retain(|process| !ended.contains(&process.name));
        self.state.sync_objects.retain(|object| !objects.contains(&object.name));
        // EVT-06, TRD-06: a CPU_NOTIFICATION, gone with its one handle, has held its event until now.
        let events = self.state.events.iter().map(|event| event.name);
        let events = events.filter(|name| !self.state.event_is_held(*name)).collect::<Vec<_>>();
        self.state.events.retain(|event| !events.contains(&event.name));
        fences::drop_marks(&mut self.state);
    }

    /// Returns a process that is in the state.
    pub(super) fn process_mut(&mut self, name: ProcessName) -> &mut Process {
        let process = self.state.processes.iter_mut().find(|process| process.name == name);
        process.expect("the action is formed, so the process exists")
    }

    /// Returns a device that is in the state.
    pub(super) fn device_mut(&mut self, name: DeviceName) -> &mut Device {
        let device = self.state.devices.iter_mut().find(|device| device.name == name);
        device.expect("a handle names a device that exists")
    }

    /// Returns a keyed mutex that is in the state.
    pub(super) fn keyed_mutex_mut(&mut self, name: KeyedMutexName) -> &mut KeyedMutex {
        let mutex = self.state.keyed_mutexes.iter_mut().find(|mutex| mutex.name == name);
        mutex.expect("a handle or a wait names a keyed mutex that exists")
    }

    /// Returns an event that is in the state.
    pub(super) fn event_mut(&mut self, name: EventName) -> &mut Event {
        let event = self.state.events.iter_mut().find(|event| event.name == name);
        event.expect("a handle or a wait names an event that exists")
    }

    /// Returns a synchronisation object that is in the state, to be changed.
    pub(super) fn sync_object_mut(&mut self, name: SyncObjectName) -> &mut SyncObject {
        let object = self.state.sync_objects.iter_mut().find(|object| object.name == name);
        object.expect("a handle or a wait names an object that exists")
    }

    /// Returns a synchronisation object that is in the state.
    pub(super) fn sync_object(&self, name: SyncObjectName) -> &SyncObject {
        self.state.sync_object(name).expect("a handle or a wait names an object that exists")
    }

    /// Returns the adapter of a device or a handle.
    pub(super) fn adapter(&self, name: AdapterName) -> &Adapter {
        self.state.adapter(name).expect("a live handle and a device name an adapter that exists")
    }

    /// Returns what a local handle operand of the caller refers to.
    pub(super) fn local_object(
        &self,
        caller: ProcessName,
        operand: LocalOperand,
    ) -> Option<(LocalName, LocalObject)> {
        let LocalOperand::Named(name) = operand else { return None };
        // HND-20: only the caller's own table counts.
        let handle = self.state.process(caller)?.local_handle(name)?;
        Some((name, handle.object))
    }

    /// Resolves an adapter handle, or refuses.
    pub(super) fn adapter_operand(
        &self,
        caller: ProcessName,
        operand: LocalOperand,
    ) -> Result<(LocalName, AdapterName), Refusal> {
        match self.local_object(caller, operand) {
            Some((name, LocalObject::Adapter(adapter))) => Ok((name, adapter)),
            _ => Err(Refusal::DeadHandle),
        }
    }

    /// Resolves a device handle, or refuses.
    pub(super) fn device_operand(
        &self,
        caller: ProcessName,
        operand: LocalOperand,
    ) -> Result<(LocalName, Device), Refusal> {
        match self.local_object(caller, operand) {
            Some((name, LocalObject::Device(device))) => {
                Ok((name, *self.state.device(device).expect("a live handle names a live device")))
            }
            _ => Err(Refusal::DeadHandle),
        }
    }

    /// Refuses a device that is in Error or whose adapter has stopped.
    pub(super) fn refuse_error(&self, device: &Device) -> Result<(), Refusal> {
        // TDR-10, FLT-01, FLT-18: the stop of the adapter comes before the state of the device.
        match device.execution {
            _ if !self.adapter(device.adapter).running => Err(Refusal::DeviceRemoved),
            Execution::Active => Ok(()),
            Execution::Hung | Execution::Stopped => Err(Refusal::DeviceRemoved),
            Execution::DmaFault => Err(Refusal::DeviceException),
        }
    }

    /// Resolves a handle of a keyed mutex, or refuses.
    pub(super) fn keyed_mutex_operand(
        &self,
        caller: ProcessName,
        operand: LocalOperand,
    ) -> Result<(LocalName, KeyedMutex), Refusal> {
        match self.local_object(caller, operand) {
            // KMX-02: through whatever the handle came, no device or adapter is looked at.
            Some((name, LocalObject::KeyedMutex(mutex))) => {
                Ok((name, *self.state.keyed_mutex(mutex).expect("a live handle names a keyed mutex")))
            }
            _ => Err(Refusal::DeadHandle),
        }
    }

    /// Hands out a local handle, or refuses for lack of memory.
    pub(super) fn open_local(
        &mut self,
        owner: ProcessName,
        object: LocalObject,
    ) -> Result<LocalName, Refusal> {
        let limits = self.state.limits.local_table;
        let process = self.process_mut(owner);
        process.table_size = size_with_room(process.table_size, process.local_handles.len(), limits)?;
        // HND-03, HND-16: one table for all kinds, and a new handle each time, whatever the process has open
        // already.
        let name = LocalName(lowest_free(process.local_handles.iter().map(|handle| handle.name.0)));
        let position = process.local_handles.partition_point(|handle| handle.name < name);
        process.local_handles.insert(position, LocalHandle { name, object });
        self.handles.push(HandleChange::LocalAllocated(owner, name));
        Ok(name)
    }

    /// Frees a live local handle.
    pub(super) fn free_local(&mut self, owner: ProcessName, name: LocalName) {
        // HND-15: the value is dead at once, whatever happens to the object.
        self.process_mut(owner).local_handles.retain(|handle| handle.name != name);
        self.handles.push(HandleChange::LocalFreed(owner, name));
    }

    /// Hands out a global handle, or refuses for lack of memory.
    pub(super) fn open_global(&mut self, object: GlobalObject) -> Result<GlobalName, Refusal> {
        // HND-22: the arithmetic of the local tables, in one table of the system.
        let State { limits, global_table_size, global_handles, .. } = &mut self.state;
        *global_table_size = size_with_room(*global_table_size, global_handles.len(), limits.global_table)?;
        let name = GlobalName(lowest_free(global_handles.iter().map(|handle| handle.name.0)));
        let position = global_handles.partition_point(|handle| handle.name < name);
        global_handles.insert(position, GlobalHandle { name, object });
        self.handles.push(HandleChange::GlobalAllocated(name));
        Ok(name)
    }

    /// Ends the global handle of an object, if it has one.
    pub(super) fn free_global(&mut self, object: GlobalObject) {
        let freed = self.state.global_handles.iter().filter(|handle| handle.object == object);
        self.handles.extend(freed.map(|handle| HandleChange::GlobalFreed(handle.name)));
        self.state.global_handles.retain(|handle| handle.object != object);
    }

    /// Makes an NT handle in a live process; its name in `handle` is ignored.
    pub(super) fn open_nt(&mut self, owner: ProcessName, handle: NtHandle) -> Result<NtName, Refusal> {
        self.room_for_nt(owner)?;
        let handles = &mut self.process_mut(owner).nt_handles;
        let name = NtName(lowest_free(handles.iter().map(|handle| handle.name.0)));
        let position = handles.partition_point(|handle| handle.name < name);
        handles.insert(position, NtHandle { name, ..handle });
        self.handles.push(HandleChange::NtAllocated(owner, name));
        Ok(name)
    }

    /// Refuses if the NT handle table of the process is full.
    pub(super) fn room_for_nt(&mut self, owner: ProcessName) -> Result<(), Refusal> {
        let limit = self.state.limits.nt_handles;
        // NTH-05
        if self.process_mut(owner).nt_handles.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            return Err(Refusal::TooManyNtHandles);
        }
        Ok(())
    }

    /// Closes a live NT handle, protected or not; its object goes with its last reference.
    pub(super) fn free_nt(&mut self, owner: ProcessName, name: NtName) {
        self.process_mut(owner).nt_handles.retain(|handle| handle.name != name);
        self.handles.push(HandleChange::NtFreed(owner, name));
    }
}

/// Refuses for lack of memory if there are as many objects as there may be.
pub(super) fn has_room(count: usize, limit: u32, refusal: Refusal) -> Result<(), Refusal> {
    if count < usize::try_from(limit).unwrap_or(usize::MAX) { Ok(()) } else { Err(refusal) }
}

/// Returns the size of a handle table once it has room for one more entry, or refuses for lack of memory.
fn size_with_room(size: u32, live: usize, limits: TableLimits) -> Result<u32, Refusal> {
    let live = u32::try_from(live).expect("a table size is 32 bits wide");
    // HND-11: the reserve stays free, so the table grows before it would be touched.
    if size - live > limits.reserve {
        return Ok(size);
    }
    // HND-14
    if size.saturating_add(limits.growth) > limits.max_entries {
        return Err(Refusal::NoMemory);
    }
    Ok(size + limits.growth)
}

/// Returns the lowest number from 0 that is not among the names.
pub(super) fn free_name(names: impl Iterator<Item = u32>) -> u32 {
    let mut names = names.collect::<Vec<_>>();
    names.sort_unstable();
    lowest_free(names.into_iter())
}

/// Returns the lowest number from 0 that is not in the ascending sequence.
fn lowest_free(ascending: impl Iterator<Item = u32>) -> u32 {
    let mut free = 0;
    for used in ascending {
        if used != free {
            break;
        }
        free += 1;
    }
    free
}
