//! `kmt check`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kmt::check::terminal::Terminal;
use kmt::check::{Console, Engine, Preamble, Registry, Request, command};
use kmt::exit::Exit;
use kmt::rulebook::Rulebook;

use super::Format;

/// The dialect that the built-in worlds follow.
const DIALECT: &str = "windows";

/// Arguments of `kmt check`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Worlds to check; without any, all of them and every other stage.
    #[arg(value_name = "WORLD")]
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
    command(&Registry::built_in(), &preamble, &request, &mut console)
}
