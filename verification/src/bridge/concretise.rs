//! The model's actions become the core's events: names become values, meanings become flag words.
//!
//! Every match is exhaustive: a new word of the model does not compile until it has its concrete form here.

use kmt_core::{
    AcquireKeyedMutex, AcquireKeyedMutex2, AdapterConfig, AdapterId, AdapterKind, AddDirectory, Call,
    CloseAdapter, CloseHandle, CreateDevice, CreateKeyedMutex, CreateKeyedMutex2, CreateProcess,
    DestroyDevice, DestroyKeyedMutex, DuplicateHandle, EnumAdapters2, EnumAdapters3, Event, GetDeviceState,
    GlobalHandle, Host, Incident, LocalHandle, Luid, MarkDeviceAsError, NtHandle, OpenAdapterFromLuid,
    OpenKeyedMutex, OpenKeyedMutex2, OutBuffer, Pick, PlaceDirectoryHandle, PlaceNamedObject,
    PlaceProcessHandle, PlaceSectionHandle, PlacedType, PrivateData, ProcessConfig, ProcessId, Reclaimable,
    ReleaseKeyedMutex, ReleaseKeyedMutex2, Request, SetNtHandleFlags, Step, ThreadId,
};
use kmt_model::action as model;
use kmt_model::state::{self, ProcessName, State};

use super::names::Names;
use super::paths::Place;
use super::{concretise_share, concretise_sync};

/// The event that an action stands for; none if the action names something that has no concrete form in this state.
#[must_use]
pub fn event(action: &model::Action, state: &State, names: &Names) -> Option<Event> {
    Some(match *action {
        model::Action::Call(thread, call) => {
            let process = state.thread(thread)?.process;
            let request = request(&call, process, state, names)?;
            Event::Call(Call { thread: ThreadId::from_number(thread.0), request, pick: pick(&call, names)? })
        }
        model::Action::Host(host) => Event::Host(self::host(host, names)?),
        model::Action::Incident(incident) => Event::Incident(match incident {
            model::Incident::KillProcess(process) => Incident::KillProcess(process_id(process)),
            model::Incident::EndThread(thread) => Incident::EndThread(ThreadId::from_number(thread.0)),
            model::Incident::StopAdapter { adapter, released } => Incident::StopAdapter {
                adapter: AdapterId::from_number(adapter.0),
                pick: release(released, names)?,
            },
        }),
        model::Action::Step(step) => Event::Step(self::step(step, names)?),
    })
}

/// The core's form of a step.
#[must_use]
pub fn step(step: model::Step, names: &Names) -> Option<Step> {
    match step {
        model::Step::Notice { object, adapter, released } => Some(Step::Notice {
            object: names.identities.sync_object_id(object)?,
            adapter: AdapterId::from_number(adapter.0),
            pick: release(released, names)?,
        }),
        model::Step::Reclaim(device) => {
            Some(Step::Reclaim(Reclaimable::Device(names.identities.device_id(device)?)))
        }
        model::Step::Timeout(thread) => names.identities.wait_id(thread).map(Step::Timeout),
        model::Step::Grant(thread) => names.identities.wait_id(thread).map(Step::Grant),
    }
}

