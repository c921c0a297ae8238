//! Reading the state.

use super::{
    AdapterView, DescriptorView, DeviceView, DirectoryView, KeyedMutexView, LocalEntryView, LocalObject,
    LocalTableView, NameTarget, NameView, NtEntryView, NtObjectBody, NtObjectView, NtTableView, OpeningView,
    ProcessView, SyncObjectView, ThreadView, WaitView,
};
use crate::handle::nt::NtBody;
use crate::handle::table::HandleTable;
use crate::handle::{Kind, TableHandle};
use crate::id::{AdapterId, DeviceId, KeyedMutexId, OpeningId, ProcessId, SyncObjectId, WaitId};
use crate::kernel::Kernel;
use crate::limits::Limits;
use crate::profile::Profile;
use crate::share::descriptor::{AccessEntry, Descriptor};
use crate::share::namespace::Entry;

impl Kernel {
    /// Which of the known behaviours it shows.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Its bounds.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many processes there ever were: the number of the latest one.
    #[must_use]
    pub const fn processes_made(&self) -> u32 {
        self.last_process
    }

    /// How many threads there ever were: the number of the latest one.
    #[must_use]
    pub const fn threads_made(&self) -> u32 {
        self.last_thread
    }

    /// The living processes in order of creation.
    pub fn processes(&self) -> impl Iterator<Item = ProcessView> {
        self.processes.iter().map(|(id, process)| ProcessView {
            id: *id,
            config: process.config,
            object: process.object,
        })
    }

    /// The living threads in order of creation.
    pub fn threads(&self) -> impl Iterator<Item = ThreadView> {
        self.threads.iter().map(|(id, thread)| ThreadView {
            id: *id,
            process: thread.process,
            state: thread.state,
        })
    }

    /// All adapters in order of creation, stopped ones included.
    pub fn adapters(&self) -> impl Iterator<Item = AdapterView> {
        (0..).map(AdapterId).zip(&self.adapters).map(|(id, adapter)| AdapterView {
            id,
            config: adapter.config,
            running: adapter.running,
        })
    }

    /// All devices in order of creation, destroyed ones included.
    pub fn devices(&self) -> impl Iterator<Item = DeviceView> {
        self.devices.iter().map(|(id, device)| DeviceView {
            id,
            process: device.process,
            adapter: device.adapter,
            execution: device.execution,
            destroyed: device.handle.is_none(),
        })
    }

    /// The keyed mutexes in ascending order of their ids.
    pub fn keyed_mutexes(&self) -> impl Iterator<Item = KeyedMutexView> {
        self.keyed_mutexes.iter().map(|(number, mutex)| KeyedMutexView {
            id: KeyedMutexId(number),
            key: mutex.key,
            fence_value: mutex.fence_value,
            private_data: mutex.private_data.clone(),
            holder: mutex.holder,
            handles: mutex.handles,
            shared: mutex.shared,
        })
    }

    /// The synchronisation objects in ascending order of their ids.
    pub fn sync_objects(&self) -> impl Iterator<Item = SyncObjectView> {
        self.sync_objects.iter().map(|(id, object)| SyncObjectView {
            id,
            state: object.state,
            adapter: object.adapter,
            cross_adapter: object.cross_adapter,
            nt_sharing: object.nt_sharing,
            shared: object.shared,
            marks: self.sync_objects.marks_of(id).collect(),
            handles: object.handles,
            nt_objects: object.nt_objects,
            waits: object.waits,
        })
    }

    /// What the local handles of synchronisation objects name, in ascending order of the ids.
    pub fn openings(&self) -> impl Iterator<Item = OpeningView> {
        self.openings.iter().map(|(number, opening)| OpeningView {
            id: OpeningId(number),
            object: opening.object,
            process: opening.process,
            handle: opening.handle,
            device: opening.device,
            flags: opening.flags,
            may_wait: opening.may_wait,
            may_signal: opening.may_signal,
        })
    }

    /// The waits in order of creation.
    pub fn waits(&self) -> impl Iterator<Item = WaitView> {
        self.waits.iter().map(|(id, _)| id).filter_map(|id| self.wait(id))
    }

