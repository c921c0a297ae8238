//! ShareObjects: an NT object that carries what local handles name.

use alloc::vec::Vec;

use super::attributes::{Given, OBJ_EXCLUSIVE, ObjectAttributes, Purpose};
use super::descriptor::Descriptor;
use super::namespace::{Entry, Spot};
use super::{NewShare, existing_object};
use crate::event::{Answer, Outcome};
use crate::handle::access::{ACCESS_SYSTEM_SECURITY, MAXIMUM_ALLOWED, TypeRights};
use crate::handle::nt::NtHandle;
use crate::handle::nt::table::NtEntry;
use crate::handle::nt::types::NtType;
use crate::handle::{Kind, LocalHandle};
use crate::id::{NtObjectId, OpeningId, ProcessId, SyncObjectId};
use crate::kernel::Kernel;
use crate::object::sync_object::Opening;
use crate::plan::Plan;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::reply::{Output, Reply};
use crate::rule::{self, Rule};
use crate::status::NtStatus;

/// D3DKMTShareObjects. Makes an NT object that carries a synchronisation object, and an NT handle to it (SHR-01, SHR-12); with
/// OBJ_OPENIF and a name that exists, a handle to the object of that name, and the status is `OBJECT_NAME_EXISTS` (NAM-19).
///
/// Refused, in this order: `INVALID_PARAMETER` for a NULL pointer (SHR-03), a count outside 1 to 3 (SHR-02), a dead handle
/// (SHR-09), another list than the accepted ones (SHR-04), an object that was not made for it (SHR-07); then for the
/// attributes: `INVALID_PARAMETER` for a wrong Length (NAM-01) or flag (NAM-03), `ACCESS_DENIED` for OBJ_PERMANENT (NAM-05),
/// `OBJECT_NAME_INVALID` for a directory without a name (NAM-09), `DATATYPE_MISALIGNMENT` or `OBJECT_NAME_INVALID` for the
/// buffer (NAM-10), `OBJECT_PATH_SYNTAX_BAD` for a wrong beginning (NAM-11), `UNKNOWN_REVISION` (NAM-24), `INVALID_HANDLE` or
/// `OBJECT_TYPE_MISMATCH` for the directory (NAM-12), `OBJECT_NAME_INVALID`, `OBJECT_PATH_NOT_FOUND` or
/// `OBJECT_TYPE_MISMATCH` for the path (NAM-13); `OBJECT_TYPE_MISMATCH` or `OBJECT_NAME_COLLISION` for a name that exists
/// (NAM-18); `ACCESS_DENIED` for ACCESS_SYSTEM_SECURITY (ACC-06), for what the descriptor of the existing object does not
/// give (NAM-19), for a right that the local handle lacks (ACC-16), in a directory that is closed to the user (NAM-15);
/// `INSUFFICIENT_RESOURCES` for a full NT table and `NO_MEMORY` for too many NT objects (NTH-05).
///
/// In the documented dialect one that is refused by SHR-07 writes NULL (SHR-08).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ShareObjects {
    /// cObjects. An entry beyond the end of the array reads as 0.
    pub object_count: u32,
    /// hObjects; none is NULL.
    pub objects: Option<Vec<LocalHandle>>,
    /// pObjectAttributes; none is NULL: no name, the default descriptor, no flag (NAM-07).
    pub attributes: Option<ObjectAttributes>,
    /// dwDesiredAccess; generic bits and MAXIMUM_ALLOWED are accepted.
    pub desired_access: u32,
    /// Whether phSharedNtHandle is set; without it the call is refused.
    pub report_handle: bool,
}

/// D3DKMT_MAX_OBJECTS_PER_HANDLE.
// SHR-02
const MAX_OBJECTS: u32 = 3;
/// The rights that the new NT object will have.
const RIGHTS: &TypeRights = TypeRights::of(NtType::SharedSyncObject);

const fn invalid(rule: Rule) -> Refusal {
    Refusal::new(NtStatus::INVALID_PARAMETER, rule)
}

