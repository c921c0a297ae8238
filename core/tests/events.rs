//! NT events: set, reset, and whom that releases.

mod common;

use common::sync::{
    Bench, at_once, bench, bench_of, create_event, reset, set, signal, taken_by, timed_out, wait_event,
    wait_with,
};
use common::two::{Two, duplicate, two};
use common::{SAME_ACCESS, World, close_nt, nt, same_access};
use kmt_core::{
    Answer, CreateEvent, DuplicateHandle, Effect, Event, Incident, Limits, Misuse, NtHandle, NtObjectBody,
    NtStatus, Output, Pick, Request, Resumed, Step, ThreadId, rule,
};

fn release(threads: &[ThreadId]) -> Pick {
    Pick::Release(threads.to_vec())
}

#[test]
fn evt_01_evt_03_nth_02_an_event_is_made_with_a_handle_and_a_state() {
    let Bench { mut world, process, threads, .. } = bench();
    for (place, (manual_reset, initial_state)) in
        [(true, true), (true, false), (false, true), (false, false)].into_iter().enumerate()
    {
        let output = world.ok(threads[0], create_event(manual_reset, initial_state));
        let event = nt(4 * (place as u64 + 1));
        assert_eq!(output, Output::CreateEvent { event });
        let entry = world.nt_entry(process, event).unwrap();
        assert_eq!(entry.granted_access, 0x001F_0003);
        let object = world.kernel.nt_objects().find(|view| view.id == entry.object).unwrap();
        assert_eq!(object.body, NtObjectBody::Event { manual_reset, set: initial_state });
        assert_eq!((object.handles, object.registrations), (1, 0));
    }
}

#[test]
fn nth_05_adp_01_what_create_event_is_refused_for() {
    let limits = Limits { nt_handles_per_process: 1, nt_objects: 1, ..Limits::default() };
    let Bench { mut world, threads, .. } = bench_of(World::with_limits(limits));
    let nowhere = CreateEvent { manual_reset: true, initial_state: false, report_handle: false };
    let nowhere = Request::CreateEvent(nowhere);
    assert_eq!(world.refused(threads[0], nowhere), (NtStatus::INVALID_PARAMETER, rule::ADP_01));
    let event = world.new_event(threads[0], true);
    let full = (NtStatus::INSUFFICIENT_RESOURCES, rule::NTH_05);
    assert_eq!(world.refused(threads[0], create_event(true, true)), full);
    // Another process has room for the handle, and the machine none for the object.
    let (_, other) = world.process();
    assert_eq!(world.refused(other, create_event(true, true)), (NtStatus::NO_MEMORY, rule::NTH_05));
    world.close_nt(threads[0], event);
    world.new_event(other, true);
}

#[test]
fn evt_05_nth_03_what_is_no_event() {
    let Bench { mut world, process, threads, .. } = bench();
    let event = world.new_event(threads[0], true);
    let to_process = world.place(process, process, common::ALL_ACCESS);
    let closed = world.new_event(threads[0], true);
    world.close_nt(threads[0], closed);
    let requests = [set, reset, |event| wait_event(event, Some(0))];
    for request in requests {
        for handle in [NtHandle::ZERO, nt(3), closed, nt(400)] {
            let refusal = (NtStatus::INVALID_HANDLE, rule::EVT_05);
            assert_eq!(world.refused(threads[0], request(handle)), refusal);
        }
        for handle in [to_process, NtHandle::CURRENT_PROCESS, NtHandle::CURRENT_THREAD] {
            let refusal = (NtStatus::OBJECT_TYPE_MISMATCH, rule::EVT_05);
            assert_eq!(world.refused(threads[0], request(handle)), refusal);
        }
    }
    world.ok(threads[0], set(nt(event.raw() | 3)));
    assert!(world.is_set(process, event));
}

