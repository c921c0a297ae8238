//! The kernel: all of its state, and the one door.
//!
//! Nothing is decided here. An event is handed to the object that it concerns; a call goes through its checks to a
//! [`Plan`], and the plan is carried out. [`choices`] lists what may happen next, [`lookup`] is what the calls share.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::arena::Arena;
use crate::event::{Answer, Call, Event, Host, Incident, Outcome, Pick, Step};
use crate::handle::GlobalHandle;
use crate::handle::nt::objects::NtObjects;
use crate::handle::table::HandleTable;
use crate::id::{AdapterId, ProcessId, ThreadId};
use crate::limits::Limits;
use crate::object::adapter::{Adapter, Luid};
use crate::object::devices::Devices;
use crate::object::keyed_mutex::KeyedMutex;
use crate::object::process::{Process, Thread};
use crate::object::sync_object::Opening;
use crate::object::sync_object::objects::SyncObjects;
use crate::plan::Plan;
#[cfg(feature = "planted")]
use crate::planted::Planted;
use crate::profile::Profile;
use crate::refusal::{Misuse, Refusal};
use crate::request::{EntryPoint, Request};
use crate::rule;
use crate::share::namespace::Namespace;
use crate::status::NtStatus;
use crate::wait::Waits;

mod choices;
mod lookup;

/// Who makes a call.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) process: ProcessId,
    pub(crate) thread: ThreadId,
    /// Whether the absolute time limit of the call, if it has one, has passed.
    pub(crate) deadline_passed: bool,
}

/// The graphics kernel of one machine, as a value.
///
/// It holds only what can influence a later outcome, so two kernels that are equal behave alike for ever. Cloning costs the
/// size of the state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kernel {
    pub(crate) profile: Profile,
    pub(crate) limits: Limits,
    /// The living ones.
    pub(crate) processes: BTreeMap<ProcessId, Process>,
    /// The number of the latest process: a smaller one that does not live has ended.
    pub(crate) last_process: u32,
    /// The living ones.
    pub(crate) threads: BTreeMap<ThreadId, Thread>,
    /// The number of the latest thread.
    pub(crate) last_thread: u32,
    /// All that there ever were, in order of creation.
    pub(crate) adapters: Vec<Adapter>,
    pub(crate) adapters_by_luid: BTreeMap<Luid, AdapterId>,
    pub(crate) devices: Devices,
    pub(crate) keyed_mutexes: Arena<KeyedMutex>,
    // HND-22: one for the machine.
    pub(crate) global_handles: HandleTable<GlobalHandle>,
    pub(crate) sync_objects: SyncObjects,
    /// What the local handles of synchronisation objects name.
    pub(crate) openings: Arena<Opening>,
    pub(crate) nt_objects: NtObjects,
    pub(crate) namespace: Namespace,
    pub(crate) waits: Waits,
    #[cfg(feature = "planted")]
    pub(crate) planted: Option<Planted>,
}

impl Default for Kernel {
    /// A kernel with the default profile and limits.
    fn default() -> Self {
        Self::with(Profile::default(), Limits::default())
    }
}

impl Kernel {
    /// A kernel of a machine without adapters and processes.
    ///
    /// # Errors
    ///
    /// [`Misuse::BadLimits`] if a rule could not hold under the limits: a handle table that grows by no more than its reserve
    /// (HND-11), or can never grow or would pass 16,777,215 entries (HND-14), or more than 16,777,216 NT handles (NTH-05).
    pub fn new(profile: Profile, limits: Limits) -> Result<Self, Misuse> {
        limits.validate()?;
        Ok(Self::with(profile, limits))
    }

    fn with(profile: Profile, limits: Limits) -> Self {
        Self {
            profile,
            limits,
            processes: BTreeMap::new(),
            last_process: 0,
            threads: BTreeMap::new(),
            last_thread: 0,
            adapters: Vec::new(),
            adapters_by_luid: BTreeMap::new(),
            devices: Devices::new(),
            keyed_mutexes: Arena::new(),
            global_handles: HandleTable::new(limits.global_table),
            sync_objects: SyncObjects::new(),
            openings: Arena::new(),
            nt_objects: NtObjects::new(),
            namespace: Namespace::new(),
            waits: Waits::new(),
            #[cfg(feature = "planted")]
            planted: None,
        }
    }

