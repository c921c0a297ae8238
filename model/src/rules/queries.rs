//! QueryObject.

use super::draft::Draft;
use crate::action::{NtOperand, ObjectQuery};
use crate::observation::{ObjectName, Output, Refusal};
use crate::state::{NtHandle, NtObject, NtType, ProcessName};

/// Answers the call.
pub(super) fn query_object(
    draft: &Draft,
    caller: ProcessName,
    operand: NtOperand,
    query: ObjectQuery,
    fits: bool,
) -> Result<Output, Refusal> {
    // NTH-27: the class before the handle.
    if query == ObjectQuery::Unknown {
        return Err(Refusal::UnknownObjectQuery);
    }
    // NTH-27: the pseudo values have no entry.
    let NtOperand::Named(name) = operand else { return Err(Refusal::NothingToQuery) };
    let process = draft.state.process(caller).expect("the caller's process is alive");
    let handle = process.nt_handle(name).ok_or(Refusal::NothingToQuery)?;
    // NTH-25, NTH-23
    if !fits {
        return Err(Refusal::WrongQueryLength);
    }
    // NTH-23, NTH-24: no right is needed.
    Ok(match query {
        ObjectQuery::Basic => Output::ObjectBasic {
            inherit: handle.inherit,
            protect: handle.protect,
            access: handle.access,
            handles: draft.state.handle_count(handle.object),
        },
        ObjectQuery::Name => Output::ObjectName(name_of(draft, handle)),
        ObjectQuery::Type => Output::ObjectType(type_of(handle.object)),
        ObjectQuery::Unknown => unreachable!("refused above"),
    })
}

fn name_of(draft: &Draft, handle: &NtHandle) -> Option<ObjectName> {
    match handle.object {
        // NTH-24: as it was given. NTH-26: or none.
        NtObject::Shared(name) => {
            draft.state.shared_object(name).and_then(|object| object.path).map(ObjectName::Object)
        }
        NtObject::Directory(name) => Some(ObjectName::Directory(name)),
        NtObject::Process(_) | NtObject::Event(_) | NtObject::Section(_) => None,
    }
}

const fn type_of(object: NtObject) -> NtType {
    // NTH-06
    match object {
        NtObject::Process(_) => NtType::Process,
        NtObject::Event(_) => NtType::Event,
        NtObject::Shared(_) => NtType::SharedSyncObject,
        NtObject::Directory(_) => NtType::Directory,
        NtObject::Section(_) => NtType::Section,
    }
}
