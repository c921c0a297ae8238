//! What holds in every state: one short function per invariant, named by its rule.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::handle::nt::NtBody;
use crate::handle::table::HandleTable;
use crate::handle::{GlobalHandle, Kind, TableHandle, bits};
use crate::id::{AdapterId, DeviceId, NtObjectId, ProcessId};
use crate::kernel::Kernel;
use crate::object::device::{Device, ExecutionState};
use crate::rule::{self, Rule};

mod event;
mod keyed_mutex;
mod share;
mod sync_object;
mod wait;

/// A broken invariant: a mistake of this library.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Violation {
    /// The rule that does not hold.
    pub rule: Rule,
    /// Where it does not hold.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({}) does not hold: {}", self.rule, self.rule.title(), self.what)
    }
}

impl core::error::Error for Violation {}

/// Checks everything, at the cost of the size of the state.
///
/// # Errors
///
/// The first [`Violation`], in a fixed order.
pub fn check(kernel: &Kernel) -> Result<(), Violation> {
    CHECKS.iter().try_for_each(|(rule, check)| check(kernel).map_err(|what| Violation { rule: *rule, what }))
}

/// An invariant; it fails with the place where it does not hold.
type Check = fn(&Kernel) -> Result<(), String>;

const CHECKS: &[(Rule, Check)] = &[
    (rule::HND_10, free_lists_are_whole),
    (rule::NTH_02, nt_tables_are_whole),
    (rule::HND_19, orders_of_creation_agree),
    (rule::INV_65, local_entries_name_live_objects),
    (rule::INV_65, nt_entries_name_live_objects),
    (rule::LIF_12, nt_handle_counts_agree),
    (rule::INV_66, adapter_handle_counts_agree),
    (rule::INV_67, devices_have_a_holder),
    (rule::INV_67, nt_objects_have_a_holder),
    (rule::INV_29, ended_processes_own_nothing),
    (rule::INV_68, nothing_leaks),
    (rule::INV_77, devices_belong_to_an_open_adapter),
    (rule::INV_36, stopped_adapters_have_no_active_device),
    (rule::INV_81, keyed_mutex::owners_are_live_handles),
    (rule::INV_66, keyed_mutex::handle_counts_agree),
    (rule::INV_75, global_handles_name_their_objects),
    (rule::KMX_24, keyed_mutex::private_data_is_bounded),
    (rule::LIF_07, wait::blocked_threads_have_one_wait),
    (rule::LIF_07, keyed_mutex::waits_come_through_live_handles),
    (rule::INV_86, keyed_mutex::nobody_waits_for_an_abandoned_mutex),
    (rule::INV_66, event::registrations_agree),
    (rule::EVT_02, event::nobody_waits_for_a_set_event),
    (rule::INV_65, sync_object::openings_are_named_by_their_handles),
    (rule::INV_66, sync_object::counts_agree),
    (rule::INV_77, sync_object::devices_list_what_lives_on_them),
    (rule::INV_78, sync_object::openings_stay_on_their_adapter),
    (rule::INV_75, sync_object::objects_for_nt_sharing_have_no_global_handle),
    (rule::INV_30, sync_object::mutexes_and_semaphores_balance),
    (rule::INV_39, sync_object::marks_are_for_those_who_can_look),
    (rule::INV_69, share::carried_objects_live),
    (rule::INV_66, share::carriers_are_counted),
    (rule::INV_70, share::names_are_those_of_living_objects),
    (rule::INV_71, share::names_are_unique),
    (rule::INV_72, share::masks_are_plain),
    (rule::INV_65, share::directories_know_their_objects),
    (rule::INV_27, wait::fences_and_events_live),
    (rule::INV_29, wait::cpu_waits_belong_to_their_devices),
    (rule::INV_38, wait::nobody_waits_for_what_was_reached),
    (rule::INV_38, wait::waits_are_found),
];

