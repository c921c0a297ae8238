//! Calls that share, name, open and ask about NT objects, sensible and not.

use arbitrary::{Result, Unstructured};
use kmt_core as core;
use kmt_model::action::{
    Attributes, Call, DeadKind, DescriptorOperand, DirectoryOperand, Host, LastComponent, LocalOperand,
    NameOperand, NtOperand, ObjectQuery, Objects,
};
use kmt_model::state::{
    AccessEntry, DirectoryName, Identity, LocalObject, NtObject, Path, PlacedType, Process, ProcessName,
    State, Trustee,
};

use super::garbage::{long_word, word};
use super::sync::opening_flags;
use super::{local, nt, pick};

/// Masks with and without the rights of a shared object, generic ones, and those that ask for what is there.
const MASKS: &[u32] = &[
    0x1F_0003,
    0x2_0001,
    0x2_0002,
    0x1,
    0x2,
    0x3,
    0,
    0x1000_0000,
    0x8000_0000,
    0x0200_0000,
    0x0100_0000,
    0xFE0_0000,
];
/// Few tokens, so that names meet.
const TOKENS: u32 = 2;

/// Such a call that can be formed in the state, most of the time.
pub(super) fn call(bytes: &mut Unstructured<'_>, state: &State, caller: Option<&Process>) -> Result<Call> {
    Ok(match bytes.int_in_range(0..=15)? {
        0 | 1 => Call::QueryObject {
            handle: nt(bytes, caller)?,
            query: pick(
                bytes,
                &[ObjectQuery::Basic, ObjectQuery::Name, ObjectQuery::Type, ObjectQuery::Unknown],
            )?,
            fits: bytes.ratio(3_u8, 4_u8)?,
        },
        2..=6 => Call::ShareObjects {
            objects: objects(bytes, state, caller)?,
            attributes: attributes(bytes, state, caller)?,
            access: pick(bytes, MASKS)?,
        },
        7 => Call::OpenNtHandleFromName {
            access: pick(bytes, MASKS)?,
            attributes: attributes(bytes, state, caller)?,
        },
        8..=10 => Call::OpenSyncObjectNtHandleFromName {
            access: pick(bytes, MASKS)?,
            attributes: attributes(bytes, state, caller)?,
        },
        11 => Call::OpenSyncObjectFromNtHandle { handle: carrier(bytes, caller)? },
        _ => Call::OpenSyncObjectFromNtHandle2 {
            handle: carrier(bytes, caller)?,
            device: local(bytes, caller, |object| matches!(object, LocalObject::Device(_)))?,
            flags: opening_flags(bytes)?,
            unknown_flag: bytes.ratio(1_u8, 16_u8)?,
            unknown_engine: bytes.ratio(1_u8, 16_u8)?,
        },
    })
}

/// A host action on the namespace.
pub(super) fn host(bytes: &mut Unstructured<'_>, state: &State, holder: ProcessName) -> Result<Host> {
    let (inherit, protect) = (bytes.arbitrary()?, bytes.ratio(1_u8, 4_u8)?);
    Ok(match bytes.int_in_range(0..=5)? {
        0 if state.directories.len() < 6 => Host::AddDirectory {
            refused_user: bytes.arbitrary::<bool>()?.then(|| bytes.int_in_range(0..=2)).transpose()?,
        },
        1 => Host::PlaceNamedObject {
            path: Path {
                directory: directory(bytes, state)?,
                token: bytes.int_in_range(0..=TOKENS)?,
                upper_case: bytes.arbitrary()?,
            },
            object_type: pick(bytes, &[PlacedType::Event, PlacedType::Section])?,
        },
        2 => Host::PlaceSectionHandle { holder, access: pick(bytes, &[0xF_001F, 0x4])?, inherit, protect },
        _ => Host::PlaceDirectoryHandle {
            holder,
            directory: directory(bytes, state)?,
            access: pick(bytes, &[0xF_000F, 0x3, 0])?,
            inherit,
            protect,
        },
    })
}

