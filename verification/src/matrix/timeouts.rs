//! Timeouts of calls that may wait, each with the option that goes with it.

use kmt_core::Pick;

/// The timeouts with which a call that cannot succeed at once returns: 0, and times in the past (KMX-16).
pub(super) const AT_ONCE: [(i64, Pick); 3] =
    [(0, Pick::Only), (1, Pick::DeadlinePassed), (i64::MAX, Pick::DeadlinePassed)];
/// The timeouts with which it waits (KMX-14).
pub(super) const LATER: [(Option<i64>, Pick); 5] = [
    (None, Pick::Only),
    (Some(-1), Pick::Only),
    (Some(i64::MIN), Pick::Only),
    (Some(1), Pick::DeadlineAhead),
    (Some(i64::MAX), Pick::DeadlineAhead),
];
