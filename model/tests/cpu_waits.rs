//! Rules about signals and waits of fences from the CPU.

mod common;

use common::{DEAD, Machine, NOBODY, copy_of, local, mark, nt, one, resumed, rewind, signal, two, wait};
use kmt_model::action::{
    Action, Call, DeadKind, Duplicate, Entries, Incident, LocalOperand, NtOperand, Released, SyncFlags,
    SyncInfo, Timeout,
};
use kmt_model::limits::Limits;
use kmt_model::observation::{Diagnostic, Effect, Output, Refusal, Verdict};
use kmt_model::rules::{enabled_steps, options, orphaned_waits};
use kmt_model::state::{
    AdapterKind, AdapterName, DeviceName, Execution, LocalName, LocalObject, OpeningFlags, ProcessName,
    SyncObjectName, ThreadName,
};

const ADAPTER: LocalName = LocalName(0);
const DEVICE: LocalName = LocalName(1);
const A: LocalName = LocalName(2);
const B: LocalName = LocalName(3);
const FENCE_A: SyncObjectName = SyncObjectName(0);
const FENCE_B: SyncObjectName = SyncObjectName(1);
const PROCESS: ProcessName = ProcessName(1);
const REACHED: Verdict = Verdict::Done(Output::FencesReached);
const NOTHING: Verdict = Verdict::Done(Output::Nothing);

/// A process with three threads, a device and two fences of it with the value 0.
fn machine() -> (Machine, [ThreadName; 3]) {
    let mut machine = Machine::new(Limits::default());
    machine.adapter(1, AdapterKind::Full);
    let (process, first) = machine.process();
    machine.open(first, 1);
    machine.device(first, ADAPTER);
    for _ in 0..2 {
        machine.fence(first, DEVICE, OpeningFlags::default());
    }
    let threads = [first, machine.thread(process), machine.thread(process)];
    (machine, threads)
}

fn values(machine: &Machine) -> (u64, u64) {
    (machine.value(FENCE_A), machine.value(FENCE_B))
}

fn any(call: Call) -> Call {
    let Call::WaitFromCpu { device, entries, event, released, .. } = call else { panic!("a wait") };
    Call::WaitFromCpu { device, entries, any: true, event, released }
}

#[test]
fn cpu_02_cpu_05_cpu_06_a_wait_that_holds_returns_at_once() {
    let (mut machine, [thread, other, _]) = machine();
    machine.call(thread, signal(DEVICE, one(A, 1 << 63)));
    for value in [0, 1, 1 << 63] {
        let observation = machine.take(Action::Call(other, wait(DEVICE, one(A, value), None)));
        assert_eq!(observation.verdict, REACHED);
        let diagnostic = Diagnostic::ReachedBeforeTheWait(other);
        assert_eq!(observation.effects, [Effect::Diagnostic(diagnostic)]);
    }
    machine.block(other, wait(DEVICE, one(A, u64::MAX), None));
    machine.call(thread, signal(DEVICE, one(A, u64::MAX - 1)));
    let released = machine.call(thread, signal(DEVICE, one(A, u64::MAX)));
    assert_eq!(released.effects, [resumed(other, REACHED)]);
}

#[test]
fn cpu_03_cpu_10_all_means_together_and_any_means_one() {
    let (mut machine, [thread, all, one_of]) = machine();
    machine.block(all, wait(DEVICE, two((A, 1), (B, 1)), None));
    machine.block(one_of, any(wait(DEVICE, two((A, 2), (B, 2)), None)));
    assert_eq!(machine.call(thread, signal(DEVICE, one(A, 1))).effects, []);
    machine.call(thread, rewind(DEVICE, one(A, 0)));
    assert_eq!(machine.call(thread, signal(DEVICE, one(B, 1))).effects, []);
    let both = machine.call(thread, signal(DEVICE, one(A, 2)));
    assert_eq!(both.effects, [resumed(all, REACHED), resumed(one_of, REACHED)]);
    // After a rewind a new wait is judged by the lower value.
    machine.call(thread, rewind(DEVICE, one(A, 1)));
    machine.block(all, wait(DEVICE, one(A, 2), None));
}

