//! The invariants of fences, CPU waits and events notice what the rules never do.

mod common;

use common::{Machine, NOBODY, local, mark, nt, one, rewind, signal, two, wait};
use kmt_model::action::{Action, Call, Incident, SyncFlags, SyncInfo, Timeout};
use kmt_model::invariant::{
    History, Taken, inv_07, inv_08, inv_10, inv_11, inv_12, inv_14, inv_18, inv_19, inv_20, inv_27, inv_30,
    inv_38, inv_39, inv_44, inv_44_judged, inv_53, inv_53_judged, inv_55, inv_66, inv_67, inv_68, inv_75,
    inv_77, inv_78, inv_88, inv_91, inv_98,
};
use kmt_model::limits::Limits;
use kmt_model::observation::{Effect, Ending, Observation, Output, Refusal, Verdict};
use kmt_model::rules::{MAXIMUM, apply};
use kmt_model::state::{
    AdapterKind, AdapterName, DeviceName, EventName, Execution, GlobalHandle, GlobalName, GlobalObject,
    LocalName, LocalObject, NtName, OpeningFlags, ProcessName, State, SyncObjectName, SyncValue, ThreadName,
};

const DEVICE: LocalName = LocalName(1);
const OTHER: LocalName = LocalName(2);
const A: LocalName = LocalName(3);
const SPARED: LocalName = LocalName(4);
const MUTE: LocalName = LocalName(5);
const CALLER: ThreadName = ThreadName(1);
const WAITER: ThreadName = ThreadName(2);

/// Two devices; on the first a plain fence, one with NoSignalMaxValueOnTdr, one with NoSignal, and a MUTEX
/// that it holds; an event; the second thread waits for the first fence at 2, and so does a registered
/// wait.
fn waiting() -> State {
    let mut machine = Machine::new(Limits::default());
    machine.adapter(1, AdapterKind::Full);
    let (process, first) = machine.process();
    let second = machine.thread(process);
    let adapter = machine.open(first, 1);
    for _ in 0..2 {
        machine.device(first, adapter);
    }
    for (no_forced_maximum, no_signal) in [(false, false), (true, false), (false, true)] {
        let flags = OpeningFlags { no_forced_maximum, no_signal, ..OpeningFlags::default() };
        machine.fence(first, DEVICE, flags);
    }
    machine.sync_object(first, DEVICE, SyncInfo::Mutex { held: true }, SyncFlags::default());
    let (event, _) = machine.event(first, false);
    machine.block(second, wait(DEVICE, one(A, 2), None));
    machine.call(first, wait(DEVICE, one(A, 2), Some(event)));
    machine.state
}

/// A step that was taken.
struct Step {
    before: State,
    action: Action,
    observation: Observation,
    after: State,
}

impl Step {
    fn of(before: &State, action: Action) -> Self {
        let (after, observation) = apply(before, &action).expect("the action can be formed");
        Self { before: before.clone(), action, observation, after }
    }

    fn call(before: &State, call: Call) -> Self {
        Self::of(before, Action::Call(CALLER, call))
    }

    fn taken(&self) -> Taken<'_> {
        Taken {
            before: &self.before,
            action: &self.action,
            observation: &self.observation,
            after: &self.after,
        }
    }

    /// Asserts that the invariant holds, and does not once the step is changed.
    fn notices(mut self, holds: fn(Taken<'_>) -> bool, change: fn(&mut Self)) {
        assert!(holds(self.taken()));
        change(&mut self);
        assert!(!holds(self.taken()));
    }
}

fn store(state: &mut State, fence: u32, value: u64) {
    let object = state.sync_objects.iter_mut().find(|object| object.name == SyncObjectName(fence));
    object.expect("the fence lives").value = SyncValue::MonitoredFence(value);
}

#[test]
fn inv_07_inv_08_inv_91_judge_what_changes_a_fence() {
    let state = waiting();
    let signalled = || Step::call(&state, signal(DEVICE, two((A, 1), (SPARED, 1))));
    signalled().notices(inv_07, |step| store(&mut step.after, 2, 1));
    signalled().notices(inv_91, |step| store(&mut step.after, 1, 0));
    signalled().notices(inv_91, |step| store(&mut step.after, 0, 2));
    let reset = || Step::call(&state, Call::ResetEvent { event: nt(NtName(0)) });
    reset().notices(inv_07, |step| store(&mut step.after, 0, MAXIMUM));
    let raised = Step::call(&state, signal(DEVICE, one(A, 1))).after;
    let lowered = Step::call(&raised, rewind(DEVICE, one(A, 0)));
    assert!(inv_08(lowered.taken()));
    Step::call(&raised, signal(DEVICE, one(A, 1))).notices(inv_08, |step| store(&mut step.after, 0, 0));
}

