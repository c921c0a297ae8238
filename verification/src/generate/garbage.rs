//! Events whose fields are live values or any bits at all.

use arbitrary::{Result, Unstructured};
use kmt_core as core;

use super::{keyed_mutexes, luid, pick, share, sync};
use crate::bridge::Lockstep;

/// One event of the core whose fields are live values of the lockstep or any bits at all.
///
/// # Errors
///
/// When the bytes run out.
pub fn garbage(bytes: &mut Unstructured<'_>, lockstep: &Lockstep) -> Result<core::Event> {
    let sensible = lockstep.concretise(&super::action(bytes, lockstep.model())?);
    let Some(event) = sensible else { return Ok(core::Event::Incident(garbage_incident(bytes)?)) };
    Ok(match (event, bytes.int_in_range(0..=7)?) {
        (core::Event::Call(call), 0..=3) => {
            let request = garbage_request(bytes, &call.request)?;
            core::Event::Call(core::Call {
                pick: keyed_mutexes::fitting_pick(bytes, &request)?,
                request,
                ..call
            })
        }
        (core::Event::Call(call), 4) => {
            core::Event::Call(core::Call { thread: core::ThreadId::from_number(word(bytes)?), ..call })
        }
        (core::Event::Call(call), 5) => core::Event::Call(core::Call { pick: any_pick(bytes)?, ..call }),
        (core::Event::Host(_), 0..=3) => core::Event::Host(garbage_host(bytes)?),
        (core::Event::Incident(_), 0..=3) => core::Event::Incident(garbage_incident(bytes)?),
        (event, _) => event,
    })
}

/// An option that the event may not have.
fn any_pick(bytes: &mut Unstructured<'_>) -> Result<core::Pick> {
    let mut thread = || bytes.int_in_range(0..=4).map(core::ThreadId::from_number);
    let options = [
        core::Pick::Only,
        core::Pick::DeadlineAhead,
        core::Pick::DeadlinePassed,
        core::Pick::Release(Vec::new()),
        core::Pick::Release(vec![thread()?]),
        core::Pick::Release(vec![thread()?, thread()?]),
    ];
    bytes.choose(&options).cloned()
}

/// Any 32 bits, small numbers and single bits more often.
pub(super) fn word(bytes: &mut Unstructured<'_>) -> Result<u32> {
    Ok(match bytes.int_in_range(0..=3)? {
        0 => bytes.int_in_range(0..=16)?,
        1 => 1 << bytes.int_in_range(0..=31)?,
        2 => {
            // The value of a local handle, or of a global one.
            let instance = if bytes.ratio(1_u8, 3_u8)? { 2 } else { 0 };
            0x4000_0000_u32.wrapping_mul(bytes.int_in_range(1..=3)?)
                | bytes.int_in_range(0..=9)? << 6
                | instance
        }
        _ => bytes.arbitrary()?,
    })
}

pub(super) fn long_word(bytes: &mut Unstructured<'_>) -> Result<u64> {
    Ok(match bytes.int_in_range(0..=3)? {
        0 => bytes.int_in_range(0..=16)?,
        1 => 1 << bytes.int_in_range(0..=63)?,
        2 => u64::MAX - bytes.int_in_range(0..=3)?,
        _ => bytes.arbitrary()?,
    })
}

