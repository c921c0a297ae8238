//! The canary: every planted mistake is found exhaustively, by a shortest sequence whose length is pinned.
//!
//! A checker that has never caught anything proves nothing. So the core can be told to make one tempting mistake at a time
//! ([`Planted`]), and each must show up in some pair world, at a depth that stands in `planted.toml`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use kmt_core::Planted;

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

/// How deep the pair worlds are searched, one after the other, until the mistake is found.
const DEPTHS: [usize; 6] = [2, 4, 6, 8, 12, 20];

/// Looks for a planted mistake in every pair world, and returns the shortest sequence to it.
///
/// With a pin its world alone is searched, as deep as its length says, and all worlds only where that shows nothing.
///
/// # Errors
///
/// A pair world that can't be searched; that is a mistake of the world.
pub fn find(planted: Planted, pin: Option<&Pin>) -> Result<Option<Found>, ExploreError> {
    let worlds = worlds(planted);
    let pinned =
        pin.and_then(|pin| Some((worlds.iter().find(|(world, _)| *world == pin.world)?, pin.length)));
    if let Some(((world, model), length)) = pinned {
        let found = search(world, model, planted, length)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    // Most mistakes are found early, and the early levels of a world are small: so deeper and deeper, all worlds at a time.
    for depth in DEPTHS {
        let mut shortest: Option<Found> = None;
        for (world, model) in &worlds {
            // A later world has to beat what is found already.
            let most = shortest.as_ref().map_or(depth, |found| found.sequence.len() - 1);
            if most > 0 {
                shortest = search(world, model, planted, most)?.or(shortest);
            }
        }
        if shortest.is_some() {
            return Ok(shortest);
        }
    }
    Ok(None)
}

/// Looks for each of the mistakes, several at a time, and hands the results out one after the other in their order.
///
/// # Errors
///
/// As [`find`], and whatever `each` fails with; the rest is not looked for then.
///
/// # Panics
///
/// If a search panics.
pub fn find_all<E: From<ExploreError>>(
    mistakes: &[Planted],
    pins: &BTreeMap<String, Pin>,
    mut each: impl FnMut(Planted, Option<Found>) -> Result<(), E>,
) -> Result<(), E> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, (sender, receiver)) = (AtomicUsize::new(0), mpsc::channel());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (next, sender) = (&next, sender.clone());
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&planted) = mistakes.get(place) else { break };
                    // Nobody listens any more: the rest is not wanted.
                    if sender.send((place, find(planted, pins.get(planted.name())))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        for (place, &planted) in mistakes.iter().enumerate() {
            let found = loop {
                if let Some(found) = early.remove(&place) {
                    break found;
                }
                let (place, found) = receiver.recv().expect("a search does not panic");
                early.insert(place, found);
            };
            each(planted, found?)?;
        }
        Ok(())
    })
}

/// The pair worlds, with a mistake in the core.
fn worlds(planted: Planted) -> [(&'static str, PairModel); 10] {
    let planted = Some(planted);
    [
        ("pair-devices", worlds::devices(planted)),
        ("pair-handle-reuse", worlds::handle_reuse(planted)),
        ("pair-process-handles", worlds::process_handles(planted)),
        ("pair-keyed-mutexes", worlds::keyed_mutexes(planted)),
        ("pair-fences", worlds::fences(planted)),
        ("pair-events", worlds::events(planted)),
        ("pair-sharing", worlds::sharing(planted)),
        ("pair-names", worlds::names(planted)),
        ("pair-rights", worlds::rights(planted)),
        ("pair-relay", worlds::relay(planted)),
    ]
}

fn search(
    world: &'static str,
    model: &PairModel,
    planted: Planted,
    events: usize,
) -> Result<Option<Found>, ExploreError> {
    // A sequence of so many events ends in a state one deeper: the first state has the depth 1.
    let options = Options { max_depth: Some(events + 1), ..Options::default() };
    let report = Explorer::new(model, options).run()?;
    let Some(result) = report.property(AGREEMENT) else { return Ok(None) };
    let PropertyOutcome::Broken(path) = &result.outcome else { return Ok(None) };
    let divergence = path.last_state().divergence.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(Some(Found { planted, world, sequence: path.lines(model), divergence }))
}

/// Where a mistake is found, as pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// How long the shortest sequence is.
    pub length: usize,
    /// The pair world that has it.
    pub world: String,
}

/// The pins, by the name of the mistake.
///
/// # Errors
///
/// What is wrong with `planted.toml`.
pub fn pinned() -> Result<BTreeMap<String, Pin>, toml::de::Error> {
    #[derive(serde::Deserialize)]
    struct File {
        shortest: BTreeMap<String, usize>,
        world: BTreeMap<String, String>,
    }
    let File { shortest, mut world } = toml::from_str(include_str!("../planted.toml"))?;
    let pin = |(name, length): (String, usize)| {
        let world = world.remove(&name).unwrap_or_default();
        (name, Pin { length, world })
    };
    Ok(shortest.into_iter().map(pin).collect())
}

/// Rewrites the pins, keeping the comment at the head of the file; whole or not at all.
///
/// # Errors
///
/// Any failure of reading or writing the file.
pub fn bless<'f>(found: impl Iterator<Item = (Planted, &'f Found)>) -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/planted.toml");
    let mut document: toml_edit::DocumentMut =
        std::fs::read_to_string(path)?.parse().map_err(std::io::Error::other)?;
    let (mut shortest, mut worlds) = (toml_edit::Table::new(), toml_edit::Table::new());
    for (planted, found) in found {
        let length = i64::try_from(found.sequence.len()).map_err(std::io::Error::other)?;
        shortest[planted.name()] = toml_edit::value(length);
        worlds[planted.name()] = toml_edit::value(found.world);
    }
    for (key, mut table) in [("shortest", shortest), ("world", worlds)] {
        if let Some(old) = document.get(key).and_then(toml_edit::Item::as_table) {
            *table.decor_mut() = old.decor().clone();
        }
        document[key] = toml_edit::Item::Table(table);
    }
    let fresh = concat!(env!("CARGO_MANIFEST_DIR"), "/planted.toml.new");
    std::fs::write(fresh, document.to_string())?;
    std::fs::rename(fresh, path)
}
