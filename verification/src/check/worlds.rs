//! The built-in worlds.

use kmt_model::scope::devices::Devices;
use kmt_model::scope::handle_reuse::HandleReuse;
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
    ]
}
