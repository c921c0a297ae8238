//! The core's requests that share, name, open and ask about NT objects become the model's calls.
//!
//! What is wrong with the fields of the attributes alone (NAM-01 to NAM-11) is answered here, in the order of the checks. In
//! ShareObjects the list of objects is judged before, so there the model is asked first how it ends with that list.

use kmt_core::rule::Rule;
use kmt_core::{
    AccessEntry, NtHandle, NtStatus, ObjectAttributes, Refusal, Request, SecurityDescriptor, ShareObjects,
    Trustee, rule,
};
use kmt_model::action::{self as model, DirectoryOperand, LastComponent, NameOperand};
use kmt_model::observation::{self, Verdict};
use kmt_model::rules;
use kmt_model::state::{self, DirectoryName, NtObject, ProcessName, State, ThreadName};

use super::abstracting::{Surface, local_operand, nt_operand};
use super::concretise_share::needed_length;
use super::concretise_sync::unknown_engines;
use super::names::Names;
use super::paths::{BACKSLASH, Place, Walked};

/// A name that no object has.
const FREE: LastComponent = LastComponent::Token { token: u32::MAX, upper_case: false };

/// What the attributes of a call mean, or how the call ends because of them.
enum Fault {
    /// They are refused.
    Refused(Refusal),
    /// The model has no word for them.
    BeyondTheModel(&'static str),
}

impl From<Fault> for Surface {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => Self::Refused(refusal),
            Fault::BeyondTheModel(what) => Self::BeyondTheModel(what),
        }
    }
}

/// What a name in attributes is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Create,
    Open,
}

/// Who gives attributes, and what the names mean at that moment.
struct Reader<'a> {
    process: ProcessName,
    state: &'a State,
    names: &'a Names,
    purpose: Purpose,
}

