//! Events out of bytes: one generator for random tests and for fuzzers.
//!
//! [`action`] makes actions that mostly make sense in the model's state; [`garbage`] makes events whose fields are mostly
//! live values and sometimes any bits at all. Both read an [`Unstructured`], so that a fuzzer's bytes, a property test's
//! bytes and a seed's bytes mean the same.

use arbitrary::{Result, Unstructured};
use kmt_core as core;
use kmt_model::action::{
    Action, AdapterFilter, Call, DeadKind, DeviceQuery, Duplicate, ErrorReason, Host, Incident, LocalOperand,
    NtOperand,
};
use kmt_model::rules;
use kmt_model::state::{AdapterKind, AdapterName, LocalObject, Process, ProcessName, State, ThreadName};

use crate::bridge::{Lockstep, concretise};

/// Adapters, beyond which a generated run adds none: enough for "same", "other" and "stopped".
const MOST_ADAPTERS: usize = 4;

/// One action that can be formed in the state, most of the time.
///
/// # Errors
///
/// When the bytes run out.
pub fn action(bytes: &mut Unstructured<'_>, state: &State) -> Result<Action> {
    let running: Vec<ThreadName> = state.threads.iter().map(|thread| thread.name).collect();
    let steps = rules::enabled_steps(state);
    Ok(match bytes.int_in_range(0..=15)? {
        0 => Action::Host(host(bytes, state)?),
        1 => Action::Incident(incident(bytes, state)?),
        2 if !steps.is_empty() => Action::Step(pick(bytes, &steps)?),
        _ if running.is_empty() => Action::Host(first_host(state)),
        _ => {
            let thread = pick(bytes, &running)?;
            Action::Call(thread, call(bytes, state, thread)?)
        }
    })
}

fn pick<T: Copy>(bytes: &mut Unstructured<'_>, options: &[T]) -> Result<T> {
    bytes.choose(options).copied()
}

/// What sets the stage when nothing runs.
fn first_host(state: &State) -> Host {
    match state.processes.iter().find(|process| process.alive) {
        Some(process) => Host::StartThread { process: process.name },
        None => Host::CreateProcess,
    }
}

fn host(bytes: &mut Unstructured<'_>, state: &State) -> Result<Host> {
    let processes: Vec<ProcessName> = state.processes.iter().map(|process| process.name).collect();
    if processes.is_empty() {
        return Ok(Host::CreateProcess);
    }
    let holder = pick(bytes, &processes)?;
    Ok(match bytes.int_in_range(0..=5)? {
        0 => Host::CreateProcess,
        1 | 2 => Host::StartThread { process: holder },
        3 if state.adapters.len() < MOST_ADAPTERS => Host::AddAdapter {
            luid: luid(bytes)?,
            kind: pick(bytes, &[AdapterKind::Full, AdapterKind::ComputeOnly, AdapterKind::DisplayOnly])?,
            display: bytes.arbitrary()?,
        },
        4 => {
            let handles = state.process(holder).map_or(&[][..], |process| &process.nt_handles);
            match bytes.choose(handles) {
                Ok(handle) => Host::SetHandleFlags {
                    holder,
                    handle: handle.name,
                    inherit: bytes.arbitrary()?,
                    protect: bytes.arbitrary()?,
                },
                Err(_) => Host::StartThread { process: holder },
            }
        }
        _ => Host::PlaceProcessHandle {
            holder,
            target: pick(bytes, &processes)?,
            access: pick(bytes, &[0x40, 0x1F_FFFF, 0, 0x10_0000])?,
            inherit: bytes.arbitrary()?,
            protect: bytes.ratio(1_u8, 4_u8)?,
        },
    })
}

fn incident(bytes: &mut Unstructured<'_>, state: &State) -> Result<Incident> {
    let processes: Vec<ProcessName> = state.processes.iter().map(|process| process.name).collect();
    let threads: Vec<ThreadName> = state.threads.iter().map(|thread| thread.name).collect();
    let adapters = u32::try_from(state.adapters.len()).unwrap_or(u32::MAX);
    Ok(match bytes.int_in_range(0..=3)? {
        0 if !processes.is_empty() => Incident::KillProcess(pick(bytes, &processes)?),
        1 if adapters > 0 => Incident::StopAdapter(AdapterName(bytes.int_in_range(0..=adapters - 1)?)),
        _ if !threads.is_empty() => Incident::EndThread(pick(bytes, &threads)?),
        _ => Incident::EndThread(ThreadName(bytes.int_in_range(0..=8)?)),
    })
}

