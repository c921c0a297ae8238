//! Generated from the rulebook by `kmt rules --bless`: rules OPR.

use super::Rule;

/// OPR-01: Every open makes a new resource object (observed).
pub const OPR_01: Rule = Rule::new("OPR-01", "Every open makes a new resource object");

/// OPR-02: Handle order inside an open by global handle (observed).
pub const OPR_02: Rule = Rule::new("OPR-02", "Handle order inside an open by global handle");

/// OPR-03: Handle order inside every other open (chosen).
pub const OPR_03: Rule = Rule::new("OPR-03", "Handle order inside every other open");

/// OPR-04: OpenResource2 (observed).
pub const OPR_04: Rule = Rule::new("OPR-04", "OpenResource2");

/// OPR-05: NumAllocations 0 (observed).
pub const OPR_05: Rule = Rule::new("OPR-05", "NumAllocations 0");

/// OPR-06: NumAllocations must be exact (chosen).
pub const OPR_06: Rule = Rule::new("OPR-06", "NumAllocations must be exact");

/// OPR-07: Exact sizes (observed).
pub const OPR_07: Rule = Rule::new("OPR-07", "Exact sizes");

/// OPR-08: NULL open infos (observed).
pub const OPR_08: Rule = Rule::new("OPR-08", "NULL open infos");

/// OPR-09: Missing buffers (observed).
pub const OPR_09: Rule = Rule::new("OPR-09", "Missing buffers");

/// OPR-10: The total driver-data buffer (observed).
pub const OPR_10: Rule = Rule::new("OPR-10", "The total driver-data buffer");

/// OPR-11: What an open copies (observed).
pub const OPR_11: Rule = Rule::new("OPR-11", "What an open copies");

/// OPR-12: Layout of the total buffer (chosen).
pub const OPR_12: Rule = Rule::new("OPR-12", "Layout of the total buffer");

/// OPR-13: Read-only opens (documented).
pub const OPR_13: Rule = Rule::new("OPR-13", "Read-only opens");

/// OPR-14: What read-only forbids (chosen).
pub const OPR_14: Rule = Rule::new("OPR-14", "What read-only forbids");

/// OPR-15: An NT handle without bundle (observed).
pub const OPR_15: Rule = Rule::new("OPR-15", "An NT handle without bundle");

/// OPR-16: An NT handle with a bundle (observed).
pub const OPR_16: Rule = Rule::new("OPR-16", "An NT handle with a bundle");

/// OPR-17: Keyed mutex data of a bundle (observed).
pub const OPR_17: Rule = Rule::new("OPR-17", "Keyed mutex data of a bundle");

/// OPR-18: Keyed mutex data go in, not out (documented).
pub const OPR_18: Rule = Rule::new("OPR-18", "Keyed mutex data go in, not out");

/// OPR-19: Other keyed mutex sizes (chosen).
pub const OPR_19: Rule = Rule::new("OPR-19", "Other keyed mutex sizes");

/// OPR-20: Rights inside a bundle (chosen).
pub const OPR_20: Rule = Rule::new("OPR-20", "Rights inside a bundle");

/// OPR-21: The NT handle stays the caller's (inferred).
pub const OPR_21: Rule = Rule::new("OPR-21", "The NT handle stays the caller's");

/// OPR-22: An open is all or nothing (inferred).
pub const OPR_22: Rule = Rule::new("OPR-22", "An open is all or nothing");

/// OPR-23: Use of an opened resource (documented).
pub const OPR_23: Rule = Rule::new("OPR-23", "Use of an opened resource");
