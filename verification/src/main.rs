//! The command line of kmt: parse, dispatch, exit code.

mod cli;

use clap::Parser as _;

fn main() -> std::process::ExitCode {
    cli::run(cli::Arguments::parse()).into()
}
