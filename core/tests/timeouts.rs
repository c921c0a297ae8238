//! Virtual time: when a blocked call is due in a simulator.

mod common;

use common::World;
use common::mutex::{acquire, destroy, ended, not_taken, release};
use common::sync::{set, timed_out, wait_event};
use kmt_core::{
    Answer, Effect, Event, FirstEnabled, Incident, Kernel, LocalHandle, Misuse, NtStatus, Recorder, Replay,
    Seeded, Simulator, Step, ThreadId, WaitId, rule,
};

/// A kernel with an owned mutex, the thread that owns it, two others of its process, and the handle.
fn owned() -> (Kernel, [ThreadId; 3], LocalHandle) {
    let mut world = World::new();
    let (process, thread) = world.process();
    let threads = [thread, world.thread(process), world.thread(process)];
    let (mutex, _) = world.create_mutex(thread, 0);
    world.take(thread, mutex, 0);
    (world.kernel, threads, mutex)
}

fn simulator(clock: u64) -> (Simulator, [ThreadId; 3], LocalHandle) {
    let (kernel, threads, mutex) = owned();
    (Simulator::with_clock(kernel, FirstEnabled, clock), threads, mutex)
}

fn call<C: kmt_core::Choose>(
    simulator: &mut Simulator<C>,
    thread: ThreadId,
    request: kmt_core::Request,
) -> Answer {
    simulator.handle(common::call(thread, request)).expect("no misuse")
}

fn wait(answer: &Answer) -> WaitId {
    match answer {
        Answer::Pending(wait) => *wait,
        answer => panic!("not blocked: {answer:?}"),
    }
}

/// What becomes of an acquire of an owned mutex.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    TimesOutAtOnce,
    TimesOutAt(u64),
    Never,
}

#[test]
fn tim_01_kmx_14_kmx_15_kmx_16_inv_88_when_each_timeout_is_due() {
    use Fate::{Never, TimesOutAt, TimesOutAtOnce};
    const MAX: u64 = u64::MAX;
    const FAR: u64 = i64::MAX as u64;
    for (clock, offset, timeout, fate) in [
        (0, 0, None, Never),
        (0, i64::MAX, None, Never),
        (MAX, i64::MIN, None, Never),
        (0, 0, Some(0), TimesOutAtOnce),
        (MAX, i64::MIN, Some(0), TimesOutAtOnce),
        // Relative: the offset has no influence.
        (0, 0, Some(-1), TimesOutAt(1)),
        (0, i64::MAX, Some(-1), TimesOutAt(1)),
        (7, i64::MIN, Some(-100), TimesOutAt(107)),
        (0, 0, Some(i64::MIN), TimesOutAt(1 << 63)),
        (FAR, 0, Some(i64::MIN), TimesOutAt(MAX)),
        (FAR + 1, 0, Some(i64::MIN), Never),
        (MAX - 1, 0, Some(-1), TimesOutAt(MAX)),
        (MAX - 1, 0, Some(-2), Never),
        (MAX, 0, Some(-1), Never),
        (MAX, 0, Some(i64::MIN), Never),
        // Absolute: compared with clock plus offset.
        (0, 0, Some(1), TimesOutAt(1)),
        (1, 0, Some(1), TimesOutAtOnce),
        (2, 0, Some(1), TimesOutAtOnce),
        (0, 1, Some(1), TimesOutAtOnce),
        (5, -5, Some(1), TimesOutAt(6)),
        (0, -5, Some(1), TimesOutAt(6)),
        (0, 0, Some(i64::MAX), TimesOutAt(FAR)),
        (FAR - 1, 0, Some(i64::MAX), TimesOutAt(FAR)),
        (0, i64::MAX, Some(i64::MAX), TimesOutAtOnce),
        (0, i64::MIN, Some(i64::MAX), TimesOutAt(MAX)),
        (0, i64::MIN, Some(1), TimesOutAt(FAR + 2)),
        (MAX, 0, Some(i64::MAX), TimesOutAtOnce),
        (MAX, i64::MIN, Some(i64::MAX), TimesOutAtOnce),
        (MAX - 1, i64::MIN, Some(i64::MAX), TimesOutAt(MAX)),
        (MAX, i64::MAX, Some(i64::MAX), TimesOutAtOnce),
    ] {
        let (mut simulator, threads, mutex) = simulator(clock);
        simulator.set_system_time_offset(offset);
        let answer = call(&mut simulator, threads[1], acquire(mutex, 0, timeout));
        let found = if answer == Answer::Complete(not_taken(NtStatus::TIMEOUT, rule::TIM_05)) {
            TimesOutAtOnce
        } else {
            let wait = wait(&answer);
            assert_eq!(simulator.settle(), Ok(0));
            assert_eq!(simulator.clock(), clock);
            let due = simulator.next_deadline();
            let steps = simulator.run_to_rest().unwrap();
            let effects = simulator.take_effects();
            if steps == 0 {
                assert_eq!((effects.len(), simulator.clock(), due), (0, clock, None));
                Never
            } else {
                assert_eq!(effects, [ended(threads[1], wait, NtStatus::TIMEOUT, rule::TIM_05)]);
                assert_eq!(due, Some(simulator.clock()));
                TimesOutAt(simulator.clock())
            }
        };
        assert_eq!(found, fate, "clock {clock}, offset {offset}, timeout {timeout:?}");
    }
}

