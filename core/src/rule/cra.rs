//! Generated from the rulebook by `kmt rules --bless`: rules CRA.

use super::Rule;

/// CRA-01: Two forms of creation (observed).
pub const CRA_01: Rule = Rule::new("CRA-01", "Two forms of creation");

/// CRA-02: Owner of an allocation (documented).
pub const CRA_02: Rule = Rule::new("CRA-02", "Owner of an allocation");

/// CRA-03: Outputs of a creation (observed).
pub const CRA_03: Rule = Rule::new("CRA-03", "Outputs of a creation");

/// CRA-04: Handle order inside one creation (observed).
pub const CRA_04: Rule = Rule::new("CRA-04", "Handle order inside one creation");

/// CRA-05: Shared means in a new resource (observed).
pub const CRA_05: Rule = Rule::new("CRA-05", "Shared means in a new resource");

/// CRA-06: NT sharing needs CreateShared and leaves no global handle (documented).
pub const CRA_06: Rule = Rule::new("CRA-06", "NT sharing needs CreateShared and leaves no global handle");

/// CRA-07: Flags that a user-mode caller may not set (documented).
pub const CRA_07: Rule = Rule::new("CRA-07", "Flags that a user-mode caller may not set");

/// CRA-08: Flags without effect in the model (chosen).
pub const CRA_08: Rule = Rule::new("CRA-08", "Flags without effect in the model");

/// CRA-09: Zeroed is an output (documented).
pub const CRA_09: Rule = Rule::new("CRA-09", "Zeroed is an output");

/// CRA-10: Fresh shared memory is zero (inferred).
pub const CRA_10: Rule = Rule::new("CRA-10", "Fresh shared memory is zero");

/// CRA-11: Fresh unshared memory (chosen).
pub const CRA_11: Rule = Rule::new("CRA-11", "Fresh unshared memory");

/// CRA-12: RestrictSharedAccess (chosen).
pub const CRA_12: Rule = Rule::new("CRA-12", "RestrictSharedAccess");

/// CRA-13: Changing and asking the list of allowed processes (documented).
pub const CRA_13: Rule = Rule::new("CRA-13", "Changing and asking the list of allowed processes");

/// CRA-14: Who may change the list (chosen).
pub const CRA_14: Rule = Rule::new("CRA-14", "Who may change the list");

/// CRA-15: ReadOnly (documented).
pub const CRA_15: Rule = Rule::new("CRA-15", "ReadOnly");

/// CRA-16: A bad hResource (observed).
pub const CRA_16: Rule = Rule::new("CRA-16", "A bad hResource");

/// CRA-17: An hResource that does not fit (chosen).
pub const CRA_17: Rule = Rule::new("CRA-17", "An hResource that does not fit");

/// CRA-18: Adding to an unshared resource (documented).
pub const CRA_18: Rule = Rule::new("CRA-18", "Adding to an unshared resource");

/// CRA-19: A shared resource is sealed at its creation (documented).
pub const CRA_19: Rule = Rule::new("CRA-19", "A shared resource is sealed at its creation");

/// CRA-20: A resource without allocations (documented).
pub const CRA_20: Rule = Rule::new("CRA-20", "A resource without allocations");

/// CRA-21: No shared resource without allocations (chosen).
pub const CRA_21: Rule = Rule::new("CRA-21", "No shared resource without allocations");

/// CRA-22: Limits of one creation (chosen).
pub const CRA_22: Rule = Rule::new("CRA-22", "Limits of one creation");

/// CRA-23: Source of a standard allocation (observed).
pub const CRA_23: Rule = Rule::new("CRA-23", "Source of a standard allocation");

/// CRA-24: Existing memory is shared, not copied (inferred).
pub const CRA_24: Rule = Rule::new("CRA-24", "Existing memory is shared, not copied");

/// CRA-25: Standard allocations need no sharing flag (observed).
pub const CRA_25: Rule = Rule::new("CRA-25", "Standard allocations need no sharing flag");

/// CRA-26: Fixed fields of a standard allocation (observed).
pub const CRA_26: Rule = Rule::new("CRA-26", "Fixed fields of a standard allocation");

/// CRA-27: Further limits of a standard allocation (chosen).
pub const CRA_27: Rule = Rule::new("CRA-27", "Further limits of a standard allocation");

/// CRA-28: Pinned memory (documented).
pub const CRA_28: Rule = Rule::new("CRA-28", "Pinned memory");

/// CRA-29: Existing sections (chosen).
pub const CRA_29: Rule = Rule::new("CRA-29", "Existing sections");

/// CRA-30: Driver data of a standard allocation (observed).
pub const CRA_30: Rule = Rule::new("CRA-30", "Driver data of a standard allocation");

/// CRA-31: Driver data given with a standard allocation (observed).
pub const CRA_31: Rule = Rule::new("CRA-31", "Driver data given with a standard allocation");

/// CRA-32: The model's answer for a driver allocation (chosen).
pub const CRA_32: Rule = Rule::new("CRA-32", "The model's answer for a driver allocation");

/// CRA-33: Caller's memory under a driver allocation (documented).
pub const CRA_33: Rule = Rule::new("CRA-33", "Caller's memory under a driver allocation");

/// CRA-34: Flag word of an allocation info (documented).
pub const CRA_34: Rule = Rule::new("CRA-34", "Flag word of an allocation info");

/// CRA-35: Private data are copied at the call (inferred).
pub const CRA_35: Rule = Rule::new("CRA-35", "Private data are copied at the call");

/// CRA-36: Runtime data without a resource (observed).
pub const CRA_36: Rule = Rule::new("CRA-36", "Runtime data without a resource");

/// CRA-37: NULL pointers (chosen).
pub const CRA_37: Rule = Rule::new("CRA-37", "NULL pointers");

/// CRA-38: No GPU address at creation or open (chosen).
pub const CRA_38: Rule = Rule::new("CRA-38", "No GPU address at creation or open");

/// CRA-39: A creation is all or nothing (inferred).
pub const CRA_39: Rule = Rule::new("CRA-39", "A creation is all or nothing");

/// CRA-40: Out of memory and removed devices (documented).
pub const CRA_40: Rule = Rule::new("CRA-40", "Out of memory and removed devices");

/// CRA-41: Several allocations in one creation (inferred).
pub const CRA_41: Rule = Rule::new("CRA-41", "Several allocations in one creation");

/// CRA-42: Data that nothing keeps (chosen).
pub const CRA_42: Rule = Rule::new("CRA-42", "Data that nothing keeps");

/// CRA-43: One source only, and only for standard allocations (documented).
pub const CRA_43: Rule = Rule::new("CRA-43", "One source only, and only for standard allocations");

/// CRA-44: Devices in error without a reset (chosen).
pub const CRA_44: Rule = Rule::new("CRA-44", "Devices in error without a reset");
