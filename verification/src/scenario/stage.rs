//! What the host does: the kernel of a world, its adapters, processes, threads and placed handles, and the incidents.

use kmt_core::{
    AdapterId, AddDirectory, Answer, Event, Host, Incident, Kernel, Limits, NtHandle, Outcome, Output, Pick,
    PlaceDirectoryHandle, PlaceNamedObject, PlaceProcessHandle, PlaceSectionHandle, ProcessId, Profile,
    Reply, SetNtHandleFlags,
};

use super::document::{
    AdapterLine, Dialect, DirectoryLine, HandleLine, HandleTarget, HostLine, IncidentLine, ObjectLine,
    ProcessLine, Value, World,
};
use super::error::Fault;
use super::machine::{Machine, MachineError};
use super::place::{Name, Span};
use super::play::{Play, PlayError, Progress};

/// The mask of an NT handle to a process whose scenario does not write one: every right of a process (CreateProcess).
const PROCESS_ALL_ACCESS: u32 = 0x001F_FFFF;
/// That of another one: every right of its type (ACC-05).
const GENERIC_ALL: u32 = 0x1000_0000;

/// The profile that a dialect stands for.
#[must_use]
pub fn profile(dialect: Dialect) -> Profile {
    match dialect {
        Dialect::Windows => Profile::windows(),
        Dialect::Documented => Profile::documented(),
    }
}

/// The bounds of a world: the default ones, but for those that it writes down.
#[must_use]
pub fn limits(world: &World) -> Limits {
    let mut limits = Limits::default();
    for (key, bound) in &world.limits {
        let field = match *key {
            "growth" => &mut limits.local_table.growth,
            "reserve" => &mut limits.local_table.reserve,
            "max_entries" => &mut limits.local_table.max_entries,
            "global_growth" => &mut limits.global_table.growth,
            "global_reserve" => &mut limits.global_table.reserve,
            "global_max_entries" => &mut limits.global_table.max_entries,
            "nt_handles_per_process" => &mut limits.nt_handles_per_process,
            "devices" => &mut limits.devices,
            "keyed_mutexes" => &mut limits.keyed_mutexes,
            "sync_objects" => &mut limits.sync_objects,
            "nt_objects" => &mut limits.nt_objects,
            "waits" => &mut limits.waits,
            "processes" => &mut limits.processes,
            "threads" => &mut limits.threads,
            _ => &mut limits.adapters,
        };
        *field = bound.value;
    }
    limits
}

/// The kernel of a world, before anything is in it.
///
/// # Errors
///
/// A [`Fault`] at the limits when they contradict each other or a rule.
pub fn kernel(world: &World) -> Result<Kernel, Fault> {
    Kernel::new(profile(world.dialect), limits(world)).map_err(|misuse| {
        let span = world.limits.values().next().map_or(0..0, |bound| bound.span.clone());
        Fault::new(span, misuse.to_string(), "limits under which the rules can hold")
    })
}

/// Hands an event to the machine; what it does not take is a fault of the scenario at this place.
pub(super) fn take<M: Machine>(machine: &mut M, event: Event, span: &Span) -> Result<Outcome, PlayError> {
    machine.handle(event).map_err(|error| match error {
        MachineError::Misuse(misuse) => PlayError::Fault(Fault::new(
            span.clone(),
            misuse.to_string(),
            "an event that can happen at this point",
        )),
        MachineError::Divergence(text) => PlayError::Divergence(text),
    })
}

/// What a host event made.
fn output(outcome: &Outcome) -> Option<&Output> {
    match &outcome.answer {
        Answer::Complete(Reply { output, .. }) => Some(output),
        Answer::Refused(_) | Answer::RefusedButWritten { .. } | Answer::Pending(_) => None,
    }
}

/// The host adds a directory.
pub(super) fn add_directory<M: Machine>(
    machine: &mut M,
    directory: &DirectoryLine,
) -> Result<Outcome, PlayError> {
    let path = directory.path.encode_utf16().collect();
    let event = AddDirectory { path, refused_users: directory.refuses.iter().copied().collect() };
    take(machine, Event::Host(Host::AddDirectory(event)), &directory.path.span)
}

/// The host places a named object.
pub(super) fn place_named_object<M: Machine>(
    machine: &mut M,
    object: &ObjectLine,
) -> Result<Outcome, PlayError> {
    let path = object.path.encode_utf16().collect();
    let event = PlaceNamedObject { path, object_type: object.object_type };
    take(machine, Event::Host(Host::PlaceNamedObject(event)), &object.path.span)
}

