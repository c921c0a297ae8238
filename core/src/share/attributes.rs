//! OBJECT_ATTRIBUTES: what a call says about the name and the protection of an NT object.

use alloc::vec::Vec;

use super::descriptor::SecurityDescriptor;
use super::namespace::{BACKSLASH, Case, DirectoryId, Namespace, Spot, WalkError};
use crate::handle::nt::{NtBody, NtHandle};
use crate::id::ProcessId;
use crate::kernel::Kernel;
use crate::object::process::Bitness;
use crate::planted::Planted;
use crate::refusal::Refusal;
use crate::rule::{self, Rule};
use crate::status::NtStatus;

/// OBJECT_ATTRIBUTES. SecurityQualityOfService is ignored and so not spelt out (NAM-25).
// NAM-25
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectAttributes {
    /// Length, in bytes; 48, or 24 in a 32-bit process (NAM-01).
    pub length: u32,
    /// RootDirectory; zero for a full name (NAM-11).
    pub root_directory: NtHandle,
    /// ObjectName; none is NULL.
    pub object_name: Option<ObjectName>,
    /// Attributes: OBJ_INHERIT 0x2, OBJ_PERMANENT 0x10, OBJ_EXCLUSIVE 0x20, OBJ_CASE_INSENSITIVE 0x40, OBJ_OPENIF 0x80 and
    /// others without an effect (NAM-03).
    pub attributes: u32,
    /// SecurityDescriptor; none is NULL, the default (NAM-24).
    pub security_descriptor: Option<SecurityDescriptor>,
}

impl ObjectAttributes {
    /// Those of a 64-bit process without a name, a flag or a descriptor.
    #[must_use]
    pub const fn unnamed() -> Self {
        Self {
            length: 48,
            root_directory: NtHandle::ZERO,
            object_name: None,
            attributes: 0,
            security_descriptor: None,
        }
    }

    /// Those of a 64-bit process with a name and nothing else.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { object_name: Some(ObjectName::new(name)), ..Self::unnamed() }
    }
}

/// UNICODE_STRING: 16-bit units and how many bytes of them count.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectName {
    /// Buffer; a unit beyond its end reads as 0.
    pub units: Vec<u16>,
    /// Length, in bytes; it decides, whatever the buffer holds, and can be odd (NAM-10).
    pub length: u16,
    /// Whether the address of the buffer is a multiple of 2 (NAM-10).
    pub buffer_aligned: bool,
}

impl ObjectName {
    /// A well-formed name; of one of more than 32,767 units only so many count.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let units: Vec<_> = name.encode_utf16().collect();
        let length = u16::try_from(units.len() * 2).unwrap_or(u16::MAX - 1);
        Self { units, length, buffer_aligned: true }
    }

    /// The units that count.
    fn counted(&self) -> Vec<u16> {
        let count = usize::from(self.length / 2);
        self.units.iter().copied().chain(core::iter::repeat(0)).take(count).collect()
    }
}

pub(crate) const OBJ_INHERIT: u32 = 0x2;
pub(crate) const OBJ_EXCLUSIVE: u32 = 0x20;
pub(crate) const OBJ_OPENIF: u32 = 0x80;
const OBJ_PERMANENT: u32 = 0x10;
const OBJ_CASE_INSENSITIVE: u32 = 0x40;
// NAM-03
const KNOWN_ATTRIBUTES: u32 = 0x1FF2;
/// The most bytes of a name.
// NAM-10
const MAX_LENGTH: u16 = 65_532;

/// What a call wants a name for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Create,
    Open,
}

/// A name that attributes give.
pub(crate) struct Given {
    /// Where it leads.
    pub(crate) spot: Spot,
    // NTH-24: the full path as it was given, the directory included.
    pub(crate) path: Vec<u16>,
}

const fn refuse(status: NtStatus, rule: Rule) -> Refusal {
    Refusal::new(status, rule)
}

impl ObjectAttributes {
    /// Whether the handle that is made can be inherited.
    // NAM-04
    pub(crate) const fn inherits(&self) -> bool {
        self.attributes & OBJ_INHERIT != 0
    }

    /// Whether an existing name is opened instead of refused.
    // NAM-19, NAM-20: in ShareObjects; an open by name does not ask.
    pub(crate) const fn opens_existing(&self) -> bool {
        self.attributes & OBJ_OPENIF != 0
    }

    fn is_relative(&self) -> bool {
        self.root_directory != NtHandle::ZERO
    }

    /// The units of the name, none without one.
    fn check_name(&self) -> Result<Vec<u16>, Refusal> {
        let Some(name) = &self.object_name else {
            // NAM-09
            let bare = self.is_relative().then_some(refuse(NtStatus::OBJECT_NAME_INVALID, rule::NAM_09));
            return bare.map_or(Ok(Vec::new()), Err);
        };
        // NAM-10: also when the length is odd.
        if !name.buffer_aligned {
            return Err(refuse(NtStatus::DATATYPE_MISALIGNMENT, rule::NAM_10));
        }
        if name.length % 2 != 0 || name.length > MAX_LENGTH {
            return Err(refuse(NtStatus::OBJECT_NAME_INVALID, rule::NAM_10));
        }
        Ok(name.counted())
    }
}

