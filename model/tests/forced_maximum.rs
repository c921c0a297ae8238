//! Rules about devices that enter Error: the forced maximum, what it releases, marks and notices.

mod common;

use common::{Machine, NOBODY, copy_of, local, mark, nt, one, resumed, rewind, signal, two, wait};
use kmt_model::action::{
    Action, Call, Duplicate, GlobalOperand, Incident, Released, Step, SyncFlags, SyncInfo, Timeout,
};
use kmt_model::limits::Limits;
use kmt_model::observation::{Diagnostic, Effect, HandleChange, Output, Refusal, Verdict};
use kmt_model::rules::{MAXIMUM, enabled_steps, options, orphaned_waits};
use kmt_model::state::{
    AdapterKind, AdapterName, DeviceName, Execution, LocalHandle, LocalName, LocalObject, NtName, Opening,
    OpeningFlags, ProcessName, SyncObjectName, SyncValue, ThreadName, WaitTarget,
};

const ADAPTER: LocalName = LocalName(0);
const DEVICE: LocalName = LocalName(1);
const OTHER: LocalName = LocalName(2);
const A: LocalName = LocalName(3);
const SPARED: LocalName = LocalName(4);
const MUTE: LocalName = LocalName(5);
const EVENT: NtName = NtName(0);
const FENCE_A: SyncObjectName = SyncObjectName(0);
const REACHED: Verdict = Verdict::Done(Output::FencesReached);
const FAILED: Verdict = Verdict::Refused(Refusal::DeviceFailedWhileWaiting);

/// A process with four threads and two devices; on the first a plain fence, one with NoSignalMaxValueOnTdr,
/// one with NoSignal; an auto-reset event.
fn machine() -> (Machine, [ThreadName; 4]) {
    let mut machine = Machine::new(Limits::default());
    machine.adapter(1, AdapterKind::Full);
    let (process, first) = machine.process();
    machine.open(first, 1);
    for _ in 0..2 {
        machine.device(first, ADAPTER);
    }
    for (no_forced_maximum, no_signal) in [(false, false), (true, false), (false, true)] {
        let flags = OpeningFlags { no_forced_maximum, no_signal, ..OpeningFlags::default() };
        machine.fence(first, DEVICE, flags);
    }
    machine.event(first, false);
    let others = [(); 3].map(|()| machine.thread(process));
    (machine, [first, others[0], others[1], others[2]])
}

fn values(machine: &Machine) -> [u64; 3] {
    [0, 1, 2].map(|fence| machine.value(SyncObjectName(fence)))
}

fn entered(device: u32, execution: Execution) -> Effect {
    Effect::DeviceEnteredError { device: DeviceName(device), execution }
}

fn forced(place: usize) -> Effect {
    Effect::Diagnostic(Diagnostic::ReleasedByForcedMaximum(place))
}

fn stop() -> Incident {
    Incident::StopAdapter { adapter: AdapterName(0), released: NOBODY }
}

#[test]
fn tdr_01_tdr_02_tdr_04_tdr_05_tdr_07_flt_04_flt_05_flt_08_an_error_forces_what_the_device_could_signal() {
    let (mut machine, [thread, first, second, third]) = machine();
    machine.block(first, wait(DEVICE, two((A, 1), (SPARED, 1)), None));
    machine.block(second, wait(DEVICE, two((A, 1), (SPARED, 0)), None));
    machine.call(thread, wait(DEVICE, one(A, MAXIMUM), Some(EVENT)));
    machine.call(thread, wait(DEVICE, one(SPARED, 1), Some(EVENT)));
    machine.block(third, wait(DEVICE, one(MUTE, 1), None));
    let observation = machine.call(thread, mark(DEVICE));
    assert_eq!(values(&machine), [MAXIMUM, 0, 0]);
    let expected = [
        entered(0, Execution::Hung),
        Effect::EventSet(machine.state.events[0].name),
        resumed(first, FAILED),
        resumed(second, REACHED),
        resumed(third, FAILED),
        forced(1),
        forced(2),
    ];
    assert_eq!(observation.effects, expected);
    // The registered wait for a spared fence stays, and nobody is left who could signal it.
    assert_eq!(machine.state.waits.len(), 1);
    assert_eq!(orphaned_waits(&machine.state), [0]);
    // A second cause changes nothing (FLT-04, ADP-11).
    let before = machine.state.clone();
    assert_eq!(machine.call(thread, mark(DEVICE)).effects, []);
    assert_eq!(machine.state, before);
}

