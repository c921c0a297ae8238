//! Access masks of NT handles: the rights of each type, and how a wish becomes a mask.

use super::nt::NtBody;

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
/// The right to wait.
// EVT-04
pub(crate) const SYNCHRONIZE: u32 = 0x0010_0000;

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
pub(crate) const PROCESS: TypeRights = TypeRights {
    valid: PROCESS_ALL_ACCESS,
    generic: [
        (GENERIC_READ, PROCESS_ALL_ACCESS),
        (GENERIC_WRITE, PROCESS_ALL_ACCESS),
        (GENERIC_EXECUTE, PROCESS_ALL_ACCESS),
        (GENERIC_ALL, PROCESS_ALL_ACCESS),
    ],
};

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

impl TypeRights {
    /// The row of the type of an object.
    // ACC-05: one table for all types.
    pub(crate) const fn of(body: NtBody) -> &'static Self {
        match body {
            NtBody::Process(_) => &PROCESS,
            NtBody::Event { .. } => &EVENT,
        }
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
