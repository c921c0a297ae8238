//! Waits: blocked calls, and CPU waits that are registered with an event, as values.
//!
//! Life of a wait: a call that cannot be answered yet begins one and its thread is blocked, or it leaves an event and goes
//! on. It ends in one step, by a grant (T15), its time limit (T14), a signal, a set, or what happens to the object, the
//! handle or the device that it waits through; then the thread learns its reply, or the event is set. Or its thread ends,
//! and nobody learns anything.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use crate::arena::Arena;
use crate::event::{Effect, Outcome, Resumed, Step};
use crate::handle::LocalHandle;
use crate::id::{AdapterId, DeviceId, KeyedMutexId, NtObjectId, ProcessId, SyncObjectId, ThreadId, WaitId};
use crate::inspect::{FenceCondition, ThreadState, WaitTarget};
use crate::kernel::Kernel;
use crate::object::event as nt_event;
use crate::object::keyed_mutex::KeyedMutex;
use crate::refusal::Misuse;
use crate::roster::Roster;

use index::Index;

mod index;

/// How long a blocked call may wait, as the call said it.
// TIM-04: the kernel only knows whether there is a limit. KMX-15: what it means is worked out once, by whoever has a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeLimit {
    /// For ever.
    Unlimited,
    /// For so many units of 100 ns from the call on; 1 to 2^63.
    Relative(u64),
    /// Until this system time, in units of 100 ns since 1601-01-01; 1 to 2^63 - 1.
    Absolute(u64),
}

impl TimeLimit {
    /// The limit of a call that waits with this timeout.
    // KMX-14
    pub(crate) const fn of(timeout: Option<i64>) -> Self {
        match timeout {
            None => Self::Unlimited,
            Some(ticks) if ticks < 0 => Self::Relative(ticks.unsigned_abs()),
            Some(time) => Self::Absolute(time.unsigned_abs()),
        }
    }
}

/// A blocked call, or a registered CPU wait.
// LIF-07: what it names was resolved once, at the start of the call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Wait {
    /// The blocked thread; none for a registered wait.
    pub(crate) thread: Option<ThreadId>,
    pub(crate) process: ProcessId,
    pub(crate) limit: TimeLimit,
    pub(crate) target: WaitTarget,
}

/// All waits by number, and the order of their creation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Waits {
    arena: Arena<Wait>,
    order: Roster<WaitId>,
    index: Derived<Index>,
}

/// What follows from the rest of the state and is kept for speed: no part of what makes two kernels equal.
#[derive(Clone, Debug)]
struct Derived<T>(T);

impl<T> PartialEq for Derived<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Derived<T> {}

impl<T> Hash for Derived<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Waits {
    pub(crate) const fn new() -> Self {
        Self { arena: Arena::new(), order: Roster::new(), index: Derived(Index::new()) }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u32 {
        self.arena.len()
    }

    pub(crate) fn get(&self, id: WaitId) -> Option<&Wait> {
        self.arena.get(id.0)
    }

    /// The waits in order of creation.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (WaitId, &Wait)> {
        self.order.iter().filter_map(|id| Some((id, self.get(id)?)))
    }

    /// Adds a wait behind all others. O(log n).
    fn insert(&mut self, wait: Wait) -> WaitId {
        let rank = self.order.last().and_then(|last| self.rank(last)).map_or(0, |rank| rank + 1);
        let id = WaitId(self.arena.next_number());
        self.order.append(id);
        self.index.0.insert(id, rank, &wait);
        self.arena.insert(wait);
        id
    }

    /// Takes a wait away. O(log n) for each thing that it names.
    fn remove(&mut self, id: WaitId) -> Option<Wait> {
        let wait = self.arena.remove(id.0)?;
        self.order.remove(id);
        self.index.0.remove(id, &wait);
        Some(wait)
    }

    /// The place of a wait in the order of creation, for comparison with others.
    pub(crate) fn rank(&self, id: WaitId) -> Option<u64> {
        self.index.0.rank(id)
    }

    /// The wait for this mutex with this key that has waited longest. O(log n).
    pub(crate) fn first_with_key(&self, mutex: KeyedMutexId, key: u64) -> Option<WaitId> {
        self.index.0.first_with_key(mutex, key)
    }

    /// The waits for this mutex. Costs nothing for others.
    pub(crate) fn of_mutex(&self, mutex: KeyedMutexId) -> impl Iterator<Item = WaitId> {
        self.index.0.of_mutex(mutex)
    }

    /// The acquires through this handle, in order of creation. Costs nothing for others.
    pub(crate) fn through(&self, process: ProcessId, handle: LocalHandle) -> impl Iterator<Item = WaitId> {
        self.index.0.through(process, handle)
    }

    /// The calls that are blocked until this event is set, in order of creation. Costs nothing for others.
    pub(crate) fn of_event(&self, event: NtObjectId) -> impl Iterator<Item = WaitId> {
        self.index.0.of_event(event)
    }

    /// The CPU waits that name this device, in order of creation. Costs nothing for others.
    pub(crate) fn of_device(&self, device: DeviceId) -> impl Iterator<Item = WaitId> {
        self.index.0.of_device(device)
    }

    /// The CPU waits of this adapter that a fence with this value may satisfy. Costs nothing for others.
    pub(crate) fn reached(
        &self,
        fence: SyncObjectId,
        adapter: AdapterId,
        value: u64,
    ) -> impl Iterator<Item = WaitId> {
        self.index.0.reached(fence, adapter, value)
    }

