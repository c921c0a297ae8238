//! How entries are shown to a person: tables and pages of 100 columns.

mod call;
mod list;
mod numbered;
mod sheet;
mod status;

pub use list::{dialects, list};

use super::Rulebook;
use super::lookup::Entry;
use super::pending::Progress;

/// Renders everything about one entry.
#[must_use]
pub fn page(book: &Rulebook, progress: &Progress, entry: Entry<'_>) -> String {
    match entry {
        Entry::Rule(rule) => numbered::rule(book, progress, rule),
        Entry::Invariant(invariant) => numbered::invariant(book, progress, invariant),
        Entry::Transition(transition) => numbered::transition(book, transition),
        Entry::Choice(choice) => numbered::choice(book, choice),
        Entry::Call(call) => call::call(book, progress, call),
        Entry::Status(status) => status::status(book, status),
    }
}

/// The word for whether something is built.
fn state(pending: bool) -> &'static str {
    if pending { "pending" } else { "built" }
}
