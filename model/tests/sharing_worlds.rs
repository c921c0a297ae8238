//! Every world with shared NT objects at a small size: its properties and its determinism.

use kmt_model::limits::Limits;
use kmt_model::scope::names::Names;
use kmt_model::scope::relay::Relay;
use kmt_model::scope::rights::Rights;
use kmt_model::scope::sharing::Sharing;
use kmt_model::scope::{KernelWorld, Tracked};
use stateright::{Checker, Model};

/// Explores a world breadth-first to the end, asserts its properties and returns its unique and its
/// generated states.
fn explored<W>(world: W) -> (usize, usize)
where
    W: KernelWorld + Model<State = Tracked, Action = kmt_model::action::Action> + Send + Sync + 'static,
{
    let checker = world.checker().spawn_bfs().join();
    checker.assert_properties();
    (checker.unique_state_count(), checker.state_count())
}

#[test]
fn the_world_sharing_holds_and_is_deterministic() {
    let world = || {
        let world = Sharing { processes: 2, ..Sharing::default() };
        Sharing { limits: Limits { nt_handles: 2, ..world.limits }, ..world }
    };
    assert_eq!(explored(world()), explored(world()));
}

#[test]
fn the_world_names_holds_and_is_deterministic() {
    let limits = Limits { nt_handles: 1, ..Names::default().limits };
    let world = || Names { limits, ..Names::default() };
    assert_eq!(explored(world()), explored(world()));
}

/// This one is small as it is; the numbers are those of the README.
#[test]
fn the_world_rights_holds_and_is_deterministic() {
    assert_eq!(explored(Rights::default()), (36_245, 266_372));
}

#[test]
fn the_world_relay_holds_and_is_deterministic() {
    let limits = Limits { waits: 1, ..Relay::default().limits };
    assert_eq!(explored(Relay { limits }), explored(Relay { limits }));
}
