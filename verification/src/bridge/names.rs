//! Names for what the core numbers, and the prediction of every handle value.
//!
//! The model knows a handle by a birth name; the client knows it by its value. This file holds the one place in which
//! values are predicted: from the history of allocations and frees that the model reports, by the rules HND-02, HND-04,
//! HND-05, HND-10, HND-11 and HND-13 for local handles and NTH-02 and NTH-19 for NT handles. It never looks at the core's tables.

use std::collections::{BTreeMap, VecDeque};

use kmt_core::{DeviceId, TableLimits};
use kmt_model::observation::HandleChange;
use kmt_model::state::{DeviceName, LocalName, NtName, ProcessName};

/// A value that no table ever hands out: its index is beyond the largest table (HND-14).
const UNKNOWN_LOCAL: u32 = 0x7FFF_FFC0;
/// A value that no NT table of a small world ever hands out.
const UNKNOWN_NT: u32 = 0x3FFF_FFFC;

/// A bijection between birth names and what the core and its clients see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Names {
    growth: u32,
    reserve: u32,
    processes: BTreeMap<ProcessName, Tables>,
    devices: BTreeMap<DeviceName, DeviceId>,
}

/// The predicted tables of one process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Tables {
    local: LocalTable,
    nt: NtTable,
}

/// Predicted local handle values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct LocalTable {
    by_name: BTreeMap<LocalName, u32>,
    by_value: BTreeMap<u32, LocalName>,
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

impl LocalTable {
    fn allocate(&mut self, name: LocalName, growth: u32, reserve: u32) {
        // HND-11: growth comes before the allocation that would leave the reserve short.
        if self.free.len() <= reserve as usize {
            let size = u32::try_from(self.generations.len()).expect("a table has at most 2^24 entries");
            self.free.extend(size..size + growth);
            self.generations.resize((size + growth) as usize, 1);
        }
        let index = self.free.pop_front().expect("the table has grown");
        let value = u32::from(self.generations[index as usize]) << 30 | index << 6;
        self.by_name.insert(name, value);
        self.by_value.insert(value, name);
    }

    fn free(&mut self, name: LocalName) {
        let Some(value) = self.by_name.remove(&name) else { return };
        self.by_value.remove(&value);
        let index = (value & 0x3FFF_FFFF) >> 6;
        let generation = &mut self.generations[index as usize];
        *generation = *generation % 3 + 1;
        self.free.push_back(index);
    }

    /// A value that was freed and is not handed out now: of an entry that was handed out again if there is one, else of
    /// the entry freed last; one that never was if nothing was freed.
    fn stale(&self) -> u32 {
        let reissued =
            self.by_value.keys().find(|&&value| value >> 30 > 1).map(|value| (value & 0x3FFF_FFFF) >> 6);
        reissued.or_else(|| self.free.back().copied()).map_or(UNKNOWN_LOCAL, |index| {
            let before = (self.generations[index as usize] + 1) % 3 + 1;
            u32::from(before) << 30 | index << 6
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
    /// Names of an empty machine whose local handle tables grow so.
    #[must_use]
    pub fn new(local_table: TableLimits) -> Self {
        Self {
            growth: local_table.growth,
            reserve: local_table.reserve,
            processes: BTreeMap::new(),
            devices: BTreeMap::new(),
        }
    }

    /// Follows the changes that one event made to handle tables, in order.
    ///
    /// `parent` is the process that the inherited handles of these changes come from.
    pub fn follow(&mut self, changes: &[HandleChange], parent: Option<ProcessName>) {
        let (growth, reserve) = (self.growth, self.reserve);
        for change in changes {
            match *change {
                HandleChange::LocalAllocated(process, name) => {
                    self.tables(process).local.allocate(name, growth, reserve);
                }
                HandleChange::LocalFreed(process, name) => self.tables(process).local.free(name),
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

    fn tables(&mut self, process: ProcessName) -> &mut Tables {
        self.processes.entry(process).or_default()
    }

    /// Forgets the tables of processes that have ended and the devices that are gone.
    pub fn retain(
        &mut self,
        process_lives: impl Fn(ProcessName) -> bool,
        device_lives: impl Fn(DeviceName) -> bool,
    ) {
        self.processes.retain(|&process, _| process_lives(process));
        self.devices.retain(|&device, _| device_lives(device));
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

    /// A local handle value of the process that was freed and is dead now, if there ever was one.
    #[must_use]
    pub fn stale_local(&self, process: ProcessName) -> u32 {
        self.processes.get(&process).map_or(UNKNOWN_LOCAL, |tables| tables.local.stale())
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
}
