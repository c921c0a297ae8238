//! Devices: making, asking, marking, destroying, reclaiming.

use super::draft::{Draft, lowest_free};
use crate::action::{DeviceQuery, ErrorReason, LocalOperand};
use crate::observation::{Output, Refusal};
use crate::state::{Adapter, AdapterName, Device, DeviceName, Execution, LocalObject, ProcessName};

/// CreateDevice.
pub(super) fn create_device(
    draft: &mut Draft,
    caller: ProcessName,
    operand: LocalOperand,
    unknown_flag: bool,
) -> Result<Output, Refusal> {
    // ADP-01
    if unknown_flag {
        return Err(Refusal::UnknownFlag);
    }
    let (_, adapter) = draft.adapter_operand(caller, operand)?;
    // FLT-18
    if !adapter_of(draft, adapter).running {
        return Err(Refusal::AdapterStopped);
    }
    // HND-14: a destroyed device that is not reclaimed counts (TRD-14).
    if draft.state.devices.len() >= usize::try_from(draft.state.limits.devices).unwrap_or(usize::MAX) {
        return Err(Refusal::NoMemory);
    }
    let mut names = draft.state.devices.iter().map(|device| device.name.0).collect::<Vec<_>>();
    names.sort_unstable();
    let device = DeviceName(lowest_free(names.into_iter()));
    let handle = draft.open_local(caller, LocalObject::Device(device))?;
    // ADP-10: it belongs to the process and the adapter, not to the adapter handle, and starts Active.
    draft.state.devices.push(Device {
        name: device,
        process: caller,
        adapter,
        execution: Execution::Active,
        destroyed: false,
    });
    Ok(Output::Device { handle, device })
}

/// DestroyDevice.
pub(super) fn destroy_device(
    draft: &mut Draft,
    caller: ProcessName,
    operand: LocalOperand,
) -> Result<Output, Refusal> {
    let (_, device) = draft.device_operand(caller, operand)?;
    // TRD-01, FLT-02, FLT-18: a live handle is enough, whatever the state of device and adapter.
    destroy(draft, device.name);
    Ok(Output::Nothing)
}

/// Frees the handle of a device, which leaves the device to its reclaim.
pub(super) fn destroy(draft: &mut Draft, name: DeviceName) {
    // LIF-08: NT handles and the handles of other processes stay.
    free_handle(draft, name);
    // TRD-05, TRD-14: what goes is the handle; the device itself goes in a step of its own.
    draft.device_mut(name).destroyed = true;
}

/// Frees the handle of a device.
pub(super) fn free_handle(draft: &mut Draft, name: DeviceName) {
    let owner = draft.device_mut(name).process;
    let handles = &draft.process_mut(owner).local_handles;
    let handle = handles.iter().find(|handle| handle.object == LocalObject::Device(name));
    let handle = handle.expect("a device that is not destroyed has its handle").name;
    draft.free_local(owner, handle);
}

/// GetDeviceState.
pub(super) fn get_device_state(
    draft: &Draft,
    caller: ProcessName,
    operand: LocalOperand,
    query: DeviceQuery,
) -> Result<Output, Refusal> {
    // ADP-12
    match query {
        DeviceQuery::Unknown => return Err(Refusal::UnknownQuery),
        DeviceQuery::Present => return Err(Refusal::UnsupportedQuery),
        DeviceQuery::Execution | DeviceQuery::Reset | DeviceQuery::PageFault => {}
    }
    let (_, device) = draft.device_operand(caller, operand)?;
    // ADP-12
    if !adapter_of(draft, device.adapter).running {
        return Err(Refusal::QueryOnStoppedAdapter);
    }
    // FLT-02: a device in Error answers like an Active one.
    Ok(match query {
        // ADP-13
        DeviceQuery::Execution => Output::Execution(device.execution),
        DeviceQuery::Reset => Output::NoDesktopSwitch,
        // ADP-12: no cause in reach is a page fault.
        DeviceQuery::PageFault => Output::NoPageFault,
        DeviceQuery::Present | DeviceQuery::Unknown => unreachable!("refused above"),
    })
}

/// MarkDeviceAsError.
pub(super) fn mark_device(
    draft: &mut Draft,
    caller: ProcessName,
    operand: LocalOperand,
    reason: ErrorReason,
) -> Result<Output, Refusal> {
    // ADP-14
    let cause = match reason {
        ErrorReason::Generic => Execution::Hung,
        ErrorReason::DriverError => Execution::DmaFault,
        ErrorReason::Unknown => return Err(Refusal::UnknownReason),
    };
    let (_, device) = draft.device_operand(caller, operand)?;
    // FLT-18
    if !adapter_of(draft, device.adapter).running {
        return Err(Refusal::AdapterStopped);
    }
    // FLT-04, ADP-14: on a device in Error nothing changes.
    draft.fail_device(device.name, cause);
    Ok(Output::Nothing)
}

/// T12: a destroyed device goes.
pub(super) fn reclaim(draft: &mut Draft, name: DeviceName) {
    // TRD-14: no handle table changes; that happened when it was destroyed.
    draft.state.devices.retain(|device| device.name != name);
}

fn adapter_of(draft: &Draft, name: AdapterName) -> &Adapter {
    draft.state.adapter(name).expect("a live handle and a device name an adapter that exists")
}
