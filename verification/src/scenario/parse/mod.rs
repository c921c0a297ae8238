//! From the text of a scenario to the document.
//!
//! Two passes. The first reads the structure, field by field, and notes everything that is wrong on its way. The second
//! ([`names`]) runs only over a sound structure, because a call that could not be read would make every name that it gives
//! look unknown.

mod calls;
mod claims;
mod names;
mod reader;
mod schedule;
mod value;
mod world;

pub(super) use schedule::PICKS;
pub(super) use world::{ADAPTER_KINDS, DIALECTS, PLACED_TYPES};

use std::collections::BTreeSet;

use toml::de::DeTable;

use super::document::{Basis, Scenario};
use super::error::{Fault, Faults, Source, nearest, one_of};
use super::place::Name;
use crate::rulebook::Rulebook;
use reader::{Fields, Item, Notes, array, number, string, word_of};

/// The one version of the format that there is.
pub const FORMAT: u64 = 1;

/// A scenario, read from its text.
///
/// # Errors
///
/// Everything that is wrong with the text, in its order.
pub fn parse(source: &Source) -> Result<Scenario, Faults> {
    let refuse = |faults| Faults::new(source.clone(), faults);
    let (document, syntax) = DeTable::parse_recoverable(&source.text);
    if !syntax.is_empty() {
        return Err(refuse(syntax_faults(source, &syntax)));
    }
    let notes = Notes::default();
    let scenario = read(document.get_ref(), &notes);
    let faults = notes.into_faults();
    let Some(scenario) = scenario.filter(|_| faults.is_empty()) else {
        return Err(refuse(faults));
    };
    let faults = names::check(&scenario);
    if faults.is_empty() { Ok(scenario) } else { Err(refuse(faults)) }
}

/// What is not TOML, the first of each line: the rest of a line mostly follows from it.
fn syntax_faults(source: &Source, errors: &[toml::de::Error]) -> Vec<Fault> {
    let mut lines = BTreeSet::new();
    let faults = errors.iter().map(|error| syntax_fault(error, source.text.len()));
    faults.filter(|fault| lines.insert(source.line_and_column(fault.span.start).0)).collect()
}

fn syntax_fault(error: &toml::de::Error, length: usize) -> Fault {
    let span = error.span().unwrap_or(length..length);
    let (found, expected) = match error.message().split_once(", expected ") {
        Some(parts) => parts,
        None if error.message().contains("duplicate key") => (error.message(), "each key once in a table"),
        None => (error.message(), "well-formed TOML"),
    };
    Fault::new(span, format!("not TOML: {found}"), expected)
}

fn read(document: &DeTable<'_>, notes: &Notes) -> Option<Scenario> {
    let mut fields = Fields::of_document(document, notes);
    // Nothing else is looked at in a file of another format: its fields may mean something else.
    let Some(format) = fields.take("format") else {
        notes.wrong(0..0, "the scenario has no field `format`", "`format = 1`, the version of the format");
        return None;
    };
    number(format, "`format`", FORMAT, FORMAT, notes)?;
    let title = fields.need("title", "one sentence that says what the scenario shows");
    let mut scenario = Scenario {
        title: title
            .and_then(|item| string(item, "`title`", notes))
            .map(|text| text.value)
            .unwrap_or_default(),
        rules: fields.take("rules").map(|item| rules(item, notes)).unwrap_or_default(),
        basis: fields.take("basis").and_then(|item| word_of(item, "`basis`", &BASES, notes)),
        about: fields.take("about").and_then(|item| string(item, "`about`", notes)).map(|text| text.value),
        ..Scenario::default()
    };
    if let Some(item) = fields.need("world", "a table with the processes of the scenario") {
        scenario.world = world::world(item, notes);
    }
    if let Some(item) = fields.need("program", "one `[[program]]` for each thread that makes calls") {
        scenario.programs = tables(item, "`program`", notes, calls::program);
    }
    scenario.schedule =
        fields.take("schedule").map(|item| tables(item, "`schedule`", notes, schedule::entry));
    scenario.explore = fields.take("explore").map(|item| schedule::explore(item, notes)).unwrap_or_default();
    for (key, what) in [("never", "`never`"), ("possible", "`possible`")] {
        let claims = fields.take(key).map(|item| claims::claims(item, what, &scenario.programs, notes));
        let list = if key == "never" { &mut scenario.never } else { &mut scenario.possible };
        list.extend(claims.unwrap_or_default());
    }
    fields.finish();
    Some(scenario)
}

/// The words for how well a behaviour is known.
pub(super) const BASES: [(&str, Basis); 4] = [
    ("observed", Basis::Observed),
    ("documented", Basis::Documented),
    ("inferred", Basis::Inferred),
    ("chosen", Basis::Chosen),
];

/// Reads every element of an array.
fn tables<T>(item: &Item<'_>, what: &str, notes: &Notes, read: fn(&Item<'_>, &Notes) -> Option<T>) -> Vec<T> {
    array(item, what, notes)
        .map(|elements| elements.iter().filter_map(|element| read(element, notes)).collect())
        .unwrap_or_default()
}

/// The field that says which of several kinds a table is; without it nothing else of the table can be read.
fn kind_of(fields: &mut Fields<'_, '_>, key: &'static str, kinds: &[&str]) -> Option<Name> {
    let notes = fields.notes();
    match fields.take(key) {
        Some(item) => string(item, &format!("`{key}`"), notes),
        None => {
            let expected = format!("`{key} = …`, {}", one_of(kinds.iter().copied()));
            notes.wrong(fields.span().clone(), format!("a table without a field `{key}`"), expected);
            None
        }
    }
}

fn rules(item: &Item<'_>, notes: &Notes) -> Vec<Name> {
    array(item, "`rules`", notes)
        .map(|elements| elements.iter().filter_map(|element| rule(element, notes)).collect())
        .unwrap_or_default()
}

/// The id of a rule of the rulebook.
fn rule(item: &Item<'_>, notes: &Notes) -> Option<Name> {
    let id = string(item, "the rule", notes)?;
    let book = Rulebook::embedded();
    if book.rule(&id).is_some() {
        return Some(id);
    }
    let hint = nearest(&id, book.rules().map(|rule| rule.id.as_str()));
    notes.note(
        Fault::new(
            id.span.clone(),
            format!("the rulebook has no rule {:?}", id.value),
            "the id of a rule, such as HND-09",
        )
        .hint(hint.or_else(|| Some("`kmt rules` lists them".to_owned()))),
    );
    None
}