/// Few numbers, so that adapters meet again.
fn luid(bytes: &mut Unstructured<'_>) -> Result<u64> {
    bytes.int_in_range(0..=5)
}

fn call(bytes: &mut Unstructured<'_>, state: &State, thread: ThreadName) -> Result<Call> {
    let caller = state.thread(thread).and_then(|thread| state.process(thread.process));
    let adapter = |bytes: &mut _| local(bytes, caller, |object| matches!(object, LocalObject::Adapter(_)));
    let device = |bytes: &mut _| local(bytes, caller, |object| matches!(object, LocalObject::Device(_)));
    Ok(match bytes.int_in_range(0..=15)? {
        0 => Call::CreateProcess { inherit_handles: bytes.arbitrary()? },
        1 if bytes.ratio(1_u8, 4_u8)? => Call::ExitProcess,
        1..=3 => Call::OpenAdapterFromLuid { luid: luid(bytes)? },
        4 => Call::EnumAdapters2 { capacity: bytes.int_in_range(0..=4)? },
        5 => Call::EnumAdapters3 {
            capacity: bytes.int_in_range(0..=4)?,
            filter: AdapterFilter {
                compute_only: bytes.arbitrary()?,
                display_only: bytes.arbitrary()?,
                unknown_bit: bytes.ratio(1_u8, 16_u8)?,
            },
        },
        6 => Call::CloseAdapter { adapter: adapter(bytes)? },
        7 | 8 => Call::CreateDevice { adapter: adapter(bytes)?, unknown_flag: bytes.ratio(1_u8, 16_u8)? },
        9 => Call::DestroyDevice { device: device(bytes)? },
        10 => Call::GetDeviceState {
            device: device(bytes)?,
            query: pick(
                bytes,
                &[
                    DeviceQuery::Execution,
                    DeviceQuery::Reset,
                    DeviceQuery::PageFault,
                    DeviceQuery::Present,
                    DeviceQuery::Unknown,
                ],
            )?,
        },
        11 => Call::MarkDeviceAsError {
            device: device(bytes)?,
            reason: pick(bytes, &[ErrorReason::Generic, ErrorReason::DriverError, ErrorReason::Unknown])?,
        },
        12 => Call::CloseHandle { handle: nt(bytes, caller)? },
        _ => Call::DuplicateHandle(duplicate(bytes, state, caller)?),
    })
}

fn local(
    bytes: &mut Unstructured<'_>,
    caller: Option<&Process>,
    wanted: impl Fn(LocalObject) -> bool,
) -> Result<LocalOperand> {
    let handles = caller.map_or(&[][..], |process| &process.local_handles);
    let right: Vec<_> =
        handles.iter().filter(|handle| wanted(handle.object)).map(|handle| handle.name).collect();
    let any: Vec<_> = handles.iter().map(|handle| handle.name).collect();
    Ok(match bytes.int_in_range(0..=11)? {
        0 => LocalOperand::Dead(dead(bytes)?),
        1 if !any.is_empty() => LocalOperand::Named(pick(bytes, &any)?),
        _ if !right.is_empty() => LocalOperand::Named(pick(bytes, &right)?),
        _ => LocalOperand::Dead(dead(bytes)?),
    })
}

fn dead(bytes: &mut Unstructured<'_>) -> Result<DeadKind> {
    pick(
        bytes,
        &[DeadKind::Stale, DeadKind::Zero, DeadKind::Unknown, DeadKind::Foreign, DeadKind::OtherSpace],
    )
}

fn nt(bytes: &mut Unstructured<'_>, holder: Option<&Process>) -> Result<NtOperand> {
    let handles: Vec<_> =
        holder.map_or(&[][..], |process| &process.nt_handles).iter().map(|handle| handle.name).collect();
    Ok(match bytes.int_in_range(0..=15)? {
        0 => NtOperand::Dead(dead(bytes)?),
        1 => NtOperand::CurrentThread,
        2..=4 => NtOperand::Current,
        _ if !handles.is_empty() => NtOperand::Named(pick(bytes, &handles)?),
        _ => NtOperand::Current,
    })
}