#[test]
fn cpu_04_cpu_16_evt_06_evt_07_a_registered_wait_sets_its_event_once() {
    let (mut machine, [thread, waiter, other]) = machine();
    let (handle, event) = machine.event(thread, false);
    for value in [2, 1] {
        let registered = machine.call(waiter, wait(DEVICE, one(A, value), Some(handle)));
        assert_eq!((registered.verdict, registered.effects), (NOTHING, vec![]));
    }
    let closed = machine.duplicate(thread, copy_of(handle));
    machine.call(thread, Call::CloseHandle { handle: nt(handle) });
    let unlimited = Timeout::Unlimited;
    machine.block(other, Call::WaitForEvent { event: nt(closed), timeout: unlimited });
    // A wait for a high value delays none for a lower one, though both name one event.
    let first = machine.call(thread, signal(DEVICE, one(A, 1)));
    let taken = resumed(other, Verdict::Done(Output::EventTaken));
    assert_eq!(first.effects, [Effect::EventSet(event), taken]);
    assert!(!machine.is_set(event));
    let second = machine.call(thread, signal(DEVICE, one(A, 2)));
    assert_eq!(second.effects, [Effect::EventSet(event)]);
    assert!(machine.is_set(event));
    assert_eq!(machine.state.waits, []);
    assert_eq!(machine.call(thread, signal(DEVICE, one(A, 3))).effects, []);
    // A wait that holds at its call sets the event and registers nothing.
    let at_once = machine.call(waiter, wait(DEVICE, one(A, 3), Some(closed)));
    let diagnostic = Effect::Diagnostic(Diagnostic::ReachedBeforeTheWait(waiter));
    assert_eq!((at_once.verdict, at_once.effects), (NOTHING, vec![Effect::EventSet(event), diagnostic]));
}

#[test]
fn evt_08_evt_02_several_sets_in_one_step_release_as_many_waiters() {
    let (mut machine, [thread, first, second]) = machine();
    let third = machine.thread(PROCESS);
    let fourth = machine.thread(PROCESS);
    let (auto, event) = machine.event(thread, false);
    let (manual, other) = machine.event(thread, true);
    for waiter in [first, second, third] {
        machine.block(waiter, Call::WaitForEvent { event: nt(auto), timeout: Timeout::Unlimited });
    }
    machine.block(fourth, Call::WaitForEvent { event: nt(manual), timeout: Timeout::Unlimited });
    for handle in [auto, manual, auto] {
        machine.call(thread, wait(DEVICE, one(A, 1), Some(handle)));
    }
    let action = Action::Call(thread, signal(DEVICE, one(A, 1)));
    let expected = [0b011, 0b101, 0b110].map(|bits| action.releasing(Released(bits)));
    assert_eq!(options(&machine.state, &action), expected);
    machine.impossible(action);
    let observation = machine.take(expected[1]);
    let taken = |thread| resumed(thread, Verdict::Done(Output::EventTaken));
    let sets = [event, other, event].map(Effect::EventSet);
    let released = [first, third, fourth].map(taken);
    assert_eq!(observation.effects, sets.into_iter().chain(released).collect::<Vec<_>>());
    assert_eq!((machine.is_set(event), machine.is_set(other)), (false, true));
    // With as many sets as waiters nothing is open, and with more one set is left over.
    for value in [2, 2] {
        machine.call(thread, wait(DEVICE, one(A, value), Some(auto)));
    }
    assert_eq!(machine.call(thread, signal(DEVICE, one(A, 2))).effects.last(), Some(&taken(second)));
    assert!(machine.is_set(event));
}

#[test]
fn cpu_07_cpu_08_cpu_09_a_signal_stores_and_a_lower_value_needs_the_flag() {
    let (mut machine, [thread, ..]) = machine();
    machine.call(thread, signal(DEVICE, one(A, 5)));
    machine.refuse(thread, signal(DEVICE, one(A, 4)), Refusal::LowerValue);
    for equal in [signal(DEVICE, one(A, 5)), rewind(DEVICE, one(A, 5))] {
        let before = machine.state.clone();
        machine.call(thread, equal);
        assert_eq!(machine.state, before);
    }
    machine.call(thread, rewind(DEVICE, one(A, 4)));
    assert_eq!(values(&machine), (4, 0));
}

#[test]
fn cpu_11_cpu_12_a_signal_is_all_or_nothing_and_its_entries_are_in_order() {
    let (mut machine, [thread, waiter, _]) = machine();
    machine.call(thread, signal(DEVICE, one(B, 3)));
    machine.refuse(thread, signal(DEVICE, two((A, 1), (B, 2))), Refusal::LowerValue);
    machine.refuse(thread, signal(DEVICE, two((A, 2), (A, 1))), Refusal::LowerValue);
    machine.block(waiter, wait(DEVICE, one(A, 2), None));
    // The value between is never seen, and a signal that ends where it began changes nothing.
    assert_eq!(machine.call(thread, rewind(DEVICE, two((A, 2), (A, 0)))).effects, []);
    assert_eq!(values(&machine), (0, 3));
    assert_eq!(machine.call(thread, rewind(DEVICE, two((A, 2), (A, 1)))).effects, []);
    assert_eq!(machine.call(thread, signal(DEVICE, two((A, 2), (A, 2)))).effects.len(), 1);
    // In a wait each entry is a condition of its own.
    machine.block(waiter, wait(DEVICE, two((A, 1), (A, 9)), None));
}

