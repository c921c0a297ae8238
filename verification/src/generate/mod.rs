//! Events out of bytes: one generator for random tests and for fuzzers.
//!
//! [`action`] makes actions that mostly make sense in the model's state; [`garbage`] makes events whose fields are mostly
//! live values and sometimes any bits at all. Both read an [`Unstructured`], so that a fuzzer's bytes, a property test's
//! bytes and a seed's bytes mean the same.

mod garbage;
mod keyed_mutexes;
mod share;
mod sync;

use arbitrary::{Result, Unstructured};
use kmt_model::action::{
    Action, AdapterFilter, Call, DeadKind, DeviceQuery, Duplicate, ErrorReason, Host, Incident, LocalOperand,
    NtOperand, Released, Step,
};
use kmt_model::rules;
use kmt_model::state::{
    AdapterKind, AdapterName, Identity, LocalObject, Process, ProcessName, State, ThreadName,
};

use crate::bridge::concretise;

pub use garbage::garbage;
pub use share::identity;

/// Adapters, beyond which a generated run adds none: enough for "same", "other" and "stopped".
const MOST_ADAPTERS: usize = 4;

/// One action that can be formed in the state, most of the time.
///
/// # Errors
///
/// When the bytes run out.
pub fn action(bytes: &mut Unstructured<'_>, state: &State) -> Result<Action> {
    let threads = state.threads.iter().map(|thread| thread.name);
    let running: Vec<ThreadName> = threads.filter(|&thread| state.wait(thread).is_none()).collect();
    let steps = rules::enabled_steps(state);
    let action = match bytes.int_in_range(0..=15)? {
        0 => Action::Host(host(bytes, state)?),
        1 => Action::Incident(incident(bytes, state)?),
        // Time passes on its own: blocked threads go on often enough to call again.
        2 | 3 if !steps.is_empty() => Action::Step(pick(bytes, &steps)?),
        4 if !state.waits.is_empty() && bytes.ratio(1_u8, 4_u8)? => untimely(bytes, state)?,
        _ if running.is_empty() && !steps.is_empty() => Action::Step(pick(bytes, &steps)?),
        _ if running.is_empty() => Action::Host(first_host(state)),
        _ => {
            let thread = pick(bytes, &running)?;
            Action::Call(thread, call(bytes, state, thread)?)
        }
    };
    // Where it is open whom the action releases, one of the options.
    let options = rules::options(state, &action);
    if options.len() < 2 { Ok(action) } else { pick(bytes, &options) }
}

/// What cannot happen, or not yet: a look at a fence without a mark, what a blocked thread cannot do or be made to do.
fn untimely(bytes: &mut Unstructured<'_>, state: &State) -> Result<Action> {
    let adapters = u32::try_from(state.adapters.len()).unwrap_or(u32::MAX);
    if bytes.ratio(1_u8, 4_u8)? && adapters > 0 && !state.sync_objects.is_empty() {
        return Ok(Action::Step(Step::Notice {
            object: bytes.choose(&state.sync_objects)?.name,
            adapter: AdapterName(bytes.int_in_range(0..=adapters - 1)?),
            released: Released(0),
        }));
    }
    let waiting: Vec<ThreadName> = state.waits.iter().filter_map(|wait| wait.thread).collect();
    let Ok(&thread) = bytes.choose(&waiting) else { return Ok(Action::Host(first_host(state))) };
    Ok(match bytes.int_in_range(0..=2)? {
        0 => Action::Step(Step::Grant(thread)),
        1 => Action::Step(Step::Timeout(thread)),
        _ => Action::Call(thread, call(bytes, state, thread)?),
    })
}

fn pick<T: Copy>(bytes: &mut Unstructured<'_>, options: &[T]) -> Result<T> {
    bytes.choose(options).copied()
}

/// What sets the stage when nothing runs.
fn first_host(state: &State) -> Host {
    match state.processes.iter().find(|process| process.alive) {
        Some(process) => Host::StartThread { process: process.name },
        None => Host::CreateProcess(Identity::default()),
    }
}

fn host(bytes: &mut Unstructured<'_>, state: &State) -> Result<Host> {
    let processes: Vec<ProcessName> = state.processes.iter().map(|process| process.name).collect();
    if processes.is_empty() {
        return Ok(Host::CreateProcess(identity(bytes)?));
    }
    let holder = pick(bytes, &processes)?;
    Ok(match bytes.int_in_range(0..=9)? {
        0 => Host::CreateProcess(identity(bytes)?),
        6..=8 => share::host(bytes, state, holder)?,
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
        1 if adapters > 0 => Incident::StopAdapter {
            adapter: AdapterName(bytes.int_in_range(0..=adapters - 1)?),
            released: Released(0),
        },
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
    Ok(match bytes.int_in_range(0..=59)? {
        0 => Call::CreateProcess { inherit_handles: bytes.arbitrary()?, identity: identity(bytes)? },
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
            released: Released(0),
        },
        12 => Call::CloseHandle { handle: nt(bytes, caller)? },
        13..=15 => Call::DuplicateHandle(duplicate(bytes, state, caller)?),
        16..=27 => keyed_mutexes::call(bytes, state, caller)?,
        28..=43 => sync::call(bytes, state, caller)?,
        _ => share::call(bytes, state, caller)?,
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
