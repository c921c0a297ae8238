//! A failing path put into words.

use similar::{ChangeTag, TextDiff};

use super::search_world::Searchable;
use super::world::Sequence;
use crate::explore::{Panic, Path};

/// The sequence for a broken property.
pub(super) fn sequence<M: Searchable>(
    model: &M,
    property: &str,
    path: &Path<M::State, M::Action>,
) -> Sequence {
    Sequence {
        failure: property.to_owned(),
        initial: path.initial,
        indices: path.indices(),
        steps: path.lines(model),
        last_step: last_step(model, path),
    }
}

/// The sequence to a panic, ending with the action that was being taken.
pub(super) fn panic_sequence<M: Searchable>(model: &M, panic: &Panic<M::State, M::Action>) -> Sequence {
    let mut sequence = sequence(model, &panic.message, &panic.path);
    let Some(index) = panic.action else { return sequence };
    let mut actions = Vec::new();
    model.actions(panic.path.last_state(), &mut actions);
    if let Some(action) = actions.get(index) {
        sequence.indices.push(index);
        sequence.steps.push(model.format_action(action));
        sequence.last_step = format!("the model panicked in this state:\n{:#?}", panic.path.last_state());
    }
    sequence
}

/// The model's own account of the last step or, where it has none of its own, the lines of the state that changed.
fn last_step<M: Searchable>(model: &M, path: &Path<M::State, M::Action>) -> String {
    let after = format!("{:#?}", path.last_state());
    let (Some(before), Some(step)) = (path.state_before_last(), path.steps.last()) else { return after };
    match model.format_step(before, step.action.clone()) {
        // The trait's own wording is the whole next state; its difference says more.
        Some(account) if account != after => account,
        _ => difference(&format!("{before:#?}"), &after),
    }
}

/// The changed lines, `-` before and `+` after, with their surroundings.
fn difference(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = String::new();
    for group in diff.grouped_ops(2) {
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(sign);
            lines.push(' ');
            lines.push_str(change.value().trim_end());
            lines.push('\n');
        }
    }
    if lines.is_empty() { "the state did not change".to_owned() } else { lines.trim_end().to_owned() }
}
