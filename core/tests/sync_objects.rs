//! Synchronisation objects: how they begin, are opened and end.

mod common;

use common::sync::{
    Bench, CROSS_ADAPTER, DRIVER_ERROR, GENERIC, LOCAL_MEMORY_PREFERRED, MUTEX, NO_GPU_ACCESS, NO_MAX_ON_TDR,
    NO_SIGNAL, NO_WAIT, NT_SECURITY_SHARING, SHARED, SIGNAL_BY_KMD, TOP_OF_PIPELINE, bench, bench_of, create,
    create2, destroy_sync, fence, open_shared, signal, wait_with,
};
use common::{OTHER_LUID, World, close, destroy, local, mark, nt, small_table, stop};
use kmt_core::{
    AdapterId, GlobalHandle, Incident, Limits, LocalHandle, LocalObject, NtHandle, NtStatus, OpeningFlags,
    SyncObjectInfo, SyncState, TableLimits, rule, rule::Rule,
};

const INVALID: NtStatus = NtStatus::INVALID_PARAMETER;
const SEMAPHORE: SyncObjectInfo = SyncObjectInfo::Semaphore { max_count: 3, initial_count: 3 };
const FENCE: SyncObjectInfo = SyncObjectInfo::Fence { value: u64::MAX };

fn notification(event: NtHandle) -> SyncObjectInfo {
    SyncObjectInfo::CpuNotification { event }
}

fn periodic(adapter: LocalHandle) -> SyncObjectInfo {
    SyncObjectInfo::PeriodicMonitoredFence { adapter, vidpn_target_id: 0, time: 0, engine_affinity: 0 }
}

#[test]
fn syn_01_syn_13_syn_14_syn_15_syn_16_what_each_type_is_at_first() {
    let Bench { mut world, threads, device, .. } = bench();
    let event = world.new_event(threads[0], false);
    let id = world.kernel.devices().next().unwrap().id;
    let object = world.kernel.nt_objects().last().unwrap().id;
    for (info, flags, state) in [
        (MUTEX, 0, SyncState::Mutex { holder: None }),
        (SyncObjectInfo::Mutex { initial_state: 7 }, 0, SyncState::Mutex { holder: Some(id) }),
        (SEMAPHORE, 0, SyncState::Semaphore { count: 3, max_count: 3 }),
        (FENCE, 0, SyncState::Fence { value: u64::MAX }),
        (notification(event), 0, SyncState::CpuNotification { event: object, signal_by_kmd: false }),
        (
            notification(event),
            SIGNAL_BY_KMD,
            SyncState::CpuNotification { event: object, signal_by_kmd: true },
        ),
        (fence(u64::MAX), 0, SyncState::MonitoredFence { value: u64::MAX }),
    ] {
        let (handle, shared, mapping) = world.make(threads[0], create2(device, info, flags));
        let view = world.object();
        assert_eq!((view.state, view.shared, view.handles, view.waits), (state, None, 1, 0));
        assert_eq!(
            (shared, mapping.is_some()),
            (GlobalHandle::ZERO, matches!(info, SyncObjectInfo::MonitoredFence { .. }))
        );
        world.ok(threads[0], destroy_sync(handle));
        assert_eq!(world.kernel.sync_objects().count(), 0);
    }
}

#[test]
fn syn_02_syn_03_the_first_form_makes_mutexes_and_semaphores() {
    let Bench { mut world, threads, device, adapter, .. } = bench();
    for info in [MUTEX, SEMAPHORE, SyncObjectInfo::Semaphore { max_count: 0, initial_count: 0 }] {
        let (handle, ..) = world.make(threads[0], create(device, info));
        assert_eq!(world.object().shared, None);
        world.ok(threads[0], destroy_sync(handle));
    }
    for info in [
        FENCE,
        fence(0),
        notification(NtHandle::ZERO),
        periodic(adapter),
        SyncObjectInfo::Unknown { object_type: 0 },
        SyncObjectInfo::Unknown { object_type: 1 },
    ] {
        assert_eq!(world.refused(threads[0], create(local(0), info)), (INVALID, rule::SYN_02));
    }
    let too_many = SyncObjectInfo::Semaphore { max_count: 0, initial_count: 1 };
    assert_eq!(world.refused(threads[0], create(local(0), too_many)), (INVALID, rule::SYN_14));
    for dead in [LocalHandle::ZERO, adapter] {
        assert_eq!(world.refused(threads[0], create(dead, MUTEX)), (INVALID, rule::SYN_03));
    }
}