#[test]
fn tdr_02_flt_21_handles_on_other_devices_neither_force_nor_protect() {
    let (mut machine, [thread, ..]) = machine();
    let second_handle = |flags| Opening {
        object: FENCE_A,
        device: Some(DeviceName(1)),
        flags,
        may_wait: true,
        may_signal: true,
    };
    let spared = OpeningFlags { no_forced_maximum: true, ..OpeningFlags::default() };
    // Two openings of one fence, which only an open through an NT handle makes.
    let object = LocalObject::SyncObject(second_handle(spared));
    machine.state.processes[0].local_handles.push(LocalHandle { name: LocalName(6), object });
    machine.call(thread, mark(OTHER));
    assert_eq!(values(&machine), [0, 0, 0]);
    machine.call(thread, mark(DEVICE));
    assert_eq!(values(&machine), [MAXIMUM, 0, 0]);
}

#[test]
fn tdr_02_flt_21_a_wait_is_no_opening() {
    let (mut machine, [thread, ..]) = machine();
    machine.call(thread, signal(DEVICE, one(A, 1)));
    machine.call(thread, wait(DEVICE, one(A, 2), Some(EVENT)));
    machine.call(thread, Call::DestroySynchronizationObject { object: local(A) });
    let observation = machine.call(thread, mark(DEVICE));
    assert_eq!(observation.effects, [entered(0, Execution::Hung)]);
    assert_eq!(values(&machine), [1, 0, 0]);
}

#[test]
fn tdr_09_flt_19_syn_32_a_mutex_is_freed_and_the_other_types_stay() {
    for by_error in [true, false] {
        let (mut machine, [thread, ..]) = machine();
        let (_, opener) = machine.process();
        let shared = SyncFlags { shared: true, ..SyncFlags::default() };
        for what in
            [SyncInfo::Mutex { held: true }, SyncInfo::Semaphore { most: 2, count: 1 }, SyncInfo::Fence(7)]
        {
            let (_, object) = machine.sync_object(thread, OTHER, what, shared);
            let global = machine.state.global_handles.last().expect("a global handle").name;
            let shared = GlobalOperand::Named(global);
            machine.call(opener, Call::OpenSynchronizationObject { shared });
            assert!(machine.state.sync_object(object).is_some());
        }
        machine.call(thread, mark(DEVICE));
        let values =
            |machine: &Machine| [3, 4, 5].map(|place: usize| machine.state.sync_objects[place].value);
        assert_eq!(values(&machine)[0], SyncValue::Mutex(Some(DeviceName(1))));
        if by_error {
            machine.call(thread, mark(OTHER));
            let semaphore = SyncValue::Semaphore { count: 1, most: 2 };
            assert_eq!(values(&machine), [SyncValue::Mutex(None), semaphore, SyncValue::Fence(7)]);
        } else {
            machine.call(thread, Call::DestroyDevice { device: local(OTHER) });
            assert_eq!(machine.state.sync_objects[3].value, SyncValue::Mutex(None));
        }
    }
}

#[test]
fn flt_17_tdr_06_a_stop_puts_all_devices_in_error_in_one_step() {
    let (mut machine, [thread, first, ..]) = machine();
    let (other_fence, _) = machine.fence(thread, OTHER, OpeningFlags::default());
    machine.block(first, wait(OTHER, one(other_fence, 5), None));
    machine.call(thread, Call::DestroyDevice { device: local(DEVICE) });
    let observation = machine.incident(stop());
    let expected =
        [entered(0, Execution::Stopped), entered(1, Execution::Stopped), resumed(first, REACHED), forced(0)];
    assert_eq!(observation.effects, expected);
    assert_eq!(machine.value(SyncObjectName(3)), MAXIMUM);
}

