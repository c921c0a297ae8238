//! A user's protocol as a world: searched on the core, and every sequence that is shown was replayed through the model.

use std::sync::Arc;

use stateright::Expectation;

use super::progress::Progress;
use super::search_world::Searched;
use super::world::{AGREEMENT, Answer, Kind, Property, RunOptions, Sequence, World, WorldReport};
use crate::bridge::Watched;
use crate::explore::Path;
use crate::scenario::{self, Policy, Protocol, RunError};

/// All interleavings of a scenario, as a world.
pub struct ProtocolWorld(Searched<Protocol>);

impl ProtocolWorld {
    /// A world called `name`; `title` is one sentence.
    #[must_use]
    pub fn new(name: &'static str, title: &'static str, protocol: Protocol) -> Self {
        Self(Searched { name, kind: Kind::Protocol, deep: false, describe: title, model: Arc::new(protocol) })
    }

    /// What the model says against a sequence, if anything.
    fn objection(&self, sequence: &Sequence) -> Option<String> {
        let protocol = self.0.model.as_ref();
        let path = match Path::replay(protocol, sequence.initial, &sequence.indices) {
            Ok(path) => path,
            Err(error) => return Some(format!("{error:?}")),
        };
        let actions: Vec<_> = path.steps.iter().map(|step| step.action.clone()).collect();
        let pinned = protocol.pinned(&actions);
        let kernel = match scenario::kernel(&pinned.world) {
            Ok(kernel) => kernel,
            Err(fault) => return Some(format!("{fault:?}")),
        };
        match scenario::run(&pinned, &mut Watched::around(kernel), Policy::RoundRobin) {
            Err(RunError::Divergence { text, .. }) => Some(text),
            Ok(_) | Err(_) => None,
        }
    }
}

impl World for ProtocolWorld {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn kind(&self) -> Kind {
        Kind::Protocol
    }

    fn deep(&self) -> bool {
        false
    }

    fn describe(&self) -> &'static str {
        self.0.describe
    }

    fn run(&self, options: &RunOptions, progress: &dyn Progress) -> WorldReport {
        let mut report = self.0.run(options, progress);
        let objections: Vec<_> =
            report.sequences.iter().filter_map(|sequence| self.objection(sequence)).collect();
        if !objections.is_empty() {
            report.properties.push(Property {
                name: AGREEMENT,
                expectation: Expectation::Always,
                answer: Answer::Broken,
            });
            for (sequence, objection) in report.sequences.iter_mut().zip(objections) {
                sequence.last_step.push_str(&format!("\n{objection}"));
            }
        }
        report
    }
}
