//! Waits: who waits, for what, and how long.

use super::{DeviceName, EventName, KeyedMutexName, LocalName, ProcessName, SyncObjectName, ThreadName};

/// A blocked call, or a CPU wait that is registered with an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wait {
    /// The blocked thread; `None` for a registered wait.
    pub thread: Option<ThreadName>,
    /// The process that called.
    pub process: ProcessName,
    /// What it waits for.
    pub target: WaitTarget,
    /// Its time limit as given.
    pub limited: Limit,
}

/// What a wait waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WaitTarget {
    /// A keyed mutex.
    KeyedMutex {
        /// The live handle of its process through which it asks.
        handle: LocalName,
        /// The keyed mutex of that handle.
        mutex: KeyedMutexName,
        /// The key that it asks for.
        key: u64,
        /// Whether it gave a buffer for the private data (KMX-28).
        wants_data: bool,
    },
    /// An event to be set.
    Event(EventName),
    /// Fences to reach their values.
    Fences {
        /// The device that the call named.
        device: DeviceName,
        /// What it waits for, in the order of the call.
        conditions: Vec<Condition>,
        /// Whether one of them is enough (CPU-02).
        any: bool,
        /// The event of a registered wait.
        event: Option<EventName>,
    },
}

/// The value of a fence is at least this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Condition {
    /// The fence.
    pub object: SyncObjectName,
    /// The value.
    pub value: u64,
}

/// The time limit of a blocked call, in units of 100 ns (KMX-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Limit {
    /// It waits without limit.
    None,
    /// So long after the entry.
    Relative(u64),
    /// At this system time.
    Absolute(u64),
}

impl WaitTarget {
    /// Returns the event that it waits for, or that its registration holds.
    #[must_use]
    pub const fn event(&self) -> Option<EventName> {
        match *self {
            Self::KeyedMutex { .. } => None,
            Self::Event(event) => Some(event),
            Self::Fences { event, .. } => event,
        }
    }

    /// Returns the keyed mutex that an acquire waits for.
    #[must_use]
    pub const fn keyed_mutex(&self) -> Option<KeyedMutexName> {
        match *self {
            Self::KeyedMutex { mutex, .. } => Some(mutex),
            Self::Event(_) | Self::Fences { .. } => None,
        }
    }

    /// Returns the device of a CPU wait.
    #[must_use]
    pub const fn device(&self) -> Option<DeviceName> {
        match *self {
            Self::KeyedMutex { .. } | Self::Event(_) => None,
            Self::Fences { device, .. } => Some(device),
        }
    }

    /// Returns what a CPU wait waits for; nothing for other waits.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        match self {
            Self::KeyedMutex { .. } | Self::Event(_) => &[],
            Self::Fences { conditions, .. } => conditions,
        }
    }

    /// Returns whether it is a CPU wait that names the fence.
    #[must_use]
    pub fn names(&self, fence: SyncObjectName) -> bool {
        self.conditions().iter().any(|condition| condition.object == fence)
    }
}
