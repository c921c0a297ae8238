//! Devices: what a process works with an adapter through.
//!
//! Life cycle: CreateDevice makes a device Active. It enters Error once and for ever (ADP-11). It is destroyed by
//! DestroyDevice, by the last CloseAdapter of its process, or with its process; destroyed, it has no handle any more and is
//! reclaimed in a step of its own (TRD-14). What happens when it enters Error is in [`super::device_error`].

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::event::Outcome;
use crate::handle::{Kind, LocalHandle};
use crate::id::{AdapterId, DeviceId, OpeningId, ProcessId, SyncObjectId};
use crate::kernel::Kernel;
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::reply::{Output, Reply};
use crate::rule;
use crate::status::NtStatus;

/// A device of the machine.
// ADP-10: of a process and an adapter, not of an adapter handle.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Device {
    pub(crate) process: ProcessId,
    pub(crate) adapter: AdapterId,
    pub(crate) execution: ExecutionState,
    /// None once it is destroyed.
    pub(crate) handle: Option<LocalHandle>,
    /// The synchronisation handles that live on it, by index in the handle table of the process.
    // TRD-06
    pub(crate) openings: BTreeMap<u32, OpeningId>,
    /// The MUTEX objects that it holds.
    pub(crate) held: BTreeSet<SyncObjectId>,
}

/// What GetDeviceState reports of a device: Active, or what put it in Error first (ADP-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExecutionState {
    /// ACTIVE, 1.
    Active,
    /// RESET, 2: a reset that another device caused.
    Reset,
    /// HUNG, 3: it caused a timeout, or was marked so.
    Hung,
    /// STOPPED, 4: its adapter stopped.
    Stopped,
    /// ERROR_OUTOFMEMORY, 5: memory that it could not do without was not to be had.
    ErrorOutOfMemory,
    /// ERROR_DMAFAULT, 6: a GPU error other than a page fault.
    ErrorDmaFault,
    /// ERROR_DMAPAGEFAULT, 7: a page fault.
    ErrorDmaPageFault,
}

impl ExecutionState {
    /// The number that GetDeviceState writes (ADP-13).
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            Self::Active => 1,
            Self::Reset => 2,
            Self::Hung => 3,
            Self::Stopped => 4,
            Self::ErrorOutOfMemory => 5,
            Self::ErrorDmaFault => 6,
            Self::ErrorDmaPageFault => 7,
        }
    }

    /// What a call on a device in this state returns; none for an Active one.
    // FLT-01
    pub(crate) const fn error_status(self) -> Option<NtStatus> {
        match self {
            Self::Active => None,
            Self::Reset | Self::Hung | Self::Stopped => Some(NtStatus::DEVICE_REMOVED),
            Self::ErrorOutOfMemory | Self::ErrorDmaFault | Self::ErrorDmaPageFault => {
                Some(NtStatus::GRAPHICS_GPU_EXCEPTION_ON_DEVICE)
            }
        }
    }
}

/// What GetDeviceState writes, by StateType (ADP-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceStateReport {
    /// EXECUTION (1).
    Execution(ExecutionState),
    /// RESET (3).
    Reset {
        /// DesktopSwitched, always false.
        desktop_switched: bool,
    },
    /// PAGE_FAULT (5).
    PageFault(PageFaultState),
}

/// The record of a page fault, 32 bytes; all zeros on a device that no page fault put in Error (ADP-12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PageFaultState {
    /// FaultedPrimitiveAPISequenceNumber.
    pub faulted_primitive_api_sequence_number: u64,
    /// FaultedPipelineStage.
    pub faulted_pipeline_stage: u32,
    /// FaultedBindTableEntry.
    pub faulted_bind_table_entry: u32,
    /// PageFaultFlags.
    pub page_fault_flags: u32,
    /// FaultErrorCode.
    pub fault_error_code: u32,
    /// FaultedVirtualAddress.
    pub faulted_virtual_address: u64,
}

/// D3DKMTCreateDevice. Makes an Active device and its local handle (ADP-10).
///
/// Refused with `INVALID_PARAMETER` for an unknown flag (ADP-01) or a dead handle (HND-09), with `DEVICE_REMOVED` on a
/// stopped adapter (FLT-18), with `NO_MEMORY` for a full table or too many devices (HND-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CreateDevice {
    /// hAdapter.
    pub adapter: LocalHandle,
    /// Flags: LegacyMode 0x1, RequestVSync 0x2, DisableGpuTimeout 0x4.
    pub flags: u32,
}

/// D3DKMTDestroyDevice. The handle dies at once and the device awaits its reclaim (TRD-05, TRD-14).
///
/// Refused with `INVALID_PARAMETER` for a dead handle (HND-09); nothing else is in the way (TRD-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DestroyDevice {
    /// hDevice.
    pub device: LocalHandle,
}

/// D3DKMTGetDeviceState. Reports one aspect of a device, Active or in Error (ADP-12).
///
/// Refused with `INVALID_PARAMETER` for a state type that is none, with `NOT_SUPPORTED` for those of presentation (ADP-12),
/// with `INVALID_PARAMETER` for a dead handle (HND-09), with `DEVICE_REMOVED` on a stopped adapter (ADP-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GetDeviceState {
    /// hDevice.
    pub device: LocalHandle,
    /// StateType: EXECUTION 1, RESET 3, PAGE_FAULT 5.
    pub state_type: u32,
}

