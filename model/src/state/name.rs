//! The birth names of objects.

/// A process: 1, 2, 3, … in order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProcessName(pub u32);

/// A thread: 1, 2, 3, … in order of creation, whatever its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThreadName(pub u32);

/// An adapter: its position in [`super::State::adapters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AdapterName(pub u32);

/// A device: the lowest number from 0 that no other device had when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceName(pub u32);

/// A local handle of one process: the lowest number from 0 that was free in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalName(pub u32);

/// An NT handle of one process: the lowest number from 0 that was free in its table; an inherited handle has
/// the number that it has in the parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NtName(pub u32);

/// A keyed mutex: the lowest number from 0 that no other keyed mutex had when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyedMutexName(pub u32);

/// A synchronisation object: the lowest number from 0 that no other one had when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SyncObjectName(pub u32);

/// An event: the lowest number from 0 that no other event had when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventName(pub u32);

/// A global handle: the lowest number from 0 that was free in the one global table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlobalName(pub u32);
