//! What the outside sees of an action.

use crate::state::{
    AdapterName, DeviceName, Execution, GlobalName, KeyedMutexName, LocalName, NtName, PrivateData,
    ProcessName, ThreadName,
};

/// Everything that an action shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Observation {
    /// How the action ended.
    pub verdict: Verdict,
    /// What happened to others: blocked calls that ended, in order of creation of the waits; then errors of
    /// devices in order of creation, then ended threads in order of creation, then the ended process.
    pub effects: Vec<Effect>,
    /// Handles freed and handed out, in the order of HND-19; NT handles of an ending process ascending by
    /// name. A global handle comes right after the local handle with which it is made or ends.
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
    /// The acquire ended without the mutex, with FenceValue 0 and a status of the success class (KMX-19).
    Ended {
        /// How it ended.
        how: Ending,
    },
}

/// How an acquire ended that was neither refused nor given the mutex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ending {
    /// TIMEOUT: its time limit was reached.
    TimedOut,
    /// ABANDONED: the mutex is abandoned.
    Abandoned,
}

impl Ending {
    /// Returns the id of the rule that decides the ending.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::TimedOut => "TIM-05",
            Self::Abandoned => "KMX-32",
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
    /// A keyed mutex, now owned.
    Acquired {
        /// FenceValue.
        fence: u64,
        /// What the buffer holds now; `None` if there is none, or if it was not written.
        data: Option<PrivateData>,
    },
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
    /// NO_MEMORY: no room for a local or global handle, a device or a keyed mutex.
    NoMemory,
    /// NO_MEMORY: no room for a process.
    NoMemoryForProcess,
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
            Self::NoMemoryForProcess | Self::TooManyNtHandles => "NTH-05",
            Self::NothingToClose | Self::Protected => "NTH-08",
            Self::UnknownOption => "NTH-15",
            Self::NothingToDuplicate | Self::MayNotDuplicate => "NTH-10",
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
