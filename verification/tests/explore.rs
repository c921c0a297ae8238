//! The search against stateright's own breadth-first search, and its limits, paths and shrinker.

mod toys;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kmt::explore::identity::{collision_odds, fingerprint};
use kmt::explore::shrink::{DoesNotFail, shrink};
use kmt::explore::{
    Bound, ExploreError, Explorer, Options, Outcome, Path, PropertyOutcome, ReplayError, Report, Snapshot,
};
use stateright::{Checker as _, Model, Property};
use toys::{Counters, Jugs, Line, Litres, Lock, Pour, Tiles, Trap};

fn search<M>(model: &M, options: Options<'_>) -> Report<M::State, M::Action>
where
    M: Model + Sync,
    M::State: Hash + Clone + Send + Sync,
    M::Action: Clone,
{
    Explorer::new(model, options).run().expect("the toy can be searched")
}

fn to_the_end() -> Options<'static> {
    Options { stop_after_failures: None, ..Options::default() }
}

/// Everything of a report that must not depend on threads.
fn essence<S: Debug, A: Debug>(report: &Report<S, A>) -> String {
    format!(
        "{} {} {} {:?} {:?}",
        report.unique, report.generated, report.max_depth, report.outcome, report.properties
    )
}

fn counts_equal_stateright<M>(model: &M)
where
    M: Model + Clone + Send + Sync + 'static,
    M::State: Hash + Clone + PartialEq + Debug + Send + Sync + 'static,
    M::Action: Clone + PartialEq + Debug,
{
    let theirs = model.clone().checker().spawn_bfs().join();
    let discovered: BTreeSet<&str> = theirs.discoveries().into_keys().collect();
    for threads in [1, 2, 3] {
        let ours = search(model, Options { threads, ..to_the_end() });
        assert!(matches!(ours.outcome, Outcome::Complete));
        assert_eq!(ours.unique, theirs.unique_state_count());
        assert_eq!(ours.generated, theirs.state_count());
        assert_eq!(ours.max_depth, theirs.max_depth());
        let decided = ours.properties.iter().filter(|property| {
            matches!(property.outcome, PropertyOutcome::Broken(_) | PropertyOutcome::Witness(_))
        });
        assert_eq!(decided.map(|property| property.name).collect::<BTreeSet<_>>(), discovered);
    }
}

#[test]
fn counts_equal_stateright_on_a_broken_model() {
    counts_equal_stateright(&Jugs);
}

#[test]
fn counts_equal_stateright_with_actions_that_lead_nowhere() {
    counts_equal_stateright(&Lock { atomic: true });
    counts_equal_stateright(&Tiles);
}

#[test]
fn counts_equal_stateright_inside_a_boundary() {
    counts_equal_stateright(&Counters { sum: 24 });
}

#[test]
fn fingerprints_equal_those_of_stateright() {
    // The on-demand checker expands a pending state only when it is asked for by its fingerprint.
    let known = Litres { small: 0, big: 0 };
    let unknown = Litres { small: 1, big: 1 };
    for (state, expanded) in [(known, true), (unknown, false)] {
        let checker = Jugs.checker().spawn_on_demand();
        checker.check_fingerprint(fingerprint(&state).try_into().expect("not zero"));
        let grown = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(if expanded { 10 } else { 1 }));
            checker.unique_state_count() == 3
        });
        assert_eq!(grown, expanded, "{state:?}");
    }
}

#[test]
fn the_shortest_failure_is_found() {
    let report = search(&Jugs, Options::default());
    assert!(matches!(report.outcome, Outcome::Stopped));
    let property = report.property("the big jug never holds four litres").expect("named in the model");
    let PropertyOutcome::Broken(path) = &property.outcome else { panic!("{:?}", property.outcome) };
    let actions: Vec<Pour> = path.steps.iter().map(|step| step.action).collect();
    use Pour::{BigIntoSmall, EmptySmall, FillBig};
    assert_eq!(actions, [FillBig, BigIntoSmall, EmptySmall, BigIntoSmall, FillBig, BigIntoSmall]);
    assert_eq!(path.last_state(), &Litres { small: 3, big: 4 });
    assert_eq!(path.state_before_last(), Some(&Litres { small: 2, big: 5 }));
    assert_eq!(Path::replay(&Jugs, path.initial, &path.indices()).as_ref(), Ok(path));
}

#[test]
fn an_undecided_property_is_not_called_held() {
    let report = search(&Jugs, Options::default());
    let overflow = report.property("no jug overflows").expect("named in the model");
    assert_eq!(overflow.outcome, PropertyOutcome::Undecided);
    assert!(overflow.judged > 6 && overflow.judged <= report.unique);
}

#[test]
fn a_race_is_shown_in_the_words_of_the_model() {
    let model = Lock { atomic: false };
    let report = search(&model, Options::default());
    let PropertyOutcome::Broken(path) = &report.properties[0].outcome else { panic!("the lock is broken") };
    assert_eq!(
        path.lines(&model),
        [
            "thread 0 looks at the lock",
            "thread 1 looks at the lock",
            "thread 0 takes the lock",
            "thread 1 takes the lock"
        ]
    );
}

