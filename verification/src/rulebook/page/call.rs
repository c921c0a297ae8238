//! The page of a call.

use super::super::Rulebook;
use super::super::entry::Call;
use super::super::pending::Progress;
use super::sheet::Sheet;
use super::state;

/// Everything about a call.
pub(super) fn call(book: &Rulebook, progress: &Progress, call: &Call) -> String {
    let file = call.area.file();
    let blocks = if call.blocks { "can block" } else { "does not block" };
    let facts = [blocks, state(!progress.is_built_call(&call.name)), &file];
    let mut sheet = Sheet::new(&call.public_name(), &facts);
    sheet.lines("Inputs", &call.inputs);
    sheet.lines("Outputs", &call.outputs);
    let checks: Vec<_> = call
        .checks
        .iter()
        .enumerate()
        .map(|(index, check)| {
            let number = (index + 1).to_string();
            [number, check.status.clone(), check.rule.clone(), check.condition.clone()]
        })
        .collect();
    sheet.table("Checks, the first that holds decides", ["#", "Status", "Rule", "Refused when"], &checks);
    sheet.section("Effects", &call.effects);
    sheet.section("On failure", &call.on_failure);
    let rules: Vec<_> = call
        .rules
        .iter()
        .filter_map(|id| book.rule(id))
        .map(|rule| (rule.id.clone(), rule.title.clone()))
        .collect();
    sheet.labelled("Rules", &rules);
    sheet.finish()
}
