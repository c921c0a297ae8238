//! A check shown to a program: one document, keys always in the same order.

use serde::Serialize;
use stateright::Expectation;

use super::pins::{Pin, PinProblem};
use super::report::CheckReport;
use super::stage::StageResult;
use super::text::per_second;
use super::world::{Answer, Ending, Engine, Kind, Sequence, World, WorldReport};
use crate::exit::Exit;
use crate::explore::identity::IDENTIFICATION;

/// Name and version of the report's shape.
pub const SCHEMA: &str = "kmt.check/1";

/// Name and version of the list's shape.
pub const LIST_SCHEMA: &str = "kmt.worlds/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    result: &'static str,
    exit: u8,
    rulebook: &'a str,
    dialect: &'a str,
    bounds: Bounds,
    identification: Identification,
    worlds: Vec<WorldRow<'a>>,
    unfinished: &'a [&'static str],
    stages: Vec<StageRow<'a>>,
    pins: Vec<PinRow<'a>>,
    blessed: Option<bool>,
}

#[derive(Serialize)]
struct Bounds {
    max_states: Option<usize>,
}

#[derive(Serialize)]
struct Identification {
    states_by: &'static str,
    unique: usize,
    collision_odds: f64,
}

#[derive(Serialize)]
struct WorldRow<'a> {
    world: &'a str,
    kind: Kind,
    engine: Engine,
    ending: &'static str,
    reason: Option<&'a str>,
    unique: usize,
    generated: usize,
    depth: usize,
    seconds: f64,
    states_per_second: usize,
    bytes_per_state: Option<f64>,
    properties_held: Count,
    witnesses_found: Count,
    properties: Vec<PropertyRow<'a>>,
    sequences: Vec<SequenceRow<'a>>,
}

#[derive(Serialize)]
struct Count {
    count: usize,
    of: usize,
}

#[derive(Serialize)]
struct PropertyRow<'a> {
    name: &'a str,
    expectation: &'static str,
    answer: Answer,
}

#[derive(Serialize)]
struct SequenceRow<'a> {
    failure: &'a str,
    initial: usize,
    indices: &'a [usize],
    steps: &'a [String],
    last_step: &'a str,
}

#[derive(Serialize)]
struct StageRow<'a> {
    stage: &'a str,
    cases: usize,
    failures: &'a [String],
    seconds: f64,
}

#[derive(Serialize)]
struct PinRow<'a> {
    world: &'a str,
    problem: &'static str,
    pinned: Option<Pin>,
    found: Option<Pin>,
}

#[derive(Serialize)]
struct List {
    schema: &'static str,
    worlds: Vec<ListRow>,
}

#[derive(Serialize)]
struct ListRow {
    world: &'static str,
    kind: Kind,
    deep: bool,
    describe: &'static str,
}

/// The whole report, ending with a line break.
#[must_use]
pub fn report(report: &CheckReport) -> String {
    let exit = report.exit();
    pretty(&Document {
        schema: SCHEMA,
        result: match exit {
            Exit::Clean => "clean",
            Exit::Bound => "bound",
            Exit::Divergence => "divergence",
            Exit::Interrupted => "interrupted",
            Exit::Verdict | Exit::BadInput | Exit::InputOutput => "verdict",
        },
        exit: exit as u8,
        rulebook: &report.preamble.rulebook_hash,
        dialect: &report.preamble.dialect,
        bounds: Bounds { max_states: report.max_states },
        identification: Identification {
            states_by: IDENTIFICATION,
            unique: report.unique(),
            collision_odds: report.collision_odds(),
        },
        worlds: report.worlds.iter().map(world).collect(),
        unfinished: &report.unfinished,
        stages: report.stages.iter().map(stage).collect(),
        pins: report.pins.iter().map(pin).collect(),
        blessed: report.blessed,
    })
}

/// The list of worlds for `--list`, ending with a line break.
#[must_use]
pub fn list(worlds: &[Box<dyn World>]) -> String {
    let row = |world: &dyn World| ListRow {
        world: world.name(),
        kind: world.kind(),
        deep: world.deep(),
        describe: world.describe(),
    };
    pretty(&List { schema: LIST_SCHEMA, worlds: worlds.iter().map(|world| row(world.as_ref())).collect() })
}

fn pretty(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("strings and numbers are always JSON");
    text.push('\n');
    text
}

fn world(report: &WorldReport) -> WorldRow<'_> {
    let count = |expectation, answer| {
        let (count, of) = report.tally(&expectation, answer);
        Count { count, of }
    };
    let (ending, reason) = match &report.ending {
        Ending::Complete => ("complete", None),
        Ending::Stopped => ("stopped", None),
        Ending::Bound(bound) => ("bound", Some(bound.as_str())),
        Ending::Interrupted => ("interrupted", None),
        Ending::Refused(reason) => ("refused", Some(reason.as_str())),
        Ending::Panicked(message) => ("panicked", Some(message.as_str())),
    };
    let properties = report.properties.iter().map(|property| PropertyRow {
        name: property.name,
        expectation: match property.expectation {
            Expectation::Always => "always",
            Expectation::Eventually => "eventually",
            Expectation::Sometimes => "sometimes",
        },
        answer: property.answer,
    });
    WorldRow {
        world: report.world,
        kind: report.kind,
        engine: report.engine,
        ending,
        reason,
        unique: report.unique,
        generated: report.generated,
        depth: report.depth,
        seconds: report.elapsed.as_secs_f64(),
        states_per_second: per_second(report.unique, report.elapsed),
        bytes_per_state: report.bytes_per_state,
        properties_held: count(Expectation::Always, Answer::Held),
        witnesses_found: count(Expectation::Sometimes, Answer::Found),
        properties: properties.collect(),
        sequences: report.sequences.iter().map(sequence).collect(),
    }
}

fn sequence(sequence: &Sequence) -> SequenceRow<'_> {
    let Sequence { failure, initial, indices, steps, last_step } = sequence;
    SequenceRow { failure, initial: *initial, indices, steps, last_step }
}

fn stage(stage: &StageResult) -> StageRow<'_> {
    StageRow {
        stage: stage.name,
        cases: stage.report.cases,
        failures: &stage.report.failures,
        seconds: stage.elapsed.as_secs_f64(),
    }
}

fn pin(problem: &PinProblem) -> PinRow<'_> {
    match problem {
        PinProblem::Moved { world, pinned, found } => {
            PinRow { world, problem: "moved", pinned: Some(*pinned), found: Some(*found) }
        }
        PinProblem::Missing { world, found } => {
            PinRow { world, problem: "missing", pinned: None, found: Some(*found) }
        }
        PinProblem::Superfluous { world } => {
            PinRow { world, problem: "superfluous", pinned: None, found: None }
        }
    }
}
