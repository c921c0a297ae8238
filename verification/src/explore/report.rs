//! What a search found.

use std::time::Duration;

use stateright::Expectation;

use super::Path;

/// The result of one search.
#[derive(Clone, Debug)]
pub struct Report<State, Action> {
    /// Unique states found (stateright's `unique_state_count`).
    pub unique: usize,
    /// States generated inside the boundary, initial ones and repeats included (stateright's `state_count`).
    pub generated: usize,
    /// Depth of the deepest state judged (stateright's `max_depth`); initial states have depth 1, none is 0.
    pub max_depth: usize,
    /// Most states that waited to be judged at one time.
    pub peak_frontier: usize,
    /// Wall-clock time of the search.
    pub elapsed: Duration,
    /// One entry per property of the model, in its order.
    pub properties: Vec<PropertyResult<State, Action>>,
    /// Bytes held per unique state at the end: fingerprints and links, without the frontier; 0 without states.
    pub bytes_per_state: f64,
    /// How the search ended.
    pub outcome: Outcome<State, Action>,
}

/// How a search ended.
#[derive(Clone, Debug)]
pub enum Outcome<State, Action> {
    /// Every reachable state inside the boundary was judged.
    Complete,
    /// The search stopped because enough `always` properties were broken.
    Stopped,
    /// A limit was reached before the answer was known.
    Bound(Bound),
    /// The cancellation flag was set.
    Interrupted,
    /// The model itself panicked.
    Panicked(Panic<State, Action>),
}

/// The limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// This many unique states are stored and there is at least one more.
    States(usize),
    /// All states down to this depth were judged and there is at least one deeper.
    Depth(usize),
    /// This much time was allowed.
    Time(Duration),
}

/// A panic of the model under search.
#[derive(Clone, Debug)]
pub struct Panic<State, Action> {
    /// The panic's message.
    pub message: String,
    /// The shortest way to the state at which the model panicked.
    pub path: Path<State, Action>,
    /// Index of the action that was being taken; `None` when the panic came from elsewhere.
    pub action: Option<usize>,
}

/// What became of one property.
#[derive(Clone, Debug)]
pub struct PropertyResult<State, Action> {
    /// The property's name.
    pub name: &'static str,
    /// `Always` or `Sometimes`.
    pub expectation: Expectation,
    /// In how many states the property was judged; a decided property is judged no more.
    pub judged: usize,
    /// The answer.
    pub outcome: PropertyOutcome<State, Action>,
}

/// The answer about one property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropertyOutcome<State, Action> {
    /// `Always`: true in every reachable state.
    Holds,
    /// `Always`: false at the end of this path; no shorter one exists.
    Broken(Path<State, Action>),
    /// `Sometimes`: true at the end of this path; no shorter one exists.
    Witness(Path<State, Action>),
    /// `Sometimes`: true in no reachable state.
    NoWitness,
    /// The search ended before the answer was known.
    Undecided,
}

impl<State, Action> Report<State, Action> {
    /// The result for the property called `name`.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&PropertyResult<State, Action>> {
        self.properties.iter().find(|property| property.name == name)
    }
}