/// The same request with one field, or all of them, replaced by any bits.
#[allow(clippy::too_many_lines, reason = "one line for each request")]
fn garbage_request(bytes: &mut Unstructured<'_>, request: &core::Request) -> Result<core::Request> {
    use core::Request as R;
    let handle = |bytes: &mut Unstructured<'_>| word(bytes).map(core::LocalHandle::from_raw);
    if let Some(request) = keyed_mutexes::garbage(bytes, request)? {
        return Ok(request);
    }
    if let Some(request) = sync::garbage(bytes, request)? {
        return Ok(request);
    }
    if let Some(request) = share::garbage(bytes, request)? {
        return Ok(request);
    }
    Ok(match *request {
        R::OpenAdapterFromLuid(_) if bytes.ratio(1_u8, 4_u8)? => {
            R::NullArgument(core::EntryPoint::OpenAdapterFromLuid)
        }
        R::OpenAdapterFromLuid(_) => R::OpenAdapterFromLuid(core::OpenAdapterFromLuid {
            luid: core::Luid::from_raw(long_word(bytes)?),
        }),
        R::EnumAdapters2(_) => {
            R::EnumAdapters2(core::EnumAdapters2 { capacity: word(bytes)?, has_array: bytes.arbitrary()? })
        }
        R::EnumAdapters3(_) => R::EnumAdapters3(core::EnumAdapters3 {
            filter: long_word(bytes)?,
            capacity: word(bytes)?,
            has_array: bytes.arbitrary()?,
        }),
        R::CloseAdapter(_) => R::CloseAdapter(core::CloseAdapter { adapter: handle(bytes)? }),
        R::CreateDevice(create) if bytes.arbitrary()? => {
            R::CreateDevice(core::CreateDevice { flags: word(bytes)?, ..create })
        }
        R::CreateDevice(create) => R::CreateDevice(core::CreateDevice { adapter: handle(bytes)?, ..create }),
        R::DestroyDevice(_) => R::DestroyDevice(core::DestroyDevice { device: handle(bytes)? }),
        R::GetDeviceState(get) if bytes.arbitrary()? => {
            R::GetDeviceState(core::GetDeviceState { state_type: word(bytes)?, ..get })
        }
        R::GetDeviceState(get) => R::GetDeviceState(core::GetDeviceState { device: handle(bytes)?, ..get }),
        R::MarkDeviceAsError(mark) if bytes.arbitrary()? => {
            R::MarkDeviceAsError(core::MarkDeviceAsError { reason: word(bytes)?, ..mark })
        }
        R::MarkDeviceAsError(mark) => {
            R::MarkDeviceAsError(core::MarkDeviceAsError { device: handle(bytes)?, ..mark })
        }
        R::CloseHandle(_) => {
            R::CloseHandle(core::CloseHandle { handle: core::NtHandle::from_raw(long_word(bytes)?) })
        }
        R::DuplicateHandle(duplicate) => R::DuplicateHandle(garbage_duplicate(bytes, duplicate)?),
        R::CreateProcess(_) | R::ExitProcess | R::NullArgument(_) => {
            R::NullArgument(pick(bytes, ENTRY_POINTS)?)
        }
        R::CreateKeyedMutex(_)
        | R::CreateKeyedMutex2(_)
        | R::OpenKeyedMutex(_)
        | R::OpenKeyedMutex2(_)
        | R::DestroyKeyedMutex(_)
        | R::AcquireKeyedMutex(_)
        | R::AcquireKeyedMutex2(_)
        | R::ReleaseKeyedMutex(_)
        | R::ReleaseKeyedMutex2(_)
        | R::CreateEvent(_)
        | R::SetEvent(_)
        | R::ResetEvent(_)
        | R::WaitForEvent(_)
        | R::CreateSynchronizationObject(_)
        | R::CreateSynchronizationObject2(_)
        | R::OpenSynchronizationObject(_)
        | R::DestroySynchronizationObject(_)
        | R::SignalSynchronizationObjectFromCpu(_)
        | R::WaitForSynchronizationObjectFromCpu(_)
        | R::QueryObject(_)
        | R::ShareObjects(_)
        | R::OpenNtHandleFromName(_)
        | R::OpenSyncObjectNtHandleFromName(_)
        | R::OpenSyncObjectFromNtHandle(_)
        | R::OpenSyncObjectFromNtHandle2(_) => unreachable!("these were dealt with above"),
    })
}

