//! CreateSynchronizationObject2, from a sound object of each type that a check is about.

use kmt_core::{CreateSynchronizationObject2, EntryPoint, LocalHandle, NtHandle, Request, SyncObjectInfo};

use super::adapters::no_room_for_a_handle;
use super::case::{Case, Spoil, null_structure};
use super::dead::{Wanted, dead_local_handles, reserved_bits};
use super::devices::{broken_device, dead_device};
use super::events::{no_event, weak_event};
use super::part::Part;
use super::report::checks;
use super::run::Drive;
use super::scene::Scene;
use super::sync_objects::{
    MUTEX, UNKNOWN_TYPES, named_infos, no_room_for_a_sync_object, overfull_semaphores,
};

const SHARED: u32 = 0x1;
const NT_SECURITY_SHARING: u32 = 0x2;
const CROSS_ADAPTER: u32 = 0x4;
const TOP_OF_PIPELINE: u32 = 0x8;
const NO_SIGNAL: u32 = 0x10;
const NO_WAIT: u32 = 0x20;
const NO_SIGNAL_MAX_VALUE_ON_TDR: u32 = 0x40;
const NO_GPU_ACCESS: u32 = 0x80;
const SIGNAL_BY_KMD: u32 = 0x100;
const LOCAL_MEMORY_PREFERRED: u32 = 0x200;
/// Every flag that has a meaning (SYN-04).
const FLAGS: u32 = 0x3FF;
/// The adapters of the scene have one physical adapter, whose bit is the first.
const NO_PHYSICAL_ADAPTER: [u32; 3] = [0x2, 0x3, 0x8000_0000];

/// The checks, in the order of the list.
const CHECKS: [&str; 21] =
    checks!("CreateSynchronizationObject2": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21);

type CreateCase = Case<CreateSynchronizationObject2>;
type CreateSpoil = Spoil<CreateSynchronizationObject2>;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![
        Box::new(monitored_fence()),
        Box::new(semaphore()),
        Box::new(cpu_notification()),
        Box::new(shared_fence()),
    ]
}

fn check(number: usize) -> &'static str {
    CHECKS[number - 1]
}

/// The constructor of several checks at once.
fn joint(numbers: &[usize], touches: &[Part]) -> CreateSpoil {
    let checks: Vec<_> = numbers.iter().map(|number| check(*number)).collect();
    CreateSpoil::joint(&checks, touches)
}

fn set_info(argument: &mut CreateSynchronizationObject2, info: SyncObjectInfo) {
    argument.info = info;
}

/// A monitored fence for these physical adapters.
const fn fence(engine_affinity: u32) -> SyncObjectInfo {
    SyncObjectInfo::MonitoredFence { initial_value: 0, engine_affinity }
}

/// A periodic monitored fence of an adapter. It is always refused: no adapter of the simulator has a target (SYN-18).
const fn periodic(adapter: LocalHandle, engine_affinity: u32) -> SyncObjectInfo {
    SyncObjectInfo::PeriodicMonitoredFence { adapter, vidpn_target_id: 0, time: 0, engine_affinity }
}

/// A case for one sound Info, with the constructors that work whatever it is.
fn case(mode: &'static str, scene: Scene, info: SyncObjectInfo, flags: u32) -> CreateCase {
    let device = dead_device(check(12), &scene, |argument: &mut CreateSynchronizationObject2, handle| {
        argument.device = handle;
    });
    let argument = CreateSynchronizationObject2 { device: scene.device.live, info, flags };
    Case::new("CreateSynchronizationObject2", Request::CreateSynchronizationObject2, scene, argument)
        .through(EntryPoint::CreateSynchronizationObject2)
        .mode(mode)
        // SYN-11
        .sound("NoSignalMaxValueOnTdr", |draft| draft.argument.flags |= NO_SIGNAL_MAX_VALUE_ON_TDR)
        .sound("LocalMemoryPreferred", |draft| draft.argument.flags |= LOCAL_MEMORY_PREFERRED)
        .sound("NoGPUAccess", |draft| draft.argument.flags |= NO_GPU_ACCESS)
        .sound("there is room for one handle", |draft| draft.scene.leave_local_handles(1))
        .spoils([
            null_structure(check(1)),
            CreateSpoil::of(check(3), &[Part::ReservedFlags])
                .values(reserved_bits(FLAGS), |argument, bits| argument.flags |= bits),
            no_signal_with_no_wait(),
            device,
            no_room_for_a_handle(check(21)),
            no_room_for_a_sync_object(check(21)),
        ])
        .spoils(broken_device([check(13), check(14)]))
}

/// Adds flags to a draft. Flags are only ever added, so that two spoils do not undo each other.
fn flags(spoil: CreateSpoil, all: &[u32]) -> CreateSpoil {
    spoil.values(all.iter().map(|flags| (format!("Flags 0x{flags:X}"), *flags)), |argument, flags| {
        argument.flags |= flags;
    })
}