#[test]
fn evt_04_acc_05_acc_06_rights_of_a_narrowed_handle() {
    let Bench { mut world, process, threads, .. } = bench();
    let event = world.new_event(threads[0], true);
    let mut narrowed = |desired_access| {
        let request = DuplicateHandle { desired_access, options: 0, ..same_access(event) };
        let handle = world.duplicate(threads[0], request);
        (handle, world.nt_entry(process, handle).unwrap().granted_access)
    };
    let (modify, mask) = narrowed(0x2);
    assert_eq!(mask, 0x2);
    let (wait, mask) = narrowed(0x0010_0000);
    assert_eq!(mask, 0x0010_0000);
    for (generic, meaning) in [
        (0x8000_0000, 0x0002_0001),
        (0x4000_0000, 0x0002_0002),
        (0x2000_0000, 0x0012_0000),
        (0x1000_0000, 0x001F_0003),
        (0x0200_0000, 0x001F_0003),
        (0x0000_FFFC, 0),
    ] {
        assert_eq!(narrowed(generic).1, meaning);
    }
    let denied = (NtStatus::ACCESS_DENIED, rule::EVT_04);
    assert_eq!(world.refused(threads[0], wait_event(modify, Some(0))), denied);
    assert_eq!(world.refused(threads[0], set(wait)), denied);
    assert_eq!(world.refused(threads[0], reset(wait)), denied);
    world.ok(threads[0], set(modify));
    assert_eq!(world.ok(threads[0], wait_event(wait, Some(0))), Output::EventTaken);
}

#[test]
fn nth_10_an_event_is_no_process() {
    let Two { mut world, me, thread, other, handle, .. } = two();
    let event = world.new_event(thread, false);
    let mismatch = (NtStatus::OBJECT_TYPE_MISMATCH, rule::NTH_10);
    let as_source = DuplicateHandle { source_process: event, ..same_access(event) };
    assert_eq!(world.refused(thread, duplicate(as_source)), mismatch);
    let as_target = DuplicateHandle { target_process: event, ..same_access(event) };
    assert_eq!(world.refused(thread, duplicate(as_target)), mismatch);
    let copy = DuplicateHandle { target_process: handle, options: SAME_ACCESS, ..same_access(event) };
    let theirs = world.duplicate(thread, copy);
    world.ok(thread, set(event));
    assert!(world.is_set(other, theirs), "one object behind both handles");
    assert!(world.is_set(me, event));
    world.close_nt(thread, event);
    assert!(world.is_set(other, theirs));
}

#[test]
fn evt_01_evt_02_set_and_reset_are_not_counted() {
    let Bench { mut world, process, threads, .. } = bench();
    for manual_reset in [true, false] {
        let event = world.new_event(threads[0], manual_reset);
        for _ in 0..2 {
            assert_eq!(world.effects(threads[0], set(event)), []);
        }
        assert_eq!(world.call(threads[0], wait_event(event, None)).answer, at_once(Output::EventTaken));
        assert_eq!(world.is_set(process, event), manual_reset);
        world.ok(threads[0], reset(event));
        world.ok(threads[0], reset(event));
        let outcome = world.call(threads[0], wait_event(event, Some(0)));
        assert_eq!(outcome.answer, Answer::Complete(timed_out()));
    }
}

#[test]
fn evt_02_a_manual_reset_event_releases_everybody() {
    let Bench { mut world, process, threads, .. } = bench();
    let event = world.new_event(threads[0], true);
    let waits = [1, 2, 3].map(|place| world.blocked(threads[place], wait_event(event, None)));
    assert_eq!(world.kernel.picks(threads[0], &set(event)), Ok(vec![Pick::Only]));
    let expected = [1, 2, 3].map(|place| taken_by(threads[place], waits[place - 1]));
    assert_eq!(world.effects(threads[0], set(event)), expected);
    assert!(world.is_set(process, event));
}

