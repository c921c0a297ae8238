//! The built-in worlds.

use kmt_model::keyed_mutex::scope::KeyedMutexWorld;
use kmt_model::scope::devices::Devices;
use kmt_model::scope::events::Events;
use kmt_model::scope::fences::Fences;
use kmt_model::scope::handle_reuse::HandleReuse;
use kmt_model::scope::keyed_mutexes::KeyedMutexes;
use kmt_model::scope::names::Names;
use kmt_model::scope::process_handles::ProcessHandles;
use kmt_model::scope::relay::Relay;
use kmt_model::scope::rights::Rights;
use kmt_model::scope::sharing::Sharing;

use super::{ModelWorld, PairWorld, World};
use crate::pair::worlds as pair;

/// Every built-in world, in the order in which the table shows them.
///
/// A world is one line here: a [`ModelWorld`] or a [`PairWorld`] around its model. Names are unique and never change their
/// meaning, because the pinned counts hang on them.
#[must_use]
pub fn worlds() -> Vec<Box<dyn World>> {
    model_worlds().into_iter().chain(pair_worlds()).collect()
}

fn model_worlds() -> Vec<Box<dyn World>> {
    vec![
        Box::new(ModelWorld::new(
            "process-handles",
            "Processes make children, pass NT handles of processes on, and end.",
            ProcessHandles::default(),
        )),
        Box::new(ModelWorld::new(
            "devices",
            "Two processes make, break and destroy devices on two adapters that stop.",
            Devices::default(),
        )),
        Box::new(ModelWorld::new(
            "handle-reuse",
            "A client makes and frees handles of one table until old values come back.",
            HandleReuse::default(),
        )),
        Box::new(ModelWorld::new(
            "keyed-mutexes",
            "The threads of two processes pass a keyed mutex around, wait for it, abandon it and end it.",
            KeyedMutexes::default(),
        )),
        Box::new(ModelWorld::new(
            "keyed-mutex-reference",
            "The reference benchmark: one keyed mutex in a flat state, three threads, two processes.",
            KeyedMutexWorld::default(),
        )),
        Box::new(ModelWorld::new(
            "fences",
            "A process signals fences, rewinds them, waits for them, and loses their device.",
            Fences::default(),
        )),
        Box::new(ModelWorld::new(
            "events",
            "Threads of a parent and its child set, reset and wait for two events.",
            Events::default(),
        )),
        Box::new(ModelWorld::new(
            "sharing",
            "A fence without a name goes from process to process and lives as long as one holds it.",
            Sharing::default(),
        )),
        Box::new(ModelWorld::new(
            "names",
            "Two makers and a reader race for names in three directories.",
            Names::default(),
        )),
        Box::new(ModelWorld::new(
            "rights",
            "Two processes get different rights to a fence and try to get more.",
            Rights::default(),
        )),
        Box::new(ModelWorld::new(
            "relay",
            "Two adapters share a fence; each signals it, and the other one looks later.",
            Relay::default(),
        )),
    ]
}

fn pair_worlds() -> Vec<Box<dyn World>> {
    vec![
        Box::new(PairWorld::new(
            "pair-devices",
            "Core and model: devices, errors, stops and ends in two processes.",
            pair::devices(None),
        )),
        Box::new(PairWorld::new(
            "pair-handle-reuse",
            "Core and model: one process makes handles until table entries come back.",
            pair::handle_reuse(None),
        )),
        Box::new(PairWorld::new(
            "pair-process-handles",
            "Core and model: inheritance, duplicates, rights and ends of processes.",
            pair::process_handles(None),
        )),
        Box::new(PairWorld::new(
            "pair-keyed-mutexes",
            "Core and model: three threads of two processes and one keyed mutex.",
            pair::keyed_mutexes(None),
        )),
        Box::new(PairWorld::new(
            "pair-fences",
            "Core and model: signals, rewinds, waits and the forced maximum.",
            pair::fences(None),
        )),
        Box::new(PairWorld::new(
            "pair-events",
            "Core and model: events that threads of a parent and its child set and wait for.",
            pair::events(None),
        )),
        Box::new(PairWorld::new(
            "pair-sharing",
            "Core and model: a fence that is shared, opened, duplicated and inherited.",
            pair::sharing(None),
        )),
        Box::new(PairWorld::new(
            "pair-names",
            "Core and model: names that are made, opened and given up.",
            pair::names(None),
        )),
        Box::new(PairWorld::new(
            "pair-rights",
            "Core and model: what masks and descriptors give, and what handles pass on.",
            pair::rights(None),
        )),
        Box::new(PairWorld::new(
            "pair-relay",
            "Core and model: a fence that two adapters have open.",
            pair::relay(None),
        )),
    ]
}
