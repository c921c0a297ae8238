//! Generated from the rulebook by `kmt rules --bless`: rules OPN.

use super::Rule;

/// OPN-01: OpenNtHandleFromName (observed).
pub const OPN_01: Rule = Rule::new("OPN-01", "OpenNtHandleFromName");

/// OPN-02: OpenSyncObjectNtHandleFromName (observed).
pub const OPN_02: Rule = Rule::new("OPN-02", "OpenSyncObjectNtHandleFromName");

/// OPN-03: Name of the wrong kind (inferred).
pub const OPN_03: Rule = Rule::new("OPN-03", "Name of the wrong kind");

/// OPN-04: One more handle of the same NT object (inferred).
pub const OPN_04: Rule = Rule::new("OPN-04", "One more handle of the same NT object");

/// OPN-05: OpenSyncObjectFromNtHandle: bad handle (observed).
pub const OPN_05: Rule = Rule::new("OPN-05", "OpenSyncObjectFromNtHandle: bad handle");

/// OPN-06: OpenSyncObjectFromNtHandle: types (chosen).
pub const OPN_06: Rule = Rule::new("OPN-06", "OpenSyncObjectFromNtHandle: types");

/// OPN-07: OpenSyncObjectFromNtHandle: owner (chosen).
pub const OPN_07: Rule = Rule::new("OPN-07", "OpenSyncObjectFromNtHandle: owner");

/// OPN-08: OpenSyncObjectFromNtHandle2: device first (observed).
pub const OPN_08: Rule = Rule::new("OPN-08", "OpenSyncObjectFromNtHandle2: device first");

/// OPN-09: OpenSyncObjectFromNtHandle2: types (inferred).
pub const OPN_09: Rule = Rule::new("OPN-09", "OpenSyncObjectFromNtHandle2: types");

/// OPN-10: OpenSyncObjectFromNtHandle2: flags (documented).
pub const OPN_10: Rule = Rule::new("OPN-10", "OpenSyncObjectFromNtHandle2: flags");

/// OPN-11: Adapter match (chosen).
pub const OPN_11: Rule = Rule::new("OPN-11", "Adapter match");

/// OPN-12: Addresses of an opened fence (documented).
pub const OPN_12: Rule = Rule::new("OPN-12", "Addresses of an opened fence");

/// OPN-13: Engine affinity (documented).
pub const OPN_13: Rule = Rule::new("OPN-13", "Engine affinity");

/// OPN-14: Wrong type of NT handle (inferred).
pub const OPN_14: Rule = Rule::new("OPN-14", "Wrong type of NT handle");

/// OPN-15: OpenKeyedMutexFromNtHandle never succeeds (observed).
pub const OPN_15: Rule = Rule::new("OPN-15", "OpenKeyedMutexFromNtHandle never succeeds");

/// OPN-16: GetSharedResourceAdapterLuid: which handle (chosen).
pub const OPN_16: Rule = Rule::new("OPN-16", "GetSharedResourceAdapterLuid: which handle");

/// OPN-17: GetSharedResourceAdapterLuid: result (documented).
pub const OPN_17: Rule = Rule::new("OPN-17", "GetSharedResourceAdapterLuid: result");

/// OPN-18: Openers share one state (inferred).
pub const OPN_18: Rule = Rule::new("OPN-18", "Openers share one state");

/// OPN-19: Opening after the creator is gone (observed).
pub const OPN_19: Rule = Rule::new("OPN-19", "Opening after the creator is gone");

/// OPN-20: Stopped adapter or lost device (chosen).
pub const OPN_20: Rule = Rule::new("OPN-20", "Stopped adapter or lost device");
