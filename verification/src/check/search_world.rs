//! Worlds made of a `stateright::Model`.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use stateright::{Expectation, Model};

use super::progress::Progress;
use super::run_explore::explore;
use super::run_stateright::check;
use super::world::{Ending, Engine, Kind, RunOptions, World, WorldReport};
use crate::explore::ExploreError;

/// A world of the reference model, searched by stateright; our own search adds the shortest sequence to a failure.
pub struct ModelWorld<M>(Searched<M>);

/// A world of core and model in lockstep, searched by our own engine.
///
/// Its model states the agreement as an `always` property with the name [`AGREEMENT`](super::world::AGREEMENT).
pub struct PairWorld<M>(Searched<M>);

pub(super) struct Searched<M> {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) deep: bool,
    pub(super) describe: &'static str,
    pub(super) model: Arc<M>,
}

impl<M> ModelWorld<M> {
    /// A world called `name` over `model`; `describe` is one sentence.
    #[must_use]
    pub fn new(name: &'static str, describe: &'static str, model: M) -> Self {
        Self(Searched { name, kind: Kind::Model, deep: false, describe, model: Arc::new(model) })
    }

    /// Marks the world as too large for a plain `kmt check`.
    #[must_use]
    pub fn deep(mut self) -> Self {
        self.0.deep = true;
        self
    }
}

impl<M> PairWorld<M> {
    /// A world called `name` over `model`; `describe` is one sentence.
    #[must_use]
    pub fn new(name: &'static str, describe: &'static str, model: M) -> Self {
        Self(Searched { name, kind: Kind::Pair, deep: false, describe, model: Arc::new(model) })
    }

    /// Marks the world as too large for a plain `kmt check`.
    #[must_use]
    pub fn deep(mut self) -> Self {
        self.0.deep = true;
        self
    }
}

/// A model that both engines can search; implemented for all that qualify.
pub trait Searchable:
    Model<State: SearchableState, Action: SearchableAction> + Send + Sync + 'static
{
}

/// A state that both engines can search and the report can show.
pub trait SearchableState: Hash + Eq + Clone + Debug + Send + Sync + 'static {}

/// An action that both engines can search and the report can show.
pub trait SearchableAction: Clone + PartialEq + Debug {}

impl<M: Model<State: SearchableState, Action: SearchableAction> + Send + Sync + 'static> Searchable for M {}
impl<S: Hash + Eq + Clone + Debug + Send + Sync + 'static> SearchableState for S {}
impl<A: Clone + PartialEq + Debug> SearchableAction for A {}

impl<M: Searchable> World for ModelWorld<M> {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn kind(&self) -> Kind {
        self.0.kind
    }

    fn deep(&self) -> bool {
        self.0.deep
    }

    fn describe(&self) -> &'static str {
        self.0.describe
    }

    fn run(&self, options: &RunOptions, progress: &dyn Progress) -> WorldReport {
        self.0.run(options, progress)
    }
}

impl<M: Searchable> World for PairWorld<M> {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn kind(&self) -> Kind {
        self.0.kind
    }

    fn deep(&self) -> bool {
        self.0.deep
    }

    fn describe(&self) -> &'static str {
        self.0.describe
    }

    fn run(&self, options: &RunOptions, progress: &dyn Progress) -> WorldReport {
        self.0.run(options, progress)
    }
}

impl<M: Searchable> Searched<M> {
    pub(super) fn run(&self, options: &RunOptions, progress: &dyn Progress) -> WorldReport {
        let engine = options.engine.unwrap_or(self.kind.engine());
        let blank = WorldReport {
            world: self.name,
            kind: self.kind,
            engine,
            unique: 0,
            generated: 0,
            depth: 0,
            elapsed: std::time::Duration::ZERO,
            bytes_per_state: None,
            properties: Vec::new(),
            ending: Ending::Complete,
            sequences: Vec::new(),
        };
        if let Some(reason) = self.refusal() {
            return WorldReport { ending: Ending::Refused(reason), ..blank };
        }
        match engine {
            Engine::Stateright => check(&self.model, blank, options, progress),
            Engine::Explore => explore(self.model.as_ref(), blank, options, progress),
        }
    }

    /// Why the model can't be a world.
    fn refusal(&self) -> Option<String> {
        let properties = self.model.properties();
        let eventually = properties.iter().find(|property| property.expectation == Expectation::Eventually);
        if let Some(property) = eventually {
            return Some(ExploreError::Eventually(property.name).to_string());
        }
        let always = properties.iter().any(|property| property.expectation == Expectation::Always);
        // A world without an invariant can't fail, and stateright would stop before it has seen all states.
        // A protocol that only asks what is possible is no world of ours.
        (!always && self.kind != Kind::Protocol).then(|| "the world has no `always` property".to_owned())
    }
}
