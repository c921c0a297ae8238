//! The only place that sees both kernels: it translates, drives them with the same events, and reports the first
//! difference.
//!
//! | file | what it does |
//! |---|---|
//! | `names` | predicts every handle value from the history of allocations and frees, and names what the core numbers |
//! | `contents` | gives private data a mark that stands for its bytes |
//! | `concretise` | the model's actions become the core's events |
//! | `abstracting` | the core's events become the model's actions |
//! | `observe` | what the core answered becomes what the model observed |
//! | `effects` | what else the core made visible becomes the model's effects |
//! | `view` | the core's whole state becomes the model's |
//! | `view_mutexes` | its keyed mutexes, waits and global handles |
//! | `lockstep` | one event through both, compared |
//! | `divergence` | the report of a difference |
//! | `machine` | the lockstep under a scenario |

pub mod abstracting;
pub mod concretise;
mod contents;
pub mod divergence;
pub mod effects;
pub mod lockstep;
mod machine;
pub mod names;
pub mod observe;
pub mod view;
mod view_mutexes;

pub use divergence::Divergence;
pub use lockstep::{Lockstep, LockstepError};
pub use names::Names;
