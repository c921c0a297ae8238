//! The namespace: directories, the links between them, and the names of objects.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec::Vec;

use crate::id::NtObjectId;

/// What separates the components of a path.
pub(crate) const BACKSLASH: u16 = b'\\' as u16;

/// A directory: its place in the order of creation. Directories never go away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DirectoryId(u32);

/// How names are compared.
// NAM-17
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// By the single-unit upper-case forms of their units.
    Ignored,
    /// Unit by unit.
    Exact,
}

/// A name in a directory. The upper-case form comes first, so that the names that differ in case only stand together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    folded: Vec<u16>,
    // NAM-17: as its creator wrote it.
    name: Vec<u16>,
}

impl Key {
    fn new(name: &[u16]) -> Self {
        Self { folded: folded(name), name: name.to_vec() }
    }
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    Directory(DirectoryId),
    Link(DirectoryId),
    Object(NtObjectId),
}

/// A directory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Directory {
    /// Its full path, as it was made.
    pub(crate) path: Vec<u16>,
    /// Who may not create in it.
    pub(crate) refused_users: BTreeSet<u32>,
    /// The NT object of the handles to it, while there are any.
    pub(crate) object: Option<NtObjectId>,
    // NAM-16: at most one for a name, whatever its type.
    entries: BTreeMap<Key, Entry>,
}

impl Directory {
    /// What is in it, by name.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&[u16], Entry)> {
        self.entries.iter().map(|(key, entry)| (&key.name[..], *entry))
    }
}

impl Directory {
    /// Whether no two names are equal without regard to case.
    pub(crate) fn has_unique_names(&self) -> bool {
        self.entries.keys().is_sorted_by(|earlier, later| earlier.folded < later.folded)
    }
}

/// Where a path leads: the last directory of it, the last component, and what that stands for now.
pub(crate) struct Spot {
    pub(crate) directory: DirectoryId,
    pub(crate) name: Vec<u16>,
    pub(crate) entry: Option<Entry>,
}

/// Why a path leads nowhere.
pub(crate) enum WalkError {
    EmptyComponent,
    MissingDirectory,
}

/// All directories of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Namespace {
    directories: Vec<Directory>,
}

/// The directories that are there from the beginning.
// NAM-15
impl Namespace {
    pub(crate) const ROOT: DirectoryId = DirectoryId(0);
    const GLOBAL: DirectoryId = DirectoryId(1);
    const SESSIONS: DirectoryId = DirectoryId(2);
    const SESSION_LINKS: DirectoryId = DirectoryId(3);

    pub(crate) fn new() -> Self {
        let mut namespace = Self { directories: Vec::new() };
        namespace.push(&[BACKSLASH]);
        namespace.directory_in(Self::ROOT, "BaseNamedObjects");
        namespace.directory_in(Self::ROOT, "Sessions");
        namespace.directory_in(Self::GLOBAL, "Session");
        namespace.link_in(Self::GLOBAL, "Local", Self::GLOBAL);
        namespace.link_in(Self::GLOBAL, "Global", Self::GLOBAL);
        namespace
    }

    /// Makes the directory of a session and its links, unless they are there.
    // NAM-15
    pub(crate) fn begin_session(&mut self, session: u32) {
        let number = format!("{session}");
        let outer = self.directory_in(Self::SESSIONS, &number);
        let own = self.directory_in(outer, "BaseNamedObjects");
        self.link_in(own, "Local", own);
        self.link_in(own, "Global", Self::GLOBAL);
        self.link_in(own, "Session", Self::SESSION_LINKS);
        self.link_in(Self::SESSION_LINKS, &number, own);
    }

    /// The directory with this name, made if it is not there. A name that something else has stays with that.
    fn directory_in(&mut self, parent: DirectoryId, name: &str) -> DirectoryId {
        let name: Vec<_> = name.encode_utf16().collect();
        if let Some(Entry::Directory(there)) = self.find(parent, &name, Case::Ignored) {
            return there;
        }
        self.add_directory(parent, &name)
    }

