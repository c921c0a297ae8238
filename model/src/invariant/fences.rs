//! Fences: what changes them, and what a changed value must do.

use super::{Taken, entering_error, lasting_objects, object_of, refused, resumed, succeeded};
use crate::action::{Action, Call, Entries, LocalOperand};
use crate::observation::{Output, Refusal, Verdict};
use crate::rules::{MAXIMUM, apply, can_signal, can_wait, forces_maximum, options};
use crate::state::{
    DeviceName, Execution, LocalObject, Opening, State, SyncObjectName, SyncValue, Wait, WaitTarget,
};

/// Returns the value of a monitored fence.
pub(super) fn fence_value(state: &State, fence: SyncObjectName) -> Option<u64> {
    match state.sync_object(fence)?.value {
        SyncValue::MonitoredFence(value) => Some(value),
        _ => None,
    }
}

/// Returns the value of a fence after the step; of one that ended with the step, the value before.
pub(super) fn value_after(step: Taken<'_>, fence: SyncObjectName) -> Option<u64> {
    fence_value(step.after, fence).or_else(|| fence_value(step.before, fence))
}

/// Returns whether the condition of a CPU wait holds for these values; no other wait has one.
pub(super) fn holds(wait: &Wait, value: impl Fn(SyncObjectName) -> Option<u64>) -> bool {
    let WaitTarget::Fences { conditions, any, .. } = &wait.target else { return false };
    let mut reached = conditions
        .iter()
        .map(|condition| value(condition.object).is_some_and(|value| value >= condition.value));
    if *any { reached.any(|reached| reached) } else { reached.all(|reached| reached) }
}

/// Returns whether the condition of a CPU wait holds for the values after the step.
pub(super) fn holds_after(step: Taken<'_>, wait: &Wait) -> bool {
    holds(wait, |fence| value_after(step, fence))
}

/// Returns the waits that are gone after the step.
pub(super) fn gone_waits<'a>(step: Taken<'a>) -> impl Iterator<Item = &'a Wait> {
    // The list keeps its order, so each wait that stays is the next one of the list after.
    let mut after = step.after.waits.iter().peekable();
    step.before.waits.iter().filter(move |wait| after.next_if_eq(wait).is_none())
}

/// Returns the CPU waits that the step satisfied.
pub(super) fn released_waits<'a>(step: Taken<'a>) -> impl Iterator<Item = &'a Wait> {
    let reached = Verdict::Done(Output::FencesReached);
    gone_waits(step).filter(move |wait| match wait.thread {
        Some(_) => resumed(step).any(|(ended, verdict)| ended.thread == wait.thread && *verdict == reached),
        None => wait.target.device().is_some_and(|device| is_live(step.after, device)),
    })
}

/// Returns whether the device has its handle.
fn is_live(state: &State, device: DeviceName) -> bool {
    state.device(device).is_some_and(|device| !device.destroyed)
}

/// Returns the fences that the devices that enter Error could signal.
pub(super) fn forced_fences<'a>(step: Taken<'a>) -> impl Iterator<Item = SyncObjectName> + 'a {
    let fences = step.before.sync_objects.iter().map(|object| object.name);
    fences.filter(move |fence| {
        fence_value(step.before, *fence).is_some()
            && entering_openings(step, *fence).any(|opening| forces_maximum(&opening))
    })
}

/// Returns the openings of the fence on the devices that enter Error.
fn entering_openings<'a>(step: Taken<'a>, fence: SyncObjectName) -> impl Iterator<Item = Opening> + 'a {
    step.before
        .openings(fence)
        .filter(move |opening| entering_error(step).any(|device| opening.device == Some(device)))
}

/// Returns the fences whose value the step changes, with the value before and after.
fn changed_fences<'a>(step: Taken<'a>) -> impl Iterator<Item = (SyncObjectName, u64, u64)> + 'a {
    lasting_objects(step).filter_map(|(before, after)| match (before.value, after.value) {
        (SyncValue::MonitoredFence(old), SyncValue::MonitoredFence(new)) if old != new => {
            Some((before.name, old, new))
        }
        _ => None,
    })
}

/// A CPU signal that took effect.
struct Signal<'a> {
    step: Taken<'a>,
    device: LocalOperand,
    entries: Entries,
    rewind: bool,
}

impl<'a> Signal<'a> {
    fn of(step: Taken<'a>) -> Option<Self> {
        match *step.action {
            Action::Call(_, Call::SignalFromCpu { device, entries, rewind, .. }) if succeeded(step) => {
                Some(Self { step, device, entries, rewind })
            }
            _ => None,
        }
    }

