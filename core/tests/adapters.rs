//! Adapters: opening, enumerating, closing, stopping.

mod common;

use common::{LUID, OTHER_LUID, World, close, create, destroy, mark, open, state};
use kmt_core::{
    AdapterConfig, AdapterInfo, AdapterKind, Effect, EntryPoint, EnumAdapters2, EnumAdapters3, Event,
    ExecutionState, Kernel, Limits, Luid, Misuse, NtStatus, Output, Profile, Request, ThreadId, rule,
};

fn enum2(capacity: u32, has_array: bool) -> Request {
    Request::EnumAdapters2(EnumAdapters2 { capacity, has_array })
}

fn enum3(filter: u64, capacity: u32, has_array: bool) -> Request {
    Request::EnumAdapters3(EnumAdapters3 { filter, capacity, has_array })
}

fn entries(world: &mut World, thread: ThreadId, request: Request) -> Vec<AdapterInfo> {
    let Output::EnumAdapters { count, entries } = world.ok(thread, request) else { panic!("no entries") };
    assert_eq!(count as usize, entries.len());
    entries
}

/// An adapter of each kind, with the LUIDs 1, 2 and 3.
fn three_kinds() -> (World, ThreadId) {
    let mut world = World::new();
    for (luid, kind) in [(1, AdapterKind::Full), (2, AdapterKind::ComputeOnly), (3, AdapterKind::DisplayOnly)]
    {
        world.adapter_with(AdapterConfig { kind, ..AdapterConfig::new(Luid::from_raw(luid)) });
    }
    let (_, thread) = world.process();
    (world, thread)
}

fn luids(entries: &[AdapterInfo]) -> Vec<u64> {
    entries.iter().map(|entry| entry.luid.raw()).collect()
}

#[test]
fn adp_01_a_null_argument_is_refused_by_every_entry_point() {
    let (mut world, _, thread) = World::with_adapter();
    for entry_point in [
        EntryPoint::OpenAdapterFromLuid,
        EntryPoint::EnumAdapters2,
        EntryPoint::EnumAdapters3,
        EntryPoint::CloseAdapter,
        EntryPoint::CreateDevice,
        EntryPoint::DestroyDevice,
        EntryPoint::GetDeviceState,
        EntryPoint::MarkDeviceAsError,
    ] {
        let refusal = world.refused(thread, Request::NullArgument(entry_point));
        assert_eq!(refusal, (NtStatus::INVALID_PARAMETER, rule::ADP_01));
    }
}

#[test]
fn adp_02_inv_35_refused_calls_change_nothing() {
    let (mut world, _, thread) = World::with_adapter();
    let adapter = world.open(thread, LUID);
    let device = world.create(thread, adapter);
    // `refused` compares the kernels.
    world.refused(thread, enum2(0, true));
    world.refused(thread, enum3(4, 9, true));
    world.refused(thread, mark(device, 1));
    world.refused(thread, state(device, 2));
    assert_eq!(world.state(thread, device), ExecutionState::Active);
}

#[test]
fn adp_03_luids_are_not_zero_and_never_used_again() {
    let mut world = World::new();
    let adapter = world.adapter(LUID);
    world.incident(common::stop(adapter));
    let add = |config| Event::Host(kmt_core::Host::AddAdapter(config));
    assert_eq!(world.misuse(add(AdapterConfig::new(LUID))), Misuse::LuidTaken(LUID));
    assert_eq!(world.misuse(add(AdapterConfig::new(Luid::from_raw(0)))), Misuse::ZeroLuid);
    for (nodes, physical_adapters) in [(0, 1), (65, 1), (1, 0), (1, 33), (u32::MAX, u32::MAX)] {
        let config = AdapterConfig { nodes, physical_adapters, ..AdapterConfig::new(OTHER_LUID) };
        assert_eq!(world.misuse(add(config)), Misuse::Topology { nodes, physical_adapters });
    }
    world.adapter_with(AdapterConfig { nodes: 64, physical_adapters: 32, ..AdapterConfig::new(OTHER_LUID) });
    assert_eq!(Luid::from_parts(-1, 7).raw(), 0xFFFF_FFFF_0000_0007);
}

