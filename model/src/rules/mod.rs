//! The rules: what each action does to the state.
//!
//! [`apply`] is the one entry. Every rule function gets a draft of the next state; its refusals stand in the
//! order of the call's list of checks, and a refused call's draft is thrown away, so that it changes nothing
//! (LIF-13, ADP-02, SYN-38). The checks and the effect of a call are one step (LIF-15).

mod acquires;
mod adapters;
mod devices;
mod draft;
mod duplicate;
mod formed;
mod keyed_mutexes;
mod nt_handles;
mod processes;

pub use duplicate::mapped_access;
pub use formed::is_formed;
pub use nt_handles::PROCESS_ALL_ACCESS;

use crate::action::{Action, Call, DataOperand, Host, Incident, Step};
use crate::observation::{Observation, Output, Refusal, Verdict};
use crate::state::{Limit, ProcessName, State};
use draft::Draft;

/// Returns the state after the action and what it shows, or `None` if the action cannot be formed: a name
/// does not exist, the thread has ended or is blocked, the step is not enabled, or the host asks for the
/// impossible.
#[must_use]
pub fn apply(state: &State, action: &Action) -> Option<(State, Observation)> {
    if !is_formed(state, action) {
        return None;
    }
    let mut draft = Draft::of(state);
    let result = match *action {
        Action::Call(thread, call) => {
            let caller = state.thread(thread)?.process;
            // NTH-13: the one call here that may be refused and yet change something.
            if let Call::DuplicateHandle(duplicate) = call {
                return Some(duplicate::duplicate_handle(draft, caller, &duplicate));
            }
            match acquires::Acquire::of(&call) {
                Some(acquire) => acquires::acquire(&mut draft, thread, caller, &acquire),
                None => answer(&mut draft, caller, call).map(Verdict::Done),
            }
        }
        Action::Host(host) => set_up(&mut draft, host).map(Verdict::Done),
        Action::Incident(incident) => {
            match incident {
                Incident::KillProcess(process) => processes::end_process(&mut draft, process),
                Incident::EndThread(thread) => processes::end_thread(&mut draft, thread),
                Incident::StopAdapter(adapter) => adapters::stop_adapter(&mut draft, adapter),
            }
            Ok(Verdict::Done(Output::Nothing))
        }
        Action::Step(step) => {
            match step {
                Step::Reclaim(device) => devices::reclaim(&mut draft, device),
                Step::Timeout(thread) => acquires::time_out(&mut draft, thread),
                Step::Grant(thread) => acquires::grant(&mut draft, thread),
            }
            Ok(Verdict::Done(Output::Nothing))
        }
    };
    Some(match result {
        Ok(verdict) => draft.end(verdict),
        // SYN-38, LIF-13: the draft goes, with all that it handed out.
        Err(refusal) => Draft::of(state).refused(refusal),
    })
}

/// Returns the steps that the machine can take by itself, in the order T1 to T15, and within one transition
/// in order of creation of the objects and waits.
#[must_use]
pub fn enabled_steps(state: &State) -> Vec<Step> {
    // TRD-14: of all blockers of T12, packets and paging work do not exist here.
    let destroyed = state.devices.iter().filter(|device| device.destroyed);
    let reclaims = destroyed.map(|device| Step::Reclaim(device.name));
    // TIM-04: without a clock any limit may be reached at any point (T14).
    let limited = state.waits.iter().filter(|wait| wait.limited != Limit::None);
    let timeouts = limited.map(|wait| Step::Timeout(wait.thread));
    // KMX-22, KMX-23: any waiter of a free mutex that holds its key, one grant for each (T15).
    let granted = state.waits.iter().filter(|wait| {
        state.keyed_mutex(wait.mutex).is_some_and(|mutex| acquires::is_available(mutex, wait.key))
    });
    let grants = granted.map(|wait| Step::Grant(wait.thread));
    reclaims.chain(timeouts).chain(grants).collect()
}

fn answer(draft: &mut Draft, caller: ProcessName, call: Call) -> Result<Output, Refusal> {
    match call {
        Call::CreateProcess { inherit_handles } => processes::create_child(draft, caller, inherit_handles),
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
        Call::MarkDeviceAsError { device, reason } => devices::mark_device(draft, caller, device, reason),
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
        Call::DuplicateHandle(_) | Call::AcquireKeyedMutex { .. } | Call::AcquireKeyedMutex2 { .. } => {
            unreachable!("apply answers these itself")
        }
    }
}

fn set_up(draft: &mut Draft, host: Host) -> Result<Output, Refusal> {
    match host {
        Host::CreateProcess => processes::create_orphan(draft),
        Host::StartThread { process } => Ok(processes::start_thread(draft, process)),
        Host::AddAdapter { luid, kind, display } => Ok(adapters::add_adapter(draft, luid, kind, display)),
        Host::PlaceProcessHandle { holder, target, access, inherit, protect } => {
            nt_handles::place_handle(draft, holder, target, access, inherit, protect)
        }
        Host::SetHandleFlags { holder, handle, inherit, protect } => {
            nt_handles::set_flags(draft, holder, handle, inherit, protect);
            Ok(Output::Nothing)
        }
    }
}
