//! The beginning of a synchronisation object, and opening it by its global handle.

use alloc::collections::BTreeMap;

use super::{FenceMapping, Opening, OpeningFlags, Rights, SyncObject, SyncState};
use crate::event::Outcome;
use crate::handle::access::EVENT_MODIFY_STATE;
use crate::handle::nt::NtHandle;
use crate::handle::{GlobalHandle, Kind, LocalHandle, bits};
use crate::id::{AdapterId, DeviceId, OpeningId, ProcessId, SyncObjectId};
use crate::kernel::Kernel;
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::rule::{self, Rule};
use crate::status::NtStatus;

/// Info.Type of a create call, with the members of its union.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyncObjectInfo {
    /// MUTEX, 1.
    Mutex {
        /// InitialState: held by the device if not 0 (SYN-13).
        initial_state: u32,
    },
    /// SEMAPHORE, 2.
    Semaphore {
        /// MaxCount.
        max_count: u32,
        /// InitialCount: at most MaxCount (SYN-14).
        initial_count: u32,
    },
    /// FENCE, 3.
    Fence {
        /// FenceValue: any value (SYN-15).
        value: u64,
    },
    /// CPU_NOTIFICATION, 4.
    CpuNotification {
        /// Event.
        event: NtHandle,
    },
    /// MONITORED_FENCE, 5.
    MonitoredFence {
        /// InitialFenceValue: any value (SYN-15).
        initial_value: u64,
        /// EngineAffinity: a bit for each physical adapter on which the value is mapped; 0 for all (SYN-20).
        engine_affinity: u32,
    },
    /// PERIODIC_MONITORED_FENCE, 6.
    PeriodicMonitoredFence {
        /// hAdapter.
        adapter: LocalHandle,
        /// VidPnTargetId. No adapter of the simulator has a target, so every number is unknown (SYN-18).
        vidpn_target_id: u32,
        /// Time, in units of 100 ns before the vertical sync.
        time: u64,
        /// EngineAffinity.
        engine_affinity: u32,
    },
    /// A number that is none of these.
    Unknown {
        /// The number. One of 1 to 6 is refused like the others.
        object_type: u32,
    },
}

/// D3DKMTCreateSynchronizationObject. Makes an unshared MUTEX or SEMAPHORE on a device (SYN-02).
///
/// Refused with `INVALID_PARAMETER` for another type (SYN-02), a count above the largest (SYN-14) or a dead handle (SYN-03);
/// with `DEVICE_REMOVED` or `GRAPHICS_GPU_EXCEPTION_ON_DEVICE` on a device in Error or a stopped adapter (TDR-10); with
/// `NO_MEMORY` for a full table or too many objects (HND-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CreateSynchronizationObject {
    /// hDevice.
    pub device: LocalHandle,
    /// Info.
    pub info: SyncObjectInfo,
}

/// D3DKMTCreateSynchronizationObject2. Makes an object of any type on a device (SYN-01).
///
/// Refused, in this order: `INVALID_PARAMETER` for an unknown type (SYN-01), an unknown flag (SYN-04), flags that do not go
/// with each other or with the type (SYN-05, SYN-10, SYN-07, SYN-08, SYN-09, SYN-06), a count above the largest (SYN-14), a
/// dead handle (SYN-03); `DEVICE_REMOVED` or `GRAPHICS_GPU_EXCEPTION_ON_DEVICE` (TDR-10); `INVALID_PARAMETER` for a physical
/// adapter that does not exist (SYN-20), a bad hAdapter or target (SYN-18); `INVALID_HANDLE` or `OBJECT_TYPE_MISMATCH` for
/// what is no event (EVT-05), `ACCESS_DENIED` for one that may not be set (EVT-04); `NO_MEMORY` (HND-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CreateSynchronizationObject2 {
    /// hDevice.
    pub device: LocalHandle,
    /// Info.Type and the union.
    pub info: SyncObjectInfo,
    /// Info.Flags (SYN-04).
    pub flags: u32,
}

/// D3DKMTOpenSynchronizationObject. Makes one more local handle to the object of a global handle, with all rights and of no
/// device (SYN-26, HND-23).
///
/// Refused with `INVALID_PARAMETER` if the value is no live global handle of a synchronisation object (SYN-26), with
/// `NO_MEMORY` for a full table (HND-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpenSynchronizationObject {
    /// hSharedHandle.
    pub shared: GlobalHandle,
}

