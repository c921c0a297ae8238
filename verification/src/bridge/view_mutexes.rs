//! The core's keyed mutexes, waits and global handles in the model's words.

use kmt_core::{
    Kernel, KeyedMutexView, LocalEntryView, LocalObject, LocalTableView, MutexHolder, TimeLimit, WaitView,
};
use kmt_model::state::{self, ProcessName, ThreadName};

use super::names::Names;

/// The keyed mutexes in order of creation, which `Names` remembers.
pub(super) fn keyed_mutexes(
    kernel: &Kernel,
    global_handles: &[state::GlobalHandle],
    names: &Names,
) -> Result<Vec<state::KeyedMutex>, String> {
    let seen = kernel.keyed_mutexes().map(|mutex| keyed_mutex(&mutex, global_handles, names));
    let mut seen = seen.collect::<Result<Vec<_>, _>>()?;
    seen.sort_unstable_by_key(|mutex| names.keyed_mutex_rank(mutex.name));
    Ok(seen)
}

fn keyed_mutex(
    mutex: &KeyedMutexView,
    global_handles: &[state::GlobalHandle],
    names: &Names,
) -> Result<state::KeyedMutex, String> {
    let KeyedMutexView {
        id,
        key,
        fence_value,
        private_data,
        holder,
        handles: _, // compared as the sum of the tables, and by LIF-01 in the core
        shared,
    } = mutex;
    let name = names.keyed_mutex_name(*id).ok_or_else(|| format!("{id:?} has no name"))?;
    let global = shared.map(|shared| {
        names
            .global_name(shared.raw())
            .filter(|&name_of_handle| {
                global_handles.contains(&state::GlobalHandle { name: name_of_handle, mutex: name })
            })
            .ok_or_else(|| format!("{shared:?} does not lead to {id:?}"))
    });
    let (owner, abandoned) = match *holder {
        MutexHolder::Free => (None, false),
        MutexHolder::Owned { process, handle } => {
            let process = ProcessName(process.number());
            let owner = names.local_name(process, handle.raw());
            let owner = owner.ok_or_else(|| format!("{id:?} is owned by the dead handle {handle:?}"))?;
            (Some((process, owner)), false)
        }
        MutexHolder::Abandoned => (None, true),
    };
    let marked = (!private_data.is_empty())
        .then(|| names.private_data(private_data).ok_or_else(|| format!("{id:?} has data that nobody gave")));
    Ok(state::KeyedMutex {
        name,
        key: *key,
        fence: *fence_value,
        owner,
        abandoned,
        private_data: marked.transpose()?,
        global: global.transpose()?.is_some(),
    })
}

/// The waits in order of creation.
pub(super) fn waits(kernel: &Kernel, names: &Names) -> Result<Vec<state::Wait>, String> {
    kernel.waits().map(|wait| self::wait(&wait, names)).collect()
}

fn wait(wait: &WaitView, names: &Names) -> Result<state::Wait, String> {
    let WaitView { id, thread, process, handle, keyed_mutex, key, limit, wants_private_data } = *wait;
    let name = ThreadName(thread.number());
    if names.waiting_thread(id) != Some(name) {
        return Err(format!("{id:?} is not the wait of {thread:?}"));
    }
    let handle = names
        .local_name(ProcessName(process.number()), handle.raw())
        .ok_or_else(|| format!("{thread:?} waits through the dead handle {handle:?}"))?;
    Ok(state::Wait {
        thread: name,
        handle,
        mutex: names.keyed_mutex_name(keyed_mutex).ok_or_else(|| format!("{keyed_mutex:?} has no name"))?,
        key,
        wants_data: wants_private_data,
        limited: match limit {
            TimeLimit::Unlimited => state::Limit::None,
            TimeLimit::Relative(ticks) => state::Limit::Relative(ticks),
            TimeLimit::Absolute(time) => state::Limit::Absolute(time),
        },
    })
}

/// The live global handles, ascending by name.
pub(super) fn global_handles(
    table: &LocalTableView,
    names: &Names,
) -> Result<Vec<state::GlobalHandle>, String> {
    let LocalTableView {
        entries,
        free_list: _, // its order is what the next values show, and those are compared
    } = table;
    let mut handles = Vec::new();
    for LocalEntryView { index, generation, object } in entries {
        let Some(object) = object else { continue };
        let value = u32::from(*generation) << 30 | index << 6 | 2;
        let name = names.global_name(value).ok_or_else(|| {
            format!("there is a live global handle {value:#010x} that its history does not lead to")
        })?;
        let mutex = match *object {
            LocalObject::KeyedMutex(mutex) => names.keyed_mutex_name(mutex),
            LocalObject::Adapter(_) | LocalObject::Device(_) => None,
        };
        let mutex = mutex.ok_or_else(|| format!("{value:#010x} leads to {object:?}, which has no name"))?;
        handles.push(state::GlobalHandle { name, mutex });
    }
    handles.sort_unstable();
    Ok(handles)
}
