//! Making, opening and destroying synchronisation objects.

use kmt_core::{
    CreateSynchronizationObject, DestroySynchronizationObject, EntryPoint, OpenSynchronizationObject,
    Request, SyncObjectInfo,
};

use super::adapters::no_room_for_a_handle;
use super::case::{Case, Spoil, null_structure};
use super::dead::{Wanted, WantedGlobal, dead_global_handles, dead_local_handles};
use super::devices::{broken_device, dead_device};
use super::part::Part;
use super::run::Drive;
use super::scene::Scene;

/// A MUTEX that is free.
pub(super) const MUTEX: SyncObjectInfo = SyncObjectInfo::Mutex { initial_state: 0 };
/// Type numbers that mean nothing (SYN-01).
pub(super) const UNKNOWN_TYPES: [u32; 6] = [0, 7, 8, 0x1_0005, 0x8000_0001, u32::MAX];

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![
        Box::new(create_synchronization_object()),
        Box::new(open_synchronization_object()),
        Box::new(destroy_synchronization_object()),
    ]
}

/// What Info can be, with a name for each.
pub(super) fn named_infos(infos: impl IntoIterator<Item = SyncObjectInfo>) -> Vec<(String, SyncObjectInfo)> {
    infos.into_iter().map(|info| (format!("Info {info:?}"), info)).collect()
}

/// Semaphores whose count begins above its largest value.
// SYN-14
pub(super) fn overfull_semaphores() -> Vec<(String, SyncObjectInfo)> {
    let counts = [(0, 1), (1, 2), (0, u32::MAX), (u32::MAX - 1, u32::MAX)];
    named_infos(
        counts.map(|(max_count, initial_count)| SyncObjectInfo::Semaphore { max_count, initial_count }),
    )
}

/// The constructor for as many synchronisation objects as there can be.
pub(super) fn no_room_for_a_sync_object<A: 'static>(check: &'static str) -> Spoil<A> {
    Spoil::of(check, &[Part::SyncObjects]).variant(
        "there are as many synchronisation objects as can be",
        |draft| {
            draft.scene.use_up_sync_objects();
        },
    )
}

fn create_synchronization_object() -> Case<CreateSynchronizationObject> {
    let scene = Scene::new();
    let set_info = |argument: &mut CreateSynchronizationObject, info| argument.info = info;
    let event = scene.event.full;
    let others = [
        SyncObjectInfo::Fence { value: 0 },
        SyncObjectInfo::CpuNotification { event },
        SyncObjectInfo::MonitoredFence { initial_value: 0, engine_affinity: 0 },
        SyncObjectInfo::PeriodicMonitoredFence {
            adapter: scene.adapter.live,
            vidpn_target_id: 0,
            time: 0,
            engine_affinity: 0,
        },
    ];
    let unknown = UNKNOWN_TYPES.map(|object_type| SyncObjectInfo::Unknown { object_type });
    let argument = CreateSynchronizationObject { device: scene.device.live, info: MUTEX };
    let sound = [
        SyncObjectInfo::Mutex { initial_state: 1 },
        SyncObjectInfo::Mutex { initial_state: u32::MAX },
        SyncObjectInfo::Semaphore { max_count: 0, initial_count: 0 },
        SyncObjectInfo::Semaphore { max_count: u32::MAX, initial_count: u32::MAX },
    ];
    let spoils = [
        null_structure("CreateSynchronizationObject/1"),
        Spoil::of("CreateSynchronizationObject/2", &[Part::ObjectType])
            .values(named_infos(others.into_iter().chain(unknown)), set_info),
        Spoil::of("CreateSynchronizationObject/3", &[Part::ObjectType])
            .values(overfull_semaphores(), set_info),
        dead_device(
            "CreateSynchronizationObject/4",
            &scene,
            |argument: &mut CreateSynchronizationObject, handle| argument.device = handle,
        ),
        no_room_for_a_handle("CreateSynchronizationObject/7"),
        no_room_for_a_sync_object("CreateSynchronizationObject/7"),
    ];
    Case::new("CreateSynchronizationObject", Request::CreateSynchronizationObject, scene, argument)
        .through(EntryPoint::CreateSynchronizationObject)
        .sound_values("Info", sound, set_info)
        .sound("there is room for one handle", |draft| draft.scene.leave_local_handles(1))
        .sound("the global table is full", |draft| draft.scene.use_up_global_handles())
        .spoils(spoils)
        .spoils(broken_device(["CreateSynchronizationObject/5", "CreateSynchronizationObject/6"]))
}

fn open_synchronization_object() -> Case<OpenSynchronizationObject> {
    let scene = Scene::new();
    let dead = dead_global_handles(&scene, WantedGlobal::SyncObject);
    let argument = OpenSynchronizationObject { shared: scene.sync_shared.live };
    Case::new("OpenSynchronizationObject", Request::OpenSynchronizationObject, scene, argument)
        .through(EntryPoint::OpenSynchronizationObject)
        .sound("there is room for one handle", |draft| draft.scene.leave_local_handles(1))
        // TDR-10
        .sound("the adapter is stopped", |draft| draft.scene.stop_main_adapter())
        .sound("the device is in Error", |draft| draft.scene.break_device(false))
        .sound("there are as many objects as can be", |draft| draft.scene.use_up_sync_objects())
        .sound("the global table is full", |draft| draft.scene.use_up_global_handles())
        .spoils([
            null_structure("OpenSynchronizationObject/1"),
            Spoil::of("OpenSynchronizationObject/2", &[Part::SharedHandle])
                .values(dead, |argument: &mut OpenSynchronizationObject, shared| argument.shared = shared),
            no_room_for_a_handle("OpenSynchronizationObject/3"),
        ])
}

fn destroy_synchronization_object() -> Case<DestroySynchronizationObject> {
    let scene = Scene::new();
    let dead = dead_local_handles(&scene, Wanted::SyncObject);
    let handles = [scene.sync.no_signal, scene.sync.no_wait, scene.sync.of_another_device];
    let other_types = scene.sync.other_types.map(|(_, handle)| handle);
    let argument = DestroySynchronizationObject { sync_object: scene.fence.live };
    let set = |argument: &mut DestroySynchronizationObject, handle| argument.sync_object = handle;
    Case::new("DestroySynchronizationObject", Request::DestroySynchronizationObject, scene, argument)
        .through(EntryPoint::DestroySynchronizationObject)
        .sound_values("hSyncObject", handles.into_iter().chain(other_types), set)
        // SYN-28, SYN-30
        .sound("the adapter is stopped", |draft| draft.scene.stop_main_adapter())
        .sound("the device is in Error", |draft| draft.scene.break_device(false))
        .sound("waits are registered through it", |draft| draft.scene.wait_through_the_fence())
        .spoils([
            null_structure("DestroySynchronizationObject/1"),
            Spoil::of("DestroySynchronizationObject/2", &[Part::SyncObjectHandle]).values(dead, set),
        ])
}
