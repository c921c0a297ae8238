//! Generated from the rulebook by `kmt rules --bless`: rules QRY.

use super::Rule;

/// QRY-01: What a query writes (observed).
pub const QRY_01: Rule = Rule::new("QRY-01", "What a query writes");

/// QRY-02: A query never returns runtime data (observed).
pub const QRY_02: Rule = Rule::new("QRY-02", "A query never returns runtime data");

/// QRY-03: A query needs a global handle (observed).
pub const QRY_03: Rule = Rule::new("QRY-03", "A query needs a global handle");

/// QRY-04: A wrong NT handle (inferred).
pub const QRY_04: Rule = Rule::new("QRY-04", "A wrong NT handle");

/// QRY-05: Right needed on the NT handle (chosen).
pub const QRY_05: Rule = Rule::new("QRY-05", "Right needed on the NT handle");

/// QRY-06: Total size of driver data (documented).
pub const QRY_06: Rule = Rule::new("QRY-06", "Total size of driver data");

/// QRY-07: A query has no effect (inferred).
pub const QRY_07: Rule = Rule::new("QRY-07", "A query has no effect");

/// QRY-08: Other values that are no global resource handle (inferred).
pub const QRY_08: Rule = Rule::new("QRY-08", "Other values that are no global resource handle");
