//! A scenario as a typed value: what a file says, names unresolved, each with its place.

use std::collections::BTreeMap;

use kmt_core::{AdapterConfig, AdapterKind, Bitness, ExecutionState, Luid, NtStatus, Pick, ProcessConfig};

use super::calls::CallShape;
use super::place::{Name, Placed};
pub use super::value::{HandleText, Value};

/// A scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scenario {
    /// One sentence that says what it shows.
    pub title: String,
    /// The rules that it speaks of.
    pub rules: Vec<Name>,
    /// How well these are known: given for measured behaviour.
    pub basis: Option<Basis>,
    /// Whatever else a reader should know.
    pub about: Option<String>,
    /// The stage.
    pub world: World,
    /// What each thread calls, in the order of the file.
    pub programs: Vec<Program>,
    /// The order of events, if it is pinned.
    pub schedule: Option<Vec<Move>>,
    /// What else may happen when all interleavings are checked.
    pub explore: Explore,
    /// What must never be seen.
    pub never: Vec<Claim>,
    /// What must be seen in some interleaving.
    pub possible: Vec<Claim>,
}

impl Scenario {
    /// Whether it speaks of all interleavings: it makes claims, or allows incidents. In one run of a protocol a thread may
    /// stop because the name that it waits for never gets a value.
    #[must_use]
    pub fn is_protocol(&self) -> bool {
        !self.never.is_empty() || !self.possible.is_empty() || self.explore != Explore::default()
    }
}

/// How well a behaviour is known, from the strongest to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A public test suite asserts it on real Windows.
    Observed,
    /// The public documentation or a public header says it.
    Documented,
    /// It follows from other rules.
    Inferred,
    /// Nobody says; it was decided.
    Chosen,
}

/// Which of two descriptions a kernel follows where they differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// What Windows does.
    #[default]
    Windows,
    /// What the documentation says.
    Documented,
}

/// The stage: what is there before the first call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// The dialect.
    pub dialect: Dialect,
    /// Bounds other than the default ones, by the names of [`LIMITS`].
    pub limits: BTreeMap<&'static str, Placed<u32>>,
    /// Adapters in order of creation.
    pub adapters: Vec<AdapterLine>,
    /// Processes in order of creation.
    pub processes: Vec<ProcessLine>,
    /// NT handles to processes that the host placed, in order.
    pub handles: Vec<HandleLine>,
}

/// The names of the bounds: the three of a table of local handles, those of the global table, NT handles of a process, and how many there may be of
/// each thing.
pub const LIMITS: [&str; 12] = [
    "growth",
    "reserve",
    "max_entries",
    "global_growth",
    "global_reserve",
    "global_max_entries",
    "nt_handles_per_process",
    "devices",
    "keyed_mutexes",
    "processes",
    "threads",
    "adapters",
];

/// An adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterLine {
    /// What the scenario calls it; as an argument it stands for its LUID.
    pub name: Name,
    /// Its LUID as one number; without one, its place among the adapters of the world, from 1.
    pub luid: Option<Placed<u64>>,
    /// What it can do.
    pub kind: Option<AdapterKind>,
    /// Number of nodes, 1 to 64.
    pub nodes: Option<u32>,
    /// Number of physical adapters, 1 to 32.
    pub physical_adapters: Option<u32>,
    /// Whether a display is connected.
    pub has_display: Option<bool>,
}

impl AdapterLine {
    /// The configuration of the adapter at this place, counted from 0.
    #[must_use]
    pub fn config(&self, place: usize) -> AdapterConfig {
        let luid = self.luid.as_ref().map_or(place as u64 + 1, |luid| luid.value);
        let mut config = AdapterConfig::new(Luid::from_raw(luid));
        config.kind = self.kind.unwrap_or(config.kind);
        config.nodes = self.nodes.unwrap_or(config.nodes);
        config.physical_adapters = self.physical_adapters.unwrap_or(config.physical_adapters);
        config.has_display = self.has_display.unwrap_or(config.has_display);
        config
    }
}

/// A process and its threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessLine {
    /// What the scenario calls it.
    pub name: Name,
    /// The user that it runs as.
    pub user: Option<u32>,
    /// The session that it runs in.
    pub session: Option<u32>,
    /// 32 or 64 bits.
    pub bits: Option<Bitness>,
    /// Whether it may raise priorities.
    pub raise_priority: Option<bool>,
    /// Its threads, in order of creation.
    pub threads: Vec<Name>,
}

impl ProcessLine {
    /// The configuration that the kernel is given.
    #[must_use]
    pub fn config(&self) -> ProcessConfig {
        let mut config = ProcessConfig::default();
        config.user = self.user.unwrap_or(config.user);
        config.session = self.session.unwrap_or(config.session);
        config.bits = self.bits.unwrap_or(config.bits);
        config.raise_priority = self.raise_priority.unwrap_or(config.raise_priority);
        config
    }
}

/// An NT handle to a process, placed by the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandleLine {
    /// What the scenario calls the handle.
    pub name: Name,
    /// The process whose table it is in.
    pub holder: Name,
    /// The process that it names.
    pub process: Name,
    /// Its granted mask; all rights of a process without one.
    pub access: Option<Placed<Value>>,
    /// Its inherit flag.
    pub inherit: bool,
    /// Its protect-from-close flag.
    pub protect: bool,
}

