//! What a call will do, decided while nothing has changed yet.
//!
//! A plan holds what the checks resolved, so carrying it out cannot fail. One that comes with a refusal is one of the few
//! calls that return an error and yet change something.

use alloc::vec::Vec;

use crate::handle::LocalHandle;
use crate::handle::nt::table::NtEntry;
use crate::handle::nt::{NtBody, NtHandle};
use crate::id::{
    AdapterId, DeviceId, KeyedMutexId, NtObjectId, OpeningId, ProcessId, SyncObjectId, ThreadId,
};
use crate::object::device_error::EnterError;
use crate::object::process::CreateProcess;
use crate::object::sync_object::create::NewSyncObject;
use crate::object::sync_object::write::FenceWrite;
use crate::refusal::Refusal;
use crate::reply::{Output, Reply};
use crate::share::NewShare;
use crate::share::open::NewOpening;
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
    MarkDeviceAsError(EnterError),
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
    CreateSyncObject(NewSyncObject),
    OpenSyncObject {
        process: ProcessId,
        object: SyncObjectId,
    },
    DestroySyncObject {
        opening: OpeningId,
    },
    SignalFences(FenceWrite),
    /// The condition of a CPU wait holds when it is made; its event, if it has one, is set.
    FencesReached {
        thread: ThreadId,
        blocking: bool,
        sets: Vec<NtObjectId>,
    },
    /// A CPU wait with an event.
    Register(Wait),
    CreateEvent {
        process: ProcessId,
        body: NtBody,
    },
    SetEvent {
        sets: [NtObjectId; 1],
    },
    ResetEvent {
        event: NtObjectId,
    },
    TakeEvent {
        event: NtObjectId,
    },
    /// The thread waits.
    Block(Wait),
    /// The call changes nothing.
    Complete(Reply),
    ShareObjects(NewShare),
    /// NAM-19: one more handle of the object that has the name; what was to be shared is not.
    ShareExisting {
        process: ProcessId,
        entry: NtEntry,
        sync_object: SyncObjectId,
    },
    OpenByName {
        process: ProcessId,
        entry: NtEntry,
    },
    OpenFromNtHandle(NewOpening),
    /// NTH-25, SHR-08: refused, and an output is written all the same.
    RefusedButWritten {
        refusal: Refusal,
        output: Output,
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

impl Plan {
    /// The events that it will set, in order; what this leaves open is picked with the call.
    pub(crate) fn sets(&self) -> &[NtObjectId] {
        match self {
            Self::SignalFences(write) => &write.released.sets,
            Self::MarkDeviceAsError(error) => &error.forced.released.sets,
            Self::FencesReached { sets, .. } => sets,
            Self::SetEvent { sets } => sets,
            _ => &[],
        }
    }
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
