//! One variant per entry point. The payload structs live beside the object that they act on.

use crate::handle::nt::{CloseHandle, DuplicateHandle};
use crate::object::adapter::{CloseAdapter, EnumAdapters2, EnumAdapters3, OpenAdapterFromLuid};
use crate::object::device::{CreateDevice, DestroyDevice, GetDeviceState, MarkDeviceAsError};
use crate::object::event::{CreateEvent, ResetEvent, SetEvent, WaitForEvent};
use crate::object::keyed_mutex::acquire::{AcquireKeyedMutex, AcquireKeyedMutex2};
use crate::object::keyed_mutex::{
    CreateKeyedMutex, CreateKeyedMutex2, DestroyKeyedMutex, OpenKeyedMutex, OpenKeyedMutex2,
    ReleaseKeyedMutex, ReleaseKeyedMutex2,
};
use crate::object::process::CreateProcess;
use crate::object::sync_object::cpu::{
    SignalSynchronizationObjectFromCpu, WaitForSynchronizationObjectFromCpu,
};
use crate::object::sync_object::create::{
    CreateSynchronizationObject, CreateSynchronizationObject2, OpenSynchronizationObject,
};
use crate::object::sync_object::destroy::DestroySynchronizationObject;
use crate::share::open::{OpenSyncObjectFromNtHandle, OpenSyncObjectFromNtHandle2};
use crate::share::open_by_name::{OpenNtHandleFromName, OpenSyncObjectNtHandleFromName};
use crate::share::query::QueryObject;
use crate::share::share_objects::ShareObjects;

/// What a thread asks the kernel for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// D3DKMTOpenAdapterFromLuid.
    OpenAdapterFromLuid(OpenAdapterFromLuid),
    /// D3DKMTEnumAdapters2.
    EnumAdapters2(EnumAdapters2),
    /// D3DKMTEnumAdapters3.
    EnumAdapters3(EnumAdapters3),
    /// D3DKMTCloseAdapter.
    CloseAdapter(CloseAdapter),
    /// D3DKMTCreateDevice.
    CreateDevice(CreateDevice),
    /// D3DKMTDestroyDevice.
    DestroyDevice(DestroyDevice),
    /// D3DKMTGetDeviceState.
    GetDeviceState(GetDeviceState),
    /// D3DKMTMarkDeviceAsError.
    MarkDeviceAsError(MarkDeviceAsError),
    /// D3DKMTCreateKeyedMutex.
    CreateKeyedMutex(CreateKeyedMutex),
    /// D3DKMTCreateKeyedMutex2.
    CreateKeyedMutex2(CreateKeyedMutex2),
    /// D3DKMTOpenKeyedMutex.
    OpenKeyedMutex(OpenKeyedMutex),
    /// D3DKMTOpenKeyedMutex2.
    OpenKeyedMutex2(OpenKeyedMutex2),
    /// D3DKMTDestroyKeyedMutex.
    DestroyKeyedMutex(DestroyKeyedMutex),
    /// D3DKMTAcquireKeyedMutex.
    AcquireKeyedMutex(AcquireKeyedMutex),
    /// D3DKMTAcquireKeyedMutex2.
    AcquireKeyedMutex2(AcquireKeyedMutex2),
    /// D3DKMTReleaseKeyedMutex.
    ReleaseKeyedMutex(ReleaseKeyedMutex),
    /// D3DKMTReleaseKeyedMutex2.
    ReleaseKeyedMutex2(ReleaseKeyedMutex2),
    /// D3DKMTCreateSynchronizationObject.
    CreateSynchronizationObject(CreateSynchronizationObject),
    /// D3DKMTCreateSynchronizationObject2.
    CreateSynchronizationObject2(CreateSynchronizationObject2),
    /// D3DKMTOpenSynchronizationObject.
    OpenSynchronizationObject(OpenSynchronizationObject),
    /// D3DKMTDestroySynchronizationObject.
    DestroySynchronizationObject(DestroySynchronizationObject),
    /// D3DKMTSignalSynchronizationObjectFromCpu.
    SignalSynchronizationObjectFromCpu(SignalSynchronizationObjectFromCpu),
    /// D3DKMTWaitForSynchronizationObjectFromCpu.
    WaitForSynchronizationObjectFromCpu(WaitForSynchronizationObjectFromCpu),
    /// CreateEvent of the operating system.
    CreateEvent(CreateEvent),
    /// SetEvent of the operating system.
    SetEvent(SetEvent),
    /// ResetEvent of the operating system.
    ResetEvent(ResetEvent),
    /// A wait of the operating system for one event.
    WaitForEvent(WaitForEvent),
    /// D3DKMTShareObjects.
    ShareObjects(ShareObjects),
    /// D3DKMTOpenNtHandleFromName.
    OpenNtHandleFromName(OpenNtHandleFromName),
    /// D3DKMTOpenSyncObjectNtHandleFromName.
    OpenSyncObjectNtHandleFromName(OpenSyncObjectNtHandleFromName),
    /// D3DKMTOpenSyncObjectFromNtHandle.
    OpenSyncObjectFromNtHandle(OpenSyncObjectFromNtHandle),
    /// D3DKMTOpenSyncObjectFromNtHandle2.
    OpenSyncObjectFromNtHandle2(OpenSyncObjectFromNtHandle2),
    /// A query of the operating system about an NT handle and its object.
    QueryObject(QueryObject),
    /// CloseHandle of the operating system.
    CloseHandle(CloseHandle),
    /// DuplicateHandle of the operating system.
    DuplicateHandle(DuplicateHandle),
    /// CreateProcess of the operating system, by a parent.
    CreateProcess(CreateProcess),
    /// The process of the calling thread ends itself.
    ExitProcess,
    /// A D3DKMT entry point is called with a NULL pointer in place of its argument structure.
    NullArgument(EntryPoint),
}

