//! Sharing: NT objects that carry synchronisation objects, their names, and how they are opened.
//!
//! Life cycle: ShareObjects makes an NT object that carries what local handles name, with a name or without, and a first NT
//! handle. More NT handles come from its name, by duplication and by inheritance. Each of them opens what is carried as a
//! local handle, within the rights that it grants. With the last NT handle the NT object goes, and its name and its
//! reference with it; what was opened stays.
//!
//! [`attributes`] and [`descriptor`] are what a call says about name and protection, [`namespace`] is where names are,
//! [`place`] what the embedding program puts there; [`share_objects`], [`open_by_name`], [`open`] and [`query`] are the calls.

use alloc::vec::Vec;

use crate::handle::access::TypeRights;
use crate::handle::nt::NtBody;
use crate::handle::nt::types::NtType;
use crate::id::{NtObjectId, ProcessId, SyncObjectId};
use crate::kernel::Kernel;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::rule::{self, Rule};
use crate::status::NtStatus;

use self::attributes::Given;
use self::descriptor::{Descriptor, grant};
use self::namespace::{DirectoryId, Entry};

pub(crate) mod attributes;
pub(crate) mod descriptor;
pub(crate) mod namespace;
pub(crate) mod open;
pub(crate) mod open_by_name;
pub(crate) mod place;
#[cfg(feature = "planted")]
mod planted;
pub(crate) mod query;
pub(crate) mod share_objects;

/// The name of an NT object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    /// The directory that it is in.
    pub(crate) directory: DirectoryId,
    /// The last component.
    pub(crate) last: Vec<u16>,
    // NTH-24: the full path as it was given.
    pub(crate) path: Vec<u16>,
}

/// An NT object that ShareObjects will make, and its first handle.
pub(crate) struct NewShare {
    pub(crate) process: ProcessId,
    pub(crate) sync_object: SyncObjectId,
    pub(crate) given: Option<Given>,
    pub(crate) descriptor: Descriptor,
    pub(crate) exclusive: Option<ProcessId>,
    pub(crate) granted_access: u32,
    pub(crate) inherit: bool,
}

/// The NT object of this type that a name stands for.
pub(crate) fn existing_object(kernel: &Kernel, entry: Entry, wanted: NtType) -> Option<NtObjectId> {
    match entry {
        Entry::Object(object) if kernel.nt_object(object).body.nt_type() == wanted => Some(object),
        _ => None,
    }
}

/// What opening by a name asks of the object.
impl Kernel {
    /// Refuses the name of an object that is reserved for another process, and the wish for what it is not.
    // NAM-06: in the documented dialect; in the other no object is reserved and the flag was refused.
    fn check_exclusive(&self, caller: ProcessId, object: NtObjectId, asked: bool) -> Result<(), Refusal> {
        let exclusive = self.nt_object(object).exclusive;
        if exclusive.is_some_and(|owner| owner != caller) || asked && exclusive.is_none() {
            return Err(Refusal::new(NtStatus::ACCESS_DENIED, rule::NAM_06));
        }
        Ok(())
    }

    /// The mask that the descriptor of an object grants to a process; `weak` is the rule that decides if it does not.
    // ACC-11, ACC-12, ACC-06
    fn check_descriptor(
        &self,
        caller: ProcessId,
        object: NtObjectId,
        desired_access: u32,
        weak: Rule,
    ) -> Result<u32, Refusal> {
        let object = self.nt_object(object);
        let rights = TypeRights::of(object.body.nt_type());
        let config = &self.process(caller).config;
        let given = object.descriptor.as_ref().map_or(0, |descriptor| descriptor.allowed(config, rights));
        let allowed = if self.planted(Planted::DescriptorIgnored) { rights.all() } else { given };
        let granted = grant(desired_access, allowed, rights);
        granted.ok_or(Refusal::new(NtStatus::ACCESS_DENIED, weak))
    }
}

/// The life of an NT object that carries something.
impl Kernel {
    /// Makes the NT object of a share, without a handle yet.
    // NAM-22: whatever else carries the same.
    pub(crate) fn make_shared_object(&mut self, share: NewShare) -> NtObjectId {
        let NewShare { sync_object, given, descriptor, exclusive, .. } = share;
        let id = self.nt_objects.insert(NtBody::SharedSyncObject { object: sync_object });
        self.sync_object_mut(sync_object).nt_objects += 1;
        let name = given.map(|Given { spot, path }| {
            self.namespace.insert(spot.directory, &spot.name, Entry::Object(id));
            Name { directory: spot.directory, last: spot.name, path }
        });
        let object = self.nt_object_mut(id);
        (object.name, object.descriptor, object.exclusive) = (name, Some(descriptor), exclusive);
        id
    }

    /// Ends an NT object that nothing holds.
    // NAM-21: its name goes in the same step, and may be used again at once.
    pub(crate) fn end_nt_object(&mut self, id: NtObjectId) {
        let Some(object) = self.nt_objects.remove(id) else { return };
        if let Some(name) = object.name {
            self.namespace.remove(name.directory, &name.last);
        }
        match object.body {
            // LIF-02, LIF-03, LIF-04: its reference goes, and what has no other one with it.
            NtBody::SharedSyncObject { object } => self.drop_carried(object),
            NtBody::Directory(directory) => self.namespace.directory_mut(directory).object = None,
            NtBody::Process(_) | NtBody::Event { .. } | NtBody::Section => {}
        }
    }

    /// Counts one NT object less that carries a synchronisation object.
    // LIF-01
    fn drop_carried(&mut self, id: SyncObjectId) {
        // It is there and counted, unless a planted mistake has ended it.
        if let Some(object) = self.sync_objects.get_mut(id) {
            object.nt_objects = object.nt_objects.saturating_sub(1);
            self.drop_unreferenced_sync_object(id);
        }
    }

    /// What [`Planted::OpenIfCarriesTheNewObject`] does.
    fn carry_instead(&mut self, id: NtObjectId, sync_object: SyncObjectId) {
        let NtBody::SharedSyncObject { object: before } = self.nt_object(id).body else { return };
        self.sync_object_mut(sync_object).nt_objects += 1;
        self.nt_object_mut(id).body = NtBody::SharedSyncObject { object: sync_object };
        self.drop_carried(before);
    }
}
