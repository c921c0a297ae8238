//! The matrix as a part of `kmt check`.

use crate::check::{Stage, StageReport};

/// Makes every check of every built call fail, alone and in pairs, and walks over the limits.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckMatrix;

impl Stage for CheckMatrix {
    fn name(&self) -> &'static str {
        "check matrix"
    }

    fn run(&self) -> StageReport {
        let report = super::run();
        StageReport {
            cases: report.runs(),
            failures: report.failures.iter().map(ToString::to_string).collect(),
        }
    }
}
