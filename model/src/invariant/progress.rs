//! That the machine comes to rest, and what it must not leave behind then.

use super::Taken;
use super::fences::{fence_value, holds};
use crate::action::Action;
use crate::rules::enabled_steps;
use crate::state::{Execution, State, Wait, WaitTarget};

/// INV-38, without packets: in a quiescent state no blocked call and no registered CPU wait could succeed.
#[must_use]
pub fn inv_38(state: &State) -> bool {
    !is_quiescent(state) || !state.waits.iter().any(|wait| could_succeed(state, wait))
}

/// The state is quiescent and a call is blocked or a CPU wait registered.
#[must_use]
pub fn inv_38_judged(state: &State) -> bool {
    is_quiescent(state) && !state.waits.is_empty()
}

/// INV-39: in a quiescent state no fence carries a mark.
#[must_use]
pub fn inv_39(state: &State) -> bool {
    !is_quiescent(state) || state.sync_objects.iter().all(|object| object.marks.is_empty())
}

/// The state is quiescent and there is a fence.
#[must_use]
pub fn inv_39_judged(state: &State) -> bool {
    is_quiescent(state) && !state.sync_objects.is_empty()
}

/// INV-42, without packets: each step lowers the pair (devices not in Error; marks, blocked calls and
/// deferred destructions).
#[must_use]
pub fn inv_42(step: Taken<'_>) -> bool {
    let measure = |state: &State| {
        let active = state.devices.iter().filter(|device| device.execution == Execution::Active).count();
        let marks = state.sync_objects.iter().map(|object| object.marks.len()).sum::<usize>();
        let blocked = state.waits.iter().filter(|wait| wait.thread.is_some()).count();
        (active, marks + blocked + state.devices.iter().filter(|device| device.destroyed).count())
    };
    !matches!(step.action, Action::Step(_)) || measure(step.after) < measure(step.before)
}

/// The machine takes a step by itself.
#[must_use]
pub fn inv_42_judged(step: Taken<'_>) -> bool {
    matches!(step.action, Action::Step(_))
}

/// INV-68: when every process has ended and no step is enabled, nothing is left.
#[must_use]
pub fn inv_68(state: &State) -> bool {
    !inv_68_judged(state)
        || (state.processes.is_empty()
            && state.threads.is_empty()
            && state.devices.is_empty()
            && state.keyed_mutexes.is_empty()
            && state.sync_objects.is_empty()
            && state.events.is_empty()
            && state.shared_objects.is_empty()
            && state.waits.is_empty()
            && state.global_handles.is_empty())
}

/// The state is quiescent and every process that ever was has ended.
#[must_use]
pub fn inv_68_judged(state: &State) -> bool {
    state.processes_made > 0 && state.processes.iter().all(|process| !process.alive) && is_quiescent(state)
}

/// INV-86: in a quiescent state no acquire is pending on a keyed mutex that is abandoned, or free with its
/// key.
#[must_use]
pub fn inv_86(state: &State) -> bool {
    let mut acquires = state.waits.iter().filter_map(|wait| Some((wait, wait.target.keyed_mutex()?)));
    let abandoned = |mutex| state.keyed_mutex(mutex).is_none_or(|mutex| mutex.abandoned);
    !is_quiescent(state) || !acquires.any(|(wait, mutex)| abandoned(mutex) || could_succeed(state, wait))
}

/// The state is quiescent, a keyed mutex is free, and an acquire waits for another key of it.
#[must_use]
pub fn inv_86_judged(state: &State) -> bool {
    let mut mutexes = state.waits.iter().filter_map(|wait| state.keyed_mutex(wait.target.keyed_mutex()?));
    is_quiescent(state) && mutexes.any(|mutex| mutex.owner.is_none())
}

pub(super) fn is_quiescent(state: &State) -> bool {
    enabled_steps(state).is_empty()
}

/// Returns whether what the wait waits for is there: its keyed mutex free, usable and with its key; its event
/// set; its fences at their values.
fn could_succeed(state: &State, wait: &Wait) -> bool {
    match wait.target {
        WaitTarget::KeyedMutex { mutex, key, .. } => state
            .keyed_mutex(mutex)
            .is_some_and(|mutex| (mutex.owner, mutex.abandoned, mutex.key) == (None, false, key)),
        WaitTarget::Event(event) => state.event(event).is_some_and(|event| event.set),
        WaitTarget::Fences { .. } => holds(wait, |fence| fence_value(state, fence)),
    }
}
