//! The rulebook: what the calls do, as data, and everything that is derived from it.
//!
//! Reading order: [`entry`] (what a rule, a call and an invariant are), [`load`] (from text to entries), [`validate`]
//! (what must hold between entries), [`pending`] (what is built), [`lookup`] (from what a person types to an entry),
//! [`page`] and [`json`] (how an entry is shown), [`citations`] (where sources cite rules), [`coverage`] (what the
//! citations must satisfy), [`generated`] (the files that are written from all this).

pub mod area;
pub mod citations;
pub mod coverage;
pub mod entry;
pub mod generated;
pub mod json;
pub mod load;
pub mod lookup;
pub mod page;
pub mod pending;
pub mod status;
pub mod validate;

mod constants;
mod index;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use entry::{Call, Check, Choice, Invariant, Rule, Status, Transition};
use load::Texts;

/// The rules, calls, invariants, transitions, choices and statuses of a set of texts.
///
/// All maps are ordered by name; rules and invariants by prefix, then by number.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    rules: BTreeMap<Id, Rule>,
    calls: BTreeMap<String, Call>,
    invariants: BTreeMap<Id, Invariant>,
    transitions: BTreeMap<Id, Transition>,
    choices: BTreeMap<Id, Choice>,
    statuses: Vec<Status>,
    hash: String,
}

impl Rulebook {
    /// The project's own rulebook, read once.
    ///
    /// # Panics
    ///
    /// If the embedded texts are not a rulebook, which the tests exclude.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static BOOK: OnceLock<Rulebook> = OnceLock::new();
        BOOK.get_or_init(|| {
            let (book, problems) = Self::read(&Texts::embedded());
            assert!(problems.is_empty(), "the embedded rulebook is malformed: {problems:?}");
            book
        })
    }

    /// All rules, by prefix and number.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// All calls, by name.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.values()
    }

    /// All invariants, by number.
    pub fn invariants(&self) -> impl Iterator<Item = &Invariant> {
        self.invariants.values()
    }

    /// All transitions of the simulated machine, by number.
    pub fn transitions(&self) -> impl Iterator<Item = &Transition> {
        self.transitions.values()
    }

    /// All choices, by number.
    pub fn choices(&self) -> impl Iterator<Item = &Choice> {
        self.choices.values()
    }

    /// All statuses, in the order of the list, which is that of their numbers within each class.
    #[must_use]
    pub fn statuses(&self) -> &[Status] {
        &self.statuses
    }

    /// The rule with this id, such as `KMX-04`.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.get(&Id::of(id))
    }

    /// The call with this name, without the D3DKMT prefix.
    #[must_use]
    pub fn call(&self, name: &str) -> Option<&Call> {
        self.calls.get(name)
    }

    /// The invariant with this id, such as `INV-03`.
    #[must_use]
    pub fn invariant(&self, id: &str) -> Option<&Invariant> {
        self.invariants.get(&Id::of(id))
    }

    /// The transition with this id, such as `T2a`.
    #[must_use]
    pub fn transition(&self, id: &str) -> Option<&Transition> {
        self.transitions.get(&Id::of(id))
    }

    /// The choice with this id, such as `C4`.
    #[must_use]
    pub fn choice(&self, id: &str) -> Option<&Choice> {
        self.choices.get(&Id::of(id))
    }

    /// The status with this name, without the STATUS_ prefix.
    #[must_use]
    pub fn status(&self, name: &str) -> Option<&Status> {
        self.statuses.iter().find(|status| status.name == name)
    }

    /// The check with this id, such as `ShareObjects/3`.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&Check> {
        let (call, _) = id.split_once('/')?;
        self.call(call)?.checks.iter().find(|check| check.id == id)
    }

    /// All checks of all calls, by call and place.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.calls().flat_map(|call| &call.checks)
    }

    /// SHA-256 of the texts, 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The first 12 digits of [`Rulebook::hash`], which every run prints.
    #[must_use]
    pub fn short_hash(&self) -> &str {
        &self.hash[..self.hash.len().min(12)]
    }
}

/// An id in the order in which people read: by prefix, then by number, so that INV-100 follows INV-99.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    prefix: String,
    number: u32,
    text: String,
}

impl Id {
    /// Takes an id apart; a text without a number sorts as number 0.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let digits = text.find(|character: char| character.is_ascii_digit()).unwrap_or(text.len());
        let (prefix, rest) = text.split_at(digits);
        let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        Self { prefix: prefix.to_owned(), number: rest[..end].parse().unwrap_or(0), text: text.to_owned() }
    }

    /// The id as it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}
