//! Order of creation without a number that grows for ever.

use alloc::collections::BTreeMap;

/// A set that remembers in which order its members joined.
///
/// Each member knows its neighbours, so joining and leaving cost O(log n), and two rosters with the same members in the
/// same order are equal whatever happened before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Roster<Id> {
    links: BTreeMap<Id, Links<Id>>,
    first: Option<Id>,
    last: Option<Id>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Links<Id> {
    previous: Option<Id>,
    next: Option<Id>,
}

impl<Id: Copy + Ord> Roster<Id> {
    pub(crate) const fn new() -> Self {
        Self { links: BTreeMap::new(), first: None, last: None }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// Puts a member behind all others. One that is there already keeps its place.
    pub(crate) fn append(&mut self, id: Id) {
        if self.links.contains_key(&id) {
            return;
        }
        match self.last.and_then(|last| self.links.get_mut(&last)) {
            Some(links) => links.next = Some(id),
            None => self.first = Some(id),
        }
        self.links.insert(id, Links { previous: self.last, next: None });
        self.last = Some(id);
    }

    /// Takes a member out and joins its neighbours. Nothing happens for a stranger.
    pub(crate) fn remove(&mut self, id: Id) {
        let Some(Links { previous, next }) = self.links.remove(&id) else { return };
        match previous.and_then(|previous| self.links.get_mut(&previous)) {
            Some(links) => links.next = next,
            None => self.first = next,
        }
        match next.and_then(|next| self.links.get_mut(&next)) {
            Some(links) => links.previous = previous,
            None => self.last = previous,
        }
    }

    /// The member that joined last.
    pub(crate) const fn last(&self) -> Option<Id> {
        self.last
    }

    /// The members in the order in which they joined.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Id> {
        core::iter::successors(self.first, |id| self.links.get(id)?.next)
    }

    /// Whether the links lead from the first member to the last through each member once, and back again.
    pub(crate) fn is_coherent(&self) -> bool {
        let mut previous = None;
        let mut seen = 0;
        let mut next = self.first;
        while let Some(id) = next {
            let Some(links) = self.links.get(&id) else { return false };
            if links.previous != previous || seen == self.links.len() {
                return false;
            }
            (previous, next) = (Some(id), links.next);
            seen += 1;
        }
        seen == self.links.len() && previous == self.last
    }
}

impl<Id: Copy + Ord> Default for Roster<Id> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