/// The meaning of a request that shares, names, opens or asks about an NT object.
pub(super) fn request(
    request: &Request,
    thread: ThreadName,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Result<model::Call, Surface> {
    let nt = |handle| nt_operand(handle, process, names);
    let open = |given: &Option<ObjectAttributes>| {
        let reader = Reader { process, state, names, purpose: Purpose::Open };
        given.as_ref().map(|given| reader.attributes(given)).transpose()
    };
    Ok(match request {
        Request::QueryObject(ask) => {
            let (handle, query) = (nt(ask.handle), object_query(ask.class));
            let needed = needed_length(query, handle, process, state, names);
            // NTH-25, NTH-23
            let fits = needed.is_some_and(|needed| match query {
                model::ObjectQuery::Basic => ask.length == needed,
                _ => ask.length >= needed,
            });
            model::Call::QueryObject { handle, query, fits }
        }
        Request::ShareObjects(share) => self::share(share, thread, process, state, names)?,
        Request::OpenNtHandleFromName(ask) => model::Call::OpenNtHandleFromName {
            access: ask.desired_access,
            attributes: open(&ask.attributes)?,
        },
        Request::OpenSyncObjectNtHandleFromName(ask) => model::Call::OpenSyncObjectNtHandleFromName {
            access: ask.desired_access,
            attributes: open(&ask.attributes)?,
        },
        Request::OpenSyncObjectFromNtHandle(ask) => {
            model::Call::OpenSyncObjectFromNtHandle { handle: nt(ask.nt_handle) }
        }
        Request::OpenSyncObjectFromNtHandle2(ask) => {
            let device = local_operand(ask.device, process, names);
            let has = |bit: u32| ask.flags & bit != 0;
            model::Call::OpenSyncObjectFromNtHandle2 {
                handle: nt(ask.nt_handle),
                device,
                // OPN-10: bits 0 to 2 say nothing about an opening.
                flags: state::OpeningFlags {
                    top_of_pipeline: has(0x8),
                    no_signal: has(0x10),
                    no_wait: has(0x20),
                    no_forced_maximum: has(0x40),
                    no_gpu_access: has(0x80),
                },
                unknown_flag: ask.flags & !0xFF != 0,
                unknown_engine: ask.engine_affinity & unknown_engines(device, process, state, names) != 0,
            }
        }
        other => unreachable!("{other:?} is no call on NT objects that are shared"),
    })
}

const fn object_query(class: u32) -> model::ObjectQuery {
    match class {
        0 => model::ObjectQuery::Basic,
        1 => model::ObjectQuery::Name,
        2 => model::ObjectQuery::Type,
        _ => model::ObjectQuery::Unknown,
    }
}

fn share(
    share: &ShareObjects,
    thread: ThreadName,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Result<model::Call, Surface> {
    let invalid = |rule| Surface::Refused(Refusal { status: NtStatus::INVALID_PARAMETER, rule });
    // SHR-03
    let (Some(given), true) = (&share.objects, share.report_handle) else {
        return Err(invalid(rule::SHR_03));
    };
    // An entry beyond the end of the array reads as 0.
    let object = |place: usize| {
        local_operand(given.get(place).copied().unwrap_or(kmt_core::LocalHandle::ZERO), process, names)
    };
    let objects = match share.object_count {
        1 => model::Objects::one(object(0)),
        2 => model::Objects { first: object(0), second: Some(object(1)), third: None },
        3 => model::Objects { first: object(0), second: Some(object(1)), third: Some(object(2)) },
        // SHR-02
        _ => return Err(invalid(rule::SHR_02)),
    };
    let access = share.desired_access;
    let reader = Reader { process, state, names, purpose: Purpose::Create };
    let attributes = share.attributes.as_ref().map(|given| reader.attributes(given)).transpose();
    match attributes {
        Ok(attributes) => Ok(model::Call::ShareObjects { objects, attributes, access }),
        Err(fault) => {
            let call = model::Call::ShareObjects { objects, attributes: None, access };
            let ends = rules::apply(state, &model::Action::Call(thread, call));
            match ends.map(|(_, observation)| observation.verdict) {
                Some(Verdict::Refused(
                    observation::Refusal::NothingToShare
                    | observation::Refusal::WrongShape
                    | observation::Refusal::NotForNtSharing,
                )) => Ok(call),
                _ => Err(fault.into()),
            }
        }
    }
}

fn refused(status: NtStatus, rule: Rule) -> Fault {
    Fault::Refused(Refusal { status, rule })
}

impl Reader<'_> {
    fn attributes(&self, given: &ObjectAttributes) -> Result<model::Attributes, Fault> {
        let has = |bit: u32| given.attributes & bit != 0;
        // NAM-01
        if given.length != if self.names.identities.is_narrow(self.process) { 24 } else { 48 } {
            return Err(refused(NtStatus::INVALID_PARAMETER, rule::NAM_01));
        }
        // NAM-03
        if given.attributes & !0x1FF2 != 0 {
            return Err(refused(NtStatus::INVALID_PARAMETER, rule::NAM_03));
        }
        let exclusive = has(0x20);
        let attributes = model::Attributes {
            name: None,
            inherit: has(0x2),
            exclusive,
            open_if: has(0x80),
            descriptor: match self.purpose {
                Purpose::Create => descriptor(given.security_descriptor.as_ref())?,
                Purpose::Open => model::DescriptorOperand::Default,
            },
        };
        // NAM-06: refused before the name is looked at.
        if exclusive {
            return Ok(attributes);
        }
        // NAM-05
        if has(0x10) && self.purpose == Purpose::Create {
            return Err(refused(NtStatus::ACCESS_DENIED, rule::NAM_05));
        }
        Ok(model::Attributes { name: self.name(given)?, ..attributes })
    }

    fn name(&self, given: &ObjectAttributes) -> Result<Option<NameOperand>, Fault> {
        let root = (given.root_directory != NtHandle::ZERO)
            .then(|| nt_operand(given.root_directory, self.process, self.names));
        let Some(name) = &given.object_name else {
            // NAM-09
            let bare = refused(NtStatus::OBJECT_NAME_INVALID, rule::NAM_09);
            return if root.is_some() { Err(bare) } else { Ok(None) };
        };
        // NAM-10
        if !name.buffer_aligned {
            return Err(refused(NtStatus::DATATYPE_MISALIGNMENT, rule::NAM_10));
        }
        if name.length % 2 != 0 || name.length > 65_532 {
            return Err(refused(NtStatus::OBJECT_NAME_INVALID, rule::NAM_10));
        }
        let units = counted(&name.units, name.length);
        let wrong_start = match units.first() {
            None => return Ok(Some(NameOperand::Empty { root })),
            Some(&first) => (first == BACKSLASH) == root.is_some(),
        };
        // NAM-11
        if wrong_start {
            return Err(refused(NtStatus::OBJECT_PATH_SYNTAX_BAD, rule::NAM_11));
        }
        let operand = match root {
            None if units.len() == 1 => Ok(NameOperand::Root),
            None => self.components(Place::Root, &units[1..]),
            Some(root) => self.relative(root, &units),
        };
        operand.map(Some).map_err(Fault::BeyondTheModel)
    }

    /// A name in the directory of a handle.
    fn relative(&self, root: model::NtOperand, units: &[u16]) -> Result<NameOperand, &'static str> {
        let object = match root {
            model::NtOperand::Named(name) => {
                self.state.process(self.process).and_then(|process| process.nt_handle(name))
            }
            _ => None,
        };
        let directory = DirectoryOperand::Handle(root);
        let Some(NtObject::Directory(leads_to)) = object.map(|handle| handle.object) else {
            // NAM-12: refused whatever the name is.
            return Ok(NameOperand::In { directory, last: FREE });
        };
        match self.components(Place::Model(leads_to), units)? {
            // The same name, in the model's only form that has the handle in it.
            NameOperand::In { directory: DirectoryOperand::Path(end), last }
                if end == leads_to && last != LastComponent::Empty =>
            {
                Ok(NameOperand::In { directory, last })
            }
            // Further on, the handle is a directory, and it makes no difference any more.
            operand => Ok(operand),
        }
    }

    /// The components of a name that start in a directory.
    fn components(&self, from: Place, units: &[u16]) -> Result<NameOperand, &'static str> {
        let in_global = DirectoryOperand::Path(DirectoryName::Global);
        let (directory, last) = match self.names.paths.walk(from, units, self.state) {
            Walked::Missing => (DirectoryOperand::Missing, FREE),
            Walked::Empty => (in_global, LastComponent::Empty),
            Walked::ThroughObject { directory, token } => {
                (DirectoryOperand::Object { directory, token }, FREE)
            }
            Walked::At { place: Place::Model(DirectoryName::Added(_)), child: Some(_), .. } => {
                return Err("a directory in a directory that was added, in the place of an object");
            }
            // Which directory it is in makes no difference.
            Walked::At { child: Some(_), .. } => (in_global, LastComponent::Directory),
            Walked::At { place: Place::Model(directory), last, child: None } => {
                let token = self.names.paths.tokens.token(&last);
                let (token, upper_case) = token.ok_or("a third spelling of one name")?;
                (DirectoryOperand::Path(directory), LastComponent::Token { token, upper_case })
            }
            Walked::At { .. } if self.purpose == Purpose::Create => {
                return Err("an object in a directory that is only there for others");
            }
            Walked::At { .. } => (in_global, FREE),
        };
        Ok(NameOperand::In { directory, last })
    }
}