/// Adds variants of an Info together with flags.
fn infos(spoil: CreateSpoil, all: &[(SyncObjectInfo, u32)]) -> CreateSpoil {
    all.iter().fold(spoil, |spoil, &(info, flags)| {
        spoil.variant(&format!("Info {info:?}, Flags 0x{flags:X}"), move |draft| {
            draft.argument.info = info;
            draft.argument.flags |= flags;
        })
    })
}

/// The constructors for sharing flags that lack Shared, for a sound draft without sharing flags.
fn sharing_without_shared() -> [CreateSpoil; 2] {
    let security = CreateSpoil::of(check(4), &[Part::NtSecurityFlag]).needing(&[Part::SharedFlag]);
    let cross = CreateSpoil::of(check(5), &[]).needing(&[Part::ObjectFlags, Part::SharedFlag]);
    [flags(security, &[NT_SECURITY_SHARING]), flags(cross, &[CROSS_ADAPTER])]
}

fn no_signal_with_no_wait() -> CreateSpoil {
    flags(
        CreateSpoil::of(check(6), &[]).needing(&[Part::ObjectFlags]),
        &[NO_SIGNAL | NO_WAIT, NO_SIGNAL | NO_WAIT | TOP_OF_PIPELINE],
    )
}

/// The flags of a monitored fence, on an object of another type.
fn flags_of_a_fence() -> CreateSpoil {
    flags(
        CreateSpoil::of(check(7), &[]).needing(&[Part::ObjectFlags]),
        &[TOP_OF_PIPELINE, NO_SIGNAL, NO_WAIT],
    )
}

/// The flag of a CPU_NOTIFICATION, on an object of another type.
fn flag_of_a_notification() -> CreateSpoil {
    let spoil = CreateSpoil::of(check(8), &[]).needing(&[Part::ObjectFlags, Part::NotificationType]);
    flags(spoil, &[SIGNAL_BY_KMD])
}

/// The constructors of checks that are about other types, for a fence: they clash with what is about fences.
fn of_other_types(scene: &Scene) -> [CreateSpoil; 5] {
    let notification = |event| SyncObjectInfo::CpuNotification { event };
    let becomes = [Part::ObjectType, Part::NotificationType];
    let shared = [Part::ObjectType, Part::NotificationType, Part::SharedFlag];
    let bad = |number, event| infos(CreateSpoil::of(check(number), &becomes), &[(notification(event), 0)]);
    let overfull = CreateSpoil::of(check(11), &[Part::ObjectType]).values(overfull_semaphores(), set_info);
    let shared = CreateSpoil::of(check(9), &shared).needing(&[Part::NtSecurityFlag]);
    [
        infos(shared, &[(notification(scene.event.full), SHARED)]),
        overfull,
        bad(18, NtHandle::ZERO),
        bad(19, scene.to_giver.full),
        bad(20, scene.event.no_modify),
    ]
}

fn monitored_fence() -> CreateCase {
    let scene = Scene::new();
    let unknown = UNKNOWN_TYPES.map(|object_type| SyncObjectInfo::Unknown { object_type });
    let object_type = [Part::ObjectType];
    // Shared alone is wrong only while NtSecuritySharing stays away.
    let shared = |spoil: CreateSpoil| spoil.needing(&[Part::NtSecurityFlag]);
    let live = scene.adapter.live;
    let dead = dead_local_handles(&scene, Wanted::Adapter);
    let first_dead = dead.first().map_or(LocalHandle::ZERO, |(_, handle)| *handle);
    let mut bad_adapters = CreateSpoil::of(check(16), &object_type);
    for (name, adapter) in dead {
        bad_adapters = bad_adapters
            .variant(&format!("hAdapter is {name}"), move |draft| draft.argument.info = periodic(adapter, 0));
    }
    let shared_alone = shared(CreateSpoil::of(check(10), &[Part::SharedFlag]).needing(&[Part::ObjectType]));
    let wide_affinity = CreateSpoil::of(check(15), &object_type)
        .values(named_infos(NO_PHYSICAL_ADAPTER.map(fence)), set_info);
    let sound = [fence(1), SyncObjectInfo::MonitoredFence { initial_value: u64::MAX, engine_affinity: 0 }];
    let (other_types, of_other_types) = (other_types(&scene), of_other_types(&scene));
    case("a monitored fence", scene, fence(0), 0)
        .sound_values("Info", sound, set_info)
        .sound_values("Info", other_types, set_info)
        .sound_values("Flags", [TOP_OF_PIPELINE, NO_SIGNAL, NO_WAIT, TOP_OF_PIPELINE | NO_WAIT], set_flags)
        .sound_values("Flags", [SHARED | NT_SECURITY_SHARING, 0x7], set_flags)
        // SYN-20
        .sound("EngineAffinity is not read with NoGPUAccess", |draft| {
            draft.argument.info = fence(u32::MAX);
            draft.argument.flags = NO_GPU_ACCESS;
        })
        .spoils(sharing_without_shared())
        .spoils(of_other_types)
        .spoils([
            CreateSpoil::of(check(2), &object_type).values(named_infos(unknown), set_info),
            infos(joint(&[2, 7], &object_type), &[(unknown[0], TOP_OF_PIPELINE), (unknown[1], NO_SIGNAL)]),
            infos(
                CreateSpoil::of(check(7), &object_type),
                &[
                    (MUTEX, TOP_OF_PIPELINE),
                    (MUTEX, NO_SIGNAL),
                    (SyncObjectInfo::Fence { value: 0 }, NO_WAIT),
                ],
            ),
            flag_of_a_notification(),
            flags(shared_alone, &[SHARED, SHARED | CROSS_ADAPTER]),
            wide_affinity,
            bad_adapters,
            CreateSpoil::of(check(17), &object_type).values(named_infos(targets(live)), set_info),
            infos(
                shared(joint(&[7, 10, 17], &[Part::ObjectType, Part::SharedFlag])),
                &[(periodic(live, 0), SHARED | TOP_OF_PIPELINE)],
            ),
            infos(joint(&[7, 15, 16, 17], &object_type), &[(periodic(first_dead, 2), NO_SIGNAL)]),
            infos(
                shared(joint(&[10, 15, 16, 17], &[Part::ObjectType, Part::SharedFlag])),
                &[(periodic(first_dead, 2), SHARED)],
            ),
        ])
}

