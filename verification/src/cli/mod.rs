//! One file per command; this one says which there are.

use kmt::exit::Exit;

mod bench;
mod canary;
mod check;
mod explain;
mod rules;
mod run;

/// An executable specification of the D3DKMT sharing and synchronisation calls.
#[derive(clap::Parser, Debug)]
#[command(name = "kmt", version, about)]
pub(crate) struct Arguments {
    /// How to print results: for a person or for a program.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

/// Output format.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Tables and sentences.
    Text,
    /// One JSON document with a `schema` field.
    Json,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Explore the built-in worlds, replay the measured behaviour, run the check matrix.
    Check(check::Arguments),
    /// Play a scenario once and say whether what it expects came about.
    Run(run::Arguments),
    /// Measure how fast the engines search the worlds, and the lockstep runs.
    Bench(bench::Arguments),
    /// Plant mistakes in the core, one at a time, and show how soon each is found.
    Canary(canary::Arguments),
    /// Show the rules, all or one.
    Rules(rules::Arguments),
    /// Explain a status, a call or a rule.
    Explain(explain::Arguments),
}

/// Runs the parsed command and says how the process ends.
pub(crate) fn run(arguments: Arguments) -> Exit {
    match arguments.command {
        Command::Check(inner) => check::run(&inner, arguments.format),
        Command::Run(inner) => run::run(&inner, arguments.format),
        Command::Bench(inner) => bench::run(&inner),
        Command::Canary(inner) => canary::run(&inner, arguments.format),
        Command::Rules(inner) => rules::run(&inner, arguments.format),
        Command::Explain(inner) => explain::run(&inner, arguments.format),
    }
}
