//! What the rules leave open: the options of an event, and the steps that the machine can take.

use alloc::vec;
use alloc::vec::Vec;

use crate::event::{Pick, Reclaimable, Step};
use crate::id::{AdapterId, ThreadId};
use crate::kernel::{Caller, Kernel};
use crate::plan::Plan;
use crate::refusal::Misuse;
use crate::request::Request;
use crate::wait::TimeLimit;

/// The options of an event.
impl Kernel {
    /// The options of a call whose result the rules leave open, in a fixed order; never empty.
    ///
    /// A call with a positive timeout has both [`Pick::DeadlineAhead`] and [`Pick::DeadlinePassed`] (KMX-16). A call that
    /// would set contested auto-reset events has a [`Pick::Release`] for each choice of released threads, in lexicographic
    /// order of the creation of their waits (EVT-08, C9), and there can be many. For every other call, one that would be
    /// refused included, there is [`Pick::Only`]. Costs what the checks of the call cost.
    ///
    /// # Errors
    ///
    /// [`Misuse::UnknownThread`], [`Misuse::ThreadEnded`] or [`Misuse::ThreadBlocked`] if the thread cannot make a call.
    pub fn picks(&self, thread: ThreadId, request: &Request) -> Result<Vec<Pick>, Misuse> {
        let process = self.caller(thread)?;
        // KMX-16: whether an absolute time has passed is for somebody with a clock to say.
        if request.absolute_limit().is_some() {
            return Ok(vec![Pick::DeadlineAhead, Pick::DeadlinePassed]);
        }
        let plan = self.check(Caller { process, thread, deadline_passed: false }, request);
        Ok(self.releases(plan.as_ref().map_or(&[], Plan::sets)))
    }

    /// The first of [`Self::picks`], found without listing the others: of each contested event it releases those who have
    /// waited longest (C9).
    ///
    /// # Errors
    ///
    /// As [`Self::picks`].
    pub fn first_pick(&self, thread: ThreadId, request: &Request) -> Result<Pick, Misuse> {
        let process = self.caller(thread)?;
        if request.absolute_limit().is_some() {
            return Ok(Pick::DeadlineAhead);
        }
        let plan = self.check(Caller { process, thread, deadline_passed: false }, request);
        Ok(self.first_release(plan.as_ref().map_or(&[], Plan::sets)))
    }

    /// The options of the stop of an adapter, as [`Self::picks`] lists those of a call.
    ///
    /// # Errors
    ///
    /// [`Misuse::UnknownAdapter`], or [`Misuse::AdapterStopped`] if it was stopped before.
    pub fn stop_picks(&self, adapter: AdapterId) -> Result<Vec<Pick>, Misuse> {
        Ok(self.releases(&self.prepare_stop(adapter)?.forced.released.sets))
    }

    /// The first of [`Self::stop_picks`], found without listing the others.
    ///
    /// # Errors
    ///
    /// As [`Self::stop_picks`].
    pub fn first_stop_pick(&self, adapter: AdapterId) -> Result<Pick, Misuse> {
        Ok(self.first_release(&self.prepare_stop(adapter)?.forced.released.sets))
    }
}

/// The steps of the machine.
impl Kernel {
    /// The steps that the machine can take now, by kind in the order T1 to T15. Within a kind: notices by object and adapter
    /// in ascending order of their ids, and of each all options; reclaims, timeouts and grants in order of creation of the
    /// device or wait.
    // TIM-04: a time limit can be reached at any moment.
    #[must_use]
    pub fn choices(&self) -> Vec<Step> {
        let limited = self.waits.iter().filter(|(_, wait)| wait.limit != TimeLimit::Unlimited);
        let timeouts = limited.map(|(id, _)| Step::Timeout(id));
        self.notices().chain(self.reclaims()).chain(timeouts).chain(self.grants()).collect()
    }

    /// The steps out of [`Self::choices`] that no time has to pass for: all but the timeouts.
    // KMX-23
    #[must_use]
    pub fn untimed_choices(&self) -> Vec<Step> {
        let without_grants = self.notices().chain(self.reclaims());
        if self.waits.first_grantable().is_none() {
            return without_grants.collect();
        }
        without_grants.chain(self.grants()).collect()
    }

    /// The first of [`Self::untimed_choices`], found without listing the others: a notice, or else the oldest reclaim, or
    /// else the grant to whoever has waited longest. O(log n) in the number of waits.
    #[must_use]
    pub fn first_untimed_choice(&self) -> Option<Step> {
        let notice = self.sync_objects.marks().next().map(|(object, adapter)| {
            let released = self.noticed(object, adapter).unwrap_or_default();
            Step::Notice { object, adapter, pick: self.first_release(&released.sets) }
        });
        notice.or_else(|| self.reclaims().next()).or_else(|| self.waits.first_grantable().map(Step::Grant))
    }

    // SCD-18, INV-39: enabled while there is a mark.
    fn notices(&self) -> impl Iterator<Item = Step> {
        self.sync_objects.marks().flat_map(|(object, adapter)| {
            let released = self.noticed(object, adapter).unwrap_or_default();
            let picks = self.releases(&released.sets).into_iter();
            picks.map(move |pick| Step::Notice { object, adapter, pick })
        })
    }

    fn reclaims(&self) -> impl Iterator<Item = Step> {
        self.devices.destroyed().map(|id| Step::Reclaim(Reclaimable::Device(id)))
    }

    fn grants(&self) -> impl Iterator<Item = Step> {
        let grantable = self.waits.iter().filter(|(_, wait)| self.is_grantable(wait));
        grantable.map(|(id, _)| Step::Grant(id))
    }
}