/// For whom a process runs: few users and sessions, so that they meet.
///
/// # Errors
///
/// When the bytes run out.
pub fn identity(bytes: &mut Unstructured<'_>) -> Result<Identity> {
    Ok(Identity {
        user: bytes.int_in_range(0..=1)?,
        session: bytes.int_in_range(0..=1)?,
        administrator: bytes.ratio(1_u8, 4_u8)?,
    })
}

fn objects(bytes: &mut Unstructured<'_>, state: &State, caller: Option<&Process>) -> Result<Objects> {
    let mut object = || {
        local(bytes, caller, |object| match object {
            LocalObject::SyncObject(opening) => {
                state.sync_object(opening.object).is_some_and(|object| object.nt_sharing)
            }
            _ => false,
        })
    };
    let (first, second, third): (LocalOperand, _, _) = (object()?, object()?, object()?);
    Ok(match bytes.int_in_range(0..=15)? {
        0 => Objects { first, second: Some(second), third: None },
        1 => Objects { first, second: Some(second), third: Some(third) },
        _ => Objects::one(first),
    })
}

/// An NT handle to a shared object, most of the time.
fn carrier(bytes: &mut Unstructured<'_>, caller: Option<&Process>) -> Result<NtOperand> {
    let handles = caller.map_or(&[][..], |process| &process.nt_handles).iter();
    let shared = handles.filter(|handle| matches!(handle.object, NtObject::Shared(_)));
    let shared: Vec<_> = shared.map(|handle| handle.name).collect();
    if shared.is_empty() || bytes.ratio(1_u8, 12_u8)? {
        return nt(bytes, caller);
    }
    pick(bytes, &shared).map(NtOperand::Named)
}

fn directory(bytes: &mut Unstructured<'_>, state: &State) -> Result<DirectoryName> {
    let known: Vec<_> = state.directories.iter().map(|directory| directory.name).collect();
    if known.is_empty() { Ok(DirectoryName::Global) } else { pick(bytes, &known) }
}

fn attributes(
    bytes: &mut Unstructured<'_>,
    state: &State,
    caller: Option<&Process>,
) -> Result<Option<Attributes>> {
    if bytes.ratio(1_u8, 4_u8)? {
        return Ok(None);
    }
    Ok(Some(Attributes {
        name: name(bytes, state, caller)?,
        inherit: bytes.arbitrary()?,
        exclusive: bytes.ratio(1_u8, 32_u8)?,
        open_if: bytes.ratio(1_u8, 3_u8)?,
        descriptor: descriptor(bytes)?,
    }))
}

fn name(
    bytes: &mut Unstructured<'_>,
    state: &State,
    caller: Option<&Process>,
) -> Result<Option<NameOperand>> {
    // RootDirectory 0 is none.
    let root = |bytes: &mut Unstructured<'_>| {
        let handles = caller.map_or(&[][..], |process| &process.nt_handles).iter();
        let directories = handles.filter(|handle| matches!(handle.object, NtObject::Directory(_)));
        let directories: Vec<_> = directories.map(|handle| NtOperand::Named(handle.name)).collect();
        let any = nt(bytes, caller)?;
        let operand =
            if directories.is_empty() || bytes.ratio(1_u8, 4_u8)? { any } else { pick(bytes, &directories)? };
        Ok(if operand == NtOperand::Dead(DeadKind::Zero) { NtOperand::Current } else { operand })
    };
    Ok(match bytes.int_in_range(0..=23)? {
        0 => None,
        1 => Some(NameOperand::Empty { root: None }),
        2 => Some(NameOperand::Empty { root: Some(root(bytes)?) }),
        3 => Some(NameOperand::Root),
        4..=8 => {
            Some(NameOperand::In { directory: DirectoryOperand::Handle(root(bytes)?), last: last(bytes)? })
        }
        9 => Some(NameOperand::In { directory: DirectoryOperand::Missing, last: last(bytes)? }),
        10 => {
            let (directory, token) = (directory(bytes, state)?, bytes.int_in_range(0..=TOKENS)?);
            let directory = DirectoryOperand::Object { directory, token };
            Some(NameOperand::In { directory, last: last(bytes)? })
        }
        _ => {
            let directory = DirectoryOperand::Path(directory(bytes, state)?);
            Some(NameOperand::In { directory, last: last(bytes)? })
        }
    })
}

