//! Generated from the rulebook by `kmt rules --bless`: rules INV.

use super::Rule;

/// INV-01: Order inside a queue (step).
pub const INV_01: Rule = Rule::new("INV-01", "Order inside a queue");

/// INV-02: A wait holds what is behind it (step).
pub const INV_02: Rule = Rule::new("INV-02", "A wait holds what is behind it");

/// INV-03: No wait passes unmet (history).
pub const INV_03: Rule = Rule::new("INV-03", "No wait passes unmet");

/// INV-04: A default signal waits for completion (step).
pub const INV_04: Rule = Rule::new("INV-04", "A default signal waits for completion");

/// INV-05: An early signal waits for the start (step).
pub const INV_05: Rule = Rule::new("INV-05", "An early signal waits for the start");

/// INV-06: Queues do not block each other (pair).
pub const INV_06: Rule = Rule::new("INV-06", "Queues do not block each other");

/// INV-07: Only listed causes change a fence (step).
pub const INV_07: Rule = Rule::new("INV-07", "Only listed causes change a fence");

/// INV-08: Fences grow (step).
pub const INV_08: Rule = Rule::new("INV-08", "Fences grow");

/// INV-09: Values are whole (step).
pub const INV_09: Rule = Rule::new("INV-09", "Values are whole");

/// INV-10: No signal without the right (step).
pub const INV_10: Rule = Rule::new("INV-10", "No signal without the right");

/// INV-11: An event is set at most once for a wait (history).
pub const INV_11: Rule = Rule::new("INV-11", "An event is set at most once for a wait");

/// INV-12: A blocking wait returns only when met (history).
pub const INV_12: Rule = Rule::new("INV-12", "A blocking wait returns only when met");

/// INV-13: CPU event packets set their event once (history).
pub const INV_13: Rule = Rule::new("INV-13", "CPU event packets set their event once");

/// INV-14: A failed device does nothing (step).
pub const INV_14: Rule = Rule::new("INV-14", "A failed device does nothing");

/// INV-15: Error is for ever (step).
pub const INV_15: Rule = Rule::new("INV-15", "Error is for ever");

/// INV-16: An engine reset hits the culprit alone (step).
pub const INV_16: Rule = Rule::new("INV-16", "An engine reset hits the culprit alone");

/// INV-17: Resets keep order and end packets once (step).
pub const INV_17: Rule = Rule::new("INV-17", "Resets keep order and end packets once");

/// INV-18: The forced maximum reaches every fence it should (step).
pub const INV_18: Rule = Rule::new("INV-18", "The forced maximum reaches every fence it should");

/// INV-19: The forced maximum reaches nothing else (step).
pub const INV_19: Rule = Rule::new("INV-19", "The forced maximum reaches nothing else");

/// INV-20: Error before maximum (step).
pub const INV_20: Rule = Rule::new("INV-20", "Error before maximum");

/// INV-21: A wait alone is no hang (step).
pub const INV_21: Rule = Rule::new("INV-21", "A wait alone is no hang");

/// INV-22: DisableGpuTimeout protects (step).
pub const INV_22: Rule = Rule::new("INV-22", "DisableGpuTimeout protects");

/// INV-23: The gate holds (step).
pub const INV_23: Rule = Rule::new("INV-23", "The gate holds");

/// INV-24: Residency counts (step).
pub const INV_24: Rule = Rule::new("INV-24", "Residency counts");

/// INV-25: Paging values (step).
pub const INV_25: Rule = Rule::new("INV-25", "Paging values");

/// INV-26: No reclaim under a user (history).
pub const INV_26: Rule = Rule::new("INV-26", "No reclaim under a user");

/// INV-27: Packets and waits own their objects (state).
pub const INV_27: Rule = Rule::new("INV-27", "Packets and waits own their objects");

/// INV-28: A destroyed owner owns nothing (state).
pub const INV_28: Rule = Rule::new("INV-28", "A destroyed owner owns nothing");

/// INV-29: An ended process owns nothing (state).
pub const INV_29: Rule = Rule::new("INV-29", "An ended process owns nothing");

/// INV-30: Semaphores and mutexes balance (step).
pub const INV_30: Rule = Rule::new("INV-30", "Semaphores and mutexes balance");

/// INV-31: Progress fences (history).
pub const INV_31: Rule = Rule::new("INV-31", "Progress fences");

/// INV-32: Monitored values (state).
pub const INV_32: Rule = Rule::new("INV-32", "Monitored values");

/// INV-33: Update batches (history).
pub const INV_33: Rule = Rule::new("INV-33", "Update batches");

