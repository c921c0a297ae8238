//! `kmt run`: plays a scenario once.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use kmt::bridge::Watched;
use kmt::exit::Exit;
use kmt::rulebook::Rulebook;
use kmt::scenario::document::Around;
use kmt::scenario::{
    self, Fault, Faults, HeldLine, LoadError, Policy, Run, RunError, Scenario, Source, Transcript, UnmetAt,
};
use serde::Serialize;

use super::Format;
use super::rules::print;

const LONG_HELP: &str = concat!(
    "A scenario with a schedule is replayed. Without one the machine's enabled steps come first, then the threads in \
     turn, a call each; with --seed any order is picked. The same file, seed and version give the same bytes.\n\n",
    "Exit code: 0 everything expected came about, 1 something did not, 2 the scenario is at fault, 4 the kernels differ, \
     5 a file could not be read or written.\n\n",
    "A scenario, complete:\n\n",
    include_str!("../scenario/example.toml"),
);

/// Arguments of `kmt run`.
#[derive(clap::Args, Debug)]
#[command(after_long_help = LONG_HELP)]
pub(crate) struct Arguments {
    /// The scenario.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Pick among all enabled steps and runnable threads by this number, instead of in turn.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Write the scenario with the order of this run pinned.
    #[arg(long, value_name = "OUT")]
    record: Option<PathBuf>,
    /// Say at the end what keeps each synchronisation object and shared NT object alive.
    #[arg(long)]
    holders: bool,
}

/// Runs `kmt run`.
pub(crate) fn run(arguments: &Arguments, format: Format) -> Exit {
    let (source, scenario) = match scenario::load(&arguments.file) {
        Ok(loaded) => loaded,
        Err(LoadError::Faulty(faults)) => return refuse(&faults, format),
        Err(error @ LoadError::Unreadable { .. }) => return fail(&error.to_string()),
    };
    if let (Some(_), Some(first)) =
        (arguments.seed, scenario.schedule.as_ref().and_then(|entries| entries.first()))
    {
        let fault = Fault::new(first.event.span.clone(), "the scenario pins its schedule", "no --seed");
        return refuse(&Faults::new(source, vec![fault]), format);
    }
    let policy = arguments.seed.map_or(Policy::RoundRobin, Policy::Seed);
    let kernel = match scenario::kernel(&scenario.world) {
        Ok(kernel) => kernel,
        Err(fault) => return refuse(&Faults::new(source, vec![fault]), format),
    };
    match scenario::run(&scenario, &mut Watched::around(kernel), policy) {
        Ok(run) => {
            let held = arguments.holders.then_some(&run.held[..]);
            let report = Report { source: &source, scenario: &scenario, policy, run: &run, held };
            let exit = print(&match format {
                Format::Text => report.text(),
                Format::Json => json(&report.document()),
            });
            finish(arguments, &report, exit)
        }
        Err(RunError::Fault(fault)) => refuse(&Faults::new(source, vec![fault]), format),
        Err(RunError::Divergence { text, transcript, event }) => {
            diverge(&source, &text, &transcript, &event, format)
        }
    }
}

/// Writes the recording, and says how the run ended.
fn finish(arguments: &Arguments, report: &Report<'_>, printed: Exit) -> Exit {
    if let Some(out) = &arguments.record {
        let mut recorded = report.scenario.clone();
        recorded.schedule = Some(report.run.schedule.clone());
        if let Err(error) = write_atomically(out, &scenario::print(&recorded)) {
            return fail(&format!("{}: {error}", out.display()));
        }
    }
    match printed {
        Exit::Clean if report.run.is_clean() => Exit::Clean,
        Exit::Clean => Exit::Verdict,
        failed => failed,
    }
}

/// Writes beside the target and renames: a reader sees the old file or the whole new one.
fn write_atomically(path: &Path, text: &str) -> io::Result<()> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"))?;
    let mut beside = name.to_os_string();
    beside.push(format!(".{}.partial", std::process::id()));
    let beside = path.with_file_name(beside);
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn refuse(faults: &Faults, format: Format) -> Exit {
    match format {
        Format::Text => {
            let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            // Without a reader of the message the exit code still says it.
            let _ = write!(io::stderr(), "{}", faults.render(colour));
        }
        Format::Json => {
            let faults = faults.faults.iter().map(|fault| Problem::of(&faults.source, fault)).collect();
            print(&json(&Refusal { schema: SCHEMA, verdict: "bad input", problems: faults }));
        }
    }
    Exit::BadInput
}