/// The units that count; one beyond the end of the buffer reads as 0.
fn counted(units: &[u16], length: u16) -> Vec<u16> {
    units.iter().copied().chain(std::iter::repeat(0)).take(usize::from(length / 2)).collect()
}

/// The last component of the name that an event carries, if it carries one.
pub(super) fn name(request: &Request) -> Option<Vec<u16>> {
    let attributes = match request {
        Request::ShareObjects(share) => share.attributes.as_ref(),
        Request::OpenNtHandleFromName(ask) => ask.attributes.as_ref(),
        Request::OpenSyncObjectNtHandleFromName(ask) => ask.attributes.as_ref(),
        _ => None,
    };
    let name = attributes?.object_name.as_ref()?;
    let units = counted(&name.units, name.length);
    units.rsplit(|&unit| unit == BACKSLASH).next().map(<[u16]>::to_vec)
}

/// The full path that attributes give to a new object; none without a name.
// NTH-24
pub(super) fn text(
    given: &ObjectAttributes,
    process: ProcessName,
    state: &State,
    names: &Names,
) -> Option<Vec<u16>> {
    let name = given.object_name.as_ref()?;
    let units = counted(&name.units, name.length);
    if units.is_empty() || given.root_directory == NtHandle::ZERO {
        return Some(units).filter(|units| !units.is_empty());
    }
    let model::NtOperand::Named(root) = nt_operand(given.root_directory, process, names) else { return None };
    match state.process(process)?.nt_handle(root)?.object {
        NtObject::Directory(directory) => names.paths.join(Place::Model(directory), &units),
        _ => None,
    }
}

fn descriptor(given: Option<&SecurityDescriptor>) -> Result<model::DescriptorOperand, Fault> {
    let Some(given) = given else { return Ok(model::DescriptorOperand::Default) };
    // NAM-24
    if given.revision != 1 {
        return Ok(model::DescriptorOperand::UnknownRevision);
    }
    let Some(entries) = &given.access_list else { return Ok(model::DescriptorOperand::Open) };
    let mut list = [None; 3];
    for AccessEntry { trustee, mask } in entries {
        let trustee = self::trustee(*trustee);
        let mine =
            |place: &&mut Option<state::AccessEntry>| place.is_none_or(|entry| entry.trustee == trustee);
        let Some(place) = list.iter_mut().find(mine) else {
            return Err(Fault::BeyondTheModel("an access list with more than three trustees"));
        };
        // Several entries of one trustee are added up.
        let before = place.map_or(0, |entry| entry.mask);
        *place = Some(state::AccessEntry { trustee, mask: before | mask });
    }
    Ok(model::DescriptorOperand::List(list))
}

/// The model's form of a trustee.
pub(super) const fn trustee(trustee: Trustee) -> state::Trustee {
    match trustee {
        Trustee::User(user) => state::Trustee::User(user),
        Trustee::Administrators => state::Trustee::Administrators,
        Trustee::Everyone => state::Trustee::Everyone,
    }
}
