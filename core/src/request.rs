//! One variant per entry point. The payload structs live beside the object that they act on.

use crate::handle::nt::{CloseHandle, DuplicateHandle};
use crate::object::adapter::{CloseAdapter, EnumAdapters2, EnumAdapters3, OpenAdapterFromLuid};
use crate::object::device::{CreateDevice, DestroyDevice, GetDeviceState, MarkDeviceAsError};
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
}
