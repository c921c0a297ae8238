//! What keeps an object alive.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::handle::LocalHandle;
use crate::handle::nt::{NtBody, NtHandle};
use crate::id::{NtObjectId, ProcessId, SyncObjectId, WaitId};
use crate::inspect::WaitTarget;
use crate::kernel::Kernel;
use crate::object::sync_object::SyncState;
use crate::wait::fences_of;

/// Something that keeps an object alive (LIF-01, LIF-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A local handle of a process.
    LocalHandle {
        /// The process.
        process: ProcessId,
        /// The handle.
        handle: LocalHandle,
    },
    /// An NT handle of a process.
    NtHandle {
        /// The process.
        process: ProcessId,
        /// The handle.
        handle: NtHandle,
    },
    /// An NT object that carries it.
    NtObject(NtObjectId),
    /// A blocked call, or a CPU wait that is registered.
    Wait(WaitId),
    /// A CPU_NOTIFICATION, which holds its event (EVT-06).
    SyncObject(SyncObjectId),
    /// The living process that it stands for.
    Process(ProcessId),
    /// The embedding program, which placed it.
    Host,
}

impl Kernel {
    /// What keeps a synchronisation object alive, each once, in ascending order; empty if there is no such object. Costs the
    /// size of the state.
    // LIF-01
    #[must_use]
    pub fn holders(&self, object: SyncObjectId) -> Vec<Holder> {
        let openings = self.openings.iter().filter(|(_, opening)| opening.object == object);
        let handles = openings
            .map(|(_, opening)| Holder::LocalHandle { process: opening.process, handle: opening.handle });
        let carrying =
            self.nt_objects.iter().filter(|(_, carrier)| carrier.body == NtBody::SharedSyncObject { object });
        let carriers = carrying.map(|(id, _)| Holder::NtObject(id));
        let waiting = self.waits.iter().filter(|(_, wait)| match &wait.target {
            WaitTarget::Fences { conditions, .. } => fences_of(conditions).contains(&object),
            _ => false,
        });
        let waits = waiting.map(|(id, _)| Holder::Wait(id));
        in_order(handles.chain(carriers).chain(waits))
    }

    /// What keeps an NT object alive, each once, in ascending order; empty if there is no such object. Costs the size of the
    /// state.
    // LIF-02, EVT-06
    #[must_use]
    pub fn nt_holders(&self, object: NtObjectId) -> Vec<Holder> {
        let handles = self.processes.iter().flat_map(|(process, state)| {
            let entries = state.nt_handles.entries().filter(|(_, entry)| entry.object == object);
            entries.map(|(handle, _)| Holder::NtHandle { process: *process, handle })
        });
        let waiting = self.waits.iter().filter(|(_, wait)| match &wait.target {
            WaitTarget::Event { event } => *event == object,
            WaitTarget::Fences { event, .. } => *event == Some(object),
            WaitTarget::KeyedMutex { .. } => false,
        });
        let waits = waiting.map(|(id, _)| Holder::Wait(id));
        let notifying = self.sync_objects.iter().filter(|(_, notification)| match notification.state {
            SyncState::CpuNotification { event, .. } => event == object,
            _ => false,
        });
        let notifications = notifying.map(|(id, _)| Holder::SyncObject(id));
        let standing = self.processes.iter().filter(|(_, process)| process.object == object);
        let processes = standing.map(|(id, _)| Holder::Process(*id));
        let host = self.nt_objects.get(object).filter(|object| object.is_placed).map(|_| Holder::Host);
        in_order(handles.chain(waits).chain(notifications).chain(processes).chain(host))
    }
}

fn in_order(holders: impl Iterator<Item = Holder>) -> Vec<Holder> {
    holders.collect::<BTreeSet<_>>().into_iter().collect()
}
