//! The fields of a D3DKMT handle, local or global: instance (bits 0 to 5), table index (bits 6 to 29), generation (bits 30 and 31).

use super::TableHandle;

const INDEX_SHIFT: u32 = 6;
const GENERATION_SHIFT: u32 = 30;
const INSTANCE_MASK: u32 = (1 << INDEX_SHIFT) - 1;
const INDEX_MASK: u32 = (1 << (GENERATION_SHIFT - INDEX_SHIFT)) - 1;

/// The generation of an entry that was never freed.
pub(crate) const FIRST_GENERATION: u8 = 1;

/// The handle of an entry.
// HND-01, HND-02, HND-21: the generation is 1, 2 or 3, so bit 30 or 31 is set.
pub(crate) fn pack<H: TableHandle>(index: u32, generation: u8) -> H {
    H::from_bits((u32::from(generation) << GENERATION_SHIFT) | (index << INDEX_SHIFT) | H::INSTANCE)
}

/// Bits 0 to 5, [`TableHandle::INSTANCE`] in every handle that was handed out.
pub(crate) fn instance<H: TableHandle>(handle: H) -> u32 {
    handle.to_bits() & INSTANCE_MASK
}

/// Bits 6 to 29.
pub(crate) fn index<H: TableHandle>(handle: H) -> u32 {
    (handle.to_bits() >> INDEX_SHIFT) & INDEX_MASK
}

/// Bits 30 and 31.
pub(crate) fn generation<H: TableHandle>(handle: H) -> u8 {
    (handle.to_bits() >> GENERATION_SHIFT) as u8
}

/// What follows a generation when its entry is freed: 1, 2, 3 and 1 again.
// HND-13
pub(crate) const fn next_generation(generation: u8) -> u8 {
    if generation == 3 { FIRST_GENERATION } else { generation + 1 }
}
