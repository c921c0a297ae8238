//! What the core answered becomes what the model observed.
//!
//! Every match is exhaustive, in both directions where a meaning has a number: a new status, output or effect does not
//! compile until it stands here.

use kmt_core::{
    Answer, DeviceId, DeviceStateReport, Effect, ExecutionState, LocalHandle, NtHandle, NtStatus, Output,
    PageFaultState, Reply,
};
use kmt_model::action as model;
use kmt_model::observation::{self, AdapterReport, Refusal, Verdict};
use kmt_model::state::{
    AdapterName, DeviceName, Execution, LocalName, NtName, ProcessName, State, ThreadName,
};

use super::concretise::source_process;
use super::names::Names;

/// Whose handles an answer speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Perspective<'a> {
    /// The process of the calling thread, or the one that a host event acts on.
    pub caller: Option<ProcessName>,
    /// The process that a duplicate goes to.
    pub target: Option<ProcessName>,
    /// Names after the event.
    pub names: &'a Names,
    /// The device that the event made, if it made one.
    pub made: Option<DeviceName>,
}

impl<'a> Perspective<'a> {
    /// The perspective of an action, judged in the state before it.
    #[must_use]
    pub fn of(action: &model::Action, before: &State, names: &'a Names, made: Option<DeviceName>) -> Self {
        let caller = match action {
            model::Action::Call(thread, _) => before.thread(*thread).map(|thread| thread.process),
            model::Action::Host(model::Host::PlaceProcessHandle { holder, .. }) => Some(*holder),
            model::Action::Host(_) | model::Action::Incident(_) | model::Action::Step(_) => None,
        };
        let target = match (action, caller) {
            (model::Action::Call(_, model::Call::DuplicateHandle(duplicate)), Some(caller)) => {
                source_process(duplicate.target_process, caller, before)
            }
            _ => None,
        };
        Self { caller, target, names, made }
    }

    fn local(&self, handle: LocalHandle) -> Result<LocalName, String> {
        self.caller
            .and_then(|process| self.names.local_name(process, handle.raw()))
            .ok_or_else(|| format!("{handle:?} is not the value that the history of the process leads to"))
    }

    fn nt(&self, process: Option<ProcessName>, handle: NtHandle) -> Result<NtName, String> {
        let value = u32::try_from(handle.raw()).ok();
        process
            .zip(value)
            .and_then(|(process, value)| self.names.nt_name(process, value))
            .ok_or_else(|| format!("{handle:?} is not the value that the history of the process leads to"))
    }
}

/// What the answer says, in the model's words.
///
/// # Errors
///
/// A text where the answer has no counterpart: a handle value that the history does not lead to, or a state that the
/// model does not have.
pub fn verdict(answer: &Answer, perspective: &Perspective<'_>) -> Result<Answered, String> {
    match answer {
        Answer::Complete(reply) => {
            output(reply, perspective).map(|output| Answered::Done(reply.status, output))
        }
        Answer::Refused(refusal) => Ok(Answered::Refused(*refusal)),
        Answer::Pending(wait) => Err(format!("the thread is blocked in {wait:?}")),
    }
}

/// An answer in the model's words, with what only the core has: the status and the rule of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Done, with a status of the success class.
    Done(NtStatus, observation::Output),
    /// Refused.
    Refused(kmt_core::Refusal),
}

impl Answered {
    /// Whether the model's verdict says the same.
    #[must_use]
    pub fn agrees_with(&self, verdict: &Verdict) -> bool {
        match (self, verdict) {
            (Self::Done(status, output), Verdict::Done(expected)) => {
                *status == NtStatus::SUCCESS && output == expected
            }
            (Self::Refused(refusal), Verdict::Refused(expected)) => {
                refusal.status == status_of(*expected) && refusal.rule.id() == expected.rule()
            }
            (Self::Done(..), Verdict::Refused(_)) | (Self::Refused(_), Verdict::Done(_)) => false,
        }
    }
}

/// A verdict as a line for a report.
#[must_use]
pub fn describe(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Done(output) => format!("SUCCESS {output:?}"),
        Verdict::Refused(refusal) => {
            format!("{:?} because {} ({refusal:?})", status_of(*refusal), refusal.rule())
        }
    }
}

/// The status that a meaning has.
#[must_use]
pub const fn status_of(refusal: Refusal) -> NtStatus {
    match refusal {
        Refusal::UnknownFlag
        | Refusal::UnknownFilter
        | Refusal::UnknownQuery
        | Refusal::UnknownReason
        | Refusal::DeadHandle
        | Refusal::NoSuchAdapter
        | Refusal::UnknownOption
        | Refusal::NoTarget => NtStatus::INVALID_PARAMETER,
        Refusal::UnsupportedQuery => NtStatus::NOT_SUPPORTED,
        Refusal::ArrayTooSmall => NtStatus::BUFFER_TOO_SMALL,
        Refusal::AdapterStopped | Refusal::QueryOnStoppedAdapter => NtStatus::DEVICE_REMOVED,
        Refusal::NoMemory | Refusal::NoMemoryForProcess => NtStatus::NO_MEMORY,
        Refusal::TooManyNtHandles => NtStatus::INSUFFICIENT_RESOURCES,
        Refusal::NothingToClose | Refusal::NothingToDuplicate => NtStatus::INVALID_HANDLE,
        Refusal::Protected | Refusal::ProtectedSource => NtStatus::HANDLE_NOT_CLOSABLE,
        Refusal::MayNotDuplicate | Refusal::WiderThanSource => NtStatus::ACCESS_DENIED,
    }
}

