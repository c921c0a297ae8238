//! Short words for sharing: a bench with a second process, and the calls on NT objects and their names.

use kmt_core::{
    Answer, FenceMapping, Host, LocalHandle, NtHandle, NtStatus, ObjectAttributes, OpenNtHandleFromName,
    OpenSyncObjectFromNtHandle, OpenSyncObjectFromNtHandle2, OpenSyncObjectNtHandleFromName, Output,
    PlaceDirectoryHandle, PlaceSectionHandle, ProcessConfig, ProcessId, QueryObject, Request, ShareObjects,
    SyncObjectInfo, ThreadId, rule, rule::Rule,
};

use super::sync::{Bench, NT_SECURITY_SHARING, SHARED, bench_of, create2, fence};
use super::{ALL_ACCESS, LUID, World, same_access};

pub const SHARED_NT: u32 = SHARED | NT_SECURITY_SHARING;
/// D3DDDI_SYNC_OBJECT_ALL_ACCESS.
pub const SYNC_ALL: u32 = 0x001F_0003;
pub const WAIT: u32 = 0x1;
pub const SIGNAL: u32 = 0x2;
pub const READ_CONTROL: u32 = 0x2_0000;
pub const WRITE_DAC: u32 = 0x4_0000;
pub const GENERIC_ALL: u32 = 0x1000_0000;
pub const MAXIMUM_ALLOWED: u32 = 0x0200_0000;
pub const ACCESS_SYSTEM_SECURITY: u32 = 0x0100_0000;
pub const OBJ_INHERIT: u32 = 0x2;
pub const OBJ_PERMANENT: u32 = 0x10;
pub const OBJ_EXCLUSIVE: u32 = 0x20;
pub const OBJ_CASE_INSENSITIVE: u32 = 0x40;
pub const OBJ_OPENIF: u32 = 0x80;
/// A name in the directory of session 0.
pub const NAME: &str = r"\Sessions\0\BaseNamedObjects\foo";

pub const FENCE: SyncObjectInfo = fence(0);

pub fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// A process with a device and a shared fence, and another one with a device on the same adapter, to which the first has a
/// handle.
pub struct Pair {
    pub world: World,
    pub me: ProcessId,
    pub thread: ThreadId,
    pub device: LocalHandle,
    /// A monitored fence that can be shared.
    pub fence: LocalHandle,
    pub other: ProcessId,
    pub other_thread: ThreadId,
    pub other_device: LocalHandle,
    pub to_other: NtHandle,
}

pub fn pair() -> Pair {
    pair_of(World::new())
}

pub fn pair_of(world: World) -> Pair {
    pair_with(world, ProcessConfig::default())
}

/// The pair with another process of this kind.
pub fn pair_with(world: World, config: ProcessConfig) -> Pair {
    let Bench { mut world, process: me, threads: [thread, ..], device, .. } = bench_of(world);
    let fence = world.make(thread, create2(device, FENCE, SHARED_NT)).0;
    let (other, other_thread) = world.process_with(config);
    let adapter = world.open(other_thread, LUID);
    let other_device = world.create(other_thread, adapter);
    let to_other = world.place(me, other, ALL_ACCESS);
    Pair { world, me, thread, device, fence, other, other_thread, other_device, to_other }
}

/// A share of one object without attributes.
pub fn share_one(object: LocalHandle, desired_access: u32) -> ShareObjects {
    ShareObjects {
        object_count: 1,
        objects: Some(vec![object]),
        attributes: None,
        desired_access,
        report_handle: true,
    }
}

/// A share with all rights and these attributes.
pub fn share_with(object: LocalHandle, attributes: ObjectAttributes) -> ShareObjects {
    ShareObjects { attributes: Some(attributes), ..share_one(object, GENERIC_ALL) }
}

pub fn share(request: ShareObjects) -> Request {
    Request::ShareObjects(request)
}

/// An open by name of a synchronisation object.
pub fn open_name(attributes: ObjectAttributes, desired_access: u32) -> Request {
    let attributes = Some(attributes);
    Request::OpenSyncObjectNtHandleFromName(OpenSyncObjectNtHandleFromName { desired_access, attributes })
}

/// An open by name of a resource.
pub fn open_resource_name(attributes: ObjectAttributes, desired_access: u32) -> Request {
    let attributes = Some(attributes);
    Request::OpenNtHandleFromName(OpenNtHandleFromName { desired_access, attributes })
}

pub const fn open_nt(nt_handle: NtHandle) -> Request {
    Request::OpenSyncObjectFromNtHandle(OpenSyncObjectFromNtHandle { nt_handle })
}

pub const fn open_nt2(nt_handle: NtHandle, device: LocalHandle, flags: u32) -> Request {
    Request::OpenSyncObjectFromNtHandle2(OpenSyncObjectFromNtHandle2 {
        nt_handle,
        device,
        flags,
        engine_affinity: 0,
    })
}

pub const fn query(handle: NtHandle, class: u32, length: u32) -> Request {
    Request::QueryObject(QueryObject { handle, class, length })
}

