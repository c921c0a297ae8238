//! Synchronisation objects: mutexes, semaphores, fences, notifications and monitored fences.
//!
//! Life cycle: a create call makes an object on a device, with a first local handle. More handles come from opening it by
//! its global handle or through an NT handle. Each handle has rights and flags of its own, which its opening holds. The
//! object ends with its last reference: a local handle, an NT object that carries it, a queued packet, a registered wait
//! (SYN-29, LIF-01).
//!
//! [`create`] is about its beginning, [`cpu`] about signals and waits of the CPU, [`write`] about what a change of value
//! leads to, [`destroy`] about its end; [`objects`] keeps all of them, [`mapping`] is how a fence is read, and [`orphan`]
//! finds waits that nobody can satisfy.

use alloc::collections::BTreeMap;

use crate::handle::access::{SYNC_OBJECT_SIGNAL, SYNC_OBJECT_WAIT};
use crate::handle::{GlobalHandle, LocalHandle};
use crate::id::{AdapterId, DeviceId, NtObjectId, ProcessId, SyncObjectId};

pub(crate) mod cpu;
pub(crate) mod create;
pub(crate) mod destroy;
pub(crate) mod mapping;
pub(crate) mod objects;
pub(crate) mod orphan;
pub(crate) mod write;

/// What a synchronisation object is and holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SyncState {
    /// MUTEX, 1.
    Mutex {
        /// The device that holds it; none while it is free (SYN-13).
        holder: Option<DeviceId>,
    },
    /// SEMAPHORE, 2.
    Semaphore {
        /// The count.
        count: u32,
        /// What the count never exceeds (SYN-14).
        max_count: u32,
    },
    /// FENCE, 3.
    Fence {
        /// The value.
        value: u64,
    },
    /// CPU_NOTIFICATION, 4.
    CpuNotification {
        /// The event that a signal sets.
        event: NtObjectId,
        /// SignalByKmd: only the driver signals it (SYN-08).
        signal_by_kmd: bool,
    },
    /// MONITORED_FENCE, 5.
    MonitoredFence {
        /// The value.
        value: u64,
    },
}

/// The flags of a handle, which limit what may be done through it (SYN-27).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpeningFlags {
    /// TopOfPipeline, 0x8.
    pub top_of_pipeline: bool,
    /// NoSignal, 0x10.
    pub no_signal: bool,
    /// NoWait, 0x20.
    pub no_wait: bool,
    /// NoSignalMaxValueOnTdr, 0x40.
    pub no_signal_max_value_on_tdr: bool,
    /// NoGPUAccess, 0x80.
    pub no_gpu_access: bool,
}

/// What a local handle of a synchronisation object names.
// SYN-27, ACC-15: rights and flags belong to the handle and are fixed when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Opening {
    pub(crate) object: SyncObjectId,
    pub(crate) process: ProcessId,
    pub(crate) handle: LocalHandle,
    /// The device that the handle lives on; none for one that belongs to the process (SYN-26).
    pub(crate) device: Option<DeviceId>,
    pub(crate) flags: OpeningFlags,
    pub(crate) may_wait: bool,
    pub(crate) may_signal: bool,
}

impl Opening {
    /// What may be done through it.
    pub(crate) const fn rights(&self) -> Rights {
        Rights { may_wait: self.may_wait, may_signal: self.may_signal }
    }
}

/// What may be done through a handle.
// ACC-15, SHR-14: each right stands alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) may_wait: bool,
    pub(crate) may_signal: bool,
}

impl Rights {
    /// Those of a handle that comes from a creation or a global handle.
    pub(crate) const ALL: Self = Self { may_wait: true, may_signal: true };

    /// Those that an NT handle with this mask gives.
    // ACC-15
    pub(crate) const fn granted(mask: u32) -> Self {
        Self { may_wait: mask & SYNC_OBJECT_WAIT != 0, may_signal: mask & SYNC_OBJECT_SIGNAL != 0 }
    }

    /// The bits of a mask that go beyond them.
    // ACC-16
    pub(crate) const fn lacking(self) -> u32 {
        let wait = if self.may_wait { 0 } else { SYNC_OBJECT_WAIT };
        let signal = if self.may_signal { 0 } else { SYNC_OBJECT_SIGNAL };
        wait | signal
    }
}

/// The addresses at which a fence can be read and, from the GPU, written.
///
/// They are numbers that the simulator makes up: no memory is behind them. [`crate::Kernel::read_fence`] reads through one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FenceMapping {
    /// FenceValueCPUVirtualAddress: aligned to 8 bytes, not 0, read-only (SYN-21).
    pub cpu_address: u64,
    /// FenceValueGPUVirtualAddress: 0 with NoGPUAccess (SYN-22).
    pub gpu_address: u64,
}

/// A synchronisation object of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SyncObject {
    pub(crate) state: SyncState,
    /// That of the creating device.
    pub(crate) adapter: AdapterId,
    pub(crate) cross_adapter: bool,
    /// Whether it was made with Shared and NtSecuritySharing, so that it can be carried by NT objects (SYN-05).
    pub(crate) nt_sharing: bool,
    // HND-24: at most one. HND-25: gone with the last local handle.
    pub(crate) shared: Option<GlobalHandle>,
    /// How many local handles name it, over all processes.
    // LIF-01
    pub(crate) handles: u64,
    /// How many NT objects carry it.
    // LIF-01, NAM-22
    pub(crate) nt_objects: u64,
    /// How many CPU waits name it, each once.
    // LIF-06
    pub(crate) waits: u64,
    /// The adapters that have it open, with the number of handles and waits by which each of them does.
    // SCD-34
    pub(crate) users: BTreeMap<AdapterId, u64>,
}

impl SyncObject {
    /// The value of a monitored fence; none for another type.
    pub(crate) const fn fence_value(&self) -> Option<u64> {
        match self.state {
            SyncState::MonitoredFence { value } => Some(value),
            _ => None,
        }
    }
}
