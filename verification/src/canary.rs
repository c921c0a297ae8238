//! The canary: every planted mistake is found exhaustively, by a shortest sequence whose length is pinned.
//!
//! A checker that has never caught anything proves nothing. So the core can be told to make one tempting mistake at a time
//! ([`Planted`]), and each must show up in some pair world, at a depth that stands in `planted.toml`.

use std::collections::BTreeMap;

use kmt_core::Planted;
use kmt_model::scope::KernelWorld;

use crate::check::world::AGREEMENT;
use crate::explore::{ExploreError, Explorer, Options, PropertyOutcome};
use crate::pair::{PairModel, worlds};

/// Where a planted mistake was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The mistake.
    pub planted: Planted,
    /// The pair world with the shortest sequence.
    pub world: &'static str,
    /// The shortest sequence, in the model's words.
    pub sequence: Vec<String>,
    /// The first difference.
    pub divergence: String,
}

/// Looks for a planted mistake in every pair world, and returns the shortest sequence to it.
///
/// # Errors
///
/// A pair world that can't be searched; that is a mistake of the world.
pub fn find(planted: Planted) -> Result<Option<Found>, ExploreError> {
    // Most mistakes are found early, and the early levels of a world are small: so deeper and deeper, all worlds at a time.
    for depth in [4, 6, 8, 12, usize::MAX] {
        let found = [
            search("pair-devices", &worlds::devices(Some(planted)), planted, depth)?,
            search("pair-handle-reuse", &worlds::handle_reuse(Some(planted)), planted, depth)?,
            search("pair-process-handles", &worlds::process_handles(Some(planted)), planted, depth)?,
            search("pair-keyed-mutexes", &worlds::keyed_mutexes(Some(planted)), planted, depth)?,
            search("pair-fences", &worlds::fences(Some(planted)), planted, depth)?,
            search("pair-events", &worlds::events(Some(planted)), planted, depth)?,
        ];
        // The first of the shortest.
        let shortest = found.into_iter().flatten().min_by_key(|found| found.sequence.len());
        if shortest.is_some() {
            return Ok(shortest);
        }
    }
    Ok(None)
}

fn search<W: KernelWorld + Sync>(
    world: &'static str,
    model: &PairModel<W>,
    planted: Planted,
    depth: usize,
) -> Result<Option<Found>, ExploreError> {
    let options = Options { max_depth: (depth < usize::MAX).then_some(depth), ..Options::default() };
    let report = Explorer::new(model, options).run()?;
    let Some(result) = report.property(AGREEMENT) else { return Ok(None) };
    let PropertyOutcome::Broken(path) = &result.outcome else { return Ok(None) };
    let divergence = path.last_state().divergence.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(Some(Found { planted, world, sequence: path.lines(model), divergence }))
}

/// The pinned lengths, by the name of the mistake.
///
/// # Errors
///
/// What is wrong with `planted.toml`.
pub fn pinned() -> Result<BTreeMap<String, usize>, toml::de::Error> {
    #[derive(serde::Deserialize)]
    struct File {
        shortest: BTreeMap<String, usize>,
    }
    toml::from_str::<File>(include_str!("../planted.toml")).map(|file| file.shortest)
}

/// Rewrites the pinned lengths, keeping the comment at the head of the file; whole or not at all.
///
/// # Errors
///
/// Any failure of reading or writing the file.
pub fn bless(lengths: impl Iterator<Item = (Planted, usize)>) -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/planted.toml");
    let mut document: toml_edit::DocumentMut =
        std::fs::read_to_string(path)?.parse().map_err(std::io::Error::other)?;
    let mut table = toml_edit::Table::new();
    for (planted, length) in lengths {
        table[planted.name()] = toml_edit::value(i64::try_from(length).map_err(std::io::Error::other)?);
    }
    if let Some(decor) =
        document.get("shortest").and_then(toml_edit::Item::as_table).map(toml_edit::Table::decor)
    {
        *table.decor_mut() = decor.clone();
    }
    document["shortest"] = toml_edit::Item::Table(table);
    let fresh = concat!(env!("CARGO_MANIFEST_DIR"), "/planted.toml.new");
    std::fs::write(fresh, document.to_string())?;
    std::fs::rename(fresh, path)
}
