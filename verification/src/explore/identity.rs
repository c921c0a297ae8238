//! How states are told apart: by stateright's stable 64-bit fingerprint.

use std::hash::{BuildHasher as _, Hash, Hasher};

/// How a run identifies states, as a sentence for its report.
pub const IDENTIFICATION: &str = "64-bit fingerprint (two states with one fingerprint count as one)";

// The seeds of stateright 0.31 (`stable::build_hasher`), which keeps its own function private.
const SEEDS: [u64; 4] = [123_456_789_987_654_321, 98_765_432_123_456_789, 0, 0];

/// The fingerprint by which stateright 0.31 identifies `value`.
///
/// Equal values have equal fingerprints; the reverse holds but for the odds that [`collision_odds`] gives. Stable for
/// one build; another processor target may hash differently.
#[must_use]
#[expect(
    clippy::manual_hash_one,
    reason = "`hash_one` may take a shorter way for some types, stateright never does"
)]
pub fn fingerprint<T: Hash>(value: &T) -> u64 {
    let [first, second, third, fourth] = SEEDS;
    let mut hasher = ahash::RandomState::with_seeds(first, second, third, fourth).build_hasher();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The odds (0 to 1) that two of `unique` states share a fingerprint unnoticed: `unique`² / 2^65, at most 1.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "odds need no more digits than a float has")]
pub fn collision_odds(unique: usize) -> f64 {
    let count = unique as f64;
    (count * count / 2f64.powi(65)).min(1.0)
}

/// The hasher for keys that are fingerprints already: they are used as they are.
#[derive(Clone, Copy, Default)]
pub(super) struct Unhashed(u64);

impl Hasher for Unhashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("only fingerprints are keys, and they are written as one u64");
    }

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }
}
