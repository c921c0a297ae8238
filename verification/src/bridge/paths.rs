//! The namespace as clients write it: full paths on one side, directories and tokens on the other.
//!
//! What the directories and links of NAM-15 are is said here once more, apart from the core. A directory in which the model
//! has no names ([`Place`] without [`Place::Model`]) can be walked through and looked at; nothing can be made in it.

use kmt_core::NtObjectId;
use kmt_model::rules::look_up;
use kmt_model::state::{DirectoryName, Path, SharedName, State};

use super::tokens::{self, Tokens, folded};

/// What separates the components of a path.
pub(super) const BACKSLASH: u16 = b'\\' as u16;

/// A directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    /// The root.
    Root,
    /// `\Sessions`.
    Sessions,
    /// `\Sessions\n`.
    Session(u32),
    /// `\BaseNamedObjects\Session`, with a link to the directory of each session.
    SessionLinks,
    /// One that the model has.
    Model(DirectoryName),
}

/// A directory that the host added.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Added {
    parent: Place,
    /// Its full path, without links.
    path: Vec<u16>,
    /// Its own name, folded.
    folded: Vec<u16>,
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Walked {
    /// A directory on the way is missing.
    Missing,
    /// An empty component is reached.
    Empty,
    /// An object stands in the place of a directory.
    ThroughObject {
        /// Where it stands.
        directory: DirectoryName,
        /// Its name there.
        token: u32,
    },
    /// To a name in a directory.
    At {
        /// The directory.
        place: Place,
        /// The name.
        last: Vec<u16>,
        /// The directory that has this name, or to which a link of this name leads.
        child: Option<Place>,
    },
}

/// Everything about names that the model leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Paths {
    added: Vec<Added>,
    /// The spellings of names.
    pub(super) tokens: Tokens,
    /// The full path that each named shared object was given.
    texts: Vec<(SharedName, Vec<u16>)>,
    /// The objects that the host placed, in order of creation.
    placed: Vec<(NtObjectId, Path)>,
}

impl Paths {
    /// The full path of a directory, as it was made.
    pub(super) fn path_of(&self, place: Place) -> Option<Vec<u16>> {
        Some(match place {
            Place::Root => vec![BACKSLASH],
            Place::Sessions => units("\\Sessions"),
            Place::Session(session) => units(&format!("\\Sessions\\{session}")),
            Place::SessionLinks => units("\\BaseNamedObjects\\Session"),
            Place::Model(DirectoryName::Global) => units("\\BaseNamedObjects"),
            Place::Model(DirectoryName::Session(session)) => {
                units(&format!("\\Sessions\\{session}\\BaseNamedObjects"))
            }
            Place::Model(DirectoryName::Added(number)) => {
                self.added.get(usize::try_from(number).ok()?)?.path.clone()
            }
        })
    }

    /// Whether this is the full path of a directory, as it was made.
    pub(super) fn is_path_of(&self, place: Place, path: &[u16]) -> bool {
        let is =
            |parts: [&str; 3]| path.iter().copied().eq(parts.iter().flat_map(|part| part.encode_utf16()));
        // The same as below, without making the path; only for speed.
        match place {
            Place::Root => is(["\\", "", ""]),
            Place::Sessions => is(["\\Sessions", "", ""]),
            Place::Session(session) => is(["\\Sessions\\", &session.to_string(), ""]),
            Place::SessionLinks => is(["\\BaseNamedObjects\\Session", "", ""]),
            Place::Model(DirectoryName::Global) => is(["\\BaseNamedObjects", "", ""]),
            Place::Model(DirectoryName::Session(session)) => {
                is(["\\Sessions\\", &session.to_string(), "\\BaseNamedObjects"])
            }
            Place::Model(DirectoryName::Added(_)) => self.path_of(place).is_some_and(|made| made == path),
        }
    }

    /// The full path of a name in a directory.
    pub(super) fn join(&self, place: Place, name: &[u16]) -> Option<Vec<u16>> {
        let mut path = self.path_of(place)?;
        if place != Place::Root {
            path.push(BACKSLASH);
        }
        path.extend_from_slice(name);
        Some(path)
    }

