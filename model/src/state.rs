//! The whole abstract state: what can influence a later outcome, and nothing else.
//!
//! Objects have birth names. Processes and threads are numbered 1, 2, 3, … and a number is never reused;
//! adapters are numbered from 0 in order of creation and never vanish; devices, keyed mutexes and handles
//! take the lowest free number of their kind, from 0. Handle values do not exist here.

mod name;
mod sharing;
mod sync_object;
mod wait;

pub use name::{
    AdapterName, DeviceName, EventName, GlobalName, KeyedMutexName, LocalName, NtName, ProcessName,
    SyncObjectName, ThreadName,
};
pub use sharing::{
    AccessEntry, Descriptor, Directory, DirectoryName, Identity, NtType, Path, PlacedObject, PlacedType,
    SectionName, SharedName, SharedObject, Trustee,
};
pub use sync_object::{Event, Opening, OpeningFlags, SyncObject, SyncValue};
pub use wait::{Condition, Limit, Wait, WaitTarget};

use crate::limits::Limits;

/// The state of the modelled machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State {
    /// Configuration; no action changes it.
    pub limits: Limits,
    /// Live processes, and ended ones that an NT handle still names; in order of creation.
    pub processes: Vec<Process>,
    /// Running threads, in order of creation.
    pub threads: Vec<Thread>,
    /// All adapters that ever were, in order of creation.
    pub adapters: Vec<Adapter>,
    /// Devices, destroyed ones that are not reclaimed included; in order of creation.
    pub devices: Vec<Device>,
    /// Keyed mutexes, in order of creation.
    pub keyed_mutexes: Vec<KeyedMutex>,
    /// Synchronisation objects, in order of creation.
    pub sync_objects: Vec<SyncObject>,
    /// Events, in order of creation.
    pub events: Vec<Event>,
    /// NT objects of ShareObjects, in order of creation.
    pub shared_objects: Vec<SharedObject>,
    /// Directories, in order of creation; the first is the global one.
    pub directories: Vec<Directory>,
    /// Named objects that the embedder placed, in order of creation.
    pub placed_objects: Vec<PlacedObject>,
    /// Blocked calls and registered CPU waits, in order of creation; a thread has at most one.
    pub waits: Vec<Wait>,
    /// Entries of the global handle table, used or free; 0 before the first global handle.
    pub global_table_size: u32,
    /// Live global handles, ascending by name.
    pub global_handles: Vec<GlobalHandle>,
    /// Processes made so far: the name of the latest one.
    pub processes_made: u32,
    /// Threads started so far: the name of the latest one.
    pub threads_made: u32,
}

/// A process and its two handle tables; they are empty once it has ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Process {
    /// Its name.
    pub name: ProcessName,
    /// False once it has ended; then only NT handles of other processes keep its process object.
    pub alive: bool,
    /// For whom it runs.
    pub identity: Identity,
    /// Entries of the local handle table, used or free; 0 at birth and after the end.
    pub table_size: u32,
    /// Live local handles, ascending by name.
    pub local_handles: Vec<LocalHandle>,
    /// Live NT handles, ascending by name.
    pub nt_handles: Vec<NtHandle>,
}

/// A live local handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalHandle {
    /// Its name in its process.
    pub name: LocalName,
    /// What it refers to.
    pub object: LocalObject,
}

/// What a local handle refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LocalObject {
    /// An adapter, running or stopped.
    Adapter(AdapterName),
    /// A device of the same process that is not destroyed.
    Device(DeviceName),
    /// A keyed mutex; a process may have several handles to it.
    KeyedMutex(KeyedMutexName),
    /// A synchronisation object, with what may be done through this handle.
    SyncObject(Opening),
}

/// A live global handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlobalHandle {
    /// Its name in the system.
    pub name: GlobalName,
    /// What it refers to.
    pub object: GlobalObject,
}

/// What a global handle refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GlobalObject {
    /// A keyed mutex.
    KeyedMutex(KeyedMutexName),
    /// A synchronisation object.
    SyncObject(SyncObjectName),
}

/// A live NT handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NtHandle {
    /// Its name in its process.
    pub name: NtName,
    /// The NT object.
    pub object: NtObject,
    /// The granted mask: bits of the type's valid mask only.
    pub access: u32,
    /// Whether children made with inheritance get it.
    pub inherit: bool,
    /// Whether it is protected from close.
    pub protect: bool,
}

