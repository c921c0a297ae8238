//! The constants of `core/src/rule/`: one file per prefix, and a list of all.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Rulebook;
use super::generated::File;

/// Longest line that the formatter leaves on one line.
const WIDTH: usize = 110;

/// Renders the file of each prefix and `all.rs`, formatted as rustfmt would.
pub(super) fn files(book: &Rulebook) -> Vec<File> {
    let rules = book.rules().map(|rule| (rule.id.as_str(), rule.title.as_str(), rule.basis.word()));
    let invariants = book
        .invariants()
        .map(|invariant| (invariant.id.as_str(), invariant.title.as_str(), invariant.kind.word()));
    let mut by_prefix = BTreeMap::<&str, String>::new();
    let mut all = Vec::new();
    for (id, title, origin) in rules.chain(invariants) {
        let prefix = &id[..3];
        let text = by_prefix.entry(prefix).or_insert_with(|| header(prefix));
        constant(text, id, title, origin);
        all.push(name(id));
    }
    let mut files: Vec<_> = by_prefix
        .into_iter()
        .map(|(prefix, text)| File { path: path(&prefix.to_ascii_lowercase()), text })
        .collect();
    files.push(File { path: path("all"), text: list(&all) });
    files
}

fn path(module: &str) -> String {
    format!("core/src/rule/{module}.rs")
}

fn name(id: &str) -> String {
    id.replace('-', "_")
}

fn header(prefix: &str) -> String {
    format!("//! Generated from the rulebook by `kmt rules --bless`: rules {prefix}.\n\nuse super::Rule;\n")
}

fn constant(text: &mut String, id: &str, title: &str, origin: &str) {
    let name = name(id);
    let value = format!("Rule::new({id:?}, {title:?});");
    let line = format!("pub const {name}: Rule = {value}");
    let _ = write!(text, "\n/// {id}: {title} ({origin}).\n");
    if line.len() <= WIDTH {
        let _ = writeln!(text, "{line}");
    } else {
        let _ = writeln!(text, "pub const {name}: Rule =\n    {value}");
    }
}

/// A constant that names every rule, as many on a line as fit.
fn list(names: &[String]) -> String {
    let mut text = String::from(
        r#"//! Generated from the rulebook by `kmt rules --bless`: the list of all rules.

#[allow(clippy::wildcard_imports, reason = "the list names everything that the files of rules name")]
use super::*;

/// Every rule of the rulebook, then every invariant, each by prefix and number.
pub const ALL: &[Rule] = &["#,
    );
    let mut room = 0;
    for name in names {
        if room < name.len() + 2 {
            text.push_str("\n   ");
            room = WIDTH - 3;
        }
        let _ = write!(text, " {name},");
        room -= name.len() + 2;
    }
    text.push_str("\n];\n");
    text
}