#[test]
fn evt_02_an_auto_reset_event_releases_any_one() {
    let Bench { mut world, process, threads, .. } = bench();
    let event = world.new_event(threads[0], false);
    let waits = [1, 2, 3].map(|place| world.blocked(threads[place], wait_event(event, None)));
    let options = [1, 2, 3].map(|place| release(&[threads[place]]));
    assert_eq!(world.kernel.picks(threads[0], &set(event)), Ok(options.to_vec()));
    assert_eq!(world.kernel.first_pick(threads[0], &set(event)), Ok(options[0].clone()));
    for (place, option) in options.iter().enumerate() {
        let mut world = world.clone();
        let effects = world.effects_of(threads[0], set(event), option.clone());
        assert_eq!(effects, [taken_by(threads[place + 1], waits[place])]);
        assert!(!world.is_set(process, event));
        assert_eq!(world.kernel.waits().count(), 2);
    }
    // What is not offered.
    for pick in [
        Pick::Only,
        Pick::DeadlinePassed,
        release(&[]),
        release(&[threads[0]]),
        release(&[threads[1], threads[2]]),
        release(&[threads[1], threads[1]]),
        release(&[ThreadId::from_number(99)]),
    ] {
        let event = kmt_core::Call { thread: threads[0], request: set(event), pick: pick.clone() };
        assert_eq!(world.misuse(Event::Call(event)), Misuse::PickNotOffered(pick));
    }
    // The last waiter is no choice.
    world.effects_of(threads[0], set(event), options[1].clone());
    world.effects_of(threads[0], set(event), options[0].clone());
    assert_eq!(world.effects(threads[0], set(event)), [taken_by(threads[3], waits[2])]);
    assert_eq!(world.effects(threads[0], set(event)), []);
    assert!(world.is_set(process, event));
}

#[test]
fn evt_08_several_sets_in_one_step_act_one_after_the_other() {
    for (sets, waiters, options) in
        [(1, 2, 2), (2, 1, 1), (2, 2, 1), (2, 3, 3), (2, 4, 6), (3, 0, 1), (3, 4, 4)]
    {
        let Bench { mut world, process, threads, device, .. } = bench();
        let fence = world.fence(threads[0], device, 0);
        let event = world.new_event(threads[0], false);
        for _ in 0..sets {
            world.register(threads[0], wait_with(device, &[(fence, 1)], event, 0));
        }
        for thread in &threads[1..=waiters] {
            world.blocked(*thread, wait_event(event, None));
        }
        let request = || signal(device, &[(fence, 1)], 0);
        let picks = world.kernel.picks(threads[0], &request()).unwrap();
        assert_eq!(picks.len(), options, "{sets} sets, {waiters} waiters");
        assert_eq!(world.kernel.first_pick(threads[0], &request()).as_ref(), Ok(&picks[0]));
        assert!(picks.is_sorted());
        for pick in picks {
            let mut world = world.clone();
            let effects = world.effects_of(threads[0], request(), pick.clone());
            let resumed = effects.iter().filter_map(|effect| match effect {
                Effect::Resume { thread, .. } => Some(*thread),
                _ => None,
            });
            let resumed: Vec<_> = resumed.collect();
            assert_eq!(resumed.len(), waiters.min(sets));
            assert!(options == 1 || pick == Pick::Release(resumed));
            let times = effects.iter().filter(|effect| matches!(effect, Effect::EventSet { .. })).count();
            assert_eq!(times, sets, "one for each registration");
            assert_eq!(world.is_set(process, event), sets > waiters);
        }
    }
}

#[test]
fn evt_08_the_options_of_several_events_are_multiplied() {
    let Bench { mut world, threads, device, .. } = bench();
    let fence = world.fence(threads[0], device, 0);
    let events = [(); 2].map(|()| world.new_event(threads[0], false));
    for event in events {
        world.register(threads[0], wait_with(device, &[(fence, 1)], event, 0));
    }
    // By turns, so that the order of creation is not that of the events.
    for (place, thread) in threads[1..].iter().enumerate() {
        world.blocked(*thread, wait_event(events[1 - place % 2], None));
    }
    let [_, a, b, c, d] = threads;
    let expected = [[a, b], [a, d], [b, c], [c, d]].map(|pair| release(&pair));
    let request = signal(device, &[(fence, 1)], 0);
    assert_eq!(world.kernel.picks(threads[0], &request), Ok(expected.to_vec()));
    assert_eq!(world.kernel.first_pick(threads[0], &request), Ok(expected[0].clone()));
    for wrong in [[a, c], [b, d], [b, a]] {
        let call = kmt_core::Call { thread: threads[0], request: request.clone(), pick: release(&wrong) };
        assert_eq!(world.misuse(Event::Call(call)), Misuse::PickNotOffered(release(&wrong)));
    }
    assert_eq!(world.effects_of(threads[0], request, expected[2].clone()).len(), 4);
}

