//! The files that are written from the rulebook and the citations, and how to tell that one is stale.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::citations::{self, Citations};
use super::pending::Progress;
use super::{Rulebook, constants, index};

/// The command that rewrites stale files.
pub const COMMAND: &str = "cargo run -p kmt -- rules --bless";

/// A file as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Path from the root of the repository.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// How many files were rewritten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blessing {
    /// Paths of the files that were stale.
    pub written: Vec<String>,
    /// Number of files that were as they should be.
    pub unchanged: usize,
}

/// All generated files: the constants of the core, then the indexes, in a fixed order.
#[must_use]
pub fn files(book: &Rulebook, progress: &Progress, citations: &Citations) -> Vec<File> {
    let mut files = constants::files(book);
    files.extend(index::files(book, progress, citations));
    files
}

/// The generated files of the repository below `root` that are not as they should be.
///
/// # Errors
///
/// When the sources cannot be read.
pub fn stale(root: &Path) -> io::Result<Vec<File>> {
    let (all, _) = compare(root)?;
    Ok(all)
}

/// Rewrites the stale files of the repository below `root`.
///
/// # Errors
///
/// When the sources cannot be read or a file cannot be written.
pub fn bless(root: &Path) -> io::Result<Blessing> {
    let (stale, total) = compare(root)?;
    let unchanged = total - stale.len();
    let mut written = Vec::new();
    for file in stale {
        fs::write(root.join(&file.path), &file.text)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.path)))?;
        written.push(file.path);
    }
    Ok(Blessing { written, unchanged })
}

/// The root of the repository that this program was built from.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

fn compare(root: &Path) -> io::Result<(Vec<File>, usize)> {
    let book = Rulebook::embedded();
    let citations = Citations::scan(book, &citations::read_tree(root)?);
    let all = files(book, Progress::embedded(), &citations);
    let total = all.len();
    let current = |file: &File| fs::read_to_string(root.join(&file.path)).is_ok_and(|text| text == file.text);
    Ok((all.into_iter().filter(|file| !current(file)).collect(), total))
}
