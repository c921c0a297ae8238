//! Adapters beside each other: marks, and what comes late or never.

use super::fences::{fence_value, gone_waits, holds};
use super::{History, Taken, object_of};
use crate::action::{Action, Call, Incident, LocalOperand, Step};
use crate::state::{AdapterName, DeviceName, LocalObject, Opening, State, Wait};

fn adapter_of(state: &State, device: DeviceName) -> Option<AdapterName> {
    state.device(device).map(|device| device.adapter)
}

fn adapter_of_wait(state: &State, wait: &Wait) -> Option<AdapterName> {
    adapter_of(state, wait.target.device()?)
}

/// Returns the adapter on which the step takes place, if it is of one.
fn adapter_of_step(step: Taken<'_>) -> Option<AdapterName> {
    let named = |operand: LocalOperand| match object_of(step, operand)? {
        LocalObject::Adapter(adapter) => Some(adapter),
        LocalObject::Device(device) => adapter_of(step.before, device),
        _ => None,
    };
    match *step.action {
        Action::Step(Step::Notice { adapter, .. })
        | Action::Incident(Incident::StopAdapter { adapter, .. }) => Some(adapter),
        Action::Step(Step::Reclaim(device)) => adapter_of(step.before, device),
        Action::Call(
            _,
            Call::CloseAdapter { adapter: operand }
            | Call::CreateDevice { adapter: operand, .. }
            | Call::DestroyDevice { device: operand }
            | Call::MarkDeviceAsError { device: operand, .. }
            | Call::CreateSynchronizationObject { device: operand, .. }
            | Call::CreateSynchronizationObject2 { device: operand, .. }
            | Call::OpenSyncObjectFromNtHandle2 { device: operand, .. }
            | Call::SignalFromCpu { device: operand, .. }
            | Call::WaitFromCpu { device: operand, .. },
        ) => named(operand),
        _ => None,
    }
}

/// Returns the openings on devices of other adapters.
fn openings_elsewhere(state: &State, adapter: AdapterName) -> Vec<Opening> {
    let openings = state.sync_objects.iter().flat_map(|object| state.openings(object.name));
    let elsewhere = openings.filter(|opening| {
        let of_opening = opening.device.and_then(|device| adapter_of(state, device));
        of_opening.is_some_and(|other| other != adapter)
    });
    elsewhere.collect()
}

/// INV-34: a step on one adapter leaves the other adapters, their devices, openings and waits as they are,
/// and sets a mark of another one only on an object that both have open.
#[must_use]
pub fn inv_34(step: Taken<'_>) -> bool {
    let Some(adapter) = adapter_of_step(step) else { return true };
    let devices = step.before.devices.iter().filter(|device| device.adapter != adapter);
    let devices_stay = devices.eq(step.after.devices.iter().filter(|device| device.adapter != adapter));
    let adapters = (0..).map(AdapterName).zip(step.before.adapters.iter().zip(&step.after.adapters));
    let adapters_stay = adapters.filter(|(name, _)| *name != adapter).all(|(_, (old, new))| old == new);
    let waits_stay =
        !gone_waits(step).filter_map(|wait| adapter_of_wait(step.before, wait)).any(|other| other != adapter);
    let openings_stay = openings_elsewhere(step.before, adapter) == openings_elsewhere(step.after, adapter);
    devices_stay && adapters_stay && waits_stay && openings_stay && marks_are_of_openers(step, adapter)
}

fn marks_are_of_openers(step: Taken<'_>, adapter: AdapterName) -> bool {
    step.after.sync_objects.iter().all(|object| {
        let before = step.before.sync_object(object.name);
        let old = |mark: &AdapterName| before.is_some_and(|before| before.marks.contains(mark));
        object.marks.iter().filter(|mark| !old(mark)).all(|mark| {
            let opened = openings_elsewhere(step.before, adapter).iter().any(|opening| {
                let device = opening.device.and_then(|device| adapter_of(step.before, device));
                opening.object == object.name && device == Some(*mark)
            });
            let waited = step.before.waits.iter().any(|wait| {
                wait.target.names(object.name) && adapter_of_wait(step.before, wait) == Some(*mark)
            });
            opened || waited
        })
    })
}

/// A step on one adapter sets a mark of another one.
#[must_use]
pub fn inv_34_judged(step: Taken<'_>) -> bool {
    adapter_of_step(step).is_some()
        && step.after.sync_objects.iter().any(|object| {
            let before = step.before.sync_object(object.name);
            object.marks.iter().any(|mark| before.is_some_and(|before| !before.marks.contains(mark)))
        })
}

/// INV-60, a witness, without packets: a CPU wait is pending on an adapter that has not looked, and the
/// value satisfies it.
#[must_use]
pub fn inv_60(state: &State) -> bool {
    state.waits.iter().any(|wait| {
        let adapter = adapter_of_wait(state, wait);
        let marked = state.sync_objects.iter().any(|object| {
            wait.target.names(object.name) && object.marks.iter().any(|mark| Some(*mark) == adapter)
        });
        marked && holds(wait, |fence| fence_value(state, fence))
    })
}

/// INV-61, a witness, without packets: the condition of a blocked CPU wait held since its entry and holds
/// no longer, and the notice of its adapter leaves it pending.
#[must_use]
pub fn inv_61(history: &History, step: Taken<'_>) -> bool {
    let Action::Step(Step::Notice { object, adapter, .. }) = *step.action else { return false };
    step.after.waits.iter().any(|wait| {
        wait.target.names(object)
            && adapter_of_wait(step.after, wait) == Some(adapter)
            && wait.thread.is_some_and(|thread| history.is_met(thread))
            && !holds(wait, |fence| fence_value(step.after, fence))
    })
}
