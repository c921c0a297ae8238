//! The core's events become the model's actions: values become names, flag words become meanings.
//!
//! Every match is exhaustive: a new word of the core does not compile until it has its meaning here. What a call shows
//! without looking at the state (rules marked `surface` that no action of the model stands for) is answered here.

use kmt_core::{
    Call, DuplicateHandle, EntryPoint, Event, GetDeviceState, GlobalHandle, Host, Incident, LocalHandle,
    MarkDeviceAsError, NtHandle, NtStatus, OutBuffer, Pick, PrivateData, Profile, Reclaimable, Refusal,
    Request, Step, rule,
};
use kmt_model::action as model;
use kmt_model::state::{self, AdapterName, ProcessName, State, ThreadName};

use super::abstracting_host::HostMeaning;
use super::concretise::source_process;
use super::names::Names;
use super::paths::BACKSLASH;
use super::{abstracting_host, abstracting_share, abstracting_sync};

/// What an event means to the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The model acts.
    Action(model::Action),
    /// The model does not move: the call of this thread ends so whatever the state is.
    Surface(ThreadName, Surface),
    /// Nothing that the model could form: the core must call it a misuse.
    Nothing,
    /// The model has no word for it, so nobody can say.
    BeyondTheModel(&'static str),
}

/// How a call ends that no action of the model stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surface {
    /// It is refused.
    Refused(Refusal),
    /// The number of adapters supported is reported and nothing is opened (ADP-05).
    AdaptersSupported(u32),
    /// The model has no word for something in it, so nobody can say.
    BeyondTheModel(&'static str),
}

/// What an event means, given the names that its values have.
#[must_use]
pub fn meaning(event: &Event, state: &State, names: &Names, profile: &Profile) -> Meaning {
    match event {
        Event::Call(call) => self::call(call, state, names, profile),
        Event::Host(host) => match abstracting_host::host(host, state, names) {
            HostMeaning::Action(host) => Meaning::Action(model::Action::Host(host)),
            HostMeaning::Misuse => Meaning::Nothing,
            HostMeaning::BeyondTheModel(what) => Meaning::BeyondTheModel(what),
        },
        Event::Incident(incident) => Meaning::Action(model::Action::Incident(match incident {
            Incident::KillProcess(process) => model::Incident::KillProcess(ProcessName(process.number())),
            Incident::EndThread(thread) => model::Incident::EndThread(ThreadName(thread.number())),
            Incident::StopAdapter { adapter, pick } => {
                let Some(released) = released(pick, names) else { return Meaning::Nothing };
                model::Incident::StopAdapter { adapter: AdapterName(adapter.number()), released }
            }
        })),
        Event::Step(step) => self::step(step, names)
            .map_or(Meaning::Nothing, |step| Meaning::Action(model::Action::Step(step))),
    }
}

/// The model's form of a step.
#[must_use]
pub fn step(step: &Step, names: &Names) -> Option<model::Step> {
    match step {
        Step::Notice { object, adapter, pick } => Some(model::Step::Notice {
            object: names.identities.sync_object_name(*object)?,
            adapter: AdapterName(adapter.number()),
            released: released(pick, names)?,
        }),
        Step::Reclaim(Reclaimable::Device(device)) => {
            names.identities.device_name(*device).map(model::Step::Reclaim)
        }
        Step::Timeout(wait) => names.identities.waiting_thread(*wait).map(model::Step::Timeout),
        Step::Grant(wait) => names.identities.waiting_thread(*wait).map(model::Step::Grant),
    }
}

fn call(call: &Call, state: &State, names: &Names, profile: &Profile) -> Meaning {
    let thread = ThreadName(call.thread.number());
    let Some(process) = state.thread(thread).map(|thread| thread.process) else { return Meaning::Nothing };
    // A blocked thread makes no call, whatever its arguments.
    if state.wait(thread).is_some() || !offers(&call.request, &call.pick) {
        return Meaning::Nothing;
    }
    match request(call, thread, process, state, names, profile) {
        Ok(call) => Meaning::Action(model::Action::Call(thread, call)),
        Err(surface) => Meaning::Surface(thread, surface),
    }
}

