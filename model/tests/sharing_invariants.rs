//! The invariants of shared NT objects and of adapters beside each other notice what the rules never do.

mod common;

use common::{FENCE, Machine, NOBODY, copy_of, local, nt, one, signal, wait};
use kmt_model::action::{
    Action, Attributes, Call, DirectoryOperand, Duplicate, ErrorReason, LastComponent, NameOperand, Objects,
    Step, SyncFlags,
};
use kmt_model::invariant::{
    History, Taken, inv_10_granted, inv_34, inv_34_judged, inv_52, inv_60, inv_61, inv_69, inv_69_judged,
    inv_70, inv_71, inv_72, inv_73, inv_74,
};
use kmt_model::limits::Limits;
use kmt_model::observation::Observation;
use kmt_model::rules::{READ_CONTROL, SIGNAL, WAIT, apply};
use kmt_model::scope::sharing::Sharing;
use kmt_model::state::{
    AdapterKind, AdapterName, DirectoryName, LocalName, LocalObject, NtName, OpeningFlags, ProcessName,
    SharedName, State, SyncObjectName, SyncValue, ThreadName,
};

const DEVICE: LocalName = LocalName(1);
const SYNC: LocalName = LocalName(2);
const FIRST: ThreadName = ThreadName(1);
const SECOND: ThreadName = ThreadName(2);

/// Two processes with a device on an adapter of their own each; a fence with CrossAdapter of the first,
/// which has a named NT handle 1 of it with all rights and gave the second NT handle 0 with READ_CONTROL
/// and WAIT. The history is that of all calls.
fn machine() -> (Machine, History) {
    let mut machine = Machine::new(Limits::default());
    for luid in [1, 2] {
        machine.adapter(luid, AdapterKind::Full);
        let (_, thread) = machine.process();
        let adapter = machine.open(thread, luid);
        machine.device(thread, adapter);
    }
    machine.place(ProcessName(1), ProcessName(2), common::ALL);
    let flags = SyncFlags { shared: true, nt_sharing: true, cross_adapter: true, ..SyncFlags::default() };
    let create = Call::CreateSynchronizationObject2 { device: local(DEVICE), what: FENCE, flags };
    let directory = DirectoryOperand::Path(DirectoryName::Global);
    let last = LastComponent::Token { token: 0, upper_case: false };
    let name = Some(NameOperand::In { directory, last });
    let share = Call::ShareObjects {
        objects: Objects::one(local(SYNC)),
        attributes: Some(Attributes { name, ..Attributes::default() }),
        access: 0x1000_0000,
    };
    let narrow = Duplicate {
        target_process: nt(NtName(0)),
        same_access: false,
        desired_access: READ_CONTROL | WAIT,
        ..copy_of(NtName(1))
    };
    let mut history = History::new();
    for call in [create, share, Call::DuplicateHandle(narrow)] {
        history = take(&mut machine, &history, &Action::Call(FIRST, call));
    }
    (machine, history)
}

/// Takes an action and returns the history after it.
fn take(machine: &mut Machine, history: &History, action: &Action) -> History {
    let before = machine.state.clone();
    let observation = machine.take(*action);
    history.after(Taken { before: &before, action, observation: &observation, after: &machine.state })
}

fn open() -> Action {
    Action::Call(
        SECOND,
        Call::OpenSyncObjectFromNtHandle2 {
            handle: nt(NtName(0)),
            device: local(DEVICE),
            flags: OpeningFlags::default(),
            unknown_flag: false,
            unknown_engine: false,
        },
    )
}

/// The step of an action, with a state after it that someone changed.
fn forged(before: &State, action: &Action, change: impl Fn(&mut State)) -> (State, Observation) {
    let (mut after, observation) = apply(before, action).expect("the action can be formed");
    change(&mut after);
    (after, observation)
}

#[test]
fn inv_69_inv_70_inv_71_judge_a_state() {
    let (mut machine, _) = machine();
    machine.call(FIRST, Call::DestroySynchronizationObject { object: local(SYNC) });
    let good = machine.state;
    assert!(inv_69(&good) && inv_69_judged(&good) && inv_70(&good) && inv_71(&good));
    let forge = |change: fn(&mut State)| {
        let mut state = good.clone();
        change(&mut state);
        state
    };
    assert!(!inv_69(&forge(|state| state.sync_objects.clear())));
    let renamed = forge(|state| {
        let mut other = state.shared_objects[0].clone();
        other.name = SharedName(1);
        if let Some(path) = &mut other.path {
            path.upper_case = true;
        }
        state.shared_objects.push(other);
    });
    // A second object of the name, without a handle, in another letter case.
    assert!(!inv_70(&renamed) && !inv_71(&renamed));
    let closed = forge(|state| state.processes.iter_mut().for_each(|process| process.nt_handles.clear()));
    assert!(!inv_70(&closed));
}