    fn link_in(&mut self, parent: DirectoryId, name: &str, target: DirectoryId) {
        let name: Vec<_> = name.encode_utf16().collect();
        if self.find(parent, &name, Case::Ignored).is_none() {
            self.insert(parent, &name, Entry::Link(target));
        }
    }
}

impl Namespace {
    fn push(&mut self, path: &[u16]) -> DirectoryId {
        let id = DirectoryId(self.directories.len() as u32);
        self.directories.push(Directory {
            path: path.to_vec(),
            refused_users: BTreeSet::new(),
            object: None,
            entries: BTreeMap::new(),
        });
        id
    }

    /// Makes a directory. It gets its name unless something else has it.
    pub(crate) fn add_directory(&mut self, parent: DirectoryId, name: &[u16]) -> DirectoryId {
        let id = self.push(&self.path_in(parent, name));
        if self.find(parent, name, Case::Ignored).is_none() {
            self.insert(parent, name, Entry::Directory(id));
        }
        id
    }

    pub(crate) fn directory(&self, id: DirectoryId) -> &Directory {
        &self.directories[id.0 as usize]
    }

    pub(crate) fn directory_mut(&mut self, id: DirectoryId) -> &mut Directory {
        &mut self.directories[id.0 as usize]
    }

    /// All directories in order of creation.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (DirectoryId, &Directory)> {
        (0..).map(DirectoryId).zip(&self.directories)
    }

    /// The full path of a name in a directory.
    pub(crate) fn path_in(&self, directory: DirectoryId, name: &[u16]) -> Vec<u16> {
        let mut path = self.directory(directory).path.clone();
        if directory != Self::ROOT {
            path.push(BACKSLASH);
        }
        path.extend_from_slice(name);
        path
    }

    /// What a name in a directory stands for. Of several that fit the first. O(log n).
    pub(crate) fn find(&self, directory: DirectoryId, name: &[u16], case: Case) -> Option<Entry> {
        let entries = &self.directory(directory).entries;
        match case {
            Case::Exact => entries.get(&Key::new(name)).copied(),
            Case::Ignored => {
                let least = Key { folded: folded(name), name: Vec::new() };
                let (key, entry) = entries.range(&least..).next()?;
                (key.folded == least.folded).then_some(*entry)
            }
        }
    }

    /// Gives a name to something.
    pub(crate) fn insert(&mut self, directory: DirectoryId, name: &[u16], entry: Entry) {
        self.directory_mut(directory).entries.insert(Key::new(name), entry);
    }

    /// Takes a name away.
    pub(crate) fn remove(&mut self, directory: DirectoryId, name: &[u16]) {
        self.directory_mut(directory).entries.remove(&Key::new(name));
    }

    /// Follows a path from a directory on.
    // NAM-13: left to right; what is wrong first decides.
    pub(crate) fn walk(&self, from: DirectoryId, path: &[u16], case: Case) -> Result<Spot, WalkError> {
        let mut directory = from;
        let mut rest = path;
        loop {
            let end = rest.iter().position(|unit| *unit == BACKSLASH);
            let component = &rest[..end.unwrap_or(rest.len())];
            if component.is_empty() {
                return Err(WalkError::EmptyComponent);
            }
            let entry = self.find(directory, component, case);
            let Some(end) = end else {
                return Ok(Spot { directory, name: component.to_vec(), entry });
            };
            directory = match entry {
                Some(Entry::Directory(next) | Entry::Link(next)) => next,
                Some(Entry::Object(_)) | None => return Err(WalkError::MissingDirectory),
            };
            rest = &rest[end + 1..];
        }
    }
}

/// The form in which names are compared.
// NAM-17: unit by unit; one without an upper-case form of a single unit, and each surrogate, stays as it is.
fn folded(name: &[u16]) -> Vec<u16> {
    name.iter().map(|unit| upper(*unit)).collect()
}

fn upper(unit: u16) -> u16 {
    let Some(character) = char::from_u32(u32::from(unit)) else { return unit };
    let mut forms = character.to_uppercase();
    match (forms.next(), forms.next()) {
        (Some(form), None) => u16::try_from(u32::from(form)).unwrap_or(unit),
        _ => unit,
    }
}

#[cfg(test)]
mod tests;
