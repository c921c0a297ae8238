//! Calls that make, open and destroy synchronisation objects.

use kmt_core::{
    CreateSynchronizationObject, CreateSynchronizationObject2, DestroySynchronizationObject, EntryPoint,
    LocalHandle, NtHandle, OpenSynchronizationObject, Output, Request, SyncObjectInfo,
};

use super::arguments::Arguments;
use super::{CallShape, Constants, Input, Kind, Seen, needed, no_output, optional, output};

// SYN-01
const TYPES: Constants = &[
    ("MUTEX", 1),
    ("SEMAPHORE", 2),
    ("FENCE", 3),
    ("CPU_NOTIFICATION", 4),
    ("MONITORED_FENCE", 5),
    ("PERIODIC_MONITORED_FENCE", 6),
];

// SYN-04
pub(super) const FLAGS: Constants = &[
    ("Shared", 0x1),
    ("NtSecuritySharing", 0x2),
    ("CrossAdapter", 0x4),
    ("TopOfPipeline", 0x8),
    ("NoSignal", 0x10),
    ("NoWait", 0x20),
    ("NoSignalMaxValueOnTdr", 0x40),
    ("NoGPUAccess", 0x80),
    ("SignalByKmd", 0x100),
    ("LocalMemoryPreferred", 0x200),
];

const WORD: Kind = Kind::Word(&[]);
const WIDE: Kind = Kind::Wide(&[]);
const FLAGS_MEMBER: Input = optional("Flags", Kind::Word(FLAGS), 0);
const ENGINE_AFFINITY: Input = optional("EngineAffinity", WORD, 0);

/// The members of the union in Info, by the type.
const UNION: [&[Input]; 7] = [
    &[],
    &[optional("InitialState", WORD, 0)],
    &[optional("MaxCount", WORD, 0), optional("InitialCount", WORD, 0)],
    &[optional("FenceValue", WIDE, 0)],
    &[needed("Event", Kind::Nt)],
    &[optional("InitialFenceValue", WIDE, 0), ENGINE_AFFINITY],
    &[
        needed("hAdapter", Kind::Local),
        optional("VidPnTargetId", WORD, 0),
        optional("Time", WIDE, 0),
        ENGINE_AFFINITY,
    ],
];

/// The member of Info that says which others there are.
pub(in crate::scenario) const TYPE: Input = needed("Type", Kind::Word(TYPES));

/// The other members of Info for a type, in the order in which they are written: those of the union, then Flags.
pub(in crate::scenario) fn members(object_type: u64, has_flags: bool) -> Vec<&'static Input> {
    let union = usize::try_from(object_type).ok().and_then(|place| UNION.get(place)).copied();
    let flags = has_flags.then_some(&FLAGS_MEMBER);
    union.unwrap_or_default().iter().chain(flags).collect()
}

/// The member of Info with this name, whatever the type.
pub(super) fn member(name: &str) -> Option<&'static Input> {
    let all = UNION.into_iter().flatten().chain([&TYPE, &FLAGS_MEMBER]);
    all.into_iter().find(|member| member.name == name)
}

const DEVICE: Input = needed("hDevice", Kind::Local);

pub(super) const SHAPES: &[CallShape] = &[
    CallShape {
        name: "CreateSynchronizationObject",
        inputs: &[DEVICE, needed("Info", Kind::SyncObjectInfo { has_flags: false })],
        outputs: &[output("hSyncObject", Kind::Local)],
        entry_point: Some(EntryPoint::CreateSynchronizationObject),
        build: |arguments| {
            Request::CreateSynchronizationObject(CreateSynchronizationObject {
                device: arguments.local("hDevice"),
                info: info(arguments),
            })
        },
        read: read_handles,
    },
    CallShape {
        name: "CreateSynchronizationObject2",
        inputs: &[DEVICE, needed("Info", Kind::SyncObjectInfo { has_flags: true })],
        outputs: &[
            output("hSyncObject", Kind::Local),
            output("SharedHandle", Kind::Global),
            output("FenceValueCPUVirtualAddress", Kind::Address),
            output("FenceValueGPUVirtualAddress", Kind::Address),
        ],
        entry_point: Some(EntryPoint::CreateSynchronizationObject2),
        build: |arguments| {
            Request::CreateSynchronizationObject2(CreateSynchronizationObject2 {
                device: arguments.local("hDevice"),
                info: info(arguments),
                flags: word(arguments, "Flags"),
            })
        },
        read: read_handles,
    },
    CallShape {
        name: "OpenSynchronizationObject",
        inputs: &[needed("hSharedHandle", Kind::Global)],
        outputs: &[output("hSyncObject", Kind::Local)],
        entry_point: Some(EntryPoint::OpenSynchronizationObject),
        build: |arguments| {
            Request::OpenSynchronizationObject(OpenSynchronizationObject {
                shared: arguments.global("hSharedHandle"),
            })
        },
        read: read_handles,
    },
    CallShape {
        name: "DestroySynchronizationObject",
        inputs: &[needed("hSyncObject", Kind::Local)],
        outputs: &[],
        entry_point: Some(EntryPoint::DestroySynchronizationObject),
        build: |arguments| {
            Request::DestroySynchronizationObject(DestroySynchronizationObject {
                sync_object: arguments.local("hSyncObject"),
            })
        },
        read: no_output,
    },
];

/// A member of Info with 32 bits.
fn word(arguments: &Arguments<'_>, member: &str) -> u32 {
    // An NT handle that stands where a D3DKMT handle is wanted is cut to the 32 bits of the field, as in C.
    #[allow(clippy::cast_possible_truncation, reason = "the member has 32 bits")]
    let word = arguments.member("Info", member) as u32;
    word
}

fn info(arguments: &Arguments<'_>) -> SyncObjectInfo {
    let word = |member| word(arguments, member);
    let wide = |member| arguments.member("Info", member);
    match word("Type") {
        1 => SyncObjectInfo::Mutex { initial_state: word("InitialState") },
        2 => SyncObjectInfo::Semaphore { max_count: word("MaxCount"), initial_count: word("InitialCount") },
        3 => SyncObjectInfo::Fence { value: wide("FenceValue") },
        4 => SyncObjectInfo::CpuNotification { event: NtHandle::from_raw(wide("Event")) },
        5 => SyncObjectInfo::MonitoredFence {
            initial_value: wide("InitialFenceValue"),
            engine_affinity: word("EngineAffinity"),
        },
        6 => SyncObjectInfo::PeriodicMonitoredFence {
            adapter: LocalHandle::from_raw(word("hAdapter")),
            vidpn_target_id: word("VidPnTargetId"),
            time: wide("Time"),
            engine_affinity: word("EngineAffinity"),
        },
        object_type => SyncObjectInfo::Unknown { object_type },
    }
}

fn read_handles(output: &Output) -> Vec<Seen> {
    match output {
        Output::CreateSynchronizationObject { sync_object }
        | Output::OpenSynchronizationObject { sync_object } => {
            vec![Seen::one("hSyncObject", sync_object.raw())]
        }
        Output::CreateSynchronizationObject2 { sync_object, shared, mapping } => {
            let mut seen =
                vec![Seen::one("hSyncObject", sync_object.raw()), Seen::one("SharedHandle", shared.raw())];
            if let Some(mapping) = mapping {
                seen.push(Seen::one("FenceValueCPUVirtualAddress", mapping.cpu_address));
                seen.push(Seen::one("FenceValueGPUVirtualAddress", mapping.gpu_address));
            }
            seen
        }
        _ => Vec::new(),
    }
}
