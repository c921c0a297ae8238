//! A scenario as a typed value: what a file says, names unresolved, each with its place.
//!
//! Reading order: this file (the whole), [`World`] (the stage), [`Program`] (calls and what must come of them), [`Move`] (the
//! order of events), [`Claim`] (what is said about all orders).

mod claim;
mod program;
mod schedule;
mod world;

pub use self::claim::{After, Atom, CallPlace, Claim, Stuck};
pub use self::program::{Around, CallLine, EffectLine, Expect, GivesLine, Program, WakeLine};
pub use self::schedule::{
    Choice, Deadline, Designation, Explore, HostLine, IncidentLine, Move, MoveKind, Releases,
};
pub use self::world::{
    AdapterLine, Dialect, DirectoryLine, HandleLine, HandleTarget, LIMITS, ObjectLine, ProcessLine, World,
};
use super::place::Name;
pub use super::value::{FieldLine, HandleText, Value};

/// A scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scenario {
    /// One sentence that says what it shows.
    pub title: String,
    /// The rules that it speaks of.
    pub rules: Vec<Name>,
    /// How well these are known: given for measured behaviour.
    pub basis: Option<Basis>,
    /// Whatever else a reader should know.
    pub about: Option<String>,
    /// The stage.
    pub world: World,
    /// What each thread calls, in the order of the file.
    pub programs: Vec<Program>,
    /// The order of events, if it is pinned.
    pub schedule: Option<Vec<Move>>,
    /// What else may happen when all interleavings are checked.
    pub explore: Explore,
    /// What must never be seen.
    pub never: Vec<Claim>,
    /// What must be seen in some interleaving.
    pub possible: Vec<Claim>,
}

impl Scenario {
    /// Whether it speaks of all interleavings: it makes claims, or allows incidents. In one run of a protocol a thread may
    /// stop because the name that it waits for never gets a value.
    #[must_use]
    pub fn is_protocol(&self) -> bool {
        !self.never.is_empty() || !self.possible.is_empty() || self.explore != Explore::default()
    }
}

/// How well a behaviour is known, from the strongest to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A public test suite asserts it on real Windows.
    Observed,
    /// The public documentation or a public header says it.
    Documented,
    /// It follows from other rules.
    Inferred,
    /// Nobody says; it was decided.
    Chosen,
}