#[test]
fn syn_01_to_syn_14_the_order_of_the_checks_of_the_second_form() {
    let Bench { mut world, threads, device, adapter, .. } = bench();
    let unknown = SyncObjectInfo::Unknown { object_type: 7 };
    let too_many = SyncObjectInfo::Semaphore { max_count: 1, initial_count: 2 };
    let affinity = SyncObjectInfo::MonitoredFence { initial_value: 0, engine_affinity: 2 };
    let none = notification(NtHandle::ZERO);
    // Each breaks the named rule, and the later ones that it can.
    let cases: &[(SyncObjectInfo, u32, Rule)] = &[
        (unknown, u32::MAX, rule::SYN_01),
        (none, 0x400 | NT_SECURITY_SHARING, rule::SYN_04),
        (none, 0x8000_0000, rule::SYN_04),
        (none, NT_SECURITY_SHARING | CROSS_ADAPTER, rule::SYN_05),
        (none, CROSS_ADAPTER | NO_SIGNAL | NO_WAIT, rule::SYN_10),
        (fence(0), NO_SIGNAL | NO_WAIT | SIGNAL_BY_KMD, rule::SYN_07),
        (none, NO_SIGNAL | SHARED, rule::SYN_07),
        (MUTEX, NO_WAIT | SIGNAL_BY_KMD, rule::SYN_07),
        (FENCE, TOP_OF_PIPELINE, rule::SYN_07),
        (fence(0), SIGNAL_BY_KMD | SHARED, rule::SYN_08),
        (none, SHARED, rule::SYN_09),
        (none, SHARED | NT_SECURITY_SHARING, rule::SYN_09),
        (fence(0), SHARED, rule::SYN_06),
        (periodic(adapter), SHARED, rule::SYN_06),
        (too_many, SHARED, rule::SYN_14),
    ];
    for (info, flags, rule) in cases {
        assert_eq!(world.refused(threads[0], create2(local(0), *info, *flags)), (INVALID, *rule));
    }
    for (info, flags) in [(MUTEX, 0x3FF & !0x13A), (fence(0), SHARED | NT_SECURITY_SHARING), (affinity, 0)] {
        assert_eq!(world.refused(threads[0], create2(local(0), info, flags)), (INVALID, rule::SYN_03));
    }
    world.ok(threads[0], mark(device, GENERIC));
    let removed = (NtStatus::DEVICE_REMOVED, rule::TDR_10);
    for info in [affinity, none, periodic(local(0))] {
        assert_eq!(world.refused(threads[0], create2(device, info, 0)), removed);
    }
}

