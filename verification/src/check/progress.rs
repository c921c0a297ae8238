//! Who is told how far a check is.

use crate::explore::Snapshot;

/// An observer of running worlds; it is called from several threads.
pub trait Progress: Sync {
    /// A world starts.
    fn started(&self, world: &'static str);

    /// A world has come this far.
    fn moved(&self, world: &'static str, snapshot: Snapshot);

    /// A world ended.
    fn finished(&self, world: &'static str);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _world: &'static str) {}

    fn moved(&self, _world: &'static str, _snapshot: Snapshot) {}

    fn finished(&self, _world: &'static str) {}
}
