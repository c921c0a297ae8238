//! The rules: what each action does to the state.
//!
//! [`apply`] is the one entry. Every rule function gets a draft of the next state; its refusals stand in the
//! order of the call's list of checks, and a refused call's draft is thrown away, so that it changes nothing
//! (LIF-13, ADP-02, SYN-38). The checks and the effect of a call are one step (LIF-15).

mod access;
mod acquires;
mod adapters;
mod cpu_waits;
mod devices;
mod draft;
mod duplicate;
mod events;
mod fences;
mod formed;
mod keyed_mutexes;
mod names;
mod nt_handles;
mod nt_opens;
mod processes;
mod queries;
mod sharing;
mod sync_objects;
mod waits;

pub use access::{
    DIRECTORY_ALL_ACCESS, MAXIMUM_ALLOWED, READ_CONTROL, SECTION_ALL_ACCESS, SHARED_ALL_ACCESS, SIGNAL, WAIT,
    mapped_access,
};
pub use events::EVENT_ALL_ACCESS;
pub use fences::{MAXIMUM, can_signal, can_wait, forces_maximum, orphaned_waits};
pub use names::{Named, look_up};
pub use nt_handles::PROCESS_ALL_ACCESS;

use crate::action::{Action, BufferOperand, Call, DataOperand, Host, Incident, Released, Step};
use crate::observation::{Observation, Output, Refusal, Verdict};
use crate::state::{AdapterName, Limit, NtType, ProcessName, State, ThreadName, WaitTarget};
use draft::Draft;

/// Returns the state after the action and what it shows, or `None` if the action cannot be formed: a name
/// does not exist, the thread has ended or is blocked, the step is not enabled, the host asks for the
/// impossible, or whom it releases is none of the [`options`].
#[must_use]
pub fn apply(state: &State, action: &Action) -> Option<(State, Observation)> {
    let (mut draft, verdict) = attempt(state, action)?;
    let released = action.released();
    if !events::choices(state, &draft.sets).contains(&released) {
        return None;
    }
    events::act(&mut draft, state, released);
    Some(draft.end(state, verdict))
}

/// Returns whether the action can be formed.
#[must_use]
pub fn is_formed(state: &State, action: &Action) -> bool {
    apply(state, action).is_some()
}

/// Lists the action with every possible [`Released`], whatever it has; those who have waited longest first
/// (C9). An action that releases nobody from an event, or leaves nothing open, is listed once, one that
/// cannot be formed not at all.
#[must_use]
pub fn options(state: &State, action: &Action) -> Vec<Action> {
    // Nothing is open where nobody waits for an event.
    if state.waits.iter().all(|wait| !matches!(wait.target, WaitTarget::Event(_))) {
        let formed = formed::is_formed(state, action);
        return formed.then(|| action.releasing(Released(0))).into_iter().collect();
    }
    let Some((draft, _)) = attempt(state, action) else { return Vec::new() };
    let choices = events::choices(state, &draft.sets);
    choices.into_iter().map(|released| action.releasing(released)).collect()
}

/// Does all that the action does, but for the sets of events.
fn attempt(state: &State, action: &Action) -> Option<(Draft, Verdict)> {
    if !formed::is_formed(state, action) {
        return None;
    }
    let mut draft = Draft::of(state);
    let result = match *action {
        Action::Call(thread, call) => answer(&mut draft, thread, state.thread(thread)?.process, call),
        Action::Host(host) => set_up(&mut draft, host).map(Verdict::Done),
        Action::Incident(incident) => {
            match incident {
                Incident::KillProcess(process) => processes::end_process(&mut draft, process),
                Incident::EndThread(thread) => processes::end_thread(&mut draft, thread),
                Incident::StopAdapter { adapter, .. } => adapters::stop_adapter(&mut draft, adapter),
            }
            Ok(Verdict::Done(Output::Nothing))
        }
        Action::Step(step) => {
            match step {
                Step::Notice { object, adapter, .. } => fences::notice(&mut draft, object, adapter),
                Step::Reclaim(device) => devices::reclaim(&mut draft, device),
                Step::Timeout(thread) => waits::time_out(&mut draft, thread),
                Step::Grant(thread) => acquires::grant(&mut draft, thread),
            }
            Ok(Verdict::Done(Output::Nothing))
        }
    };
    Some(match result {
        Ok(verdict) => (draft, verdict),
        // NTH-13: the one call whose refusal may change something.
        Err(refusal) if matches!(action, Action::Call(_, Call::DuplicateHandle(_))) => {
            (draft, Verdict::Refused(refusal))
        }
        // SYN-38, LIF-13: the draft goes, with all that it handed out.
        Err(refusal) => (Draft::of(state), Verdict::Refused(refusal)),
    })
}

