//! What the core answered about shared NT objects becomes what the model observed.

use kmt_core::{LocalHandle, NtHandle, NtStatus, NtType, ObjectInformation, Output, Refusal};
use kmt_model::action::{self as model, Call};
use kmt_model::observation::{self, ObjectName};
use kmt_model::state::{self, NtObject, ProcessName, State};

use super::concretise_share::needed_length;
use super::concretise_sync::opening_flag_word;
use super::names::Names;
use super::observe::{Answered, Made, Perspective, mapping};
use super::paths::Place;

/// What the call that is answered asked for, as far as its answer says it again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// The bytes that the answer of QueryObject takes.
    length: Option<u32>,
    /// The object that QueryObject asks about, and the state that it is in.
    object: Option<(NtObject, Option<&'a State>)>,
    /// The flags of OpenSyncObjectFromNtHandle2.
    flags: u32,
}

impl<'a> Asked<'a> {
    /// What a call asks for.
    pub(super) fn of(
        action: &model::Action,
        caller: Option<ProcessName>,
        before: &'a State,
        names: &Names,
    ) -> Self {
        match (action, caller) {
            (model::Action::Call(_, Call::QueryObject { handle, query, .. }), Some(caller)) => {
                let model::NtOperand::Named(name) = *handle else { return Self::default() };
                let named = before.process(caller).and_then(|process| process.nt_handle(name));
                Self {
                    length: needed_length(*query, *handle, caller, before, names),
                    object: named.map(|handle| (handle.object, Some(before))),
                    flags: 0,
                }
            }
            (model::Action::Call(_, Call::OpenSyncObjectFromNtHandle2 { flags, .. }), _) => {
                Self { flags: opening_flag_word(*flags), ..Self::default() }
            }
            _ => Self::default(),
        }
    }
}

/// A refusal that wrote something all the same (LIF-13).
pub(super) fn refused_but_written(
    refusal: Refusal,
    output: &Output,
    perspective: &Perspective<'_>,
) -> Result<Answered, String> {
    match output {
        // NTH-25
        Output::ReturnLength(length) if Some(*length) == perspective.asked.length => {
            Ok(Answered::Refused { refusal, written: true })
        }
        Output::ReturnLength(length) => {
            Err(format!("ReturnLength is {length}, not {:?} (NTH-25)", perspective.asked.length))
        }
        other => Err(format!("{refusal} wrote {other:?}")),
    }
}

/// ShareObjects.
pub(super) fn shared(
    handle: NtHandle,
    status: NtStatus,
    perspective: &Perspective<'_>,
) -> Result<observation::Output, String> {
    let name = perspective.nt(perspective.caller, handle)?;
    let Some(Made::SharedObject(object)) = perspective.made else {
        return Err(format!("{handle:?} does not refer to a shared object"));
    };
    let existed = status == NtStatus::OBJECT_NAME_EXISTS;
    Ok(observation::Output::Shared { handle: name, object, existed })
}

/// OpenSyncObjectFromNtHandle2.
pub(super) fn opened(
    sync_object: LocalHandle,
    flags: u32,
    addresses: Option<kmt_core::FenceMapping>,
    perspective: &Perspective<'_>,
) -> Result<observation::Output, String> {
    // OPN-10: bits 0 to 2 become 0.
    if flags != perspective.asked.flags {
        return Err(format!("Flags is {flags:#x}, not {:#x} (OPN-10)", perspective.asked.flags));
    }
    let handle = perspective.local(sync_object)?;
    Ok(observation::Output::OpenedSyncObject { handle, mapping: mapping(addresses)? })
}

/// QueryObject.
pub(super) fn information(
    information: &ObjectInformation,
    length: u32,
    perspective: &Perspective<'_>,
) -> Result<observation::Output, String> {
    if perspective.asked.length != Some(length) {
        return Err(format!("ReturnLength is {length}, not {:?}", perspective.asked.length));
    }
    Ok(match information {
        ObjectInformation::Basic { attributes, .. } if attributes & !0x3 != 0 => {
            return Err(format!("Attributes is {attributes:#x} (NTH-23)"));
        }
        ObjectInformation::Basic { attributes, granted_access, handle_count } => {
            observation::Output::ObjectBasic {
                inherit: attributes & 0x2 != 0,
                protect: attributes & 0x1 != 0,
                access: *granted_access,
                handles: usize::try_from(*handle_count).map_err(|error| error.to_string())?,
            }
        }
        ObjectInformation::Name(name) => {
            let name = name.as_deref().map(|units| object_name(units, perspective)).transpose()?;
            observation::Output::ObjectName(name)
        }
        ObjectInformation::Type(object_type) => observation::Output::ObjectType(nt_type(*object_type)),
    })
}

/// The model's form of a reported name, which must be, letter by letter, the one that was given.
// NTH-24
fn object_name(units: &[u16], perspective: &Perspective<'_>) -> Result<ObjectName, String> {
    let unknown = || format!("the name {:?} was given to nothing", String::from_utf16_lossy(units));
    let (object, state) = perspective.asked.object.ok_or_else(unknown)?;
    let paths = &perspective.names.paths;
    match object {
        NtObject::Shared(shared) if paths.object_with(units) == Some(shared) => {
            let path = state.and_then(|state| state.shared_object(shared)).and_then(|object| object.path);
            path.map(ObjectName::Object).ok_or_else(unknown)
        }
        NtObject::Directory(directory)
            if paths.path_of(Place::Model(directory)).as_deref() == Some(units) =>
        {
            Ok(ObjectName::Directory(directory))
        }
        _ => Err(unknown()),
    }
}

const fn nt_type(object_type: NtType) -> state::NtType {
    match object_type {
        NtType::SharedSyncObject => state::NtType::SharedSyncObject,
        NtType::SharedResource => state::NtType::SharedResource,
        NtType::Event => state::NtType::Event,
        NtType::Process => state::NtType::Process,
        NtType::Section => state::NtType::Section,
        NtType::Directory => state::NtType::Directory,
    }
}