fn last(bytes: &mut Unstructured<'_>) -> Result<LastComponent> {
    Ok(match bytes.int_in_range(0..=11)? {
        0 => LastComponent::Directory,
        1 => LastComponent::Empty,
        _ => LastComponent::Token {
            token: bytes.int_in_range(0..=TOKENS)?,
            upper_case: bytes.ratio(1_u8, 4_u8)?,
        },
    })
}

fn descriptor(bytes: &mut Unstructured<'_>) -> Result<DescriptorOperand> {
    Ok(match bytes.int_in_range(0..=7)? {
        0 => DescriptorOperand::UnknownRevision,
        1 | 2 => DescriptorOperand::Open,
        3 | 4 => {
            let mut entries = [None; 3];
            for entry in &mut entries {
                if bytes.arbitrary()? {
                    let trustee = pick(
                        bytes,
                        &[Trustee::User(0), Trustee::User(1), Trustee::Administrators, Trustee::Everyone],
                    )?;
                    *entry = Some(AccessEntry { trustee, mask: pick(bytes, MASKS)? });
                }
            }
            DescriptorOperand::List(entries)
        }
        _ => DescriptorOperand::Default,
    })
}

/// The same request with one field replaced by any bits; none for a request of another kind.
pub(super) fn garbage(
    bytes: &mut Unstructured<'_>,
    request: &core::Request,
) -> Result<Option<core::Request>> {
    use core::Request as R;
    Ok(Some(match request.clone() {
        R::QueryObject(mut ask) => {
            match bytes.int_in_range(0..=2)? {
                0 => ask.handle = core::NtHandle::from_raw(long_word(bytes)?),
                1 => ask.class = word(bytes)?,
                _ => ask.length = word(bytes)?,
            }
            R::QueryObject(ask)
        }
        R::ShareObjects(mut share) => {
            match bytes.int_in_range(0..=8)? {
                0 => share.object_count = word(bytes)?,
                1 => share.objects = None,
                2 => share.objects = Some(vec![core::LocalHandle::from_raw(word(bytes)?)]),
                3 => share.report_handle = false,
                4 => share.desired_access = word(bytes)?,
                _ => share.attributes = garbage_attributes(bytes, share.attributes)?,
            }
            R::ShareObjects(share)
        }
        R::OpenNtHandleFromName(mut ask) => {
            ask.attributes = garbage_attributes(bytes, ask.attributes)?;
            R::OpenNtHandleFromName(ask)
        }
        R::OpenSyncObjectNtHandleFromName(_) if bytes.ratio(1_u8, 16_u8)? => {
            R::NullArgument(core::EntryPoint::OpenSyncObjectNtHandleFromName)
        }
        R::OpenSyncObjectNtHandleFromName(mut ask) => {
            ask.attributes = garbage_attributes(bytes, ask.attributes)?;
            R::OpenSyncObjectNtHandleFromName(ask)
        }
        R::OpenSyncObjectFromNtHandle(_) if bytes.ratio(1_u8, 16_u8)? => {
            R::NullArgument(core::EntryPoint::OpenSyncObjectFromNtHandle)
        }
        R::OpenSyncObjectFromNtHandle(_) => R::OpenSyncObjectFromNtHandle(core::OpenSyncObjectFromNtHandle {
            nt_handle: core::NtHandle::from_raw(long_word(bytes)?),
        }),
        R::OpenSyncObjectFromNtHandle2(mut ask) => {
            match bytes.int_in_range(0..=3)? {
                0 => ask.nt_handle = core::NtHandle::from_raw(long_word(bytes)?),
                1 => ask.device = core::LocalHandle::from_raw(word(bytes)?),
                2 => ask.flags = word(bytes)?,
                _ => ask.engine_affinity = word(bytes)?,
            }
            R::OpenSyncObjectFromNtHandle2(ask)
        }
        _ => return Ok(None),
    }))
}

