//! Waiting for a keyed mutex: who gets it, and how a wait can end otherwise.

mod common;

use common::World;
use common::mutex::{acquire, acquire2, bytes, destroy, ended, not_taken, owned, release, release2, taken};
use kmt_core::{
    Answer, Effect, Event, GlobalHandle, Incident, LocalHandle, MutexHolder, NtStatus, Output, Pick,
    PrivateData, ProcessId, Refusal, Reply, Request, Resumed, Step, ThreadId, ThreadState, TimeLimit, WaitId,
    WaitTarget, rule,
};

/// An owner, and another process that has the mutex open and several threads.
struct Contended {
    world: World,
    process: ProcessId,
    thread: ThreadId,
    mutex: LocalHandle,
    shared: GlobalHandle,
    other: ProcessId,
    others: [ThreadId; 3],
    theirs: LocalHandle,
}

fn contended() -> Contended {
    let mut world = World::new();
    let (process, thread) = world.process();
    let (mutex, shared) = world.create_mutex_with(thread, b"ab");
    world.take(thread, mutex, 0);
    let (other, first) = world.process();
    let others = [first, world.thread(other), world.thread(other)];
    let theirs = world.open_mutex(first, shared);
    Contended { world, process, thread, mutex, shared, other, others, theirs }
}

/// The effect of a grant.
fn granted(thread: ThreadId, wait: WaitId, fence_value: u64, data: Option<&[u8]>) -> Effect {
    let output = Output::AcquireKeyedMutex { fence_value, private_data: data.map(<[u8]>::to_vec) };
    let reply = Reply { status: NtStatus::SUCCESS, output, rule: Some(rule::KMX_22) };
    Effect::Resume { thread, wait, result: Resumed::Complete(reply) }
}

fn closed(thread: ThreadId, wait: WaitId) -> Effect {
    let refusal = Refusal { status: NtStatus::INVALID_PARAMETER, rule: rule::KMX_35 };
    Effect::Resume { thread, wait, result: Resumed::Refused(refusal) }
}

#[test]
fn kmx_14_lif_07_a_blocked_thread_is_a_value() {
    let Contended { mut world, others, theirs, other, .. } = contended();
    let wait = world.blocked(others[0], acquire2(theirs, 5, Some(-7), 2));
    let view = world.kernel.wait(wait).unwrap();
    let keyed_mutex = world.mutex().id;
    let target = WaitTarget::KeyedMutex { handle: theirs, keyed_mutex, key: 5, wants_private_data: true };
    assert_eq!((view.thread, view.process, view.target), (Some(others[0]), other, target));
    assert_eq!(view.limit, TimeLimit::Relative(7));
    let state = |world: &World, thread| world.kernel.threads().find(|view| view.id == thread).unwrap().state;
    assert_eq!(state(&world, others[0]), ThreadState::Blocked(wait));
    assert_eq!(state(&world, others[1]), ThreadState::Ready);
    for (timeout, limit) in [
        (None, TimeLimit::Unlimited),
        (Some(-1), TimeLimit::Relative(1)),
        (Some(i64::MIN), TimeLimit::Relative(1 << 63)),
    ] {
        let thread = world.thread(other);
        let wait = world.blocked(thread, acquire(theirs, 5, timeout));
        assert_eq!(world.kernel.wait(wait).unwrap().limit, limit);
    }
    let thread = world.thread(other);
    let answer = world.picked(thread, acquire(theirs, 5, Some(i64::MAX)), Pick::DeadlineAhead);
    let Answer::Pending(wait) = answer else { panic!("{answer:?}") };
    assert_eq!(world.kernel.wait(wait).unwrap().limit, TimeLimit::Absolute(i64::MAX as u64));
}

