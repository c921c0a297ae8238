//! Shared NT objects, their names and descriptors, directories and identities.

use super::SyncObjectName;

/// An NT object of ShareObjects: the lowest number from 0 that no other one had when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SharedName(pub u32);

/// A section that the embedder placed: the lowest number from 0 that no other one had when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SectionName(pub u32);

/// A directory of the namespace in which names may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DirectoryName {
    /// That of all sessions, which is always there.
    Global,
    /// That of a session, which is there since its first process.
    Session(u32),
    /// One that the host added: 0, 1, 2, … in order.
    Added(u32),
}

/// A directory; it never goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Directory {
    /// Its name.
    pub name: DirectoryName,
    /// The user who may make no object in it (NAM-15).
    pub refused_user: Option<u32>,
}

/// For whom a process runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// The user.
    pub user: u32,
    /// The session.
    pub session: u32,
    /// Whether the user is an administrator.
    pub administrator: bool,
}

/// The place of a name: a directory, and a name in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    /// The directory.
    pub directory: DirectoryName,
    /// What the name is apart from letter case.
    pub token: u32,
    /// The letter case in which it was given, which no comparison looks at (NAM-17).
    pub upper_case: bool,
}

/// An NT object that carries a synchronisation object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SharedObject {
    /// Its name in this model; free for reuse once its last NT handle is gone.
    pub name: SharedName,
    /// What it carries, for ever (INV-74).
    pub carries: SyncObjectName,
    /// The name that it was given, if any.
    pub path: Option<Path>,
    /// Who may open it by name.
    pub descriptor: Descriptor,
}

/// Who may open an NT object by name (NAM-24).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Descriptor {
    /// The user of the process that made the object.
    pub owner: u32,
    /// One entry for each trustee, ascending, with plain masks; `None` gives all rights to everybody.
    pub access_list: Option<Vec<AccessEntry>>,
}

/// One entry of an access list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccessEntry {
    /// Whom it is for.
    pub trustee: Trustee,
    /// The rights that it gives.
    pub mask: u32,
}

/// Whom an entry of an access list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trustee {
    /// One user.
    User(u32),
    /// Every administrator.
    Administrators,
    /// Everybody.
    Everyone,
}

/// A named object of another type that the embedder placed; it never goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlacedObject {
    /// Its name.
    pub path: Path,
    /// Its type.
    pub object_type: PlacedType,
}

/// The type of an object that the embedder placed under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlacedType {
    /// Event.
    Event,
    /// Section.
    Section,
}

/// The type of an NT object (NTH-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NtType {
    /// DxgkSharedSyncObject.
    SharedSyncObject,
    /// DxgkSharedResource, of which no object is in reach.
    SharedResource,
    /// Event.
    Event,
    /// Process.
    Process,
    /// Section.
    Section,
    /// Directory.
    Directory,
}