/// What an NT handle refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NtObject {
    /// The process object of a process, live or ended.
    Process(ProcessName),
    /// An event.
    Event(EventName),
    /// An NT object of ShareObjects.
    Shared(SharedName),
    /// A directory; all handles to it name one NT object.
    Directory(DirectoryName),
    /// A section of the embedder, which nothing else names.
    Section(SectionName),
}

/// A running thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thread {
    /// Its name.
    pub name: ThreadName,
    /// The live process that it belongs to.
    pub process: ProcessName,
}

/// An adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Adapter {
    /// The number that the host gave; not 0 and unique for ever (ADP-03).
    pub luid: u64,
    /// What it can do.
    pub kind: AdapterKind,
    /// Whether it has a display; then it reports one source (ADP-16).
    pub display: bool,
    /// False once it has stopped, which is for ever (FLT-17).
    pub running: bool,
}

/// What an adapter can do (ADP-07).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AdapterKind {
    /// Renders and displays.
    Full,
    /// Only computes.
    ComputeOnly,
    /// Only displays.
    DisplayOnly,
}

/// A device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Device {
    /// Its name; free for reuse once it is reclaimed.
    pub name: DeviceName,
    /// The process that made it.
    pub process: ProcessName,
    /// The adapter that it was made on.
    pub adapter: AdapterName,
    /// Active, or the first cause of its error.
    pub execution: Execution,
    /// True once it has no handle any more and waits for its reclaim (TRD-14).
    pub destroyed: bool,
}

/// The execution state of a device (ADP-11, ADP-13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Execution {
    /// No error so far.
    Active,
    /// In Error: marked as generic.
    Hung,
    /// In Error: its adapter stopped.
    Stopped,
    /// In Error: marked as an error of the driver.
    DmaFault,
}

/// A keyed mutex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyedMutex {
    /// Its name; free for reuse once its last local handle is gone.
    pub name: KeyedMutexName,
    /// The stored key: that of the last release, or the initial one (KMX-10).
    pub key: u64,
    /// The stored fence value: that of the last release, or 0 (KMX-17).
    pub fence: u64,
    /// The process and the local handle that own it, or `None` while it is free (KMX-12).
    pub owner: Option<(ProcessName, LocalName)>,
    /// Whether an owner went without a release; this is for ever (KMX-32).
    pub abandoned: bool,
    /// Its private data, if it has any (KMX-24).
    pub private_data: Option<PrivateData>,
    /// Whether it was made with a global handle, that is without NT sharing (HND-24).
    pub global: bool,
}

/// The private data of a keyed mutex, or of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrivateData {
    /// Bytes; above 0, and stored data has at most 4096.
    pub size: u32,
    /// A mark that stands for the bytes.
    pub content: u32,
}

