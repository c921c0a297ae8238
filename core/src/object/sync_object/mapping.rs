//! The mappings of a fence: addresses that come with a handle, and reading through one.

use super::{FenceMapping, OpeningFlags};
use crate::handle::{Kind, LocalHandle};
use crate::id::{OpeningId, ProcessId};
use crate::kernel::Kernel;

/// Where the GPU address lies behind the CPU address; a handle value is a multiple of 64.
const GPU_OFFSET: u64 = 0x20;

impl FenceMapping {
    /// The addresses that come with a handle of a fence.
    // SYN-21: aligned to 8 bytes and not 0, because a handle value is. SYN-22: with NoGPUAccess there is no GPU address.
    pub(crate) fn of(handle: LocalHandle, flags: OpeningFlags) -> Self {
        let cpu_address = u64::from(handle.raw());
        let gpu_address = if flags.no_gpu_access { 0 } else { cpu_address + GPU_OFFSET };
        Self { cpu_address, gpu_address }
    }
}

impl Kernel {
    /// Reads a fence through a CPU address: its value, as soon as it is stored and all 64 bits of one moment (SYN-21). None
    /// where a process would fault: the process does not live, or the address came with no fence handle of it that still
    /// lives (SYN-24).
    #[must_use]
    pub fn read_fence(&self, process: ProcessId, cpu_address: u64) -> Option<u64> {
        // SYN-24, LIF-11: the mapping ends with its handle, whatever keeps the object.
        let handle = LocalHandle::from_raw(u32::try_from(cpu_address).ok()?);
        let opening = self.processes.get(&process)?.handles.lookup(handle, Kind::SyncObject)?;
        self.sync_object(self.opening(OpeningId(opening)).object).fence_value()
    }
}