#[test]
fn syn_35_syn_37_cpu_01_cpu_21_entries_are_fences_of_the_device() {
    let (mut machine, [thread, ..]) = machine();
    let (other, _) = machine.device(thread, ADAPTER);
    let (mutex, _) =
        machine.sync_object(thread, DEVICE, SyncInfo::Mutex { held: false }, SyncFlags::default());
    let calls = |device, entries| [signal(device, entries), wait(device, entries, None)];
    let entries = |list: [LocalOperand; 3]| {
        Entries::of(list.into_iter().map(|object| (object, 0))).expect("three are few")
    };
    let dead = DEAD.map(LocalOperand::Dead).into_iter().chain([local(DEVICE)]);
    for object in dead {
        // The kind of one entry outranks the type of an earlier one.
        for call in calls(DEVICE, entries([local(mutex), local(A), object])) {
            machine.refuse(thread, call, Refusal::NotASyncObject);
        }
    }
    for call in calls(other, entries([local(A), local(A), local(mutex)])) {
        machine.refuse(thread, call, Refusal::NotAFence);
    }
    for call in calls(other, one(A, 0)) {
        machine.refuse(thread, call, Refusal::FenceOfOtherDevice);
    }
    for device in [local(A), LocalOperand::Dead(DeadKind::Stale)] {
        let entries = one(A, 0);
        let signal = Call::SignalFromCpu { device, entries, rewind: false, released: NOBODY };
        machine.refuse(thread, signal, Refusal::DeadHandle);
    }
}

#[test]
fn syn_33_syn_34_acc_15_acc_17_rights_and_flags_are_of_the_handle() {
    let (mut machine, [thread, ..]) = machine();
    let flags = |no_signal, no_wait| OpeningFlags { no_signal, no_wait, ..OpeningFlags::default() };
    let (mute, _) = machine.fence(thread, DEVICE, flags(true, false));
    let (deaf, _) = machine.fence(thread, DEVICE, flags(false, true));
    machine.refuse(thread, signal(DEVICE, two((A, 1), (mute, 1))), Refusal::FenceAccess);
    machine.refuse(thread, wait(DEVICE, two((deaf, 0), (A, 0)), None), Refusal::FenceAccess);
    machine.call(thread, signal(DEVICE, one(deaf, 1)));
    assert_eq!(machine.verdict(thread, wait(DEVICE, one(mute, 0), None)), REACHED);
    // A handle without the rights, which only an open through an NT handle makes.
    for handle in machine.state.processes.iter_mut().flat_map(|process| &mut process.local_handles) {
        if let LocalObject::SyncObject(opening) = &mut handle.object {
            (opening.may_wait, opening.may_signal) = (handle.name != A, handle.name != B);
        }
    }
    machine.refuse(thread, wait(DEVICE, one(A, 0), None), Refusal::FenceAccess);
    machine.refuse(thread, signal(DEVICE, one(B, 9)), Refusal::FenceAccess);
    // ACC-17 comes before CPU-08.
    machine.call(thread, signal(DEVICE, one(A, 5)));
    machine.refuse(thread, signal(DEVICE, two((A, 1), (B, 1))), Refusal::FenceAccess);
}

#[test]
fn cpu_18_the_event_of_a_wait_is_checked_around_the_rights() {
    let (mut machine, [thread, ..]) = machine();
    let (event, _) = machine.event(thread, true);
    let process = machine.place(PROCESS, PROCESS, 0);
    let narrow = Duplicate { same_access: false, desired_access: 0x0010_0000, ..copy_of(event) };
    let narrow = machine.duplicate(thread, narrow);
    let no_wait = OpeningFlags { no_wait: true, ..OpeningFlags::default() };
    let (deaf, _) = machine.fence(thread, DEVICE, no_wait);
    let with = |entries, event| Call::WaitFromCpu {
        device: local(DEVICE),
        entries,
        any: false,
        event: Some(event),
        released: NOBODY,
    };
    for kind in DEAD {
        let dead = with(one(deaf, 0), NtOperand::Dead(kind));
        machine.refuse(thread, dead, Refusal::NoSuchWaitEvent);
    }
    for other in [nt(process), NtOperand::Current, NtOperand::CurrentThread] {
        machine.refuse(thread, with(one(deaf, 0), other), Refusal::NotAWaitEvent);
    }
    machine.refuse(thread, with(one(deaf, 0), nt(narrow)), Refusal::FenceAccess);
    machine.refuse(thread, with(one(A, 0), nt(narrow)), Refusal::WaitEventAccess);
}

