//! The core's requests on events and synchronisation objects become the model's calls.
//!
//! What is wrong with the arguments alone (SYN-01, SYN-04, CPU-13, CPU-14, and the place for a handle) is answered here, in
//! the order of the checks; no check that looks at the state stands before any of them.

use kmt_core::rule::Rule;
use kmt_core::{
    Call, CreateSynchronizationObject2, LocalHandle, NtHandle, NtStatus, Refusal, Request, SyncObjectInfo,
    rule,
};
use kmt_model::action as model;
use kmt_model::state::{OpeningFlags, ProcessName, State};

use super::abstracting::{Surface, global_operand, local_operand, nt_operand, released_by, timeout};
use super::concretise_sync::unknown_engines;
use super::names::Names;

/// The most objects of one call (CPU-13).
const MOST_OBJECTS: u32 = 4096;

/// The meaning of a request on an event or a synchronisation object.
pub(super) fn request(
    call: &Call,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Result<model::Call, Surface> {
    let local = |handle| local_operand(handle, process, names);
    let nt = |handle| nt_operand(handle, process, names);
    Ok(match &call.request {
        // ADP-01
        Request::CreateEvent(create) if !create.report_handle => return Err(refused(rule::ADP_01)),
        Request::CreateEvent(create) => {
            model::Call::CreateEvent { manual_reset: create.manual_reset, set: create.initial_state }
        }
        Request::SetEvent(set) => {
            model::Call::SetEvent { event: nt(set.event), released: released_by(call, names) }
        }
        Request::ResetEvent(reset) => model::Call::ResetEvent { event: nt(reset.event) },
        Request::WaitForEvent(wait) => {
            model::Call::WaitForEvent { event: nt(wait.event), timeout: timeout(wait.timeout, &call.pick) }
        }
        Request::CreateSynchronizationObject(create) => {
            let device = local(create.device);
            // SYN-02: a number that is no type is as little made as types 3 to 6.
            let what = info(create.info, device, process, state, names)
                .unwrap_or(model::SyncInfo::PeriodicMonitoredFence { unknown_engine: false });
            model::Call::CreateSynchronizationObject { device, what }
        }
        Request::CreateSynchronizationObject2(create) => create2(create, process, state, names)?,
        Request::OpenSynchronizationObject(open) => {
            model::Call::OpenSynchronizationObject { shared: global_operand(open.shared, names) }
        }
        Request::DestroySynchronizationObject(destroy) => {
            model::Call::DestroySynchronizationObject { object: local(destroy.sync_object) }
        }
        Request::SignalSynchronizationObjectFromCpu(signal) => {
            let arrays = Arrays {
                count: signal.object_count,
                objects: signal.objects.as_deref(),
                values: signal.values.as_deref(),
            };
            model::Call::SignalFromCpu {
                device: local(signal.device),
                entries: arrays.entries(signal.flags & !0x4 != 0, process, names)?,
                rewind: signal.flags & 0x4 != 0,
                released: released_by(call, names),
            }
        }
        Request::WaitForSynchronizationObjectFromCpu(wait) => {
            let arrays = Arrays {
                count: wait.object_count,
                objects: wait.objects.as_deref(),
                values: wait.values.as_deref(),
            };
            model::Call::WaitFromCpu {
                device: local(wait.device),
                entries: arrays.entries(wait.flags & !0x1 != 0, process, names)?,
                any: wait.flags & 0x1 != 0,
                // NULL is the value 0 itself; 1 to 3, which NTH-03 clears to 0, are handles that are not open.
                event: (wait.event != NtHandle::ZERO).then(|| nt(wait.event)),
                released: released_by(call, names),
            }
        }
        other => unreachable!("{other:?} is no call on events or synchronisation objects"),
    })
}

fn create2(
    create: &CreateSynchronizationObject2,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Result<model::Call, Surface> {
    let device = local_operand(create.device, process, names);
    // SYN-01
    let what = info(create.info, device, process, state, names).ok_or_else(|| refused(rule::SYN_01))?;
    // SYN-04
    if create.flags & 0xFFFF_FC00 != 0 {
        return Err(refused(rule::SYN_04));
    }
    let has = |bit: u32| create.flags & bit != 0;
    let handle = OpeningFlags {
        top_of_pipeline: has(0x8),
        no_signal: has(0x10),
        no_wait: has(0x20),
        no_forced_maximum: has(0x40),
        no_gpu_access: has(0x80),
    };
    let flags = model::SyncFlags {
        shared: has(0x1),
        nt_sharing: has(0x2),
        cross_adapter: has(0x4),
        by_driver: has(0x100),
        handle,
    };
    Ok(model::Call::CreateSynchronizationObject2 { device, what, flags })
}

/// What is made; none for a number that is no type.
fn info(
    info: SyncObjectInfo,
    device: model::LocalOperand,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Option<model::SyncInfo> {
    Some(match info {
        SyncObjectInfo::Mutex { initial_state } => model::SyncInfo::Mutex { held: initial_state != 0 },
        SyncObjectInfo::Semaphore { max_count, initial_count } => {
            model::SyncInfo::Semaphore { most: max_count, count: initial_count }
        }
        SyncObjectInfo::Fence { value } => model::SyncInfo::Fence(value),
        SyncObjectInfo::CpuNotification { event } => {
            model::SyncInfo::CpuNotification { event: nt_operand(event, process, names) }
        }
        SyncObjectInfo::MonitoredFence { initial_value, engine_affinity } => {
            let unknown = unknown_engines(device, process, state, names);
            model::SyncInfo::MonitoredFence {
                value: initial_value,
                unknown_engine: engine_affinity & unknown != 0,
            }
        }
        SyncObjectInfo::PeriodicMonitoredFence {
            adapter: _,         // whatever these are,
            vidpn_target_id: _, // no adapter has a target,
            time: _,            // so SYN-18 refuses the call
            engine_affinity,
        } => {
            let unknown = unknown_engines(device, process, state, names);
            model::SyncInfo::PeriodicMonitoredFence { unknown_engine: engine_affinity & unknown != 0 }
        }
        SyncObjectInfo::Unknown { object_type: _ } => return None,
    })
}

/// The arrays of a CPU-side call.
struct Arrays<'a> {
    count: u32,
    objects: Option<&'a [LocalHandle]>,
    values: Option<&'a [u64]>,
}

impl Arrays<'_> {
    fn entries(
        &self,
        unknown_flag: bool,
        process: ProcessName,
        names: &Names,
    ) -> Result<model::Entries, Surface> {
        // CPU-13
        let (Some(objects), Some(values)) = (self.objects, self.values) else {
            return Err(refused(rule::CPU_13));
        };
        // CPU-14
        if unknown_flag {
            return Err(refused(rule::CPU_14));
        }
        // CPU-13
        if self.count == 0 {
            return Err(refused(rule::CPU_13));
        }
        if self.count > MOST_OBJECTS {
            return Err(Surface::Refused(Refusal { status: NtStatus::NO_MEMORY, rule: rule::CPU_13 }));
        }
        let entry = |place: usize| {
            // An entry beyond the end of an array reads as 0.
            let object = objects.get(place).copied().unwrap_or(LocalHandle::ZERO);
            (local_operand(object, process, names), values.get(place).copied().unwrap_or(0))
        };
        let count = self.count as usize;
        model::Entries::of((0..count).map(entry))
            .ok_or(Surface::BeyondTheModel("more than eight objects in one call"))
    }
}

fn refused(rule: Rule) -> Surface {
    Surface::Refused(Refusal { status: NtStatus::INVALID_PARAMETER, rule })
}
