//! The sizes of the reference benchmark, as the command line gives them.

use std::fmt;

use kmt_model::keyed_mutex::scope::KeyedMutexWorld;

/// Why a list of sizes can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SizeError {
    /// An item is not a name, `=` and a number from 0 to 255.
    NotASize(String),
    /// There is no size of this name.
    Unknown(String),
    /// The size of this name does not fit the world.
    OutOfRange(&'static str),
}

impl fmt::Display for SizeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: &str =
            "the sizes are threads, processes, handles, keys, fences and contents, as in threads=4,keys=3";
        match self {
            Self::NotASize(item) => write!(formatter, "\"{item}\" is no name=number; {NAMES}"),
            Self::Unknown(name) => write!(formatter, "there is no size \"{name}\"; {NAMES}"),
            Self::OutOfRange(name) => write!(
                formatter,
                "{name} is out of range: threads 1 to 6, processes and handles 1 to 4, keys and fences 1 to 8, contents 0 to 8"
            ),
        }
    }
}

impl std::error::Error for SizeError {}

/// The reference world with these sizes, given as `name=number` with commas between them; a size that is not given is the
/// default one.
///
/// # Errors
///
/// [`SizeError`] for an item that is no size, a name that there is not, or a size that does not fit.
pub fn world(sizes: &str) -> Result<KeyedMutexWorld, SizeError> {
    let mut world = KeyedMutexWorld::default();
    for item in sizes.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let not_a_size = || SizeError::NotASize(item.to_owned());
        let (name, number) = item.split_once('=').ok_or_else(not_a_size)?;
        let size = match name.trim() {
            "threads" => &mut world.threads,
            "processes" => &mut world.processes,
            "handles" => &mut world.handles,
            "keys" => &mut world.keys,
            "fences" => &mut world.fences,
            "contents" => &mut world.contents,
            name => return Err(SizeError::Unknown(name.to_owned())),
        };
        *size = number.trim().parse().map_err(|_| not_a_size())?;
    }
    world.out_of_range().map_or(Ok(world), |name| Err(SizeError::OutOfRange(name)))
}
