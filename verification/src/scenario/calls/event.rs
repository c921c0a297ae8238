//! Calls of the operating system on NT events.

use kmt_core::{CreateEvent, Output, Request, ResetEvent, SetEvent, WaitForEvent};

use super::{CallShape, Input, Kind, Seen, needed, no_output, optional, output};

const EVENT: Input = needed("hEvent", Kind::Nt);

pub(super) const SHAPES: &[CallShape] = &[
    CallShape {
        name: "CreateEvent",
        inputs: &[
            optional("ManualReset", Kind::Flag, 0),
            optional("InitialState", Kind::Flag, 0),
            optional("phEvent", Kind::Pointer, 1),
        ],
        outputs: &[output("hEvent", Kind::Nt)],
        entry_point: None,
        build: |arguments| {
            Request::CreateEvent(CreateEvent {
                manual_reset: arguments.flag("ManualReset"),
                initial_state: arguments.flag("InitialState"),
                report_handle: arguments.flag("phEvent"),
            })
        },
        read: |output| match output {
            Output::CreateEvent { event } => vec![Seen::one("hEvent", event.raw())],
            _ => Vec::new(),
        },
    },
    CallShape {
        name: "SetEvent",
        inputs: &[EVENT],
        outputs: &[],
        entry_point: None,
        build: |arguments| Request::SetEvent(SetEvent { event: arguments.nt("hEvent") }),
        read: no_output,
    },
    CallShape {
        name: "ResetEvent",
        inputs: &[EVENT],
        outputs: &[],
        entry_point: None,
        build: |arguments| Request::ResetEvent(ResetEvent { event: arguments.nt("hEvent") }),
        read: no_output,
    },
    CallShape {
        name: "WaitForEvent",
        inputs: &[EVENT, needed("pTimeout", Kind::Timeout)],
        outputs: &[],
        entry_point: None,
        build: |arguments| {
            Request::WaitForEvent(WaitForEvent {
                event: arguments.nt("hEvent"),
                timeout: arguments.timeout("pTimeout"),
            })
        },
        read: no_output,
    },
];
