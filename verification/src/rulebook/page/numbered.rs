//! Pages of what has a number: rules, invariants, transitions, choices.

use super::super::Rulebook;
use super::super::entry::{Choice, Invariant, Rule, Transition};
use super::super::pending::Progress;
use super::sheet::Sheet;
use super::state;

/// Everything about a rule.
pub(super) fn rule(book: &Rulebook, progress: &Progress, rule: &Rule) -> String {
    let file = rule.area.file();
    let mut facts = vec![rule.basis.word(), state(progress.is_pending(&rule.id))];
    if rule.surface {
        facts.push("surface");
    }
    facts.push(&file);
    let mut sheet = Sheet::new(&format!("{}  {}", rule.id, rule.title), &facts);
    sheet.line("");
    sheet.paragraph(&rule.text);
    if let Some(documented) = &rule.documented {
        sheet.section("Documented dialect", documented);
    }
    let peers: Vec<_> = rule.peers.iter().map(|(name, text)| (name.clone(), text.clone())).collect();
    sheet.labelled("Public implementations", &peers);
    sheet.section("Calls", &calls(rule));
    let checks: Vec<_> = book
        .checks()
        .filter(|check| check.rule == rule.id)
        .map(|check| [check.id.clone(), check.status.clone(), check.condition.clone()])
        .collect();
    sheet.table("Checks that it decides", ["Check", "Status", "Condition"], &checks);
    let invariants = |direct: bool| -> Vec<(String, String)> {
        book.invariants()
            .filter(|entry| match entry.rules.contains(&rule.id) {
                true => direct,
                false => !direct && entry.areas.iter().any(|prefix| prefix == rule.prefix()),
            })
            .map(|entry| (entry.id.clone(), format!("{} ({})", entry.title, entry.kind)))
            .collect()
    };
    sheet.labelled("Invariants that follow from it", &invariants(true));
    sheet.labelled(&format!("Invariants that follow from {} as a whole", rule.prefix()), &invariants(false));
    let transitions: Vec<_> = book
        .transitions()
        .filter(|entry| entry.rules.contains(&rule.id))
        .map(|entry| (entry.id.clone(), entry.title.clone()))
        .collect();
    sheet.labelled("Transitions behind which it stands", &transitions);
    let choices: Vec<_> = book
        .choices()
        .filter(|entry| entry.rules.contains(&rule.id))
        .map(|entry| (entry.id.clone(), entry.title.clone()))
        .collect();
    sheet.labelled("Choices that it leaves open", &choices);
    sheet.finish()
}

fn calls(rule: &Rule) -> String {
    match rule.calls.as_slice() {
        [] => "Every call, or the simulated machine itself.".to_owned(),
        [all] if all == "*" => "Every call that takes, returns or frees a handle.".to_owned(),
        names => names.join(", "),
    }
}

/// Everything about an invariant.
pub(super) fn invariant(book: &Rulebook, progress: &Progress, invariant: &Invariant) -> String {
    let facts = [invariant.kind.word(), state(progress.is_pending(&invariant.id)), "invariants.toml"];
    let mut sheet = Sheet::new(&format!("{}  {}", invariant.id, invariant.title), &facts);
    sheet.line("");
    sheet.paragraph(&invariant.text);
    sheet.labelled("Follows from", &titles(book, &invariant.rules));
    sheet.running("And from the other rules of", &invariant.areas);
    sheet.finish()
}

/// Everything about a transition.
pub(super) fn transition(book: &Rulebook, transition: &Transition) -> String {
    let title = format!("{}  {}", transition.id, transition.title);
    let mut sheet = Sheet::new(&title, &["transition of the simulated machine", "invariants.toml"]);
    sheet.section("Enabled when", &transition.enabled_when);
    sheet.section("Effect", &transition.effect);
    sheet.section("Footprint", &transition.footprint);
    sheet.labelled("Rules", &titles(book, &transition.rules));
    sheet.finish()
}

/// Everything about a choice.
pub(super) fn choice(book: &Rulebook, choice: &Choice) -> String {
    let title = format!("{}  {}", choice.id, choice.title);
    let mut sheet = Sheet::new(&title, &["left open by the rules", "invariants.toml"]);
    sheet.section("Options that the checker tries", &choice.options);
    sheet.section("What the simulator does", &choice.default);
    sheet.labelled("Rules", &titles(book, &choice.rules));
    sheet.finish()
}

fn titles(book: &Rulebook, ids: &[String]) -> Vec<(String, String)> {
    ids.iter().filter_map(|id| book.rule(id)).map(|rule| (rule.id.clone(), rule.title.clone())).collect()
}