const SHARED: u32 = 0x1;
const NT_SECURITY_SHARING: u32 = 0x2;
const CROSS_ADAPTER: u32 = 0x4;
pub(crate) const TOP_OF_PIPELINE: u32 = 0x8;
pub(crate) const NO_SIGNAL: u32 = 0x10;
pub(crate) const NO_WAIT: u32 = 0x20;
const NO_SIGNAL_MAX_VALUE_ON_TDR: u32 = 0x40;
const NO_GPU_ACCESS: u32 = 0x80;
const SIGNAL_BY_KMD: u32 = 0x100;
// SYN-11: LocalMemoryPreferred, 0x200, changes nothing.
const KNOWN_FLAGS: u32 = 0x3FF;

impl OpeningFlags {
    /// Those of the handle that a create call, or an open on a device, makes.
    // SYN-11: of any type, though some have an effect on fences only.
    pub(crate) const fn of(flags: u32) -> Self {
        Self {
            top_of_pipeline: flags & TOP_OF_PIPELINE != 0,
            no_signal: flags & NO_SIGNAL != 0,
            no_wait: flags & NO_WAIT != 0,
            no_signal_max_value_on_tdr: flags & NO_SIGNAL_MAX_VALUE_ON_TDR != 0,
            no_gpu_access: flags & NO_GPU_ACCESS != 0,
        }
    }
}

/// An object that a create call will make, and its first handle.
pub(crate) struct NewSyncObject {
    pub(crate) process: ProcessId,
    pub(crate) device: DeviceId,
    pub(crate) state: SyncState,
    /// Info.Flags; none for the first form.
    pub(crate) flags: Option<u32>,
}

fn invalid(rule: Rule) -> Refusal {
    Refusal::new(NtStatus::INVALID_PARAMETER, rule)
}

/// The checks over Type and Flags, in their order.
fn check_flags(info: &SyncObjectInfo, flags: u32) -> Result<(), Refusal> {
    use SyncObjectInfo as Info;
    let set = |flag| flags & flag != 0;
    let is_monitored = matches!(info, Info::MonitoredFence { .. });
    let is_notification = matches!(info, Info::CpuNotification { .. });
    let is_any_fence = is_monitored || matches!(info, Info::PeriodicMonitoredFence { .. });
    let wrong = [
        // SYN-01
        (matches!(info, Info::Unknown { .. }), rule::SYN_01),
        // SYN-04
        (set(!KNOWN_FLAGS), rule::SYN_04),
        // SYN-05
        (set(NT_SECURITY_SHARING) && !set(SHARED), rule::SYN_05),
        // SYN-10
        (set(CROSS_ADAPTER) && !set(SHARED), rule::SYN_10),
        // SYN-07
        (set(NO_SIGNAL) && set(NO_WAIT), rule::SYN_07),
        (set(TOP_OF_PIPELINE | NO_SIGNAL | NO_WAIT) && !is_monitored, rule::SYN_07),
        // SYN-08
        (set(SIGNAL_BY_KMD) && !is_notification, rule::SYN_08),
        // SYN-09
        (set(SHARED) && is_notification, rule::SYN_09),
        // SYN-06
        (set(SHARED) && !set(NT_SECURITY_SHARING) && is_any_fence, rule::SYN_06),
    ];
    match wrong.iter().find(|(is_wrong, _)| *is_wrong) {
        Some((_, rule)) => Err(invalid(*rule)),
        None => check_counts(info),
    }
}

// SYN-14: equal counts, 0 included, are legal.
fn check_counts(info: &SyncObjectInfo) -> Result<(), Refusal> {
    match info {
        SyncObjectInfo::Semaphore { max_count, initial_count } if initial_count > max_count => {
            Err(invalid(rule::SYN_14))
        }
        _ => Ok(()),
    }
}

