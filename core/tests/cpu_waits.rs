//! Waits of the CPU: blocked and registered.

mod common;

use common::sync::{
    Bench, MAX, NO_WAIT, REWIND, WAIT_ANY, at_once, before, bench, bench_of, create2, destroy_sync, fence,
    reached, removed, set, signal, taken_by, wait, wait_event, wait_with,
};
use common::{World, close, destroy, local, nt, same_access};
use kmt_core::{
    Effect, FenceCondition, Incident, Limits, LocalHandle, NtHandle, NtObjectBody, NtStatus, Output, Pick,
    ProcessId, Request, Step, ThreadId, TimeLimit, WaitForSynchronizationObjectFromCpu, WaitId, WaitTarget,
    rule,
};

const INVALID: NtStatus = NtStatus::INVALID_PARAMETER;

/// What a wait names: handles and values.
type Entries<'a> = &'a [(LocalHandle, u64)];

/// A bench with two fences, at 5 and at 0.
fn fences() -> (World, ProcessId, [ThreadId; 5], LocalHandle, [LocalHandle; 2]) {
    let Bench { mut world, process, threads, device, .. } = bench();
    let fences = [5, 0].map(|value| world.fence(threads[0], device, value));
    (world, process, threads, device, fences)
}

#[test]
fn cpu_18_acc_17_syn_34_syn_17_what_a_wait_is_refused_for() {
    let limits = Limits { waits: 1, ..Limits::default() };
    let Bench { mut world, process, threads, device, .. } = bench_of(World::with_limits(limits));
    let handle = world.fence(threads[0], device, 0);
    let deaf = world.make(threads[0], create2(device, fence(0), NO_WAIT)).0;
    let event = world.new_event(threads[0], false);
    let narrowed =
        |desired_access| kmt_core::DuplicateHandle { desired_access, options: 0, ..same_access(event) };
    let weak = world.duplicate(threads[0], narrowed(0x0010_0000));
    let enough = world.duplicate(threads[0], narrowed(0x2));
    let to_process = world.place(process, process, 1);
    let mut refused = |entries: &[(LocalHandle, u64)], event, flags| {
        world.refused(threads[0], wait_with(device, entries, event, flags))
    };
    let mismatch = (NtStatus::OBJECT_TYPE_MISMATCH, rule::CPU_18);
    assert_eq!(refused(&[(deaf, 1)], nt(3), 2), (INVALID, rule::CPU_14));
    assert_eq!(refused(&[(deaf, 1)], nt(3), 0), (NtStatus::INVALID_HANDLE, rule::CPU_18));
    assert_eq!(refused(&[(deaf, 1)], nt(400), 0), (NtStatus::INVALID_HANDLE, rule::CPU_18));
    for event in [to_process, NtHandle::CURRENT_PROCESS, NtHandle::CURRENT_THREAD] {
        assert_eq!(refused(&[(deaf, 1)], event, 0), mismatch);
    }
    assert_eq!(refused(&[(handle, 0), (deaf, 0)], weak, WAIT_ANY), (NtStatus::ACCESS_DENIED, rule::ACC_17));
    assert_eq!(refused(&[(handle, 0)], weak, 0), (NtStatus::ACCESS_DENIED, rule::CPU_18));
    world.register(threads[0], wait_with(device, &[(handle, 1)], nt(enough.raw() | 3), 0));
    // One wait more is too many, and one that holds is none.
    let full = (NtStatus::NO_MEMORY, rule::SYN_17);
    assert_eq!(world.refused(threads[0], wait_with(device, &[(handle, 1)], event, 0)), full);
    assert_eq!(world.refused(threads[0], wait(device, &[(handle, 1)], 0)), full);
    assert_eq!(world.ok(threads[0], wait(device, &[(handle, 0)], 0)), Output::FencesReached);
    // The others are never refused for it.
    world.blocked(threads[1], wait_event(event, None));
}

