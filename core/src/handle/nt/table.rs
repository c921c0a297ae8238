//! The table of NT handles that each process has.

use alloc::vec::Vec;

use super::NtHandle;
use crate::id::NtObjectId;

/// One NT handle. Mask and flags belong to it, not to the object.
// NTH-04
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NtEntry {
    pub(crate) object: NtObjectId,
    pub(crate) granted_access: u32,
    pub(crate) inherit: bool,
    pub(crate) protect_from_close: bool,
}

/// The NT handles of one process, at place `value / 4 - 1`.
// NTH-04: one table for all types, separate from the D3DKMT table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct NtTable {
    /// Up to the highest value so far. A place without entry is closed, or was not inherited.
    places: Vec<Option<NtEntry>>,
    /// The places of the closed values, the last closed one last.
    closed: Vec<u32>,
    live: u32,
}

impl NtTable {
    /// NTH-01: bits 30 and 31 of a value are clear, so that it is no D3DKMT handle.
    const MAX_PLACES: usize = 0x4000_0000 / 4 - 1;

    // NTH-03: bits 0 and 1 are ignored, and the pseudo values are recognised before that.
    fn place(handle: NtHandle) -> Option<usize> {
        if handle.is_pseudo() {
            return None;
        }
        usize::try_from(handle.raw() / 4).ok()?.checked_sub(1)
    }

    fn value(place: usize) -> NtHandle {
        NtHandle::from_raw((place as u64 + 1) * 4)
    }

    pub(crate) fn get(&self, handle: NtHandle) -> Option<&NtEntry> {
        self.places.get(Self::place(handle)?)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, handle: NtHandle) -> Option<&mut NtEntry> {
        self.places.get_mut(Self::place(handle)?)?.as_mut()
    }

    /// Whether one more handle fits.
    // NTH-05; NTH-01 for a table that has used up its values.
    pub(crate) fn can_insert(&self, limit: u32) -> bool {
        self.live < limit && (!self.closed.is_empty() || self.places.len() < Self::MAX_PLACES)
    }

    /// Makes a handle. The caller has asked [`Self::can_insert`].
    // NTH-02: the value closed last, else the highest so far + 4.
    pub(crate) fn insert(&mut self, entry: NtEntry) -> NtHandle {
        self.live += 1;
        if let Some(place) = self.closed.pop() {
            self.places[place as usize] = Some(entry);
            return Self::value(place as usize);
        }
        self.places.push(Some(entry));
        Self::value(self.places.len() - 1)
    }

    /// Closes a handle, protected or not.
    pub(crate) fn remove(&mut self, handle: NtHandle) -> Option<NtEntry> {
        let place = Self::place(handle)?;
        let entry = self.places.get_mut(place)?.take()?;
        // NTH-02: closed values come back last in, first out.
        self.closed.push(place as u32);
        self.live -= 1;
        Some(entry)
    }

    /// The table of a child that inherits the entries which `chosen` accepts, at the same values.
    // NTH-19. A value that was not inherited was never open in the child, so it is not one of its closed values.
    pub(crate) fn inherited(&self, chosen: impl Fn(&NtEntry) -> bool) -> Self {
        let mut places: Vec<_> = self.places.iter().map(|place| place.filter(&chosen)).collect();
        while let Some(None) = places.last() {
            places.pop();
        }
        let live = places.iter().flatten().count() as u32;
        Self { places, closed: Vec::new(), live }
    }

    /// The open handles in ascending order of their values.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (NtHandle, &NtEntry)> {
        self.places
            .iter()
            .enumerate()
            .filter_map(|(place, entry)| Some((Self::value(place), entry.as_ref()?)))
    }

    /// The closed values that will be used again, the next one last.
    pub(crate) fn closed(&self) -> impl Iterator<Item = NtHandle> {
        self.closed.iter().map(|place| Self::value(*place as usize))
    }

    /// The highest value so far; zero before the first.
    pub(crate) fn highest(&self) -> NtHandle {
        NtHandle::from_raw(self.places.len() as u64 * 4)
    }

    /// How many handles the table counts as open.
    pub(crate) fn live(&self) -> u32 {
        self.live
    }
}