#[test]
fn inv_10_inv_78_judge_through_what_a_call_acts() {
    let state = waiting();
    let forge = |handle, change: fn(&mut kmt_model::state::Opening)| {
        let mut state = state.clone();
        for handle in state.processes[0].local_handles.iter_mut().filter(|local| local.name == handle) {
            if let LocalObject::SyncObject(opening) = &mut handle.object {
                change(opening);
            }
        }
        state
    };
    let signalled = Step::call(&state, signal(DEVICE, one(A, 1)));
    let waited = Step::call(&state, wait(DEVICE, one(MUTE, 0), None));
    assert!(inv_10(signalled.taken()) && inv_10(waited.taken()) && inv_78(waited.taken()));
    let mute = forge(A, |opening| opening.flags.no_signal = true);
    assert!(!inv_10(Taken { before: &mute, ..signalled.taken() }));
    let deaf = forge(MUTE, |opening| opening.may_wait = false);
    assert!(!inv_10(Taken { before: &deaf, ..waited.taken() }));
    let moved = forge(MUTE, |opening| opening.device = Some(DeviceName(1)));
    assert!(!inv_78(Taken { before: &moved, ..waited.taken() }));
    waited.notices(inv_78, |step| step.after.sync_objects[0].adapter = AdapterName(7));
}

#[test]
fn inv_11_inv_12_judge_when_a_wait_ends() {
    let state = waiting();
    let released = || Step::call(&state, signal(DEVICE, one(A, 2)));
    released().notices(inv_11, |step| step.observation.effects.push(Effect::EventSet(EventName(0))));
    released().notices(inv_11, |step| {
        step.observation.effects.retain(|effect| !matches!(effect, Effect::EventSet(_)));
    });
    released().notices(inv_11, |step| store(&mut step.after, 0, 1));
    let history = History::new();
    let mut early = released();
    assert!(inv_12(&history, early.taken()));
    store(&mut early.after, 0, 1);
    assert!(!inv_12(&history, early.taken()));
    // A value that held after an earlier step, without a judgement, is enough.
    let mut unseen = Step::call(&state, signal(DEVICE, one(A, 2)));
    unseen.after.waits.clone_from(&state.waits);
    unseen.observation.effects.clear();
    let history = history.after(unseen.taken());
    assert!(history.is_met(WAITER));
    assert!(inv_12(&history, early.taken()));
    let mut at_call = Step::call(&state, wait(DEVICE, one(A, 0), None));
    assert!(inv_12(&history, at_call.taken()));
    store(&mut at_call.before, 0, 0);
    at_call.action = Action::Call(CALLER, wait(DEVICE, one(A, 1), None));
    assert!(!inv_12(&history, at_call.taken()));
}

#[test]
fn inv_14_inv_98_judge_calls_on_a_device_in_error() {
    let failed = Step::call(&waiting(), mark(DEVICE)).after;
    let refused = || Step::call(&failed, wait(DEVICE, one(MUTE, 0), None));
    refused().notices(inv_14, |step| step.observation.verdict = Verdict::Done(Output::FencesReached));
    refused().notices(inv_98, |step| step.observation.verdict = Verdict::Refused(Refusal::DeviceException));
    refused().notices(inv_98, |step| step.before.devices[0].execution = Execution::Active);
    let dma_fault = |step: &mut Step| step.before.devices[0].execution = Execution::DmaFault;
    refused().notices(inv_98, dma_fault);
    let mut stopped = refused();
    dma_fault(&mut stopped);
    stopped.before.adapters[0].running = false;
    assert!(inv_98(stopped.taken()));
    let mut blocked = Step::call(&waiting(), mark(DEVICE));
    assert!(inv_14(blocked.taken()));
    blocked.after.waits.clone_from(&blocked.before.waits);
    assert!(!inv_14(blocked.taken()));
}

#[test]
fn inv_18_inv_19_inv_20_judge_the_forced_maximum() {
    let state = waiting();
    let failed = || Step::call(&state, mark(DEVICE));
    failed().notices(inv_18, |step| store(&mut step.after, 0, MAXIMUM - 1));
    failed().notices(inv_18, |step| step.after.waits.clone_from(&step.before.waits));
    failed().notices(inv_19, |step| store(&mut step.after, 1, MAXIMUM));
    failed().notices(inv_20, |step| step.after.devices[0].execution = Execution::Active);
}

#[test]
fn inv_30_judges_mutexes_and_semaphores() {
    let state = waiting();
    let failed = || Step::call(&state, mark(DEVICE));
    failed().notices(inv_30, |step| step.after.sync_objects[3].value = SyncValue::Mutex(Some(DeviceName(1))));
    let destroyed = Step::call(&state, Call::DestroyDevice { device: local(OTHER) });
    destroyed.notices(inv_30, |step| {
        let held = SyncValue::Mutex(Some(DeviceName(1)));
        (step.before.sync_objects[3].value, step.after.sync_objects[3].value) = (held, held);
    });
    failed().notices(inv_30, |step| {
        step.after.sync_objects[3].value = SyncValue::Semaphore { count: 2, most: 1 };
    });
}

