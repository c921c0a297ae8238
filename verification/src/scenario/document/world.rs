//! The stage of a scenario.

use std::collections::BTreeMap;

use kmt_core::{AdapterConfig, AdapterKind, Bitness, Luid, PlacedType, ProcessConfig};

use super::super::place::{Name, Placed};
use super::super::value::Value;

/// Which of two descriptions a kernel follows where they differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// What Windows does.
    #[default]
    Windows,
    /// What the documentation says.
    Documented,
}

/// The stage: what is there before the first call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// The dialect.
    pub dialect: Dialect,
    /// Bounds other than the default ones, by the names of [`LIMITS`].
    pub limits: BTreeMap<&'static str, Placed<u32>>,
    /// Adapters in order of creation.
    pub adapters: Vec<AdapterLine>,
    /// Processes in order of creation.
    pub processes: Vec<ProcessLine>,
    /// Directories that the host added, in order.
    pub directories: Vec<DirectoryLine>,
    /// Named objects that the host placed, in order.
    pub objects: Vec<ObjectLine>,
    /// NT handles that the host placed, in order.
    pub handles: Vec<HandleLine>,
}

/// The names of the bounds: the three of a table of local handles, those of the global table, NT handles of a process, and
/// how many there may be of each thing.
pub const LIMITS: [&str; 15] = [
    "growth",
    "reserve",
    "max_entries",
    "global_growth",
    "global_reserve",
    "global_max_entries",
    "nt_handles_per_process",
    "devices",
    "keyed_mutexes",
    "sync_objects",
    "nt_objects",
    "waits",
    "processes",
    "threads",
    "adapters",
];

/// An adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterLine {
    /// What the scenario calls it; as an argument it stands for its LUID.
    pub name: Name,
    /// Its LUID as one number; without one, its place among the adapters of the world, from 1.
    pub luid: Option<Placed<u64>>,
    /// What it can do.
    pub kind: Option<AdapterKind>,
    /// Number of nodes, 1 to 64.
    pub nodes: Option<u32>,
    /// Number of physical adapters, 1 to 32.
    pub physical_adapters: Option<u32>,
    /// Whether a display is connected.
    pub has_display: Option<bool>,
}

impl AdapterLine {
    /// The configuration of the adapter at this place, counted from 0.
    #[must_use]
    pub fn config(&self, place: usize) -> AdapterConfig {
        let luid = self.luid.as_ref().map_or(place as u64 + 1, |luid| luid.value);
        let mut config = AdapterConfig::new(Luid::from_raw(luid));
        config.kind = self.kind.unwrap_or(config.kind);
        config.nodes = self.nodes.unwrap_or(config.nodes);
        config.physical_adapters = self.physical_adapters.unwrap_or(config.physical_adapters);
        config.has_display = self.has_display.unwrap_or(config.has_display);
        config
    }
}

/// A process and its threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessLine {
    /// What the scenario calls it.
    pub name: Name,
    /// The user that it runs as.
    pub user: Option<u32>,
    /// The session that it runs in.
    pub session: Option<u32>,
    /// Whether its user is an administrator.
    pub administrator: Option<bool>,
    /// 32 or 64 bits.
    pub bits: Option<Bitness>,
    /// Whether it may raise priorities.
    pub raise_priority: Option<bool>,
    /// Its threads, in order of creation.
    pub threads: Vec<Name>,
}

impl ProcessLine {
    /// The configuration that the kernel is given.
    #[must_use]
    pub fn config(&self) -> ProcessConfig {
        let mut config = ProcessConfig::default();
        config.user = self.user.unwrap_or(config.user);
        config.session = self.session.unwrap_or(config.session);
        config.administrator = self.administrator.unwrap_or(config.administrator);
        config.bits = self.bits.unwrap_or(config.bits);
        config.raise_priority = self.raise_priority.unwrap_or(config.raise_priority);
        config
    }
}

/// A directory that the host adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryLine {
    /// Its full path.
    pub path: Placed<String>,
    /// The users who may not create in it.
    pub refuses: Vec<u32>,
}

/// A named object that the host places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectLine {
    /// Its full path.
    pub path: Placed<String>,
    /// Its type.
    pub object_type: PlacedType,
}

/// What a placed NT handle is to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandleTarget {
    /// A process.
    Process(Name),
    /// The directory with this full path.
    Directory(Placed<String>),
    /// A new section.
    Section,
}

/// An NT handle, placed by the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandleLine {
    /// What the scenario calls the handle.
    pub name: Name,
    /// The process whose table it is in.
    pub holder: Name,
    /// What it is to.
    pub target: HandleTarget,
    /// Its granted mask; all rights of the type without one.
    pub access: Option<Placed<Value>>,
    /// Its inherit flag.
    pub inherit: bool,
    /// Its protect-from-close flag.
    pub protect: bool,
}
