//! The core's keyed mutexes and global handles in the model's words.

use kmt_core::{Kernel, KeyedMutexView, LocalEntryView, LocalObject, LocalTableView, MutexHolder};
use kmt_model::state::{self, ProcessName};

use super::names::Names;

/// The keyed mutexes in order of creation, which `Names` remembers.
pub(super) fn keyed_mutexes(
    kernel: &Kernel,
    global_handles: &[state::GlobalHandle],
    names: &Names,
) -> Result<Vec<state::KeyedMutex>, String> {
    let seen = kernel.keyed_mutexes().map(|mutex| keyed_mutex(&mutex, global_handles, names));
    let mut seen = seen.collect::<Result<Vec<_>, _>>()?;
    seen.sort_unstable_by_key(|mutex| names.identities.keyed_mutex_rank(mutex.name));
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
    let name = names.identities.keyed_mutex_name(*id).ok_or_else(|| format!("{id:?} has no name"))?;
    let global = shared.map(|shared| {
        names
            .global_name(shared.raw())
            .filter(|&name_of_handle| {
                global_handles.contains(&state::GlobalHandle {
                    name: name_of_handle,
                    object: state::GlobalObject::KeyedMutex(name),
                })
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
        let named = match *object {
            LocalObject::KeyedMutex(mutex) => {
                names.identities.keyed_mutex_name(mutex).map(state::GlobalObject::KeyedMutex)
            }
            LocalObject::SyncObject(object) => {
                names.identities.sync_object_name(object).map(state::GlobalObject::SyncObject)
            }
            LocalObject::Adapter(_) | LocalObject::Device(_) | LocalObject::Opening(_) => None,
        };
        let object = named.ok_or_else(|| format!("{value:#010x} leads to {object:?}, which has no name"))?;
        handles.push(state::GlobalHandle { name, object });
    }
    handles.sort_unstable();
    Ok(handles)
}
