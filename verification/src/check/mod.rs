//! `kmt check`: run every built-in world and every other stage, compare the counts with the pinned ones, report.
//!
//! Reading order: [`world`] (what a world is), [`search_world`] (a world made of a model), [`worlds`] and [`stages`]
//! (which there are), [`command()`] (the whole command over a [`Registry`]), [`report`] (what it found), [`text`] and
//! [`json`] (how that is shown), [`pins`] (the pinned counts), [`bench`](mod@bench) (how fast the engines are),
//! [`reference`](mod@reference) (the sizes of the reference benchmark).

pub mod bench;
pub mod command;
pub mod corpus;
mod failure;
pub mod json;
pub mod pins;
pub mod progress;
mod protocol_world;
pub mod reference;
pub mod report;
mod run_explore;
mod run_stateright;
mod schedule;
pub mod search_world;
mod select;
pub mod stage;
pub mod stages;
pub mod terminal;
pub mod text;
pub mod world;
pub mod worlds;

pub use command::{Console, Request, command};
pub use pins::PinFile;
pub use progress::{Progress, Silent};
pub use protocol_world::ProtocolWorld;
pub use report::{CheckReport, Preamble};
pub use search_world::{ModelWorld, PairWorld};
pub use stage::{Stage, StageReport};
pub use world::{Engine, Kind, RunOptions, World, WorldReport};

/// Everything that a check can run, and the counts it compares with.
pub struct Registry {
    /// The worlds, in the order of the table.
    pub worlds: Vec<Box<dyn World>>,
    /// The stages that run after the worlds.
    pub stages: Vec<Box<dyn Stage>>,
    /// The pinned counts.
    pub pins: PinFile,
}

impl Registry {
    /// The worlds, stages and pinned counts that are built in.
    #[must_use]
    pub fn built_in() -> Self {
        Self { worlds: worlds::worlds(), stages: stages::stages(), pins: PinFile::built_in() }
    }
}
