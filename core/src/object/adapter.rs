//! Adapters: the GPUs of the machine, as applications find, open and close them.
//!
//! Life cycle: the host adds an adapter, which runs until it stops; it never goes away and never runs again, because a
//! returning adapter has a new LUID (FLT-17). A process opens it as often as it likes; each open is a local handle.

use alloc::vec::Vec;
use core::fmt;

use crate::event::{Outcome, Pick};
use crate::handle::{Kind, LocalHandle};
use crate::id::{AdapterId, DeviceId, ProcessId};
use crate::kernel::Kernel;
use crate::plan::{Plan, Reported};
use crate::planted::Planted;
use crate::refusal::{Misuse, Refusal};
use crate::reply::Output;
use crate::roster::Roster;
use crate::rule;
use crate::status::NtStatus;

use super::device::ExecutionState;
use super::device_error::EnterError;

/// The locally unique identifier of an adapter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Luid(u64);

impl Luid {
    /// The LUID with these HighPart and LowPart fields.
    #[must_use]
    pub const fn from_parts(high: i32, low: u32) -> Self {
        Self(((high as u32 as u64) << 32) | low as u64)
    }

    /// The LUID whose HighPart is the upper and whose LowPart is the lower half of a number.
    #[must_use]
    pub const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }

    /// The number whose upper half is HighPart and whose lower half is LowPart.
    #[must_use]
    pub const fn raw(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for Luid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Luid(0x{:x})", self.0)
    }
}

/// What an adapter can do, as EnumAdapters3 filters it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdapterKind {
    /// It renders and displays.
    Full,
    /// It only computes.
    ComputeOnly,
    /// It only displays.
    DisplayOnly,
}

/// What the host says about an adapter; it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AdapterConfig {
    /// Not zero, and no other adapter's (ADP-03).
    pub luid: Luid,
    /// What it can do.
    pub kind: AdapterKind,
    /// Nodes of each physical adapter: 1 to 64 (ADP-03).
    pub nodes: u32,
    /// Physical adapters: 1 to 32 (ADP-16).
    pub physical_adapters: u32,
    /// Whether it has its one display, and so one video present source (ADP-16).
    pub has_display: bool,
}

impl AdapterConfig {
    /// The adapter that a host gets when it says nothing else: a full one with two nodes, one physical adapter and a
    /// display (ADP-16).
    #[must_use]
    pub const fn new(luid: Luid) -> Self {
        Self { luid, kind: AdapterKind::Full, nodes: 2, physical_adapters: 1, has_display: true }
    }

    // ADP-03, ADP-16
    fn has_legal_topology(&self) -> bool {
        (1..=64).contains(&self.nodes) && (1..=32).contains(&self.physical_adapters)
    }
}

/// An adapter of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Adapter {
    // ADP-03: the topology is fixed.
    pub(crate) config: AdapterConfig,
    pub(crate) running: bool,
    /// All its devices in order of creation, those that await their reclaim included.
    pub(crate) devices: Roster<DeviceId>,
}

/// D3DKMTOpenAdapterFromLuid. Gives a new local handle to the running adapter with this LUID (ADP-04).
///
/// Refused with `INVALID_PARAMETER` if there is none (ADP-04), with `NO_MEMORY` for a full table (HND-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpenAdapterFromLuid {
    /// AdapterLuid.
    pub luid: Luid,
}

/// D3DKMTEnumAdapters2. Opens every running adapter (ADP-06), or without an array reports how many are supported (ADP-05).
///
/// Refused with `BUFFER_TOO_SMALL` if the array is (ADP-06), with `NO_MEMORY` for a full table (HND-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnumAdapters2 {
    /// NumAdapters: how many entries the array has.
    pub capacity: u32,
    /// Whether pAdapters is set.
    pub has_array: bool,
}

/// D3DKMTEnumAdapters3. As [`EnumAdapters2`], for the adapters that pass the filter (ADP-07).
///
/// Refused as that, and before with `INVALID_PARAMETER` for a filter bit above bit 1 (ADP-07).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnumAdapters3 {
    /// Filter: bit 0 includes compute-only adapters, bit 1 display-only ones.
    pub filter: u64,
    /// NumAdapters: how many entries the array has.
    pub capacity: u32,
    /// Whether pAdapters is set.
    pub has_array: bool,
}

/// One entry that an enumeration writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AdapterInfo {
    /// hAdapter: a new handle.
    pub adapter: LocalHandle,
    /// AdapterLuid.
    pub luid: Luid,
    /// NumOfSources (ADP-16).
    pub sources: u32,
    /// bPrecisePresentRegionsPreferred (ADP-16).
    pub precise_present_regions_preferred: bool,
}

