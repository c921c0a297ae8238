//! The bridge between the two kernels of kmt, and everything that runs over it.
//!
//! Reading order: [`rulebook`] (what the rules say), [`bridge`] (core and model side by side), [`pair`] (that side by side as
//! a world), [`explore`] (how a world is searched), [`check`] (all worlds and stages), [`matrix`] (every check of every call),
//! [`scenario`] (behaviour and protocols in files), [`canary`] (planted mistakes), [`generate`] and [`campaign`] (random events),
//! [`measure`] (how long the calls of the core take).

pub mod bridge;
pub mod campaign;
pub mod canary;
pub mod check;
pub mod exit;
pub mod explore;
pub mod generate;
pub mod matrix;
pub mod measure;
pub mod pair;
pub mod rulebook;
pub mod scenario;

/// The example of the README is compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