fn output(reply: &Reply, perspective: &Perspective<'_>) -> Result<observation::Output, String> {
    Ok(match &reply.output {
        // NTH-16: the value of a duplicate is not reported.
        Output::None | Output::DuplicateHandle { target: None } => observation::Output::Nothing,
        Output::OpenAdapterFromLuid { adapter } => {
            observation::Output::AdapterHandle(perspective.local(*adapter)?)
        }
        Output::EnumAdapters { count, entries } => {
            if usize::try_from(*count) != Ok(entries.len()) {
                return Err(format!("NumAdapters is {count}, but {} entries were written", entries.len()));
            }
            let reports = entries.iter().map(|entry| {
                if entry.precise_present_regions_preferred {
                    return Err("bPrecisePresentRegionsPreferred is TRUE (ADP-16)".to_owned());
                }
                let handle = perspective.local(entry.adapter)?;
                Ok(AdapterReport { handle, luid: entry.luid.raw(), sources: entry.sources })
            });
            observation::Output::Adapters(reports.collect::<Result<_, String>>()?)
        }
        Output::CreateDevice { device } => {
            let handle = perspective.local(*device)?;
            let made =
                perspective.made.ok_or_else(|| format!("{device:?} does not refer to a new device"))?;
            observation::Output::Device { handle, device: made }
        }
        Output::GetDeviceState(report) => device_state(report)?,
        Output::DuplicateHandle { target: Some(handle) } => {
            observation::Output::NtHandle(perspective.nt(perspective.target, *handle)?)
        }
        Output::CreateProcess { process, handle } => observation::Output::Process {
            process: ProcessName(process.number()),
            handle: handle.map(|handle| perspective.nt(perspective.caller, handle)).transpose()?,
        },
        Output::Adapter(adapter) => observation::Output::Adapter(AdapterName(adapter.number())),
        Output::Thread(thread) => observation::Output::Thread(ThreadName(thread.number())),
        Output::NtHandle(handle) => {
            observation::Output::NtHandle(perspective.nt(perspective.caller, *handle)?)
        }
    })
}

fn device_state(report: &DeviceStateReport) -> Result<observation::Output, String> {
    match report {
        DeviceStateReport::Execution(state) => execution(*state).map(observation::Output::Execution),
        DeviceStateReport::Reset { desktop_switched: false } => Ok(observation::Output::NoDesktopSwitch),
        DeviceStateReport::Reset { desktop_switched: true } => Err("DesktopSwitched is 1".to_owned()),
        DeviceStateReport::PageFault(record) if *record == PageFaultState::default() => {
            Ok(observation::Output::NoPageFault)
        }
        DeviceStateReport::PageFault(record) => {
            Err(format!("a record of a page fault that never was: {record:?}"))
        }
    }
}

/// The model's form of an execution state.
///
/// # Errors
///
/// A text for the states whose causes are not built yet.
pub fn execution(state: ExecutionState) -> Result<Execution, String> {
    match state {
        ExecutionState::Active => Ok(Execution::Active),
        ExecutionState::Hung => Ok(Execution::Hung),
        ExecutionState::Stopped => Ok(Execution::Stopped),
        ExecutionState::ErrorDmaFault => Ok(Execution::DmaFault),
        ExecutionState::Reset | ExecutionState::ErrorOutOfMemory | ExecutionState::ErrorDmaPageFault => {
            Err(format!("{state:?} has no cause that is built"))
        }
    }
}

/// The effects in the model's words.
///
/// # Errors
///
/// A text where an effect names a device that the model does not know.
pub fn effects(effects: &[Effect], names: &Names) -> Result<Vec<observation::Effect>, String> {
    let translated = effects.iter().filter_map(|effect| match effect {
        Effect::DeviceEnteredError { device, state } => Some(entered_error(*device, *state, names)),
        Effect::ThreadEnded { thread } => {
            Some(Ok(observation::Effect::ThreadEnded(ThreadName(thread.number()))))
        }
        Effect::ProcessEnded { process } => {
            Some(Ok(observation::Effect::ProcessEnded(ProcessName(process.number()))))
        }
        // Which devices were destroyed is compared as part of the state.
        Effect::DeviceDestroyed { device: _ } => None,
    });
    translated.collect()
}

fn entered_error(
    device: DeviceId,
    state: ExecutionState,
    names: &Names,
) -> Result<observation::Effect, String> {
    let device = names.device_name(device).ok_or_else(|| format!("{device:?} is not known"))?;
    Ok(observation::Effect::DeviceEnteredError { device, execution: execution(state)? })
}
