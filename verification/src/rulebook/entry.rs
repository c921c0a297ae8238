//! What stands in the rulebook: rules, calls with their checks, invariants, transitions, choices, statuses.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::area::Area;

/// Where the main statement of a rule comes from, from the strongest source to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// A public test suite asserts it on real Windows.
    Observed,
    /// Public documentation or a public header says it.
    Documented,
    /// It follows from other rules or from how comparable objects behave.
    Inferred,
    /// Nobody says; the safest reading.
    Chosen,
}

impl Basis {
    /// The word of the rulebook.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Documented => "documented",
            Self::Inferred => "inferred",
            Self::Chosen => "chosen",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// Over what an invariant is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Every reachable state.
    State,
    /// One step: two states and the event between them.
    Step,
    /// A state and a bounded memory of the past beside it.
    History,
    /// Every state in which nothing but ticks and host events is enabled.
    Quiescent,
    /// Two runs, or two states.
    Pair,
    /// The default policy, the simulator or its clock.
    Policy,
    /// Some reachable state or run, which must exist.
    Witness,
}

impl Kind {
    /// The word of the rulebook.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Step => "step",
            Self::History => "history",
            Self::Quiescent => "quiescent",
            Self::Pair => "pair",
            Self::Policy => "policy",
            Self::Witness => "witness",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// A numbered statement about what the calls or the simulated machine do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Prefix and number: `KMX-04`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What must hold, in the windows dialect.
    pub text: String,
    /// The source of the main statement.
    pub basis: Basis,
    /// The calls it governs; `*` alone means every call that takes, returns or frees a handle.
    pub calls: Vec<String>,
    /// What the documented dialect does instead.
    pub documented: Option<String>,
    /// What public implementations do differently, by their name.
    pub peers: BTreeMap<String, String>,
    /// Whether arguments and the liveness and kind of handles alone decide it; then the model leaves it out.
    pub surface: bool,
    /// The file it stands in.
    pub area: Area,
}

impl Rule {
    /// The three letters before the number.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.id.split('-').next().unwrap_or_default()
    }
}

/// One condition under which a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Name of the call and place in its list, from 1: `ShareObjects/3`.
    pub id: String,
    /// The condition that refuses the call.
    pub condition: String,
    /// Name of the status that the caller gets.
    pub status: String,
    /// Id of the rule that decides.
    pub rule: String,
}

/// An entry point: what goes in, what comes out, and in which order it is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Name without the D3DKMT prefix.
    pub name: String,
    /// Names and types of what the caller passes.
    pub inputs: Vec<String>,
    /// Names and types of what the call writes.
    pub outputs: Vec<String>,
    /// Refusals; the first whose condition holds decides.
    pub checks: Vec<Check>,
    /// What changes when no check refuses.
    pub effects: String,
    /// What is written when one does.
    pub on_failure: String,
    /// Whether the caller can stay blocked after the checks.
    pub blocks: bool,
    /// Ids of the rules that govern it.
    pub rules: Vec<String>,
    /// The file it stands in.
    pub area: Area,
}

/// A statement over states or runs that a program can evaluate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invariant {
    /// `INV-` and a number.
    pub id: String,
    /// A few words.
    pub title: String,
    /// The statement.
    pub text: String,
    /// Over what it is evaluated.
    pub kind: Kind,
    /// Ids of the rules that it follows from.
    pub rules: Vec<String>,
    /// Prefixes whose other rules are meant as well.
    pub areas: Vec<String>,
}

/// A step that the simulated machine takes by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// `T` and a number.
    pub id: String,
    /// A few words.
    pub title: String,
    /// The condition over the state.
    pub enabled_when: String,
    /// What the step changes.
    pub effect: String,
    /// What it reads and writes; disjoint footprints commute.
    pub footprint: String,
    /// Ids of the rules behind it.
    pub rules: Vec<String>,
}

/// Something that the rules leave open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// `C` and a number.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What the checker tries.
    pub options: String,
    /// What the simulator does.
    pub default: String,
    /// Ids of the rules behind it.
    pub rules: Vec<String>,
}

/// A status that calls return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Name without the STATUS_ prefix.
    pub name: String,
    /// The 32-bit NTSTATUS value.
    pub number: u32,
}
