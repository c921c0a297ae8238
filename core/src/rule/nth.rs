//! Generated from the rulebook by `kmt rules --bless`: rules NTH.

use super::Rule;

/// NTH-01: Shape of an NT handle (observed).
pub const NTH_01: Rule = Rule::new("NTH-01", "Shape of an NT handle");

/// NTH-02: NT handle values (chosen).
pub const NTH_02: Rule = Rule::new("NTH-02", "NT handle values");

/// NTH-03: The two low bits are ignored (documented).
pub const NTH_03: Rule = Rule::new("NTH-03", "The two low bits are ignored");

/// NTH-04: NT handle table (documented).
pub const NTH_04: Rule = Rule::new("NTH-04", "NT handle table");

/// NTH-05: NT handle limit (chosen).
pub const NTH_05: Rule = Rule::new("NTH-05", "NT handle limit");

/// NTH-06: Type names (observed).
pub const NTH_06: Rule = Rule::new("NTH-06", "Type names");

/// NTH-07: Close (documented).
pub const NTH_07: Rule = Rule::new("NTH-07", "Close");

/// NTH-08: Close errors (documented).
pub const NTH_08: Rule = Rule::new("NTH-08", "Close errors");

/// NTH-09: A handle value belongs to its process (documented).
pub const NTH_09: Rule = Rule::new("NTH-09", "A handle value belongs to its process");

/// NTH-10: DuplicateHandle: same object, new handle (documented).
pub const NTH_10: Rule = Rule::new("NTH-10", "DuplicateHandle: same object, new handle");

/// NTH-11: DUPLICATE_SAME_ACCESS (documented).
pub const NTH_11: Rule = Rule::new("NTH-11", "DUPLICATE_SAME_ACCESS");

/// NTH-12: A duplicate never widens (chosen).
pub const NTH_12: Rule = Rule::new("NTH-12", "A duplicate never widens");

/// NTH-13: DUPLICATE_CLOSE_SOURCE (documented).
pub const NTH_13: Rule = Rule::new("NTH-13", "DUPLICATE_CLOSE_SOURCE");

/// NTH-14: Close source, special cases (chosen).
pub const NTH_14: Rule = Rule::new("NTH-14", "Close source, special cases");

/// NTH-15: Attributes of a duplicate (documented).
pub const NTH_15: Rule = Rule::new("NTH-15", "Attributes of a duplicate");

/// NTH-16: Null target pointer (documented).
pub const NTH_16: Rule = Rule::new("NTH-16", "Null target pointer");

/// NTH-17: Shared objects can be inherited and duplicated (documented).
pub const NTH_17: Rule = Rule::new("NTH-17", "Shared objects can be inherited and duplicated");

/// NTH-18: Inheritance (documented).
pub const NTH_18: Rule = Rule::new("NTH-18", "Inheritance");

/// NTH-19: Value of an inherited handle (chosen).
pub const NTH_19: Rule = Rule::new("NTH-19", "Value of an inherited handle");

/// NTH-20: Process end closes NT handles (inferred).
pub const NTH_20: Rule = Rule::new("NTH-20", "Process end closes NT handles");

/// NTH-21: Opening does not consume (inferred).
pub const NTH_21: Rule = Rule::new("NTH-21", "Opening does not consume");

/// NTH-22: Handles of other NT types (inferred).
pub const NTH_22: Rule = Rule::new("NTH-22", "Handles of other NT types");

/// NTH-23: ObjectBasicInformation (documented).
pub const NTH_23: Rule = Rule::new("NTH-23", "ObjectBasicInformation");

/// NTH-24: ObjectNameInformation (observed).
pub const NTH_24: Rule = Rule::new("NTH-24", "ObjectNameInformation");

/// NTH-25: Name query: buffer too small (inferred).
pub const NTH_25: Rule = Rule::new("NTH-25", "Name query: buffer too small");

/// NTH-26: Name query of an unnamed object (inferred).
pub const NTH_26: Rule = Rule::new("NTH-26", "Name query of an unnamed object");

/// NTH-27: Type query and other classes (chosen).
pub const NTH_27: Rule = Rule::new("NTH-27", "Type query and other classes");
