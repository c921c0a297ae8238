//! Waits: blocked calls, as values.
//!
//! Life of a wait: a call that cannot be answered yet registers one and its thread is blocked. It ends in one step, by a
//! grant (T15), its time limit (T14), or what happens to the object or to the handle that it waits through, and then the
//! thread learns its reply; or its thread ends, and nobody does.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use crate::arena::Arena;
use crate::event::{Effect, Outcome, Resumed, Step};
use crate::handle::LocalHandle;
use crate::id::{KeyedMutexId, ProcessId, ThreadId, WaitId};
use crate::inspect::ThreadState;
use crate::kernel::Kernel;
use crate::object::keyed_mutex::KeyedMutex;
use crate::refusal::Misuse;
use crate::roster::Roster;

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

/// A blocked acquire of a keyed mutex.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Wait {
    pub(crate) thread: ThreadId,
    pub(crate) process: ProcessId,
    /// The handle that the call came through.
    pub(crate) handle: LocalHandle,
    // LIF-07: resolved once, at the start of the call.
    pub(crate) mutex: KeyedMutexId,
    pub(crate) key: u64,
    pub(crate) limit: TimeLimit,
    /// Whether the caller has a buffer for the private data.
    pub(crate) wants_private_data: bool,
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

/// The waits by what they wait for, each with a rank that grows in order of creation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Index {
    ranks: BTreeMap<WaitId, u64>,
    by_key: BTreeSet<(KeyedMutexId, u64, u64, WaitId)>,
    by_handle: BTreeSet<(ProcessId, LocalHandle, u64, WaitId)>,
    /// Of each mutex that can be granted the wait that has waited longest.
    grantable: BTreeMap<u64, WaitId>,
    grantable_of: BTreeMap<KeyedMutexId, u64>,
}

impl Waits {
    pub(crate) const fn new() -> Self {
        let index = Index {
            ranks: BTreeMap::new(),
            by_key: BTreeSet::new(),
            by_handle: BTreeSet::new(),
            grantable: BTreeMap::new(),
            grantable_of: BTreeMap::new(),
        };
        Self { arena: Arena::new(), order: Roster::new(), index: Derived(index) }
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
        let Wait { mutex, key, process, handle, .. } = wait;
        let last = self.order.last().and_then(|last| self.index.0.ranks.get(&last));
        let rank = last.map_or(0, |rank| rank + 1);
        let id = WaitId(self.arena.insert(wait));
        self.order.append(id);
        self.index.0.ranks.insert(id, rank);
        self.index.0.by_key.insert((mutex, key, rank, id));
        self.index.0.by_handle.insert((process, handle, rank, id));
        id
    }

    /// Takes a wait away. O(log n).
    fn remove(&mut self, id: WaitId) -> Option<Wait> {
        let wait = self.arena.remove(id.0)?;
        self.order.remove(id);
        if let Some(rank) = self.index.0.ranks.remove(&id) {
            self.index.0.by_key.remove(&(wait.mutex, wait.key, rank, id));
            self.index.0.by_handle.remove(&(wait.process, wait.handle, rank, id));
        }
        Some(wait)
    }

    /// The place of a wait in the order of creation, for comparison with others.
    fn rank(&self, id: WaitId) -> Option<u64> {
        self.index.0.ranks.get(&id).copied()
    }

    /// The wait for this mutex with this key that has waited longest. O(log n).
    pub(crate) fn first_with_key(&self, mutex: KeyedMutexId, key: u64) -> Option<WaitId> {
        let range = (mutex, key, 0, WaitId(0))..=(mutex, key, u64::MAX, WaitId(u32::MAX));
        self.index.0.by_key.range(range).next().map(|(.., id)| *id)
    }

    /// The waits for this mutex. Costs nothing for others.
    pub(crate) fn of_mutex(&self, mutex: KeyedMutexId) -> impl Iterator<Item = WaitId> {
        let range = (mutex, 0, 0, WaitId(0))..=(mutex, u64::MAX, u64::MAX, WaitId(u32::MAX));
        self.index.0.by_key.range(range).map(|(.., id)| *id)
    }

