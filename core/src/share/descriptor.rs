//! Security descriptors: who may open a named object, and with which rights.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::handle::access::{ACCESS_SYSTEM_SECURITY, MAXIMUM_ALLOWED, READ_CONTROL, TypeRights, WRITE_DAC};
use crate::object::process::ProcessConfig;

/// Who gets the rights of an entry of an access list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trustee {
    /// The user with this number.
    User(u32),
    /// Whoever is an administrator.
    Administrators,
    /// Every user.
    Everyone,
}

/// An entry of an access list: it gives rights and never takes any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessEntry {
    /// Who gets the rights.
    pub trustee: Trustee,
    /// Which rights; generic bits are replaced by what they mean for the type of the object.
    pub mask: u32,
}

/// SECURITY_DESCRIPTOR, as a caller gives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SecurityDescriptor {
    /// Revision; anything but 1 is refused (NAM-24).
    pub revision: u8,
    /// Dacl; none gives all rights to everybody, an empty one gives nobody more than the owner always has (ACC-11).
    pub access_list: Option<Vec<AccessEntry>>,
}

/// The descriptor of an NT object.
// NAM-24: fixed when the object is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Descriptor {
    /// The creator's user.
    pub(crate) owner: u32,
    /// What each of them gets; none gives everything to everybody. Masks are plain, and what a list says about the same
    /// trustee is added up, so that equal descriptors compare equal.
    pub(crate) access_list: Option<BTreeMap<Trustee, u32>>,
}

impl Descriptor {
    /// The descriptor of an object that this process makes, with what it gave.
    pub(crate) fn new(
        creator: &ProcessConfig,
        given: Option<&SecurityDescriptor>,
        rights: &TypeRights,
    ) -> Self {
        let owner = creator.user;
        let Some(given) = given else {
            // NAM-24: the default.
            let all = [(Trustee::User(owner), rights.all()), (Trustee::Administrators, rights.all())];
            return Self { owner, access_list: Some(BTreeMap::from(all)) };
        };
        let access_list = given.access_list.as_ref().map(|entries| {
            let mut masks = BTreeMap::new();
            for AccessEntry { trustee, mask } in entries {
                // ACC-07: generic bits are mapped before any check.
                *masks.entry(*trustee).or_default() |= rights.map(*mask);
            }
            masks
        });
        Self { owner, access_list }
    }

    /// Every right that it gives to a process.
    // ACC-11: in the name of its user, and no handle plays a part.
    pub(crate) fn allowed(&self, process: &ProcessConfig, rights: &TypeRights) -> u32 {
        let Some(masks) = &self.access_list else { return rights.all() };
        let given = masks.iter().filter(|(trustee, _)| match trustee {
            Trustee::User(user) => *user == process.user,
            Trustee::Administrators => process.administrator,
            Trustee::Everyone => true,
        });
        // ACC-11, NAM-24: the owner always has these.
        let owned = if self.owner == process.user { READ_CONTROL | WRITE_DAC } else { 0 };
        given.fold(owned, |allowed, (_, mask)| allowed | mask)
    }
}

/// The mask that is granted when so much is allowed, or none if the wish goes beyond it or comes to nothing.
// ACC-06, ACC-11: ACCESS_SYSTEM_SECURITY is never given. ACC-08: MAXIMUM_ALLOWED stands for all that is allowed. ACC-11, ACC-12: one bit too many and an empty mask are refused.
pub(crate) fn grant(desired: u32, allowed: u32, rights: &TypeRights) -> Option<u32> {
    let maximum = if desired & MAXIMUM_ALLOWED != 0 { allowed } else { 0 };
    let wanted = rights.map(desired) | maximum;
    (desired & ACCESS_SYSTEM_SECURITY == 0 && wanted != 0 && wanted & !allowed == 0).then_some(wanted)
}
