//! The core's events become the model's actions: values become names, flag words become meanings.
//!
//! Every match is exhaustive: a new word of the core does not compile until it has its meaning here. What a call shows
//! without looking at the state (rules marked `surface` that no action of the model stands for) is answered here.

use kmt_core::{
    AdapterKind, Call, DuplicateHandle, EntryPoint, Event, GetDeviceState, Host, Incident, LocalHandle,
    MarkDeviceAsError, NtHandle, NtStatus, Profile, Reclaimable, Refusal, Request, Step, rule,
};
use kmt_model::action as model;
use kmt_model::state::{self, AdapterName, ProcessName, State, ThreadName};

use super::concretise::source_process;
use super::names::Names;

/// What an event means to the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The model acts.
    Action(model::Action),
    /// The model does not move: the call of this thread ends so whatever the state is.
    Surface(ThreadName, Surface),
    /// Nothing that the model could form: the core must call it a misuse.
    Nothing,
}

/// How a call ends that no action of the model stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surface {
    /// It is refused.
    Refused(Refusal),
    /// The number of adapters supported is reported and nothing is opened (ADP-05).
    AdaptersSupported(u32),
}

/// What an event means, given the names that its values have.
#[must_use]
pub fn meaning(event: &Event, state: &State, names: &Names, profile: &Profile) -> Meaning {
    match event {
        Event::Call(call) => self::call(call, state, names, profile),
        Event::Host(host) => self::host(host, names)
            .map_or(Meaning::Nothing, |host| Meaning::Action(model::Action::Host(host))),
        Event::Incident(incident) => Meaning::Action(model::Action::Incident(match *incident {
            Incident::KillProcess(process) => model::Incident::KillProcess(ProcessName(process.number())),
            Incident::EndThread(thread) => model::Incident::EndThread(ThreadName(thread.number())),
            Incident::StopAdapter(adapter) => model::Incident::StopAdapter(AdapterName(adapter.number())),
        })),
        Event::Step(step) => self::step(*step, names)
            .map_or(Meaning::Nothing, |step| Meaning::Action(model::Action::Step(step))),
    }
}

/// The model's form of a step.
#[must_use]
pub fn step(step: Step, names: &Names) -> Option<model::Step> {
    match step {
        Step::Reclaim(Reclaimable::Device(device)) => names.device_name(device).map(model::Step::Reclaim),
    }
}

fn call(call: &Call, state: &State, names: &Names, profile: &Profile) -> Meaning {
    let thread = ThreadName(call.thread.number());
    let Some(process) = state.thread(thread).map(|thread| thread.process) else { return Meaning::Nothing };
    match request(&call.request, process, state, names, profile) {
        Ok(call) => Meaning::Action(model::Action::Call(thread, call)),
        Err(surface) => Meaning::Surface(thread, surface),
    }
}

fn request(
    request: &Request,
    process: ProcessName,
    state: &State,
    names: &Names,
    profile: &Profile,
) -> Result<model::Call, Surface> {
    let local = |handle| local_operand(handle, process, names);
    Ok(match request {
        Request::OpenAdapterFromLuid(open) => model::Call::OpenAdapterFromLuid { luid: open.luid.raw() },
        Request::EnumAdapters2(enumerate) if enumerate.has_array => {
            model::Call::EnumAdapters2 { capacity: enumerate.capacity }
        }
        // ADP-07 stands before ADP-05 in the list of checks, so an unknown bit goes to the model with or without an array.
        Request::EnumAdapters3(enumerate) if enumerate.has_array || enumerate.filter > 3 => {
            model::Call::EnumAdapters3 { capacity: enumerate.capacity, filter: filter(enumerate.filter) }
        }
        // ADP-05
        Request::EnumAdapters2(_) | Request::EnumAdapters3(_) => {
            return Err(Surface::AdaptersSupported(profile.adapters_supported));
        }
        Request::CloseAdapter(close) => model::Call::CloseAdapter { adapter: local(close.adapter) },
        Request::CreateDevice(create) => model::Call::CreateDevice {
            adapter: local(create.adapter),
            unknown_flag: create.flags & !0x7 != 0,
        },
        Request::DestroyDevice(destroy) => model::Call::DestroyDevice { device: local(destroy.device) },
        Request::GetDeviceState(get) => {
            model::Call::GetDeviceState { device: local(get.device), query: query(get) }
        }
        Request::MarkDeviceAsError(mark) => {
            model::Call::MarkDeviceAsError { device: local(mark.device), reason: reason(mark) }
        }
        Request::CloseHandle(close) => {
            model::Call::CloseHandle { handle: nt_operand(close.handle, process, names) }
        }
        Request::DuplicateHandle(duplicate) => {
            model::Call::DuplicateHandle(self::duplicate(duplicate, process, state, names))
        }
        Request::CreateProcess(create) => {
            model::Call::CreateProcess { inherit_handles: create.inherit_handles }
        }
        Request::ExitProcess => model::Call::ExitProcess,
        Request::NullArgument(entry_point) => return Err(Surface::Refused(null_argument(*entry_point))),
    })
}

