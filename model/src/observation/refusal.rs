//! Why an action is refused.

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
    /// NOT_IMPLEMENTED: a class of QueryObject other than 0, 1 and 2.
    UnknownObjectQuery,
    /// INVALID_HANDLE: no NT handle to ask about.
    NothingToQuery,
    /// INFO_LENGTH_MISMATCH: a length that the class does not take; ReturnLength is written.
    WrongQueryLength,
    /// INVALID_PARAMETER: a handle to share that is no live local handle.
    NothingToShare,
    /// INVALID_PARAMETER: a list that no NT object can carry.
    WrongShape,
    /// INVALID_PARAMETER: an object that was not made for NT sharing.
    NotForNtSharing,
    /// INVALID_PARAMETER: OBJ_EXCLUSIVE.
    Exclusive,
    /// UNKNOWN_REVISION: a security descriptor of another revision than 1.
    UnknownRevision,
    /// INVALID_PARAMETER: an open by name without attributes.
    NoAttributes,
    /// OBJECT_PATH_SYNTAX_BAD: an open by name without a name and without a RootDirectory.
    NoName,
    /// INVALID_HANDLE: a RootDirectory without an entry.
    NoSuchRoot,
    /// OBJECT_TYPE_MISMATCH: a RootDirectory of another kind, or one that an open by name gives with an empty
    /// name.
    WrongRoot,
    /// OBJECT_TYPE_MISMATCH: a single backslash.
    NameIsRoot,
    /// OBJECT_NAME_INVALID: an empty component of a path.
    EmptyComponent,
    /// OBJECT_PATH_NOT_FOUND: a directory of a path that is missing or no directory.
    PathNotFound,
    /// OBJECT_TYPE_MISMATCH: a name to share under that is of another type.
    NameOfOtherType,
    /// OBJECT_NAME_COLLISION: a name to share under that is taken, without OBJ_OPENIF.
    NameCollision,
    /// ACCESS_DENIED: ACCESS_SYSTEM_SECURITY in a share.
    SystemSecurity,
    /// ACCESS_DENIED: a share under a taken name, with no rights or more than its descriptor gives.
    ExistingNotGranted,
    /// ACCESS_DENIED: a share of a right that the local handle lacks.
    WiderThanOpening,
    /// ACCESS_DENIED: a share in a directory that refuses the user.
    MayNotCreate,
    /// NO_MEMORY: no room for an NT object other than an event or a process.
    NoMemoryForNtObject,
    /// OBJECT_NAME_NOT_FOUND: a name to open that is not there.
    NameNotFound,
    /// OBJECT_TYPE_MISMATCH: a name to open that is of another type.
    OpenOfOtherType,
    /// ACCESS_DENIED: an open by name, with no rights or more than the descriptor gives.
    NotGranted,
    /// INVALID_HANDLE: no NT handle to open from.
    NothingToOpen,
    /// INVALID_HANDLE: no NT handle to open from on a device.
    NothingToOpenOnDevice,
    /// OBJECT_TYPE_MISMATCH: an NT handle of another kind to open from.
    NotASharedSyncObject,
    /// ACCESS_DENIED: an NT handle without READ_CONTROL to open from.
    NoReadControl,
    /// INVALID_PARAMETER: a monitored fence that should be opened without a device.
    NeedsDevice,
    /// INVALID_PARAMETER: a flag of an open without a meaning, NoSignal with NoWait, or one of them or
    /// TopOfPipeline with another type than MONITORED_FENCE.
    WrongOpenFlags,
    /// INVALID_PARAMETER: no live device to open on.
    NoDeviceToOpenOn,
    /// DEVICE_REMOVED: the adapter of the device to open on has stopped, or the device is in Error as HUNG or
    /// STOPPED.
    OpenDeviceRemoved,
    /// GRAPHICS_GPU_EXCEPTION_ON_DEVICE: the device to open on is in Error as ERROR_DMAFAULT.
    OpenDeviceException,
    /// INVALID_PARAMETER: a device of another adapter, and an object without CrossAdapter.
    OtherAdapter,
    /// INVALID_PARAMETER: a bit of EngineAffinity of an open without a physical adapter.
    UnknownOpenEngine,
}

impl Refusal {
    /// Returns the id of the rule that decides the refusal.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one table")]
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
            Self::NoMemoryForProcess
            | Self::NoMemoryForEvent
            | Self::NoMemoryForNtObject
            | Self::TooManyNtHandles => "NTH-05",
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
            Self::UnknownObjectQuery | Self::NothingToQuery => "NTH-27",
            Self::WrongQueryLength => "NTH-25",
            Self::NothingToShare => "SHR-09",
            Self::WrongShape => "SHR-04",
            Self::NotForNtSharing => "SHR-07",
            Self::Exclusive => "NAM-03",
            Self::UnknownRevision => "NAM-24",
            Self::NoAttributes => "NAM-07",
            Self::NoName => "NAM-11",
            Self::NoSuchRoot | Self::WrongRoot => "NAM-12",
            Self::NameIsRoot | Self::EmptyComponent | Self::PathNotFound => "NAM-13",
            Self::NameOfOtherType | Self::NameCollision => "NAM-18",
            Self::SystemSecurity => "ACC-06",
            Self::ExistingNotGranted => "NAM-19",
            Self::WiderThanOpening => "ACC-16",
            Self::MayNotCreate => "NAM-15",
            Self::NameNotFound => "NAM-14",
            Self::OpenOfOtherType => "OPN-03",
            Self::NotGranted => "ACC-11",
            Self::NothingToOpen => "OPN-05",
            Self::NothingToOpenOnDevice | Self::NoDeviceToOpenOn => "OPN-08",
            Self::NotASharedSyncObject => "OPN-14",
            Self::NoReadControl => "ACC-14",
            Self::NeedsDevice => "OPN-06",
            Self::WrongOpenFlags => "OPN-10",
            Self::OpenDeviceRemoved | Self::OpenDeviceException => "OPN-20",
            Self::OtherAdapter => "OPN-11",
            Self::UnknownOpenEngine => "OPN-13",
        }
    }
}
