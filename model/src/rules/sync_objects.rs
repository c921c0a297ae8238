//! Synchronisation objects: making, opening, destroying.

use super::draft::{Draft, free_name, has_room};
use super::events;
use crate::action::{GlobalOperand, LocalOperand, SyncFlags, SyncInfo};
use crate::observation::{Mapping, Output, Refusal};
use crate::state::{
    Device, DeviceName, GlobalObject, LocalName, LocalObject, Opening, OpeningFlags, ProcessName, State,
    SyncObject, SyncObjectName, SyncValue,
};

/// CreateSynchronizationObject: no flags, never shared.
pub(super) fn create(
    draft: &mut Draft,
    caller: ProcessName,
    device: LocalOperand,
    what: SyncInfo,
) -> Result<Output, Refusal> {
    // SYN-02
    if !matches!(what, SyncInfo::Mutex { .. } | SyncInfo::Semaphore { .. }) {
        return Err(Refusal::UnsupportedType);
    }
    create_2(draft, caller, device, what, SyncFlags::default())
}

/// CreateSynchronizationObject2, and the part of CreateSynchronizationObject behind the check of the type.
pub(super) fn create_2(
    draft: &mut Draft,
    caller: ProcessName,
    operand: LocalOperand,
    what: SyncInfo,
    flags: SyncFlags,
) -> Result<Output, Refusal> {
    check_flags(what, flags)?;
    // SYN-14
    if let SyncInfo::Semaphore { most, count } = what
        && count > most
    {
        return Err(Refusal::CountAboveMost);
    }
    // SYN-03
    let (_, device) = draft.device_operand(caller, operand).map_err(|_| Refusal::NoSuchDevice)?;
    draft.refuse_error(&device)?;
    let value = first_value(draft, caller, &device, what, flags)?;
    // SYN-17, HND-14: memory comes after every other check.
    let State { limits, sync_objects, .. } = &draft.state;
    has_room(sync_objects.len(), limits.sync_objects, Refusal::NoMemory)?;
    let name = SyncObjectName(free_name(sync_objects.iter().map(|object| object.name.0)));
    // SYN-03, TRD-06: the handle lives on the device. SYN-27: the flags are of the handle. ACC-15: with all
    // rights.
    let opening = Opening {
        object: name,
        device: Some(device.name),
        flags: flags.handle,
        may_wait: true,
        may_signal: true,
    };
    let handle = draft.open_local(caller, LocalObject::SyncObject(opening))?;
    // SYN-05, HND-24: a global handle if it is shared, and not through NT handles.
    let shared = flags.shared && !flags.nt_sharing;
    let global = shared.then(|| draft.open_global(GlobalObject::SyncObject(name))).transpose()?;
    // SYN-21, SYN-22, SYN-11: no GPU address with NoGPUAccess.
    let mapping = mapping_of(value, flags.handle);
    draft.state.sync_objects.push(SyncObject {
        name,
        adapter: device.adapter,
        cross_adapter: flags.cross_adapter,
        nt_sharing: flags.nt_sharing,
        value,
        marks: Vec::new(),
    });
    Ok(Output::SyncObject { handle, object: name, global, mapping })
}

/// Returns which addresses a create or open call writes.
pub(super) const fn mapping_of(value: SyncValue, flags: OpeningFlags) -> Mapping {
    match value {
        SyncValue::MonitoredFence(_) if flags.no_gpu_access => Mapping::Cpu,
        SyncValue::MonitoredFence(_) => Mapping::Both,
        _ => Mapping::None,
    }
}

/// The checks of the flags against each other and the type.
fn check_flags(what: SyncInfo, flags: SyncFlags) -> Result<(), Refusal> {
    let is_fence = matches!(what, SyncInfo::MonitoredFence { .. });
    let is_periodic = matches!(what, SyncInfo::PeriodicMonitoredFence { .. });
    let is_notification = matches!(what, SyncInfo::CpuNotification { .. });
    let OpeningFlags { top_of_pipeline, no_signal, no_wait, .. } = flags.handle;
    let refusals = [
        // SYN-05
        (flags.nt_sharing && !flags.shared, Refusal::NtSharingWithoutShared),
        // SYN-10
        (flags.cross_adapter && !flags.shared, Refusal::CrossAdapterWithoutShared),
        // SYN-07
        (no_signal && no_wait, Refusal::WrongHandleFlags),
        ((top_of_pipeline || no_signal || no_wait) && !is_fence, Refusal::WrongHandleFlags),
        // SYN-08
        (flags.by_driver && !is_notification, Refusal::WrongSignalByDriver),
        // SYN-09
        (flags.shared && is_notification, Refusal::SharedNotification),
        // SYN-06
        (flags.shared && !flags.nt_sharing && (is_fence || is_periodic), Refusal::GloballySharedFence),
    ];
    refusals.iter().find(|(refused, _)| *refused).map_or(Ok(()), |(_, refusal)| Err(*refusal))
}

