//! Shared objects, names and directories: what the calls that share and open find.

use kmt_core::{
    AddDirectory, DuplicateHandle, Host, LocalHandle, NtHandle, ObjectAttributes,
    OpenSyncObjectFromNtHandle2, Output, PlaceDirectoryHandle, PlaceNamedObject, PlacedType, Request,
    ShareObjects, SyncObjectInfo,
};

use super::sync_objects::{make_fence, make_sync_object};
use super::{PROCESS_ALL_ACCESS, Scene, call, close, create, host, open, place};

/// The name of the caller's shared fence, and of no other.
pub const TAKEN: &str = "\\BaseNamedObjects\\taken";
/// A name that nothing has.
pub const FREE: &str = "\\BaseNamedObjects\\free";
/// The name of an event that the host placed.
pub const OTHER_TYPE: &str = "\\BaseNamedObjects\\event";
/// A directory in which the caller may not create.
const CLOSED: &str = "\\BaseNamedObjects\\closed";
/// A name in it.
pub const CLOSED_NAME: &str = "\\BaseNamedObjects\\closed\\free";
/// The directory of the names above.
const DIRECTORY: &str = "\\BaseNamedObjects";

/// Shared and NtSecuritySharing.
const SHAREABLE: u32 = 0x3;
const GENERIC_ALL: u32 = 0x1000_0000;
const READ_CONTROL: u32 = 0x0002_0000;
const SYNC_OBJECT_WAIT: u32 = 0x1;

/// Handles of the caller.
#[derive(Clone, Copy, Debug)]
pub struct Sharing {
    /// A local handle of a monitored fence that can be shared, with all rights.
    pub fence: LocalHandle,
    /// A local handle of the same fence that may not signal.
    pub wait_only: LocalHandle,
    /// A device on an adapter that the fence is not of.
    pub other_device: LocalHandle,
    /// An NT handle of the fence under the name [`TAKEN`], with all rights.
    pub carrier: NtHandle,
    /// The same without READ_CONTROL.
    pub carrier_no_read: NtHandle,
    /// An NT handle of a MUTEX, with all rights.
    pub mutex: NtHandle,
    /// The same without READ_CONTROL.
    pub mutex_no_read: NtHandle,
    /// An NT handle of the directory of the names.
    pub directory: NtHandle,
}

impl Scene {
    /// Adds what there is to share, to open and to name.
    pub fn share(&mut self) -> Sharing {
        let path = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        let refused_users = [0].into_iter().collect();
        host(&mut self.kernel, Host::AddDirectory(AddDirectory { path: path(CLOSED), refused_users }));
        let placed = PlaceNamedObject { path: path(OTHER_TYPE), object_type: PlacedType::Event };
        host(&mut self.kernel, Host::PlaceNamedObject(placed));
        let request = PlaceDirectoryHandle {
            holder: self.caller.process,
            path: path(DIRECTORY),
            granted_access: GENERIC_ALL,
            inherit: false,
            protect_from_close: false,
        };
        let directory = match host(&mut self.kernel, Host::PlaceDirectoryHandle(request)) {
            Output::NtHandle(handle) => handle,
            output => panic!("a directory handle was placed as {output:?}"),
        };
        let fence = make_fence(&mut self.kernel, self.caller, self.device.live, SHAREABLE);
        let info = SyncObjectInfo::Mutex { initial_state: 0 };
        let (mutex, _) = make_sync_object(&mut self.kernel, self.caller, self.device.live, info, SHAREABLE);
        let carrier = self.share_one(fence, Some(TAKEN));
        let mutex = self.share_one(mutex, None);
        let waits = self.narrowed(carrier, READ_CONTROL | SYNC_OBJECT_WAIT);
        let wait_only = self.open_shared(waits);
        let adapter = open(&mut self.kernel, self.caller, self.spare_luid);
        let sharing = Sharing {
            fence,
            wait_only,
            other_device: create(&mut self.kernel, self.caller, adapter),
            carrier,
            carrier_no_read: self.narrowed(carrier, SYNC_OBJECT_WAIT),
            mutex,
            mutex_no_read: self.narrowed(mutex, SYNC_OBJECT_WAIT),
            directory,
        };
        self.renew_dead_nt_handles(carrier);
        sharing
    }

    /// New values for what is closed and for what only the giver has open: the new handles have taken the old ones (NTH-02).
    fn renew_dead_nt_handles(&mut self, carrier: NtHandle) {
        let closed = self.narrowed(carrier, SYNC_OBJECT_WAIT);
        while self.caller_nt.foreign <= closed {
            self.caller_nt.foreign = place(&mut self.kernel, self.giver, self.caller, PROCESS_ALL_ACCESS);
        }
        close(&mut self.kernel, self.caller, closed);
        self.caller_nt.closed = closed;
    }

    fn share_one(&mut self, object: LocalHandle, name: Option<&str>) -> NtHandle {
        let request = ShareObjects {
            object_count: 1,
            objects: Some(vec![object]),
            attributes: name.map(ObjectAttributes::named),
            desired_access: GENERIC_ALL,
            report_handle: true,
        };
        match call(&mut self.kernel, self.caller, Request::ShareObjects(request)) {
            Output::ShareObjects { handle } => handle,
            output => panic!("an object was shared as {output:?}"),
        }
    }

    fn narrowed(&mut self, source: NtHandle, desired_access: u32) -> NtHandle {
        let request = DuplicateHandle {
            source_process: NtHandle::CURRENT_PROCESS,
            source,
            target_process: NtHandle::CURRENT_PROCESS,
            desired_access,
            attributes: 0,
            options: 0,
            report_target: true,
        };
        match call(&mut self.kernel, self.caller, Request::DuplicateHandle(request)) {
            Output::DuplicateHandle { target: Some(target) } => target,
            output => panic!("a handle was duplicated as {output:?}"),
        }
    }

    fn open_shared(&mut self, nt_handle: NtHandle) -> LocalHandle {
        let device = self.device.live;
        let request = OpenSyncObjectFromNtHandle2 { nt_handle, device, flags: 0, engine_affinity: 0 };
        match call(&mut self.kernel, self.caller, Request::OpenSyncObjectFromNtHandle2(request)) {
            Output::OpenSyncObjectFromNtHandle2 { sync_object, .. } => sync_object,
            output => panic!("an object was opened as {output:?}"),
        }
    }
}
