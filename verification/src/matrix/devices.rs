//! Making, destroying, asking and marking devices.

use kmt_core::{
    CreateDevice, DestroyDevice, EntryPoint, GetDeviceState, LocalHandle, MarkDeviceAsError, Request,
};

use super::adapters::{main_adapter_stopped, no_room_for_a_handle};
use super::case::{Case, Spoil, null_structure};
use super::dead::{Wanted, dead_local_handles, numbers, reserved_bits};
use super::part::Part;
use super::run::Drive;
use super::scene::Scene;

/// The flags of CreateDevice that have a meaning (ADP-10).
const FLAGS: u32 = 0x7;
const REASON_GENERIC: u32 = 0x8000_0000;
const REASON_DRIVER_ERROR: u32 = 0x8000_0006;

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![
        Box::new(create_device()),
        Box::new(destroy_device()),
        Box::new(get_device_state()),
        Box::new(mark_device_as_error()),
    ]
}

/// The constructor for a dead device handle.
pub(super) fn dead_device<A: 'static>(
    check: &'static str,
    scene: &Scene,
    set: fn(&mut A, LocalHandle),
) -> Spoil<A> {
    Spoil::of(check, &[Part::DeviceHandle]).values(dead_local_handles(scene, Wanted::Device), set)
}

/// The constructors for a device that is out of order: for `removed` its adapter is stopped or it hangs, for `broken` it has
/// another error, and for both it has one and its adapter is stopped.
// FLT-01, TDR-10
pub(super) fn broken_device<A: 'static>([removed, broken]: [&'static str; 2]) -> [Spoil<A>; 3] {
    // A stop changes the state of a device that is not in Error yet.
    let both = [Part::AdapterState, Part::DeviceState];
    [
        Spoil::of(removed, &both)
            .variant("the adapter is stopped", |draft| draft.scene.stop_main_adapter())
            .variant("the device hangs", |draft| draft.scene.break_device(true)),
        Spoil::of(broken, &[Part::DeviceState])
            .variant("the device has an error of the GPU", |draft| draft.scene.break_device(false)),
        Spoil::joint(&[removed, broken], &both).variant(
            "the device has an error of the GPU and the adapter is stopped",
            |draft| {
                draft.scene.break_device(false);
                draft.scene.stop_main_adapter();
            },
        ),
    ]
}

fn create_device() -> Case<CreateDevice> {
    let scene = Scene::new();
    let dead = dead_local_handles(&scene, Wanted::Adapter);
    let argument = CreateDevice { adapter: scene.adapter.live, flags: 0 };
    Case::new("CreateDevice", Request::CreateDevice, scene, argument)
        .through(EntryPoint::CreateDevice)
        .sound_values("Flags", [0x1, 0x2, 0x4, FLAGS], |argument, flags| argument.flags = flags)
        .sound("there is room for one handle", |draft| draft.scene.leave_local_handles(1))
        .spoils([
            null_structure("CreateDevice/1"),
            Spoil::of("CreateDevice/2", &[Part::ReservedFlags])
                .values(reserved_bits(FLAGS), |argument: &mut CreateDevice, bits| argument.flags |= bits),
            Spoil::of("CreateDevice/3", &[Part::AdapterHandle])
                .values(dead, |argument: &mut CreateDevice, handle| argument.adapter = handle),
            main_adapter_stopped("CreateDevice/4"),
            no_room_for_a_handle("CreateDevice/6"),
            Spoil::of("CreateDevice/6", &[Part::Devices])
                .variant("there are as many devices as can be", |draft| draft.scene.use_up_devices()),
        ])
}

fn destroy_device() -> Case<DestroyDevice> {
    let scene = Scene::new();
    let argument = DestroyDevice { device: scene.device.live };
    let spoils = [
        null_structure("DestroyDevice/1"),
        dead_device("DestroyDevice/2", &scene, |argument: &mut DestroyDevice, handle| {
            argument.device = handle;
        }),
    ];
    Case::new("DestroyDevice", Request::DestroyDevice, scene, argument)
        .through(EntryPoint::DestroyDevice)
        // FLT-02, FLT-18: neither an Error nor a stopped adapter is in the way.
        .sound("the adapter is stopped and the device in Error", |draft| draft.scene.stop_main_adapter())
        .spoils(spoils)
}

fn get_device_state() -> Case<GetDeviceState> {
    let scene = Scene::new();
    let argument = GetDeviceState { device: scene.device.live, state_type: 1 };
    let unknown = numbers([0, 7, 8, 9, 0x10, 0x101, 0x1_0001, 0x8000_0001, u32::MAX]);
    let set_type = |argument: &mut GetDeviceState, state_type| argument.state_type = state_type;
    let spoils = [
        null_structure("GetDeviceState/1"),
        Spoil::of("GetDeviceState/2", &[Part::StateType]).values(unknown, set_type),
        Spoil::of("GetDeviceState/3", &[Part::StateType]).values(numbers([2, 4, 6]), set_type),
        dead_device("GetDeviceState/4", &scene, |argument: &mut GetDeviceState, handle| {
            argument.device = handle;
        }),
        main_adapter_stopped("GetDeviceState/5"),
    ];
    Case::new("GetDeviceState", Request::GetDeviceState, scene, argument)
        .through(EntryPoint::GetDeviceState)
        .sound_values("StateType", [3, 5], set_type)
        .spoils(spoils)
}

fn mark_device_as_error() -> Case<MarkDeviceAsError> {
    let scene = Scene::new();
    let argument = MarkDeviceAsError { device: scene.device.live, reason: REASON_GENERIC };
    let near = [REASON_GENERIC, REASON_DRIVER_ERROR].map(|reason| [reason - 1, reason + 1, reason & 0xF]);
    let mut reasons: Vec<_> = near.into_iter().flatten().collect();
    reasons.extend([0xC000_0000, REASON_DRIVER_ERROR | 0x8, 0x8000_0002, 0x8000_0004, u32::MAX]);
    let set_reason = |argument: &mut MarkDeviceAsError, reason| argument.reason = reason;
    let spoils = [
        null_structure("MarkDeviceAsError/1"),
        Spoil::of("MarkDeviceAsError/2", &[Part::Reason]).values(numbers(reasons), set_reason),
        dead_device("MarkDeviceAsError/3", &scene, |argument: &mut MarkDeviceAsError, handle| {
            argument.device = handle;
        }),
        main_adapter_stopped("MarkDeviceAsError/4"),
    ];
    Case::new("MarkDeviceAsError", Request::MarkDeviceAsError, scene, argument)
        .through(EntryPoint::MarkDeviceAsError)
        .sound_values("Reason", [REASON_DRIVER_ERROR], set_reason)
        .spoils(spoils)
}
