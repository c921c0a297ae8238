//! What a whole check found, and the exit code that it means.

use super::pins::PinProblem;
use super::stage::StageResult;
use super::world::{Ending, WorldReport};
use crate::exit::Exit;
use crate::explore::identity::collision_odds;

/// What every run says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preamble {
    /// Hash of the rulebook that is embedded in this build.
    pub rulebook_hash: String,
    /// Name of the dialect that the worlds follow.
    pub dialect: String,
}

/// Everything that a check found.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// What the run says about itself.
    pub preamble: Preamble,
    /// Bound on the unique states of each world; `None` is unbounded.
    pub max_states: Option<usize>,
    /// The worlds that ended, in the registry's order.
    pub worlds: Vec<WorldReport>,
    /// The worlds that were interrupted or never started.
    pub unfinished: Vec<&'static str>,
    /// The stages that ran.
    pub stages: Vec<StageResult>,
    /// Differences from the pinned counts; none after blessing.
    pub pins: Vec<PinProblem>,
    /// After blessing, whether the file changed.
    pub blessed: Option<bool>,
    /// Whether the run was interrupted.
    pub interrupted: bool,
}

impl CheckReport {
    /// What the findings mean, the gravest first: interrupted, divergence, verdict, bound, clean.
    #[must_use]
    pub fn exit(&self) -> Exit {
        if self.interrupted {
            Exit::Interrupted
        } else if self.worlds.iter().any(WorldReport::diverges) {
            Exit::Divergence
        } else if self.worlds.iter().any(WorldReport::fails)
            || !self.pins.is_empty()
            || self.stages.iter().any(|stage| !stage.report.failures.is_empty())
        {
            Exit::Verdict
        } else if self.worlds.iter().any(|world| matches!(world.ending, Ending::Bound(_))) {
            Exit::Bound
        } else {
            Exit::Clean
        }
    }

    /// Unique states of all worlds together.
    #[must_use]
    pub fn unique(&self) -> usize {
        self.worlds.iter().map(|world| world.unique).sum()
    }

    /// The odds that any world folded two states into one unnoticed: the sum over the worlds.
    #[must_use]
    pub fn collision_odds(&self) -> f64 {
        self.worlds.iter().map(|world| collision_odds(world.unique)).fold(0.0, |all, odds| all + odds)
    }
}
