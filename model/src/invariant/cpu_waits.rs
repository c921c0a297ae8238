//! CPU waits: when they return, and what they keep.

use super::fences::{fence_value, holds, holds_after, opening_of, released_waits};
use super::history::History;
use super::progress::is_quiescent;
use super::{Taken, caller_of, object_of, refused, resumed};
use crate::action::{Action, Call, NtOperand};
use crate::observation::{Effect, Output, Verdict};
use crate::rules::MAXIMUM;
use crate::state::{Condition, EventName, Limit, LocalObject, NtObject, State, Wait, WaitTarget};

/// Returns the CPU wait that the call asks for, blocked, registered or satisfied at once; `None` if the call
/// is refused.
fn asked_for(step: Taken<'_>) -> Option<Wait> {
    let Action::Call(thread, Call::WaitFromCpu { device, entries, any, event, .. }) = *step.action else {
        return None;
    };
    let LocalObject::Device(device) = object_of(step, device).filter(|_| !refused(step))? else {
        return None;
    };
    let condition = |(object, value)| Some(Condition { object: opening_of(step, object)?.object, value });
    let conditions = entries.iter().map(condition).collect::<Option<Vec<_>>>()?;
    let event = match event {
        Some(event) => Some(event_of(step, event)?),
        None => None,
    };
    let target = WaitTarget::Fences { device, conditions, any, event };
    let thread = Some(thread).filter(|_| event.is_none());
    Some(Wait { thread, process: caller_of(step)?, target, limited: Limit::None })
}

/// Returns the event that an operand of the call names.
fn event_of(step: Taken<'_>, operand: NtOperand) -> Option<EventName> {
    let NtOperand::Named(name) = operand else { return None };
    match step.before.process(caller_of(step)?)?.nt_handle(name)?.object {
        NtObject::Event(event) => Some(event),
        _ => None,
    }
}

/// Returns whether the condition of a CPU wait holds for the values before the step.
fn holds_before(step: Taken<'_>, wait: &Wait) -> bool {
    holds(wait, |fence| fence_value(step.before, fence))
}

/// INV-11: a step sets the event of each registered CPU wait that it satisfies, and of the one that is
/// satisfied at its call, once, and no other event for a wait. The list of waits is the ghost: a wait whose
/// event was set is in it no longer.
#[must_use]
pub fn inv_11(step: Taken<'_>) -> bool {
    let set = step.observation.effects.iter().filter_map(|effect| match effect {
        Effect::EventSet(event) => Some(*event),
        _ => None,
    });
    let registered = || released_waits(step).filter(|wait| wait.thread.is_none());
    let at_call = asked_for(step).filter(|wait| holds_before(step, wait));
    let expected = registered()
        .filter_map(|wait| wait.target.event())
        .chain(at_call.and_then(|wait| wait.target.event()));
    registered().all(|wait| holds_after(step, wait)) && set.eq(expected)
}

/// A step sets the event of a registered wait.
#[must_use]
pub fn inv_11_judged(step: Taken<'_>) -> bool {
    released_waits(step).any(|wait| wait.thread.is_none())
}

/// INV-12: a blocking CPU wait returns SUCCESS only if its condition held at its call, or after a step since.
#[must_use]
pub fn inv_12(history: &History, step: Taken<'_>) -> bool {
    let reached = Verdict::Done(Output::FencesReached);
    let at_call =
        step.observation.verdict != reached || asked_for(step).is_some_and(|wait| holds_before(step, &wait));
    at_call
        && resumed(step).filter(|(_, verdict)| **verdict == reached).all(|(wait, _)| {
            holds_after(step, wait) || wait.thread.is_some_and(|thread| history.is_met(thread))
        })
}

/// A blocked CPU wait returns SUCCESS.
#[must_use]
pub fn inv_12_judged(_: &History, step: Taken<'_>) -> bool {
    resumed(step).any(|(_, verdict)| *verdict == Verdict::Done(Output::FencesReached))
}

/// INV-27, without packets: everything that a wait names is alive.
#[must_use]
pub fn inv_27(state: &State) -> bool {
    state.waits.iter().all(|wait| {
        wait.target.event().is_none_or(|event| state.event(event).is_some())
            && wait.target.conditions().iter().all(|condition| state.sync_object(condition.object).is_some())
    })
}

/// Nothing but a wait holds a fence or an event.
#[must_use]
pub fn inv_27_judged(state: &State) -> bool {
    state.sync_objects.iter().any(|object| state.openings(object.name).next().is_none())
        || state.events.iter().any(|event| state.handle_count(NtObject::Event(event.name)) == 0)
}

/// INV-44: in a quiescent state no wait is pending whose condition would hold if each fence that was forced
/// to the maximum, and not lowered since, had it still.
#[must_use]
pub fn inv_44(history: &History, step: Taken<'_>) -> bool {
    let waits = || step.after.waits.iter().filter(|wait| wait.target.device().is_some());
    if waits().next().is_none() || !is_quiescent(step.after) {
        return true;
    }
    let history = history.after(step);
    let best = |fence| if history.is_forced(fence) { Some(MAXIMUM) } else { fence_value(step.after, fence) };
    !waits().any(|wait| holds(wait, best))
}

/// A forced maximum leaves a wait that names its fence, and another one.
#[must_use]
pub fn inv_44_judged(history: &History, step: Taken<'_>) -> bool {
    let history = history.after(step);
    let mut conditions = step.after.waits.iter().flat_map(|wait| wait.target.conditions());
    is_quiescent(step.after) && conditions.any(|condition| history.is_forced(condition.object))
}

/// INV-55, a witness: a wait for a value is pending after an earlier wait for the same value was released and
/// the fence was rewound.
#[must_use]
pub fn inv_55(history: &History, state: &State) -> bool {
    state.waits.iter().any(|wait| match *wait.target.conditions() {
        [condition] => {
            history.is_reached(condition)
                && fence_value(state, condition.object).is_some_and(|value| value < condition.value)
        }
        _ => false,
    })
}
