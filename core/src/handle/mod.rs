//! Handles: what a client holds in place of an object.
//!
//! There are three spaces that never mix. A local handle ([`LocalHandle`]) is a D3DKMT handle of one process, an entry of
//! its [`table`]. A global handle ([`GlobalHandle`]) is a D3DKMT handle of the whole machine, an entry of the one table of the
//! same make that the machine has; any process can open it by its number. An NT handle ([`nt::NtHandle`]) is an entry of the
//! same process's NT table, names a system-wide object and can travel to another process by duplication and inheritance.

use core::fmt;

pub(crate) mod access;
pub(crate) mod bits;
pub(crate) mod nt;
pub(crate) mod table;

/// A D3DKMT local handle as the client sees it: any 32-bit pattern, live or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalHandle(u32);

impl LocalHandle {
    /// The value that never names an object (HND-01).
    pub const ZERO: Self = Self(0);

    /// The handle with this bit pattern.
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        Self(raw)
    }

    /// The bit pattern.
    #[must_use]
    pub const fn raw(self) -> u32 {
        self.0
    }
}

impl fmt::Debug for LocalHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{:08x}", self.0)
    }
}

impl fmt::Display for LocalHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// A D3DKMT global handle as the client sees it: any 32-bit pattern, live or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GlobalHandle(u32);

impl GlobalHandle {
    /// The value that never names an object, and that stands for none (KMX-04).
    pub const ZERO: Self = Self(0);

    /// The handle with this bit pattern.
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        Self(raw)
    }

    /// The bit pattern.
    #[must_use]
    pub const fn raw(self) -> u32 {
        self.0
    }
}

impl fmt::Debug for GlobalHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{:08x}", self.0)
    }
}

impl fmt::Display for GlobalHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// A handle that is an entry of a [`table::HandleTable`].
pub(crate) trait TableHandle: Copy {
    /// Bits 0 to 5 of every handle of the table.
    const INSTANCE: u32;

    /// The handle with this bit pattern.
    fn from_bits(raw: u32) -> Self;

    /// The bit pattern.
    fn to_bits(self) -> u32;
}

// HND-01
impl TableHandle for LocalHandle {
    const INSTANCE: u32 = 0;

    fn from_bits(raw: u32) -> Self {
        Self(raw)
    }

    fn to_bits(self) -> u32 {
        self.0
    }
}

// HND-21
impl TableHandle for GlobalHandle {
    const INSTANCE: u32 = 2;

    fn from_bits(raw: u32) -> Self {
        Self(raw)
    }

    fn to_bits(self) -> u32 {
        self.0
    }
}

/// What a live entry of a handle table names; the numbers are the tags of its entry.
// HND-07: the tag is part of the entry, not of the handle value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Kind {
    Adapter = 1,
    Device = 3,
    SyncObject = 8,
    KeyedMutex = 9,
}

impl Kind {
    /// The tag of an entry that is free.
    pub(crate) const FREE: u8 = 0;

    /// The number in the entry.
    pub(crate) const fn tag(self) -> u8 {
        self as u8
    }

    /// The kind with this tag; none for a free entry.
    pub(crate) const fn from_tag(tag: u8) -> Option<Self> {
        match tag {
            1 => Some(Self::Adapter),
            3 => Some(Self::Device),
            8 => Some(Self::SyncObject),
            9 => Some(Self::KeyedMutex),
            _ => None,
        }
    }
}
