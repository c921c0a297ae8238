//! The table of local handles that each process has, and the one of global handles that the machine has.
//!
//! The free entries form a queue through their own payloads: a new handle takes the head, a freed entry joins the tail,
//! and a reserve stays free. So a number comes back late, and with another generation.

use alloc::vec::Vec;
use core::marker::PhantomData;

use super::bits::{self, FIRST_GENERATION};
use super::{Kind, TableHandle};
use crate::limits::TableLimits;

/// One entry, 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Entry {
    /// Of a live entry the number of its object; of a free one the index of the next free entry, or [`END`].
    payload: u32,
    /// [`Kind::tag`], or [`Kind::FREE`].
    tag: u8,
    /// Of a live entry that of its handle; of a free one that of its next handle.
    generation: u8,
}

/// The link of the last free entry.
const END: u32 = u32::MAX;

/// What an entry is, for inspection.
pub(crate) struct EntryState {
    pub(crate) index: u32,
    pub(crate) generation: u8,
    /// Kind and number of the object; none for a free entry.
    pub(crate) object: Option<(Kind, u32)>,
}

/// The local handles of one process, or the global handles of the machine.
// HND-22: the layout, the free list and the growth are the same; only the instance differs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HandleTable<H> {
    entries: Vec<Entry>,
    head: u32,
    tail: u32,
    free: u32,
    limits: TableLimits,
    handles: PhantomData<H>,
}

impl<H: TableHandle> HandleTable<H> {
    /// An empty table.
    // HND-11: a table starts with 0 entries.
    pub(crate) const fn new(limits: TableLimits) -> Self {
        Self { entries: Vec::new(), head: END, tail: END, free: 0, limits, handles: PhantomData }
    }

    /// The number of the object that a handle names, if it names one of this kind.
    // HND-08: instance, index, live entry, generation and kind are all tested. A live kind has a tag that no free entry
    // has. HND-26: an NT handle value has generation 0, which no entry has.
    #[inline]
    pub(crate) fn lookup(&self, handle: H, kind: Kind) -> Option<u32> {
        let entry = self.entries.get(bits::index(handle) as usize)?;
        let matches = entry.tag == kind.tag()
            && entry.generation == bits::generation(handle)
            && bits::instance(handle) == H::INSTANCE;
        matches.then_some(entry.payload)
    }

    /// Kind and number of the object that a handle names, whatever the kind.
    // HND-08
    pub(crate) fn lookup_any(&self, handle: H) -> Option<(Kind, u32)> {
        let kind = Kind::from_tag(self.entries.get(bits::index(handle) as usize)?.tag)?;
        Some((kind, self.lookup(handle, kind)?))
    }

    /// Whether so many handles can be made one after the other.
    // HND-14: growth past the limit is refused and the reserve is not used for it. LIF-14, INV-76: all of them or none.
    pub(crate) fn can_allocate(&self, count: u32) -> bool {
        let needed = u64::from(count) + u64::from(self.limits.reserve);
        let missing = needed.saturating_sub(u64::from(self.free));
        let growths = if count == 0 { 0 } else { missing.div_ceil(u64::from(self.limits.growth)) };
        self.entries.len() as u64 + growths * u64::from(self.limits.growth)
            <= u64::from(self.limits.max_entries)
    }

    /// Makes a handle to an object. The caller has asked [`Self::can_allocate`].
    // HND-10: the entry at the head. HND-04, HND-05: growth adds entries in index order, so the first handle is
    // 0x40000000, or 0x40000002 in the global table (HND-22), and the next one 0x40 more, until a freed entry is due.
    pub(crate) fn allocate(&mut self, kind: Kind, object: u32) -> H {
        // HND-11, HND-12, INV-64: at least the reserve stays free behind every allocation, so a freed index rests that long.
        if self.free <= self.limits.reserve {
            self.grow();
        }
        let index = self.head;
        let entry = &mut self.entries[index as usize];
        self.head = entry.payload;
        if self.head == END {
            self.tail = END;
        }
        self.free -= 1;
        (entry.payload, entry.tag) = (object, kind.tag());
        bits::pack(index, entry.generation)
    }

    /// Frees the entry of a live handle, which stops resolving at once.
    pub(crate) fn free(&mut self, handle: H) {
        let index = bits::index(handle);
        let entry = &mut self.entries[index as usize];
        // HND-13, INV-63: the generation changes now, so that a stale handle never fits a free entry.
        *entry = Entry { payload: END, tag: Kind::FREE, generation: bits::next_generation(entry.generation) };
        self.append_free(index);
    }

    // HND-10: to the tail.
    fn append_free(&mut self, index: u32) {
        match self.tail {
            END => self.head = index,
            tail => self.entries[tail as usize].payload = index,
        }
        self.tail = index;
        self.free += 1;
    }

    // HND-11: the new entries go to the tail of the free list in index order.
    fn grow(&mut self) {
        let first = self.entries.len() as u32;
        let end = first + self.limits.growth;
        self.entries.extend((first + 1..=end).map(|next| Entry {
            payload: if next == end { END } else { next },
            tag: Kind::FREE,
            generation: FIRST_GENERATION,
        }));
        match self.tail {
            END => self.head = first,
            tail => self.entries[tail as usize].payload = first,
        }
        self.tail = end - 1;
        self.free += self.limits.growth;
    }

    /// Every entry in index order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = EntryState> {
        (0..).zip(&self.entries).map(|(index, entry)| EntryState {
            index,
            generation: entry.generation,
            object: Kind::from_tag(entry.tag).map(|kind| (kind, entry.payload)),
        })
    }

    /// The indices of the free entries, the next one to be used first.
    pub(crate) fn free_list(&self) -> impl Iterator<Item = u32> {
        let known = |index: u32| (index != END).then_some(index);
        // Bounded, so that a broken list shows up as a wrong length.
        core::iter::successors(known(self.head), move |index| {
            known(self.entries.get(*index as usize)?.payload)
        })
        .take(self.entries.len() + 1)
    }

    /// How many entries the table counts as free, and which is the last of them.
    pub(crate) fn free_count_and_tail(&self) -> (u32, Option<u32>) {
        (self.free, (self.tail != END).then_some(self.tail))
    }
}

#[cfg(feature = "planted")]
mod planted {
    use super::{END, HandleTable, bits};
    use crate::handle::{Kind, LocalHandle};

    /// Mistakes of the table itself; [`crate::Planted`] describes them.
    impl HandleTable<LocalHandle> {
        pub(crate) fn lookup_without_generation(&self, handle: LocalHandle, kind: Kind) -> Option<u32> {
            let index = bits::index(handle);
            let generation = self.entries.get(index as usize)?.generation;
            self.lookup(bits::pack(index, generation), kind)
        }

        pub(crate) fn free_without_advancing(&mut self, handle: LocalHandle) {
            self.free(handle);
            self.entries[bits::index(handle) as usize].generation = bits::generation(handle);
        }

        pub(crate) fn free_to_the_head(&mut self, handle: LocalHandle) {
            let (head, tail) = (self.head, self.tail);
            self.free(handle);
            if head != END {
                self.entries[tail as usize].payload = END;
                self.entries[bits::index(handle) as usize].payload = head;
                (self.head, self.tail) = (bits::index(handle), tail);
            }
        }
    }
}
