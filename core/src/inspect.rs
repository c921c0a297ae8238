//! The whole state, to be read: for programs that print it, or compare it with another model.

use alloc::vec::Vec;

use crate::handle::nt::{NtBody, NtHandle};
use crate::handle::table::HandleTable;
use crate::handle::{GlobalHandle, Kind, LocalHandle, TableHandle};
use crate::id::{AdapterId, DeviceId, KeyedMutexId, NtObjectId, ProcessId, ThreadId, WaitId};
use crate::kernel::Kernel;
use crate::limits::Limits;
use crate::object::adapter::AdapterConfig;
use crate::object::device::ExecutionState;
use crate::object::keyed_mutex::MutexHolder;
use crate::object::process::ProcessConfig;
use crate::profile::Profile;
use crate::wait::TimeLimit;

/// A living process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProcessView {
    /// The process.
    pub id: ProcessId,
    /// What it is.
    pub config: ProcessConfig,
    /// The NT object that stands for it.
    pub object: NtObjectId,
}

/// A living thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadView {
    /// The thread.
    pub id: ThreadId,
    /// Its process.
    pub process: ProcessId,
    /// What it does.
    pub state: ThreadState,
}

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThreadState {
    /// It can make a call.
    Ready,
    /// It waits in a call, with this wait.
    Blocked(WaitId),
}

/// An adapter, running or stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AdapterView {
    /// The adapter.
    pub id: AdapterId,
    /// What it is.
    pub config: AdapterConfig,
    /// Whether it was not stopped.
    pub running: bool,
}

/// A device, destroyed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceView {
    /// The device.
    pub id: DeviceId,
    /// Its process, which lives.
    pub process: ProcessId,
    /// Its adapter.
    pub adapter: AdapterId,
    /// Active, or what put it in Error first.
    pub execution: ExecutionState,
    /// Whether it has lost its handle and awaits its reclaim.
    pub destroyed: bool,
}

/// A keyed mutex.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyedMutexView {
    /// The mutex.
    pub id: KeyedMutexId,
    /// The key that opens it, or with which it was acquired.
    pub key: u64,
    /// What the last release stored.
    pub fence_value: u64,
    /// 0 to 4096 bytes.
    pub private_data: Vec<u8>,
    /// Who holds it.
    pub holder: MutexHolder,
    /// How many local handles name it, over all processes.
    pub handles: u64,
    /// Its global handle, if it has one.
    pub shared: Option<GlobalHandle>,
}

/// A wait of a blocked acquire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitView {
    /// The wait.
    pub id: WaitId,
    /// The blocked thread.
    pub thread: ThreadId,
    /// Its process.
    pub process: ProcessId,
    /// The handle that the call came through.
    pub handle: LocalHandle,
    /// The mutex that it waits for.
    pub keyed_mutex: KeyedMutexId,
    /// The key that it asks for.
    pub key: u64,
    /// How long it may wait, as the call said it.
    pub limit: TimeLimit,
    /// Whether it has a buffer for the private data.
    pub wants_private_data: bool,
}

/// What a local or global handle names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocalObject {
    /// An adapter; several handles of one process can name the same.
    Adapter(AdapterId),
    /// A device.
    Device(DeviceId),
    /// A keyed mutex; several handles, also of one process, can name the same.
    KeyedMutex(KeyedMutexId),
}

/// An entry of a handle table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocalEntryView {
    /// Its place in the table.
    pub index: u32,
    /// Of a live entry that of its handle, of a free one that of its next handle: 1 to 3.
    pub generation: u8,
    /// What it names; none for a free entry.
    pub object: Option<LocalObject>,
}

/// The local handle table of a process, or the global one of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LocalTableView {
    /// All entries in index order; their number is the size of the table.
    pub entries: Vec<LocalEntryView>,
    /// The indices of the free entries, the next one to be used first.
    pub free_list: Vec<u32>,
}

/// An NT handle of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NtEntryView {
    /// Its value.
    pub handle: NtHandle,
    /// What it names.
    pub object: NtObjectId,
    /// Its mask.
    pub granted_access: u32,
    /// Its inherit flag.
    pub inherit: bool,
    /// Its protect-from-close flag.
    pub protect_from_close: bool,
}

/// The NT handle table of a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NtTableView {
    /// The open handles in ascending order of their values.
    pub entries: Vec<NtEntryView>,
    /// The closed values that will be used again, the next one last.
    pub closed: Vec<NtHandle>,
    /// The highest value so far; zero before the first.
    pub highest: NtHandle,
}

/// An NT object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NtObjectView {
    /// The object.
    pub id: NtObjectId,
    /// The process that it stands for, which may have ended.
    pub process: ProcessId,
    /// How many NT handles name it, over all processes.
    pub handles: u64,
}

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
            handle: wait.handle,
            keyed_mutex: wait.mutex,
            key: wait.key,
            limit: wait.limit,
            wants_private_data: wait.wants_private_data,
        })
    }

    /// The NT objects in ascending order of their ids.
    pub fn nt_objects(&self) -> impl Iterator<Item = NtObjectView> {
        self.nt_objects.iter().map(|(number, object)| {
            let NtBody::Process(process) = object.body;
            NtObjectView { id: NtObjectId(number), process, handles: object.handles }
        })
    }

    /// The local handle table of a process; none if the process does not live.
    #[must_use]
    pub fn local_table(&self, process: ProcessId) -> Option<LocalTableView> {
        Some(table_view(&self.processes.get(&process)?.handles))
    }

    /// The global handle table of the machine.
    #[must_use]
    pub fn global_table(&self) -> LocalTableView {
        table_view(&self.global_handles)
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

fn table_view<H: TableHandle>(table: &HandleTable<H>) -> LocalTableView {
    let entries = table.entries().map(|entry| LocalEntryView {
        index: entry.index,
        generation: entry.generation,
        object: entry.object.map(|(kind, number)| match kind {
            Kind::Adapter => LocalObject::Adapter(AdapterId(number)),
            Kind::Device => LocalObject::Device(DeviceId(number)),
            Kind::KeyedMutex => LocalObject::KeyedMutex(KeyedMutexId(number)),
        }),
    });
    LocalTableView { entries: entries.collect(), free_list: table.free_list().collect() }
}
