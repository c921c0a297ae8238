//! What keeps the synchronisation objects and shared NT objects alive at the end of a run, in the names of the scenario.

use kmt_core::{Holder, Kernel, NtObjectBody, NtObjectId, ProcessId};
use serde::Serialize;

use super::cast::Thing;
use super::play::{Play, Progress};
use super::show;

/// An object, and what keeps it alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldLine {
    /// The object.
    pub object: String,
    /// Its holders, in the order of the kernel's ledger.
    pub by: Vec<String>,
}

/// Every synchronisation object that is alive, then every NT object that carries one.
// LIF-01, LIF-02
pub(super) fn held(play: &Play, kernel: &Kernel, progress: &Progress) -> Vec<HeldLine> {
    let view = View { play, kernel, progress };
    let by = |holders: Vec<Holder>| holders.into_iter().map(|holder| view.holder(holder)).collect();
    let objects = kernel.sync_objects().map(|object| HeldLine {
        object: format!("synchronisation object {}", show::sync_object(play, progress, object.id)),
        by: by(kernel.holders(object.id)),
    });
    let carriers = kernel.nt_objects().filter_map(|object| match object.body {
        NtObjectBody::SharedSyncObject { .. } => {
            Some(HeldLine { object: view.nt_object(object.id), by: by(kernel.nt_holders(object.id)) })
        }
        _ => None,
    });
    objects.chain(carriers).collect()
}

struct View<'v> {
    play: &'v Play,
    kernel: &'v Kernel,
    progress: &'v Progress,
}

impl View<'_> {
    fn holder(&self, holder: Holder) -> String {
        match holder {
            Holder::LocalHandle { process, handle } => {
                let is = |thing| matches!(thing, Thing::Local(_));
                self.handle("local handle", is, process, u64::from(handle.raw()))
            }
            Holder::NtHandle { process, handle } => {
                self.handle("NT handle", |thing| thing == Thing::Nt, process, handle.raw())
            }
            Holder::NtObject(object) => self.nt_object(object),
            Holder::Wait(wait) => {
                let thread = self.kernel.waits().find(|seen| seen.id == wait).and_then(|seen| seen.thread);
                thread.map_or_else(
                    || "a registered wait".to_owned(),
                    |thread| format!("the wait of {}", show::thread(self.play, self.progress, thread)),
                )
            }
            Holder::SyncObject(object) => {
                format!("CPU_NOTIFICATION {}", show::sync_object(self.play, self.progress, object))
            }
            Holder::Process(process) => format!("process {}", self.process(process)),
            Holder::Host => "the host".to_owned(),
        }
    }

    /// A handle by its name, where the process that has it has one of this number.
    fn handle(&self, what: &str, is: fn(Thing) -> bool, process: ProcessId, number: u64) -> String {
        let owner = self.process(process);
        let members = self.play.cast.members.iter().enumerate();
        let named = members.filter(|(_, member)| is(member.thing) && member.owner.as_ref() == Some(&owner));
        let mut named = named.filter(|(place, _)| self.progress.bindings.get(*place) == Some(number));
        match named.next() {
            Some((_, member)) => format!("{what} {} 0x{number:X} of {owner}", member.name),
            None => format!("{what} 0x{number:X} of {owner}"),
        }
    }

    fn process(&self, process: ProcessId) -> String {
        let number = process.number();
        let is = |thing| thing == Thing::Process;
        let member = self.progress.bindings.find(&self.play.cast, is, number.into());
        member.map_or_else(|| number.to_string(), |member| member.name.clone())
    }

    fn nt_object(&self, id: NtObjectId) -> String {
        let object = self.kernel.nt_objects().find(|object| object.id == id);
        match object.and_then(|object| object.name) {
            Some(name) => format!("NT object {:?}", String::from_utf16_lossy(&name)),
            None => format!("NT object {} without a name", id.number()),
        }
    }
}