/// INV-34: Adapters touch each other only through fences (step).
pub const INV_34: Rule = Rule::new("INV-34", "Adapters touch each other only through fences");

/// INV-35: An error changes nothing (step).
pub const INV_35: Rule = Rule::new("INV-35", "An error changes nothing");

/// INV-36: A stopped adapter is silent (step).
pub const INV_36: Rule = Rule::new("INV-36", "A stopped adapter is silent");

/// INV-37: Blocked fronts have a reason (quiescent).
pub const INV_37: Rule = Rule::new("INV-37", "Blocked fronts have a reason");

/// INV-38: No lost wake (quiescent).
pub const INV_38: Rule = Rule::new("INV-38", "No lost wake");

/// INV-39: Nothing unnoticed (quiescent).
pub const INV_39: Rule = Rule::new("INV-39", "Nothing unnoticed");

/// INV-40: No invented deadlock (quiescent).
pub const INV_40: Rule = Rule::new("INV-40", "No invented deadlock");

/// INV-41: Slots are given back (quiescent).
pub const INV_41: Rule = Rule::new("INV-41", "Slots are given back");

/// INV-42: The measure falls (step).
pub const INV_42: Rule = Rule::new("INV-42", "The measure falls");

/// INV-43: Priority never disables (pair).
pub const INV_43: Rule = Rule::new("INV-43", "Priority never disables");

/// INV-44: A fault releases its waiters (quiescent).
pub const INV_44: Rule = Rule::new("INV-44", "A fault releases its waiters");

/// INV-45: Paging ends (quiescent).
pub const INV_45: Rule = Rule::new("INV-45", "Paging ends");

/// INV-46: Paging depends on nobody (state).
pub const INV_46: Rule = Rule::new("INV-46", "Paging depends on nobody");

/// INV-47: Wait first, signal later (witness).
pub const INV_47: Rule = Rule::new("INV-47", "Wait first, signal later");

/// INV-48: A younger queue overtakes (witness).
pub const INV_48: Rule = Rule::new("INV-48", "A younger queue overtakes");

/// INV-49: Seen before noticed (witness).
pub const INV_49: Rule = Rule::new("INV-49", "Seen before noticed");

/// INV-50: A bystander survives a reset (witness).
pub const INV_50: Rule = Rule::new("INV-50", "A bystander survives a reset");

/// INV-51: A bystander falls with the culprit (witness).
pub const INV_51: Rule = Rule::new("INV-51", "A bystander falls with the culprit");

/// INV-52: Released by another process's fault (witness).
pub const INV_52: Rule = Rule::new("INV-52", "Released by another process's fault");

/// INV-53: NoSignalMaxValueOnTdr matters (pair).
pub const INV_53: Rule = Rule::new("INV-53", "NoSignalMaxValueOnTdr matters");

/// INV-54: A deferral that deferred (witness).
pub const INV_54: Rule = Rule::new("INV-54", "A deferral that deferred");

/// INV-55: A rewind seen (witness).
pub const INV_55: Rule = Rule::new("INV-55", "A rewind seen");

/// INV-56: The slower context decides (witness).
pub const INV_56: Rule = Rule::new("INV-56", "The slower context decides");

/// INV-57: Judged is judged (witness).
pub const INV_57: Rule = Rule::new("INV-57", "Judged is judged");

/// INV-58: The gate delays (witness).
pub const INV_58: Rule = Rule::new("INV-58", "The gate delays");

/// INV-59: A dead signaller leaves an orphan (witness).
pub const INV_59: Rule = Rule::new("INV-59", "A dead signaller leaves an orphan");

/// INV-60: A relay in between (witness).
pub const INV_60: Rule = Rule::new("INV-60", "A relay in between");

/// INV-61: A write that came and went (witness).
pub const INV_61: Rule = Rule::new("INV-61", "A write that came and went");

/// INV-62: PENDING then use (witness).
pub const INV_62: Rule = Rule::new("INV-62", "PENDING then use");

/// INV-63: A dead handle stays dead (step).
pub const INV_63: Rule = Rule::new("INV-63", "A dead handle stays dead");

/// INV-64: Handles are not soon reused (history).
pub const INV_64: Rule = Rule::new("INV-64", "Handles are not soon reused");

/// INV-65: Live entries name live objects (state).
pub const INV_65: Rule = Rule::new("INV-65", "Live entries name live objects");

/// INV-66: Reference counts add up (state).
pub const INV_66: Rule = Rule::new("INV-66", "Reference counts add up");