#[test]
fn missing_witnesses_and_held_invariants_are_told_apart() {
    let report = search(&Tiles, Options::default());
    assert_eq!(report.properties[0].outcome, PropertyOutcome::Holds);
    assert_eq!(report.properties[0].judged, 181_440);
    assert!(
        matches!(&report.properties[1].outcome, PropertyOutcome::Witness(path) if path.steps.len() == 28)
    );
    assert_eq!(report.properties[2].outcome, PropertyOutcome::NoWitness);
    assert_eq!(report.max_depth, 32);
    assert!(report.bytes_per_state > 17.0 && report.bytes_per_state < 40.0, "{}", report.bytes_per_state);
}

#[test]
fn threads_change_nothing() {
    let limits = [(None, None), (Some(1), None), (Some(50_000), None), (None, Some(20)), (Some(3), Some(1))];
    for (max_states, max_depth) in limits {
        let run = |threads| {
            essence(&search(&Tiles, Options { threads, max_states, max_depth, ..Options::default() }))
        };
        let one = run(1);
        assert_eq!(one, run(2), "{max_states:?} {max_depth:?}");
        assert_eq!(one, run(5), "{max_states:?} {max_depth:?}");
    }
}

/// Tiles with a failure deep inside a large level, so that several workers see failures at once.
#[derive(Clone)]
struct Late;

impl Model for Late {
    type State = [u8; 9];
    type Action = isize;

    fn init_states(&self) -> Vec<[u8; 9]> {
        Tiles.init_states()
    }

    fn actions(&self, state: &[u8; 9], actions: &mut Vec<isize>) {
        Tiles.actions(state, actions);
    }

    fn next_state(&self, last: &[u8; 9], action: isize) -> Option<[u8; 9]> {
        assert!(*last != [8, 7, 6, 5, 4, 3, 2, 1, 0], "reversed");
        Tiles.next_state(last, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always("seven is not first or depth is small", |_, state| {
                state[0] != 7 || state[1] != 5 || state[2] != 6 || state[8] != 1
            }),
            Property::<Self>::always("the top row is not 8 7 6", |_, state| state[..3] != [8, 7, 6]),
        ]
    }
}

#[test]
fn threads_change_nothing_about_failures() {
    for stop_after_failures in [Some(1), Some(2), None] {
        let run =
            |threads| essence(&search(&Late, Options { threads, stop_after_failures, ..Options::default() }));
        let one = run(1);
        assert_eq!(one, run(2), "{stop_after_failures:?}");
        assert_eq!(one, run(4), "{stop_after_failures:?}");
    }
}

#[test]
fn a_panic_of_the_model_comes_with_its_path() {
    for threads in [1, 2] {
        let report = search(&Line(Trap::PanicAtSeven), Options { threads, ..Options::default() });
        let Outcome::Panicked(panic) = &report.outcome else { panic!("{:?}", report.outcome) };
        assert_eq!(panic.message, "seven is out of order");
        assert_eq!((panic.path.last_state(), panic.action), (&7, Some(0)));
        assert_eq!(report.properties[0].outcome, PropertyOutcome::Undecided);
    }
}

#[test]
fn a_state_limit_is_exact_and_honest() {
    let report = search(&Tiles, Options { max_states: Some(1000), ..Options::default() });
    assert!(matches!(report.outcome, Outcome::Bound(Bound::States(1000))));
    assert_eq!(report.unique, 1000);
    assert!(report.properties[0].judged < 1000);
    assert_eq!(report.properties[0].outcome, PropertyOutcome::Undecided);

    let enough = search(&Tiles, Options { max_states: Some(181_440), ..Options::default() });
    assert!(matches!(enough.outcome, Outcome::Complete));
}

#[test]
fn a_depth_limit_is_exact_and_honest() {
    let enough = search(&Tiles, Options { max_depth: Some(32), ..Options::default() });
    assert!(matches!(enough.outcome, Outcome::Complete));
    let short = search(&Tiles, Options { max_depth: Some(31), ..Options::default() });
    assert!(matches!(short.outcome, Outcome::Bound(Bound::Depth(31))));
    assert_eq!((short.unique, short.max_depth, short.properties[0].judged), (181_438, 31, 181_438));
}

#[test]
fn a_time_limit_ends_the_search() {
    let report = search(&Tiles, Options { time_limit: Some(Duration::ZERO), ..Options::default() });
    assert!(matches!(report.outcome, Outcome::Bound(Bound::Time(Duration::ZERO))));
    assert_eq!((report.unique, report.max_depth, report.properties[0].judged), (1, 0, 0));
}

#[test]
fn cancellation_interrupts_within_the_search() {
    for threads in [1, 2] {
        let cancel = AtomicBool::new(false);
        let raise = |seen: Snapshot| cancel.store(seen.depth >= 15, Ordering::Relaxed);
        let options =
            Options { threads, cancel: Some(&cancel), progress: Some(&raise), ..Options::default() };
        let report = search(&Tiles, options);
        assert!(matches!(report.outcome, Outcome::Interrupted));
        assert_eq!(report.max_depth, 15);
        assert_eq!(report.properties[0].outcome, PropertyOutcome::Undecided);
    }
}

