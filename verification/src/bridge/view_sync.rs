//! The core's synchronisation objects, events and waits in the model's words.

use std::collections::BTreeMap;

use kmt_core::{
    FenceCondition, Kernel, NtObjectBody, NtObjectId, NtObjectView, OpeningFlags, OpeningView, ProcessId,
    SyncObjectView, SyncState, TimeLimit, WaitTarget, WaitView,
};
use kmt_model::state::{self, AdapterName, ProcessName, ThreadName};

use super::names::Names;
use super::paths::Place;

/// What each NT object stands for.
pub(super) fn nt_objects(
    kernel: &Kernel,
    names: &Names,
    model: &state::State,
) -> Result<BTreeMap<NtObjectId, state::NtObject>, String> {
    // No handle leads to one that the host has placed under a name.
    let named = kernel.nt_objects().filter(|object| !object.placed).map(|object| {
        let NtObjectView {
            id,
            body,
            handles: _,       // compared as the sum of the tables, and by LIF-12 in the core
            registrations: _, // compared as the sum of those that hold it, in the core
            name,
            descriptor: _, // these three are
            exclusive: _,  // a matter of
            placed: _,     // shared objects
        } = object;
        let named = match body {
            NtObjectBody::Process(process) => state::NtObject::Process(ProcessName(process.number())),
            NtObjectBody::Event { .. } => state::NtObject::Event(event_name(id, names)?),
            NtObjectBody::SharedSyncObject { .. } => {
                let shared = names.identities.shared_object_name(id);
                state::NtObject::Shared(
                    shared.ok_or_else(|| format!("the shared object {id:?} has no name"))?,
                )
            }
            NtObjectBody::Section => {
                let section = names.identities.section_name(id);
                state::NtObject::Section(section.ok_or_else(|| format!("the section {id:?} has no name"))?)
            }
            NtObjectBody::Directory => match name.map(|path| names.paths.directory(&path, model)) {
                Some(Some(Place::Model(directory))) => state::NtObject::Directory(directory),
                other => return Err(format!("{id:?} stands for the directory {other:?}")),
            },
        };
        Ok((id, named))
    });
    named.collect()
}

/// The events in order of creation.
pub(super) fn events(kernel: &Kernel, names: &Names) -> Result<Vec<state::Event>, String> {
    let mut events = Vec::new();
    for object in kernel.nt_objects().filter(|object| !object.placed) {
        if let NtObjectBody::Event { manual_reset, set } = object.body {
            events.push(state::Event { name: event_name(object.id, names)?, manual_reset, set });
        }
    }
    events.sort_unstable_by_key(|event| names.identities.event_rank(event.name));
    Ok(events)
}

fn event_name(id: NtObjectId, names: &Names) -> Result<state::EventName, String> {
    names.identities.event_name(id).ok_or_else(|| format!("the event {id:?} has no name"))
}

/// The synchronisation objects in order of creation.
pub(super) fn sync_objects(
    kernel: &Kernel,
    global_handles: &[state::GlobalHandle],
    names: &Names,
) -> Result<Vec<state::SyncObject>, String> {
    let seen = kernel.sync_objects().map(|object| sync_object(&object, global_handles, names));
    let mut seen = seen.collect::<Result<Vec<_>, _>>()?;
    seen.sort_unstable_by_key(|object| names.identities.sync_object_rank(object.name));
    Ok(seen)
}

fn sync_object(
    object: &SyncObjectView,
    global_handles: &[state::GlobalHandle],
    names: &Names,
) -> Result<state::SyncObject, String> {
    let SyncObjectView {
        id,
        state: value,
        adapter,
        cross_adapter,
        nt_sharing,
        shared,
        marks,
        handles: _,    // these three are compared
        nt_objects: _, // as the sums of those that hold it,
        waits: _,      // in the core
    } = object;
    let name = names.identities.sync_object_name(*id).ok_or_else(|| format!("{id:?} has no name"))?;
    let global = global_handles.iter().find(|handle| handle.object == state::GlobalObject::SyncObject(name));
    if shared.map(|shared| names.global_name(shared.raw())) != global.map(|handle| Some(handle.name)) {
        return Err(format!("{id:?} has the global handle {shared:?}, the table has {global:?}"));
    }
    Ok(state::SyncObject {
        name,
        adapter: AdapterName(adapter.number()),
        cross_adapter: *cross_adapter,
        nt_sharing: *nt_sharing,
        value: sync_value(*value, names)?,
        marks: marks.iter().map(|adapter| AdapterName(adapter.number())).collect(),
    })
}