    /// The directory that a name in a directory stands for or leads to.
    // NAM-15, NAM-17
    pub(super) fn child(&self, place: Place, name: &[u16], state: &State) -> Option<Place> {
        let is = |text: &str| tokens::is(name, text);
        let session = || {
            let mut directories = state.directories.iter().map(|directory| directory.name);
            directories.find_map(|name| match name {
                DirectoryName::Session(session) if is(&session.to_string()) => Some(session),
                _ => None,
            })
        };
        let global = Place::Model(DirectoryName::Global);
        let own = match place {
            Place::Root if is("BaseNamedObjects") => Some(global),
            Place::Root if is("Sessions") => Some(Place::Sessions),
            Place::Sessions => session().map(Place::Session),
            Place::Session(session) if is("BaseNamedObjects") => {
                Some(Place::Model(DirectoryName::Session(session)))
            }
            Place::SessionLinks => session().map(|session| Place::Model(DirectoryName::Session(session))),
            Place::Model(DirectoryName::Global | DirectoryName::Session(_)) if is("Global") => Some(global),
            Place::Model(DirectoryName::Global | DirectoryName::Session(_)) if is("Local") => Some(place),
            Place::Model(DirectoryName::Global | DirectoryName::Session(_)) if is("Session") => {
                Some(Place::SessionLinks)
            }
            _ => None,
        };
        own.or_else(|| {
            if self.added.is_empty() {
                return None;
            }
            let folded = folded(name);
            let mut added = (0..).zip(&self.added);
            let found = added.find(|(_, added)| added.parent == place && added.folded == folded);
            found.map(|(number, _)| Place::Model(DirectoryName::Added(number)))
        })
    }

    /// Follows a path from a directory on.
    // NAM-13
    pub(super) fn walk(&self, from: Place, path: &[u16], state: &State) -> Walked {
        let mut place = from;
        let mut components = path.split(|&unit| unit == BACKSLASH).peekable();
        while let Some(component) = components.next() {
            if component.is_empty() {
                return Walked::Empty;
            }
            let child = self.child(place, component, state);
            if components.peek().is_none() {
                return Walked::At { place, last: component.to_vec(), child };
            }
            if let Some(next) = child {
                place = next;
                continue;
            }
            let token = self.tokens.of_folded(&folded(component));
            return match (place, token) {
                (Place::Model(directory), Some(token)) if look_up(state, directory, token).is_some() => {
                    Walked::ThroughObject { directory, token }
                }
                _ => Walked::Missing,
            };
        }
        Walked::Empty
    }

    /// Follows a full path.
    pub(super) fn walk_full(&self, path: &[u16], state: &State) -> Walked {
        match path.split_first() {
            Some((&BACKSLASH, rest)) => self.walk(Place::Root, rest, state),
            _ => Walked::Empty,
        }
    }

    /// The directory with a full path.
    pub(super) fn directory(&self, path: &[u16], state: &State) -> Option<Place> {
        if path == [BACKSLASH] {
            return Some(Place::Root);
        }
        match self.walk_full(path, state) {
            Walked::At { child, .. } => child,
            _ => None,
        }
    }

    /// The model's form of the place that a full path leads to; none if it has no word for it.
    pub(super) fn place(&self, path: &[u16], state: &State) -> Option<Path> {
        let Walked::At { place: Place::Model(directory), last, child: None } = self.walk_full(path, state)
        else {
            return None;
        };
        let (token, upper_case) = self.tokens.token(&last)?;
        Some(Path { directory, token, upper_case })
    }

    /// The full path that the model means.
    pub(super) fn text(&self, path: Path) -> Option<Vec<u16>> {
        self.join(Place::Model(path.directory), &self.tokens.spelling(path.token, path.upper_case)?)
    }

    /// A path for the next directory that the model lets the host add.
    pub(super) fn next_added(&self) -> Vec<u16> {
        units(&format!("\\Directory{}", self.added.len()))
    }

    /// Remembers a directory that the host added under a full path.
    pub(super) fn add(&mut self, path: &[u16], state: &State) {
        let Walked::At { place, last, .. } = self.walk_full(path, state) else { return };
        let Some(full) = self.join(place, &last) else { return };
        self.added.push(Added { parent: place, path: full, folded: folded(&last) });
    }

    /// Remembers the full path that a shared object was given.
    pub(super) fn name(&mut self, object: SharedName, text: Vec<u16>) {
        self.texts.push((object, text));
    }

    /// The full path that a shared object was given.
    pub(super) fn text_of(&self, object: SharedName) -> Option<&[u16]> {
        self.texts.iter().find(|(named, _)| *named == object).map(|(_, text)| &text[..])
    }

    /// The shared object that was given this full path.
    pub(super) fn object_with(&self, text: &[u16]) -> Option<SharedName> {
        self.texts.iter().find(|(_, given)| given == text).map(|(object, _)| *object)
    }

    /// Remembers an object that the host placed.
    pub(super) fn place_object(&mut self, object: NtObjectId, path: Path) {
        self.placed.push((object, path));
    }

    /// The objects that the host placed, in order of creation.
    pub(super) fn placed(&self) -> &[(NtObjectId, Path)] {
        &self.placed
    }

    /// Forgets everything that the model's state does not have any more.
    pub(super) fn retain(&mut self, state: &State) {
        self.texts.retain(|(object, _)| state.shared_object(*object).is_some());
        self.tokens.retain(state);
    }
}

/// A text in 16-bit units.
pub(super) fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}