#[test]
fn evt_02_an_error_may_leave_open_whom_it_releases() {
    let (mut machine, [thread, first, second, _]) = machine();
    machine.call(thread, wait(DEVICE, one(A, 1), Some(EVENT)));
    for waiter in [first, second] {
        machine.block(waiter, Call::WaitForEvent { event: nt(EVENT), timeout: Timeout::Unlimited });
    }
    for action in [Action::Call(thread, mark(DEVICE)), Action::Incident(stop())] {
        let expected = [0b010, 0b100].map(|bits| action.releasing(Released(bits)));
        assert_eq!(options(&machine.state, &action), expected);
    }
    let released = Action::Incident(stop()).releasing(Released(0b100));
    let observation = machine.take(released);
    assert!(observation.effects.contains(&resumed(second, Verdict::Done(Output::EventTaken))));
}

#[test]
fn tdr_03_flt_07_the_maximum_stays_until_a_rewind() {
    let (mut machine, [thread, ..]) = machine();
    // An opening on the healthy device, which only an open through an NT handle makes.
    let opening = Opening {
        object: FENCE_A,
        device: Some(DeviceName(1)),
        flags: OpeningFlags::default(),
        may_wait: true,
        may_signal: true,
    };
    let opened = LocalName(6);
    let object = LocalObject::SyncObject(opening);
    machine.state.processes[0].local_handles.push(LocalHandle { name: opened, object });
    machine.call(thread, mark(DEVICE));
    machine.refuse(thread, signal(OTHER, one(opened, MAXIMUM - 1)), Refusal::LowerValue);
    assert_eq!(machine.verdict(thread, wait(OTHER, one(opened, MAXIMUM), None)), REACHED);
    machine.call(thread, rewind(OTHER, one(opened, 4)));
    assert_eq!(machine.value(FENCE_A), 4);
}

#[test]
fn tdr_06_trd_10_cpu_19_the_end_of_a_process_forces_nothing_and_sets_nothing() {
    let (mut machine, [thread, waiter, ..]) = machine();
    // The child has the event, and a wait for the fence, which only an open through an NT handle makes.
    let inherit = Duplicate { inherit: true, ..copy_of(EVENT) };
    machine.duplicate(thread, inherit);
    machine.child(thread, true);
    machine.call(thread, wait(DEVICE, one(A, 1), Some(EVENT)));
    machine.block(waiter, wait(DEVICE, one(A, 1), None));
    let foreign = machine.thread(ProcessName(2));
    machine.adapter(2, AdapterKind::Full);
    machine.open(foreign, 1);
    machine.device(foreign, LocalName(0));
    let mut pending = machine.state.waits[0].clone();
    (pending.process, pending.thread) = (ProcessName(2), Some(foreign));
    if let WaitTarget::Fences { device, event, .. } = &mut pending.target {
        (*device, *event) = (DeviceName(2), None);
    }
    machine.state.waits.push(pending);
    let ended = machine.incident(Incident::KillProcess(ProcessName(1)));
    let quiet = |effect: &Effect| matches!(effect, Effect::ThreadEnded(_) | Effect::ProcessEnded(_));
    assert!(ended.effects.iter().all(quiet));
    let freed = [3, 4, 5, 1, 2, 0].map(|name| HandleChange::LocalFreed(ProcessName(1), LocalName(name)));
    assert_eq!(ended.handles[..6], freed);
    assert_eq!(machine.value(FENCE_A), 0);
    assert!(!machine.is_set(machine.state.events[0].name));
    // SYN-31: what is left is an orphan.
    assert_eq!(orphaned_waits(&machine.state), [0]);
}