fn garbage_attributes(
    bytes: &mut Unstructured<'_>,
    given: Option<core::ObjectAttributes>,
) -> Result<Option<core::ObjectAttributes>> {
    let mut attributes = given.unwrap_or_else(core::ObjectAttributes::unnamed);
    match bytes.int_in_range(0..=7)? {
        0 => attributes.length = word(bytes)?,
        1 => attributes.attributes = word(bytes)?,
        2 => attributes.root_directory = core::NtHandle::from_raw(long_word(bytes)?),
        3 => {
            if let Some(name) = &mut attributes.object_name {
                match bytes.int_in_range(0..=2)? {
                    0 => name.buffer_aligned = false,
                    1 => name.length = bytes.arbitrary()?,
                    _ => name.length = name.length.saturating_sub(bytes.int_in_range(1..=4)?),
                }
            }
        }
        4 => attributes.object_name = None,
        5 => {
            let access_list = bytes.arbitrary::<bool>()?.then(Vec::new);
            attributes.security_descriptor =
                Some(core::SecurityDescriptor { revision: bytes.int_in_range(0..=2)?, access_list });
        }
        _ => attributes.object_name = Some(core::ObjectName::new(pick(bytes, PATHS)?)),
    }
    Ok(Some(attributes))
}

/// A host action on the namespace with any path, and on any process.
pub(super) fn garbage_host(bytes: &mut Unstructured<'_>) -> Result<core::Host> {
    let path = pick(bytes, PATHS)?.encode_utf16().collect();
    let holder = core::ProcessId::from_number(word(bytes)?);
    let (granted_access, inherit, protect_from_close) =
        (word(bytes)?, bytes.arbitrary()?, bytes.arbitrary()?);
    Ok(match bytes.int_in_range(0..=3)? {
        0 => core::Host::AddDirectory(core::AddDirectory {
            path,
            refused_users: (0..bytes.int_in_range(0..=2)?).collect(),
        }),
        1 => {
            let object_type = pick(bytes, &[core::PlacedType::Event, core::PlacedType::Section])?;
            core::Host::PlaceNamedObject(core::PlaceNamedObject { path, object_type })
        }
        2 => core::Host::PlaceDirectoryHandle(core::PlaceDirectoryHandle {
            holder,
            path,
            granted_access,
            inherit,
            protect_from_close,
        }),
        _ => core::Host::PlaceSectionHandle(core::PlaceSectionHandle {
            holder,
            granted_access,
            inherit,
            protect_from_close,
        }),
    })
}

/// Paths through directories and links, right and wrong.
const PATHS: &[&str] = &[
    "\\BaseNamedObjects\\name0",
    "\\basenamedobjects\\Name0",
    "\\Sessions\\0\\BaseNamedObjects\\Local\\name1",
    "\\Sessions\\1\\BaseNamedObjects\\Global\\NAME1",
    "\\BaseNamedObjects\\Session\\1\\name0",
    "\\BaseNamedObjects\\Global\\Global\\Local\\fence",
    "\\BaseNamedObjects\\Fence",
    "\\BaseNamedObjects\\\u{fc}ber",
    "\\BaseNamedObjects\\\u{dc}ber\\x",
    "\\BaseNamedObjects",
    "\\Sessions\\0\\BaseNamedObjects",
    "\\",
    "\\BaseNamedObjects\\\\x",
    "\\BaseNamedObjects\\",
    "\\Sessions\\9\\x",
    "\\Sessions",
    "\\fence",
    "name0",
    "Local\\name1",
    "",
];