fn fail(message: &str) -> Exit {
    let _ = writeln!(io::stderr(), "kmt: {message}");
    Exit::InputOutput
}

fn diverge(source: &Source, text: &str, transcript: &Transcript, event: &str, format: Format) -> Exit {
    let printed = print(&match format {
        Format::Text => format!("{}\n\n{transcript}\nthe kernels differ at: {event}\n{text}\n", source.name),
        Format::Json => json(&Difference {
            schema: SCHEMA,
            verdict: "divergence",
            file: &source.name,
            transcript,
            event,
            difference: text,
        }),
    });
    if printed == Exit::Clean { Exit::Divergence } else { printed }
}

const SCHEMA: &str = "kmt.run/1";

fn json(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("strings, numbers and lists of these");
    text.push('\n');
    text
}

struct Report<'r> {
    source: &'r Source,
    scenario: &'r Scenario,
    policy: Policy,
    run: &'r Run,
    held: Option<&'r [HeldLine]>,
}

impl Report<'_> {
    fn policy(&self) -> String {
        if self.scenario.schedule.is_some() { "pinned schedule".to_owned() } else { self.policy.to_string() }
    }

    fn expectations(&self) -> usize {
        let calls = self.scenario.programs.iter().flat_map(|program| &program.calls);
        let calls = calls.filter(|line| line.expect.is_some()).count();
        let entries = self.scenario.schedule.iter().flatten();
        calls + entries.filter(|entry| entry.around != Around::default()).count()
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n", self.scenario.title);
        if !self.scenario.rules.is_empty() {
            let rules: Vec<&str> = self.scenario.rules.iter().map(|rule| rule.as_str()).collect();
            let basis = self.scenario.basis.map(|basis| format!(" ({})", scenario::basis(basis)));
            text.push_str(&format!("rules {}{}\n", rules.join(", "), basis.unwrap_or_default()));
        }
        text.push_str(&format!(
            "rulebook {}, {} dialect, {}, {}\n\n",
            Rulebook::embedded().short_hash(),
            scenario::dialect(self.scenario.world.dialect),
            self.bounds(),
            self.policy(),
        ));
        text.push_str(&format!("{}\n", self.run.transcript));
        let faults = self.faults();
        let differences = faults.len();
        text.push_str(&Faults::new(self.source.clone(), faults).render_each(false));
        for stopped in &self.run.stopped {
            let (line, column) = self.source.line_and_column(stopped.span.start);
            let why = stopped.hint.as_deref().unwrap_or_default();
            text.push_str(&format!(
                "stopped at {}:{line}:{column}: {}; {why}\n",
                self.source.name, stopped.found
            ));
        }
        for HeldLine { object, by } in self.held.unwrap_or_default() {
            text.push_str(&format!("{object} is kept alive by {}\n", by.join(", ")));
        }
        for claim in 0..self.scenario.possible.len() {
            text.push_str(&format!("{}\n", self.possible(claim)));
        }
        text.push_str(&match (self.run.is_clean(), self.expectations()) {
            (true, 0) => "nothing was expected\n".to_owned(),
            (true, expected) => format!("met: {expected} of {expected} expectations\n"),
            (false, _) if differences == 1 => "not met: 1 difference from what was expected\n".to_owned(),
            (false, _) => format!("not met: {differences} differences from what was expected\n"),
        });
        text
    }

    fn bounds(&self) -> String {
        let limits = &self.scenario.world.limits;
        let bounds: Vec<String> =
            limits.iter().map(|(key, bound)| format!("{key} {}", bound.value)).collect();
        if bounds.is_empty() { "default limits".to_owned() } else { format!("limits {}", bounds.join(" ")) }
    }

    fn possible(&self, claim: usize) -> String {
        let name = &self.scenario.possible[claim].name.value;
        match self.run.seen.iter().find(|seen| seen.claim == claim) {
            Some(seen) => format!("possible, seen at {}: {name}", seen.line),
            None => format!("possible, not seen in this run: {name}"),
        }
    }

    fn faults(&self) -> Vec<Fault> {
        let unmet = self.run.unmet.iter().map(unmet_fault);
        let broken = self.run.broken.iter().map(|broken| {
            let name = &self.scenario.never[broken.claim].name;
            Fault::new(
                name.span.clone(),
                format!("event {}: {}", broken.line, name.value),
                "never to see this",
            )
        });
        unmet.chain(broken).collect()
    }

    fn document(&self) -> Document<'_> {
        Document {
            schema: SCHEMA,
            verdict: if self.run.is_clean() { "met" } else { "not met" },
            file: &self.source.name,
            title: &self.scenario.title,
            rules: self.scenario.rules.iter().map(|rule| rule.as_str()).collect(),
            basis: self.scenario.basis.map(scenario::basis),
            rulebook: Rulebook::embedded().hash(),
            dialect: scenario::dialect(self.scenario.world.dialect),
            limits: self.scenario.world.limits.iter().map(|(key, bound)| (*key, bound.value)).collect(),
            order: self.policy(),
            seed: match self.policy {
                Policy::Seed(seed) => Some(seed),
                Policy::RoundRobin => None,
            },
            transcript: &self.run.transcript,
            expectations: self.expectations(),
            not_met: self.faults().iter().map(|fault| Problem::of(self.source, fault)).collect(),
            stopped: self.run.stopped.iter().map(|fault| Problem::of(self.source, fault)).collect(),
            held: self.held,
            possible: (0..self.scenario.possible.len()).map(|claim| self.seen(claim)).collect(),
        }
    }

    fn seen(&self, claim: usize) -> Possible<'_> {
        Possible {
            name: &self.scenario.possible[claim].name,
            event: self.run.seen.iter().find(|seen| seen.claim == claim).map(|seen| seen.line),
        }
    }
}