/// The machine with a second adapter whose device has the first fence open, which only an open through an
/// NT handle makes.
fn two_adapters() -> (Machine, [ThreadName; 4], LocalName, LocalName) {
    let (mut machine, threads) = machine();
    machine.adapter(2, AdapterKind::Full);
    let adapter = machine.open(threads[0], 2);
    let (device, name) = machine.device(threads[0], adapter);
    let opening = Opening {
        object: FENCE_A,
        device: Some(name),
        flags: OpeningFlags::default(),
        may_wait: true,
        may_signal: true,
    };
    let opened = LocalName(8);
    let object = LocalObject::SyncObject(opening);
    machine.state.processes[0].local_handles.push(LocalHandle { name: opened, object });
    machine.state.sync_objects[0].cross_adapter = true;
    (machine, threads, device, opened)
}

fn notice(adapter: u32) -> Step {
    Step::Notice { object: FENCE_A, adapter: AdapterName(adapter), released: NOBODY }
}

#[test]
fn scd_16_scd_18_scd_21_scd_34_gpu_27_another_adapter_looks_in_a_step_of_its_own() {
    let (mut machine, [thread, near, far, _], device, opened) = two_adapters();
    machine.block(near, wait(DEVICE, one(A, 1), None));
    machine.block(far, wait(device, one(opened, 1), None));
    assert_eq!(machine.call(thread, signal(DEVICE, one(A, 1))).effects, [resumed(near, REACHED)]);
    assert_eq!(machine.state.sync_objects[0].marks, [AdapterName(1)]);
    assert_eq!(enabled_steps(&machine.state), [notice(1)]);
    // A value that goes before the notice is not seen; the mark is set again and stands once.
    machine.call(thread, rewind(DEVICE, one(A, 0)));
    assert_eq!(machine.step(notice(1)).effects, []);
    machine.call(thread, signal(DEVICE, one(A, 1)));
    assert_eq!(machine.step(notice(1)).effects, [resumed(far, REACHED)]);
    assert_eq!(machine.state.sync_objects[0].marks, []);
    // The write of the other adapter takes its own mark.
    machine.call(thread, signal(DEVICE, one(A, 2)));
    machine.call(thread, signal(device, one(opened, 3)));
    assert_eq!(machine.state.sync_objects[0].marks, [AdapterName(0)]);
    // An equal value changes no mark.
    machine.call(thread, signal(DEVICE, one(A, 3)));
    assert_eq!(machine.state.sync_objects[0].marks, [AdapterName(0)]);
    // A mark goes with what the adapter has open.
    machine.call(thread, Call::DestroyDevice { device: local(DEVICE) });
    assert_eq!(machine.state.sync_objects[0].marks, []);
}

#[test]
fn gpu_27_scd_18_a_forced_maximum_is_noticed_on_a_stopped_adapter_too() {
    let (mut machine, [thread, far, first, second], device, opened) = two_adapters();
    machine.call(thread, wait(device, one(opened, 1), Some(EVENT)));
    for waiter in [first, second] {
        machine.block(waiter, Call::WaitForEvent { event: nt(EVENT), timeout: Timeout::Unlimited });
    }
    machine.block(far, wait(device, one(opened, 1), None));
    machine.state.processes[0].local_handles.iter_mut().for_each(|handle| {
        if let LocalObject::SyncObject(opening) = &mut handle.object {
            opening.flags.no_forced_maximum |= handle.name == opened;
        }
    });
    assert_eq!(machine.call(thread, mark(DEVICE)).effects, [entered(0, Execution::Hung)]);
    let stopped = Incident::StopAdapter { adapter: AdapterName(1), released: NOBODY };
    let observation = machine.incident(stopped);
    assert_eq!(observation.effects, [entered(2, Execution::Stopped), resumed(far, FAILED)]);
    let choices = [0b010, 0b100].map(|bits| {
        let released = Released(bits);
        Step::Notice { object: FENCE_A, adapter: AdapterName(1), released }
    });
    assert_eq!(enabled_steps(&machine.state), choices);
    machine.impossible(Action::Step(notice(1)));
    let noticed = machine.step(choices[1]);
    let taken = Verdict::Done(Output::EventTaken);
    let event = machine.state.events[0].name;
    assert_eq!(noticed.effects, [Effect::EventSet(event), resumed(second, taken)]);
    assert_eq!(orphaned_waits(&machine.state), [0; 0]);
}
