//! Names for what the core numbers, and the prediction of every handle value.
//!
//! The model knows a handle by a birth name; the client knows it by its value. This file holds the one place in which
//! values are predicted: from the history of allocations and frees that the model reports, by the rules HND-02, HND-04,
//! HND-05, HND-10, HND-11 and HND-13 for local handles, HND-21 and HND-22 for global ones, and NTH-02 and NTH-19 for NT
//! handles. It never looks at the core's tables.

use std::collections::{BTreeMap, VecDeque};

use kmt_core::{DeviceId, KeyedMutexId, Limits, TableLimits, WaitId};
use kmt_model::observation::HandleChange;
use kmt_model::state::{
    DeviceName, GlobalName, KeyedMutexName, LocalName, LocalObject, NtName, PrivateData, ProcessName, State,
    ThreadName,
};

use super::contents::Contents;

/// A value that no table ever hands out: its index is beyond the largest table (HND-14).
const UNKNOWN_LOCAL: u32 = 0x7FFF_FFC0;
/// The same with the instance of global handles.
const UNKNOWN_GLOBAL: u32 = UNKNOWN_LOCAL | GLOBAL_INSTANCE;
/// Bits 0 to 5 of a local handle (HND-02).
const LOCAL_INSTANCE: u32 = 0;
/// Bits 0 to 5 of a global handle (HND-21).
const GLOBAL_INSTANCE: u32 = 2;
/// A value that no NT table of a small world ever hands out.
const UNKNOWN_NT: u32 = 0x3FFF_FFFC;

/// A bijection between birth names and what the core and its clients see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Names {
    local_limits: TableLimits,
    global_limits: TableLimits,
    processes: BTreeMap<ProcessName, Tables>,
    global: HandleTable<GlobalName>,
    devices: BTreeMap<DeviceName, DeviceId>,
    /// In order of creation, which the model remembers and the core does not.
    keyed_mutexes: Vec<(KeyedMutexName, KeyedMutexId)>,
    waits: BTreeMap<ThreadName, WaitId>,
    contents: Contents,
}

/// The predicted tables of one process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Tables {
    local: HandleTable<LocalName>,
    nt: NtTable,
}

impl Default for Tables {
    fn default() -> Self {
        Self { local: HandleTable::new(LOCAL_INSTANCE), nt: NtTable::default() }
    }
}

/// Predicted values of local or global handles.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct HandleTable<Name> {
    instance: u32,
    by_name: BTreeMap<Name, u32>,
    by_value: BTreeMap<u32, Name>,
    /// Free indexes, the next one to be used first (HND-10).
    free: VecDeque<u32>,
    /// The generation that each index has or will have next (HND-13).
    generations: Vec<u8>,
}

/// Predicted NT handle values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct NtTable {
    by_name: BTreeMap<NtName, u32>,
    by_value: BTreeMap<u32, NtName>,
    /// Closed values, the one closed last at the end (NTH-02).
    closed: Vec<u32>,
    highest: u32,
}

impl<Name: Copy + Ord> HandleTable<Name> {
    const fn new(instance: u32) -> Self {
        Self {
            instance,
            by_name: BTreeMap::new(),
            by_value: BTreeMap::new(),
            free: VecDeque::new(),
            generations: Vec::new(),
        }
    }

    fn value(&self, index: u32, generation: u8) -> u32 {
        u32::from(generation) << 30 | index << 6 | self.instance
    }

    fn allocate(&mut self, name: Name, TableLimits { growth, reserve, .. }: TableLimits) {
        // HND-11: growth comes before the allocation that would leave the reserve short.
        if self.free.len() <= reserve as usize {
            let size = u32::try_from(self.generations.len()).expect("a table has at most 2^24 entries");
            self.free.extend(size..size + growth);
            self.generations.resize((size + growth) as usize, 1);
        }
        let index = self.free.pop_front().expect("the table has grown");
        let value = self.value(index, self.generations[index as usize]);
        self.by_name.insert(name, value);
        self.by_value.insert(value, name);
    }

    fn free(&mut self, name: Name) {
        let Some(value) = self.by_name.remove(&name) else { return };
        self.by_value.remove(&value);
        let index = (value & 0x3FFF_FFFF) >> 6;
        let generation = &mut self.generations[index as usize];
        *generation = *generation % 3 + 1;
        self.free.push_back(index);
    }

    /// A value that was freed and is not handed out now: of an entry that was handed out again if there is one, else of
    /// the entry freed last.
    fn stale(&self) -> Option<u32> {
        let reissued =
            self.by_value.keys().find(|&&value| value >> 30 > 1).map(|value| (value & 0x3FFF_FFFF) >> 6);
        reissued.or_else(|| self.free.back().copied()).map(|index| {
            let before = (self.generations[index as usize] + 1) % 3 + 1;
            self.value(index, before)
        })
    }
}

