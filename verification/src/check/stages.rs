//! The built-in stages.

use super::Stage;
use super::corpus::Corpus;
use crate::matrix::CheckMatrix;

/// Every built-in stage, in the order in which they run.
#[must_use]
pub fn stages() -> Vec<Box<dyn Stage>> {
    vec![Box::new(Corpus), Box::new(CheckMatrix)]
}
