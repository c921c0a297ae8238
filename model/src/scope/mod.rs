//! The worlds: bounded models that stateright explores.
//!
//! | world | studies | state |
//! |---|---|---|
//! | [`devices`] | local handles, devices, errors, ends | [`Tracked`] |
//! | [`process_handles`] | NT handles of processes, inheritance, rights | [`Tracked`] |
//! | [`keyed_mutexes`] | keyed mutexes, waits, abandonment, global handles | [`Tracked`] |
//! | [`fences`] | fences, CPU signals and waits, the forced maximum | [`Tracked`] |
//! | [`events`] | events, their waiters, sets that leave open whom they release | [`Tracked`] |
//! | [`sharing`] | a fence that goes from process to process | [`Tracked`] |
//! | [`names`] | names of shared objects | [`Tracked`] |
//! | [`rights`] | rights to a shared fence | [`Tracked`] |
//! | [`relay`] | a fence of two adapters, marks | [`Tracked`] |
//! | [`handle_reuse`] | values of local handles | [`handle_reuse::Table`] |
//!
//! A step or history invariant is judged when the step is taken; the first one that fails is noted in the
//! state, which then has no further steps.

pub mod devices;
pub mod events;
pub mod fences;
pub mod handle_reuse;
pub mod keyed_mutexes;
pub mod names;
pub mod process_handles;
pub mod relay;
pub mod rights;
pub mod sharing;

use stateright::{Model, Property, Representative};

use crate::action::{Action, Incident};
use crate::invariant::{self, History, OF_HISTORIES, OF_STEPS, Taken};
use crate::limits::Limits;
use crate::rules::apply;
use crate::state::State;
use crate::symmetry;

/// A state of the modelled machine inside a world, with its ghost.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tracked {
    /// The machine.
    pub kernel: State,
    /// What the history invariants must know of the past; no rule looks at it.
    pub history: History,
    /// The step or history invariant that the step into this state broke.
    pub broken: Option<&'static str>,
}

impl Tracked {
    /// Returns a first state, which no step led to.
    #[must_use]
    pub const fn start(kernel: State) -> Self {
        Self { kernel, history: History::new(), broken: None }
    }

    /// Returns the state after an action, judged, or `None` if the action cannot be formed or changes
    /// nothing.
    #[must_use]
    pub fn after(&self, action: &Action) -> Option<Self> {
        if self.broken.is_some() {
            return None;
        }
        let (after, observation) = apply(&self.kernel, action)?;
        let step = Taken { before: &self.kernel, action, observation: &observation, after: &after };
        let of_step =
            OF_STEPS.iter().find(|invariant| !(invariant.holds)(step)).map(|invariant| invariant.id);
        let of_history = || OF_HISTORIES.iter().find(|invariant| !(invariant.holds)(&self.history, step));
        let broken = of_step.or_else(|| of_history().map(|invariant| invariant.id));
        let history = self.history.after(step);
        (broken.is_some() || after != self.kernel).then_some(Self { kernel: after, history, broken })
    }
}

impl Representative for Tracked {
    fn representative(&self) -> Self {
        Self { kernel: symmetry::representative(&self.kernel), ..self.clone() }
    }
}

/// Returns the state after these actions as the only first one; what they showed counts for the invariants over
/// histories.
fn grown(limits: Limits, actions: &[Action]) -> Vec<Tracked> {
    let first = Tracked::start(State::new(limits));
    let grow = |state: Tracked, action| state.after(action).expect("this can be set up");
    vec![actions.iter().fold(first, grow)]
}

/// Returns the one state in which a search begins: the empty machine after these actions.
fn start(limits: Limits, actions: impl IntoIterator<Item = Action>) -> Vec<Tracked> {
    let mut state = State::new(limits);
    for action in actions {
        state = apply(&state, &action).expect("a world can be set up").0;
    }
    vec![Tracked::start(state)]
}

/// Lists the kill of each live process and the end of each thread.
fn ends(kernel: &State) -> impl Iterator<Item = Action> {
    let live = kernel.processes.iter().filter(|process| process.alive);
    let killed = live.map(|process| Incident::KillProcess(process.name));
    let ended = kernel.threads.iter().map(|thread| Incident::EndThread(thread.name));
    killed.chain(ended).map(Action::Incident)
}

