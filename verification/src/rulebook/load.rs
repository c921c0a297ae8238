//! From the texts of the rulebook to its entries, with every malformed entry reported.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use toml::{Table, Value};

use super::area::Area;
use super::entry::{Basis, Call, Check, Choice, Invariant, Kind, Rule, Transition};
use super::{Id, Rulebook, status};

/// One thing that is wrong with a rulebook.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// File and entry, or the entry alone.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.what)
    }
}

/// The texts that make up a rulebook.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'text> {
    /// The page that describes the format and lists the statuses.
    pub readme: &'text str,
    /// One text per file, in the order of [`Area::ALL`].
    pub files: [&'text str; 5],
}

impl Texts<'static> {
    /// The project's own copy.
    #[must_use]
    pub const fn embedded() -> Self {
        Self {
            readme: include_str!("../../rules/README.md"),
            files: [
                include_str!("../../rules/sharing.toml"),
                include_str!("../../rules/allocations.toml"),
                include_str!("../../rules/sync.toml"),
                include_str!("../../rules/scheduler.toml"),
                include_str!("../../rules/invariants.toml"),
            ],
        }
    }
}

impl<'text> Texts<'text> {
    /// Each file with its text.
    pub fn areas(&self) -> impl Iterator<Item = (Area, &'text str)> {
        Area::ALL.into_iter().zip(self.files)
    }

    /// SHA-256 over the README and the files, each preceded by its length, as 64 hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut digest = Sha256::new();
        for text in std::iter::once(self.readme).chain(self.files) {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    id: String,
    title: String,
    text: String,
    basis: Basis,
    calls: Vec<String>,
    documented: Option<String>,
    #[serde(default)]
    peers: BTreeMap<String, String>,
    #[serde(default)]
    surface: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallEntry {
    name: String,
    inputs: Vec<String>,
    outputs: Vec<String>,
    checks: Vec<String>,
    effects: String,
    on_failure: String,
    blocks: bool,
    rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InvariantEntry {
    id: String,
    title: String,
    text: String,
    kind: Kind,
    rules: Vec<String>,
    #[serde(default)]
    areas: Vec<String>,
}

impl Rulebook {
    /// Reads a rulebook; entries that are malformed are left out and reported.
    ///
    /// What must hold between entries is [`super::validate::problems`].
    #[must_use]
    pub fn read(texts: &Texts<'_>) -> (Self, Vec<Problem>) {
        let mut reader = Reader { book: Self::default(), problems: Vec::new() };
        reader.book.statuses = status::read(texts.readme);
        reader.book.hash = texts.hash();
        for (area, text) in texts.areas() {
            reader.file(area, text);
        }
        (reader.book, reader.problems)
    }
}

struct Reader {
    book: Rulebook,
    problems: Vec<Problem>,
}

impl Reader {
    fn bad(&mut self, place: &str, what: impl Into<String>) {
        self.problems.push(Problem { place: place.to_owned(), what: what.into() });
    }

    fn file(&mut self, area: Area, text: &str) {
        let document = match text.parse::<Table>() {
            Ok(document) => document,
            Err(error) => return self.bad(&area.file(), error.message()),
        };
        for (table, entries) in document {
            let Value::Array(entries) = entries else {
                self.bad(&area.file(), format!("{table} is no list of tables"));
                continue;
            };
            for entry in entries {
                self.entry(area, &table, entry);
            }
        }
    }

    fn entry(&mut self, area: Area, table: &str, entry: Value) {
        let key = if table == "call" { "name" } else { "id" };
        let key = entry.get(key).and_then(Value::as_str).unwrap_or("?");
        let place = format!("{} {key}", area.file());
        for (field, value) in entry.as_table().into_iter().flatten() {
            if value.as_str().is_some_and(|text| text.trim().is_empty()) {
                self.bad(&place, format!("{field} is no text"));
            }
        }
        match table {
            "rule" => self.rule(area, &place, entry),
            "call" => self.call(area, &place, entry),
            "invariant" => self.invariant(&place, entry),
            "transition" => self.transition(&place, entry),
            "choice" => self.choice(&place, entry),
            _ => self.bad(&area.file(), format!("unknown table {table}")),
        }
    }

    fn typed<T: for<'de> Deserialize<'de>>(&mut self, place: &str, entry: Value) -> Option<T> {
        entry.try_into().map_err(|error: toml::de::Error| self.bad(place, error.message())).ok()
    }

    fn rule(&mut self, area: Area, place: &str, entry: Value) {
        let Some(RuleEntry { id, title, text, basis, calls, documented, peers, surface }) =
            self.typed(place, entry)
        else {
            return;
        };
        let rule = Rule { id, title, text, basis, calls, documented, peers, surface, area };
        if self.book.rules.insert(Id::of(&rule.id), rule).is_some() {
            self.bad(place, "rule defined twice");
        }
    }

    fn call(&mut self, area: Area, place: &str, entry: Value) {
        let Some(CallEntry { name, inputs, outputs, checks: lines, effects, on_failure, blocks, rules }) =
            self.typed(place, entry)
        else {
            return;
        };
        let mut checks = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            match check(format!("{name}/{}", index + 1), line) {
                Some(check) => checks.push(check),
                None => {
                    self.bad(
                        place,
                        format!("check without exactly one status and one rule at its end: {line}"),
                    );
                }
            }
        }
        let call =
            Call { name: name.clone(), inputs, outputs, checks, effects, on_failure, blocks, rules, area };
        if self.book.calls.insert(name, call).is_some() {
            self.bad(place, "call defined twice");
        }
    }

    fn invariant(&mut self, place: &str, entry: Value) {
        let Some(InvariantEntry { id, title, text, kind, rules, areas }) = self.typed(place, entry) else {
            return;
        };
        let invariant = Invariant { id, title, text, kind, rules, areas };
        if self.book.invariants.insert(Id::of(&invariant.id), invariant).is_some() {
            self.bad(place, "invariant defined twice");
        }
    }

    fn transition(&mut self, place: &str, entry: Value) {
        let Some(transition) = self.typed::<Transition>(place, entry) else { return };
        if self.book.transitions.insert(Id::of(&transition.id), transition).is_some() {
            self.bad(place, "transition defined twice");
        }
    }

    fn choice(&mut self, place: &str, entry: Value) {
        let Some(choice) = self.typed::<Choice>(place, entry) else { return };
        if self.book.choices.insert(Id::of(&choice.id), choice).is_some() {
            self.bad(place, "choice defined twice");
        }
    }
}

static CHECK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)^(.+) -> ([A-Z_]+) \[([A-Z]{3}-\d{2})\]$").expect("the pattern is a constant")
});

/// Reads one line of a call's `checks`: a condition, one status, one rule.
fn check(id: String, line: &str) -> Option<Check> {
    let parts = CHECK.captures(line)?;
    let condition = parts[1].to_owned();
    (!condition.contains(" -> ")).then(|| Check {
        id,
        condition,
        status: parts[2].to_owned(),
        rule: parts[3].to_owned(),
    })
}
