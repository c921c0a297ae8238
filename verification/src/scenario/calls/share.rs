//! Calls that share, name and open synchronisation objects through NT handles, and QueryObject.

use kmt_core::{
    AccessEntry, EntryPoint, NtHandle, ObjectAttributes, ObjectInformation, ObjectName, OpenNtHandleFromName,
    OpenSyncObjectFromNtHandle, OpenSyncObjectFromNtHandle2, OpenSyncObjectNtHandleFromName, Output,
    QueryObject, Request, SecurityDescriptor, ShareObjects, Trustee,
};

use super::arguments::Datum;
use super::nt::ACCESS;
use super::sync_object::FLAGS;
use super::{CallShape, Constants, Input, Kind, Seen, needed, optional, output};

// NAM-03
const ATTRIBUTES: Constants = &[
    ("OBJ_INHERIT", 0x2),
    ("OBJ_PERMANENT", 0x10),
    ("OBJ_EXCLUSIVE", 0x20),
    ("OBJ_CASE_INSENSITIVE", 0x40),
    ("OBJ_OPENIF", 0x80),
    ("OBJ_OPENLINK", 0x100),
    ("OBJ_KERNEL_HANDLE", 0x200),
    ("OBJ_FORCE_ACCESS_CHECK", 0x400),
];

/// Trustees that are no users; a user is written as its number.
const TRUSTEES: Constants = &[("Administrators", ADMINISTRATORS), ("Everyone", EVERYONE)];
const ADMINISTRATORS: u64 = 1 << 32;
const EVERYONE: u64 = 1 << 33;

// NTH-27
const CLASSES: Constants =
    &[("ObjectBasicInformation", 0), ("ObjectNameInformation", 1), ("ObjectTypeInformation", 2)];

// NTH-23
const BASIC_ATTRIBUTES: Constants = &[("OBJ_PROTECT_CLOSE", 0x1), ("OBJ_INHERIT", 0x2)];

const WORD: Kind = Kind::Word(&[]);

/// The members of an entry of an access list.
const ENTRY: &[Input] = &[needed("Trustee", Kind::Wide(TRUSTEES)), needed("Mask", Kind::Word(ACCESS))];

/// The members of a security descriptor.
const DESCRIPTOR: &[Input] =
    &[optional("Revision", WORD, 1), optional("AccessList", Kind::Structures(ENTRY), 0)];

/// The members of OBJECT_ATTRIBUTES, with those of its UNICODE_STRING.
const OBJECT_ATTRIBUTES: &[Input] = &[
    optional("Length", WORD, 48),
    optional("RootDirectory", Kind::Nt, 0),
    optional("ObjectName", Kind::Text, 0),
    optional("NameLength", Kind::Count, 0),
    optional("NameAligned", Kind::Flag, 1),
    optional("Attributes", Kind::Word(ATTRIBUTES), 0),
    optional("SecurityDescriptor", Kind::Structure(DESCRIPTOR), 0),
];

/// A member of one of these structures.
pub(super) fn member(name: &str) -> Option<&'static Input> {
    OBJECT_ATTRIBUTES.iter().chain(DESCRIPTOR).chain(ENTRY).find(|member| member.name == name)
}

const NT_HANDLE: Input = needed("hNtHandle", Kind::Nt);
const DESIRED_ACCESS: Input = optional("dwDesiredAccess", Kind::Word(ACCESS), 0);

