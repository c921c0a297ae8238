//! Keyed mutexes: who owns, who releases, what abandons.

use super::history::History;
use super::{Taken, caller_of, object_of, refused, resumed, succeeded};
use crate::action::{Action, Call, LocalOperand, Timeout};
use crate::observation::{Ending, HandleChange, Output, Refusal, Verdict};
use crate::state::{
    KeyedMutex, KeyedMutexName, Limit, LocalName, LocalObject, ProcessName, State, Wait, WaitTarget,
};

const TIMED_OUT: Verdict = Verdict::Ended { how: Ending::TimedOut };
const ABANDONED: Verdict = Verdict::Ended { how: Ending::Abandoned };

/// A release of a keyed mutex, successful or not.
pub(super) struct Release {
    pub(super) mutex: KeyedMutexName,
    through: Option<(ProcessName, LocalName)>,
    pub(super) fence: u64,
}

impl Release {
    pub(super) fn of(step: Taken<'_>) -> Option<Self> {
        let Action::Call(
            _,
            Call::ReleaseKeyedMutex { mutex, fence, .. } | Call::ReleaseKeyedMutex2 { mutex, fence, .. },
        ) = *step.action
        else {
            return None;
        };
        Some(Self { mutex: mutex_of(step, mutex)?, through: handle_of(step, mutex), fence })
    }
}

/// An acquire that came back, and with what.
struct Return<'a> {
    /// The mutex that it asked for; `None` for a dead handle.
    mutex: Option<&'a KeyedMutex>,
    /// The key that it asked for.
    key: u64,
    /// Whether it had a time limit, 0 included.
    limited: bool,
    verdict: &'a Verdict,
}

/// Returns the acquires that come back in the step: the call itself, and the waits that it ends.
fn returns<'a>(step: Taken<'a>) -> impl Iterator<Item = Return<'a>> {
    let at_once = acquire_of(step).filter(|_| step.observation.verdict != Verdict::Blocked).map(
        move |(mutex, key, timeout)| Return {
            mutex: mutex_of(step, mutex).and_then(|name| step.before.keyed_mutex(name)),
            key,
            limited: timeout != Timeout::Unlimited,
            verdict: &step.observation.verdict,
        },
    );
    let waited = resumed(step).filter_map(move |(wait, verdict)| {
        let WaitTarget::KeyedMutex { mutex, key, .. } = wait.target else { return None };
        let limited = wait.limited != Limit::None;
        Some(Return { mutex: step.before.keyed_mutex(mutex), key, limited, verdict })
    });
    at_once.into_iter().chain(waited)
}

fn acquire_of(step: Taken<'_>) -> Option<(LocalOperand, u64, Timeout)> {
    match *step.action {
        Action::Call(
            _,
            Call::AcquireKeyedMutex { mutex, key, timeout }
            | Call::AcquireKeyedMutex2 { mutex, key, timeout, .. },
        ) => Some((mutex, key, timeout)),
        _ => None,
    }
}

fn mutex_of(step: Taken<'_>, operand: LocalOperand) -> Option<KeyedMutexName> {
    match object_of(step, operand)? {
        LocalObject::KeyedMutex(mutex) => Some(mutex),
        _ => None,
    }
}

fn handle_of(step: Taken<'_>, operand: LocalOperand) -> Option<(ProcessName, LocalName)> {
    match operand {
        LocalOperand::Named(name) => Some((caller_of(step)?, name)),
        LocalOperand::Dead(_) => None,
    }
}

/// Returns the keyed mutexes that are there before and after the step, in both forms.
fn lasting<'a>(step: Taken<'a>) -> impl Iterator<Item = (&'a KeyedMutex, &'a KeyedMutex)> {
    step.before
        .keyed_mutexes
        .iter()
        .filter_map(move |before| Some((before, step.after.keyed_mutex(before.name)?)))
}

/// INV-81: the owner of a keyed mutex is a live local handle of it in a live process.
#[must_use]
pub fn inv_81(state: &State) -> bool {
    state.keyed_mutexes.iter().all(|mutex| {
        mutex.owner.is_none_or(|(process, handle)| {
            let handle = state.live_process(process).and_then(|process| process.local_handle(handle));
            handle.is_some_and(|handle| handle.object == LocalObject::KeyedMutex(mutex.name))
        })
    })
}

