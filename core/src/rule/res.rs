//! Generated from the rulebook by `kmt rules --bless`: rules RES.

use super::Rule;

/// RES-01: Paging queues (documented).
pub const RES_01: Rule = Rule::new("RES-01", "Paging queues");

/// RES-02: Paging fence values (documented).
pub const RES_02: Rule = Rule::new("RES-02", "Paging fence values");

/// RES-03: Only the kernel signals the paging fence (chosen).
pub const RES_03: Rule = Rule::new("RES-03", "Only the kernel signals the paging fence");

/// RES-04: What MakeResident takes (inferred).
pub const RES_04: Rule = Rule::new("RES-04", "What MakeResident takes");

/// RES-05: SUCCESS or PENDING (documented).
pub const RES_05: Rule = Rule::new("RES-05", "SUCCESS or PENDING");

/// RES-06: NO_MEMORY (documented).
pub const RES_06: Rule = Rule::new("RES-06", "NO_MEMORY");

/// RES-07: Residency counts (documented).
pub const RES_07: Rule = Rule::new("RES-07", "Residency counts");

/// RES-08: Evict (inferred).
pub const RES_08: Rule = Rule::new("RES-08", "Evict");

/// RES-09: Order of paging work (T6) (inferred).
pub const RES_09: Rule = Rule::new("RES-09", "Order of paging work (T6)");

/// RES-10: The residency gate (inferred).
pub const RES_10: Rule = Rule::new("RES-10", "The residency gate");

/// RES-11: Use before the paging fence (chosen).
pub const RES_11: Rule = Rule::new("RES-11", "Use before the paging fence");

/// RES-12: Trimming by the host (inferred).
pub const RES_12: Rule = Rule::new("RES-12", "Trimming by the host");

/// RES-13: Paging waits for nobody (inferred).
pub const RES_13: Rule = Rule::new("RES-13", "Paging waits for nobody");

/// RES-14: UpdateGpuVirtualAddress (T7) (documented).
pub const RES_14: Rule = Rule::new("RES-14", "UpdateGpuVirtualAddress (T7)");

/// RES-15: 128 batches (inferred).
pub const RES_15: Rule = Rule::new("RES-15", "128 batches");
