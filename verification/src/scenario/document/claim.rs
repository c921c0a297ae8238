//! What must never be seen and what must be seen.

use kmt_core::NtStatus;

use super::super::place::{Name, Placed};
use super::super::value::FieldLine;
use super::schedule::IncidentLine;

/// A conjunction over calls that have returned, and over threads that never will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// A sentence.
    pub name: Name,
    /// Which calls have returned, and how; empty only beside `stuck`.
    pub all: Vec<Placed<Atom>>,
    /// Who waits for ever.
    pub stuck: Option<Stuck>,
}

/// That nothing can happen any more, and yet somebody waits: no step is enabled and no thread can make a call.
///
/// A wait with a time limit is not for ever, because reaching it is a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// At least one thread is blocked in a call.
    Any,
    /// Each of these threads is.
    Threads(Vec<Name>),
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
