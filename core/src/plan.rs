//! What a call will do, decided while nothing has changed yet.
//!
//! A plan holds what the checks resolved, so carrying it out cannot fail. One that comes with a refusal is one of the few
//! calls that return an error and yet change something.

use alloc::vec::Vec;

use crate::handle::LocalHandle;
use crate::handle::nt::NtHandle;
use crate::handle::nt::table::NtEntry;
use crate::id::{AdapterId, DeviceId, KeyedMutexId, ProcessId};
use crate::object::device::{DeviceStateReport, ExecutionState};
use crate::object::process::CreateProcess;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::wait::Wait;

/// A call that passed its checks.
pub(crate) enum Plan {
    OpenAdapterFromLuid {
        process: ProcessId,
        adapter: AdapterId,
    },
    EnumAdapters {
        process: ProcessId,
        reported: Reported,
    },
    CloseAdapter {
        process: ProcessId,
        handle: LocalHandle,
        adapter: AdapterId,
        devices: Vec<DeviceId>,
    },
    CreateDevice {
        process: ProcessId,
        adapter: AdapterId,
    },
    DestroyDevice {
        device: DeviceId,
    },
    GetDeviceState {
        report: DeviceStateReport,
    },
    MarkDeviceAsError {
        device: DeviceId,
        state: ExecutionState,
    },
    CreateKeyedMutex {
        process: ProcessId,
        key: u64,
        private_data: Vec<u8>,
        is_shared: bool,
    },
    OpenKeyedMutex {
        process: ProcessId,
        mutex: KeyedMutexId,
        private_data: Option<Vec<u8>>,
    },
    DestroyKeyedMutex {
        process: ProcessId,
        handle: LocalHandle,
        mutex: KeyedMutexId,
    },
    TakeKeyedMutex {
        process: ProcessId,
        handle: LocalHandle,
        mutex: KeyedMutexId,
        wants_private_data: bool,
    },
    WaitForKeyedMutex {
        wait: Wait,
    },
    /// TIMEOUT or ABANDONED.
    AcquireEnded {
        mutex: KeyedMutexId,
        reply: Reply,
    },
    ReleaseKeyedMutex {
        mutex: KeyedMutexId,
        key: u64,
        fence_value: u64,
        private_data: Option<Vec<u8>>,
    },
    CloseHandle {
        process: ProcessId,
        handle: NtHandle,
    },
    DuplicateHandle {
        duplicate: Option<Duplicate>,
        closing: Option<Closing>,
    },
    /// NTH-13: refused, and the source is closed all the same.
    DuplicateHandleRefusedButClosed {
        refusal: Refusal,
        closing: Closing,
    },
    CreateProcess {
        parent: ProcessId,
        request: CreateProcess,
    },
    ExitProcess {
        process: ProcessId,
    },
}

/// What an enumeration reports.
pub(crate) enum Reported {
    /// There is no array: the largest number supported.
    Supported(u32),
    /// There is one: these adapters, each with a new handle.
    Adapters(Vec<AdapterId>),
}

/// A new NT handle of a process.
pub(crate) struct Duplicate {
    pub(crate) process: ProcessId,
    pub(crate) entry: NtEntry,
    /// Whether the caller learns its value.
    pub(crate) report: bool,
}

/// An NT handle that goes.
pub(crate) struct Closing {
    pub(crate) process: ProcessId,
    pub(crate) handle: NtHandle,
}
