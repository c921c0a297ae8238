//! Waits that nobody can satisfy any more.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::id::{SyncObjectId, WaitId};
use crate::inspect::WaitTarget;
use crate::kernel::Kernel;
use crate::object::device::ExecutionState;

impl Kernel {
    /// The CPU waits that are orphaned, in order of creation: the condition does not hold, and would not if every fence that
    /// somebody can still signal had the maximum (SYN-40). They stay pending (SYN-31); a value can still become reachable by
    /// a new handle. Costs the number of waits and of handles to synchronisation objects.
    // SYN-31, FLT-19, TRD-13: this is the report that a wait can no longer be met; no status and no event tells it.
    #[must_use]
    pub fn orphaned_waits(&self) -> Vec<WaitId> {
        let signalled = self.fences_within_reach();
        let best = |fence| if signalled.contains(&fence) { u64::MAX } else { self.fence_value(fence) };
        let is_orphaned = |conditions: &[_], any| {
            !self.is_satisfied(conditions, any, |fence| self.fence_value(fence))
                && !self.is_satisfied(conditions, any, best)
        };
        let orphaned = self.waits.iter().filter(|(_, wait)| match &wait.target {
            WaitTarget::Fences { conditions, any, .. } => is_orphaned(conditions, *any),
            _ => false,
        });
        orphaned.map(|(id, _)| id).collect()
    }

    /// The objects that somebody can still signal.
    // SYN-40: through a live handle that may, on a device that is not in Error.
    fn fences_within_reach(&self) -> BTreeSet<SyncObjectId> {
        let able = self.openings.iter().filter(|(_, opening)| {
            let works =
                opening.device.is_none_or(|device| self.device(device).execution == ExecutionState::Active);
            works && opening.may_signal && !opening.flags.no_signal
        });
        // SYN-40: or through one that is still to be opened.
        let carried = self.sync_objects.iter().filter(|(_, object)| object.nt_objects > 0);
        able.map(|(_, opening)| opening.object).chain(carried.map(|(id, _)| id)).collect()
    }
}
