//! Runs in which as much ends as is made: handles close, objects and devices are destroyed, threads, processes and
//! adapters go, while others wait, share and open.

use arbitrary::{Result, Unstructured};
use kmt_model::action::{Action, Call, ErrorReason, Host, Incident, LocalOperand, NtOperand, Released};
use kmt_model::rules;
use kmt_model::state::{AdapterName, LocalObject, Process, State, ThreadName};

use super::{Failure, drive};
use crate::generate;

/// Takes the lockstep through actions of which every second one ends something, until the bytes run out.
///
/// # Errors
///
/// The actions so far, and the difference at the last of them.
pub fn teardown(bytes: &[u8]) -> std::result::Result<usize, Failure> {
    drive(bytes, |bytes, state| {
        if bytes.arbitrary()? {
            return generate::action(bytes, state);
        }
        let action = end(bytes, state)?;
        // Where it is open whom the end releases, one of the options.
        let options = rules::options(state, &action);
        if options.len() < 2 { Ok(action) } else { bytes.choose(&options).copied() }
    })
}

/// The end of something that is there, or its renewal where nothing is left.
fn end(bytes: &mut Unstructured<'_>, state: &State) -> Result<Action> {
    let running: Vec<ThreadName> = state
        .threads
        .iter()
        .map(|thread| thread.name)
        .filter(|&thread| state.wait(thread).is_none())
        .collect();
    let incident = Action::Incident;
    Ok(match bytes.int_in_range(0..=15)? {
        0 => match bytes.choose(&state.processes) {
            Ok(process) => incident(Incident::KillProcess(process.name)),
            Err(_) => Action::Host(Host::CreateProcess(generate::identity(bytes)?)),
        },
        1 | 2 if !state.threads.is_empty() => {
            incident(Incident::EndThread(bytes.choose(&state.threads)?.name))
        }
        3 if !state.adapters.is_empty() => {
            let last = u32::try_from(state.adapters.len() - 1).unwrap_or(u32::MAX);
            let adapter = AdapterName(bytes.int_in_range(0..=last)?);
            incident(Incident::StopAdapter { adapter, released: Released(0) })
        }
        _ if running.is_empty() => match state.processes.iter().find(|process| process.alive) {
            Some(process) => Action::Host(Host::StartThread { process: process.name }),
            None => Action::Host(Host::CreateProcess(generate::identity(bytes)?)),
        },
        _ => {
            let thread = *bytes.choose(&running)?;
            let caller = state.thread(thread).and_then(|thread| state.process(thread.process));
            Action::Call(thread, closing_call(bytes, caller)?)
        }
    })
}

/// A call that ends a handle of the caller, whatever it refers to.
fn closing_call(bytes: &mut Unstructured<'_>, caller: Option<&Process>) -> Result<Call> {
    let (local, nt) = caller.map_or((&[][..], &[][..]), |caller| (&caller.local_handles, &caller.nt_handles));
    if (local.is_empty() || bytes.arbitrary()?) && !nt.is_empty() {
        return Ok(Call::CloseHandle { handle: NtOperand::Named(bytes.choose(nt)?.name) });
    }
    let Ok(handle) = bytes.choose(local) else { return Ok(Call::ExitProcess) };
    let named = LocalOperand::Named(handle.name);
    Ok(match handle.object {
        LocalObject::Adapter(_) => Call::CloseAdapter { adapter: named },
        LocalObject::Device(_) if bytes.ratio(1_u8, 3_u8)? => {
            let (reason, released) = (ErrorReason::Generic, Released(0));
            Call::MarkDeviceAsError { device: named, reason, released }
        }
        LocalObject::Device(_) => Call::DestroyDevice { device: named },
        LocalObject::KeyedMutex(_) => Call::DestroyKeyedMutex { mutex: named },
        LocalObject::SyncObject(_) => Call::DestroySynchronizationObject { object: named },
    })
}
