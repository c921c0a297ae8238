//! A check shown to a person.

use std::fmt::Write as _;
use std::time::Duration;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use stateright::Expectation;

use super::pins::HOW_TO_BLESS;
use super::report::CheckReport;
use super::stage::StageResult;
use super::world::{Answer, Ending, Sequence, World, WorldReport};
use crate::exit::Exit;
use crate::explore::identity::IDENTIFICATION;

/// Width of every table, in columns.
const WIDTH: u16 = 120;

/// The whole report.
#[must_use]
pub fn report(report: &CheckReport) -> String {
    let mut text = String::new();
    if !report.worlds.is_empty() {
        let _ = writeln!(text, "{}\n", worlds(&report.worlds));
    }
    for stage in &report.stages {
        text.push_str(&stage_lines(stage));
    }
    if !report.stages.is_empty() {
        text.push('\n');
    }
    for world in &report.worlds {
        text.push_str(&findings(world));
    }
    for problem in &report.pins {
        let _ = writeln!(text, "{problem}");
    }
    if !report.pins.is_empty() {
        let _ = writeln!(text, "{HOW_TO_BLESS}\n");
    }
    text.push_str(&summary(report));
    text
}

/// The list of worlds for `--list`.
#[must_use]
pub fn list(worlds: &[Box<dyn World>]) -> String {
    let mut table = blank(&["world", "kind", "runs", "what happens"]);
    for world in worlds {
        let when = if world.deep() { "with --deep" } else { "always" };
        table.add_row([world.name(), world.kind().as_str(), when, world.describe()]);
    }
    format!("{table}\n")
}

/// A number with its thousands apart: `1,234,567`.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Unique states per second; 0 for a run too short to measure.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits than a float has")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is not negative, and floored"
)]
pub fn per_second(unique: usize, elapsed: Duration) -> usize {
    let seconds = elapsed.as_secs_f64();
    if seconds > 0.0 { (unique as f64 / seconds) as usize } else { 0 }
}

/// A table of [`WIDTH`] columns with this header.
pub(crate) fn blank(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH);
    table.set_header(header);
    table
}

/// A cell aligned to the right, for numbers.
pub(crate) fn right(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn worlds(worlds: &[WorldReport]) -> Table {
    let header =
        ["world", "kind", "unique", "generated", "depth", "states/s", "held", "witnesses", "time", "ending"];
    let mut table = blank(&header);
    for world in worlds {
        let (held, invariants) = world.tally(&Expectation::Always, Answer::Held);
        let (found, witnesses) = world.tally(&Expectation::Sometimes, Answer::Found);
        table.add_row([
            Cell::new(world.world),
            Cell::new(world.kind.as_str()),
            right(grouped(world.unique)),
            right(grouped(world.generated)),
            right(world.depth),
            right(grouped(per_second(world.unique, world.elapsed))),
            right(format!("{held}/{invariants}")),
            right(format!("{found}/{witnesses}")),
            right(seconds(world.elapsed)),
            Cell::new(ending(world)),
        ]);
    }
    for column in 2..9 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The last column: one word.
fn ending(world: &WorldReport) -> &'static str {
    match world.ending {
        _ if world.diverges() => "diverged",
        Ending::Panicked(_) => "panicked",
        Ending::Refused(_) => "refused",
        _ if world.fails() => "failed",
        Ending::Bound(_) => "bound",
        Ending::Interrupted => "interrupted",
        Ending::Complete | Ending::Stopped => "complete",
    }
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.2} s", elapsed.as_secs_f64())
}

fn stage_lines(stage: &StageResult) -> String {
    let failures = &stage.report.failures;
    let mut text = format!(
        "{}: {} cases, {} failed, {}\n",
        stage.name,
        grouped(stage.report.cases),
        failures.len(),
        seconds(stage.elapsed)
    );
    for failure in failures {
        let _ = writeln!(text, "  {}", failure.replace('\n', "\n    "));
    }
    text
}

/// What there is to say about a world beside its row.
fn findings(world: &WorldReport) -> String {
    let name = world.world;
    let mut text = String::new();
    match &world.ending {
        Ending::Bound(bound) => {
            let _ = writeln!(text, "{name}: bound reached: {bound}; what is not decided stays open\n");
        }
        Ending::Refused(reason) => {
            let _ = writeln!(text, "{name}: refused: {reason}\n");
        }
        Ending::Panicked(message) if world.sequences.iter().all(|sequence| sequence.failure != *message) => {
            let _ = writeln!(text, "{name}: panicked: {message}\n");
        }
        Ending::Complete | Ending::Stopped | Ending::Interrupted | Ending::Panicked(_) => {}
    }
    for property in &world.properties {
        match property.answer {
            Answer::Broken if world.sequences.iter().all(|sequence| sequence.failure != property.name) => {
                let _ = writeln!(
                    text,
                    "{name}: broken: {} (no sequence was found within the bound)\n",
                    property.name
                );
            }
            Answer::Missing => {
                let _ = writeln!(text, "{name}: no witness: {}\n", property.name);
            }
            Answer::Broken | Answer::Held | Answer::Found | Answer::Undecided => {}
        }
    }
    for sequence in &world.sequences {
        let panicked = matches!(&world.ending, Ending::Panicked(message) if *message == sequence.failure);
        text.push_str(&sequence_lines(name, if panicked { "panicked" } else { "broken" }, sequence));
    }
    text
}

fn sequence_lines(world: &str, what: &str, sequence: &Sequence) -> String {
    let steps = sequence.steps.len();
    let mut text = format!("{world}: {what}: {}\n", sequence.failure);
    let _ = writeln!(text, "  the shortest sequence, {steps} steps from initial state {}:", sequence.initial);
    for (number, step) in (1..).zip(&sequence.steps) {
        let _ = writeln!(text, "  {number:>4}. {}", step.replace('\n', "\n        "));
    }
    let _ = writeln!(text, "  the last step:\n        {}\n", sequence.last_step.replace('\n', "\n        "));
    text
}

fn summary(report: &CheckReport) -> String {
    let mut text = String::new();
    let bounds = match report.max_states {
        Some(limit) => format!("{} unique states per world", grouped(limit)),
        None => "none beside those of the worlds".to_owned(),
    };
    let collisions = format!(
        "odds of an unnoticed one in {} states: {:.1e}",
        grouped(report.unique()),
        report.collision_odds()
    );
    let mut lines = vec![
        ("rulebook", report.preamble.rulebook_hash.clone()),
        ("dialect", report.preamble.dialect.clone()),
        ("bounds", bounds),
        ("states by", IDENTIFICATION.to_owned()),
        ("collisions", collisions),
    ];
    match report.blessed {
        Some(true) => lines.push(("pins", "rewritten".to_owned())),
        Some(false) => lines.push(("pins", "already as found".to_owned())),
        None => {}
    }
    if !report.unfinished.is_empty() {
        lines.push(("not finished", report.unfinished.join(", ")));
    }
    lines.push(("result", result(report.exit()).to_owned()));
    for (label, line) in lines {
        let _ = writeln!(text, "{label:<13} {line}");
    }
    text
}

fn result(exit: Exit) -> &'static str {
    match exit {
        Exit::Clean => "clean",
        Exit::Verdict => "failed",
        Exit::Bound => "incomplete: a bound was reached",
        Exit::Divergence => "core and model differ",
        Exit::Interrupted => "incomplete: interrupted",
        Exit::BadInput => "bad input",
        Exit::InputOutput => "input or output failed",
    }
}
