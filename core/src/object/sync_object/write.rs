//! What a change of a fence value leads to: who is satisfied now, and who has not looked yet.
//!
//! A write is worked out before anything changes, because who it releases decides which options it has
//! ([`crate::Pick::Release`]); then it is carried out.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::event::{Effect, Outcome, Pick, Resumed, Step};
use crate::id::{AdapterId, DeviceId, NtObjectId, SyncObjectId, WaitId};
use crate::inspect::{FenceCondition, WaitTarget};
use crate::kernel::Kernel;
use crate::planted::Planted;
use crate::refusal::Misuse;
use crate::reply::{Output, Reply};
use crate::rule;
use crate::status::NtStatus;
use crate::wait::{Wait, fences_of};

use super::SyncState;

/// A write of the kernel to fences, made on one adapter.
// SCD-16: a CPU signal or the forced maximum.
pub(crate) struct FenceWrite {
    pub(crate) adapter: AdapterId,
    /// The new value of each fence that changes.
    pub(crate) values: BTreeMap<SyncObjectId, u64>,
    pub(crate) released: Released,
}

/// The CPU waits that a step satisfies.
#[derive(Default)]
pub(crate) struct Released {
    /// In order of creation.
    pub(crate) waits: Vec<WaitId>,
    /// The events that the registered ones among them set, in that order, one for each.
    pub(crate) sets: Vec<NtObjectId>,
}

impl Kernel {
    /// The value of a monitored fence.
    pub(crate) fn fence_value(&self, fence: SyncObjectId) -> u64 {
        self.sync_object(fence).fence_value().expect("a wait or a signal names monitored fences only")
    }

    /// Whether the condition of a CPU wait holds, with these values.
    // CPU-02, CPU-06: unsigned 64-bit numbers. CPU-03: all at this very moment. CPU-12: each entry for itself.
    pub(crate) fn is_satisfied(
        &self,
        conditions: &[FenceCondition],
        any: bool,
        value: impl Fn(SyncObjectId) -> u64,
    ) -> bool {
        let holds = |condition: &FenceCondition| {
            let current = value(condition.object);
            if self.planted(Planted::WaitComparedForEquality) {
                current == condition.value
            } else {
                current >= condition.value
            }
        };
        if self.is_enough_one(any) { conditions.iter().any(holds) } else { conditions.iter().all(holds) }
    }

    /// Whether one condition of several is enough.
    // CPU-02
    fn is_enough_one(&self, any: bool) -> bool {
        (any || self.planted(Planted::AllWaitSatisfiedByOne)) && !self.planted(Planted::WaitAnyNeedsAll)
    }

    /// Works out a write of these values.
    // CPU-09, SCD-34: a fence that keeps its value is not written.
    pub(crate) fn prepare_write(
        &self,
        adapter: AdapterId,
        values: BTreeMap<SyncObjectId, u64>,
    ) -> FenceWrite {
        let values: BTreeMap<_, _> =
            values.into_iter().filter(|(fence, value)| self.fence_value(*fence) != *value).collect();
        let released = self.judge(adapter, &values);
        FenceWrite { adapter, values, released }
    }

    /// The CPU waits of an adapter that name one of these fences and are satisfied when they have these values.
    // SCD-16, SCD-21: of this adapter only. CPU-17: by the values of the moment, of all fences that a wait names.
    pub(crate) fn judge(&self, adapter: AdapterId, values: &BTreeMap<SyncObjectId, u64>) -> Released {
        let reached: BTreeSet<_> =
            values.iter().flat_map(|(fence, value)| self.waits.reached(*fence, adapter, *value)).collect();
        let value = |fence| values.get(&fence).copied().unwrap_or_else(|| self.fence_value(fence));
        let mut waits: Vec<_> = reached
            .into_iter()
            .filter(|id| match self.waits.get(*id).map(|wait| &wait.target) {
                Some(WaitTarget::Fences { conditions, any, .. }) => {
                    self.is_satisfied(conditions, *any, value)
                }
                _ => false,
            })
            .collect();
        waits.sort_by_key(|id| self.waits.rank(*id));
        // CPU-16, CPU-07: all of them.
        if self.planted(Planted::SignalWakesOneWaiter) {
            waits.truncate(1);
        }
        let sets = waits.iter().filter_map(|id| self.event_of(*id)).collect();
        Released { waits, sets }
    }

    /// The event of a registered CPU wait.
    pub(crate) fn event_of(&self, id: WaitId) -> Option<NtObjectId> {
        match self.waits.get(id)?.target {
            WaitTarget::Fences { event, .. } => event,
            _ => None,
        }
    }

    /// Stores the values of a write.
    // CPU-11: all of them, before any wait is released. SYN-21, GPU-27: readers see them at once, on every adapter.
    pub(crate) fn store(&mut self, write: &FenceWrite) {
        let mut changed = BTreeSet::new();
        for (fence, value) in &write.values {
            let object = self.sync_object_mut(*fence);
            object.state = SyncState::MonitoredFence { value: *value };
            let users: Vec<_> = object.users.keys().copied().collect();
            for adapter in users {
                changed.extend(self.waits.reached(*fence, adapter, *value));
                // SCD-18, SCD-21, SCD-34: the adapter of the write has looked, each other one has not.
                if adapter == write.adapter {
                    self.sync_objects.clear_mark(*fence, adapter);
                } else {
                    self.sync_objects.mark(*fence, adapter);
                }
            }
        }
        changed.into_iter().for_each(|id| self.watch_wait(id));
    }

