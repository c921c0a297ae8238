//! The built-in stages.

use super::Stage;

/// Every built-in stage, in the order in which they run.
#[must_use]
pub fn stages() -> Vec<Box<dyn Stage>> {
    Vec::new()
}
