//! Rules about acquires of keyed mutexes that wait, and how the waits end.

mod common;

use common::{Machine, local};
use kmt_model::action::{Action, BufferOperand, Call, DataOperand, GlobalOperand, Incident, Step, Timeout};
use kmt_model::limits::Limits;
use kmt_model::observation::{Effect, Ending, Output, Refusal, Verdict};
use kmt_model::rules::enabled_steps;
use kmt_model::state::{
    GlobalName, KeyedMutexName, Limit, LocalName, PrivateData, ProcessName, ThreadName, Wait, WaitTarget,
};

const NAME: KeyedMutexName = KeyedMutexName(0);
const OWN: LocalName = LocalName(0);
const TIMED_OUT: Verdict = Verdict::Ended { how: Ending::TimedOut };
const ABANDONED: Verdict = Verdict::Ended { how: Ending::AbandonedWhileWaiting };
const LIMIT: Timeout = Timeout::Relative(10);

/// A machine with three processes of one thread each and a keyed mutex that the first owns; each has the
/// handle [`OWN`] to it.
fn owned() -> (Machine, [ThreadName; 3]) {
    let mut machine = Machine::new(Limits::default());
    let threads = [(); 3].map(|()| machine.process().1);
    machine.call(threads[0], Call::CreateKeyedMutex { initial: 1 });
    for thread in &threads[1..] {
        machine.call(*thread, Call::OpenKeyedMutex { shared: GlobalOperand::Named(GlobalName(0)) });
    }
    machine.call(threads[0], acquire(1, Timeout::Zero));
    (machine, threads)
}

fn acquire(key: u64, timeout: Timeout) -> Call {
    Call::AcquireKeyedMutex { mutex: local(OWN), key, timeout }
}

fn release(key: u64) -> Call {
    Call::ReleaseKeyedMutex { mutex: local(OWN), key, fence: 5 }
}

fn block(machine: &mut Machine, thread: ThreadName, key: u64, timeout: Timeout) {
    assert_eq!(machine.verdict(thread, acquire(key, timeout)), Verdict::Blocked);
}

fn resumed(thread: ThreadName, verdict: Verdict) -> Effect {
    Effect::Resumed { thread, verdict }
}

fn acquired(fence: u64) -> Verdict {
    Verdict::Done(Output::Acquired { fence, data: None })
}

fn owner(machine: &Machine) -> Option<(ProcessName, LocalName)> {
    machine.state.keyed_mutex(NAME).expect("the mutex lives").owner
}

#[test]
fn kmx_11_kmx_14_kmx_15_an_owned_mutex_is_waited_for_and_the_limit_is_kept() {
    for (timeout, limited) in [
        (Timeout::Unlimited, Limit::None),
        (Timeout::Relative(10), Limit::Relative(10)),
        (Timeout::AbsoluteAhead(99), Limit::Absolute(99)),
    ] {
        let (mut machine, [_, thread, _]) = owned();
        block(&mut machine, thread, 2, timeout);
        let target = WaitTarget::KeyedMutex { handle: OWN, mutex: NAME, key: 2, wants_data: false };
        let wait = Wait { thread: Some(thread), process: ProcessName(2), target, limited };
        assert_eq!(machine.state.waits, [wait]);
        // A blocked thread makes no calls.
        machine.impossible(Action::Call(thread, Call::ExitProcess));
    }
}

#[test]
fn kmx_13_the_owning_handle_waits_like_any_other() {
    let (mut machine, [thread, ..]) = owned();
    assert_eq!(machine.verdict(thread, acquire(1, Timeout::Zero)), TIMED_OUT);
    block(&mut machine, thread, 1, LIMIT);
    assert_eq!(machine.step(Step::Timeout(thread)).effects, [resumed(thread, TIMED_OUT)]);
    machine.call(thread, release(1));
}