/// The places of the threads that an option names; none if one of them is not blocked, or if the option is about a time.
pub(super) fn released(pick: &Pick, names: &Names) -> Option<model::Released> {
    let threads = match pick {
        Pick::Only => return Some(model::Released(0)),
        Pick::Release(threads) => threads,
        Pick::DeadlineAhead | Pick::DeadlinePassed => return None,
    };
    // An option that names nobody, or one thread twice, is none.
    let mut mask = 0_u64;
    for thread in threads {
        let place = names.identities.place_of(ThreadName(thread.number()))?;
        let bit = u32::try_from(place).ok().and_then(|place| 1_u64.checked_shl(place))?;
        if bit < mask || mask & bit != 0 {
            return None;
        }
        mask |= bit;
    }
    (mask != 0).then_some(model::Released(mask))
}

/// The same for the option of a call; one that cannot be formed where it names a thread that is not blocked.
pub(super) fn released_by(call: &Call, names: &Names) -> model::Released {
    released(&call.pick, names).unwrap_or(model::Released(u64::MAX))
}

/// Whether the rules leave the result of the request open in this way.
fn offers(request: &Request, pick: &Pick) -> bool {
    let timeout = match request {
        Request::AcquireKeyedMutex(acquire) => acquire.timeout,
        Request::AcquireKeyedMutex2(acquire) => acquire.timeout,
        Request::WaitForEvent(wait) => wait.timeout,
        _ => None,
    };
    // KMX-14, KMX-16: only an absolute time can be ahead or passed.
    let absolute = timeout.is_some_and(|ticks| ticks > 0);
    match pick {
        Pick::Only => !absolute,
        Pick::DeadlineAhead | Pick::DeadlinePassed => absolute,
        // Who can be released is for the model to say.
        Pick::Release(_) => matches!(
            request,
            Request::SetEvent(_)
                | Request::MarkDeviceAsError(_)
                | Request::SignalSynchronizationObjectFromCpu(_)
                | Request::WaitForSynchronizationObjectFromCpu(_)
        ),
    }
}

fn request(
    call: &Call,
    thread: ThreadName,
    process: ProcessName,
    state: &State,
    names: &Names,
    profile: &Profile,
) -> Result<model::Call, Surface> {
    let request = &call.request;
    let local = |handle| local_operand(handle, process, names);
    let nt = |handle| nt_operand(handle, process, names);
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
        Request::DestroyDevice(it) => model::Call::DestroyDevice { device: local(it.device) },
        Request::GetDeviceState(it) => {
            model::Call::GetDeviceState { device: local(it.device), query: query(it) }
        }
        Request::MarkDeviceAsError(mark) => model::Call::MarkDeviceAsError {
            device: local(mark.device),
            reason: reason(mark),
            released: released_by(call, names),
        },
        Request::CloseHandle(it) => model::Call::CloseHandle { handle: nt(it.handle) },
        Request::DuplicateHandle(duplicate) => {
            model::Call::DuplicateHandle(self::duplicate(duplicate, process, state, names))
        }
        Request::CreateProcess(create) => model::Call::CreateProcess {
            inherit_handles: create.inherit_handles,
            identity: abstracting_host::identity(&create.config),
        },
        Request::ExitProcess => model::Call::ExitProcess,
        Request::NullArgument(entry_point) => return Err(Surface::Refused(null_argument(*entry_point))),
        Request::CreateKeyedMutex(_)
        | Request::CreateKeyedMutex2(_)
        | Request::OpenKeyedMutex(_)
        | Request::OpenKeyedMutex2(_)
        | Request::DestroyKeyedMutex(_)
        | Request::AcquireKeyedMutex(_)
        | Request::AcquireKeyedMutex2(_)
        | Request::ReleaseKeyedMutex(_)
        | Request::ReleaseKeyedMutex2(_) => {
            keyed_mutex_call(call, process, names).expect("it is a call on keyed mutexes")
        }
        Request::QueryObject(_)
        | Request::ShareObjects(_)
        | Request::OpenNtHandleFromName(_)
        | Request::OpenSyncObjectNtHandleFromName(_)
        | Request::OpenSyncObjectFromNtHandle(_)
        | Request::OpenSyncObjectFromNtHandle2(_) => {
            return abstracting_share::request(request, thread, process, state, names);
        }
        Request::CreateEvent(_)
        | Request::SetEvent(_)
        | Request::ResetEvent(_)
        | Request::WaitForEvent(_)
        | Request::CreateSynchronizationObject(_)
        | Request::CreateSynchronizationObject2(_)
        | Request::OpenSynchronizationObject(_)
        | Request::DestroySynchronizationObject(_)
        | Request::SignalSynchronizationObjectFromCpu(_)
        | Request::WaitForSynchronizationObjectFromCpu(_) => {
            return abstracting_sync::request(call, process, state, names);
        }
    })
}

