//! Generated from the rulebook by `kmt rules --bless`: rules NAM.

use super::Rule;

/// NAM-01: Length of OBJECT_ATTRIBUTES (documented).
pub const NAM_01: Rule = Rule::new("NAM-01", "Length of OBJECT_ATTRIBUTES");

/// NAM-02: Order of attribute checks (chosen).
pub const NAM_02: Rule = Rule::new("NAM-02", "Order of attribute checks");

/// NAM-03: Attributes bits (chosen).
pub const NAM_03: Rule = Rule::new("NAM-03", "Attributes bits");

/// NAM-04: OBJ_INHERIT (documented).
pub const NAM_04: Rule = Rule::new("NAM-04", "OBJ_INHERIT");

/// NAM-05: OBJ_PERMANENT (chosen).
pub const NAM_05: Rule = Rule::new("NAM-05", "OBJ_PERMANENT");

/// NAM-06: OBJ_EXCLUSIVE (chosen).
pub const NAM_06: Rule = Rule::new("NAM-06", "OBJ_EXCLUSIVE");

/// NAM-07: Null attributes (inferred).
pub const NAM_07: Rule = Rule::new("NAM-07", "Null attributes");

/// NAM-08: Empty name (inferred).
pub const NAM_08: Rule = Rule::new("NAM-08", "Empty name");

/// NAM-09: RootDirectory without a name (inferred).
pub const NAM_09: Rule = Rule::new("NAM-09", "RootDirectory without a name");

/// NAM-10: Name buffer (inferred).
pub const NAM_10: Rule = Rule::new("NAM-10", "Name buffer");

/// NAM-11: Full and relative names (documented).
pub const NAM_11: Rule = Rule::new("NAM-11", "Full and relative names");

/// NAM-12: RootDirectory handle (inferred).
pub const NAM_12: Rule = Rule::new("NAM-12", "RootDirectory handle");

/// NAM-13: Path walk (inferred).
pub const NAM_13: Rule = Rule::new("NAM-13", "Path walk");

/// NAM-14: Last component missing (observed).
pub const NAM_14: Rule = Rule::new("NAM-14", "Last component missing");

/// NAM-15: Directories that exist (observed).
pub const NAM_15: Rule = Rule::new("NAM-15", "Directories that exist");

/// NAM-16: One namespace for all types (documented).
pub const NAM_16: Rule = Rule::new("NAM-16", "One namespace for all types");

/// NAM-17: Letter case (observed).
pub const NAM_17: Rule = Rule::new("NAM-17", "Letter case");

/// NAM-18: Collision (inferred).
pub const NAM_18: Rule = Rule::new("NAM-18", "Collision");

/// NAM-19: OBJ_OPENIF in ShareObjects (inferred).
pub const NAM_19: Rule = Rule::new("NAM-19", "OBJ_OPENIF in ShareObjects");

/// NAM-20: OBJ_OPENIF on an open (observed).
pub const NAM_20: Rule = Rule::new("NAM-20", "OBJ_OPENIF on an open");

/// NAM-21: A name dies with the last handle (observed).
pub const NAM_21: Rule = Rule::new("NAM-21", "A name dies with the last handle");

/// NAM-22: Several names for one object (observed).
pub const NAM_22: Rule = Rule::new("NAM-22", "Several names for one object");

/// NAM-23: Unnamed objects (documented).
pub const NAM_23: Rule = Rule::new("NAM-23", "Unnamed objects");

/// NAM-24: Security descriptor (documented).
pub const NAM_24: Rule = Rule::new("NAM-24", "Security descriptor");

/// NAM-25: Security quality of service (chosen).
pub const NAM_25: Rule = Rule::new("NAM-25", "Security quality of service");