/// An acquire waits for a keyed mutex that is owned.
#[must_use]
pub fn inv_81_judged(state: &State) -> bool {
    let mutexes = state.waits.iter().filter_map(|wait| state.keyed_mutex(wait.target.keyed_mutex()?));
    mutexes.into_iter().any(|mutex| mutex.owner.is_some())
}

/// INV-82: an acquire that succeeds found the mutex free, usable and with its key, and returns the fence
/// value of the last successful release, 0 before the first.
#[must_use]
pub fn inv_82(history: &History, step: Taken<'_>) -> bool {
    returns(step).all(|acquire| match acquire.verdict {
        Verdict::Done(Output::Acquired { fence, .. }) => acquire.mutex.is_some_and(|mutex| {
            (mutex.owner, mutex.abandoned, mutex.key) == (None, false, acquire.key)
                && *fence == history.released_fence(mutex.name)
        }),
        Verdict::Done(_) => false,
        Verdict::Refused(_) | Verdict::Blocked | Verdict::Ended { .. } => true,
    })
}

/// An acquire succeeds on a mutex that was released before.
#[must_use]
pub fn inv_82_judged(history: &History, step: Taken<'_>) -> bool {
    returns(step).any(|acquire| {
        matches!(acquire.verdict, Verdict::Done(_))
            && acquire.mutex.is_some_and(|mutex| history.released_fence(mutex.name) != 0)
    })
}

/// INV-83: key, fence value and private data change only by a release through the owning handle, apart from
/// private data that an open gives to a mutex that has none.
#[must_use]
pub fn inv_83(step: Taken<'_>) -> bool {
    let released = Release::of(step).filter(|_| succeeded(step));
    lasting(step).all(|(before, after)| {
        let by_owner = released
            .as_ref()
            .is_some_and(|release| release.mutex == before.name && release.through == before.owner);
        let by_open = before.private_data.is_none()
            && succeeded(step)
            && matches!(step.action, Action::Call(_, Call::OpenKeyedMutex2 { .. }));
        by_owner
            || (before.key, before.fence) == (after.key, after.fence)
                && (by_open || before.private_data == after.private_data)
    })
}

/// A keyed mutex is released, or refuses a release because another handle owns it.
#[must_use]
pub fn inv_83_judged(step: Taken<'_>) -> bool {
    Release::of(step).is_some()
}

/// INV-84: an abandoned keyed mutex stays abandoned and without owner; acquires that wait on it or come later
/// return ABANDONED unless their handle or arguments are bad, and no release of it succeeds.
#[must_use]
pub fn inv_84(step: Taken<'_>) -> bool {
    let stays =
        lasting(step).all(|(before, after)| !before.abandoned || (after.abandoned && after.owner.is_none()));
    let is_abandoned =
        |state: &State, name| state.keyed_mutex(name).is_some_and(|mutex: &KeyedMutex| mutex.abandoned);
    let later_acquire = acquire_of(step).and_then(|(mutex, ..)| mutex_of(step, mutex)).is_none_or(|mutex| {
        let bad_argument = Verdict::Refused(Refusal::NullPrivateData);
        !is_abandoned(step.before, mutex) || [ABANDONED, bad_argument].contains(&step.observation.verdict)
    });
    let later_release =
        Release::of(step).is_none_or(|release| !is_abandoned(step.before, release.mutex) || refused(step));
    stays
        && later_acquire
        && later_release
        && step.before.waits.iter().all(|wait| {
            let mutex = wait.target.keyed_mutex();
            mutex.is_none_or(|mutex| !is_abandoned(step.after, mutex)) || resumed_by_abandonment(step, wait)
        })
}

