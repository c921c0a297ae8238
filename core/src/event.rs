//! The one door: four kinds of event go in, an outcome and its effects come out.

use alloc::vec::Vec;

use crate::id::{AdapterId, DeviceId, NtObjectId, ProcessId, SyncObjectId, ThreadId, WaitId};
use crate::object::adapter::AdapterConfig;
use crate::object::device::ExecutionState;
use crate::object::process::{PlaceProcessHandle, ProcessConfig, SetNtHandleFlags};
use crate::refusal::Refusal;
use crate::reply::{Output, Reply};
use crate::request::Request;
use crate::rule::Rule;
use crate::share::place::{AddDirectory, PlaceDirectoryHandle, PlaceNamedObject, PlaceSectionHandle};
use crate::status::NtStatus;

/// Something that happens to the kernel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A client thread makes a request.
    Call(Call),
    /// The machine does one enabled thing by itself.
    Step(Step),
    /// Something breaks or dies.
    Incident(Incident),
    /// The embedding program sets the stage.
    Host(Host),
}

/// A request by a thread, with the option picked where the rules leave its result open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// The calling thread; its process is the caller.
    pub thread: ThreadId,
    /// What it asks for.
    pub request: Request,
    /// One of the options that [`crate::Kernel::picks`] lists; nearly always [`Pick::Only`].
    pub pick: Pick,
}

/// One option of an event whose result the rules leave open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pick {
    /// The rules leave nothing open.
    Only,
    /// The absolute time limit of the call has not passed.
    DeadlineAhead,
    /// It has: the call tests once (KMX-16).
    DeadlinePassed,
    /// The event sets auto-reset events that have more waiters than it sets them: the threads that it releases from those
    /// (EVT-02, C9), in order of creation of their waits.
    Release(Vec<ThreadId>),
}

/// A transition that the machine takes by itself (T1 to T15 of the rulebook).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// T5: an adapter looks at a fence whose value another one changed (SCD-18).
    Notice {
        /// The fence.
        object: SyncObjectId,
        /// The adapter that looks.
        adapter: AdapterId,
        /// Who is released from contested events; [`Pick::Only`] or [`Pick::Release`].
        pick: Pick,
    },
    /// T12: a destroyed object without a blocker goes away (TRD-14).
    Reclaim(Reclaimable),
    /// T14: a blocked call with a time limit reaches it (TIM-05).
    Timeout(WaitId),
    /// T15: a blocked acquire gets its keyed mutex (KMX-22).
    Grant(WaitId),
}

/// What T12 can take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reclaimable {
    /// A destroyed device.
    Device(DeviceId),
}

/// Something that breaks or dies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Incident {
    /// A thread ends; its process goes on (TRD-12).
    EndThread(ThreadId),
    /// A process is killed: as if it had ended by itself (TRD-10).
    KillProcess(ProcessId),
    /// An adapter stops or is removed (FLT-17).
    StopAdapter {
        /// The adapter.
        adapter: AdapterId,
        /// Who is released from contested events: one of the options that [`crate::Kernel::stop_picks`] lists, nearly always
        /// [`Pick::Only`].
        pick: Pick,
    },
}

/// What the embedding program sets up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A new adapter starts running.
    AddAdapter(AdapterConfig),
    /// A process without a parent begins.
    CreateProcess(ProcessConfig),
    /// A thread begins in a process.
    StartThread(ProcessId),
    /// A process gets an NT handle to a process, as from a call that is not simulated (opening a process by its id).
    PlaceProcessHandle(PlaceProcessHandle),
    /// A new directory (NAM-15).
    AddDirectory(AddDirectory),
    /// A named object of a type that no call makes with a name (NAM-16).
    PlaceNamedObject(PlaceNamedObject),
    /// A process gets an NT handle to a directory (NAM-12).
    PlaceDirectoryHandle(PlaceDirectoryHandle),
    /// A process gets an NT handle to a new section.
    PlaceSectionHandle(PlaceSectionHandle),
    /// The inherit and protect flags of an NT handle change (NTH-04).
    SetNtHandleFlags(SetNtHandleFlags),
}