    /// The wait with this id, if there is one.
    #[must_use]
    pub fn wait(&self, id: WaitId) -> Option<WaitView> {
        let wait = self.waits.get(id)?;
        Some(WaitView {
            id,
            thread: wait.thread,
            process: wait.process,
            limit: wait.limit,
            target: wait.target.clone(),
        })
    }

    /// The NT objects in ascending order of their ids.
    pub fn nt_objects(&self) -> impl Iterator<Item = NtObjectView> {
        self.nt_objects.iter().map(|(id, object)| NtObjectView {
            id,
            body: match object.body {
                NtBody::Process(process) => NtObjectBody::Process(process),
                NtBody::Event { manual_reset, set } => NtObjectBody::Event { manual_reset, set },
                NtBody::SharedSyncObject { object } => NtObjectBody::SharedSyncObject { object },
                NtBody::Section => NtObjectBody::Section,
                NtBody::Directory(_) => NtObjectBody::Directory,
            },
            handles: object.handles,
            registrations: object.registrations,
            name: self.name_of(id).map(<[u16]>::to_vec),
            descriptor: object.descriptor.as_ref().map(descriptor_view),
            exclusive: object.exclusive,
            placed: object.is_placed,
        })
    }

    /// The directories of the namespace in order of creation.
    pub fn directories(&self) -> impl Iterator<Item = DirectoryView<'_>> {
        let path = |id| &self.namespace.directory(id).path[..];
        self.namespace.iter().map(move |(_, directory)| DirectoryView {
            path: &directory.path,
            refused_users: &directory.refused_users,
            names: directory
                .entries()
                .map(|(name, entry)| NameView {
                    name,
                    target: match entry {
                        Entry::Directory(id) => NameTarget::Directory(path(id)),
                        Entry::Link(id) => NameTarget::Link(path(id)),
                        Entry::Object(object) => NameTarget::Object(object),
                    },
                })
                .collect(),
        })
    }

    /// The local handle table of a process; none if the process does not live.
    #[must_use]
    pub fn local_table(&self, process: ProcessId) -> Option<LocalTableView> {
        let table = &self.processes.get(&process)?.handles;
        Some(table_view(table, |number| LocalObject::Opening(OpeningId(number))))
    }

    /// The global handle table of the machine.
    #[must_use]
    pub fn global_table(&self) -> LocalTableView {
        table_view(&self.global_handles, |number| LocalObject::SyncObject(SyncObjectId(number)))
    }

    /// The NT handle table of a process; none if the process does not live.
    #[must_use]
    pub fn nt_table(&self, process: ProcessId) -> Option<NtTableView> {
        let table = &self.processes.get(&process)?.nt_handles;
        let entries = table.entries().map(|(handle, entry)| NtEntryView {
            handle,
            object: entry.object,
            granted_access: entry.granted_access,
            inherit: entry.inherit,
            protect_from_close: entry.protect_from_close,
        });
        Some(NtTableView {
            entries: entries.collect(),
            closed: table.closed().collect(),
            highest: table.highest(),
        })
    }
}

/// `sync_object` says what an entry of a synchronisation object has the number of.
fn descriptor_view(descriptor: &Descriptor) -> DescriptorView {
    let entries = descriptor.access_list.as_ref().map(|masks| {
        masks.iter().map(|(trustee, mask)| AccessEntry { trustee: *trustee, mask: *mask }).collect()
    });
    DescriptorView { owner: descriptor.owner, access_list: entries }
}

fn table_view<H: TableHandle>(
    table: &HandleTable<H>,
    sync_object: impl Fn(u32) -> LocalObject,
) -> LocalTableView {
    let entries = table.entries().map(|entry| LocalEntryView {
        index: entry.index,
        generation: entry.generation,
        object: entry.object.map(|(kind, number)| match kind {
            Kind::Adapter => LocalObject::Adapter(AdapterId(number)),
            Kind::Device => LocalObject::Device(DeviceId(number)),
            Kind::SyncObject => sync_object(number),
            Kind::KeyedMutex => LocalObject::KeyedMutex(KeyedMutexId(number)),
        }),
    });
    LocalTableView { entries: entries.collect(), free_list: table.free_list().collect() }
}