#[test]
fn syn_17_only_a_wait_that_lasts_needs_room() {
    let (mut machine, [thread, other, third]) = machine();
    let (event, _) = machine.event(thread, true);
    machine.state.limits.waits = 1;
    machine.block(other, Call::WaitForEvent { event: nt(event), timeout: Timeout::Unlimited });
    for event in [None, Some(event)] {
        machine.refuse(thread, wait(DEVICE, one(A, 1), event), Refusal::TooManyWaits);
    }
    assert_eq!(machine.verdict(thread, wait(DEVICE, one(A, 0), None)), REACHED);
    machine.block(third, Call::WaitForEvent { event: nt(event), timeout: Timeout::Unlimited });
}

#[test]
fn syn_29_syn_30_lif_06_trd_13_a_wait_keeps_its_fence_without_a_handle() {
    let (mut machine, [thread, waiter, _]) = machine();
    machine.block(waiter, any(wait(DEVICE, two((A, 1), (B, 1)), None)));
    machine.call(thread, Call::DestroySynchronizationObject { object: local(A) });
    assert!(machine.state.sync_object(FENCE_A).is_some());
    assert_eq!(orphaned_waits(&machine.state), [0; 0]);
    assert_eq!(machine.call(thread, signal(DEVICE, one(B, 1))).effects, [resumed(waiter, REACHED)]);
    assert_eq!(machine.state.sync_object(FENCE_A), None);
    machine.block(waiter, wait(DEVICE, one(B, 2), None));
    machine.call(thread, Call::DestroySynchronizationObject { object: local(B) });
    machine.incident(Incident::EndThread(waiter));
    assert_eq!(machine.state.sync_objects, []);
}

#[test]
fn syn_31_syn_40_a_wait_that_nobody_can_satisfy_is_orphaned() {
    let (mut machine, [thread, first, second]) = machine();
    let (event, _) = machine.event(thread, false);
    machine.call(thread, signal(DEVICE, one(B, 1)));
    machine.block(first, wait(DEVICE, two((A, 1), (B, 1)), None));
    machine.block(second, any(wait(DEVICE, two((A, 1), (B, 2)), None)));
    machine.call(thread, wait(DEVICE, one(B, 2), Some(event)));
    assert_eq!(orphaned_waits(&machine.state), [0; 0]);
    machine.call(thread, Call::DestroySynchronizationObject { object: local(A) });
    assert_eq!(orphaned_waits(&machine.state), [0]);
    machine.call(thread, Call::DestroySynchronizationObject { object: local(B) });
    assert_eq!(orphaned_waits(&machine.state), [0, 1, 2]);
    // Nothing is invented for them.
    assert_eq!(enabled_steps(&machine.state), []);
}

#[test]
fn cpu_19_trd_05_trd_07_syn_32_destroying_the_device_removes_its_waits() {
    for by_close in [false, true] {
        let (mut machine, [thread, waiter, other]) = machine();
        let (event, name) = machine.event(thread, false);
        machine.call(thread, wait(DEVICE, one(A, 1), Some(event)));
        machine.block(waiter, wait(DEVICE, one(A, 1), None));
        machine.block(other, Call::WaitForEvent { event: nt(event), timeout: Timeout::Unlimited });
        let destroyed = machine.call(
            thread,
            if by_close {
                Call::CloseAdapter { adapter: local(ADAPTER) }
            } else {
                Call::DestroyDevice { device: local(DEVICE) }
            },
        );
        let removed = Verdict::Refused(Refusal::DeviceDestroyedWhileWaiting);
        assert_eq!(destroyed.effects, [resumed(waiter, removed)]);
        assert_eq!((machine.state.sync_objects.len(), machine.state.waits.len()), (0, 1));
        assert!(!machine.is_set(name));
    }
}

#[test]
fn tdr_10_a_device_in_error_neither_signals_nor_waits() {
    let (mut machine, [thread, ..]) = machine();
    machine.call(thread, mark(DEVICE));
    for call in [rewind(DEVICE, one(A, 0)), wait(DEVICE, one(A, 0), None)] {
        machine.refuse(thread, call, Refusal::DeviceRemoved);
    }
    assert_eq!(machine.execution(DeviceName(0)), Execution::Hung);
    machine.incident(Incident::StopAdapter { adapter: AdapterName(0), released: NOBODY });
    machine.refuse(thread, wait(DEVICE, one(A, 0), None), Refusal::DeviceRemoved);
}
