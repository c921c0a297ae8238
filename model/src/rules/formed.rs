//! Which actions can be formed at all.

use super::{DIRECTORY_ALL_ACCESS, PROCESS_ALL_ACCESS, SECTION_ALL_ACCESS, look_up, steps};
use crate::action::{
    Action, Attributes, BufferOperand, Call, DataOperand, DeadKind, DirectoryOperand, Duplicate, Entries,
    GlobalOperand, Host, Incident, LastComponent, LocalOperand, NameOperand, NtOperand, Released, SyncInfo,
};
use crate::state::{DirectoryName, NtHandle, NtObject, Process, ProcessName, State};

/// Returns whether the action can be formed, apart from whom it releases.
pub(super) fn is_formed(state: &State, action: &Action) -> bool {
    match *action {
        Action::Call(thread, call) => state
            .thread(thread)
            .filter(|_| state.wait(thread).is_none())
            .and_then(|thread| state.live_process(thread.process))
            .is_some_and(|caller| call_is_formed(state, caller, &call)),
        Action::Host(host) => host_is_formed(state, host),
        Action::Incident(Incident::KillProcess(process)) => state.live_process(process).is_some(),
        Action::Incident(Incident::EndThread(thread)) => state.thread(thread).is_some(),
        Action::Incident(Incident::StopAdapter { adapter, .. }) => {
            state.adapter(adapter).is_some_and(|adapter| adapter.running)
        }
        Action::Step(step) => {
            steps(state).any(|enabled| Action::Step(enabled) == Action::Step(step).releasing(Released(0)))
        }
    }
}

fn call_is_formed(state: &State, caller: &Process, call: &Call) -> bool {
    match *call {
        Call::CreateProcess { .. }
        | Call::ExitProcess
        | Call::OpenAdapterFromLuid { .. }
        | Call::EnumAdapters2 { .. }
        | Call::EnumAdapters3 { .. }
        | Call::CreateKeyedMutex { .. }
        | Call::CreateEvent { .. } => true,
        Call::CloseAdapter { adapter: handle }
        | Call::CreateDevice { adapter: handle, .. }
        | Call::DestroyDevice { device: handle }
        | Call::GetDeviceState { device: handle, .. }
        | Call::MarkDeviceAsError { device: handle, .. }
        | Call::DestroyKeyedMutex { mutex: handle }
        | Call::AcquireKeyedMutex { mutex: handle, .. }
        | Call::ReleaseKeyedMutex { mutex: handle, .. }
        | Call::DestroySynchronizationObject { object: handle } => local_operand_is_formed(caller, handle),
        Call::CreateKeyedMutex2 { data, .. } => data_is_formed(data),
        Call::OpenKeyedMutex { shared } | Call::OpenSynchronizationObject { shared } => {
            global_operand_is_formed(state, shared)
        }
        Call::OpenKeyedMutex2 { shared, data } => {
            global_operand_is_formed(state, shared) && data_is_formed(data)
        }
        Call::AcquireKeyedMutex2 { mutex, buffer, .. } => {
            local_operand_is_formed(caller, mutex) && buffer != BufferOperand::Bytes { size: 0 }
        }
        Call::ReleaseKeyedMutex2 { mutex, data, .. } => {
            local_operand_is_formed(caller, mutex) && data_is_formed(data)
        }
        Call::CloseHandle { handle: event }
        | Call::SetEvent { event, .. }
        | Call::ResetEvent { event }
        | Call::WaitForEvent { event, .. } => nt_operand_is_formed(caller, event),
        Call::CreateSynchronizationObject { device, what }
        | Call::CreateSynchronizationObject2 { device, what, .. } => {
            let event_is_formed = match what {
                SyncInfo::CpuNotification { event } => nt_operand_is_formed(caller, event),
                _ => true,
            };
            local_operand_is_formed(caller, device) && event_is_formed
        }
        Call::SignalFromCpu { device, entries, .. } => entries_are_formed(caller, device, entries),
        Call::WaitFromCpu { device, entries, event, .. } => {
            entries_are_formed(caller, device, entries)
                && event.is_none_or(|event| nt_operand_is_formed(caller, event))
        }
        Call::DuplicateHandle(duplicate) => duplicate_is_formed(state, caller, &duplicate),
        Call::QueryObject { handle, .. } | Call::OpenSyncObjectFromNtHandle { handle } => {
            nt_operand_is_formed(caller, handle)
        }
        Call::ShareObjects { objects, attributes, .. } => {
            objects.iter().all(|object| local_operand_is_formed(caller, object))
                && (objects.second.is_some() || objects.third.is_none())
                && attributes_are_formed(state, caller, attributes)
        }
        Call::OpenNtHandleFromName { attributes, .. }
        | Call::OpenSyncObjectNtHandleFromName { attributes, .. } => {
            attributes_are_formed(state, caller, attributes)
        }
        Call::OpenSyncObjectFromNtHandle2 { handle, device, .. } => {
            nt_operand_is_formed(caller, handle) && local_operand_is_formed(caller, device)
        }
    }
}

fn local_operand_is_formed(caller: &Process, operand: LocalOperand) -> bool {
    match operand {
        LocalOperand::Named(name) => caller.local_handle(name).is_some(),
        LocalOperand::Dead(_) => true,
    }
}

