//! What holds of synchronisation objects, the openings behind their handles, and their devices.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;

use super::expect;
use crate::handle::{Kind, bits};
use crate::id::{AdapterId, SyncObjectId};
use crate::inspect::WaitTarget;
use crate::kernel::Kernel;
use crate::object::device::ExecutionState;
use crate::object::sync_object::SyncState;
use crate::wait::fences_of;

/// The handle of each opening names it, so no two handles name the same, and its object lives.
// INV-65, INV-67
pub(super) fn openings_are_named_by_their_handles(kernel: &Kernel) -> Result<(), String> {
    let lost = kernel.openings.iter().find(|(number, opening)| {
        let process = kernel.processes.get(&opening.process);
        let named = process.and_then(|process| process.handles.lookup(opening.handle, Kind::SyncObject));
        named != Some(*number) || kernel.sync_objects.get(opening.object).is_none()
    });
    expect(kernel.openings.is_coherent() && lost.is_none(), || format!("no handle names {lost:?}"))
}

/// Of each object the handles, the waits, and by which of them an adapter has it open.
type Counts = BTreeMap<SyncObjectId, (u64, u64, BTreeMap<AdapterId, u64>)>;

// INV-66, INV-67, LIF-01, LIF-06, SCD-34
pub(super) fn counts_agree(kernel: &Kernel) -> Result<(), String> {
    let mut counts = Counts::new();
    for (_, opening) in kernel.openings.iter() {
        let (handles, _, users) = counts.entry(opening.object).or_default();
        *handles += 1;
        if let Some(device) = opening.device {
            *users.entry(kernel.device(device).adapter).or_default() += 1;
        }
    }
    for (_, wait) in kernel.waits.iter() {
        let WaitTarget::Fences { device, conditions, .. } = &wait.target else { continue };
        for fence in fences_of(conditions) {
            let (_, waits, users) = counts.entry(fence).or_default();
            *waits += 1;
            *users.entry(kernel.device(*device).adapter).or_default() += 1;
        }
    }
    let counted = kernel
        .sync_objects
        .iter()
        .map(|(id, object)| (id, (object.handles, object.waits, object.users.clone())));
    // LIF-03: an NT object alone is enough.
    for (id, _) in kernel.sync_objects.iter().filter(|(_, object)| object.nt_objects > 0) {
        counts.entry(id).or_default();
    }
    // INV-67: each of them is held, because one without a holder is in no map.
    expect(kernel.sync_objects.is_coherent() && counted.eq(counts), || {
        String::from("a synchronisation object does not count its holders right")
    })
}

/// Every opening on a device is in its list, and the device has a handle and the same process.
// INV-77, TRD-06
pub(super) fn devices_list_what_lives_on_them(kernel: &Kernel) -> Result<(), String> {
    let on_devices = kernel.openings.iter().filter_map(|(number, opening)| {
        Some(((opening.device?, bits::index(opening.handle)), (number, opening.process)))
    });
    let listed = kernel.devices.iter().flat_map(|(id, device)| {
        let openings = device.openings.iter();
        openings.map(move |(index, opening)| ((id, *index), (opening.0, device.process)))
    });
    let listed: BTreeMap<_, _> = listed.collect();
    expect(on_devices.collect::<BTreeMap<_, _>>() == listed, || {
        String::from("a device does not list the handles that live on it")
    })?;
    let destroyed = kernel.devices.iter().find(|(_, device)| {
        device.handle.is_none() && !(device.openings.is_empty() && device.held.is_empty())
    });
    expect(destroyed.is_none(), || format!("{destroyed:?} is destroyed and owns something"))
}

/// An object is used on another adapter than its own only with CrossAdapter.
// INV-78, SYN-10, SYN-35: the handle that a wait came through may be gone (SYN-30); its device is not.
pub(super) fn openings_stay_on_their_adapter(kernel: &Kernel) -> Result<(), String> {
    let stray = kernel.sync_objects.iter().find(|(_, object)| {
        !object.cross_adapter && object.users.keys().any(|adapter| *adapter != object.adapter)
    });
    expect(stray.is_none(), || format!("{stray:?} is open on another adapter"))
}

// INV-75, HND-24, HND-25, SYN-05, SYN-06
pub(super) fn objects_for_nt_sharing_have_no_global_handle(kernel: &Kernel) -> Result<(), String> {
    let wrong = kernel.sync_objects.iter().find(|(_, object)| {
        let may = !object.nt_sharing && object.fence_value().is_none() && object.handles > 0;
        object.shared.is_some() && !may
    });
    expect(wrong.is_none(), || format!("{wrong:?} has a global handle"))
}

/// A MUTEX is held by a device that works and knows it; a count is at most the largest.
// INV-30, SYN-13, SYN-14, SYN-32, TDR-09
pub(super) fn mutexes_and_semaphores_balance(kernel: &Kernel) -> Result<(), String> {
    let mut held = BTreeSet::new();
    for (id, object) in kernel.sync_objects.iter() {
        match object.state {
            SyncState::Mutex { holder: Some(holder) } => {
                held.insert((holder, id));
            }
            SyncState::Semaphore { count, max_count } => {
                expect(count <= max_count, || format!("{id:?} counts more than its largest count"))?;
            }
            _ => {}
        }
    }
    let known =
        kernel.devices.iter().flat_map(|(id, device)| device.held.iter().map(move |held| (id, *held)));
    expect(known.collect::<BTreeSet<_>>() == held, || String::from("a device does not know what it holds"))?;
    let dead = held.iter().find(|(holder, _)| {
        let device = kernel.devices.get(*holder);
        device.is_none_or(|device| device.handle.is_none() || device.execution != ExecutionState::Active)
    });
    expect(dead.is_none(), || format!("{dead:?} is held by a device that does not work"))
}

// INV-39, SCD-34: so a notice can always clear it.
pub(super) fn marks_are_for_those_who_can_look(kernel: &Kernel) -> Result<(), String> {
    let stray = kernel.sync_objects.marks().find(|(fence, adapter)| {
        let object = kernel.sync_objects.get(*fence);
        object.is_none_or(|object| object.fence_value().is_none() || !object.users.contains_key(adapter))
    });
    expect(stray.is_none(), || {
        format!("{stray:?} is a mark of an adapter that does not have the object open")
    })
}
