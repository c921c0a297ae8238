//! Access masks: what they ask for, and what a descriptor gives.

use std::collections::BTreeMap;

use super::events::EVENT_ALL_ACCESS;
use super::nt_handles::PROCESS_ALL_ACCESS;
use crate::action::DescriptorOperand;
use crate::state::{AccessEntry, Descriptor, Identity, NtObject, Opening, SharedName, Trustee};

/// Every right of a shared synchronisation object: its whole valid mask (ACC-06).
pub const SHARED_ALL_ACCESS: u32 = 0x001F_0003;
/// Every right of a section (ACC-05).
pub const SECTION_ALL_ACCESS: u32 = 0x000F_001F;
/// Every right of a directory (ACC-05).
pub const DIRECTORY_ALL_ACCESS: u32 = 0x000F_000F;
/// D3DDDI_SYNC_OBJECT_WAIT.
pub const WAIT: u32 = 0x1;
/// D3DDDI_SYNC_OBJECT_SIGNAL.
pub const SIGNAL: u32 = 0x2;
/// READ_CONTROL.
pub const READ_CONTROL: u32 = 0x0002_0000;
/// MAXIMUM_ALLOWED.
pub const MAXIMUM_ALLOWED: u32 = 0x0200_0000;
pub(super) const ACCESS_SYSTEM_SECURITY: u32 = 0x0100_0000;
const WRITE_DAC: u32 = 0x0004_0000;
/// GENERIC_READ, GENERIC_WRITE, GENERIC_EXECUTE, GENERIC_ALL.
const GENERIC: [u32; 4] = [0x8000_0000, 0x4000_0000, 0x2000_0000, 0x1000_0000];
/// What a mask for a shared object means does not depend on which object it is.
const ANY_SHARED: NtObject = NtObject::Shared(SharedName(0));

/// Returns the rights of the object's type that a mask asks for: generic bits are mapped (ACC-04, ACC-05),
/// then bits that the type does not have are dropped (ACC-06), so that the result is plain (ACC-07).
#[must_use]
pub fn mapped_access(object: NtObject, desired: u32) -> u32 {
    let (generic, valid) = match object {
        NtObject::Process(_) => ([PROCESS_ALL_ACCESS; 4], PROCESS_ALL_ACCESS),
        NtObject::Event(_) | NtObject::Shared(_) => {
            ([0x2_0001, 0x2_0002, 0x12_0000, EVENT_ALL_ACCESS], SHARED_ALL_ACCESS)
        }
        NtObject::Section(_) => ([SECTION_ALL_ACCESS; 4], SECTION_ALL_ACCESS),
        NtObject::Directory(_) => ([DIRECTORY_ALL_ACCESS; 4], DIRECTORY_ALL_ACCESS),
    };
    let bits = GENERIC.into_iter().zip(generic).filter(|(bit, _)| desired & bit != 0);
    bits.fold(desired, |mask, (_, rights)| mask | rights) & valid
}

/// Returns the mask that a share through the opening is granted, or `None` if it asks for a right that the
/// opening lacks.
pub(super) fn shared_through(opening: &Opening, desired: u32) -> Option<u32> {
    let lacking = if opening.may_wait { 0 } else { WAIT } | if opening.may_signal { 0 } else { SIGNAL };
    // ACC-09, ACC-10: exactly what is asked for, be it nothing; no descriptor is looked at.
    let mapped = mapped_access(ANY_SHARED, desired);
    // ACC-16: the flags of the opening do not count.
    if mapped & lacking != 0 {
        return None;
    }
    // ACC-08
    Some(if desired & MAXIMUM_ALLOWED == 0 { mapped } else { SHARED_ALL_ACCESS & !lacking })
}

/// Returns the mask that an open by name is granted, or `None` if the descriptor does not give what it asks
/// for.
pub(super) fn granted_by_name(descriptor: &Descriptor, identity: Identity, desired: u32) -> Option<u32> {
    let given = given_to(descriptor, identity);
    let mapped = mapped_access(ANY_SHARED, desired);
    // ACC-11
    if desired & ACCESS_SYSTEM_SECURITY != 0 || mapped & !given != 0 {
        return None;
    }
    // ACC-08
    let granted = if desired & MAXIMUM_ALLOWED == 0 { mapped } else { given };
    // ACC-12
    Some(granted).filter(|granted| *granted != 0)
}

fn given_to(descriptor: &Descriptor, identity: Identity) -> u32 {
    // NAM-24
    let Some(entries) = &descriptor.access_list else { return SHARED_ALL_ACCESS };
    let concerns = |entry: &&AccessEntry| match entry.trustee {
        Trustee::User(user) => user == identity.user,
        Trustee::Administrators => identity.administrator,
        Trustee::Everyone => true,
    };
    // ACC-11
    let owned = if descriptor.owner == identity.user { READ_CONTROL | WRITE_DAC } else { 0 };
    entries.iter().filter(concerns).fold(owned, |mask, entry| mask | entry.mask)
}

/// Returns the descriptor of a new object.
pub(super) fn descriptor_of(operand: DescriptorOperand, owner: u32) -> Descriptor {
    let all = |trustee| AccessEntry { trustee, mask: SHARED_ALL_ACCESS };
    let access_list = match operand {
        // NAM-24: the maker's user and administrators.
        DescriptorOperand::Default => Some(vec![all(Trustee::User(owner)), all(Trustee::Administrators)]),
        DescriptorOperand::List(entries) => {
            let mut masks = BTreeMap::new();
            for entry in entries.into_iter().flatten() {
                // ACC-07: masks of entries are plain too.
                *masks.entry(entry.trustee).or_insert(0) |= mapped_access(ANY_SHARED, entry.mask);
            }
            Some(masks.into_iter().map(|(trustee, mask)| AccessEntry { trustee, mask }).collect())
        }
        DescriptorOperand::Open => None,
        DescriptorOperand::UnknownRevision => unreachable!("refused before"),
    };
    Descriptor { owner, access_list }
}