#[test]
fn kmx_16_tim_05_availability_comes_before_the_timeout() {
    for timeout in [Timeout::Zero, Timeout::AbsolutePassed(1), Timeout::Unlimited, LIMIT] {
        let (mut machine, [first, second, _]) = owned();
        let at_once = matches!(timeout, Timeout::Zero | Timeout::AbsolutePassed(_));
        let expected = if at_once { TIMED_OUT } else { Verdict::Blocked };
        assert_eq!(machine.verdict(second, acquire(1, timeout)), expected);
        let (mut machine, _) = owned();
        machine.call(first, release(1));
        assert_eq!(machine.verdict(second, acquire(1, timeout)), acquired(5));
    }
}

#[test]
fn kmx_19_kmx_23_tim_02_tim_04_a_limit_may_be_reached_at_any_time_and_takes_nothing() {
    let (mut machine, [first, second, third]) = owned();
    block(&mut machine, second, 1, Timeout::AbsoluteAhead(1000));
    block(&mut machine, third, 1, LIMIT);
    let both = [Step::Timeout(second), Step::Timeout(third)];
    assert_eq!(enabled_steps(&machine.state), both);
    machine.call(first, release(1));
    // T14 before T15, each in order of creation of the waits.
    let grants = [Step::Grant(second), Step::Grant(third)];
    assert_eq!(enabled_steps(&machine.state), both.into_iter().chain(grants).collect::<Vec<_>>());
    let before = machine.state.keyed_mutexes.clone();
    assert_eq!(machine.step(both[0]).effects, [resumed(second, TIMED_OUT)]);
    assert_eq!(machine.state.keyed_mutexes, before);
    assert_eq!(machine.step(grants[1]).effects, [resumed(third, acquired(5))]);
}

#[test]
fn kmx_22_kmx_23_any_waiter_or_a_newcomer_takes_and_the_others_wait() {
    let release_to_two = || {
        let (mut machine, threads) = owned();
        block(&mut machine, threads[1], 2, LIMIT);
        block(&mut machine, threads[2], 2, Timeout::Unlimited);
        let released = machine.call(threads[0], release(2));
        // Nobody takes it in the release itself.
        assert_eq!((released.effects, owner(&machine)), (vec![], None));
        (machine, threads)
    };
    for winner in [1, 2] {
        let (mut machine, threads) = release_to_two();
        let granted = machine.step(Step::Grant(threads[winner]));
        assert_eq!(granted.effects, [resumed(threads[winner], acquired(5))]);
        assert_eq!(owner(&machine), Some((ProcessName(threads[winner].0), OWN)));
        assert_eq!(machine.state.waits.len(), 1);
        machine.impossible(Action::Step(Step::Grant(threads[3 - winner])));
    }
    let (mut machine, threads) = release_to_two();
    let waits = machine.state.waits.clone();
    assert_eq!(machine.verdict(threads[0], acquire(2, Timeout::Zero)), acquired(5));
    assert_eq!(machine.state.waits, waits);
    machine.call(threads[0], release(3));
    assert_eq!(enabled_steps(&machine.state), [Step::Timeout(threads[1])]);
}

#[test]
fn kmx_28_a_grant_fills_the_buffer_with_what_was_stored_last() {
    let (mut machine, [first, second, _]) = owned();
    let store = |content| Call::ReleaseKeyedMutex2 {
        mutex: local(OWN),
        key: 1,
        fence: 5,
        data: DataOperand::Bytes { size: 8, content },
    };
    machine.call(first, store(1));
    machine.call(first, acquire(1, Timeout::Zero));
    let buffer = BufferOperand::Bytes { size: 8 };
    let read = Call::AcquireKeyedMutex2 { mutex: local(OWN), key: 1, timeout: LIMIT, buffer };
    assert_eq!(machine.verdict(second, read), Verdict::Blocked);
    machine.call(first, store(2));
    let data = Some(PrivateData { size: 8, content: 2 });
    let verdict = Verdict::Done(Output::Acquired { fence: 5, data });
    assert_eq!(machine.step(Step::Grant(second)).effects, [resumed(second, verdict)]);
}

