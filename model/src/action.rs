//! The model's own words for everything that can happen.
//!
//! Operands are names. An action whose names do not exist cannot be formed ([`crate::rules::is_formed`]); a
//! dead handle is said outright, as [`DeadKind`].

mod operand;
mod sharing;

pub use operand::{
    AdapterFilter, BufferOperand, DataOperand, DeadKind, DeviceQuery, Duplicate, Entries, ErrorReason,
    GlobalOperand, LocalOperand, NtOperand, Released, SyncFlags, SyncInfo, Timeout,
};
pub use sharing::{
    Attributes, DescriptorOperand, DirectoryOperand, LastComponent, NameOperand, ObjectQuery, Objects,
};

use crate::state::{
    AdapterKind, AdapterName, DeviceName, DirectoryName, Identity, NtName, OpeningFlags, Path, PlacedType,
    ProcessName, SyncObjectName, ThreadName,
};

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// A running thread that is not blocked makes a request.
    Call(ThreadName, Call),
    /// The host sets something up.
    Host(Host),
    /// Something ends or breaks.
    Incident(Incident),
    /// The machine does one enabled thing by itself.
    Step(Step),
}

impl Action {
    /// Returns whom it releases; empty for an action that can release nobody from an event.
    #[must_use]
    pub fn released(&self) -> Released {
        { *self }.released_mut().map_or(Released(0), |released| *released)
    }

    /// Returns the same action with another [`Released`], if it has one.
    #[must_use]
    pub fn releasing(mut self, whom: Released) -> Self {
        if let Some(released) = self.released_mut() {
            *released = whom;
        }
        self
    }

    fn released_mut(&mut self) -> Option<&mut Released> {
        match self {
            Self::Call(
                _,
                Call::MarkDeviceAsError { released, .. }
                | Call::SetEvent { released, .. }
                | Call::SignalFromCpu { released, .. }
                | Call::WaitFromCpu { released, .. },
            )
            | Self::Incident(Incident::StopAdapter { released, .. })
            | Self::Step(Step::Notice { released, .. }) => Some(released),
            _ => None,
        }
    }
}

