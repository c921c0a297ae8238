//! Generated from the rulebook by `kmt rules --bless`: rules ADP.

use super::Rule;

/// ADP-01: Order of checks (chosen).
pub const ADP_01: Rule = Rule::new("ADP-01", "Order of checks");

/// ADP-02: A failed call changes nothing (chosen).
pub const ADP_02: Rule = Rule::new("ADP-02", "A failed call changes nothing");

/// ADP-03: Adapters and topology (documented).
pub const ADP_03: Rule = Rule::new("ADP-03", "Adapters and topology");

/// ADP-04: Open an adapter by LUID (inferred).
pub const ADP_04: Rule = Rule::new("ADP-04", "Open an adapter by LUID");

/// ADP-05: EnumAdapters2 with no array (observed).
pub const ADP_05: Rule = Rule::new("ADP-05", "EnumAdapters2 with no array");

/// ADP-06: EnumAdapters2 with an array (observed).
pub const ADP_06: Rule = Rule::new("ADP-06", "EnumAdapters2 with an array");

/// ADP-07: EnumAdapters3 filter (documented).
pub const ADP_07: Rule = Rule::new("ADP-07", "EnumAdapters3 filter");

/// ADP-08: Close an adapter (observed).
pub const ADP_08: Rule = Rule::new("ADP-08", "Close an adapter");

/// ADP-09: Last close destroys the devices (chosen).
pub const ADP_09: Rule = Rule::new("ADP-09", "Last close destroys the devices");

/// ADP-10: Create a device (observed).
pub const ADP_10: Rule = Rule::new("ADP-10", "Create a device");

/// ADP-11: Device states (inferred).
pub const ADP_11: Rule = Rule::new("ADP-11", "Device states");

/// ADP-12: GetDeviceState (chosen).
pub const ADP_12: Rule = Rule::new("ADP-12", "GetDeviceState");

/// ADP-13: Execution states (chosen).
pub const ADP_13: Rule = Rule::new("ADP-13", "Execution states");

/// ADP-14: MarkDeviceAsError (chosen).
pub const ADP_14: Rule = Rule::new("ADP-14", "MarkDeviceAsError");

/// ADP-15: WaitForIdle (chosen).
pub const ADP_15: Rule = Rule::new("ADP-15", "WaitForIdle");

/// ADP-16: Default adapter (chosen).
pub const ADP_16: Rule = Rule::new("ADP-16", "Default adapter");
