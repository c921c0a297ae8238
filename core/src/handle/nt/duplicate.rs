//! DuplicateHandle: another handle to the same object, in the same process or another one.

use super::table::NtEntry;
use super::{NtBody, NtHandle};
use crate::event::{Answer, Outcome};
use crate::handle::access::{PROCESS_ALL_ACCESS, PROCESS_DUP_HANDLE, TypeRights};
use crate::id::{NtObjectId, ProcessId};
use crate::kernel::Kernel;
use crate::plan::{Closing, Duplicate, Plan};
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::rule;
use crate::status::NtStatus;

const CLOSE_SOURCE: u32 = 0x1;
const SAME_ACCESS: u32 = 0x2;
const SAME_ATTRIBUTES: u32 = 0x4;
const OBJ_INHERIT: u32 = 0x2;

/// DuplicateHandle. Makes a handle in the target process for the object of the source handle (NTH-10).
///
/// Refused, in this order: `INVALID_PARAMETER` for an option outside 0x7 (NTH-15); `INVALID_HANDLE`, `OBJECT_TYPE_MISMATCH`
/// or `ACCESS_DENIED` for the source process, `INVALID_HANDLE` for the source handle (NTH-10); `HANDLE_NOT_CLOSABLE` for a
/// protected source that is to be closed; `INVALID_PARAMETER` for no target without option 0x1 (NTH-14); `INVALID_HANDLE`,
/// `OBJECT_TYPE_MISMATCH` or `ACCESS_DENIED` for the target process (NTH-10); `ACCESS_DENIED` for a right that the source lacks (NTH-12); `INSUFFICIENT_RESOURCES` for a full
/// table (NTH-05).
///
/// With option 0x1 the source is closed even then, as soon as it was found and is not protected (NTH-13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DuplicateHandle {
    /// SourceProcess: a process handle, or -1 for the calling process.
    pub source_process: NtHandle,
    /// SourceHandle, as the source process knows it, or -1 for the source process itself.
    pub source: NtHandle,
    /// TargetProcess: a process handle, -1 for the calling process, or 0 to make no duplicate.
    pub target_process: NtHandle,
    /// DesiredAccess; generic bits and MAXIMUM_ALLOWED are accepted.
    pub desired_access: u32,
    /// HandleAttributes; only OBJ_INHERIT (0x2) has an effect.
    pub attributes: u32,
    /// Options: 0x1 closes the source, 0x2 takes its access mask over, 0x4 its inherit and protect flags.
    pub options: u32,
    /// Whether pTargetHandle is set; if it is not, the new value is not reported (NTH-16).
    pub report_target: bool,
}

/// A process that a handle of the caller names.
struct NamedProcess {
    object: NtObjectId,
    process: ProcessId,
    granted_access: u32,
}

