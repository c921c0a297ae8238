//! The end of a handle to a synchronisation object, and of the object.

use alloc::vec::Vec;

use super::{Opening, SyncState};
use crate::event::{Outcome, Resumed};
use crate::handle::{Kind, LocalHandle, bits};
use crate::id::{OpeningId, ProcessId, SyncObjectId, WaitId};
use crate::inspect::WaitTarget;
use crate::kernel::Kernel;
use crate::plan::Plan;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::rule;
use crate::status::NtStatus;

/// D3DKMTDestroySynchronizationObject. The handle and its mappings die at once; waits that were registered through it go on
/// and keep the object (SYN-30).
///
/// Refused with `INVALID_PARAMETER` for a dead handle (SYN-28).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DestroySynchronizationObject {
    /// hSyncObject.
    pub sync_object: LocalHandle,
}

impl Kernel {
    pub(crate) fn check_destroy_sync_object(
        &self,
        caller: ProcessId,
        request: &DestroySynchronizationObject,
    ) -> Result<Plan, Refusal> {
        // SYN-28, TDR-10, LIF-10: neither a device in Error nor a stopped adapter is in the way.
        let opening = self
            .resolve(caller, request.sync_object, Kind::SyncObject)
            .map_err(|refusal| Refusal { rule: rule::SYN_28, ..refusal })?;
        Ok(Plan::DestroySyncObject { opening: OpeningId(opening) })
    }

    // SYN-30, TRD-13: no wait ends by this.
    pub(crate) fn commit_destroy_sync_object(&mut self, id: OpeningId) -> Outcome {
        let (mut ended, mut effects) = (Vec::new(), Vec::new());
        if self.planted(Planted::DestroyedHandleEndsItsWaits) {
            self.end_waits_through(*self.opening(id), &mut ended);
        }
        self.drop_opening(id);
        self.resume_all(ended, &mut effects);
        Outcome { effects, ..Outcome::done() }
    }

    /// What [`Planted::DestroyedHandleEndsItsWaits`] does.
    fn end_waits_through(&mut self, opening: Opening, ended: &mut Vec<(WaitId, Resumed)>) {
        let names = |id: &WaitId| match self.waits.get(*id).map(|wait| &wait.target) {
            Some(WaitTarget::Fences { conditions, .. }) => {
                conditions.iter().any(|condition| condition.object == opening.object)
            }
            _ => false,
        };
        let waits: Vec<_> =
            opening.device.into_iter().flat_map(|id| self.waits.of_device(id)).filter(names).collect();
        let refusal = Refusal::new(NtStatus::INVALID_PARAMETER, rule::SYN_28);
        for wait in waits {
            if self.event_of(wait).is_some() {
                self.remove_wait(wait);
            } else {
                ended.push((wait, Resumed::Refused(refusal)));
            }
        }
    }

    /// Frees a local handle to a synchronisation object.
    // LIF-05: other handles are not affected.
    pub(crate) fn drop_opening(&mut self, id: OpeningId) {
        let Some(opening) = self.openings.remove(id.0) else { return };
        let Opening { object: object_id, process, handle, device, .. } = opening;
        // HND-15: the handle dies at once. LIF-11, SYN-24: and its mappings with it.
        self.free_local_handle(process, handle);
        if let Some(device) = device {
            let owner = self.device_mut(device);
            owner.openings.remove(&bits::index(handle));
            let adapter = owner.adapter;
            self.sync_objects.remove_user(object_id, adapter);
        }
        let object = self.sync_object_mut(object_id);
        object.handles -= 1;
        // HND-25, SYN-29: whatever else keeps the object.
        if object.handles == 0
            && let Some(shared) = object.shared.take()
        {
            self.global_handles.free(shared);
        }
        self.drop_unreferenced_sync_object(object_id);
    }

    /// Takes an object away that nothing holds.
    // SYN-29, LIF-01: in the step of its last reference, in whatever order they go.
    pub(crate) fn drop_unreferenced_sync_object(&mut self, id: SyncObjectId) {
        let object = self.sync_object(id);
        // LIF-03: an NT object alone is enough.
        let is_carried = object.nt_objects > 0 && !self.planted(Planted::LastLocalHandleEndsSharedObject);
        if object.handles > 0 || object.waits > 0 || is_carried {
            return;
        }
        match object.state {
            SyncState::Mutex { holder: Some(holder) } => {
                if let Some(device) = self.devices.get_mut(holder) {
                    device.held.remove(&id);
                }
            }
            // EVT-06, TRD-06: it kept the event until now.
            SyncState::CpuNotification { event, .. } => self.drop_registration(event),
            _ => {}
        }
        self.sync_objects.remove(id);
    }
}
