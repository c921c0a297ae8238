//! Calls on NT objects and their names, and what the host places.

use std::collections::BTreeSet;

use kmt_core::{
    AccessEntry, AddDirectory, CreateSynchronizationObject2, Host, Kernel, LocalHandle, NtHandle,
    ObjectAttributes, ObjectName, OpenNtHandleFromName, OpenSyncObjectFromNtHandle,
    OpenSyncObjectFromNtHandle2, OpenSyncObjectNtHandleFromName, PlaceDirectoryHandle, PlaceNamedObject,
    PlaceSectionHandle, PlacedType, QueryObject, Request, SecurityDescriptor, ShareObjects, SyncObjectInfo,
    ThreadId, Trustee,
};

use super::Random;

const PATHS: [&str; 16] = [
    r"\BaseNamedObjects\a",
    r"\BaseNamedObjects\A",
    r"\BaseNamedObjects\b",
    r"\Sessions\0\BaseNamedObjects\a",
    r"\Sessions\0\BaseNamedObjects\Global\a",
    r"\BaseNamedObjects\Local",
    r"\BaseNamedObjects\d",
    r"\BaseNamedObjects\d\a",
    r"\nowhere\a",
    r"\BaseNamedObjects\\a",
    r"\a\",
    "\\",
    "a",
    "A",
    "Local\\a",
    "",
];

impl Random {
    /// Looks up what a thread can share, and what it has of what was shared.
    pub(super) fn see_shared(&mut self, kernel: &Kernel, thread: ThreadId) {
        let Some(caller) = kernel.threads().find(|view| view.id == thread).map(|view| view.process) else {
            return;
        };
        let objects = kernel.sync_objects().filter(|object| object.nt_sharing).map(|object| object.id);
        let objects: BTreeSet<_> = objects.collect();
        let own = kernel.openings().filter(|opening| opening.process == caller);
        let shareable = own.filter(|opening| objects.contains(&opening.object));
        self.shareable = shareable.map(|opening| u64::from(opening.handle.raw())).collect();
        let carriers =
            kernel.nt_objects().filter(|object| object.descriptor.is_some()).map(|object| object.id);
        let carriers: BTreeSet<_> = carriers.collect();
        let entries = kernel.nt_table(caller).into_iter().flat_map(|table| table.entries);
        let entries = entries.filter(|entry| carriers.contains(&entry.object));
        self.carriers = entries.map(|entry| entry.handle.raw()).collect();
    }

    fn shareable(&mut self) -> LocalHandle {
        let likely = self.shareable.clone();
        LocalHandle::from_raw(self.near(&likely) as u32)
    }

    fn own_device(&mut self) -> LocalHandle {
        let likely = self.devices.clone();
        LocalHandle::from_raw(self.near(&likely) as u32)
    }

    fn carrier(&mut self) -> NtHandle {
        let likely = self.carriers.clone();
        NtHandle::from_raw(self.near(&likely))
    }

