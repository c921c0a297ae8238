//! What a device that enters Error does to its fences, and to those who wait for them.

mod common;

use common::sync::{
    Bench, DRIVER_ERROR, GENERIC, MAX, NO_MAX_ON_TDR, NO_SIGNAL, REWIND, WAIT_ANY, bench, create2,
    destroy_sync, fence, forced, reached, removed, signal, taken_by, wait, wait_event, wait_with,
};
use common::{LUID, OTHER_LUID, destroy, mark, stop};
use kmt_core::{
    AdapterId, Effect, Event, ExecutionState, Incident, Misuse, NtStatus, Pick, Reclaimable, Step, SyncState,
    rule,
};

#[test]
fn tdr_01_tdr_05_tdr_06_every_way_into_error_forces_the_maximum() {
    for way in [GENERIC, DRIVER_ERROR, 0] {
        let Bench { mut world, process, threads, device, .. } = bench();
        let handle = world.fence(threads[0], device, 3);
        let event = world.new_event(threads[0], true);
        let registered = world.register(threads[0], wait_with(device, &[(handle, MAX)], event, 0));
        let blocked = world.blocked(threads[1], wait(device, &[(handle, 9)], 0));
        let (id, object) =
            (world.kernel.devices().next().unwrap().id, world.nt_entry(process, event).unwrap().object);
        let (effects, state) = match way {
            0 => (world.incident(stop(AdapterId::from_number(0))), ExecutionState::Stopped),
            DRIVER_ERROR => (world.effects(threads[0], mark(device, way)), ExecutionState::ErrorDmaFault),
            _ => (world.effects(threads[0], mark(device, way)), ExecutionState::Hung),
        };
        assert_eq!(
            effects,
            [
                Effect::DeviceEnteredError { device: id, state },
                Effect::EventSet { event: object },
                reached(threads[1], blocked),
                forced(registered),
                forced(blocked),
            ]
        );
        assert_eq!(world.value(process, handle), MAX);
        assert!(world.is_set(process, event));
    }
}

#[test]
fn tdr_02_tdr_04_flt_21_which_fences_are_forced() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let plain = world.fence(threads[0], device, 3);
    let [quiet, spared, destroyed] =
        [NO_SIGNAL, NO_MAX_ON_TDR, 0].map(|flags| world.make(threads[0], create2(device, fence(3), flags)).0);
    let other = world.make(threads[0], create2(device, kmt_core::SyncObjectInfo::Fence { value: 3 }, 0)).0;
    let event = world.new_event(threads[0], true);
    let waiting = [quiet, spared, destroyed]
        .map(|handle| world.register(threads[0], wait_with(device, &[(handle, 4)], event, 0)));
    world.ok(threads[0], destroy_sync(destroyed));
    assert_eq!(world.effects(threads[0], mark(device, GENERIC)).len(), 1);
    let values = [plain, quiet, spared].map(|handle| world.value(process, handle));
    assert_eq!(values, [MAX, 3, 3]);
    assert_eq!(world.kernel.read_fence(process, u64::from(other.raw())), None);
    assert!(world.kernel.sync_objects().any(|view| view.state == SyncState::Fence { value: 3 }));
    assert!(!world.is_set(process, event));
    // They stay, and nobody can reach them any more.
    assert_eq!(world.kernel.orphaned_waits(), waiting);
}

#[test]
fn tdr_07_a_blocked_wait_returns_success_or_device_removed() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let plain = world.fence(threads[0], device, 0);
    let spared = world.make(threads[0], create2(device, fence(0), NO_MAX_ON_TDR)).0;
    let event = world.new_event(threads[0], true);
    let both = world.blocked(threads[1], wait(device, &[(plain, 1), (spared, 1)], 0));
    let any = world.blocked(threads[2], wait(device, &[(plain, 1), (spared, 1)], WAIT_ANY));
    let last = world.blocked(threads[3], wait(device, &[(spared, 1)], 0));
    let registered = world.register(threads[0], wait_with(device, &[(spared, 1)], event, 0));
    let effects = world.effects(threads[0], mark(device, GENERIC));
    assert_eq!(
        effects[1..],
        [
            removed(threads[1], both, rule::TDR_07),
            reached(threads[2], any),
            removed(threads[3], last, rule::TDR_07),
            forced(any),
        ]
    );
    assert!(!world.is_set(process, event));
    assert_eq!(world.kernel.waits().map(|view| view.id).collect::<Vec<_>>(), [registered]);
}

#[test]
fn adp_11_a_device_in_error_does_nothing_again() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let handle = world.fence(threads[0], device, 0);
    world.ok(threads[0], mark(device, GENERIC));
    assert_eq!(world.value(process, handle), MAX);
    let before = world.kernel.clone();
    assert_eq!(world.effects(threads[0], mark(device, DRIVER_ERROR)), []);
    assert_eq!(world.kernel, before);
    assert_eq!(world.incident(stop(AdapterId::from_number(0))), []);
}

