//! The whole state, to be read: for programs that print it, or compare it with another model.
//!
//! The views are here; `inspect/reading.rs` makes them.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::handle::nt::NtHandle;
use crate::handle::{GlobalHandle, LocalHandle};
use crate::id::{
    AdapterId, DeviceId, KeyedMutexId, NtObjectId, OpeningId, ProcessId, SyncObjectId, ThreadId, WaitId,
};
use crate::object::adapter::AdapterConfig;
use crate::object::device::ExecutionState;
use crate::object::keyed_mutex::MutexHolder;
use crate::object::process::ProcessConfig;
use crate::object::sync_object::{OpeningFlags, SyncState};
use crate::share::descriptor::AccessEntry;
use crate::wait::TimeLimit;

pub(crate) mod holders;
mod reading;

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

/// A synchronisation object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SyncObjectView {
    /// The object.
    pub id: SyncObjectId,
    /// Its type, with its value, count or holder.
    pub state: SyncState,
    /// The adapter of the device that it was made on.
    pub adapter: AdapterId,
    /// Whether it may be used on every adapter (SYN-10).
    pub cross_adapter: bool,
    /// Whether NT objects may carry it (SYN-05).
    pub nt_sharing: bool,
    /// Its global handle, if it has one.
    pub shared: Option<GlobalHandle>,
    /// The adapters that have not looked since another one changed the value, ascending (SCD-18).
    pub marks: Vec<AdapterId>,
    /// How many local handles name it, over all processes.
    pub handles: u64,
    /// How many NT objects carry it.
    pub nt_objects: u64,
    /// How many CPU waits name it, each once.
    pub waits: u64,
}

/// What a local handle of a synchronisation object names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpeningView {
    /// The opening.
    pub id: OpeningId,
    /// The object.
    pub object: SyncObjectId,
    /// The process of the handle.
    pub process: ProcessId,
    /// The handle.
    pub handle: LocalHandle,
    /// The device that it lives on; none for one of the process.
    pub device: Option<DeviceId>,
    /// Its flags.
    pub flags: OpeningFlags,
    /// May-wait (ACC-15).
    pub may_wait: bool,
    /// May-signal (ACC-15).
    pub may_signal: bool,
}

/// A blocked call, or a CPU wait that is registered with an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WaitView {
    /// The wait.
    pub id: WaitId,
    /// The blocked thread; none for a registered wait.
    pub thread: Option<ThreadId>,
    /// The process that made the call.
    pub process: ProcessId,
    /// How long it may wait, as the call said it.
    pub limit: TimeLimit,
    /// What it waits for.
    pub target: WaitTarget,
}

/// What a wait waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum WaitTarget {
    /// A keyed mutex with a key.
    KeyedMutex {
        /// The handle that the call came through.
        handle: LocalHandle,
        /// The mutex.
        keyed_mutex: KeyedMutexId,
        /// The key that it asks for.
        key: u64,
        /// Whether it has a buffer for the private data.
        wants_private_data: bool,
    },
    /// An event that is not set.
    Event {
        /// The NT object of the event.
        event: NtObjectId,
    },
    /// Fences that have not reached their values.
    Fences {
        /// The device that the call named.
        device: DeviceId,
        /// What it waits for, in the order of the call.
        conditions: Vec<FenceCondition>,
        /// Whether one of them is enough (CPU-02).
        any: bool,
        /// The event of a registered wait.
        event: Option<NtObjectId>,
    },
}

/// One condition of a CPU wait: the value is equal to or greater than this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FenceCondition {
    /// The fence.
    pub object: SyncObjectId,
    /// The value.
    pub value: u64,
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
    /// In a local table: an opening of a synchronisation object. No two handles name the same.
    Opening(OpeningId),
    /// In the global table: a synchronisation object.
    SyncObject(SyncObjectId),
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NtObjectView {
    /// The object.
    pub id: NtObjectId,
    /// Its type, with what an object of the type is.
    pub body: NtObjectBody,
    /// How many NT handles name it, over all processes.
    pub handles: u64,
    /// How many waits and synchronisation objects hold it besides (EVT-06); 0 for another type than Event.
    pub registrations: u64,
    /// Its full path, as it was given when it was made (NTH-24); none without a name.
    pub name: Option<Vec<u16>>,
    /// Who may open it by its name (NAM-24); none for an object that no call opens so.
    pub descriptor: Option<DescriptorView>,
    /// The process that it is reserved for (NAM-06).
    pub exclusive: Option<ProcessId>,
    /// Whether the host placed it with a name: then it never goes away.
    pub placed: bool,
}

/// The security descriptor of an NT object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescriptorView {
    /// The number of the creator's user, who always has READ_CONTROL and WRITE_DAC (ACC-11).
    pub owner: u32,
    /// What each trustee gets, once each and in ascending order; none gives all rights to everybody.
    pub access_list: Option<Vec<AccessEntry>>,
}

/// A directory of the namespace (NAM-15).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DirectoryView<'a> {
    /// Its full path, as it was made.
    pub path: &'a [u16],
    /// The users who may not create in it.
    pub refused_users: &'a BTreeSet<u32>,
    /// What is in it, in the order of the upper-case forms of the names.
    pub names: Vec<NameView<'a>>,
}

/// A name in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NameView<'a> {
    /// The name, as it was given.
    pub name: &'a [u16],
    /// What it stands for.
    pub target: NameTarget<'a>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameTarget<'a> {
    /// The directory with this full path.
    Directory(&'a [u16]),
    /// A link to the directory with this full path.
    Link(&'a [u16]),
    /// An object.
    Object(NtObjectId),
}

/// The type of an NT object, with what an object of the type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NtObjectBody {
    /// Type Process: the process that it stands for, which may have ended.
    Process(ProcessId),
    /// Type Event.
    Event {
        /// Whether it stays set until it is reset.
        manual_reset: bool,
        /// Whether it is set.
        set: bool,
    },
    /// Type DxgkSharedSyncObject.
    SharedSyncObject {
        /// What it carries.
        object: SyncObjectId,
    },
    /// Type Section.
    Section,
    /// Type Directory; its path is the name of the object.
    Directory,
}