/// Checks.
impl Kernel {
    pub(crate) fn check_create_sync_object(
        &self,
        caller: ProcessId,
        request: &CreateSynchronizationObject,
    ) -> Result<Plan, Refusal> {
        use SyncObjectInfo as Info;
        // SYN-02
        if !matches!(request.info, Info::Mutex { .. } | Info::Semaphore { .. }) {
            return Err(invalid(rule::SYN_02));
        }
        check_counts(&request.info)?;
        let device = self.check_creating_device(caller, request.device)?;
        let state = self.initial_state(caller, device, &request.info, 0)?;
        self.check_room_for_sync_object(caller, false)?;
        Ok(Plan::CreateSyncObject(NewSyncObject { process: caller, device, state, flags: None }))
    }

    pub(crate) fn check_create_sync_object2(
        &self,
        caller: ProcessId,
        request: &CreateSynchronizationObject2,
    ) -> Result<Plan, Refusal> {
        let CreateSynchronizationObject2 { device, ref info, flags } = *request;
        check_flags(info, flags)?;
        let device = self.check_creating_device(caller, device)?;
        let state = self.initial_state(caller, device, info, flags)?;
        self.check_room_for_sync_object(caller, has_global_handle(flags))?;
        Ok(Plan::CreateSyncObject(NewSyncObject { process: caller, device, state, flags: Some(flags) }))
    }

    /// The device that an object is to be made on.
    fn check_creating_device(&self, caller: ProcessId, handle: LocalHandle) -> Result<DeviceId, Refusal> {
        // SYN-03: for every type.
        let device = self
            .resolve(caller, handle, Kind::Device)
            .map_err(|refusal| Refusal { rule: rule::SYN_03, ..refusal })?;
        self.check_works(DeviceId(device))?;
        Ok(DeviceId(device))
    }

    /// What an object of this type is at first.
    fn initial_state(
        &self,
        caller: ProcessId,
        device: DeviceId,
        info: &SyncObjectInfo,
        flags: u32,
    ) -> Result<SyncState, Refusal> {
        let adapter = self.device(device).adapter;
        match *info {
            // SYN-13
            SyncObjectInfo::Mutex { initial_state } => {
                Ok(SyncState::Mutex { holder: (initial_state != 0).then_some(device) })
            }
            // SYN-14
            SyncObjectInfo::Semaphore { max_count, initial_count } => {
                Ok(SyncState::Semaphore { count: initial_count, max_count })
            }
            // SYN-15: any value.
            SyncObjectInfo::Fence { value } => Ok(SyncState::Fence { value }),
            SyncObjectInfo::MonitoredFence { initial_value, engine_affinity } => {
                self.check_affinity(adapter, engine_affinity, flags)?;
                Ok(SyncState::MonitoredFence { value: initial_value })
            }
            SyncObjectInfo::CpuNotification { event } => {
                // SYN-16, EVT-05: NULL is no open handle.
                let rules = (rule::EVT_05, rule::EVT_04);
                let event = self.resolve_event(caller, event, EVENT_MODIFY_STATE, rules)?;
                Ok(SyncState::CpuNotification { event, signal_by_kmd: flags & SIGNAL_BY_KMD != 0 })
            }
            SyncObjectInfo::PeriodicMonitoredFence { engine_affinity, .. } => {
                self.check_affinity(adapter, engine_affinity, flags)?;
                // SYN-18: whatever hAdapter is, no adapter has a target.
                Err(invalid(rule::SYN_18))
            }
            // SYN-01: refused before.
            SyncObjectInfo::Unknown { .. } => Err(invalid(rule::SYN_01)),
        }
    }

    /// Refuses a bit for a physical adapter that does not exist.
    // SYN-20, OPN-13: with NoGPUAccess the field is not read.
    pub(crate) fn check_affinity(
        &self,
        adapter: AdapterId,
        affinity: u32,
        flags: u32,
    ) -> Result<(), Refusal> {
        let existing = 1u64.unbounded_shl(self.adapter(adapter).config.physical_adapters) - 1;
        if flags & NO_GPU_ACCESS == 0 && u64::from(affinity) & !existing != 0 {
            return Err(invalid(rule::SYN_20));
        }
        Ok(())
    }

    // HND-14, SYN-17: when everything else was looked at.
    fn check_room_for_sync_object(&self, caller: ProcessId, is_global: bool) -> Result<(), Refusal> {
        self.check_handles_fit(caller, 1)?;
        let has_room = !is_global || self.global_handles.can_allocate(1);
        if !has_room || self.sync_objects.len() >= self.limits.sync_objects {
            return Err(Refusal::new(NtStatus::NO_MEMORY, rule::HND_14));
        }
        Ok(())
    }

