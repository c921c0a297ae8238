//! What must hold, in pairs: `inv_N`, and `inv_N_judged` (it was not vacuous here).
//!
//! INV-81 and INV-86 look at one state, the others at one [`Taken`] step. INV-88 is judged as far as there is
//! no clock.

use super::action::{FlatAction, FlatCall, Patience};
use super::rules::{Return, Shown, apply};
use super::scope::KeyedMutexWorld;
use super::state::{FlatState, Mutex, Owner, Thread, Wait};

/// One step that was taken.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'a> {
    /// The world.
    pub world: &'a KeyedMutexWorld,
    /// The state before it.
    pub before: &'a FlatState,
    /// What happened.
    pub action: FlatAction,
    /// What it showed.
    pub shown: &'a Shown,
    /// The state after it.
    pub after: &'a FlatState,
}

impl Taken<'_> {
    /// Returns the threads whose acquire came back, with the key that it asked for and its time limit.
    fn returns(self) -> impl Iterator<Item = (Return, u8, bool)> {
        (0..self.world.threads).filter_map(move |thread| {
            let shown = self.shown.returns[usize::from(thread)]?;
            let (key, limited) = match self.action {
                FlatAction::Call(_, FlatCall::Acquire { key, patience, .. }) => {
                    (key, patience != Patience::Unlimited)
                }
                _ => self.before.wait(thread).map(|wait| (wait.key, wait.limited))?,
            };
            Some((shown, key, limited))
        })
    }

    /// Returns whether an acquire came back so.
    fn returned(self, with: Return) -> bool {
        self.shown.returns.contains(&Some(with))
    }

    fn call(self) -> Option<(u8, FlatCall)> {
        match self.action {
            FlatAction::Call(thread, call) => Some((self.world.process_of(thread), call)),
            _ => None,
        }
    }

    /// Returns the mutex before and after, if it is there both times.
    fn lasting(self) -> Option<(Mutex, Mutex)> {
        self.before.mutex.zip(self.after.mutex)
    }

    fn newly_abandoned(self) -> bool {
        self.lasting().is_some_and(|(before, after)| !before.abandoned && after.abandoned)
    }
}