#[test]
fn kmx_22_kmx_23_tim_04_a_release_makes_every_waiter_with_the_key_a_choice() {
    let Contended { mut world, thread, mutex, others, theirs, other, .. } = contended();
    let wrong = world.blocked(others[0], acquire(theirs, 8, None));
    let first = world.blocked(others[1], acquire2(theirs, 9, None, 2));
    let second = world.blocked(others[2], acquire(theirs, 9, Some(-5)));
    assert_eq!(world.kernel.choices(), [Step::Timeout(second)]);
    assert_eq!(world.kernel.first_untimed_choice(), None);
    world.ok(thread, release2(mutex, 9, 4, bytes(b"cd")));
    assert_eq!(world.kernel.choices(), [Step::Timeout(second), Step::Grant(first), Step::Grant(second)]);
    assert_eq!(world.kernel.untimed_choices(), [Step::Grant(first), Step::Grant(second)]);
    assert_eq!(world.kernel.first_untimed_choice(), Some(Step::Grant(first)));
    let free = world.kernel.clone();
    assert_eq!(world.step(Step::Grant(first)), [granted(others[1], first, 4, Some(b"cd"))]);
    assert_eq!(world.holder(), owned(other, theirs));
    assert_eq!(world.kernel.choices(), [Step::Timeout(second)]);
    assert_eq!(
        world.misuse(Event::Step(Step::Grant(second))),
        kmt_core::Misuse::StepNotEnabled(Step::Grant(second))
    );
    // The other order.
    let mut world = World { kernel: free.clone() };
    assert_eq!(world.step(Step::Grant(second)), [granted(others[2], second, 4, None)]);
    assert!(world.kernel.choices().is_empty());
    // A newcomer is first.
    let mut world = World { kernel: free };
    assert_eq!(world.take(thread, mutex, 9), 4);
    assert_eq!(world.kernel.choices(), [Step::Timeout(second)]);
    // Nobody asks for the stored key.
    world.ok(thread, release(mutex, 7, 5));
    assert_eq!(world.kernel.choices(), [Step::Timeout(second)]);
    world.take(thread, mutex, 7);
    world.ok(thread, release(mutex, 8, 6));
    assert_eq!(world.step(Step::Grant(wrong)), [granted(others[0], wrong, 6, None)]);
}

#[test]
fn kmx_13_the_owner_waits_like_anybody() {
    let Contended { mut world, process, thread, mutex, .. } = contended();
    let again = world.thread(process);
    let wait = world.blocked(again, acquire(mutex, 0, None));
    assert!(world.kernel.choices().is_empty());
    world.ok(thread, release(mutex, 0, 1));
    assert_eq!(world.step(Step::Grant(wait)), [granted(again, wait, 1, None)]);
}

#[test]
fn tim_05_kmx_16_inv_87_a_timeout_gives_nothing() {
    let Contended { mut world, thread, mutex, others, theirs, .. } = contended();
    let wait = world.blocked(others[0], acquire2(theirs, 0, Some(-1), 2));
    let before = world.mutex();
    let timed_out = ended(others[0], wait, NtStatus::TIMEOUT, rule::TIM_05);
    assert_eq!(world.step(Step::Timeout(wait)), std::slice::from_ref(&timed_out));
    assert_eq!(world.mutex(), before);
    // In the same moment as the release: both are enabled, and the mutex is left free.
    assert_eq!(world.blocked(others[0], acquire(theirs, 0, Some(-1))), wait);
    world.ok(thread, release(mutex, 0, 3));
    assert_eq!(world.kernel.choices(), [Step::Timeout(wait), Step::Grant(wait)]);
    assert_eq!(world.step(Step::Timeout(wait)), [timed_out]);
    assert_eq!(world.holder(), MutexHolder::Free);
    assert_eq!(world.take(others[1], theirs, 0), 3);
    let unlimited = world.blocked(others[0], acquire(theirs, 0, None));
    let step = Step::Timeout(unlimited);
    assert_eq!(world.misuse(Event::Step(step.clone())), kmt_core::Misuse::StepNotEnabled(step));
}

