//! The reference benchmark: one keyed mutex, flat and small enough to measure a checker with.
//!
//! The rules KMX over again for one mutex, without tables and lists: a state is a few dozen bytes that are
//! copied. Every size is a field of [`scope::KeyedMutexWorld`]. The README describes the model closely enough
//! to be written in another language with the same number of states.
//!
//! Reading order: [`state`], [`action`], [`rules`], [`invariant`], [`symmetry`], [`scope`].

pub mod action;
pub mod invariant;
pub mod rules;
pub mod scope;
pub mod state;
pub mod symmetry;