    /// Releases satisfied waits and lists the blocked calls that return by this.
    // CPU-10: what was satisfied stays so, whatever the value does later. EVT-07: each of them sets its event once and is
    // gone.
    pub(crate) fn release(
        &mut self,
        released: &Released,
        pick: &Pick,
        ended: &mut Vec<(WaitId, Resumed)>,
        effects: &mut Vec<Effect>,
    ) {
        // EVT-08: one set after the other.
        self.set_events(&released.sets, pick, ended);
        effects.extend(released.sets.iter().map(|event| Effect::EventSet { event: *event }));
        for id in &released.waits {
            if self.waits.get(*id).is_some_and(|wait| wait.thread.is_some()) {
                ended.push((*id, Resumed::Complete(fences_reached())));
            } else {
                self.remove_wait(*id);
            }
        }
    }

    /// T5: an adapter looks at a fence that another one changed.
    // SCD-18: it reads the current value, so what came and went is not seen; on a stopped adapter too.
    pub(crate) fn notice(
        &mut self,
        object: SyncObjectId,
        adapter: AdapterId,
        pick: &Pick,
    ) -> Result<Outcome, Misuse> {
        let released = self.noticed(object, adapter);
        let Some(released) = released.filter(|released| self.offers(&released.sets, pick)) else {
            return Err(Misuse::StepNotEnabled(Step::Notice { object, adapter, pick: pick.clone() }));
        };
        self.sync_objects.clear_mark(object, adapter);
        let (mut ended, mut effects) = (Vec::new(), Vec::new());
        self.release(&released, pick, &mut ended, &mut effects);
        self.resume_all(ended, &mut effects);
        Ok(Outcome { effects, ..Outcome::done() })
    }

    /// Whom a notice releases; none if the adapter has no mark.
    pub(crate) fn noticed(&self, object: SyncObjectId, adapter: AdapterId) -> Option<Released> {
        let marked = self.sync_objects.is_marked(object, adapter);
        marked.then(|| self.judge(adapter, &BTreeMap::from([(object, self.fence_value(object))])))
    }
}

/// How CPU waits hold their fences, and how they are found.
impl Kernel {
    /// Counts a wait that names these fences.
    // LIF-06, SCD-34
    pub(crate) fn hold_fences(&mut self, id: WaitId, device: DeviceId, conditions: &[FenceCondition]) {
        let adapter = self.device(device).adapter;
        for fence in fences_of(conditions) {
            self.sync_object_mut(fence).waits += 1;
            self.sync_objects.add_user(fence, adapter);
        }
        self.watch_wait(id);
    }

    /// Counts a wait less; a fence that nothing else holds goes.
    // LIF-06, SYN-29, SCD-34
    pub(crate) fn release_fences(&mut self, device: DeviceId, conditions: &[FenceCondition]) {
        let adapter = self.device(device).adapter;
        for fence in fences_of(conditions) {
            self.sync_object_mut(fence).waits -= 1;
            self.sync_objects.remove_user(fence, adapter);
            self.drop_unreferenced_sync_object(fence);
        }
    }

    /// Puts a CPU wait where a write that may satisfy it finds it.
    fn watch_wait(&mut self, id: WaitId) {
        let Some(Wait { target: WaitTarget::Fences { device, conditions, any, .. }, .. }) =
            self.waits.get(id)
        else {
            return;
        };
        let adapter = self.device(*device).adapter;
        let watched = if self.is_satisfied(conditions, *any, |fence| self.fence_value(fence)) {
            // Not noticed yet: the next look at any of its fences releases it.
            let fences = fences_of(conditions).into_iter();
            fences.map(|object| FenceCondition { object, value: 0 }).collect()
        } else if self.is_enough_one(*any) {
            conditions.clone()
        } else {
            // While one condition does not hold, the others need no look.
            let current = |condition: &&FenceCondition| !self.holds(condition);
            conditions.iter().find(current).into_iter().copied().collect()
        };
        self.waits.watch(id, adapter, watched);
    }

    fn holds(&self, condition: &FenceCondition) -> bool {
        self.is_satisfied(core::slice::from_ref(condition), false, |fence| self.fence_value(fence))
    }

    /// Whether a CPU wait can be found under these conditions.
    pub(crate) fn is_watched_right(
        &self,
        wait: &Wait,
        adapter: AdapterId,
        watched: &[FenceCondition],
    ) -> bool {
        let WaitTarget::Fences { device, conditions, any, .. } = &wait.target else { return false };
        let fits = if self.is_satisfied(conditions, *any, |fence| self.fence_value(fence)) {
            fences_of(conditions).into_iter().eq(watched.iter().map(|watched| watched.object))
                && watched.iter().all(|watched| watched.value == 0)
        } else if self.is_enough_one(*any) {
            watched == conditions
        } else {
            matches!(watched, [one] if conditions.contains(one) && !self.holds(one))
        };
        fits && self.device(*device).adapter == adapter
    }
}

/// The reply of a blocked CPU wait whose condition holds.
// CPU-05
pub(crate) const fn fences_reached() -> Reply {
    Reply { status: NtStatus::SUCCESS, output: Output::FencesReached, rule: Some(rule::CPU_05) }
}
