//! Generated from the rulebook by `kmt rules --bless`: rules TRD.

use super::Rule;

/// TRD-01: Destroying always works (documented).
pub const TRD_01: Rule = Rule::new("TRD-01", "Destroying always works");

/// TRD-02: Destroying a context or queue (chosen).
pub const TRD_02: Rule = Rule::new("TRD-02", "Destroying a context or queue");

/// TRD-03: Parents take their children (inferred).
pub const TRD_03: Rule = Rule::new("TRD-03", "Parents take their children");

/// TRD-04: DestroyPagingQueue waits (documented).
pub const TRD_04: Rule = Rule::new("TRD-04", "DestroyPagingQueue waits");

/// TRD-05: DestroyDevice (chosen).
pub const TRD_05: Rule = Rule::new("TRD-05", "DestroyDevice");

/// TRD-06: What lives on a device (inferred).
pub const TRD_06: Rule = Rule::new("TRD-06", "What lives on a device");

/// TRD-07: CPU waits of a destroyed device (chosen).
pub const TRD_07: Rule = Rule::new("TRD-07", "CPU waits of a destroyed device");

/// TRD-08: Deferred destruction of allocations (documented).
pub const TRD_08: Rule = Rule::new("TRD-08", "Deferred destruction of allocations");

/// TRD-09: AssumeNotInUse (documented).
pub const TRD_09: Rule = Rule::new("TRD-09", "AssumeNotInUse");

/// TRD-10: End of a process (T10) (chosen).
pub const TRD_10: Rule = Rule::new("TRD-10", "End of a process (T10)");

/// TRD-11: What a process leaves behind (inferred).
pub const TRD_11: Rule = Rule::new("TRD-11", "What a process leaves behind");

/// TRD-12: End of a thread (chosen).
pub const TRD_12: Rule = Rule::new("TRD-12", "End of a thread");

/// TRD-13: Destroying a synchronisation object in use (chosen).
pub const TRD_13: Rule = Rule::new("TRD-13", "Destroying a synchronisation object in use");

/// TRD-14: Reclaim (T12) (inferred).
pub const TRD_14: Rule = Rule::new("TRD-14", "Reclaim (T12)");