/// The option of a call that the model's form of it has settled; none if it names a wait that blocks nobody.
fn pick(call: &model::Call, names: &Names) -> Option<Pick> {
    match *call {
        model::Call::AcquireKeyedMutex { timeout, .. }
        | model::Call::AcquireKeyedMutex2 { timeout, .. }
        | model::Call::WaitForEvent { timeout, .. } => Some(match timeout {
            model::Timeout::AbsoluteAhead(_) => Pick::DeadlineAhead,
            model::Timeout::AbsolutePassed(_) => Pick::DeadlinePassed,
            model::Timeout::Unlimited | model::Timeout::Zero | model::Timeout::Relative(_) => Pick::Only,
        }),
        model::Call::MarkDeviceAsError { released, .. }
        | model::Call::SetEvent { released, .. }
        | model::Call::SignalFromCpu { released, .. }
        | model::Call::WaitFromCpu { released, .. } => release(released, names),
        model::Call::CreateProcess { .. }
        | model::Call::ExitProcess
        | model::Call::OpenAdapterFromLuid { .. }
        | model::Call::EnumAdapters2 { .. }
        | model::Call::EnumAdapters3 { .. }
        | model::Call::CloseAdapter { .. }
        | model::Call::CreateDevice { .. }
        | model::Call::DestroyDevice { .. }
        | model::Call::GetDeviceState { .. }
        | model::Call::CloseHandle { .. }
        | model::Call::DuplicateHandle(_)
        | model::Call::QueryObject { .. }
        | model::Call::ShareObjects { .. }
        | model::Call::OpenNtHandleFromName { .. }
        | model::Call::OpenSyncObjectNtHandleFromName { .. }
        | model::Call::OpenSyncObjectFromNtHandle { .. }
        | model::Call::OpenSyncObjectFromNtHandle2 { .. }
        | model::Call::CreateKeyedMutex { .. }
        | model::Call::CreateKeyedMutex2 { .. }
        | model::Call::OpenKeyedMutex { .. }
        | model::Call::OpenKeyedMutex2 { .. }
        | model::Call::DestroyKeyedMutex { .. }
        | model::Call::ReleaseKeyedMutex { .. }
        | model::Call::ReleaseKeyedMutex2 { .. }
        | model::Call::CreateEvent { .. }
        | model::Call::ResetEvent { .. }
        | model::Call::CreateSynchronizationObject { .. }
        | model::Call::CreateSynchronizationObject2 { .. }
        | model::Call::OpenSynchronizationObject { .. }
        | model::Call::DestroySynchronizationObject { .. } => Some(Pick::Only),
    }
}

/// The threads at these places of the list of waits.
fn release(released: model::Released, names: &Names) -> Option<Pick> {
    if released.0 == 0 {
        return Some(Pick::Only);
    }
    let places = (0..u64::BITS as usize).filter(|place| released.0 >> place & 1 != 0);
    let threads =
        places.map(|place| names.identities.thread_at(place).map(|thread| ThreadId::from_number(thread.0)));
    threads.collect::<Option<Vec<_>>>().map(Pick::Release)
}

fn request(call: &model::Call, process: ProcessName, state: &State, names: &Names) -> Option<Request> {
    let local = |operand| local_handle(operand, process, names);
    Some(match *call {
        model::Call::CreateProcess { inherit_handles, identity } => {
            Request::CreateProcess(CreateProcess { inherit_handles, config: process_config(identity) })
        }
        model::Call::ExitProcess => Request::ExitProcess,
        model::Call::OpenAdapterFromLuid { luid } => {
            Request::OpenAdapterFromLuid(OpenAdapterFromLuid { luid: Luid::from_raw(luid) })
        }
        model::Call::EnumAdapters2 { capacity } => {
            Request::EnumAdapters2(EnumAdapters2 { capacity, has_array: true })
        }
        model::Call::EnumAdapters3 { capacity, filter } => {
            Request::EnumAdapters3(EnumAdapters3 { filter: filter_word(filter), capacity, has_array: true })
        }
        model::Call::CloseAdapter { adapter } => {
            Request::CloseAdapter(CloseAdapter { adapter: local(adapter)? })
        }
        model::Call::CreateDevice { adapter, unknown_flag } => Request::CreateDevice(CreateDevice {
            adapter: local(adapter)?,
            flags: if unknown_flag { 0x8 } else { 0 },
        }),
        model::Call::DestroyDevice { device } => {
            Request::DestroyDevice(DestroyDevice { device: local(device)? })
        }
        model::Call::GetDeviceState { device, query } => {
            Request::GetDeviceState(GetDeviceState { device: local(device)?, state_type: state_type(query) })
        }
        // Whom it releases is the pick.
        model::Call::MarkDeviceAsError { device, reason, released: _ } => {
            Request::MarkDeviceAsError(MarkDeviceAsError {
                device: local(device)?,
                reason: reason_word(reason),
            })
        }
        model::Call::CloseHandle { handle } => {
            Request::CloseHandle(CloseHandle { handle: nt_handle(handle, process, names)? })
        }
        model::Call::DuplicateHandle(duplicate) => {
            Request::DuplicateHandle(duplicate_handle(&duplicate, process, state, names)?)
        }
        model::Call::CreateKeyedMutex { .. }
        | model::Call::CreateKeyedMutex2 { .. }
        | model::Call::OpenKeyedMutex { .. }
        | model::Call::OpenKeyedMutex2 { .. }
        | model::Call::DestroyKeyedMutex { .. }
        | model::Call::AcquireKeyedMutex { .. }
        | model::Call::AcquireKeyedMutex2 { .. }
        | model::Call::ReleaseKeyedMutex { .. }
        | model::Call::ReleaseKeyedMutex2 { .. } => return keyed_mutex_request(call, process, names),
        model::Call::QueryObject { .. }
        | model::Call::ShareObjects { .. }
        | model::Call::OpenNtHandleFromName { .. }
        | model::Call::OpenSyncObjectNtHandleFromName { .. }
        | model::Call::OpenSyncObjectFromNtHandle { .. }
        | model::Call::OpenSyncObjectFromNtHandle2 { .. } => {
            return concretise_share::request(call, process, state, names);
        }
        model::Call::CreateEvent { .. }
        | model::Call::SetEvent { .. }
        | model::Call::ResetEvent { .. }
        | model::Call::WaitForEvent { .. }
        | model::Call::CreateSynchronizationObject { .. }
        | model::Call::CreateSynchronizationObject2 { .. }
        | model::Call::OpenSynchronizationObject { .. }
        | model::Call::DestroySynchronizationObject { .. }
        | model::Call::SignalFromCpu { .. }
        | model::Call::WaitFromCpu { .. } => return concretise_sync::request(call, process, state, names),
    })
}

