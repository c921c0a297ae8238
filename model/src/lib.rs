//! The rules of kmt a second time, small, as stateright models.
//!
//! This crate is the oracle for `kmt-core`: written from the rulebook alone, in words of its own. It knows
//! names instead of handle bits, meanings instead of flag words and a verdict instead of a status. What the
//! rulebook marks as a surface rule is not in it, beyond one named variant for each malformed operand.
//!
//! Reading order: [`state`] (what there is), [`limits`] (its bounds), [`action`] (what can happen),
//! [`observation`] (what the outside sees of it), [`rules`] (what each action does), [`invariant`] (what must
//! hold), [`scope`] (the worlds in which stateright checks it), [`symmetry`] (which states of a world are the
//! same but for names). [`keyed_mutex`] stands beside them: one keyed mutex over again, flat, to measure
//! checkers with.
//!
//! In reach: processes, threads, adapters, devices, keyed mutexes with the acquires that wait for them,
//! events, synchronisation objects with their CPU signals and CPU waits, local and global handles, NT
//! handles, and NT objects that share a synchronisation object, with their names and descriptors.

pub mod action;
pub mod invariant;
pub mod keyed_mutex;
pub mod limits;
pub mod observation;
pub mod rules;
pub mod scope;
pub mod state;
pub mod symmetry;