fn duplicate(bytes: &mut Unstructured<'_>, state: &State, caller: Option<&Process>) -> Result<Duplicate> {
    let source_process = nt(bytes, caller)?;
    let source = caller
        .and_then(|caller| concretise::source_process(source_process, caller.name, state))
        .and_then(|process| state.process(process));
    let masks =
        [0x1F_FFFF, 0x40, 0, 0x1000_0000, 0x8000_0000, 0x0200_0000, 0x0100_0000, 0xFE0_0000, 0x10_0040];
    Ok(Duplicate {
        source_process,
        // Without a source process there is no table to name a handle of.
        source_handle: if source.is_some() { nt(bytes, source)? } else { NtOperand::Dead(dead(bytes)?) },
        target_process: nt(bytes, caller)?,
        desired_access: pick(bytes, &masks)?,
        inherit: bytes.arbitrary()?,
        close_source: bytes.ratio(1_u8, 3_u8)?,
        same_access: bytes.arbitrary()?,
        same_attributes: bytes.ratio(1_u8, 4_u8)?,
        unknown_option: bytes.ratio(1_u8, 16_u8)?,
        reported: bytes.ratio(3_u8, 4_u8)?,
    })
}

/// One event of the core whose fields are live values of the lockstep or any bits at all.
///
/// # Errors
///
/// When the bytes run out.
pub fn garbage(bytes: &mut Unstructured<'_>, lockstep: &Lockstep) -> Result<core::Event> {
    let sensible = lockstep.concretise(&action(bytes, lockstep.model())?);
    let Some(event) = sensible else { return Ok(core::Event::Incident(garbage_incident(bytes)?)) };
    Ok(match (event, bytes.int_in_range(0..=7)?) {
        (core::Event::Call(call), 0..=3) => {
            core::Event::Call(core::Call { request: garbage_request(bytes, &call.request)?, ..call })
        }
        (core::Event::Call(call), 4) => {
            core::Event::Call(core::Call { thread: core::ThreadId::from_number(word(bytes)?), ..call })
        }
        (core::Event::Host(_), 0..=3) => core::Event::Host(garbage_host(bytes)?),
        (core::Event::Incident(_), 0..=3) => core::Event::Incident(garbage_incident(bytes)?),
        (event, _) => event,
    })
}

/// Any 32 bits, small numbers and single bits more often.
fn word(bytes: &mut Unstructured<'_>) -> Result<u32> {
    Ok(match bytes.int_in_range(0..=3)? {
        0 => bytes.int_in_range(0..=16)?,
        1 => 1 << bytes.int_in_range(0..=31)?,
        2 => 0x4000_0000_u32.wrapping_mul(bytes.int_in_range(1..=3)?) | bytes.int_in_range(0..=9)? << 6,
        _ => bytes.arbitrary()?,
    })
}

fn long_word(bytes: &mut Unstructured<'_>) -> Result<u64> {
    Ok(match bytes.int_in_range(0..=3)? {
        0 => bytes.int_in_range(0..=16)?,
        1 => 1 << bytes.int_in_range(0..=63)?,
        2 => u64::MAX - bytes.int_in_range(0..=3)?,
        _ => bytes.arbitrary()?,
    })
}

/// The same request with one field, or all of them, replaced by any bits.
fn garbage_request(bytes: &mut Unstructured<'_>, request: &core::Request) -> Result<core::Request> {
    use core::Request as R;
    let handle = |bytes: &mut Unstructured<'_>| word(bytes).map(core::LocalHandle::from_raw);
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
        R::CreateProcess(_) | R::ExitProcess | R::NullArgument(_) => R::NullArgument(pick(
            bytes,
            &[
                core::EntryPoint::EnumAdapters2,
                core::EntryPoint::EnumAdapters3,
                core::EntryPoint::CloseAdapter,
                core::EntryPoint::CreateDevice,
                core::EntryPoint::DestroyDevice,
                core::EntryPoint::GetDeviceState,
                core::EntryPoint::MarkDeviceAsError,
            ],
        )?),
    })
}

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
    Ok(match bytes.int_in_range(0..=3)? {
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
        _ => core::Incident::StopAdapter(core::AdapterId::from_number(word(bytes)?)),
    })
}
