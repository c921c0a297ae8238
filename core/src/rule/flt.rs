//! Generated from the rulebook by `kmt rules --bless`: rules FLT.

use super::Rule;

/// FLT-01: Error status of a device (chosen).
pub const FLT_01: Rule = Rule::new("FLT-01", "Error status of a device");

/// FLT-02: Calls on a device in Error (chosen).
pub const FLT_02: Rule = Rule::new("FLT-02", "Calls on a device in Error");

/// FLT-03: No work after the error (documented).
pub const FLT_03: Rule = Rule::new("FLT-03", "No work after the error");

/// FLT-04: Entering Error is one step (chosen).
pub const FLT_04: Rule = Rule::new("FLT-04", "Entering Error is one step");

/// FLT-05: Forced maximum (documented).
pub const FLT_05: Rule = Rule::new("FLT-05", "Forced maximum");

/// FLT-06: Fences of the device's own queues (inferred).
pub const FLT_06: Rule = Rule::new("FLT-06", "Fences of the device's own queues");

/// FLT-07: After the maximum (inferred).
pub const FLT_07: Rule = Rule::new("FLT-07", "After the maximum");

/// FLT-08: Who is released by the maximum (inferred).
pub const FLT_08: Rule = Rule::new("FLT-08", "Who is released by the maximum");

/// FLT-09: What counts as a hang (inferred).
pub const FLT_09: Rule = Rule::new("FLT-09", "What counts as a hang");

/// FLT-10: Reset (T8) and its reach (inferred).
pub const FLT_10: Rule = Rule::new("FLT-10", "Reset (T8) and its reach");

/// FLT-11: Survivors of a reset (documented).
pub const FLT_11: Rule = Rule::new("FLT-11", "Survivors of a reset");

/// FLT-12: Writes of an aborted packet (chosen).
pub const FLT_12: Rule = Rule::new("FLT-12", "Writes of an aborted packet");

/// FLT-13: DisableGpuTimeout (inferred).
pub const FLT_13: Rule = Rule::new("FLT-13", "DisableGpuTimeout");

/// FLT-14: Limits on timeouts (documented).
pub const FLT_14: Rule = Rule::new("FLT-14", "Limits on timeouts");

/// FLT-15: Page fault (T9) (inferred).
pub const FLT_15: Rule = Rule::new("FLT-15", "Page fault (T9)");

/// FLT-16: Other GPU errors (inferred).
pub const FLT_16: Rule = Rule::new("FLT-16", "Other GPU errors");

/// FLT-17: Adapter stop (T11) (chosen).
pub const FLT_17: Rule = Rule::new("FLT-17", "Adapter stop (T11)");

/// FLT-18: Calls on a stopped adapter (inferred).
pub const FLT_18: Rule = Rule::new("FLT-18", "Calls on a stopped adapter");

/// FLT-19: Older objects in a reset (chosen).
pub const FLT_19: Rule = Rule::new("FLT-19", "Older objects in a reset");

/// FLT-20: Video memory after a reset (chosen).
pub const FLT_20: Rule = Rule::new("FLT-20", "Video memory after a reset");

/// FLT-21: Which openings count, which causes count (chosen).
pub const FLT_21: Rule = Rule::new("FLT-21", "Which openings count, which causes count");