/// Fails with a description where a condition does not hold.
fn expect(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

// HND-10, HND-22
fn free_lists_are_whole(kernel: &Kernel) -> Result<(), String> {
    free_list_is_whole("the machine", &kernel.global_handles)?;
    kernel.processes.iter().try_for_each(|(id, process)| free_list_is_whole(id, &process.handles))
}

fn free_list_is_whole<H: TableHandle>(owner: impl fmt::Debug, table: &HandleTable<H>) -> Result<(), String> {
    let mut listed: Vec<_> = table.free_list().collect();
    let (count, tail) = table.free_count_and_tail();
    expect(listed.len() == count as usize && listed.last().copied() == tail, || {
        format!("{owner:?} counts {count} free entries up to {tail:?} and lists {}", listed.len())
    })?;
    listed.sort_unstable();
    let free = table.entries().filter(|entry| entry.object.is_none()).map(|entry| entry.index);
    expect(free.eq(listed), || format!("the free list of {owner:?} is not the list of its free entries"))
}

// NTH-02
fn nt_tables_are_whole(kernel: &Kernel) -> Result<(), String> {
    for (id, process) in &kernel.processes {
        let table = &process.nt_handles;
        let live = table.entries().count();
        expect(live == table.live() as usize, || {
            format!("{id:?} has {live} NT handles and counts {}", table.live())
        })?;
        let mut closed: Vec<_> = table.closed().collect();
        closed.sort_unstable();
        let twice = closed.windows(2).find(|pair| pair[0] == pair[1]);
        expect(twice.is_none(), || format!("{twice:?} is listed twice as closed in {id:?}"))?;
        let wrong = closed.iter().find(|value| table.get(**value).is_some() || **value > table.highest());
        expect(wrong.is_none(), || format!("{wrong:?} is open in {id:?} and listed as closed"))?;
    }
    Ok(())
}

/// The ids in groups, each in the order in which they come.
fn grouped<K: Ord>(pairs: impl Iterator<Item = (K, DeviceId)>) -> BTreeMap<K, Vec<DeviceId>> {
    let mut groups: BTreeMap<K, Vec<DeviceId>> = BTreeMap::new();
    for (key, id) in pairs {
        groups.entry(key).or_default().push(id);
    }
    groups
}

// HND-19: the rosters of processes and adapters are parts of the one of the machine.
fn orders_of_creation_agree(kernel: &Kernel) -> Result<(), String> {
    expect(kernel.devices.is_coherent() && kernel.nt_objects.is_coherent(), || {
        String::from("an arena or a roster contradicts itself")
    })?;
    let devices = || kernel.devices.iter();
    let of_process = grouped(devices().map(|(id, device)| (device.process, id)));
    let of_adapter = grouped(devices().map(|(id, device)| (device.adapter, id)));
    let with_handle = devices().filter(|(_, device)| device.handle.is_some());
    let of_both = grouped(with_handle.map(|(id, device)| ((device.process, device.adapter), id)));
    let listed = |ids: Option<&Vec<DeviceId>>| ids.cloned().unwrap_or_default();
    for (id, process) in &kernel.processes {
        expect(
            process.devices.is_coherent() && process.devices.iter().eq(listed(of_process.get(id))),
            || format!("{id:?} does not list its devices in order of creation"),
        )?;
        for (adapter, open) in &process.adapters {
            let expected = listed(of_both.get(&(*id, *adapter)));
            expect(open.devices.is_coherent() && open.devices.iter().eq(expected), || {
                format!("{id:?} does not list its devices on {adapter:?} in order of creation")
            })?;
        }
    }
    for (id, adapter) in (0..).map(AdapterId).zip(&kernel.adapters) {
        expect(
            adapter.devices.is_coherent() && adapter.devices.iter().eq(listed(of_adapter.get(&id))),
            || format!("{id:?} does not list its devices in order of creation"),
        )?;
    }
    Ok(())
}

// INV-65
fn local_entries_name_live_objects(kernel: &Kernel) -> Result<(), String> {
    for (id, process) in &kernel.processes {
        for entry in process.handles.entries() {
            let handle = bits::pack(entry.index, entry.generation);
            let alive = match entry.object {
                None => true,
                Some((Kind::Adapter, number)) => process.adapters.contains_key(&AdapterId(number)),
                Some((Kind::KeyedMutex, number)) => kernel.keyed_mutexes.get(number).is_some(),
                Some((Kind::SyncObject, number)) => kernel
                    .openings
                    .get(number)
                    .is_some_and(|opening| opening.process == *id && opening.handle == handle),
                Some((Kind::Device, number)) => kernel
                    .devices
                    .get(DeviceId(number))
                    .is_some_and(|device| device.process == *id && device.handle == Some(handle)),
            };
            expect(alive, || format!("{handle} of {id:?} names nothing that lives"))?;
        }
    }
    Ok(())
}

// INV-65
fn nt_entries_name_live_objects(kernel: &Kernel) -> Result<(), String> {
    for (id, process) in &kernel.processes {
        let lost =
            process.nt_handles.entries().find(|(_, entry)| kernel.nt_objects.get(entry.object).is_none());
        expect(lost.is_none(), || format!("{lost:?} of {id:?} names no NT object"))?;
    }
    Ok(())
}

// LIF-12, INV-66
fn nt_handle_counts_agree(kernel: &Kernel) -> Result<(), String> {
    let mut counts: BTreeMap<NtObjectId, u64> = BTreeMap::new();
    for process in kernel.processes.values() {
        for (_, entry) in process.nt_handles.entries() {
            *counts.entry(entry.object).or_default() += 1;
        }
    }
    for (id, object) in kernel.nt_objects.iter() {
        let count = counts.get(&id).copied().unwrap_or(0);
        expect(count == object.handles, || {
            format!("{id:?} counts {} handles and {count} name it", object.handles)
        })?;
    }
    Ok(())
}

// INV-66
fn adapter_handle_counts_agree(kernel: &Kernel) -> Result<(), String> {
    for (id, process) in &kernel.processes {
        let mut counts: BTreeMap<AdapterId, u32> = BTreeMap::new();
        for entry in process.handles.entries() {
            if let Some((Kind::Adapter, number)) = entry.object {
                *counts.entry(AdapterId(number)).or_default() += 1;
            }
        }
        let counted = process.adapters.iter().map(|(adapter, open)| (*adapter, open.handles));
        expect(counted.eq(counts), || format!("{id:?} does not count its adapter handles right"))?;
    }
    Ok(())
}

fn is_held(kernel: &Kernel, device: &Device) -> bool {
    let Some(process) = kernel.processes.get(&device.process) else { return false };
    match device.handle {
        Some(handle) => process.handles.lookup(handle, Kind::Device).is_some(),
        None => true,
    }
}

// INV-67: by a handle that resolves, or by the reclaim that takes it away.
fn devices_have_a_holder(kernel: &Kernel) -> Result<(), String> {
    let lost = kernel.devices.iter().find(|(_, device)| !is_held(kernel, device));
    expect(lost.is_none(), || format!("nothing holds {lost:?}"))
}

// INV-67: by a handle, by the living process that it stands for, by a registration, or because the host placed it.
fn nt_objects_have_a_holder(kernel: &Kernel) -> Result<(), String> {
    for (id, object) in kernel.nt_objects.iter() {
        let standing = match object.body {
            NtBody::Process(process) => {
                kernel.processes.get(&process).is_some_and(|process| process.object == id)
            }
            NtBody::Event { .. } => object.registrations > 0,
            NtBody::SharedSyncObject { .. } | NtBody::Section | NtBody::Directory(_) => false,
        };
        expect(standing || object.is_placed || object.handles > 0, || format!("nothing holds {id:?}"))?;
    }
    let homeless = kernel.processes.iter().find(|(id, process)| {
        kernel.nt_objects.get(process.object).is_none_or(|object| object.body != NtBody::Process(**id))
    });
    expect(homeless.is_none(), || format!("no NT object stands for {:?}", homeless.map(|(id, _)| id)))
}

// INV-29
fn ended_processes_own_nothing(kernel: &Kernel) -> Result<(), String> {
    let lives = |process: &ProcessId| kernel.processes.contains_key(process);
    let device = kernel.devices.iter().find(|(_, device)| !lives(&device.process));
    expect(device.is_none(), || format!("{device:?} belongs to an ended process"))?;
    let mut threads = kernel.threads.iter();
    let stray = threads.find(|(id, thread)| {
        kernel.processes.get(&thread.process).is_none_or(|owner| !owner.threads.contains(id))
    });
    expect(stray.is_none(), || format!("{stray:?} belongs to no living process"))?;
    let listed: usize = kernel.processes.values().map(|process| process.threads.len()).sum();
    expect(listed == kernel.threads.len(), || String::from("a process lists a thread that has ended"))
}

// INV-68
fn nothing_leaks(kernel: &Kernel) -> Result<(), String> {
    let left = kernel.devices.len() as usize
        + kernel.nt_objects.iter().filter(|(_, object)| !object.is_placed).count()
        + kernel.threads.len()
        + kernel.keyed_mutexes.len() as usize
        + kernel.sync_objects.len() as usize
        + kernel.openings.len() as usize
        + kernel.waits.len() as usize;
    expect(!kernel.processes.is_empty() || left == 0, || {
        format!("every process has ended and {left} objects are left")
    })
}

// INV-77; ADP-09: with the last handle to the adapter the devices would be gone.
fn devices_belong_to_an_open_adapter(kernel: &Kernel) -> Result<(), String> {
    let stray = kernel.devices.iter().find(|(_, device)| {
        let process = kernel.processes.get(&device.process);
        let open = process.and_then(|process| process.adapters.get(&device.adapter));
        device.handle.is_some() && open.is_none_or(|open| open.handles == 0)
    });
    expect(stray.is_none(), || format!("{stray:?} is on an adapter that its process does not have open"))
}

// INV-75, HND-24, HND-25: one to one.
fn global_handles_name_their_objects(kernel: &Kernel) -> Result<(), String> {
    let live = kernel.global_handles.entries().filter_map(|entry| {
        let (kind, number) = entry.object?;
        Some((bits::pack::<GlobalHandle>(entry.index, entry.generation), (kind.tag(), number)))
    });
    let mutexes = kernel
        .keyed_mutexes
        .iter()
        .filter_map(|(number, mutex)| Some((mutex.shared?, (Kind::KeyedMutex.tag(), number))));
    let objects = kernel
        .sync_objects
        .iter()
        .filter_map(|(id, object)| Some((object.shared?, (Kind::SyncObject.tag(), id.0))));
    let named: BTreeMap<_, _> = live.collect();
    expect(mutexes.chain(objects).collect::<BTreeMap<_, _>>() == named, || {
        String::from("the global handles are not those of the objects")
    })
}

// INV-36, FLT-17
fn stopped_adapters_have_no_active_device(kernel: &Kernel) -> Result<(), String> {
    let active = kernel.devices.iter().find(|(_, device)| {
        device.execution == ExecutionState::Active && !kernel.adapter(device.adapter).running
    });
    expect(active.is_none(), || format!("{active:?} is Active on a stopped adapter"))
}
