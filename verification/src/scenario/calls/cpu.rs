//! Signals and waits of the CPU.

use kmt_core::{
    EntryPoint, Request, SignalSynchronizationObjectFromCpu, WaitForSynchronizationObjectFromCpu,
};

use super::{CallShape, Constants, Input, Kind, needed, no_output, optional};

// CPU-14
const SIGNAL_FLAGS: Constants =
    &[("SignalAtSubmission", 0x1), ("EnqueueCpuEvent", 0x2), ("AllowFenceRewind", 0x4)];
const WAIT_FLAGS: Constants = &[("WaitAny", 0x1)];

const DEVICE: Input = needed("hDevice", Kind::Local);
const COUNT: Input = optional("ObjectCount", Kind::Count, 0);
const OBJECTS: Input = needed("ObjectHandleArray", Kind::Locals);
const VALUES: Input = needed("FenceValueArray", Kind::Wides);
const ARRAYS: [&str; 2] = ["ObjectHandleArray", "FenceValueArray"];

// CPU-05: a call that waited has no output; that its condition held is all that it tells.
pub(super) const SHAPES: &[CallShape] = &[
    CallShape {
        name: "SignalSynchronizationObjectFromCpu",
        inputs: &[DEVICE, COUNT, OBJECTS, VALUES, optional("Flags", Kind::Word(SIGNAL_FLAGS), 0)],
        outputs: &[],
        entry_point: Some(EntryPoint::SignalSynchronizationObjectFromCpu),
        build: |arguments| {
            Request::SignalSynchronizationObjectFromCpu(SignalSynchronizationObjectFromCpu {
                device: arguments.local("hDevice"),
                object_count: arguments.count("ObjectCount", ARRAYS),
                objects: arguments.locals("ObjectHandleArray"),
                values: arguments.wides("FenceValueArray"),
                flags: arguments.word("Flags"),
            })
        },
        read: no_output,
    },
    CallShape {
        name: "WaitForSynchronizationObjectFromCpu",
        inputs: &[
            DEVICE,
            COUNT,
            OBJECTS,
            VALUES,
            needed("hAsyncEvent", Kind::AsyncEvent),
            optional("Flags", Kind::Word(WAIT_FLAGS), 0),
        ],
        outputs: &[],
        entry_point: Some(EntryPoint::WaitForSynchronizationObjectFromCpu),
        build: |arguments| {
            Request::WaitForSynchronizationObjectFromCpu(WaitForSynchronizationObjectFromCpu {
                device: arguments.local("hDevice"),
                object_count: arguments.count("ObjectCount", ARRAYS),
                objects: arguments.locals("ObjectHandleArray"),
                values: arguments.wides("FenceValueArray"),
                event: arguments.nt("hAsyncEvent"),
                flags: arguments.word("Flags"),
            })
        },
        read: no_output,
    },
];