#[test]
fn inv_10_inv_72_inv_73_inv_74_judge_an_open() {
    let (machine, history) = machine();
    let before = machine.state;
    let action = open();
    let judge = |change: fn(&mut State)| {
        let (after, observation) = forged(&before, &action, change);
        let step = Taken { before: &before, action: &action, observation: &observation, after: &after };
        (inv_10_granted(&history, step), inv_72(step), inv_73(step), inv_74(step))
    };
    assert_eq!(judge(|_| {}), (true, true, true, true));
    let wider = judge(|state| {
        let LocalObject::SyncObject(opening) = &mut state.processes[1].local_handles[2].object else {
            panic!("an opening")
        };
        opening.may_signal = true;
    });
    assert_eq!(wider, (false, false, true, true));
    let raised = judge(|state| state.processes[1].nt_handles[0].access |= SIGNAL);
    assert_eq!(raised, (false, false, false, true));
    let consumed = judge(|state| state.processes[1].nt_handles.clear());
    assert_eq!(consumed, (true, true, false, true));
    let retargeted = judge(|state| state.sync_objects[0].nt_sharing = false);
    assert!(!retargeted.3);
}

#[test]
fn inv_34_inv_60_inv_61_judge_two_adapters() {
    let (mut machine, history) = machine();
    let history = take(&mut machine, &history, &open());
    let blocked = Action::Call(SECOND, wait(DEVICE, one(SYNC, 2), None));
    let history = take(&mut machine, &history, &blocked);
    let before = machine.state.clone();
    let action = Action::Call(FIRST, signal(DEVICE, one(SYNC, 2)));
    let judge = |change: fn(&mut State)| {
        let (after, observation) = forged(&before, &action, change);
        inv_34(Taken { before: &before, action: &action, observation: &observation, after: &after })
    };
    assert!(judge(|_| {}));
    assert!(!judge(|state| state.waits.clear()));
    assert!(!judge(|state| state.adapters[1].running = false));
    assert!(!judge(|state| state.devices[1].execution = kmt_model::state::Execution::Hung));
    assert!(!judge(|state| state.sync_objects[0].marks.push(AdapterName(5))));
    let (after, observation) = forged(&before, &action, |_| {});
    let step = Taken { before: &before, action: &action, observation: &observation, after: &after };
    assert!(inv_34_judged(step) && inv_60(&after) && !inv_60(&before));
    let history = history.after(step);
    let mut rewound = after.clone();
    rewound.sync_objects[0].value = SyncValue::MonitoredFence(1);
    let notice =
        Action::Step(Step::Notice { object: SyncObjectName(0), adapter: AdapterName(1), released: NOBODY });
    let (after, observation) = forged(&rewound, &notice, |_| {});
    let step = Taken { before: &rewound, action: &notice, observation: &observation, after: &after };
    assert!(inv_61(&history, step));
    assert!(!inv_61(&History::new(), step));
}

#[test]
fn inv_52_a_wait_is_released_by_the_fault_of_another_process() {
    let mut machine = Machine::new(Sharing::default().limits);
    for action in Sharing::start() {
        machine.take(action);
    }
    let share =
        Call::ShareObjects { objects: Objects::one(local(SYNC)), attributes: None, access: 0x1000_0000 };
    let given = Duplicate { target_process: nt(NtName(0)), ..copy_of(NtName(1)) };
    for call in [share, Call::DuplicateHandle(given)] {
        machine.call(FIRST, call);
    }
    for action in [open(), Action::Call(SECOND, wait(DEVICE, one(SYNC, 1), None))] {
        machine.take(action);
    }
    let before = machine.state.clone();
    let released_by = |call| {
        let action = Action::Call(FIRST, call);
        let (after, observation) = forged(&before, &action, |_| {});
        inv_52(Taken { before: &before, action: &action, observation: &observation, after: &after })
    };
    let (device, reason) = (local(DEVICE), ErrorReason::Generic);
    assert!(released_by(Call::MarkDeviceAsError { device, reason, released: NOBODY }));
    assert!(!released_by(signal(DEVICE, one(SYNC, 1))));
}
