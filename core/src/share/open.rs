//! Opening what an NT object carries.

use crate::event::Outcome;
use crate::handle::access::READ_CONTROL;
use crate::handle::nt::{NtBody, NtHandle};
use crate::handle::{Kind, LocalHandle};
use crate::id::{DeviceId, ProcessId, SyncObjectId};
use crate::kernel::Kernel;
use crate::object::sync_object::create::{NO_SIGNAL, NO_WAIT, TOP_OF_PIPELINE};
use crate::object::sync_object::{FenceMapping, OpeningFlags, Rights, SyncObject};
use crate::plan::Plan;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::rule::{self, Rule};
use crate::status::NtStatus;

/// D3DKMTOpenSyncObjectFromNtHandle. Makes a local handle of the process to a MUTEX, SEMAPHORE or FENCE (OPN-06, OPN-07), with
/// the rights that the NT handle grants (ACC-15).
///
/// Refused, in this order: `INVALID_HANDLE` for a value that is not open (OPN-05); `OBJECT_TYPE_MISMATCH` for another type
/// (OPN-14); `ACCESS_DENIED` without READ_CONTROL (ACC-14); `INVALID_PARAMETER` for a monitored fence (OPN-06); `NO_MEMORY` for
/// a full table (HND-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpenSyncObjectFromNtHandle {
    /// hNtHandle.
    pub nt_handle: NtHandle,
}

/// D3DKMTOpenSyncObjectFromNtHandle2. Makes a local handle of a device to a synchronisation object of any type (OPN-09), with
/// the rights that the NT handle grants (ACC-15) and flags of its own (OPN-10).
///
/// Refused, in this order: `INVALID_PARAMETER` for flags from 0x100 up, or NoSignal with NoWait (OPN-10), a dead device
/// (OPN-08); `DEVICE_REMOVED` or `GRAPHICS_GPU_EXCEPTION_ON_DEVICE` (OPN-20); `INVALID_HANDLE` for a value that is not open
/// (OPN-08); `OBJECT_TYPE_MISMATCH` for another type (OPN-14); `ACCESS_DENIED` without READ_CONTROL (ACC-14);
/// `INVALID_PARAMETER` in the documented dialect for what is no fence with mappings (OPN-09), for a flag of a monitored fence
/// on another type (OPN-10), a device of another adapter (OPN-11), a physical adapter that does not exist (OPN-13);
/// `NO_MEMORY` for a full table (HND-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpenSyncObjectFromNtHandle2 {
    /// hNtHandle.
    pub nt_handle: NtHandle,
    /// hDevice.
    pub device: LocalHandle,
    /// Flags: TopOfPipeline 0x8, NoSignal 0x10, NoWait 0x20, NoSignalMaxValueOnTdr 0x40, NoGPUAccess 0x80; 0x1 to 0x4 are
    /// ignored.
    pub flags: u32,
    /// EngineAffinity: a bit for each physical adapter; 0 for all (OPN-13).
    pub engine_affinity: u32,
}

/// The flags that the call knows.
// OPN-10
const KNOWN_FLAGS: u32 = 0xFF;
/// Those among them that it ignores, and that come back as 0.
// OPN-10
const IGNORED_FLAGS: u32 = 0x7;

const fn invalid(rule: Rule) -> Refusal {
    Refusal::new(NtStatus::INVALID_PARAMETER, rule)
}

/// What an NT handle gives access to.
struct Carried<'a> {
    id: SyncObjectId,
    object: &'a SyncObject,
    rights: Rights,
}

/// A handle to what an NT object carries.
pub(crate) struct NewOpening {
    pub(crate) process: ProcessId,
    pub(crate) object: SyncObjectId,
    /// The device that it will live on, and the flags of the call; none for a handle of the process.
    pub(crate) device: Option<(DeviceId, u32)>,
    pub(crate) rights: Rights,
    /// The NT handle, which stays as it is.
    pub(crate) nt_handle: NtHandle,
}

/// Checks.
impl Kernel {
    pub(crate) fn check_open_from_nt_handle(
        &self,
        caller: ProcessId,
        request: &OpenSyncObjectFromNtHandle,
    ) -> Result<Plan, Refusal> {
        let OpenSyncObjectFromNtHandle { nt_handle } = *request;
        let Carried { id, object, rights } = self.check_carried(caller, nt_handle, rule::OPN_05)?;
        // OPN-06
        if object.fence_value().is_some() {
            return Err(invalid(rule::OPN_06));
        }
        // HND-14
        self.check_handles_fit(caller, 1)?;
        // OPN-07
        Ok(Plan::OpenFromNtHandle(NewOpening {
            process: caller,
            object: id,
            device: None,
            rights,
            nt_handle,
        }))
    }

