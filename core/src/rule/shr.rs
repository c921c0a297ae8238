//! Generated from the rulebook by `kmt rules --bless`: rules SHR.

use super::Rule;

/// SHR-01: What ShareObjects does (documented).
pub const SHR_01: Rule = Rule::new("SHR-01", "What ShareObjects does");

/// SHR-02: Object count (documented).
pub const SHR_02: Rule = Rule::new("SHR-02", "Object count");

/// SHR-03: Null pointers (chosen).
pub const SHR_03: Rule = Rule::new("SHR-03", "Null pointers");

/// SHR-04: Accepted shapes (observed).
pub const SHR_04: Rule = Rule::new("SHR-04", "Accepted shapes");

/// SHR-05: Rejected shapes (observed).
pub const SHR_05: Rule = Rule::new("SHR-05", "Rejected shapes");

/// SHR-06: Allocation handles are refused (observed).
pub const SHR_06: Rule = Rule::new("SHR-06", "Allocation handles are refused");

/// SHR-07: Only objects created for it (observed).
pub const SHR_07: Rule = Rule::new("SHR-07", "Only objects created for it");

/// SHR-08: No handle without NtSecuritySharing (chosen).
pub const SHR_08: Rule = Rule::new("SHR-08", "No handle without NtSecuritySharing");

/// SHR-09: Bad object handles (observed).
pub const SHR_09: Rule = Rule::new("SHR-09", "Bad object handles");

/// SHR-10: Types of synchronisation object (inferred).
pub const SHR_10: Rule = Rule::new("SHR-10", "Types of synchronisation object");

/// SHR-11: A resource without allocations (chosen).
pub const SHR_11: Rule = Rule::new("SHR-11", "A resource without allocations");

/// SHR-12: Each call makes a new NT object (observed).
pub const SHR_12: Rule = Rule::new("SHR-12", "Each call makes a new NT object");

/// SHR-13: Sharing an opened object (observed).
pub const SHR_13: Rule = Rule::new("SHR-13", "Sharing an opened object");

/// SHR-14: Rights for a synchronisation object (documented).
pub const SHR_14: Rule = Rule::new("SHR-14", "Rights for a synchronisation object");

/// SHR-15: Rights for a resource (documented).
pub const SHR_15: Rule = Rule::new("SHR-15", "Rights for a resource");

/// SHR-16: No affinity at share time (chosen).
pub const SHR_16: Rule = Rule::new("SHR-16", "No affinity at share time");

/// SHR-17: State of the objects does not matter (chosen).
pub const SHR_17: Rule = Rule::new("SHR-17", "State of the objects does not matter");

/// SHR-18: Output (chosen).
pub const SHR_18: Rule = Rule::new("SHR-18", "Output");

/// SHR-19: Contents are fixed (documented).
pub const SHR_19: Rule = Rule::new("SHR-19", "Contents are fixed");
