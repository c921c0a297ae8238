//! Generated from the rulebook by `kmt rules --bless`: rules DSA.

use super::Rule;

/// DSA-01: Resource form and list form (chosen).
pub const DSA_01: Rule = Rule::new("DSA-01", "Resource form and list form");

/// DSA-02: Nothing to destroy (observed).
pub const DSA_02: Rule = Rule::new("DSA-02", "Nothing to destroy");

/// DSA-03: Bad arguments of a destruction (observed).
pub const DSA_03: Rule = Rule::new("DSA-03", "Bad arguments of a destruction");

/// DSA-04: A list is destroyed whole or not at all (chosen).
pub const DSA_04: Rule = Rule::new("DSA-04", "A list is destroyed whole or not at all");

/// DSA-05: One resource per list (documented).
pub const DSA_05: Rule = Rule::new("DSA-05", "One resource per list");

/// DSA-06: The list form leaves the resource (observed).
pub const DSA_06: Rule = Rule::new("DSA-06", "The list form leaves the resource");

/// DSA-07: The resource form takes its allocations along (observed).
pub const DSA_07: Rule = Rule::new("DSA-07", "The resource form takes its allocations along");

/// DSA-08: Destroying one resource object of a shared resource (observed).
pub const DSA_08: Rule = Rule::new("DSA-08", "Destroying one resource object of a shared resource");

/// DSA-09: Single allocations of a shared resource (chosen).
pub const DSA_09: Rule = Rule::new("DSA-09", "Single allocations of a shared resource");

/// DSA-10: Life of a shared resource (observed).
pub const DSA_10: Rule = Rule::new("DSA-10", "Life of a shared resource");

/// DSA-11: Handles die at once, memory later (documented).
pub const DSA_11: Rule = Rule::new("DSA-11", "Handles die at once, memory later");

/// DSA-12: Which work holds the memory (chosen).
pub const DSA_12: Rule = Rule::new("DSA-12", "Which work holds the memory");

/// DSA-13: AssumeNotInUse (documented).
pub const DSA_13: Rule = Rule::new("DSA-13", "AssumeNotInUse");

/// DSA-14: SynchronousDestroy (documented).
pub const DSA_14: Rule = Rule::new("DSA-14", "SynchronousDestroy");

/// DSA-15: What a synchronous destruction does not wait for (chosen).
pub const DSA_15: Rule = Rule::new("DSA-15", "What a synchronous destruction does not wait for");

/// DSA-16: Flag word of DestroyAllocation2 (documented).
pub const DSA_16: Rule = Rule::new("DSA-16", "Flag word of DestroyAllocation2");

/// DSA-17: Locked allocations (chosen).
pub const DSA_17: Rule = Rule::new("DSA-17", "Locked allocations");

/// DSA-18: Destruction always works (chosen).
pub const DSA_18: Rule = Rule::new("DSA-18", "Destruction always works");