fn keyed_mutex_request(call: &model::Call, process: ProcessName, names: &Names) -> Option<Request> {
    let local = |operand| local_handle(operand, process, names);
    Some(match *call {
        model::Call::CreateKeyedMutex { initial } => {
            Request::CreateKeyedMutex(CreateKeyedMutex { initial_value: initial })
        }
        model::Call::CreateKeyedMutex2 { initial, data, nt_sharing, unknown_flag } => {
            Request::CreateKeyedMutex2(CreateKeyedMutex2 {
                initial_value: initial,
                private_data: private_data(data, names)?,
                flags: u32::from(nt_sharing) | u32::from(unknown_flag) << 1,
            })
        }
        model::Call::OpenKeyedMutex { shared } => {
            Request::OpenKeyedMutex(OpenKeyedMutex { shared: global_handle(shared, names)? })
        }
        model::Call::OpenKeyedMutex2 { shared, data } => Request::OpenKeyedMutex2(OpenKeyedMutex2 {
            shared: global_handle(shared, names)?,
            private_data: private_data(data, names)?,
        }),
        model::Call::DestroyKeyedMutex { mutex } => {
            Request::DestroyKeyedMutex(DestroyKeyedMutex { keyed_mutex: local(mutex)? })
        }
        model::Call::AcquireKeyedMutex { mutex, key, timeout: limit } => {
            Request::AcquireKeyedMutex(AcquireKeyedMutex {
                keyed_mutex: local(mutex)?,
                key,
                timeout: timeout(limit)?,
            })
        }
        model::Call::AcquireKeyedMutex2 { mutex, key, timeout: limit, buffer } => {
            Request::AcquireKeyedMutex2(AcquireKeyedMutex2 {
                keyed_mutex: local(mutex)?,
                key,
                timeout: timeout(limit)?,
                buffer: out_buffer(buffer),
            })
        }
        model::Call::ReleaseKeyedMutex { mutex, key, fence } => {
            Request::ReleaseKeyedMutex(ReleaseKeyedMutex {
                keyed_mutex: local(mutex)?,
                key,
                fence_value: fence,
            })
        }
        model::Call::ReleaseKeyedMutex2 { mutex, key, fence, data } => {
            Request::ReleaseKeyedMutex2(ReleaseKeyedMutex2 {
                keyed_mutex: local(mutex)?,
                key,
                fence_value: fence,
                private_data: private_data(data, names)?,
            })
        }
        other => unreachable!("{other:?} is no call on keyed mutexes"),
    })
}

/// pTimeout; none if the value that the model means does not exist (KMX-14).
pub(super) fn timeout(timeout: model::Timeout) -> Option<Option<i64>> {
    match timeout {
        model::Timeout::Unlimited => Some(None),
        model::Timeout::Zero => Some(Some(0)),
        model::Timeout::Relative(ticks) => {
            0_i64.checked_sub_unsigned(ticks).filter(|&value| value < 0).map(Some)
        }
        model::Timeout::AbsoluteAhead(time) | model::Timeout::AbsolutePassed(time) => {
            i64::try_from(time).ok().filter(|&value| value > 0).map(Some)
        }
    }
}

