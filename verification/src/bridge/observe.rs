//! What the core answered becomes what the model observed.
//!
//! Every match is exhaustive, in both directions where a meaning has a number: a new status, output or effect does not
//! compile until it stands here.

use kmt_core::rule::Rule;
use kmt_core::{
    AdapterInfo, Answer, DeviceStateReport, ExecutionState, FenceMapping, GlobalHandle, LocalHandle,
    NtHandle, NtStatus, Output, PageFaultState, Reply,
};
use kmt_model::action as model;
use kmt_model::observation::{self, AdapterReport, Ending, Mapping, Refusal, Verdict};
use kmt_model::state::{
    AdapterName, DeviceName, DirectoryName, EventName, Execution, GlobalName, KeyedMutexName, LocalName,
    NtName, ProcessName, SharedName, State, SyncObjectName, ThreadName,
};

use super::concretise::source_process;
use super::names::Names;
use super::observe_share::{self, Asked};
use super::statuses::{status_of, success_of};

/// Whose handles an answer speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Perspective<'a> {
    /// The process of the calling thread, or the one that a host event acts on.
    pub caller: Option<ProcessName>,
    /// The process that a duplicate goes to.
    pub target: Option<ProcessName>,
    /// Names after the event.
    pub names: &'a Names,
    /// The object that the event made, if it made one, or that it shared.
    pub made: Option<Made>,
    /// What the answer says again of the call.
    pub asked: Asked<'a>,
}

/// An object that no client sees, and that an event made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A device.
    Device(DeviceName),
    /// A keyed mutex.
    KeyedMutex(KeyedMutexName),
    /// A synchronisation object.
    SyncObject(SyncObjectName),
    /// An event.
    Event(EventName),
    /// An NT object of ShareObjects, which may have been there (NAM-19).
    SharedObject(SharedName),
    /// A directory.
    Directory(DirectoryName),
}

impl<'a> Perspective<'a> {
    /// The perspective of an action, judged in the state before it.
    #[must_use]
    pub fn of(action: &model::Action, before: &'a State, names: &'a Names, made: Option<Made>) -> Self {
        let caller = match action {
            model::Action::Call(thread, _) => before.thread(*thread).map(|thread| thread.process),
            model::Action::Host(
                model::Host::PlaceProcessHandle { holder, .. }
                | model::Host::PlaceDirectoryHandle { holder, .. }
                | model::Host::PlaceSectionHandle { holder, .. },
            ) => Some(*holder),
            model::Action::Host(_) | model::Action::Incident(_) | model::Action::Step(_) => None,
        };
        let target = match (action, caller) {
            (model::Action::Call(_, model::Call::DuplicateHandle(duplicate)), Some(caller)) => {
                source_process(duplicate.target_process, caller, before)
            }
            _ => None,
        };
        let asked = Asked::of(action, caller, before, names);
        Self { caller, target, names, made, asked }
    }

    pub(super) fn local(&self, handle: LocalHandle) -> Result<LocalName, String> {
        self.caller
            .and_then(|process| self.names.local_name(process, handle.raw()))
            .ok_or_else(|| format!("{handle:?} is not the value that the history of the process leads to"))
    }

    fn global(&self, handle: GlobalHandle) -> Result<GlobalName, String> {
        self.names
            .global_name(handle.raw())
            .ok_or_else(|| format!("{handle:?} is not the value that the history of the system leads to"))
    }

    pub(super) fn nt(&self, process: Option<ProcessName>, handle: NtHandle) -> Result<NtName, String> {
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
        Answer::Complete(Reply {
            status,
            output: Output::AcquireKeyedMutex { fence_value, private_data },
            rule,
        }) => acquire(*status, *fence_value, private_data.as_deref(), *rule, perspective.names),
        Answer::Complete(Reply { status: NtStatus::TIMEOUT, output: Output::TimedOut, rule }) => {
            Ok(Answered::Ended { how: Ending::TimedOut, rule: *rule })
        }
        Answer::Complete(Reply { status, output: Output::ShareObjects { handle }, rule }) => {
            let output = observe_share::shared(*handle, *status, perspective)?;
            Ok(Answered::Done { status: *status, output, rule: *rule })
        }
        Answer::Complete(reply) => output(&reply.output, perspective).map(|output| Answered::Done {
            status: reply.status,
            output,
            rule: reply.rule,
        }),
        Answer::Refused(refusal) => Ok(Answered::Refused { refusal: *refusal, written: false }),
        Answer::RefusedButWritten { refusal, output } => {
            observe_share::refused_but_written(*refusal, output, perspective)
        }
        // With which wait, is compared as part of the state.
        Answer::Pending(_) => Ok(Answered::Blocked),
    }
}

