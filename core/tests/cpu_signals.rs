//! Signals of the CPU.

mod common;

use common::sync::{
    Bench, DRIVER_ERROR, GENERIC, MAX, MUTEX, NO_SIGNAL, REWIND, SHARED, bench, create2, destroy_sync, fence,
    reached, signal, wait, wait_with,
};
use common::{local, mark, nt, stop};
use kmt_core::{
    AdapterId, Effect, LocalHandle, NtStatus, Request, SignalSynchronizationObjectFromCpu, SyncObjectInfo,
    rule,
};

const INVALID: NtStatus = NtStatus::INVALID_PARAMETER;

fn raw(
    device: LocalHandle,
    object_count: u32,
    objects: Option<&[LocalHandle]>,
    values: Option<&[u64]>,
    flags: u32,
) -> Request {
    Request::SignalSynchronizationObjectFromCpu(SignalSynchronizationObjectFromCpu {
        device,
        object_count,
        objects: objects.map(<[_]>::to_vec),
        values: values.map(<[_]>::to_vec),
        flags,
    })
}

#[test]
fn cpu_13_cpu_14_hnd_09_the_order_of_the_checks_before_the_handles() {
    let Bench { mut world, threads, device, .. } = bench();
    let fence_handle = world.fence(threads[0], device, 0);
    let (handles, values) = ([fence_handle], [1]);
    for (request, refusal) in [
        (raw(local(0), 0, None, Some(&values), 1), (INVALID, rule::CPU_13)),
        (raw(local(0), 0, Some(&handles), None, 1), (INVALID, rule::CPU_13)),
        (raw(local(0), 0, Some(&handles), Some(&values), 1), (INVALID, rule::CPU_14)),
        (raw(local(0), 0, Some(&handles), Some(&values), 2), (INVALID, rule::CPU_14)),
        (raw(local(0), 0, Some(&handles), Some(&values), 0x8000_0004), (INVALID, rule::CPU_14)),
        (raw(local(0), 0, Some(&handles), Some(&values), 0), (INVALID, rule::CPU_13)),
        (raw(local(0), 4097, Some(&handles), Some(&values), 0), (NtStatus::NO_MEMORY, rule::CPU_13)),
        (raw(local(0), u32::MAX, Some(&handles), Some(&values), 0), (NtStatus::NO_MEMORY, rule::CPU_13)),
        (raw(local(0), 4096, Some(&handles), Some(&values), 0), (INVALID, rule::HND_09)),
        (raw(fence_handle, 1, Some(&handles), Some(&values), 0), (INVALID, rule::HND_09)),
        // Beyond the end of an array there is 0.
        (raw(device, 2, Some(&handles), Some(&values), 0), (INVALID, rule::SYN_37)),
        (raw(device, 1, Some(&[]), Some(&values), 0), (INVALID, rule::SYN_37)),
    ] {
        assert_eq!(world.refused(threads[0], request), refusal);
    }
    world.ok(threads[0], raw(device, 4096, Some(&[fence_handle; 4096]), Some(&[9; 5000]), 0));
    let rewinds = raw(device, 2, Some(&[fence_handle; 2]), Some(&[10]), 0);
    assert_eq!(world.refused(threads[0], rewinds), (INVALID, rule::CPU_08));
}

#[test]
fn syn_37_cpu_01_cpu_21_syn_35_syn_34_each_check_runs_over_the_whole_array() {
    let Bench { mut world, process, threads, device, adapter } = bench();
    let good = world.fence(threads[0], device, 5);
    let event = world.new_event(threads[0], false);
    let notification = SyncObjectInfo::CpuNotification { event };
    let mutex = world.make(threads[0], create2(device, MUTEX, SHARED)).0;
    let quiet = world.make(threads[0], create2(device, fence(0), NO_SIGNAL)).0;
    let second = world.create(threads[0], adapter);
    let elsewhere = world.fence(threads[0], second, 0);
    let invalid = |rule| (INVALID, rule);
    let refused = |world: &mut common::World, entries: &[(LocalHandle, u64)]| {
        world.refused(threads[0], signal(device, entries, 0))
    };
    for bad in [LocalHandle::ZERO, adapter, device, local(event.raw() as u32), local(0x4000_0002)] {
        let entries = [(good, 4), (mutex, 0), (elsewhere, 0), (quiet, 0), (bad, 0)];
        assert_eq!(refused(&mut world, &entries), invalid(rule::SYN_37));
    }
    for info in [MUTEX, SyncObjectInfo::Fence { value: 0 }, notification] {
        let other = world.make(threads[0], create2(device, info, 0)).0;
        let entries = [(good, 4), (elsewhere, 0), (quiet, 0), (other, 0)];
        assert_eq!(refused(&mut world, &entries), invalid(rule::CPU_01));
    }
    assert_eq!(refused(&mut world, &[(good, 4), (quiet, 0), (elsewhere, 0)]), invalid(rule::SYN_35));
    let denied = (NtStatus::ACCESS_DENIED, rule::ACC_17);
    assert_eq!(refused(&mut world, &[(good, 4), (quiet, 0)]), denied);
    assert_eq!(refused(&mut world, &[(good, 6), (good, 4)]), invalid(rule::CPU_08));
    assert_eq!(world.value(process, good), 5);
}

