//! Which checks have a constructor, compared with the rulebook.

use std::collections::BTreeSet;

use crate::rulebook::Rulebook;
use crate::rulebook::pending::Progress;

/// A check that nothing can bring about while none of certain calls is built.
pub struct OutOfReach {
    /// Its id.
    pub check: &'static str,
    /// Why.
    pub reason: &'static str,
    /// The calls that would change that: once one of them is built, the check needs a constructor.
    pub until: &'static [&'static str],
}

/// The calls that make fences which belong to a queue.
const QUEUES: &[&str] = &["CreateHwQueue", "CreatePagingQueue"];

/// The checks that nothing can bring about yet.
pub const OUT_OF_REACH: &[OutOfReach] = &[
    OutOfReach {
        check: "DestroySynchronizationObject/3",
        reason: "there is no queue that could have a fence of its own",
        until: QUEUES,
    },
    OutOfReach {
        check: "OpenSyncObjectFromNtHandle2/10",
        reason: "there are no native fences",
        until: &["CreateNativeFence"],
    },
    OutOfReach {
        check: "OpenSyncObjectNtHandleFromName/18",
        reason: "an open by name makes nothing but a handle, and the table of these has a check of its own",
        until: &[],
    },
    OutOfReach {
        check: "SignalSynchronizationObjectFromCpu/14",
        reason: "a signal makes nothing, and no limit is about it",
        until: &[],
    },
];

/// Ids of the checks of built calls that have no constructor and need one: their rule is not pending, and they are not
/// out of reach.
#[must_use]
pub fn missing(book: &Rulebook, progress: &Progress, constructed: &BTreeSet<&'static str>) -> Vec<String> {
    let checks = book.calls().filter(|call| progress.is_built_call(&call.name)).flat_map(|call| &call.checks);
    checks
        .filter(|check| !progress.is_pending(&check.rule))
        .filter(|check| !constructed.contains(check.id.as_str()))
        .filter(|check| !is_out_of_reach(progress, &check.id))
        .map(|check| check.id.clone())
        .collect()
}

/// Ids that a constructor names although the rulebook does not have them, or lists their call as not built, or their rule
/// is pending, or they are said to be out of reach.
#[must_use]
pub fn unknown(book: &Rulebook, progress: &Progress, constructed: &BTreeSet<&'static str>) -> Vec<String> {
    let listed = OUT_OF_REACH.iter().map(|entry| entry.check).filter(|check| book.check(check).is_none());
    let legitimate = |id: &str| {
        let call = id.split('/').next().unwrap_or_default();
        book.check(id).is_some_and(|check| !progress.is_pending(&check.rule))
            && progress.is_built_call(call)
            && !is_out_of_reach(progress, id)
    };
    constructed.iter().copied().filter(|id| !legitimate(id)).chain(listed).map(str::to_owned).collect()
}

fn is_out_of_reach(progress: &Progress, check: &str) -> bool {
    OUT_OF_REACH
        .iter()
        .any(|entry| entry.check == check && !entry.until.iter().any(|call| progress.is_built_call(call)))
}
