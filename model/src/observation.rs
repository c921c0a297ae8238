//! What the outside sees of an action.

use crate::state::{
    AdapterName, DeviceName, EventName, Execution, GlobalName, KeyedMutexName, LocalName, NtName,
    PrivateData, ProcessName, SyncObjectName, ThreadName,
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

/// Why an action was refused; each reason has one status and one deciding rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// INVALID_PARAMETER: a device flag without a meaning.
    UnknownFlag,
    /// INVALID_PARAMETER: a filter bit without a meaning.
    UnknownFilter,
    /// INVALID_PARAMETER: a state type without a meaning.
    UnknownQuery,
    /// NOT_SUPPORTED: a state type about presenting.
    UnsupportedQuery,
    /// INVALID_PARAMETER: an error reason without a meaning.
    UnknownReason,
    /// INVALID_PARAMETER: a dead local handle, or one of another kind.
    DeadHandle,
    /// INVALID_PARAMETER: a LUID of no running adapter.
    NoSuchAdapter,
    /// BUFFER_TOO_SMALL: an array with fewer entries than adapters to report.
    ArrayTooSmall,
    /// DEVICE_REMOVED: the adapter has stopped.
    AdapterStopped,
    /// DEVICE_REMOVED: the adapter of the device whose state is asked for has stopped.
    QueryOnStoppedAdapter,
    /// NO_MEMORY: no room for a local or global handle, a device, a keyed mutex or a synchronisation object.
    NoMemory,
    /// NO_MEMORY: no room for a process.
    NoMemoryForProcess,
    /// NO_MEMORY: no room for an event.
    NoMemoryForEvent,
    /// INSUFFICIENT_RESOURCES: the NT handle table is full.
    TooManyNtHandles,
    /// INVALID_HANDLE: no NT handle to close.
    NothingToClose,
    /// HANDLE_NOT_CLOSABLE: the NT handle is protected from close.
    Protected,
    /// INVALID_PARAMETER: an option of DuplicateHandle without a meaning.
    UnknownOption,
    /// INVALID_HANDLE: a process handle or source handle without an entry, or a target process that has
    /// ended.
    NothingToDuplicate,
    /// OBJECT_TYPE_MISMATCH: a handle of another kind where DuplicateHandle wants a process handle.
    NotAProcess,
    /// ACCESS_DENIED: a process handle without PROCESS_DUP_HANDLE.
    MayNotDuplicate,
    /// HANDLE_NOT_CLOSABLE: the source that should be closed is protected.
    ProtectedSource,
    /// INVALID_PARAMETER: no target process, and the source should not be closed either.
    NoTarget,
    /// ACCESS_DENIED: more access than the source handle has, or ACCESS_SYSTEM_SECURITY.
    WiderThanSource,
    /// INVALID_PARAMETER: a flag of a keyed mutex without a meaning.
    UnknownKeyedMutexFlag,
    /// INVALID_PARAMETER: private data with a size and a null pointer.
    NullPrivateData,
    /// INVALID_PARAMETER: more private data than a keyed mutex can store.
    PrivateDataTooLarge,
    /// INVALID_PARAMETER: no live global handle to open.
    NoSuchGlobalHandle,
    /// INVALID_PARAMETER: private data of another size than stored, at open.
    OtherSizeAtOpen,
    /// INVALID_PARAMETER: no local handle of a keyed mutex to destroy.
    NoKeyedMutexToDestroy,
    /// INVALID_PARAMETER: a buffer of another size than stored, at acquire.
    OtherSizeAtAcquire,
    /// INVALID_PARAMETER: the handle of the waiting acquire was destroyed.
    DestroyedWhileWaiting,
    /// INVALID_PARAMETER: a release of an abandoned keyed mutex.
    ReleaseOfAbandoned,
    /// INVALID_PARAMETER: a release through a handle that does not own.
    NotOwner,
    /// INVALID_PARAMETER: private data of another size than stored, at release.
    OtherSizeAtRelease,
    /// INVALID_HANDLE: no NT handle where an event is wanted.
    NoSuchEvent,
    /// OBJECT_TYPE_MISMATCH: an NT handle of another kind where an event is wanted.
    NotAnEvent,
    /// ACCESS_DENIED: an event handle without the right to set and reset, or to wait.
    EventAccess,
    /// INVALID_PARAMETER: a type that the first create form does not make.
    UnsupportedType,
    /// INVALID_PARAMETER: NtSecuritySharing without Shared.
    NtSharingWithoutShared,
    /// INVALID_PARAMETER: CrossAdapter without Shared.
    CrossAdapterWithoutShared,
    /// INVALID_PARAMETER: NoSignal with NoWait, or one of them or TopOfPipeline with another type than
    /// MONITORED_FENCE.
    WrongHandleFlags,
    /// INVALID_PARAMETER: SignalByKmd with another type than CPU_NOTIFICATION.
    WrongSignalByDriver,
    /// INVALID_PARAMETER: a CPU_NOTIFICATION that should be shared.
    SharedNotification,
    /// INVALID_PARAMETER: a fence that should be shared by a global handle.
    GloballySharedFence,
    /// INVALID_PARAMETER: a SEMAPHORE that starts above its largest count.
    CountAboveMost,
    /// INVALID_PARAMETER: no live device to make a synchronisation object on.
    NoSuchDevice,
    /// DEVICE_REMOVED: the adapter of the device has stopped, or the device is in Error as HUNG or STOPPED.
    DeviceRemoved,
    /// GRAPHICS_GPU_EXCEPTION_ON_DEVICE: the device is in Error as ERROR_DMAFAULT.
    DeviceException,
    /// INVALID_PARAMETER: a bit of EngineAffinity without a physical adapter.
    UnknownEngine,
    /// INVALID_PARAMETER: a periodic fence, for which there is no target.
    NoPeriodicTarget,
    /// INVALID_PARAMETER: no live global handle of a synchronisation object to open.
    NoSuchGlobalSyncObject,
    /// INVALID_PARAMETER: no local handle of a synchronisation object to destroy.
    NoSyncObjectToDestroy,
    /// INVALID_PARAMETER: an entry that is no live handle of a synchronisation object.
    NotASyncObject,
    /// INVALID_PARAMETER: an entry that is no monitored fence.
    NotAFence,
    /// INVALID_PARAMETER: a handle that is bound to another device.
    FenceOfOtherDevice,
    /// ACCESS_DENIED: a signal through a handle without the right or with NoSignal, a wait through one
    /// without the right or with NoWait.
    FenceAccess,
    /// INVALID_PARAMETER: a lower value without AllowFenceRewind.
    LowerValue,
    /// INVALID_HANDLE: no NT handle where the event of a wait is wanted.
    NoSuchWaitEvent,
    /// OBJECT_TYPE_MISMATCH: an NT handle of another kind where the event of a wait is wanted.
    NotAWaitEvent,
    /// ACCESS_DENIED: the event of a wait, without the right to set it.
    WaitEventAccess,
    /// NO_MEMORY: no room for a wait.
    TooManyWaits,
    /// DEVICE_REMOVED: the device of the waiting call was destroyed.
    DeviceDestroyedWhileWaiting,
    /// DEVICE_REMOVED: the device of the waiting call entered Error, and the forced maximum did not satisfy
    /// it.
    DeviceFailedWhileWaiting,
}

