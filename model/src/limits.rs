//! The bounds of the modelled machine.
//!
//! They are configuration: a world sets them small, so that every refusal for lack of memory is reached, and
//! they keep the world finite at the same time.

/// How a local or the global handle table grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableLimits {
    /// Entries that the table gains at a time (HND-11); must be above `reserve`.
    pub growth: u32,
    /// Entries that stay free after every allocation (HND-11).
    pub reserve: u32,
    /// Entries that the table never exceeds (HND-14).
    pub max_entries: u32,
}

/// Every bound of the modelled machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Limits {
    /// The local handle table of each process.
    pub local_table: TableLimits,
    /// The global handle table (HND-22).
    pub global_table: TableLimits,
    /// NT handles of one process (NTH-05).
    pub nt_handles: u32,
    /// Devices of the system, destroyed ones that are not reclaimed included (HND-14).
    pub devices: u32,
    /// Keyed mutexes of the system (HND-14).
    pub keyed_mutexes: u32,
    /// Synchronisation objects of the system (HND-14).
    pub sync_objects: u32,
    /// NT objects of the system other than processes (NTH-05).
    pub nt_objects: u32,
    /// Blocked calls and registered CPU waits of the system (SYN-17); no acquire is refused for it.
    pub waits: u32,
    /// Processes of the system, ended ones that a handle still names included (NTH-05).
    pub processes: u32,
}

impl Default for Limits {
    /// The numbers of the rules; devices, keyed mutexes and processes have no limit.
    fn default() -> Self {
        let table = TableLimits { growth: 1024, reserve: 128, max_entries: 16_777_215 };
        Self {
            local_table: table,
            global_table: table,
            nt_handles: 16_777_216,
            devices: u32::MAX,
            keyed_mutexes: u32::MAX,
            sync_objects: u32::MAX,
            nt_objects: u32::MAX,
            waits: u32::MAX,
            processes: u32::MAX,
        }
    }
}