#[test]
fn kmx_33_abandonment_ends_every_wait_in_order_of_creation() {
    for killed in [false, true] {
        let (mut machine, [first, second, third]) = owned();
        block(&mut machine, third, 9, LIMIT);
        block(&mut machine, second, 1, Timeout::Unlimited);
        let observation = if killed {
            machine.incident(Incident::KillProcess(ProcessName(1)))
        } else {
            machine.call(first, Call::DestroyKeyedMutex { mutex: local(OWN) })
        };
        let expected = [third, second].map(|thread| resumed(thread, ABANDONED));
        assert_eq!(observation.effects[..2], expected);
        assert_eq!(observation.effects.len(), if killed { 4 } else { 2 });
        assert_eq!(machine.state.waits, []);
    }
}

#[test]
fn kmx_35_lif_07_destroying_a_handle_ends_the_waits_through_it_only() {
    let (mut machine, [first, second, third]) = owned();
    let sibling = machine.thread(ProcessName(2));
    block(&mut machine, second, 1, LIMIT);
    block(&mut machine, third, 1, LIMIT);
    let destroyed = machine.call(sibling, Call::DestroyKeyedMutex { mutex: local(OWN) });
    let refused = Verdict::Refused(Refusal::DestroyedWhileWaiting);
    assert_eq!(destroyed.effects, [resumed(second, refused.clone())]);
    assert_eq!(machine.state.waits.len(), 1);
    // The owning handle, through which a sibling waits: KMX-35 for it, KMX-33 for the others.
    let waiter = machine.thread(ProcessName(1));
    block(&mut machine, waiter, 1, LIMIT);
    let abandoned = machine.call(first, Call::DestroyKeyedMutex { mutex: local(OWN) });
    assert_eq!(abandoned.effects, [resumed(third, ABANDONED), resumed(waiter, refused)]);
}

#[test]
fn kmx_36_trd_12_a_waiter_that_ends_takes_nothing_and_reports_nothing() {
    for killed in [false, true] {
        let (mut machine, [first, second, third]) = owned();
        block(&mut machine, second, 1, LIMIT);
        block(&mut machine, third, 1, LIMIT);
        machine.call(first, release(1));
        let ended = if killed {
            machine.incident(Incident::KillProcess(ProcessName(2)))
        } else {
            machine.incident(Incident::EndThread(second))
        };
        assert_eq!(ended.effects[0], Effect::ThreadEnded(second));
        assert_eq!(owner(&machine), None);
        assert_eq!(machine.state.waits.len(), 1);
        machine.step(Step::Grant(third));
        // KMX-12: the mutex of an ended thread is still owned.
        machine.incident(Incident::EndThread(third));
        assert_eq!(owner(&machine), Some((ProcessName(3), OWN)));
    }
}

#[test]
fn kmx_31_kmx_36_the_own_waits_of_a_process_are_removed_before_it_abandons() {
    let (mut machine, [first, second, _]) = owned();
    let sibling = machine.thread(ProcessName(1));
    block(&mut machine, sibling, 1, LIMIT);
    block(&mut machine, second, 1, LIMIT);
    let ended = machine.call(first, Call::ExitProcess);
    let expected = [
        resumed(second, ABANDONED),
        Effect::ThreadEnded(first),
        Effect::ThreadEnded(sibling),
        Effect::ProcessEnded(ProcessName(1)),
    ];
    assert_eq!(ended.effects, expected);
}

#[test]
fn kmx_32_kmx_33_tim_05_endings_name_their_rules() {
    assert_eq!((Ending::TimedOut.rule(), Ending::Abandoned.rule()), ("TIM-05", "KMX-32"));
    assert_eq!(Ending::AbandonedWhileWaiting.rule(), "KMX-33");
}
