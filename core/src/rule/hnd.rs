//! Generated from the rulebook by `kmt rules --bless`: rules HND.

use super::Rule;

/// HND-01: Shape of a local handle (observed).
pub const HND_01: Rule = Rule::new("HND-01", "Shape of a local handle");

/// HND-02: Fields of a local handle (documented).
pub const HND_02: Rule = Rule::new("HND-02", "Fields of a local handle");

/// HND-03: One table per process (observed).
pub const HND_03: Rule = Rule::new("HND-03", "One table per process");

/// HND-04: Next handle is previous plus 0x40 (observed).
pub const HND_04: Rule = Rule::new("HND-04", "Next handle is previous plus 0x40");

/// HND-05: First handle (inferred).
pub const HND_05: Rule = Rule::new("HND-05", "First handle");

/// HND-06: Failed calls use no handle (inferred).
pub const HND_06: Rule = Rule::new("HND-06", "Failed calls use no handle");

/// HND-07: Kind tags (inferred).
pub const HND_07: Rule = Rule::new("HND-07", "Kind tags");

/// HND-08: Lookup (inferred).
pub const HND_08: Rule = Rule::new("HND-08", "Lookup");

/// HND-09: Invalid handle status (observed).
pub const HND_09: Rule = Rule::new("HND-09", "Invalid handle status");

/// HND-10: Allocation takes the head of the free list (inferred).
pub const HND_10: Rule = Rule::new("HND-10", "Allocation takes the head of the free list");

/// HND-11: Growth and the reserve of 128 (inferred).
pub const HND_11: Rule = Rule::new("HND-11", "Growth and the reserve of 128");

/// HND-12: A freed index rests for 128 allocations (inferred).
pub const HND_12: Rule = Rule::new("HND-12", "A freed index rests for 128 allocations");

/// HND-13: Generation changes on free (inferred).
pub const HND_13: Rule = Rule::new("HND-13", "Generation changes on free");

/// HND-14: Table limit (chosen).
pub const HND_14: Rule = Rule::new("HND-14", "Table limit");

/// HND-15: Stale handle after destroy (observed).
pub const HND_15: Rule = Rule::new("HND-15", "Stale handle after destroy");

/// HND-16: Opening makes a new handle (observed).
pub const HND_16: Rule = Rule::new("HND-16", "Opening makes a new handle");

/// HND-17: Handles per call: order (observed).
pub const HND_17: Rule = Rule::new("HND-17", "Handles per call: order");

/// HND-18: Handles per bundle open: order (chosen).
pub const HND_18: Rule = Rule::new("HND-18", "Handles per bundle open: order");

/// HND-19: Order of frees in one call (chosen).
pub const HND_19: Rule = Rule::new("HND-19", "Order of frees in one call");

/// HND-20: A local handle means nothing in another process (inferred).
pub const HND_20: Rule = Rule::new("HND-20", "A local handle means nothing in another process");

/// HND-21: Shape of a global handle (observed).
pub const HND_21: Rule = Rule::new("HND-21", "Shape of a global handle");

/// HND-22: Global table (chosen).
pub const HND_22: Rule = Rule::new("HND-22", "Global table");

/// HND-23: A global handle is a plain system-wide number (observed).
pub const HND_23: Rule = Rule::new("HND-23", "A global handle is a plain system-wide number");

/// HND-24: Who has a global handle (documented).
pub const HND_24: Rule = Rule::new("HND-24", "Who has a global handle");

/// HND-25: Life of a global handle (inferred).
pub const HND_25: Rule = Rule::new("HND-25", "Life of a global handle");

/// HND-26: The three handle spaces do not mix (observed).
pub const HND_26: Rule = Rule::new("HND-26", "The three handle spaces do not mix");

/// HND-27: A global handle is not an NT handle (documented).
pub const HND_27: Rule = Rule::new("HND-27", "A global handle is not an NT handle");
