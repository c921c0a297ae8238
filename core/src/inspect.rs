//! The whole state, to be read: for programs that print it, or compare it with another model.

use alloc::vec::Vec;

use crate::handle::Kind;
use crate::handle::nt::{NtBody, NtHandle};
use crate::id::{AdapterId, DeviceId, NtObjectId, ProcessId, ThreadId};
use crate::kernel::Kernel;
use crate::limits::Limits;
use crate::object::adapter::AdapterConfig;
use crate::object::device::ExecutionState;
use crate::object::process::ProcessConfig;
use crate::profile::Profile;

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

/// What a local handle names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocalObject {
    /// An adapter; several handles of one process can name the same.
    Adapter(AdapterId),
    /// A device.
    Device(DeviceId),
}

/// An entry of a local handle table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocalEntryView {
    /// Its place in the table.
    pub index: u32,
    /// Of a live entry that of its handle, of a free one that of its next handle: 1 to 3.
    pub generation: u8,
    /// What it names; none for a free entry.
    pub object: Option<LocalObject>,
}

/// The local handle table of a process.
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
            state: ThreadState::Ready,
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
        let table = &self.processes.get(&process)?.handles;
        let entries = table.entries().map(|entry| LocalEntryView {
            index: entry.index,
            generation: entry.generation,
            object: entry.object.map(|(kind, number)| match kind {
                Kind::Adapter => LocalObject::Adapter(AdapterId(number)),
                Kind::Device => LocalObject::Device(DeviceId(number)),
            }),
        });
        Some(LocalTableView { entries: entries.collect(), free_list: table.free_list().collect() })
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