#[test]
fn adp_04_only_a_running_adapter_opens() {
    let (mut world, _, thread) = World::with_adapter();
    let unknown = (NtStatus::INVALID_PARAMETER, rule::ADP_04);
    assert_eq!(world.refused(thread, open(Luid::from_raw(0))), unknown);
    assert_eq!(world.refused(thread, open(OTHER_LUID)), unknown);
    assert_ne!(world.open(thread, LUID), world.open(thread, LUID));
    let adapter = world.kernel.adapters().next().unwrap().id;
    world.incident(common::stop(adapter));
    assert_eq!(world.refused(thread, open(LUID)), unknown);
}

#[test]
fn adp_05_without_an_array_the_number_supported_is_reported() {
    for profile in
        [Profile::windows(), Profile::documented(), Profile { adapters_supported: 32, ..Profile::windows() }]
    {
        let kernel = Kernel::new(profile, Limits::default()).unwrap();
        let (mut world, process, thread) = World { kernel }.staged();
        for request in [enum2(0, false), enum2(99, false), enum3(0, 0, false)] {
            let reported = Output::EnumAdapters { count: profile.adapters_supported, entries: Vec::new() };
            assert_eq!(world.ok(thread, request), reported);
        }
        assert_eq!(world.kernel.local_table(process).unwrap().entries.len(), 0);
    }
    assert_eq!(Profile::default().adapters_supported, 34);
}

#[test]
fn adp_06_with_an_array_every_running_adapter_is_opened_in_order() {
    let (mut world, thread) = three_kinds();
    assert_eq!(world.refused(thread, enum2(2, true)), (NtStatus::BUFFER_TOO_SMALL, rule::ADP_06));
    let reported = entries(&mut world, thread, enum2(3, true));
    assert_eq!(luids(&reported), [1, 2, 3]);
    let handles: Vec<_> = reported.iter().map(|entry| entry.adapter.raw()).collect();
    assert_eq!(handles, [0x4000_0000, 0x4000_0040, 0x4000_0080]);
    for entry in reported {
        world.close(thread, entry.adapter);
    }
}

#[test]
fn adp_07_the_filter_adds_the_special_kinds() {
    let (mut world, thread) = three_kinds();
    for (filter, expected) in [(0, vec![1]), (1, vec![1, 2]), (2, vec![1, 3]), (3, vec![1, 2, 3])] {
        let reported = entries(&mut world, thread, enum3(filter, expected.len() as u32, true));
        assert_eq!(luids(&reported), expected);
        let short = world.refused(thread, enum3(filter, expected.len() as u32 - 1, true));
        assert_eq!(short, (NtStatus::BUFFER_TOO_SMALL, rule::ADP_06));
    }
    for bit in 2..64 {
        let refusal = world.refused(thread, enum3(1 << bit, 0, bit % 2 == 0));
        assert_eq!(refusal, (NtStatus::INVALID_PARAMETER, rule::ADP_07));
    }
}

#[test]
fn adp_08_while_another_handle_is_left_nothing_else_changes() {
    let (mut world, _, thread) = World::with_adapter();
    let (first, second) = (world.open(thread, LUID), world.open(thread, LUID));
    let device = world.create(thread, first);
    world.close(thread, first);
    assert_eq!(world.state(thread, device), ExecutionState::Active);
    let dead = (NtStatus::INVALID_PARAMETER, rule::HND_09);
    assert_eq!(world.refused(thread, close(first)), dead);
    assert_eq!(world.refused(thread, close(kmt_core::LocalHandle::ZERO)), dead);
    world.create(thread, second);
}

#[test]
fn adp_09_inv_77_the_last_close_destroys_the_devices_in_order_of_creation() {
    let (mut world, _, thread) = World::with_adapter();
    world.adapter(OTHER_LUID);
    let (adapter, other) = (world.open(thread, LUID), world.open(thread, OTHER_LUID));
    let elsewhere = world.create(thread, other);
    let devices = [(); 3].map(|()| world.create(thread, adapter));
    let (_, stranger) = world.process();
    let foreign_adapter = world.open(stranger, LUID);
    let foreign = world.create(stranger, foreign_adapter);
    let created: Vec<_> = world.kernel.devices().map(|device| device.id).skip(1).take(3).collect();
    let effects = world.call(thread, close(adapter)).effects;
    let expected: Vec<_> = created.iter().map(|id| Effect::DeviceDestroyed { device: *id }).collect();
    assert_eq!(effects, expected);
    for device in devices {
        assert_eq!(world.refused(thread, destroy(device)), (NtStatus::INVALID_PARAMETER, rule::HND_09));
    }
    assert_eq!(world.state(thread, elsewhere), ExecutionState::Active);
    assert_eq!(world.state(stranger, foreign), ExecutionState::Active);
}

