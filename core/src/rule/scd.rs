//! Generated from the rulebook by `kmt rules --bless`: rules SCD.

use super::Rule;

/// SCD-01: Packets and their life (inferred).
pub const SCD_01: Rule = Rule::new("SCD-01", "Packets and their life");

/// SCD-02: Order inside a queue (documented).
pub const SCD_02: Rule = Rule::new("SCD-02", "Order inside a queue");

/// SCD-03: No order between queues (documented).
pub const SCD_03: Rule = Rule::new("SCD-03", "No order between queues");

/// SCD-04: When a render packet starts (T1) (inferred).
pub const SCD_04: Rule = Rule::new("SCD-04", "When a render packet starts (T1)");

/// SCD-05: Engine slots (inferred).
pub const SCD_05: Rule = Rule::new("SCD-05", "Engine slots");

/// SCD-06: Completion (T2) (documented).
pub const SCD_06: Rule = Rule::new("SCD-06", "Completion (T2)");

/// SCD-07: A blocked queue blocks nothing else (documented).
pub const SCD_07: Rule = Rule::new("SCD-07", "A blocked queue blocks nothing else");

/// SCD-08: When a signal acts (T3) (documented).
pub const SCD_08: Rule = Rule::new("SCD-08", "When a signal acts (T3)");

/// SCD-09: TopOfPipeline (inferred).
pub const SCD_09: Rule = Rule::new("SCD-09", "TopOfPipeline");

/// SCD-10: Several objects in one signal (chosen).
pub const SCD_10: Rule = Rule::new("SCD-10", "Several objects in one signal");

/// SCD-11: Lower and equal values (chosen).
pub const SCD_11: Rule = Rule::new("SCD-11", "Lower and equal values");

/// SCD-12: Broadcast signals (chosen).
pub const SCD_12: Rule = Rule::new("SCD-12", "Broadcast signals");

/// SCD-13: CPU event packets (documented).
pub const SCD_13: Rule = Rule::new("SCD-13", "CPU event packets");

/// SCD-14: Condition of a GPU wait (inferred).
pub const SCD_14: Rule = Rule::new("SCD-14", "Condition of a GPU wait");

/// SCD-15: When a wait is judged (chosen).
pub const SCD_15: Rule = Rule::new("SCD-15", "When a wait is judged");

/// SCD-16: Kernel writes wake in the same step (inferred).
pub const SCD_16: Rule = Rule::new("SCD-16", "Kernel writes wake in the same step");

/// SCD-17: GPU writes to a fence address (inferred).
pub const SCD_17: Rule = Rule::new("SCD-17", "GPU writes to a fence address");

/// SCD-18: Notice (T5) (inferred).
pub const SCD_18: Rule = Rule::new("SCD-18", "Notice (T5)");

/// SCD-19: Writes without the right (chosen).
pub const SCD_19: Rule = Rule::new("SCD-19", "Writes without the right");

/// SCD-20: Rights are checked when queuing (documented).
pub const SCD_20: Rule = Rule::new("SCD-20", "Rights are checked when queuing");

/// SCD-21: Relay between adapters (documented).
pub const SCD_21: Rule = Rule::new("SCD-21", "Relay between adapters");

/// SCD-22: Mutexes and semaphores in a queue (chosen).
pub const SCD_22: Rule = Rule::new("SCD-22", "Mutexes and semaphores in a queue");

/// SCD-23: Releasing mutexes and semaphores (chosen).
pub const SCD_23: Rule = Rule::new("SCD-23", "Releasing mutexes and semaphores");

/// SCD-24: Waiting before signalling (inferred).
pub const SCD_24: Rule = Rule::new("SCD-24", "Waiting before signalling");

/// SCD-25: Programs that lock themselves up (inferred).
pub const SCD_25: Rule = Rule::new("SCD-25", "Programs that lock themselves up");

/// SCD-26: Packets keep their objects (chosen).
pub const SCD_26: Rule = Rule::new("SCD-26", "Packets keep their objects");

/// SCD-27: Priority and progress (documented).
pub const SCD_27: Rule = Rule::new("SCD-27", "Priority and progress");

/// SCD-28: Enumeration and replay (chosen).
pub const SCD_28: Rule = Rule::new("SCD-28", "Enumeration and replay");

/// SCD-29: Default policy: which kind first (chosen).
pub const SCD_29: Rule = Rule::new("SCD-29", "Default policy: which kind first");

/// SCD-30: Default policy: rank (chosen).
pub const SCD_30: Rule = Rule::new("SCD-30", "Default policy: rank");

/// SCD-31: Default policy: one packet per engine (chosen).
pub const SCD_31: Rule = Rule::new("SCD-31", "Default policy: one packet per engine");

/// SCD-32: Memory order (chosen).
pub const SCD_32: Rule = Rule::new("SCD-32", "Memory order");

/// SCD-33: SignalAtSubmission (chosen).
pub const SCD_33: Rule = Rule::new("SCD-33", "SignalAtSubmission");

/// SCD-34: Who has looked (chosen).
pub const SCD_34: Rule = Rule::new("SCD-34", "Who has looked");