/// INV-67: Nothing lives without a holder (state).
pub const INV_67: Rule = Rule::new("INV-67", "Nothing lives without a holder");

/// INV-68: Nothing leaks (quiescent).
pub const INV_68: Rule = Rule::new("INV-68", "Nothing leaks");

/// INV-69: An NT handle keeps its objects (state).
pub const INV_69: Rule = Rule::new("INV-69", "An NT handle keeps its objects");

/// INV-70: A name needs an NT handle (state).
pub const INV_70: Rule = Rule::new("INV-70", "A name needs an NT handle");

/// INV-71: Names are unique (state).
pub const INV_71: Rule = Rule::new("INV-71", "Names are unique");

/// INV-72: Rights never grow (step).
pub const INV_72: Rule = Rule::new("INV-72", "Rights never grow");

/// INV-73: An open consumes nothing (step).
pub const INV_73: Rule = Rule::new("INV-73", "An open consumes nothing");

/// INV-74: The shapes of a shared object (step).
pub const INV_74: Rule = Rule::new("INV-74", "The shapes of a shared object");

/// INV-75: Global handles (state).
pub const INV_75: Rule = Rule::new("INV-75", "Global handles");

/// INV-76: Success means complete (step).
pub const INV_76: Rule = Rule::new("INV-76", "Success means complete");

/// INV-77: A device owns what lives on it (state).
pub const INV_77: Rule = Rule::new("INV-77", "A device owns what lives on it");

/// INV-78: Openings stay on their device and adapter (state).
pub const INV_78: Rule = Rule::new("INV-78", "Openings stay on their device and adapter");

/// INV-79: Openers agree on a resource (step).
pub const INV_79: Rule = Rule::new("INV-79", "Openers agree on a resource");

/// INV-80: The CPU mapping is read-only (step).
pub const INV_80: Rule = Rule::new("INV-80", "The CPU mapping is read-only");

/// INV-81: One owner (state).
pub const INV_81: Rule = Rule::new("INV-81", "One owner");

/// INV-82: The key opens (history).
pub const INV_82: Rule = Rule::new("INV-82", "The key opens");

/// INV-83: Only the owner releases (step).
pub const INV_83: Rule = Rule::new("INV-83", "Only the owner releases");

/// INV-84: Abandoned is for ever (step).
pub const INV_84: Rule = Rule::new("INV-84", "Abandoned is for ever");

/// INV-85: Abandoned needs a cause (step).
pub const INV_85: Rule = Rule::new("INV-85", "Abandoned needs a cause");

/// INV-86: No acquire forgotten (quiescent).
pub const INV_86: Rule = Rule::new("INV-86", "No acquire forgotten");

/// INV-87: Timeouts give nothing (step).
pub const INV_87: Rule = Rule::new("INV-87", "Timeouts give nothing");

/// INV-88: No timeout before its time (policy).
pub const INV_88: Rule = Rule::new("INV-88", "No timeout before its time");

/// INV-89: A slot has one holder (state).
pub const INV_89: Rule = Rule::new("INV-89", "A slot has one holder");

/// INV-90: Every packet ends once (step).
pub const INV_90: Rule = Rule::new("INV-90", "Every packet ends once");

/// INV-91: Multi-object steps are whole (step).
pub const INV_91: Rule = Rule::new("INV-91", "Multi-object steps are whole");

/// INV-92: Broadcasts act at most once (history).
pub const INV_92: Rule = Rule::new("INV-92", "Broadcasts act at most once");

/// INV-93: Same choices, same run (pair).
pub const INV_93: Rule = Rule::new("INV-93", "Same choices, same run");

/// INV-94: The simulator stays inside the checker (policy).
pub const INV_94: Rule = Rule::new("INV-94", "The simulator stays inside the checker");

/// INV-95: Order of calls that do not meet (pair).
pub const INV_95: Rule = Rule::new("INV-95", "Order of calls that do not meet");

/// INV-96: The default policy starves nobody (policy).
pub const INV_96: Rule = Rule::new("INV-96", "The default policy starves nobody");

/// INV-97: A value carries the writes before it (step).
pub const INV_97: Rule = Rule::new("INV-97", "A value carries the writes before it");

/// INV-98: The refusals of a failed device (step).
pub const INV_98: Rule = Rule::new("INV-98", "The refusals of a failed device");

/// INV-99: Timeouts are limited (policy).
pub const INV_99: Rule = Rule::new("INV-99", "Timeouts are limited");

/// INV-100: A program that locks itself up (witness).
pub const INV_100: Rule = Rule::new("INV-100", "A program that locks itself up");