#[test]
fn inv_27_inv_38_inv_39_inv_66_inv_67_inv_68_inv_75_inv_77_judge_a_state() {
    let good = waiting();
    for holds in [inv_27, inv_38, inv_39, inv_66, inv_67, inv_68, inv_75, inv_77] {
        assert!(holds(&good));
    }
    let forge = |change: fn(&mut State)| {
        let mut state = good.clone();
        change(&mut state);
        state
    };
    assert!(!inv_27(&forge(|state| state.sync_objects.clear())));
    assert!(!inv_27(&forge(|state| state.events.clear())));
    assert!(!inv_38(&forge(|state| store(state, 0, 2))));
    // A mark is a notice to come, and so the state is not quiescent.
    let marked = forge(|state| {
        store(state, 0, 2);
        state.sync_objects[0].marks.push(AdapterName(0));
    });
    assert!(inv_38(&marked) && inv_39(&marked));
    assert!(!inv_66(&forge(|state| state.waits[0].thread = None)));
    assert!(!inv_66(&forge(|state| state.waits[1].thread = Some(CALLER))));
    assert!(!inv_66(&forge(|state| state.devices[0].destroyed = true)));
    let unheld = |state: &mut State| state.processes[0].local_handles.retain(|handle| handle.name != MUTE);
    assert!(!inv_67(&forge(unheld)));
    let lone_event = forge(|state| {
        state.waits.clear();
        state.processes[0].nt_handles.clear();
    });
    assert!(!inv_67(&lone_event));
    let leaked = forge(|state| {
        (state.processes, state.threads, state.devices, state.waits) = (vec![], vec![], vec![], vec![]);
    });
    assert!(!inv_68(&leaked));
    let object = GlobalObject::SyncObject(SyncObjectName(0));
    let mut global = good.clone();
    global.global_handles.push(GlobalHandle { name: GlobalName(0), object });
    assert!(!inv_75(&global));
    assert!(!inv_77(&forge(|state| state.devices[0].process = ProcessName(2))));
}

#[test]
fn inv_44_the_history_knows_what_was_forced() {
    let state = waiting();
    let failed = Step::call(&state, mark(DEVICE));
    let history = History::new().after(failed.taken());
    assert!(history.is_forced(SyncObjectName(0)) && !history.is_forced(SyncObjectName(1)));
    let mut forgotten = failed;
    assert!(inv_44(&History::new(), forgotten.taken()));
    forgotten.after.waits.push(state.waits[1].clone());
    assert!(!inv_44(&History::new(), forgotten.taken()));
    // A fence that was lowered since is no longer one of them.
    store(&mut forgotten.after, 0, 1);
    assert!(inv_44(&History::new(), forgotten.taken()));
    assert!(!inv_44_judged(&History::new(), forgotten.taken()));
}

#[test]
fn inv_53_the_flag_spares_the_waiters_of_a_fault() {
    let state = waiting();
    let failed = Step::call(&state, mark(DEVICE));
    assert!(inv_53(failed.taken()) && inv_53_judged(failed.taken()));
    // With the flag the same run leaves the wait; one that changed a fence in spite of it would be noticed.
    failed.notices(inv_53, |step| step.action = Action::Call(CALLER, signal(DEVICE, one(A, 2))));
}

#[test]
fn inv_55_a_second_wait_stays_after_a_rewind() {
    let state = waiting();
    let released = Step::call(&state, signal(DEVICE, one(A, 2)));
    let history = History::new().after(released.taken());
    let rewound = Step::call(&released.after, rewind(DEVICE, one(A, 1)));
    let history = history.after(rewound.taken());
    assert!(!inv_55(&history, &rewound.after));
    let again = Step::of(&rewound.after, Action::Call(WAITER, wait(DEVICE, one(A, 2), None)));
    let history = history.after(again.taken());
    assert!(inv_55(&history, &again.after));
    assert!(!inv_55(&History::new(), &again.after));
}

#[test]
fn inv_88_a_wait_without_limit_never_times_out() {
    let state = waiting();
    let event = nt(NtName(0));
    let timed_out = Verdict::Ended { how: Ending::TimedOut };
    let tested = Step::call(&state, Call::WaitForEvent { event, timeout: Timeout::Zero });
    assert_eq!(tested.observation.verdict, timed_out);
    tested.notices(inv_88, |step| {
        let unlimited = Call::WaitForEvent { event: nt(NtName(0)), timeout: Timeout::Unlimited };
        step.action = Action::Call(CALLER, unlimited);
    });
    let stopped = Incident::StopAdapter { adapter: AdapterName(0), released: NOBODY };
    Step::of(&state, Action::Incident(stopped)).notices(inv_88, |step| {
        let verdict = Verdict::Ended { how: Ending::TimedOut };
        step.observation.effects = vec![Effect::Resumed { thread: WAITER, verdict }];
    });
}
