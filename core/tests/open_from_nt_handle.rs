//! Opening what an NT object carries, with a device and without.

mod common;

use common::share::{
    GENERIC_ALL, Pair, READ_CONTROL, Refused, SHARED_NT, open_nt, open_nt2, pair, pair_of, share_one,
};
use common::sync::{
    CROSS_ADAPTER, GENERIC, MUTEX, NO_GPU_ACCESS, NO_MAX_ON_TDR, NO_SIGNAL, NO_WAIT, TOP_OF_PIPELINE,
    create2, destroy_sync, fence, signal, wait,
};
use common::{OTHER_LUID, World, destroy, local, mark, nt, small_table, stop};
use kmt_core::{
    AdapterConfig, AdapterId, Event, Kernel, Limits, LocalHandle, Luid, NtHandle, NtStatus,
    OpenSyncObjectFromNtHandle2, OpeningFlags, Output, Profile, Request, SyncObjectInfo, rule,
};

const FLAGS: Refused = (NtStatus::INVALID_PARAMETER, rule::OPN_10);

/// Each type that can be shared.
fn types() -> [SyncObjectInfo; 4] {
    [
        MUTEX,
        SyncObjectInfo::Semaphore { max_count: 3, initial_count: 2 },
        SyncObjectInfo::Fence { value: 4 },
        fence(5),
    ]
}

#[test]
fn opn_05_opn_14_hnd_27_nth_03_nth_09_handles_that_open_nothing() {
    let Pair { mut world, thread, device, fence, other_thread, other_device, .. } = pair();
    let handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let closed = world.share(thread, share_one(fence, GENERIC_ALL));
    world.close_nt(thread, closed);
    for value in [0, 3, closed.raw(), u64::from(fence.raw()), 0x4000_0002, u64::MAX - 2] {
        let missing = |rule| (NtStatus::INVALID_HANDLE, rule);
        assert_eq!(world.refused(thread, open_nt(nt(value))), missing(rule::OPN_05));
        assert_eq!(world.refused(thread, open_nt2(nt(value), device, 0)), missing(rule::OPN_08));
    }
    // It belongs to its process.
    let missing = (NtStatus::INVALID_HANDLE, rule::OPN_08);
    assert_eq!(world.refused(other_thread, open_nt2(handle, other_device, 0)), missing);
    // The pseudo values are handles of other types.
    for pseudo in [NtHandle::CURRENT_PROCESS, NtHandle::CURRENT_THREAD] {
        let mismatch = (NtStatus::OBJECT_TYPE_MISMATCH, rule::OPN_14);
        assert_eq!(world.refused(thread, open_nt(pseudo)), mismatch);
        assert_eq!(world.refused(thread, open_nt2(pseudo, device, 0)), mismatch);
    }
    world.open_nt2(thread, nt(handle.raw() | 2), device);
}

#[test]
fn opn_06_opn_07_opn_20_opening_without_a_device() {
    for info in types() {
        let Pair { mut world, thread, device, .. } = pair();
        let object = world.make(thread, create2(device, info, SHARED_NT)).0;
        let handle = world.share(thread, share_one(object, GENERIC_ALL));
        if let SyncObjectInfo::MonitoredFence { .. } = info {
            assert_eq!(world.refused(thread, open_nt(handle)), (NtStatus::INVALID_PARAMETER, rule::OPN_06));
            continue;
        }
        let opened = world.open_nt(thread, handle);
        let view = world.kernel.openings().find(|opening| opening.handle == opened).unwrap();
        assert_eq!((view.device, view.flags), (None, OpeningFlags::default()));
        // It survives the device, and the adapter does not matter.
        world.ok(thread, destroy(device));
        world.incident(stop(AdapterId::from_number(0)));
        world.open_nt(thread, handle);
        world.ok(thread, destroy_sync(opened));
    }
}

#[test]
fn opn_08_opn_20_the_device_comes_first() {
    let Pair { mut world, thread, device, fence, other_thread, other_device, to_other, .. } = pair();
    let handle = world.share(thread, share_one(fence, READ_CONTROL));
    for bad in [local(0), fence, local(0x4000_0FC0)] {
        for handle in [handle, NtHandle::ZERO] {
            let dead = (NtStatus::INVALID_PARAMETER, rule::OPN_08);
            assert_eq!(world.refused(thread, open_nt2(handle, bad, 0)), dead);
        }
    }
    let theirs = world.give(thread, handle, to_other);
    for (reason, status) in [
        (GENERIC, NtStatus::DEVICE_REMOVED),
        (common::sync::DRIVER_ERROR, NtStatus::GRAPHICS_GPU_EXCEPTION_ON_DEVICE),
    ] {
        let adapter = world.open(thread, common::LUID);
        let device = world.create(thread, adapter);
        world.ok(thread, mark(device, reason));
        assert_eq!(world.refused(thread, open_nt2(NtHandle::ZERO, device, 0)), (status, rule::OPN_20));
    }
    world.open_nt2(thread, handle, device);
    world.incident(stop(AdapterId::from_number(0)));
    let removed = (NtStatus::DEVICE_REMOVED, rule::OPN_20);
    assert_eq!(world.refused(other_thread, open_nt2(theirs, other_device, 0)), removed);
}