impl Refusal {
    /// Returns the id of the rule that decides the refusal.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::UnknownFlag => "ADP-01",
            Self::UnknownFilter => "ADP-07",
            Self::UnknownQuery | Self::UnsupportedQuery | Self::QueryOnStoppedAdapter => "ADP-12",
            Self::UnknownReason => "ADP-14",
            Self::DeadHandle => "HND-09",
            Self::NoSuchAdapter => "ADP-04",
            Self::ArrayTooSmall => "ADP-06",
            Self::AdapterStopped => "FLT-18",
            Self::NoMemory => "HND-14",
            Self::NoMemoryForProcess | Self::NoMemoryForEvent | Self::TooManyNtHandles => "NTH-05",
            Self::NothingToClose | Self::Protected => "NTH-08",
            Self::UnknownOption => "NTH-15",
            Self::NothingToDuplicate | Self::NotAProcess | Self::MayNotDuplicate => "NTH-10",
            Self::ProtectedSource | Self::NoTarget => "NTH-14",
            Self::WiderThanSource => "NTH-12",
            Self::UnknownKeyedMutexFlag => "KMX-05",
            Self::NullPrivateData | Self::PrivateDataTooLarge => "KMX-24",
            Self::NoSuchGlobalHandle => "KMX-06",
            Self::OtherSizeAtOpen => "KMX-26",
            Self::NoKeyedMutexToDestroy => "KMX-08",
            Self::OtherSizeAtAcquire => "KMX-28",
            Self::DestroyedWhileWaiting => "KMX-35",
            Self::ReleaseOfAbandoned => "KMX-34",
            Self::NotOwner => "KMX-21",
            Self::OtherSizeAtRelease => "KMX-29",
            Self::NoSuchEvent | Self::NotAnEvent => "EVT-05",
            Self::EventAccess => "EVT-04",
            Self::UnsupportedType => "SYN-02",
            Self::NtSharingWithoutShared => "SYN-05",
            Self::CrossAdapterWithoutShared => "SYN-10",
            Self::WrongHandleFlags => "SYN-07",
            Self::WrongSignalByDriver => "SYN-08",
            Self::SharedNotification => "SYN-09",
            Self::GloballySharedFence => "SYN-06",
            Self::CountAboveMost => "SYN-14",
            Self::NoSuchDevice => "SYN-03",
            Self::DeviceRemoved | Self::DeviceException => "TDR-10",
            Self::UnknownEngine => "SYN-20",
            Self::NoPeriodicTarget => "SYN-18",
            Self::NoSuchGlobalSyncObject => "SYN-26",
            Self::NoSyncObjectToDestroy => "SYN-28",
            Self::NotASyncObject => "SYN-37",
            Self::NotAFence => "CPU-01",
            Self::FenceOfOtherDevice => "SYN-35",
            Self::FenceAccess => "ACC-17",
            Self::LowerValue => "CPU-08",
            Self::NoSuchWaitEvent | Self::NotAWaitEvent | Self::WaitEventAccess => "CPU-18",
            Self::TooManyWaits => "SYN-17",
            Self::DeviceDestroyedWhileWaiting => "CPU-19",
            Self::DeviceFailedWhileWaiting => "TDR-07",
        }
    }
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
