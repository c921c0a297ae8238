//! The bridge between the two kernels of kmt, and everything that runs over it.
//!
//! Reading order: [`rulebook`] (what the rules say), [`explore`] (how a world is searched).

pub mod check;
pub mod exit;
pub mod explore;
pub mod matrix;
pub mod rulebook;
pub mod scenario;
pub mod bridge;
pub mod generate;
pub mod pair;
pub mod canary;
