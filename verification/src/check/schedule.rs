//! Running several worlds at a time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::pins::Pin;
use super::progress::Progress;
use super::world::{Ending, RunOptions, World, WorldReport};

/// What came of the worlds, in the order in which they were given.
pub(super) struct Scheduled {
    /// The worlds that ran to an end of their own.
    pub(super) reports: Vec<WorldReport>,
    /// The worlds that were interrupted or never started.
    pub(super) unfinished: Vec<&'static str>,
}

/// Runs `worlds`, `at_a_time` of them side by side, the largest by their pins first so that no large one runs alone
/// at the end. The order of running has no influence on any result.
pub(super) fn run(
    worlds: &[&dyn World],
    at_a_time: usize,
    pins: &BTreeMap<String, Pin>,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Scheduled {
    let mut order: Vec<usize> = (0..worlds.len()).collect();
    let size = |index: &usize| pins.get(worlds[*index].name()).map_or(usize::MAX, |pin| pin.unique);
    order.sort_by_key(|index| std::cmp::Reverse(size(index)));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            if options.cancel.load(Ordering::Relaxed) {
                break;
            }
            let world = worlds[index];
            progress.started(world.name());
            done.push((index, world.run(options, progress)));
            progress.finished(world.name());
        }
        done
    };
    let mut done: BTreeMap<usize, WorldReport> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..at_a_time.clamp(1, worlds.len().max(1))).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined.flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    done.retain(|_, report| report.ending != Ending::Interrupted);
    let missing = (0..worlds.len()).filter(|index| !done.contains_key(index));
    let unfinished = missing.map(|index| worlds[index].name()).collect();
    Scheduled { reports: done.into_values().collect(), unfinished }
}