/// What one thread calls, one call after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The thread.
    pub thread: Name,
    /// Its calls.
    pub calls: Vec<CallLine>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallLine {
    /// Which call, and its place.
    pub shape: Placed<&'static CallShape>,
    /// Whether a NULL pointer stands in place of the argument structure.
    pub null: bool,
    /// The inputs that are written down, in the order of the shape.
    pub inputs: Vec<FieldLine>,
    /// The names that its outputs get.
    pub gives: Vec<GivesLine>,
    /// CreateProcess alone: threads that the host starts in the new process at once.
    pub threads: Vec<Name>,
    /// What must come of it.
    pub expect: Option<Expect>,
}

impl CallLine {
    /// The names of handles and devices that the call and its expectation refer to.
    pub(super) fn names(&self) -> Vec<&str> {
        let out = self.expect.iter().flat_map(|expect| &expect.out);
        let values = self.inputs.iter().chain(out).flat_map(|field| field.value.value.names());
        let effects = self.expect.iter().flat_map(|expect| expect.effects.iter().flatten());
        let devices = effects.filter_map(|effect| match &effect.value {
            EffectLine::DeviceEnteredError { device, .. } | EffectLine::DeviceDestroyed { device } => {
                Some(device.value.as_str())
            }
            EffectLine::ThreadEnded { .. } | EffectLine::ProcessEnded { .. } => None,
        });
        values.chain(devices).collect()
    }
}

/// A field and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLine {
    /// The field, by the name of the rulebook.
    pub field: &'static str,
    /// Its value.
    pub value: Placed<Value>,
}

/// The names that an output gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivesLine {
    /// The output, by the name of the rulebook.
    pub field: &'static str,
    /// One name, or one for each entry of an array.
    pub names: Vec<Name>,
}

/// What must come of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// The status.
    pub status: Option<Placed<NtStatus>>,
    /// The rule that decided a refusal, or what ended a wait.
    pub rule: Option<Name>,
    /// Outputs.
    pub out: Vec<FieldLine>,
    /// Everything else that became visible, in order, apart from threads that were resumed.
    pub effects: Option<Vec<Placed<EffectLine>>>,
    /// The threads that were resumed, in order.
    pub wakes: Option<Vec<Placed<WakeLine>>>,
}

/// A thread that is resumed: its blocked call returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WakeLine {
    /// The thread.
    pub thread: Name,
    /// What its call returns.
    pub status: Placed<NtStatus>,
    /// The rule that ended the wait.
    pub rule: Option<Name>,
}

/// Something that an event made visible besides its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EffectLine {
    /// A device entered Error.
    DeviceEnteredError {
        /// The name of its handle.
        device: Name,
        /// The execution state.
        state: ExecutionState,
    },
    /// A device was destroyed.
    DeviceDestroyed {
        /// The name of its handle.
        device: Name,
    },
    /// A thread ended.
    ThreadEnded {
        /// The thread.
        thread: Name,
    },
    /// A process ended.
    ProcessEnded {
        /// The process.
        process: Name,
    },
}

/// One event of a pinned schedule, with what must come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The event and its place.
    pub event: Placed<MoveKind>,
    /// What it must make visible, in order; the expectation of a call stands with the call.
    pub effects: Option<Vec<Placed<EffectLine>>>,
    /// The threads that it must resume, in order.
    pub wakes: Option<Vec<Placed<WakeLine>>>,
}

/// The kinds of event that a schedule pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveKind {
    /// A thread makes its next call.
    Call {
        /// The thread.
        thread: Name,
        /// The option, where the rules leave the result open; the first one where none is written.
        pick: Option<Pick>,
    },
    /// T12: a destroyed device goes away.
    Reclaim(DeviceText),
    /// T14: the time limit of a thread's blocked call is reached.
    Timeout(Name),
    /// T15: a thread's blocked call gets its keyed mutex.
    Grant(Name),
    /// Something breaks or dies.
    Incident(IncidentLine),
    /// The host sets the stage further.
    Host(HostLine),
}

/// How a device is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceText {
    /// By the name of the handle that CreateDevice gave.
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
    /// A process gets an NT handle to a process.
    PlaceProcessHandle(HandleLine),
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

/// A conjunction over calls that have returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// A sentence.
    pub name: Name,
    /// What holds together; never empty.
    pub all: Vec<Placed<Atom>>,
}

/// That a call has returned in a certain way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    /// Whose call.
    pub call: CallPlace,
    /// With this status.
    pub status: Option<Placed<NtStatus>>,
    /// With any other status than this.
    pub not: Option<Placed<NtStatus>>,
    /// Refused by this rule.
    pub rule: Option<Name>,
    /// With these outputs.
    pub out: Vec<FieldLine>,
    /// Made when this had happened before.
    pub after: Option<Placed<After>>,
}

/// A call, by its thread and its place in the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallPlace {
    /// The thread.
    pub thread: Name,
    /// The place in its program, from 1.
    pub call: Placed<u32>,
}

/// Something that lies in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// An incident.
    Incident(IncidentLine),
    /// A call that returned.
    Call(CallPlace),
}