#[test]
fn tim_02_the_clock_moves_only_when_nothing_is_enabled_and_exactly_to_the_next_due_time() {
    let (mut simulator, threads, mutex) = simulator(100);
    let late = wait(&call(&mut simulator, threads[1], acquire(mutex, 0, Some(-50))));
    let early = wait(&call(&mut simulator, threads[2], acquire(mutex, 0, Some(-20))));
    assert_eq!((simulator.settle(), simulator.clock()), (Ok(0), 100));
    assert_eq!(simulator.next_deadline(), Some(120));
    assert_eq!(simulator.advance_to_next_deadline(), Some(120));
    assert_eq!(simulator.advance_to_next_deadline(), None, "a timeout is due");
    assert_eq!(simulator.clock(), 120);
    assert_eq!(simulator.settle(), Ok(1));
    assert_eq!(simulator.take_effects(), [ended(threads[2], early, NtStatus::TIMEOUT, rule::TIM_05)]);
    call(&mut simulator, threads[0], release(mutex, 0, 0));
    assert_eq!(simulator.advance_to_next_deadline(), None, "a grant is enabled");
    assert_eq!(simulator.run_to_rest(), Ok(1));
    assert_eq!(simulator.clock(), 120, "the wait with the later deadline {late:?} was granted");
    assert_eq!((simulator.next_deadline(), simulator.advance_to_next_deadline()), (None, None));
}

#[test]
fn tim_05_kmx_16_a_grant_goes_before_a_timeout_at_the_same_moment() {
    fn run<C: kmt_core::Choose>(choose: C) {
        let (kernel, threads, mutex) = owned();
        let mut simulator = Simulator::new(kernel, choose);
        let first = wait(&call(&mut simulator, threads[1], acquire(mutex, 0, Some(-10))));
        let second = wait(&call(&mut simulator, threads[2], acquire(mutex, 1, Some(-10))));
        assert_eq!(simulator.advance_to_next_deadline(), Some(10));
        call(&mut simulator, threads[0], release(mutex, 0, 3));
        assert_eq!(simulator.settle(), Ok(2));
        let effects = simulator.take_effects();
        let [Effect::Resume { wait, result, .. }, timeout] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        assert_eq!((*wait, result.status()), (first, NtStatus::SUCCESS));
        assert_eq!(*timeout, ended(threads[2], second, NtStatus::TIMEOUT, rule::TIM_05));
    }
    run(FirstEnabled);
    (0..8).for_each(|seed| run(Seeded::new(seed)));
}

