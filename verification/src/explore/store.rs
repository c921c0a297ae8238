//! What is remembered of every visited state: its fingerprint, and the edge by which it was first reached.
//!
//! States are numbered in the order of discovery, so an edge is a parent's number and an action's index: eight bytes
//! a state, in a vector. The set beside it holds bare fingerprints. The states themselves live only in the frontier.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;

use super::identity::Unhashed;

/// The most states that can be numbered.
pub(super) const CAPACITY: usize = u32::MAX as usize - 1;

/// Marks an initial state's link: it has no parent, and its `choice` is the index in `init_states`.
const ROOT: u32 = u32::MAX;

/// The edge by which a state was first reached.
struct Link {
    parent: u32,
    choice: u32,
}

/// The visited states.
pub(super) struct Store {
    seen: HashSet<u64, BuildHasherDefault<Unhashed>>,
    links: Vec<Link>,
}

impl Store {
    pub(super) fn new() -> Self {
        Self { seen: HashSet::default(), links: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    pub(super) fn contains(&self, fingerprint: u64) -> bool {
        self.seen.contains(&fingerprint)
    }

    /// Remembers an initial state; false when it was known.
    pub(super) fn insert_root(&mut self, fingerprint: u64, index: usize) -> bool {
        let choice = u32::try_from(index).expect("fewer than 2^32 initial states");
        self.insert(fingerprint, ROOT, choice)
    }

    /// Remembers a state reached from state number `parent` by its `choice`-th action; false when it was known.
    pub(super) fn insert(&mut self, fingerprint: u64, parent: u32, choice: u32) -> bool {
        let new = self.seen.insert(fingerprint);
        if new {
            self.links.push(Link { parent, choice });
        }
        new
    }

    /// The way to state `number`: the index of an initial state, then an action index per step.
    pub(super) fn trail(&self, number: u32) -> (usize, Vec<usize>) {
        let mut choices = Vec::new();
        let mut link = &self.links[number as usize];
        while link.parent != ROOT {
            choices.push(link.choice as usize);
            link = &self.links[link.parent as usize];
        }
        choices.reverse();
        (link.choice as usize, choices)
    }

    /// Bytes held: the set's buckets (a fingerprint and a control byte each) and the links.
    pub(super) fn bytes(&self) -> usize {
        // The set fills seven eighths of a power of two of buckets before it grows.
        let buckets = match self.seen.capacity() {
            0 => 0,
            capacity => (capacity * 8 / 7).next_power_of_two(),
        };
        buckets * (size_of::<u64>() + 1) + self.links.capacity() * size_of::<Link>()
    }
}