    pub(crate) fn check_open_from_nt_handle2(
        &self,
        caller: ProcessId,
        request: &OpenSyncObjectFromNtHandle2,
    ) -> Result<Plan, Refusal> {
        let OpenSyncObjectFromNtHandle2 { nt_handle, device, flags, engine_affinity } = *request;
        // OPN-10
        if flags & !KNOWN_FLAGS != 0 || flags & (NO_SIGNAL | NO_WAIT) == NO_SIGNAL | NO_WAIT {
            return Err(invalid(rule::OPN_10));
        }
        // OPN-08: before the NT handle is looked at.
        let device = self.resolve(caller, device, Kind::Device).map_err(|_| invalid(rule::OPN_08))?;
        let device = DeviceId(device);
        // OPN-20
        self.check_works(device).map_err(|refusal| Refusal { rule: rule::OPN_20, ..refusal })?;
        let Carried { id, object, rights } = self.check_carried(caller, nt_handle, rule::OPN_08)?;
        let is_fence = object.fence_value().is_some();
        // OPN-09: every type, or as it is documented those with mappings only.
        if self.profile.open_on_device_takes_fences_only && !is_fence {
            return Err(invalid(rule::OPN_09));
        }
        // OPN-10
        if flags & (TOP_OF_PIPELINE | NO_SIGNAL | NO_WAIT) != 0 && !is_fence {
            return Err(invalid(rule::OPN_10));
        }
        // OPN-11: whatever handle of the adapter the device was made with.
        let adapter = self.device(device).adapter;
        let fits = object.adapter == adapter || object.cross_adapter;
        if !fits && !self.planted(Planted::OtherAdapterOpens) {
            return Err(invalid(rule::OPN_11));
        }
        // OPN-13: not read without a GPU address.
        if is_fence {
            self.check_affinity(adapter, engine_affinity, flags).map_err(|_| invalid(rule::OPN_13))?;
        }
        // HND-14
        self.check_handles_fit(caller, 1)?;
        let device = Some((device, flags));
        Ok(Plan::OpenFromNtHandle(NewOpening { process: caller, object: id, device, rights, nt_handle }))
    }

    /// The synchronisation object that the NT object of a handle carries; `missing` decides about a value without an entry.
    // NTH-09: in the table of the caller. OPN-19, INV-69: whether anybody else has the object open is not asked.
    fn check_carried(
        &self,
        caller: ProcessId,
        handle: NtHandle,
        missing: Rule,
    ) -> Result<Carried<'_>, Refusal> {
        let mismatch = Refusal::new(NtStatus::OBJECT_TYPE_MISMATCH, rule::OPN_14);
        // NTH-22: the pseudo values are handles of other types, and are recognised before two bits are cleared.
        if handle.is_pseudo() {
            return Err(mismatch);
        }
        // HND-27: a D3DKMT handle is no entry.
        let Some(entry) = self.process(caller).nt_handles.get(handle) else {
            return Err(Refusal::new(NtStatus::INVALID_HANDLE, missing));
        };
        // OPN-14, NTH-22
        let NtBody::SharedSyncObject { object: id } = self.nt_object(entry.object).body else {
            return Err(mismatch);
        };
        // ACC-14, SHR-14: the only right that is needed. ACC-13: the handle decides, not the descriptor.
        if entry.granted_access & READ_CONTROL == 0 && !self.planted(Planted::OpenWithoutReadControl) {
            return Err(Refusal::new(NtStatus::ACCESS_DENIED, rule::ACC_14));
        }
        // INV-69: it is there, unless a planted mistake has ended it.
        let Some(object) = self.sync_objects.get(id) else {
            return Err(Refusal::new(NtStatus::INVALID_HANDLE, missing));
        };
        // ACC-15
        let all = self.planted(Planted::OpenGrantsAllRights);
        let rights = if all { Rights::ALL } else { Rights::granted(entry.granted_access) };
        Ok(Carried { id, object, rights })
    }
}

/// Effects.
impl Kernel {
    // OPN-18: the object stays as it is. NTH-21, INV-73: and so does the NT handle. HND-16: a handle of its own.
    pub(crate) fn commit_open_from_nt_handle(&mut self, new: &NewOpening) -> Outcome {
        let NewOpening { process, object, device, rights, nt_handle } = *new;
        let flags = device.map_or(0, |(_, flags)| flags);
        // OPN-10, SYN-27: those of the creation do not count.
        let of_handle = OpeningFlags::of(flags);
        let sync_object =
            self.make_opening(process, object, device.map(|(device, _)| device), of_handle, rights);
        if self.planted(Planted::OpenConsumesTheNtHandle) {
            self.close_nt_handle(process, nt_handle);
        }
        if device.is_none() {
            return Outcome::with(Output::OpenSyncObjectFromNtHandle { sync_object });
        }
        // OPN-12: of a monitored fence only; without GPU access that address is 0.
        let is_fence = self.sync_objects.get(object).is_some_and(|object| object.fence_value().is_some());
        let mapping = is_fence.then(|| FenceMapping::of(sync_object, of_handle));
        let flags = flags & !IGNORED_FLAGS;
        Outcome::with(Output::OpenSyncObjectFromNtHandle2 { sync_object, flags, mapping })
    }
}
