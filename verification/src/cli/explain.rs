//! `kmt explain`.

use kmt::exit::Exit;
use kmt::rulebook::pending::Progress;
use kmt::rulebook::{Rulebook, json, page};

use super::Format;
use super::rules::{print, refuse};

/// Arguments of `kmt explain`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// A status (INVALID_PARAMETER, 0xC000000D), a call (ShareObjects) or a rule (SHR-04).
    #[arg(value_name = "NAME", allow_negative_numbers = true)]
    name: String,
}

/// Runs `kmt explain`.
pub(crate) fn run(arguments: &Arguments, format: Format) -> Exit {
    let (book, progress) = (Rulebook::embedded(), Progress::embedded());
    match book.find(&arguments.name) {
        Ok(entry) => print(&match format {
            Format::Text => page::page(book, progress, entry),
            Format::Json => json::explain(book, progress, entry),
        }),
        Err(unknown) => refuse(unknown),
    }
}
