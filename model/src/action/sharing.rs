//! The operands of the calls that share, name, open and ask about NT objects.

use super::{LocalOperand, NtOperand};
use crate::state::{AccessEntry, DirectoryName};

/// The list of ShareObjects: one to three local handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Objects {
    /// The first.
    pub first: LocalOperand,
    /// The second.
    pub second: Option<LocalOperand>,
    /// The third; only with a second.
    pub third: Option<LocalOperand>,
}

impl Objects {
    /// Returns a list of one.
    #[must_use]
    pub const fn one(object: LocalOperand) -> Self {
        Self { first: object, second: None, third: None }
    }

    /// Returns the handles in order.
    pub fn iter(&self) -> impl Iterator<Item = LocalOperand> {
        std::iter::once(self.first).chain(self.second).chain(self.third)
    }
}

/// The object attributes of a share or of an open by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attributes {
    /// The name with its RootDirectory; `None`: neither is given.
    pub name: Option<NameOperand>,
    /// OBJ_INHERIT.
    pub inherit: bool,
    /// OBJ_EXCLUSIVE.
    pub exclusive: bool,
    /// OBJ_OPENIF; no open by name looks at it.
    pub open_if: bool,
    /// The security descriptor; no open by name looks at it.
    pub descriptor: DescriptorOperand,
}

/// A name as an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameOperand {
    /// A name of length 0.
    Empty {
        /// RootDirectory; `None` is 0, and `Dead(Zero)` is not used.
        root: Option<NtOperand>,
    },
    /// A single backslash.
    Root,
    /// Components.
    In {
        /// What the components before the last lead to.
        directory: DirectoryOperand,
        /// The last one.
        last: LastComponent,
    },
}

/// A directory as an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DirectoryOperand {
    /// A full name whose directories lead to this one.
    Path(DirectoryName),
    /// A RootDirectory, and a name of one component; `Dead(Zero)` is not used.
    Handle(NtOperand),
    /// A full name with a directory that does not exist.
    Missing,
    /// A full name with an object in the place of a directory.
    Object {
        /// Where the object is.
        directory: DirectoryName,
        /// Its name there: one that is taken.
        token: u32,
    },
}

/// The last component of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LastComponent {
    /// A name, taken or not.
    Token {
        /// What it is apart from letter case.
        token: u32,
        /// Its letter case.
        upper_case: bool,
    },
    /// The name of a directory or link in the directory, which is the global one or that of a session.
    Directory,
    /// Nothing: an empty component is reached.
    Empty,
}

/// A security descriptor as an operand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DescriptorOperand {
    /// None is given.
    #[default]
    Default,
    /// One without an access list.
    Open,
    /// One with an access list, with masks as given.
    List([Option<AccessEntry>; 3]),
    /// One of a revision other than 1.
    UnknownRevision,
}

/// What QueryObject asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectQuery {
    /// Class 0: flags, mask and count.
    Basic,
    /// Class 1: the name.
    Name,
    /// Class 2: the type.
    Type,
    /// Any other class.
    Unknown,
}
