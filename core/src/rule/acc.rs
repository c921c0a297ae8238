//! Generated from the rulebook by `kmt rules --bless`: rules ACC.

use super::Rule;

/// ACC-01: Access mask layout (documented).
pub const ACC_01: Rule = Rule::new("ACC-01", "Access mask layout");

/// ACC-02: Type-specific rights (documented).
pub const ACC_02: Rule = Rule::new("ACC-02", "Type-specific rights");

/// ACC-03: Standard read, write and execute are one bit (documented).
pub const ACC_03: Rule = Rule::new("ACC-03", "Standard read, write and execute are one bit");

/// ACC-04: GENERIC_ALL (inferred).
pub const ACC_04: Rule = Rule::new("ACC-04", "GENERIC_ALL");

/// ACC-05: Other generic rights (chosen).
pub const ACC_05: Rule = Rule::new("ACC-05", "Other generic rights");

/// ACC-06: Bits that a type does not have (chosen).
pub const ACC_06: Rule = Rule::new("ACC-06", "Bits that a type does not have");

/// ACC-07: Granted masks are plain (documented).
pub const ACC_07: Rule = Rule::new("ACC-07", "Granted masks are plain");

/// ACC-08: MAXIMUM_ALLOWED (chosen).
pub const ACC_08: Rule = Rule::new("ACC-08", "MAXIMUM_ALLOWED");

/// ACC-09: What the sharer is granted (inferred).
pub const ACC_09: Rule = Rule::new("ACC-09", "What the sharer is granted");

/// ACC-10: Share with no rights (inferred).
pub const ACC_10: Rule = Rule::new("ACC-10", "Share with no rights");

/// ACC-11: Open by name: the descriptor decides (inferred).
pub const ACC_11: Rule = Rule::new("ACC-11", "Open by name: the descriptor decides");

/// ACC-12: Open by name with 0 (observed).
pub const ACC_12: Rule = Rule::new("ACC-12", "Open by name with 0");

/// ACC-13: Rights are fixed per handle (inferred).
pub const ACC_13: Rule = Rule::new("ACC-13", "Rights are fixed per handle");

/// ACC-14: READ_CONTROL is needed to open (documented).
pub const ACC_14: Rule = Rule::new("ACC-14", "READ_CONTROL is needed to open");

/// ACC-15: Rights of a local handle (documented).
pub const ACC_15: Rule = Rule::new("ACC-15", "Rights of a local handle");

/// ACC-16: Sharing again cannot widen (chosen).
pub const ACC_16: Rule = Rule::new("ACC-16", "Sharing again cannot widen");

/// ACC-17: Use without the right (inferred).
pub const ACC_17: Rule = Rule::new("ACC-17", "Use without the right");

/// ACC-18: Rights and device flags combine (inferred).
pub const ACC_18: Rule = Rule::new("ACC-18", "Rights and device flags combine");

/// ACC-19: Rights of a bundle (chosen).
pub const ACC_19: Rule = Rule::new("ACC-19", "Rights of a bundle");