/// A call on keyed mutexes; none if it is another one.
fn keyed_mutex_call(call: &Call, process: ProcessName, names: &Names) -> Option<model::Call> {
    let local = |handle| local_operand(handle, process, names);
    Some(match &call.request {
        Request::CreateKeyedMutex(create) => model::Call::CreateKeyedMutex { initial: create.initial_value },
        Request::CreateKeyedMutex2(create) => model::Call::CreateKeyedMutex2 {
            initial: create.initial_value,
            data: data(&create.private_data, names),
            nt_sharing: create.flags & 0x1 != 0,
            unknown_flag: create.flags & !0x1 != 0,
        },
        Request::OpenKeyedMutex(open) => {
            model::Call::OpenKeyedMutex { shared: global_operand(open.shared, names) }
        }
        Request::OpenKeyedMutex2(open) => model::Call::OpenKeyedMutex2 {
            shared: global_operand(open.shared, names),
            data: data(&open.private_data, names),
        },
        Request::DestroyKeyedMutex(destroy) => {
            model::Call::DestroyKeyedMutex { mutex: local(destroy.keyed_mutex) }
        }
        Request::AcquireKeyedMutex(acquire) => model::Call::AcquireKeyedMutex {
            mutex: local(acquire.keyed_mutex),
            key: acquire.key,
            timeout: timeout(acquire.timeout, &call.pick),
        },
        Request::AcquireKeyedMutex2(acquire) => model::Call::AcquireKeyedMutex2 {
            mutex: local(acquire.keyed_mutex),
            key: acquire.key,
            timeout: timeout(acquire.timeout, &call.pick),
            buffer: buffer(acquire.buffer),
        },
        Request::ReleaseKeyedMutex(release) => model::Call::ReleaseKeyedMutex {
            mutex: local(release.keyed_mutex),
            key: release.key,
            fence: release.fence_value,
        },
        Request::ReleaseKeyedMutex2(release) => model::Call::ReleaseKeyedMutex2 {
            mutex: local(release.keyed_mutex),
            key: release.key,
            fence: release.fence_value,
            data: data(&release.private_data, names),
        },
        _ => return None,
    })
}

/// The last component of the object name that an event carries.
#[must_use]
pub fn object_name(event: &Event) -> Option<Vec<u16>> {
    let path = match event {
        Event::Call(call) => return abstracting_share::name(&call.request),
        Event::Host(Host::PlaceNamedObject(place)) => &place.path,
        Event::Host(_) | Event::Incident(_) | Event::Step(_) => return None,
    };
    path.rsplit(|&unit| unit == BACKSLASH).next().map(<[u16]>::to_vec)
}

/// The private data that an event carries.
#[must_use]
pub fn private_data(event: &Event) -> Option<&[u8]> {
    let Event::Call(call) = event else { return None };
    let data = match &call.request {
        Request::CreateKeyedMutex2(create) => &create.private_data,
        Request::OpenKeyedMutex2(open) => &open.private_data,
        Request::ReleaseKeyedMutex2(release) => &release.private_data,
        _ => return None,
    };
    match data {
        PrivateData::Bytes(bytes) => Some(bytes),
        PrivateData::Null { .. } => None,
    }
}

