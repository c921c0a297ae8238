//! What holds of blocked calls and registered CPU waits.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use super::expect;
use crate::handle::nt::NtBody;
use crate::id::{ThreadId, WaitId};
use crate::inspect::{ThreadState, WaitTarget};
use crate::kernel::Kernel;
use crate::object::device::ExecutionState;
use crate::wait::fences_of;

/// Every blocked thread has one wait, and every wait one blocked thread of its process or, if it is registered, none.
pub(super) fn blocked_threads_have_one_wait(kernel: &Kernel) -> Result<(), String> {
    let blocked = kernel.threads.iter().filter_map(|(id, thread)| match thread.state {
        ThreadState::Ready => None,
        ThreadState::Blocked(wait) => Some((wait, *id)),
    });
    let blocked: BTreeMap<WaitId, ThreadId> = blocked.collect();
    let threads = kernel.threads.values().filter(|thread| thread.state != ThreadState::Ready).count();
    let waits: BTreeMap<_, _> =
        kernel.waits.iter().filter_map(|(id, wait)| Some((id, wait.thread?))).collect();
    expect(waits == blocked && threads == blocked.len(), || {
        format!("the waits {waits:?} are not those of the blocked threads {blocked:?}")
    })?;
    let stray = kernel.waits.iter().find(|(_, wait)| {
        let registered = matches!(wait.target, WaitTarget::Fences { event: Some(_), .. });
        let owner = wait.thread.and_then(|thread| kernel.threads.get(&thread)).map(|thread| thread.process);
        registered != wait.thread.is_none() || (!registered && owner != Some(wait.process))
    });
    expect(stray.is_none(), || format!("{stray:?} is neither of a thread of its process nor registered"))
}

// INV-27, SYN-30, EVT-06, LIF-06
pub(super) fn fences_and_events_live(kernel: &Kernel) -> Result<(), String> {
    let is_event = |event| {
        let object = kernel.nt_objects.get(event);
        object.is_some_and(|object| matches!(object.body, NtBody::Event { .. }))
    };
    let is_fence = |fence| {
        let object = kernel.sync_objects.get(fence);
        object.is_some_and(|object| object.fence_value().is_some())
    };
    let lost = kernel.waits.iter().find(|(_, wait)| match &wait.target {
        WaitTarget::KeyedMutex { .. } => false,
        WaitTarget::Event { event } => !is_event(*event),
        WaitTarget::Fences { conditions, event, .. } => {
            !fences_of(conditions).into_iter().all(is_fence) || event.is_some_and(|event| !is_event(event))
        }
    });
    expect(lost.is_none(), || format!("{lost:?} names something that is gone"))
}

/// A CPU wait is of a device of its process that is not destroyed, and a blocked one of a device that is not in Error.
// INV-28, INV-29, CPU-19, TDR-07. A wait without conditions would be none.
pub(super) fn cpu_waits_belong_to_their_devices(kernel: &Kernel) -> Result<(), String> {
    let stray = kernel.waits.iter().find(|(_, wait)| {
        let WaitTarget::Fences { device, conditions, .. } = &wait.target else { return false };
        let device = kernel.devices.get(*device);
        let fits = device.is_some_and(|device| {
            device.process == wait.process
                && device.handle.is_some()
                && (wait.thread.is_none() || device.execution == ExecutionState::Active)
        });
        !fits || conditions.is_empty()
    });
    expect(stray.is_none(), || format!("{stray:?} has lost its device"))
}

/// No CPU wait is pending whose condition holds, unless its adapter has not looked at one of its fences.
// INV-38, CPU-15, SCD-16, TDR-05
pub(super) fn nobody_waits_for_what_was_reached(kernel: &Kernel) -> Result<(), String> {
    let forgotten = kernel.waits.iter().find(|(_, wait)| {
        let WaitTarget::Fences { device, conditions, any, .. } = &wait.target else { return false };
        let adapter = kernel.device(*device).adapter;
        kernel.is_satisfied(conditions, *any, |fence| kernel.fence_value(fence))
            && !fences_of(conditions).into_iter().any(|fence| kernel.sync_objects.is_marked(fence, adapter))
    });
    expect(forgotten.is_none(), || format!("{forgotten:?} waits for what was reached"))
}

// INV-38, INV-86, KMX-23: whoever can be granted or released is found, so that a quiescent state has nobody of the kind.
pub(super) fn waits_are_found(kernel: &Kernel) -> Result<(), String> {
    let coherent = kernel.waits.is_coherent(
        |wait| kernel.is_grantable(wait),
        |wait, adapter, conditions| kernel.is_watched_right(wait, adapter, conditions),
    );
    expect(coherent, || String::from("the waits contradict their order or their index"))
}