#[test]
fn cpu_13_the_arrays_of_a_wait() {
    let (mut world, _, threads, device, [handle, _]) = fences();
    let raw = |object_count, objects: Option<Vec<LocalHandle>>, values: Option<Vec<u64>>| {
        Request::WaitForSynchronizationObjectFromCpu(WaitForSynchronizationObjectFromCpu {
            device,
            object_count,
            objects,
            values,
            event: NtHandle::ZERO,
            flags: 0,
        })
    };
    for (request, refusal) in [
        (raw(1, None, Some(vec![1])), (INVALID, rule::CPU_13)),
        (raw(1, Some(vec![handle]), None), (INVALID, rule::CPU_13)),
        (raw(0, Some(vec![]), Some(vec![])), (INVALID, rule::CPU_13)),
        (raw(4097, Some(vec![handle; 4097]), Some(vec![0; 4097])), (NtStatus::NO_MEMORY, rule::CPU_13)),
        (raw(2, Some(vec![handle]), Some(vec![0, 0])), (INVALID, rule::SYN_37)),
    ] {
        assert_eq!(world.refused(threads[0], request), refusal);
    }
    let most = raw(4096, Some(vec![handle; 4096]), Some(vec![]));
    assert_eq!(world.ok(threads[0], most), Output::FencesReached);
}