    /// Returns the fences that it names, each with its value, in order.
    fn values(&self) -> impl Iterator<Item = (SyncObjectName, u64)> + '_ {
        self.entries.iter().filter_map(|(object, value)| Some((opening_of(self.step, object)?.object, value)))
    }
}

pub(super) fn opening_of(step: Taken<'_>, operand: LocalOperand) -> Option<Opening> {
    match object_of(step, operand)? {
        LocalObject::SyncObject(opening) => Some(opening),
        _ => None,
    }
}

/// INV-07, without packets: a fence changes by a CPU signal that names it, or to the maximum when a device
/// enters Error; a FENCE never changes.
#[must_use]
pub fn inv_07(step: Taken<'_>) -> bool {
    let named = |fence| Signal::of(step).is_some_and(|signal| signal.values().any(|(name, _)| name == fence));
    let forced = |new| new == MAXIMUM && entering_error(step).next().is_some();
    changed_fences(step).all(|(fence, _, new)| named(fence) || forced(new))
        && lasting_objects(step).all(|(before, after)| {
            !matches!(before.value, SyncValue::Fence(_)) || before.value == after.value
        })
}

/// A fence changes.
#[must_use]
pub fn inv_07_judged(step: Taken<'_>) -> bool {
    changed_fences(step).next().is_some()
}

/// INV-08, without packets: a fence falls only by a CPU signal with AllowFenceRewind.
#[must_use]
pub fn inv_08(step: Taken<'_>) -> bool {
    let rewinds = Signal::of(step).is_some_and(|signal| signal.rewind);
    rewinds || changed_fences(step).all(|(_, old, new)| old < new)
}

/// A signal of a lower value is made, and refused or not.
#[must_use]
pub fn inv_08_judged(step: Taken<'_>) -> bool {
    step.observation.verdict == Verdict::Refused(Refusal::LowerValue)
        || changed_fences(step).any(|(_, old, new)| new < old)
}

/// INV-10, without packets: a device changes a fence only through an opening of its own that may signal, and
/// a CPU wait names fences only through openings that may wait.
#[must_use]
pub fn inv_10(step: Taken<'_>) -> bool {
    let signaller = Signal::of(step).and_then(|signal| object_of(step, signal.device));
    let changes = changed_fences(step).all(|(fence, ..)| {
        let by_signal = step
            .before
            .openings(fence)
            .any(|opening| can_signal(&opening) && opening.device.map(LocalObject::Device) == signaller);
        by_signal || entering_openings(step, fence).any(|opening| can_signal(&opening))
    });
    let waits = match *step.action {
        Action::Call(_, Call::WaitFromCpu { entries, .. }) if !refused(step) => entries
            .iter()
            .all(|(object, _)| opening_of(step, object).is_some_and(|opening| can_wait(&opening))),
        _ => true,
    };
    changes && waits
}

/// A signal or a wait is refused for want of a right.
#[must_use]
pub fn inv_10_judged(step: Taken<'_>) -> bool {
    step.observation.verdict == Verdict::Refused(Refusal::FenceAccess)
}

/// INV-18, without packets: the fences that a device could signal that enters Error have the maximum, and no
/// CPU wait on its adapter that names only such fences is left.
#[must_use]
pub fn inv_18(step: Taken<'_>) -> bool {
    let adapters =
        entering_error(step).filter_map(|device| step.before.device(device)).map(|device| device.adapter);
    let adapters = adapters.collect::<Vec<_>>();
    let forced = forced_fences(step).collect::<Vec<_>>();
    let left = step.after.waits.iter().any(|wait| {
        let device = wait.target.device().and_then(|device| step.after.device(device));
        device.is_some_and(|device| adapters.contains(&device.adapter))
            && wait.target.conditions().iter().all(|condition| forced.contains(&condition.object))
    });
    forced.iter().all(|fence| value_after(step, *fence) == Some(MAXIMUM)) && !left
}

/// A forced maximum satisfies a wait.
#[must_use]
pub fn inv_18_judged(step: Taken<'_>) -> bool {
    forced_fences(step).next().is_some() && released_waits(step).next().is_some()
}

/// INV-19, without packets: a step that puts devices in Error changes no fence that none of them could
/// signal.
#[must_use]
pub fn inv_19(step: Taken<'_>) -> bool {
    entering_error(step).next().is_none()
        || changed_fences(step).all(|(fence, ..)| forced_fences(step).any(|forced| forced == fence))
}

