//! The core's whole state in the model's words.
//!
//! Every structure is taken apart field by field. A field that the model does not have is bound with the reason why.

use std::collections::BTreeMap;

use kmt_core::{AdapterConfig, AdapterKind, Kernel, Limits, NtObjectId, OpeningId, OpeningView, ProcessId};
use kmt_core::{
    AdapterView, DeviceView, LocalEntryView, LocalObject, LocalTableView, NtEntryView, NtTableView,
    ProcessView, TableLimits, ThreadState, ThreadView,
};
use kmt_model::limits as model;
use kmt_model::state::{self, AdapterName, ProcessName, State, ThreadName};

use super::abstracting_host::identity;
use super::names::Names;
use super::observe::execution;
use super::view_mutexes::{global_handles, keyed_mutexes};
use super::view_share::{directories, placed_objects, shared_objects};
use super::view_sync::{events, nt_objects, opening, sync_objects, waits};

/// The limits in the model's words.
#[must_use]
pub const fn limits(limits: &Limits) -> model::Limits {
    let Limits {
        local_table,
        global_table,
        nt_handles_per_process,
        devices,
        keyed_mutexes,
        sync_objects,
        nt_objects,
        waits,
        processes,
        // Only the host meets these two, and what it meets is a misuse.
        threads: _,
        adapters: _,
    } = *limits;
    model::Limits {
        local_table: table_limits(local_table),
        global_table: table_limits(global_table),
        nt_handles: nt_handles_per_process,
        devices,
        keyed_mutexes,
        sync_objects,
        nt_objects,
        waits,
        processes,
    }
}

const fn table_limits(limits: TableLimits) -> model::TableLimits {
    let TableLimits { growth, reserve, max_entries } = limits;
    model::TableLimits { growth, reserve, max_entries }
}

/// The core's state in the model's words; `model` is the model's state, in which the sessions and names of the paths are.
///
/// # Errors
///
/// A text that says what has no name: a handle value that the history of its process does not lead to, an object that the
/// model does not know, two tables that do not fit each other.
pub fn view(kernel: &Kernel, names: &Names, model: &State) -> Result<State, String> {
    let objects = nt_objects(kernel, names, model)?;
    let mut processes = Vec::new();
    for process in kernel.processes() {
        processes.push(living_process(kernel, &process, &objects, names)?);
    }
    for object in objects.values() {
        let state::NtObject::Process(name) = *object else { continue };
        if processes.iter().all(|process| process.name != name) {
            processes.push(state::Process {
                name,
                alive: false,
                // What an ended process ran for is not kept in the core, and nothing asks for it.
                identity: model.process(name).map(|process| process.identity).unwrap_or_default(),
                table_size: 0,
                local_handles: Vec::new(),
                nt_handles: Vec::new(),
            });
        }
    }
    // Numbers are given in order of creation.
    processes.sort_unstable_by_key(|process| process.name);
    let global = kernel.global_table();
    let global_handles = global_handles(&global, names)?;
    Ok(State {
        limits: limits(kernel.limits()),
        processes,
        threads: kernel.threads().map(|thread| self::thread(&thread, names)).collect::<Result<_, _>>()?,
        adapters: kernel.adapters().map(|adapter| self::adapter(&adapter)).collect(),
        devices: kernel.devices().map(|device| self::device(&device, names)).collect::<Result<_, _>>()?,
        keyed_mutexes: keyed_mutexes(kernel, &global_handles, names)?,
        sync_objects: sync_objects(kernel, &global_handles, names)?,
        events: events(kernel, names)?,
        shared_objects: shared_objects(kernel, names, model)?,
        directories: directories(kernel, names, model)?,
        placed_objects: placed_objects(kernel, names)?,
        waits: waits(kernel, names)?,
        global_table_size: u32::try_from(global.entries.len()).map_err(|error| error.to_string())?,
        global_handles,
        processes_made: kernel.processes_made(),
        threads_made: kernel.threads_made(),
    })
}

fn living_process(
    kernel: &Kernel,
    process: &ProcessView,
    objects: &BTreeMap<NtObjectId, state::NtObject>,
    names: &Names,
) -> Result<state::Process, String> {
    let ProcessView { id, config, object } = *process;
    let name = ProcessName(id.number());
    if objects.get(&object) != Some(&state::NtObject::Process(name)) {
        return Err(format!("{id:?} is not what its process object {object:?} stands for"));
    }
    let local = kernel.local_table(id).ok_or_else(|| format!("{id:?} has no local table"))?;
    let nt = kernel.nt_table(id).ok_or_else(|| format!("{id:?} has no NT table"))?;
    Ok(state::Process {
        name,
        alive: true,
        identity: identity(&config),
        table_size: u32::try_from(local.entries.len()).map_err(|error| error.to_string())?,
        local_handles: local_handles(kernel, id, &local, names)?,
        nt_handles: nt_handles(id, &nt, objects, names)?,
    })
}

