//! The whole `kmt check` command over a registry: select, run, compare, report, exit code.

use std::fmt::Display;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::pins::PinError;
use super::progress::Progress;
use super::report::{CheckReport, Preamble};
use super::stage::StageResult;
use super::world::{Engine, RunOptions};
use super::{Registry, json, schedule, select, text};
use crate::exit::Exit;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Names of worlds; empty means all, and the stages too.
    pub worlds: Vec<String>,
    /// Only list the worlds.
    pub list: bool,
    /// Without names, run the deep worlds too.
    pub deep: bool,
    /// Worlds at a time; 0 counts as 1.
    pub threads: usize,
    /// One engine for every world; `None` leaves it to each world's kind.
    pub engine: Option<Engine>,
    /// Rewrite the pinned counts instead of comparing.
    pub bless: bool,
    /// The most unique states of each world.
    pub max_states: Option<usize>,
    /// Report as JSON.
    pub json: bool,
}

impl Default for Request {
    /// All worlds that are not deep, and all stages, two worlds at a time, compared with the pins, as text.
    fn default() -> Self {
        Self {
            worlds: Vec::new(),
            list: false,
            deep: false,
            threads: 2,
            engine: None,
            bless: false,
            max_states: None,
            json: false,
        }
    }
}

/// Where a command writes and who watches it.
pub struct Console<'a> {
    /// Takes the report.
    pub out: &'a mut dyn Write,
    /// Takes messages about what can't be done.
    pub err: &'a mut dyn Write,
    /// Is told how far the worlds are.
    pub progress: &'a dyn Progress,
    /// Interrupts the run when it is set.
    pub cancel: &'a Arc<AtomicBool>,
}

/// Runs the command.
///
/// [`Exit::BadInput`] for an unknown world, a registry without worlds, or unreadable pins; [`Exit::InputOutput`] when
/// the report or the pins can't be written; otherwise what [`CheckReport::exit`] says.
#[must_use]
pub fn command(
    registry: &Registry,
    preamble: &Preamble,
    request: &Request,
    console: &mut Console<'_>,
) -> Exit {
    if registry.worlds.is_empty() {
        return complain(console, &"there is no world to check", Exit::BadInput);
    }
    if request.list {
        let show = if request.json { json::list } else { text::list };
        return print(console, &show(&registry.worlds), Exit::Clean);
    }
    match check(registry, preamble, request, console.progress, console.cancel) {
        Ok(report) => {
            let show = if request.json { json::report } else { text::report };
            print(console, &show(&report), report.exit())
        }
        Err(CheckError::UnknownWorld(message)) => complain(console, &message, Exit::BadInput),
        Err(CheckError::Pins(error @ PinError::Malformed(_))) => complain(console, &error, Exit::BadInput),
        Err(CheckError::Pins(error @ PinError::File { .. })) => complain(console, &error, Exit::InputOutput),
    }
}

/// A request that can't be run.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// No world has this name; the message holds the nearest and all names.
    #[error("{0}")]
    UnknownWorld(String),
    /// The pinned counts can't be read or written.
    #[error(transparent)]
    Pins(#[from] PinError),
}

/// Runs the worlds and the stages and compares the counts.
///
/// # Errors
/// [`CheckError`] before anything runs, but for a failure to write the pins.
pub fn check(
    registry: &Registry,
    preamble: &Preamble,
    request: &Request,
    progress: &dyn Progress,
    cancel: &Arc<AtomicBool>,
) -> Result<CheckReport, CheckError> {
    let worlds = select::select(&registry.worlds, &request.worlds, request.deep)
        .map_err(|error| CheckError::UnknownWorld(error.to_string()))?;
    let pins = registry.pins.pins()?;
    let options = RunOptions {
        engine: request.engine,
        threads: 1,
        max_states: request.max_states,
        cancel: Arc::clone(cancel),
    };
    let ran = schedule::run(&worlds, request.threads, &pins, &options, progress);
    let stages = if request.worlds.is_empty() { run_stages(registry, cancel) } else { Vec::new() };
    let interrupted = cancel.load(Ordering::Relaxed);
    let names: Vec<&str> = registry.worlds.iter().map(|world| world.name()).collect();
    let (pins, blessed) = if request.bless && !interrupted {
        (Vec::new(), Some(registry.pins.bless(&ran.reports, &names)?))
    } else {
        (registry.pins.compare(&ran.reports, &names)?, None)
    };
    Ok(CheckReport {
        preamble: preamble.clone(),
        max_states: request.max_states,
        worlds: ran.reports,
        unfinished: ran.unfinished,
        stages,
        pins,
        blessed,
        interrupted,
    })
}

fn run_stages(registry: &Registry, cancel: &AtomicBool) -> Vec<StageResult> {
    let wanted = registry.stages.iter().take_while(|_| !cancel.load(Ordering::Relaxed));
    let run = wanted.map(|stage| {
        let started = Instant::now();
        let report = stage.run();
        StageResult { name: stage.name(), report, elapsed: started.elapsed() }
    });
    run.collect()
}

fn print(console: &mut Console<'_>, text: &str, exit: Exit) -> Exit {
    let written = console.out.write_all(text.as_bytes()).and_then(|()| console.out.flush());
    match written {
        Ok(()) => exit,
        Err(error) => complain(console, &format!("the report can't be written: {error}"), Exit::InputOutput),
    }
}

fn complain(console: &mut Console<'_>, message: &dyn Display, exit: Exit) -> Exit {
    // Where the complaint can't be written either, the exit code is all that is left to say it.
    let _ = writeln!(console.err, "kmt check: {message}");
    exit
}
