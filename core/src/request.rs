//! One variant per entry point. The payload structs live beside the object that they act on.

use crate::handle::nt::{CloseHandle, DuplicateHandle};
use crate::object::adapter::{CloseAdapter, EnumAdapters2, EnumAdapters3, OpenAdapterFromLuid};
use crate::object::device::{CreateDevice, DestroyDevice, GetDeviceState, MarkDeviceAsError};
use crate::object::keyed_mutex::acquire::{AcquireKeyedMutex, AcquireKeyedMutex2};
use crate::object::keyed_mutex::{
    CreateKeyedMutex, CreateKeyedMutex2, DestroyKeyedMutex, OpenKeyedMutex, OpenKeyedMutex2,
    ReleaseKeyedMutex, ReleaseKeyedMutex2,
};
use crate::object::process::CreateProcess;

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
}
