//! What the history invariants must know of the past: bounded, and no part of the machine.

use super::fences::{forced_fences, holds_after, released_waits, value_after};
use super::grants::{Grant, grants_after};
use super::keyed_mutexes::Release;
use super::{Taken, succeeded};
use crate::rules::MAXIMUM;
use crate::state::{Condition, KeyedMutexName, SyncObjectName, ThreadName};

/// What happened to the keyed mutexes, the fences and the blocked calls that exist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct History {
    /// The fence value of the last successful release of each keyed mutex that was released, in the order of
    /// the first releases.
    released: Vec<(KeyedMutexName, u64)>,
    /// The fences that were forced to the maximum and not lowered since, in the order of the first times.
    forced: Vec<SyncObjectName>,
    /// The threads that are blocked in a CPU wait whose condition held after some step since its entry.
    met: Vec<ThreadName>,
    /// For each fence, in the order of the first times, the one condition of the last wait that a signal
    /// released and that had one condition only.
    reached: Vec<Condition>,
    /// What each live process was given of the objects made for NT sharing, ascending.
    grants: Vec<Grant>,
}

impl History {
    /// Returns the history of an empty machine.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            released: Vec::new(),
            forced: Vec::new(),
            met: Vec::new(),
            reached: Vec::new(),
            grants: Vec::new(),
        }
    }

    /// Returns the fence value of the last successful release, 0 before the first.
    #[must_use]
    pub fn released_fence(&self, mutex: KeyedMutexName) -> u64 {
        self.released.iter().find(|(name, _)| *name == mutex).map_or(0, |(_, fence)| *fence)
    }

    /// Returns whether the fence was forced to the maximum and not lowered since.
    #[must_use]
    pub fn is_forced(&self, fence: SyncObjectName) -> bool {
        self.forced.contains(&fence)
    }

    /// Returns whether the condition of the thread's blocked CPU wait held after some step since its entry.
    #[must_use]
    pub fn is_met(&self, thread: ThreadName) -> bool {
        self.met.contains(&thread)
    }

    /// Returns whether the last wait that a signal released from the fence was for this value.
    #[must_use]
    pub fn is_reached(&self, condition: Condition) -> bool {
        self.reached.contains(&condition)
    }

    pub(super) fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Returns the history after one more step.
    #[must_use]
    pub fn after(&self, step: Taken<'_>) -> Self {
        let mut next = self.clone();
        next.released.retain(|(name, _)| step.after.keyed_mutex(*name).is_some());
        if let Some(release) = Release::of(step).filter(|_| succeeded(step)) {
            match next.released.iter_mut().find(|(name, _)| *name == release.mutex) {
                Some((_, fence)) => *fence = release.fence,
                None => next.released.push((release.mutex, release.fence)),
            }
        }
        let forced = forced_fences(step).filter(|fence| !self.is_forced(*fence));
        next.forced.extend(forced);
        next.forced.retain(|fence| {
            step.after.sync_object(*fence).is_some() && value_after(step, *fence) == Some(MAXIMUM)
        });
        let blocked = step.after.waits.iter().filter(|wait| wait.target.device().is_some());
        let met = blocked.filter(|wait| {
            let stays = step.before.waits.contains(wait);
            holds_after(step, wait) || stays && wait.thread.is_some_and(|thread| self.is_met(thread))
        });
        next.met = met.filter_map(|wait| wait.thread).collect();
        let forced = next.forced.clone();
        for wait in released_waits(step) {
            if let [condition] = *wait.target.conditions()
                && !forced.contains(&condition.object)
            {
                next.reached.retain(|other| other.object != condition.object);
                next.reached.push(condition);
            }
        }
        next.grants = grants_after(&self.grants, step);
        next.reached.sort_unstable();
        next.reached.retain(|condition| step.after.sync_object(condition.object).is_some());
        next
    }
}