#[test]
fn tim_05_kmx_14_a_wait_for_an_event_reaches_its_time_limit() {
    let Bench { mut world, threads, .. } = bench();
    let event = world.new_event(threads[0], false);
    let outcome = world.call(threads[1], wait_event(event, Some(0)));
    assert_eq!(outcome.answer, Answer::Complete(timed_out()));
    let passed = world.picked(threads[1], wait_event(event, Some(7)), Pick::DeadlinePassed);
    assert_eq!(passed, Answer::Complete(timed_out()));
    let Answer::Pending(absolute) = world.picked(threads[1], wait_event(event, Some(7)), Pick::DeadlineAhead)
    else {
        panic!("not blocked")
    };
    let unlimited = world.blocked(threads[2], wait_event(event, None));
    let relative = world.blocked(threads[3], wait_event(event, Some(-7)));
    assert_eq!(world.kernel.choices(), [Step::Timeout(absolute), Step::Timeout(relative)]);
    for (thread, wait) in [(threads[3], relative), (threads[1], absolute)] {
        let result = Resumed::Complete(timed_out());
        assert_eq!(world.step(Step::Timeout(wait)), [Effect::Resume { thread, wait, result }]);
    }
    let step = Step::Timeout(unlimited);
    assert_eq!(world.misuse(Event::Step(step.clone())), Misuse::StepNotEnabled(step));
    assert_eq!(world.effects(threads[0], set(event)), [taken_by(threads[2], unlimited)]);
    // A set event is taken whatever the timeout says.
    world.ok(threads[0], set(event));
    let taken = world.picked(threads[1], wait_event(event, Some(7)), Pick::DeadlinePassed);
    assert_eq!(taken, at_once(Output::EventTaken));
}

#[test]
fn evt_06_a_blocked_wait_holds_its_event() {
    let Two { mut world, me, thread, other, handle, other_thread } = two();
    let event = world.new_event(thread, false);
    let copy = DuplicateHandle { target_process: handle, ..same_access(event) };
    let theirs = world.duplicate(thread, copy);
    let waiter = world.thread(me);
    let wait = world.blocked(waiter, wait_event(event, None));
    world.close_nt(thread, event);
    assert_eq!(world.effects(other_thread, set(theirs)), [taken_by(waiter, wait)]);
    let other_waiter = world.thread(other);
    world.blocked(other_waiter, wait_event(theirs, None));
    world.close_nt(other_thread, theirs);
    let events = world.kernel.nt_objects().filter(|view| matches!(view.body, NtObjectBody::Event { .. }));
    assert_eq!(events.map(|view| (view.handles, view.registrations)).collect::<Vec<_>>(), [(0, 1)]);
    // A new handle at the old value is another event.
    let again = world.new_event(other_thread, false);
    assert_eq!(again, theirs);
    assert_eq!(world.effects(other_thread, set(again)), []);
}

#[test]
fn trd_12_lif_02_the_end_of_a_waiter_frees_its_event() {
    let Bench { mut world, threads, .. } = bench();
    let event = world.new_event(threads[0], false);
    world.blocked(threads[1], wait_event(event, None));
    world.ok(threads[0], close_nt(event));
    assert_eq!(world.kernel.nt_objects().count(), 2);
    world.incident(Incident::EndThread(threads[1]));
    assert_eq!(world.kernel.nt_objects().count(), 1);
}

#[test]
fn nth_18_an_event_is_inherited() {
    let Bench { mut world, process, threads, .. } = bench();
    let event = world.new_event(threads[0], true);
    world.set_flags(process, event, true, false);
    let (child, _) = world.child(threads[0], true);
    world.ok(threads[0], set(event));
    assert!(world.is_set(child, event));
    world.incident(Incident::KillProcess(process));
    let thread = world.thread(child);
    assert_eq!(world.ok(thread, wait_event(event, None)), Output::EventTaken);
}