/// A device enters Error that has an opening of a fence which it could not signal, or which keeps its value.
#[must_use]
pub fn inv_19_judged(step: Taken<'_>) -> bool {
    let spared = |fence| forced_fences(step).all(|forced| forced != fence);
    step.before
        .sync_objects
        .iter()
        .any(|object| spared(object.name) && entering_openings(step, object.name).next().is_some())
}

/// INV-20: a device that forced a fence is in Error in the same step.
#[must_use]
pub fn inv_20(step: Taken<'_>) -> bool {
    Signal::of(step).is_some()
        || changed_fences(step).all(|(fence, ..)| {
            step.before.openings(fence).filter(forces_maximum).any(|opening| {
                let device = opening.device.and_then(|device| step.after.device(device));
                device.is_some_and(|device| device.execution != Execution::Active)
            })
        })
}

/// A fence is forced to the maximum.
#[must_use]
pub fn inv_20_judged(step: Taken<'_>) -> bool {
    Signal::of(step).is_none() && changed_fences(step).next().is_some()
}

/// INV-91, without packets: a CPU signal leaves each fence that it names at the last value that it gives it,
/// a forced maximum reaches all of its fences or none, and nothing else is stored.
#[must_use]
pub fn inv_91(step: Taken<'_>) -> bool {
    let is_right = |(fence, _, new): (SyncObjectName, u64, u64)| match Signal::of(step) {
        Some(signal) => signal.values().filter(|(name, _)| *name == fence).last() == Some((fence, new)),
        None => new == MAXIMUM,
    };
    let last_value = |signal: &Signal<'_>, fence| {
        signal.values().filter(|(name, _)| *name == fence).last().map(|(_, value)| value)
    };
    let whole = Signal::of(step).is_none_or(|signal| {
        signal.values().all(|(fence, _)| value_after(step, fence) == last_value(&signal, fence))
    });
    let mut forced = forced_fences(step).map(|fence| value_after(step, fence) == Some(MAXIMUM));
    let all_or_none = forced.next().is_none_or(|first| forced.all(|other| other == first));
    changed_fences(step).all(is_right) && whole && all_or_none
}

/// One step changes two fences.
#[must_use]
pub fn inv_91_judged(step: Taken<'_>) -> bool {
    changed_fences(step).count() > 1
}

/// INV-52, a witness: a blocked CPU wait returns SUCCESS in a process all of whose devices are Active,
/// because a device of another process enters Error.
#[must_use]
pub fn inv_52(step: Taken<'_>) -> bool {
    let is_healthy = |wait: &Wait| {
        let mut devices = step.after.devices.iter().filter(|device| device.process == wait.process);
        devices.all(|device| device.execution == Execution::Active)
    };
    entering_error(step).next().is_some()
        && released_waits(step).any(|wait| wait.thread.is_some() && is_healthy(wait))
}

/// INV-53, over two runs: had each opening of the devices that enter Error had NoSignalMaxValueOnTdr, the
/// same step would have changed no fence, and the waits that it satisfied would be pending, but for blocked
/// ones of those devices.
#[must_use]
pub fn inv_53(step: Taken<'_>) -> bool {
    if entering_error(step).next().is_none() {
        return true;
    }
    let Some(twin) = spared_run(step) else { return false };
    let twin = Taken { before: step.before, after: &twin, ..step };
    let failed = |wait: &Wait| {
        wait.target.device().is_some_and(|device| entering_error(step).any(|name| name == device))
    };
    changed_fences(twin).next().is_none()
        && released_waits(step)
            .filter(|wait| wait.thread.is_none() || !failed(wait))
            .all(|wait| twin.after.waits.contains(wait) && !holds_after(twin, wait))
}

/// A forced maximum satisfies a wait that the flag would have left pending.
#[must_use]
pub fn inv_53_judged(step: Taken<'_>) -> bool {
    entering_error(step).next().is_some() && released_waits(step).any(|wait| wait.thread.is_none())
}

/// Returns the state after the same action, if no opening of the devices that enter Error let the maximum
/// through.
fn spared_run(step: Taken<'_>) -> Option<State> {
    let mut before = step.before.clone();
    for handle in before.processes.iter_mut().flat_map(|process| &mut process.local_handles) {
        if let LocalObject::SyncObject(opening) = &mut handle.object
            && entering_error(step).any(|device| opening.device == Some(device))
        {
            opening.flags.no_forced_maximum = true;
        }
    }
    let action = options(&before, step.action).into_iter().next()?;
    apply(&before, &action).map(|(after, _)| after)
}
