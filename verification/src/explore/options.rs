//! What a run may cost and who watches it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Limits, threads and observers of one search.
///
/// The default is one thread, no limit, no observer, and a stop at the first failure.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Worker threads; 0 counts as 1. Counts, verdicts and paths do not depend on it.
    pub threads: usize,
    /// The most unique states to store, at most and by default 2^32 - 2.
    pub max_states: Option<usize>,
    /// The greatest depth to enter; initial states have depth 1. States at this depth are judged, and nothing deeper.
    pub max_depth: Option<usize>,
    /// The longest time to search, looked at between pieces of work.
    pub time_limit: Option<Duration>,
    /// How many `always` properties may break before the search stops; `None` searches on to the end.
    pub stop_after_failures: Option<usize>,
    /// Set from outside to interrupt the search; it ends within a few hundred states.
    pub cancel: Option<&'a AtomicBool>,
    /// Called after each level, and inside large levels every few thousand states, on the thread that searches.
    pub progress: Option<&'a dyn Fn(Snapshot)>,
}

impl Options<'_> {
    pub(super) fn cancelled(&self) -> bool {
        self.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            threads: 1,
            max_states: None,
            max_depth: None,
            time_limit: None,
            stop_after_failures: Some(1),
            cancel: None,
            progress: None,
        }
    }
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Unique states found so far.
    pub unique: usize,
    /// States generated so far, repeats included.
    pub generated: usize,
    /// Depth of the level being expanded; initial states have depth 1.
    pub depth: usize,
    /// States that wait to be judged and expanded.
    pub frontier: usize,
}