pub(super) const SHAPES: &[CallShape] = &[
    CallShape {
        name: "ShareObjects",
        inputs: &[
            optional("cObjects", Kind::Count, 0),
            needed("hObjects", Kind::Locals),
            optional("pObjectAttributes", Kind::Structure(OBJECT_ATTRIBUTES), 0),
            DESIRED_ACCESS,
            optional("phSharedNtHandle", Kind::Pointer, 1),
        ],
        outputs: &[output("phSharedNtHandle", Kind::Nt)],
        entry_point: None,
        build: |arguments| {
            Request::ShareObjects(ShareObjects {
                object_count: arguments.count("cObjects", ["hObjects", "hObjects"]),
                objects: arguments.locals("hObjects"),
                attributes: attributes(arguments.datum("pObjectAttributes")),
                desired_access: arguments.word("dwDesiredAccess"),
                report_handle: arguments.flag("phSharedNtHandle"),
            })
        },
        read,
    },
    CallShape {
        name: "OpenNtHandleFromName",
        inputs: OPEN_BY_NAME,
        outputs: &[output("hNtHandle", Kind::Nt)],
        entry_point: Some(EntryPoint::OpenNtHandleFromName),
        build: |arguments| {
            Request::OpenNtHandleFromName(OpenNtHandleFromName {
                desired_access: arguments.word("dwDesiredAccess"),
                attributes: attributes(arguments.datum("pObjAttrib")),
            })
        },
        read,
    },
    CallShape {
        name: "OpenSyncObjectNtHandleFromName",
        inputs: OPEN_BY_NAME,
        outputs: &[output("hNtHandle", Kind::Nt)],
        entry_point: Some(EntryPoint::OpenSyncObjectNtHandleFromName),
        build: |arguments| {
            Request::OpenSyncObjectNtHandleFromName(OpenSyncObjectNtHandleFromName {
                desired_access: arguments.word("dwDesiredAccess"),
                attributes: attributes(arguments.datum("pObjAttrib")),
            })
        },
        read,
    },
    CallShape {
        name: "OpenSyncObjectFromNtHandle",
        inputs: &[NT_HANDLE],
        outputs: &[output("hSyncObject", Kind::Local)],
        entry_point: Some(EntryPoint::OpenSyncObjectFromNtHandle),
        build: |arguments| {
            Request::OpenSyncObjectFromNtHandle(OpenSyncObjectFromNtHandle {
                nt_handle: arguments.nt("hNtHandle"),
            })
        },
        read,
    },
    CallShape {
        name: "OpenSyncObjectFromNtHandle2",
        inputs: &[
            NT_HANDLE,
            needed("hDevice", Kind::Local),
            optional("Flags", Kind::Word(FLAGS), 0),
            optional("EngineAffinity", WORD, 0),
        ],
        outputs: &[
            output("hSyncObject", Kind::Local),
            output("Flags", Kind::Word(FLAGS)),
            output("FenceValueCPUVirtualAddress", Kind::Address),
            output("FenceValueGPUVirtualAddress", Kind::Address),
        ],
        entry_point: Some(EntryPoint::OpenSyncObjectFromNtHandle2),
        build: |arguments| {
            Request::OpenSyncObjectFromNtHandle2(OpenSyncObjectFromNtHandle2 {
                nt_handle: arguments.nt("hNtHandle"),
                device: arguments.local("hDevice"),
                flags: arguments.word("Flags"),
                engine_affinity: arguments.word("EngineAffinity"),
            })
        },
        read,
    },
    CallShape {
        name: "QueryObject",
        inputs: &[
            needed("Handle", Kind::Nt),
            needed("Class", Kind::Word(CLASSES)),
            optional("Length", WORD, 0x1000),
        ],
        outputs: &[
            output("Attributes", Kind::Word(BASIC_ATTRIBUTES)),
            output("GrantedAccess", Kind::Word(ACCESS)),
            output("HandleCount", Kind::Wide(&[])),
            output("Name", Kind::Text),
            output("TypeName", Kind::Text),
            output("ReturnLength", WORD),
        ],
        entry_point: None,
        build: |arguments| {
            Request::QueryObject(QueryObject {
                handle: arguments.nt("Handle"),
                class: arguments.word("Class"),
                length: arguments.word("Length"),
            })
        },
        read,
    },
];

const OPEN_BY_NAME: &[Input] =
    &[DESIRED_ACCESS, optional("pObjAttrib", Kind::Structure(OBJECT_ATTRIBUTES), 0)];

