//! Fences: what a new value does to waits and to other adapters, notices, the forced maximum.

use super::draft::Draft;
use crate::observation::{Diagnostic, Effect, Output, Verdict};
use crate::state::{
    AdapterName, Condition, DeviceName, EventName, Execution, Opening, State, SyncObject, SyncObjectName,
    SyncValue, Wait, WaitTarget,
};

/// The value that a fence is forced to (TDR-03).
pub const MAXIMUM: u64 = u64::MAX;

/// Returns the value of a monitored fence; `None` for other types.
pub(super) const fn value_of(object: &SyncObject) -> Option<u64> {
    match object.value {
        SyncValue::MonitoredFence(value) => Some(value),
        _ => None,
    }
}

/// Returns whether the conditions hold for the values that the fences have.
pub(super) fn conditions_hold(state: &State, conditions: &[Condition], any: bool) -> bool {
    hold(conditions, any, |fence| state.sync_object(fence).and_then(value_of))
}

/// Returns whether the conditions hold for these values.
fn hold(conditions: &[Condition], any: bool, value: impl Fn(SyncObjectName) -> Option<u64>) -> bool {
    // CPU-02: all 64 bits, without a sign; CPU-06: so 0 holds for every fence, and the maximum only for
    // itself.
    let reached =
        |condition: &Condition| value(condition.object).is_some_and(|value| value >= condition.value);
    // CPU-03: all of them at this one moment. CPU-12: each entry is a condition of its own.
    if any { conditions.iter().any(reached) } else { conditions.iter().all(reached) }
}

/// A kernel write made on an adapter (SCD-16): stores the values in order, then lets the adapter look at each
/// fence that has another value than before; returns the places of the waits that this released.
pub(super) fn write(draft: &mut Draft, adapter: AdapterName, values: &[(SyncObjectName, u64)]) -> Vec<usize> {
    let before = draft.state.sync_objects.clone();
    for (name, value) in values {
        draft.sync_object_mut(*name).value = SyncValue::MonitoredFence(*value);
    }
    // CPU-09, SCD-34: an equal value is nothing to look at.
    let changed = before.iter().filter(|object| draft.sync_object(object.name).value != object.value);
    let changed = changed.map(|object| object.name).collect::<Vec<_>>();
    for fence in &changed {
        // SCD-21, GPU-27: every other adapter that has it open looks later. SCD-34: this one looks now.
        let others = (0..).map(AdapterName).take(draft.state.adapters.len());
        let others = others.filter(|other| *other != adapter && has_open(&draft.state, *other, *fence));
        draft.sync_object_mut(*fence).marks = others.collect();
    }
    judge(draft, adapter, &changed)
}

/// Judges the waits of the adapter that name one of the fences; returns the places of the released ones.
fn judge(draft: &mut Draft, adapter: AdapterName, fences: &[SyncObjectName]) -> Vec<usize> {
    let mut places = Vec::new();
    for (place, wait) in (0..).zip(std::mem::take(&mut draft.state.waits)) {
        if is_released(&draft.state, adapter, fences, &wait) {
            places.push(place);
            release(draft, &wait);
        } else {
            draft.state.waits.push(wait);
        }
    }
    places
}

/// Returns whether it is a CPU wait of a device of the adapter that names one of the fences and is satisfied
/// now.
fn is_released(state: &State, adapter: AdapterName, fences: &[SyncObjectName], wait: &Wait) -> bool {
    // CPU-16: whatever its process and its event.
    let WaitTarget::Fences { device, ref conditions, any, .. } = wait.target else { return false };
    adapter_of(state, device) == Some(adapter)
        && fences.iter().any(|fence| wait.target.names(*fence))
        // CPU-17, CPU-10: this judgement is final, whatever the values are later.
        && conditions_hold(state, conditions, any)
}

/// Ends a satisfied CPU wait.
fn release(draft: &mut Draft, wait: &Wait) {
    match (wait.thread, wait.target.event()) {
        // CPU-05
        (Some(thread), _) => {
            let verdict = Verdict::Done(Output::FencesReached);
            draft.effects.push(Effect::Resumed { thread, verdict });
        }
        // CPU-04. EVT-07: once, as the registration is gone. EVT-06: whatever became of the handle.
        (None, Some(event)) => set(draft, event),
        (None, None) => unreachable!("a registered wait has an event"),
    }
}