fn data(data: &PrivateData, names: &Names) -> model::DataOperand {
    match data {
        // KMX-24: with size 0 there is no buffer, whatever the pointer.
        PrivateData::Null { size: 0 } => model::DataOperand::None,
        PrivateData::Null { size: _ } => model::DataOperand::NullWithSize,
        PrivateData::Bytes(bytes) if bytes.is_empty() => model::DataOperand::None,
        PrivateData::Bytes(bytes) => {
            let state::PrivateData { size, content } =
                names.private_data(bytes).expect("the bytes of an event are marked before it is translated");
            model::DataOperand::Bytes { size, content }
        }
    }
}

const fn buffer(buffer: OutBuffer) -> model::BufferOperand {
    match buffer {
        // KMX-24
        OutBuffer { size: 0, is_null: _ } => model::BufferOperand::None,
        OutBuffer { is_null: true, size: _ } => model::BufferOperand::NullWithSize,
        OutBuffer { is_null: false, size } => model::BufferOperand::Bytes { size },
    }
}

// KMX-14
pub(super) const fn timeout(timeout: Option<i64>, pick: &Pick) -> model::Timeout {
    match timeout {
        None => model::Timeout::Unlimited,
        Some(0) => model::Timeout::Zero,
        Some(ticks) if ticks < 0 => model::Timeout::Relative(ticks.unsigned_abs()),
        Some(time) => match pick {
            Pick::DeadlinePassed => model::Timeout::AbsolutePassed(time.unsigned_abs()),
            Pick::DeadlineAhead | Pick::Only | Pick::Release(_) => {
                model::Timeout::AbsoluteAhead(time.unsigned_abs())
            }
        },
    }
}

/// The refusal of a NULL argument structure.
fn null_argument(entry_point: EntryPoint) -> Refusal {
    match entry_point {
        EntryPoint::OpenSyncObjectFromNtHandle => {
            Refusal { status: NtStatus::INVALID_PARAMETER, rule: rule::OPN_05 }
        }
        EntryPoint::OpenNtHandleFromName
        | EntryPoint::OpenSyncObjectNtHandleFromName
        | EntryPoint::OpenSyncObjectFromNtHandle2
        | EntryPoint::OpenAdapterFromLuid
        | EntryPoint::EnumAdapters2
        | EntryPoint::EnumAdapters3
        | EntryPoint::CloseAdapter
        | EntryPoint::CreateDevice
        | EntryPoint::DestroyDevice
        | EntryPoint::GetDeviceState
        | EntryPoint::MarkDeviceAsError
        | EntryPoint::CreateKeyedMutex
        | EntryPoint::CreateKeyedMutex2
        | EntryPoint::OpenKeyedMutex
        | EntryPoint::OpenKeyedMutex2
        | EntryPoint::DestroyKeyedMutex
        | EntryPoint::AcquireKeyedMutex
        | EntryPoint::AcquireKeyedMutex2
        | EntryPoint::ReleaseKeyedMutex
        | EntryPoint::ReleaseKeyedMutex2
        | EntryPoint::CreateSynchronizationObject
        | EntryPoint::CreateSynchronizationObject2
        | EntryPoint::OpenSynchronizationObject
        | EntryPoint::DestroySynchronizationObject
        | EntryPoint::SignalSynchronizationObjectFromCpu
        | EntryPoint::WaitForSynchronizationObjectFromCpu => {
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

/// What a global handle value means, in whatever process (HND-23).
#[must_use]
pub fn global_operand(handle: GlobalHandle, names: &Names) -> model::GlobalOperand {
    match names.global_name(handle.raw()) {
        Some(name) => model::GlobalOperand::Named(name),
        None if handle.raw() == 0 => model::GlobalOperand::Dead(model::DeadKind::Zero),
        None => model::GlobalOperand::Dead(model::DeadKind::Unknown),
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