fn entries_are_formed(caller: &Process, device: LocalOperand, entries: Entries) -> bool {
    local_operand_is_formed(caller, device)
        && entries.iter().all(|(object, _)| local_operand_is_formed(caller, object))
}

fn attributes_are_formed(state: &State, caller: &Process, attributes: Option<Attributes>) -> bool {
    let name = attributes.and_then(|attributes| attributes.name);
    // RootDirectory 0 is no RootDirectory.
    let root_is_formed = |root| root != NtOperand::Dead(DeadKind::Zero) && nt_operand_is_formed(caller, root);
    match name {
        None | Some(NameOperand::Root) => true,
        Some(NameOperand::Empty { root }) => root.is_none_or(root_is_formed),
        Some(NameOperand::In { directory, last }) => {
            let leads_to = match directory {
                DirectoryOperand::Path(directory) => Some(directory),
                DirectoryOperand::Handle(NtOperand::Named(root)) => match caller.nt_handle(root) {
                    Some(NtHandle { object: NtObject::Directory(directory), .. }) => Some(*directory),
                    _ => None,
                },
                _ => None,
            };
            let directory_is_formed = match directory {
                DirectoryOperand::Path(directory) => state.directory(directory).is_some(),
                DirectoryOperand::Handle(root) => root_is_formed(root),
                DirectoryOperand::Missing => true,
                DirectoryOperand::Object { directory, token } => look_up(state, directory, token).is_some(),
            };
            // NAM-15: an added directory has no link and no directory in it. A relative name starts with a
            // component (NAM-11), so it reaches an empty one through a directory only.
            let has_one = !matches!(leads_to, Some(DirectoryName::Added(_)));
            let needs_one = match last {
                LastComponent::Directory => true,
                LastComponent::Empty => matches!(directory, DirectoryOperand::Handle(_)),
                LastComponent::Token { .. } => false,
            };
            directory_is_formed && (has_one || !needs_one)
        }
    }
}

fn global_operand_is_formed(state: &State, operand: GlobalOperand) -> bool {
    match operand {
        GlobalOperand::Named(name) => state.global_handle(name).is_some(),
        GlobalOperand::Dead(kind) => kind != DeadKind::Foreign,
    }
}

fn data_is_formed(data: DataOperand) -> bool {
    !matches!(data, DataOperand::Bytes { size: 0, .. })
}

fn duplicate_is_formed(state: &State, caller: &Process, duplicate: &Duplicate) -> bool {
    let source_handle_is_formed = match duplicate.source_handle {
        // A name is looked up in the source process, so there must be one.
        NtOperand::Named(name) => named_process(state, caller.name, duplicate.source_process)
            .is_some_and(|source| source.nt_handle(name).is_some()),
        NtOperand::Current | NtOperand::CurrentThread | NtOperand::Dead(_) => true,
    };
    source_handle_is_formed
        && nt_operand_is_formed(caller, duplicate.source_process)
        && nt_operand_is_formed(caller, duplicate.target_process)
}

fn nt_operand_is_formed(holder: &Process, operand: NtOperand) -> bool {
    match operand {
        NtOperand::Named(name) => holder.nt_handle(name).is_some(),
        NtOperand::Current | NtOperand::CurrentThread | NtOperand::Dead(_) => true,
    }
}

/// Returns the process that a process operand of the caller names, live or ended.
fn named_process(state: &State, caller: ProcessName, operand: NtOperand) -> Option<&Process> {
    match operand {
        NtOperand::Current => state.process(caller),
        NtOperand::Named(name) => match state.process(caller)?.nt_handle(name)?.object {
            NtObject::Process(process) => state.process(process),
            _ => None,
        },
        NtOperand::CurrentThread | NtOperand::Dead(_) => None,
    }
}

fn host_is_formed(state: &State, host: Host) -> bool {
    match host {
        Host::CreateProcess(_) | Host::AddDirectory { .. } => true,
        Host::StartThread { process } => state.live_process(process).is_some(),
        // ADP-03: a LUID is not 0 and names one adapter for ever.
        Host::AddAdapter { luid, .. } => {
            luid != 0 && state.adapters.iter().all(|adapter| adapter.luid != luid)
        }
        // A granted mask is plain: only bits that the type has.
        Host::PlaceProcessHandle { holder, target, access, .. } => {
            state.live_process(holder).is_some()
                && state.live_process(target).is_some()
                && access & !PROCESS_ALL_ACCESS == 0
        }
        // NAM-16
        Host::PlaceNamedObject { path, .. } => {
            state.directory(path.directory).is_some() && look_up(state, path.directory, path.token).is_none()
        }
        Host::PlaceDirectoryHandle { holder, directory, access, .. } => {
            state.live_process(holder).is_some()
                && state.directory(directory).is_some()
                && access & !DIRECTORY_ALL_ACCESS == 0
        }
        Host::PlaceSectionHandle { holder, access, .. } => {
            state.live_process(holder).is_some() && access & !SECTION_ALL_ACCESS == 0
        }
        Host::SetHandleFlags { holder, handle, .. } => {
            state.process(holder).is_some_and(|holder| holder.nt_handle(handle).is_some())
        }
    }
}
