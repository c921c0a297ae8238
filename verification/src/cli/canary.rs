//! `kmt canary`.

use std::collections::BTreeMap;
use std::io::Write as _;

use kmt::canary::{self, Found};
use kmt::exit::Exit;
use kmt::explore::ExploreError;
use kmt_core::Planted;

use super::Format;

/// Arguments of `kmt canary`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Mistakes to plant, by name; without any, all of them.
    #[arg(value_name = "MISTAKE")]
    mistakes: Vec<String>,
    /// List the mistakes and run nothing.
    #[arg(long)]
    list: bool,
    /// Rewrite the pinned lengths instead of comparing with them.
    #[arg(long, conflicts_with_all = ["list", "mistakes"])]
    bless: bool,
    /// Print the shortest sequence of each.
    #[arg(long, short)]
    sequences: bool,
}

/// Why the mistakes are not all looked for.
enum Failure {
    Search(ExploreError),
    Output(std::io::Error),
}

impl From<ExploreError> for Failure {
    fn from(error: ExploreError) -> Self {
        Self::Search(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

/// Runs `kmt canary`.
pub(crate) fn run(arguments: &Arguments, format: Format) -> Exit {
    let mistakes = match chosen(&arguments.mistakes) {
        Ok(mistakes) => mistakes,
        Err(message) => {
            eprintln!("kmt canary: {message}");
            return Exit::BadInput;
        }
    };
    match answer(arguments, format, &mistakes) {
        Ok(exit) => exit,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Clean,
        Err(error) => {
            eprintln!("kmt canary: {error}");
            Exit::InputOutput
        }
    }
}

fn chosen(names: &[String]) -> Result<Vec<Planted>, String> {
    if names.is_empty() {
        return Ok(Planted::ALL.to_vec());
    }
    names
        .iter()
        .map(|name| {
            Planted::ALL.iter().copied().find(|planted| planted.name() == name).ok_or_else(|| {
                let known = Planted::ALL.iter().map(|planted| planted.name());
                let nearest = known.max_by(|left, right| {
                    strsim::jaro_winkler(left, name).total_cmp(&strsim::jaro_winkler(right, name))
                });
                let hint = nearest.map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default();
                format!("no planted mistake is called {name}{hint} (kmt canary --list)")
            })
        })
        .collect()
}

fn answer(arguments: &Arguments, format: Format, mistakes: &[Planted]) -> std::io::Result<Exit> {
    let mut out = std::io::stdout().lock();
    if arguments.list {
        for planted in mistakes {
            writeln!(out, "{:<34} {:<7} {}", planted.name(), planted.rule().id(), planted.description())?;
        }
        return Ok(Exit::Clean);
    }
    let pinned = canary::pinned().unwrap_or_default();
    // What is to be pinned anew is looked for everywhere.
    let none = BTreeMap::new();
    let pins = if arguments.bless { &none } else { &pinned };
    let mut exit = Exit::Clean;
    let mut rows = Vec::new();
    canary::find_all(mistakes, pins, |planted, found| {
        let length = found.as_ref().map(|found| found.sequence.len());
        let expected = pinned.get(planted.name()).map(|pin| pin.length);
        let good = length.is_some() && (arguments.bless || length == expected);
        if !good {
            exit = Exit::Verdict;
        }
        if format == Format::Text {
            line(&mut out, planted, found.as_ref(), expected, arguments)?;
        }
        rows.push((planted, found, expected));
        Ok::<_, Failure>(())
    })
    .map_err(|failure| match failure {
        Failure::Search(error) => std::io::Error::other(error),
        Failure::Output(error) => error,
    })?;
    if format == Format::Json {
        let document = json(&rows);
        serde_json::to_writer_pretty(&mut out, &document)?;
        writeln!(out)?;
    }
    if arguments.bless {
        canary::bless(rows.iter().filter_map(|(planted, found, _)| Some((*planted, found.as_ref()?))))?;
    }
    Ok(exit)
}

fn line(
    out: &mut impl std::io::Write,
    planted: Planted,
    found: Option<&Found>,
    expected: Option<usize>,
    arguments: &Arguments,
) -> std::io::Result<()> {
    let (name, rule) = (planted.name(), planted.rule().id());
    let Some(found) = found else {
        return writeln!(out, "{name:<34} {rule:<7} NOT FOUND in any pair world: {}", planted.description());
    };
    let length = found.sequence.len();
    let moved = match expected {
        Some(expected) if expected == length => String::new(),
        Some(expected) if !arguments.bless => format!("   MOVED: {expected} is pinned (kmt canary --bless)"),
        None if !arguments.bless => "   MOVED: no length is pinned (kmt canary --bless)".to_owned(),
        _ => String::new(),
    };
    writeln!(out, "{name:<34} {rule:<7} found in {length} events of {}{moved}", found.world)?;
    if arguments.sequences {
        for (number, event) in (1..).zip(&found.sequence) {
            writeln!(out, "    {number:>2}  {event}")?;
        }
        for line in found.divergence.lines() {
            writeln!(out, "        {line}")?;
        }
    }
    Ok(())
}

fn json(rows: &[(Planted, Option<Found>, Option<usize>)]) -> serde_json::Value {
    let mistakes: Vec<_> = rows
        .iter()
        .map(|(planted, found, expected)| {
            serde_json::json!({
                "mistake": planted.name(),
                "rule": planted.rule().id(),
                "description": planted.description(),
                "world": found.as_ref().map(|found| found.world),
                "length": found.as_ref().map(|found| found.sequence.len()),
                "pinned": expected,
                "sequence": found.as_ref().map(|found| &found.sequence),
                "divergence": found.as_ref().map(|found| &found.divergence),
            })
        })
        .collect();
    serde_json::json!({ "schema": "kmt.canary/1", "mistakes": mistakes })
}