#[test]
fn syn_18_syn_20_evt_04_evt_05_what_is_checked_behind_the_device() {
    let Bench { mut world, process, threads, device, adapter } = bench();
    let affinity = |engine_affinity| SyncObjectInfo::MonitoredFence { initial_value: 0, engine_affinity };
    for bits in [2, 3, 0x8000_0000] {
        assert_eq!(world.refused(threads[0], create2(device, affinity(bits), 0)), (INVALID, rule::SYN_20));
        world.make(threads[0], create2(device, affinity(bits), NO_GPU_ACCESS));
    }
    for bits in [0, 1] {
        world.make(threads[0], create2(device, affinity(bits), 0));
    }
    for adapter in [adapter, local(0), device] {
        let refusal = world.refused(threads[0], create2(device, periodic(adapter), NO_GPU_ACCESS));
        assert_eq!(refusal, (INVALID, rule::SYN_18));
    }
    let event = world.new_event(threads[0], false);
    let desired_access = 0x0010_0000;
    let weak = kmt_core::DuplicateHandle { desired_access, options: 0, ..common::same_access(event) };
    let weak = world.duplicate(threads[0], weak);
    let to_process = world.place(process, process, 1);
    for (event, refusal) in [
        (NtHandle::ZERO, (NtStatus::INVALID_HANDLE, rule::EVT_05)),
        (nt(400), (NtStatus::INVALID_HANDLE, rule::EVT_05)),
        (to_process, (NtStatus::OBJECT_TYPE_MISMATCH, rule::EVT_05)),
        (NtHandle::CURRENT_PROCESS, (NtStatus::OBJECT_TYPE_MISMATCH, rule::EVT_05)),
        (NtHandle::CURRENT_THREAD, (NtStatus::OBJECT_TYPE_MISMATCH, rule::EVT_05)),
        (weak, (NtStatus::ACCESS_DENIED, rule::EVT_04)),
    ] {
        assert_eq!(world.refused(threads[0], create2(device, notification(event), 0)), refusal);
    }
}

#[test]
fn syn_20_every_bit_of_32_physical_adapters() {
    let mut world = World::new();
    let config =
        kmt_core::AdapterConfig { physical_adapters: 32, ..kmt_core::AdapterConfig::new(OTHER_LUID) };
    world.adapter_with(config);
    let (_, thread) = world.process();
    let adapter = world.open(thread, OTHER_LUID);
    let device = world.create(thread, adapter);
    let info = SyncObjectInfo::MonitoredFence { initial_value: 0, engine_affinity: u32::MAX };
    world.make(thread, create2(device, info, 0));
}

#[test]
fn tdr_10_flt_01_a_device_in_error_makes_nothing_and_still_destroys() {
    for (reason, status) in
        [(GENERIC, NtStatus::DEVICE_REMOVED), (DRIVER_ERROR, NtStatus::GRAPHICS_GPU_EXCEPTION_ON_DEVICE)]
    {
        let Bench { mut world, threads, device, .. } = bench();
        let (mutex, shared, _) = world.make(threads[0], create2(device, MUTEX, SHARED));
        let fence_handle = world.fence(threads[0], device, 0);
        world.ok(threads[0], mark(device, reason));
        let refused = (status, rule::TDR_10);
        assert_eq!(world.refused(threads[0], create(device, MUTEX)), refused);
        assert_eq!(world.refused(threads[0], create2(device, fence(0), 0)), refused);
        assert_eq!(world.refused(threads[0], signal(device, &[(fence_handle, 1)], 0)), refused);
        world.incident(stop(AdapterId::from_number(0)));
        let removed = (NtStatus::DEVICE_REMOVED, rule::TDR_10);
        assert_eq!(world.refused(threads[0], create(device, MUTEX)), removed, "the stop goes first");
        let opened = world.open_object(threads[0], shared);
        for handle in [opened, mutex, fence_handle] {
            world.ok(threads[0], destroy_sync(handle));
        }
        assert_eq!(world.kernel.sync_objects().count(), 0);
    }
}