#[test]
fn opn_09_every_type_opens_on_a_device_and_documented_only_fences() {
    for (profile, documented) in [(Profile::windows(), false), (Profile::documented(), true)] {
        let kernel = Kernel::new(profile, Limits::default()).unwrap();
        let Pair { mut world, thread, device, .. } = pair_of(World { kernel });
        for info in types() {
            let is_fence = matches!(info, SyncObjectInfo::MonitoredFence { .. });
            // What the creation was given does not limit the opened handle.
            let flags = SHARED_NT | NO_GPU_ACCESS | if is_fence { NO_SIGNAL } else { 0 };
            let object = world.make(thread, create2(device, info, flags)).0;
            let handle = world.share(thread, share_one(object, GENERIC_ALL));
            if documented && !is_fence {
                let refused = world.refused(thread, open_nt2(handle, device, TOP_OF_PIPELINE));
                assert_eq!(refused, (NtStatus::INVALID_PARAMETER, rule::OPN_09));
                continue;
            }
            let (opened, mapping) = world.open_nt2(thread, handle, device);
            // OPN-12: the addresses of a monitored fence, and of nothing else.
            assert_eq!(mapping.is_some(), is_fence);
            let view = world.kernel.openings().find(|opening| opening.handle == opened).unwrap();
            assert_eq!(view.flags, OpeningFlags::default());
            assert!(view.device.is_some() && view.may_wait && view.may_signal);
            if let Some(mapping) = mapping {
                assert_ne!(mapping.gpu_address, 0);
                world.ok(thread, signal(device, &[(opened, 6)], 0));
            }
        }
    }
}

#[test]
fn opn_10_flags_are_of_this_handle() {
    let Pair { mut world, thread, device, fence: shared, .. } = pair();
    let handle = world.share(thread, share_one(shared, GENERIC_ALL));
    for flags in [0x100, 0x200, 0x8000_0000, NO_SIGNAL | NO_WAIT] {
        // Before the device is looked at.
        assert_eq!(world.refused(thread, open_nt2(handle, LocalHandle::ZERO, flags)), FLAGS);
    }
    let mutex = world.make(thread, create2(device, MUTEX, SHARED_NT)).0;
    let mutex = world.share(thread, share_one(mutex, GENERIC_ALL));
    for flags in [TOP_OF_PIPELINE, NO_SIGNAL, NO_WAIT] {
        assert_eq!(world.refused(thread, open_nt2(mutex, device, flags)), FLAGS);
    }
    world.ok(thread, open_nt2(mutex, device, 0x7 | NO_MAX_ON_TDR | NO_GPU_ACCESS));
    let all = 0x7 | TOP_OF_PIPELINE | NO_SIGNAL | NO_MAX_ON_TDR | NO_GPU_ACCESS;
    let output = world.ok(thread, open_nt2(handle, device, all));
    let Output::OpenSyncObjectFromNtHandle2 { sync_object, flags, mapping: Some(mapping) } = output else {
        panic!("{output:?}")
    };
    assert_eq!((flags, mapping.gpu_address), (all & !0x7, 0));
    let view = world.kernel.openings().find(|opening| opening.handle == sync_object).unwrap();
    let expected = OpeningFlags {
        top_of_pipeline: true,
        no_signal: true,
        no_wait: false,
        no_signal_max_value_on_tdr: true,
        no_gpu_access: true,
    };
    assert_eq!(view.flags, expected);
    let denied = (NtStatus::ACCESS_DENIED, rule::ACC_17);
    assert_eq!(world.refused(thread, signal(device, &[(sync_object, 1)], 0)), denied);
    // The first handle is as it was.
    world.ok(thread, signal(device, &[(shared, 1)], 0));
}

#[test]
fn opn_11_adapters_match_or_the_object_crosses() {
    let Pair { mut world, thread, device, fence: plain, .. } = pair();
    world.adapter(OTHER_LUID);
    let adapter = world.open(thread, OTHER_LUID);
    let far = world.create(thread, adapter);
    let second = world.open(thread, common::LUID);
    let sibling = world.create(thread, second);
    let crossing = world.make(thread, create2(device, fence(0), SHARED_NT | CROSS_ADAPTER)).0;
    let plain = world.share(thread, share_one(plain, GENERIC_ALL));
    let crossing = world.share(thread, share_one(crossing, GENERIC_ALL));
    let other = (NtStatus::INVALID_PARAMETER, rule::OPN_11);
    assert_eq!(world.refused(thread, open_nt2(plain, far, 0)), other);
    // Another handle of the same adapter is fine, and CrossAdapter goes everywhere.
    for (handle, device) in [(plain, sibling), (crossing, sibling), (crossing, far)] {
        world.open_nt2(thread, handle, device);
    }
}

