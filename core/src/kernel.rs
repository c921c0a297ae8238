//! The kernel: all of its state, and the one door.
//!
//! Nothing is decided here. An event is handed to the object that it concerns; a call goes through its checks to a
//! [`Plan`], and the plan is carried out.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::arena::Arena;
use crate::event::{Answer, Call, Event, Host, Incident, Outcome, Pick, Reclaimable, Step};
use crate::handle::nt::NtObject;
use crate::handle::table::HandleTable;
use crate::handle::{GlobalHandle, Kind, LocalHandle};
use crate::id::{AdapterId, DeviceId, KeyedMutexId, NtObjectId, ProcessId, ThreadId};
use crate::inspect::ThreadState;
use crate::limits::Limits;
use crate::object::adapter::{Adapter, Luid};
use crate::object::device::Device;
use crate::object::devices::Devices;
use crate::object::keyed_mutex::KeyedMutex;
use crate::object::keyed_mutex::acquire::{self, Acquirer};
use crate::object::process::{Process, Thread};
use crate::plan::Plan;
#[cfg(feature = "planted")]
use crate::planted::Planted;
use crate::profile::Profile;
use crate::refusal::{Misuse, Refusal};
use crate::request::Request;
use crate::rule::{self, Rule};
use crate::status::NtStatus;
use crate::wait::{TimeLimit, Waits};

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
    pub(crate) nt_objects: Arena<NtObject>,
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
            nt_objects: Arena::new(),
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
    /// error here but an [`Answer::Refused`]; then nothing changed either, but for the close that NTH-13 asks for.
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
            Event::Step(step) => self.step(*step)?,
            Event::Incident(incident) => self.incident(*incident)?,
            Event::Host(host) => self.host(host)?,
        };
        if cfg!(debug_assertions) && self.object_count() < 64 {
            self.assert_invariants();
        }
        Ok(outcome)
    }

    /// The options of a call whose result the rules leave open, in a fixed order; never empty.
    ///
    /// # Errors
    ///
    /// [`Misuse::UnknownThread`], [`Misuse::ThreadEnded`] or [`Misuse::ThreadBlocked`] if the thread cannot make a call.
    pub fn picks(&self, thread: ThreadId, request: &Request) -> Result<Vec<Pick>, Misuse> {
        self.caller(thread)?;
        Ok(picks(request).to_vec())
    }

    /// The steps that the machine can take now, by kind, within a kind in order of creation of the object or wait.
    // TIM-04: a time limit can be reached at any moment.
    #[must_use]
    pub fn choices(&self) -> Vec<Step> {
        let limited = self.waits.iter().filter(|(_, wait)| wait.limit != TimeLimit::Unlimited);
        let timeouts = limited.map(|(id, _)| Step::Timeout(id));
        let grantable = self.waits.iter().filter(|(_, wait)| self.is_grantable(wait));
        let grants = grantable.map(|(id, _)| Step::Grant(id));
        self.reclaims().chain(timeouts).chain(grants).collect()
    }

    /// The steps out of [`Self::choices`] that no time has to pass for: all but the timeouts.
    // KMX-23
    #[must_use]
    pub fn untimed_choices(&self) -> Vec<Step> {
        if self.waits.first_grantable().is_none() {
            return self.reclaims().collect();
        }
        let grantable = self.waits.iter().filter(|(_, wait)| self.is_grantable(wait));
        self.reclaims().chain(grantable.map(|(id, _)| Step::Grant(id))).collect()
    }

    /// The first of [`Self::untimed_choices`], found without listing the others: the oldest reclaim, or else the grant to
    /// whoever has waited longest. O(log n) in the number of waits.
    #[must_use]
    pub fn first_untimed_choice(&self) -> Option<Step> {
        self.reclaims().next().or_else(|| self.waits.first_grantable().map(Step::Grant))
    }

    fn reclaims(&self) -> impl Iterator<Item = Step> {
        self.devices.destroyed().map(|id| Step::Reclaim(Reclaimable::Device(id)))
    }

    // LIF-15: the checks and the effect of a call are one step.
    fn call(&mut self, call: &Call) -> Result<Outcome, Misuse> {
        let caller = self.caller(call.thread)?;
        if !picks(&call.request).contains(&call.pick) {
            return Err(Misuse::PickNotOffered(call.pick));
        }
        match self.check(Acquirer { process: caller, thread: call.thread, pick: call.pick }, &call.request) {
            Ok(plan) => Ok(self.commit(plan)),
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
    fn check(&self, by: Acquirer, request: &Request) -> Result<Plan, Refusal> {
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
            Request::CloseHandle(request) => self.check_close_handle(caller, request),
            Request::DuplicateHandle(request) => self.check_duplicate_handle(caller, request),
            Request::CreateProcess(request) => self.check_create_process(caller, request),
            Request::ExitProcess => Ok(Plan::ExitProcess { process: caller }),
            // ADP-01: whatever the entry point.
            Request::NullArgument(_) => Err(Refusal::new(NtStatus::INVALID_PARAMETER, rule::ADP_01)),
        }
    }

    fn commit(&mut self, plan: Plan) -> Outcome {
        match plan {
            Plan::OpenAdapterFromLuid { process, adapter } => self.commit_open_adapter(process, adapter),
            Plan::EnumAdapters { process, reported } => self.commit_enum_adapters(process, reported),
            Plan::CloseAdapter { process, handle, adapter, devices } => {
                self.commit_close_adapter(process, handle, adapter, devices)
            }
            Plan::CreateDevice { process, adapter } => self.commit_create_device(process, adapter),
            Plan::DestroyDevice { device } => self.commit_destroy_device(device),
            Plan::GetDeviceState { report } => Outcome::with(crate::reply::Output::GetDeviceState(report)),
            Plan::MarkDeviceAsError { device, state } => self.commit_mark_device_as_error(device, state),
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
            Plan::WaitForKeyedMutex { wait } => self.commit_wait_for_keyed_mutex(wait),
            Plan::AcquireEnded { mutex, reply } => self.commit_acquire_ended(mutex, reply),
            Plan::ReleaseKeyedMutex { mutex, key, fence_value, private_data } => {
                self.commit_release_keyed_mutex(mutex, key, fence_value, private_data)
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

    fn step(&mut self, step: Step) -> Result<Outcome, Misuse> {
        match step {
            Step::Reclaim(object) => self.reclaim(object),
            Step::Timeout(wait) => self.time_out(wait),
            Step::Grant(wait) => self.grant(wait),
        }
    }

    fn incident(&mut self, incident: Incident) -> Result<Outcome, Misuse> {
        match incident {
            Incident::EndThread(thread) => self.end_thread(thread),
            Incident::KillProcess(process) => {
                self.expect_alive(process)?;
                Ok(self.end_process(process))
            }
            Incident::StopAdapter(adapter) => self.stop_adapter(adapter),
        }
    }

    fn host(&mut self, host: &Host) -> Result<Outcome, Misuse> {
        match host {
            Host::AddAdapter(config) => self.add_adapter(*config),
            Host::CreateProcess(config) => self.create_root_process(*config),
            Host::StartThread(process) => self.start_thread(*process),
            Host::PlaceProcessHandle(request) => self.place_process_handle(request),
            Host::SetNtHandleFlags(request) => self.set_nt_handle_flags(request),
        }
    }

    /// How many objects live; the handles to them are not counted.
    pub(crate) fn object_count(&self) -> usize {
        self.threads.len()
            + self.adapters.len()
            + self.devices.len() as usize
            + self.keyed_mutexes.len() as usize
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

/// The options of a request.
const fn picks(request: &Request) -> &'static [Pick] {
    match request {
        Request::AcquireKeyedMutex(request) => acquire::picks(request.timeout),
        Request::AcquireKeyedMutex2(request) => acquire::picks(request.timeout),
        // None of the others has a result that the rules leave open.
        _ => &[Pick::Only],
    }
}

/// What the calls share.
impl Kernel {
    /// The process of a living thread that is not blocked.
    pub(crate) fn caller(&self, thread: ThreadId) -> Result<ProcessId, Misuse> {
        match *self.living_thread(thread)? {
            Thread { process, state: ThreadState::Ready } => Ok(process),
            Thread { state: ThreadState::Blocked(_), .. } => Err(Misuse::ThreadBlocked(thread)),
        }
    }

    /// A living thread, blocked or not.
    pub(crate) fn living_thread(&self, thread: ThreadId) -> Result<&Thread, Misuse> {
        match self.threads.get(&thread) {
            Some(found) => Ok(found),
            None if (1..=self.last_thread).contains(&thread.0) => Err(Misuse::ThreadEnded(thread)),
            None => Err(Misuse::UnknownThread(thread)),
        }
    }

    /// Fails for a process that does not live.
    pub(crate) fn expect_alive(&self, process: ProcessId) -> Result<(), Misuse> {
        if self.processes.contains_key(&process) {
            Ok(())
        } else if (1..=self.last_process).contains(&process.0) {
            Err(Misuse::ProcessEnded(process))
        } else {
            Err(Misuse::UnknownProcess(process))
        }
    }

    /// The number of the object of this kind that a handle names in the table of a process.
    // HND-09: zero, unknown, stale, foreign and of the wrong kind are one and the same. HND-20: only the caller's own table.
    pub(crate) fn resolve(
        &self,
        process: ProcessId,
        handle: LocalHandle,
        kind: Kind,
    ) -> Result<u32, Refusal> {
        let table = &self.process(process).handles;
        #[cfg(feature = "planted")]
        if self.planted(Planted::StaleGenerationAccepted) {
            let found = table.lookup_without_generation(handle, kind);
            return found.ok_or(Refusal::new(NtStatus::INVALID_PARAMETER, rule::HND_09));
        }
        table.lookup(handle, kind).ok_or(Refusal::new(NtStatus::INVALID_PARAMETER, rule::HND_09))
    }

    /// Refuses a call whose adapter is stopped, for the reason that the rule gives.
    // FLT-18
    pub(crate) fn check_running(&self, adapter: AdapterId, rule: Rule) -> Result<(), Refusal> {
        if self.adapter(adapter).running {
            return Ok(());
        }
        Err(Refusal::new(NtStatus::DEVICE_REMOVED, rule))
    }

    /// Refuses a call for whose new handles there is no room.
    // HND-14
    pub(crate) fn check_handles_fit(&self, process: ProcessId, count: u32) -> Result<(), Refusal> {
        if self.process(process).handles.can_allocate(count) {
            return Ok(());
        }
        Err(Refusal::new(NtStatus::NO_MEMORY, rule::HND_14))
    }

    /// Frees a live local handle.
    pub(crate) fn free_local_handle(&mut self, process: ProcessId, handle: LocalHandle) {
        #[cfg(feature = "planted")]
        match self.planted {
            Some(Planted::FreedEntryToTheHead) => {
                return self.process_mut(process).handles.free_to_the_head(handle);
            }
            Some(Planted::GenerationNotAdvanced) => {
                return self.process_mut(process).handles.free_without_advancing(handle);
            }
            _ => {}
        }
        self.process_mut(process).handles.free(handle);
    }
}

/// The state by id. An id that was resolved or listed names something that is there; anything else is a mistake of this
/// library.
impl Kernel {
    pub(crate) fn process(&self, id: ProcessId) -> &Process {
        self.processes.get(&id).expect("a resolved process lives")
    }

    pub(crate) fn process_mut(&mut self, id: ProcessId) -> &mut Process {
        self.processes.get_mut(&id).expect("a resolved process lives")
    }

    pub(crate) fn adapter(&self, id: AdapterId) -> &Adapter {
        &self.adapters[id.0 as usize]
    }

    pub(crate) fn adapter_mut(&mut self, id: AdapterId) -> &mut Adapter {
        &mut self.adapters[id.0 as usize]
    }

    pub(crate) fn device(&self, id: DeviceId) -> &Device {
        self.devices.get(id).expect("a resolved device is there")
    }

    pub(crate) fn device_mut(&mut self, id: DeviceId) -> &mut Device {
        self.devices.get_mut(id).expect("a resolved device is there")
    }

    pub(crate) fn keyed_mutex(&self, id: KeyedMutexId) -> &KeyedMutex {
        self.keyed_mutexes.get(id.0).expect("a resolved mutex is there")
    }

    pub(crate) fn keyed_mutex_mut(&mut self, id: KeyedMutexId) -> &mut KeyedMutex {
        self.keyed_mutexes.get_mut(id.0).expect("a resolved mutex is there")
    }

    pub(crate) fn nt_object(&self, id: NtObjectId) -> &NtObject {
        self.nt_objects.get(id.0).expect("an entry names an object that is there")
    }

    pub(crate) fn nt_object_mut(&mut self, id: NtObjectId) -> &mut NtObject {
        self.nt_objects.get_mut(id.0).expect("an entry names an object that is there")
    }
}
