//! Mistakes about a refused ShareObjects; [`Planted`] describes them.

use super::share_objects::ShareObjects;
use crate::handle::access::MAXIMUM_ALLOWED;
use crate::id::ProcessId;
use crate::kernel::Kernel;
use crate::plan::Plan;
use crate::planted::Planted;

impl Kernel {
    pub(crate) fn break_refused_share(
        &mut self,
        mistake: Planted,
        caller: ProcessId,
        refused: &ShareObjects,
    ) {
        let Ok(opening) = self.check_list(caller, refused) else { return };
        if mistake == Planted::FailedShareLowersACount {
            let object = self.sync_object_mut(opening.object);
            object.nt_objects = object.nt_objects.saturating_sub(1);
            return;
        }
        // The same call, with a mask that is not refused.
        let accepted = ShareObjects { desired_access: MAXIMUM_ALLOWED, ..refused.clone() };
        if let Ok(Plan::ShareObjects(share)) = self.check_share_objects(caller, &accepted)
            && share.given.is_some()
        {
            self.make_shared_object(share);
        }
    }
}