#[test]
fn kmx_16_an_absolute_time_that_has_passed_tests_once() {
    let Contended { mut world, thread, mutex, others, theirs, .. } = contended();
    let request = || acquire(theirs, 0, Some(1));
    let timed_out = Answer::Complete(not_taken(NtStatus::TIMEOUT, rule::TIM_05));
    assert_eq!(world.picked(others[0], request(), Pick::DeadlinePassed), timed_out);
    world.ok(thread, release(mutex, 0, 2));
    for pick in [Pick::DeadlinePassed, Pick::DeadlineAhead] {
        assert_eq!(world.picked(others[0], request(), pick), taken(2), "available at entry");
        world.ok(others[0], release(theirs, 0, 2));
    }
    assert_eq!(world.kernel.picks(others[0], &acquire(theirs, 0, Some(0))), Ok(vec![Pick::Only]));
    assert_eq!(world.kernel.picks(others[0], &acquire(theirs, 0, None)), Ok(vec![Pick::Only]));
    assert_eq!(world.kernel.picks(others[0], &acquire2(theirs, 0, Some(-1), 0)), Ok(vec![Pick::Only]));
}

#[test]
fn kmx_33_kmx_30_inv_84_inv_86_abandonment_ends_every_wait() {
    let Contended { mut world, process, thread, mutex, shared, others, theirs, .. } = contended();
    let helper = world.thread(process);
    let second = world.open_mutex(thread, shared);
    let waits = [
        world.blocked(others[0], acquire(theirs, 1, None)),
        world.blocked(helper, acquire(second, 0, Some(-9))),
        world.blocked(others[1], acquire2(theirs, 0, None, 2)),
    ];
    // A number of a wait that comes back says nothing about the order.
    world.incident(Incident::EndThread(others[0]));
    let late = world.blocked(others[2], acquire(theirs, 0, None));
    assert_eq!(late, waits[0]);
    let effects = world.call(thread, destroy(mutex)).effects;
    let abandoned = |thread, wait| ended(thread, wait, NtStatus::ABANDONED, rule::KMX_33);
    assert_eq!(
        effects,
        [abandoned(helper, waits[1]), abandoned(others[1], waits[2]), abandoned(others[2], late)]
    );
    assert_eq!(world.kernel.waits().count(), 0);
}

#[test]
fn kmx_35_lif_07_destroying_a_handle_ends_the_waits_through_it() {
    let Contended { mut world, process, thread, mutex, shared, others, theirs, .. } = contended();
    let sibling = world.open_mutex(others[0], shared);
    let through = world.blocked(others[0], acquire(theirs, 1, None));
    let beside = world.blocked(others[1], acquire(sibling, 1, None));
    let effects = world.call(others[2], destroy(theirs)).effects;
    assert_eq!(effects, [closed(others[0], through)]);
    assert_eq!(world.kernel.waits().map(|wait| wait.id).collect::<Vec<_>>(), [beside]);
    // Also when the same destroy abandons the mutex, and in order of creation among the others.
    let helper = world.thread(process);
    let own = world.blocked(helper, acquire(mutex, 0, None));
    let effects = world.call(thread, destroy(mutex)).effects;
    let abandoned = ended(others[1], beside, NtStatus::ABANDONED, rule::KMX_33);
    assert_eq!(effects, [abandoned, closed(helper, own)]);
}

#[test]
fn kmx_35_the_last_handle_takes_the_mutex_and_its_waits_along() {
    let mut world = World::new();
    let (process, thread) = world.process();
    let (mutex, _) = world.create_mutex(thread, 0);
    let waiter = world.thread(process);
    let wait = world.blocked(waiter, acquire(mutex, 1, None));
    assert_eq!(world.call(thread, destroy(mutex)).effects, [closed(waiter, wait)]);
    assert_eq!((world.kernel.keyed_mutexes().count(), world.kernel.waits().count()), (0, 0));
}

