//! What the host sets up becomes the model's host actions.

use kmt_core::{AdapterKind, Host, PlacedType, ProcessConfig};
use kmt_model::action as model;
use kmt_model::rules::look_up;
use kmt_model::state::{self, ProcessName, State};

use super::abstracting::nt_operand;
use super::names::Names;
use super::paths::{Place, Walked};
use super::tokens::folded;

/// Every right of a directory, and of a section (ACC-05).
const DIRECTORY_ALL_ACCESS: u32 = 0x000F_000F;
const SECTION_ALL_ACCESS: u32 = 0x000F_001F;

/// What a host event means.
pub(super) enum HostMeaning {
    /// The model acts.
    Action(model::Host),
    /// Nothing that the model could form: the core must call it a misuse.
    Misuse,
    /// The model has no word for it.
    BeyondTheModel(&'static str),
}

/// The meaning of a host event.
pub(super) fn host(host: &Host, state: &State, names: &Names) -> HostMeaning {
    let formed = match host {
        Host::CreateProcess(config) => Some(model::Host::CreateProcess(identity(config))),
        Host::StartThread(process) => {
            Some(model::Host::StartThread { process: ProcessName(process.number()) })
        }
        // SYN-20: how many physical adapters there are is remembered with the names. Outside its bounds it is a misuse.
        Host::AddAdapter(config) => {
            let in_bounds = (1..=64).contains(&config.nodes) && (1..=32).contains(&config.physical_adapters);
            in_bounds.then(|| model::Host::AddAdapter {
                luid: config.luid.raw(),
                kind: adapter_kind(config.kind),
                display: config.has_display,
            })
        }
        Host::PlaceProcessHandle(place) => Some(model::Host::PlaceProcessHandle {
            holder: ProcessName(place.holder.number()),
            target: ProcessName(place.target.number()),
            access: place.granted_access,
            inherit: place.inherit,
            protect: place.protect_from_close,
        }),
        Host::AddDirectory(add) => return add_directory(&add.path, &add.refused_users, state, names),
        Host::PlaceNamedObject(place) => {
            return place_named_object(&place.path, place.object_type, state, names);
        }
        Host::PlaceDirectoryHandle(place) => match names.paths.directory(&place.path, state) {
            None => None,
            Some(Place::Model(directory)) => Some(model::Host::PlaceDirectoryHandle {
                holder: ProcessName(place.holder.number()),
                directory,
                access: plain(place.granted_access, DIRECTORY_ALL_ACCESS),
                inherit: place.inherit,
                protect: place.protect_from_close,
            }),
            // An ended process gets no handle, whatever it is to.
            Some(_) if state.live_process(ProcessName(place.holder.number())).is_none() => None,
            Some(_) => return HostMeaning::BeyondTheModel("a handle to a directory without names"),
        },
        Host::PlaceSectionHandle(place) => Some(model::Host::PlaceSectionHandle {
            holder: ProcessName(place.holder.number()),
            access: plain(place.granted_access, SECTION_ALL_ACCESS),
            inherit: place.inherit,
            protect: place.protect_from_close,
        }),
        Host::SetNtHandleFlags(set) => {
            let holder = ProcessName(set.process.number());
            match nt_operand(set.handle, holder, names) {
                model::NtOperand::Named(handle) => Some(model::Host::SetHandleFlags {
                    holder,
                    handle,
                    inherit: set.inherit,
                    protect: set.protect_from_close,
                }),
                _ => None,
            }
        }
    };
    formed.map_or(HostMeaning::Misuse, HostMeaning::Action)
}

/// The mask that a placed handle gets: generic bits mean all rights, bits that the type lacks are dropped.
// ACC-05, ACC-07
const fn plain(access: u32, all: u32) -> u32 {
    if access & 0xF000_0000 != 0 { all } else { access & all }
}

fn add_directory<'a>(
    path: &[u16],
    refused_users: impl IntoIterator<Item = &'a u32>,
    state: &State,
    names: &Names,
) -> HostMeaning {
    let Walked::At { place, last, child: None } = names.paths.walk_full(path, state) else {
        return HostMeaning::Misuse;
    };
    // NAM-15: a session that begins later takes such a directory over.
    if matches!(place, Place::Sessions | Place::Session(_) | Place::SessionLinks) {
        return HostMeaning::BeyondTheModel("a directory in the place of one of a session");
    }
    // NAM-16, NAM-17: in whatever spelling.
    let token = names.paths.tokens.of_folded(&folded(&last));
    if let (Place::Model(directory), Some(token)) = (place, token)
        && look_up(state, directory, token).is_some()
    {
        return HostMeaning::Misuse;
    }
    let mut users = refused_users.into_iter();
    match (users.next(), users.next()) {
        (_, Some(_)) => HostMeaning::BeyondTheModel("a directory that refuses several users"),
        (user, None) => HostMeaning::Action(model::Host::AddDirectory { refused_user: user.copied() }),
    }
}

fn place_named_object(path: &[u16], object_type: PlacedType, state: &State, names: &Names) -> HostMeaning {
    let Walked::At { place, last: _, child: None } = names.paths.walk_full(path, state) else {
        return HostMeaning::Misuse;
    };
    if !matches!(place, Place::Model(_)) {
        return HostMeaning::BeyondTheModel("an object in a directory that is only there for others");
    }
    match names.paths.place(path, state) {
        None => HostMeaning::BeyondTheModel("a third spelling of one name"),
        Some(path) => HostMeaning::Action(model::Host::PlaceNamedObject {
            path,
            object_type: match object_type {
                PlacedType::Event => state::PlacedType::Event,
                PlacedType::Section => state::PlacedType::Section,
            },
        }),
    }
}

/// For whom a process runs; its bitness decides lengths only, and is remembered with the names.
pub(super) const fn identity(config: &ProcessConfig) -> state::Identity {
    let ProcessConfig {
        user,
        session,
        bits: _,
        administrator,
        raise_priority: _, // decides nothing that is built so far
    } = *config;
    state::Identity { user, session, administrator }
}

const fn adapter_kind(kind: AdapterKind) -> state::AdapterKind {
    match kind {
        AdapterKind::Full => state::AdapterKind::Full,
        AdapterKind::ComputeOnly => state::AdapterKind::ComputeOnly,
        AdapterKind::DisplayOnly => state::AdapterKind::DisplayOnly,
    }
}
