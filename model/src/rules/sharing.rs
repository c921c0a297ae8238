//! ShareObjects, and the opens by name.

use super::access::{ACCESS_SYSTEM_SECURITY, descriptor_of, granted_by_name, shared_through};
use super::draft::{Draft, free_name};
use super::names::{self, Named};
use crate::action::{Attributes, DescriptorOperand, NameOperand, Objects};
use crate::observation::{Output, Refusal};
use crate::state::{
    Identity, LocalObject, NtHandle, NtName, NtObject, NtType, Opening, Path, ProcessName, SharedName,
    SharedObject,
};

/// ShareObjects.
pub(super) fn share(
    draft: &mut Draft,
    caller: ProcessName,
    objects: Objects,
    attributes: Option<Attributes>,
    access: u32,
) -> Result<Output, Refusal> {
    let opening = shareable(draft, caller, objects)?;
    // NAM-02: the checks from here on, in this order. NAM-07: no attributes, no name.
    let attributes = attributes.unwrap_or_default();
    // NAM-03, NAM-06
    if attributes.exclusive {
        return Err(Refusal::Exclusive);
    }
    // NAM-24
    if attributes.descriptor == DescriptorOperand::UnknownRevision {
        return Err(Refusal::UnknownRevision);
    }
    let place = match attributes.name {
        // NAM-08: the RootDirectory of an empty name is not looked at.
        None | Some(NameOperand::Empty { .. }) => None,
        Some(name) => Some(names::walk(draft, caller, name)?),
    };
    match place {
        // NAM-18: another type, with or without OBJ_OPENIF.
        Some((_, Some(Named::Other))) => Err(Refusal::NameOfOtherType),
        Some((_, Some(Named::Shared(_)))) if !attributes.open_if => Err(Refusal::NameCollision),
        // ACC-06
        _ if access & ACCESS_SYSTEM_SECURITY != 0 => Err(Refusal::SystemSecurity),
        Some((_, Some(Named::Shared(existing)))) => {
            // NAM-19: it keeps what it carries; what the caller gave is not shared.
            let granted = granted(draft, caller, existing, access).ok_or(Refusal::ExistingNotGranted)?;
            let handle = open(draft, caller, existing, granted, attributes.inherit)?;
            Ok(Output::Shared { handle, object: existing, existed: true })
        }
        Some((path, None)) => make(draft, caller, &opening, (Some(path), attributes), access),
        None => make(draft, caller, &opening, (None, attributes), access),
    }
}

/// Resolves the list of a share to its one synchronisation object, or refuses.
fn shareable(draft: &Draft, caller: ProcessName, objects: Objects) -> Result<Opening, Refusal> {
    // SHR-09
    let resolved = objects.iter().map(|object| draft.local_object(caller, object));
    let resolved = resolved.collect::<Option<Vec<_>>>().ok_or(Refusal::NothingToShare)?;
    // SHR-04, SHR-05: without resources one list is left. SHR-01: no device or adapter is asked for.
    let [(_, LocalObject::SyncObject(opening))] = *resolved else { return Err(Refusal::WrongShape) };
    // SHR-07, SHR-08, SHR-10, SHR-13. SHR-16, SHR-17: neither its value nor CrossAdapter, its device or its adapter
    // matters.
    if !draft.sync_object(opening.object).nt_sharing {
        return Err(Refusal::NotForNtSharing);
    }
    Ok(opening)
}

/// Makes an NT object and the first handle to it.
fn make(
    draft: &mut Draft,
    caller: ProcessName,
    opening: &Opening,
    (path, attributes): (Option<Path>, Attributes),
    access: u32,
) -> Result<Output, Refusal> {
    // ACC-16
    let granted = shared_through(opening, access).ok_or(Refusal::WiderThanOpening)?;
    let identity = identity(draft, caller);
    // NAM-15
    if path.is_some_and(|path| !names::may_create(&draft.state, path.directory, identity)) {
        return Err(Refusal::MayNotCreate);
    }
    draft.room_for_nt(caller)?;
    names::room_for_nt_object(draft)?;
    // SHR-12, NAM-22: a new one each time, whatever carries the object already.
    let name = SharedName(free_name(draft.state.shared_objects.iter().map(|shared| shared.name.0)));
    let descriptor = descriptor_of(attributes.descriptor, identity.user);
    draft.state.shared_objects.push(SharedObject { name, carries: opening.object, path, descriptor });
    let handle = open(draft, caller, name, granted, attributes.inherit)?;
    // SHR-18
    Ok(Output::Shared { handle, object: name, existed: false })
}

/// OpenNtHandleFromName and OpenSyncObjectNtHandleFromName, by the type that they open.
pub(super) fn open_by_name(
    draft: &mut Draft,
    caller: ProcessName,
    wanted: NtType,
    attributes: Option<Attributes>,
    access: u32,
) -> Result<Output, Refusal> {
    // NAM-02, NAM-07
    let attributes = attributes.ok_or(Refusal::NoAttributes)?;
    // NAM-03, NAM-06
    if attributes.exclusive {
        return Err(Refusal::Exclusive);
    }
    let name = match attributes.name {
        // NAM-08
        None | Some(NameOperand::Empty { root: None }) => return Err(Refusal::NoName),
        Some(NameOperand::Empty { root: Some(root) }) => {
            names::root_directory(draft, caller, root)?;
            return Err(Refusal::WrongRoot);
        }
        Some(name) => name,
    };
    let found = match names::walk(draft, caller, name)?.1 {
        // NAM-14. NAM-23: an object without a name is not found.
        None => return Err(Refusal::NameNotFound),
        // OPN-02
        Some(Named::Shared(object)) if wanted == NtType::SharedSyncObject => object,
        // OPN-03, OPN-01: there is no resource to open.
        Some(Named::Shared(_) | Named::Other) => return Err(Refusal::OpenOfOtherType),
    };
    let granted = granted(draft, caller, found, access).ok_or(Refusal::NotGranted)?;
    // OPN-04: no local handle is made. OPN-20: no device is named.
    open(draft, caller, found, granted, attributes.inherit).map(Output::NtHandle)
}

/// Returns the mask that the descriptor of an existing object lets the caller have.
fn granted(draft: &Draft, caller: ProcessName, object: SharedName, access: u32) -> Option<u32> {
    let object = draft.state.shared_object(object)?;
    granted_by_name(&object.descriptor, identity(draft, caller), access)
}

fn identity(draft: &Draft, caller: ProcessName) -> Identity {
    draft.state.process(caller).expect("the caller's process is alive").identity
}

fn open(
    draft: &mut Draft,
    owner: ProcessName,
    object: SharedName,
    access: u32,
    inherit: bool,
) -> Result<NtName, Refusal> {
    let object = NtObject::Shared(object);
    // NAM-04: of this handle only.
    draft.open_nt(owner, NtHandle { name: NtName(0), object, access, inherit, protect: false })
}
