//! Synchronisation objects, what a local handle of one is, and events.

use super::{AdapterName, DeviceName, EventName, SyncObjectName};

/// A synchronisation object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SyncObject {
    /// Its name; free for reuse once nothing holds the object.
    pub name: SyncObjectName,
    /// The adapter of the device that it was made on.
    pub adapter: AdapterName,
    /// Whether every adapter may use it (SYN-10).
    pub cross_adapter: bool,
    /// Whether it was made with NtSecuritySharing, so that NT objects may carry it.
    pub nt_sharing: bool,
    /// Its type, with its value, count or holder.
    pub value: SyncValue,
    /// The adapters that have not looked since another one changed the value; ascending (SCD-18).
    pub marks: Vec<AdapterName>,
}

/// The type of a synchronisation object, with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SyncValue {
    /// MUTEX, and the device that holds it.
    Mutex(Option<DeviceName>),
    /// SEMAPHORE.
    Semaphore {
        /// Its count.
        count: u32,
        /// The largest count.
        most: u32,
    },
    /// FENCE.
    Fence(u64),
    /// CPU_NOTIFICATION.
    CpuNotification {
        /// The event that a signal sets.
        event: EventName,
        /// Whether only the driver signals it.
        by_driver: bool,
    },
    /// MONITORED_FENCE.
    MonitoredFence(u64),
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Event {
    /// Its name; free for reuse once nothing holds the event.
    pub name: EventName,
    /// Whether it stays set until it is reset.
    pub manual_reset: bool,
    /// Whether it is set.
    pub set: bool,
}

/// What a local handle of a synchronisation object is: the object, and what may be done through the handle
/// (SYN-27, ACC-15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Opening {
    /// The object.
    pub object: SyncObjectName,
    /// The device that the handle lives on; `None` for a handle of the process.
    pub device: Option<DeviceName>,
    /// The flags of the handle.
    pub flags: OpeningFlags,
    /// The right to wait.
    pub may_wait: bool,
    /// The right to signal.
    pub may_signal: bool,
}

/// The flags of a handle of a synchronisation object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpeningFlags {
    /// TopOfPipeline.
    pub top_of_pipeline: bool,
    /// NoSignal.
    pub no_signal: bool,
    /// NoWait.
    pub no_wait: bool,
    /// NoSignalMaxValueOnTdr.
    pub no_forced_maximum: bool,
    /// NoGPUAccess.
    pub no_gpu_access: bool,
}