#[test]
fn syn_11_syn_27_flags_belong_to_the_handle() {
    let Bench { mut world, threads, device, .. } = bench();
    let flags = TOP_OF_PIPELINE | NO_WAIT | NO_MAX_ON_TDR | NO_GPU_ACCESS | LOCAL_MEMORY_PREFERRED;
    let (.., mapping) = world.make(threads[0], create2(device, fence(0), flags));
    assert_eq!(mapping.unwrap().gpu_address, 0);
    let opening = world.kernel.openings().next().unwrap();
    let expected = OpeningFlags {
        top_of_pipeline: true,
        no_signal: false,
        no_wait: true,
        no_signal_max_value_on_tdr: true,
        no_gpu_access: true,
    };
    assert_eq!((opening.flags, opening.may_wait, opening.may_signal), (expected, true, true));
    assert_eq!(opening.device, world.kernel.devices().next().map(|device| device.id));
    let (_, shared, _) = world.make(threads[0], create2(device, MUTEX, SHARED | NO_MAX_ON_TDR));
    world.open_object(threads[0], shared);
    let opened = world.kernel.openings().last().unwrap();
    assert_eq!((opened.flags, opened.device), (OpeningFlags::default(), None));
}

#[test]
fn syn_12_syn_05_hnd_24_who_has_a_global_handle() {
    let Bench { mut world, threads, device, .. } = bench();
    let (_, shared, _) = world.make(threads[0], create2(device, MUTEX, SHARED));
    assert_eq!(shared.raw(), 0x4000_0002);
    for flags in [0, SHARED | NT_SECURITY_SHARING] {
        let (_, shared, _) = world.make(threads[0], create2(device, MUTEX, flags));
        assert_eq!(shared, GlobalHandle::ZERO);
    }
    let (_, shared, _) = world.make(threads[0], create2(device, MUTEX, SHARED | CROSS_ADAPTER));
    assert_eq!(shared.raw(), 0x4000_0042);
    let views: Vec<_> =
        world.kernel.sync_objects().map(|view| (view.cross_adapter, view.nt_sharing)).collect();
    assert_eq!(views, [(false, false), (false, false), (false, true), (true, false)]);
}

#[test]
fn syn_26_hnd_16_hnd_26_opening_by_global_handle() {
    let Bench { mut world, threads, device, .. } = bench();
    let (first, shared, _) = world.make(threads[0], create2(device, FENCE, SHARED));
    let (_, mutex) = world.create_mutex(threads[0], 0);
    let (_, stranger) = world.process();
    let event = world.new_event(threads[0], true);
    for number in [0, first.raw(), mutex.raw(), shared.raw() | 0x8000_0000, event.raw() as u32] {
        let refusal = world.refused(stranger, open_shared(GlobalHandle::from_raw(number)));
        assert_eq!(refusal, (INVALID, rule::SYN_26));
    }
    let opened = [threads[0], threads[0], stranger].map(|thread| world.open_object(thread, shared));
    assert!(opened[0] != opened[1] && opened[0] != first);
    assert_eq!(world.object().handles, 4);
    // Its creator's device goes, and the others stay.
    world.destroy(threads[0], device);
    assert_eq!(world.object().handles, 3);
    for (thread, handle) in [(threads[0], opened[0]), (stranger, opened[2])] {
        world.ok(thread, destroy_sync(handle));
    }
    let last = world.open_object(stranger, shared);
    world.ok(threads[0], destroy_sync(opened[1]));
    world.ok(stranger, destroy_sync(last));
    assert_eq!(world.refused(stranger, open_shared(shared)), (INVALID, rule::SYN_26));
    assert_eq!(world.kernel.sync_objects().count(), 0);
}

#[test]
fn syn_28_what_destroy_is_refused_for() {
    let Bench { mut world, threads, device, adapter, .. } = bench();
    let (handle, shared, _) = world.make(threads[0], create2(device, MUTEX, SHARED));
    let (mutex, _) = world.create_mutex(threads[0], 0);
    let (_, stranger) = world.process();
    for number in [0, adapter.raw(), device.raw(), mutex.raw(), shared.raw(), 4] {
        assert_eq!(world.refused(threads[0], destroy_sync(local(number))), (INVALID, rule::SYN_28));
    }
    assert_eq!(world.refused(stranger, destroy_sync(handle)), (INVALID, rule::SYN_28));
    world.ok(threads[0], destroy_sync(handle));
    assert_eq!(world.refused(threads[0], destroy_sync(handle)), (INVALID, rule::SYN_28));
}

