//! DuplicateHandle.

use super::access::{ACCESS_SYSTEM_SECURITY, MAXIMUM_ALLOWED, mapped_access};
use super::draft::Draft;
use super::nt_handles::PROCESS_ALL_ACCESS;
use crate::action::{DeadKind, Duplicate, NtOperand};
use crate::observation::{Output, Refusal};
use crate::state::{NtHandle, NtName, NtObject, ProcessName};

/// PROCESS_DUP_HANDLE.
const MAY_DUPLICATE: u32 = 0x40;

/// A source handle that was found.
struct Source {
    process: ProcessName,
    /// `None`: the value -1, which has no entry.
    entry: Option<NtName>,
    handle: NtHandle,
}

/// Answers the call; the one here whose refusal may change something (NTH-13).
pub(super) fn duplicate_handle(
    draft: &mut Draft,
    caller: ProcessName,
    request: &Duplicate,
) -> Result<Output, Refusal> {
    let source = find_source(draft, caller, request)?;
    let result = make_duplicate(draft, caller, request, &source);
    // NTH-13: whatever the status, and after the duplicate was made. NTH-10: closing -1 does nothing.
    if let Some(name) = source.entry.filter(|_| request.close_source) {
        draft.free_nt(source.process, name);
    }
    result
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
    let access = granted_access(request, &source.handle)?;
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
            // NTH-10
            let NtObject::Process(process) = handle.object else { return Err(Refusal::NotAProcess) };
            Ok((process, handle.access))
        }
        NtOperand::CurrentThread | NtOperand::Dead(_) => Err(Refusal::NothingToDuplicate),
    }
}

fn granted_access(request: &Duplicate, source: &NtHandle) -> Result<u32, Refusal> {
    // NTH-17: of whatever type the object is.
    // NTH-11
    if request.same_access {
        return Ok(source.access);
    }
    let desired = mapped_access(source.object, request.desired_access);
    // NTH-12
    if request.desired_access & ACCESS_SYSTEM_SECURITY != 0 || desired & !source.access != 0 {
        return Err(Refusal::WiderThanSource);
    }
    // NTH-12: never more than the source, an empty mask included.
    Ok(if request.desired_access & MAXIMUM_ALLOWED == 0 { desired } else { source.access })
}
