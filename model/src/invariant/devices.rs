//! Devices in error and stopped adapters.

use super::{Taken, object_of, succeeded};
use crate::action::{Action, Call, DeviceQuery, ErrorReason, Incident, LocalOperand};
use crate::observation::{Refusal, Verdict};
use crate::state::{AdapterName, Device, Execution, LocalObject};

/// INV-15: a device in Error keeps its execution state until it is destroyed.
#[must_use]
pub fn inv_15(step: Taken<'_>) -> bool {
    step.before
        .devices
        .iter()
        .filter(|device| device.execution != Execution::Active)
        .all(|device| step.after.device(device.name).is_none_or(|later| later.execution == device.execution))
}

/// A device in Error meets another cause: a mark, or the stop of its adapter.
#[must_use]
pub fn inv_15_judged(step: Taken<'_>) -> bool {
    let in_error = |device: &Device| device.execution != Execution::Active;
    match *step.action {
        Action::Incident(Incident::StopAdapter(adapter)) => {
            step.before.devices.iter().any(|device| device.adapter == adapter && in_error(device))
        }
        Action::Call(_, Call::MarkDeviceAsError { device, .. }) => {
            succeeded(step) && device_of(step, device).is_some_and(in_error)
        }
        _ => false,
    }
}

/// INV-36: calls on a stopped adapter are refused as such, destroying calls succeed.
#[must_use]
pub fn inv_36(step: Taken<'_>) -> bool {
    let Some((_, call)) = call_on_stopped_adapter(step) else { return true };
    match call {
        Call::CreateDevice { .. } | Call::MarkDeviceAsError { .. } => {
            step.observation.verdict == Verdict::Refused(Refusal::AdapterStopped)
        }
        Call::GetDeviceState { .. } => {
            step.observation.verdict == Verdict::Refused(Refusal::QueryOnStoppedAdapter)
        }
        _ => succeeded(step),
    }
}

/// A call acts on a stopped adapter or on a device of it.
#[must_use]
pub fn inv_36_judged(step: Taken<'_>) -> bool {
    call_on_stopped_adapter(step).is_some()
}

fn device_of(step: Taken<'_>, operand: LocalOperand) -> Option<&Device> {
    match object_of(step, operand)? {
        LocalObject::Device(device) => step.before.device(device),
        LocalObject::Adapter(_) | LocalObject::KeyedMutex(_) => None,
    }
}

/// Returns the stopped adapter and the call that acts on it or on a device of it, if its earlier checks pass.
fn call_on_stopped_adapter(step: Taken<'_>) -> Option<(AdapterName, Call)> {
    let Action::Call(_, call) = *step.action else { return None };
    let adapter = match call {
        Call::CreateDevice { adapter, unknown_flag: false } | Call::CloseAdapter { adapter } => {
            match object_of(step, adapter)? {
                LocalObject::Adapter(adapter) => adapter,
                LocalObject::Device(_) | LocalObject::KeyedMutex(_) => return None,
            }
        }
        Call::MarkDeviceAsError { device, reason: ErrorReason::Generic | ErrorReason::DriverError }
        | Call::GetDeviceState {
            device,
            query: DeviceQuery::Execution | DeviceQuery::Reset | DeviceQuery::PageFault,
        }
        | Call::DestroyDevice { device } => device_of(step, device)?.adapter,
        _ => return None,
    };
    step.before.adapter(adapter).filter(|adapter| !adapter.running)?;
    Some((adapter, call))
}
