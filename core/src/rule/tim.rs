//! Generated from the rulebook by `kmt rules --bless`: rules TIM.

use super::Rule;

/// TIM-01: Virtual time (chosen).
pub const TIM_01: Rule = Rule::new("TIM-01", "Virtual time");

/// TIM-02: When the clock moves (chosen).
pub const TIM_02: Rule = Rule::new("TIM-02", "When the clock moves");

/// TIM-03: Default durations (chosen).
pub const TIM_03: Rule = Rule::new("TIM-03", "Default durations");

/// TIM-04: Timers in the checker (chosen).
pub const TIM_04: Rule = Rule::new("TIM-04", "Timers in the checker");

/// TIM-05: Timeouts of blocked calls (T14) (inferred).
pub const TIM_05: Rule = Rule::new("TIM-05", "Timeouts of blocked calls (T14)");

/// TIM-06: Periodic ticks (T13) (chosen).
pub const TIM_06: Rule = Rule::new("TIM-06", "Periodic ticks (T13)");
