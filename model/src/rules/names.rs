//! Directories and names: where a name leads, and what stands there.

use super::access::DIRECTORY_ALL_ACCESS;
use super::draft::{Draft, has_room};
use crate::action::{DirectoryOperand, LastComponent, NameOperand, NtOperand};
use crate::observation::{Output, Refusal};
use crate::state::{
    Directory, DirectoryName, Identity, NtHandle, NtName, NtObject, Path, PlacedObject, PlacedType,
    ProcessName, SharedName, State,
};

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// An object of ShareObjects.
    Shared(SharedName),
    /// An object of another type.
    Other,
}

/// Returns what stands under the name in the directory, in whatever letter case.
#[must_use]
pub fn look_up(state: &State, directory: DirectoryName, token: u32) -> Option<Named> {
    // NAM-17. NAM-16: all types compete for the names of a directory.
    let is_there = |path: &Path| (path.directory, path.token) == (directory, token);
    let mut shared = state.shared_objects.iter();
    let shared = shared.find(|object| object.path.as_ref().is_some_and(is_there));
    let placed = || state.placed_objects.iter().find(|object| is_there(&object.path));
    shared.map(|object| Named::Shared(object.name)).or_else(|| placed().map(|_| Named::Other))
}

/// Walks a name that is not empty: returns its place, and what stands there, or refuses.
pub(super) fn walk(
    draft: &Draft,
    caller: ProcessName,
    name: NameOperand,
) -> Result<(Path, Option<Named>), Refusal> {
    let NameOperand::In { directory, last } = name else {
        // NAM-13
        return Err(Refusal::NameIsRoot);
    };
    let directory = match directory {
        DirectoryOperand::Path(directory) => directory,
        DirectoryOperand::Handle(root) => root_directory(draft, caller, root)?,
        // NAM-13
        DirectoryOperand::Missing | DirectoryOperand::Object { .. } => return Err(Refusal::PathNotFound),
    };
    match last {
        LastComponent::Token { token, upper_case } => {
            let path = Path { directory, token, upper_case };
            Ok((path, look_up(&draft.state, directory, token)))
        }
        // NAM-15: links and directories are there, and are no objects of these calls; the token does not
        // matter.
        LastComponent::Directory => Ok((Path { directory, token: 0, upper_case: false }, Some(Named::Other))),
        // NAM-13: after the directories before it.
        LastComponent::Empty => Err(Refusal::EmptyComponent),
    }
}

/// Resolves a RootDirectory, or refuses.
pub(super) fn root_directory(
    draft: &Draft,
    caller: ProcessName,
    root: NtOperand,
) -> Result<DirectoryName, Refusal> {
    // NAM-12: the pseudo values have no entry.
    let NtOperand::Named(name) = root else { return Err(Refusal::NoSuchRoot) };
    let process = draft.state.process(caller).expect("the caller's process is alive");
    let handle = process.nt_handle(name).ok_or(Refusal::NoSuchRoot)?;
    let NtObject::Directory(directory) = handle.object else { return Err(Refusal::WrongRoot) };
    Ok(directory)
}

/// Returns whether the user may make an object in the directory.
pub(super) fn may_create(state: &State, directory: DirectoryName, identity: Identity) -> bool {
    // NAM-15
    state.directory(directory).is_none_or(|directory| directory.refused_user != Some(identity.user))
}

/// Makes the directory of a session, if it is not there.
pub(super) fn add_session(draft: &mut Draft, session: u32) {
    let name = DirectoryName::Session(session);
    // NAM-15
    if draft.state.directory(name).is_none() {
        draft.state.directories.push(Directory { name, refused_user: None });
    }
}

/// The embedder adds a directory.
pub(super) fn add_directory(draft: &mut Draft, refused_user: Option<u32>) -> Output {
    let directories = &mut draft.state.directories;
    let added = directories.iter().filter(|directory| matches!(directory.name, DirectoryName::Added(_)));
    let name = DirectoryName::Added(u32::try_from(added.count()).expect("fewer than 2^32 directories"));
    directories.push(Directory { name, refused_user });
    Output::Directory(name)
}

/// The embedder places a named object of another type.
pub(super) fn place_object(
    draft: &mut Draft,
    path: Path,
    object_type: PlacedType,
) -> Result<Output, Refusal> {
    room_for_nt_object(draft)?;
    draft.state.placed_objects.push(PlacedObject { path, object_type });
    Ok(Output::Nothing)
}

/// The embedder places a directory handle.
pub(super) fn place_handle(
    draft: &mut Draft,
    holder: ProcessName,
    directory: DirectoryName,
    access: u32,
    (inherit, protect): (bool, bool),
) -> Result<Output, Refusal> {
    let object = NtObject::Directory(directory);
    draft.room_for_nt(holder)?;
    // One NT object for all handles to the directory.
    if draft.state.handle_count(object) == 0 {
        room_for_nt_object(draft)?;
    }
    let access = access & DIRECTORY_ALL_ACCESS;
    let handle = NtHandle { name: NtName(0), object, access, inherit, protect };
    draft.open_nt(holder, handle).map(Output::NtHandle)
}

/// Refuses if there are as many NT objects as there may be.
pub(super) fn room_for_nt_object(draft: &Draft) -> Result<(), Refusal> {
    has_room(nt_objects(&draft.state), draft.state.limits.nt_objects, Refusal::NoMemoryForNtObject)
}

/// Counts the NT objects other than processes.
pub(super) fn nt_objects(state: &State) -> usize {
    let handles = state.processes.iter().flat_map(|process| &process.nt_handles);
    let objects = handles.map(|handle| handle.object);
    let mut made_by_handles = objects
        .filter(|object| matches!(object, NtObject::Directory(_) | NtObject::Section(_)))
        .collect::<Vec<_>>();
    made_by_handles.sort_unstable();
    made_by_handles.dedup();
    state.events.len() + state.shared_objects.len() + state.placed_objects.len() + made_by_handles.len()
}