/// What an event led to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// The answer to whoever caused the event.
    pub answer: Answer,
    /// What else became visible: by kind, in the order in which [`Effect`] lists the kinds; within a kind as it says there.
    pub effects: Vec<Effect>,
}

/// The answer to an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It was done; a call returns this reply. Its status can be of the success class without being `SUCCESS`.
    Complete(Reply),
    /// A call was refused and returns this status.
    Refused(Refusal),
    /// A call was refused with this status and wrote an output all the same: one of the exceptions of LIF-13.
    RefusedButWritten {
        /// Why, and with which status.
        refusal: Refusal,
        /// What was written: the needed length of a short query (NTH-25), or NULL (SHR-08).
        output: Output,
    },
    /// The calling thread is blocked; its reply comes later as an effect.
    Pending(WaitId),
}

/// Something that an event made visible besides its answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// A device entered Error with this state (FLT-04); in order of creation.
    DeviceEnteredError {
        /// The device.
        device: DeviceId,
        /// What GetDeviceState reports from now on.
        state: ExecutionState,
    },
    /// A device lost its handle and awaits its reclaim, or went away with its process.
    DeviceDestroyed {
        /// The device.
        device: DeviceId,
    },
    /// An NT event was set by the kernel for a registered CPU wait or for a packet; in order of creation of these, and once
    /// for each. Whether it stays set depends on its kind and its waiters (EVT-02).
    EventSet {
        /// The NT object of the event.
        event: NtObjectId,
    },
    /// A blocked call returned and its thread is ready; in order of creation of the waits.
    Resume {
        /// The thread.
        thread: ThreadId,
        /// Its wait, whose id can be used again from now on.
        wait: WaitId,
        /// What the call returned.
        result: Resumed,
    },
    /// The simulator's report of something that no status tells; in order of creation of the waits that it is about, one
    /// without a wait first.
    Diagnostic(Diagnostic),
    /// A thread ended, by itself or with its process; in order of creation.
    ThreadEnded {
        /// The thread.
        thread: ThreadId,
    },
    /// A process ended.
    ProcessEnded {
        /// The process.
        process: ProcessId,
    },
}

/// A report of the simulator beside the statuses; it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Diagnostic {
    /// A CPU wait was satisfied when it was made, so it tells nothing about work that goes on (CPU-20).
    ReachedBeforeTheWait {
        /// The thread that made it.
        thread: ThreadId,
    },
    /// A wait was satisfied by a value that a device's way into Error stored, not by work that was done (CPU-20, FLT-08).
    ReleasedByForcedMaximum {
        /// The wait.
        wait: WaitId,
    },
}

/// What a blocked call returns in the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Resumed {
    /// This reply; its rule says what ended the wait.
    Complete(Reply),
    /// This refusal; no output was written.
    Refused(Refusal),
}

impl Resumed {
    /// The status of the call.
    #[must_use]
    pub const fn status(&self) -> NtStatus {
        match self {
            Self::Complete(reply) => reply.status,
            Self::Refused(refusal) => refusal.status,
        }
    }

    /// The rule that ended the wait.
    #[must_use]
    pub const fn rule(&self) -> Option<Rule> {
        match self {
            Self::Complete(reply) => reply.rule,
            Self::Refused(refusal) => Some(refusal.rule),
        }
    }
}

impl Outcome {
    /// Done, with nothing to report.
    pub(crate) const fn done() -> Self {
        Self::with(Output::None)
    }

    /// Done, with an output.
    pub(crate) const fn with(output: Output) -> Self {
        Self::answer(Answer::Complete(Reply { status: NtStatus::SUCCESS, output, rule: None }))
    }

    /// This answer and no effects.
    pub(crate) const fn answer(answer: Answer) -> Self {
        Self { answer, effects: Vec::new() }
    }
}