#[test]
fn syn_21_syn_22_syn_24_the_mapping_of_a_handle() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let (handle, _, mapping) = world.make(threads[0], create2(device, fence(7), 0));
    let mapping = mapping.unwrap();
    assert!(
        mapping.cpu_address != 0
            && mapping.cpu_address % 8 == 0
            && u32::try_from(mapping.cpu_address).is_ok()
    );
    assert!(mapping.gpu_address != 0 && mapping.gpu_address != mapping.cpu_address);
    let read = |world: &World, process| world.kernel.read_fence(process, mapping.cpu_address);
    assert_eq!(read(&world, process), Some(7));
    world.ok(threads[0], signal(device, &[(handle, 9)], 0));
    assert_eq!(read(&world, process), Some(9));
    for address in
        [0, 8, mapping.gpu_address, mapping.cpu_address + 1, mapping.cpu_address | 1 << 32, u64::MAX]
    {
        assert_eq!(world.kernel.read_fence(process, address), None);
    }
    let (other, _) = world.process();
    assert_eq!(read(&world, other), None);
    let (mutex, ..) = world.make(threads[0], create2(device, MUTEX, 0));
    assert_eq!(world.kernel.read_fence(process, u64::from(mutex.raw())), None);
    // A registered wait keeps the fence and not the mapping.
    let event = world.new_event(threads[0], true);
    world.register(threads[0], wait_with(device, &[(handle, 10)], event, 0));
    world.ok(threads[0], destroy_sync(handle));
    assert_eq!(read(&world, process), None);
    world.incident(Incident::KillProcess(process));
    assert_eq!(read(&world, process), None);
}

#[test]
fn syn_16_evt_06_trd_06_a_notification_keeps_its_event_until_it_ends() {
    let Bench { mut world, threads, device, .. } = bench();
    let event = world.new_event(threads[0], false);
    let handles =
        [0, SIGNAL_BY_KMD].map(|flags| world.make(threads[0], create2(device, notification(event), flags)).0);
    let registrations =
        |world: &World| world.kernel.nt_objects().last().map(|view| (view.handles, view.registrations));
    assert_eq!(registrations(&world), Some((1, 2)));
    world.close_nt(threads[0], event);
    world.ok(threads[0], destroy_sync(handles[0]));
    assert_eq!(registrations(&world), Some((0, 1)));
    world.destroy(threads[0], device);
    assert_eq!(world.kernel.nt_objects().count(), 1);
}

#[test]
fn hnd_14_syn_17_no_room_comes_last() {
    let full = (NtStatus::NO_MEMORY, rule::HND_14);
    let limits = Limits { sync_objects: 1, ..Limits::default() };
    let Bench { mut world, threads, device, .. } = bench_of(World::with_limits(limits));
    let (handle, shared, _) = world.make(threads[0], create2(device, MUTEX, SHARED));
    assert_eq!(world.refused(threads[0], create(device, MUTEX)), full);
    assert_eq!(world.refused(threads[0], create2(device, MUTEX, 0)), full);
    assert_eq!(world.refused(threads[0], create2(device, notification(nt(4)), 0)).1, rule::EVT_05);
    world.open_object(threads[0], shared);
    world.ok(threads[0], destroy_sync(handle));
    assert_eq!(world.refused(threads[0], create(device, MUTEX)), full, "the object lives");
    // The local and the global table.
    let Bench { mut world, threads, device, .. } = bench_of(World::with_limits(small_table(4, 0, 4)));
    let (_, shared, _) = world.make(threads[0], create2(device, MUTEX, SHARED));
    world.make(threads[0], create(device, MUTEX));
    assert_eq!(world.refused(threads[0], create(device, MUTEX)), full);
    assert_eq!(world.refused(threads[0], create2(device, MUTEX, 0)), full);
    assert_eq!(world.refused(threads[0], open_shared(shared)), full);
    let global_table = TableLimits { growth: 1, reserve: 0, max_entries: 1 };
    let limits = Limits { global_table, ..Limits::default() };
    let Bench { mut world, threads, device, .. } = bench_of(World::with_limits(limits));
    world.make(threads[0], create2(device, MUTEX, SHARED));
    assert_eq!(world.refused(threads[0], create2(device, MUTEX, SHARED)), full);
    world.make(threads[0], create2(device, MUTEX, 0));
}

