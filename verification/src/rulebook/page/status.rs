//! The page of a status.

use super::super::Rulebook;
use super::super::entry::Status;
use super::super::status::Class;
use super::sheet::Sheet;

/// Everything about a status.
pub(super) fn status(book: &Rulebook, status: &Status) -> String {
    let number = format!("0x{:08X}", status.number);
    let class = format!("{} class", status.class());
    let mut sheet = Sheet::new(&format!("STATUS_{}", status.name), &[&number, &class]);
    if status.is_trap() {
        sheet.line("");
        sheet.paragraph(&trap(status));
    }
    let checks: Vec<_> = book
        .checks()
        .filter(|check| check.status == status.name)
        .map(|check| [check.id.clone(), check.rule.clone(), check.condition.clone()])
        .collect();
    let heading = format!("Checks that give it ({})", checks.len());
    sheet.table(&heading, ["Check", "Rule", "Refused when"], &checks);
    let effects: Vec<_> = book
        .calls()
        .filter(|call| names(&call.effects, &status.name))
        .map(|call| (call.public_name(), clauses(&call.effects, &status.name)))
        .collect();
    sheet.labelled("Calls whose effects name it", &effects);
    let rules: Vec<_> = book
        .rules()
        .filter(|rule| names(&rule.text, &status.name))
        .map(|rule| (rule.id.clone(), rule.title.clone()))
        .collect();
    sheet.labelled("Rules that name it", &rules);
    sheet.finish()
}

fn trap(status: &Status) -> String {
    let class = match status.class() {
        Class::Informational => "an informational value",
        _ => "a success-class value",
    };
    format!(
        "{} is {class}: NT_SUCCESS(status) is true for every value below 0x80000000, and so for this one. A client \
         that tests with it takes the call for a plain success. Compare for equality with SUCCESS.",
        status.name
    )
}

/// The clauses of a text that have the name.
fn clauses(text: &str, name: &str) -> String {
    let clauses = text.split("; ").flat_map(|part| part.split(". ")).filter(|clause| names(clause, name));
    clauses.collect::<Vec<_>>().join("; ")
}

/// Whether a text has the name as a word of its own.
fn names(text: &str, name: &str) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .any(|word| word == name)
}
