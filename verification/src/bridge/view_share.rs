//! The core's shared NT objects, their names and descriptors, and the namespace, in the model's words.

use kmt_core::{
    AccessEntry, DescriptorView, DirectoryView, Kernel, NameTarget, NameView, NtObjectBody, NtObjectId,
    NtObjectView,
};
use kmt_model::state::{self, State};

use super::abstracting_share::trustee;
use super::names::Names;
use super::paths::{Place, Walked};

/// The shared objects in order of creation.
pub(super) fn shared_objects(
    kernel: &Kernel,
    names: &Names,
    state: &State,
) -> Result<Vec<state::SharedObject>, String> {
    let mut shared = Vec::new();
    for object in kernel.nt_objects() {
        if let NtObjectBody::SharedSyncObject { object: carried } = object.body {
            shared.push(shared_object(&object, carried, names, state)?);
        }
    }
    shared.sort_unstable_by_key(|object| names.identities.shared_object_rank(object.name));
    Ok(shared)
}

fn shared_object(
    object: &NtObjectView,
    carried: kmt_core::SyncObjectId,
    names: &Names,
    state: &State,
) -> Result<state::SharedObject, String> {
    let NtObjectView {
        id,
        body: _,
        handles: _,       // compared as the sum of the tables
        registrations: _, // no shared object has any
        name,
        descriptor,
        exclusive,
        placed,
    } = object;
    let shared = names.identities.shared_object_name(*id).ok_or_else(|| format!("{id:?} has no name"))?;
    if exclusive.is_some() || *placed {
        return Err(format!("{id:?} is reserved for {exclusive:?}, placed: {placed}"));
    }
    if name.as_deref() != names.paths.text_of(shared) {
        return Err(format!("{id:?} has the name {name:?}, which is not the one that it was given"));
    }
    let path = name.as_deref().map(|text| {
        names.paths.place(text, state).ok_or_else(|| format!("the name of {id:?} leads nowhere"))
    });
    let descriptor = descriptor.as_ref().ok_or_else(|| format!("{id:?} has no descriptor"))?;
    Ok(state::SharedObject {
        name: shared,
        carries: names
            .identities
            .sync_object_name(carried)
            .ok_or_else(|| format!("{id:?} carries {carried:?}, which has no name"))?,
        path: path.transpose()?,
        descriptor: self::descriptor(descriptor),
    })
}

fn descriptor(descriptor: &DescriptorView) -> state::Descriptor {
    let DescriptorView { owner, access_list } = descriptor;
    let entry = |AccessEntry { trustee: whom, mask }: &AccessEntry| state::AccessEntry {
        trustee: trustee(*whom),
        mask: *mask,
    };
    state::Descriptor {
        owner: *owner,
        access_list: access_list.as_ref().map(|list| list.iter().map(entry).collect()),
    }
}

/// The objects that the host placed, in order of creation.
pub(super) fn placed_objects(kernel: &Kernel, names: &Names) -> Result<Vec<state::PlacedObject>, String> {
    let placed = names.paths.placed().iter().map(|(id, path)| {
        let object = kernel.nt_objects().find(|object| object.id == *id && object.placed);
        let object_type = match object.map(|object| object.body) {
            Some(NtObjectBody::Event { manual_reset: true, set: false }) => state::PlacedType::Event,
            Some(NtObjectBody::Section) => state::PlacedType::Section,
            other => return Err(format!("the placed object {id:?} is {other:?}")),
        };
        Ok(state::PlacedObject { path: *path, object_type })
    });
    placed.collect()
}

/// The directories of the model in order of creation; that all names stand where they should is looked at on the way.
pub(super) fn directories(
    kernel: &Kernel,
    names: &Names,
    state: &State,
) -> Result<Vec<state::Directory>, String> {
    let mut seen = Vec::new();
    let mut objects = Vec::new();
    let paths = &names.paths;
    for DirectoryView { path, refused_users, names: entries } in kernel.directories() {
        let place = paths.directory(path, state).filter(|place| paths.is_path_of(*place, path));
        let unmade = || format!("nothing made the directory {:?}", String::from_utf16_lossy(path));
        let place = place.ok_or_else(unmade)?;
        for NameView { name, target } in entries {
            let expected = paths.child(place, name, state);
            match target {
                NameTarget::Object(object) => objects.push((object, place, name.to_vec())),
                NameTarget::Directory(path) | NameTarget::Link(path)
                    if expected.is_some_and(|place| paths.is_path_of(place, path)) => {}
                other => return Err(format!("{place:?} has {other:?}, but {expected:?} is expected")),
            }
        }
        let refused_user = refused_users.first().copied();
        match place {
            Place::Model(name) => seen.push(state::Directory { name, refused_user }),
            _ if refused_user.is_some() => return Err(format!("{place:?} refuses {refused_user:?}")),
            _ => {}
        }
    }
    compare_names(kernel, names, state, objects)?;
    Ok(seen)
}

/// Each named object stands in its directory under its own name, and nothing else does.
// NAM-21
fn compare_names(
    kernel: &Kernel,
    names: &Names,
    state: &State,
    mut seen: Vec<(NtObjectId, Place, Vec<u16>)>,
) -> Result<(), String> {
    let mut expected = Vec::new();
    for object in kernel.nt_objects() {
        let (
            NtObjectBody::SharedSyncObject { .. } | NtObjectBody::Event { .. } | NtObjectBody::Section,
            Some(text),
        ) = (object.body, object.name)
        else {
            continue;
        };
        if let Walked::At { place, last, child: None } = names.paths.walk_full(&text, state) {
            expected.push((object.id, place, last));
        }
    }
    seen.sort_unstable();
    expected.sort_unstable();
    if seen == expected {
        Ok(())
    } else {
        Err(format!("the names are {seen:?}, those of the objects {expected:?}"))
    }
}
