//! The model's calls on events and synchronisation objects become the core's requests.

use kmt_core::{
    CreateEvent, CreateSynchronizationObject, CreateSynchronizationObject2, DestroySynchronizationObject,
    LocalHandle, NtHandle, OpenSynchronizationObject, Request, ResetEvent, SetEvent,
    SignalSynchronizationObjectFromCpu, SyncObjectInfo, WaitForEvent, WaitForSynchronizationObjectFromCpu,
};
use kmt_model::action as model;
use kmt_model::state::{LocalObject, OpeningFlags, ProcessName, State};

use super::concretise::{global_handle, local_handle, nt_handle, timeout};
use super::names::Names;

/// The request that a call on an event or a synchronisation object stands for; none if it names something that has no
/// concrete form.
pub(super) fn request(
    call: &model::Call,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Option<Request> {
    let local = |operand| local_handle(operand, process, names);
    let nt = |operand| nt_handle(operand, process, names);
    Some(match *call {
        model::Call::CreateEvent { manual_reset, set } => {
            Request::CreateEvent(CreateEvent { manual_reset, initial_state: set, report_handle: true })
        }
        // Whom these release is the pick.
        model::Call::SetEvent { event, released: _ } => Request::SetEvent(SetEvent { event: nt(event)? }),
        model::Call::ResetEvent { event } => Request::ResetEvent(ResetEvent { event: nt(event)? }),
        model::Call::WaitForEvent { event, timeout: limit } => {
            Request::WaitForEvent(WaitForEvent { event: nt(event)?, timeout: timeout(limit)? })
        }
        model::Call::CreateSynchronizationObject { device, what } => {
            Request::CreateSynchronizationObject(CreateSynchronizationObject {
                device: local(device)?,
                info: info(what, device, process, state, names)?,
            })
        }
        model::Call::CreateSynchronizationObject2 { device, what, flags } => {
            Request::CreateSynchronizationObject2(CreateSynchronizationObject2 {
                device: local(device)?,
                info: info(what, device, process, state, names)?,
                flags: flag_word(flags),
            })
        }
        model::Call::OpenSynchronizationObject { shared } => {
            Request::OpenSynchronizationObject(OpenSynchronizationObject {
                shared: global_handle(shared, names)?,
            })
        }
        model::Call::DestroySynchronizationObject { object } => {
            Request::DestroySynchronizationObject(DestroySynchronizationObject {
                sync_object: local(object)?,
            })
        }
        model::Call::SignalFromCpu { device, entries, rewind, released: _ } => {
            let (objects, values) = arrays(entries, process, names)?;
            Request::SignalSynchronizationObjectFromCpu(SignalSynchronizationObjectFromCpu {
                device: local(device)?,
                object_count: u32::try_from(objects.len()).ok()?,
                objects: Some(objects),
                values: Some(values),
                flags: if rewind { 0x4 } else { 0 },
            })
        }
        model::Call::WaitFromCpu { device, entries, any, event, released: _ } => {
            let (objects, values) = arrays(entries, process, names)?;
            Request::WaitForSynchronizationObjectFromCpu(WaitForSynchronizationObjectFromCpu {
                device: local(device)?,
                object_count: u32::try_from(objects.len()).ok()?,
                objects: Some(objects),
                values: Some(values),
                // A handle of the value 0 would be no event at all, but a call that blocks.
                event: match event {
                    None => NtHandle::ZERO,
                    Some(operand) => nt(operand).filter(|handle| *handle != NtHandle::ZERO)?,
                },
                flags: u32::from(any),
            })
        }
        other => unreachable!("{other:?} is no call on events or synchronisation objects"),
    })
}

fn arrays(
    entries: model::Entries,
    process: ProcessName,
    names: &Names,
) -> Option<(Vec<LocalHandle>, Vec<u64>)> {
    entries.iter().map(|(object, value)| Some((local_handle(object, process, names)?, value))).collect()
}

fn info(
    what: model::SyncInfo,
    device: model::LocalOperand,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Option<SyncObjectInfo> {
    // SYN-20: the highest bit, unless the adapter has so many physical adapters.
    let engine = |unknown: bool| match unknown_engines(device, process, state, names) & 1 << 31 {
        _ if !unknown => Some(0),
        0 => None,
        bit => Some(bit),
    };
    Some(match what {
        model::SyncInfo::Mutex { held } => SyncObjectInfo::Mutex { initial_state: u32::from(held) },
        model::SyncInfo::Semaphore { most, count } => {
            SyncObjectInfo::Semaphore { max_count: most, initial_count: count }
        }
        model::SyncInfo::Fence(value) => SyncObjectInfo::Fence { value },
        model::SyncInfo::CpuNotification { event } => {
            SyncObjectInfo::CpuNotification { event: nt_handle(event, process, names)? }
        }
        model::SyncInfo::MonitoredFence { value, unknown_engine } => {
            SyncObjectInfo::MonitoredFence { initial_value: value, engine_affinity: engine(unknown_engine)? }
        }
        model::SyncInfo::PeriodicMonitoredFence { unknown_engine } => {
            SyncObjectInfo::PeriodicMonitoredFence {
                adapter: LocalHandle::ZERO,
                vidpn_target_id: 0,
                time: 0,
                engine_affinity: engine(unknown_engine)?,
            }
        }
    })
}

/// The bits of an engine affinity that stand for no physical adapter of the device's adapter; all but the first where there
/// is no device.
pub(super) fn unknown_engines(
    device: model::LocalOperand,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> u32 {
    let adapter = match device {
        model::LocalOperand::Named(name) => {
            let held = state.process(process).and_then(|process| process.local_handle(name));
            match held.map(|held| held.object) {
                Some(LocalObject::Device(device)) => state.device(device).map(|device| device.adapter),
                _ => None,
            }
        }
        model::LocalOperand::Dead(_) => None,
    };
    adapter.map_or(!1, |adapter| names.identities.unknown_engines(adapter))
}

fn flag_word(flags: model::SyncFlags) -> u32 {
    let model::SyncFlags { shared, nt_sharing, cross_adapter, by_driver, handle } = flags;
    u32::from(shared)
        | u32::from(nt_sharing) << 1
        | u32::from(cross_adapter) << 2
        | opening_flag_word(handle)
        | u32::from(by_driver) << 8
}

/// The bits of the flags that an opening keeps.
pub(super) fn opening_flag_word(flags: OpeningFlags) -> u32 {
    let OpeningFlags { top_of_pipeline, no_signal, no_wait, no_forced_maximum, no_gpu_access } = flags;
    u32::from(top_of_pipeline) << 3
        | u32::from(no_signal) << 4
        | u32::from(no_wait) << 5
        | u32::from(no_forced_maximum) << 6
        | u32::from(no_gpu_access) << 7
}
