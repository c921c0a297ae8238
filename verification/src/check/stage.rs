//! Parts of a check that are not searches: measured behaviour, the check matrix.

use std::time::Duration;

/// One part of a check that runs after the worlds.
pub trait Stage {
    /// Short name for the report.
    fn name(&self) -> &'static str;

    /// Runs every case. A stage never changes anything outside itself.
    fn run(&self) -> StageReport;
}

/// What a stage found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageReport {
    /// How many cases ran.
    pub cases: usize,
    /// One entry per case that failed, each able to stand alone; lines after its first are details.
    pub failures: Vec<String>,
}

/// A stage's name, report and running time.
#[derive(Clone, Debug)]
pub struct StageResult {
    /// The stage's name.
    pub name: &'static str,
    /// What it found.
    pub report: StageReport,
    /// How long it ran.
    pub elapsed: Duration,
}