/// A size that a null pointer can have and no buffer of a small world does.
const SIZE_WITHOUT_A_BUFFER: u32 = 16;

fn private_data(data: model::DataOperand, names: &Names) -> Option<PrivateData> {
    Some(match data {
        model::DataOperand::None => PrivateData::NONE,
        model::DataOperand::NullWithSize => PrivateData::Null { size: SIZE_WITHOUT_A_BUFFER },
        model::DataOperand::Bytes { size, content } => {
            PrivateData::Bytes(names.bytes(state::PrivateData { size, content })?)
        }
    })
}

const fn out_buffer(buffer: model::BufferOperand) -> OutBuffer {
    match buffer {
        model::BufferOperand::None => OutBuffer::NONE,
        model::BufferOperand::NullWithSize => OutBuffer { is_null: true, size: SIZE_WITHOUT_A_BUFFER },
        model::BufferOperand::Bytes { size } => OutBuffer { is_null: false, size },
    }
}

pub(super) fn global_handle(operand: model::GlobalOperand, names: &Names) -> Option<GlobalHandle> {
    let value = match operand {
        model::GlobalOperand::Named(name) => names.global_value(name)?,
        model::GlobalOperand::Dead(kind) => match kind {
            model::DeadKind::Zero => 0,
            model::DeadKind::Unknown => Names::unknown_global(),
            model::DeadKind::Stale => names.stale_global(),
            // The one table is that of every process.
            model::DeadKind::Foreign => return None,
            model::DeadKind::OtherSpace => names.any_local().unwrap_or(4),
        },
    };
    Some(GlobalHandle::from_raw(value))
}

