//! Access masks of NT handles: the rights of each type, and how a wish becomes a mask.

use super::nt::types::NtType;

/// The right to open what an NT object carries, and to read an object's descriptor.
// ACC-03, ACC-14: STANDARD_RIGHTS_READ, _WRITE and _EXECUTE are this one bit.
pub(crate) const READ_CONTROL: u32 = 0x0002_0000;
/// The right to change an object's descriptor.
pub(crate) const WRITE_DAC: u32 = 0x0004_0000;
/// Bit 24. Never granted.
pub(crate) const ACCESS_SYSTEM_SECURITY: u32 = 0x0100_0000;
/// Bit 25: whatever can be had.
pub(crate) const MAXIMUM_ALLOWED: u32 = 0x0200_0000;
/// Every right that a process handle can have.
pub(crate) const PROCESS_ALL_ACCESS: u32 = 0x001F_FFFF;
/// The right to duplicate handles out of and into a process.
pub(crate) const PROCESS_DUP_HANDLE: u32 = 0x40;
/// Every right that an event handle can have.
// EVT-04
pub(crate) const EVENT_ALL_ACCESS: u32 = 0x001F_0003;
/// The right to set and reset an event, and to hand it to a D3DKMT call.
// EVT-04
pub(crate) const EVENT_MODIFY_STATE: u32 = 0x2;
/// D3DDDI_SYNC_OBJECT_WAIT.
// ACC-02
pub(crate) const SYNC_OBJECT_WAIT: u32 = 0x1;
/// D3DDDI_SYNC_OBJECT_SIGNAL.
// ACC-02
pub(crate) const SYNC_OBJECT_SIGNAL: u32 = 0x2;
/// D3DDDI_SYNC_OBJECT_ALL_ACCESS.
// ACC-02, ACC-04
const SYNC_OBJECT_ALL_ACCESS: u32 = 0x001F_0003;
/// The right to wait.
// EVT-04
pub(crate) const SYNCHRONIZE: u32 = 0x0010_0000;

// ACC-01
const GENERIC_READ: u32 = 0x8000_0000;
const GENERIC_WRITE: u32 = 0x4000_0000;
const GENERIC_EXECUTE: u32 = 0x2000_0000;
const GENERIC_ALL: u32 = 0x1000_0000;

/// What the rights of one type are: its row of the table.
pub(crate) struct TypeRights {
    valid: u32,
    generic: [(u32, u32); 4],
}

/// The row of the type Process: every generic bit means all rights.
pub(crate) const PROCESS: TypeRights = TypeRights::with_one_meaning(PROCESS_ALL_ACCESS);

/// The row of the type Event.
// ACC-05, ACC-06
pub(crate) const EVENT: TypeRights = TypeRights {
    valid: EVENT_ALL_ACCESS,
    generic: [
        (GENERIC_READ, 0x0002_0001),
        (GENERIC_WRITE, 0x0002_0002),
        (GENERIC_EXECUTE, 0x0012_0000),
        (GENERIC_ALL, EVENT_ALL_ACCESS),
    ],
};

/// The row of the type DxgkSharedSyncObject.
// ACC-04, ACC-05, ACC-06
const SHARED_SYNC_OBJECT: TypeRights = TypeRights {
    valid: SYNC_OBJECT_ALL_ACCESS,
    generic: [
        (GENERIC_READ, READ_CONTROL | SYNC_OBJECT_WAIT),
        (GENERIC_WRITE, READ_CONTROL | SYNC_OBJECT_SIGNAL),
        (GENERIC_EXECUTE, READ_CONTROL | SYNCHRONIZE),
        (GENERIC_ALL, SYNC_OBJECT_ALL_ACCESS),
    ],
};

/// The row of the type DxgkSharedResource.
// ACC-02, ACC-04, ACC-05: SYNCHRONIZE is a right of the type and not part of all access. ACC-06
const SHARED_RESOURCE: TypeRights = TypeRights {
    valid: 0x001F_0001,
    generic: [
        (GENERIC_READ, READ_CONTROL),
        (GENERIC_WRITE, READ_CONTROL | 0x1),
        (GENERIC_EXECUTE, READ_CONTROL),
        (GENERIC_ALL, 0x000F_0001),
    ],
};

/// The row of the type Section.
// ACC-05: every generic bit means all rights.
const SECTION: TypeRights = TypeRights::with_one_meaning(0x000F_001F);

/// The row of the type Directory.
// ACC-05: every generic bit means all rights.
const DIRECTORY: TypeRights = TypeRights::with_one_meaning(0x000F_000F);

impl TypeRights {
    /// A row in which every generic bit means all rights.
    const fn with_one_meaning(valid: u32) -> Self {
        let generic =
            [(GENERIC_READ, valid), (GENERIC_WRITE, valid), (GENERIC_EXECUTE, valid), (GENERIC_ALL, valid)];
        Self { valid, generic }
    }

    /// The row of a type.
    // ACC-05: one table for all types.
    pub(crate) const fn of(object_type: NtType) -> &'static Self {
        match object_type {
            NtType::SharedSyncObject => &SHARED_SYNC_OBJECT,
            NtType::SharedResource => &SHARED_RESOURCE,
            NtType::Event => &EVENT,
            NtType::Process => &PROCESS,
            NtType::Section => &SECTION,
            NtType::Directory => &DIRECTORY,
        }
    }

    /// All access: what GENERIC_ALL means.
    // ACC-04
    pub(crate) const fn all(&self) -> u32 {
        self.generic[3].1
    }

    /// Whether a mask is plain: it has no bit but those of the type.
    // ACC-07
    pub(crate) const fn is_plain(&self, mask: u32) -> bool {
        mask & !self.valid == 0
    }

    /// The plain mask of a wish: generic bits replaced by what they mean, bits that the type does not have dropped.
    // ACC-06, ACC-07: nothing but valid bits is left.
    pub(crate) fn map(&self, desired: u32) -> u32 {
        self.generic
            .iter()
            .filter(|(bit, _)| desired & bit != 0)
            .fold(desired & self.valid, |mask, (_, meaning)| mask | meaning)
    }

    /// The mask of a duplicate of a handle that grants `source`, or none if the wish goes beyond it.
    // NTH-12, INV-72: MAXIMUM_ALLOWED stands for the source mask; an empty mask is allowed.
    pub(crate) fn narrow(&self, source: u32, desired: u32) -> Option<u32> {
        if desired & ACCESS_SYSTEM_SECURITY != 0 {
            return None;
        }
        let maximum = if desired & MAXIMUM_ALLOWED != 0 { source } else { 0 };
        let wanted = self.map(desired) | maximum;
        (wanted & !source == 0).then_some(wanted)
    }
}
