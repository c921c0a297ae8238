//! A world searched by our own engine.

use super::failure::{panic_sequence, sequence};
use super::progress::Progress;
use super::search_world::Searchable;
use super::world::{Answer, Ending, Property, RunOptions, Sequence, WorldReport};
use crate::explore::{Bound, ExploreError, Explorer, Options, Outcome, PropertyOutcome, Report, Snapshot};

/// Searches `model` up to its first failure and fills in `blank`.
pub(super) fn explore<M: Searchable>(
    model: &M,
    blank: WorldReport,
    options: &RunOptions,
    progress: &dyn Progress,
) -> WorldReport {
    let report = match search(model, Some(1), &blank, options, progress) {
        Ok(report) => report,
        Err(error) => return WorldReport { ending: Ending::Refused(error.to_string()), ..blank },
    };
    WorldReport {
        unique: report.unique,
        generated: report.generated,
        depth: report.max_depth,
        elapsed: report.elapsed,
        bytes_per_state: Some(report.bytes_per_state),
        properties: report.properties.iter().map(property).collect(),
        sequences: sequences(model, &report),
        ending: match report.outcome {
            Outcome::Complete => Ending::Complete,
            Outcome::Stopped => Ending::Stopped,
            Outcome::Bound(bound) => Ending::Bound(describe(bound)),
            Outcome::Interrupted => Ending::Interrupted,
            Outcome::Panicked(panic) => Ending::Panicked(panic.message),
        },
        ..blank
    }
}

/// The shortest sequence to each of the `broken` failures that another engine found in `model`.
pub(super) fn shortest<M: Searchable>(
    model: &M,
    broken: usize,
    blank: &WorldReport,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<Vec<Sequence>, ExploreError> {
    let report = search(model, Some(broken), blank, options, progress)?;
    Ok(sequences(model, &report))
}

fn search<M: Searchable>(
    model: &M,
    stop_after_failures: Option<usize>,
    blank: &WorldReport,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<Report<M::State, M::Action>, ExploreError> {
    let moved = |snapshot: Snapshot| progress.moved(blank.world, snapshot);
    let options = Options {
        threads: options.threads,
        max_states: options.max_states,
        stop_after_failures,
        cancel: Some(&options.cancel),
        progress: Some(&moved),
        ..Options::default()
    };
    Explorer::new(model, options).run()
}

fn sequences<M: Searchable>(model: &M, report: &Report<M::State, M::Action>) -> Vec<Sequence> {
    let mut sequences = Vec::new();
    for property in &report.properties {
        if let PropertyOutcome::Broken(path) = &property.outcome {
            sequences.push(sequence(model, property.name, path));
        }
    }
    if let Outcome::Panicked(panic) = &report.outcome {
        sequences.push(panic_sequence(model, panic));
    }
    sequences
}

fn property<S, A>(result: &crate::explore::PropertyResult<S, A>) -> Property {
    Property {
        name: result.name,
        expectation: result.expectation.clone(),
        answer: match result.outcome {
            PropertyOutcome::Holds => Answer::Held,
            PropertyOutcome::Broken(_) => Answer::Broken,
            PropertyOutcome::Witness(_) => Answer::Found,
            PropertyOutcome::NoWitness => Answer::Missing,
            PropertyOutcome::Undecided => Answer::Undecided,
        },
    }
}

fn describe(bound: Bound) -> String {
    match bound {
        Bound::States(limit) => format!("{} unique states", super::text::grouped(limit)),
        Bound::Depth(limit) => format!("depth {limit}"),
        Bound::Time(limit) => format!("{:.1} s", limit.as_secs_f64()),
    }
}
