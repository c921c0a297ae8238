//! The model's calls that share, name, open and ask about NT objects become the core's requests.

use kmt_core::{
    AccessEntry, ObjectAttributes, ObjectName, OpenNtHandleFromName, OpenSyncObjectFromNtHandle,
    OpenSyncObjectFromNtHandle2, OpenSyncObjectNtHandleFromName, QueryObject, Request, SecurityDescriptor,
    ShareObjects, Trustee,
};
use kmt_model::action as model;
use kmt_model::rules::look_up;
use kmt_model::state::{self, DirectoryName, NtObject, ProcessName, State};

use super::concretise::{local_handle, nt_handle};
use super::concretise_sync::{opening_flag_word, unknown_engines};
use super::names::Names;
use super::paths::{BACKSLASH, Place, units};

/// A name that no directory has.
const MISSING: &str = "no such directory";

/// The request that such a call stands for; none if it names something that has no concrete form.
pub(super) fn request(
    call: &model::Call,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Option<Request> {
    let local = |operand| local_handle(operand, process, names);
    let nt = |operand| nt_handle(operand, process, names);
    let attributes = |given: Option<model::Attributes>| match given {
        None => Some(None),
        Some(given) => attributes(&given, process, state, names).map(Some),
    };
    Some(match *call {
        model::Call::QueryObject { handle, query, fits } => {
            let needed = needed_length(query, handle, process, state, names).unwrap_or(0);
            Request::QueryObject(QueryObject {
                handle: nt(handle)?,
                class: match query {
                    model::ObjectQuery::Basic => 0,
                    model::ObjectQuery::Name => 1,
                    model::ObjectQuery::Type => 2,
                    model::ObjectQuery::Unknown => 3,
                },
                length: if fits { needed } else { needed.saturating_sub(1) },
            })
        }
        model::Call::ShareObjects { objects, attributes: given, access } => {
            let objects = objects.iter().map(local).collect::<Option<Vec<_>>>()?;
            Request::ShareObjects(ShareObjects {
                object_count: u32::try_from(objects.len()).ok()?,
                objects: Some(objects),
                attributes: attributes(given)?,
                desired_access: access,
                report_handle: true,
            })
        }
        model::Call::OpenNtHandleFromName { access, attributes: given } => {
            Request::OpenNtHandleFromName(OpenNtHandleFromName {
                desired_access: access,
                attributes: attributes(given)?,
            })
        }
        model::Call::OpenSyncObjectNtHandleFromName { access, attributes: given } => {
            Request::OpenSyncObjectNtHandleFromName(OpenSyncObjectNtHandleFromName {
                desired_access: access,
                attributes: attributes(given)?,
            })
        }
        model::Call::OpenSyncObjectFromNtHandle { handle } => {
            Request::OpenSyncObjectFromNtHandle(OpenSyncObjectFromNtHandle { nt_handle: nt(handle)? })
        }
        model::Call::OpenSyncObjectFromNtHandle2 { handle, device, flags, unknown_flag, unknown_engine } => {
            // OPN-13: the highest bit, unless the adapter has so many physical adapters.
            let engine_affinity = match unknown_engines(device, process, state, names) & 1 << 31 {
                _ if !unknown_engine => 0,
                0 => return None,
                bit => bit,
            };
            Request::OpenSyncObjectFromNtHandle2(OpenSyncObjectFromNtHandle2 {
                nt_handle: nt(handle)?,
                device: local(device)?,
                flags: opening_flag_word(flags) | u32::from(unknown_flag) << 8,
                engine_affinity,
            })
        }
        other => unreachable!("{other:?} is no call on NT objects that are shared"),
    })
}

fn attributes(
    given: &model::Attributes,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Option<ObjectAttributes> {
    let model::Attributes { name, inherit, exclusive, open_if, descriptor } = *given;
    let mut attributes = ObjectAttributes {
        length: if names.identities.is_narrow(process) { 24 } else { 48 },
        attributes: u32::from(inherit) << 1 | u32::from(exclusive) << 5 | u32::from(open_if) << 7,
        security_descriptor: security_descriptor(descriptor),
        ..ObjectAttributes::unnamed()
    };
    let root = |operand| nt_handle(operand, process, names);
    let text = match name {
        None => return Some(attributes),
        Some(model::NameOperand::Empty { root: None }) => Vec::new(),
        Some(model::NameOperand::Empty { root: Some(operand) }) => {
            attributes.root_directory = root(operand)?;
            Vec::new()
        }
        Some(model::NameOperand::Root) => vec![BACKSLASH],
        Some(model::NameOperand::In { directory: model::DirectoryOperand::Handle(operand), last }) => {
            attributes.root_directory = root(operand)?;
            relative(operand, last, process, state, names)?
        }
        Some(model::NameOperand::In { directory, last }) => full(directory, last, state, names)?,
    };
    attributes.object_name = Some(object_name(text));
    Some(attributes)
}

/// UNICODE_STRING of these units.
pub(super) fn object_name(units: Vec<u16>) -> ObjectName {
    let length = u16::try_from(units.len() * 2).unwrap_or(u16::MAX - 1);
    ObjectName { units, length, buffer_aligned: true }
}

/// A full name; none if it would mean something else, because what it names is not there.
fn full(
    directory: model::DirectoryOperand,
    last: model::LastComponent,
    state: &State,
    names: &Names,
) -> Option<Vec<u16>> {
    let paths = &names.paths;
    let mut text = match directory {
        model::DirectoryOperand::Path(directory) => {
            state.directory(directory)?;
            if last == model::LastComponent::Directory && has_no_directory(directory) {
                return None;
            }
            paths.path_of(Place::Model(directory))?
        }
        model::DirectoryOperand::Missing => {
            paths.join(Place::Model(DirectoryName::Global), &units(MISSING))?
        }
        model::DirectoryOperand::Object { directory, token } => {
            let spelt = |upper_case| {
                let path = state::Path { directory, token, upper_case };
                paths.text(path).filter(|_| look_up(state, directory, token).is_some())
            };
            spelt(false).or_else(|| spelt(true))?
        }
        model::DirectoryOperand::Handle(_) => return None,
    };
    text.push(BACKSLASH);
    text.extend(last_component(last, names)?);
    Some(text)
}

/// Whether the model has no directory and no link in this one.
const fn has_no_directory(directory: DirectoryName) -> bool {
    matches!(directory, DirectoryName::Added(_))
}

/// A name in the directory of a handle.
fn relative(
    root: model::NtOperand,
    last: model::LastComponent,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Option<Vec<u16>> {
    let leads_to = match root {
        model::NtOperand::Named(name) => Some(state.process(process)?.nt_handle(name)?.object),
        _ => None,
    };
    match (last, leads_to) {
        (model::LastComponent::Token { .. }, _) => last_component(last, names),
        (_, Some(NtObject::Directory(directory))) if has_no_directory(directory) => None,
        (model::LastComponent::Directory, _) => last_component(last, names),
        // A directory of the directory, and then nothing.
        (model::LastComponent::Empty, _) => Some(units("Local\\")),
    }
}

fn last_component(last: model::LastComponent, names: &Names) -> Option<Vec<u16>> {
    match last {
        model::LastComponent::Token { token, upper_case } => names.paths.tokens.spelling(token, upper_case),
        model::LastComponent::Directory => Some(units("Local")),
        model::LastComponent::Empty => Some(Vec::new()),
    }
}

fn security_descriptor(operand: model::DescriptorOperand) -> Option<SecurityDescriptor> {
    let (revision, access_list) = match operand {
        model::DescriptorOperand::Default => return None,
        model::DescriptorOperand::Open => (1, None),
        model::DescriptorOperand::UnknownRevision => (2, None),
        model::DescriptorOperand::List(entries) => {
            let entry =
                |entry: state::AccessEntry| AccessEntry { trustee: trustee(entry.trustee), mask: entry.mask };
            (1, Some(entries.into_iter().flatten().map(entry).collect()))
        }
    };
    Some(SecurityDescriptor { revision, access_list })
}

const fn trustee(trustee: state::Trustee) -> Trustee {
    match trustee {
        state::Trustee::User(user) => Trustee::User(user),
        state::Trustee::Administrators => Trustee::Administrators,
        state::Trustee::Everyone => Trustee::Everyone,
    }
}

/// How many bytes the answer of QueryObject has; none if there is nothing to ask about.
// NTH-23 to NTH-27
pub(super) fn needed_length(
    query: model::ObjectQuery,
    handle: model::NtOperand,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Option<u32> {
    let model::NtOperand::Named(name) = handle else { return None };
    let object = state.process(process)?.nt_handle(name)?.object;
    let of_name = |units: usize| u32::try_from(2 * units + 2).ok();
    match query {
        model::ObjectQuery::Basic => Some(56),
        model::ObjectQuery::Name => {
            let text = match object {
                NtObject::Shared(shared) => names.paths.text_of(shared).map(<[u16]>::len),
                NtObject::Directory(directory) => {
                    names.paths.path_of(Place::Model(directory)).map(|path| path.len())
                }
                NtObject::Process(_) | NtObject::Event(_) | NtObject::Section(_) => None,
            };
            text.map_or(Some(16), |units| Some(16 + of_name(units)?))
        }
        model::ObjectQuery::Type => {
            let text = match object {
                NtObject::Shared(_) => "DxgkSharedSyncObject",
                NtObject::Event(_) => "Event",
                NtObject::Process(_) => "Process",
                NtObject::Section(_) => "Section",
                NtObject::Directory(_) => "Directory",
            };
            Some(104 + of_name(text.len())?)
        }
        model::ObjectQuery::Unknown => None,
    }
}