impl Request {
    /// The absolute time limit of a call that may wait, in units of 100 ns since 1601-01-01; none for any other.
    // KMX-14
    pub(crate) const fn absolute_limit(&self) -> Option<u64> {
        let timeout = match self {
            Self::AcquireKeyedMutex(request) => request.timeout,
            Self::AcquireKeyedMutex2(request) => request.timeout,
            Self::WaitForEvent(request) => request.timeout,
            _ => None,
        };
        match timeout {
            Some(limit @ 1..) => Some(limit.unsigned_abs()),
            _ => None,
        }
    }
}

/// A D3DKMT entry point that takes a pointer to an argument structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryPoint {
    /// D3DKMTOpenAdapterFromLuid.
    OpenAdapterFromLuid,
    /// D3DKMTEnumAdapters2.
    EnumAdapters2,
    /// D3DKMTEnumAdapters3.
    EnumAdapters3,
    /// D3DKMTCloseAdapter.
    CloseAdapter,
    /// D3DKMTCreateDevice.
    CreateDevice,
    /// D3DKMTDestroyDevice.
    DestroyDevice,
    /// D3DKMTGetDeviceState.
    GetDeviceState,
    /// D3DKMTMarkDeviceAsError.
    MarkDeviceAsError,
    /// D3DKMTCreateKeyedMutex.
    CreateKeyedMutex,
    /// D3DKMTCreateKeyedMutex2.
    CreateKeyedMutex2,
    /// D3DKMTOpenKeyedMutex.
    OpenKeyedMutex,
    /// D3DKMTOpenKeyedMutex2.
    OpenKeyedMutex2,
    /// D3DKMTDestroyKeyedMutex.
    DestroyKeyedMutex,
    /// D3DKMTAcquireKeyedMutex.
    AcquireKeyedMutex,
    /// D3DKMTAcquireKeyedMutex2.
    AcquireKeyedMutex2,
    /// D3DKMTReleaseKeyedMutex.
    ReleaseKeyedMutex,
    /// D3DKMTReleaseKeyedMutex2.
    ReleaseKeyedMutex2,
    /// D3DKMTCreateSynchronizationObject.
    CreateSynchronizationObject,
    /// D3DKMTCreateSynchronizationObject2.
    CreateSynchronizationObject2,
    /// D3DKMTOpenSynchronizationObject.
    OpenSynchronizationObject,
    /// D3DKMTDestroySynchronizationObject.
    DestroySynchronizationObject,
    /// D3DKMTSignalSynchronizationObjectFromCpu.
    SignalSynchronizationObjectFromCpu,
    /// D3DKMTWaitForSynchronizationObjectFromCpu.
    WaitForSynchronizationObjectFromCpu,
    /// D3DKMTOpenNtHandleFromName.
    OpenNtHandleFromName,
    /// D3DKMTOpenSyncObjectNtHandleFromName.
    OpenSyncObjectNtHandleFromName,
    /// D3DKMTOpenSyncObjectFromNtHandle.
    OpenSyncObjectFromNtHandle,
    /// D3DKMTOpenSyncObjectFromNtHandle2.
    OpenSyncObjectFromNtHandle2,
}
