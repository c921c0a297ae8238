//! What a call gives back: a status and the output fields of its argument structure.

use alloc::vec::Vec;

use crate::handle::nt::NtHandle;
use crate::handle::{GlobalHandle, LocalHandle};
use crate::id::{AdapterId, ProcessId, ThreadId};
use crate::object::adapter::AdapterInfo;
use crate::object::device::DeviceStateReport;
use crate::object::sync_object::FenceMapping;
use crate::rule::Rule;
use crate::share::query::ObjectInformation;
use crate::status::NtStatus;

/// The reply of a call that was not refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reply {
    /// `SUCCESS`, or another status of the success class.
    pub status: NtStatus,
    /// The outputs, all of them written (LIF-14).
    pub output: Output,
    /// The rule that decided another status than `SUCCESS`, or that ended a wait; none for a call that succeeded at once.
    pub rule: Option<Rule>,
}

/// The output fields of a call, or what a host event made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// The call has no output.
    None,
    /// OpenAdapterFromLuid.
    OpenAdapterFromLuid {
        /// The new adapter handle.
        adapter: LocalHandle,
    },
    /// EnumAdapters2 and EnumAdapters3.
    EnumAdapters {
        /// NumAdapters: how many were reported, or the largest number supported when there was no array (ADP-05).
        count: u32,
        /// The entries written, in order of creation of the adapters.
        entries: Vec<AdapterInfo>,
    },
    /// CreateDevice. The command buffer and list pointers are NULL and their sizes 0 (ADP-10), so they are not spelt out.
    CreateDevice {
        /// The new device handle.
        device: LocalHandle,
    },
    /// GetDeviceState.
    GetDeviceState(DeviceStateReport),
    /// DuplicateHandle.
    DuplicateHandle {
        /// The value written to pTargetHandle; none where that pointer was NULL (NTH-16) or nothing was made (NTH-14).
        target: Option<NtHandle>,
    },
    /// CreateProcess.
    CreateProcess {
        /// The new process.
        process: ProcessId,
        /// hProcess in the parent; none for a process without a parent.
        handle: Option<NtHandle>,
    },
    /// CreateKeyedMutex and CreateKeyedMutex2.
    CreateKeyedMutex {
        /// hKeyedMutex: the new local handle.
        keyed_mutex: LocalHandle,
        /// hSharedHandle: the new global handle; zero with NtSecuritySharing (KMX-04).
        shared: GlobalHandle,
    },
    /// OpenKeyedMutex and OpenKeyedMutex2.
    OpenKeyedMutex {
        /// hKeyedMutex: the new local handle.
        keyed_mutex: LocalHandle,
    },
    /// AcquireKeyedMutex and AcquireKeyedMutex2.
    AcquireKeyedMutex {
        /// FenceValue: what the last release stored, 0 before the first, on `TIMEOUT` and on `ABANDONED` (KMX-17).
        fence_value: u64,
        /// What was written to the buffer; none where nothing was, because there is no buffer or no ownership (KMX-28).
        private_data: Option<Vec<u8>>,
    },
    /// CreateSynchronizationObject.
    CreateSynchronizationObject {
        /// hSyncObject: the new local handle.
        sync_object: LocalHandle,
    },
    /// CreateSynchronizationObject2.
    CreateSynchronizationObject2 {
        /// hSyncObject: the new local handle.
        sync_object: LocalHandle,
        /// Info.SharedHandle: the new global handle; zero unless Shared is set and NtSecuritySharing is not (SYN-12).
        shared: GlobalHandle,
        /// The two addresses of a fence; none for another type.
        mapping: Option<FenceMapping>,
    },
    /// OpenSynchronizationObject.
    OpenSynchronizationObject {
        /// hSyncObject: the new local handle.
        sync_object: LocalHandle,
    },
    /// WaitForSynchronizationObjectFromCpu without an event: the condition held, at once or after a wait (CPU-05). With an
    /// event there is no output.
    FencesReached,
    /// CreateEvent.
    CreateEvent {
        /// hEvent: the new NT handle.
        event: NtHandle,
    },
    /// WaitForEvent: the event was set, at once or after a wait (EVT-02).
    EventTaken,
    /// ShareObjects.
    ShareObjects {
        /// *phSharedNtHandle: the new NT handle; zero where a refused call writes NULL (SHR-08).
        handle: NtHandle,
    },
    /// OpenNtHandleFromName and OpenSyncObjectNtHandleFromName.
    OpenNtHandleFromName {
        /// hNtHandle: the new NT handle.
        handle: NtHandle,
    },
    /// OpenSyncObjectFromNtHandle.
    OpenSyncObjectFromNtHandle {
        /// hSyncObject: the new local handle.
        sync_object: LocalHandle,
    },
    /// OpenSyncObjectFromNtHandle2.
    OpenSyncObjectFromNtHandle2 {
        /// hSyncObject: the new local handle.
        sync_object: LocalHandle,
        /// Flags, without those that were ignored (OPN-10).
        flags: u32,
        /// The two addresses of a monitored fence; none for another type (OPN-12).
        mapping: Option<FenceMapping>,
    },
    /// QueryObject.
    QueryObject {
        /// What was written to the buffer.
        information: ObjectInformation,
        /// ReturnLength, in bytes.
        return_length: u32,
    },
    /// ReturnLength of a QueryObject whose buffer has the wrong size: how many bytes are needed (NTH-25).
    ReturnLength(u32),
    /// A wait reached its time limit; the status is `TIMEOUT`.
    TimedOut,
    /// A host event added this adapter.
    Adapter(AdapterId),
    /// A host event started this thread.
    Thread(ThreadId),
    /// A host event placed this handle.
    NtHandle(NtHandle),
}