/// How an acquire that was not refused ended, in the model's words.
///
/// # Errors
///
/// A text for outputs that no rule allows: a fence value or private data without the mutex (KMX-17, KMX-28), or private
/// data that no keyed mutex has.
pub fn acquire(
    status: NtStatus,
    fence: u64,
    private_data: Option<&[u8]>,
    rule: Option<Rule>,
    names: &Names,
) -> Result<Answered, String> {
    let how = match status {
        NtStatus::TIMEOUT => Ending::TimedOut,
        // The model says by its rule whether it was found or waited for.
        NtStatus::ABANDONED if rule_id(rule) == Some("KMX-33") => Ending::AbandonedWhileWaiting,
        NtStatus::ABANDONED => Ending::Abandoned,
        _ => {
            let marked = |bytes| {
                names.private_data(bytes).ok_or_else(|| format!("private data that nobody gave: {bytes:x?}"))
            };
            let data = private_data.map(marked).transpose()?;
            let output = observation::Output::Acquired { fence, data };
            return Ok(Answered::Done { status, output, rule });
        }
    };
    match (fence, private_data) {
        (0, None) => Ok(Answered::Ended { how, rule }),
        (0, Some(bytes)) => Err(format!("{status} with private data: {bytes:x?} (KMX-28)")),
        (fence, _) => Err(format!("{status} with the fence value {fence} (KMX-17)")),
    }
}

/// An answer in the model's words, with what only the core has: the status and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Done, with a status of the success class.
    Done {
        /// The status.
        status: NtStatus,
        /// What is reported.
        output: observation::Output,
        /// The rule that the reply names, if it names one.
        rule: Option<Rule>,
    },
    /// An acquire ended without the mutex, with a status of the success class.
    Ended {
        /// How.
        how: Ending,
        /// The rule that the reply names, if it names one.
        rule: Option<Rule>,
    },
    /// The thread is blocked.
    Blocked,
    /// Refused.
    Refused {
        /// Why.
        refusal: kmt_core::Refusal,
        /// Whether what NTH-25 promises was written all the same.
        written: bool,
    },
}

/// When a call was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// At once.
    Entry,
    /// After its thread was blocked.
    EndOfWait,
}

impl Answered {
    /// Whether the model's verdict says the same.
    #[must_use]
    pub fn agrees_with(&self, verdict: &Verdict, moment: Moment) -> bool {
        match (self, verdict) {
            (Self::Done { status, output, rule }, Verdict::Done(expected)) => {
                // A call that succeeds at once names no rule; one that waited names what ended the wait.
                let expected_rule = match (moment, expected) {
                    (Moment::Entry, observation::Output::Shared { existed: true, .. }) => Some("NAM-19"),
                    (Moment::Entry, _) => None,
                    (Moment::EndOfWait, observation::Output::FencesReached) => Some("CPU-05"),
                    (Moment::EndOfWait, observation::Output::EventTaken) => Some("EVT-02"),
                    (Moment::EndOfWait, _) => Some("KMX-22"),
                };
                *status == success_of(expected) && output == expected && rule_id(*rule) == expected_rule
            }
            (Self::Ended { how, rule }, Verdict::Ended { how: expected }) => {
                how == expected && rule_id(*rule) == Some(expected.rule())
            }
            (Self::Refused { refusal, written }, Verdict::Refused(expected)) => {
                refusal.status == status_of(*expected)
                    && refusal.rule.id() == expected.rule()
                    && *written == (*expected == Refusal::WrongQueryLength)
            }
            (Self::Blocked, Verdict::Blocked) => moment == Moment::Entry,
            (Self::Done { .. } | Self::Ended { .. } | Self::Blocked | Self::Refused { .. }, _) => false,
        }
    }

    /// The rule that it names.
    #[must_use]
    pub const fn rule(&self) -> Option<Rule> {
        match self {
            Self::Done { rule, .. } | Self::Ended { rule, .. } => *rule,
            Self::Blocked => None,
            Self::Refused { refusal, .. } => Some(refusal.rule),
        }
    }
}

impl std::fmt::Display for Answered {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Done { status, output, rule: None } => write!(formatter, "{status} {output:?}"),
            Self::Done { status, output, rule: Some(rule) } => {
                write!(formatter, "{status} {output:?} because {rule}")
            }
            Self::Ended { how, rule: None } => write!(formatter, "{how:?}"),
            Self::Ended { how, rule: Some(rule) } => write!(formatter, "{how:?} because {rule}"),
            Self::Blocked => formatter.write_str("the thread is blocked"),
            Self::Refused { refusal, written: false } => write!(formatter, "{refusal}"),
            Self::Refused { refusal, written: true } => {
                write!(formatter, "{refusal}, and a length was written")
            }
        }
    }
}

fn rule_id(rule: Option<Rule>) -> Option<&'static str> {
    rule.map(Rule::id)
}

/// A verdict as a line for a report.
#[must_use]
pub fn describe(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Done(output) => format!("{} {output:?}", success_of(output)),
        Verdict::Refused(refusal) => {
            format!("{:?} because {} ({refusal:?})", status_of(*refusal), refusal.rule())
        }
        Verdict::Blocked => "the thread is blocked".to_owned(),
        Verdict::Ended { how } => format!("{how:?} because {}", how.rule()),
    }
}

