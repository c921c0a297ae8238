//! The flat world of one keyed mutex: its sizes, its properties, its determinism, its symmetry.

use std::collections::BTreeSet;

use kmt_model::keyed_mutex::action::{FlatAction, FlatCall, Patience};
use kmt_model::keyed_mutex::invariant::{Taken, inv_82, inv_84, inv_85, inv_86, inv_87, inv_88};
use kmt_model::keyed_mutex::rules::{Return, Shown, apply};
use kmt_model::keyed_mutex::scope::KeyedMutexWorld;
use kmt_model::keyed_mutex::state::{FlatState, MAX_THREADS, Mutex, Owner, Thread, Wait};
use stateright::{Checker, Model, Representative};

const SMALL: KeyedMutexWorld =
    KeyedMutexWorld { threads: 2, processes: 2, handles: 2, keys: 2, fences: 1, contents: 1 };
const ONE_PROCESS: KeyedMutexWorld =
    KeyedMutexWorld { threads: 2, processes: 1, handles: 2, keys: 2, fences: 1, contents: 2 };

fn reachable(world: &KeyedMutexWorld) -> BTreeSet<FlatState> {
    let mut pending = world.init_states();
    let mut known = pending.iter().copied().collect::<BTreeSet<_>>();
    while let Some(state) = pending.pop() {
        for next in world.next_states(&state) {
            if known.insert(next) {
                pending.push(next);
            }
        }
    }
    known
}

#[test]
fn the_sizes_that_the_readme_states_hold() {
    for (world, unique, generated) in [(SMALL, 31_081, 219_547), (ONE_PROCESS, 10_853, 74_737)] {
        let checker = world.checker().spawn_bfs().join();
        assert_eq!((checker.unique_state_count(), checker.state_count()), (unique, generated));
        assert_eq!(reachable(&world).len(), unique);
    }
}

#[test]
fn every_property_holds_and_is_judged() {
    SMALL.checker().spawn_bfs().join().assert_properties();
}

#[test]
fn a_state_is_small() {
    assert!(size_of::<FlatState>() <= 64);
}

#[test]
fn sizes_out_of_range_are_named() {
    let world = KeyedMutexWorld::default();
    assert_eq!(world.out_of_range(), None);
    assert_eq!(KeyedMutexWorld { threads: 7, ..world }.out_of_range(), Some("threads"));
    assert_eq!(KeyedMutexWorld { processes: 0, ..world }.out_of_range(), Some("processes"));
    assert_eq!(KeyedMutexWorld { contents: 9, ..world }.out_of_range(), Some("contents"));
    assert_eq!(KeyedMutexWorld { contents: 0, ..world }.out_of_range(), None);
}

#[test]
fn symmetry_visits_one_state_of_each_class_and_classes_behave_alike() {
    for world in [SMALL, ONE_PROCESS] {
        let states = reachable(&world);
        let classes = states.iter().map(Representative::representative).collect::<BTreeSet<_>>();
        let checker = world.checker().symmetry().spawn_dfs().join();
        assert_eq!(checker.unique_state_count(), classes.len());
        assert!(classes.len() * 4 < states.len(), "{} of {}", classes.len(), states.len());
        let successors = |state: &FlatState| {
            world.next_states(state).iter().map(Representative::representative).collect::<BTreeSet<_>>()
        };
        for state in &states {
            let representative = state.representative();
            assert_eq!(representative.representative(), representative);
            assert_eq!(successors(state), successors(&representative), "{state:?}");
        }
    }
}

/// A state in which process 0 owns the mutex, and thread 1, of process 1, waits for key 0.
fn contended() -> FlatState {
    let mut state = SMALL.init_states().remove(0);
    let mutex = Mutex { key: 0, fence: 0, data: 0, abandoned: false, owner: None };
    state.mutex = Some(Mutex { owner: Some(Owner { process: 0, handle: 0 }), ..mutex });
    state.processes[0].handles = 1;
    state.processes[1].handles = 1;
    state.threads[1] = Thread::Blocked(Wait { handle: 0, key: 0, reads: false, limited: true });
    state
}

#[test]
fn kmx_22_kmx_23_t14_t15_a_released_mutex_is_granted_or_the_wait_times_out() {
    let release = FlatCall::Release { handle: 0, key: 0, fence: 1, data: 0 };
    assert_eq!(apply(&SMALL, &contended(), FlatAction::Grant(1)), None);
    let (free, _) = apply(&SMALL, &contended(), FlatAction::Call(0, release)).expect("thread 0 runs");
    let (owned, shown) = apply(&SMALL, &free, FlatAction::Grant(1)).expect("the mutex is free");
    assert_eq!(shown.returns[1], Some(Return::Acquired { fence: 1, data: 0 }));
    assert_eq!(owned.mutex.and_then(|mutex| mutex.owner), Some(Owner { process: 1, handle: 0 }));
    let (late, shown) = apply(&SMALL, &free, FlatAction::Timeout(1)).expect("the wait is limited");
    assert_eq!((shown.returns[1], late.mutex), (Some(Return::TimedOut), free.mutex));
}

#[test]
fn inv_82_inv_84_inv_85_inv_86_inv_87_inv_88_notice_what_must_not_happen() {
    let before = contended();
    let back = |with| Shown { refused: false, returns: [None, Some(with), None, None, None, None] };
    let judge = |holds: fn(Taken<'_>) -> bool, action, with, after: &FlatState| {
        holds(Taken { world: &SMALL, before: &before, action, shown: &back(with), after })
    };
    let mut after = before;
    after.threads[1] = Thread::Running;
    let taken = Return::Acquired { fence: 0, data: 0 };
    assert!(!judge(inv_82, FlatAction::Grant(1), taken, &after));
    let mut abandoned = after;
    abandoned.mutex = before.mutex.map(|mutex| Mutex { owner: None, abandoned: true, ..mutex });
    let destroy = FlatAction::Call(0, FlatCall::Destroy { handle: 0 });
    assert!(judge(inv_84, destroy, Return::Abandoned, &abandoned));
    assert!(!judge(inv_84, destroy, Return::TimedOut, &abandoned));
    assert!(judge(inv_85, destroy, Return::Abandoned, &abandoned));
    assert!(!judge(inv_85, FlatAction::EndThread(0), Return::Abandoned, &abandoned));
    assert!(!judge(inv_87, FlatAction::Timeout(1), Return::TimedOut, &abandoned));
    let patient = FlatAction::Call(
        1,
        FlatCall::Acquire { handle: 0, key: 0, patience: Patience::Unlimited, reads: false },
    );
    assert!(!judge(inv_88, patient, Return::TimedOut, &after));
    let mut forgotten = abandoned;
    forgotten.threads[1] = Thread::Blocked(Wait { handle: 0, key: 0, reads: false, limited: false });
    assert!(!inv_86(&SMALL, &forgotten));
    assert_eq!(before.threads.len(), MAX_THREADS);
}
