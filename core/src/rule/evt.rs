//! Generated from the rulebook by `kmt rules --bless`: rules EVT.

use super::Rule;

/// EVT-01: Two kinds, two states (documented).
pub const EVT_01: Rule = Rule::new("EVT-01", "Two kinds, two states");

/// EVT-02: What a set releases (documented).
pub const EVT_02: Rule = Rule::new("EVT-02", "What a set releases");

/// EVT-03: An event is an ordinary NT object (documented).
pub const EVT_03: Rule = Rule::new("EVT-03", "An event is an ordinary NT object");

/// EVT-04: Rights (documented).
pub const EVT_04: Rule = Rule::new("EVT-04", "Rights");

/// EVT-05: Bad event handles (chosen).
pub const EVT_05: Rule = Rule::new("EVT-05", "Bad event handles");

/// EVT-06: The registration owns the event (chosen).
pub const EVT_06: Rule = Rule::new("EVT-06", "The registration owns the event");

/// EVT-07: Set at most once, never reset (inferred).
pub const EVT_07: Rule = Rule::new("EVT-07", "Set at most once, never reset");

/// EVT-08: Several sets in one step (chosen).
pub const EVT_08: Rule = Rule::new("EVT-08", "Several sets in one step");