/// What the worlds over [`Tracked`] have in common.
pub trait KernelWorld: Model<State = Tracked, Action = Action> {}

/// Returns whether some step of the world from this state satisfies the predicate.
fn some_step<W: KernelWorld>(world: &W, state: &Tracked, wanted: fn(Taken<'_>) -> bool) -> bool {
    any_step(world, state, wanted)
}

/// The same for a predicate that looks at the past too.
fn some_past_step<W: KernelWorld>(
    world: &W,
    state: &Tracked,
    wanted: fn(&History, Taken<'_>) -> bool,
) -> bool {
    any_step(world, state, |step| wanted(&state.history, step))
}

fn any_step<W: KernelWorld>(world: &W, state: &Tracked, wanted: impl Fn(Taken<'_>) -> bool) -> bool {
    let mut actions = Vec::new();
    world.actions(state, &mut actions);
    actions.iter().any(|action| {
        apply(&state.kernel, action).is_some_and(|(after, observation)| {
            wanted(Taken { before: &state.kernel, action, observation: &observation, after: &after })
        })
    })
}

/// [`Property::always`] for a world over [`Tracked`].
fn always<W: KernelWorld>(name: &'static str, condition: fn(&W, &Tracked) -> bool) -> Property<W> {
    Property::always(name, condition)
}

/// [`Property::sometimes`] for a world over [`Tracked`].
fn sometimes<W: KernelWorld>(name: &'static str, condition: fn(&W, &Tracked) -> bool) -> Property<W> {
    Property::sometimes(name, condition)
}

/// Returns the properties that every world over [`Tracked`] checks.
fn common_properties<W: KernelWorld>() -> Vec<Property<W>> {
    vec![
        always("INV-29", |_, state| invariant::inv_29(&state.kernel)),
        sometimes("INV-29 judged", |_, state| invariant::inv_29_judged(&state.kernel)),
        always("INV-35", |_, state| state.broken != Some("INV-35")),
        sometimes("INV-35 judged", |world, state| some_step(world, state, invariant::inv_35_judged)),
        always("INV-65", |_, state| invariant::inv_65(&state.kernel)),
        sometimes("INV-65 judged", |_, state| invariant::inv_65_judged(&state.kernel)),
        always("INV-67", |_, state| invariant::inv_67(&state.kernel)),
        sometimes("INV-67 judged", |_, state| invariant::inv_67_judged(&state.kernel)),
        always("INV-68", |_, state| invariant::inv_68(&state.kernel)),
        sometimes("INV-68 judged", |_, state| invariant::inv_68_judged(&state.kernel)),
        always("INV-76", |_, state| state.broken != Some("INV-76")),
        sometimes("INV-76 judged", |world, state| some_step(world, state, invariant::inv_76_judged)),
    ]
}

/// Returns the properties that every world with shared NT objects checks.
fn sharing_properties<W: KernelWorld>() -> Vec<Property<W>> {
    vec![
        always("INV-10", |_, state| state.broken != Some("INV-10")),
        sometimes("INV-10 judged", |world, state| {
            some_past_step(world, state, invariant::inv_10_granted_judged)
        }),
        always("INV-69", |_, state| invariant::inv_69(&state.kernel)),
        sometimes("INV-69 judged", |_, state| invariant::inv_69_judged(&state.kernel)),
        always("INV-72", |_, state| state.broken != Some("INV-72")),
        sometimes("INV-72 judged", |world, state| some_step(world, state, invariant::inv_72_judged)),
        always("INV-73", |_, state| state.broken != Some("INV-73")),
        sometimes("INV-73 judged", |world, state| some_step(world, state, invariant::inv_73_judged)),
        always("INV-74", |_, state| state.broken != Some("INV-74")),
        sometimes("INV-74 judged", |world, state| some_step(world, state, invariant::inv_74_judged)),
    ]
}

/// Returns the properties that every world with named objects checks.
fn name_properties<W: KernelWorld>() -> [Property<W>; 4] {
    [
        always("INV-70", |_, state| invariant::inv_70(&state.kernel)),
        sometimes("INV-70 judged", |_, state| invariant::inv_70_judged(&state.kernel)),
        always("INV-71", |_, state| invariant::inv_71(&state.kernel)),
        sometimes("INV-71 judged", |_, state| invariant::inv_71_judged(&state.kernel)),
    ]
}
