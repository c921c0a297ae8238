//! The end of a handle to a keyed mutex, and what that does to the mutex and to those who wait for it.

use alloc::vec::Vec;

use super::{MutexHolder, acquire};
use crate::event::{Outcome, Resumed};
use crate::handle::{Kind, LocalHandle};
use crate::id::{KeyedMutexId, ProcessId, WaitId};
use crate::inspect::WaitTarget;
use crate::kernel::Kernel;
use crate::plan::Plan;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::rule;
use crate::status::NtStatus;

/// D3DKMTDestroyKeyedMutex. The handle dies at once. If it owned the mutex, that is abandoned and every acquire that waits
/// for it ends with `ABANDONED` (KMX-30, KMX-33); acquires through the handle itself end with `INVALID_PARAMETER` (KMX-35).
///
/// Refused with `INVALID_PARAMETER` for a dead handle (KMX-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DestroyKeyedMutex {
    /// hKeyedMutex.
    pub keyed_mutex: LocalHandle,
}

impl Kernel {
    pub(crate) fn check_destroy_keyed_mutex(
        &self,
        caller: ProcessId,
        request: &DestroyKeyedMutex,
    ) -> Result<Plan, Refusal> {
        // KMX-08. KMX-35, KMX-34: neither a waiting acquire nor an abandoned mutex is in the way.
        let mutex = self
            .resolve(caller, request.keyed_mutex, Kind::KeyedMutex)
            .map_err(|refusal| Refusal { rule: rule::KMX_08, ..refusal })?;
        let mutex = KeyedMutexId(mutex);
        Ok(Plan::DestroyKeyedMutex { process: caller, handle: request.keyed_mutex, mutex })
    }

    pub(crate) fn commit_destroy_keyed_mutex(
        &mut self,
        process: ProcessId,
        handle: LocalHandle,
        mutex: KeyedMutexId,
    ) -> Outcome {
        let (mut ended, mut effects) = (Vec::new(), Vec::new());
        self.drop_keyed_mutex_handle(process, handle, mutex, &mut ended);
        self.resume_all(ended, &mut effects);
        Outcome { effects, ..Outcome::done() }
    }

    /// Frees a local handle to a mutex and lists the waits that this ends.
    // LIF-05: other handles are not affected, except by abandonment.
    fn drop_keyed_mutex_handle(
        &mut self,
        process: ProcessId,
        handle: LocalHandle,
        id: KeyedMutexId,
        ended: &mut Vec<(WaitId, Resumed)>,
    ) {
        // KMX-35, LIF-07: also if the mutex is abandoned by this.
        let refusal = Refusal::new(NtStatus::INVALID_PARAMETER, rule::KMX_35);
        let stay = self.planted(Planted::WaiterOfDestroyedHandleStays);
        let through = self.waits.through(process, handle).filter(|_| !stay);
        ended.extend(through.map(|wait| (wait, Resumed::Refused(refusal))));
        // KMX-30, INV-85: the owning handle, and no other one.
        let owner = MutexHolder::Owned { process, handle };
        if self.keyed_mutex(id).holder == owner || self.planted(Planted::AnyDestroyAbandons) {
            self.abandon(id, (process, handle), ended);
        }
        self.free_local_handle(process, handle);
        self.drop_keyed_mutex_reference(id);
    }

    /// Abandons a mutex and lists the waits that this ends, apart from those through the handle that goes.
    fn abandon(
        &mut self,
        id: KeyedMutexId,
        destroyed: (ProcessId, LocalHandle),
        ended: &mut Vec<(WaitId, Resumed)>,
    ) {
        // KMX-32: for ever.
        self.keyed_mutex_mut(id).holder = MutexHolder::Abandoned;
        self.note_grantable(id);
        // KMX-33: whatever the key and the process.
        let reply = acquire::not_acquired(NtStatus::ABANDONED, rule::KMX_33);
        let most = if self.planted(Planted::AbandonmentWakesOne) { 1 } else { usize::MAX };
        let others = self.waits.of_mutex(id).filter(|wait| {
            self.waits.get(*wait).is_some_and(|wait| match wait.target {
                WaitTarget::KeyedMutex { handle, .. } => (wait.process, handle) != destroyed,
                _ => false,
            })
        });
        ended.extend(others.take(most).map(|wait| (wait, Resumed::Complete(reply.clone()))));
    }

    // KMX-07, LIF-01: the mutex ends in the step of its last local handle, in whatever order they go.
    fn drop_keyed_mutex_reference(&mut self, id: KeyedMutexId) {
        let outlives = self.planted(Planted::GlobalHandleOutlivesTheLast);
        let mutex = self.keyed_mutex_mut(id);
        mutex.handles -= 1;
        if mutex.handles > 0 || (outlives && mutex.shared.is_some()) {
            return;
        }
        // HND-25
        if let Some(shared) = mutex.shared {
            self.global_handles.free(shared);
        }
        self.keyed_mutexes.remove(id.0);
    }

    /// Frees a local handle of a process that ends.
    // KMX-31
    pub(crate) fn end_keyed_mutex_handle(
        &mut self,
        process: ProcessId,
        handle: LocalHandle,
        id: KeyedMutexId,
        ended: &mut Vec<(WaitId, Resumed)>,
    ) {
        if self.planted(Planted::ProcessEndDoesNotAbandon) {
            self.free_local_handle(process, handle);
            self.drop_keyed_mutex_reference(id);
        } else {
            self.drop_keyed_mutex_handle(process, handle, id, ended);
        }
    }
}