fn duplicate_handle(
    duplicate: &model::Duplicate,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Option<DuplicateHandle> {
    // The source handle is a value of the source process; without a source process any value will do.
    let source = source_process(duplicate.source_process, process, state).unwrap_or(process);
    let options = u32::from(duplicate.close_source)
        | u32::from(duplicate.same_access) << 1
        | u32::from(duplicate.same_attributes) << 2
        | u32::from(duplicate.unknown_option) << 3;
    Some(DuplicateHandle {
        source_process: nt_handle(duplicate.source_process, process, names)?,
        source: nt_handle(duplicate.source_handle, source, names)?,
        target_process: nt_handle(duplicate.target_process, process, names)?,
        desired_access: duplicate.desired_access,
        attributes: if duplicate.inherit { 0x2 } else { 0 },
        options,
        report_target: duplicate.reported,
    })
}

/// The process whose table the source handle of DuplicateHandle is looked up in, if there is one.
#[must_use]
pub fn source_process(operand: model::NtOperand, caller: ProcessName, state: &State) -> Option<ProcessName> {
    match operand {
        model::NtOperand::Current => Some(caller),
        model::NtOperand::Named(name) => match state.process(caller)?.nt_handle(name)?.object {
            state::NtObject::Process(process) => Some(process),
            state::NtObject::Event(_)
            | state::NtObject::Shared(_)
            | state::NtObject::Directory(_)
            | state::NtObject::Section(_) => None,
        },
        model::NtOperand::CurrentThread | model::NtOperand::Dead(_) => None,
    }
}

fn host(host: model::Host, names: &Names) -> Option<Host> {
    Some(match host {
        model::Host::CreateProcess(identity) => Host::CreateProcess(process_config(identity)),
        model::Host::StartThread { process } => Host::StartThread(process_id(process)),
        model::Host::AddAdapter { luid, kind, display } => Host::AddAdapter(AdapterConfig {
            kind: adapter_kind(kind),
            has_display: display,
            ..AdapterConfig::new(Luid::from_raw(luid))
        }),
        model::Host::PlaceProcessHandle { holder, target, access, inherit, protect } => {
            Host::PlaceProcessHandle(PlaceProcessHandle {
                holder: process_id(holder),
                target: process_id(target),
                granted_access: access,
                inherit,
                protect_from_close: protect,
            })
        }
        model::Host::AddDirectory { refused_user } => Host::AddDirectory(AddDirectory {
            path: names.paths.next_added(),
            refused_users: refused_user.into_iter().collect(),
        }),
        model::Host::PlaceNamedObject { path, object_type } => Host::PlaceNamedObject(PlaceNamedObject {
            path: names.paths.text(path)?,
            object_type: match object_type {
                state::PlacedType::Event => PlacedType::Event,
                state::PlacedType::Section => PlacedType::Section,
            },
        }),
        model::Host::PlaceDirectoryHandle { holder, directory, access, inherit, protect } => {
            Host::PlaceDirectoryHandle(PlaceDirectoryHandle {
                holder: process_id(holder),
                path: names.paths.path_of(Place::Model(directory))?,
                granted_access: access,
                inherit,
                protect_from_close: protect,
            })
        }
        model::Host::PlaceSectionHandle { holder, access, inherit, protect } => {
            Host::PlaceSectionHandle(PlaceSectionHandle {
                holder: process_id(holder),
                granted_access: access,
                inherit,
                protect_from_close: protect,
            })
        }
        model::Host::SetHandleFlags { holder, handle, inherit, protect } => {
            Host::SetNtHandleFlags(SetNtHandleFlags {
                process: process_id(holder),
                handle: NtHandle::from_raw(names.nt_value(holder, handle)?.into()),
                inherit,
                protect_from_close: protect,
            })
        }
    })
}

pub(super) fn local_handle(
    operand: model::LocalOperand,
    process: ProcessName,
    names: &Names,
) -> Option<LocalHandle> {
    let value = match operand {
        model::LocalOperand::Named(name) => names.local_value(process, name)?,
        model::LocalOperand::Dead(kind) => match kind {
            model::DeadKind::Zero => 0,
            model::DeadKind::Unknown => Names::unknown_local(),
            model::DeadKind::Stale => names.stale_local(process),
            model::DeadKind::Foreign => names.foreign_local(process),
            model::DeadKind::OtherSpace => names.any_global().unwrap_or(4),
        },
    };
    Some(LocalHandle::from_raw(value))
}

pub(super) fn nt_handle(operand: model::NtOperand, process: ProcessName, names: &Names) -> Option<NtHandle> {
    let value = match operand {
        model::NtOperand::Named(name) => names.nt_value(process, name)?,
        model::NtOperand::Current => return Some(NtHandle::CURRENT_PROCESS),
        model::NtOperand::CurrentThread => return Some(NtHandle::CURRENT_THREAD),
        model::NtOperand::Dead(kind) => match kind {
            model::DeadKind::Zero => 0,
            model::DeadKind::Unknown => Names::unknown_nt(),
            model::DeadKind::Stale => names.stale_nt(process),
            model::DeadKind::Foreign => names.foreign_nt(process),
            model::DeadKind::OtherSpace => 0x4000_0000,
        },
    };
    Some(NtHandle::from_raw(value.into()))
}

fn process_config(identity: state::Identity) -> ProcessConfig {
    let state::Identity { user, session, administrator } = identity;
    ProcessConfig { user, session, administrator, ..ProcessConfig::default() }
}

fn process_id(process: ProcessName) -> ProcessId {
    ProcessId::from_number(process.0)
}

fn adapter_kind(kind: state::AdapterKind) -> AdapterKind {
    match kind {
        state::AdapterKind::Full => AdapterKind::Full,
        state::AdapterKind::ComputeOnly => AdapterKind::ComputeOnly,
        state::AdapterKind::DisplayOnly => AdapterKind::DisplayOnly,
    }
}

fn filter_word(filter: model::AdapterFilter) -> u64 {
    u64::from(filter.compute_only) | u64::from(filter.display_only) << 1 | u64::from(filter.unknown_bit) << 63
}

const fn state_type(query: model::DeviceQuery) -> u32 {
    match query {
        model::DeviceQuery::Execution => 1,
        model::DeviceQuery::Present => 2,
        model::DeviceQuery::Reset => 3,
        model::DeviceQuery::PageFault => 5,
        model::DeviceQuery::Unknown => 7,
    }
}

const fn reason_word(reason: model::ErrorReason) -> u32 {
    match reason {
        model::ErrorReason::Generic => 0x8000_0000,
        model::ErrorReason::DriverError => 0x8000_0006,
        model::ErrorReason::Unknown => 0x8000_0001,
    }
}
