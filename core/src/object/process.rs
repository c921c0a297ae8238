//! Processes and their threads: who calls, and whose tables are meant.
//!
//! Life cycle: a process begins with empty tables, apart from what it inherits, and without a thread; the host starts
//! threads in it. It ends by its own call or is killed, with all that it owns. A thread ends by itself or with its process.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::event::{Effect, Outcome};
use crate::handle::access::{self, PROCESS_ALL_ACCESS};
use crate::handle::nt::table::{NtEntry, NtTable};
use crate::handle::nt::{NtBody, NtHandle};
use crate::handle::table::HandleTable;
use crate::handle::{Kind, LocalHandle, bits};
use crate::id::{AdapterId, DeviceId, KeyedMutexId, NtObjectId, ProcessId, ThreadId};
use crate::inspect::ThreadState;
use crate::kernel::Kernel;
use crate::object::keyed_mutex::MutexHolder;
use crate::plan::Plan;
use crate::planted::Planted;
use crate::refusal::{Misuse, Refusal};
use crate::reply::Output;
use crate::roster::Roster;
use crate::rule;
use crate::status::NtStatus;

/// Whether a process has 32-bit or 64-bit pointers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bitness {
    /// 32 bits.
    Bits32,
    /// 64 bits.
    #[default]
    Bits64,
}

/// What a process is from its beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProcessConfig {
    /// The number of the user that it runs as.
    pub user: u32,
    /// The number of its session.
    pub session: u32,
    /// The size of its pointers.
    pub bits: Bitness,
    /// Whether its user is an administrator (NAM-24).
    pub administrator: bool,
    /// Whether it may raise the priority of its contexts.
    pub raise_priority: bool,
}

/// A living process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    pub(crate) config: ProcessConfig,
    /// The NT object that stands for it.
    pub(crate) object: NtObjectId,
    /// Its living threads; ids ascend in order of creation.
    pub(crate) threads: BTreeSet<ThreadId>,
    // HND-03: one table for all kinds of object.
    pub(crate) handles: HandleTable<LocalHandle>,
    pub(crate) nt_handles: NtTable,
    /// The adapters to which it has handles.
    pub(crate) adapters: BTreeMap<AdapterId, OpenAdapter>,
    /// All its devices in order of creation, those that await their reclaim included.
    pub(crate) devices: Roster<DeviceId>,
}

impl Process {
    /// Its handles to keyed mutexes in ascending index order.
    pub(crate) fn keyed_mutex_handles(&self) -> impl Iterator<Item = (LocalHandle, KeyedMutexId)> {
        self.handles.entries().filter_map(|entry| match entry.object {
            Some((Kind::KeyedMutex, number)) => {
                Some((bits::pack(entry.index, entry.generation), KeyedMutexId(number)))
            }
            _ => None,
        })
    }
}

/// What a process has of one adapter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct OpenAdapter {
    /// How many of its local handles name the adapter.
    pub(crate) handles: u32,
    /// Its devices on the adapter that have a handle, in order of creation.
    pub(crate) devices: Roster<DeviceId>,
}

/// A living thread.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Thread {
    pub(crate) process: ProcessId,
    pub(crate) state: ThreadState,
}

/// CreateProcess, by the process of the calling thread. The child begins with an empty D3DKMT table (HND-20) and the parent
/// gets a handle to it.
///
/// Refused with `INSUFFICIENT_RESOURCES` if the parent's NT table is full, with `NO_MEMORY` if there are too many processes
/// (NTH-05).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CreateProcess {
    /// Whether the child gets the parent's handles that have the inherit flag (NTH-18), at the same values (NTH-19).
    pub inherit_handles: bool,
    /// What the child is.
    pub config: ProcessConfig,
}

/// A process gets an NT handle to a living process out of nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlaceProcessHandle {
    /// Who gets the handle.
    pub holder: ProcessId,
    /// What it names.
    pub target: ProcessId,
    /// Its mask; generic bits are replaced by all rights, bits that a process handle does not have are dropped.
    pub granted_access: u32,
    /// Its inherit flag.
    pub inherit: bool,
    /// Its protect-from-close flag.
    pub protect_from_close: bool,
}

/// The flags of an NT handle change, as by SetHandleInformation (NTH-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SetNtHandleFlags {
    /// Whose handle.
    pub process: ProcessId,
    /// Which one.
    pub handle: NtHandle,
    /// Its new inherit flag.
    pub inherit: bool,
    /// Its new protect-from-close flag.
    pub protect_from_close: bool,
}

impl Kernel {
    pub(crate) fn check_create_process(
        &self,
        parent: ProcessId,
        request: &CreateProcess,
    ) -> Result<Plan, Refusal> {
        // NTH-05: the handle of the parent, then the process itself.
        if !self.process(parent).nt_handles.can_insert(self.limits.nt_handles_per_process) {
            return Err(Refusal::new(NtStatus::INSUFFICIENT_RESOURCES, rule::NTH_05));
        }
        if !self.has_room_for_a_process() {
            return Err(Refusal::new(NtStatus::NO_MEMORY, rule::NTH_05));
        }
        Ok(Plan::CreateProcess { parent, request: *request })
    }

