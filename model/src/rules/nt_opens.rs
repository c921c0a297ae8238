//! Opening what an NT object carries.

use super::access::{READ_CONTROL, SIGNAL, WAIT};
use super::draft::Draft;
use super::fences::value_of;
use super::sync_objects::mapping_of;
use crate::action::{LocalOperand, NtOperand};
use crate::observation::{Mapping, Output, Refusal};
use crate::state::{LocalName, LocalObject, NtObject, Opening, OpeningFlags, ProcessName, SyncObjectName};

/// OpenSyncObjectFromNtHandle.
pub(super) fn open(draft: &mut Draft, caller: ProcessName, handle: NtOperand) -> Result<Output, Refusal> {
    let (object, access) = carried(draft, caller, handle, Refusal::NothingToOpen)?;
    // OPN-06
    if value_of(draft.sync_object(object)).is_some() {
        return Err(Refusal::NeedsDevice);
    }
    // OPN-07: a handle of the process.
    let opening = opening(object, access, OpeningFlags::default());
    open_local(draft, caller, opening).map(Output::SyncObjectHandle)
}

/// The arguments of OpenSyncObjectFromNtHandle2.
pub(super) struct OnDevice {
    pub(super) handle: NtOperand,
    pub(super) device: LocalOperand,
    pub(super) flags: OpeningFlags,
    pub(super) unknown_flag: bool,
    pub(super) unknown_engine: bool,
}

/// OpenSyncObjectFromNtHandle2.
pub(super) fn open_on_device(
    draft: &mut Draft,
    caller: ProcessName,
    request: &OnDevice,
) -> Result<Output, Refusal> {
    let flags = request.flags;
    // OPN-10
    if request.unknown_flag || flags.no_signal && flags.no_wait {
        return Err(Refusal::WrongOpenFlags);
    }
    // OPN-08: the device before the NT handle.
    let (_, device) = draft.device_operand(caller, request.device).map_err(|_| Refusal::NoDeviceToOpenOn)?;
    // OPN-20
    draft.refuse_error(&device).map_err(|refusal| match refusal {
        Refusal::DeviceException => Refusal::OpenDeviceException,
        _ => Refusal::OpenDeviceRemoved,
    })?;
    let (name, access) = carried(draft, caller, request.handle, Refusal::NothingToOpenOnDevice)?;
    let object = draft.sync_object(name);
    // OPN-10
    let of_fences_only = flags.top_of_pipeline || flags.no_signal || flags.no_wait;
    if of_fences_only && value_of(object).is_none() {
        return Err(Refusal::WrongOpenFlags);
    }
    // OPN-11
    if device.adapter != object.adapter && !object.cross_adapter {
        return Err(Refusal::OtherAdapter);
    }
    // OPN-12, SYN-22
    let mapping = mapping_of(object.value, flags);
    // OPN-13: not read without a GPU address.
    if request.unknown_engine && mapping == Mapping::Both {
        return Err(Refusal::UnknownOpenEngine);
    }
    // OPN-09: whatever the type, a handle of the device, with the flags of this call and no others.
    let opening = Opening { device: Some(device.name), ..opening(name, access, flags) };
    let handle = open_local(draft, caller, opening)?;
    Ok(Output::OpenedSyncObject { handle, mapping })
}

/// Returns what an NT handle carries and the rights of the handle, or refuses; `nothing` is for a value
/// without an entry.
fn carried(
    draft: &Draft,
    caller: ProcessName,
    operand: NtOperand,
    nothing: Refusal,
) -> Result<(SyncObjectName, u32), Refusal> {
    let name = match operand {
        NtOperand::Named(name) => name,
        // NTH-22
        NtOperand::Current | NtOperand::CurrentThread => return Err(Refusal::NotASharedSyncObject),
        NtOperand::Dead(_) => return Err(nothing),
    };
    let process = draft.state.process(caller).expect("the caller's process is alive");
    // NTH-09
    let handle = process.nt_handle(name).ok_or(nothing)?;
    // OPN-14
    let NtObject::Shared(shared) = handle.object else { return Err(Refusal::NotASharedSyncObject) };
    // ACC-14. ACC-13: the descriptor is not looked at any more.
    if handle.access & READ_CONTROL == 0 {
        return Err(Refusal::NoReadControl);
    }
    let shared = draft.state.shared_object(shared).expect("an NT handle names an object that exists");
    // LIF-03, OPN-19: it is alive, whoever made it.
    Ok((shared.carries, handle.access))
}

/// Returns an opening of the process.
const fn opening(object: SyncObjectName, access: u32, flags: OpeningFlags) -> Opening {
    // ACC-15, SHR-14: each right stands alone. ACC-18: beside the flags.
    let (may_wait, may_signal) = (access & WAIT != 0, access & SIGNAL != 0);
    Opening { object, device: None, flags, may_wait, may_signal }
}

fn open_local(draft: &mut Draft, owner: ProcessName, opening: Opening) -> Result<LocalName, Refusal> {
    // NTH-21: the NT handle stays as it is. OPN-18: so does the object.
    draft.open_local(owner, LocalObject::SyncObject(opening))
}
