//! Where something stands in the text of a scenario.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Range};

/// A stretch of the text, in bytes from its start.
pub type Span = Range<usize>;

/// A value and the place that it was read from.
///
/// Two of them are equal when their values are: a scenario that was printed and read again is the same scenario, however
/// it was laid out.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// What stands there.
    pub value: T,
    /// Where it stands; empty for a value that no text was read for.
    pub span: Span,
}

/// A name with its place.
pub type Name = Placed<String>;

impl<T> Placed<T> {
    /// A value read from `span`.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// A value that a program made, not a text.
    pub const fn made(value: T) -> Self {
        Self { value, span: 0..0 }
    }

    /// The value made into another one, at the same place.
    pub fn map_value<U>(self, make: impl FnOnce(T) -> U) -> Placed<U> {
        Placed { value: make(self.value), span: self.span }
    }

    /// Another value at the same place.
    pub fn with<U>(&self, value: U) -> Placed<U> {
        Placed { value, span: self.span.clone() }
    }
}

impl<T> Deref for Placed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Placed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Placed<T> {}

impl<T: PartialOrd> PartialOrd for Placed<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Placed<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: Hash> Hash for Placed<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}
