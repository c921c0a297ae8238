//! Generated from the rulebook by `kmt rules --bless`: rules CTX.

use super::Rule;

/// CTX-01: A context is bound for life (documented).
pub const CTX_01: Rule = Rule::new("CTX-01", "A context is bound for life");

/// CTX-02: EngineAffinity (chosen).
pub const CTX_02: Rule = Rule::new("CTX-02", "EngineAffinity");

/// CTX-03: Context flags (chosen).
pub const CTX_03: Rule = Rule::new("CTX-03", "Context flags");

/// CTX-04: Relative priority (documented).
pub const CTX_04: Rule = Rule::new("CTX-04", "Relative priority");

/// CTX-05: Absolute priority (documented).
pub const CTX_05: Rule = Rule::new("CTX-05", "Absolute priority");

/// CTX-06: Privilege for realtime levels (chosen).
pub const CTX_06: Rule = Rule::new("CTX-06", "Privilege for realtime levels");

/// CTX-07: Reading and changing a priority (chosen).
pub const CTX_07: Rule = Rule::new("CTX-07", "Reading and changing a priority");

/// CTX-08: Hardware contexts and their queues (chosen).
pub const CTX_08: Rule = Rule::new("CTX-08", "Hardware contexts and their queues");

/// CTX-09: Hardware queue flags (chosen).
pub const CTX_09: Rule = Rule::new("CTX-09", "Hardware queue flags");

/// CTX-10: Progress fence (chosen).
pub const CTX_10: Rule = Rule::new("CTX-10", "Progress fence");

/// CTX-11: Progress ids grow (chosen).
pub const CTX_11: Rule = Rule::new("CTX-11", "Progress ids grow");

/// CTX-12: SubmitCommand broadcast (documented).
pub const CTX_12: Rule = Rule::new("CTX-12", "SubmitCommand broadcast");

/// CTX-13: Fields that are not looked at (chosen).
pub const CTX_13: Rule = Rule::new("CTX-13", "Fields that are not looked at");

/// CTX-14: What a render packet does (chosen).
pub const CTX_14: Rule = Rule::new("CTX-14", "What a render packet does");

/// CTX-15: Submission queues and returns (chosen).
pub const CTX_15: Rule = Rule::new("CTX-15", "Submission queues and returns");

/// CTX-16: Signals to hardware queues (documented).
pub const CTX_16: Rule = Rule::new("CTX-16", "Signals to hardware queues");

/// CTX-17: Waits on hardware queues (inferred).
pub const CTX_17: Rule = Rule::new("CTX-17", "Waits on hardware queues");

/// CTX-18: Length of object lists (chosen).
pub const CTX_18: Rule = Rule::new("CTX-18", "Length of object lists");

/// CTX-19: Priorities that are refused (chosen).
pub const CTX_19: Rule = Rule::new("CTX-19", "Priorities that are refused");

/// CTX-20: Members of a broadcast (chosen).
pub const CTX_20: Rule = Rule::new("CTX-20", "Members of a broadcast");
