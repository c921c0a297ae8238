//! Generated from the rulebook by `kmt rules --bless`: rules LIF.

use super::Rule;

/// LIF-01: What keeps a shared object alive (inferred).
pub const LIF_01: Rule = Rule::new("LIF-01", "What keeps a shared object alive");

/// LIF-02: What keeps an NT object alive (inferred).
pub const LIF_02: Rule = Rule::new("LIF-02", "What keeps an NT object alive");

/// LIF-03: The NT handle alone is enough (observed).
pub const LIF_03: Rule = Rule::new("LIF-03", "The NT handle alone is enough");

/// LIF-04: A local handle alone is enough (observed).
pub const LIF_04: Rule = Rule::new("LIF-04", "A local handle alone is enough");

/// LIF-05: Handles are independent (observed).
pub const LIF_05: Rule = Rule::new("LIF-05", "Handles are independent");

/// LIF-06: Queued packets and waits hold references (chosen).
pub const LIF_06: Rule = Rule::new("LIF-06", "Queued packets and waits hold references");

/// LIF-07: Calls in progress hold references (chosen).
pub const LIF_07: Rule = Rule::new("LIF-07", "Calls in progress hold references");

/// LIF-08: End of a device (chosen).
pub const LIF_08: Rule = Rule::new("LIF-08", "End of a device");

/// LIF-09: End of a process (observed).
pub const LIF_09: Rule = Rule::new("LIF-09", "End of a process");

/// LIF-10: Stopped adapter (chosen).
pub const LIF_10: Rule = Rule::new("LIF-10", "Stopped adapter");

/// LIF-11: What is not a reference (inferred).
pub const LIF_11: Rule = Rule::new("LIF-11", "What is not a reference");

/// LIF-12: Counts agree (inferred).
pub const LIF_12: Rule = Rule::new("LIF-12", "Counts agree");

/// LIF-13: Failed calls change nothing (chosen).
pub const LIF_13: Rule = Rule::new("LIF-13", "Failed calls change nothing");

/// LIF-14: All or nothing (chosen).
pub const LIF_14: Rule = Rule::new("LIF-14", "All or nothing");

/// LIF-15: Calls are single steps (chosen).
pub const LIF_15: Rule = Rule::new("LIF-15", "Calls are single steps");