#[test]
fn kmx_15_an_absolute_limit_follows_the_system_time_and_a_relative_one_does_not() {
    let (mut simulator, threads, mutex) = simulator(1000);
    let relative = wait(&call(&mut simulator, threads[1], acquire(mutex, 0, Some(-500))));
    let absolute = wait(&call(&mut simulator, threads[2], acquire(mutex, 0, Some(1400))));
    assert_eq!(simulator.next_deadline(), Some(1400));
    simulator.set_system_time_offset(-200);
    assert_eq!((simulator.clock(), simulator.next_deadline()), (1000, Some(1500)));
    simulator.set_system_time_offset(399);
    assert_eq!((simulator.settle(), simulator.next_deadline()), (Ok(0), Some(1001)));
    simulator.set_system_time_offset(400);
    assert_eq!((simulator.clock(), simulator.next_deadline()), (1000, Some(1000)));
    assert_eq!(simulator.settle(), Ok(1), "setting the offset made it due");
    assert_eq!(simulator.take_effects(), [ended(threads[2], absolute, NtStatus::TIMEOUT, rule::TIM_05)]);
    assert_eq!(simulator.run_to_rest(), Ok(1));
    assert_eq!((simulator.clock(), simulator.system_time_offset()), (1500, 400));
    assert_eq!(simulator.take_effects(), [ended(threads[1], relative, NtStatus::TIMEOUT, rule::TIM_05)]);
}

#[test]
fn kmx_15_kmx_23_losing_to_a_newcomer_does_not_extend_a_deadline() {
    let (mut simulator, threads, mutex) = simulator(0);
    let loser = wait(&call(&mut simulator, threads[1], acquire(mutex, 0, Some(-100))));
    call(&mut simulator, threads[2], acquire(mutex, 9, Some(-40)));
    assert_eq!(simulator.advance_to_next_deadline(), Some(40));
    assert_eq!(simulator.settle(), Ok(1));
    call(&mut simulator, threads[0], release(mutex, 0, 0));
    call(&mut simulator, threads[0], acquire(mutex, 0, None));
    assert_eq!(simulator.run_to_rest(), Ok(1));
    assert_eq!(simulator.clock(), 100);
    assert_eq!(simulator.take_effects()[1], ended(threads[1], loser, NtStatus::TIMEOUT, rule::TIM_05));
}

#[test]
fn tim_04_inv_88_the_kernel_lets_any_limit_be_reached_and_the_simulator_only_a_due_one() {
    let (mut simulator, threads, mutex) = simulator(0);
    let wait = wait(&call(&mut simulator, threads[1], acquire(mutex, 0, Some(-100))));
    let step = Step::Timeout(wait);
    assert_eq!(simulator.kernel().choices(), std::slice::from_ref(&step));
    assert_eq!(simulator.handle(Event::Step(step.clone())), Err(Misuse::StepNotEnabled(step.clone())));
    assert!(simulator.kernel().clone().handle(Event::Step(step.clone())).is_ok());
    simulator.advance_to_next_deadline();
    assert!(simulator.handle(Event::Step(step)).is_ok());
}

#[test]
fn kmx_36_an_ended_wait_is_due_no_more() {
    let (mut simulator, threads, mutex) = simulator(0);
    call(&mut simulator, threads[1], acquire(mutex, 0, Some(-10)));
    simulator.handle(Event::Incident(Incident::EndThread(threads[1]))).unwrap();
    assert_eq!(simulator.next_deadline(), None);
    // The number of the wait comes back, with another limit.
    call(&mut simulator, threads[2], acquire(mutex, 0, Some(-30)));
    assert_eq!(simulator.next_deadline(), Some(30));
    call(&mut simulator, threads[0], destroy(mutex));
    assert_eq!((simulator.next_deadline(), simulator.run_to_rest()), (None, Ok(0)));
    assert_eq!(simulator.clock(), 0);
}