/// A member of a structure; none where it is not written.
fn part<'d>(members: &'d [(&'static str, Datum)], name: &str) -> Option<&'d Datum> {
    members.iter().find(|(member, _)| *member == name).map(|(_, datum)| datum)
}

/// The number of a member, or what it is where it is not written.
fn number(members: &[(&'static str, Datum)], name: &str, otherwise: u64) -> u64 {
    match part(members, name) {
        Some(Datum::Number(number)) => *number,
        _ => otherwise,
    }
}

fn word(members: &[(&'static str, Datum)], name: &str, otherwise: u32) -> u32 {
    u32::try_from(number(members, name, otherwise.into()))
        .expect("the parser keeps a number within the width of its field")
}

/// None for NULL.
fn attributes(datum: &Datum) -> Option<ObjectAttributes> {
    let Datum::Members(members) = datum else { return None };
    let object_name = match part(members, "ObjectName") {
        Some(Datum::Text(units)) => {
            let length = u16::try_from(2 * units.len()).unwrap_or(u16::MAX - 1);
            let length = number(members, "NameLength", length.into());
            Some(ObjectName {
                units: units.clone(),
                length: u16::try_from(length).unwrap_or(u16::MAX),
                buffer_aligned: number(members, "NameAligned", 1) != 0,
            })
        }
        _ => None,
    };
    Some(ObjectAttributes {
        length: word(members, "Length", 48),
        root_directory: NtHandle::from_raw(number(members, "RootDirectory", 0)),
        object_name,
        attributes: word(members, "Attributes", 0),
        security_descriptor: part(members, "SecurityDescriptor").and_then(descriptor),
    })
}

/// None for NULL.
fn descriptor(datum: &Datum) -> Option<SecurityDescriptor> {
    let Datum::Members(members) = datum else { return None };
    let access_list = match part(members, "AccessList") {
        Some(Datum::Structures(entries)) => Some(entries.iter().filter_map(entry).collect()),
        // An empty list is written as one without entries of any kind.
        Some(Datum::List(_)) => Some(Vec::new()),
        _ => None,
    };
    Some(SecurityDescriptor {
        revision: u8::try_from(word(members, "Revision", 1)).unwrap_or(u8::MAX),
        access_list,
    })
}

fn entry(datum: &Datum) -> Option<AccessEntry> {
    let Datum::Members(members) = datum else { return None };
    let trustee = match number(members, "Trustee", 0) {
        EVERYONE => Trustee::Everyone,
        ADMINISTRATORS => Trustee::Administrators,
        user => Trustee::User(u32::try_from(user).unwrap_or(u32::MAX)),
    };
    Some(AccessEntry { trustee, mask: word(members, "Mask", 0) })
}

fn read(output: &Output) -> Vec<Seen> {
    let text =
        |field, units: &[u16]| Seen { field, values: units.iter().map(|unit| (*unit).into()).collect() };
    match output {
        Output::ShareObjects { handle } => vec![Seen::one("phSharedNtHandle", handle.raw())],
        Output::OpenNtHandleFromName { handle } => vec![Seen::one("hNtHandle", handle.raw())],
        Output::OpenSyncObjectFromNtHandle { sync_object } => {
            vec![Seen::one("hSyncObject", sync_object.raw())]
        }
        Output::OpenSyncObjectFromNtHandle2 { sync_object, flags, mapping } => {
            let mut seen = vec![Seen::one("hSyncObject", sync_object.raw()), Seen::one("Flags", *flags)];
            if let Some(mapping) = mapping {
                seen.push(Seen::one("FenceValueCPUVirtualAddress", mapping.cpu_address));
                seen.push(Seen::one("FenceValueGPUVirtualAddress", mapping.gpu_address));
            }
            seen
        }
        Output::ReturnLength(length) => vec![Seen::one("ReturnLength", *length)],
        Output::QueryObject { information, return_length } => {
            let mut seen = match information {
                ObjectInformation::Basic { attributes, granted_access, handle_count } => vec![
                    Seen::one("Attributes", *attributes),
                    Seen::one("GrantedAccess", *granted_access),
                    Seen::one("HandleCount", *handle_count),
                ],
                ObjectInformation::Name(name) => vec![text("Name", name.as_deref().unwrap_or_default())],
                ObjectInformation::Type(object_type) => {
                    let name: Vec<u16> = object_type.name().encode_utf16().collect();
                    vec![text("TypeName", &name)]
                }
            };
            seen.push(Seen::one("ReturnLength", *return_length));
            seen
        }
        _ => Vec::new(),
    }
}