/// Why a list of objects cannot be shared.
pub(crate) struct ListRefusal {
    refusal: Refusal,
    /// Whether the call then writes NULL all the same.
    writes_null: bool,
}

/// Checks.
// SHR-01, SHR-16: no device is named, and no adapter compared. SHR-17, TDR-10: nor is the state of an object or device asked.
impl Kernel {
    pub(crate) fn check_share_objects(
        &self,
        caller: ProcessId,
        request: &ShareObjects,
    ) -> Result<Plan, Refusal> {
        let opening = match self.check_list(caller, request) {
            Ok(opening) => opening,
            // SHR-08, SHR-18, LIF-13
            Err(ListRefusal { refusal, writes_null: true }) => {
                let output = Output::ShareObjects { handle: NtHandle::ZERO };
                return Ok(Plan::RefusedButWritten { refusal, output });
            }
            Err(ListRefusal { refusal, .. }) => return Err(refusal),
        };
        // NAM-07: NULL asks for nothing.
        let attributes = request.attributes.as_ref();
        let given = match attributes {
            Some(attributes) => self.check_attributes(caller, attributes, Purpose::Create)?,
            None => None,
        };
        let existing = match &given {
            Some(Given { spot: Spot { entry: Some(entry), .. }, .. }) => {
                Some(self.check_collision(*entry, attributes)?)
            }
            _ => None,
        };
        // ACC-06
        if request.desired_access & ACCESS_SYSTEM_SECURITY != 0 {
            return Err(Refusal::new(NtStatus::ACCESS_DENIED, rule::ACC_06));
        }
        let inherit = attributes.is_some_and(ObjectAttributes::inherits)
            || self.planted(Planted::InheritFlagWithoutAsking);
        let plan = match existing {
            Some(object) => {
                // NAM-19: the objects were checked and are not shared.
                let exclusive = attributes.is_some_and(|given| given.attributes & OBJ_EXCLUSIVE != 0);
                self.check_exclusive(caller, object, exclusive)?;
                let granted_access =
                    self.check_descriptor(caller, object, request.desired_access, rule::NAM_19)?;
                let entry = NtEntry { object, granted_access, inherit, protect_from_close: false };
                Plan::ShareExisting { process: caller, entry, sync_object: opening.object }
            }
            None => Plan::ShareObjects(self.check_new_share(caller, request, opening, given, inherit)?),
        };
        // NTH-05
        if !self.process(caller).nt_handles.can_insert(self.limits.nt_handles_per_process) {
            return Err(Refusal::new(NtStatus::INSUFFICIENT_RESOURCES, rule::NTH_05));
        }
        if existing.is_none() && self.nt_objects.others() >= self.limits.nt_objects {
            return Err(Refusal::new(NtStatus::NO_MEMORY, rule::NTH_05));
        }
        Ok(plan)
    }

    /// The one synchronisation object of the list.
    pub(crate) fn check_list(
        &self,
        caller: ProcessId,
        request: &ShareObjects,
    ) -> Result<Opening, ListRefusal> {
        let refuse = |rule| Err(ListRefusal { refusal: invalid(rule), writes_null: false });
        // SHR-03
        let (Some(objects), true) = (&request.objects, request.report_handle) else {
            return refuse(rule::SHR_03);
        };
        // SHR-02: the list is then not read.
        if !(1..=MAX_OBJECTS).contains(&request.object_count) {
            return refuse(rule::SHR_02);
        }
        // SHR-09, HND-26, HND-20: of whatever kind, in the table of the caller.
        let table = &self.process(caller).handles;
        let named = (0..request.object_count as usize)
            .map(|place| table.lookup_any(objects.get(place).copied().unwrap_or(LocalHandle::ZERO)));
        let Some(named) = named.collect::<Option<Vec<_>>>() else { return refuse(rule::SHR_09) };
        // SHR-04, SHR-05: nothing but one synchronisation object; the other accepted lists begin with a resource.
        let [(Kind::SyncObject, opening)] = named[..] else { return refuse(rule::SHR_04) };
        let opening = *self.opening(OpeningId(opening));
        // SHR-07, SHR-10, SHR-13: made for it, whatever its type, whoever opened it and through what.
        if !self.sync_object(opening.object).nt_sharing {
            let writes_null = self.profile.failed_share_writes_null;
            return Err(ListRefusal { refusal: invalid(rule::SHR_07), writes_null });
        }
        Ok(opening)
    }