/// Returns the type with its first value, or refuses what it needs and lacks.
fn first_value(
    draft: &Draft,
    caller: ProcessName,
    device: &Device,
    what: SyncInfo,
    flags: SyncFlags,
) -> Result<SyncValue, Refusal> {
    Ok(match what {
        // SYN-13
        SyncInfo::Mutex { held } => SyncValue::Mutex(held.then_some(device.name)),
        // SYN-14
        SyncInfo::Semaphore { most, count } => SyncValue::Semaphore { count, most },
        // SYN-15
        SyncInfo::Fence(value) => SyncValue::Fence(value),
        SyncInfo::MonitoredFence { value, unknown_engine } => {
            // SYN-20
            if unknown_engine && !flags.handle.no_gpu_access {
                return Err(Refusal::UnknownEngine);
            }
            SyncValue::MonitoredFence(value)
        }
        SyncInfo::PeriodicMonitoredFence { unknown_engine } => {
            // SYN-20, and SYN-18: no adapter has a target.
            let engine = unknown_engine && !flags.handle.no_gpu_access;
            return Err(if engine { Refusal::UnknownEngine } else { Refusal::NoPeriodicTarget });
        }
        SyncInfo::CpuNotification { event } => {
            // SYN-16, EVT-05, EVT-04; EVT-06: the object holds the event, the handle may go.
            let event = events::event_with(draft, caller, event, events::MODIFY_STATE)?;
            SyncValue::CpuNotification { event, by_driver: flags.by_driver }
        }
    })
}

/// OpenSynchronizationObject.
pub(super) fn open(draft: &mut Draft, caller: ProcessName, shared: GlobalOperand) -> Result<Output, Refusal> {
    // SYN-26, HND-23: the number is enough, in whatever process. TDR-10, FLT-18: no device is named.
    let GlobalOperand::Named(global) = shared else { return Err(Refusal::NoSuchGlobalSyncObject) };
    let Some(GlobalObject::SyncObject(object)) =
        draft.state.global_handle(global).map(|handle| handle.object)
    else {
        return Err(Refusal::NoSuchGlobalSyncObject);
    };
    // SYN-26: a handle of the process. HND-23, ACC-15: with all rights.
    let flags = OpeningFlags::default();
    let opening = Opening { object, device: None, flags, may_wait: true, may_signal: true };
    draft.open_local(caller, LocalObject::SyncObject(opening)).map(Output::SyncObjectHandle)
}

/// DestroySynchronizationObject.
pub(super) fn destroy(
    draft: &mut Draft,
    caller: ProcessName,
    operand: LocalOperand,
) -> Result<Output, Refusal> {
    // SYN-28; FLT-18, TDR-10: whatever the state of device and adapter.
    let Some((handle, LocalObject::SyncObject(opening))) = draft.local_object(caller, operand) else {
        return Err(Refusal::NoSyncObjectToDestroy);
    };
    // SYN-24: the mappings go with the handle. SYN-30, TRD-13: waits go on, and hold the object.
    free_handle(draft, caller, handle, opening.object);
    Ok(Output::Nothing)
}

/// Frees a live handle of a synchronisation object, and the global handle with the last one.
pub(super) fn free_handle(draft: &mut Draft, owner: ProcessName, handle: LocalName, object: SyncObjectName) {
    draft.free_local(owner, handle);
    // SYN-29, HND-25: a wait may keep the object, but not its global handle.
    if draft.state.openings(object).next().is_none() {
        draft.free_global(GlobalObject::SyncObject(object));
    }
}

/// Frees each MUTEX that one of the devices holds.
pub(super) fn free_mutexes(draft: &mut Draft, devices: &[DeviceName]) {
    for object in &mut draft.state.sync_objects {
        if let SyncValue::Mutex(holder) = &mut object.value {
            // TDR-09, SYN-32
            *holder = holder.filter(|device| !devices.contains(device));
        }
    }
}