/// A request of a client thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Call {
    /// A child of the caller's process.
    CreateProcess {
        /// Whether the child gets the inheritable NT handles.
        inherit_handles: bool,
        /// For whom the child runs.
        identity: Identity,
    },
    /// The caller's process ends; the call does not return.
    ExitProcess,
    /// A handle to a running adapter.
    OpenAdapterFromLuid {
        /// Any number.
        luid: u64,
    },
    /// Handles to all running adapters, with an array given.
    EnumAdapters2 {
        /// Entries of the array.
        capacity: u32,
    },
    /// Handles to the running adapters that pass the filter, with an array given.
    EnumAdapters3 {
        /// Entries of the array.
        capacity: u32,
        /// Which adapters are wanted.
        filter: AdapterFilter,
    },
    /// The end of an adapter handle.
    CloseAdapter {
        /// The adapter handle.
        adapter: LocalOperand,
    },
    /// A device on an adapter.
    CreateDevice {
        /// The adapter handle.
        adapter: LocalOperand,
        /// Whether the flag word has a bit without a meaning.
        unknown_flag: bool,
    },
    /// The end of a device.
    DestroyDevice {
        /// The device handle.
        device: LocalOperand,
    },
    /// A question about a device.
    GetDeviceState {
        /// The device handle.
        device: LocalOperand,
        /// What is asked.
        query: DeviceQuery,
    },
    /// An error that the user-mode driver reports.
    MarkDeviceAsError {
        /// The device handle.
        device: LocalOperand,
        /// What is reported.
        reason: ErrorReason,
        /// Whom the forced maximum releases from events, if that is open.
        released: Released,
    },
    /// The end of an NT handle.
    CloseHandle {
        /// The NT handle.
        handle: NtOperand,
    },
    /// A second handle to an NT object, in the same or another process.
    DuplicateHandle(Duplicate),
    /// A question about an NT handle and its object.
    QueryObject {
        /// The NT handle.
        handle: NtOperand,
        /// What is asked.
        query: ObjectQuery,
        /// Whether Length is one that the class takes: exact for `Basic`, enough for the others.
        fits: bool,
    },
    /// An NT object that carries what the local handles refer to, or an existing one of the name.
    ShareObjects {
        /// The local handles.
        objects: Objects,
        /// pObjectAttributes.
        attributes: Option<Attributes>,
        /// DesiredAccess as given.
        access: u32,
    },
    /// One more NT handle to a shared resource, by name.
    OpenNtHandleFromName {
        /// DesiredAccess as given.
        access: u32,
        /// pObjAttrib.
        attributes: Option<Attributes>,
    },
    /// One more NT handle to a shared synchronisation object, by name.
    OpenSyncObjectNtHandleFromName {
        /// DesiredAccess as given.
        access: u32,
        /// pObjAttrib.
        attributes: Option<Attributes>,
    },
    /// One more local handle to a synchronisation object, of the process.
    OpenSyncObjectFromNtHandle {
        /// The NT handle.
        handle: NtOperand,
    },
    /// The same, on a device.
    OpenSyncObjectFromNtHandle2 {
        /// The NT handle.
        handle: NtOperand,
        /// The device handle.
        device: LocalOperand,
        /// TopOfPipeline, NoSignal, NoWait, NoSignalMaxValueOnTdr and NoGPUAccess.
        flags: OpeningFlags,
        /// Whether the flag word has a bit without a meaning.
        unknown_flag: bool,
        /// Whether EngineAffinity has a bit without a physical adapter.
        unknown_engine: bool,
    },
    /// A keyed mutex with a global handle.
    CreateKeyedMutex {
        /// The key that it holds at first.
        initial: u64,
    },
    /// A keyed mutex.
    CreateKeyedMutex2 {
        /// The key that it holds at first.
        initial: u64,
        /// Its private data.
        data: DataOperand,
        /// NtSecuritySharing: it gets no global handle.
        nt_sharing: bool,
        /// Whether the flag word has a bit without a meaning.
        unknown_flag: bool,
    },
    /// One more local handle to a keyed mutex.
    OpenKeyedMutex {
        /// The global handle.
        shared: GlobalOperand,
    },
    /// The same, with private data for a keyed mutex that has none.
    OpenKeyedMutex2 {
        /// The global handle.
        shared: GlobalOperand,
        /// The private data.
        data: DataOperand,
    },
    /// The end of a local handle to a keyed mutex.
    DestroyKeyedMutex {
        /// The handle.
        mutex: LocalOperand,
    },
    /// Takes a keyed mutex, or waits for it.
    AcquireKeyedMutex {
        /// The handle.
        mutex: LocalOperand,
        /// The key that it must hold.
        key: u64,
        /// How long the call may wait.
        timeout: Timeout,
    },
    /// The same, and reads the private data.
    AcquireKeyedMutex2 {
        /// The handle.
        mutex: LocalOperand,
        /// The key that it must hold.
        key: u64,
        /// How long the call may wait.
        timeout: Timeout,
        /// Where the private data goes.
        buffer: BufferOperand,
    },
    /// An event and a handle to it.
    CreateEvent {
        /// Whether it stays set until it is reset.
        manual_reset: bool,
        /// Whether it is set at first.
        set: bool,
    },
    /// Sets an event.
    SetEvent {
        /// The event.
        event: NtOperand,
        /// Whom it releases, if that is open.
        released: Released,
    },
    /// Makes an event not set.
    ResetEvent {
        /// The event.
        event: NtOperand,
    },
    /// Waits for an event.
    WaitForEvent {
        /// The event.
        event: NtOperand,
        /// How long the call may wait.
        timeout: Timeout,
    },
    /// A MUTEX or SEMAPHORE that is never shared.
    CreateSynchronizationObject {
        /// The device handle.
        device: LocalOperand,
        /// What is made.
        what: SyncInfo,
    },
    /// A synchronisation object.
    CreateSynchronizationObject2 {
        /// The device handle.
        device: LocalOperand,
        /// What is made.
        what: SyncInfo,
        /// How.
        flags: SyncFlags,
    },
    /// One more local handle to a synchronisation object.
    OpenSynchronizationObject {
        /// The global handle.
        shared: GlobalOperand,
    },
    /// The end of a local handle to a synchronisation object.
    DestroySynchronizationObject {
        /// The handle.
        object: LocalOperand,
    },
    /// New values for fences.
    SignalFromCpu {
        /// The device handle.
        device: LocalOperand,
        /// The fences and their values.
        entries: Entries,
        /// AllowFenceRewind.
        rewind: bool,
        /// Whom it releases from events, if that is open.
        released: Released,
    },
    /// Waits for fences, blocked or with an event.
    WaitFromCpu {
        /// The device handle.
        device: LocalOperand,
        /// The fences and their values.
        entries: Entries,
        /// WaitAny.
        any: bool,
        /// The event; `None` blocks.
        event: Option<NtOperand>,
        /// Whom the event releases, if that is open.
        released: Released,
    },
    /// Gives a keyed mutex back.
    ReleaseKeyedMutex {
        /// The handle that owns it.
        mutex: LocalOperand,
        /// The key that it holds from now on.
        key: u64,
        /// The fence value that it holds from now on.
        fence: u64,
    },
    /// The same, and replaces the private data.
    ReleaseKeyedMutex2 {
        /// The handle that owns it.
        mutex: LocalOperand,
        /// The key that it holds from now on.
        key: u64,
        /// The fence value that it holds from now on.
        fence: u64,
        /// The private data from now on.
        data: DataOperand,
    },
}