fn sync_value(value: SyncState, names: &Names) -> Result<state::SyncValue, String> {
    Ok(match value {
        SyncState::Mutex { holder } => {
            let holder = holder.map(|device| {
                let name = names.identities.device_name(device);
                name.ok_or_else(|| format!("the holder {device:?} has no name"))
            });
            state::SyncValue::Mutex(holder.transpose()?)
        }
        SyncState::Semaphore { count, max_count } => state::SyncValue::Semaphore { count, most: max_count },
        SyncState::Fence { value } => state::SyncValue::Fence(value),
        SyncState::CpuNotification { event, signal_by_kmd } => {
            state::SyncValue::CpuNotification { event: event_name(event, names)?, by_driver: signal_by_kmd }
        }
        SyncState::MonitoredFence { value } => state::SyncValue::MonitoredFence(value),
    })
}

/// What a local handle with this value is.
pub(super) fn opening(
    opening: &OpeningView,
    owner: ProcessId,
    value: u32,
    names: &Names,
) -> Result<state::Opening, String> {
    let OpeningView { id, object, process, handle, device, flags, may_wait, may_signal } = *opening;
    if (process, handle.raw()) != (owner, value) {
        return Err(format!("{id:?} is {handle:?} of {process:?}, and {value:#010x} of {owner:?} names it"));
    }
    let OpeningFlags { top_of_pipeline, no_signal, no_wait, no_signal_max_value_on_tdr, no_gpu_access } =
        flags;
    let device = device.map(|device| {
        names
            .identities
            .device_name(device)
            .ok_or_else(|| format!("{id:?} lives on {device:?}, which has no name"))
    });
    Ok(state::Opening {
        object: names
            .identities
            .sync_object_name(object)
            .ok_or_else(|| format!("{id:?} opens {object:?}, which has no name"))?,
        device: device.transpose()?,
        flags: state::OpeningFlags {
            top_of_pipeline,
            no_signal,
            no_wait,
            no_forced_maximum: no_signal_max_value_on_tdr,
            no_gpu_access,
        },
        may_wait,
        may_signal,
    })
}

/// The waits in order of creation.
pub(super) fn waits(kernel: &Kernel, names: &Names) -> Result<Vec<state::Wait>, String> {
    kernel.waits().map(|wait| self::wait(&wait, names)).collect()
}

fn wait(wait: &WaitView, names: &Names) -> Result<state::Wait, String> {
    let WaitView { id, thread, process, limit, target } = wait;
    let thread = thread.map(|thread| ThreadName(thread.number()));
    if names.identities.wait_place(*id).is_none() || names.identities.waiting_thread(*id) != thread {
        return Err(format!("{id:?} is not the wait of {thread:?}"));
    }
    let process = ProcessName(process.number());
    Ok(state::Wait {
        thread,
        process,
        target: self::target(target, process, names)?,
        limited: match *limit {
            TimeLimit::Unlimited => state::Limit::None,
            TimeLimit::Relative(ticks) => state::Limit::Relative(ticks),
            TimeLimit::Absolute(time) => state::Limit::Absolute(time),
        },
    })
}

fn target(target: &WaitTarget, process: ProcessName, names: &Names) -> Result<state::WaitTarget, String> {
    Ok(match target {
        WaitTarget::KeyedMutex { handle, keyed_mutex, key, wants_private_data } => {
            state::WaitTarget::KeyedMutex {
                handle: names
                    .local_name(process, handle.raw())
                    .ok_or_else(|| format!("an acquire waits through the dead handle {handle:?}"))?,
                mutex: names
                    .identities
                    .keyed_mutex_name(*keyed_mutex)
                    .ok_or_else(|| format!("{keyed_mutex:?} has no name"))?,
                key: *key,
                wants_data: *wants_private_data,
            }
        }
        WaitTarget::Event { event } => state::WaitTarget::Event(event_name(*event, names)?),
        WaitTarget::Fences { device, conditions, any, event } => state::WaitTarget::Fences {
            device: names
                .identities
                .device_name(*device)
                .ok_or_else(|| format!("a wait names {device:?}, which has no name"))?,
            conditions: conditions
                .iter()
                .map(|condition| self::condition(*condition, names))
                .collect::<Result<_, _>>()?,
            any: *any,
            event: event.map(|event| event_name(event, names)).transpose()?,
        },
    })
}

fn condition(condition: FenceCondition, names: &Names) -> Result<state::Condition, String> {
    let FenceCondition { object, value } = condition;
    let object = names
        .identities
        .sync_object_name(object)
        .ok_or_else(|| format!("a wait names {object:?}, which has no name"))?;
    Ok(state::Condition { object, value })
}
