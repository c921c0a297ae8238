//! DuplicateHandle.

use super::draft::Draft;
use super::nt_handles::PROCESS_ALL_ACCESS;
use crate::action::{DeadKind, Duplicate, NtOperand};
use crate::observation::{Observation, Output, Refusal};
use crate::state::{NtHandle, NtName, NtObject, ProcessName, State};

/// PROCESS_DUP_HANDLE.
const MAY_DUPLICATE: u32 = 0x40;
/// The four generic bits.
const GENERIC: u32 = 0xF000_0000;
const MAXIMUM_ALLOWED: u32 = 0x0200_0000;
const ACCESS_SYSTEM_SECURITY: u32 = 0x0100_0000;

/// A source handle that was found.
struct Source {
    process: ProcessName,
    /// `None`: the value -1, which has no entry.
    entry: Option<NtName>,
    handle: NtHandle,
}

/// Answers the call; the one here whose refusal may change something (NTH-13).
pub(super) fn duplicate_handle(
    mut draft: Draft,
    caller: ProcessName,
    request: &Duplicate,
) -> (State, Observation) {
    let source = match find_source(&draft, caller, request) {
        Ok(source) => source,
        Err(refusal) => return draft.refused(refusal),
    };
    let result = make_duplicate(&mut draft, caller, request, &source);
    // NTH-13: whatever the status, and after the duplicate was made. NTH-10: closing -1 does nothing.
    if let Some(name) = source.entry.filter(|_| request.close_source) {
        draft.free_nt(source.process, name);
    }
    match result {
        Ok(output) => draft.done(output),
        Err(refusal) => draft.refused(refusal),
    }
}

/// The checks that come before the source handle is found and may be closed.
fn find_source(draft: &Draft, caller: ProcessName, request: &Duplicate) -> Result<Source, Refusal> {
    // NTH-15
    if request.unknown_option {
        return Err(Refusal::UnknownOption);
    }
    // NTH-10
    let (process, rights) = named_process(draft, caller, request.source_process)?;
    if rights & MAY_DUPLICATE == 0 {
        return Err(Refusal::MayNotDuplicate);
    }
    let source = match request.source_handle {
        // NTH-10: the source process itself, with all rights.
        NtOperand::Current => {
            let object = NtObject::Process(process);
            let access = PROCESS_ALL_ACCESS;
            let handle = NtHandle { name: NtName(0), object, access, inherit: false, protect: false };
            Source { process, entry: None, handle }
        }
        NtOperand::Named(name) => {
            let holder = draft.state.process(process).expect("an NT handle names a process that exists");
            let handle = *holder.nt_handle(name).ok_or(Refusal::NothingToDuplicate)?;
            Source { process, entry: Some(name), handle }
        }
        NtOperand::CurrentThread | NtOperand::Dead(_) => return Err(Refusal::NothingToDuplicate),
    };
    // NTH-14
    if request.close_source && source.handle.protect {
        return Err(Refusal::ProtectedSource);
    }
    Ok(source)
}

/// The checks of the target and the new handle.
fn make_duplicate(
    draft: &mut Draft,
    caller: ProcessName,
    request: &Duplicate,
    source: &Source,
) -> Result<Output, Refusal> {
    // NTH-14
    if request.target_process == NtOperand::Dead(DeadKind::Zero) {
        return if request.close_source { Ok(Output::Nothing) } else { Err(Refusal::NoTarget) };
    }
    // NTH-10
    let (target, rights) = named_process(draft, caller, request.target_process)?;
    if draft.state.live_process(target).is_none() {
        return Err(Refusal::NothingToDuplicate);
    }
    if rights & MAY_DUPLICATE == 0 {
        return Err(Refusal::MayNotDuplicate);
    }
    let access = granted_access(request, source.handle.access)?;
    // NTH-15
    let (inherit, protect) = if request.same_attributes {
        (source.handle.inherit, source.handle.protect)
    } else {
        (request.inherit, false)
    };
    let name = draft.open_nt(target, NtHandle { access, inherit, protect, ..source.handle })?;
    // NTH-16
    Ok(if request.reported { Output::NtHandle(name) } else { Output::Nothing })
}

/// Returns the process that an operand of the caller names, live or ended, and the rights that come with it.
fn named_process(
    draft: &Draft,
    caller: ProcessName,
    operand: NtOperand,
) -> Result<(ProcessName, u32), Refusal> {
    match operand {
        // NTH-10: -1 always has the right.
        NtOperand::Current => Ok((caller, PROCESS_ALL_ACCESS)),
        NtOperand::Named(name) => {
            let holder = draft.state.process(caller).expect("the caller's process is alive");
            let handle = holder.nt_handle(name).ok_or(Refusal::NothingToDuplicate)?;
            let NtObject::Process(process) = handle.object;
            Ok((process, handle.access))
        }
        NtOperand::CurrentThread | NtOperand::Dead(_) => Err(Refusal::NothingToDuplicate),
    }
}

fn granted_access(request: &Duplicate, source: u32) -> Result<u32, Refusal> {
    // NTH-11
    if request.same_access {
        return Ok(source);
    }
    let desired = mapped_access(request.desired_access);
    // NTH-12
    if request.desired_access & ACCESS_SYSTEM_SECURITY != 0 || desired & !source != 0 {
        return Err(Refusal::WiderThanSource);
    }
    // NTH-12: never more than the source, an empty mask included.
    Ok(if request.desired_access & MAXIMUM_ALLOWED == 0 { desired } else { source })
}

/// Returns the rights of the process type that a mask asks for: any generic bit means all of them,
/// and bits that the type does not have are dropped (NTH-12).
#[must_use]
pub const fn mapped_access(desired: u32) -> u32 {
    if desired & GENERIC == 0 { desired & PROCESS_ALL_ACCESS } else { PROCESS_ALL_ACCESS }
}
