//! Generated from the rulebook by `kmt rules --bless`: rules LCK.

use super::Rule;

/// LCK-01: Result of Lock2 (documented).
pub const LCK_01: Rule = Rule::new("LCK-01", "Result of Lock2");

/// LCK-02: Flag word of Lock2 (documented).
pub const LCK_02: Rule = Rule::new("LCK-02", "Flag word of Lock2");

/// LCK-03: Lock2 does not synchronise (documented).
pub const LCK_03: Rule = Rule::new("LCK-03", "Lock2 does not synchronise");

/// LCK-04: Nested locks (chosen).
pub const LCK_04: Rule = Rule::new("LCK-04", "Nested locks");

/// LCK-05: Unlock2 without a lock (chosen).
pub const LCK_05: Rule = Rule::new("LCK-05", "Unlock2 without a lock");

/// LCK-06: Every holder may lock (chosen).
pub const LCK_06: Rule = Rule::new("LCK-06", "Every holder may lock");

/// LCK-07: Lock2 of a read-only allocation (chosen).
pub const LCK_07: Rule = Rule::new("LCK-07", "Lock2 of a read-only allocation");

/// LCK-08: CPU visibility (documented).
pub const LCK_08: Rule = Rule::new("LCK-08", "CPU visibility");

/// LCK-09: Address of existing memory (chosen).
pub const LCK_09: Rule = Rule::new("LCK-09", "Address of existing memory");

/// LCK-10: Other failures of Lock2 (chosen).
pub const LCK_10: Rule = Rule::new("LCK-10", "Other failures of Lock2");

/// LCK-11: Own device only (inferred).
pub const LCK_11: Rule = Rule::new("LCK-11", "Own device only");