    pub(crate) fn commit_create_process(&mut self, parent: ProcessId, request: &CreateProcess) -> Outcome {
        let every = self.planted(Planted::InheritanceIgnoresTheFlag);
        // NTH-18
        let inherited = if request.inherit_handles {
            self.process(parent).nt_handles.inherited(|entry| entry.inherit || every)
        } else {
            NtTable::default()
        };
        let process = self.begin_process(request.config, inherited);
        // Made after the inheritance, so the child never has it.
        let entry = NtEntry {
            object: self.process(process).object,
            granted_access: PROCESS_ALL_ACCESS,
            inherit: false,
            protect_from_close: false,
        };
        let handle = self.insert_nt_handle(parent, entry);
        Outcome::with(Output::CreateProcess { process, handle: Some(handle) })
    }

    /// The host begins a process without a parent.
    pub(crate) fn create_root_process(&mut self, config: ProcessConfig) -> Result<Outcome, Misuse> {
        if !self.has_room_for_a_process() {
            return Err(Misuse::LimitReached { what: "processes", limit: self.limits.processes });
        }
        let process = self.begin_process(config, NtTable::default());
        Ok(Outcome::with(Output::CreateProcess { process, handle: None }))
    }

    /// Whether a process more is within the limit. An ended one counts while a handle keeps its object.
    fn has_room_for_a_process(&self) -> bool {
        self.nt_objects.processes() < self.limits.processes && self.last_process < u32::MAX
    }

    fn begin_process(&mut self, config: ProcessConfig, nt_handles: NtTable) -> ProcessId {
        // NAM-15
        self.namespace.begin_session(config.session);
        self.last_process += 1;
        let id = ProcessId(self.last_process);
        // NTH-18: each inherited entry is a reference of its own.
        let inherited: Vec<_> = nt_handles.entries().map(|(_, entry)| entry.object).collect();
        for object in inherited {
            self.add_nt_reference(object);
        }
        let object = self.nt_objects.insert(NtBody::Process(id));
        let process = Process {
            config,
            object,
            threads: BTreeSet::new(),
            // HND-20
            handles: HandleTable::new(self.limits.local_table),
            nt_handles,
            adapters: BTreeMap::new(),
            devices: Roster::new(),
        };
        self.processes.insert(id, process);
        id
    }

    /// The host starts a thread.
    pub(crate) fn start_thread(&mut self, process: ProcessId) -> Result<Outcome, Misuse> {
        self.expect_alive(process)?;
        let limit = self.limits.threads;
        if self.threads.len() as u64 >= u64::from(limit) || self.last_thread == u32::MAX {
            return Err(Misuse::LimitReached { what: "threads", limit });
        }
        self.last_thread += 1;
        let id = ThreadId(self.last_thread);
        self.threads.insert(id, Thread { process, state: ThreadState::Ready });
        self.process_mut(process).threads.insert(id);
        Ok(Outcome::with(Output::Thread(id)))
    }

    /// A thread ends and its process goes on.
    // TRD-12: nothing that its process owns is touched. KMX-31, KMX-12: nor is a mutex abandoned that it acquired.
    pub(crate) fn end_thread(&mut self, id: ThreadId) -> Result<Outcome, Misuse> {
        let Thread { process, state } = *self.living_thread(id)?;
        if self.planted(Planted::ThreadEndAbandons) {
            for (handle, mutex) in self.process(process).keyed_mutex_handles().collect::<Vec<_>>() {
                let mutex = self.keyed_mutex_mut(mutex);
                if mutex.holder == (MutexHolder::Owned { process, handle }) {
                    mutex.holder = MutexHolder::Abandoned;
                }
            }
        }
        // KMX-36
        if let ThreadState::Blocked(wait) = state {
            self.remove_wait(wait);
        }
        self.threads.remove(&id);
        self.process_mut(process).threads.remove(&id);
        Ok(Outcome { effects: alloc::vec![Effect::ThreadEnded { thread: id }], ..Outcome::done() })
    }

    /// The host puts an NT handle to a process into the table of another one.
    pub(crate) fn place_process_handle(&mut self, request: &PlaceProcessHandle) -> Result<Outcome, Misuse> {
        let PlaceProcessHandle { holder, target, granted_access, inherit, protect_from_close } = *request;
        self.expect_alive(holder)?;
        self.expect_alive(target)?;
        let limit = self.limits.nt_handles_per_process;
        // NTH-05
        if !self.process(holder).nt_handles.can_insert(limit) {
            return Err(Misuse::LimitReached { what: "NT handles of the process", limit });
        }
        let granted_access = access::PROCESS.map(granted_access);
        let object = self.process(target).object;
        let handle =
            self.insert_nt_handle(holder, NtEntry { object, granted_access, inherit, protect_from_close });
        Ok(Outcome::with(Output::NtHandle(handle)))
    }

    /// The host changes the flags of one handle.
    // NTH-04: they belong to the handle, so no other one changes.
    pub(crate) fn set_nt_handle_flags(&mut self, request: &SetNtHandleFlags) -> Result<Outcome, Misuse> {
        let SetNtHandleFlags { process, handle, inherit, protect_from_close } = *request;
        self.expect_alive(process)?;
        let entry = self.process_mut(process).nt_handles.get_mut(handle);
        let entry = entry.ok_or(Misuse::UnknownNtHandle(handle))?;
        (entry.inherit, entry.protect_from_close) = (inherit, protect_from_close);
        Ok(Outcome::done())
    }
}
