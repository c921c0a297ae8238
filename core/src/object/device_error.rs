//! How devices enter Error: their state, the mutexes that they hold, the forced maximum, and those who wait.
//!
//! Like a write, it is worked out before anything changes, because who it releases decides which options it has.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::device::ExecutionState;
use super::sync_object::SyncState;
use super::sync_object::write::FenceWrite;
use crate::event::{Diagnostic, Effect, Outcome, Pick, Resumed};
use crate::id::{AdapterId, DeviceId, SyncObjectId, WaitId};
use crate::kernel::Kernel;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::rule;
use crate::status::NtStatus;

/// Devices of one adapter that enter Error in one step.
pub(crate) struct EnterError {
    /// Those that are Active, in order of creation.
    devices: Vec<DeviceId>,
    state: ExecutionState,
    /// The forced maximum.
    pub(crate) forced: FenceWrite,
}

impl Kernel {
    /// Works out what happens when these devices enter Error.
    // ADP-11, INV-15: one that is in Error does nothing again, and its first cause stays.
    pub(crate) fn prepare_error(
        &self,
        adapter: AdapterId,
        devices: impl IntoIterator<Item = DeviceId>,
        state: ExecutionState,
    ) -> EnterError {
        let again = self.planted(Planted::LaterErrorOverwritesTheFirst);
        let is_active = |id: &DeviceId| self.device(*id).execution == ExecutionState::Active || again;
        let devices: Vec<_> = devices.into_iter().filter(is_active).collect();
        let spared = state != ExecutionState::Stopped && self.planted(Planted::MarkingForcesNoMaximum);
        let fences = devices.iter().filter(|_| !spared).flat_map(|device| self.signalled_by(*device));
        // FLT-05, TDR-01, TDR-03. FLT-07: which satisfies every wait.
        let maximum: BTreeMap<_, _> = fences.map(|fence| (fence, u64::MAX)).collect();
        EnterError { devices, state, forced: self.prepare_write(adapter, maximum) }
    }

    /// The monitored fences that a device could signal.
    // TDR-02, FLT-21: one handle on the device is enough, whatever the flags of others. TDR-04
    fn signalled_by(&self, device: DeviceId) -> impl Iterator<Item = SyncObjectId> {
        let ignored = self.planted(Planted::ForcedMaximumIgnoresNoSignalMaxValue);
        let openings = self.device(device).openings.values().map(|id| self.opening(*id));
        let able = openings.filter(move |opening| {
            opening.may_signal
                && !opening.flags.no_signal
                && (ignored || !opening.flags.no_signal_max_value_on_tdr)
        });
        able.map(|opening| opening.object).filter(|object| self.sync_object(*object).fence_value().is_some())
    }

    /// Puts the devices in Error. The only place where an execution state changes.
    // FLT-04, TDR-05, TDR-06: all of it in one step, whatever the cause.
    pub(crate) fn commit_enter_error(&mut self, error: &EnterError, pick: &Pick) -> Outcome {
        let EnterError { devices, state, forced } = error;
        let (mut ended, mut effects) = (Vec::new(), Vec::new());
        for id in devices {
            self.device_mut(*id).execution = *state;
            effects.push(Effect::DeviceEnteredError { device: *id, state: *state });
            // TDR-09, FLT-19: a mutex is freed, counts and values of other types stay.
            self.free_held_mutexes(*id);
        }
        self.store(forced);
        // FLT-08: whoever the maximum satisfies is released like by any signal.
        self.release(&forced.released, pick, &mut ended, &mut effects);
        self.end_blocked_waits(devices, forced, &mut ended);
        self.resume_all(ended, &mut effects);
        // FLT-08, CPU-20
        let released = forced.released.waits.iter();
        effects.extend(
            released.map(|wait| Effect::Diagnostic(Diagnostic::ReleasedByForcedMaximum { wait: *wait })),
        );
        Outcome { effects, ..Outcome::done() }
    }

    /// Lists the blocked CPU waits of the devices that the maximum does not satisfy.
    // TDR-07: a registered one stays.
    fn end_blocked_waits(
        &self,
        devices: &[DeviceId],
        forced: &FenceWrite,
        ended: &mut Vec<(WaitId, Resumed)>,
    ) {
        if self.planted(Planted::ErrorLeavesBlockedWaits) {
            return;
        }
        let removed = Resumed::Refused(Refusal::new(NtStatus::DEVICE_REMOVED, rule::TDR_07));
        let waits = devices.iter().flat_map(|device| self.waits.of_device(*device));
        let blocked = waits.filter(|id| self.event_of(*id).is_none());
        let satisfied: BTreeSet<_> = forced.released.waits.iter().copied().collect();
        ended.extend(blocked.filter(|id| !satisfied.contains(id)).map(|id| (id, removed.clone())));
    }

    /// Frees each MUTEX that a device holds.
    // SYN-32, TDR-09, TRD-05
    pub(crate) fn free_held_mutexes(&mut self, id: DeviceId) {
        for mutex in core::mem::take(&mut self.device_mut(id).held) {
            self.sync_object_mut(mutex).state = SyncState::Mutex { holder: None };
        }
    }
}
