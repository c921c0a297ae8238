//! What the calls share: who calls, what a handle names, and the state by id.

use crate::handle::nt::NtObject;
use crate::handle::{Kind, LocalHandle};
use crate::id::{
    AdapterId, DeviceId, KeyedMutexId, NtObjectId, OpeningId, ProcessId, SyncObjectId, ThreadId,
};
use crate::inspect::ThreadState;
use crate::kernel::Kernel;
use crate::object::adapter::Adapter;
use crate::object::device::Device;
use crate::object::keyed_mutex::KeyedMutex;
use crate::object::process::{Process, Thread};
use crate::object::sync_object::{Opening, SyncObject};
#[cfg(feature = "planted")]
use crate::planted::Planted;
use crate::refusal::{Misuse, Refusal};
use crate::rule::{self, Rule};
use crate::status::NtStatus;

/// What the calls share.
impl Kernel {
    /// The process of a living thread that is not blocked.
    pub(crate) fn caller(&self, thread: ThreadId) -> Result<ProcessId, Misuse> {
        match *self.living_thread(thread)? {
            Thread { process, state: ThreadState::Ready } => Ok(process),
            Thread { state: ThreadState::Blocked(_), .. } => Err(Misuse::ThreadBlocked(thread)),
        }
    }

    /// A living thread, blocked or not.
    pub(crate) fn living_thread(&self, thread: ThreadId) -> Result<&Thread, Misuse> {
        match self.threads.get(&thread) {
            Some(found) => Ok(found),
            None if (1..=self.last_thread).contains(&thread.0) => Err(Misuse::ThreadEnded(thread)),
            None => Err(Misuse::UnknownThread(thread)),
        }
    }

    /// Fails for a process that does not live.
    pub(crate) fn expect_alive(&self, process: ProcessId) -> Result<(), Misuse> {
        if self.processes.contains_key(&process) {
            Ok(())
        } else if (1..=self.last_process).contains(&process.0) {
            Err(Misuse::ProcessEnded(process))
        } else {
            Err(Misuse::UnknownProcess(process))
        }
    }

    /// The number of the object of this kind that a handle names in the table of a process.
    // HND-09: zero, unknown, stale, foreign and of the wrong kind are one and the same. HND-20: only the caller's own table.
    pub(crate) fn resolve(
        &self,
        process: ProcessId,
        handle: LocalHandle,
        kind: Kind,
    ) -> Result<u32, Refusal> {
        let table = &self.process(process).handles;
        #[cfg(feature = "planted")]
        if self.planted(Planted::StaleGenerationAccepted) {
            let found = table.lookup_without_generation(handle, kind);
            return found.ok_or(Refusal::new(NtStatus::INVALID_PARAMETER, rule::HND_09));
        }
        table.lookup(handle, kind).ok_or(Refusal::new(NtStatus::INVALID_PARAMETER, rule::HND_09))
    }

    /// Refuses a call whose adapter is stopped, for the reason that the rule gives.
    // FLT-18
    pub(crate) fn check_running(&self, adapter: AdapterId, rule: Rule) -> Result<(), Refusal> {
        if self.adapter(adapter).running {
            return Ok(());
        }
        Err(Refusal::new(NtStatus::DEVICE_REMOVED, rule))
    }

    /// Refuses a call for whose new handles there is no room.
    // HND-14
    pub(crate) fn check_handles_fit(&self, process: ProcessId, count: u32) -> Result<(), Refusal> {
        if self.process(process).handles.can_allocate(count) {
            return Ok(());
        }
        Err(Refusal::new(NtStatus::NO_MEMORY, rule::HND_14))
    }

    /// Frees a live local handle.
    pub(crate) fn free_local_handle(&mut self, process: ProcessId, handle: LocalHandle) {
        #[cfg(feature = "planted")]
        match self.planted {
            Some(Planted::FreedEntryToTheHead) => {
                return self.process_mut(process).handles.free_to_the_head(handle);
            }
            Some(Planted::GenerationNotAdvanced) => {
                return self.process_mut(process).handles.free_without_advancing(handle);
            }
            _ => {}
        }
        self.process_mut(process).handles.free(handle);
    }
}

/// The state by id. An id that was resolved or listed names something that is there; anything else is a mistake of this
/// library.
impl Kernel {
    pub(crate) fn process(&self, id: ProcessId) -> &Process {
        self.processes.get(&id).expect("a resolved process lives")
    }

    pub(crate) fn process_mut(&mut self, id: ProcessId) -> &mut Process {
        self.processes.get_mut(&id).expect("a resolved process lives")
    }

    pub(crate) fn adapter(&self, id: AdapterId) -> &Adapter {
        &self.adapters[id.0 as usize]
    }

    pub(crate) fn adapter_mut(&mut self, id: AdapterId) -> &mut Adapter {
        &mut self.adapters[id.0 as usize]
    }

    pub(crate) fn device(&self, id: DeviceId) -> &Device {
        self.devices.get(id).expect("a resolved device is there")
    }

    pub(crate) fn device_mut(&mut self, id: DeviceId) -> &mut Device {
        self.devices.get_mut(id).expect("a resolved device is there")
    }

    pub(crate) fn keyed_mutex(&self, id: KeyedMutexId) -> &KeyedMutex {
        self.keyed_mutexes.get(id.0).expect("a resolved mutex is there")
    }

    pub(crate) fn keyed_mutex_mut(&mut self, id: KeyedMutexId) -> &mut KeyedMutex {
        self.keyed_mutexes.get_mut(id.0).expect("a resolved mutex is there")
    }

    pub(crate) fn sync_object(&self, id: SyncObjectId) -> &SyncObject {
        self.sync_objects.get(id).expect("an opening or a wait names an object that is there")
    }

    pub(crate) fn sync_object_mut(&mut self, id: SyncObjectId) -> &mut SyncObject {
        self.sync_objects.get_mut(id).expect("an opening or a wait names an object that is there")
    }

    pub(crate) fn opening(&self, id: OpeningId) -> &Opening {
        self.openings.get(id.0).expect("a resolved opening is there")
    }

    pub(crate) fn nt_object(&self, id: NtObjectId) -> &NtObject {
        self.nt_objects.get(id).expect("an entry names an object that is there")
    }

    pub(crate) fn nt_object_mut(&mut self, id: NtObjectId) -> &mut NtObject {
        self.nt_objects.get_mut(id).expect("an entry names an object that is there")
    }
}
