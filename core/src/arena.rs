//! Places for objects that only the kernel names.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// A numbered set of values that gives a new value the lowest free number.
///
/// The free places are exactly the numbers below the highest one in use that hold nothing, so two arenas with the same
/// values at the same numbers are equal whatever happened before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Arena<T> {
    places: Vec<Option<T>>,
    free: BTreeSet<u32>,
}

impl<T> Arena<T> {
    pub(crate) const fn new() -> Self {
        Self { places: Vec::new(), free: BTreeSet::new() }
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> u32 {
        // Every user bounds its arena by a 32-bit limit before it inserts.
        (self.places.len() - self.free.len()) as u32
    }

    /// The number that the next value gets.
    pub(crate) fn next_number(&self) -> u32 {
        self.free.first().copied().unwrap_or(self.places.len() as u32)
    }

    /// Adds a value and returns its number, the lowest free one. O(log n).
    pub(crate) fn insert(&mut self, value: T) -> u32 {
        if let Some(number) = self.free.pop_first() {
            self.places[number as usize] = Some(value);
            return number;
        }
        self.places.push(Some(value));
        (self.places.len() - 1) as u32
    }

    /// Takes the value with this number away. O(log n), spread over the removals.
    pub(crate) fn remove(&mut self, number: u32) -> Option<T> {
        let value = self.places.get_mut(number as usize)?.take()?;
        self.free.insert(number);
        while let Some(None) = self.places.last() {
            self.places.pop();
            self.free.pop_last();
        }
        Some(value)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        self.places.get(number as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.places.get_mut(number as usize)?.as_mut()
    }

    /// The values in ascending order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(&self.places).filter_map(|(number, place)| Some((number, place.as_ref()?)))
    }

    /// Whether the free places are the empty ones and no empty one trails.
    pub(crate) fn is_coherent(&self) -> bool {
        let empty = (0..).zip(&self.places).filter(|(_, place)| place.is_none()).map(|(number, _)| number);
        empty.eq(self.free.iter().copied()) && !matches!(self.places.last(), Some(None))
    }
}

#[cfg(test)]
mod tests;
