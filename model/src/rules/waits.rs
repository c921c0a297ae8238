//! What all waits have in common: time limits, and the ways out of the list.

use super::draft::Draft;
use crate::action::Timeout;
use crate::observation::{Effect, Ending, Verdict};
use crate::state::{Limit, State, ThreadName, Wait};

/// Returns the limit of a call that waits, or `None` for a call that only tests.
pub(super) fn limit_of(timeout: Timeout) -> Option<Limit> {
    // KMX-14
    match timeout {
        Timeout::Unlimited => Some(Limit::None),
        // KMX-15: the limit is kept as given, so that nothing extends it.
        Timeout::Relative(ticks) => Some(Limit::Relative(ticks)),
        Timeout::AbsoluteAhead(time) => Some(Limit::Absolute(time)),
        // KMX-16: a time that has passed is a test, as 0 is.
        Timeout::Zero | Timeout::AbsolutePassed(_) => None,
    }
}

/// T14: the time limit of a blocked call is reached.
pub(super) fn time_out(draft: &mut Draft, thread: ThreadName) {
    // TIM-05, KMX-19. KMX-16: also if the mutex is available by now, which leaves it free. TIM-02: no clock
    // of the model orders the limits.
    remove(draft, thread);
    let verdict = Verdict::Ended { how: Ending::TimedOut };
    draft.effects.push(Effect::Resumed { thread, verdict });
}

/// Removes the wait of a blocked thread.
pub(super) fn remove(draft: &mut Draft, thread: ThreadName) -> Wait {
    let waits = &mut draft.state.waits;
    let position = waits.iter().position(|wait| wait.thread == Some(thread));
    waits.remove(position.expect("the thread is blocked"))
}

/// Ends the waits for which there is a verdict; a registered one is gone and tells nobody.
pub(super) fn end(draft: &mut Draft, verdict_of: impl Fn(&State, &Wait) -> Option<Verdict>) {
    for wait in std::mem::take(&mut draft.state.waits) {
        match verdict_of(&draft.state, &wait) {
            Some(verdict) => {
                let resumed = wait.thread.map(|thread| Effect::Resumed { thread, verdict });
                draft.effects.extend(resumed);
            }
            None => draft.state.waits.push(wait),
        }
    }
}