#[test]
fn progress_grows_and_ends_with_the_totals() {
    let seen = std::cell::RefCell::new(Vec::new());
    let note = |snapshot: Snapshot| seen.borrow_mut().push(snapshot);
    let report = search(&Tiles, Options { progress: Some(&note), ..Options::default() });
    let seen = seen.into_inner();
    assert!(seen.len() >= 32);
    assert!(seen.is_sorted_by_key(|snapshot| (snapshot.unique, snapshot.generated)));
    let last = Snapshot { unique: report.unique, generated: report.generated, depth: 32, frontier: 0 };
    assert_eq!(seen.last(), Some(&last));
}

#[test]
fn eventually_is_refused_with_its_reason() {
    let error = Explorer::new(&Line(Trap::Eventually), Options::default()).run().expect_err("refused");
    assert_eq!(error, ExploreError::Eventually("done"));
    assert!(error.to_string().contains("quiescent"), "{error}");
}

#[test]
fn symmetry_folds_states_and_keeps_real_paths() {
    #[derive(Clone)]
    struct Sorted;
    impl Model for Sorted {
        type State = [u8; 3];
        type Action = usize;
        fn init_states(&self) -> Vec<[u8; 3]> {
            vec![[0; 3]]
        }
        fn actions(&self, _: &[u8; 3], actions: &mut Vec<usize>) {
            actions.extend([2, 1, 0]);
        }
        fn next_state(&self, last: &[u8; 3], action: usize) -> Option<[u8; 3]> {
            let mut next = *last;
            next[action] += 1;
            (next[action] <= 4).then_some(next)
        }
        fn properties(&self) -> Vec<Property<Self>> {
            vec![Property::<Self>::sometimes("all at four", |_, state| *state == [4; 3])]
        }
    }
    let whole = search(&Sorted, Options::default());
    let sort = |state: &[u8; 3]| {
        let mut sorted = *state;
        sorted.sort_unstable();
        sorted
    };
    let folded = Explorer::new(&Sorted, Options::default()).symmetry(sort).run().expect("searchable");
    assert_eq!(whole.unique, 125);
    assert_eq!(folded.unique, 35, "multisets of three out of five");
    let PropertyOutcome::Witness(path) = &folded.properties[0].outcome else { panic!("reachable") };
    assert_eq!(Path::replay(&Sorted, 0, &path.indices()).as_ref(), Ok(path));
}

#[test]
fn replay_refuses_what_the_model_does_not_follow() {
    let lock = Lock { atomic: true };
    assert_eq!(Path::replay(&lock, 1, &[]), Err(ReplayError::NoInitialState(1)));
    let error = ReplayError::NotEnabled { step: 2, index: 9, enabled: 2 };
    assert_eq!(Path::replay(&lock, 0, &[0, 9]), Err(error));
    assert_eq!(Path::replay(&lock, 0, &[0, 1]), Err(ReplayError::NoNextState { step: 2, index: 1 }));
}

#[test]
fn collision_odds_are_those_of_the_birthday_bound() {
    let odds = collision_odds(10_000_000);
    assert!((odds - 2.71e-6).abs() < 1e-8, "{odds}");
    assert!((collision_odds(usize::MAX) - 1.0).abs() < f64::EPSILON);
}

#[test]
fn shrinking_keeps_what_is_needed_in_order() {
    let actions: Vec<u32> = (0..200).collect();
    let needs = |tried: &[u32]| [17, 90, 91, 163].iter().all(|needed| tried.contains(needed));
    let shrunk = shrink(&actions, 10_000, needs).expect("the whole sequence fails");
    assert_eq!(shrunk.actions, [17, 90, 91, 163]);
    assert!(shrunk.minimal);
    assert!(shrunk.tried < 120, "{}", shrunk.tried);
    assert_eq!(shrink(&actions, 10_000, needs), Ok(shrunk));
}

#[test]
fn shrinking_returns_to_actions_that_become_needless() {
    // 1 is needed as long as 2 is there, and 2 is needed by nobody.
    let fails = |tried: &[u32]| tried.contains(&3) && (tried.contains(&1) || !tried.contains(&2));
    let shrunk = shrink(&[1, 2, 3], 100, fails).expect("the whole sequence fails");
    assert_eq!((shrunk.actions, shrunk.minimal), (vec![3], true));
}

#[test]
fn shrinking_stops_at_its_budget_with_a_failing_sequence() {
    let actions: Vec<u32> = (0..64).collect();
    let needs = |tried: &[u32]| tried.contains(&1) && tried.contains(&62);
    let shrunk = shrink(&actions, 10, needs).expect("the whole sequence fails");
    assert_eq!((shrunk.tried, shrunk.minimal), (10, false));
    assert!(needs(&shrunk.actions));
    assert_eq!(shrink(&actions, 0, needs), Err(DoesNotFail));
    assert_eq!(shrink(&actions, 10, |_| false), Err(DoesNotFail));
}
