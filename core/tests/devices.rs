//! Devices: creating, their state, Error.

mod common;

use common::{LUID, World, create, destroy, local, mark, state};
use kmt_core::{
    CreateDevice, DeviceStateReport, Effect, ExecutionState, NtStatus, Output, PageFaultState, Request, rule,
};

const GENERIC: u32 = 0x8000_0000;
const DRIVER_ERROR: u32 = 0x8000_0006;

#[test]
fn adp_10_a_device_belongs_to_process_and_adapter_not_to_the_handle() {
    let (mut world, process, thread) = World::with_adapter();
    let (first, second) = (world.open(thread, LUID), world.open(thread, LUID));
    let device = world.create(thread, first);
    let view = world.kernel.devices().next().unwrap();
    assert_eq!((view.process, view.execution, view.destroyed), (process, ExecutionState::Active, false));
    assert_eq!(view.adapter, world.kernel.adapters().next().unwrap().id);
    world.close(thread, first);
    assert_eq!(world.state(thread, device), ExecutionState::Active);
    world.create(thread, second);
}

#[test]
fn adp_01_adp_10_only_three_flags_are_known() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    for flags in 0..8 {
        world.ok(thread, Request::CreateDevice(CreateDevice { adapter, flags }));
    }
    for bit in 3..32 {
        // The flags are looked at before the handle.
        for adapter in [adapter, local(0)] {
            let request = Request::CreateDevice(CreateDevice { adapter, flags: 1 << bit });
            assert_eq!(world.refused(thread, request), (NtStatus::INVALID_PARAMETER, rule::ADP_01));
        }
    }
    assert_eq!(world.refused(thread, create(local(0))), (NtStatus::INVALID_PARAMETER, rule::HND_09));
}

#[test]
fn adp_11_inv_15_the_first_cause_stays() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let device = world.create(thread, adapter);
    world.ok(thread, mark(device, DRIVER_ERROR));
    for later in [GENERIC, DRIVER_ERROR] {
        assert!(world.call(thread, mark(device, later)).effects.is_empty());
        assert_eq!(world.state(thread, device), ExecutionState::ErrorDmaFault);
    }
    let id = world.kernel.adapters().next().unwrap().id;
    assert!(world.incident(common::stop(id)).is_empty());
    assert_eq!(world.kernel.devices().next().unwrap().execution, ExecutionState::ErrorDmaFault);
}

#[test]
fn adp_12_what_get_device_state_reports() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let device = world.create(thread, adapter);
    for _ in 0..2 {
        let reset = Output::GetDeviceState(DeviceStateReport::Reset { desktop_switched: false });
        assert_eq!(world.ok(thread, state(device, 3)), reset);
        let fault = Output::GetDeviceState(DeviceStateReport::PageFault(PageFaultState::default()));
        assert_eq!(world.ok(thread, state(device, 5)), fault);
        assert!(matches!(
            world.ok(thread, state(device, 1)),
            Output::GetDeviceState(DeviceStateReport::Execution(_))
        ));
        // The state type is looked at before the handle.
        for device in [device, local(0)] {
            for unsupported in [2, 4, 6] {
                let refusal = world.refused(thread, state(device, unsupported));
                assert_eq!(refusal, (NtStatus::NOT_SUPPORTED, rule::ADP_12));
            }
            for unknown in [0, 7, 8, u32::MAX] {
                let refusal = world.refused(thread, state(device, unknown));
                assert_eq!(refusal, (NtStatus::INVALID_PARAMETER, rule::ADP_12));
            }
        }
        // In Error it answers as before.
        world.ok(thread, mark(device, GENERIC));
    }
    assert_eq!(world.refused(thread, state(local(0), 1)), (NtStatus::INVALID_PARAMETER, rule::HND_09));
    assert_eq!(size_of::<PageFaultState>(), 32);
}

#[test]
fn adp_13_the_numbers_of_the_execution_states() {
    let states = [
        ExecutionState::Active,
        ExecutionState::Reset,
        ExecutionState::Hung,
        ExecutionState::Stopped,
        ExecutionState::ErrorOutOfMemory,
        ExecutionState::ErrorDmaFault,
        ExecutionState::ErrorDmaPageFault,
    ];
    assert_eq!(states.map(ExecutionState::code), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn adp_14_the_reasons_of_mark_device_as_error() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    for (reason, expected) in [(GENERIC, ExecutionState::Hung), (DRIVER_ERROR, ExecutionState::ErrorDmaFault)]
    {
        let device = world.create(thread, adapter);
        let id = world.kernel.devices().last().unwrap().id;
        let effects = world.call(thread, mark(device, reason)).effects;
        assert_eq!(effects, [Effect::DeviceEnteredError { device: id, state: expected }]);
        assert_eq!(world.state(thread, device), expected);
    }
    for reason in [0, 1, 0x8000_0001, 0x8000_0005, 0x8000_0007, u32::MAX] {
        // The reason is looked at before the handle.
        let refusal = world.refused(thread, mark(local(0), reason));
        assert_eq!(refusal, (NtStatus::INVALID_PARAMETER, rule::ADP_14));
    }
    assert_eq!(world.refused(thread, mark(local(0), GENERIC)), (NtStatus::INVALID_PARAMETER, rule::HND_09));
}

#[test]
fn flt_02_a_device_in_error_can_be_asked_marked_and_destroyed_and_is_alone() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let (broken, sound) = (world.create(thread, adapter), world.create(thread, adapter));
    world.ok(thread, mark(broken, GENERIC));
    assert_eq!(world.state(thread, broken), ExecutionState::Hung);
    assert_eq!(world.ok(thread, mark(broken, GENERIC)), Output::None);
    assert_eq!(world.state(thread, sound), ExecutionState::Active);
    world.create(thread, adapter);
    world.destroy(thread, broken);
    world.close(thread, adapter);
}

#[test]
fn flt_04_entering_error_is_one_step() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let device = world.create(thread, adapter);
    world.ok(thread, mark(device, GENERIC));
    assert!(world.kernel.choices().is_empty(), "nothing of it is left for later");
    assert_eq!(world.state(thread, device), ExecutionState::Hung);
}

#[test]
fn trd_01_destroying_works_whatever_the_state() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let devices = [(); 3].map(|()| world.create(thread, adapter));
    world.destroy(thread, devices[0]);
    world.ok(thread, mark(devices[1], DRIVER_ERROR));
    world.destroy(thread, devices[1]);
    let id = world.kernel.adapters().next().unwrap().id;
    world.incident(common::stop(id));
    world.destroy(thread, devices[2]);
    for device in devices {
        assert_eq!(world.refused(thread, destroy(device)), (NtStatus::INVALID_PARAMETER, rule::HND_09));
    }
}
