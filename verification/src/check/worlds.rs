//! The built-in worlds.

use kmt_model::keyed_mutex::scope::KeyedMutexWorld;
use kmt_model::scope::devices::Devices;
use kmt_model::scope::events::Events;
use kmt_model::scope::fences::Fences;
use kmt_model::scope::handle_reuse::HandleReuse;
use kmt_model::scope::keyed_mutexes::KeyedMutexes;
use kmt_model::scope::process_handles::ProcessHandles;

use super::{ModelWorld, PairWorld, World};
use crate::pair::worlds as pair;

/// Every built-in world, in the order in which the table shows them.
///
/// A world is one line here: a [`ModelWorld`] or a [`PairWorld`] around its model. Names are unique and never change their
/// meaning, because the pinned counts hang on them.
#[must_use]
pub fn worlds() -> Vec<Box<dyn World>> {
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
    ]
}
