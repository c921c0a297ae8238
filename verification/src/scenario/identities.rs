//! What the names of handles stand for, so that effects and waits are written by the names of a scenario.

use std::collections::BTreeMap;

use kmt_core::{DeviceId, Kernel, NtHandle, NtObjectBody, NtObjectId, ProcessId, SyncObjectId};

use super::document::CallLine;
use super::place::Name;
use super::play::{Play, Progress};

/// Which object each name of a handle stands for, by the place of the name among the members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Identities {
    pub(crate) devices: BTreeMap<usize, DeviceId>,
    pub(crate) sync_objects: BTreeMap<usize, SyncObjectId>,
    pub(crate) events: BTreeMap<usize, NtObjectId>,
}

impl Identities {
    /// Keeps the names that are still wanted.
    pub(super) fn retain(&mut self, wanted: impl Fn(usize) -> bool) {
        self.devices.retain(|place, _| wanted(*place));
        self.sync_objects.retain(|place, _| wanted(*place));
        self.events.retain(|place, _| wanted(*place));
    }

    /// Lets go of the names of objects that are no more: their numbers will mean others.
    pub(super) fn settle(&mut self, kernel: &Kernel) {
        if !self.devices.is_empty() {
            let living: Vec<_> = kernel.devices().map(|device| device.id).collect();
            self.devices.retain(|_, id| living.contains(id));
        }
        if !self.sync_objects.is_empty() {
            let living: Vec<_> = kernel.sync_objects().map(|object| object.id).collect();
            self.sync_objects.retain(|_, id| living.contains(id));
        }
        if !self.events.is_empty() {
            let living: Vec<_> = kernel.nt_objects().map(|object| object.id).collect();
            self.events.retain(|_, id| living.contains(id));
        }
    }
}

/// The place of the name that was first given to an object.
pub(super) fn place_of<T: PartialEq>(names: &BTreeMap<usize, T>, id: &T) -> Option<usize> {
    names.iter().find(|(_, known)| *known == id).map(|(place, _)| *place)
}

impl Play {
    /// Notes what the name of an output stands for, if it is one of a device, a synchronisation object or an event.
    pub(super) fn identify(
        &self,
        kernel: &Kernel,
        progress: &mut Progress,
        program: usize,
        line: &CallLine,
        (field, name, value): (&str, &Name, u64),
    ) {
        let Some(place) = self.cast.place(name) else { return };
        let caller = self.thread_of(progress, program);
        let caller = kernel.threads().find(|thread| Some(thread.id) == caller).map(|thread| thread.process);
        let Some(caller) = caller else { return };
        match field {
            // CreateDevice does not say which device it made; it is the latest.
            "hDevice" => {
                let latest = kernel.devices().last().map(|device| (place, device.id));
                progress.identities.devices.extend(latest);
            }
            "hSyncObject" => {
                let mut openings = kernel.openings();
                let opening = openings
                    .find(|opening| opening.process == caller && u64::from(opening.handle.raw()) == value);
                progress.identities.sync_objects.extend(opening.map(|opening| (place, opening.object)));
            }
            "hEvent" => progress.identities.events.extend(event(kernel, caller, value).map(|id| (place, id))),
            "pTargetHandle" => {
                let target = self.target(kernel, progress, caller, line);
                let event = target.and_then(|target| event(kernel, target, value));
                progress.identities.events.extend(event.map(|id| (place, id)));
            }
            _ => {}
        }
    }

    /// The process that a duplicate was made in.
    fn target(
        &self,
        kernel: &Kernel,
        progress: &Progress,
        caller: ProcessId,
        line: &CallLine,
    ) -> Option<ProcessId> {
        let target = line.inputs.iter().find(|input| input.field == "TargetProcess")?;
        let value = self.number(progress, &target.value.value).ok()?;
        if value == NtHandle::CURRENT_PROCESS.raw() {
            return Some(caller);
        }
        match named(kernel, caller, value)?.1 {
            NtObjectBody::Process(process) => Some(process),
            NtObjectBody::Event { .. }
            | NtObjectBody::SharedSyncObject { .. }
            | NtObjectBody::Section
            | NtObjectBody::Directory => None,
        }
    }
}

/// The event that an NT handle of a process names.
fn event(kernel: &Kernel, process: ProcessId, handle: u64) -> Option<NtObjectId> {
    let (id, body) = named(kernel, process, handle)?;
    matches!(body, NtObjectBody::Event { .. }).then_some(id)
}

/// What an NT handle of a process names.
fn named(kernel: &Kernel, process: ProcessId, handle: u64) -> Option<(NtObjectId, NtObjectBody)> {
    let table = kernel.nt_table(process)?;
    // NTH-03: the two low bits of a handle mean nothing.
    let entry = table.entries.iter().find(|entry| entry.handle.raw() == handle & !3)?;
    let object = kernel.nt_objects().find(|object| object.id == entry.object)?;
    Some((object.id, object.body))
}