    fn path(&mut self) -> &'static str {
        if self.below(4) != 0 {
            return PATHS[0];
        }
        PATHS[self.below(PATHS.len() as u64) as usize]
    }

    fn name(&mut self) -> ObjectName {
        let name = ObjectName::new(self.path());
        match self.below(12) {
            0 => ObjectName { length: self.word() as u16, ..name },
            1 => ObjectName { buffer_aligned: false, ..name },
            _ => name,
        }
    }

    fn descriptor(&mut self) -> SecurityDescriptor {
        let entries = (0..self.below(3)).map(|_| {
            let trustee = match self.below(3) {
                0 => Trustee::Everyone,
                1 => Trustee::Administrators,
                _ => Trustee::User(self.small()),
            };
            AccessEntry { trustee, mask: self.access() }
        });
        let access_list = entries.collect();
        SecurityDescriptor {
            revision: u8::from(self.below(8) != 0),
            access_list: self.coin().then_some(access_list),
        }
    }

    fn attributes(&mut self) -> Option<ObjectAttributes> {
        let flags = [0, 0, 0x2, 0x80, 0x80, 0x80, 0x82, 0x40, 0x10, 0x20, 0x2000];
        let attributes = ObjectAttributes {
            length: [48, 48, 48, 48, 48, 24, 0][self.below(7) as usize],
            root_directory: if self.below(6) == 0 { self.nt() } else { NtHandle::ZERO },
            object_name: (self.below(16) != 0).then(|| self.name()),
            attributes: flags[self.below(flags.len() as u64) as usize],
            security_descriptor: (self.below(3) == 0).then(|| self.descriptor()),
        };
        (self.below(16) != 0).then_some(attributes)
    }

    fn mask(&mut self) -> u32 {
        let likely = [0x1F_0003, 0x1000_0000, 0x2_0000, 0x2_0001, 0x2_0002, 0x0200_0000, 0, 0x0100_0000];
        self.near(&likely) as u32
    }

    /// A call on an NT object or a name.
    pub(super) fn share_request(&mut self) -> Request {
        match self.below(16) {
            0 | 1 => Request::CreateSynchronizationObject2(CreateSynchronizationObject2 {
                device: self.own_device(),
                info: if self.coin() {
                    SyncObjectInfo::Mutex { initial_state: 0 }
                } else {
                    SyncObjectInfo::MonitoredFence { initial_value: 0, engine_affinity: 0 }
                },
                flags: if self.coin() { 0x3 } else { 0x7 },
            }),
            2..=6 => {
                let count = [1, 1, 1, 1, 1, 1, 2, 3][self.below(8) as usize];
                let objects = (0..count)
                    .map(|_| if self.below(8) == 0 { self.local() } else { self.shareable() })
                    .collect();
                Request::ShareObjects(ShareObjects {
                    object_count: if self.below(24) == 0 { self.small() } else { count },
                    objects: (self.below(24) != 0).then_some(objects),
                    attributes: self.attributes(),
                    desired_access: self.mask(),
                    report_handle: self.below(24) != 0,
                })
            }
            7 => Request::OpenNtHandleFromName(OpenNtHandleFromName {
                desired_access: self.mask(),
                attributes: self.attributes(),
            }),
            8..=10 => Request::OpenSyncObjectNtHandleFromName(OpenSyncObjectNtHandleFromName {
                desired_access: self.mask(),
                attributes: self.attributes(),
            }),
            11 => Request::OpenSyncObjectFromNtHandle(OpenSyncObjectFromNtHandle {
                nt_handle: if self.below(4) == 0 { self.nt() } else { self.carrier() },
            }),
            12..=14 => Request::OpenSyncObjectFromNtHandle2(OpenSyncObjectFromNtHandle2 {
                nt_handle: if self.below(4) == 0 { self.nt() } else { self.carrier() },
                device: self.own_device(),
                flags: self.near(&[0, 0, 0, 0x7, 0x10, 0x20, 0x30, 0x40, 0x80, 0x100]) as u32,
                engine_affinity: self.near(&[0, 0, 1, 2]) as u32,
            }),
            _ => Request::QueryObject(QueryObject {
                handle: self.nt(),
                class: self.below(4) as u32,
                length: self.near(&[56, 16, 500]) as u32,
            }),
        }
    }

    /// What the host does to the namespace.
    pub(super) fn share_host(&mut self) -> Host {
        let path: Vec<_> = self.path().encode_utf16().collect();
        let (holder, granted_access) = (self.process(), self.access());
        let (inherit, protect_from_close) = (self.coin(), self.coin());
        match self.below(8) {
            0 => Host::AddDirectory(AddDirectory { path, refused_users: BTreeSet::from([self.small()]) }),
            1 => Host::PlaceNamedObject(PlaceNamedObject {
                path,
                object_type: if self.coin() { PlacedType::Event } else { PlacedType::Section },
            }),
            2 => {
                let handle = PlaceSectionHandle { holder, granted_access, inherit, protect_from_close };
                Host::PlaceSectionHandle(handle)
            }
            _ => Host::PlaceDirectoryHandle(PlaceDirectoryHandle {
                holder,
                path,
                granted_access,
                inherit,
                protect_from_close,
            }),
        }
    }
}
