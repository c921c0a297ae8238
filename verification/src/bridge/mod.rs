//! The only place that sees both kernels: it translates, drives them with the same events, and reports the first
//! difference.
//!
//! | file | what it does |
//! |---|---|
//! | `names` | predicts every handle value from the history of allocations and frees, and names what the core numbers |
//! | `concretise` | the model's actions become the core's events |
//! | `abstracting` | the core's events become the model's actions |
//! | `observe` | what the core answered becomes what the model observed |
//! | `view` | the core's whole state becomes the model's |
//! | `lockstep` | one event through both, compared |
//! | `divergence` | the report of a difference |
//! | `machine` | the lockstep under a scenario |

pub mod abstracting;
pub mod concretise;
pub mod divergence;
pub mod lockstep;
mod machine;
pub mod names;
pub mod observe;
pub mod view;

pub use divergence::Divergence;
pub use lockstep::{Lockstep, LockstepError};
pub use names::Names;