/// Returns whether the wait went with its thread, or ended as abandoned or with its own handle.
fn resumed_by_abandonment(step: Taken<'_>, wait: &Wait) -> bool {
    let WaitTarget::KeyedMutex { handle, .. } = wait.target else { return true };
    let Some(thread) = wait.thread.and_then(|thread| step.after.thread(thread)) else { return true };
    let handle = step.after.process(thread.process).and_then(|process| process.local_handle(handle));
    let expected = match handle {
        Some(_) => Verdict::Ended { how: Ending::AbandonedWhileWaiting },
        None => Verdict::Refused(Refusal::DestroyedWhileWaiting),
    };
    let mut verdicts = resumed(step).filter(|(ended, _)| ended.thread == wait.thread);
    verdicts.next().is_some_and(|(_, verdict)| *verdict == expected) && step.after.wait(thread.name).is_none()
}

/// An acquire returns ABANDONED, at once or after a wait.
#[must_use]
pub fn inv_84_judged(step: Taken<'_>) -> bool {
    let abandoned = Verdict::Ended { how: Ending::AbandonedWhileWaiting };
    returns(step).any(|acquire| [&ABANDONED, &abandoned].contains(&acquire.verdict))
}

/// INV-85: a keyed mutex becomes abandoned only when the handle that owns it is destroyed or the process that
/// owns it ends.
#[must_use]
pub fn inv_85(step: Taken<'_>) -> bool {
    newly_abandoned(step).all(|mutex| {
        mutex.owner.is_some_and(|(process, handle)| {
            let destroyed = match *step.action {
                Action::Call(_, Call::DestroyKeyedMutex { mutex }) => {
                    handle_of(step, mutex) == Some((process, handle))
                }
                _ => step.after.live_process(process).is_none(),
            };
            destroyed && step.observation.handles.contains(&HandleChange::LocalFreed(process, handle))
        })
    })
}

/// A keyed mutex becomes abandoned.
#[must_use]
pub fn inv_85_judged(step: Taken<'_>) -> bool {
    newly_abandoned(step).next().is_some()
}

fn newly_abandoned<'a>(step: Taken<'a>) -> impl Iterator<Item = &'a KeyedMutex> {
    lasting(step).filter(|(before, after)| !before.abandoned && after.abandoned).map(|(before, _)| before)
}

/// INV-87: an acquire that returns TIMEOUT or ABANDONED leaves owner, key, fence value and private data.
#[must_use]
pub fn inv_87(step: Taken<'_>) -> bool {
    returns(step).all(|acquire| {
        let Some(before) = acquire.mutex else { return true };
        let after = step.after.keyed_mutex(before.name);
        match acquire.verdict {
            Verdict::Ended { how: Ending::TimedOut } => after == Some(before),
            // The owner goes by what abandons the mutex, not by the acquire.
            Verdict::Ended { how: Ending::Abandoned | Ending::AbandonedWhileWaiting } => {
                after.is_some_and(|after| KeyedMutex { owner: None, abandoned: true, ..*before } == *after)
            }
            Verdict::Done(_) | Verdict::Refused(_) | Verdict::Blocked => true,
        }
    })
}

/// An acquire returns TIMEOUT although the mutex is available by now.
#[must_use]
pub fn inv_87_judged(step: Taken<'_>) -> bool {
    returns(step).any(|acquire| {
        *acquire.verdict == TIMED_OUT
            && acquire.mutex.is_some_and(|mutex| mutex.owner.is_none() && mutex.key == acquire.key)
    })
}

/// INV-88, as far as there is no clock: only a call with a time limit, 0 included, returns TIMEOUT.
#[must_use]
pub fn inv_88(step: Taken<'_>) -> bool {
    let unlimited = match *step.action {
        Action::Call(_, Call::WaitForEvent { timeout, .. }) => timeout == Timeout::Unlimited,
        _ => false,
    };
    !(unlimited && step.observation.verdict == TIMED_OUT)
        && returns(step).all(|acquire| *acquire.verdict != TIMED_OUT || acquire.limited)
        && resumed(step).all(|(wait, verdict)| *verdict != TIMED_OUT || wait.limited != Limit::None)
}

/// A blocked call returns TIMEOUT.
#[must_use]
pub fn inv_88_judged(step: Taken<'_>) -> bool {
    resumed(step).any(|(_, verdict)| *verdict == TIMED_OUT)
}
