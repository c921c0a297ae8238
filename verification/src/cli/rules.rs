//! `kmt rules`.

use std::io::{self, Write as _};
use std::path::PathBuf;

use kmt::exit::Exit;
use kmt::rulebook::area::{self, Area};
use kmt::rulebook::entry::{Basis, Rule};
use kmt::rulebook::lookup::{Entry, Unknown};
use kmt::rulebook::pending::Progress;
use kmt::rulebook::{Rulebook, generated, json, page};

use super::Format;

/// Arguments of `kmt rules`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Show everything about these: KMX-04, INV-03, T12, C9.
    #[arg(value_name = "ID", conflicts_with_all = ["area", "basis", "pending", "built", "dialects", "bless"])]
    ids: Vec<String>,
    /// Only the rules of a prefix (HND) or of a file (sharing).
    #[arg(long, value_parser = known_area)]
    area: Option<String>,
    /// Only rules whose main statement has this source.
    #[arg(long, value_enum)]
    basis: Option<Basis>,
    /// Only rules that are not built yet.
    #[arg(long, conflicts_with = "built")]
    pending: bool,
    /// Only rules that are built.
    #[arg(long)]
    built: bool,
    /// Show where Windows and its documentation differ.
    #[arg(long)]
    dialects: bool,
    /// Rewrite the generated files of the repository.
    #[arg(long, conflicts_with_all = ["area", "basis", "pending", "built", "dialects"])]
    bless: bool,
    /// The repository whose generated files are rewritten; by default the one this program was built from.
    #[arg(long, requires = "bless")]
    root: Option<PathBuf>,
}

/// Runs `kmt rules`.
pub(crate) fn run(arguments: &Arguments, format: Format) -> Exit {
    if arguments.bless {
        return bless(arguments);
    }
    let (book, progress) = (Rulebook::embedded(), Progress::embedded());
    if !arguments.ids.is_empty() {
        return match show(book, progress, &arguments.ids, format) {
            Ok(text) => print(&text),
            Err(unknown) => refuse(unknown),
        };
    }
    let rules: Vec<_> = book.rules().filter(|rule| arguments.admits(progress, rule)).collect();
    print(&match format {
        Format::Json => json::rules(book, progress, rules.into_iter().map(Entry::Rule)),
        Format::Text if arguments.dialects => page::dialects(book, progress, &rules),
        Format::Text => page::list(book, progress, &rules),
    })
}

impl Arguments {
    fn admits(&self, progress: &Progress, rule: &Rule) -> bool {
        let pending = progress.is_pending(&rule.id);
        let in_area = |area: &str| {
            area.eq_ignore_ascii_case(rule.prefix()) || area.eq_ignore_ascii_case(rule.area.stem())
        };
        self.area.as_deref().is_none_or(in_area)
            && self.basis.is_none_or(|basis| basis == rule.basis)
            && (!self.pending || pending)
            && (!self.built || !pending)
            && (!self.dialects || rule.documented.is_some())
    }
}

fn known_area(typed: &str) -> Result<String, String> {
    let stems = Area::ALL.into_iter().filter(|area| !area.prefixes().is_empty()).map(Area::stem);
    let names: Vec<_> = stems.chain(area::prefixes()).collect();
    if names.iter().any(|name| name.eq_ignore_ascii_case(typed)) {
        Ok(typed.to_owned())
    } else {
        Err(format!("the areas are {}", names.join(", ")))
    }
}

fn show(book: &Rulebook, progress: &Progress, ids: &[String], format: Format) -> Result<String, Unknown> {
    let entries = ids.iter().map(|id| book.find_numbered(id)).collect::<Result<Vec<_>, _>>()?;
    Ok(match format {
        Format::Json => json::rules(book, progress, entries),
        Format::Text => {
            let pages: Vec<_> = entries.into_iter().map(|entry| page::page(book, progress, entry)).collect();
            pages.join("\n\n")
        }
    })
}

fn bless(arguments: &Arguments) -> Exit {
    let root = arguments.root.clone().unwrap_or_else(generated::root);
    match generated::bless(&root) {
        Ok(blessing) => {
            let mut text: String = blessing.written.iter().map(|path| format!("{path}\n")).collect();
            text.push_str(&format!("{} written, {} unchanged\n", blessing.written.len(), blessing.unchanged));
            print(&text)
        }
        Err(error) => fail(&error),
    }
}

/// Writes the result; a reader that has gone (`kmt rules | head`) ends the run without a word.
pub(super) fn print(text: &str) -> Exit {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Exit::Clean,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
        Err(error) => fail(&error),
    }
}

/// Reports a name that the rulebook does not have.
pub(super) fn refuse(unknown: Unknown) -> Exit {
    // Without a reader of the message the exit code still says it.
    let _ = writeln!(io::stderr(), "{:?}", miette::Report::new(unknown));
    Exit::BadInput
}

fn fail(error: &io::Error) -> Exit {
    let _ = writeln!(io::stderr(), "kmt: {error}");
    Exit::InputOutput
}