/// What the host sets up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Host {
    /// A process without a parent.
    CreateProcess(Identity),
    /// One more thread of a live process.
    StartThread {
        /// The process.
        process: ProcessName,
    },
    /// One more adapter.
    AddAdapter {
        /// Its number: not 0, and of no adapter that is or was (ADP-03).
        luid: u64,
        /// What it can do.
        kind: AdapterKind,
        /// Whether it has a display.
        display: bool,
    },
    /// A process handle placed in the table of a live process by the embedder.
    PlaceProcessHandle {
        /// The process that gets the handle.
        holder: ProcessName,
        /// The process that the handle names; it lives.
        target: ProcessName,
        /// The granted mask, within 0x1FFFFF.
        access: u32,
        /// The inherit flag.
        inherit: bool,
        /// The protect-from-close flag.
        protect: bool,
    },
    /// One more directory.
    AddDirectory {
        /// The user who may make no object in it.
        refused_user: Option<u32>,
    },
    /// A named object of another type than those of ShareObjects.
    PlaceNamedObject {
        /// Its name, which is free.
        path: Path,
        /// Its type.
        object_type: PlacedType,
    },
    /// A directory handle placed in the table of a live process by the embedder.
    PlaceDirectoryHandle {
        /// The process that gets the handle.
        holder: ProcessName,
        /// The directory.
        directory: DirectoryName,
        /// The granted mask, within 0xF000F.
        access: u32,
        /// The inherit flag.
        inherit: bool,
        /// The protect-from-close flag.
        protect: bool,
    },
    /// A handle to a new section placed in the table of a live process by the embedder.
    PlaceSectionHandle {
        /// The process that gets the handle.
        holder: ProcessName,
        /// The granted mask, within 0xF001F.
        access: u32,
        /// The inherit flag.
        inherit: bool,
        /// The protect-from-close flag.
        protect: bool,
    },
    /// New flags for an NT handle.
    SetHandleFlags {
        /// The process that holds the handle.
        holder: ProcessName,
        /// The handle.
        handle: NtName,
        /// The new inherit flag.
        inherit: bool,
        /// The new protect-from-close flag.
        protect: bool,
    },
}

/// What ends or breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Incident {
    /// T10: a live process is killed.
    KillProcess(ProcessName),
    /// A running thread ends.
    EndThread(ThreadName),
    /// T11: a running adapter stops.
    StopAdapter {
        /// The adapter.
        adapter: AdapterName,
        /// Whom the forced maximum releases from events, if that is open.
        released: Released,
    },
}

/// What the machine does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// T5: an adapter looks at a fence that another one changed.
    Notice {
        /// The fence.
        object: SyncObjectName,
        /// The adapter.
        adapter: AdapterName,
        /// Whom it releases from events, if that is open.
        released: Released,
    },
    /// T12: a destroyed device goes.
    Reclaim(DeviceName),
    /// T14: the time limit of this thread's blocked call is reached.
    Timeout(ThreadName),
    /// T15: the keyed mutex for which this thread waits is given to it.
    Grant(ThreadName),
}
