//! Where the sources cite rules: a scan of texts, without knowledge of their language.
//!
//! A citation is an id in a text (`HND-01`), a constant (`HND_01`) or a part of a function's name
//! (`fn hnd_01_shape_of_a_handle`). Nothing says whether the line above which it stands implements the rule; the point
//! is that a reader finds the place and that a rule cannot be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;
use std::{fs, io};

use regex::Regex;

use super::area::{self, INVARIANT};
use super::{Id, Rulebook};

/// One file: its path from the root of the repository, with forward slashes, and its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// `core/src/handle/local.rs`
    pub path: String,
    /// The whole file.
    pub text: String,
}

/// The part of the project that a citation stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The kernel.
    Core,
    /// The reference model, and the bridge's prediction of handle values, which the model does without.
    Model,
    /// Tests of any crate, scenarios, the check matrix.
    Tests,
    /// Everything else: the bridge, pages for readers. Cited rules must exist, and that is all.
    Other,
}

/// Paths that speak of rules as data: the constants, the rulebook, its reader and the tests of both.
const NO_CITATIONS: [&str; 10] = [
    "core/src/rule/",
    "verification/RULES-",
    "verification/rules/",
    "verification/src/rulebook/",
    "verification/src/cli/rules.rs",
    "verification/src/cli/explain.rs",
    "verification/tests/cli_rules.rs",
    "verification/tests/independence.rs",
    "verification/tests/rulebook.rs",
    "verification/tests/traceability.rs",
];

/// Where tests live, besides files named `tests.rs` and folders named `tests`.
const TESTS: [&str; 2] = ["verification/scenarios/", "verification/src/matrix"];

/// Handle values are stated a second time not in the model, which has names instead, but where the bridge predicts them.
const PREDICTIONS: &str = "verification/src/bridge/names";

/// Folders that hold sources.
const TREES: [&str; 4] = ["core", "model", "verification", "fuzz"];

/// Folders inside them that hold none.
const NO_SOURCES: [&str; 4] = ["target", "corpus", "artifacts", "coverage"];

/// Capitals, a hyphen and digits that are no rule: UTF-16, SHA-256.
const OTHER_NAMES: [&str; 2] = ["UTF", "SHA"];

static ID: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b([A-Z]{3})([-_])(\d{2,3})\b"));
static FUNCTION: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bfn\s+([a-z][a-z0-9_]*)"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// The layer of a path; `None` where ids are not citations.
#[must_use]
pub fn layer(path: &str) -> Option<Layer> {
    if NO_CITATIONS.iter().any(|data| path.starts_with(data)) {
        return None;
    }
    let in_tests = path.contains("/tests/") || path.ends_with("/tests.rs");
    Some(if in_tests || TESTS.iter().any(|tests| path.starts_with(tests)) {
        Layer::Tests
    } else if path.starts_with("core/src/") {
        Layer::Core
    } else if path.starts_with("model/src/") || path.starts_with(PREDICTIONS) {
        Layer::Model
    } else {
        Layer::Other
    })
}

/// A citation of a rule that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// The id, in the form `HND-01`.
    pub id: String,
    /// Path of the file.
    pub path: String,
    /// Line in it, from 1.
    pub line: usize,
}

/// Which files cite which rules.
#[derive(Clone, Debug, Default)]
pub struct Citations {
    files: BTreeMap<(Id, Layer), BTreeSet<String>>,
    unknown: BTreeSet<Unknown>,
}

impl Citations {
    /// Scans sources for ids of the rules and invariants of a rulebook.
    #[must_use]
    pub fn scan(book: &Rulebook, sources: &[Source]) -> Self {
        let mut citations = Self::default();
        for source in sources {
            let Some(layer) = layer(&source.path) else { continue };
            for (number, line) in source.text.lines().enumerate() {
                for id in ids(line) {
                    citations.add(book, layer, &source.path, number + 1, id);
                }
            }
        }
        citations
    }

    fn add(&mut self, book: &Rulebook, layer: Layer, path: &str, line: usize, id: String) {
        if book.rule(&id).is_some() || book.invariant(&id).is_some() {
            self.files.entry((Id::of(&id), layer)).or_default().insert(path.to_owned());
        } else {
            self.unknown.insert(Unknown { id, path: path.to_owned(), line });
        }
    }

    /// Paths of the files of one layer that cite the id, in order.
    pub fn files(&self, id: &str, layer: Layer) -> impl Iterator<Item = &str> {
        self.files.get(&(Id::of(id), layer)).into_iter().flatten().map(String::as_str)
    }

    /// Citations of what the rulebook does not have, by id and place.
    pub fn unknown(&self) -> impl Iterator<Item = &Unknown> {
        self.unknown.iter()
    }
}

/// The ids that one line cites, in the form `HND-01`.
fn ids(line: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for found in ID.captures_iter(line) {
        // A constant with a foreign prefix is somebody's own (`MAX_64`); an id with one is a misprint.
        if is_prefix(&found[1]) || (&found[2] == "-" && !OTHER_NAMES.contains(&&found[1])) {
            ids.push(format!("{}-{}", &found[1], &found[3]));
        }
    }
    for found in FUNCTION.captures_iter(line) {
        let words: Vec<_> = found[1].split('_').collect();
        for pair in words.windows(2) {
            let prefix = pair[0].to_ascii_uppercase();
            let digits = pair[1].bytes().all(|byte| byte.is_ascii_digit());
            if is_prefix(&prefix) && digits && (2..=3).contains(&pair[1].len()) {
                ids.push(format!("{prefix}-{}", pair[1]));
            }
        }
    }
    ids
}

fn is_prefix(word: &str) -> bool {
    area::prefixes().chain([INVARIANT]).any(|prefix| prefix == word)
}

/// Reads all sources below the root of the repository (Rust, Markdown, TOML, Python), ordered by path.
///
/// # Errors
///
/// When a folder or a file cannot be read; a missing tree is an error too, since the root is then a wrong one.
pub fn read_tree(root: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for tree in TREES {
        read_folder(&root.join(tree), tree, &mut sources)?;
    }
    sources.sort();
    Ok(sources)
}

fn read_folder(folder: &Path, path: &str, sources: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| located(folder, &error))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{path}/{name}");
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && !NO_SOURCES.contains(&name.as_str()) {
                read_folder(&entry.path(), &path, sources)?;
            }
        } else if [".rs", ".md", ".toml", ".py"].iter().any(|extension| name.ends_with(extension)) {
            let text = fs::read_to_string(entry.path()).map_err(|error| located(&entry.path(), &error))?;
            sources.push(Source { path, text });
        }
    }
    Ok(())
}

fn located(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
