//! Pair worlds: core and model in lockstep, explored exhaustively.
//!
//! A pair world takes the alphabet of one of the model's worlds, in a smaller size, and adds dead operands. Its state holds
//! the core with all its handle tables, so it stays finite by a budget of handles that each process may make. Which there
//! are stands in [`worlds`].

pub mod worlds;

use std::collections::BTreeMap;
use std::sync::Arc;

use kmt_core::{Host, Kernel, Limits, Planted, Profile};
use kmt_model::action::Action;
use kmt_model::observation::HandleChange;
use kmt_model::scope::{KernelWorld, Tracked};
use kmt_model::state::{ProcessName, State};
use stateright::{Model, Property};

use crate::bridge::lockstep::set_up;
use crate::bridge::{Divergence, Lockstep, LockstepError};
use crate::check::world::AGREEMENT;

/// A state of a pair world.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    /// Core and model.
    pub lockstep: Lockstep,
    /// The first difference, after which there are no further steps.
    pub divergence: Option<Box<Divergence>>,
    /// Handles that each process has made.
    made: BTreeMap<ProcessName, u32>,
}

/// What can happen in a state of a world.
type Alphabet = Arc<dyn Fn(&Tracked, &mut Vec<Action>) + Send + Sync>;

/// A world of the model, explored in lockstep with the core.
#[derive(Clone)]
pub struct PairModel {
    /// That of the model's world.
    alphabet: Alphabet,
    /// What the host sets up first.
    pub stage: Vec<Host>,
    /// What happens next, before the search begins.
    pub start: Vec<Action>,
    /// The bounds of both kernels.
    pub limits: Limits,
    /// Handles that each process may make.
    pub budget: u32,
    /// Handles that all processes together may make.
    pub total: u32,
    /// Actions beside those of the world: dead operands, malformed words.
    pub extra: fn(&State, &mut Vec<Action>),
    /// Actions of the world that are left out, to stay within the budget of states.
    pub without: fn(&Action) -> bool,
    /// The mistake that the core makes, if any.
    pub planted: Option<Planted>,
}

/// The alphabet of a world of the model.
fn alphabet<W: KernelWorld + Send + Sync + 'static>(world: W) -> Alphabet {
    Arc::new(move |state, actions| world.actions(state, actions))
}

impl Model for PairModel {
    type State = Pair;
    type Action = Action;

    fn init_states(&self) -> Vec<Pair> {
        let kernel = Kernel::new(Profile::windows(), self.limits)
            .expect("the limits of a pair world fit each other")
            .with_planted(self.planted);
        let mut lockstep = Lockstep::around(kernel, Profile::windows(), &self.limits);
        set_up(&mut lockstep, self.stage.iter().cloned()).expect("the stage of a pair world can be set up");
        for action in &self.start {
            match lockstep.act(action) {
                Ok(_) => {}
                // A mistake that the start shows already is for another world to find.
                Err(LockstepError::Divergence(_)) if self.planted.is_some() => return Vec::new(),
                Err(error) => panic!("the start of a pair world happens: {error}"),
            }
        }
        vec![Pair { lockstep, divergence: None, made: BTreeMap::new() }]
    }

    fn actions(&self, state: &Pair, actions: &mut Vec<Action>) {
        if state.divergence.is_some() {
            return;
        }
        let model = state.lockstep.model();
        (self.alphabet)(&Tracked::start(model.clone()), actions);
        actions.retain(|action| !(self.without)(action));
        (self.extra)(model, actions);
    }

    fn next_state(&self, state: &Pair, action: Action) -> Option<Pair> {
        let mut next = state.clone();
        match next.lockstep.act(&action) {
            Ok((_, observation)) => {
                for change in &observation.handles {
                    if let HandleChange::LocalAllocated(process, _) | HandleChange::NtAllocated(process, _) =
                        change
                    {
                        *next.made.entry(*process).or_default() += 1;
                    }
                }
            }
            Err(LockstepError::Divergence(divergence)) => next.divergence = Some(divergence),
            Err(LockstepError::Misuse(_) | LockstepError::Unformed | LockstepError::BeyondTheModel(_)) => {
                return None;
            }
        }
        Some(next)
    }

    fn within_boundary(&self, state: &Pair) -> bool {
        state.made.values().all(|&made| made <= self.budget) && state.made.values().sum::<u32>() <= self.total
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(AGREEMENT, |_, state: &Pair| state.divergence.is_none()),
            // The search reached what the world is for.
            Property::sometimes("the whole budget is used", |world: &Self, state: &Pair| {
                state.made.values().any(|&made| made == world.budget)
            }),
            Property::sometimes("a process has ended", |_, state: &Pair| {
                let model = state.lockstep.model();
                model.processes.iter().filter(|process| process.alive).count() < model.processes_made as usize
            }),
        ]
    }

    fn format_action(&self, action: &Action) -> String {
        format!("{action:?}")
    }

    fn format_step(&self, last: &Pair, action: Action) -> Option<String> {
        let next = self.next_state(last, action)?;
        Some(
            next.divergence
                .map_or_else(|| format!("{:#?}", next.lockstep.model()), |found| found.to_string()),
        )
    }
}
