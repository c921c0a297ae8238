//! The bare local handle table, for measurements only; no part of the interface.

use crate::LocalHandle;
use crate::handle::Kind;
use crate::handle::table::HandleTable;
use crate::limits::TableLimits;

/// A table of device handles outside a kernel.
#[derive(Clone, Debug)]
pub struct Table(HandleTable<LocalHandle>);

impl Table {
    /// An empty table.
    #[must_use]
    pub const fn new(limits: TableLimits) -> Self {
        Self(HandleTable::new(limits))
    }

    /// Makes a handle to the object with this number, if there is room.
    pub fn allocate(&mut self, object: u32) -> Option<LocalHandle> {
        self.0.can_allocate(1).then(|| self.0.allocate(Kind::Device, object))
    }

    /// The number of the object behind a handle.
    #[must_use]
    #[inline]
    pub fn lookup(&self, handle: LocalHandle) -> Option<u32> {
        self.0.lookup(handle, Kind::Device)
    }

    /// Frees a live handle and gives the number of its object.
    pub fn free(&mut self, handle: LocalHandle) -> Option<u32> {
        let object = self.0.lookup(handle, Kind::Device)?;
        self.0.free(handle);
        Some(object)
    }
}
