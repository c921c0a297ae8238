//! Everything that can happen. Threads, processes and handles are numbers from 0.

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FlatAction {
    /// A running thread calls.
    Call(u8, FlatCall),
    /// A thread ends.
    EndThread(u8),
    /// T10: a process is killed.
    KillProcess(u8),
    /// T14: the time limit of a thread's acquire is reached.
    Timeout(u8),
    /// T15: the mutex is given to a waiting thread.
    Grant(u8),
}

/// A request of a thread; `data` is a mark of private data, 0 for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FlatCall {
    /// CreateKeyedMutex2 without NT sharing.
    Create {
        /// The initial key.
        key: u8,
        /// The private data.
        data: u8,
    },
    /// OpenKeyedMutex2 of the global handle.
    Open {
        /// The private data.
        data: u8,
    },
    /// DestroyKeyedMutex.
    Destroy {
        /// The handle.
        handle: u8,
    },
    /// AcquireKeyedMutex, or AcquireKeyedMutex2 if it reads.
    Acquire {
        /// The handle.
        handle: u8,
        /// The key.
        key: u8,
        /// How long it may wait.
        patience: Patience,
        /// Whether it gives a buffer of the right size for the private data.
        reads: bool,
    },
    /// ReleaseKeyedMutex2.
    Release {
        /// The handle.
        handle: u8,
        /// The new key.
        key: u8,
        /// The new fence value.
        fence: u8,
        /// The new private data; 0 keeps the old.
        data: u8,
    },
}

/// How long an acquire may wait (KMX-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Patience {
    /// The timeout 0, or a system time that has passed.
    None,
    /// A time limit ahead.
    Limited,
    /// No limit.
    Unlimited,
}