/// The refusal of a NULL argument structure; the same for every entry point that is built.
fn null_argument(entry_point: EntryPoint) -> Refusal {
    match entry_point {
        EntryPoint::OpenAdapterFromLuid
        | EntryPoint::EnumAdapters2
        | EntryPoint::EnumAdapters3
        | EntryPoint::CloseAdapter
        | EntryPoint::CreateDevice
        | EntryPoint::DestroyDevice
        | EntryPoint::GetDeviceState
        | EntryPoint::MarkDeviceAsError => {
            Refusal { status: NtStatus::INVALID_PARAMETER, rule: rule::ADP_01 }
        }
    }
}

fn duplicate(
    duplicate: &DuplicateHandle,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> model::Duplicate {
    let from = nt_operand(duplicate.source_process, process, names);
    let source_handle = match source_process(from, process, state) {
        Some(source) => nt_operand(duplicate.source, source, names),
        // No table to look it up in.
        None => model::NtOperand::Dead(model::DeadKind::Unknown),
    };
    model::Duplicate {
        source_process: from,
        source_handle,
        target_process: nt_operand(duplicate.target_process, process, names),
        desired_access: duplicate.desired_access,
        inherit: duplicate.attributes & 0x2 != 0,
        close_source: duplicate.options & 0x1 != 0,
        same_access: duplicate.options & 0x2 != 0,
        same_attributes: duplicate.options & 0x4 != 0,
        unknown_option: duplicate.options & !0x7 != 0,
        reported: duplicate.report_target,
    }
}

fn host(host: &Host, names: &Names) -> Option<model::Host> {
    Some(match host {
        // User, session, bitness and privilege decide nothing that is built so far.
        Host::CreateProcess(_) => model::Host::CreateProcess,
        Host::StartThread(process) => model::Host::StartThread { process: ProcessName(process.number()) },
        // The topology decides nothing that is built so far, apart from its bounds: a misuse.
        Host::AddAdapter(config) => {
            if !(1..=64).contains(&config.nodes) || !(1..=32).contains(&config.physical_adapters) {
                return None;
            }
            model::Host::AddAdapter {
                luid: config.luid.raw(),
                kind: adapter_kind(config.kind),
                display: config.has_display,
            }
        }
        Host::PlaceProcessHandle(place) => model::Host::PlaceProcessHandle {
            holder: ProcessName(place.holder.number()),
            target: ProcessName(place.target.number()),
            access: place.granted_access,
            inherit: place.inherit,
            protect: place.protect_from_close,
        },
        Host::SetNtHandleFlags(set) => {
            let holder = ProcessName(set.process.number());
            let model::NtOperand::Named(handle) = nt_operand(set.handle, holder, names) else { return None };
            model::Host::SetHandleFlags {
                holder,
                handle,
                inherit: set.inherit,
                protect: set.protect_from_close,
            }
        }
    })
}

/// What a local handle value means in a process.
#[must_use]
pub fn local_operand(handle: LocalHandle, process: ProcessName, names: &Names) -> model::LocalOperand {
    match names.local_name(process, handle.raw()) {
        Some(name) => model::LocalOperand::Named(name),
        // HND-09: the verdict does not depend on why the value is dead.
        None if handle.raw() == 0 => model::LocalOperand::Dead(model::DeadKind::Zero),
        None => model::LocalOperand::Dead(model::DeadKind::Unknown),
    }
}

/// What an NT handle value means in a process.
#[must_use]
pub fn nt_operand(handle: NtHandle, process: ProcessName, names: &Names) -> model::NtOperand {
    // The pseudo values are recognised before NTH-03 clears bits.
    if handle == NtHandle::CURRENT_PROCESS {
        return model::NtOperand::Current;
    }
    if handle == NtHandle::CURRENT_THREAD {
        return model::NtOperand::CurrentThread;
    }
    let cleared = handle.raw() & !0x3;
    let name = u32::try_from(cleared).ok().and_then(|value| names.nt_name(process, value));
    match name {
        Some(name) => model::NtOperand::Named(name),
        // NTH-14: no target process is the value 0 itself, before bits are cleared.
        None if handle == NtHandle::ZERO => model::NtOperand::Dead(model::DeadKind::Zero),
        None => model::NtOperand::Dead(model::DeadKind::Unknown),
    }
}

const fn adapter_kind(kind: AdapterKind) -> state::AdapterKind {
    match kind {
        AdapterKind::Full => state::AdapterKind::Full,
        AdapterKind::ComputeOnly => state::AdapterKind::ComputeOnly,
        AdapterKind::DisplayOnly => state::AdapterKind::DisplayOnly,
    }
}

const fn filter(word: u64) -> model::AdapterFilter {
    model::AdapterFilter { compute_only: word & 1 != 0, display_only: word & 2 != 0, unknown_bit: word > 3 }
}

const fn query(get: &GetDeviceState) -> model::DeviceQuery {
    match get.state_type {
        1 => model::DeviceQuery::Execution,
        3 => model::DeviceQuery::Reset,
        5 => model::DeviceQuery::PageFault,
        2 | 4 | 6 => model::DeviceQuery::Present,
        _ => model::DeviceQuery::Unknown,
    }
}

const fn reason(mark: &MarkDeviceAsError) -> model::ErrorReason {
    match mark.reason {
        0x8000_0000 => model::ErrorReason::Generic,
        0x8000_0006 => model::ErrorReason::DriverError,
        _ => model::ErrorReason::Unknown,
    }
}