    /// The object with the name that the call gives to another one.
    // NAM-18, NAM-16: of the same type and with OBJ_OPENIF only.
    fn check_collision(
        &self,
        entry: Entry,
        attributes: Option<&ObjectAttributes>,
    ) -> Result<NtObjectId, Refusal> {
        let Some(object) = existing_object(self, entry, NtType::SharedSyncObject) else {
            return Err(Refusal::new(NtStatus::OBJECT_TYPE_MISMATCH, rule::NAM_18));
        };
        if !attributes.is_some_and(ObjectAttributes::opens_existing) {
            return Err(Refusal::new(NtStatus::OBJECT_NAME_COLLISION, rule::NAM_18));
        }
        Ok(object)
    }

    /// The checks of a new NT object.
    fn check_new_share(
        &self,
        caller: ProcessId,
        request: &ShareObjects,
        opening: Opening,
        given: Option<Given>,
        inherit: bool,
    ) -> Result<NewShare, Refusal> {
        // ACC-09, ACC-10: exactly the mapped wish, and it may come to nothing.
        let wanted = RIGHTS.map(request.desired_access);
        // ACC-16: standard rights and the flags of the handle are no limit.
        let lacks = if self.planted(Planted::ReshareWidens) { 0 } else { opening.rights().lacking() };
        if wanted & lacks != 0 {
            return Err(Refusal::new(NtStatus::ACCESS_DENIED, rule::ACC_16));
        }
        // ACC-08
        let maximum = if request.desired_access & MAXIMUM_ALLOWED != 0 { RIGHTS.all() & !lacks } else { 0 };
        let config = &self.process(caller).config;
        // NAM-15
        if let Some(Given { spot, .. }) = &given
            && self.namespace.directory(spot.directory).refused_users.contains(&config.user)
        {
            return Err(Refusal::new(NtStatus::ACCESS_DENIED, rule::NAM_15));
        }
        let attributes = request.attributes.as_ref();
        let descriptor = attributes.and_then(|attributes| attributes.security_descriptor.as_ref());
        // NAM-06
        let is_exclusive = attributes.is_some_and(|given| given.attributes & OBJ_EXCLUSIVE != 0);
        Ok(NewShare {
            process: caller,
            sync_object: opening.object,
            given,
            descriptor: Descriptor::new(config, descriptor, RIGHTS),
            exclusive: is_exclusive.then_some(caller),
            granted_access: wanted | maximum,
            inherit,
        })
    }
}

/// Effects.
impl Kernel {
    // SHR-12: an NT object of its own. SHR-01: what it carries stays as it is.
    pub(crate) fn commit_share_objects(&mut self, share: NewShare) -> Outcome {
        let NewShare { process, granted_access, inherit, .. } = share;
        let object = self.make_shared_object(share);
        let entry = NtEntry { object, granted_access, inherit, protect_from_close: false };
        Outcome::with(Output::ShareObjects { handle: self.insert_nt_handle(process, entry) })
    }

    // NAM-19: one more handle of what is there.
    pub(crate) fn commit_share_existing(
        &mut self,
        process: ProcessId,
        entry: NtEntry,
        sync_object: SyncObjectId,
    ) -> Outcome {
        if self.planted(Planted::OpenIfCarriesTheNewObject) {
            self.carry_instead(entry.object, sync_object);
        }
        let output = Output::ShareObjects { handle: self.insert_nt_handle(process, entry) };
        let reply = Reply { status: NtStatus::OBJECT_NAME_EXISTS, output, rule: Some(rule::NAM_19) };
        Outcome::answer(Answer::Complete(reply))
    }
}