const ENTRY_POINTS: &[core::EntryPoint] = &[
    core::EntryPoint::EnumAdapters2,
    core::EntryPoint::EnumAdapters3,
    core::EntryPoint::CloseAdapter,
    core::EntryPoint::CreateDevice,
    core::EntryPoint::DestroyDevice,
    core::EntryPoint::GetDeviceState,
    core::EntryPoint::MarkDeviceAsError,
    core::EntryPoint::CreateKeyedMutex,
    core::EntryPoint::CreateKeyedMutex2,
    core::EntryPoint::OpenKeyedMutex,
    core::EntryPoint::OpenKeyedMutex2,
    core::EntryPoint::DestroyKeyedMutex,
    core::EntryPoint::AcquireKeyedMutex,
    core::EntryPoint::AcquireKeyedMutex2,
    core::EntryPoint::ReleaseKeyedMutex,
    core::EntryPoint::ReleaseKeyedMutex2,
    core::EntryPoint::CreateSynchronizationObject,
    core::EntryPoint::CreateSynchronizationObject2,
    core::EntryPoint::OpenSynchronizationObject,
    core::EntryPoint::DestroySynchronizationObject,
    core::EntryPoint::SignalSynchronizationObjectFromCpu,
    core::EntryPoint::WaitForSynchronizationObjectFromCpu,
    core::EntryPoint::OpenNtHandleFromName,
    core::EntryPoint::OpenSyncObjectNtHandleFromName,
    core::EntryPoint::OpenSyncObjectFromNtHandle,
    core::EntryPoint::OpenSyncObjectFromNtHandle2,
];

fn garbage_duplicate(
    bytes: &mut Unstructured<'_>,
    mut duplicate: core::DuplicateHandle,
) -> Result<core::DuplicateHandle> {
    match bytes.int_in_range(0..=5)? {
        0 => duplicate.source_process = core::NtHandle::from_raw(long_word(bytes)?),
        1 => duplicate.source = core::NtHandle::from_raw(long_word(bytes)?),
        2 => duplicate.target_process = core::NtHandle::from_raw(long_word(bytes)?),
        3 => duplicate.options = word(bytes)?,
        4 => duplicate.attributes = word(bytes)?,
        _ => duplicate.desired_access = word(bytes)?,
    }
    Ok(duplicate)
}

fn garbage_host(bytes: &mut Unstructured<'_>) -> Result<core::Host> {
    let process = |bytes: &mut Unstructured<'_>| word(bytes).map(core::ProcessId::from_number);
    Ok(match bytes.int_in_range(0..=6)? {
        4..=6 => share::garbage_host(bytes)?,
        0 => core::Host::StartThread(process(bytes)?),
        1 => core::Host::AddAdapter(core::AdapterConfig {
            nodes: word(bytes)?,
            physical_adapters: bytes.int_in_range(0..=40)?,
            ..core::AdapterConfig::new(core::Luid::from_raw(luid(bytes)?))
        }),
        2 => core::Host::PlaceProcessHandle(core::PlaceProcessHandle {
            holder: process(bytes)?,
            target: process(bytes)?,
            granted_access: word(bytes)? & 0x1F_FFFF,
            inherit: bytes.arbitrary()?,
            protect_from_close: bytes.arbitrary()?,
        }),
        _ => core::Host::SetNtHandleFlags(core::SetNtHandleFlags {
            process: process(bytes)?,
            handle: core::NtHandle::from_raw(long_word(bytes)?),
            inherit: bytes.arbitrary()?,
            protect_from_close: bytes.arbitrary()?,
        }),
    })
}

fn garbage_incident(bytes: &mut Unstructured<'_>) -> Result<core::Incident> {
    Ok(match bytes.int_in_range(0..=2)? {
        0 => core::Incident::EndThread(core::ThreadId::from_number(word(bytes)?)),
        1 => core::Incident::KillProcess(core::ProcessId::from_number(word(bytes)?)),
        _ => core::Incident::StopAdapter {
            adapter: core::AdapterId::from_number(word(bytes)?),
            pick: any_pick(bytes)?,
        },
    })
}