#[test]
fn tim_01_a_kernel_that_already_waits_gets_its_deadlines_from_the_start() {
    let (mut kernel, threads, mutex) = owned();
    kernel.handle(common::call(threads[1], acquire(mutex, 0, Some(-10)))).unwrap();
    let mut simulator = Simulator::with_clock(kernel, FirstEnabled, 50);
    assert_eq!(simulator.next_deadline(), Some(60));
    assert_eq!(simulator.run_to_rest(), Ok(1));
}

#[test]
fn inv_93_a_recording_with_timeouts_replays() {
    let (kernel, threads, mutex) = owned();
    let mut recorded = Simulator::new(kernel.clone(), Recorder::new(Seeded::new(1)));
    let events = |simulator: &mut dyn FnMut(Event)| {
        simulator(common::call(threads[1], acquire(mutex, 0, Some(-10))));
        simulator(common::call(threads[2], acquire(mutex, 1, Some(10))));
    };
    events(&mut |event| drop(recorded.handle(event)));
    assert_eq!(recorded.run_to_rest(), Ok(2));
    let (end, recorder) = recorded.into_parts();
    let mut replayed = Simulator::new(kernel, Replay::new(recorder.into_steps()));
    events(&mut |event| drop(replayed.handle(event)));
    assert_eq!(replayed.run_to_rest(), Ok(2));
    assert_eq!(*replayed.kernel(), end);
}

#[test]
fn kmx_22_the_default_policy_grants_to_whoever_has_waited_longest() {
    let mut world = World::new();
    let (process, thread) = world.process();
    let (mutex, _) = world.create_mutex(thread, 0);
    world.take(thread, mutex, 0);
    let threads: Vec<_> = (0..20).map(|_| world.thread(process)).collect();
    let mut simulator = Simulator::new(world.kernel, FirstEnabled);
    for thread in &threads {
        call(&mut simulator, *thread, acquire(mutex, 0, None));
    }
    let mut holder = thread;
    for expected in threads {
        call(&mut simulator, holder, release(mutex, 0, 0));
        assert_eq!(simulator.settle(), Ok(1));
        let effects = simulator.take_effects();
        let [Effect::Resume { thread, .. }] = effects.as_slice() else { panic!("{effects:?}") };
        assert_eq!(*thread, expected);
        holder = expected;
    }
}

#[test]
fn tim_05_kmx_15_a_wait_for_an_event_is_due_like_any_other() {
    let mut world = World::new();
    let (process, thread) = world.process();
    let threads = [(); 3].map(|()| world.thread(process));
    let event = world.new_event(thread, false);
    let mut simulator = Simulator::with_clock(world.kernel, FirstEnabled, 100);
    let relative = wait(&call(&mut simulator, threads[0], wait_event(event, Some(-50))));
    let absolute = wait(&call(&mut simulator, threads[1], wait_event(event, Some(120))));
    let unlimited = wait(&call(&mut simulator, threads[2], wait_event(event, None)));
    let passed = call(&mut simulator, thread, wait_event(event, Some(100)));
    assert_eq!(passed, Answer::Complete(timed_out()));
    assert_eq!((simulator.settle(), simulator.next_deadline()), (Ok(0), Some(120)));
    assert_eq!(simulator.run_to_rest(), Ok(2));
    let ended: Vec<_> = simulator
        .take_effects()
        .into_iter()
        .map(|effect| match effect {
            Effect::Resume { wait, result, .. } => (wait, result.status()),
            effect => panic!("{effect:?}"),
        })
        .collect();
    assert_eq!(ended, [(absolute, NtStatus::TIMEOUT), (relative, NtStatus::TIMEOUT)]);
    assert_eq!(simulator.clock(), 150);
    call(&mut simulator, thread, set(event));
    assert!(
        matches!(simulator.take_effects().as_slice(), [Effect::Resume { wait, .. }] if *wait == unlimited)
    );
}