#[test]
fn kmx_36_kmx_23_the_end_of_a_waiting_thread_or_process_takes_nothing() {
    let Contended { mut world, thread, mutex, shared, other, others, theirs, .. } = contended();
    let (third, watcher) = world.process();
    let open = world.open_mutex(watcher, shared);
    let stays = world.blocked(watcher, acquire(open, 0, None));
    world.blocked(others[0], acquire(theirs, 0, None));
    world.blocked(others[1], acquire(theirs, 0, Some(-1)));
    world.ok(thread, release(mutex, 0, 1));
    let before = world.mutex();
    let effects = world.incident(Incident::EndThread(others[0]));
    assert_eq!(effects, [Effect::ThreadEnded { thread: others[0] }]);
    let effects = world.incident(Incident::KillProcess(other));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Resume { .. })), "{effects:?}");
    let after = world.mutex();
    assert_eq!((after.key, after.holder, after.handles), (before.key, before.holder, before.handles - 1));
    assert_eq!(world.kernel.choices(), [Step::Grant(stays)]);
    assert_eq!(world.step(Step::Grant(stays)), [granted(watcher, stays, 1, None)]);
    assert_eq!(world.holder(), owned(third, open));
}

#[test]
fn kmx_31_kmx_33_the_end_of_the_owner_resumes_others_and_nobody_of_its_own() {
    let Contended { mut world, process, thread, mutex, others, theirs, .. } = contended();
    let (second, second_shared) = world.create_mutex(thread, 0);
    world.take(thread, second, 0);
    let theirs_too = world.open_mutex(others[0], second_shared);
    let late = world.blocked(others[1], acquire(theirs_too, 0, None));
    let later = world.blocked(others[0], acquire(theirs, 0, None));
    let helper = world.thread(process);
    world.blocked(helper, acquire(mutex, 0, None));
    let effects = world.call(thread, Request::ExitProcess).effects;
    let abandoned = |thread, wait| ended(thread, wait, NtStatus::ABANDONED, rule::KMX_33);
    assert_eq!(
        effects,
        [
            abandoned(others[1], late),
            abandoned(others[0], later),
            Effect::ThreadEnded { thread },
            Effect::ThreadEnded { thread: helper },
            Effect::ProcessEnded { process },
        ]
    );
    assert!(world.kernel.keyed_mutexes().all(|mutex| mutex.holder == MutexHolder::Abandoned));
}

#[test]
fn kmx_24_a_wait_that_asked_for_no_data_gets_none() {
    let Contended { mut world, thread, mutex, others, theirs, .. } = contended();
    let wait = world.blocked(others[0], acquire2(theirs, 1, None, 0));
    world.ok(thread, release2(mutex, 1, 0, PrivateData::NONE));
    assert_eq!(world.step(Step::Grant(wait)), [granted(others[0], wait, 0, None)]);
    let Effect::Resume { result, .. } = granted(others[0], wait, 0, None) else { unreachable!() };
    assert_eq!((result.status(), result.rule()), (NtStatus::SUCCESS, Some(rule::KMX_22)));
}

#[test]
fn inv_38_inv_42_the_same_situation_is_the_same_kernel_whatever_happened_before() {
    let Contended { mut world, thread, mutex, others, theirs, .. } = contended();
    let first = world.blocked(others[0], acquire(theirs, 1, None));
    let direct = world.kernel.clone();
    // A second wait comes and goes, and the first one is made again.
    let second = world.blocked(others[1], acquire(theirs, 2, Some(-1)));
    assert_ne!(world.kernel, direct);
    world.step(Step::Timeout(second));
    assert_eq!(world.kernel, direct);
    world.ok(thread, release(mutex, 1, 0));
    world.step(Step::Grant(first));
    world.ok(others[0], release(theirs, 0, 0));
    world.take(thread, mutex, 0);
    let again = world.blocked(others[0], acquire(theirs, 1, None));
    assert_eq!((again, &world.kernel), (first, &direct));
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    let build = BuildHasherDefault::<DefaultHasher>::default();
    assert_eq!(build.hash_one(&world.kernel), build.hash_one(&direct));
}