impl Play {
    pub(super) fn host<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        host: &HostLine,
        span: &Span,
    ) -> Result<Outcome, PlayError> {
        match host {
            HostLine::AddAdapter(adapter) => self.add_adapter(machine, progress, adapter),
            HostLine::CreateProcess(process) => self.create_process(machine, progress, process),
            HostLine::StartThread { process, name } => {
                let process = self.known(progress, process, span).map(ProcessId::from_number)?;
                self.start_thread(machine, progress, process, name)
            }
            HostLine::AddDirectory(directory) => add_directory(machine, directory),
            HostLine::PlaceNamedObject(object) => place_named_object(machine, object),
            HostLine::PlaceHandle(handle) => self.place_handle(machine, progress, handle),
            HostLine::SetHandleFlags { process, handle, inherit, protect } => {
                let value = Value::Handle(handle.value.clone());
                let number = self.number(progress, &value).map_err(|name| {
                    PlayError::Fault(self.without_value(progress, &Name::made(name.to_owned()), &handle.span))
                })?;
                let event = Host::SetNtHandleFlags(SetNtHandleFlags {
                    process: self.known(progress, process, span).map(ProcessId::from_number)?,
                    handle: NtHandle::from_raw(number),
                    inherit: *inherit,
                    protect_from_close: *protect,
                });
                take(machine, Event::Host(event), span)
            }
        }
    }

    pub(super) fn add_adapter<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        adapter: &AdapterLine,
    ) -> Result<Outcome, PlayError> {
        let mut config = adapter.config(0);
        if let Some(member) = self.cast.member(&adapter.name) {
            config.luid = kmt_core::Luid::from_raw(member.luid);
        }
        let outcome = take(machine, Event::Host(Host::AddAdapter(config)), &adapter.name.span)?;
        if let Some(Output::Adapter(id)) = output(&outcome) {
            self.set(progress, &adapter.name, id.number().into());
        }
        Ok(outcome)
    }

    pub(super) fn create_process<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        process: &ProcessLine,
    ) -> Result<Outcome, PlayError> {
        let event = Event::Host(Host::CreateProcess(process.config()));
        let outcome = take(machine, event, &process.name.span)?;
        if let Some(Output::CreateProcess { process: id, .. }) = output(&outcome) {
            self.set(progress, &process.name, id.number().into());
            for thread in &process.threads {
                self.start_thread(machine, progress, *id, thread)?;
            }
        }
        Ok(outcome)
    }

    pub(super) fn start_thread<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        process: ProcessId,
        thread: &Name,
    ) -> Result<Outcome, PlayError> {
        let outcome = take(machine, Event::Host(Host::StartThread(process)), &thread.span)?;
        if let Some(Output::Thread(id)) = output(&outcome) {
            self.set(progress, thread, id.number().into());
        }
        Ok(outcome)
    }

    pub(super) fn place_handle<M: Machine>(
        &self,
        machine: &mut M,
        progress: &mut Progress,
        handle: &HandleLine,
    ) -> Result<Outcome, PlayError> {
        let access = handle.access.as_ref().map(|access| self.number(progress, &access.value));
        let access = access.and_then(Result::ok).and_then(|access| u32::try_from(access).ok());
        let process = |name: &Name| self.known(progress, name, &name.span).map(ProcessId::from_number);
        let holder = process(&handle.holder)?;
        let (inherit, protect_from_close) = (handle.inherit, handle.protect);
        let event = match &handle.target {
            HandleTarget::Process(target) => Host::PlaceProcessHandle(PlaceProcessHandle {
                holder,
                target: process(target)?,
                granted_access: access.unwrap_or(PROCESS_ALL_ACCESS),
                inherit,
                protect_from_close,
            }),
            HandleTarget::Directory(path) => Host::PlaceDirectoryHandle(PlaceDirectoryHandle {
                holder,
                path: path.encode_utf16().collect(),
                granted_access: access.unwrap_or(GENERIC_ALL),
                inherit,
                protect_from_close,
            }),
            HandleTarget::Section => Host::PlaceSectionHandle(PlaceSectionHandle {
                holder,
                granted_access: access.unwrap_or(GENERIC_ALL),
                inherit,
                protect_from_close,
            }),
        };
        let outcome = take(machine, Event::Host(event), &handle.name.span)?;
        if let Some(Output::NtHandle(value)) = output(&outcome) {
            self.set(progress, &handle.name, value.raw());
        }
        Ok(outcome)
    }

    pub(super) fn incident(
        &self,
        kernel: &Kernel,
        progress: &Progress,
        incident: &IncidentLine,
        pick: Option<Pick>,
        span: &Span,
    ) -> Result<Incident, PlayError> {
        Ok(match incident {
            IncidentLine::EndThread(thread) => {
                Incident::EndThread(kmt_core::ThreadId::from_number(self.known(progress, thread, span)?))
            }
            IncidentLine::KillProcess(process) => {
                Incident::KillProcess(ProcessId::from_number(self.known(progress, process, span)?))
            }
            IncidentLine::StopAdapter(adapter) => {
                let adapter = AdapterId::from_number(self.known(progress, adapter, span)?);
                let first = || kernel.stop_picks(adapter).ok().and_then(|picks| picks.into_iter().next());
                // An adapter that cannot stop gets its misuse when it is to.
                Incident::StopAdapter { adapter, pick: pick.or_else(first).unwrap_or(Pick::Only) }
            }
        })
    }

    /// The id behind a name that has to have one by now.
    fn known(&self, progress: &Progress, name: &Name, span: &Span) -> Result<u32, PlayError> {
        self.id(progress, name).ok_or_else(|| PlayError::Fault(self.without_value(progress, name, span)))
    }
}