#[test]
fn opn_12_the_addresses_show_the_current_value() {
    let Pair { mut world, me, thread, device, fence: shared, other, other_thread, other_device, to_other } =
        pair();
    let handle = world.share(thread, share_one(shared, READ_CONTROL));
    let theirs = world.give(thread, handle, to_other);
    world.ok(thread, signal(device, &[(shared, 9)], 0));
    let (opened, mapping) = world.open_nt2(other_thread, theirs, other_device);
    let mapping = mapping.unwrap();
    assert_eq!(world.kernel.read_fence(other, mapping.cpu_address), Some(9));
    world.ok(thread, signal(device, &[(shared, 10)], 0));
    assert_eq!(world.kernel.read_fence(other, mapping.cpu_address), Some(10));
    // SYN-24: it ends with the handle.
    world.ok(other_thread, destroy_sync(opened));
    assert_eq!(world.kernel.read_fence(other, mapping.cpu_address), None);
    assert_eq!(world.value(me, shared), 10);
}

#[test]
fn opn_13_engine_affinity() {
    let mut world = World::new();
    let luid = Luid::from_raw(77);
    world.adapter_with(AdapterConfig { physical_adapters: 2, ..AdapterConfig::new(luid) });
    let (_, thread) = world.process();
    let adapter = world.open(thread, luid);
    let device = world.create(thread, adapter);
    let shared = world.make(thread, create2(device, fence(0), SHARED_NT)).0;
    let mutex = world.make(thread, create2(device, MUTEX, SHARED_NT)).0;
    let handle = world.share(thread, share_one(shared, GENERIC_ALL));
    let of_mutex = world.share(thread, share_one(mutex, GENERIC_ALL));
    let open = |nt_handle, flags, engine_affinity| {
        let request = OpenSyncObjectFromNtHandle2 { nt_handle, device, flags, engine_affinity };
        Request::OpenSyncObjectFromNtHandle2(request)
    };
    for affinity in 0..4 {
        world.ok(thread, open(handle, 0, affinity));
    }
    for affinity in [4, 5, u32::MAX] {
        let missing = (NtStatus::INVALID_PARAMETER, rule::OPN_13);
        assert_eq!(world.refused(thread, open(handle, 0, affinity)), missing);
        // Not read without a GPU address.
        world.ok(thread, open(handle, NO_GPU_ACCESS, affinity));
        world.ok(thread, open(of_mutex, 0, affinity));
    }
}

#[test]
fn hnd_14_a_full_table() {
    let Pair { mut world, thread, device, .. } = pair_of(World::with_limits(small_table(4, 0, 4)));
    let mutex = world.make(thread, create2(device, MUTEX, SHARED_NT)).0;
    let handle = world.share(thread, share_one(mutex, GENERIC_ALL));
    let full = (NtStatus::NO_MEMORY, rule::HND_14);
    assert_eq!(world.refused(thread, open_nt(handle)), full);
    assert_eq!(world.refused(thread, open_nt2(handle, device, 0)), full);
    world.ok(thread, destroy_sync(mutex));
    world.open_nt(thread, handle);
}

#[test]
fn nth_21_hnd_16_opening_consumes_nothing_and_makes_a_handle_each_time() {
    let Pair { mut world, me, thread, device, fence, .. } = pair();
    let handle = world.share(thread, share_one(fence, GENERIC_ALL));
    let before = world.kernel.nt_table(me);
    let handles: Vec<_> = (0..3).map(|_| world.open_nt2(thread, handle, device).0).collect();
    assert!(handles.is_sorted_by(|earlier, later| earlier.raw() + 0x40 == later.raw()));
    assert_eq!(world.refused(thread, open_nt(handle)), (NtStatus::INVALID_PARAMETER, rule::OPN_06));
    assert_eq!(world.kernel.nt_table(me), before);
    world.close_nt(thread, handle);
    assert_eq!(world.object().handles, 4);
}

#[test]
fn tdr_02_tdr_05_the_forced_maximum_comes_through_opened_handles_that_may_signal() {
    let masks = [(READ_CONTROL | 0x1, 3), (READ_CONTROL | 0x2, u64::MAX)];
    for (mask, value) in masks {
        let Pair {
            mut world, me, thread, fence: shared, other_thread, other_device, to_other, device, ..
        } = pair();
        let handle = world.share(thread, share_one(shared, mask));
        let theirs = world.give(thread, handle, to_other);
        world.open_nt2(other_thread, theirs, other_device);
        world.ok(thread, signal(device, &[(shared, 3)], 0));
        world.ok(other_thread, mark(other_device, GENERIC));
        assert_eq!(world.value(me, shared), value);
    }
}

#[test]
fn acc_15_lif_15_a_wait_through_an_opened_handle() {
    let Pair { mut world, thread, fence: shared, device, other_thread, other_device, to_other, .. } = pair();
    let handle = world.share(thread, share_one(shared, READ_CONTROL | 0x1));
    let theirs = world.give(thread, handle, to_other);
    let (opened, _) = world.open_nt2(other_thread, theirs, other_device);
    let id = world.blocked(other_thread, wait(other_device, &[(opened, 2)], 0));
    let outcome = world.event(Event::Call(kmt_core::Call {
        thread,
        request: signal(device, &[(shared, 2)], 0),
        pick: kmt_core::Pick::Only,
    }));
    assert_eq!(outcome.effects, [common::sync::reached(other_thread, id)]);
}
