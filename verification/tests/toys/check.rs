//! Registries of toy worlds, and a run of `kmt check` over one.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use kmt::check::{
    Console, ModelWorld, PairWorld, PinFile, Preamble, Progress, Registry, Request, Silent, World, command,
};
use kmt::exit::Exit;

use super::{Counters, Line, Lock, Trap};

pub(crate) const PINS: &str = "\
# Why these counts stand here.
# Second line.

[counters]
unique = 495
generated = 1192
depth = 9

[safe-lock]
unique = 3
generated = 5
depth = 2
";

pub(crate) fn counters() -> Box<dyn World> {
    Box::new(ModelWorld::new("counters", "Four counters below a bounded sum.", Counters { sum: 8 }))
}

pub(crate) fn safe_lock() -> Box<dyn World> {
    Box::new(PairWorld::new("safe-lock", "Two threads around a lock.", Lock { atomic: true }))
}

pub(crate) fn racy_lock() -> Box<dyn World> {
    Box::new(ModelWorld::new("racy-lock", "Looking and taking are two steps.", Lock { atomic: false }))
}

pub(crate) fn line(trap: Trap) -> Box<dyn World> {
    Box::new(PairWorld::new("line", "Counts to a hundred.", Line(trap)))
}

pub(crate) fn pins(text: &str) -> PinFile {
    PinFile { text: text.to_owned(), path: PathBuf::from("/nonexistent/pinned.toml") }
}

pub(crate) fn registry(worlds: Vec<Box<dyn World>>, text: &str) -> Registry {
    Registry { worlds, stages: Vec::new(), pins: pins(text) }
}

pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn run_watched(
    registry: &Registry,
    request: &Request,
    progress: &dyn Progress,
    cancel: &Arc<AtomicBool>,
) -> Ran {
    let preamble = Preamble { rulebook_hash: "0123456789ab".to_owned(), dialect: "windows".to_owned() };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console { out: &mut out, err: &mut err, progress, cancel };
    let exit = command(registry, &preamble, request, &mut console);
    let text = |bytes| String::from_utf8(bytes).expect("reports are UTF-8");
    Ran { exit, out: text(out), err: text(err) }
}

pub(crate) fn run(registry: &Registry, request: &Request) -> Ran {
    run_watched(registry, request, &Silent, &Arc::default())
}

pub(crate) fn named(name: &str) -> Request {
    Request { worlds: vec![name.to_owned()], ..Request::default() }
}

/// A JSON report with every time, rate and size of memory replaced.
pub(crate) fn without_measures(text: &str) -> String {
    let redacted = text.lines().map(|line| match line.split_once(':') {
        Some((key, _)) if key.contains("seconds\"") || key.contains("_per_") => {
            format!("{key}: [measured],\n")
        }
        _ => format!("{line}\n"),
    });
    redacted.collect()
}

pub(crate) fn column<'a>(text: &'a str, world: &str, index: usize) -> &'a str {
    let row = text.lines().find(|line| line.contains(&format!(" {world} "))).expect("the world has a row");
    row.split('┆').nth(index).expect("the column exists").trim()
}
