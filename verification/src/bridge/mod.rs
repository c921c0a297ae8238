//! The only place that sees both kernels: it translates, drives them with the same events, and reports the first
//! difference.
//!
//! | file | what it does |
//! |---|---|
//! | `names`, `names_tables` | predict every handle value from the history of allocations and frees |
//! | `identities` | names for what the kernels number and no client sees |
//! | `contents` | gives private data a mark that stands for its bytes |
//! | `paths`, `tokens` | full paths become directories and tokens, and back |
//! | `concretise`, `concretise_sync`, `concretise_share` | the model's actions become the core's events |
//! | `abstracting`, `abstracting_sync`, `abstracting_share`, `abstracting_host` | the core's events become the model's actions |
//! | `observe`, `observe_share`, `statuses` | what the core answered becomes what the model observed |
//! | `effects` | what else the core made visible becomes the model's effects |
//! | `view` | the core's whole state becomes the model's |
//! | `view_mutexes`, `view_sync`, `view_share` | its keyed mutexes and global handles; its synchronisation objects, events and waits; its shared objects and their names |
//! | `lockstep` | one event through both, compared |
//! | `divergence` | the report of a difference |
//! | `machine` | the lockstep under a scenario |

pub mod abstracting;
mod abstracting_host;
mod abstracting_share;
mod abstracting_sync;
pub mod concretise;
mod concretise_share;
mod concretise_sync;
mod contents;
pub mod divergence;
pub mod effects;
pub mod identities;
pub mod lockstep;
mod machine;
pub mod names;
mod names_tables;
pub mod observe;
mod observe_share;
mod paths;
mod statuses;
mod tokens;
pub mod view;
mod view_mutexes;
mod view_share;
mod view_sync;

pub use divergence::Divergence;
pub use lockstep::{Lockstep, LockstepError};
pub use machine::Watched;
pub use names::Names;