    /// Lets one event happen and says what it led to.
    ///
    /// # Errors
    ///
    /// [`Misuse`] if the event cannot happen in this state; then nothing changed. A call that the kernel refuses is not an
    /// error here but an [`Answer::Refused`]; then nothing changed either, but for the close that NTH-13 asks for; nor by
    /// [`Answer::RefusedButWritten`].
    ///
    /// # Panics
    ///
    /// In debug builds, if an invariant is broken afterwards: a mistake of this library. It is looked for while fewer than
    /// 64 objects live.
    // The event is consumed: what it carries belongs to the kernel from now on.
    #[allow(clippy::needless_pass_by_value, reason = "an event happens once")]
    pub fn handle(&mut self, event: Event) -> Result<Outcome, Misuse> {
        let outcome = match &event {
            Event::Call(call) => self.call(call)?,
            Event::Step(step) => self.step(step)?,
            Event::Incident(incident) => self.incident(incident)?,
            Event::Host(host) => self.host(host)?,
        };
        if cfg!(debug_assertions) && self.object_count() < 64 {
            self.assert_invariants();
        }
        Ok(outcome)
    }

    // LIF-15: the checks and the effect of a call are one step.
    fn call(&mut self, call: &Call) -> Result<Outcome, Misuse> {
        let caller = self.caller(call.thread)?;
        let deadline_passed = call.pick == Pick::DeadlinePassed;
        let by = Caller { process: caller, thread: call.thread, deadline_passed };
        let plan = self.check(by, &call.request);
        let sets = plan.as_ref().map_or(&[][..], Plan::sets);
        let offered = match call.request.absolute_limit() {
            Some(_) => matches!(call.pick, Pick::DeadlineAhead | Pick::DeadlinePassed),
            None => self.offers(sets, &call.pick),
        };
        if !offered {
            return Err(Misuse::PickNotOffered(call.pick.clone()));
        }
        match plan {
            Ok(plan) => Ok(self.commit(plan, &call.pick)),
            // LIF-13, SYN-38, ADP-02, HND-06, INV-35: a refused call has changed nothing.
            Err(refusal) => {
                #[cfg(feature = "planted")]
                self.make_a_refused_call_change_something(caller, &call.request);
                Ok(Outcome::answer(Answer::Refused(refusal)))
            }
        }
    }