fn local_handles(
    kernel: &Kernel,
    process: ProcessId,
    table: &LocalTableView,
    names: &Names,
) -> Result<Vec<state::LocalHandle>, String> {
    let LocalTableView {
        entries,
        free_list: _, // its order is what the next values show, and those are compared
    } = table;
    let owner = ProcessName(process.number());
    let openings: BTreeMap<OpeningId, OpeningView> =
        kernel.openings().map(|opening| (opening.id, opening)).collect();
    let mut handles = Vec::new();
    for LocalEntryView { index, generation, object } in entries {
        let Some(object) = object else { continue };
        let value = u32::from(*generation) << 30 | index << 6;
        let name = names.local_name(owner, value).ok_or_else(|| {
            format!("{process:?} has a live handle {value:#010x} that its history does not lead to")
        })?;
        let object = match *object {
            LocalObject::Adapter(adapter) => state::LocalObject::Adapter(AdapterName(adapter.number())),
            LocalObject::Device(device) => state::LocalObject::Device(
                names.identities.device_name(device).ok_or_else(|| format!("{device:?} has no name"))?,
            ),
            LocalObject::KeyedMutex(mutex) => state::LocalObject::KeyedMutex(
                names.identities.keyed_mutex_name(mutex).ok_or_else(|| format!("{mutex:?} has no name"))?,
            ),
            LocalObject::Opening(opening) => {
                let seen = openings.get(&opening).ok_or_else(|| format!("{opening:?} is gone"))?;
                state::LocalObject::SyncObject(self::opening(seen, process, value, names)?)
            }
            LocalObject::SyncObject(object) => {
                return Err(format!("{value:#010x} names {object:?} as a global handle does"));
            }
        };
        handles.push(state::LocalHandle { name, object });
    }
    handles.sort_unstable();
    Ok(handles)
}

fn nt_handles(
    process: ProcessId,
    table: &NtTableView,
    objects: &BTreeMap<NtObjectId, state::NtObject>,
    names: &Names,
) -> Result<Vec<state::NtHandle>, String> {
    let NtTableView {
        entries,
        closed: _,  // what is closed and
        highest: _, // how high the table reached is what the next values show, and those are compared
    } = table;
    let owner = ProcessName(process.number());
    let mut handles = Vec::new();
    for entry in entries {
        let NtEntryView { handle, object, granted_access, inherit, protect_from_close } = *entry;
        let name =
            u32::try_from(handle.raw()).ok().and_then(|value| names.nt_name(owner, value)).ok_or_else(
                || format!("{process:?} has an NT handle {handle:?} that its history does not lead to"),
            )?;
        let target =
            objects.get(&object).ok_or_else(|| format!("{handle:?} names {object:?}, which is gone"))?;
        handles.push(state::NtHandle {
            name,
            object: *target,
            access: granted_access,
            inherit,
            protect: protect_from_close,
        });
    }
    handles.sort_unstable();
    Ok(handles)
}

fn thread(thread: &ThreadView, names: &Names) -> Result<state::Thread, String> {
    let ThreadView { id, process, state } = *thread;
    let name = ThreadName(id.number());
    let bound = names.identities.wait_id(name).map_or(ThreadState::Ready, ThreadState::Blocked);
    if state != bound {
        return Err(format!("{id:?} is {state:?}, but its history leads to {bound:?}"));
    }
    Ok(state::Thread { name, process: ProcessName(process.number()) })
}

fn adapter(adapter: &AdapterView) -> state::Adapter {
    let AdapterView {
        id: _, // its place in the list
        config,
        running,
    } = *adapter;
    let AdapterConfig {
        luid,
        kind,
        nodes: _, // decides nothing that is built so far
        // What an engine affinity means depends on it, which the names know.
        physical_adapters: _,
        has_display,
    } = config;
    let kind = match kind {
        AdapterKind::Full => state::AdapterKind::Full,
        AdapterKind::ComputeOnly => state::AdapterKind::ComputeOnly,
        AdapterKind::DisplayOnly => state::AdapterKind::DisplayOnly,
    };
    state::Adapter { luid: luid.raw(), kind, display: has_display, running }
}

fn device(device: &DeviceView, names: &Names) -> Result<state::Device, String> {
    let DeviceView { id, process, adapter, execution: state, destroyed } = *device;
    Ok(state::Device {
        name: names.identities.device_name(id).ok_or_else(|| format!("{id:?} has no name"))?,
        process: ProcessName(process.number()),
        adapter: AdapterName(adapter.number()),
        execution: execution(state)?,
        destroyed,
    })
}
