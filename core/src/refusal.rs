//! The three channels that never mix: a refusal is the client's, a misuse the embedding program's, a panic ours.

use alloc::vec::Vec;
use core::fmt;

use crate::id::{AdapterId, ProcessId, ThreadId};
use crate::rule::Rule;
use crate::status::NtStatus;

/// A call said no: the status that the client sees and the rule that decided.
///
/// Nothing changed (LIF-13), apart from what the call itself lists as an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// The status of the call.
    pub status: NtStatus,
    /// The rule that decided it.
    pub rule: Rule,
}

impl Refusal {
    pub(crate) const fn new(status: NtStatus, rule: Rule) -> Self {
        Self { status, rule }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:08X} {} because {} ({})",
            self.status.code(),
            self.status,
            self.rule,
            self.rule.title()
        )
    }
}

/// The embedding program asked for something that cannot happen; no client could have done it. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Misuse {
    /// No thread has had this id.
    UnknownThread(ThreadId),
    /// The thread has ended; an ended thread makes no calls.
    ThreadEnded(ThreadId),
    /// The thread is blocked in a call; it makes no other one before that returns.
    ThreadBlocked(ThreadId),
    /// No process has had this id.
    UnknownProcess(ProcessId),
    /// The process has ended.
    ProcessEnded(ProcessId),
    /// There is no such adapter.
    UnknownAdapter(AdapterId),
    /// The adapter was stopped before; it stops once (FLT-17).
    AdapterStopped(AdapterId),
    /// An adapter's LUID is not zero (ADP-03).
    ZeroLuid,
    /// Another adapter has or had this LUID (ADP-03).
    LuidTaken(crate::Luid),
    /// The topology is outside the bounds of ADP-03 and ADP-16.
    Topology {
        /// Number of nodes asked for: 1 to 64.
        nodes: u32,
        /// Number of physical adapters asked for: 1 to 32.
        physical_adapters: u32,
    },
    /// A full path begins with a backslash and has no empty component (NAM-13).
    BadPath(Vec<u16>),
    /// A directory of the path is missing, or what should be a directory is none.
    UnknownDirectory(Vec<u16>),
    /// Something has this name (NAM-16).
    NameTaken(Vec<u16>),
    /// The process has no NT handle with this value.
    UnknownNtHandle(crate::NtHandle),
    /// The step is not enabled in this state.
    StepNotEnabled(crate::Step),
    /// The option is not among those that [`crate::Kernel::picks`] or [`crate::Kernel::stop_picks`] lists for the event.
    PickNotOffered(crate::Pick),
    /// A bound of [`crate::Limits`] is reached.
    LimitReached {
        /// What there would be too many of.
        what: &'static str,
        /// How many there may be.
        limit: u32,
    },
    /// The limits contradict each other or a rule.
    BadLimits {
        /// What is wrong.
        why: &'static str,
    },
}

impl fmt::Display for Misuse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownThread(thread) => write!(formatter, "no thread has the id {}", thread.number()),
            Self::ThreadEnded(thread) => write!(formatter, "thread {} has ended", thread.number()),
            Self::ThreadBlocked(thread) => {
                write!(formatter, "thread {} is blocked in a call", thread.number())
            }
            Self::UnknownProcess(process) => write!(formatter, "no process has the id {}", process.number()),
            Self::ProcessEnded(process) => write!(formatter, "process {} has ended", process.number()),
            Self::UnknownAdapter(adapter) => write!(formatter, "there is no adapter {}", adapter.number()),
            Self::AdapterStopped(adapter) => {
                write!(formatter, "adapter {} was stopped before", adapter.number())
            }
            Self::ZeroLuid => formatter.write_str("the LUID of an adapter is not zero"),
            Self::LuidTaken(luid) => write!(formatter, "an adapter has or had the LUID {luid:?}"),
            Self::Topology { nodes, physical_adapters } => write!(
                formatter,
                "{nodes} nodes on {physical_adapters} physical adapters: there are 1 to 64 nodes and 1 to 32 adapters"
            ),
            Self::BadPath(path) => write!(formatter, "{} is no full path", Path(path)),
            Self::UnknownDirectory(path) => {
                write!(formatter, "{} leads through, or to, what is no directory", Path(path))
            }
            Self::NameTaken(path) => write!(formatter, "something has the name {}", Path(path)),
            Self::UnknownNtHandle(handle) => write!(formatter, "the process has no NT handle {handle:?}"),
            Self::StepNotEnabled(step) => write!(formatter, "the step {step:?} is not enabled"),
            Self::PickNotOffered(pick) => write!(formatter, "the event does not offer the option {pick:?}"),
            Self::LimitReached { what, limit } => write!(formatter, "there are {limit} {what}, the limit"),
            Self::BadLimits { why } => write!(formatter, "the limits do not fit: {why}"),
        }
    }
}

impl core::error::Error for Misuse {}

/// A path, to be written as text.
struct Path<'a>(&'a [u16]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let characters = char::decode_utf16(self.0.iter().copied());
        characters
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .try_for_each(|unit| write!(formatter, "{unit}"))
    }
}
