//! The next state while a rule builds it, with all that the observation will list.

use crate::action::LocalOperand;
use crate::limits::TableLimits;
use crate::observation::{Effect, HandleChange, Observation, Output, Refusal, Verdict};
use crate::state::{
    AdapterName, Device, DeviceName, Execution, GlobalHandle, GlobalName, KeyedMutex, KeyedMutexName,
    LocalHandle, LocalName, LocalObject, NtHandle, NtName, NtObject, Process, ProcessName, State,
};

/// A next state in the making.
pub(super) struct Draft {
    /// The next state.
    pub(super) state: State,
    /// What others notice.
    pub(super) effects: Vec<Effect>,
    /// What changes in handle tables.
    pub(super) handles: Vec<HandleChange>,
}

impl Draft {
    /// Returns an unchanged copy of the state.
    pub(super) fn of(state: &State) -> Self {
        Self { state: state.clone(), effects: Vec::new(), handles: Vec::new() }
    }

    /// Ends the draft of an action that took effect.
    pub(super) fn done(self, output: Output) -> (State, Observation) {
        self.end(Verdict::Done(output))
    }

    /// Ends the draft of a refused action.
    pub(super) fn refused(self, refusal: Refusal) -> (State, Observation) {
        self.end(Verdict::Refused(refusal))
    }

    /// Ends the draft of an action with a verdict.
    pub(super) fn end(self, verdict: Verdict) -> (State, Observation) {
        (self.state, Observation { verdict, effects: self.effects, handles: self.handles })
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

    /// Returns what a local handle operand of the caller refers to.
    fn local_object(&self, caller: ProcessName, operand: LocalOperand) -> Option<(LocalName, LocalObject)> {
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
            Some((_, LocalObject::Device(_) | LocalObject::KeyedMutex(_))) | None => Err(Refusal::DeadHandle),
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
            Some((_, LocalObject::Adapter(_) | LocalObject::KeyedMutex(_))) | None => {
                Err(Refusal::DeadHandle)
            }
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
            Some((_, LocalObject::Adapter(_) | LocalObject::Device(_))) | None => Err(Refusal::DeadHandle),
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
        // HND-03, HND-16: one table for all kinds, and a new handle each time, whatever the process has open already.
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
    pub(super) fn open_global(&mut self, mutex: KeyedMutexName) -> Result<GlobalName, Refusal> {
        // HND-22: the arithmetic of the local tables, in one table of the system.
        let State { limits, global_table_size, global_handles, .. } = &mut self.state;
        *global_table_size = size_with_room(*global_table_size, global_handles.len(), limits.global_table)?;
        let name = GlobalName(lowest_free(global_handles.iter().map(|handle| handle.name.0)));
        let position = global_handles.partition_point(|handle| handle.name < name);
        global_handles.insert(position, GlobalHandle { name, mutex });
        self.handles.push(HandleChange::GlobalAllocated(name));
        Ok(name)
    }

    /// Ends the global handle of a keyed mutex, if it has one.
    pub(super) fn free_global(&mut self, mutex: KeyedMutexName) {
        let freed = self.state.global_handles.iter().filter(|handle| handle.mutex == mutex);
        self.handles.extend(freed.map(|handle| HandleChange::GlobalFreed(handle.name)));
        self.state.global_handles.retain(|handle| handle.mutex != mutex);
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

    /// Closes a live NT handle, protected or not; its object goes with its last handle.
    pub(super) fn free_nt(&mut self, owner: ProcessName, name: NtName) {
        let handles = &mut self.process_mut(owner).nt_handles;
        let position = handles.iter().position(|handle| handle.name == name).expect("the NT handle is live");
        let NtObject::Process(process) = handles.remove(position).object;
        self.handles.push(HandleChange::NtFreed(owner, name));
        self.drop_unheld_process(process);
    }

    /// Removes a process that has ended and that no NT handle names.
    pub(super) fn drop_unheld_process(&mut self, name: ProcessName) {
        // LIF-02: while the process lives it keeps its own process object. LIF-11: nothing but handles keeps it longer.
        let ended = self.state.live_process(name).is_none();
        if ended && self.state.handle_count(NtObject::Process(name)) == 0 {
            self.state.processes.retain(|process| process.name != name);
        }
    }

    /// Puts a device in Error, unless it is there already.
    pub(super) fn fail_device(&mut self, name: DeviceName, cause: Execution) {
        let device = self.device_mut(name);
        // ADP-11: the first cause stays.
        if device.execution == Execution::Active {
            device.execution = cause;
            self.effects.push(Effect::DeviceEnteredError { device: name, execution: cause });
        }
    }
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

/// Returns the lowest number from 0 that is not in the ascending sequence.
pub(super) fn lowest_free(ascending: impl Iterator<Item = u32>) -> u32 {
    let mut free = 0;
    for used in ascending {
        if used != free {
            break;
        }
        free += 1;
    }
    free
}
