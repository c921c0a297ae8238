//! Generated from the rulebook by `kmt rules --bless`: rules SYN.

use super::Rule;

/// SYN-01: Six types (documented).
pub const SYN_01: Rule = Rule::new("SYN-01", "Six types");

/// SYN-02: The first create form (observed).
pub const SYN_02: Rule = Rule::new("SYN-02", "The first create form");

/// SYN-03: Created on a device (observed).
pub const SYN_03: Rule = Rule::new("SYN-03", "Created on a device");

/// SYN-04: Flag bits (chosen).
pub const SYN_04: Rule = Rule::new("SYN-04", "Flag bits");

/// SYN-05: Sharing flags (observed).
pub const SYN_05: Rule = Rule::new("SYN-05", "Sharing flags");

/// SYN-06: Fences are shared through NT handles only (documented).
pub const SYN_06: Rule = Rule::new("SYN-06", "Fences are shared through NT handles only");

/// SYN-07: NoSignal, NoWait, TopOfPipeline (documented).
pub const SYN_07: Rule = Rule::new("SYN-07", "NoSignal, NoWait, TopOfPipeline");

/// SYN-08: SignalByKmd (documented).
pub const SYN_08: Rule = Rule::new("SYN-08", "SignalByKmd");

/// SYN-09: CPU_NOTIFICATION is not shared (chosen).
pub const SYN_09: Rule = Rule::new("SYN-09", "CPU_NOTIFICATION is not shared");

/// SYN-10: CrossAdapter (chosen).
pub const SYN_10: Rule = Rule::new("SYN-10", "CrossAdapter");

/// SYN-11: Flags without a type limit (chosen).
pub const SYN_11: Rule = Rule::new("SYN-11", "Flags without a type limit");

/// SYN-12: SharedHandle on return (observed).
pub const SYN_12: Rule = Rule::new("SYN-12", "SharedHandle on return");

/// SYN-13: Initial state of a MUTEX (chosen).
pub const SYN_13: Rule = Rule::new("SYN-13", "Initial state of a MUTEX");

/// SYN-14: Initial state of a SEMAPHORE (chosen).
pub const SYN_14: Rule = Rule::new("SYN-14", "Initial state of a SEMAPHORE");

/// SYN-15: Initial value of a FENCE and a MONITORED_FENCE (observed).
pub const SYN_15: Rule = Rule::new("SYN-15", "Initial value of a FENCE and a MONITORED_FENCE");

/// SYN-16: CPU_NOTIFICATION needs an event (observed).
pub const SYN_16: Rule = Rule::new("SYN-16", "CPU_NOTIFICATION needs an event");

/// SYN-17: Out of memory comes last (chosen).
pub const SYN_17: Rule = Rule::new("SYN-17", "Out of memory comes last");

/// SYN-18: PERIODIC_MONITORED_FENCE inputs (chosen).
pub const SYN_18: Rule = Rule::new("SYN-18", "PERIODIC_MONITORED_FENCE inputs");

/// SYN-19: PERIODIC_MONITORED_FENCE ticks (chosen).
pub const SYN_19: Rule = Rule::new("SYN-19", "PERIODIC_MONITORED_FENCE ticks");

/// SYN-20: EngineAffinity (chosen).
pub const SYN_20: Rule = Rule::new("SYN-20", "EngineAffinity");

/// SYN-21: CPU mapping (documented).
pub const SYN_21: Rule = Rule::new("SYN-21", "CPU mapping");

/// SYN-22: GPU mapping (documented).
pub const SYN_22: Rule = Rule::new("SYN-22", "GPU mapping");

/// SYN-23: No GPU write without the right to signal (chosen).
pub const SYN_23: Rule = Rule::new("SYN-23", "No GPU write without the right to signal");

/// SYN-24: Life of a mapping (inferred).
pub const SYN_24: Rule = Rule::new("SYN-24", "Life of a mapping");

/// SYN-25: Storage width (chosen).
pub const SYN_25: Rule = Rule::new("SYN-25", "Storage width");

/// SYN-26: Open by global handle (observed).
pub const SYN_26: Rule = Rule::new("SYN-26", "Open by global handle");

/// SYN-27: One object behind many handles (inferred).
pub const SYN_27: Rule = Rule::new("SYN-27", "One object behind many handles");

/// SYN-28: Destroy arguments (observed).
pub const SYN_28: Rule = Rule::new("SYN-28", "Destroy arguments");

/// SYN-29: Lifetime (observed).
pub const SYN_29: Rule = Rule::new("SYN-29", "Lifetime");

/// SYN-30: Destroy with packets and waits pending (chosen).
pub const SYN_30: Rule = Rule::new("SYN-30", "Destroy with packets and waits pending");

/// SYN-31: Orphaned waits (chosen).
pub const SYN_31: Rule = Rule::new("SYN-31", "Orphaned waits");

/// SYN-32: Device destruction (chosen).
pub const SYN_32: Rule = Rule::new("SYN-32", "Device destruction");

/// SYN-33: Rights of an opened object (inferred).
pub const SYN_33: Rule = Rule::new("SYN-33", "Rights of an opened object");

/// SYN-34: NoSignal and NoWait refuse at the call (documented).
pub const SYN_34: Rule = Rule::new("SYN-34", "NoSignal and NoWait refuse at the call");

/// SYN-35: A fence handle works on its own device (inferred).
pub const SYN_35: Rule = Rule::new("SYN-35", "A fence handle works on its own device");

/// SYN-36: Other types work on their adapter (documented).
pub const SYN_36: Rule = Rule::new("SYN-36", "Other types work on their adapter");

/// SYN-37: Order of checks over arrays (chosen).
pub const SYN_37: Rule = Rule::new("SYN-37", "Order of checks over arrays");

/// SYN-38: A failed call changes nothing (chosen).
pub const SYN_38: Rule = Rule::new("SYN-38", "A failed call changes nothing");

/// SYN-39: Native fences (documented).
pub const SYN_39: Rule = Rule::new("SYN-39", "Native fences");

/// SYN-40: Orphaned, precisely (chosen).
pub const SYN_40: Rule = Rule::new("SYN-40", "Orphaned, precisely");
