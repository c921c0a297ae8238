//! What calls are given: handles, private data, fences, flags, time limits.

use crate::state::{GlobalName, LocalName, NtName, OpeningFlags};

/// Whom an action releases from auto-reset events that it sets fewer times than they have waiters (EVT-02,
/// C9): bit *n* is the wait at place *n* of [`crate::state::State::waits`]. Empty where nothing is open. A
/// waiter beyond place 63 is never chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Released(pub u64);

/// What a create call makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SyncInfo {
    /// MUTEX.
    Mutex {
        /// Held by the device at first.
        held: bool,
    },
    /// SEMAPHORE.
    Semaphore {
        /// MaxCount.
        most: u32,
        /// InitialCount.
        count: u32,
    },
    /// FENCE, with its first value.
    Fence(u64),
    /// CPU_NOTIFICATION.
    CpuNotification {
        /// The event.
        event: NtOperand,
    },
    /// MONITORED_FENCE.
    MonitoredFence {
        /// Its first value.
        value: u64,
        /// Whether EngineAffinity has a bit without a physical adapter.
        unknown_engine: bool,
    },
    /// PERIODIC_MONITORED_FENCE: no adapter has a target, so none can be made (SYN-18).
    PeriodicMonitoredFence {
        /// Whether EngineAffinity has a bit without a physical adapter.
        unknown_engine: bool,
    },
}

/// The flags of CreateSynchronizationObject2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SyncFlags {
    /// Shared.
    pub shared: bool,
    /// NtSecuritySharing.
    pub nt_sharing: bool,
    /// CrossAdapter.
    pub cross_adapter: bool,
    /// SignalByKmd.
    pub by_driver: bool,
    /// TopOfPipeline, NoSignal, NoWait, NoSignalMaxValueOnTdr and NoGPUAccess.
    pub handle: OpeningFlags,
}

/// One to eight fences with a value each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entries {
    count: u8,
    list: [(LocalOperand, u64); Self::MOST],
}

impl Entries {
    /// The most entries that there are words for.
    pub const MOST: usize = 8;

    /// Returns one entry.
    #[must_use]
    pub const fn one(object: LocalOperand, value: u64) -> Self {
        let mut list = [(LocalOperand::Dead(DeadKind::Zero), 0); Self::MOST];
        list[0] = (object, value);
        Self { count: 1, list }
    }

    /// Returns the entries in this order, or `None` if there are none or too many.
    #[must_use]
    pub fn of(entries: impl Iterator<Item = (LocalOperand, u64)>) -> Option<Self> {
        let mut all: Option<Self> = None;
        for (object, value) in entries {
            match &mut all {
                None => all = Some(Self::one(object, value)),
                Some(some) => {
                    *some.list.get_mut(usize::from(some.count))? = (object, value);
                    some.count += 1;
                }
            }
        }
        all
    }

    /// Returns the entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (LocalOperand, u64)> {
        self.list.into_iter().take(usize::from(self.count))
    }
}

/// How long a call may wait, in units of 100 ns (KMX-14). The clock is the simulator's (TIM-01): an absolute
/// limit has passed or is ahead, and the action says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Timeout {
    /// A null pointer: without limit.
    Unlimited,
    /// The value 0: one test.
    Zero,
    /// A negative value: so long after the entry.
    Relative(u64),
    /// A positive value: a system time that has not passed.
    AbsoluteAhead(u64),
    /// A positive value: a system time that has passed.
    AbsolutePassed(u64),
}

/// Private data that a call gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataOperand {
    /// The size 0, whatever the pointer (KMX-24).
    None,
    /// A null pointer with a size other than 0.
    NullWithSize,
    /// A buffer.
    Bytes {
        /// Bytes; above 0.
        size: u32,
        /// A mark that stands for the bytes.
        content: u32,
    },
}

/// A buffer that a call gives to be filled with private data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BufferOperand {
    /// The size 0, whatever the pointer (KMX-24).
    None,
    /// A null pointer with a size other than 0.
    NullWithSize,
    /// A buffer.
    Bytes {
        /// Bytes; above 0.
        size: u32,
    },
}

/// A global handle as an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GlobalOperand {
    /// A live global handle.
    Named(GlobalName),
    /// A value that is no live global handle; not `Foreign`, as the one table is that of every process.
    Dead(DeadKind),
}

/// The arguments of DuplicateHandle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duplicate {
    /// The source process: an NT handle of the caller.
    pub source_process: NtOperand,
    /// The source handle: an NT handle of the source process; `Current` names the source process itself.
    pub source_handle: NtOperand,
    /// The target process: an NT handle of the caller; `Dead(Zero)` means that there is none (NTH-14).
    pub target_process: NtOperand,
    /// DesiredAccess as given: generic bits, MAXIMUM_ALLOWED and bits without a meaning included.
    pub desired_access: u32,
    /// OBJ_INHERIT of HandleAttributes.
    pub inherit: bool,
    /// Option 0x1, DUPLICATE_CLOSE_SOURCE.
    pub close_source: bool,
    /// Option 0x2, DUPLICATE_SAME_ACCESS.
    pub same_access: bool,
    /// Option 0x4, DUPLICATE_SAME_ATTRIBUTES.
    pub same_attributes: bool,
    /// Whether Options has a bit outside 0x7.
    pub unknown_option: bool,
    /// Whether pTargetHandle is given, so that the value is reported (NTH-16).
    pub reported: bool,
}

/// A local handle as an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LocalOperand {
    /// A live handle of the caller's process, of any kind.
    Named(LocalName),
    /// A value that is no live handle of the caller's process.
    Dead(DeadKind),
}

/// An NT handle as an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NtOperand {
    /// A live handle of the table in which the operand is looked up.
    Named(NtName),
    /// The value -1, the current process.
    Current,
    /// The value -2, the current thread.
    CurrentThread,
    /// Any other value without an entry in that table.
    Dead(DeadKind),
}

/// Why a value is no live handle; the verdict is the same for all (HND-09, NTH-08, NTH-10), but for `Zero` as
/// the target process of DuplicateHandle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeadKind {
    /// The value 0.
    Zero,
    /// A value that was never handed out.
    Unknown,
    /// A value that was freed and not handed out again.
    Stale,
    /// A value that is live in another process only.
    Foreign,
    /// A value of another handle space: NT or global for local, local or global for NT, local or NT for
    /// global.
    OtherSpace,
}

/// The Filter of EnumAdapters3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AdapterFilter {
    /// Bit 0: compute-only adapters too.
    pub compute_only: bool,
    /// Bit 1: display-only adapters too.
    pub display_only: bool,
    /// Any of bits 2 to 63.
    pub unknown_bit: bool,
}

/// The StateType of GetDeviceState.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceQuery {
    /// The execution state.
    Execution,
    /// Whether the desktop was switched.
    Reset,
    /// The record of the page fault.
    PageFault,
    /// PRESENT, PRESENT_DWM or PRESENT_QUEUE.
    Present,
    /// Any other number.
    Unknown,
}

/// The Reason of MarkDeviceAsError.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorReason {
    /// GENERIC.
    Generic,
    /// DRIVER_ERROR.
    DriverError,
    /// Any other number.
    Unknown,
}