    /// Says under which conditions a CPU wait is found from now on.
    pub(crate) fn watch(&mut self, id: WaitId, adapter: AdapterId, conditions: Vec<FenceCondition>) {
        self.index.0.watch(id, adapter, conditions);
    }

    /// Of all waits that can be granted the one that has waited longest. O(log n).
    pub(crate) fn first_grantable(&self) -> Option<WaitId> {
        self.index.0.first_grantable()
    }

    /// Whether the places, the order and the index agree; `grantable` tells which waits can be granted, `watched` whether
    /// a CPU wait can stand in the index as it does.
    pub(crate) fn is_coherent(
        &self,
        grantable: impl Fn(&Wait) -> bool,
        watched: impl Fn(&Wait, AdapterId, &[FenceCondition]) -> bool,
    ) -> bool {
        self.arena.is_coherent()
            && self.order.is_coherent()
            && self.order.iter().count() == self.arena.iter().count()
            && self.index.0.is_coherent(self.iter(), grantable, watched)
    }
}

/// The fences of some conditions, each once.
pub(crate) fn fences_of(conditions: &[FenceCondition]) -> BTreeSet<SyncObjectId> {
    conditions.iter().map(|condition| condition.object).collect()
}

impl Kernel {
    /// Begins a wait: its thread, if it has one, is blocked.
    pub(crate) fn begin_wait(&mut self, wait: Wait) -> WaitId {
        let (thread, target) = (wait.thread, wait.target.clone());
        let id = self.waits.insert(wait);
        self.set_thread_state(thread, ThreadState::Blocked(id));
        match target {
            WaitTarget::KeyedMutex { keyed_mutex, .. } => self.note_grantable(keyed_mutex),
            WaitTarget::Event { event } => self.add_registration(event),
            WaitTarget::Fences { device, conditions, event, .. } => {
                self.hold_fences(id, device, &conditions);
                // EVT-06, LIF-06
                if let Some(event) = event {
                    self.add_registration(event);
                }
            }
        }
        id
    }

    /// Takes a wait away and nothing else: its thread is ready again, or is about to end.
    // KMX-36, TRD-12: nothing is granted, and the object stays as it was, unless only the wait held it.
    pub(crate) fn remove_wait(&mut self, id: WaitId) -> Option<Wait> {
        let wait = self.waits.remove(id)?;
        self.set_thread_state(wait.thread, ThreadState::Ready);
        match &wait.target {
            WaitTarget::KeyedMutex { keyed_mutex, .. } => self.note_grantable(*keyed_mutex),
            WaitTarget::Event { event } => self.drop_registration(*event),
            WaitTarget::Fences { device, conditions, event, .. } => {
                self.release_fences(*device, conditions);
                if let Some(event) = event {
                    self.drop_registration(*event);
                }
            }
        }
        Some(wait)
    }

    /// Ends a wait with what its call returns.
    pub(crate) fn resume(&mut self, id: WaitId, result: Resumed, effects: &mut Vec<Effect>) {
        if let Some(Wait { thread: Some(thread), .. }) = self.remove_wait(id) {
            effects.push(Effect::Resume { thread, wait: id, result });
        }
    }

    /// Ends several waits in order of their creation.
    pub(crate) fn resume_all(&mut self, mut ended: Vec<(WaitId, Resumed)>, effects: &mut Vec<Effect>) {
        ended.sort_by_key(|(id, _)| self.waits.rank(*id));
        for (id, result) in ended {
            self.resume(id, result, effects);
        }
    }

    /// T14: a blocked call reaches its time limit.
    // TIM-04: enabled from the start of a wait with a limit, because there is no clock here.
    pub(crate) fn time_out(&mut self, id: WaitId) -> Result<Outcome, Misuse> {
        let wait = self.waits.get(id).filter(|wait| wait.limit != TimeLimit::Unlimited);
        let Some(wait) = wait.cloned() else {
            return Err(Misuse::StepNotEnabled(Step::Timeout(id)));
        };
        let reply = match &wait.target {
            WaitTarget::Event { .. } => nt_event::timed_out(),
            WaitTarget::KeyedMutex { keyed_mutex, handle, .. } => {
                self.timed_out_acquire(*keyed_mutex, wait.process, *handle)
            }
            // CPU-05: there is no timeout, and so no limit.
            WaitTarget::Fences { .. } => return Err(Misuse::StepNotEnabled(Step::Timeout(id))),
        };
        let mut effects = Vec::new();
        self.resume(id, Resumed::Complete(reply), &mut effects);
        Ok(Outcome { effects, ..Outcome::done() })
    }

    fn set_thread_state(&mut self, thread: Option<ThreadId>, state: ThreadState) {
        if let Some(thread) = thread.and_then(|thread| self.threads.get_mut(&thread)) {
            thread.state = state;
        }
    }

    /// Finds the wait that could be granted first when a mutex or its waits have changed.
    // KMX-23
    pub(crate) fn note_grantable(&mut self, mutex: KeyedMutexId) {
        let key = self.keyed_mutexes.get(mutex.0).and_then(KeyedMutex::open_key);
        let first = key.and_then(|key| self.waits.first_with_key(mutex, key));
        self.waits.index.0.set_grantable(mutex, first);
    }
}