/// Returns the steps that the machine can take by itself, in the order T1 to T15, and within one transition
/// in order of creation of the objects and waits; a notice once for each of its [`options`].
#[must_use]
pub fn enabled_steps(state: &State) -> Vec<Step> {
    let actions = steps(state).flat_map(|step| match step {
        Step::Notice { .. } => options(state, &Action::Step(step)),
        _ => vec![Action::Step(step)],
    });
    let steps = actions.map(|action| match action {
        Action::Step(step) => step,
        _ => unreachable!("an option of a step is a step"),
    });
    steps.collect()
}

/// Lists the enabled steps without telling whom they release.
fn steps(state: &State) -> impl Iterator<Item = Step> {
    // SCD-18: as long as there is a mark, on a stopped adapter too (T5).
    let notices = state.sync_objects.iter().flat_map(|object| {
        let notice = |adapter: &AdapterName| Step::Notice {
            object: object.name,
            adapter: *adapter,
            released: Released(0),
        };
        object.marks.iter().map(notice)
    });
    // TRD-14: of all blockers of T12, packets and paging work do not exist here.
    let destroyed = state.devices.iter().filter(|device| device.destroyed);
    let reclaims = destroyed.map(|device| Step::Reclaim(device.name));
    // TIM-04: without a clock any limit may be reached at any point (T14).
    let limited = state.waits.iter().filter(|wait| wait.limited != Limit::None);
    let timeouts = limited.filter_map(|wait| wait.thread.map(Step::Timeout));
    // KMX-22, KMX-23: any waiter of a free mutex that holds its key, one grant for each (T15).
    let granted = state.waits.iter().filter(|wait| acquires::can_take(state, wait));
    let grants = granted.filter_map(|wait| wait.thread.map(Step::Grant));
    notices.chain(reclaims).chain(timeouts).chain(grants)
}

/// Answers a call; the ones that may wait are answered here.
fn answer(
    draft: &mut Draft,
    thread: ThreadName,
    caller: ProcessName,
    call: Call,
) -> Result<Verdict, Refusal> {
    match call {
        Call::AcquireKeyedMutex { mutex, key, timeout } => {
            // KMX-09
            let request = acquires::Acquire { mutex, key, timeout, buffer: BufferOperand::None };
            acquires::acquire(draft, thread, caller, &request)
        }
        Call::AcquireKeyedMutex2 { mutex, key, timeout, buffer } => {
            acquires::acquire(draft, thread, caller, &acquires::Acquire { mutex, key, timeout, buffer })
        }
        Call::WaitForEvent { event, timeout } => events::wait(draft, thread, caller, event, timeout),
        Call::WaitFromCpu { device, entries, any, event, .. } => {
            let request = cpu_waits::Request { device, entries, any, event };
            cpu_waits::wait(draft, thread, caller, &request)
        }
        _ => answer_at_once(draft, caller, call).map(Verdict::Done),
    }
}