#[test]
fn cpu_02_cpu_06_cpu_12_when_a_wait_holds_at_entry() {
    let (mut world, _, threads, device, [five, zero]) = fences();
    let top = world.fence(threads[0], device, MAX);
    let cases: &[(Entries<'_>, u32, bool)] = &[
        (&[(zero, 0)], 0, true),
        (&[(five, 4)], 0, true),
        (&[(five, 5)], 0, true),
        (&[(five, 6)], 0, false),
        (&[(five, MAX)], 0, false),
        (&[(top, MAX)], 0, true),
        (&[(top, MAX - 1)], 0, true),
        (&[(five, 5), (zero, 1)], 0, false),
        (&[(five, 5), (zero, 1)], WAIT_ANY, true),
        (&[(five, 6), (zero, 1)], WAIT_ANY, false),
        (&[(five, 5), (five, 6)], 0, false),
        (&[(five, 5), (five, 6)], WAIT_ANY, true),
        (&[(five, 1 << 63)], 0, false),
    ];
    for (entries, flags, holds) in cases {
        let mut world = world.clone();
        let outcome = world.call(threads[0], wait(device, entries, *flags));
        if *holds {
            assert_eq!(outcome.answer, at_once(Output::FencesReached));
            // CPU-20
            assert_eq!(outcome.effects, [before(threads[0])]);
        } else {
            assert!(matches!(outcome.answer, kmt_core::Answer::Pending(_)), "{entries:?}");
            assert_eq!(outcome.effects, []);
        }
    }
}

#[test]
fn cpu_04_evt_07_a_wait_with_an_event_never_blocks() {
    let (mut world, process, threads, device, [five, _]) = fences();
    let event = world.new_event(threads[0], false);
    let object = world.nt_entry(process, event).unwrap().object;
    assert_eq!(
        world.effects(threads[0], wait_with(device, &[(five, 5)], event, 0)),
        [Effect::EventSet { event: object }, before(threads[0])]
    );
    assert!(world.is_set(process, event) && world.kernel.waits().count() == 0);
    world.ok(threads[0], wait_event(event, Some(0)));
    let registered = world.register(threads[0], wait_with(device, &[(five, 6)], event, 0));
    assert!(!world.is_set(process, event));
    let view = world.kernel.wait(registered).unwrap();
    let fences: Vec<_> = world.kernel.sync_objects().map(|view| view.id).collect();
    let target = WaitTarget::Fences {
        device: world.kernel.devices().next().unwrap().id,
        conditions: vec![FenceCondition { object: fences[0], value: 6 }],
        any: false,
        event: Some(object),
    };
    assert_eq!((view.thread, view.limit, view.target), (None, TimeLimit::Unlimited, target));
    assert_eq!(world.kernel.choices(), []);
    let timeout = kmt_core::Event::Step(Step::Timeout(registered));
    assert_eq!(world.misuse(timeout), kmt_core::Misuse::StepNotEnabled(Step::Timeout(registered)));
    world.ok(threads[0], signal(device, &[(five, 6)], 0));
    assert!(world.is_set(process, event));
    // Once: a later value sets nothing.
    world.ok(threads[0], wait_event(event, Some(0)));
    world.ok(threads[0], signal(device, &[(five, 9)], 0));
    assert!(!world.is_set(process, event));
}

#[test]
fn cpu_04_evt_08_an_event_set_at_entry_can_be_contested() {
    let (mut world, process, threads, device, [five, _]) = fences();
    let event = world.new_event(threads[0], false);
    let waits = [1, 2].map(|place| world.blocked(threads[place], wait_event(event, None)));
    let request = || wait_with(device, &[(five, 5)], event, 0);
    let options = [1, 2].map(|place| Pick::Release(vec![threads[place]]));
    assert_eq!(world.kernel.picks(threads[0], &request()), Ok(options.to_vec()));
    let object = world.nt_entry(process, event).unwrap().object;
    assert_eq!(
        world.effects_of(threads[0], request(), options[1].clone()),
        [Effect::EventSet { event: object }, taken_by(threads[2], waits[1]), before(threads[0])]
    );
}

#[test]
fn cpu_03_cpu_10_cpu_15_all_means_at_the_same_time() {
    let (mut world, _, threads, device, [a, b]) = fences();
    let blocked = world.blocked(threads[1], wait(device, &[(a, 5), (b, 2)], 0));
    let go = |world: &mut World, entries: &[(LocalHandle, u64)]| {
        world.effects(threads[0], signal(device, entries, REWIND))
    };
    assert_eq!(go(&mut world, &[(a, 4)]), []);
    assert_eq!(go(&mut world, &[(b, 3)]), [], "a was rewound");
    assert_eq!(go(&mut world, &[(b, 1)]), []);
    assert_eq!(go(&mut world, &[(a, 5)]), [], "b was rewound");
    assert_eq!(go(&mut world, &[(a, 0), (b, 9)]), []);
    assert_eq!(go(&mut world, &[(a, 7), (b, 0)]), []);
    assert_eq!(go(&mut world, &[(b, 2)]), [reached(threads[1], blocked)]);
    // What is over stays over, and a new wait is judged by what is there now.
    go(&mut world, &[(b, 0)]);
    world.blocked(threads[1], wait(device, &[(a, 5), (b, 2)], 0));
    assert_eq!(world.effects(threads[0], signal(device, &[(b, 1)], 0)), []);
}

#[test]
fn cpu_02_any_is_satisfied_by_the_first() {
    let (mut world, _, threads, device, [a, b]) = fences();
    let first = world.blocked(threads[1], wait(device, &[(a, 9), (b, 2), (b, 1)], WAIT_ANY));
    let second = world.blocked(threads[2], wait(device, &[(a, 6), (b, 8)], WAIT_ANY));
    assert_eq!(world.effects(threads[0], signal(device, &[(b, 1)], 0)), [reached(threads[1], first)]);
    assert_eq!(world.effects(threads[0], signal(device, &[(a, 8)], 0)), [reached(threads[2], second)]);
}

#[test]
fn syn_30_trd_13_lif_06_evt_06_a_wait_holds_its_fence_and_its_event() {
    let (mut world, process, threads, device, [a, _]) = fences();
    let event = world.new_event(threads[0], true);
    world.register(threads[0], wait_with(device, &[(a, 6)], event, 0));
    let blocked = world.blocked(threads[1], wait(device, &[(a, 6)], 0));
    let waiter = world.blocked(threads[2], wait_event(event, None));
    world.close_nt(threads[0], event);
    let fence = world.kernel.sync_objects().next().unwrap();
    assert_eq!((fence.handles, fence.waits), (1, 2));
    // Closing the event redirects nothing to whoever gets its value.
    let other = world.new_event(threads[0], true);
    assert_eq!(other, event);
    let effects = world.effects(threads[0], signal(device, &[(a, 6)], 0));
    assert_eq!(effects[1..], [reached(threads[1], blocked), taken_by(threads[2], waiter)]);
    assert!(!world.is_set(process, other));
    // A destroyed handle ends no wait, and nobody is left to signal.
    let blocked = world.blocked(threads[1], wait(device, &[(a, 7)], 0));
    assert_eq!(world.kernel.orphaned_waits(), []);
    world.ok(threads[0], destroy_sync(a));
    assert_eq!(world.kernel.orphaned_waits(), [blocked]);
    let fence = world.kernel.sync_objects().next().unwrap();
    assert_eq!((fence.handles, fence.waits), (0, 1));
    world.incident(Incident::EndThread(threads[1]));
    assert!(world.kernel.sync_objects().all(|view| view.id != fence.id));
}

#[test]
fn syn_40_syn_31_which_waits_are_orphaned() {
    let (mut world, _, threads, device, [a, b]) = fences();
    let quiet = world.make(threads[0], create2(device, fence(0), common::sync::NO_SIGNAL)).0;
    let alone = world.blocked(threads[1], wait(device, &[(quiet, 1)], 0));
    world.blocked(threads[2], wait(device, &[(quiet, 1), (a, 9)], WAIT_ANY));
    let both = world.blocked(threads[3], wait(device, &[(quiet, 1), (a, 9)], 0));
    world.blocked(threads[4], wait(device, &[(quiet, 0), (b, 9)], 0));
    assert_eq!(world.kernel.orphaned_waits(), [alone, both]);
    assert_eq!(world.kernel.choices(), [], "they stay");
}

/// A destroyed device with a registered and a blocked wait.
fn with_waits() -> (Bench, NtHandle, WaitId, LocalHandle) {
    let mut bench = bench();
    let Bench { world, threads, device, .. } = &mut bench;
    let event = world.new_event(threads[0], true);
    let handle = world.fence(threads[0], *device, 0);
    world.register(threads[0], wait_with(*device, &[(handle, 1)], event, 0));
    let blocked = world.blocked(threads[1], wait(*device, &[(handle, 1)], 0));
    (bench, event, blocked, handle)
}

#[test]
fn cpu_19_trd_07_inv_28_a_destroyed_device_removes_its_waits() {
    type End = fn(&Bench) -> Request;
    let ends: [End; 2] = [|bench| destroy(bench.device), |bench| close(bench.adapter)];
    for end in ends {
        let (mut bench, event, blocked, _) = with_waits();
        let sister = bench.world.create(bench.threads[0], bench.adapter);
        let theirs = bench.world.fence(bench.threads[0], sister, 0);
        let other = bench.world.blocked(bench.threads[2], wait(sister, &[(theirs, 1)], 0));
        let request = end(&bench);
        let closes = matches!(request, Request::CloseAdapter(_));
        let effects = bench.world.effects(bench.threads[0], request);
        let resumes: Vec<_> =
            effects.into_iter().filter(|effect| matches!(effect, Effect::Resume { .. })).collect();
        let mut expected = vec![removed(bench.threads[1], blocked, rule::CPU_19)];
        if closes {
            expected.push(removed(bench.threads[2], other, rule::CPU_19));
        }
        assert_eq!(resumes, expected);
        assert!(!bench.world.is_set(bench.process, event));
        assert_eq!(bench.world.kernel.waits().count(), usize::from(!closes));
    }
}

#[test]
fn cpu_19_trd_10_the_end_of_a_process_removes_its_waits_and_sets_no_event() {
    let (Bench { mut world, process, threads, .. }, event, ..) = with_waits();
    let (other, waiter) = world.process();
    let copy = world.place(process, other, common::ALL_ACCESS);
    let copy = kmt_core::DuplicateHandle { target_process: copy, ..same_access(event) };
    let theirs = world.duplicate(threads[0], copy);
    let wait = world.blocked(waiter, wait_event(theirs, None));
    let effects = world.incident(Incident::KillProcess(process));
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::Resume { .. } | Effect::EventSet { .. })));
    let waits: Vec<_> = world.kernel.waits().map(|view| view.id).collect();
    assert_eq!(waits, [wait]);
    assert_eq!((world.kernel.sync_objects().count(), world.kernel.devices().count()), (0, 0));
    let events = world.kernel.nt_objects().filter(|view| matches!(view.body, NtObjectBody::Event { .. }));
    assert_eq!(events.map(|view| (view.handles, view.registrations)).collect::<Vec<_>>(), [(1, 1)]);
    let setter = world.thread(other);
    assert_eq!(world.effects(setter, set(theirs)), [taken_by(waiter, wait)]);
}

#[test]
fn syn_35_a_fence_is_waited_for_on_its_own_device() {
    let Bench { mut world, threads, device, adapter, .. } = bench();
    let second = world.create(threads[0], adapter);
    let handle = world.fence(threads[0], second, 0);
    let refusal = world.refused(threads[0], wait(device, &[(handle, 0)], 0));
    assert_eq!(refusal, (INVALID, rule::SYN_35));
    let refusal = world.refused(threads[0], wait(device, &[(local(4), 0), (handle, 0)], 0));
    assert_eq!(refusal, (INVALID, rule::SYN_37));
    assert_eq!(world.ok(threads[0], wait(second, &[(handle, 0)], 0)), Output::FencesReached);
}
