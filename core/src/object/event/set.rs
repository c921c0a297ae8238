//! Setting events: whom that releases, and what of it is open.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

use crate::event::{Pick, Resumed};
use crate::handle::nt::NtBody;
use crate::id::{NtObjectId, WaitId};
use crate::inspect::{ThreadState, WaitTarget};
use crate::kernel::Kernel;
use crate::planted::Planted;
use crate::rule;

#[cfg(test)]
mod tests;

/// How often a step sets each event.
// EVT-08: the sets come one after the other, so of an event only their number matters.
fn counted(sets: &[NtObjectId]) -> BTreeMap<NtObjectId, usize> {
    let mut counts = BTreeMap::new();
    for event in sets {
        *counts.entry(*event).or_default() += 1;
    }
    counts
}

/// All ways to take `count` of these, those with the earlier ones first.
fn subsets(of: &[WaitId], count: usize) -> Vec<Vec<WaitId>> {
    let mut all = Vec::new();
    // No recursion: there can be as many waiters as there are threads.
    let mut places: Vec<usize> = (0..count).collect();
    while places.last().is_none_or(|last| *last < of.len()) {
        all.push(places.iter().map(|place| of[*place]).collect());
        // The last place that can move on does, and those behind it follow at once.
        let movable = (0..count).rfind(|place| places[*place] + (count - place) < of.len());
        let Some(first) = movable else { break };
        let next = places[first] + 1;
        for (place, to) in (first..count).zip(next..) {
            places[place] = to;
        }
    }
    all
}

impl Kernel {
    /// The auto-reset events that these sets set less often than they have waiters, with how often.
    // EVT-02, C9
    fn contested(&self, sets: &[NtObjectId]) -> BTreeMap<NtObjectId, usize> {
        let mut counts = counted(sets);
        counts.retain(|event, count| {
            let auto_reset = matches!(self.nt_object(*event).body, NtBody::Event { manual_reset: false, .. });
            // No more waiters are counted than decide it.
            auto_reset && self.waits.of_event(*event).take(*count + 1).count() > *count
        });
        counts
    }

    /// The option that releases these waits.
    fn releasing(&self, mut waits: Vec<WaitId>) -> Pick {
        if waits.is_empty() {
            return Pick::Only;
        }
        waits.sort_by_key(|id| self.waits.rank(*id));
        Pick::Release(waits.iter().filter_map(|id| self.waits.get(*id)?.thread).collect())
    }

    /// The option of a step with these sets that releases those who have waited longest.
    // C9
    pub(crate) fn first_release(&self, sets: &[NtObjectId]) -> Pick {
        let contested = self.contested(sets);
        let oldest = contested.iter().flat_map(|(event, count)| self.waits.of_event(*event).take(*count));
        self.releasing(oldest.collect())
    }

    /// All options of a step with these sets, in lexicographic order of the creation of the waits.
    // EVT-08: those of several events multiplied.
    pub(crate) fn releases(&self, sets: &[NtObjectId]) -> Vec<Pick> {
        let mut options = vec![Vec::new()];
        for (event, count) in self.contested(sets) {
            let waiters: Vec<_> = self.waits.of_event(event).collect();
            let subsets = subsets(&waiters, count);
            options = options
                .iter()
                .flat_map(|option: &Vec<WaitId>| subsets.iter().map(|subset| [&option[..], subset].concat()))
                .collect();
        }
        for option in &mut options {
            option.sort_by_key(|id| self.waits.rank(*id));
        }
        options.sort_by_cached_key(|option| option.iter().map(|id| self.waits.rank(*id)).collect::<Vec<_>>());
        options.into_iter().map(|option| self.releasing(option)).collect()
    }

    /// Whether a step with these sets has this option, without listing the others.
    pub(crate) fn offers(&self, sets: &[NtObjectId], pick: &Pick) -> bool {
        let mut open = self.contested(sets);
        if open.is_empty() {
            return *pick == Pick::Only;
        }
        let Pick::Release(_) = pick else { return false };
        let picked = self.picked(pick);
        for (event, _) in &picked {
            match open.get_mut(event) {
                Some(count) if *count > 0 => *count -= 1,
                _ => return false,
            }
        }
        // As many as the sets release, each once, in order of creation, and all of them threads that wait.
        let waits: BTreeSet<_> = picked.into_iter().map(|(_, wait)| wait).collect();
        open.values().all(|left| *left == 0) && self.releasing(waits.into_iter().collect()) == *pick
    }

    /// The waits of the threads of an option, with their events.
    fn picked(&self, pick: &Pick) -> Vec<(NtObjectId, WaitId)> {
        let Pick::Release(threads) = pick else { return Vec::new() };
        let blocked = threads.iter().filter_map(|thread| match self.threads.get(thread)?.state {
            ThreadState::Blocked(wait) => Some(wait),
            ThreadState::Ready => None,
        });
        let waiting = blocked.filter_map(|id| match self.waits.get(id)?.target {
            WaitTarget::Event { event } => Some((event, id)),
            _ => None,
        });
        waiting.collect()
    }

    /// Sets events one after the other and lists the blocked calls that this releases; the option is one of the step.
    // EVT-08: waiters are those that are blocked now.
    pub(crate) fn set_events(
        &mut self,
        sets: &[NtObjectId],
        pick: &Pick,
        ended: &mut Vec<(WaitId, Resumed)>,
    ) {
        let picked: BTreeSet<_> = self.picked(pick).into_iter().collect();
        for (event, count) in counted(sets) {
            let NtBody::Event { manual_reset, .. } = self.nt_object(event).body else { continue };
            // EVT-06: an event without a handle is set like any other.
            if self.nt_object(event).handles == 0 && self.planted(Planted::ClosedEventIsNotSet) {
                continue;
            }
            let all = manual_reset || self.planted(Planted::SetReleasesAllOfAutoReset);
            // No more waiters are looked at than decide it.
            let most = if all { usize::MAX } else { count + 1 };
            let mut waiters: Vec<_> = self.waits.of_event(event).take(most).collect();
            let number = waiters.len();
            if !all && number > count {
                let range = (event, WaitId(0))..=(event, WaitId(u32::MAX));
                waiters = picked.range(range).map(|(_, wait)| *wait).collect();
            }
            // EVT-02: a manual-reset event stays set, an auto-reset event if there were not enough waiters. EVT-01: it was
            // set already only if it had none, and sets are not counted.
            let stays = manual_reset || number < count || self.planted(Planted::AutoResetStaysSet);
            self.store_event(event, stays);
            let reply = super::taken(Some(rule::EVT_02));
            ended.extend(waiters.into_iter().map(|id| (id, Resumed::Complete(reply.clone()))));
        }
    }
}
