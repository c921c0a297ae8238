//! MUTEX and SEMAPHORE objects, and where the openings of all of them are.

use super::fences::opening_of;
use super::{Taken, lasting_objects, object_of, refused};
use crate::action::{Action, Call};
use crate::observation::{Refusal, Verdict};
use crate::state::{LocalObject, State, SyncValue};

/// INV-30, without packets: a count stays, within its bounds; the holder of a MUTEX is a device with a
/// handle, and a step only frees it.
#[must_use]
pub fn inv_30(step: Taken<'_>) -> bool {
    let bounded = step.after.sync_objects.iter().all(|object| match object.value {
        SyncValue::Semaphore { count, most } => count <= most,
        SyncValue::Mutex(Some(holder)) => step.after.device(holder).is_some_and(|device| !device.destroyed),
        _ => true,
    });
    bounded
        && lasting_objects(step).all(|(before, after)| match (before.value, after.value) {
            (SyncValue::Mutex(Some(_)), SyncValue::Mutex(None)) => true,
            (SyncValue::Mutex(_) | SyncValue::Semaphore { .. }, _) => before.value == after.value,
            _ => true,
        })
}

/// A MUTEX becomes free.
#[must_use]
pub fn inv_30_judged(step: Taken<'_>) -> bool {
    lasting_objects(step).any(|(before, after)| {
        matches!((before.value, after.value), (SyncValue::Mutex(Some(_)), SyncValue::Mutex(None)))
    })
}

/// INV-78, without packets: a CPU wait names fences through openings on its device, and an opening on another
/// adapter than that of its object exists only with CrossAdapter.
#[must_use]
pub fn inv_78(step: Taken<'_>) -> bool {
    let at_call = match *step.action {
        Action::Call(_, Call::WaitFromCpu { device, entries, .. }) if !refused(step) => {
            let device = object_of(step, device);
            entries.iter().all(|(object, _)| {
                let opening = opening_of(step, object);
                opening.is_some_and(|opening| opening.device.map(LocalObject::Device) == device)
            })
        }
        _ => true,
    };
    at_call && openings_are_allowed(step.after)
}

fn openings_are_allowed(state: &State) -> bool {
    state.sync_objects.iter().all(|object| {
        state.openings(object.name).all(|opening| {
            let device = opening.device.and_then(|device| state.device(device));
            object.cross_adapter || device.is_none_or(|device| device.adapter == object.adapter)
        })
    })
}

/// A CPU wait is refused because it names a fence through an opening on another device, or an open because
/// its device is of another adapter.
#[must_use]
pub fn inv_78_judged(step: Taken<'_>) -> bool {
    [Refusal::FenceOfOtherDevice, Refusal::OtherAdapter]
        .map(Verdict::Refused)
        .contains(&step.observation.verdict)
}
