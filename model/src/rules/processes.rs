//! Processes and threads: birth and end.

use super::acquires;
use super::devices::free_handle;
use super::draft::{Draft, has_room};
use super::nt_handles::PROCESS_ALL_ACCESS;
use super::{keyed_mutexes, names, sync_objects};
use crate::observation::{Effect, HandleChange, Output, Refusal};
use crate::state::{
    Identity, LocalObject, NtHandle, NtName, NtObject, Process, ProcessName, State, Thread, ThreadName,
};

/// CreateProcess by a thread of the parent.
pub(super) fn create_child(
    draft: &mut Draft,
    parent: ProcessName,
    inherit_handles: bool,
    identity: Identity,
) -> Result<Output, Refusal> {
    // NTH-05: the parent's table comes before the memory.
    draft.room_for_nt(parent)?;
    let child = add_process(draft, identity)?;
    if inherit_handles {
        // NTH-18, NTH-19: same object, mask, flags and value, as entries of the child's own.
        let mut inherited = draft.process_mut(parent).nt_handles.clone();
        inherited.retain(|handle| handle.inherit);
        draft.handles.extend(inherited.iter().map(|handle| HandleChange::NtInherited(child, handle.name)));
        draft.process_mut(child).nt_handles = inherited;
    }
    // Made after the inheritance, so the child has no handle to itself.
    let handle = draft.open_nt(
        parent,
        NtHandle {
            name: NtName(0),
            object: NtObject::Process(child),
            access: PROCESS_ALL_ACCESS,
            inherit: false,
            protect: false,
        },
    )?;
    Ok(Output::Process { process: child, handle: Some(handle) })
}

/// CreateProcess by the host: no parent, nothing inherited.
pub(super) fn create_orphan(draft: &mut Draft, identity: Identity) -> Result<Output, Refusal> {
    let process = add_process(draft, identity)?;
    Ok(Output::Process { process, handle: None })
}

fn add_process(draft: &mut Draft, identity: Identity) -> Result<ProcessName, Refusal> {
    // NTH-05: an ended process that a handle names still takes its place.
    let State { limits, processes, .. } = &draft.state;
    has_room(processes.len(), limits.processes, Refusal::NoMemoryForProcess)?;
    draft.state.processes_made += 1;
    let name = ProcessName(draft.state.processes_made);
    // HND-20: the local table starts empty, inheritance or not.
    draft.state.processes.push(Process {
        name,
        alive: true,
        identity,
        table_size: 0,
        local_handles: Vec::new(),
        nt_handles: Vec::new(),
    });
    // NAM-15
    names::add_session(draft, identity.session);
    Ok(name)
}

/// ExitProcess and T10: the process ends, by itself or killed.
pub(super) fn end_process(draft: &mut Draft, name: ProcessName) {
    // KMX-36, TRD-10: its own waits go first, so none of them ends by what follows. CPU-19: no event is set.
    draft.state.waits.retain(|wait| wait.process != name);
    let devices = draft.state.devices.iter();
    let owned = devices
        .filter(|device| device.process == name && !device.destroyed)
        .map(|device| device.name)
        .collect::<Vec<_>>();
    // HND-19: device by device, then what is left. TDR-06: no maximum is forced.
    for device in owned {
        free_handle(draft, device);
    }
    for handle in draft.process_mut(name).local_handles.clone() {
        match handle.object {
            // KMX-31, LIF-09: as if each handle had been destroyed.
            LocalObject::KeyedMutex(mutex) => keyed_mutexes::free_handle(draft, name, handle.name, mutex),
            LocalObject::SyncObject(opening) => {
                sync_objects::free_handle(draft, name, handle.name, opening.object);
            }
            LocalObject::Adapter(_) | LocalObject::Device(_) => draft.free_local(name, handle.name),
        }
    }
    // KMX-33, TRD-11: waiters of other processes on what it abandoned.
    acquires::end_waits(draft, None);
    // TRD-10, TRD-11: its devices go in the same step, reclaimed before or not.
    draft.state.devices.retain(|device| device.process != name);
    // NTH-20, LIF-09: NT handles after that, protected ones too.
    let closed = draft.process_mut(name).nt_handles.iter().map(|handle| handle.name).collect::<Vec<_>>();
    for handle in closed {
        draft.free_nt(name, handle);
    }
    let threads = draft.state.threads.iter().filter(|thread| thread.process == name);
    draft.effects.extend(threads.map(|thread| Effect::ThreadEnded(thread.name)));
    draft.state.threads.retain(|thread| thread.process != name);
    draft.effects.push(Effect::ProcessEnded(name));
    let process = draft.process_mut(name);
    process.alive = false;
    process.table_size = 0;
}

/// Starts a thread of a live process.
pub(super) fn start_thread(draft: &mut Draft, process: ProcessName) -> Output {
    draft.state.threads_made += 1;
    let name = ThreadName(draft.state.threads_made);
    draft.state.threads.push(Thread { name, process });
    Output::Thread(name)
}

/// Ends a running thread.
pub(super) fn end_thread(draft: &mut Draft, name: ThreadName) {
    // TRD-12, KMX-36: its wait goes with it, and nothing else of its process is touched. KMX-12: a keyed
    // mutex that it acquired is still owned by the handle.
    draft.state.waits.retain(|wait| wait.thread != Some(name));
    draft.state.threads.retain(|thread| thread.name != name);
    draft.effects.push(Effect::ThreadEnded(name));
}
