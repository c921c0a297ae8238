//! NT handles: closing, and what the embedder may do with them.

use super::draft::{Draft, free_name};
use super::names;
use crate::action::NtOperand;
use crate::observation::{Output, Refusal};
use crate::state::{NtHandle, NtName, NtObject, ProcessName, SectionName};

/// Every right of the process type: its whole valid mask (NTH-12).
pub const PROCESS_ALL_ACCESS: u32 = 0x001F_FFFF;

/// CloseHandle.
pub(super) fn close_handle(
    draft: &mut Draft,
    caller: ProcessName,
    operand: NtOperand,
) -> Result<Output, Refusal> {
    // NTH-08: -1 and -2 are no handles here. NTH-09: only the caller's own table counts.
    let NtOperand::Named(name) = operand else { return Err(Refusal::NothingToClose) };
    let handle = draft.process_mut(caller).nt_handle(name).copied().ok_or(Refusal::NothingToClose)?;
    // NTH-08
    if handle.protect {
        return Err(Refusal::Protected);
    }
    // NTH-07, LIF-02; LIF-10: a stopped adapter is no reason to refuse.
    draft.free_nt(caller, name);
    Ok(Output::Nothing)
}

/// The embedder places a process handle.
pub(super) fn place_handle(
    draft: &mut Draft,
    holder: ProcessName,
    target: ProcessName,
    access: u32,
    inherit: bool,
    protect: bool,
) -> Result<Output, Refusal> {
    let object = NtObject::Process(target);
    draft
        .open_nt(holder, NtHandle { name: NtName(0), object, access, inherit, protect })
        .map(Output::NtHandle)
}

/// The embedder places a handle to a section that nothing else names.
pub(super) fn place_section(
    draft: &mut Draft,
    holder: ProcessName,
    access: u32,
    inherit: bool,
    protect: bool,
) -> Result<Output, Refusal> {
    draft.room_for_nt(holder)?;
    names::room_for_nt_object(draft)?;
    let handles = draft.state.processes.iter().flat_map(|process| &process.nt_handles);
    let sections = handles.filter_map(|handle| match handle.object {
        NtObject::Section(section) => Some(section.0),
        _ => None,
    });
    let mut sections = sections.collect::<Vec<_>>();
    sections.sort_unstable();
    sections.dedup();
    let object = NtObject::Section(SectionName(free_name(sections.into_iter())));
    draft
        .open_nt(holder, NtHandle { name: NtName(0), object, access, inherit, protect })
        .map(Output::NtHandle)
}

/// The embedder changes the flags of a live NT handle.
pub(super) fn set_flags(draft: &mut Draft, holder: ProcessName, name: NtName, inherit: bool, protect: bool) {
    // NTH-04: the flags belong to the handle, not to the object.
    for handle in draft.process_mut(holder).nt_handles.iter_mut().filter(|handle| handle.name == name) {
        handle.inherit = inherit;
        handle.protect = protect;
    }
}
