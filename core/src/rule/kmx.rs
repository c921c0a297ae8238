//! Generated from the rulebook by `kmt rules --bless`: rules KMX.

use super::Rule;

/// KMX-01: Birth (documented).
pub const KMX_01: Rule = Rule::new("KMX-01", "Birth");

/// KMX-02: No device (observed).
pub const KMX_02: Rule = Rule::new("KMX-02", "No device");

/// KMX-03: Handles written by create (observed).
pub const KMX_03: Rule = Rule::new("KMX-03", "Handles written by create");

/// KMX-04: NtSecuritySharing mutex (observed).
pub const KMX_04: Rule = Rule::new("KMX-04", "NtSecuritySharing mutex");

/// KMX-05: Unknown flag bits (chosen).
pub const KMX_05: Rule = Rule::new("KMX-05", "Unknown flag bits");

/// KMX-06: Open by global handle (observed).
pub const KMX_06: Rule = Rule::new("KMX-06", "Open by global handle");

/// KMX-07: Lifetime (observed).
pub const KMX_07: Rule = Rule::new("KMX-07", "Lifetime");

/// KMX-08: Destroy arguments (observed).
pub const KMX_08: Rule = Rule::new("KMX-08", "Destroy arguments");

/// KMX-09: First and second forms mix (documented).
pub const KMX_09: Rule = Rule::new("KMX-09", "First and second forms mix");

/// KMX-10: Keys are 64 bits (documented).
pub const KMX_10: Rule = Rule::new("KMX-10", "Keys are 64 bits");

/// KMX-11: When an acquire succeeds (documented).
pub const KMX_11: Rule = Rule::new("KMX-11", "When an acquire succeeds");

/// KMX-12: The owner (chosen).
pub const KMX_12: Rule = Rule::new("KMX-12", "The owner");

/// KMX-13: No recursion (documented).
pub const KMX_13: Rule = Rule::new("KMX-13", "No recursion");

/// KMX-14: Timeout values (documented).
pub const KMX_14: Rule = Rule::new("KMX-14", "Timeout values");

/// KMX-15: Which clock (inferred).
pub const KMX_15: Rule = Rule::new("KMX-15", "Which clock");

/// KMX-16: Availability is tested before the timeout (chosen).
pub const KMX_16: Rule = Rule::new("KMX-16", "Availability is tested before the timeout");

/// KMX-17: FenceValue on return (observed).
pub const KMX_17: Rule = Rule::new("KMX-17", "FenceValue on return");

/// KMX-18: The fence value is a payload (observed).
pub const KMX_18: Rule = Rule::new("KMX-18", "The fence value is a payload");

/// KMX-19: TIMEOUT and ABANDONED are success-class (observed).
pub const KMX_19: Rule = Rule::new("KMX-19", "TIMEOUT and ABANDONED are success-class");

/// KMX-20: Release (observed).
pub const KMX_20: Rule = Rule::new("KMX-20", "Release");

/// KMX-21: Release without ownership (observed).
pub const KMX_21: Rule = Rule::new("KMX-21", "Release without ownership");

/// KMX-22: One release, one taker, any taker (documented).
pub const KMX_22: Rule = Rule::new("KMX-22", "One release, one taker, any taker");

/// KMX-23: No lost wake-up (chosen).
pub const KMX_23: Rule = Rule::new("KMX-23", "No lost wake-up");

/// KMX-24: Private data: limits (chosen).
pub const KMX_24: Rule = Rule::new("KMX-24", "Private data: limits");

/// KMX-25: Private data flows in at open only if there is none (documented).
pub const KMX_25: Rule = Rule::new("KMX-25", "Private data flows in at open only if there is none");

/// KMX-26: Private data size at open (observed).
pub const KMX_26: Rule = Rule::new("KMX-26", "Private data size at open");

/// KMX-27: Larger buffer at open (chosen).
pub const KMX_27: Rule = Rule::new("KMX-27", "Larger buffer at open");

/// KMX-28: Private data flows out at AcquireKeyedMutex2 (chosen).
pub const KMX_28: Rule = Rule::new("KMX-28", "Private data flows out at AcquireKeyedMutex2");

/// KMX-29: Private data flows in at ReleaseKeyedMutex2 (chosen).
pub const KMX_29: Rule = Rule::new("KMX-29", "Private data flows in at ReleaseKeyedMutex2");

/// KMX-30: Abandoned by destroying the owner's handle (observed).
pub const KMX_30: Rule = Rule::new("KMX-30", "Abandoned by destroying the owner's handle");

/// KMX-31: Abandoned by process end (inferred).
pub const KMX_31: Rule = Rule::new("KMX-31", "Abandoned by process end");

/// KMX-32: Abandonment is final and outranks keys and timeouts (observed).
pub const KMX_32: Rule = Rule::new("KMX-32", "Abandonment is final and outranks keys and timeouts");

/// KMX-33: Abandonment releases every waiter (inferred).
pub const KMX_33: Rule = Rule::new("KMX-33", "Abandonment releases every waiter");

/// KMX-34: Other calls on an abandoned mutex (chosen).
pub const KMX_34: Rule = Rule::new("KMX-34", "Other calls on an abandoned mutex");

/// KMX-35: Destroying a handle with waiters (chosen).
pub const KMX_35: Rule = Rule::new("KMX-35", "Destroying a handle with waiters");

/// KMX-36: End of a waiting process or thread (inferred).
pub const KMX_36: Rule = Rule::new("KMX-36", "End of a waiting process or thread");

/// KMX-37: Advisory (inferred).
pub const KMX_37: Rule = Rule::new("KMX-37", "Advisory");

/// KMX-38: No device status (chosen).
pub const KMX_38: Rule = Rule::new("KMX-38", "No device status");
