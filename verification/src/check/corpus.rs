//! The corpus: every scenario that the project brings, played through core and model.

use include_dir::{Dir, include_dir};

use super::{Stage, StageReport};
use crate::bridge::Watched;
use crate::explore::{Explorer, Options, PropertyOutcome};
use crate::scenario::{self, Policy, Scenario, Source};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// Plays every scenario of `verification/scenarios/` through core and model, and explores the protocols among them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Corpus;

impl Stage for Corpus {
    fn name(&self) -> &'static str {
        "corpus"
    }

    fn run(&self) -> StageReport {
        let sources = sources();
        let failures = sources
            .iter()
            .filter_map(|source| play(source).err().map(|what| format!("{}: {what}", source.name)));
        StageReport { cases: sources.len(), failures: failures.collect() }
    }
}

/// The scenarios that are built in, in the order of their names.
#[must_use]
pub fn sources() -> Vec<Source> {
    let mut sources: Vec<_> = FILES
        .files()
        .filter_map(|file| {
            let name = file.path().display().to_string();
            Some(Source { name, text: file.contents_utf8()?.to_owned() })
        })
        .collect();
    sources.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    sources
}

/// Plays one scenario; a protocol is explored as well.
///
/// # Errors
///
/// What did not come about, or what is wrong with the scenario.
pub fn play(source: &Source) -> Result<(), String> {
    let scenario = scenario::parse(source).map_err(|faults| faults.to_string())?;
    let kernel = scenario::kernel(&scenario.world).map_err(|fault| format!("{fault:?}"))?;
    let mut watched = Watched::around(kernel);
    let run =
        scenario::run(&scenario, &mut watched, Policy::RoundRobin).map_err(|error| format!("{error:?}"))?;
    if !run.is_clean() {
        return Err(format!("an expectation is not met\n{}", run.transcript));
    }
    if scenario.is_protocol() { explore(&scenario) } else { Ok(()) }
}

fn explore(scenario: &Scenario) -> Result<(), String> {
    let protocol = scenario::protocol(scenario).map_err(|fault| format!("{fault:?}"))?;
    let report = Explorer::new(&protocol, Options::default()).run().map_err(|error| error.to_string())?;
    for property in &report.properties {
        match &property.outcome {
            PropertyOutcome::Holds | PropertyOutcome::Witness(_) => {}
            PropertyOutcome::Broken(path) => {
                return Err(format!("{}\n{}", property.name, path.lines(&protocol).join("\n")));
            }
            PropertyOutcome::NoWitness | PropertyOutcome::Undecided => {
                return Err(format!("{}: never seen", property.name));
            }
        }
    }
    Ok(())
}
