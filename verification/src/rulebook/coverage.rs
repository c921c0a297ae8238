//! What the citations of the project must satisfy, and a report of where they do not.
//!
//! A built rule is cited in the core, in the tests and, unless it is a surface rule, in the model (or, if it is about
//! handle values, where the bridge predicts them). A pending rule is cited in none of the three. A built invariant is stated in the core's invariants or in the model, and is exercised
//! by a test or by the model's own properties; one over pairs of runs, over the policy, or a witness is stated by its
//! test alone.

use std::fmt::Write as _;

use super::Rulebook;
use super::citations::{Citations, Layer};
use super::entry::{Invariant, Kind, Rule};
use super::pending::Progress;

/// One way in which the citations fall short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// A rule is cited that does not exist.
    Unknown {
        /// The cited id.
        id: String,
        /// Path and line.
        place: String,
    },
    /// A rule or invariant is cited although it is pending.
    Pending {
        /// Its id.
        id: String,
        /// Paths of the files.
        files: Vec<String>,
    },
    /// A built rule or invariant is not cited where it must be.
    Missing {
        /// Its id.
        id: String,
        /// The places that lack it, in words.
        layers: Vec<&'static str>,
    },
}

/// Compares the citations with what is built; empty when they agree.
#[must_use]
pub fn gaps(book: &Rulebook, progress: &Progress, citations: &Citations) -> Vec<Gap> {
    let unknown = citations.unknown().map(|unknown| Gap::Unknown {
        id: unknown.id.clone(),
        place: format!("{}:{}", unknown.path, unknown.line),
    });
    let rules = book.rules().filter_map(|rule| match progress.is_pending(&rule.id) {
        true => cited(&rule.id, citations),
        false => missing(&rule.id, rule_lacks(rule, citations)),
    });
    let invariants = book.invariants().filter_map(|invariant| match progress.is_pending(&invariant.id) {
        true => cited(&invariant.id, citations),
        false => missing(&invariant.id, invariant_lacks(invariant, citations)),
    });
    unknown.chain(rules).chain(invariants).collect()
}

fn cited(id: &str, citations: &Citations) -> Option<Gap> {
    let files: Vec<_> = [Layer::Core, Layer::Model, Layer::Tests]
        .into_iter()
        .flat_map(|layer| citations.files(id, layer))
        .map(str::to_owned)
        .collect();
    (!files.is_empty()).then(|| Gap::Pending { id: id.to_owned(), files })
}

fn missing(id: &str, layers: Vec<&'static str>) -> Option<Gap> {
    (!layers.is_empty()).then(|| Gap::Missing { id: id.to_owned(), layers })
}

fn rule_lacks(rule: &Rule, citations: &Citations) -> Vec<&'static str> {
    let lacks = |layer| citations.files(&rule.id, layer).next().is_none();
    let mut layers = Vec::new();
    if lacks(Layer::Core) {
        layers.push("core");
    }
    if !rule.surface && lacks(Layer::Model) {
        layers.push("model");
    }
    if lacks(Layer::Tests) {
        layers.push("tests");
    }
    layers
}

fn invariant_lacks(invariant: &Invariant, citations: &Citations) -> Vec<&'static str> {
    let cites =
        |layer, start: &str| citations.files(&invariant.id, layer).any(|path| path.starts_with(start));
    let tested = cites(Layer::Tests, "");
    if matches!(invariant.kind, Kind::Pair | Kind::Policy | Kind::Witness) {
        return if tested { Vec::new() } else { vec!["tests"] };
    }
    let mut layers = Vec::new();
    if !cites(Layer::Core, "core/src/invariant") && !cites(Layer::Model, "model/src/") {
        layers.push("core/src/invariant or model");
    }
    if !tested && !cites(Layer::Model, "model/src/invariant") {
        layers.push("tests or model/src/invariant");
    }
    layers
}

/// The gaps in groups, one line each, at most `limit` lines a group; empty without gaps.
#[must_use]
pub fn report(book: &Rulebook, gaps: &[Gap], limit: usize) -> String {
    let mut text = String::new();
    let is_rule = |id: &str| book.rule(id).is_some();
    group(&mut text, "cited, but not in the rulebook", limit, gaps, |gap| match gap {
        Gap::Unknown { id, place } => Some(format!("{id}  {place}")),
        _ => None,
    });
    for rules in [true, false] {
        let noun = if rules { "rules" } else { "invariants" };
        group(&mut text, &format!("pending {noun}, but cited"), limit, gaps, |gap| match gap {
            Gap::Pending { id, files } if is_rule(id) == rules => Some(format!("{id}  {}", files.join(", "))),
            _ => None,
        });
        group(&mut text, &format!("built {noun}, but not cited in"), limit, gaps, |gap| match gap {
            Gap::Missing { id, layers } if is_rule(id) == rules => {
                Some(format!("{id}  {} ({})", layers.join(", "), title(book, id)))
            }
            _ => None,
        });
    }
    text
}

fn title<'book>(book: &'book Rulebook, id: &str) -> &'book str {
    let rule = book.rule(id).map(|rule| &rule.title);
    rule.or_else(|| book.invariant(id).map(|invariant| &invariant.title)).map_or("", String::as_str)
}

fn group(
    text: &mut String,
    heading: &str,
    limit: usize,
    gaps: &[Gap],
    line: impl Fn(&Gap) -> Option<String>,
) {
    let lines: Vec<_> = gaps.iter().filter_map(line).collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "{} {heading}:", lines.len());
    for line in lines.iter().take(limit) {
        let _ = writeln!(text, "  {line}");
    }
    if lines.len() > limit {
        let _ = writeln!(text, "  and {} more", lines.len() - limit);
    }
}
