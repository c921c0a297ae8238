//! Generated from the rulebook by `kmt rules --bless`: rules NAT.

use super::Rule;

/// NAT-01: Native fences need the adapter (chosen).
pub const NAT_01: Rule = Rule::new("NAT-01", "Native fences need the adapter");

/// NAT-02: Native fence flags (inferred).
pub const NAT_02: Rule = Rule::new("NAT-02", "Native fence flags");

/// NAT-03: Native fence types (inferred).
pub const NAT_03: Rule = Rule::new("NAT-03", "Native fence types");

/// NAT-04: Outputs of a native fence (documented).
pub const NAT_04: Rule = Rule::new("NAT-04", "Outputs of a native fence");

/// NAT-05: A native fence is a fence (documented).
pub const NAT_05: Rule = Rule::new("NAT-05", "A native fence is a fence");

/// NAT-06: Monitored value (inferred).
pub const NAT_06: Rule = Rule::new("NAT-06", "Monitored value");

/// NAT-07: Native notice (documented).
pub const NAT_07: Rule = Rule::new("NAT-07", "Native notice");

/// NAT-08: Opening a native fence (inferred).
pub const NAT_08: Rule = Rule::new("NAT-08", "Opening a native fence");

/// NAT-09: What does not open (chosen).
pub const NAT_09: Rule = Rule::new("NAT-09", "What does not open");

/// NAT-10: Adapters with and without native fences (documented).
pub const NAT_10: Rule = Rule::new("NAT-10", "Adapters with and without native fences");

/// NAT-11: Addresses and lifetime (documented).
pub const NAT_11: Rule = Rule::new("NAT-11", "Addresses and lifetime");
