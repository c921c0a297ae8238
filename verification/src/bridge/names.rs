//! Names for what clients see: the prediction of every handle value, the marks of private data, the names of objects.
//!
//! The model knows a handle by a birth name; the client knows it by its value. Values are predicted here and in
//! `names_tables.rs` and nowhere else: from the history of allocations and frees that the model reports. The core's tables
//! are never looked at. What only the kernels name is in [`identities`].
//!
//! [`identities`]: super::identities

use std::collections::BTreeMap;

use kmt_core::{Limits, ShareObjects, TableLimits};
use kmt_model::observation::HandleChange;
use kmt_model::state::{
    GlobalName, GlobalObject, LocalName, LocalObject, NtName, PrivateData, ProcessName, SharedName, State,
};

use super::abstracting_share;
use super::contents::Contents;
use super::identities::Identities;
use super::names_tables::{HandleTable, NtTable};
use super::paths::Paths;

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
    contents: Contents,
    /// The names of shared objects and directories.
    pub(super) paths: Paths,
    /// What only the kernels name.
    pub identities: Identities,
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

impl Names {
    /// Names of an empty machine whose handle tables grow as the limits say.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            local_limits: limits.local_table,
            global_limits: limits.global_table,
            processes: BTreeMap::new(),
            global: HandleTable::new(GLOBAL_INSTANCE),
            contents: Contents::default(),
            paths: Paths::default(),
            identities: Identities::default(),
        }
    }

    /// Follows the changes that one event made to handle tables, in order.
    ///
    /// `before` is the state before the event, and `parent` the process that the inherited handles of these changes come
    /// from.
    pub fn follow(&mut self, changes: &[HandleChange], before: &State, parent: Option<ProcessName>) {
        let freed = self.freed_locals(changes, before);
        let mut ending = Self::ending_globals(changes, &freed, before).into_iter();
        let mut freed = freed.into_iter();
        let (local_limits, global_limits) = (self.local_limits, self.global_limits);
        for change in changes {
            match *change {
                HandleChange::LocalAllocated(process, name) => {
                    self.tables(process).local.allocate(name, local_limits);
                }
                HandleChange::LocalFreed(process, name) => {
                    let (process, name) = freed.next().unwrap_or((process, name));
                    self.tables(process).local.free(name);
                }
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

    /// The local handles that are freed, in the order in which they are.
    ///
    /// The children of a device come before it by ascending index, and so does at last what an ending process has left
    /// (HND-19); the index is no matter of the model.
    fn freed_locals(&self, changes: &[HandleChange], before: &State) -> Vec<(ProcessName, LocalName)> {
        let index = |&(process, name): &(ProcessName, LocalName)| {
            self.local_value(process, name).map(|value| (value & 0x3FFF_FFFF) >> 6)
        };
        let (mut ordered, mut siblings) = (Vec::new(), Vec::new());
        for change in changes {
            let &HandleChange::LocalFreed(process, name) = change else { continue };
            if matches!(object(before, process, name), Some(LocalObject::Device(_))) {
                siblings.sort_unstable_by_key(index);
                ordered.append(&mut siblings);
                ordered.push((process, name));
            } else {
                siblings.push((process, name));
            }
        }
        siblings.sort_unstable_by_key(index);
        ordered.append(&mut siblings);
        ordered
    }

    /// The global handles that end, in the order in which they do: each with the last local handle of its object (HND-25).
    fn ending_globals(
        changes: &[HandleChange],
        freed: &[(ProcessName, LocalName)],
        before: &State,
    ) -> Vec<GlobalName> {
        let ends_at = |&global: &GlobalName| {
            let shared = before.global_handle(global)?.object;
            freed.iter().rposition(|&(process, name)| match (object(before, process, name), shared) {
                (Some(LocalObject::KeyedMutex(held)), GlobalObject::KeyedMutex(mutex)) => held == mutex,
                (Some(LocalObject::SyncObject(held)), GlobalObject::SyncObject(shared)) => {
                    held.object == shared
                }
                _ => false,
            })
        };
        let mut ending: Vec<GlobalName> = changes
            .iter()
            .filter_map(|change| match *change {
                HandleChange::GlobalFreed(name) => Some(name),
                _ => None,
            })
            .collect();
        ending.sort_by_key(ends_at);
        ending
    }

    fn tables(&mut self, process: ProcessName) -> &mut Tables {
        self.processes.entry(process).or_default()
    }

    /// Forgets everything that the model's state does not have any more.
    pub fn retain(&mut self, state: &State) {
        self.processes.retain(|&process, _| state.live_process(process).is_some());
        self.identities.retain(state);
        self.contents.retain(state);
        self.paths.retain(state);
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

    /// Gives private data a mark.
    pub fn mark(&mut self, bytes: &[u8]) {
        self.contents.mark(bytes);
    }

    /// Remembers the full path that a new shared object was given, if any; `before` is the state before the call.
    pub(super) fn name_shared_object(
        &mut self,
        object: SharedName,
        share: &ShareObjects,
        caller: ProcessName,
        before: &State,
    ) {
        let given = share.attributes.as_ref();
        let text = given.and_then(|attributes| abstracting_share::text(attributes, caller, before, self));
        if let Some(text) = text {
            self.paths.name(object, text);
        }
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

/// What a local handle names.
fn object(state: &State, process: ProcessName, name: LocalName) -> Option<LocalObject> {
    Some(state.process(process)?.local_handle(name)?.object)
}