#[test]
fn flt_17_a_stop_forces_the_fences_of_all_devices_in_one_step() {
    let Bench { mut world, threads, device, adapter, .. } = bench();
    let (_, stranger) = world.process();
    let their_adapter = world.open(stranger, LUID);
    let theirs = world.create(stranger, their_adapter);
    let second = world.create(threads[0], adapter);
    let (a, b) = (world.fence(threads[0], device, 0), world.fence(threads[0], second, 0));
    let c = world.fence(stranger, theirs, 0);
    // On an adapter of its own.
    world.adapter(OTHER_LUID);
    let far = world.open(threads[0], OTHER_LUID);
    let far_device = world.create(threads[0], far);
    let d = world.fence(threads[0], far_device, 0);
    let waits = [
        world.blocked(threads[1], wait(device, &[(a, 1)], 0)),
        world.blocked(stranger, wait(theirs, &[(c, 1)], 0)),
        world.blocked(threads[2], wait(second, &[(b, 1)], 0)),
    ];
    let untouched = world.blocked(threads[3], wait(far_device, &[(d, 1)], 0));
    let gone = world.create(threads[0], adapter);
    world.destroy(threads[0], gone);
    let effects = world.incident(stop(AdapterId::from_number(0)));
    let expected = [
        reached(threads[1], waits[0]),
        reached(stranger, waits[1]),
        reached(threads[2], waits[2]),
        forced(waits[0]),
        forced(waits[1]),
        forced(waits[2]),
    ];
    assert_eq!(effects[4..], expected, "behind four devices");
    assert_eq!(world.kernel.waits().map(|view| view.id).collect::<Vec<_>>(), [untouched]);
    let gone = world.kernel.devices().find(|device| device.destroyed).unwrap().id;
    assert_eq!(world.step(Step::Reclaim(Reclaimable::Device(gone))), []);
}

#[test]
fn tdr_06_trd_10_orderly_ends_force_nothing() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let handle = world.fence(threads[0], device, 3);
    let blocked = world.blocked(threads[1], wait(device, &[(handle, 4)], 0));
    let mut killed = world.clone();
    let effects = killed.incident(Incident::KillProcess(process));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::DeviceEnteredError { .. })));
    let effects = world.effects(threads[0], destroy(device));
    assert_eq!(effects[1..], [removed(threads[1], blocked, rule::CPU_19)]);
}

#[test]
fn evt_08_c9_a_way_into_error_can_set_contested_events() {
    let stage = || {
        let Bench { mut world, threads, device, .. } = bench();
        let handle = world.fence(threads[0], device, 0);
        let event = world.new_event(threads[0], false);
        world.register(threads[0], wait_with(device, &[(handle, 1)], event, 0));
        let waits = [1, 2].map(|place| world.blocked(threads[place], wait_event(event, None)));
        (world, threads, device, waits)
    };
    let (mut world, threads, device, waits) = stage();
    let options = [1, 2].map(|place| Pick::Release(vec![threads[place]]));
    let adapter = AdapterId::from_number(0);
    assert_eq!(world.kernel.picks(threads[0], &mark(device, GENERIC)), Ok(options.to_vec()));
    assert_eq!(world.kernel.stop_picks(adapter), Ok(options.to_vec()));
    assert_eq!(world.kernel.first_stop_pick(adapter), Ok(options[0].clone()));
    assert_eq!(world.misuse(Event::Incident(stop(adapter))), Misuse::PickNotOffered(Pick::Only));
    let effects = world.effects_of(threads[0], mark(device, GENERIC), options[1].clone());
    assert_eq!(effects[2], taken_by(threads[2], waits[1]));
    let (mut world, threads, _, waits) = stage();
    let effects = world.incident(Incident::StopAdapter { adapter, pick: options[0].clone() });
    assert_eq!(effects[2], taken_by(threads[1], waits[0]));
    assert_eq!(world.kernel.stop_picks(adapter), Err(Misuse::AdapterStopped(adapter)));
    let unknown = AdapterId::from_number(9);
    assert_eq!(world.kernel.stop_picks(unknown), Err(Misuse::UnknownAdapter(unknown)));
}

#[test]
fn tdr_03_the_maximum_stays() {
    let Bench { mut world, process, threads, device, .. } = bench();
    let handle = world.fence(threads[0], device, 0);
    world.ok(threads[0], mark(device, GENERIC));
    for flags in [0, REWIND] {
        let refusal = world.refused(threads[0], signal(device, &[(handle, 1)], flags));
        assert_eq!(refusal, (NtStatus::DEVICE_REMOVED, rule::TDR_10));
    }
    assert_eq!(world.value(process, handle), MAX);
}
