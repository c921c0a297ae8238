//! The built-in worlds: both engines agree on every count, and threads change nothing.

use kmt::check::world::{Ending, World, WorldReport};
use kmt::check::worlds::worlds;
use kmt::check::{Engine, Kind, PinFile, RunOptions, Silent};

fn run(world: &dyn World, engine: Engine, threads: usize) -> WorldReport {
    let report = world.run(&RunOptions { engine: Some(engine), threads, ..RunOptions::default() }, &Silent);
    assert_eq!(report.ending, Ending::Complete, "{}", world.name());
    assert!(!report.fails(), "{}: {:?}", world.name(), report.properties);
    report
}

fn counts(report: &WorldReport) -> (usize, usize, usize) {
    (report.unique, report.generated, report.depth)
}

#[test]
fn stateright_and_our_search_count_the_same_in_every_model_world() {
    let pins = PinFile::built_in().pins().expect("pinned.toml parses");
    for world in worlds().iter().filter(|world| world.kind() == Kind::Model && !world.deep()) {
        let stateright = run(world.as_ref(), Engine::Stateright, 1);
        let ours = run(world.as_ref(), Engine::Explore, 1);
        assert_eq!(counts(&stateright), counts(&ours), "{}", world.name());
        assert_eq!(stateright.properties, ours.properties, "{}", world.name());
        let pin = pins.get(world.name()).unwrap_or_else(|| panic!("{} has no pin", world.name()));
        assert_eq!(counts(&ours), (pin.unique, pin.generated, pin.depth), "{}", world.name());
    }
}

#[test]
fn inv_93_two_threads_find_what_one_finds_in_every_pair_world() {
    for world in worlds().iter().filter(|world| world.kind() == Kind::Pair && !world.deep()) {
        let one = run(world.as_ref(), Engine::Explore, 1);
        let two = run(world.as_ref(), Engine::Explore, 2);
        assert_eq!(counts(&one), counts(&two), "{}", world.name());
        assert_eq!(one.properties, two.properties, "{}", world.name());
    }
}

#[test]
fn every_name_is_given_once() {
    let names: Vec<_> = worlds().iter().map(|world| world.name()).collect();
    let mut once = names.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len(), "{names:?}");
}
