//! What holds of events, their registrations, and those who wait for them.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use super::expect;
use crate::id::NtObjectId;
use crate::inspect::WaitTarget;
use crate::kernel::Kernel;
use crate::object::sync_object::SyncState;

// INV-66, EVT-06
pub(super) fn registrations_agree(kernel: &Kernel) -> Result<(), String> {
    let waits = kernel.waits.iter().filter_map(|(_, wait)| match wait.target {
        WaitTarget::KeyedMutex { .. } => None,
        WaitTarget::Event { event } => Some(event),
        WaitTarget::Fences { event, .. } => event,
    });
    let notifications = kernel.sync_objects.iter().filter_map(|(_, object)| match object.state {
        SyncState::CpuNotification { event, .. } => Some(event),
        _ => None,
    });
    let mut counts: BTreeMap<NtObjectId, u64> = BTreeMap::new();
    for event in waits.chain(notifications) {
        *counts.entry(event).or_default() += 1;
    }
    let counted = kernel.nt_objects.iter().map(|(id, object)| (id, object.registrations));
    expect(counted.filter(|(_, count)| *count > 0).eq(counts), || {
        String::from("an event does not count its registrations right")
    })
}

// EVT-02, EVT-01: a set releases all waiters of a manual-reset event, and an auto-reset event is set only without one.
pub(super) fn nobody_waits_for_a_set_event(kernel: &Kernel) -> Result<(), String> {
    let forgotten = kernel.waits.iter().find(|(_, wait)| match wait.target {
        WaitTarget::Event { event } => kernel.is_set(event),
        _ => false,
    });
    expect(forgotten.is_none(), || format!("{forgotten:?} waits for an event that is set"))
}
