//! Devices: making, asking, marking, destroying, reclaiming.

use super::draft::{Draft, free_name, has_room};
use super::{fences, sync_objects, waits};
use crate::action::{DeviceQuery, ErrorReason, LocalOperand};
use crate::observation::{Effect, Output, Refusal, Verdict};
use crate::state::{AdapterName, Device, DeviceName, Execution, LocalObject, ProcessName, State};

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
    if !draft.adapter(adapter).running {
        return Err(Refusal::AdapterStopped);
    }
    // HND-14: a destroyed device that is not reclaimed counts (TRD-14).
    let State { limits, devices, .. } = &draft.state;
    has_room(devices.len(), limits.devices, Refusal::NoMemory)?;
    let device = DeviceName(free_name(devices.iter().map(|device| device.name.0)));
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

/// Frees all that lives on a device, and then its handle.
pub(super) fn free_handle(draft: &mut Draft, name: DeviceName) {
    let owner = draft.device_mut(name).process;
    // CPU-19, TRD-07: its waits first; no event is set.
    waits::end(draft, |_, wait| {
        let named = wait.target.device() == Some(name);
        named.then_some(Verdict::Refused(Refusal::DeviceDestroyedWhileWaiting))
    });
    // SYN-32, TRD-05
    sync_objects::free_mutexes(draft, &[name]);
    // TRD-06, HND-19: the children before the parent.
    for handle in draft.process_mut(owner).local_handles.clone() {
        if let LocalObject::SyncObject(opening) = handle.object
            && opening.device == Some(name)
        {
            sync_objects::free_handle(draft, owner, handle.name, opening.object);
        }
    }
    let handles = &draft.process_mut(owner).local_handles;
    let handle = handles.iter().find(|handle| handle.object == LocalObject::Device(name));
    let handle = handle.expect("a device that is not destroyed has its handle").name;
    draft.free_local(owner, handle);
}

/// Puts the Active ones of these devices of an adapter in Error, in one step (FLT-04).
pub(super) fn fail(draft: &mut Draft, adapter: AdapterName, devices: &[DeviceName], cause: Execution) {
    // ADP-11: the first cause stays.
    let is_active = |name: &DeviceName| {
        draft.state.device(*name).is_some_and(|device| device.execution == Execution::Active)
    };
    let hit = devices.iter().copied().filter(is_active).collect::<Vec<_>>();
    for name in &hit {
        draft.device_mut(*name).execution = cause;
        draft.effects.push(Effect::DeviceEnteredError { device: *name, execution: cause });
    }
    // TDR-09, FLT-19: nothing else than what the devices hold and could signal is touched.
    sync_objects::free_mutexes(draft, &hit);
    // TDR-05, TDR-06: whatever the cause, in the same step.
    fences::force_maximum(draft, adapter, &hit);
    // TDR-07, FLT-08: what the maximum left; a registered wait stays.
    waits::end(draft, |_, wait| {
        let blocked = wait.thread.is_some() && wait.target.device().is_some_and(|name| hit.contains(&name));
        blocked.then_some(Verdict::Refused(Refusal::DeviceFailedWhileWaiting))
    });
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
    if !draft.adapter(device.adapter).running {
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
    if !draft.adapter(device.adapter).running {
        return Err(Refusal::AdapterStopped);
    }
    // FLT-04, ADP-14: on a device in Error nothing changes.
    fail(draft, device.adapter, &[device.name], cause);
    Ok(Output::Nothing)
}

/// T12: a destroyed device goes.
pub(super) fn reclaim(draft: &mut Draft, name: DeviceName) {
    // TRD-14: no handle table changes; that happened when it was destroyed.
    draft.state.devices.retain(|device| device.name != name);
}