    /// The whole list of checks of a call, in its order.
    // ADP-01
    pub(crate) fn check(&self, by: Caller, request: &Request) -> Result<Plan, Refusal> {
        let caller = by.process;
        match request {
            Request::OpenAdapterFromLuid(request) => self.check_open_adapter(caller, request),
            Request::EnumAdapters2(request) => self.check_enum_adapters2(caller, request),
            Request::EnumAdapters3(request) => self.check_enum_adapters3(caller, request),
            Request::CloseAdapter(request) => self.check_close_adapter(caller, request),
            Request::CreateDevice(request) => self.check_create_device(caller, request),
            Request::DestroyDevice(request) => self.check_destroy_device(caller, request),
            Request::GetDeviceState(request) => self.check_get_device_state(caller, request),
            Request::MarkDeviceAsError(request) => self.check_mark_device_as_error(caller, request),
            Request::CreateKeyedMutex(request) => self.check_create_keyed_mutex(caller, request),
            Request::CreateKeyedMutex2(request) => self.check_create_keyed_mutex2(caller, request),
            Request::OpenKeyedMutex(request) => self.check_open_keyed_mutex(caller, request),
            Request::OpenKeyedMutex2(request) => self.check_open_keyed_mutex2(caller, request),
            Request::DestroyKeyedMutex(request) => self.check_destroy_keyed_mutex(caller, request),
            Request::AcquireKeyedMutex(request) => self.check_acquire_keyed_mutex(by, request),
            Request::AcquireKeyedMutex2(request) => self.check_acquire_keyed_mutex2(by, request),
            Request::ReleaseKeyedMutex(request) => self.check_release_keyed_mutex(caller, request),
            Request::ReleaseKeyedMutex2(request) => self.check_release_keyed_mutex2(caller, request),
            Request::CreateSynchronizationObject(request) => self.check_create_sync_object(caller, request),
            Request::CreateSynchronizationObject2(request) => self.check_create_sync_object2(caller, request),
            Request::OpenSynchronizationObject(request) => self.check_open_sync_object(caller, request),
            Request::DestroySynchronizationObject(request) => self.check_destroy_sync_object(caller, request),
            Request::SignalSynchronizationObjectFromCpu(request) => {
                self.check_signal_from_cpu(caller, request)
            }
            Request::WaitForSynchronizationObjectFromCpu(request) => self.check_wait_from_cpu(by, request),
            Request::CreateEvent(request) => self.check_create_event(caller, request),
            Request::SetEvent(request) => self.check_set_event(caller, request),
            Request::ResetEvent(request) => self.check_reset_event(caller, request),
            Request::WaitForEvent(request) => self.check_wait_for_event(by, request),
            Request::ShareObjects(request) => self.check_share_objects(caller, request),
            Request::OpenNtHandleFromName(request) => self.check_open_nt_handle_from_name(caller, request),
            Request::OpenSyncObjectNtHandleFromName(request) => {
                self.check_open_sync_object_nt_handle_from_name(caller, request)
            }
            Request::OpenSyncObjectFromNtHandle(request) => self.check_open_from_nt_handle(caller, request),
            Request::OpenSyncObjectFromNtHandle2(request) => self.check_open_from_nt_handle2(caller, request),
            Request::QueryObject(request) => self.check_query_object(caller, request),
            Request::CloseHandle(request) => self.check_close_handle(caller, request),
            Request::DuplicateHandle(request) => self.check_duplicate_handle(caller, request),
            Request::CreateProcess(request) => self.check_create_process(caller, request),
            Request::ExitProcess => Ok(Plan::ExitProcess { process: caller }),
            Request::NullArgument(EntryPoint::OpenSyncObjectFromNtHandle) => {
                Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::OPN_05))
            }
            // ADP-01
            Request::NullArgument(_) => Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::ADP_01)),
        }
    }

    fn commit(&mut self, plan: Plan, pick: &Pick) -> Outcome {
        match plan {
            Plan::OpenAdapterFromLuid { process, adapter } => self.commit_open_adapter(process, adapter),
            Plan::EnumAdapters { process, reported } => self.commit_enum_adapters(process, reported),
            Plan::CloseAdapter { process, handle, adapter, devices } => {
                self.commit_close_adapter(process, handle, adapter, devices)
            }
            Plan::CreateDevice { process, adapter } => self.commit_create_device(process, adapter),
            Plan::DestroyDevice { device } => self.commit_destroy_device(device),
            Plan::MarkDeviceAsError(error) => self.commit_enter_error(&error, pick),
            Plan::CreateKeyedMutex { process, key, private_data, is_shared } => {
                self.commit_create_keyed_mutex(process, key, private_data, is_shared)
            }
            Plan::OpenKeyedMutex { process, mutex, private_data } => {
                self.commit_open_keyed_mutex(process, mutex, private_data)
            }
            Plan::DestroyKeyedMutex { process, handle, mutex } => {
                self.commit_destroy_keyed_mutex(process, handle, mutex)
            }
            Plan::TakeKeyedMutex { process, handle, mutex, wants_private_data } => {
                self.commit_take_keyed_mutex(process, handle, mutex, wants_private_data)
            }
            Plan::AcquireEnded { mutex, reply } => self.commit_acquire_ended(mutex, reply),
            Plan::ReleaseKeyedMutex { mutex, key, fence_value, private_data } => {
                self.commit_release_keyed_mutex(mutex, key, fence_value, private_data)
            }
            Plan::CreateSyncObject(new) => self.commit_create_sync_object(&new),
            Plan::OpenSyncObject { process, object } => self.commit_open_sync_object(process, object),
            Plan::DestroySyncObject { opening } => self.commit_destroy_sync_object(opening),
            Plan::SignalFences(write) => self.commit_signal_fences(&write, pick),
            Plan::FencesReached { thread, blocking, sets } => {
                self.commit_fences_reached(thread, blocking, &sets, pick)
            }
            Plan::Register(wait) => self.commit_register(wait),
            Plan::CreateEvent { process, body } => self.commit_create_event(process, body),
            Plan::SetEvent { sets } => self.commit_set_event(sets, pick),
            Plan::ResetEvent { event } => self.commit_reset_event(event),
            Plan::TakeEvent { event } => self.commit_take_event(event),
            Plan::Block(wait) => Outcome::answer(Answer::Pending(self.begin_wait(wait))),
            Plan::Complete(reply) => Outcome::answer(Answer::Complete(reply)),
            Plan::ShareObjects(share) => self.commit_share_objects(share),
            Plan::ShareExisting { process, entry, sync_object } => {
                self.commit_share_existing(process, entry, sync_object)
            }
            Plan::OpenByName { process, entry } => self.commit_open_by_name(process, entry),
            Plan::OpenFromNtHandle(new) => self.commit_open_from_nt_handle(&new),
            Plan::RefusedButWritten { refusal, output } => {
                Outcome::answer(Answer::RefusedButWritten { refusal, output })
            }
            Plan::CloseHandle { process, handle } => self.commit_close_handle(process, handle),
            Plan::DuplicateHandle { duplicate, closing } => self.commit_duplicate_handle(duplicate, closing),
            Plan::DuplicateHandleRefusedButClosed { refusal, closing } => {
                self.commit_duplicate_refused_but_closed(refusal, &closing)
            }
            Plan::CreateProcess { parent, request } => self.commit_create_process(parent, &request),
            Plan::ExitProcess { process } => self.end_process(process),
        }
    }

    fn step(&mut self, step: &Step) -> Result<Outcome, Misuse> {
        match step {
            Step::Notice { object, adapter, pick } => self.notice(*object, *adapter, pick),
            Step::Reclaim(object) => self.reclaim(*object),
            Step::Timeout(wait) => self.time_out(*wait),
            Step::Grant(wait) => self.grant(*wait),
        }
    }

    fn incident(&mut self, incident: &Incident) -> Result<Outcome, Misuse> {
        match incident {
            Incident::EndThread(thread) => self.end_thread(*thread),
            Incident::KillProcess(process) => {
                self.expect_alive(*process)?;
                Ok(self.end_process(*process))
            }
            Incident::StopAdapter { adapter, pick } => self.stop_adapter(*adapter, pick),
        }
    }

    fn host(&mut self, host: &Host) -> Result<Outcome, Misuse> {
        match host {
            Host::AddAdapter(config) => self.add_adapter(*config),
            Host::CreateProcess(config) => self.create_root_process(*config),
            Host::StartThread(process) => self.start_thread(*process),
            Host::PlaceProcessHandle(request) => self.place_process_handle(request),
            Host::AddDirectory(request) => self.add_directory(request),
            Host::PlaceNamedObject(request) => self.place_named_object(request),
            Host::PlaceDirectoryHandle(request) => self.place_directory_handle(request),
            Host::PlaceSectionHandle(request) => self.place_section_handle(request),
            Host::SetNtHandleFlags(request) => self.set_nt_handle_flags(request),
        }
    }

    /// How many objects live; the handles to them are not counted.
    pub(crate) fn object_count(&self) -> usize {
        self.threads.len()
            + self.adapters.len()
            + self.devices.len() as usize
            + self.keyed_mutexes.len() as usize
            + self.sync_objects.len() as usize
            + self.openings.len() as usize
            + self.waits.len() as usize
            + self.nt_objects.len() as usize
    }

    /// Panics on a broken invariant, unless a mistake was planted on purpose.
    pub(crate) fn assert_invariants(&self) {
        #[cfg(feature = "planted")]
        if self.planted.is_some() {
            return;
        }
        if let Err(violation) = crate::invariant::check(self) {
            panic!("{violation}");
        }
    }
}
