//! That the machine comes to rest, and what it must not leave behind then.

use super::Taken;
use crate::action::Action;
use crate::rules::enabled_steps;
use crate::state::{Execution, State, Wait};

/// INV-38: in a quiescent state no blocked call could succeed.
#[must_use]
pub fn inv_38(state: &State) -> bool {
    !is_quiescent(state) || !state.waits.iter().any(|wait| could_succeed(state, wait))
}

/// The state is quiescent and a call is blocked.
#[must_use]
pub fn inv_38_judged(state: &State) -> bool {
    is_quiescent(state) && !state.waits.is_empty()
}

/// INV-42: each step lowers the pair (devices not in Error, deferred destructions and blocked calls).
#[must_use]
pub fn inv_42(step: Taken<'_>) -> bool {
    let measure = |state: &State| {
        let active = state.devices.iter().filter(|device| device.execution == Execution::Active).count();
        (active, state.devices.iter().filter(|device| device.destroyed).count() + state.waits.len())
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
    let abandoned = |wait: &Wait| state.keyed_mutex(wait.mutex).is_none_or(|mutex| mutex.abandoned);
    !is_quiescent(state) || !state.waits.iter().any(|wait| abandoned(wait) || could_succeed(state, wait))
}

/// The state is quiescent, a keyed mutex is free, and an acquire waits for another key of it.
#[must_use]
pub fn inv_86_judged(state: &State) -> bool {
    let free = |wait: &Wait| state.keyed_mutex(wait.mutex).is_some_and(|mutex| mutex.owner.is_none());
    is_quiescent(state) && state.waits.iter().any(free)
}

fn is_quiescent(state: &State) -> bool {
    enabled_steps(state).is_empty()
}

/// Returns whether the keyed mutex that the call waits for is free, usable and holds its key.
fn could_succeed(state: &State, wait: &Wait) -> bool {
    state
        .keyed_mutex(wait.mutex)
        .is_some_and(|mutex| (mutex.owner, mutex.abandoned, mutex.key) == (None, false, wait.key))
}