/// Sets the event of a CPU wait.
pub(super) fn set(draft: &mut Draft, event: EventName) {
    draft.effects.push(Effect::EventSet(event));
    draft.sets.push(event);
}

/// T5: an adapter looks at a fence that another one changed.
pub(super) fn notice(draft: &mut Draft, fence: SyncObjectName, adapter: AdapterName) {
    // SCD-18: the value of now; what came and went is not seen.
    draft.sync_object_mut(fence).marks.retain(|marked| *marked != adapter);
    judge(draft, adapter, &[fence]);
}

/// Stores the maximum in each fence that one of the devices of the adapter could signal.
pub(super) fn force_maximum(draft: &mut Draft, adapter: AdapterName, devices: &[DeviceName]) {
    let fences = draft.state.sync_objects.iter().filter(|object| value_of(object).is_some());
    let hit = fences.filter(|fence| {
        draft.state.openings(fence.name).any(|opening| {
            opening.device.is_some_and(|device| devices.contains(&device)) && forces_maximum(&opening)
        })
    });
    // TDR-01, FLT-05
    let values = hit.map(|fence| (fence.name, MAXIMUM)).collect::<Vec<_>>();
    for place in write(draft, adapter, &values) {
        // FLT-08, CPU-20
        draft.effects.push(Effect::Diagnostic(Diagnostic::ReleasedByForcedMaximum(place)));
    }
}

/// Returns whether the device of the opening could signal the fence through it, and a forced maximum reaches
/// it.
#[must_use]
pub const fn forces_maximum(opening: &Opening) -> bool {
    // TDR-02, FLT-21; TDR-04
    can_signal(opening) && !opening.flags.no_forced_maximum
}

/// Returns whether a signal through the opening is allowed (SYN-33, SYN-34).
#[must_use]
pub const fn can_signal(opening: &Opening) -> bool {
    opening.may_signal && !opening.flags.no_signal
}

/// Returns whether a wait through the opening is allowed (SYN-33, SYN-34).
#[must_use]
pub const fn can_wait(opening: &Opening) -> bool {
    opening.may_wait && !opening.flags.no_wait
}

fn adapter_of(state: &State, device: DeviceName) -> Option<AdapterName> {
    state.device(device).map(|device| device.adapter)
}

/// Returns whether an adapter has a fence open: a handle on a device of it, or a CPU wait of one (SCD-34).
pub(super) fn has_open(state: &State, adapter: AdapterName, fence: SyncObjectName) -> bool {
    let on_adapter = |device: DeviceName| adapter_of(state, device) == Some(adapter);
    state.openings(fence).any(|opening| opening.device.is_some_and(on_adapter))
        || state
            .waits
            .iter()
            .any(|wait| wait.target.names(fence) && wait.target.device().is_some_and(on_adapter))
}

/// Removes the marks of adapters that have the fence open no longer.
pub(super) fn drop_marks(state: &mut State) {
    for place in 0..state.sync_objects.len() {
        let fence = state.sync_objects[place].name;
        let mut marks = std::mem::take(&mut state.sync_objects[place].marks);
        // SCD-34: it goes with the last handle or wait there.
        marks.retain(|adapter| has_open(state, *adapter, fence));
        state.sync_objects[place].marks = marks;
    }
}

/// Returns the places of the CPU waits that do not hold and can never hold, whatever anyone signals (SYN-31):
/// those that would not hold if every fence that someone can still signal had the maximum (SYN-40).
#[must_use]
pub fn orphaned_waits(state: &State) -> Vec<usize> {
    let is_active =
        |device: DeviceName| state.device(device).is_some_and(|device| device.execution == Execution::Active);
    let best = |fence: SyncObjectName| {
        let object = state.sync_object(fence)?;
        // SYN-40: whoever has a handle of an NT object that carries it may open it.
        let signalled = state.is_carried(fence)
            || state
                .openings(fence)
                .any(|opening| can_signal(&opening) && opening.device.is_some_and(is_active));
        if signalled { Some(MAXIMUM) } else { value_of(object) }
    };
    let waits = (0..).zip(&state.waits);
    let orphaned = waits.filter(|(_, wait)| match wait.target {
        WaitTarget::Fences { ref conditions, any, .. } => !hold(conditions, any, best),
        WaitTarget::KeyedMutex { .. } | WaitTarget::Event(_) => false,
    });
    orphaned.map(|(place, _)| place).collect()
}