/// Attributes with a name, and with something changed.
pub fn named(name: &str, change: impl FnOnce(&mut ObjectAttributes)) -> ObjectAttributes {
    let mut attributes = ObjectAttributes::named(name);
    change(&mut attributes);
    attributes
}

/// What the share, the open of a synchronisation object and that of a resource say to these attributes.
pub fn all_three(
    world: &mut World,
    thread: ThreadId,
    fence: LocalHandle,
    attributes: &ObjectAttributes,
) -> [Refused; 3] {
    let requests = [
        share(share_with(fence, attributes.clone())),
        open_name(attributes.clone(), GENERIC_ALL),
        open_resource_name(attributes.clone(), GENERIC_ALL),
    ];
    requests.map(|request| world.refused(thread, request))
}

impl World {
    /// A process of this kind, and its thread.
    pub fn process_with(&mut self, config: ProcessConfig) -> (ProcessId, ThreadId) {
        let output = self.host(Host::CreateProcess(config));
        let Output::CreateProcess { process, handle: None } = output else { panic!("{output:?}") };
        (process, self.thread(process))
    }

    pub fn share(&mut self, thread: ThreadId, request: ShareObjects) -> NtHandle {
        let output = self.ok(thread, share(request));
        let Output::ShareObjects { handle } = output else { panic!("{output:?}") };
        handle
    }

    /// An object with this name and all rights.
    pub fn share_named(&mut self, thread: ThreadId, object: LocalHandle, name: &str) -> NtHandle {
        self.share(thread, share_with(object, ObjectAttributes::named(name)))
    }

    /// The handle of a share that finds its name taken by an object of the same type.
    pub fn share_existing(&mut self, thread: ThreadId, request: ShareObjects) -> NtHandle {
        match self.call(thread, share(request)).answer {
            Answer::Complete(reply) => {
                assert_eq!((reply.status, reply.rule), (NtStatus::OBJECT_NAME_EXISTS, Some(rule::NAM_19)));
                let Output::ShareObjects { handle } = reply.output else { panic!("{reply:?}") };
                handle
            }
            answer => panic!("{answer:?}"),
        }
    }

    /// A new handle to the object with this name.
    pub fn open_name(&mut self, thread: ThreadId, name: &str, desired_access: u32) -> NtHandle {
        let output = self.ok(thread, open_name(ObjectAttributes::named(name), desired_access));
        let Output::OpenNtHandleFromName { handle } = output else { panic!("{output:?}") };
        handle
    }

    pub fn open_nt(&mut self, thread: ThreadId, handle: NtHandle) -> LocalHandle {
        let output = self.ok(thread, open_nt(handle));
        let Output::OpenSyncObjectFromNtHandle { sync_object } = output else { panic!("{output:?}") };
        sync_object
    }

    pub fn open_nt2(
        &mut self,
        thread: ThreadId,
        handle: NtHandle,
        device: LocalHandle,
    ) -> (LocalHandle, Option<FenceMapping>) {
        let output = self.ok(thread, open_nt2(handle, device, 0));
        let Output::OpenSyncObjectFromNtHandle2 { sync_object, flags: 0, mapping } = output else {
            panic!("{output:?}")
        };
        (sync_object, mapping)
    }

    /// A handle of process `target` to what a handle of the caller names, with the same mask.
    pub fn give(&mut self, thread: ThreadId, handle: NtHandle, target: NtHandle) -> NtHandle {
        let request = kmt_core::DuplicateHandle { target_process: target, ..same_access(handle) };
        self.duplicate(thread, request)
    }

    /// The mask of a handle.
    pub fn mask(&self, process: ProcessId, handle: NtHandle) -> u32 {
        self.nt_entry(process, handle).expect("the handle is open").granted_access
    }

    pub fn place_directory(&mut self, holder: ProcessId, path: &str) -> NtHandle {
        let request = PlaceDirectoryHandle {
            holder,
            path: units(path),
            granted_access: GENERIC_ALL,
            inherit: false,
            protect_from_close: false,
        };
        let Output::NtHandle(handle) = self.host(Host::PlaceDirectoryHandle(request)) else {
            panic!("no handle")
        };
        handle
    }

    pub fn place_section(&mut self, holder: ProcessId) -> NtHandle {
        let request = PlaceSectionHandle {
            holder,
            granted_access: GENERIC_ALL,
            inherit: false,
            protect_from_close: false,
        };
        let Output::NtHandle(handle) = self.host(Host::PlaceSectionHandle(request)) else {
            panic!("no handle")
        };
        handle
    }

    /// Whether a call on a name finds it, as a refusal or not.
    pub fn finds(&self, thread: ThreadId, name: &str) -> bool {
        let request = open_name(ObjectAttributes::named(name), MAXIMUM_ALLOWED);
        let mut copy = self.clone();
        !matches!(copy.call(thread, request).answer, Answer::Refused(refusal) if refusal.rule == rule::NAM_14)
    }
}

/// Status and rule, for comparison.
pub type Refused = (NtStatus, Rule);