/// Checks of the attributes that every call with a name makes.
// NAM-02: in this order.
impl Kernel {
    /// Where the name leads; none for a new object that gets no name.
    pub(crate) fn check_attributes(
        &self,
        caller: ProcessId,
        attributes: &ObjectAttributes,
        purpose: Purpose,
    ) -> Result<Option<Given>, Refusal> {
        self.check_fields(caller, attributes, purpose)?;
        let name = attributes.check_name()?;
        let is_relative = attributes.is_relative();
        // NAM-08: an open needs a name.
        let may_be_empty = purpose == Purpose::Create || is_relative;
        // NAM-11
        let starts_right = (name.first() == Some(&BACKSLASH)) != is_relative;
        if !(starts_right || name.is_empty() && may_be_empty) {
            return Err(refuse(NtStatus::OBJECT_PATH_SYNTAX_BAD, rule::NAM_11));
        }
        if purpose == Purpose::Create {
            // NAM-24
            if attributes.security_descriptor.as_ref().is_some_and(|given| given.revision != 1) {
                return Err(refuse(NtStatus::UNKNOWN_REVISION, rule::NAM_24));
            }
            // NAM-08: whatever the directory.
            if name.is_empty() {
                return Ok(None);
            }
        }
        let case = self.case(attributes.attributes);
        if is_relative {
            let directory = self.check_root_directory(caller, attributes.root_directory)?;
            // NAM-12, NAM-08
            if name.is_empty() {
                return Err(refuse(NtStatus::OBJECT_TYPE_MISMATCH, rule::NAM_12));
            }
            let spot = self.check_path(directory, &name, case)?;
            return Ok(Some(Given { spot, path: self.namespace.path_in(directory, &name) }));
        }
        // NAM-13: a single backslash is the root directory.
        let Some((_, path @ [_, ..])) = name.split_first() else {
            return Err(refuse(NtStatus::OBJECT_TYPE_MISMATCH, rule::NAM_13));
        };
        let spot = self.check_path(Namespace::ROOT, path, case)?;
        Ok(Some(Given { spot, path: name }))
    }

    fn check_fields(
        &self,
        caller: ProcessId,
        attributes: &ObjectAttributes,
        purpose: Purpose,
    ) -> Result<(), Refusal> {
        // NAM-01
        let length = match self.process(caller).config.bits {
            Bitness::Bits32 => 24,
            Bitness::Bits64 => 48,
        };
        if attributes.length != length {
            return Err(refuse(NtStatus::INVALID_PARAMETER, rule::NAM_01));
        }
        // NAM-03
        let flags = attributes.attributes;
        if flags & !KNOWN_ATTRIBUTES != 0 {
            return Err(refuse(NtStatus::INVALID_PARAMETER, rule::NAM_03));
        }
        // NAM-06
        if flags & OBJ_EXCLUSIVE != 0 && !self.profile.exclusive_objects {
            return Err(refuse(NtStatus::INVALID_PARAMETER, rule::NAM_03));
        }
        // NAM-05
        if flags & OBJ_PERMANENT != 0 && purpose == Purpose::Create {
            return Err(refuse(NtStatus::ACCESS_DENIED, rule::NAM_05));
        }
        Ok(())
    }

    // NAM-17
    fn case(&self, flags: u32) -> Case {
        let exact = self.profile.names_compare_case && flags & OBJ_CASE_INSENSITIVE == 0;
        if exact || self.planted(Planted::CaseSensitiveNames) { Case::Exact } else { Case::Ignored }
    }

    // NAM-12: the pseudo values have no entry either.
    fn check_root_directory(&self, caller: ProcessId, handle: NtHandle) -> Result<DirectoryId, Refusal> {
        let Some(entry) = self.process(caller).nt_handles.get(handle) else {
            return Err(refuse(NtStatus::INVALID_HANDLE, rule::NAM_12));
        };
        match self.nt_object(entry.object).body {
            NtBody::Directory(directory) => Ok(directory),
            _ => Err(refuse(NtStatus::OBJECT_TYPE_MISMATCH, rule::NAM_12)),
        }
    }

    // NAM-13
    fn check_path(&self, from: DirectoryId, path: &[u16], case: Case) -> Result<Spot, Refusal> {
        self.namespace.walk(from, path, case).map_err(|error| match error {
            WalkError::EmptyComponent => refuse(NtStatus::OBJECT_NAME_INVALID, rule::NAM_13),
            WalkError::MissingDirectory => refuse(NtStatus::OBJECT_PATH_NOT_FOUND, rule::NAM_13),
        })
    }
}