    /// The waits through this handle, in order of creation. Costs nothing for others.
    pub(crate) fn through(&self, process: ProcessId, handle: LocalHandle) -> impl Iterator<Item = WaitId> {
        let range = (process, handle, 0, WaitId(0))..=(process, handle, u64::MAX, WaitId(u32::MAX));
        self.index.0.by_handle.range(range).map(|(.., id)| *id)
    }

    /// Of all waits that can be granted the one that has waited longest. O(log n).
    pub(crate) fn first_grantable(&self) -> Option<WaitId> {
        self.index.0.grantable.first_key_value().map(|(_, id)| *id)
    }

    /// Notes which wait for a mutex is the first that can be granted, if any can. O(log n).
    fn set_grantable(&mut self, mutex: KeyedMutexId, first: Option<WaitId>) {
        if let Some(rank) = self.index.0.grantable_of.remove(&mutex) {
            self.index.0.grantable.remove(&rank);
        }
        if let Some((rank, id)) = first.and_then(|id| Some((self.rank(id)?, id))) {
            self.index.0.grantable_of.insert(mutex, rank);
            self.index.0.grantable.insert(rank, id);
        }
    }

    /// Whether the places, the order and the index agree; `grantable` tells which waits can be granted.
    pub(crate) fn is_coherent(&self, grantable: impl Fn(&Wait) -> bool) -> bool {
        let ranks: Vec<_> = self.order.iter().map(|id| self.rank(id)).collect();
        let mut expected = Self::new().index.0;
        expected.ranks.clone_from(&self.index.0.ranks);
        for (id, wait) in self.iter() {
            let Some(rank) = self.rank(id) else { return false };
            expected.by_key.insert((wait.mutex, wait.key, rank, id));
            expected.by_handle.insert((wait.process, wait.handle, rank, id));
            if grantable(wait) && !expected.grantable_of.contains_key(&wait.mutex) {
                expected.grantable_of.insert(wait.mutex, rank);
                expected.grantable.insert(rank, id);
            }
        }
        self.arena.is_coherent()
            && self.order.is_coherent()
            && self.order.iter().count() == self.arena.iter().count()
            && self.index.0.ranks.len() == ranks.len()
            && ranks.is_sorted_by(|earlier, later| earlier < later)
            && self.index.0 == expected
    }
}

impl Kernel {
    /// Blocks the thread of a wait.
    pub(crate) fn block(&mut self, wait: Wait) -> WaitId {
        let (thread, mutex) = (wait.thread, wait.mutex);
        let id = self.waits.insert(wait);
        self.set_thread_state(thread, ThreadState::Blocked(id));
        self.note_grantable(mutex);
        id
    }

    /// Takes a wait away and nothing else: its thread is ready again, or is about to end.
    // KMX-36, TRD-12: nothing is granted, and the object stays as it was.
    pub(crate) fn remove_wait(&mut self, id: WaitId) -> Option<Wait> {
        let wait = self.waits.remove(id)?;
        self.set_thread_state(wait.thread, ThreadState::Ready);
        self.note_grantable(wait.mutex);
        Some(wait)
    }

    /// Ends a wait with what its call returns.
    pub(crate) fn resume(&mut self, id: WaitId, result: Resumed, effects: &mut Vec<Effect>) {
        if let Some(wait) = self.remove_wait(id) {
            effects.push(Effect::Resume { thread: wait.thread, wait: id, result });
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
        let reply = self.timed_out_acquire(&wait);
        let mut effects = Vec::new();
        self.resume(id, Resumed::Complete(reply), &mut effects);
        Ok(Outcome { effects, ..Outcome::done() })
    }

    fn set_thread_state(&mut self, thread: ThreadId, state: ThreadState) {
        if let Some(thread) = self.threads.get_mut(&thread) {
            thread.state = state;
        }
    }

    /// Finds the wait that could be granted first when a mutex or its waits have changed.
    // KMX-23
    pub(crate) fn note_grantable(&mut self, mutex: KeyedMutexId) {
        let key = self.keyed_mutexes.get(mutex.0).and_then(KeyedMutex::open_key);
        let first = key.and_then(|key| self.waits.first_with_key(mutex, key));
        self.waits.set_grantable(mutex, first);
    }
}