/// D3DKMTCloseAdapter. The handle dies (ADP-08); with the last one of the process its devices on the adapter do (ADP-09).
///
/// Refused with `INVALID_PARAMETER` for a dead handle (HND-09).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloseAdapter {
    /// hAdapter.
    pub adapter: LocalHandle,
}

const INCLUDE_COMPUTE_ONLY: u64 = 0x1;
const INCLUDE_DISPLAY_ONLY: u64 = 0x2;

impl Kernel {
    pub(crate) fn check_open_adapter(
        &self,
        caller: ProcessId,
        request: &OpenAdapterFromLuid,
    ) -> Result<Plan, Refusal> {
        // ADP-04, FLT-18: a stopped adapter is not found; zero names none.
        let adapter =
            self.adapters_by_luid.get(&request.luid).copied().filter(|adapter| {
                self.adapter(*adapter).running || self.planted(Planted::StoppedAdapterOpens)
            });
        let Some(adapter) = adapter else {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::ADP_04));
        };
        self.check_handles_fit(caller, 1)?;
        Ok(Plan::OpenAdapterFromLuid { process: caller, adapter })
    }

    pub(crate) fn commit_open_adapter(&mut self, process: ProcessId, adapter: AdapterId) -> Outcome {
        Outcome::with(Output::OpenAdapterFromLuid { adapter: self.open_adapter(process, adapter) })
    }

    /// Makes one more handle of a process to an adapter.
    // ADP-04, HND-16: a handle of its own, whether the process has the adapter open or not.
    fn open_adapter(&mut self, process: ProcessId, adapter: AdapterId) -> LocalHandle {
        let process = self.process_mut(process);
        process.adapters.entry(adapter).or_default().handles += 1;
        process.handles.allocate(Kind::Adapter, adapter.0)
    }

    pub(crate) fn check_enum_adapters2(
        &self,
        caller: ProcessId,
        request: &EnumAdapters2,
    ) -> Result<Plan, Refusal> {
        // ADP-07: both special kinds are reported always.
        self.check_enum_adapters(caller, INCLUDE_COMPUTE_ONLY | INCLUDE_DISPLAY_ONLY, request)
    }

    pub(crate) fn check_enum_adapters3(
        &self,
        caller: ProcessId,
        request: &EnumAdapters3,
    ) -> Result<Plan, Refusal> {
        let EnumAdapters3 { filter, capacity, has_array } = *request;
        // ADP-07
        if filter & !(INCLUDE_COMPUTE_ONLY | INCLUDE_DISPLAY_ONLY) != 0 {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::ADP_07));
        }
        self.check_enum_adapters(caller, filter, &EnumAdapters2 { capacity, has_array })
    }

    fn check_enum_adapters(
        &self,
        caller: ProcessId,
        filter: u64,
        request: &EnumAdapters2,
    ) -> Result<Plan, Refusal> {
        if !request.has_array {
            // ADP-05
            let reported = Reported::Supported(self.profile.adapters_supported);
            return Ok(Plan::EnumAdapters { process: caller, reported });
        }
        // ADP-06, FLT-18: the running ones, in order of creation.
        let adapters: Vec<_> = (0..)
            .map(AdapterId)
            .zip(&self.adapters)
            .filter(|(_, adapter)| adapter.running || self.planted(Planted::EnumerationListsStoppedAdapters))
            .filter(|(_, adapter)| passes(adapter.config.kind, filter))
            .map(|(id, _)| id)
            .collect();
        // ADP-06
        let count = adapters.len() as u32;
        if request.capacity < count {
            return Err(Refusal::new(NtStatus::BUFFER_TOO_SMALL, rule::ADP_06));
        }
        // LIF-14: all the handles or none.
        self.check_handles_fit(caller, count)?;
        Ok(Plan::EnumAdapters { process: caller, reported: Reported::Adapters(adapters) })
    }

    pub(crate) fn commit_enum_adapters(&mut self, process: ProcessId, reported: Reported) -> Outcome {
        let (count, entries) = match reported {
            Reported::Supported(count) => (count, Vec::new()),
            Reported::Adapters(adapters) => {
                let entries: Vec<_> =
                    adapters.into_iter().map(|adapter| self.report_adapter(process, adapter)).collect();
                (entries.len() as u32, entries)
            }
        };
        Outcome::with(Output::EnumAdapters { count, entries })
    }

    fn report_adapter(&mut self, process: ProcessId, adapter: AdapterId) -> AdapterInfo {
        let AdapterConfig { luid, has_display, .. } = self.adapter(adapter).config;
        AdapterInfo {
            adapter: self.open_adapter(process, adapter),
            luid,
            // ADP-16
            sources: u32::from(has_display),
            precise_present_regions_preferred: false,
        }
    }

    pub(crate) fn check_close_adapter(
        &self,
        caller: ProcessId,
        request: &CloseAdapter,
    ) -> Result<Plan, Refusal> {
        // ADP-08. TRD-01, FLT-02, FLT-18: neither a stopped adapter nor a device in Error is in the way.
        let adapter = AdapterId(self.resolve(caller, request.adapter, Kind::Adapter)?);
        let open = &self.process(caller).adapters[&adapter];
        // ADP-08: while another handle is left, nothing else changes. ADP-09: with the last one go the devices.
        let destroys = (open.handles == 1 && !self.planted(Planted::LastCloseLeavesTheDevices))
            || self.planted(Planted::FirstCloseDestroysTheDevices);
        let devices = if destroys { open.devices.iter().collect() } else { Vec::new() };
        Ok(Plan::CloseAdapter { process: caller, handle: request.adapter, adapter, devices })
    }

    // ADP-09, HND-19: device by device in order of creation, the adapter handle last.
    pub(crate) fn commit_close_adapter(
        &mut self,
        process: ProcessId,
        handle: LocalHandle,
        adapter: AdapterId,
        devices: Vec<DeviceId>,
    ) -> Outcome {
        let (mut ended, mut effects) = (Vec::new(), Vec::new());
        for device in devices {
            self.destroy_device(device, &mut ended, &mut effects);
        }
        self.resume_all(ended, &mut effects);
        self.free_local_handle(process, handle);
        let process = self.process_mut(process);
        if let Some(open) = process.adapters.get_mut(&adapter) {
            open.handles -= 1;
            if open.handles == 0 && open.devices.is_empty() {
                process.adapters.remove(&adapter);
            }
        }
        Outcome { effects, ..Outcome::done() }
    }

    /// The host adds an adapter, which runs from now on.
    pub(crate) fn add_adapter(&mut self, config: AdapterConfig) -> Result<Outcome, Misuse> {
        // ADP-03: not zero, and never used before.
        if config.luid.raw() == 0 {
            return Err(Misuse::ZeroLuid);
        }
        if self.adapters_by_luid.contains_key(&config.luid) {
            return Err(Misuse::LuidTaken(config.luid));
        }
        if !config.has_legal_topology() {
            let AdapterConfig { nodes, physical_adapters, .. } = config;
            return Err(Misuse::Topology { nodes, physical_adapters });
        }
        let count = self.adapters.len() as u32;
        if count >= self.limits.adapters {
            return Err(Misuse::LimitReached { what: "adapters", limit: self.limits.adapters });
        }
        let id = AdapterId(count);
        self.adapters.push(Adapter { config, running: true, devices: Roster::new() });
        self.adapters_by_luid.insert(config.luid, id);
        Ok(Outcome::with(Output::Adapter(id)))
    }

    /// What the stop of an adapter will do.
    // FLT-17: to all its devices in one step, whatever process they belong to, those that await their reclaim included.
    pub(crate) fn prepare_stop(&self, id: AdapterId) -> Result<EnterError, Misuse> {
        let adapter = self.adapters.get(id.0 as usize).ok_or(Misuse::UnknownAdapter(id))?;
        if !adapter.running {
            return Err(Misuse::AdapterStopped(id));
        }
        let first_process = adapter.devices.iter().next().map(|device| self.device(device).process);
        let reached = adapter.devices.iter().filter(|id| {
            let device = self.device(*id);
            let missed = (self.planted(Planted::StopMissesDestroyedDevices) && device.handle.is_none())
                || (self.planted(Planted::StopMissesOtherProcesses) && Some(device.process) != first_process);
            !missed
        });
        Ok(self.prepare_error(id, reached, ExecutionState::Stopped))
    }

    /// An adapter stops or is removed, for ever.
    pub(crate) fn stop_adapter(&mut self, id: AdapterId, pick: &Pick) -> Result<Outcome, Misuse> {
        let error = self.prepare_stop(id)?;
        if !self.offers(&error.forced.released.sets, pick) {
            return Err(Misuse::PickNotOffered(pick.clone()));
        }
        // LIF-10: handles stay.
        self.adapter_mut(id).running = false;
        Ok(self.commit_enter_error(&error, pick))
    }
}

// ADP-07
fn passes(kind: AdapterKind, filter: u64) -> bool {
    match kind {
        AdapterKind::Full => true,
        AdapterKind::ComputeOnly => filter & INCLUDE_COMPUTE_ONLY != 0,
        AdapterKind::DisplayOnly => filter & INCLUDE_DISPLAY_ONLY != 0,
    }
}