fn output(output: &Output, perspective: &Perspective<'_>) -> Result<observation::Output, String> {
    Ok(match output {
        // The host chose its path; that it is there is compared as part of the state.
        Output::None if let Some(Made::Directory(made)) = perspective.made => {
            observation::Output::Directory(made)
        }
        // NTH-16: the value of a duplicate is not reported.
        Output::None | Output::DuplicateHandle { target: None } => observation::Output::Nothing,
        Output::OpenAdapterFromLuid { adapter } => {
            observation::Output::AdapterHandle(perspective.local(*adapter)?)
        }
        Output::EnumAdapters { count, entries } => adapters(*count, entries, perspective)?,
        Output::CreateDevice { device } => {
            let handle = perspective.local(*device)?;
            let Some(Made::Device(made)) = perspective.made else {
                return Err(format!("{device:?} does not refer to a new device"));
            };
            observation::Output::Device { handle, device: made }
        }
        Output::CreateKeyedMutex { keyed_mutex, shared } => {
            let handle = perspective.local(*keyed_mutex)?;
            let Some(Made::KeyedMutex(mutex)) = perspective.made else {
                return Err(format!("{keyed_mutex:?} does not refer to a new keyed mutex"));
            };
            // KMX-04
            let global = (*shared != GlobalHandle::ZERO).then(|| perspective.global(*shared)).transpose()?;
            observation::Output::KeyedMutex { handle, mutex, global }
        }
        Output::OpenKeyedMutex { keyed_mutex } => {
            observation::Output::KeyedMutexHandle(perspective.local(*keyed_mutex)?)
        }
        Output::AcquireKeyedMutex { .. } | Output::TimedOut | Output::ShareObjects { .. } => {
            return Err("it has a reading of its own".to_owned());
        }
        Output::ReturnLength(length) => return Err(format!("a length was written: {length}")),
        Output::OpenSyncObjectFromNtHandle2 { sync_object, flags, mapping } => {
            observe_share::opened(*sync_object, *flags, *mapping, perspective)?
        }
        Output::QueryObject { information, return_length } => {
            observe_share::information(information, *return_length, perspective)?
        }
        Output::FencesReached => observation::Output::FencesReached,
        Output::EventTaken => observation::Output::EventTaken,
        Output::CreateEvent { event } => {
            let handle = perspective.nt(perspective.caller, *event)?;
            let Some(Made::Event(made)) = perspective.made else {
                return Err(format!("{event:?} does not refer to a new event"));
            };
            observation::Output::Event { handle, event: made }
        }
        Output::CreateSynchronizationObject { sync_object } => {
            sync_object_made(*sync_object, GlobalHandle::ZERO, None, perspective)?
        }
        Output::CreateSynchronizationObject2 { sync_object, shared, mapping } => {
            sync_object_made(*sync_object, *shared, *mapping, perspective)?
        }
        Output::OpenSynchronizationObject { sync_object }
        | Output::OpenSyncObjectFromNtHandle { sync_object } => {
            observation::Output::SyncObjectHandle(perspective.local(*sync_object)?)
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
        Output::NtHandle(handle) | Output::OpenNtHandleFromName { handle } => {
            observation::Output::NtHandle(perspective.nt(perspective.caller, *handle)?)
        }
    })
}

/// The entries of an enumeration with an array.
fn adapters(
    count: u32,
    entries: &[AdapterInfo],
    perspective: &Perspective<'_>,
) -> Result<observation::Output, String> {
    if usize::try_from(count) != Ok(entries.len()) {
        return Err(format!("NumAdapters is {count}, but {} entries were written", entries.len()));
    }
    let reports = entries.iter().map(|entry| {
        if entry.precise_present_regions_preferred {
            return Err("bPrecisePresentRegionsPreferred is TRUE (ADP-16)".to_owned());
        }
        let handle = perspective.local(entry.adapter)?;
        Ok(AdapterReport { handle, luid: entry.luid.raw(), sources: entry.sources })
    });
    Ok(observation::Output::Adapters(reports.collect::<Result<_, String>>()?))
}

fn sync_object_made(
    sync_object: LocalHandle,
    shared: GlobalHandle,
    mapping: Option<FenceMapping>,
    perspective: &Perspective<'_>,
) -> Result<observation::Output, String> {
    let handle = perspective.local(sync_object)?;
    let Some(Made::SyncObject(object)) = perspective.made else {
        return Err(format!("{sync_object:?} does not refer to a new synchronisation object"));
    };
    // SYN-12
    let global = (shared != GlobalHandle::ZERO).then(|| perspective.global(shared)).transpose()?;
    Ok(observation::Output::SyncObject { handle, object, global, mapping: self::mapping(mapping)? })
}

/// Which addresses were written.
pub(super) fn mapping(mapping: Option<FenceMapping>) -> Result<Mapping, String> {
    match mapping {
        None => Ok(Mapping::None),
        Some(FenceMapping { cpu_address, .. }) if cpu_address == 0 || cpu_address % 8 != 0 => {
            Err(format!("the CPU address {cpu_address:#x} is not aligned to 8 bytes (SYN-21)"))
        }
        Some(FenceMapping { gpu_address: 0, cpu_address: _ }) => Ok(Mapping::Cpu),
        Some(_) => Ok(Mapping::Both),
    }
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
