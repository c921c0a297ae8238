//! Generated from the rulebook by `kmt rules --bless`: rules XAD.

use super::Rule;

/// XAD-01: CrossAdapter at creation (documented).
pub const XAD_01: Rule = Rule::new("XAD-01", "CrossAdapter at creation");

/// XAD-02: Form of a cross-adapter surface (documented).
pub const XAD_02: Rule = Rule::new("XAD-02", "Form of a cross-adapter surface");

/// XAD-03: Opening on another adapter (inferred).
pub const XAD_03: Rule = Rule::new("XAD-03", "Opening on another adapter");

/// XAD-04: Refused on another adapter (chosen).
pub const XAD_04: Rule = Rule::new("XAD-04", "Refused on another adapter");

/// XAD-05: One adapter is one LUID (observed).
pub const XAD_05: Rule = Rule::new("XAD-05", "One adapter is one LUID");

/// XAD-06: A bundle on another adapter (chosen).
pub const XAD_06: Rule = Rule::new("XAD-06", "A bundle on another adapter");

/// XAD-07: One memory, no order (documented).
pub const XAD_07: Rule = Rule::new("XAD-07", "One memory, no order");

/// XAD-08: Stop of one adapter (chosen).
pub const XAD_08: Rule = Rule::new("XAD-08", "Stop of one adapter");

/// XAD-09: Adapters without support (chosen).
pub const XAD_09: Rule = Rule::new("XAD-09", "Adapters without support");
