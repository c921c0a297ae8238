//! What the outside sees of an action.

mod refusal;

pub use refusal::Refusal;

use crate::state::{
    AdapterName, DeviceName, DirectoryName, EventName, Execution, GlobalName, KeyedMutexName, LocalName,
    NtName, NtType, Path, PrivateData, ProcessName, SharedName, SyncObjectName, ThreadName,
};

/// Everything that an action shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Observation {
    /// How the action ended.
    pub verdict: Verdict,
    /// What happened to others, by kind: errors of devices in order of creation; set events and blocked calls
    /// that ended, each in order of creation of the waits; reports of the simulator; ended threads in order
    /// of creation; the ended process.
    pub effects: Vec<Effect>,
    /// Handles freed and handed out, in the order of HND-19, but that the children of a device, and what an
    /// ending process has left beside its devices, are freed in the order of their names: the index of an
    /// entry is not known here. NT handles of an ending process ascend by name. A global handle comes right
    /// after the local handle with which it is made or ends, so [`HandleChange::GlobalFreed`] stands between
    /// two local frees if the first was the last local handle of its object.
    pub handles: Vec<HandleChange>,
}

/// How an action ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It took effect.
    Done(Output),
    /// It was refused.
    Refused(Refusal),
    /// The call waits; its thread is blocked, and [`Effect::Resumed`] has the verdict later.
    Blocked,
    /// The call ended without what it waited for, with a status of the success class (KMX-19, EVT-02); the
    /// FenceValue of an acquire is then 0.
    Ended {
        /// How it ended.
        how: Ending,
    },
}

/// How a call with a wait ended that was neither refused nor given what it waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ending {
    /// TIMEOUT: its time limit was reached.
    TimedOut,
    /// ABANDONED: the mutex was abandoned before the acquire.
    Abandoned,
    /// ABANDONED: the mutex was abandoned while the acquire waited.
    AbandonedWhileWaiting,
}

impl Ending {
    /// Returns the id of the rule that decides the ending.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::TimedOut => "TIM-05",
            Self::Abandoned => "KMX-32",
            Self::AbandonedWhileWaiting => "KMX-33",
        }
    }
}

/// What an action that took effect reports.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Output {
    /// Nothing.
    Nothing,
    /// A new process.
    Process {
        /// The process.
        process: ProcessName,
        /// The handle of the parent to it, if there is a parent.
        handle: Option<NtName>,
    },
    /// A new thread.
    Thread(ThreadName),
    /// A new adapter.
    Adapter(AdapterName),
    /// A new adapter handle of the caller's process.
    AdapterHandle(LocalName),
    /// New adapter handles, in order of creation of the adapters.
    Adapters(Vec<AdapterReport>),
    /// A new device.
    Device {
        /// Its handle in the caller's process.
        handle: LocalName,
        /// Its birth name, which no client sees.
        device: DeviceName,
    },
    /// The execution state of a device.
    Execution(Execution),
    /// DesktopSwitched 0.
    NoDesktopSwitch,
    /// A page fault record of zeros.
    NoPageFault,
    /// A new NT handle of the target process.
    NtHandle(NtName),
    /// A new NT handle of ShareObjects.
    Shared {
        /// The handle in the caller's process.
        handle: NtName,
        /// The birth name of its object, which no client sees.
        object: SharedName,
        /// OBJECT_NAME_EXISTS: the object was there (NAM-19).
        existed: bool,
    },
    /// ObjectBasicInformation.
    ObjectBasic {
        /// The inherit flag of the handle.
        inherit: bool,
        /// The protect-from-close flag of the handle.
        protect: bool,
        /// The mask of the handle.
        access: u32,
        /// The NT handles of the object, over all processes.
        handles: usize,
    },
    /// ObjectNameInformation; `None`: the object has no name.
    ObjectName(Option<ObjectName>),
    /// ObjectTypeInformation.
    ObjectType(NtType),
    /// A new directory.
    Directory(DirectoryName),
    /// A new keyed mutex.
    KeyedMutex {
        /// Its handle in the caller's process.
        handle: LocalName,
        /// Its birth name, which no client sees.
        mutex: KeyedMutexName,
        /// Its global handle, unless it was made for NT sharing.
        global: Option<GlobalName>,
    },
    /// A new handle of the caller's process to a keyed mutex that was there.
    KeyedMutexHandle(LocalName),
    /// A new event.
    Event {
        /// Its handle in the caller's process.
        handle: NtName,
        /// Its birth name, which no client sees.
        event: EventName,
    },
    /// The event was set; WaitForEvent.
    EventTaken,
    /// A new synchronisation object.
    SyncObject {
        /// Its handle in the caller's process.
        handle: LocalName,
        /// Its birth name, which no client sees.
        object: SyncObjectName,
        /// Its global handle, if it has one.
        global: Option<GlobalName>,
        /// The addresses of a fence.
        mapping: Mapping,
    },
    /// A new handle of the caller's process to a synchronisation object that was there.
    SyncObjectHandle(LocalName),
    /// The same, on a device.
    OpenedSyncObject {
        /// The handle in the caller's process.
        handle: LocalName,
        /// The addresses of a fence.
        mapping: Mapping,
    },
    /// The condition of a CPU wait without an event held.
    FencesReached,
    /// A keyed mutex, now owned.
    Acquired {
        /// FenceValue.
        fence: u64,
        /// What the buffer holds now; `None` if there is none, or if it was not written.
        data: Option<PrivateData>,
    },
}

