//! `kmt check`.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kmt::check::terminal::Terminal;
use kmt::check::{Console, Engine, Preamble, ProtocolWorld, Registry, Request, World, command};
use kmt::exit::Exit;
use kmt::rulebook::Rulebook;
use kmt::scenario::{self, Faults, LoadError};
use stateright::Model as _;

use super::Format;

/// The dialect that the built-in worlds follow.
const DIALECT: &str = "windows";

/// Arguments of `kmt check`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Worlds to check, and scenario files (ending in .toml) to explore; without any, all worlds and every other stage.
    #[arg(value_name = "WORLD|FILE")]
    worlds: Vec<String>,
    /// List the worlds and run nothing.
    #[arg(long)]
    list: bool,
    /// Check the deep worlds too.
    #[arg(long)]
    deep: bool,
    /// How many worlds to search at a time, each on one thread.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// Search every world with this engine instead of the one for its kind.
    #[arg(long, value_enum)]
    engine: Option<Engine>,
    /// Rewrite the pinned counts instead of comparing with them.
    #[arg(long)]
    bless: bool,
    /// Stop a world that has more unique states than this.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_states: Option<u32>,
}

/// Runs `kmt check`.
pub(crate) fn run(arguments: &Arguments, format: Format) -> Exit {
    let cancel = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&cancel);
    let installed = ctrlc::set_handler(move || {
        // The first interrupt ends the run in order, a second one at once.
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted as i32);
        }
    });
    if let Err(error) = installed {
        eprintln!("kmt check: interrupts end the run without a report: {error}");
    }
    let request = Request {
        worlds: arguments.worlds.clone(),
        list: arguments.list,
        deep: arguments.deep,
        threads: usize::from(arguments.threads),
        engine: arguments.engine,
        bless: arguments.bless,
        max_states: arguments.max_states.map(|limit| limit as usize),
        json: format == Format::Json,
    };
    let preamble =
        Preamble { rulebook_hash: Rulebook::embedded().short_hash().to_owned(), dialect: DIALECT.to_owned() };
    let progress = Terminal::default();
    let mut console = Console {
        out: &mut std::io::stdout().lock(),
        err: &mut std::io::stderr(),
        progress: &progress,
        cancel: &cancel,
    };
    let mut registry = Registry::built_in();
    match protocols(&request.worlds) {
        Ok(protocols) => registry.worlds.extend(protocols),
        Err((message, exit)) => {
            eprint!("{message}");
            return exit;
        }
    }
    command(&registry, &preamble, &request, &mut console)
}

/// The scenario files among the names, each as a world.
fn protocols(names: &[String]) -> Result<Vec<Box<dyn World>>, (String, Exit)> {
    let files = names.iter().filter(|name| is_file(name));
    files.map(|name| protocol(name)).collect()
}

fn is_file(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|extension| extension == "toml")
}

fn protocol(name: &str) -> Result<Box<dyn World>, (String, Exit)> {
    let (source, scenario) = scenario::load(std::path::Path::new(name)).map_err(|error| match error {
        LoadError::Faulty(faults) => (faults.render(std::io::stderr().is_terminal()), Exit::BadInput),
        error @ LoadError::Unreadable { .. } => (format!("kmt check: {error}\n"), Exit::InputOutput),
    })?;
    let fault = |fault| {
        (Faults::new(source.clone(), vec![fault]).render(std::io::stderr().is_terminal()), Exit::BadInput)
    };
    let protocol = scenario::protocol(&scenario).map_err(fault)?;
    if protocol.properties().is_empty() {
        let message = format!("kmt check: {name}: nothing to check: no expect, [[never]] or [[possible]]\n");
        return Err((message, Exit::BadInput));
    }
    // The names of worlds live as long as the process.
    let (name, title) = (name.to_owned().leak(), scenario.title.clone().leak());
    Ok(Box::new(ProtocolWorld::new(name, title, protocol)))
}
