//! The order of events, and what else may happen.

use super::super::place::{Name, Placed};
use super::super::value::HandleText;
use super::program::Around;
use super::world::{AdapterLine, DirectoryLine, HandleLine, ObjectLine, ProcessLine};

/// One event of a pinned schedule, with what must come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The event and its place.
    pub event: Placed<MoveKind>,
    /// What it must make visible; the expectation of a call stands with the call.
    pub around: Around,
}

/// The option that is taken of an event whose result the rules leave open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Of a call with an absolute time limit.
    Deadline(Deadline),
    /// These threads are released from the events that are contested.
    Releases(Releases),
}

/// Where an absolute time limit lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// It has not passed.
    Ahead,
    /// It has: the call tests once.
    Passed,
}

/// The threads that an event releases, where it sets auto-reset events fewer times than they have waiters.
pub type Releases = Placed<Vec<Name>>;

/// The kinds of event that a schedule pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveKind {
    /// A thread makes its next call.
    Call {
        /// The thread.
        thread: Name,
        /// The option; the first one where none is written.
        choice: Option<Choice>,
    },
    /// T5: an adapter looks at a fence.
    Notice {
        /// The fence.
        object: Designation,
        /// The adapter.
        adapter: Name,
        /// Who is released; the first option where nothing is written.
        releases: Option<Releases>,
    },
    /// T12: a destroyed device goes away.
    Reclaim(Designation),
    /// T14: the time limit of a thread's blocked call is reached.
    Timeout(Name),
    /// T15: a thread's blocked call gets its keyed mutex.
    Grant(Name),
    /// Something breaks or dies.
    Incident {
        /// What.
        incident: IncidentLine,
        /// Who is released by the stop of an adapter; the first option where nothing is written.
        releases: Option<Releases>,
    },
    /// The host sets the stage further.
    Host(HostLine),
}

/// How a device or a fence is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Designation {
    /// By the name of a handle.
    Name(Name),
    /// By the kernel's number, where no name was given.
    Number(Placed<u32>),
}

/// Something that breaks or dies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncidentLine {
    /// A thread ends.
    EndThread(Name),
    /// A process is killed.
    KillProcess(Name),
    /// An adapter stops.
    StopAdapter(Name),
}

/// What the host does in the middle of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostLine {
    /// A new adapter starts running.
    AddAdapter(AdapterLine),
    /// A process without a parent begins, with its threads.
    CreateProcess(ProcessLine),
    /// A thread begins in a process.
    StartThread {
        /// The process.
        process: Name,
        /// What the scenario calls the thread.
        name: Name,
    },
    /// There is one directory more.
    AddDirectory(DirectoryLine),
    /// An object of a type that no call gives a name to gets one.
    PlaceNamedObject(ObjectLine),
    /// A process gets an NT handle.
    PlaceHandle(HandleLine),
    /// The flags of an NT handle change.
    SetHandleFlags {
        /// The process whose table it is in.
        process: Name,
        /// The handle.
        handle: Placed<HandleText>,
        /// The inherit flag from now on.
        inherit: bool,
        /// The protect-from-close flag from now on.
        protect: bool,
    },
}

/// What may happen besides calls and steps when all interleavings are checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explore {
    /// Incidents; each may happen once, at any point, or not at all.
    pub incidents: Vec<Placed<IncidentLine>>,
    /// How many of them may happen in one run; all, without a number.
    pub most_incidents: Option<u32>,
}
