//! The pinned counts: comparing a run with them, and rewriting them.
//!
//! A count that moves means that the rules, the model or a world changed. That may be wanted; it is never unnoticed.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item, Table, value};

use super::world::{Ending, Kind, WorldReport};

/// How to accept new counts, in words.
pub const HOW_TO_BLESS: &str = "if the change is wanted, run `kmt check --bless` and say why in the commit";

/// The counts of one world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Unique states.
    pub unique: usize,
    /// Generated states, repeats included.
    pub generated: usize,
    /// Depth of the deepest state.
    pub depth: usize,
}

impl std::fmt::Display for Pin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "unique {}, generated {}, depth {}", self.unique, self.generated, self.depth)
    }
}

/// A file of pinned counts: the text to compare with, and where `--bless` writes.
#[derive(Clone, Debug)]
pub struct PinFile {
    /// TOML: one table per world.
    pub text: String,
    /// The file in the source tree.
    pub path: PathBuf,
}

/// Pinned counts that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// The text is not a table of pins.
    #[error("the pinned counts can't be read: {0}")]
    Malformed(String),
    /// The file can't be read or written.
    #[error("{path}: {error}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// A difference between a run and the pinned counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinProblem {
    /// A world was searched to its end with other counts.
    Moved {
        /// The world.
        world: String,
        /// What is pinned.
        pinned: Pin,
        /// What was found.
        found: Pin,
    },
    /// A world was searched to its end and has no pin.
    Missing {
        /// The world.
        world: String,
        /// What was found.
        found: Pin,
    },
    /// There is a pin for a world that does not exist.
    Superfluous {
        /// The name in the file.
        world: String,
    },
}

impl std::fmt::Display for PinProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Moved { world, pinned, found } => {
                write!(formatter, "{world}: the counts moved: pinned {pinned}; found {found}")
            }
            Self::Missing { world, found } => {
                write!(formatter, "{world}: no counts are pinned; found {found}")
            }
            Self::Superfluous { world } => {
                write!(formatter, "{world}: counts are pinned, but there is no such world")
            }
        }
    }
}

impl PinFile {
    /// The pinned counts that are embedded in this build.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            text: include_str!("../../pinned.toml").to_owned(),
            path: Path::new(env!("CARGO_MANIFEST_DIR")).join("pinned.toml"),
        }
    }

    /// The counts by world.
    ///
    /// # Errors
    /// [`PinError::Malformed`] when the text is not one table of three counts per world.
    pub fn pins(&self) -> Result<BTreeMap<String, Pin>, PinError> {
        toml::from_str(&self.text).map_err(|error| PinError::Malformed(error.to_string()))
    }

    /// Compares those of `reports` that are complete and hold with the pins; `names` are all worlds that exist.
    ///
    /// # Errors
    /// [`PinError::Malformed`] like [`PinFile::pins`].
    pub fn compare(&self, reports: &[WorldReport], names: &[&str]) -> Result<Vec<PinProblem>, PinError> {
        let pins = self.pins()?;
        let mut problems = Vec::new();
        for report in reports {
            let Some(found) = countable(report) else { continue };
            let world = report.world.to_owned();
            match pins.get(report.world) {
                Some(pinned) if *pinned != found => {
                    problems.push(PinProblem::Moved { world, pinned: *pinned, found });
                }
                Some(_) => {}
                None => problems.push(PinProblem::Missing { world, found }),
            }
        }
        let unknown = pins.into_keys().filter(|world| !names.contains(&world.as_str()));
        problems.extend(unknown.map(|world| PinProblem::Superfluous { world }));
        Ok(problems)
    }

    /// Rewrites the file: those of `reports` that are complete and hold get their counts, pins without a world in
    /// `names` go, the others and the header comment stay, the tables are sorted. Returns whether the file changed.
    ///
    /// The new text is written beside the file and renamed over it, so no reader sees half of it.
    ///
    /// # Errors
    /// [`PinError::File`] when reading or writing fails, [`PinError::Malformed`] when the file on disk is not TOML.
    pub fn bless(&self, reports: &[WorldReport], names: &[&str]) -> Result<bool, PinError> {
        let file = |error| PinError::File { path: self.path.clone(), error };
        let before = std::fs::read_to_string(&self.path).map_err(file)?;
        let after = rewritten(&before, reports, names)?;
        if after == before {
            return Ok(false);
        }
        let beside = self.path.with_extension("toml.new");
        std::fs::write(&beside, after).map_err(file)?;
        std::fs::rename(&beside, &self.path).map_err(file)?;
        Ok(true)
    }
}

/// The counts of a world that was searched to its end and holds; where one fails, that is the news.
fn countable(report: &WorldReport) -> Option<Pin> {
    // The counts of a user's own protocol are pinned nowhere.
    if report.kind == Kind::Protocol {
        return None;
    }
    let WorldReport { unique, generated, depth, .. } = *report;
    (report.ending == Ending::Complete && !report.fails()).then_some(Pin { unique, generated, depth })
}

fn rewritten(text: &str, reports: &[WorldReport], names: &[&str]) -> Result<String, PinError> {
    let mut tables = DocumentMut::new();
    let old: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| PinError::Malformed(error.to_string()))?;
    let mut sorted: BTreeMap<&str, Item> = BTreeMap::new();
    for (world, item) in old.iter().filter(|(world, _)| names.contains(world)) {
        sorted.insert(world, item.clone());
    }
    for (report, pin) in reports.iter().filter_map(|report| Some((report, countable(report)?))) {
        sorted.insert(report.world, Item::Table(table(pin)));
    }
    for (position, (world, mut item)) in (0..).zip(sorted) {
        if let Some(table) = item.as_table_mut() {
            table.set_position(Some(position));
            table.decor_mut().set_prefix("\n");
        }
        tables.insert(world, item);
    }
    Ok(format!("{}{tables}", header(text)))
}

fn table(pin: Pin) -> Table {
    let mut table = Table::new();
    for (key, count) in [("unique", pin.unique), ("generated", pin.generated), ("depth", pin.depth)] {
        table.insert(key, value(i64::try_from(count).expect("fewer than 2^63 states")));
    }
    table
}

/// The comment lines at the top of the file.
fn header(text: &str) -> String {
    text.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}
