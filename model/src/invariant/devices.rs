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
        Action::Incident(Incident::StopAdapter { adapter, .. }) => {
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
        Call::SignalFromCpu { .. }
        | Call::WaitFromCpu { .. }
        | Call::CreateSynchronizationObject { .. }
        | Call::CreateSynchronizationObject2 { .. } => {
            let of_arguments = [
                Refusal::UnsupportedType,
                Refusal::NtSharingWithoutShared,
                Refusal::CrossAdapterWithoutShared,
                Refusal::WrongHandleFlags,
                Refusal::WrongSignalByDriver,
                Refusal::SharedNotification,
                Refusal::GloballySharedFence,
                Refusal::CountAboveMost,
            ];
            let Verdict::Refused(refusal) = step.observation.verdict else { return false };
            refusal == Refusal::DeviceRemoved || of_arguments.contains(&refusal)
        }
        _ => succeeded(step),
    }
}

/// A call acts on a stopped adapter or on a device of it.
#[must_use]
pub fn inv_36_judged(step: Taken<'_>) -> bool {
    call_on_stopped_adapter(step).is_some()
}

/// INV-14, without packets: no call that makes, signals or waits on a device in Error succeeds, and no call
/// is blocked in a wait of one.
#[must_use]
pub fn inv_14(step: Taken<'_>) -> bool {
    let refused = matches!(step.observation.verdict, Verdict::Refused(_));
    let in_error = |device: &Device| device.execution != Execution::Active;
    let blocked = step.after.waits.iter().filter(|wait| wait.thread.is_some());
    let mut devices = blocked.filter_map(|wait| step.after.device(wait.target.device()?));
    (refused || !named_device(step).is_some_and(in_error)) && !devices.any(in_error)
}

/// A call names a device in Error.
#[must_use]
pub fn inv_14_judged(step: Taken<'_>) -> bool {
    named_device(step).is_some_and(|device| device.execution != Execution::Active)
}

/// INV-98, without packets: a call that is refused because its device is in Error gets the status of the
/// execution state, and DEVICE_REMOVED once the adapter has stopped.
#[must_use]
pub fn inv_98(step: Taken<'_>) -> bool {
    let (removed, exception) = match step.observation.verdict {
        Verdict::Refused(refusal) => (refusal == Refusal::DeviceRemoved, refusal == Refusal::DeviceException),
        _ => (false, false),
    };
    let Some(device) = named_device(step) else { return !removed && !exception };
    let stopped = step.before.adapter(device.adapter).is_some_and(|adapter| !adapter.running);
    match device.execution {
        Execution::DmaFault if !stopped => !removed,
        Execution::Hung | Execution::Stopped | Execution::DmaFault => !exception,
        Execution::Active => !exception && removed <= stopped,
    }
}

/// A call is refused because of the state of its device.
#[must_use]
pub fn inv_98_judged(step: Taken<'_>) -> bool {
    [Refusal::DeviceRemoved, Refusal::DeviceException]
        .map(Verdict::Refused)
        .contains(&step.observation.verdict)
}

/// Returns the device that a call names which makes a synchronisation object, signals or waits.
fn named_device(step: Taken<'_>) -> Option<&Device> {
    match *step.action {
        Action::Call(
            _,
            Call::CreateSynchronizationObject { device, .. }
            | Call::CreateSynchronizationObject2 { device, .. }
            | Call::SignalFromCpu { device, .. }
            | Call::WaitFromCpu { device, .. },
        ) => device_of(step, device),
        _ => None,
    }
}

fn device_of(step: Taken<'_>, operand: LocalOperand) -> Option<&Device> {
    match object_of(step, operand)? {
        LocalObject::Device(device) => step.before.device(device),
        _ => None,
    }
}

/// Returns the stopped adapter and the call that acts on it or on a device of it, if its earlier checks pass.
fn call_on_stopped_adapter(step: Taken<'_>) -> Option<(AdapterName, Call)> {
    let Action::Call(_, call) = *step.action else { return None };
    let adapter = match call {
        Call::CreateDevice { adapter, unknown_flag: false } | Call::CloseAdapter { adapter } => {
            match object_of(step, adapter)? {
                LocalObject::Adapter(adapter) => adapter,
                _ => return None,
            }
        }
        Call::MarkDeviceAsError {
            device, reason: ErrorReason::Generic | ErrorReason::DriverError, ..
        }
        | Call::GetDeviceState {
            device,
            query: DeviceQuery::Execution | DeviceQuery::Reset | DeviceQuery::PageFault,
        }
        | Call::DestroyDevice { device }
        | Call::SignalFromCpu { device, .. }
        | Call::WaitFromCpu { device, .. }
        | Call::CreateSynchronizationObject { device, .. }
        | Call::CreateSynchronizationObject2 { device, .. } => device_of(step, device)?.adapter,
        Call::DestroySynchronizationObject { object } => match object_of(step, object)? {
            LocalObject::SyncObject(opening) => step.before.sync_object(opening.object)?.adapter,
            _ => return None,
        },
        _ => return None,
    };
    step.before.adapter(adapter).filter(|adapter| !adapter.running)?;
    Some((adapter, call))
}
