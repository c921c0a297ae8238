//! What holds of shared NT objects, their names, and the rights of their handles.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;

use super::expect;
use crate::handle::access::TypeRights;
use crate::handle::nt::NtBody;
use crate::id::{NtObjectId, SyncObjectId};
use crate::kernel::Kernel;
use crate::share::namespace::{DirectoryId, Entry};

/// What an NT object carries lives, and was created for it.
// INV-69, INV-74, SHR-07, SHR-10
pub(super) fn carried_objects_live(kernel: &Kernel) -> Result<(), String> {
    for (id, object) in kernel.nt_objects.iter() {
        let NtBody::SharedSyncObject { object } = object.body else { continue };
        let carried = kernel.sync_objects.get(object);
        expect(carried.is_some_and(|carried| carried.nt_sharing), || {
            format!("{id:?} carries {object:?}, which does not live or was not made for it")
        })?;
    }
    Ok(())
}

/// Each object knows how many NT objects carry it.
// INV-66, LIF-12
pub(super) fn carriers_are_counted(kernel: &Kernel) -> Result<(), String> {
    let mut counts: BTreeMap<SyncObjectId, u64> = BTreeMap::new();
    for (_, object) in kernel.nt_objects.iter() {
        if let NtBody::SharedSyncObject { object } = object.body {
            *counts.entry(object).or_default() += 1;
        }
    }
    let counted = kernel.sync_objects.iter().map(|(id, object)| (id, object.nt_objects));
    expect(counted.filter(|(_, count)| *count > 0).eq(counts), || {
        String::from("a synchronisation object does not count its NT objects right")
    })
}

/// The names of objects in directories are those that the objects have, and an object that a share made has a handle.
// INV-70, NAM-21, NAM-16
pub(super) fn names_are_those_of_living_objects(kernel: &Kernel) -> Result<(), String> {
    let listed = kernel.namespace.iter().flat_map(|(directory, entries)| {
        entries.entries().filter_map(move |(name, entry)| match entry {
            Entry::Object(object) => Some((object, (directory, name.to_vec()))),
            Entry::Directory(_) | Entry::Link(_) => None,
        })
    });
    let listed: BTreeSet<_> = listed.collect();
    let had = kernel.nt_objects.iter().filter_map(|(id, object)| {
        let name = object.name.as_ref()?;
        Some((id, (name.directory, name.last.clone())))
    });
    expect(had.collect::<BTreeSet<_>>() == listed, || String::from("a name and its object do not agree"))?;
    let mut objects = kernel.nt_objects.iter();
    let unheld = objects.find(|(_, object)| {
        let is_shared = matches!(object.body, NtBody::SharedSyncObject { .. });
        is_shared && object.handles == 0 || object.name.is_some() && !(is_shared || object.is_placed)
    });
    expect(unheld.is_none(), || format!("{unheld:?} has a name and nothing that keeps it"))
}

/// No two names of a directory are equal without regard to case.
// INV-71, NAM-17: in the documented dialect they can be.
pub(super) fn names_are_unique(kernel: &Kernel) -> Result<(), String> {
    if kernel.profile.names_compare_case {
        return Ok(());
    }
    let mut directories = kernel.namespace.iter();
    let twice = directories.find(|(_, directory)| !directory.has_unique_names());
    expect(twice.is_none(), || format!("{:?} has a name twice", twice.map(|(id, _)| id)))
}

/// Every granted mask has bits of the type only, and so has every descriptor.
// INV-72, ACC-07
pub(super) fn masks_are_plain(kernel: &Kernel) -> Result<(), String> {
    let rights = |object: NtObjectId| {
        kernel.nt_objects.get(object).map(|object| TypeRights::of(object.body.nt_type()))
    };
    for (id, process) in &kernel.processes {
        let wrong = process.nt_handles.entries().find(|(_, entry)| {
            rights(entry.object).is_none_or(|rights| !rights.is_plain(entry.granted_access))
        });
        expect(wrong.is_none(), || format!("{wrong:?} of {id:?} grants what its type does not have"))?;
    }
    for (id, object) in kernel.nt_objects.iter() {
        let masks = object.descriptor.iter().flat_map(|descriptor| descriptor.access_list.iter().flatten());
        let rights = TypeRights::of(object.body.nt_type());
        let wrong = masks.map(|(_, mask)| *mask).find(|mask| !rights.is_plain(*mask));
        expect(wrong.is_none(), || format!("{wrong:?} in the descriptor of {id:?} is not plain"))?;
    }
    Ok(())
}

/// A directory has an NT object exactly while there is one of it.
// INV-65, LIF-02
pub(super) fn directories_know_their_objects(kernel: &Kernel) -> Result<(), String> {
    let known = kernel.namespace.iter().filter_map(|(id, directory)| Some((directory.object?, id)));
    let known: BTreeMap<NtObjectId, DirectoryId> = known.collect();
    let standing = kernel.nt_objects.iter().filter_map(|(id, object)| match object.body {
        NtBody::Directory(directory) => Some((id, directory)),
        _ => None,
    });
    expect(standing.eq(known), || String::from("a directory does not know the object of its handles"))
}
