//! The whole state, in fixed arrays; entries that a world does not use are dead processes and ended threads.
//!
//! Threads, processes, handles and keys are numbers from 0. A handle is a slot of its process. Key `k` stands
//! for the 64-bit key `k << 32 | 1`, so that all keys agree in their lower half (KMX-10).

use super::scope::KeyedMutexWorld;

/// Threads that a world may have.
pub const MAX_THREADS: usize = 6;
/// Processes that a world may have.
pub const MAX_PROCESSES: usize = 4;
/// Handle slots that a process may have.
pub const MAX_HANDLES: u8 = 4;

/// The state of the modelled machine, and the ghosts beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlatState {
    /// Configuration; no action changes it.
    pub world: KeyedMutexWorld,
    /// The keyed mutex; `None` while there is none.
    pub mutex: Option<Mutex>,
    /// The processes.
    pub processes: [Process; MAX_PROCESSES],
    /// The threads.
    pub threads: [Thread; MAX_THREADS],
    /// What the last successful release left; no rule looks at it.
    pub ghost: Ghost,
    /// The number of the invariant that the step into this state broke.
    pub broken: Option<u8>,
}

/// The keyed mutex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mutex {
    /// The stored key.
    pub key: u8,
    /// The stored fence value; 0 until the first release.
    pub fence: u8,
    /// A mark for the private data, all of one size; 0: none.
    pub data: u8,
    /// Whether an owner went without a release.
    pub abandoned: bool,
    /// The owner, or `None` while it is free.
    pub owner: Option<Owner>,
}

/// Who owns the mutex (KMX-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner {
    /// The process.
    pub process: u8,
    /// Its handle.
    pub handle: u8,
}

/// A process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Process {
    /// False once it was killed.
    pub alive: bool,
    /// Its live handles to the mutex: bit `h` is handle `h`.
    pub handles: u8,
}

/// A thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Thread {
    /// It may call.
    Running,
    /// It waits in an acquire.
    Blocked(Wait),
    /// It has ended.
    Ended,
}

/// An acquire that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wait {
    /// The handle of its process through which it asks.
    pub handle: u8,
    /// The key that it asks for.
    pub key: u8,
    /// Whether it gave a buffer for the private data.
    pub reads: bool,
    /// Whether it has a time limit.
    pub limited: bool,
}

/// What the invariants must know of the past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ghost {
    /// The fence value of the last successful release of the mutex; 0 before the first, and without a mutex.
    pub fence: u8,
    /// The mark of the private data that was last stored in the mutex; 0 if none was, and without a mutex.
    pub data: u8,
}

impl FlatState {
    /// Returns whether the process has the handle.
    #[must_use]
    pub fn has_handle(&self, process: u8, handle: u8) -> bool {
        self.processes[usize::from(process)].handles & 1 << handle != 0
    }

    /// Returns the wait of a blocked thread, or `None`.
    #[must_use]
    pub fn wait(&self, thread: u8) -> Option<Wait> {
        match self.threads[usize::from(thread)] {
            Thread::Blocked(wait) => Some(wait),
            Thread::Running | Thread::Ended => None,
        }
    }
}