fn unmet_fault(unmet: &UnmetAt) -> Fault {
    let UnmetAt { line, unmet } = unmet;
    let found = match line {
        Some(line) => format!("event {line}: {} is {}", unmet.what, unmet.got),
        None => format!("{} was not made: {}", unmet.what, unmet.got),
    };
    Fault::new(unmet.span.clone(), found, &unmet.expected)
}

/// What `--format json` prints after a run.
#[derive(Serialize)]
struct Document<'r> {
    schema: &'static str,
    verdict: &'static str,
    file: &'r str,
    title: &'r str,
    rules: Vec<&'r str>,
    basis: Option<&'static str>,
    rulebook: &'static str,
    dialect: &'static str,
    limits: std::collections::BTreeMap<&'static str, u32>,
    order: String,
    seed: Option<u64>,
    transcript: &'r Transcript,
    expectations: usize,
    not_met: Vec<Problem>,
    stopped: Vec<Problem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<&'r [HeldLine]>,
    possible: Vec<Possible<'r>>,
}

/// A claim that may come true, and the event at which it did.
#[derive(Serialize)]
struct Possible<'r> {
    name: &'r str,
    event: Option<usize>,
}

/// What `--format json` prints when the scenario is at fault.
#[derive(Serialize)]
struct Refusal {
    schema: &'static str,
    verdict: &'static str,
    problems: Vec<Problem>,
}

/// What `--format json` prints when the kernels differ.
#[derive(Serialize)]
struct Difference<'r> {
    schema: &'static str,
    verdict: &'static str,
    file: &'r str,
    transcript: &'r Transcript,
    event: &'r str,
    difference: &'r str,
}

/// Something that is not as it should be, with its place in the file.
#[derive(Serialize)]
struct Problem {
    file: String,
    line: usize,
    column: usize,
    found: String,
    expected: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Problem {
    fn of(source: &Source, fault: &Fault) -> Self {
        let (line, column) = source.line_and_column(fault.span.start);
        Self {
            file: source.name.clone(),
            line,
            column,
            found: fault.found.clone(),
            expected: fault.expected.clone(),
            hint: fault.hint.clone(),
        }
    }
}