impl State {
    /// Returns the empty machine: no process, no adapter.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            processes: Vec::new(),
            threads: Vec::new(),
            adapters: Vec::new(),
            devices: Vec::new(),
            keyed_mutexes: Vec::new(),
            sync_objects: Vec::new(),
            events: Vec::new(),
            shared_objects: Vec::new(),
            // NAM-15
            directories: vec![Directory { name: DirectoryName::Global, refused_user: None }],
            placed_objects: Vec::new(),
            waits: Vec::new(),
            global_table_size: 0,
            global_handles: Vec::new(),
            processes_made: 0,
            threads_made: 0,
        }
    }

    /// Returns the process, live or ended and still named by a handle, or `None`.
    #[must_use]
    pub fn process(&self, name: ProcessName) -> Option<&Process> {
        self.processes.iter().find(|process| process.name == name)
    }

    /// Returns the process if it is alive.
    #[must_use]
    pub fn live_process(&self, name: ProcessName) -> Option<&Process> {
        self.process(name).filter(|process| process.alive)
    }

    /// Returns the running thread, or `None`.
    #[must_use]
    pub fn thread(&self, name: ThreadName) -> Option<&Thread> {
        self.threads.iter().find(|thread| thread.name == name)
    }

    /// Returns the adapter, or `None`.
    #[must_use]
    pub fn adapter(&self, name: AdapterName) -> Option<&Adapter> {
        self.adapters.get(usize::try_from(name.0).ok()?)
    }

    /// Returns the device, destroyed or not, or `None`.
    #[must_use]
    pub fn device(&self, name: DeviceName) -> Option<&Device> {
        self.devices.iter().find(|device| device.name == name)
    }

    /// Returns the keyed mutex, or `None`.
    #[must_use]
    pub fn keyed_mutex(&self, name: KeyedMutexName) -> Option<&KeyedMutex> {
        self.keyed_mutexes.iter().find(|mutex| mutex.name == name)
    }

    /// Returns the synchronisation object, or `None`.
    #[must_use]
    pub fn sync_object(&self, name: SyncObjectName) -> Option<&SyncObject> {
        self.sync_objects.iter().find(|object| object.name == name)
    }

    /// Returns the event, or `None`.
    #[must_use]
    pub fn event(&self, name: EventName) -> Option<&Event> {
        self.events.iter().find(|event| event.name == name)
    }

    /// Returns the NT object of ShareObjects, or `None`.
    #[must_use]
    pub fn shared_object(&self, name: SharedName) -> Option<&SharedObject> {
        self.shared_objects.iter().find(|object| object.name == name)
    }

    /// Returns the directory, or `None`.
    #[must_use]
    pub fn directory(&self, name: DirectoryName) -> Option<&Directory> {
        self.directories.iter().find(|directory| directory.name == name)
    }

    /// Returns the wait of a blocked thread, or `None`.
    #[must_use]
    pub fn wait(&self, thread: ThreadName) -> Option<&Wait> {
        self.waits.iter().find(|wait| wait.thread == Some(thread))
    }

    /// Returns the live global handle, or `None`.
    #[must_use]
    pub fn global_handle(&self, name: GlobalName) -> Option<&GlobalHandle> {
        self.global_handles.iter().find(|handle| handle.name == name)
    }

    /// Returns the process of each live local handle to the object.
    pub fn local_holders(&self, object: LocalObject) -> impl Iterator<Item = &Process> {
        self.processes.iter().flat_map(move |process| {
            process.local_handles.iter().filter(move |handle| handle.object == object).map(move |_| process)
        })
    }

    /// Returns each local handle of the synchronisation object, in all processes, as its opening.
    pub fn openings(&self, object: SyncObjectName) -> impl Iterator<Item = Opening> {
        let handles = self.processes.iter().flat_map(|process| &process.local_handles);
        handles.filter_map(move |handle| match handle.object {
            LocalObject::SyncObject(opening) if opening.object == object => Some(opening),
            _ => None,
        })
    }

    /// Returns whether a handle, a wait or a CPU_NOTIFICATION holds the event (EVT-06).
    #[must_use]
    pub fn event_is_held(&self, event: EventName) -> bool {
        self.handle_count(NtObject::Event(event)) > 0
            || self.waits.iter().any(|wait| wait.target.event() == Some(event))
            || self.sync_objects.iter().any(|object| {
                matches!(object.value, SyncValue::CpuNotification { event: held, .. } if held == event)
            })
    }

    /// Returns whether a local handle, an NT object or a wait holds the synchronisation object (SYN-29,
    /// LIF-01).
    #[must_use]
    pub fn sync_object_is_held(&self, object: SyncObjectName) -> bool {
        self.openings(object).next().is_some()
            || self.is_carried(object)
            || self.waits.iter().any(|wait| wait.target.names(object))
    }

    /// Returns whether an NT object carries the synchronisation object (LIF-03).
    #[must_use]
    pub fn is_carried(&self, object: SyncObjectName) -> bool {
        self.shared_objects.iter().any(|shared| shared.carries == object)
    }

    /// Returns how many NT handles, over all processes, name the object: its count, which cannot disagree
    /// (LIF-12).
    #[must_use]
    pub fn handle_count(&self, object: NtObject) -> usize {
        self.processes
            .iter()
            .flat_map(|process| &process.nt_handles)
            .filter(|handle| handle.object == object)
            .count()
    }
}

impl Process {
    /// Returns the live local handle, or `None`.
    #[must_use]
    pub fn local_handle(&self, name: LocalName) -> Option<&LocalHandle> {
        self.local_handles.iter().find(|handle| handle.name == name)
    }

    /// Returns the live NT handle, or `None`.
    #[must_use]
    pub fn nt_handle(&self, name: NtName) -> Option<&NtHandle> {
        self.nt_handles.iter().find(|handle| handle.name == name)
    }
}
