//! Calls of the operating system on NT handles.

use kmt_core::{CloseHandle, DuplicateHandle, Output, Request};

use super::{CallShape, Constants, Kind, Seen, needed, no_output, optional, output};

// ACC-01, ACC-02; PROCESS_DUP_HANDLE is NTH-10's, PROCESS_ALL_ACCESS the mask that CreateProcess grants; the two of an event are EVT-04's.
pub(in crate::scenario) const ACCESS: Constants = &[
    ("D3DDDI_SYNC_OBJECT_WAIT", 0x1),
    ("D3DDDI_SYNC_OBJECT_SIGNAL", 0x2),
    ("D3DDDI_SYNC_OBJECT_ALL_ACCESS", 0x001F_0003),
    ("PROCESS_DUP_HANDLE", 0x40),
    ("PROCESS_ALL_ACCESS", 0x001F_FFFF),
    ("EVENT_MODIFY_STATE", 0x2),
    ("EVENT_ALL_ACCESS", 0x001F_0003),
    ("DELETE", 0x0001_0000),
    ("READ_CONTROL", 0x0002_0000),
    ("WRITE_DAC", 0x0004_0000),
    ("WRITE_OWNER", 0x0008_0000),
    ("SYNCHRONIZE", 0x0010_0000),
    ("ACCESS_SYSTEM_SECURITY", 0x0100_0000),
    ("MAXIMUM_ALLOWED", 0x0200_0000),
    ("GENERIC_ALL", 0x1000_0000),
    ("GENERIC_EXECUTE", 0x2000_0000),
    ("GENERIC_WRITE", 0x4000_0000),
    ("GENERIC_READ", 0x8000_0000),
];

// NTH-15
const ATTRIBUTES: Constants = &[("OBJ_INHERIT", 2)];

// NTH-11, NTH-13, NTH-15
const OPTIONS: Constants =
    &[("DUPLICATE_CLOSE_SOURCE", 1), ("DUPLICATE_SAME_ACCESS", 2), ("DUPLICATE_SAME_ATTRIBUTES", 4)];

pub(super) const SHAPES: &[CallShape] = &[
    CallShape {
        name: "CloseHandle",
        inputs: &[needed("hObject", Kind::Nt)],
        outputs: &[],
        entry_point: None,
        build: |arguments| Request::CloseHandle(CloseHandle { handle: arguments.nt("hObject") }),
        read: no_output,
    },
    CallShape {
        name: "DuplicateHandle",
        inputs: &[
            needed("SourceProcess", Kind::Nt),
            needed("SourceHandle", Kind::Nt),
            needed("TargetProcess", Kind::Nt),
            optional("DesiredAccess", Kind::Word(ACCESS), 0),
            optional("HandleAttributes", Kind::Word(ATTRIBUTES), 0),
            optional("Options", Kind::Word(OPTIONS), 0),
            optional("pTargetHandle", Kind::Pointer, 1),
        ],
        outputs: &[output("pTargetHandle", Kind::Nt)],
        entry_point: None,
        build: |arguments| {
            Request::DuplicateHandle(DuplicateHandle {
                source_process: arguments.nt("SourceProcess"),
                source: arguments.nt("SourceHandle"),
                target_process: arguments.nt("TargetProcess"),
                desired_access: arguments.word("DesiredAccess"),
                attributes: arguments.word("HandleAttributes"),
                options: arguments.word("Options"),
                report_target: arguments.flag("pTargetHandle"),
            })
        },
        read: |output| match output {
            Output::DuplicateHandle { target: Some(target) } => {
                vec![Seen::one("pTargetHandle", target.raw())]
            }
            _ => Vec::new(),
        },
    },
];