fn set_flags(argument: &mut CreateSynchronizationObject2, flags: u32) {
    argument.flags = flags;
}

/// Sound objects of the types without a case of their own.
fn other_types(scene: &Scene) -> [SyncObjectInfo; 5] {
    [
        MUTEX,
        SyncObjectInfo::Mutex { initial_state: 1 },
        SyncObjectInfo::Fence { value: u64::MAX },
        SyncObjectInfo::Semaphore { max_count: 0, initial_count: 0 },
        SyncObjectInfo::CpuNotification { event: scene.event.no_synchronize },
    ]
}

/// Targets and times of a live adapter.
fn targets(adapter: LocalHandle) -> [SyncObjectInfo; 4] {
    [(0, 0), (1, 0), (u32::MAX, 0), (0, u64::MAX)].map(|(vidpn_target_id, time)| {
        SyncObjectInfo::PeriodicMonitoredFence { adapter, vidpn_target_id, time, engine_affinity: 0 }
    })
}

fn semaphore() -> CreateCase {
    let info = SyncObjectInfo::Semaphore { max_count: 2, initial_count: 2 };
    case("a semaphore", Scene::new(), info, 0)
        .sound_values("Flags", [SHARED, SHARED | NT_SECURITY_SHARING, SHARED | CROSS_ADAPTER], set_flags)
        .spoils(sharing_without_shared())
        .spoils([
            flags_of_a_fence(),
            flag_of_a_notification(),
            CreateSpoil::of(check(11), &[Part::ObjectType]).values(overfull_semaphores(), set_info),
        ])
}

fn cpu_notification() -> CreateCase {
    let scene = Scene::new();
    let event = scene.event;
    let set_event = |argument: &mut CreateSynchronizationObject2, event: NtHandle| {
        argument.info = SyncObjectInfo::CpuNotification { event };
    };
    let shared = CreateSpoil::of(check(9), &[Part::SharedFlag]).needing(&[Part::NtSecurityFlag]);
    let bad_events = no_event(&scene, [check(18), check(19), check(20)], set_event);
    case("a notification", scene, SyncObjectInfo::CpuNotification { event: event.full }, 0)
        .sound_values("Flags", [SIGNAL_BY_KMD], set_flags)
        .sound_values("Event", [event.no_synchronize], set_event)
        .sound("there are as many events as can be", |draft| draft.scene.use_up_nt_objects())
        .spoils(sharing_without_shared())
        .spoils([
            flags_of_a_fence(),
            flags(shared, &[SHARED, SHARED | NT_SECURITY_SHARING]),
            weak_event(check(20), event.no_modify, set_event),
        ])
        .spoils(bad_events)
}

/// The one object that needs a global handle.
fn shared_fence() -> CreateCase {
    case("a shared fence", Scene::new(), SyncObjectInfo::Fence { value: 0 }, SHARED)
        // SYN-05: there is no global handle to make.
        .sound("NtSecuritySharing, and the global table is full", |draft| {
            draft.argument.flags |= NT_SECURITY_SHARING;
            draft.scene.use_up_global_handles();
        })
        .spoils([
            flags_of_a_fence(),
            flag_of_a_notification(),
            CreateSpoil::of(check(21), &[Part::GlobalTable])
                .variant("the global table is full", |draft| draft.scene.use_up_global_handles()),
        ])
}