/// The name of an NT object as a query reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectName {
    /// The place of a named object, with the letter case of its maker.
    Object(Path),
    /// A directory.
    Directory(DirectoryName),
}

/// Which addresses a create or open call writes; what they are is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mapping {
    /// None: the object is no monitored fence.
    None,
    /// A CPU address only (SYN-22, NoGPUAccess).
    Cpu,
    /// Both.
    Both,
}

/// One entry of an adapter enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AdapterReport {
    /// The new adapter handle.
    pub handle: LocalName,
    /// The LUID.
    pub luid: u64,
    /// NumOfSources.
    pub sources: u32,
}

/// What an action does to others than its caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// A blocked call ended; not reported for the calls of an ending thread or process (KMX-36).
    Resumed {
        /// The thread, which is blocked no longer.
        thread: ThreadName,
        /// How the call ended.
        verdict: Verdict,
    },
    /// An event was set for a registered CPU wait; in order of creation of the waits, once for each.
    EventSet(EventName),
    /// A report of the simulator; in order of creation of the waits.
    Diagnostic(Diagnostic),
    /// An Active device entered Error; not reported for the devices of an ending process, which go in the
    /// same step.
    DeviceEnteredError {
        /// The device, destroyed or not.
        device: DeviceName,
        /// Its execution state from now on.
        execution: Execution,
    },
    /// A thread ended.
    ThreadEnded(ThreadName),
    /// A process ended.
    ProcessEnded(ProcessName),
}

/// A report of the simulator beside the verdicts; it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Diagnostic {
    /// This thread's CPU wait was satisfied when it was made (CPU-20).
    ReachedBeforeTheWait(ThreadName),
    /// The wait at this place of the list before the step was satisfied by a forced maximum (CPU-20, FLT-08).
    ReleasedByForcedMaximum(usize),
}

/// One change of a handle table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HandleChange {
    /// A local handle was handed out.
    LocalAllocated(ProcessName, LocalName),
    /// A local handle was freed.
    LocalFreed(ProcessName, LocalName),
    /// An NT handle was handed out.
    NtAllocated(ProcessName, NtName),
    /// An NT handle was copied into this child, with the value that it has in the parent (NTH-19).
    NtInherited(ProcessName, NtName),
    /// An NT handle was closed.
    NtFreed(ProcessName, NtName),
    /// A global handle was handed out.
    GlobalAllocated(GlobalName),
    /// A global handle ended.
    GlobalFreed(GlobalName),
}
