//! What must hold between the entries of a rulebook.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Rulebook;
use super::area::{self, INVARIANT};
use super::entry::{Call, Rule};
use super::load::{Problem, Texts};

/// Words in capitals that stand after "gives" or "returns" in the rulebook and are no status.
const NO_STATUS: [&str; 9] =
    ["MUTEX", "SEMAPHORE", "FENCE", "MAXIMUM_ALLOWED", "DELETE", "STOPPED", "HUNG", "RESET", "ACTIVE"];

/// Everything that is wrong with a rulebook: malformed entries and broken references; empty for a good one.
#[must_use]
pub fn problems(texts: &Texts<'_>) -> Vec<Problem> {
    let (book, mut problems) = Rulebook::read(texts);
    let mut validator = Validator { book: &book, problems: Vec::new() };
    validator.statuses();
    validator.shapes();
    validator.references();
    for rule in book.rules() {
        validator.rule(rule);
    }
    for call in book.calls() {
        validator.call(call);
    }
    problems.extend(validator.problems);
    problems
}

static RULE_ID: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Z]{3}-\d{2}$"));
static INVARIANT_ID: LazyLock<Regex> = LazyLock::new(|| pattern(r"^INV-\d{2,3}$"));
static TRANSITION_ID: LazyLock<Regex> = LazyLock::new(|| pattern(r"^T\d+a?$"));
static CHOICE_ID: LazyLock<Regex> = LazyLock::new(|| pattern(r"^C\d$"));
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    let prefixes: Vec<_> = area::prefixes().chain([INVARIANT]).collect();
    pattern(&format!(r"\b(?:{})-\d+\b", prefixes.join("|")))
});
static SHORT_REFERENCE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:T\d{1,2}a?|C\d)\b"));
static SAID: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:gives|give|returns|return)\s+([A-Z]{2,}(?:_[A-Z]+)+|[A-Z]{3,})\b"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

struct Validator<'book> {
    book: &'book Rulebook,
    problems: Vec<Problem>,
}