impl Kernel {
    pub(crate) fn check_duplicate_handle(
        &self,
        caller: ProcessId,
        request: &DuplicateHandle,
    ) -> Result<Plan, Refusal> {
        // NTH-15
        if request.options & !(CLOSE_SOURCE | SAME_ACCESS | SAME_ATTRIBUTES) != 0 {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::NTH_15));
        }
        let source_process = self.named_process(caller, request.source_process)?;
        demand_duplication(&source_process)?;
        let source = self.duplication_source(&source_process, request.source)?;
        let closes = request.options & CLOSE_SOURCE != 0;
        // NTH-14
        if closes && source.protect_from_close {
            return Err(Refusal::new(NtStatus::HANDLE_NOT_CLOSABLE, rule::NTH_14));
        }
        // NTH-10: closing the pseudo source does nothing.
        let closing = (closes && !request.source.is_pseudo())
            .then_some(Closing { process: source_process.process, handle: request.source });
        match self.check_duplicate(caller, request, &source) {
            Ok(duplicate) => Ok(Plan::DuplicateHandle { duplicate, closing }),
            // NTH-13: from here on the source is closed whatever the status.
            Err(refusal) => match closing {
                Some(closing) if !self.planted(Planted::SourceClosedOnSuccessOnly) => {
                    Ok(Plan::DuplicateHandleRefusedButClosed { refusal, closing })
                }
                _ => Err(refusal),
            },
        }
    }

    /// The checks behind the source handle: what the duplicate will be, none without a target process.
    fn check_duplicate(
        &self,
        caller: ProcessId,
        request: &DuplicateHandle,
        source: &NtEntry,
    ) -> Result<Option<Duplicate>, Refusal> {
        if request.target_process == NtHandle::ZERO {
            // NTH-14: without a target the call can only close.
            return if request.options & CLOSE_SOURCE != 0 {
                Ok(None)
            } else {
                Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::NTH_14))
            };
        }
        let target = self.named_process(caller, request.target_process)?;
        // NTH-10: an ended process takes no handle.
        let Some(target_process) = self.processes.get(&target.process) else {
            return Err(Refusal::new(NtStatus::INVALID_HANDLE, rule::NTH_10));
        };
        demand_duplication(&target)?;
        let granted_access = self.duplicate_access(request, source)?;
        // NTH-05
        if !target_process.nt_handles.can_insert(self.limits.nt_handles_per_process) {
            return Err(Refusal::new(NtStatus::INSUFFICIENT_RESOURCES, rule::NTH_05));
        }
        // NTH-15: the flags of the source, or only what the attributes ask for.
        let (inherit, protect_from_close) = if request.options & SAME_ATTRIBUTES != 0 {
            (source.inherit, source.protect_from_close)
        } else {
            (request.attributes & OBJ_INHERIT != 0, false)
        };
        Ok(Some(Duplicate {
            process: target.process,
            entry: NtEntry { object: source.object, granted_access, inherit, protect_from_close },
            report: request.report_target,
        }))
    }

    /// The process that a handle of the caller names, alive or not.
    // NTH-09: in the table of the caller. NTH-10: -1 is the caller itself with every right.
    fn named_process(&self, caller: ProcessId, handle: NtHandle) -> Result<NamedProcess, Refusal> {
        if handle == NtHandle::CURRENT_PROCESS {
            let object = self.process(caller).object;
            return Ok(NamedProcess { object, process: caller, granted_access: PROCESS_ALL_ACCESS });
        }
        let Some(entry) = self.process(caller).nt_handles.get(handle) else {
            return Err(Refusal::new(NtStatus::INVALID_HANDLE, rule::NTH_10));
        };
        let NtBody::Process(process) = self.nt_object(entry.object).body else {
            return Err(Refusal::new(NtStatus::OBJECT_TYPE_MISMATCH, rule::NTH_10));
        };
        Ok(NamedProcess { object: entry.object, process, granted_access: entry.granted_access })
    }

    /// The entry to duplicate.
    // NTH-10: -1 is the source process with every right; an ended process has no entries; -2 is no entry either.
    fn duplication_source(&self, holder: &NamedProcess, handle: NtHandle) -> Result<NtEntry, Refusal> {
        if handle == NtHandle::CURRENT_PROCESS {
            return Ok(NtEntry {
                object: holder.object,
                granted_access: PROCESS_ALL_ACCESS,
                inherit: false,
                protect_from_close: false,
            });
        }
        let entry = self.processes.get(&holder.process).and_then(|process| process.nt_handles.get(handle));
        entry.copied().ok_or(Refusal::new(NtStatus::INVALID_HANDLE, rule::NTH_10))
    }

    /// The mask of the duplicate.
    fn duplicate_access(&self, request: &DuplicateHandle, source: &NtEntry) -> Result<u32, Refusal> {
        if request.options & SAME_ACCESS != 0 {
            // NTH-11: DesiredAccess is ignored.
            return Ok(source.granted_access);
        }
        let rights = TypeRights::of(self.nt_object(source.object).body.nt_type());
        if self.planted(Planted::DuplicateWidensRights) {
            return Ok(rights.map(request.desired_access));
        }
        // NTH-12
        rights
            .narrow(source.granted_access, request.desired_access)
            .ok_or(Refusal::new(NtStatus::ACCESS_DENIED, rule::NTH_12))
    }

    pub(crate) fn commit_duplicate_handle(
        &mut self,
        duplicate: Option<Duplicate>,
        closing: Option<Closing>,
    ) -> Outcome {
        let target = duplicate.and_then(|Duplicate { process, entry, report }| {
            let handle = self.insert_nt_handle(process, entry);
            // NTH-16
            report.then_some(handle)
        });
        // NTH-13: closed after the duplicate was made, so that the object survives a move.
        if let Some(closing) = closing {
            self.close_nt_handle(closing.process, closing.handle);
        }
        Outcome::with(Output::DuplicateHandle { target })
    }

    // NTH-13
    pub(crate) fn commit_duplicate_refused_but_closed(
        &mut self,
        refusal: Refusal,
        closing: &Closing,
    ) -> Outcome {
        self.close_nt_handle(closing.process, closing.handle);
        Outcome::answer(Answer::Refused(refusal))
    }

    /// Makes an entry for which there is room.
    pub(crate) fn insert_nt_handle(&mut self, process: ProcessId, entry: NtEntry) -> NtHandle {
        self.add_nt_reference(entry.object);
        self.process_mut(process).nt_handles.insert(entry)
    }
}

// NTH-10
fn demand_duplication(process: &NamedProcess) -> Result<(), Refusal> {
    if process.granted_access & PROCESS_DUP_HANDLE == 0 {
        return Err(Refusal::new(NtStatus::ACCESS_DENIED, rule::NTH_10));
    }
    Ok(())
}
