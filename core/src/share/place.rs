//! What the embedding program puts into the namespace and into NT tables.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::Name;
use super::namespace::{BACKSLASH, Case, DirectoryId, Entry, Namespace, Spot, WalkError};
use crate::event::Outcome;
use crate::handle::access::TypeRights;
use crate::handle::nt::NtBody;
use crate::handle::nt::table::NtEntry;
use crate::id::{NtObjectId, ProcessId};
use crate::kernel::Kernel;
use crate::refusal::Misuse;
use crate::reply::Output;

/// A new directory, which never goes away.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AddDirectory {
    /// Its full path in 16-bit units; all directories before the last component exist, and that does not.
    pub path: Vec<u16>,
    /// The users who may not create in it (NAM-15).
    pub refused_users: BTreeSet<u32>,
}

/// A named object of another type than these calls make; it never goes away (NAM-16).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlaceNamedObject {
    /// Its full path in 16-bit units; all directories before the last component exist, and that does not.
    pub path: Vec<u16>,
    /// Its type.
    pub object_type: PlacedType,
}

/// The type of an object that the embedding program places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlacedType {
    /// An event: a manual-reset one that is not set.
    Event,
    /// A section.
    Section,
}

/// A process gets an NT handle to a directory (NAM-12).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlaceDirectoryHandle {
    /// Who gets the handle.
    pub holder: ProcessId,
    /// The full path of the directory in 16-bit units; a single backslash is the root.
    pub path: Vec<u16>,
    /// Its mask; generic bits are replaced by all rights, bits that a directory handle does not have are dropped.
    pub granted_access: u32,
    /// Its inherit flag.
    pub inherit: bool,
    /// Its protect-from-close flag.
    pub protect_from_close: bool,
}

/// A process gets an NT handle to a new unnamed section, which ends with its last handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlaceSectionHandle {
    /// Who gets the handle.
    pub holder: ProcessId,
    /// Its mask; generic bits are replaced by all rights, bits that a section handle does not have are dropped.
    pub granted_access: u32,
    /// Its inherit flag.
    pub inherit: bool,
    /// Its protect-from-close flag.
    pub protect_from_close: bool,
}

/// The embedding program's part of the namespace.
// NAM-15, NAM-16
impl Kernel {
    /// The host makes a directory.
    pub(crate) fn add_directory(&mut self, request: &AddDirectory) -> Result<Outcome, Misuse> {
        let AddDirectory { path, refused_users } = request;
        let Spot { directory, name, .. } = self.free_spot(path)?;
        let id = self.namespace.add_directory(directory, &name);
        self.namespace.directory_mut(id).refused_users.clone_from(refused_users);
        Ok(Outcome::done())
    }

    /// The host gives a name to an object that no call here makes.
    pub(crate) fn place_named_object(&mut self, request: &PlaceNamedObject) -> Result<Outcome, Misuse> {
        let PlaceNamedObject { path, object_type } = request;
        let Spot { directory, name: last, .. } = self.free_spot(path)?;
        self.expect_room_for_an_nt_object()?;
        let body = match object_type {
            PlacedType::Event => NtBody::Event { manual_reset: true, set: false },
            PlacedType::Section => NtBody::Section,
        };
        let id = self.nt_objects.insert(body);
        let object = self.nt_object_mut(id);
        object.is_placed = true;
        object.name = Some(Name { directory, last: last.clone(), path: path.clone() });
        self.namespace.insert(directory, &last, Entry::Object(id));
        Ok(Outcome::done())
    }

    /// The host puts an NT handle to a directory into the table of a process.
    // NAM-12
    pub(crate) fn place_directory_handle(
        &mut self,
        request: &PlaceDirectoryHandle,
    ) -> Result<Outcome, Misuse> {
        let PlaceDirectoryHandle { holder, ref path, granted_access, inherit, protect_from_close } = *request;
        self.expect_alive(holder)?;
        let directory = self.existing_directory(path)?;
        let there = self.namespace.directory(directory).object;
        self.expect_room_for_a_handle(holder)?;
        if there.is_none() {
            self.expect_room_for_an_nt_object()?;
        }
        // One object for all handles to a directory, while there are any.
        let object = there.unwrap_or_else(|| self.nt_objects.insert(NtBody::Directory(directory)));
        self.namespace.directory_mut(directory).object = Some(object);
        Ok(self.place_handle(holder, object, (granted_access, inherit, protect_from_close)))
    }

    /// The host puts an NT handle to a new section into the table of a process.
    pub(crate) fn place_section_handle(&mut self, request: &PlaceSectionHandle) -> Result<Outcome, Misuse> {
        let PlaceSectionHandle { holder, granted_access, inherit, protect_from_close } = *request;
        self.expect_alive(holder)?;
        self.expect_room_for_a_handle(holder)?;
        self.expect_room_for_an_nt_object()?;
        let object = self.nt_objects.insert(NtBody::Section);
        Ok(self.place_handle(holder, object, (granted_access, inherit, protect_from_close)))
    }

    fn place_handle(
        &mut self,
        holder: ProcessId,
        object: NtObjectId,
        (granted_access, inherit, protect_from_close): (u32, bool, bool),
    ) -> Outcome {
        // ACC-05, ACC-07
        let rights = TypeRights::of(self.nt_object(object).body.nt_type());
        let entry =
            NtEntry { object, granted_access: rights.map(granted_access), inherit, protect_from_close };
        Outcome::with(Output::NtHandle(self.insert_nt_handle(holder, entry)))
    }

    // NTH-05
    fn expect_room_for_a_handle(&self, holder: ProcessId) -> Result<(), Misuse> {
        let limit = self.limits.nt_handles_per_process;
        if self.process(holder).nt_handles.can_insert(limit) {
            return Ok(());
        }
        Err(Misuse::LimitReached { what: "NT handles of the process", limit })
    }

    fn expect_room_for_an_nt_object(&self) -> Result<(), Misuse> {
        let limit = self.limits.nt_objects;
        if self.nt_objects.others() < limit {
            return Ok(());
        }
        Err(Misuse::LimitReached { what: "NT objects", limit })
    }

    /// Where a full path leads, if nothing has that name.
    fn free_spot(&self, path: &[u16]) -> Result<Spot, Misuse> {
        let spot = self.host_walk(path)?;
        if spot.entry.is_some() {
            return Err(Misuse::NameTaken(path.to_vec()));
        }
        Ok(spot)
    }

    /// The directory with this full path.
    fn existing_directory(&self, path: &[u16]) -> Result<DirectoryId, Misuse> {
        if path == [BACKSLASH] {
            return Ok(Namespace::ROOT);
        }
        match self.host_walk(path)?.entry {
            Some(Entry::Directory(directory) | Entry::Link(directory)) => Ok(directory),
            Some(Entry::Object(_)) | None => Err(Misuse::UnknownDirectory(path.to_vec())),
        }
    }

    // NAM-17: the host writes names in any case, whatever the dialect.
    fn host_walk(&self, path: &[u16]) -> Result<Spot, Misuse> {
        let Some((&BACKSLASH, rest)) = path.split_first() else {
            return Err(Misuse::BadPath(path.to_vec()));
        };
        self.namespace.walk(Namespace::ROOT, rest, Case::Ignored).map_err(|error| match error {
            WalkError::EmptyComponent => Misuse::BadPath(path.to_vec()),
            WalkError::MissingDirectory => Misuse::UnknownDirectory(path.to_vec()),
        })
    }
}
