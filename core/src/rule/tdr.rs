//! Generated from the rulebook by `kmt rules --bless`: rules TDR.

use super::Rule;

/// TDR-01: Forced maximum (documented).
pub const TDR_01: Rule = Rule::new("TDR-01", "Forced maximum");

/// TDR-02: Which fences (chosen).
pub const TDR_02: Rule = Rule::new("TDR-02", "Which fences");

/// TDR-03: The maximum value (chosen).
pub const TDR_03: Rule = Rule::new("TDR-03", "The maximum value");

/// TDR-04: NoSignalMaxValueOnTdr (documented).
pub const TDR_04: Rule = Rule::new("TDR-04", "NoSignalMaxValueOnTdr");

/// TDR-05: Order against the device state (chosen).
pub const TDR_05: Rule = Rule::new("TDR-05", "Order against the device state");

/// TDR-06: Not only resets (chosen).
pub const TDR_06: Rule = Rule::new("TDR-06", "Not only resets");

/// TDR-07: CPU waits of a device in error (chosen).
pub const TDR_07: Rule = Rule::new("TDR-07", "CPU waits of a device in error");

/// TDR-08: Packets of a device in error (chosen).
pub const TDR_08: Rule = Rule::new("TDR-08", "Packets of a device in error");

/// TDR-09: Other objects at a reset (chosen).
pub const TDR_09: Rule = Rule::new("TDR-09", "Other objects at a reset");

/// TDR-10: Calls that name a device in error (chosen).
pub const TDR_10: Rule = Rule::new("TDR-10", "Calls that name a device in error");

/// TDR-11: A wait alone causes no reset (inferred).
pub const TDR_11: Rule = Rule::new("TDR-11", "A wait alone causes no reset");
