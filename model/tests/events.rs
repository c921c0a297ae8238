//! Rules about events: rights, kinds, waiters, limits, and what keeps an event.

mod common;

use common::{DEAD, Machine, NOBODY, copy_of, nt, resumed};
use kmt_model::action::{Action, Call, Duplicate, Incident, NtOperand, Released, Step, Timeout};
use kmt_model::limits::Limits;
use kmt_model::observation::{Effect, Ending, Output, Refusal, Verdict};
use kmt_model::rules::{EVENT_ALL_ACCESS, enabled_steps, options};
use kmt_model::state::{NtName, NtObject, ProcessName, ThreadName};

const TAKEN: Verdict = Verdict::Done(Output::EventTaken);
const TIMED_OUT: Verdict = Verdict::Ended { how: Ending::TimedOut };

/// A process with four threads, a manual-reset event as handle 0 and an auto-reset event as handle 1.
fn machine() -> (Machine, [ThreadName; 4]) {
    let mut machine = Machine::new(Limits::default());
    let (process, first) = machine.process();
    let others = [(); 3].map(|()| machine.thread(process));
    machine.event(first, true);
    machine.event(first, false);
    (machine, [first, others[0], others[1], others[2]])
}

const MANUAL: NtName = NtName(0);
const AUTO: NtName = NtName(1);

fn set(event: NtName) -> Call {
    Call::SetEvent { event: nt(event), released: NOBODY }
}

fn wait(event: NtName, timeout: Timeout) -> Call {
    Call::WaitForEvent { event: nt(event), timeout }
}

/// A duplicate within the process with this mask.
fn narrowed(machine: &mut Machine, thread: ThreadName, source: NtName, desired_access: u32) -> NtName {
    let duplicate = Duplicate { same_access: false, desired_access, ..copy_of(source) };
    machine.duplicate(thread, duplicate)
}

#[test]
fn evt_03_evt_04_nth_05_a_new_event_has_a_handle_with_all_rights() {
    let (mut machine, [thread, ..]) = machine();
    assert_eq!(machine.nt(ProcessName(1), MANUAL).access, EVENT_ALL_ACCESS);
    assert!(!machine.is_set(machine.state.events[0].name));
    machine.call(thread, Call::CreateEvent { manual_reset: false, set: true });
    assert!(machine.is_set(machine.state.events[2].name));
    let create = Call::CreateEvent { manual_reset: true, set: false };
    machine.state.limits.nt_objects = 3;
    machine.refuse(thread, create, Refusal::NoMemoryForEvent);
    machine.state.limits.nt_handles = 3;
    machine.refuse(thread, create, Refusal::TooManyNtHandles);
}

#[test]
fn evt_05_handles_that_are_no_event_are_refused() {
    let (mut machine, [thread, ..]) = machine();
    let process = machine.place(ProcessName(1), ProcessName(1), 0);
    let dead = DEAD.map(|kind| (NtOperand::Dead(kind), Refusal::NoSuchEvent));
    let others = [nt(process), NtOperand::Current, NtOperand::CurrentThread];
    for (event, refusal) in dead.into_iter().chain(others.map(|event| (event, Refusal::NotAnEvent))) {
        machine.refuse(thread, Call::SetEvent { event, released: NOBODY }, refusal);
        machine.refuse(thread, Call::ResetEvent { event }, refusal);
        machine.refuse(thread, Call::WaitForEvent { event, timeout: Timeout::Unlimited }, refusal);
    }
}

#[test]
fn evt_04_acc_05_acc_06_acc_07_rights_are_those_of_the_handle() {
    let (mut machine, [thread, ..]) = machine();
    let waiting = narrowed(&mut machine, thread, AUTO, 0x0010_0000);
    machine.refuse(thread, set(waiting), Refusal::EventAccess);
    machine.refuse(thread, Call::ResetEvent { event: nt(waiting) }, Refusal::EventAccess);
    let setting = narrowed(&mut machine, thread, AUTO, 0x2);
    machine.refuse(thread, wait(setting, Timeout::Zero), Refusal::EventAccess);
    machine.call(thread, set(setting));
    assert_eq!(machine.verdict(thread, wait(waiting, Timeout::Zero)), TAKEN);
    let wider = Duplicate { same_access: false, desired_access: 0x2, ..copy_of(waiting) };
    machine.refuse(thread, Call::DuplicateHandle(wider), Refusal::WiderThanSource);
    for (desired, granted) in [
        (0x1000_0000, EVENT_ALL_ACCESS),
        (0x8000_0000, 0x2_0001),
        (0x4000_0000, 0x2_0002),
        (0x2000_0000, 0x12_0000),
        (0x2000_0002, 0x12_0002),
        (0x0000_0044, 0),
        (0x0200_0000, EVENT_ALL_ACCESS),
    ] {
        let handle = narrowed(&mut machine, thread, MANUAL, desired);
        assert_eq!(machine.nt(ProcessName(1), handle).access, granted, "{desired:#x}");
    }
}