/// Whether a step invariant holds in a step.
type Holds = fn(Taken<'_>) -> bool;

/// The step invariants, by number.
const OF_STEPS: [(u8, Holds); 6] =
    [(82, inv_82), (83, inv_83), (84, inv_84), (85, inv_85), (87, inv_87), (88, inv_88)];

/// Returns the number of the first step invariant that the step breaks.
#[must_use]
pub fn first_broken(step: Taken<'_>) -> Option<u8> {
    OF_STEPS.iter().find(|(_, holds)| !holds(step)).map(|(number, _)| *number)
}

/// INV-81: the owner is a live handle of a live process.
#[must_use]
pub fn inv_81(state: &FlatState) -> bool {
    state.mutex.and_then(|mutex| mutex.owner).is_none_or(|owner| {
        state.processes[usize::from(owner.process)].alive && state.has_handle(owner.process, owner.handle)
    })
}

/// The mutex is owned, and somebody waits.
#[must_use]
pub fn inv_81_judged(state: &FlatState) -> bool {
    state.mutex.is_some_and(|mutex| mutex.owner.is_some()) && waits(state).next().is_some()
}

/// INV-82: an acquire that succeeds found the mutex free, usable and with its key, and returns the fence
/// value of the last release and, if it reads, the private data that was stored last.
#[must_use]
pub fn inv_82(step: Taken<'_>) -> bool {
    let ghost = step.before.ghost;
    step.returns().all(|(shown, key, _)| match shown {
        Return::Acquired { fence, data } => step.before.mutex.is_some_and(|mutex| {
            (mutex.owner, mutex.abandoned, mutex.key) == (None, false, key)
                && fence == ghost.fence
                && (data == 0 || data == ghost.data)
        }),
        Return::TimedOut | Return::Abandoned | Return::Destroyed => true,
    })
}

/// An acquire succeeds and reads, after a release.
#[must_use]
pub fn inv_82_judged(step: Taken<'_>) -> bool {
    step.returns().any(|(shown, ..)| matches!(shown, Return::Acquired { fence: 1.., .. }))
}

/// INV-83: key, fence value and private data change only by a release through the owning handle, apart from
/// private data that an open gives to a mutex that has none.
#[must_use]
pub fn inv_83(step: Taken<'_>) -> bool {
    let Some((before, after)) = step.lasting() else { return true };
    let by_owner = match step.call() {
        Some((process, FlatCall::Release { handle, .. })) => {
            before.owner == Some(Owner { process, handle }) && !step.shown.refused
        }
        _ => false,
    };
    let by_open = before.data == 0 && matches!(step.call(), Some((_, FlatCall::Open { .. })));
    by_owner
        || (before.key, before.fence) == (after.key, after.fence) && (by_open || before.data == after.data)
}

/// Somebody releases.
#[must_use]
pub fn inv_83_judged(step: Taken<'_>) -> bool {
    matches!(step.call(), Some((_, FlatCall::Release { .. })))
}

/// INV-84: an abandoned mutex stays abandoned and without owner; acquires that wait on it or come later
/// return ABANDONED unless their handle is gone, and no release of it succeeds.
#[must_use]
pub fn inv_84(step: Taken<'_>) -> bool {
    if let Some((before, after)) = step.lasting().filter(|(before, _)| before.abandoned) {
        let answered = match step.call() {
            Some((_, FlatCall::Acquire { .. })) => step.returned(Return::Abandoned),
            Some((_, FlatCall::Release { .. })) => step.shown.refused,
            _ => true,
        };
        return after.abandoned && after.owner.is_none() && before.key == after.key && answered;
    }
    !step.newly_abandoned()
        || (0..step.world.threads).all(|thread| {
            let Some(wait) = step.before.wait(thread) else { return true };
            match step.after.threads[usize::from(thread)] {
                Thread::Ended => true,
                Thread::Blocked(_) => false,
                Thread::Running => {
                    let kept = step.after.has_handle(step.world.process_of(thread), wait.handle);
                    let expected = if kept { Return::Abandoned } else { Return::Destroyed };
                    step.shown.returns[usize::from(thread)] == Some(expected)
                }
            }
        })
}

/// An acquire returns ABANDONED.
#[must_use]
pub fn inv_84_judged(step: Taken<'_>) -> bool {
    step.returned(Return::Abandoned)
}

/// INV-85: the mutex becomes abandoned only when the handle that owns it is destroyed or the process that
/// owns it is killed.
#[must_use]
pub fn inv_85(step: Taken<'_>) -> bool {
    let owner = step.before.mutex.and_then(|mutex| mutex.owner);
    !step.newly_abandoned()
        || match (step.action, step.call()) {
            (FlatAction::KillProcess(process), _) => owner.is_some_and(|owner| owner.process == process),
            (_, Some((process, FlatCall::Destroy { handle }))) => owner == Some(Owner { process, handle }),
            _ => false,
        }
}

/// The mutex becomes abandoned.
#[must_use]
pub fn inv_85_judged(step: Taken<'_>) -> bool {
    step.newly_abandoned()
}

/// INV-86: when no timeout and no grant is enabled, no acquire waits for an abandoned mutex, or for a free
/// one that holds its key.
#[must_use]
pub fn inv_86(world: &KeyedMutexWorld, state: &FlatState) -> bool {
    let forgotten = |wait: Wait| {
        state.mutex.is_none_or(|mutex| mutex.abandoned || mutex.owner.is_none() && mutex.key == wait.key)
    };
    !waits(state).any(forgotten) || !is_quiescent(world, state)
}

/// No step is enabled, the mutex is free, and an acquire waits for another key.
#[must_use]
pub fn inv_86_judged(world: &KeyedMutexWorld, state: &FlatState) -> bool {
    let free = state.mutex.is_some_and(|mutex| mutex.owner.is_none());
    free && waits(state).next().is_some() && is_quiescent(world, state)
}

/// INV-87: an acquire that returns TIMEOUT or ABANDONED leaves owner, key, fence value and private data.
#[must_use]
pub fn inv_87(step: Taken<'_>) -> bool {
    step.returns().all(|(shown, ..)| match shown {
        Return::TimedOut => step.before.mutex == step.after.mutex,
        // The owner goes by what abandons the mutex, not by the acquire.
        Return::Abandoned => step
            .lasting()
            .is_some_and(|(before, after)| Mutex { owner: None, abandoned: true, ..before } == after),
        Return::Acquired { .. } | Return::Destroyed => true,
    })
}

/// An acquire returns TIMEOUT although the mutex is available by now.
#[must_use]
pub fn inv_87_judged(step: Taken<'_>) -> bool {
    step.returns().any(|(shown, key, _)| {
        let available = |mutex: Mutex| mutex.owner.is_none() && mutex.key == key;
        shown == Return::TimedOut && step.before.mutex.is_some_and(available)
    })
}

/// INV-88, without a clock: only an acquire with a time limit, 0 included, returns TIMEOUT.
#[must_use]
pub fn inv_88(step: Taken<'_>) -> bool {
    step.returns().all(|(shown, _, limited)| shown != Return::TimedOut || limited)
}

/// An acquire returns TIMEOUT after a wait.
#[must_use]
pub fn inv_88_judged(step: Taken<'_>) -> bool {
    matches!(step.action, FlatAction::Timeout(_)) && step.returned(Return::TimedOut)
}

/// KMX-22: a new acquire takes the mutex although another waits for the same key.
#[must_use]
pub fn newcomer_wins(step: Taken<'_>) -> bool {
    let Some((_, FlatCall::Acquire { key, .. })) = step.call() else { return false };
    step.returns().any(|(shown, ..)| matches!(shown, Return::Acquired { .. }))
        && waits(step.before).any(|wait| wait.key == key)
}

fn waits(state: &FlatState) -> impl Iterator<Item = Wait> {
    state.threads.iter().filter_map(|thread| match *thread {
        Thread::Blocked(wait) => Some(wait),
        Thread::Running | Thread::Ended => None,
    })
}

fn is_quiescent(world: &KeyedMutexWorld, state: &FlatState) -> bool {
    (0..world.threads)
        .flat_map(|thread| [FlatAction::Timeout(thread), FlatAction::Grant(thread)])
        .all(|step| apply(world, state, step).is_none())
}
