//! Every world at a small size: its properties, its determinism, its symmetry.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::Hash;

use kmt_model::action::{Action, Host};
use kmt_model::limits::Limits;
use kmt_model::scope::Tracked;
use kmt_model::scope::devices::Devices;
use kmt_model::scope::events::Events;
use kmt_model::scope::fences::Fences;
use kmt_model::scope::handle_reuse::{ClientAction, Entry, HandleReuse, Rest, Table, Value};
use kmt_model::scope::keyed_mutexes::KeyedMutexes;
use kmt_model::scope::process_handles::ProcessHandles;
use kmt_model::state::Identity;
use kmt_model::symmetry::representative;
use stateright::{Checker, Model, Representative};

fn small_devices() -> Devices {
    Devices { adapters: 1, ..Devices::default() }
}

fn small_process_handles() -> ProcessHandles {
    ProcessHandles { handles: 2, ..ProcessHandles::default() }
}

fn small_keyed_mutexes() -> KeyedMutexes {
    KeyedMutexes { threads: 2, ..KeyedMutexes::default() }
}

fn small_fences() -> Fences {
    let world = Fences::default();
    Fences { limits: Limits { waits: 1, ..world.limits } }
}

fn small_events() -> Events {
    Events { threads: 2, ..Events::default() }
}

fn small_handle_reuse() -> HandleReuse {
    HandleReuse { growth: 1, reserve: 0, max_entries: 3 }
}

/// Explores a world breadth-first, asserts its properties and returns its unique and its generated states.
fn explored<M>(world: M) -> (usize, usize)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync,
    M::Action: Clone + Debug + PartialEq + Send + Sync,
{
    let checker = world.checker().spawn_bfs().join();
    checker.assert_properties();
    (checker.unique_state_count(), checker.state_count())
}

/// Collects every state of a world.
fn reachable<M: Model>(world: &M) -> BTreeSet<M::State>
where
    M::State: Clone + Ord,
{
    let mut pending = world.init_states();
    let mut known = pending.iter().cloned().collect::<BTreeSet<_>>();
    while let Some(state) = pending.pop() {
        for next in world.next_states(&state) {
            if known.insert(next.clone()) {
                pending.push(next);
            }
        }
    }
    known
}

#[test]
fn the_world_devices_holds_and_is_deterministic() {
    assert_eq!(explored(small_devices()), explored(small_devices()));
    assert_eq!(explored(small_devices()).0, reachable(&small_devices()).len());
}

#[test]
fn the_world_process_handles_holds_and_is_deterministic() {
    assert_eq!(explored(small_process_handles()), explored(small_process_handles()));
    assert_eq!(explored(small_process_handles()).0, reachable(&small_process_handles()).len());
}

#[test]
fn the_world_keyed_mutexes_holds_and_is_deterministic() {
    assert_eq!(explored(small_keyed_mutexes()), explored(small_keyed_mutexes()));
    assert_eq!(explored(small_keyed_mutexes()).0, reachable(&small_keyed_mutexes()).len());
}

#[test]
fn the_world_fences_holds_and_is_deterministic() {
    assert_eq!(explored(small_fences()), (69_474, 517_214));
}

#[test]
fn the_world_events_holds_and_is_deterministic() {
    assert_eq!(explored(small_events()), explored(small_events()));
    assert_eq!(explored(small_events()).0, reachable(&small_events()).len());
}

#[test]
fn a_state_with_waits_stands_for_itself() {
    let states = reachable(&small_events());
    let mut waiting = states.iter().filter(|state| !state.kernel.waits.is_empty()).peekable();
    assert!(waiting.peek().is_some());
    assert!(waiting.all(|state| state.representative() == *state));
}

#[test]
fn the_world_handle_reuse_holds_and_is_deterministic() {
    assert_eq!(explored(small_handle_reuse()), explored(small_handle_reuse()));
    assert_eq!(explored(small_handle_reuse()).0, reachable(&small_handle_reuse()).len());
}

/// Asserts that the search with symmetry holds the same properties and visits one state of each class.
fn assert_symmetric<M>(world: M)
where
    M: Model<State = Tracked, Action = Action> + Clone + Send + Sync + 'static,
{
    let states = reachable(&world);
    let classes = states.iter().map(Representative::representative).collect::<BTreeSet<_>>();
    let checker = world.checker().symmetry().spawn_dfs().join();
    checker.assert_properties();
    assert_eq!(checker.unique_state_count(), classes.len());
    assert!(classes.len() * 2 < states.len(), "{} of {}", classes.len(), states.len());
    // A representative stands for itself.
    assert!(classes.iter().all(|class| representative(&class.kernel) == class.kernel));
}

#[test]
fn symmetry_keeps_the_verdict_of_devices() {
    assert_symmetric(small_devices());
}

#[test]
fn symmetry_keeps_the_verdict_of_process_handles() {
    assert_symmetric(small_process_handles());
}

/// Asserts that states of one class have successors of the same classes.
fn assert_bisimilar<M: Model<State = Tracked, Action = Action>>(world: &M) {
    let successors = |state: &Tracked| {
        world.next_states(state).iter().map(Representative::representative).collect::<BTreeSet<_>>()
    };
    for state in reachable(world) {
        assert_eq!(successors(&state), successors(&state.representative()), "{state:#?}");
    }
}

#[test]
fn symmetric_states_behave_the_same() {
    assert_bisimilar(&small_devices());
    assert_bisimilar(&small_process_handles());
}

#[test]
fn a_broken_state_has_no_further_steps() {
    let world = small_devices();
    let broken = Tracked { broken: Some("INV-35"), ..world.init_states().remove(0) };
    assert_eq!(broken.after(&Action::Host(Host::CreateProcess(Identity::default()))), None);
}

/// A table of two entries whose value (0, 1) was freed, in a state that the mechanism never makes.
fn after_a_free(generation: u8, free: Vec<u8>, handed_out: u8) -> Table {
    let world = HandleReuse { growth: 2, reserve: 1, max_entries: 2 };
    let create = |table: &Table| world.next_state(table, ClientAction::Create).expect("there is room");
    let value = Value { index: 0, generation: 1 };
    let mut table = create(&Table::default());
    table = world.next_state(&table, ClientAction::Destroy(value)).expect("it is live");
    table.entries[0] = Entry { generation, live: false };
    table.rests[0] = Rest { handed_out, ..table.rests[0] };
    table.free = free;
    create(&table)
}

#[test]
fn hnd_12_an_entry_that_comes_back_too_soon_is_noticed() {
    assert_eq!(after_a_free(2, vec![0, 1], 0).broken, Some("HND-12"));
    assert_eq!(after_a_free(2, vec![1, 0], 0).broken, None);
}

#[test]
fn hnd_13_inv_63_a_generation_that_does_not_advance_is_noticed() {
    assert_eq!(after_a_free(1, vec![0, 1], 1).broken, Some("HND-13"));
    let world = HandleReuse { growth: 2, reserve: 1, max_entries: 2 };
    let mut table = world.next_state(&Table::default(), ClientAction::Create).expect("there is room");
    table.entries[0].live = false;
    let value = Value { index: 0, generation: 1 };
    let used = world.next_state(&table, ClientAction::Use(value)).expect("it is judged");
    assert_eq!(used.broken, Some("INV-63"));
}
