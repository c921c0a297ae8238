//! Generated from the rulebook by `kmt rules --bless`: rules CPU.

use super::Rule;

/// CPU-01: Fences only (observed).
pub const CPU_01: Rule = Rule::new("CPU-01", "Fences only");

/// CPU-02: The condition of a wait (documented).
pub const CPU_02: Rule = Rule::new("CPU-02", "The condition of a wait");

/// CPU-03: All means at the same time (chosen).
pub const CPU_03: Rule = Rule::new("CPU-03", "All means at the same time");

/// CPU-04: Wait with an event (observed).
pub const CPU_04: Rule = Rule::new("CPU-04", "Wait with an event");

/// CPU-05: Blocking wait (documented).
pub const CPU_05: Rule = Rule::new("CPU-05", "Blocking wait");

/// CPU-06: Smallest and largest value (inferred).
pub const CPU_06: Rule = Rule::new("CPU-06", "Smallest and largest value");

/// CPU-07: A signal stores and releases (observed).
pub const CPU_07: Rule = Rule::new("CPU-07", "A signal stores and releases");

/// CPU-08: A lower value needs AllowFenceRewind (observed).
pub const CPU_08: Rule = Rule::new("CPU-08", "A lower value needs AllowFenceRewind");

/// CPU-09: An equal value (chosen).
pub const CPU_09: Rule = Rule::new("CPU-09", "An equal value");

/// CPU-10: Waits and rewinds (observed).
pub const CPU_10: Rule = Rule::new("CPU-10", "Waits and rewinds");

/// CPU-11: Several objects in one signal: all or nothing (chosen).
pub const CPU_11: Rule = Rule::new("CPU-11", "Several objects in one signal: all or nothing");

/// CPU-12: The same fence twice (chosen).
pub const CPU_12: Rule = Rule::new("CPU-12", "The same fence twice");

/// CPU-13: Counts (chosen).
pub const CPU_13: Rule = Rule::new("CPU-13", "Counts");

/// CPU-14: Flags (chosen).
pub const CPU_14: Rule = Rule::new("CPU-14", "Flags");

/// CPU-15: No lost wake-up (chosen).
pub const CPU_15: Rule = Rule::new("CPU-15", "No lost wake-up");

/// CPU-16: One signal releases all (documented).
pub const CPU_16: Rule = Rule::new("CPU-16", "One signal releases all");

/// CPU-17: When a wait is judged (chosen).
pub const CPU_17: Rule = Rule::new("CPU-17", "When a wait is judged");

/// CPU-18: Event argument (chosen).
pub const CPU_18: Rule = Rule::new("CPU-18", "Event argument");

/// CPU-19: Device or process goes away (chosen).
pub const CPU_19: Rule = Rule::new("CPU-19", "Device or process goes away");

/// CPU-20: What a reached value tells (chosen).
pub const CPU_20: Rule = Rule::new("CPU-20", "What a reached value tells");

/// CPU-21: The other types (chosen).
pub const CPU_21: Rule = Rule::new("CPU-21", "The other types");
