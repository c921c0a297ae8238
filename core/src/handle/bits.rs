//! The fields of a local handle: instance (bits 0 to 5), table index (bits 6 to 29), generation (bits 30 and 31).

use super::LocalHandle;

const INDEX_SHIFT: u32 = 6;
const GENERATION_SHIFT: u32 = 30;
const INSTANCE_MASK: u32 = (1 << INDEX_SHIFT) - 1;
const INDEX_MASK: u32 = (1 << (GENERATION_SHIFT - INDEX_SHIFT)) - 1;

/// The generation of an entry that was never freed.
pub(crate) const FIRST_GENERATION: u8 = 1;

/// The handle of an entry.
// HND-01, HND-02: the instance of a local handle is 0, and its generation is 1, 2 or 3, so bit 30 or 31 is set.
pub(crate) const fn pack(index: u32, generation: u8) -> LocalHandle {
    LocalHandle::from_raw(((generation as u32) << GENERATION_SHIFT) | (index << INDEX_SHIFT))
}

/// Bits 0 to 5, 0 in every handle that was handed out.
pub(crate) const fn instance(handle: LocalHandle) -> u32 {
    handle.raw() & INSTANCE_MASK
}

/// Bits 6 to 29.
pub(crate) const fn index(handle: LocalHandle) -> u32 {
    (handle.raw() >> INDEX_SHIFT) & INDEX_MASK
}

/// Bits 30 and 31.
pub(crate) const fn generation(handle: LocalHandle) -> u8 {
    (handle.raw() >> GENERATION_SHIFT) as u8
}

/// What follows a generation when its entry is freed: 1, 2, 3 and 1 again.
// HND-13
pub(crate) const fn next_generation(generation: u8) -> u8 {
    if generation == 3 { FIRST_GENERATION } else { generation + 1 }
}