    pub(crate) fn check_open_sync_object(
        &self,
        caller: ProcessId,
        request: &OpenSynchronizationObject,
    ) -> Result<Plan, Refusal> {
        // SYN-26, HND-23: a number is enough, in any process. TDR-10, FLT-18: no device is named, so none is asked. HND-26: a
        // local handle has another instance, an NT handle no generation.
        let object = self.global_handles.lookup(request.shared, Kind::SyncObject);
        let Some(object) = object.map(SyncObjectId) else { return Err(invalid(rule::SYN_26)) };
        self.check_handles_fit(caller, 1)?;
        Ok(Plan::OpenSyncObject { process: caller, object })
    }
}

/// Effects.
impl Kernel {
    pub(crate) fn commit_create_sync_object(&mut self, new: &NewSyncObject) -> Outcome {
        let NewSyncObject { process, device, state, flags } = *new;
        let given = flags.unwrap_or(0);
        let id = self.sync_objects.next_id();
        // SYN-12, HND-24: one global handle, or none for ever. SYN-05
        let has_global = has_global_handle(given);
        self.sync_objects.insert(SyncObject {
            state,
            adapter: self.device(device).adapter,
            cross_adapter: given & CROSS_ADAPTER != 0,
            nt_sharing: given & NT_SECURITY_SHARING != 0,
            shared: None,
            handles: 0,
            nt_objects: 0,
            waits: 0,
            users: BTreeMap::new(),
        });
        let flags_of_handle = OpeningFlags::of(given);
        let sync_object = self.make_opening(process, id, Some(device), flags_of_handle, Rights::ALL);
        let shared = has_global.then(|| self.global_handles.allocate(Kind::SyncObject, id.0));
        self.sync_object_mut(id).shared = shared;
        match state {
            SyncState::Mutex { holder: Some(_) } => {
                self.device_mut(device).held.insert(id);
            }
            // EVT-06
            SyncState::CpuNotification { event, .. } => self.add_registration(event),
            _ => {}
        }
        if flags.is_none() {
            return Outcome::with(Output::CreateSynchronizationObject { sync_object });
        }
        // SYN-21, SYN-22: of a fence only.
        let is_fence = matches!(state, SyncState::MonitoredFence { .. });
        let mapping = is_fence.then(|| FenceMapping::of(sync_object, flags_of_handle));
        let shared = shared.unwrap_or(GlobalHandle::ZERO);
        Outcome::with(Output::CreateSynchronizationObject2 { sync_object, shared, mapping })
    }

    // SYN-26: of the process. SYN-27: the object stays as it is.
    pub(crate) fn commit_open_sync_object(&mut self, process: ProcessId, object: SyncObjectId) -> Outcome {
        // ACC-15: with all rights.
        let sync_object = self.make_opening(process, object, None, OpeningFlags::default(), Rights::ALL);
        Outcome::with(Output::OpenSynchronizationObject { sync_object })
    }

    /// Makes a handle to an object.
    // HND-16: a handle of its own. ACC-15, SYN-33: its rights are fixed now.
    pub(crate) fn make_opening(
        &mut self,
        process: ProcessId,
        object: SyncObjectId,
        device: Option<DeviceId>,
        flags: OpeningFlags,
        Rights { may_wait, may_signal }: Rights,
    ) -> LocalHandle {
        let id = OpeningId(self.openings.next_number());
        let handle = self.process_mut(process).handles.allocate(Kind::SyncObject, id.0);
        self.openings.insert(Opening { object, process, handle, device, flags, may_wait, may_signal });
        self.sync_object_mut(object).handles += 1;
        // SYN-03, TRD-06: what is made on a device lives on it.
        if let Some(device) = device {
            let owner = self.device_mut(device);
            owner.openings.insert(bits::index(handle), id);
            let adapter = owner.adapter;
            self.sync_objects.add_user(object, adapter);
        }
        handle
    }
}

// SYN-12, SYN-05, HND-24
const fn has_global_handle(flags: u32) -> bool {
    flags & SHARED != 0 && flags & NT_SECURITY_SHARING == 0
}