#[test]
fn evt_01_setting_a_set_event_counts_nothing() {
    let (mut machine, [thread, ..]) = machine();
    for event in [MANUAL, AUTO] {
        machine.call(thread, set(event));
        let before = machine.state.clone();
        assert_eq!(machine.call(thread, set(event)).effects, []);
        assert_eq!(machine.state, before);
        assert_eq!(machine.verdict(thread, wait(event, Timeout::Unlimited)), TAKEN);
    }
    assert_eq!(machine.verdict(thread, wait(MANUAL, Timeout::Zero)), TAKEN);
    assert_eq!(machine.verdict(thread, wait(AUTO, Timeout::Zero)), TIMED_OUT);
    machine.call(thread, Call::ResetEvent { event: nt(MANUAL) });
    assert_eq!(machine.verdict(thread, wait(MANUAL, Timeout::AbsolutePassed(9))), TIMED_OUT);
}

#[test]
fn evt_02_a_manual_reset_event_releases_every_waiter_and_stays_set() {
    let (mut machine, [first, second, third, fourth]) = machine();
    for thread in [third, second, fourth] {
        machine.block(thread, wait(MANUAL, Timeout::Unlimited));
    }
    let observation = machine.call(first, set(MANUAL));
    // By a client, so that no set is reported.
    assert_eq!(observation.effects, [third, second, fourth].map(|thread| resumed(thread, TAKEN)));
    assert!(machine.is_set(machine.state.events[0].name));
    assert_eq!(machine.state.waits, []);
}

#[test]
fn evt_02_an_auto_reset_event_releases_one_waiter_whichever() {
    let (mut machine, [first, second, third, fourth]) = machine();
    for (thread, event) in [(second, MANUAL), (third, AUTO), (fourth, AUTO)] {
        machine.block(thread, wait(event, Timeout::Unlimited));
    }
    let action = Action::Call(first, set(AUTO));
    let expected = [0b010, 0b100].map(|bits| action.releasing(Released(bits)));
    assert_eq!(options(&machine.state, &action), expected);
    for bits in [0, 0b001, 0b110, 0b1000] {
        machine.impossible(action.releasing(Released(bits)));
    }
    let released = machine.take(expected[1]);
    assert_eq!(released.effects, [resumed(fourth, TAKEN)]);
    assert!(!machine.is_set(machine.state.events[1].name));
    // One waiter is left, so nothing is open.
    assert_eq!(options(&machine.state, &action), [action]);
    machine.impossible(action.releasing(Released(0b010)));
    assert_eq!(machine.take(action).effects, [resumed(third, TAKEN)]);
    assert_eq!(machine.call(first, set(AUTO)).effects, []);
    assert!(machine.is_set(machine.state.events[1].name));
}

#[test]
fn tim_05_a_limited_wait_times_out_at_any_time() {
    let (mut machine, [first, second, ..]) = machine();
    machine.block(first, wait(AUTO, Timeout::Unlimited));
    machine.block(second, wait(AUTO, Timeout::AbsoluteAhead(5)));
    assert_eq!(enabled_steps(&machine.state), [Step::Timeout(second)]);
    assert_eq!(machine.step(Step::Timeout(second)).effects, [resumed(second, TIMED_OUT)]);
    assert_eq!(machine.state.waits.len(), 1);
}

#[test]
fn evt_06_a_wait_keeps_its_event_without_a_handle() {
    let (mut machine, [first, second, third, _]) = machine();
    let event = machine.state.events[0].name;
    machine.block(second, wait(MANUAL, Timeout::Relative(1)));
    machine.call(first, Call::CloseHandle { handle: nt(MANUAL) });
    assert_eq!(machine.state.handle_count(NtObject::Event(event)), 0);
    // The name of the handle is taken again, and does not lead to the old event.
    let (again, other) = machine.event(first, true);
    assert_eq!(again, MANUAL);
    assert_ne!(other, event);
    assert_eq!(machine.call(first, set(MANUAL)).effects, []);
    machine.step(Step::Timeout(second));
    assert_eq!(machine.state.event(event), None);
    machine.block(third, wait(AUTO, Timeout::Unlimited));
    machine.call(first, Call::CloseHandle { handle: nt(AUTO) });
    machine.incident(Incident::EndThread(third));
    assert_eq!(machine.state.events.len(), 1);
}

#[test]
fn evt_03_nth_18_lif_02_an_event_is_inherited_and_ends_with_its_last_handle() {
    let (mut machine, [thread, ..]) = machine();
    let inherit = Duplicate { inherit: true, ..copy_of(AUTO) };
    let inherited = machine.duplicate(thread, inherit);
    let (child, other, handle) = machine.child(thread, true);
    machine.block(other, wait(inherited, Timeout::Unlimited));
    assert_eq!(machine.call(thread, set(AUTO)).effects, [resumed(other, TAKEN)]);
    // NTH-10: an event is no process.
    let as_process =
        Duplicate { source_process: nt(AUTO), source_handle: NtOperand::Current, ..copy_of(AUTO) };
    machine.refuse(thread, Call::DuplicateHandle(as_process), Refusal::NotAProcess);
    let as_target = Duplicate { target_process: nt(AUTO), ..copy_of(AUTO) };
    machine.refuse(thread, Call::DuplicateHandle(as_target), Refusal::NotAProcess);
    let moved = Duplicate { target_process: nt(handle), close_source: true, ..copy_of(MANUAL) };
    machine.call(thread, Call::DuplicateHandle(moved));
    let ended = machine.incident(Incident::KillProcess(ProcessName(1)));
    assert_eq!(ended.effects.last(), Some(&Effect::ProcessEnded(ProcessName(1))));
    assert_eq!(machine.state.events.len(), 2);
    machine.incident(Incident::KillProcess(child));
    assert_eq!((machine.state.events.len(), machine.state.processes.len()), (0, 0));
}
