//! The files of the rulebook and the prefixes that belong to each.

use serde::Serialize;

/// A file of the rulebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// Handles, names, access rights, sharing, opening, lifetime.
    Sharing,
    /// Resources, allocations, query and open by global handle.
    Allocations,
    /// Keyed mutexes, synchronisation objects, signals and waits of CPU and GPU.
    Sync,
    /// Adapters, devices, contexts, queues, faults, residency, teardown.
    Scheduler,
    /// What holds in every state, what the machine does by itself, what is left open.
    Invariants,
}

impl Area {
    /// All files, in the order in which they are read.
    pub const ALL: [Self; 5] =
        [Self::Sharing, Self::Allocations, Self::Sync, Self::Scheduler, Self::Invariants];

    /// The name of the file without its extension.
    #[must_use]
    pub const fn stem(self) -> &'static str {
        match self {
            Self::Sharing => "sharing",
            Self::Allocations => "allocations",
            Self::Sync => "sync",
            Self::Scheduler => "scheduler",
            Self::Invariants => "invariants",
        }
    }

    /// The name of the file.
    #[must_use]
    pub fn file(self) -> String {
        format!("{}.toml", self.stem())
    }

    /// The prefixes of the rules of the file.
    #[must_use]
    pub const fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Sharing => &["HND", "NTH", "NAM", "ACC", "SHR", "OPN", "LIF"],
            Self::Allocations => &["CRA", "DSA", "LCK", "QRY", "OPR", "XAD"],
            Self::Sync => &["KMX", "SYN", "CPU", "GPU", "EVT", "TDR"],
            Self::Scheduler => &["ADP", "CTX", "SCD", "FLT", "RES", "NAT", "TRD", "TIM"],
            Self::Invariants => &[],
        }
    }
}

/// The prefix of invariants.
pub const INVARIANT: &str = "INV";

/// All prefixes of rules, in the order of the files.
pub fn prefixes() -> impl Iterator<Item = &'static str> {
    Area::ALL.into_iter().flat_map(|area| area.prefixes().iter().copied())
}

/// What the rules of a prefix are about, in a few words; empty for an unknown prefix.
#[must_use]
pub fn subject(prefix: &str) -> &'static str {
    match prefix {
        "HND" => "local and global handles",
        "NTH" => "NT handles",
        "NAM" => "names and object attributes",
        "ACC" => "access rights",
        "SHR" => "ShareObjects",
        "OPN" => "opening",
        "LIF" => "lifetime",
        "CRA" => "creating allocations and resources",
        "DSA" => "destroying allocations and resources",
        "LCK" => "locking",
        "QRY" => "querying resources",
        "OPR" => "opening resources",
        "XAD" => "cross-adapter resources",
        "KMX" => "keyed mutexes",
        "SYN" => "synchronisation objects",
        "CPU" => "signals and waits of the CPU",
        "GPU" => "signals and waits of the GPU",
        "EVT" => "events",
        "TDR" => "what a reset does to fences",
        "ADP" => "adapters and devices",
        "CTX" => "contexts, hardware queues and submission",
        "SCD" => "packet order and scheduling",
        "FLT" => "faults and resets",
        "RES" => "residency and paging",
        "NAT" => "native fences",
        "TRD" => "teardown",
        "TIM" => "virtual time",
        INVARIANT => "invariants",
        _ => "",
    }
}
