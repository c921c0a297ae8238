//! The invariants of keyed mutexes notice what the rules never do.

mod common;

use common::{Machine, local};
use kmt_model::action::{Action, Call, GlobalOperand, Incident, Timeout};
use kmt_model::invariant::{
    History, Taken, inv_66, inv_75, inv_81, inv_82, inv_82_judged, inv_83, inv_85, inv_86, inv_87,
};
use kmt_model::limits::Limits;
use kmt_model::observation::{Ending, Observation, Output, Verdict};
use kmt_model::rules::apply;
use kmt_model::state::{GlobalName, Limit, LocalName, ProcessName, State, ThreadName, WaitTarget};

const OWN: LocalName = LocalName(0);

/// A keyed mutex with key 1 that the first process owns and for which the second waits without limit.
fn contended() -> State {
    let mut machine = Machine::new(Limits::default());
    let threads = [(); 2].map(|()| machine.process().1);
    machine.call(threads[0], Call::CreateKeyedMutex { initial: 1 });
    machine.call(threads[1], Call::OpenKeyedMutex { shared: GlobalOperand::Named(GlobalName(0)) });
    for thread in threads {
        machine.verdict(thread, acquire());
    }
    machine.state
}

fn acquire() -> Call {
    Call::AcquireKeyedMutex { mutex: local(OWN), key: 1, timeout: Timeout::Unlimited }
}

fn call(call: Call) -> Action {
    Action::Call(ThreadName(1), call)
}

fn shown(verdict: Verdict) -> Observation {
    Observation { verdict, effects: Vec::new(), handles: Vec::new() }
}

#[test]
fn inv_66_inv_75_inv_81_inv_86_judge_a_state() {
    let good = contended();
    assert!(inv_66(&good) && inv_75(&good) && inv_81(&good) && inv_86(&good));
    let forge = |change: fn(&mut State)| {
        let mut state = good.clone();
        change(&mut state);
        state
    };
    assert!(!inv_66(&forge(|state| {
        let WaitTarget::KeyedMutex { handle, .. } = &mut state.waits[0].target else { panic!("an acquire") };
        *handle = LocalName(7);
    })));
    assert!(!inv_66(&forge(|state| state.waits.push(state.waits[0].clone()))));
    assert!(!inv_75(&forge(|state| state.global_handles.clear())));
    assert!(!inv_75(&forge(|state| state.keyed_mutexes[0].global = false)));
    assert!(!inv_81(&forge(|state| state.keyed_mutexes[0].owner = Some((ProcessName(1), LocalName(7))))));
    let forgotten =
        forge(|state| (state.keyed_mutexes[0].owner, state.keyed_mutexes[0].abandoned) = (None, true));
    assert!(!inv_86(&forgotten));
    assert!(inv_86(&forge(|state| state.waits[0].limited = Limit::Relative(1))));
}

#[test]
fn inv_82_the_history_knows_the_fence_value_of_the_last_release() {
    let before = contended();
    let release = call(Call::ReleaseKeyedMutex { mutex: local(OWN), key: 1, fence: 5 });
    let (after, observation) = apply(&before, &release).expect("thread 1 runs");
    let step = Taken { before: &before, action: &release, observation: &observation, after: &after };
    let history = History::new().after(step);
    assert_eq!(history.released_fence(after.keyed_mutexes[0].name), 5);
    let action = call(acquire());
    for (fence, right) in [(5, true), (0, false)] {
        let observation = shown(Verdict::Done(Output::Acquired { fence, data: None }));
        let step = Taken { before: &after, action: &action, observation: &observation, after: &after };
        assert!(inv_82_judged(&history, step));
        assert_eq!(inv_82(&history, step), right);
        assert_eq!(inv_82(&History::new(), step), !right);
        // It was owned before the release, so nobody could have taken it.
        assert!(!inv_82(&history, Taken { before: &before, ..step }));
    }
}

#[test]
fn inv_83_inv_85_inv_87_judge_a_step() {
    let before = contended();
    let mut rekeyed = before.clone();
    rekeyed.keyed_mutexes[0].key = 2;
    let mut abandoned = before.clone();
    (abandoned.keyed_mutexes[0].owner, abandoned.keyed_mutexes[0].abandoned) = (None, true);
    let end = Action::Incident(Incident::EndThread(ThreadName(1)));
    let done = shown(Verdict::Done(Output::Nothing));
    let step = Taken { before: &before, action: &end, observation: &done, after: &rekeyed };
    assert!(!inv_83(step));
    assert!(inv_83(Taken { after: &before, ..step }));
    assert!(!inv_85(Taken { after: &abandoned, ..step }));
    let timed_out = shown(Verdict::Ended { how: Ending::TimedOut });
    let action = call(acquire());
    let late = Taken { action: &action, observation: &timed_out, ..step };
    assert!(!inv_87(late));
    assert!(inv_87(Taken { after: &before, ..late }));
}