#[test]
fn cpu_08_cpu_09_cpu_06_tdr_03_values_only_rise_without_the_flag() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let handle = world.fence(threads[0], device, 5);
    let mut go = |value, flags| {
        let request = signal(device, &[(handle, value)], flags);
        let done = match world.kernel.handle(common::call(threads[0], request)).unwrap().answer {
            kmt_core::Answer::Complete(_) => Ok(()),
            kmt_core::Answer::Refused(refusal) => Err((refusal.status, refusal.rule)),
            answer => panic!("{answer:?}"),
        };
        (done, world.value(process, handle))
    };
    let lower = Err((INVALID, rule::CPU_08));
    assert_eq!(go(4, 0), (lower, 5));
    assert_eq!(go(5, 0), (Ok(()), 5));
    assert_eq!(go(5, REWIND), (Ok(()), 5));
    assert_eq!(go(4, REWIND), (Ok(()), 4));
    assert_eq!(go(MAX, 0), (Ok(()), MAX));
    assert_eq!(go(0, 0), (lower, MAX));
    assert_eq!(go(0, REWIND), (Ok(()), 0));
    assert_eq!(go(0, 0), (Ok(()), 0));
}

#[test]
fn cpu_12_the_same_fence_twice_acts_in_array_order() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let handle = world.fence(threads[0], device, 5);
    for entries in [[(handle, 7), (handle, 6)], [(handle, 4), (handle, 9)]] {
        let refusal = world.refused(threads[0], signal(device, &entries, 0));
        assert_eq!(refusal, (INVALID, rule::CPU_08));
    }
    world.ok(threads[0], signal(device, &[(handle, 6), (handle, 6), (handle, 8)], 0));
    assert_eq!(world.value(process, handle), 8);
    world.ok(threads[0], signal(device, &[(handle, 10), (handle, 2)], REWIND));
    assert_eq!(world.value(process, handle), 2);
}

#[test]
fn cpu_11_no_wait_sees_a_part_of_a_signal() {
    let Bench { mut world, threads, device, .. } = bench();
    let (a, b) = (world.fence(threads[0], device, 5), world.fence(threads[0], device, 0));
    world.blocked(threads[1], wait(device, &[(a, 6)], 0));
    world.blocked(threads[2], wait(device, &[(a, 5), (b, 1)], 0));
    // 7 comes and goes, and a falls in the step in which b rises.
    assert_eq!(world.effects(threads[0], signal(device, &[(a, 7), (b, 1), (a, 4)], REWIND)), []);
    // A signal that ends where it began changes nothing.
    assert_eq!(world.effects(threads[0], signal(device, &[(a, 9), (a, 4)], REWIND)), []);
    assert_eq!(world.kernel.waits().count(), 2);
}

#[test]
fn cpu_07_cpu_16_scd_16_one_signal_releases_all_and_only_those() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let handle = world.fence(threads[0], device, 0);
    let event = world.new_event(threads[0], true);
    let high = world.register(threads[0], wait_with(device, &[(handle, 9)], event, 0));
    let blocked = world.blocked(threads[1], wait(device, &[(handle, 3)], 0));
    world.register(threads[0], wait_with(device, &[(handle, 4)], event, 0));
    let exact = world.blocked(threads[2], wait(device, &[(handle, 4)], 0));
    let above = world.blocked(threads[3], wait(device, &[(handle, 5)], 0));
    let object = world.nt_entry(process, event).unwrap().object;
    assert_eq!(
        world.effects(threads[0], signal(device, &[(handle, 4)], 0)),
        [Effect::EventSet { event: object }, reached(threads[1], blocked), reached(threads[2], exact)]
    );
    assert!(world.is_set(process, event), "the higher wait for the same event did not delay it");
    let left: Vec<_> = world.kernel.waits().map(|view| view.id).collect();
    assert_eq!(left, [high, above]);
    assert_eq!(world.effects(threads[0], signal(device, &[(handle, 8)], 0)), [reached(threads[3], above)]);
}

#[test]
fn cpu_16_a_signal_of_many_among_many() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let handle = world.fence(threads[0], device, 0);
    let event = world.new_event(threads[0], true);
    let mut expected = Vec::new();
    for value in 1..=40 {
        let thread = world.thread(process);
        let wanted = if value % 4 == 0 { 1 } else { 100 };
        let wait = world.blocked(thread, wait(device, &[(handle, wanted)], 0));
        if wanted == 1 {
            expected.push(reached(thread, wait));
        }
        world.register(threads[0], wait_with(device, &[(handle, 100 + value)], event, 0));
    }
    assert_eq!(world.effects(threads[0], signal(device, &[(handle, 99)], 0)), expected);
    assert_eq!(world.kernel.waits().count(), 70);
}

#[test]
fn tdr_10_flt_01_a_device_that_does_not_work_signals_nothing() {
    for (reason, status) in
        [(GENERIC, NtStatus::DEVICE_REMOVED), (DRIVER_ERROR, NtStatus::GRAPHICS_GPU_EXCEPTION_ON_DEVICE)]
    {
        let Bench { mut world, threads, device, .. } = bench();
        world.ok(threads[0], mark(device, reason));
        let dead = [(LocalHandle::ZERO, 0)];
        for request in [signal(device, &dead, 0), wait_with(device, &dead, nt(400), 0)] {
            assert_eq!(world.refused(threads[0], request), (status, rule::TDR_10));
        }
        world.incident(stop(AdapterId::from_number(0)));
        let refusal = world.refused(threads[0], signal(device, &dead, 0));
        assert_eq!(refusal, (NtStatus::DEVICE_REMOVED, rule::TDR_10));
    }
}

#[test]
fn lif_07_a_destroyed_handle_signals_nothing() {
    let Bench { mut world, threads, device, .. } = bench();
    let handle = world.fence(threads[0], device, 0);
    world.ok(threads[0], destroy_sync(handle));
    let refusal = world.refused(threads[0], signal(device, &[(handle, 1)], 0));
    assert_eq!(refusal, (INVALID, rule::SYN_37));
}
