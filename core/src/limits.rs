//! Every bound in one place. A small world needs a table of 4 entries, not of 1024.

use crate::refusal::Misuse;

/// How a handle table grows, in entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TableLimits {
    /// How many entries are added at a time (HND-11: 1024). More than `reserve`, at most `max_entries`.
    pub growth: u32,
    /// How many free entries an allocation leaves (HND-11: 128).
    pub reserve: u32,
    /// The largest size of a table (HND-14: 16,777,215, which is also the largest value allowed here).
    pub max_entries: u32,
}

impl TableLimits {
    /// What is wrong with them, if anything is.
    const fn fault(&self) -> Option<&'static str> {
        let Self { growth, reserve, max_entries } = *self;
        if max_entries > Limits::MAX_LOCAL_ENTRIES {
            Some("a handle table has at most 16777215 entries (HND-14)")
        } else if growth <= reserve {
            // HND-11: after a growth more entries are free than the reserve.
            Some("a handle table grows by more entries than its reserve (HND-11)")
        } else if growth > max_entries {
            Some("a handle table that cannot grow once never holds a handle (HND-14)")
        } else {
            None
        }
    }
}

/// What there can be at most. A call that would pass a bound is refused; a host event is a [`Misuse`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// The local handle table of each process.
    pub local_table: TableLimits,
    /// The table of global handles of the machine (HND-22).
    pub global_table: TableLimits,
    /// NT handles of one process (NTH-05: 16,777,216, which is also the largest value allowed here).
    pub nt_handles_per_process: u32,
    /// Devices of the machine, those that await their reclaim included.
    pub devices: u32,
    /// Keyed mutexes of the machine.
    pub keyed_mutexes: u32,
    /// Synchronisation objects of the machine.
    pub sync_objects: u32,
    /// NT objects of the machine other than processes.
    pub nt_objects: u32,
    /// Blocked calls and registered CPU waits of the machine. Only a CPU wait is refused for it.
    pub waits: u32,
    /// Processes of the machine: the living, and the ended ones to which there is still an NT handle.
    pub processes: u32,
    /// Living threads of the machine.
    pub threads: u32,
    /// Adapters that the machine has or had; a stopped one counts, because it never goes away.
    pub adapters: u32,
}

impl Limits {
    /// The table bounds that the rules give, for both kinds of table.
    pub const LOCAL_TABLE: TableLimits =
        TableLimits { growth: 1024, reserve: 128, max_entries: Self::MAX_LOCAL_ENTRIES };

    // HND-14
    const MAX_LOCAL_ENTRIES: u32 = 16_777_215;
    // NTH-05
    const MAX_NT_HANDLES: u32 = 16_777_216;

    /// Refuses limits under which a rule could not hold.
    pub(crate) fn validate(&self) -> Result<(), Misuse> {
        // HND-22
        let wrong = [self.local_table, self.global_table].iter().find_map(TableLimits::fault);
        let why = if let Some(why) = wrong {
            why
        } else if self.nt_handles_per_process > Self::MAX_NT_HANDLES {
            "a process has at most 16777216 NT handles (NTH-05)"
        } else {
            return Ok(());
        };
        Err(Misuse::BadLimits { why })
    }
}

impl Default for Limits {
    /// The numbers of the rules where they give one; otherwise large enough not to be met by accident.
    fn default() -> Self {
        Self {
            local_table: Self::LOCAL_TABLE,
            global_table: Self::LOCAL_TABLE,
            nt_handles_per_process: Self::MAX_NT_HANDLES,
            devices: Self::MAX_LOCAL_ENTRIES,
            keyed_mutexes: Self::MAX_LOCAL_ENTRIES,
            sync_objects: Self::MAX_LOCAL_ENTRIES,
            nt_objects: Self::MAX_LOCAL_ENTRIES,
            waits: Self::MAX_LOCAL_ENTRIES,
            processes: 65_536,
            threads: 1_048_576,
            adapters: 64,
        }
    }
}