impl NtTable {
    fn insert(&mut self, name: NtName, value: u32) {
        self.highest = self.highest.max(value);
        self.by_name.insert(name, value);
        self.by_value.insert(value, name);
    }

    fn allocate(&mut self, name: NtName) {
        let value = self.closed.pop().unwrap_or(self.highest + 4);
        self.insert(name, value);
    }

    fn free(&mut self, name: NtName) {
        let Some(value) = self.by_name.remove(&name) else { return };
        self.by_value.remove(&value);
        self.closed.push(value);
    }
}

impl Names {
    /// Names of an empty machine whose handle tables grow as the limits say.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            local_limits: limits.local_table,
            global_limits: limits.global_table,
            processes: BTreeMap::new(),
            global: HandleTable::new(GLOBAL_INSTANCE),
            devices: BTreeMap::new(),
            keyed_mutexes: Vec::new(),
            waits: BTreeMap::new(),
            contents: Contents::default(),
        }
    }

    /// Follows the changes that one event made to handle tables, in order.
    ///
    /// `before` is the state before the event, and `parent` the process that the inherited handles of these changes come
    /// from.
    pub fn follow(&mut self, changes: &[HandleChange], before: &State, parent: Option<ProcessName>) {
        let mut ending = self.ending_globals(changes, before).into_iter();
        let (local_limits, global_limits) = (self.local_limits, self.global_limits);
        for change in changes {
            match *change {
                HandleChange::LocalAllocated(process, name) => {
                    self.tables(process).local.allocate(name, local_limits);
                }
                HandleChange::LocalFreed(process, name) => self.tables(process).local.free(name),
                HandleChange::GlobalAllocated(name) => self.global.allocate(name, global_limits),
                HandleChange::GlobalFreed(name) => self.global.free(ending.next().unwrap_or(name)),
                HandleChange::NtAllocated(process, name) => self.tables(process).nt.allocate(name),
                HandleChange::NtFreed(process, name) => self.tables(process).nt.free(name),
                HandleChange::NtInherited(process, name) => {
                    let inherited = parent.and_then(|parent| self.nt_value(parent, name));
                    if let Some(value) = inherited {
                        self.tables(process).nt.insert(name, value);
                    }
                }
            }
        }
    }

    /// The global handles that end, in the order in which they do.
    ///
    /// An ending process frees its local handles by ascending index (HND-19), which is no order of the model's, and a global
    /// handle ends with the last local handle of its mutex (HND-25).
    fn ending_globals(&self, changes: &[HandleChange], before: &State) -> Vec<GlobalName> {
        let freed_with = |global: GlobalName| {
            let mutex = LocalObject::KeyedMutex(before.global_handle(global)?.mutex);
            let freed = changes.iter().filter_map(|change| match *change {
                HandleChange::LocalFreed(process, name) => Some((process, name)),
                _ => None,
            });
            let of_mutex = freed.filter(|&(process, name)| {
                let process = before.process(process);
                process
                    .and_then(|process| process.local_handle(name))
                    .is_some_and(|held| held.object == mutex)
            });
            of_mutex
                .filter_map(|(process, name)| Some((self.local_value(process, name)? & 0x3FFF_FFFF) >> 6))
                .max()
        };
        let mut ending: Vec<GlobalName> = changes
            .iter()
            .filter_map(|change| match *change {
                HandleChange::GlobalFreed(name) => Some(name),
                _ => None,
            })
            .collect();
        ending.sort_by_key(|&global| freed_with(global));
        ending
    }

    fn tables(&mut self, process: ProcessName) -> &mut Tables {
        self.processes.entry(process).or_default()
    }

    /// Forgets everything that the model's state does not have any more.
    pub fn retain(&mut self, state: &State) {
        self.processes.retain(|&process, _| state.live_process(process).is_some());
        self.devices.retain(|&device, _| state.device(device).is_some());
        self.keyed_mutexes.retain(|&(mutex, _)| state.keyed_mutex(mutex).is_some());
        self.waits.retain(|&thread, _| state.wait(thread).is_some());
        self.contents.retain(state);
    }

    /// The predicted value of a local handle.
    #[must_use]
    pub fn local_value(&self, process: ProcessName, name: LocalName) -> Option<u32> {
        self.processes.get(&process)?.local.by_name.get(&name).copied()
    }

    /// The live local handle that has this value in the process.
    #[must_use]
    pub fn local_name(&self, process: ProcessName, value: u32) -> Option<LocalName> {
        self.processes.get(&process)?.local.by_value.get(&value).copied()
    }

    /// The predicted value of an NT handle.
    #[must_use]
    pub fn nt_value(&self, process: ProcessName, name: NtName) -> Option<u32> {
        self.processes.get(&process)?.nt.by_name.get(&name).copied()
    }

    /// The live NT handle that has this value in the process.
    #[must_use]
    pub fn nt_name(&self, process: ProcessName, value: u32) -> Option<NtName> {
        self.processes.get(&process)?.nt.by_value.get(&value).copied()
    }

    /// The predicted value of a global handle.
    #[must_use]
    pub fn global_value(&self, name: GlobalName) -> Option<u32> {
        self.global.by_name.get(&name).copied()
    }

    /// The live global handle that has this value.
    #[must_use]
    pub fn global_name(&self, value: u32) -> Option<GlobalName> {
        self.global.by_value.get(&value).copied()
    }

    /// A global handle value that was freed and is dead now; one that never was if nothing was freed.
    #[must_use]
    pub fn stale_global(&self) -> u32 {
        self.global.stale().unwrap_or(UNKNOWN_GLOBAL)
    }

    /// A live global handle value, if there is one.
    #[must_use]
    pub fn any_global(&self) -> Option<u32> {
        self.global.by_value.keys().next().copied()
    }

    /// A live local handle value of any process, if there is one.
    #[must_use]
    pub fn any_local(&self) -> Option<u32> {
        self.processes.values().find_map(|tables| tables.local.by_value.keys().next().copied())
    }

    /// A global handle value that was never handed out.
    #[must_use]
    pub const fn unknown_global() -> u32 {
        UNKNOWN_GLOBAL
    }

    /// A local handle value of the process that was freed and is dead now; one that never was if nothing was freed.
    #[must_use]
    pub fn stale_local(&self, process: ProcessName) -> u32 {
        self.processes.get(&process).and_then(|tables| tables.local.stale()).unwrap_or(UNKNOWN_LOCAL)
    }

    /// An NT handle value of the process that was closed and is dead now, if there ever was one.
    #[must_use]
    pub fn stale_nt(&self, process: ProcessName) -> u32 {
        self.processes.get(&process).and_then(|tables| tables.nt.closed.last().copied()).unwrap_or(UNKNOWN_NT)
    }

    /// A local handle value that is live in another process and dead in this one, if there is one.
    #[must_use]
    pub fn foreign_local(&self, process: ProcessName) -> u32 {
        self.others(process)
            .flat_map(|tables| tables.local.by_value.keys().copied())
            .find(|&value| self.local_name(process, value).is_none())
            .unwrap_or(UNKNOWN_LOCAL)
    }

    /// An NT handle value that is live in another process and dead in this one, if there is one.
    #[must_use]
    pub fn foreign_nt(&self, process: ProcessName) -> u32 {
        self.others(process)
            .flat_map(|tables| tables.nt.by_value.keys().copied())
            .find(|&value| self.nt_name(process, value).is_none())
            .unwrap_or(UNKNOWN_NT)
    }

    fn others(&self, process: ProcessName) -> impl Iterator<Item = &Tables> {
        self.processes.iter().filter(move |(other, _)| **other != process).map(|(_, tables)| tables)
    }

    /// A local handle value that was never handed out.
    #[must_use]
    pub const fn unknown_local() -> u32 {
        UNKNOWN_LOCAL
    }

    /// An NT handle value that was never handed out.
    #[must_use]
    pub const fn unknown_nt() -> u32 {
        UNKNOWN_NT
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
        self.keyed_mutexes.push((name, mutex));
    }

    /// The model's name of a keyed mutex.
    #[must_use]
    pub fn keyed_mutex_name(&self, mutex: KeyedMutexId) -> Option<KeyedMutexName> {
        self.keyed_mutexes.iter().find(|(_, id)| *id == mutex).map(|(name, _)| *name)
    }

    /// The place of a keyed mutex in the order of creation.
    #[must_use]
    pub fn keyed_mutex_rank(&self, name: KeyedMutexName) -> Option<usize> {
        self.keyed_mutexes.iter().position(|(bound, _)| *bound == name)
    }

    /// Says with which wait of the core a thread is blocked.
    pub fn bind_wait(&mut self, thread: ThreadName, wait: WaitId) {
        self.waits.insert(thread, wait);
    }

    /// The wait of a blocked thread.
    #[must_use]
    pub fn wait_id(&self, thread: ThreadName) -> Option<WaitId> {
        self.waits.get(&thread).copied()
    }

    /// The thread that is blocked with a wait.
    #[must_use]
    pub fn waiting_thread(&self, wait: WaitId) -> Option<ThreadName> {
        self.waits.iter().find(|(_, id)| **id == wait).map(|(thread, _)| *thread)
    }

    /// Gives private data a mark.
    pub fn mark(&mut self, bytes: &[u8]) {
        self.contents.mark(bytes);
    }

    /// The model's form of private data; none if there are no bytes, or if they have no mark.
    #[must_use]
    pub fn private_data(&self, bytes: &[u8]) -> Option<PrivateData> {
        self.contents.private_data(bytes)
    }

    /// The bytes of private data; none if the mark stands for none of that size.
    #[must_use]
    pub fn bytes(&self, data: PrivateData) -> Option<Vec<u8>> {
        self.contents.bytes(data)
    }
}