#[test]
fn hnd_19_trd_06_inv_77_a_device_frees_its_handles_in_ascending_order_and_itself_last() {
    let Bench { mut world, process, threads, device, adapter } =
        bench_of(World::with_limits(small_table(8, 0, 8)));
    let (opened_by, shared, _) = world.make(threads[0], create2(device, MUTEX, SHARED));
    let own = world.open_object(threads[0], shared);
    let fence_handle = world.fence(threads[0], device, 0);
    world.fence(threads[0], device, 0);
    let second = world.make(threads[0], create(device, SyncObjectInfo::Mutex { initial_state: 1 })).0;
    assert_eq!([opened_by, own, fence_handle, second].map(|handle| handle.raw() >> 6 & 0xFF), [2, 3, 4, 6]);
    world.close(threads[0], adapter);
    let table = world.kernel.local_table(process).unwrap();
    assert_eq!(table.free_list[1..], [2, 4, 5, 6, 1, 0]);
    let objects: Vec<_> = table.entries.iter().filter_map(|entry| entry.object).collect();
    assert!(matches!(objects.as_slice(), [LocalObject::Opening(_)]), "the one of the process: {objects:?}");
    assert_eq!(world.refused(threads[0], destroy(device)).1, rule::HND_09);
    assert_eq!(world.refused(threads[0], close(adapter)).1, rule::HND_09);
    world.ok(threads[0], destroy_sync(own));
}

#[test]
fn syn_32_tdr_09_inv_30_a_held_mutex_becomes_free_with_its_device() {
    let stage = || {
        let Bench { mut world, process, threads, device, .. } = bench();
        let held = SyncObjectInfo::Mutex { initial_state: 1 };
        let (_, shared, _) = world.make(threads[0], create2(device, held, SHARED));
        let (_, stranger) = world.process();
        world.open_object(stranger, shared);
        assert!(matches!(world.object().state, SyncState::Mutex { holder: Some(_) }));
        (world, process, threads[0], device)
    };
    let free = SyncState::Mutex { holder: None };
    let (mut world, _, thread, device) = stage();
    world.destroy(thread, device);
    assert_eq!(world.object().state, free);
    let (mut world, _, thread, device) = stage();
    world.ok(thread, mark(device, GENERIC));
    assert_eq!(world.object().state, free);
    let (mut world, ..) = stage();
    world.incident(stop(AdapterId::from_number(0)));
    assert_eq!(world.object().state, free);
    let (mut world, process, ..) = stage();
    world.incident(Incident::KillProcess(process));
    assert_eq!((world.object().state, world.object().handles), (free, 1));
}

#[test]
fn lif_09_hnd_25_the_end_of_a_process_ends_what_only_it_holds() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let (_, shared, _) = world.make(threads[0], create2(device, SEMAPHORE, SHARED));
    let (stranger_process, stranger) = world.process();
    let opened = world.open_object(stranger, shared);
    world.incident(Incident::KillProcess(process));
    assert_eq!(world.object().handles, 1);
    let again = world.open_object(stranger, shared);
    world.ok(stranger, destroy_sync(opened));
    assert_eq!(world.object().shared, Some(shared));
    assert_ne!(again, opened);
    world.incident(Incident::KillProcess(stranger_process));
    assert_eq!(world.kernel.sync_objects().count(), 0);
    assert!(world.kernel.global_table().entries.iter().all(|entry| entry.object.is_none()));
}
