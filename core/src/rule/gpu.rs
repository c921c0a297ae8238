//! Generated from the rulebook by `kmt rules --bless`: rules GPU.

use super::Rule;

/// GPU-01: The calls only queue (documented).
pub const GPU_01: Rule = Rule::new("GPU-01", "The calls only queue");

/// GPU-02: Order (documented).
pub const GPU_02: Rule = Rule::new("GPU-02", "Order");

/// GPU-03: When a signal acts (documented).
pub const GPU_03: Rule = Rule::new("GPU-03", "When a signal acts");

/// GPU-04: Early signals (chosen).
pub const GPU_04: Rule = Rule::new("GPU-04", "Early signals");

/// GPU-05: A signal packet is one step (chosen).
pub const GPU_05: Rule = Rule::new("GPU-05", "A signal packet is one step");

/// GPU-06: A wait packet is all or nothing (chosen).
pub const GPU_06: Rule = Rule::new("GPU-06", "A wait packet is all or nothing");

/// GPU-07: When a wait packet is judged (chosen).
pub const GPU_07: Rule = Rule::new("GPU-07", "When a wait packet is judged");

/// GPU-08: No lost wake-up (chosen).
pub const GPU_08: Rule = Rule::new("GPU-08", "No lost wake-up");

/// GPU-09: Wait before signal (documented).
pub const GPU_09: Rule = Rule::new("GPU-09", "Wait before signal");

/// GPU-10: Named contexts of a broadcast (chosen).
pub const GPU_10: Rule = Rule::new("GPU-10", "Named contexts of a broadcast");

/// GPU-11: A broadcast acts once (documented).
pub const GPU_11: Rule = Rule::new("GPU-11", "A broadcast acts once");

/// GPU-12: Early arrivals run on (chosen).
pub const GPU_12: Rule = Rule::new("GPU-12", "Early arrivals run on");

/// GPU-13: EnqueueCpuEvent (documented).
pub const GPU_13: Rule = Rule::new("GPU-13", "EnqueueCpuEvent");

/// GPU-14: Flags of signal calls (chosen).
pub const GPU_14: Rule = Rule::new("GPU-14", "Flags of signal calls");

/// GPU-15: Object counts (chosen).
pub const GPU_15: Rule = Rule::new("GPU-15", "Object counts");

/// GPU-16: Which type goes where (chosen).
pub const GPU_16: Rule = Rule::new("GPU-16", "Which type goes where");

/// GPU-17: Which types mix (chosen).
pub const GPU_17: Rule = Rule::new("GPU-17", "Which types mix");

/// GPU-18: Where the values are (documented).
pub const GPU_18: Rule = Rule::new("GPU-18", "Where the values are");

/// GPU-19: The same object twice in one packet (chosen).
pub const GPU_19: Rule = Rule::new("GPU-19", "The same object twice in one packet");

/// GPU-20: A lower value in a signal packet (chosen).
pub const GPU_20: Rule = Rule::new("GPU-20", "A lower value in a signal packet");

/// GPU-21: FENCE (inferred).
pub const GPU_21: Rule = Rule::new("GPU-21", "FENCE");

/// GPU-22: SEMAPHORE (chosen).
pub const GPU_22: Rule = Rule::new("GPU-22", "SEMAPHORE");

/// GPU-23: MUTEX (chosen).
pub const GPU_23: Rule = Rule::new("GPU-23", "MUTEX");

/// GPU-24: Who gets a MUTEX or SEMAPHORE (chosen).
pub const GPU_24: Rule = Rule::new("GPU-24", "Who gets a MUTEX or SEMAPHORE");

/// GPU-25: CPU_NOTIFICATION (documented).
pub const GPU_25: Rule = Rule::new("GPU-25", "CPU_NOTIFICATION");

/// GPU-26: GPU memory writes to a fence (documented).
pub const GPU_26: Rule = Rule::new("GPU-26", "GPU memory writes to a fence");

/// GPU-27: Other adapters hear later (chosen).
pub const GPU_27: Rule = Rule::new("GPU-27", "Other adapters hear later");

/// GPU-28: Discarded packets have no effect (chosen).
pub const GPU_28: Rule = Rule::new("GPU-28", "Discarded packets have no effect");
