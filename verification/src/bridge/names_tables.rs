//! The prediction of handle values, table by table: HND-02, HND-04, HND-05, HND-10, HND-11 and HND-13 for local handles,
//! HND-21 and HND-22 for global ones, NTH-02 and NTH-19 for NT handles.

use std::collections::{BTreeMap, VecDeque};

use kmt_core::TableLimits;
use kmt_model::state::NtName;

/// Predicted values of local or global handles.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct HandleTable<Name> {
    pub(super) instance: u32,
    pub(super) by_name: BTreeMap<Name, u32>,
    pub(super) by_value: BTreeMap<u32, Name>,
    /// Free indexes, the next one to be used first (HND-10).
    pub(super) free: VecDeque<u32>,
    /// The generation that each index has or will have next (HND-13).
    pub(super) generations: Vec<u8>,
}

/// Predicted NT handle values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct NtTable {
    pub(super) by_name: BTreeMap<NtName, u32>,
    pub(super) by_value: BTreeMap<u32, NtName>,
    /// Closed values, the one closed last at the end (NTH-02).
    pub(super) closed: Vec<u32>,
    pub(super) highest: u32,
}

impl<Name: Copy + Ord> HandleTable<Name> {
    pub(super) const fn new(instance: u32) -> Self {
        Self {
            instance,
            by_name: BTreeMap::new(),
            by_value: BTreeMap::new(),
            free: VecDeque::new(),
            generations: Vec::new(),
        }
    }

    pub(super) fn value(&self, index: u32, generation: u8) -> u32 {
        u32::from(generation) << 30 | index << 6 | self.instance
    }

    pub(super) fn allocate(&mut self, name: Name, TableLimits { growth, reserve, .. }: TableLimits) {
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

    pub(super) fn free(&mut self, name: Name) {
        let Some(value) = self.by_name.remove(&name) else { return };
        self.by_value.remove(&value);
        let index = (value & 0x3FFF_FFFF) >> 6;
        let generation = &mut self.generations[index as usize];
        *generation = *generation % 3 + 1;
        self.free.push_back(index);
    }

    /// A value that was freed and is not handed out now: of an entry that was handed out again if there is one, else of
    /// the entry freed last.
    pub(super) fn stale(&self) -> Option<u32> {
        let reissued =
            self.by_value.keys().find(|&&value| value >> 30 > 1).map(|value| (value & 0x3FFF_FFFF) >> 6);
        reissued.or_else(|| self.free.back().copied()).map(|index| {
            let before = (self.generations[index as usize] + 1) % 3 + 1;
            self.value(index, before)
        })
    }
}

impl NtTable {
    pub(super) fn insert(&mut self, name: NtName, value: u32) {
        self.highest = self.highest.max(value);
        self.by_name.insert(name, value);
        self.by_value.insert(value, name);
    }

    pub(super) fn allocate(&mut self, name: NtName) {
        let value = self.closed.pop().unwrap_or(self.highest + 4);
        self.insert(name, value);
    }

    pub(super) fn free(&mut self, name: NtName) {
        let Some(value) = self.by_name.remove(&name) else { return };
        self.by_value.remove(&value);
        self.closed.push(value);
    }
}