fn answer_at_once(draft: &mut Draft, caller: ProcessName, call: Call) -> Result<Output, Refusal> {
    match call {
        Call::CreateProcess { inherit_handles, identity } => {
            processes::create_child(draft, caller, inherit_handles, identity)
        }
        Call::ExitProcess => {
            processes::end_process(draft, caller);
            Ok(Output::Nothing)
        }
        Call::OpenAdapterFromLuid { luid } => adapters::open_adapter(draft, caller, luid),
        Call::EnumAdapters2 { capacity } => adapters::enumerate_adapters(draft, caller, capacity, None),
        Call::EnumAdapters3 { capacity, filter } => {
            adapters::enumerate_adapters(draft, caller, capacity, Some(filter))
        }
        Call::CloseAdapter { adapter } => adapters::close_adapter(draft, caller, adapter),
        Call::CreateDevice { adapter, unknown_flag } => {
            devices::create_device(draft, caller, adapter, unknown_flag)
        }
        Call::DestroyDevice { device } => devices::destroy_device(draft, caller, device),
        Call::GetDeviceState { device, query } => devices::get_device_state(draft, caller, device, query),
        Call::MarkDeviceAsError { device, reason, .. } => devices::mark_device(draft, caller, device, reason),
        Call::CloseHandle { handle } => nt_handles::close_handle(draft, caller, handle),
        Call::CreateKeyedMutex { initial } => keyed_mutexes::create(draft, caller, initial, None, false),
        Call::CreateKeyedMutex2 { initial, data, nt_sharing, unknown_flag } => {
            keyed_mutexes::create_2(draft, caller, initial, data, nt_sharing, unknown_flag)
        }
        Call::OpenKeyedMutex { shared } => keyed_mutexes::open(draft, caller, shared, DataOperand::None),
        Call::OpenKeyedMutex2 { shared, data } => keyed_mutexes::open(draft, caller, shared, data),
        Call::DestroyKeyedMutex { mutex } => keyed_mutexes::destroy(draft, caller, mutex),
        Call::ReleaseKeyedMutex { mutex, key, fence } => {
            keyed_mutexes::release(draft, caller, mutex, (key, fence), DataOperand::None)
        }
        Call::ReleaseKeyedMutex2 { mutex, key, fence, data } => {
            keyed_mutexes::release(draft, caller, mutex, (key, fence), data)
        }
        Call::DuplicateHandle(duplicate) => duplicate::duplicate_handle(draft, caller, &duplicate),
        Call::CreateEvent { manual_reset, set } => events::create(draft, caller, manual_reset, set),
        Call::SetEvent { event, .. } => events::set(draft, caller, event),
        Call::ResetEvent { event } => events::reset(draft, caller, event),
        Call::CreateSynchronizationObject { device, what } => {
            sync_objects::create(draft, caller, device, what)
        }
        Call::CreateSynchronizationObject2 { device, what, flags } => {
            sync_objects::create_2(draft, caller, device, what, flags)
        }
        Call::OpenSynchronizationObject { shared } => sync_objects::open(draft, caller, shared),
        Call::DestroySynchronizationObject { object } => sync_objects::destroy(draft, caller, object),
        Call::SignalFromCpu { device, entries, rewind, .. } => {
            cpu_waits::signal(draft, caller, device, entries, rewind)
        }
        Call::QueryObject { .. }
        | Call::ShareObjects { .. }
        | Call::OpenNtHandleFromName { .. }
        | Call::OpenSyncObjectNtHandleFromName { .. }
        | Call::OpenSyncObjectFromNtHandle { .. }
        | Call::OpenSyncObjectFromNtHandle2 { .. } => answer_sharing(draft, caller, call),
        Call::AcquireKeyedMutex { .. }
        | Call::AcquireKeyedMutex2 { .. }
        | Call::WaitForEvent { .. }
        | Call::WaitFromCpu { .. } => unreachable!("answered by the caller"),
    }
}

/// Answers the calls about NT objects and what they carry.
fn answer_sharing(draft: &mut Draft, caller: ProcessName, call: Call) -> Result<Output, Refusal> {
    match call {
        Call::QueryObject { handle, query, fits } => {
            queries::query_object(draft, caller, handle, query, fits)
        }
        Call::ShareObjects { objects, attributes, access } => {
            sharing::share(draft, caller, objects, attributes, access)
        }
        Call::OpenNtHandleFromName { access, attributes } => {
            sharing::open_by_name(draft, caller, NtType::SharedResource, attributes, access)
        }
        Call::OpenSyncObjectNtHandleFromName { access, attributes } => {
            sharing::open_by_name(draft, caller, NtType::SharedSyncObject, attributes, access)
        }
        Call::OpenSyncObjectFromNtHandle { handle } => nt_opens::open(draft, caller, handle),
        Call::OpenSyncObjectFromNtHandle2 { handle, device, flags, unknown_flag, unknown_engine } => {
            let request = nt_opens::OnDevice { handle, device, flags, unknown_flag, unknown_engine };
            nt_opens::open_on_device(draft, caller, &request)
        }
        _ => unreachable!("answered by the caller"),
    }
}

fn set_up(draft: &mut Draft, host: Host) -> Result<Output, Refusal> {
    match host {
        Host::CreateProcess(identity) => processes::create_orphan(draft, identity),
        Host::StartThread { process } => Ok(processes::start_thread(draft, process)),
        Host::AddAdapter { luid, kind, display } => Ok(adapters::add_adapter(draft, luid, kind, display)),
        Host::PlaceProcessHandle { holder, target, access, inherit, protect } => {
            nt_handles::place_handle(draft, holder, target, access, inherit, protect)
        }
        Host::AddDirectory { refused_user } => Ok(names::add_directory(draft, refused_user)),
        Host::PlaceNamedObject { path, object_type } => names::place_object(draft, path, object_type),
        Host::PlaceDirectoryHandle { holder, directory, access, inherit, protect } => {
            names::place_handle(draft, holder, directory, access, (inherit, protect))
        }
        Host::PlaceSectionHandle { holder, access, inherit, protect } => {
            nt_handles::place_section(draft, holder, access, inherit, protect)
        }
        Host::SetHandleFlags { holder, handle, inherit, protect } => {
            nt_handles::set_flags(draft, holder, handle, inherit, protect);
            Ok(Output::Nothing)
        }
    }
}
