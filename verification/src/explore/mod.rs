//! Exhaustive search over any `stateright::Model`, level by level, with the shortest way to each failure.
//!
//! Why a second engine beside stateright's: its breadth-first search is not minimal, keeps a copied path per pending
//! state and can't be cancelled. This one is a plain breadth-first search whose result is defined by its sequential
//! order; more threads only make it faster.
//!
//! Reading order: [`Options`] (what a run may cost), [`Explorer`] (the search), [`Report`] and [`Path`] (what comes
//! out), [`identity`] (how states are told apart), [`shrink`] (how a failing sequence of any origin is made small).

mod engine;
mod expand;
pub mod identity;
mod options;
mod path;
mod report;
pub mod shrink;
mod store;

pub(crate) use expand::message as panic_message;

pub use engine::{ExploreError, Explorer};
pub use options::{Options, Snapshot};
pub use path::{Path, ReplayError, Step};
pub use report::{Bound, Outcome, Panic, PropertyOutcome, PropertyResult, Report};

/// Maps a state to the one that stands for all states symmetric to it.
pub type Representative<M> = fn(&<M as stateright::Model>::State) -> <M as stateright::Model>::State;
