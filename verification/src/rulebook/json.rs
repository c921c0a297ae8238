//! How entries are shown to a program: documents whose fields keep their names and order.

use kmt_core::Profile;
use serde::Serialize;

use super::Rulebook;
use super::entry::{Call, Check, Choice, Invariant, Rule, Status, Transition};
use super::lookup::Entry;
use super::pending::Progress;
use super::status::Class;

/// `schema` of the documents of `kmt rules`.
pub const RULES_SCHEMA: &str = "kmt.rules/1";

/// `schema` of the documents of `kmt explain`.
pub const EXPLAIN_SCHEMA: &str = "kmt.explain/1";

#[derive(Serialize)]
struct Document<'book, Body: Serialize> {
    schema: &'static str,
    rulebook: &'book str,
    #[serde(flatten)]
    body: Body,
}

#[derive(Default, Serialize)]
struct RulesBody<'book> {
    rules: Vec<RuleItem<'book>>,
    invariants: Vec<InvariantItem<'book>>,
    transitions: Vec<&'book Transition>,
    choices: Vec<&'book Choice>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Explained<'book> {
    Rule { rule: RuleItem<'book> },
    Invariant { invariant: InvariantItem<'book> },
    Transition { transition: &'book Transition },
    Choice { choice: &'book Choice },
    Call { call: CallItem<'book> },
    Status { status: StatusItem<'book> },
}

#[derive(Serialize)]
struct RuleItem<'book> {
    #[serde(flatten)]
    rule: &'book Rule,
    state: &'static str,
    /// The field of the core's profile, where the dialect is built.
    #[serde(skip_serializing_if = "Option::is_none")]
    switch: Option<&'static str>,
    invariants: Vec<&'book str>,
    checks: Vec<&'book str>,
    transitions: Vec<&'book str>,
    choices: Vec<&'book str>,
}

#[derive(Serialize)]
struct InvariantItem<'book> {
    #[serde(flatten)]
    invariant: &'book Invariant,
    state: &'static str,
}

#[derive(Serialize)]
struct CallItem<'book> {
    #[serde(flatten)]
    call: &'book Call,
    public_name: String,
    state: &'static str,
}

#[derive(Serialize)]
struct StatusItem<'book> {
    name: &'book str,
    number: u32,
    hexadecimal: String,
    class: Class,
    nt_success_trap: bool,
    checks: Vec<&'book Check>,
}

/// The document of `kmt rules` over these entries; calls and statuses among them are left out.
#[must_use]
pub fn rules<'book>(
    book: &'book Rulebook,
    progress: &Progress,
    entries: impl IntoIterator<Item = Entry<'book>>,
) -> String {
    let mut body = RulesBody::default();
    for entry in entries {
        match entry {
            Entry::Rule(rule) => body.rules.push(rule_item(book, progress, rule)),
            Entry::Invariant(invariant) => body.invariants.push(invariant_item(progress, invariant)),
            Entry::Transition(transition) => body.transitions.push(transition),
            Entry::Choice(choice) => body.choices.push(choice),
            Entry::Call(_) | Entry::Status(_) => {}
        }
    }
    document(book, RULES_SCHEMA, body)
}

/// The document of `kmt explain` about one entry.
#[must_use]
pub fn explain(book: &Rulebook, progress: &Progress, entry: Entry<'_>) -> String {
    let body = match entry {
        Entry::Rule(rule) => Explained::Rule { rule: rule_item(book, progress, rule) },
        Entry::Invariant(invariant) => {
            Explained::Invariant { invariant: invariant_item(progress, invariant) }
        }
        Entry::Transition(transition) => Explained::Transition { transition },
        Entry::Choice(choice) => Explained::Choice { choice },
        Entry::Call(call) => {
            let state = state(!progress.is_built_call(&call.name));
            Explained::Call { call: CallItem { call, public_name: call.public_name(), state } }
        }
        Entry::Status(status) => Explained::Status { status: status_item(book, status) },
    };
    document(book, EXPLAIN_SCHEMA, body)
}

fn document<Body: Serialize>(book: &Rulebook, schema: &'static str, body: Body) -> String {
    let document = Document { schema, rulebook: book.hash(), body };
    let mut text = serde_json::to_string_pretty(&document).expect("all keys are strings");
    text.push('\n');
    text
}

fn state(pending: bool) -> &'static str {
    if pending { "pending" } else { "built" }
}

fn rule_item<'book>(book: &'book Rulebook, progress: &Progress, rule: &'book Rule) -> RuleItem<'book> {
    let cites = |rules: &[String]| rules.contains(&rule.id);
    RuleItem {
        rule,
        state: state(progress.is_pending(&rule.id)),
        switch: Profile::SWITCHES.iter().find(|switch| switch.rule.id() == rule.id).map(|switch| switch.name),
        invariants: book
            .invariants()
            .filter(|entry| cites(&entry.rules))
            .map(|entry| entry.id.as_str())
            .collect(),
        checks: book.checks().filter(|check| check.rule == rule.id).map(|check| check.id.as_str()).collect(),
        transitions: book
            .transitions()
            .filter(|entry| cites(&entry.rules))
            .map(|entry| entry.id.as_str())
            .collect(),
        choices: book.choices().filter(|entry| cites(&entry.rules)).map(|entry| entry.id.as_str()).collect(),
    }
}

fn invariant_item<'book>(progress: &Progress, invariant: &'book Invariant) -> InvariantItem<'book> {
    InvariantItem { invariant, state: state(progress.is_pending(&invariant.id)) }
}

fn status_item<'book>(book: &'book Rulebook, status: &'book Status) -> StatusItem<'book> {
    StatusItem {
        name: &status.name,
        number: status.number,
        hexadecimal: format!("0x{:08X}", status.number),
        class: status.class(),
        nt_success_trap: status.is_trap(),
        checks: book.checks().filter(|check| check.status == status.name).collect(),
    }
}