#[test]
fn adp_16_the_default_adapter_and_its_sources() {
    let config = AdapterConfig::new(LUID);
    assert_eq!((config.kind, config.nodes, config.physical_adapters), (AdapterKind::Full, 2, 1));
    assert!(config.has_display);
    let (mut world, _, thread) = World::with_adapter();
    world.adapter_with(AdapterConfig { has_display: false, ..AdapterConfig::new(OTHER_LUID) });
    for request in [enum2(2, true), enum3(0, 2, true)] {
        let reported = entries(&mut world, thread, request);
        let sources: Vec<_> = reported.iter().map(|entry| entry.sources).collect();
        assert_eq!(sources, [1, 0]);
        assert!(reported.iter().all(|entry| !entry.precise_present_regions_preferred));
    }
}

#[test]
fn flt_17_a_stop_reaches_every_device_of_the_adapter_once() {
    let (mut world, _, thread) = World::with_adapter();
    world.adapter(OTHER_LUID);
    let (_, stranger) = world.process();
    let mut devices = Vec::new();
    for caller in [thread, stranger] {
        let adapter = world.open(caller, LUID);
        devices.push(world.create(caller, adapter));
        devices.push(world.create(caller, adapter));
        let other = world.open(caller, OTHER_LUID);
        world.create(caller, other);
    }
    world.ok(thread, mark(devices[1], 0x8000_0006));
    world.destroy(stranger, devices[2]);
    let ids: Vec<_> = world.kernel.devices().map(|device| device.id).collect();
    let stopped = world.kernel.adapters().next().unwrap().id;
    let effects = world.incident(common::stop(stopped));
    let entered =
        |place: usize| Effect::DeviceEnteredError { device: ids[place], state: ExecutionState::Stopped };
    assert_eq!(effects, [entered(0), entered(3), entered(4)], "the destroyed one too, the one in Error not");
    let states: Vec<_> = world.kernel.devices().map(|device| device.execution).collect();
    let (stopped_state, fault) = (ExecutionState::Stopped, ExecutionState::ErrorDmaFault);
    assert_eq!(
        states,
        [stopped_state, fault, ExecutionState::Active, stopped_state, stopped_state, ExecutionState::Active]
    );
    assert_eq!(world.misuse(Event::Incident(common::stop(stopped))), Misuse::AdapterStopped(stopped));
}

#[test]
fn flt_18_inv_36_on_a_stopped_adapter_only_destroying_and_closing_work() {
    let (mut world, _, thread) = World::with_adapter();
    let (adapter, second) = (world.open(thread, LUID), world.open(thread, LUID));
    let devices = [(); 2].map(|()| world.create(thread, adapter));
    let id = world.kernel.adapters().next().unwrap().id;
    world.incident(common::stop(id));
    let removed = NtStatus::DEVICE_REMOVED;
    assert_eq!(world.refused(thread, create(adapter)), (removed, rule::FLT_18));
    assert_eq!(world.refused(thread, mark(devices[0], 0x8000_0000)), (removed, rule::FLT_18));
    for state_type in [1, 3, 5] {
        assert_eq!(world.refused(thread, state(devices[0], state_type)), (removed, rule::ADP_12));
    }
    assert!(entries(&mut world, thread, enum2(0, true)).is_empty());
    assert!(entries(&mut world, thread, enum3(3, 0, true)).is_empty());
    world.destroy(thread, devices[0]);
    world.close(thread, second);
    world.close(thread, adapter);
    assert_eq!(world.refused(thread, destroy(devices[1])), (NtStatus::INVALID_PARAMETER, rule::HND_09));
}
