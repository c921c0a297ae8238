//! Calls of the operating system that begin and end processes.

use kmt_core::{Bitness, CreateProcess, Output, ProcessConfig, Request};

use super::{CallShape, Kind, Seen, no_output, optional, output};

pub(super) const SHAPES: &[CallShape] = &[
    CallShape {
        name: "CreateProcess",
        inputs: &[
            optional("InheritHandles", Kind::Flag, 0),
            optional("User", Kind::Word(&[]), 0),
            optional("Session", Kind::Word(&[]), 0),
            optional("Administrator", Kind::Flag, 0),
            optional("Bits", Kind::Bits, 64),
            optional("RaisePriority", Kind::Flag, 0),
        ],
        outputs: &[output("ProcessId", Kind::Process), output("hProcess", Kind::Nt)],
        entry_point: None,
        build: |arguments| {
            Request::CreateProcess(CreateProcess {
                inherit_handles: arguments.flag("InheritHandles"),
                config: ProcessConfig {
                    user: arguments.word("User"),
                    session: arguments.word("Session"),
                    bits: if arguments.word("Bits") == 32 { Bitness::Bits32 } else { Bitness::Bits64 },
                    administrator: arguments.flag("Administrator"),
                    raise_priority: arguments.flag("RaisePriority"),
                },
            })
        },
        read: |output| match output {
            Output::CreateProcess { process, handle } => {
                let id = Seen::one("ProcessId", process.number());
                std::iter::once(id).chain(handle.map(|handle| Seen::one("hProcess", handle.raw()))).collect()
            }
            _ => Vec::new(),
        },
    },
    CallShape {
        name: "ExitProcess",
        inputs: &[],
        outputs: &[],
        entry_point: None,
        build: |_| Request::ExitProcess,
        read: no_output,
    },
];
