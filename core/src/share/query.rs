//! QueryObject: what a handle says about itself and its object.

use alloc::vec::Vec;

use crate::handle::nt::types::NtType;
use crate::handle::nt::{NtBody, NtHandle};
use crate::id::{NtObjectId, ProcessId};
use crate::kernel::Kernel;
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::reply::{Output, Reply};
use crate::rule;
use crate::status::NtStatus;

/// NtQueryObject of the operating system, for the classes 0 (basic), 1 (name) and 2 (type). No right is needed.
///
/// Refused, in this order: `NOT_IMPLEMENTED` for another class, `INVALID_HANDLE` for a value that is not open, the pseudo values
/// included (NTH-27); `INFO_LENGTH_MISMATCH` for a buffer of another size than 56 in class 0, or too small in the others, and
/// then the needed size is reported all the same (NTH-23, NTH-25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QueryObject {
    /// Handle.
    pub handle: NtHandle,
    /// ObjectInformationClass.
    pub class: u32,
    /// Length of the buffer, in bytes.
    pub length: u32,
}

/// What QueryObject writes to the buffer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ObjectInformation {
    /// Class 0 (NTH-23).
    Basic {
        /// Attributes: protect 0x1, inherit 0x2.
        attributes: u32,
        /// GrantedAccess: a plain mask (ACC-07).
        granted_access: u32,
        /// HandleCount: over all processes.
        handle_count: u64,
    },
    /// Class 1: the full path that the object was given when it was made; none without a name (NTH-24, NTH-26).
    Name(Option<Vec<u16>>),
    /// Class 2 (NTH-27).
    Type(NtType),
}

const BASIC: u32 = 0;
const NAME: u32 = 1;
const TYPE: u32 = 2;
/// The size of the answer in class 0.
// NTH-23
const BASIC_SIZE: u32 = 56;
/// The size of the answer in class 1 without the name and what ends it.
// NTH-24, NTH-26
const NAME_SIZE: u32 = 16;
/// The size of the answer in class 2 without the name and what ends it.
// NTH-27
const TYPE_SIZE: u32 = 104;
/// The size of a unit of a name, and of what ends it.
const UNIT_SIZE: u32 = 2;
const ATTRIBUTE_PROTECT: u32 = 0x1;
const ATTRIBUTE_INHERIT: u32 = 0x2;

/// How many bytes the units of a name and its end take.
fn size_of_name(units: usize) -> u32 {
    UNIT_SIZE * (units as u32 + 1)
}

impl Kernel {
    pub(crate) fn check_query_object(
        &self,
        caller: ProcessId,
        request: &QueryObject,
    ) -> Result<Plan, Refusal> {
        let QueryObject { handle, class, length } = *request;
        // NTH-27
        if !matches!(class, BASIC | NAME | TYPE) {
            return Err(Refusal::new(NtStatus::NOT_IMPLEMENTED, rule::NTH_27));
        }
        // NTH-27, HND-27: the pseudo values have no entry.
        let Some(entry) = self.process(caller).nt_handles.get(handle) else {
            return Err(Refusal::new(NtStatus::INVALID_HANDLE, rule::NTH_27));
        };
        let object = self.nt_object(entry.object);
        let (information, needed) = match class {
            // NTH-23, ACC-07: what the handle says, and how many there are.
            BASIC => {
                let protect = if entry.protect_from_close { ATTRIBUTE_PROTECT } else { 0 };
                let inherit = if entry.inherit { ATTRIBUTE_INHERIT } else { 0 };
                let information = ObjectInformation::Basic {
                    attributes: protect | inherit,
                    granted_access: entry.granted_access,
                    handle_count: object.handles,
                };
                (information, BASIC_SIZE)
            }
            // NTH-24, NTH-26
            NAME => {
                let name = self.name_of(entry.object);
                let needed = NAME_SIZE + name.map_or(0, |name| size_of_name(name.len()));
                (ObjectInformation::Name(name.map(<[u16]>::to_vec)), needed)
            }
            // NTH-27, NTH-06
            _ => {
                let object_type = object.body.nt_type();
                (ObjectInformation::Type(object_type), TYPE_SIZE + size_of_name(object_type.name().len()))
            }
        };
        // NTH-25, NTH-23: exactly so many bytes in class 0.
        if length < needed || class == BASIC && length != needed {
            let refusal = Refusal::new(NtStatus::INFO_LENGTH_MISMATCH, rule::NTH_25);
            return Ok(Plan::RefusedButWritten { refusal, output: Output::ReturnLength(needed) });
        }
        let output = Output::QueryObject { information, return_length: needed };
        Ok(Plan::Complete(Reply { status: NtStatus::SUCCESS, output, rule: None }))
    }

    /// The full path of an NT object; none for one without a name.
    pub(crate) fn name_of(&self, id: NtObjectId) -> Option<&[u16]> {
        let object = self.nt_object(id);
        match object.body {
            NtBody::Directory(directory) => Some(&self.namespace.directory(directory).path),
            _ => object.name.as_ref().map(|name| &name.path[..]),
        }
    }
}