/// D3DKMTMarkDeviceAsError. Puts an Active device in Error, with all that this means for its fences (TDR-06); one in Error
/// stays as it is (ADP-14).
///
/// Refused with `INVALID_PARAMETER` for an unknown reason (ADP-14) or a dead handle (HND-09), with `DEVICE_REMOVED` on a
/// stopped adapter (FLT-18).
///
/// One that sets contested auto-reset events has a [`crate::Pick::Release`] for each outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MarkDeviceAsError {
    /// hDevice.
    pub device: LocalHandle,
    /// Reason: GENERIC 0x80000000 or DRIVER_ERROR 0x80000006.
    pub reason: u32,
}

const CREATE_FLAGS: u32 = 0x7;
const REASON_GENERIC: u32 = 0x8000_0000;
const REASON_DRIVER_ERROR: u32 = 0x8000_0006;

impl Kernel {
    pub(crate) fn check_create_device(
        &self,
        caller: ProcessId,
        request: &CreateDevice,
    ) -> Result<Plan, Refusal> {
        // ADP-01, ADP-10
        if request.flags & !CREATE_FLAGS != 0 {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::ADP_01));
        }
        let adapter = AdapterId(self.resolve(caller, request.adapter, Kind::Adapter)?);
        self.check_running(adapter, rule::FLT_18)?;
        self.check_handles_fit(caller, 1)?;
        // HND-14: no memory for the object.
        if self.devices.len() >= self.limits.devices {
            return Err(Refusal::new(NtStatus::NO_MEMORY, rule::HND_14));
        }
        Ok(Plan::CreateDevice { process: caller, adapter })
    }

    // ADP-10
    pub(crate) fn commit_create_device(&mut self, process: ProcessId, adapter: AdapterId) -> Outcome {
        let id = self.devices.next_id();
        let handle = self.process_mut(process).handles.allocate(Kind::Device, id.0);
        // ADP-11
        let execution = ExecutionState::Active;
        self.devices.insert(Device {
            process,
            adapter,
            execution,
            handle: Some(handle),
            openings: BTreeMap::new(),
            held: BTreeSet::new(),
        });
        let owner = self.process_mut(process);
        owner.devices.append(id);
        owner.adapters.entry(adapter).or_default().devices.append(id);
        self.adapter_mut(adapter).devices.append(id);
        Outcome::with(Output::CreateDevice { device: handle })
    }

    // TRD-01, FLT-18: neither the state of the device nor that of the adapter is asked.
    pub(crate) fn check_destroy_device(
        &self,
        caller: ProcessId,
        request: &DestroyDevice,
    ) -> Result<Plan, Refusal> {
        let device = DeviceId(self.resolve(caller, request.device, Kind::Device)?);
        Ok(Plan::DestroyDevice { device })
    }

    pub(crate) fn commit_destroy_device(&mut self, device: DeviceId) -> Outcome {
        let (mut ended, mut effects) = (Vec::new(), Vec::new());
        self.destroy_device(device, &mut ended, &mut effects);
        self.resume_all(ended, &mut effects);
        Outcome { effects, ..Outcome::done() }
    }

    pub(crate) fn check_get_device_state(
        &self,
        caller: ProcessId,
        request: &GetDeviceState,
    ) -> Result<Plan, Refusal> {
        // ADP-12
        match request.state_type {
            1 | 3 | 5 => {}
            2 | 4 | 6 => return Err(Refusal::new(NtStatus::NOT_SUPPORTED, rule::ADP_12)),
            _ => return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::ADP_12)),
        }
        let device = self.device(DeviceId(self.resolve(caller, request.device, Kind::Device)?));
        self.check_running(device.adapter, rule::ADP_12)?;
        // FLT-02: a device in Error answers too. ADP-13: with its first cause.
        let report = match request.state_type {
            1 => DeviceStateReport::Execution(device.execution),
            3 => DeviceStateReport::Reset { desktop_switched: false },
            _ => DeviceStateReport::PageFault(PageFaultState::default()),
        };
        let output = Output::GetDeviceState(report);
        Ok(Plan::Complete(Reply { status: NtStatus::SUCCESS, output, rule: None }))
    }

    pub(crate) fn check_mark_device_as_error(
        &self,
        caller: ProcessId,
        request: &MarkDeviceAsError,
    ) -> Result<Plan, Refusal> {
        // ADP-14
        let state = match request.reason {
            REASON_GENERIC => ExecutionState::Hung,
            REASON_DRIVER_ERROR => ExecutionState::ErrorDmaFault,
            _ => return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::ADP_14)),
        };
        let device = DeviceId(self.resolve(caller, request.device, Kind::Device)?);
        self.check_running(self.device(device).adapter, rule::FLT_18)?;
        // FLT-02: a device in Error accepts the call.
        let adapter = self.device(device).adapter;
        Ok(Plan::MarkDeviceAsError(self.prepare_error(adapter, [device], state)))
    }
}
