//! Calls on keyed mutexes.

use kmt_core::{
    AcquireKeyedMutex, AcquireKeyedMutex2, CreateKeyedMutex, CreateKeyedMutex2, DestroyKeyedMutex,
    EntryPoint, OpenKeyedMutex, OpenKeyedMutex2, OutBuffer, Output, ReleaseKeyedMutex, ReleaseKeyedMutex2,
    Request,
};

use super::{CallShape, Constants, Input, Kind, OutputField, Seen, needed, no_output, optional, output};

// KMX-04
const FLAGS: Constants = &[("NtSecuritySharing", 1)];

const CREATED: &[OutputField] = &[output("hSharedHandle", Kind::Global), output("hKeyedMutex", Kind::Local)];
const OPENED: &[OutputField] = &[output("hKeyedMutex", Kind::Local)];

const MUTEX: Input = needed("hKeyedMutex", Kind::Local);
const KEY: Input = needed("Key", Kind::Wide(&[]));
const FENCE_VALUE: Input = optional("FenceValue", Kind::Wide(&[]), 0);
const TIMEOUT: Input = needed("pTimeout", Kind::Timeout);
const DATA: Input = optional("pPrivateRuntimeData", Kind::Bytes, 0);
const DATA_SIZE: Input = optional("PrivateRuntimeDataSize", Kind::Size, 0);

pub(super) const SHAPES: &[CallShape] = &[
    CallShape {
        name: "CreateKeyedMutex",
        inputs: &[optional("InitialValue", Kind::Wide(&[]), 0)],
        outputs: CREATED,
        entry_point: Some(EntryPoint::CreateKeyedMutex),
        build: |arguments| {
            Request::CreateKeyedMutex(CreateKeyedMutex { initial_value: arguments.wide("InitialValue") })
        },
        read: read_handles,
    },
    CallShape {
        name: "CreateKeyedMutex2",
        inputs: &[
            optional("InitialValue", Kind::Wide(&[]), 0),
            DATA,
            DATA_SIZE,
            optional("Flags", Kind::Word(FLAGS), 0),
        ],
        outputs: CREATED,
        entry_point: Some(EntryPoint::CreateKeyedMutex2),
        build: |arguments| {
            Request::CreateKeyedMutex2(CreateKeyedMutex2 {
                initial_value: arguments.wide("InitialValue"),
                private_data: arguments.private_data(),
                flags: arguments.word("Flags"),
            })
        },
        read: read_handles,
    },
    CallShape {
        name: "OpenKeyedMutex",
        inputs: &[needed("hSharedHandle", Kind::Global)],
        outputs: OPENED,
        entry_point: Some(EntryPoint::OpenKeyedMutex),
        build: |arguments| {
            Request::OpenKeyedMutex(OpenKeyedMutex { shared: arguments.global("hSharedHandle") })
        },
        read: read_handles,
    },
    CallShape {
        name: "OpenKeyedMutex2",
        inputs: &[needed("hSharedHandle", Kind::Global), DATA, DATA_SIZE],
        outputs: OPENED,
        entry_point: Some(EntryPoint::OpenKeyedMutex2),
        build: |arguments| {
            Request::OpenKeyedMutex2(OpenKeyedMutex2 {
                shared: arguments.global("hSharedHandle"),
                private_data: arguments.private_data(),
            })
        },
        read: read_handles,
    },
    CallShape {
        name: "DestroyKeyedMutex",
        inputs: &[MUTEX],
        outputs: &[],
        entry_point: Some(EntryPoint::DestroyKeyedMutex),
        build: |arguments| {
            Request::DestroyKeyedMutex(DestroyKeyedMutex { keyed_mutex: arguments.local("hKeyedMutex") })
        },
        read: no_output,
    },
    CallShape {
        name: "AcquireKeyedMutex",
        inputs: &[MUTEX, KEY, TIMEOUT],
        outputs: &[output("FenceValue", Kind::Wide(&[]))],
        entry_point: Some(EntryPoint::AcquireKeyedMutex),
        build: |arguments| {
            Request::AcquireKeyedMutex(AcquireKeyedMutex {
                keyed_mutex: arguments.local("hKeyedMutex"),
                key: arguments.wide("Key"),
                timeout: arguments.timeout("pTimeout"),
            })
        },
        read: read_acquired,
    },
    CallShape {
        name: "AcquireKeyedMutex2",
        inputs: &[
            MUTEX,
            KEY,
            TIMEOUT,
            optional("pPrivateRuntimeData", Kind::Pointer, 1),
            optional("PrivateRuntimeDataSize", Kind::Word(&[]), 0),
        ],
        outputs: &[output("FenceValue", Kind::Wide(&[])), output("pPrivateRuntimeData", Kind::Bytes)],
        entry_point: Some(EntryPoint::AcquireKeyedMutex2),
        build: |arguments| {
            Request::AcquireKeyedMutex2(AcquireKeyedMutex2 {
                keyed_mutex: arguments.local("hKeyedMutex"),
                key: arguments.wide("Key"),
                timeout: arguments.timeout("pTimeout"),
                buffer: OutBuffer {
                    is_null: !arguments.flag("pPrivateRuntimeData"),
                    size: arguments.word("PrivateRuntimeDataSize"),
                },
            })
        },
        read: read_acquired,
    },
    CallShape {
        name: "ReleaseKeyedMutex",
        inputs: &[MUTEX, KEY, FENCE_VALUE],
        outputs: &[],
        entry_point: Some(EntryPoint::ReleaseKeyedMutex),
        build: |arguments| {
            Request::ReleaseKeyedMutex(ReleaseKeyedMutex {
                keyed_mutex: arguments.local("hKeyedMutex"),
                key: arguments.wide("Key"),
                fence_value: arguments.wide("FenceValue"),
            })
        },
        read: no_output,
    },
    CallShape {
        name: "ReleaseKeyedMutex2",
        inputs: &[MUTEX, KEY, FENCE_VALUE, DATA, DATA_SIZE],
        outputs: &[],
        entry_point: Some(EntryPoint::ReleaseKeyedMutex2),
        build: |arguments| {
            Request::ReleaseKeyedMutex2(ReleaseKeyedMutex2 {
                keyed_mutex: arguments.local("hKeyedMutex"),
                key: arguments.wide("Key"),
                fence_value: arguments.wide("FenceValue"),
                private_data: arguments.private_data(),
            })
        },
        read: no_output,
    },
];

fn read_handles(output: &Output) -> Vec<Seen> {
    match output {
        Output::CreateKeyedMutex { keyed_mutex, shared } => {
            vec![Seen::one("hSharedHandle", shared.raw()), Seen::one("hKeyedMutex", keyed_mutex.raw())]
        }
        Output::OpenKeyedMutex { keyed_mutex } => vec![Seen::one("hKeyedMutex", keyed_mutex.raw())],
        _ => Vec::new(),
    }
}

fn read_acquired(output: &Output) -> Vec<Seen> {
    let Output::AcquireKeyedMutex { fence_value, private_data } = output else {
        return Vec::new();
    };
    let data = private_data.iter().map(|data| Seen {
        field: "pPrivateRuntimeData",
        values: data.iter().map(|byte| u64::from(*byte)).collect(),
    });
    std::iter::once(Seen::one("FenceValue", *fence_value)).chain(data).collect()
}
