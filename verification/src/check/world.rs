//! What a world is, what a run of one may cost, and what comes out.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde::Serialize;
use stateright::Expectation;

use super::Progress;

/// The property by which a pair world says that core and model agree; breaking it is a divergence, exit code 4.
pub const AGREEMENT: &str = "core and model agree";

/// A closed system that can be searched exhaustively.
pub trait World: Sync {
    /// Its name: unique, in kebab case, and the key of its pinned counts.
    fn name(&self) -> &'static str;

    /// What is searched.
    fn kind(&self) -> Kind;

    /// Whether it is too large for a plain `kmt check` and runs with `--deep` or by name only.
    fn deep(&self) -> bool;

    /// One sentence: what happens in the world and what it is for.
    fn describe(&self) -> &'static str;

    /// Searches the world and reports; `progress` is told how far it is.
    fn run(&self, options: &RunOptions, progress: &dyn Progress) -> WorldReport;
}

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The reference model alone.
    Model,
    /// Core and model in lockstep.
    Pair,
    /// All interleavings of a user's protocol, on the core.
    Protocol,
}

impl Kind {
    /// As the table shows it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Pair => "pair",
            Self::Protocol => "protocol",
        }
    }

    /// The engine that searches such a world unless another is asked for.
    #[must_use]
    pub fn engine(self) -> Engine {
        match self {
            Self::Model => Engine::Stateright,
            Self::Pair | Self::Protocol => Engine::Explore,
        }
    }
}

/// Who searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Stateright's own breadth-first checker.
    Stateright,
    /// The breadth-first search of [`crate::explore`].
    Explore,
}

impl Engine {
    /// As the table shows it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stateright => "stateright",
            Self::Explore => "explore",
        }
    }
}

/// What a run of a world may cost.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The engine; `None` leaves it to the world's kind.
    pub engine: Option<Engine>,
    /// Threads inside the world.
    pub threads: usize,
    /// The most unique states.
    pub max_states: Option<usize>,
    /// Set from outside to interrupt the run.
    pub cancel: Arc<AtomicBool>,
}

impl Default for RunOptions {
    /// The world's own engine on one thread, without a limit.
    fn default() -> Self {
        Self { engine: None, threads: 1, max_states: None, cancel: Arc::default() }
    }
}

/// What came of one world.
#[derive(Clone, Debug)]
pub struct WorldReport {
    /// The world's name.
    pub world: &'static str,
    /// What was searched.
    pub kind: Kind,
    /// Who searched.
    pub engine: Engine,
    /// Unique states found.
    pub unique: usize,
    /// States generated, repeats included.
    pub generated: usize,
    /// Depth of the deepest state; initial states have depth 1.
    pub depth: usize,
    /// Wall-clock time of the search that gave the counts.
    pub elapsed: Duration,
    /// Bytes remembered per unique state, where the engine can tell.
    pub bytes_per_state: Option<f64>,
    /// One entry per property, in the model's order.
    pub properties: Vec<Property>,
    /// How the search ended.
    pub ending: Ending,
    /// The shortest sequence to each failure for which one was searched.
    pub sequences: Vec<Sequence>,
}

/// What became of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// `Always` or `Sometimes`.
    pub expectation: Expectation,
    /// The answer.
    pub answer: Answer,
}

/// The answer about a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// An invariant holds in every state.
    Held,
    /// An invariant is broken.
    Broken,
    /// A witness was found.
    Found,
    /// There is no witness.
    Missing,
    /// The run ended before the answer was known.
    Undecided,
}

/// How the search of a world ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Everything was judged.
    Complete,
    /// The search stopped at a failure, so the counts are partial.
    Stopped,
    /// This bound was reached, in words.
    Bound(String),
    /// The run was interrupted.
    Interrupted,
    /// The world can't be searched, for this reason.
    Refused(String),
    /// The world's model panicked with this message.
    Panicked(String),
}

/// The shortest sequence to a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// The property that is broken; for a panic, its message.
    pub failure: String,
    /// Index of the initial state.
    pub initial: usize,
    /// Index of each action.
    pub indices: Vec<usize>,
    /// Each action in the model's words.
    pub steps: Vec<String>,
    /// What the last step did: the model's own words, or the lines of the state that changed.
    pub last_step: String,
}

impl WorldReport {
    /// How many properties of the expectation have the answer, and how many there are.
    #[must_use]
    pub fn tally(&self, expectation: &Expectation, answer: Answer) -> (usize, usize) {
        let asked = self.properties.iter().filter(|property| property.expectation == *expectation);
        let answered = asked.clone().filter(|property| property.answer == answer);
        (answered.count(), asked.count())
    }

    /// Whether core and model were found to differ.
    #[must_use]
    pub fn diverges(&self) -> bool {
        self.properties.iter().any(|property| property.name == AGREEMENT && property.answer == Answer::Broken)
    }

    /// Whether the world gives a verdict against the project: a broken or unwitnessed property, a panic, a refusal.
    #[must_use]
    pub fn fails(&self) -> bool {
        let judged = |property: &Property| matches!(property.answer, Answer::Broken | Answer::Missing);
        matches!(self.ending, Ending::Refused(_) | Ending::Panicked(_)) || self.properties.iter().any(judged)
    }
}
