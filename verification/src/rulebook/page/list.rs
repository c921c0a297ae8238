//! The list of rules, and the list of rules with two dialects.

use kmt_core::Profile;

use super::super::Rulebook;
use super::super::entry::Rule;
use super::super::pending::Progress;
use super::sheet::{Sheet, table};
use super::state;

/// Renders a table of rules, one line each, with a summary below.
#[must_use]
pub fn list(book: &Rulebook, progress: &Progress, rules: &[&Rule]) -> String {
    let rows: Vec<_> = rules
        .iter()
        .map(|rule| {
            let surface = if rule.surface { "surface" } else { "" };
            let state = state(progress.is_pending(&rule.id));
            [&rule.id, rule.basis.word(), surface, state, &rule.title].map(str::to_owned)
        })
        .collect();
    let pending = rules.iter().filter(|rule| progress.is_pending(&rule.id)).count();
    let mut text = table(["Rule", "Basis", "Surface", "State", "Title"], &rows, 0);
    text.push_str(&format!(
        "\n{} of {} rules, {} built, {pending} pending; rulebook {}\n",
        rules.len(),
        book.rules().count(),
        rules.len() - pending,
        book.short_hash()
    ));
    text
}

/// Renders the rules among these whose documentation says something else than Windows does.
#[must_use]
pub fn dialects(book: &Rulebook, progress: &Progress, rules: &[&Rule]) -> String {
    let mut text = String::new();
    let mut count = 0;
    for rule in rules {
        let Some(documented) = &rule.documented else { continue };
        count += 1;
        let facts = [rule.basis.word(), state(progress.is_pending(&rule.id))];
        let mut sheet = Sheet::new(&format!("{}  {}", rule.id, rule.title), &facts);
        sheet.labelled("", &[("windows", &rule.text), ("documented", documented)].map(owned));
        if let Some(switch) = Profile::SWITCHES.iter().find(|switch| switch.rule.id() == rule.id) {
            let field = |text: &str| (format!("Profile::{}", switch.name), text.to_owned());
            sheet.labelled("", &[field(&format!("false: {} true: {}", switch.windows, switch.documented))]);
        }
        sheet.line("");
        text.push_str(&sheet.finish());
    }
    text.push_str(&format!("{count} with two dialects; rulebook {}\n", book.short_hash()));
    text
}

fn owned((label, text): (&str, &String)) -> (String, String) {
    (label.to_owned(), text.clone())
}
