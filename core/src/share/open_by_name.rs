//! Opening NT objects by their names.

use super::attributes::{Given, OBJ_EXCLUSIVE, ObjectAttributes, Purpose};
use super::existing_object;
use super::namespace::Spot;
use crate::event::Outcome;
use crate::handle::nt::NtBody;
use crate::handle::nt::table::NtEntry;
use crate::handle::nt::types::NtType;
use crate::id::{NtObjectId, ProcessId};
use crate::kernel::Kernel;
use crate::plan::Plan;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::rule;
use crate::status::NtStatus;

/// D3DKMTOpenNtHandleFromName. Makes one more NT handle to the shared resource with this name (OPN-01).
///
/// Refused, in this order: `INVALID_PARAMETER` for NULL attributes (NAM-07), a wrong Length (NAM-01) or flag (NAM-03);
/// `OBJECT_NAME_INVALID` for a directory without a name (NAM-09); `DATATYPE_MISALIGNMENT` or `OBJECT_NAME_INVALID` for the
/// buffer (NAM-10); `OBJECT_PATH_SYNTAX_BAD` for no name or a wrong beginning (NAM-11); `INVALID_HANDLE` or
/// `OBJECT_TYPE_MISMATCH` for the directory (NAM-12); `OBJECT_NAME_INVALID`, `OBJECT_PATH_NOT_FOUND` or
/// `OBJECT_TYPE_MISMATCH` for the path (NAM-13); `OBJECT_NAME_NOT_FOUND` (NAM-14); `OBJECT_TYPE_MISMATCH` for another type
/// (OPN-03); `ACCESS_DENIED` for no right, or one that the descriptor does not give (ACC-11); `INSUFFICIENT_RESOURCES`
/// (NTH-05).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OpenNtHandleFromName {
    /// dwDesiredAccess; generic bits and MAXIMUM_ALLOWED are accepted.
    pub desired_access: u32,
    /// pObjAttrib; none is NULL.
    pub attributes: Option<ObjectAttributes>,
}

/// D3DKMTOpenSyncObjectNtHandleFromName. Makes one more NT handle to the shared synchronisation object with this name (OPN-02).
///
/// Refused as [`OpenNtHandleFromName`]; in the documented dialect also with `INVALID_PARAMETER`, before access is judged, for
/// another type of synchronisation object than a monitored fence (OPN-02).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OpenSyncObjectNtHandleFromName {
    /// dwDesiredAccess; generic bits and MAXIMUM_ALLOWED are accepted.
    pub desired_access: u32,
    /// pObjAttrib; none is NULL.
    pub attributes: Option<ObjectAttributes>,
}

/// What the two calls share.
// OPN-20: no device is named, so none is asked.
impl Kernel {
    // OPN-01: no call makes an object of this type yet, so a name that exists is always of another one.
    pub(crate) fn check_open_nt_handle_from_name(
        &self,
        caller: ProcessId,
        request: &OpenNtHandleFromName,
    ) -> Result<Plan, Refusal> {
        let OpenNtHandleFromName { desired_access, attributes } = request;
        self.check_open_by_name(caller, *desired_access, attributes.as_ref(), NtType::SharedResource)
    }

    pub(crate) fn check_open_sync_object_nt_handle_from_name(
        &self,
        caller: ProcessId,
        request: &OpenSyncObjectNtHandleFromName,
    ) -> Result<Plan, Refusal> {
        let OpenSyncObjectNtHandleFromName { desired_access, attributes } = request;
        self.check_open_by_name(caller, *desired_access, attributes.as_ref(), NtType::SharedSyncObject)
    }

    fn check_open_by_name(
        &self,
        caller: ProcessId,
        desired_access: u32,
        attributes: Option<&ObjectAttributes>,
        wanted: NtType,
    ) -> Result<Plan, Refusal> {
        // NAM-07
        let Some(attributes) = attributes else {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::NAM_07));
        };
        let given = self.check_attributes(caller, attributes, Purpose::Open)?;
        // NAM-14, ACC-12: before access is judged. NAM-23: what has no name is not found.
        let Some(Given { spot: Spot { entry: Some(entry), .. }, .. }) = given else {
            return Err(Refusal::new(NtStatus::OBJECT_NAME_NOT_FOUND, rule::NAM_14));
        };
        // OPN-03, NAM-16
        let Some(object) = existing_object(self, entry, wanted) else {
            return Err(Refusal::new(NtStatus::OBJECT_TYPE_MISMATCH, rule::OPN_03));
        };
        self.check_type_of_named(object)?;
        let exclusive = attributes.attributes & OBJ_EXCLUSIVE != 0;
        self.check_exclusive(caller, object, exclusive)?;
        let granted_access = self.check_descriptor(caller, object, desired_access, rule::ACC_11)?;
        // NTH-05
        if !self.process(caller).nt_handles.can_insert(self.limits.nt_handles_per_process) {
            return Err(Refusal::new(NtStatus::INSUFFICIENT_RESOURCES, rule::NTH_05));
        }
        // NAM-04: only if it is asked for. NAM-05, NAM-20: no other flag plays a part.
        let inherit = attributes.inherits() || self.planted(Planted::InheritFlagWithoutAsking);
        let entry = NtEntry { object, granted_access, inherit, protect_from_close: false };
        Ok(Plan::OpenByName { process: caller, entry })
    }

    // OPN-02: of any type, or as it is documented of monitored fences only.
    fn check_type_of_named(&self, object: NtObjectId) -> Result<(), Refusal> {
        let NtBody::SharedSyncObject { object } = self.nt_object(object).body else { return Ok(()) };
        let is_fence = self.sync_objects.get(object).is_some_and(|object| object.fence_value().is_some());
        if self.profile.open_by_name_takes_fences_only && !is_fence {
            return Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::OPN_02));
        }
        Ok(())
    }

    // OPN-04: one more handle of the same NT object.
    pub(crate) fn commit_open_by_name(&mut self, process: ProcessId, entry: NtEntry) -> Outcome {
        Outcome::with(Output::OpenNtHandleFromName { handle: self.insert_nt_handle(process, entry) })
    }
}