impl Validator<'_> {
    fn bad(&mut self, place: &str, what: impl Into<String>) {
        self.problems.push(Problem { place: place.to_owned(), what: what.into() });
    }

    fn statuses(&mut self) {
        let (mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for status in self.book.statuses() {
            if !names.insert(&status.name) {
                self.bad("README.md", format!("status {} is listed twice", status.name));
            } else if !numbers.insert(status.number) {
                self.bad("README.md", format!("{} has the number of another status", status.name));
            }
        }
    }

    /// Ids, and the lists that must not name anything twice.
    fn shapes(&mut self) {
        let book = self.book;
        for rule in book.rules() {
            self.id(&rule.id, &RULE_ID);
            self.no_twice(&rule.id, "calls", &rule.calls);
            if !rule.area.prefixes().contains(&rule.prefix()) {
                self.bad(&rule.id, format!("prefix of another file than {}", rule.area.file()));
            }
        }
        for call in book.calls() {
            self.no_twice(&call.name, "rules", &call.rules);
        }
        for invariant in book.invariants() {
            self.id(&invariant.id, &INVARIANT_ID);
            self.no_twice(&invariant.id, "rules", &invariant.rules);
            self.no_twice(&invariant.id, "areas", &invariant.areas);
            if invariant.rules.is_empty() && invariant.areas.is_empty() {
                self.bad(&invariant.id, "names neither a rule nor an area");
            }
            for named in &invariant.areas {
                if area::prefixes().all(|prefix| prefix != named) {
                    self.bad(&invariant.id, format!("unknown area {named}"));
                }
            }
        }
        for transition in book.transitions() {
            self.id(&transition.id, &TRANSITION_ID);
            self.no_twice(&transition.id, "rules", &transition.rules);
        }
        for choice in book.choices() {
            self.id(&choice.id, &CHOICE_ID);
            self.no_twice(&choice.id, "rules", &choice.rules);
        }
    }

    fn id(&mut self, id: &str, shape: &Regex) {
        if !shape.is_match(id) {
            self.bad(id, "malformed id");
        }
    }

    fn no_twice(&mut self, place: &str, field: &str, names: &[String]) {
        if names.iter().collect::<BTreeSet<_>>().len() != names.len() {
            self.bad(place, format!("{field} names something twice"));
        }
    }

    /// Every id and status that stands in a text must exist, and `rules` must name rules.
    fn references(&mut self) {
        let book = self.book;
        for rule in book.rules() {
            self.texts(&rule.id, rule_texts(rule));
        }
        for call in book.calls() {
            self.texts(&call.name, call_texts(call));
            self.rules_exist(&call.name, &call.rules);
        }
        for invariant in book.invariants() {
            self.texts(&invariant.id, [invariant.title.as_str(), &invariant.text]);
            self.rules_exist(&invariant.id, &invariant.rules);
        }
        for step in book.transitions() {
            self.texts(&step.id, [step.title.as_str(), &step.enabled_when, &step.effect, &step.footprint]);
            self.rules_exist(&step.id, &step.rules);
        }
        for choice in book.choices() {
            self.texts(&choice.id, [choice.title.as_str(), &choice.options, &choice.default]);
            self.rules_exist(&choice.id, &choice.rules);
        }
    }

    fn texts<'text>(&mut self, place: &str, texts: impl IntoIterator<Item = &'text str>) {
        for text in texts {
            for id in REFERENCE.find_iter(text).map(|found| found.as_str()) {
                if self.book.rule(id).is_none() && self.book.invariant(id).is_none() {
                    self.bad(place, format!("unknown reference {id}"));
                }
            }
            for id in SHORT_REFERENCE.find_iter(text).map(|found| found.as_str()) {
                if self.book.transition(id).is_none() && self.book.choice(id).is_none() {
                    self.bad(place, format!("unknown transition or choice {id}"));
                }
            }
            for said in SAID.captures_iter(text) {
                if self.book.status(&said[1]).is_none() && !NO_STATUS.contains(&&said[1]) {
                    self.bad(place, format!("unknown status {}", &said[1]));
                }
            }
        }
    }

    fn rules_exist(&mut self, place: &str, ids: &[String]) {
        for id in ids {
            if self.book.rule(id).is_none() {
                self.bad(place, format!("rules names {id}, which is no rule"));
            }
        }
    }

    fn rule(&mut self, rule: &Rule) {
        for name in &rule.calls {
            if name == "*" {
                if rule.calls.len() > 1 {
                    self.bad(&rule.id, "calls mixes * with names");
                }
                continue;
            }
            match self.book.call(name) {
                None => self.bad(&rule.id, format!("unknown call {name}")),
                Some(call) if !call.rules.contains(&rule.id) => {
                    self.bad(&rule.id, format!("governs {name}, but {name} does not list it"));
                }
                Some(_) => {}
            }
        }
    }

    fn call(&mut self, call: &Call) {
        for id in &call.rules {
            if self.book.rule(id).is_some_and(|rule| !governs_all(rule) && !rule.calls.contains(&call.name)) {
                self.bad(&call.name, format!("lists {id}, but {id} does not govern it"));
            }
        }
        for check in &call.checks {
            if self.book.status(&check.status).is_none() {
                self.bad(&call.name, format!("unknown status {}", check.status));
            } else if !call.rules.contains(&check.rule)
                && !self.book.rule(&check.rule).is_some_and(governs_all)
            {
                self.bad(&call.name, format!("check by {}, which does not govern the call", check.rule));
            }
        }
    }
}

/// Whether a rule may decide a check of any call: it names every call, or none.
fn governs_all(rule: &Rule) -> bool {
    rule.calls.is_empty() || rule.calls == ["*"]
}

fn rule_texts(rule: &Rule) -> impl Iterator<Item = &str> {
    [rule.title.as_str(), &rule.text]
        .into_iter()
        .chain(rule.documented.as_deref())
        .chain(rule.peers.values().map(String::as_str))
}

fn call_texts(call: &Call) -> impl Iterator<Item = &str> {
    let lists = call.inputs.iter().chain(&call.outputs).map(String::as_str);
    let checks = call.checks.iter().flat_map(|check| [check.condition.as_str(), &check.rule]);
    lists.chain(checks).chain([call.effects.as_str(), &call.on_failure])
}
