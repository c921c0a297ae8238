//! What a run of the matrix found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::part::Part;

/// Two checks of one call that cannot fail at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IncompatiblePair {
    /// Their ids, in the order of the list.
    pub checks: [&'static str; 2],
    /// What they dispute.
    pub parts: Vec<Part>,
}

impl fmt::Display for IncompatiblePair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {:?}", self.checks[0], self.checks[1], self.parts)
    }
}

/// A call that did not do what the rulebook says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The checks that were made to fail, in the order of the list; none for a call that should succeed.
    pub checks: Vec<String>,
    /// The call and what was different about it.
    pub situation: String,
    /// What the rulebook says.
    pub expected: String,
    /// What happened.
    pub got: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checks = if self.checks.is_empty() { "no check".to_owned() } else { self.checks.join(" + ") };
        write!(formatter, "{checks}: {}\n  expected: {}\n  got: {}", self.situation, self.expected, self.got)
    }
}

/// What a run of the matrix found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatrixReport {
    /// How many checks were made to fail.
    pub checks: usize,
    /// How many calls were made with one spoil.
    pub variants: usize,
    /// How many pairs of checks were made to fail at once, each in both orders of preparation.
    pub pairs: usize,
    /// How many calls were made with two spoils, or with a joint one.
    pub pair_variants: usize,
    /// How many calls were made that had to succeed.
    pub sound: usize,
    /// How many calls were made on both sides of a limit.
    pub at_limits: usize,
    /// The pairs of checks that no spoils can make fail at once.
    pub incompatible_pairs: Vec<IncompatiblePair>,
    /// What went wrong.
    pub failures: Vec<Failure>,
}

impl MatrixReport {
    /// How many calls were made and judged.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.variants + self.pair_variants + self.sound + self.at_limits
    }
}

/// The report while it is being written, with what only its end can tell.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) report: MatrixReport,
    alone: BTreeSet<&'static str>,
    together: BTreeSet<[&'static str; 2]>,
    clashes: BTreeMap<[&'static str; 2], BTreeSet<Part>>,
}

impl Ledger {
    /// Notes that a check failed alone.
    pub(super) fn note_alone(&mut self, check: &'static str) {
        self.alone.insert(check);
    }

    /// Notes that checks failed at once; they are in the order of the list.
    pub(super) fn note_together(&mut self, checks: &[&'static str]) {
        self.together.extend(pairs(checks));
    }

    /// Notes what keeps checks of two spoils from failing at once; they are in the order of the list.
    pub(super) fn note_clash(&mut self, checks: &[&'static str], parts: &[Part]) {
        for pair in pairs(checks) {
            self.clashes.entry(pair).or_default().extend(parts);
        }
    }

    /// The finished report.
    pub(super) fn close(mut self) -> MatrixReport {
        self.report.checks = self.alone.len();
        self.report.pairs = self.together.len();
        let mut incompatible: Vec<_> = self
            .clashes
            .into_iter()
            .filter(|(checks, _)| !self.together.contains(checks))
            .map(|(checks, parts)| IncompatiblePair { checks, parts: parts.into_iter().collect() })
            .collect();
        incompatible.sort_by_key(|pair| pair.checks.map(place_of));
        self.report.incompatible_pairs = incompatible;
        self.report
    }
}

/// The ids of checks of one call, by their places in its list.
macro_rules! checks {
    ($call:literal: $($place:literal)*) => { [$(concat!($call, "/", $place)),*] };
}

pub(super) use checks;

/// The name of the call and the place of a check in its list, from 1; place 0 for an id without one.
pub(super) fn place_of(check: &str) -> (&str, usize) {
    check.split_once('/').map_or((check, 0), |(call, place)| (call, place.parse().unwrap_or(0)))
}

fn pairs(checks: &[&'static str]) -> impl Iterator<Item = [&'static str; 2]> {
    checks.iter().enumerate().flat_map(|(at, first)| checks[at + 1..].iter().map(|second| [*first, *second]))
}
